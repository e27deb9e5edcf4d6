"""Wrong answers to assess.q1, and what each must be told."""

from __future__ import annotations


def wrong(_):
    return [
        (0.8, "Is every one of these four false to Python?"),
        (0.6, "one holds a text that is not empty"),
        (0.2, "capital M"),
        (0.3, "a single finding of weight 0.3"),
        (0.0, "An empty text and a zero are not"),
        (1.1, "min(risk_score, 1.0)"),
        (0.4, "no sum of some of them"),
        ("0.5", "not a number"),
    ]
