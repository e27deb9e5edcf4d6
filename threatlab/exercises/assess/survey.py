"""What the lesson's code makes of a survey."""

from __future__ import annotations

from collections.abc import Callable
from math import isclose

from threatlab.catalog import catalog

SURVEY = {"encryption_enabled": "False", "rbac_configured": 0, "monitoring_active": "", "Monitoring_active": True}
"""One row of a survey, as a spreadsheet exported it."""


def lessons_score() -> float:
    """Return the score (0..1) that the lesson's own class gives to `SURVEY`."""
    core = catalog().rulesets["core"].controls
    return sum(control.core_weight or 0.0 for control in core if not SURVEY.get(control.id))


def says(score: float) -> Callable[[float], bool]:
    """Return a test of whether an answer is this score, to two places."""
    return lambda value: isclose(value, score, abs_tol=0.005)
