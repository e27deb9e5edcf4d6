"""Findings by STRIDE: six ways to break a promise, the bridge to the next lesson."""

from __future__ import annotations

from collections.abc import Mapping

from threatlab.assessment.result import Assessment, Finding
from threatlab.errors import ThreatLabError

STRIDE: Mapping[str, str] = {
    "S": "Spoofing",
    "T": "Tampering",
    "R": "Repudiation",
    "I": "Information disclosure",
    "D": "Denial of service",
    "E": "Elevation of privilege",
}
"""The categories by letter, in STRIDE's order (Loren Kohnfelder and Praerit Garg, Microsoft, 1999)."""

BREAKS: Mapping[str, str] = {
    "S": "someone poses as somebody else",
    "T": "someone changes data, code or a model",
    "R": "someone can deny what they did",
    "I": "someone learns what they must not",
    "D": "someone takes the service away",
    "E": "someone does what they have no right to",
}
"""What each category means, in our words."""


def by_stride(assessment: Assessment) -> dict[str, tuple[Finding, ...]]:
    """Return an assessment's findings by the letters of STRIDE, all six, worst first in each.

    A control that stands against several categories has its finding in each of them.

    Raises
    ------
    ThreatLabError
        If `assessment` is none.
    """
    if not isinstance(assessment, Assessment):
        raise ThreatLabError(f"by_stride() takes an Assessment, not {assessment!r}; assess() makes one")
    controls = assessment.catalog.controls
    return {
        letter: tuple(finding for finding in assessment.findings if letter in controls[finding.attribute].stride)
        for letter in STRIDE
    }
