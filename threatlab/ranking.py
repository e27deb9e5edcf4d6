"""What stands before what: figures that differ by rounding alone are equal, and another key decides."""

from __future__ import annotations

DIGITS = 12
"""Scores and risks are made of shares; what differs beyond these digits is the way in which they were worked out."""


def rounded(figure: float) -> float:
    """Return `figure` as a key to sort by: without its last digits, on which no order may hang. Never for showing."""
    return round(figure, DIGITS)
