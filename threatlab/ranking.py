"""What stands before what, and what is above what: by figures without the digits that nobody sees."""

from __future__ import annotations

DIGITS = 12
"""Scores and risks are made of shares; what differs beyond these digits is the way in which they were worked out."""


def rounded(figure: float) -> float:
    """Return `figure` as a key to sort by: without its last digits, on which no order may hang. Never for showing."""
    return round(figure, DIGITS)


SHOWN = 2
"""Digits of a score or risk on screen. What is compared there is compared as it stands there."""


def reaches(score: float, threshold: float) -> bool:
    """Tell whether a score is at or above a threshold, both as they are shown: what reads 0.70 has reached 0.70."""
    return round(score, SHOWN) >= round(threshold, SHOWN)


def moved(now: float, before: float) -> float:
    """Return how far a score has moved, as both are shown: from what reads 0.72 to what reads 0.67 it is 0.05."""
    return round(round(now, SHOWN) - round(before, SHOWN), SHOWN)


def exceeds(risk: float, bound: float) -> bool:
    """Tell whether a risk is above a bound, both as they are shown: what reads 0.15 is not above 0.15."""
    return round(risk, SHOWN) > round(bound, SHOWN)
