"""Wrong answers to plan.q5, and what each must be told."""

from __future__ import annotations

from itertools import combinations

import threatlab
from threatlab.catalog import catalog
from threatlab.plan import make_plan

CONTROLS = catalog().controls


def effort(kept):
    return sum(CONTROLS[control].effort_days for control in kept)


def risk(system, kept):
    return threatlab.assess(system.with_(**dict.fromkeys(kept, True))).risk_score


def subsets(planned, days):
    return [s for size in range(len(planned) + 1) for s in combinations(planned, size) if effort(s) <= days]


def greedily(key):
    def kept(system, planned, days):
        taken = []
        while True:
            now = risk(system, taken)
            gains = {c: now - risk(system, [*taken, c]) for c in planned if c not in taken}
            fitting = [c for c in gains if gains[c] > 1e-12 and effort([*taken, c]) <= days]
            if not fitting:
                return set(taken)
            taken.append(max(fitting, key=lambda c: key(gains[c], CONTROLS[c].effort_days)))

    return kept


def down_the_list(system, planned, days):
    kept = []
    for control in planned:
        if effort([*kept, control]) > days:
            break
        kept.append(control)
    return kept


def down_and_skip(system, planned, days):
    kept = []
    for control in planned:
        if effort([*kept, control]) <= days:
            kept.append(control)
    return kept


def each_alone(system, planned, days):
    alone = {c: risk(system, []) - risk(system, [c]) for c in planned}
    return max(subsets(planned, days), key=lambda kept: sum(alone[c] for c in kept))


def plans_anew(system, planned, days):
    return [step.control for step in make_plan(system, days).steps]


def best(system, planned, days):
    return min(subsets(planned, days), key=lambda kept: risk(system, kept))


def a_day_is_kept(system, planned, days):
    fitting = (kept for kept in subsets(planned, days) if effort(kept) < days)
    return min(fitting, key=lambda kept: risk(system, kept), default=())


CONSTRAINTS = {
    "a set of ids": (lambda *_: "none", "give a set of ids"),
    "chosen among the planned ones": (plans_anew, "was not in the plan"),
    "efforts together fit into the days": (
        lambda system, planned, days: planned[: len(planned) // 2 + 1],
        "It is the days that are halved",
    ),
    "fit into the days, to the last": (a_day_is_kept, "exactly the days"),
    "the least risk": (lambda *_: set(), "you keep 0 controls"),
    "of all such sets": (greedily(lambda gain, days: gain / days), "These are the quick wins"),
    "no day left at all": (lambda *case: best(*case) or case[1][:1], "and 0 are left"),
    "more than enough": (lambda *case: best(*case[:2], min(case[2], 14)), "99 days you keep"),
}


def wrong(_):
    return [
        (down_the_list, "Its order was made for other days"),
        (down_and_skip, "skip what doesn't fit"),
        (greedily(lambda gain, _: gain), "push out two of four"),
        (greedily(lambda _, days: -days), "You keep the cheapest"),
        (each_alone, "Two against one threat"),
        (lambda _, planned, days: max(subsets(planned, days), key=effort), "You fill the days"),
    ]
