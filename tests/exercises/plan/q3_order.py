"""Wrong answers to plan.q3, and what each must be told."""

from __future__ import annotations

import threatlab
from threatlab.catalog import SEVERITIES, catalog
from threatlab.plan import make_plan as usual_way

CONTROLS = catalog().controls


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


def quick_wins(system, days):
    return by_key(system, days, per_day)


def planned(system, days):
    return [step.control for step in usual_way(system, days, way="quick_wins").steps]


def of_no_use(system, days):
    useful = {step.attribute for step in threatlab.assess(system).best_next(99)}
    return [*quick_wins(system, days), next(control for control in CONTROLS if control not in useful)]


def swapped(system, days):
    order = quick_wins(system, days)
    return [*order[1::-1], *order[2:]]


CONSTRAINTS = {
    "without make_plan": (planned, "make_plan has found it"),
    "ids of controls": (lambda system, days: [CONTROLS[c].title for c in quick_wins(system, days)], "not the id"),
    "a list, in the order in which they are done": (lambda *case: {*quick_wins(*case)}, "give a list of the ids"),
    "next comes the best": (swapped, "your step 1 is"),
    "the most risk": (by(lambda step: -step.effort_days), "Cheap is half of a quick win"),
    "for each day": (by(lambda step: step.removes), "whatever it takes"),
    "looked at anew": (by(per_day, again=False), "Look anew after each step"),
    "those that still fit": (by(per_day, reads_budget=False), "the days are not looked at"),
    "those that fit exactly": (lambda system, days: quick_wins(system, days - 1e-9), "exactly the days"),
    "until nothing fits": (by(per_day, skips=False), "You stop at the first control"),
    "that would remove any risk": (of_no_use, "counters no threat of this system"),
    "it goes on": (lambda *case: quick_wins(*case)[:2], "What still fits"),
}


def wrong(_):
    return [
        (by(lambda step: -SEVERITIES.index(CONTROLS[step.attribute].severity)), "the worst severity"),
        (lambda system, days: quick_wins(system, 2 * days), "over the budget"),
        (lambda *case: [step for step in quick_wins(*case) for _ in range(2)], "in place by then"),
    ]
