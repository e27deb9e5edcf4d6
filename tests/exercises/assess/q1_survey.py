"""Wrong answers to assess.q1, and what each must be told."""

from __future__ import annotations

CONSTRAINTS = {
    "the text 'False' is true": (0.8, "Is every one of these four false to Python?"),
    "a text is true, and a zero is not": (0.6, "one holds a text that is not empty"),
    "the column at the end is never asked for": (0.2, "capital M"),
    "zero and an empty cell": (0.3, "a single finding of weight 0.3"),
    "what is false to Python": (0.0, "An empty text and a zero are not"),
    "a risk score": (1.1, "min(risk_score, 1.0)"),
    "the weights": (0.4, "no sum of some of them"),
    "a number": ("0.5", "not a number"),
}
