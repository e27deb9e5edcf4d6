"""Wrong answers to plan.q3, and what each must be told."""

from __future__ import annotations

import threatlab
from threatlab.catalog import SEVERITIES, catalog

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


def first_two(system, days):
    return by_key(system, days, per_day)[:2]


def swapped(system, days):
    order = by_key(system, days, per_day)
    return [*order[1::-1], *order[2:]]


def wrong(_):
    return [
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
    ]
