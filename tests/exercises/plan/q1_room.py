"""Wrong answers to plan.q1, and what each must be told."""

from __future__ import annotations

from math import prod


def wrong(right):
    return [
        (lambda costs, floor: max(0.0, 1 - sum(costs) - floor), "as if usefulness were money"),
        (lambda costs, floor: max(0.0, 1 - floor / (1 - sum(costs))), "ten controls of 10%"),
        (lambda costs, floor: max(0.0, prod(1 - c for c in costs) - floor), "points of the whole"),
        (lambda costs, _: 1 - prod(1 - c for c in costs), "The floor doesn't occur in it"),
        (lambda costs, _: prod(1 - c for c in costs), "That is what is left now"),
        (lambda costs, floor: max(0.0, 1 - floor / (1 - max(costs, default=0))), "Only the dearest control"),
        (lambda _, floor: 1 - floor, "Some of it is spent already"),
        (lambda costs, floor: 100 * right(costs, floor), "a hundred times too much"),
        (lambda costs, floor: 1 - floor / prod(1 - c for c in costs), "The floor is broken already"),
        (lambda *_: 0.117, "Is that the floor?"),
        (lambda costs, floor: 1 - prod(1 - c for c in costs) / floor, "Which of the two is the whole"),
    ]
