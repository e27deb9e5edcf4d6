"""Answers to the questions of lesson 04: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

from datetime import date
from itertools import combinations
from math import prod

import threatlab
from threatlab.catalog import SEVERITIES, Criterion, catalog
from threatlab.plan import make_plan

CONTROLS = catalog().controls

# --- q1


def room(costs, floor):
    return max(0.0, 1 - floor / prod(1 - cost for cost in costs))


# --- q2

CRITERIA = {
    "planted": Criterion("planted instructions followed", "share", at_most=0.05),
    "scanned": None,
    "honest": Criterion("honest questions answered", "answers of 100", at_least=95),
    "aware": None,
    "rollback": Criterion("time from alarm to rollback", "seconds", at_most=1800),
    "vault": None,
}


def but(**changed):
    return {**CRITERIA, **changed}


# --- q3


def by_key(system, days, key, *, again=True, skips=True, reads_budget=True):  # noqa: PLR0913
    order, first = [], threatlab.assess(system).best_next(99)
    while True:
        steps = threatlab.assess(system).best_next(99) if again else first
        open_ = [step for step in steps if step.attribute not in order]
        fitting = [step for step in open_ if step.effort_days <= days] if reads_budget else open_
        if not (fitting if skips else open_):
            return order
        best = max(fitting if skips else open_, key=key)
        if reads_budget and best.effort_days > days:
            return order
        order.append(best.attribute)
        system = system.with_(**{best.attribute: True})
        days -= best.effort_days


def per_day(step):
    return step.removes / step.effort_days


def by(key, **rule):
    return lambda system, days: by_key(system, days, key, **rule)


def first_two(system, days):
    return by_key(system, days, per_day)[:2]


def swapped(system, days):
    order = by_key(system, days, per_day)
    return [*order[1::-1], *order[2:]]


# --- q4


def check(findings, open_days, accepted, today, *, strict=False, last=False, zero=True, by_age=False):  # noqa: PLR0913
    late = []
    for control, (severity, found) in findings.items():
        allowed, expires = open_days[severity], accepted.get(control)
        if allowed is None or (not zero and not allowed):
            continue
        if expires and (today < expires if strict else today <= expires):
            continue
        age = (today - found).days
        ran_out = bool(expires) and not by_age
        if ran_out or (zero and allowed == 0) or (age >= allowed if last else age > allowed):
            late.append(control)
    return late


def checks(**slip):
    return lambda *given: check(*given, **slip)


def as_given(findings, open_days, accepted, today):
    late = []
    for control, (severity, found) in findings.items():
        if control in accepted:
            continue
        allowed = open_days[severity]
        if not allowed:
            continue
        if (today - found).days >= allowed:
            late.append(control)
    return late


def ends_early(findings, open_days, accepted, today):
    first = list(findings)[:1]
    return [control for control in check(findings, open_days, accepted, today) if control in first]


def acceptance_first(findings, open_days, accepted, today):
    ran_out = [c for c in findings if c in accepted and today > accepted[c]]
    return {*check(findings, open_days, accepted, today), *ran_out}


def reads_the_clock(findings, open_days, accepted, today):
    return check(findings, open_days, accepted, date(2027, 3, 1))


# --- q5


def effort(kept):
    return sum(CONTROLS[control].effort_days for control in kept)


def risk(system, kept):
    return threatlab.assess(system.with_(**dict.fromkeys(kept, True))).risk_score


def subsets(planned, days):
    return [s for size in range(len(planned) + 1) for s in combinations(planned, size) if effort(s) <= days]


def keep(system, planned, days):
    return set(min(subsets(planned, days), key=lambda kept: risk(system, kept)))


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


RIGHT = {"plan.q1": room, "plan.q2": CRITERIA, "plan.q3": by(per_day), "plan.q4": check, "plan.q5": keep}

WRONG = {
    "plan.q1": [
        (lambda costs, floor: max(0.0, 1 - sum(costs) - floor), "as if usefulness were money"),
        (lambda costs, floor: max(0.0, 1 - floor / (1 - sum(costs))), "ten controls of 10%"),
        (lambda costs, floor: max(0.0, prod(1 - c for c in costs) - floor), "points of the whole"),
        (lambda costs, _: 1 - prod(1 - c for c in costs), "The floor doesn't occur in it"),
        (lambda costs, _: prod(1 - c for c in costs), "That is what is left now"),
        (lambda costs, floor: max(0.0, 1 - floor / (1 - max(costs, default=0))), "Only the dearest control"),
        (lambda _, floor: 1 - floor, "Some of it is spent already"),
        (lambda costs, floor: 100 * room(costs, floor), "a hundred times too much"),
        (lambda costs, floor: 1 - floor / prod(1 - c for c in costs), "The floor is broken already"),
        (lambda *_: 0.117, "Is that the floor?"),
        (lambda costs, floor: 1 - prod(1 - c for c in costs) / floor, "Which of the two is the whole"),
    ],
    "plan.q2": [
        (but(scanned=Criterion("documents scanned", "share", at_least=0.99)), "Even 0% is up to 100%"),
        (but(aware=Criterion("trained people", "share", at_least=1.0)), "how would a team look that fails it"),
        (but(vault=Criterion("findings of the audit", "findings", at_most=0)), "Whose practice"),
        (but(planted=None), "'planted' can be missed"),
        (but(honest=Criterion("honest questions answered", "share", at_most=0.95)), "the wrong way round"),
        (but(planted=Criterion("planted instructions followed", "share", at_most=0.5)), "another verdict"),
        (but(planted=Criterion("planted instructions followed", "of 100", at_most=0.05)), "A measured 5 gets"),
        (but(rollback=Criterion("time to roll back", "share", at_most=0.3)), "a share has no minutes"),
        (but(rollback="30 minutes"), "give Criterion("),
        (but(rollback=Criterion("time to roll back", "days", at_most=0.02)), "Give minutes, hours or seconds"),
        (but(planted=Criterion("instructions resisted", "share", at_least=0.95)), "or you count the opposite"),
        (list(CRITERIA), "Give a dict with a Criterion or None"),
    ],
    "plan.q3": [
        (by(lambda step: -SEVERITIES.index(CONTROLS[step.attribute].severity)), "the worst severity"),
        (by(lambda step: step.removes), "whatever it takes"),
        (by(lambda step: -step.effort_days), "Cheap is half of a quick win"),
        (by(per_day, again=False), "Look anew after each step"),
        (by(per_day, skips=False), "You stop at the first control"),
        (by(per_day, reads_budget=False), "the days are not looked at"),
        (lambda system, days: by_key(system, 2 * days, per_day), "over the budget"),
        (first_two, "What still fits"),
        (swapped, "your step 1 is"),
        (lambda system, days: {*by_key(system, days, per_day)}, "give a list of the ids"),
        (
            lambda system, _: [step.title for step in threatlab.assess(system).best_next(1)],
            "is not the id of a control",
        ),
    ],
    "plan.q4": [
        (as_given, "somebody once accepted it"),
        (checks(strict=True), "It holds through that day"),
        (checks(by_age=True), "counts as open from the next"),
        (checks(last=True), "30 days old today"),
        (checks(zero=False), "both are false to Python"),
        (acceptance_first, "that nobody needed"),
        (ends_early, "but not several at once"),
        (lambda *_: ["encryption"], "none of the findings that it was given"),
        (lambda *_: 3, "give a list of the names"),
    ],
    "plan.q5": [
        (down_the_list, "Its order was made for other days"),
        (down_and_skip, "skip what doesn't fit"),
        (greedily(lambda gain, days: gain / days), "These are the quick wins"),
        (greedily(lambda gain, _: gain), "push out two of four"),
        (greedily(lambda _, days: -days), "You keep the cheapest"),
        (each_alone, "Two of one layer"),
        (
            lambda _, planned, days: max(subsets(planned, days), key=effort),
            "You fill the days",
        ),
        (
            lambda system, planned, days: min(
                (s for s in subsets(planned, days) if effort(s) < days), key=lambda s: risk(system, s), default=()
            ),
            "exactly the days",
        ),
        (plans_anew, "was not in the plan"),
        (lambda _, planned, __: planned[: len(planned) // 2 + 1], "half of the days"),
        (lambda *_: set(), "you keep 0 controls"),
        (lambda *_: "none", "give a set of ids"),
    ],
}
