"""Checks of what a learner sets: each returns the value, or says in a sentence what would do instead."""

from __future__ import annotations

from math import isfinite

from threatlab.errors import ThreatLabError


def check_whole(name: str, value: object, low: int, high: int) -> int:
    """Return `value` if it is a whole number from `low` to `high`; True and 3.0 are none.

    Raises
    ------
    ThreatLabError
        If it is anything else; the message names it, the value and the range.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ThreatLabError(f"{name} is {value!r}; give a whole number from {low} to {high}")
    return value


def check_number(name: str, value: object, low: float, high: float) -> float:
    """Return `value` as a float if it is a number from `low` to `high`; True, NaN and "3" are none.

    Raises
    ------
    ThreatLabError
        If it is anything else; the message names it, the value and the range.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ThreatLabError(f"{name} is {value!r}; give a number from {low:g} to {high:g}")
    return float(value)


def check_threshold(value: object) -> float:
    """Return `value` as a float if it can be an alert threshold of a detector: a finite number above 0.

    Raises
    ------
    ThreatLabError
        If it can't; the message names the value. At 0 or below, every client would alert before its first request.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value) or value <= 0:
        raise ThreatLabError(f"threshold is {value!r}; give a finite number above 0, such as 16")
    return float(value)
