"""Wrong answers to attack.q4, and what each must be told."""

from __future__ import annotations


def wherever_below(budgets, draws, bound):
    fits = [b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) < bound]
    return max(fits, default=0)


def wrong(right):
    def on_average(budgets, draws, bound):
        return right(budgets, [[sum(at) / len(at) for at in zip(*draws, strict=True)]], bound)

    def in_the_first_draw(budgets, draws, bound):
        return right(budgets, draws[:1], bound)

    def in_the_worst_copy(budgets, draws, bound):
        return right(budgets, [[min(at) for at in zip(*draws, strict=True)]], bound)

    def at_the_bound_too(budgets, draws, bound):
        return right(budgets, draws, bound + 1e-9)

    def first_too_late(budgets, draws, bound):
        return next((b for b in budgets if b > right(budgets, draws, bound)), budgets[-1])

    def never_nothing(budgets, draws, bound):
        return right(budgets, draws, bound) or budgets[0]

    return [
        (on_average, "holds on average"),
        (in_the_first_draw, "holds in the first draw"),
        (in_the_worst_copy, "Plan for the other end"),
        (wherever_below, "the curve dips"),
        (at_the_bound_too, "has to stay below"),
        (first_too_late, "by then it is too late"),
        (never_nothing, "the answer is 0"),
        (30, "not a function"),
    ]
