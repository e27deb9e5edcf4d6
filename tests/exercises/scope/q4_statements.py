"""Wrong answers to scope.q4, and what each must be told."""

from __future__ import annotations

from threatlab.exercises.scope import STATEMENTS


def wrong(right):
    return [
        *(({**right, name: not truth}, f"'{name}':") for name, truth in right.items()),
        (dict.fromkeys(STATEMENTS, "yes"), "must be True or False"),
    ]
