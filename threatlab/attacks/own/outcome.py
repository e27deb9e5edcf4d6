"""What one repeat of an attack on somebody's own model measured, and how it says that it measured nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from threatlab.checks import Unchangeable
from threatlab.errors import ThreatLabError


class NothingError(ThreatLabError):
    """A repeat measured nothing; the sentence says why, and what would help."""


@dataclass(frozen=True, slots=True)
class Outcome(Unchangeable):
    """Success of the attack, the same measure without an attack, and usefulness to honest callers: shares (0..1)."""

    success: float
    baseline: float
    utility: float
    further: Mapping[str, float] = field(default_factory=dict)
