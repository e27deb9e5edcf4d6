"""What one look at a machine found: that something is well, or what is wrong with it and the way out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, what was found in a few words, and the way out ("" where nothing is wrong)."""

    what: str
    found: str
    way_out: str = ""

    @property
    def well(self) -> bool:
        """Whether nothing is wrong."""
        return not self.way_out

    def __str__(self) -> str:
        head = f"{'ok' if self.well else 'FAILED':6}  {self.what:9}  {self.found}"
        return " ".join(head.splitlines()) + (f". Way out: {self.way_out}" if self.way_out else "")
