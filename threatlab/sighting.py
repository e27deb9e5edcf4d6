"""What a detector saw of a running system, and whether it is enough to call somebody."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import Any

from threatlab.errors import ThreatLabError


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a detector saw: which detector (`source`), who or what (`subject`), its score and its threshold.

    A detector's score has a scale of its own, so it brings its own threshold; a risk score's threshold is no measure
    for it.

    Raises
    ------
    ThreatLabError
        If a text is empty or a number is not finite; the message names it and its value.
    """

    source: str
    subject: str
    score: float
    threshold: float

    def __post_init__(self) -> None:
        for name in ("source", "subject"):
            text = getattr(self, name)
            if not isinstance(text, str) or not text.strip():
                raise ThreatLabError(f"{name} is {text!r}; give a text that says something")
        for name in ("score", "threshold"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
                raise ThreatLabError(f"{name} is {value!r}; give a finite number")

    @property
    def alert(self) -> bool:
        """Whether the score is at or above the threshold."""
        return self.score >= self.threshold

    def to_dict(self) -> dict[str, Any]:
        """Return the sighting as an audit log keeps it."""
        return {
            "source": self.source,
            "subject": self.subject,
            "score": float(self.score),
            "threshold": float(self.threshold),
            "alert": self.alert,
        }

    def __str__(self) -> str:
        relation = "at or above" if self.alert else "below"
        return f"{self.source}: {self.subject}: score {self.score:.3g} is {relation} the threshold {self.threshold:.3g}"
