"""Wrong answers to plan.q1, and what each must be told."""

from __future__ import annotations

from math import prod


def room(costs, floor):
    return max(0.0, 1 - floor / prod(1 - cost for cost in costs))


CONSTRAINTS = {
    "what the controls in place cost": (lambda _, floor: 1 - floor, "Some of it is spent already"),
    "a floor that may be any": (lambda costs, _: room(costs, 0.9), "0.08 above the floor"),
    "the largest cost": (lambda costs, floor: room(costs, floor) / 2, "above the floor: more may go"),
    "at least the floor is left": (lambda costs, floor: 1.1 * room(costs, floor), "0.008 below the floor"),
    "if nothing more may be lost, it is 0": (
        lambda costs, floor: 1 - floor / prod(1 - c for c in costs),
        "The floor is broken already",
    ),
    "the list may be empty": (lambda costs, floor: room(costs, floor) if costs else 0.0, "For costs [] and the floor"),
    "a share": (lambda costs, floor: 100 * room(costs, floor), "a hundred times too much"),
}


def wrong(_):
    return [
        (lambda costs, floor: max(0.0, 1 - sum(costs) - floor), "as if usefulness were money"),
        (lambda costs, floor: max(0.0, 1 - floor / (1 - sum(costs))), "ten controls of 10%"),
        (lambda costs, floor: max(0.0, prod(1 - c for c in costs) - floor), "points of the whole"),
        (lambda costs, _: 1 - prod(1 - c for c in costs), "The floor doesn't occur in it"),
        (lambda costs, _: prod(1 - c for c in costs), "That is what is left now"),
        (lambda costs, floor: max(0.0, 1 - floor / (1 - max(costs, default=0))), "Only the dearest control"),
        (lambda costs, floor: 1 - prod(1 - c for c in costs) / floor, "Which of the two is the whole"),
        (lambda costs, floor: round(room(costs, floor), 3), "That is right, but rounded"),
        (lambda costs, floor: int(1000 * room(costs, floor)) / 1000, "0.00011 above the floor"),
    ]
