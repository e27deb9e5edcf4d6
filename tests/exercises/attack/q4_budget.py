"""Wrong answers to attack.q4, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("attack.q4")


def wherever_below(budgets, draws, bound):
    fits = [b for b, at in zip(budgets, zip(*draws, strict=True), strict=True) if max(at) < bound]
    return max(fits, default=0)


def on_average(budgets, draws, bound):
    return RIGHT(budgets, [[sum(at) / len(at) for at in zip(*draws, strict=True)]], bound)


def in_the_first_draw(budgets, draws, bound):
    return RIGHT(budgets, draws[:1], bound)


def in_the_worst_copy(budgets, draws, bound):
    return RIGHT(budgets, [[min(at) for at in zip(*draws, strict=True)]], bound)


def at_the_bound_too(budgets, draws, bound):
    return RIGHT(budgets, draws, bound + 1e-9)


def first_too_late(budgets, draws, bound):
    return next((b for b in budgets if b > RIGHT(budgets, draws, bound)), budgets[-1])


def never_nothing(budgets, draws, bound):
    return RIGHT(budgets, draws, bound) or budgets[0]


def one_too_early(budgets, draws, bound):
    latest = RIGHT(budgets, draws, bound)
    return max((budget for budget in budgets if budget < latest), default=0)


def its_place(budgets, draws, bound):
    return budgets.index(RIGHT(budgets, draws, bound)) if RIGHT(budgets, draws, bound) else 0


CONSTRAINTS = {
    "every draw": (on_average, "holds on average"),
    "each of the draws": (in_the_first_draw, "holds in the first draw"),
    "the best copy": (in_the_worst_copy, "Plan for the other end"),
    "up to which": (wherever_below, "the curve dips"),
    "below the bound": (at_the_bound_too, "has to stay below"),
    "the last budget": (one_too_early, "Give a budget of the list"),
    "before it is too late": (first_too_late, "by then it is too late"),
    "0 if even the smallest budget is too much": (never_nothing, "the answer is 0"),
    "any bound": (lambda budgets, draws, _: RIGHT(budgets, draws, 0.85), "you say 30. Give a budget"),
    "a budget": (its_place, "you say 1. Give a budget of the list"),
    "a function": (30, "not a function"),
}
