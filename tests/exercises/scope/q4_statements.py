"""Wrong answers to scope.q4, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("scope.q4")

CONSTRAINTS = {name: ({**RIGHT, name: not truth}, f"'{name}':") for name, truth in RIGHT.items()} | {
    "true or false": (dict.fromkeys(RIGHT, "yes"), "must be True or False"),
}
