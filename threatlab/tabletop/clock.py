"""A countdown that can be paused: a value, told the time by its caller, so that nothing in it waits."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Countdown:
    """The time for one decision, in seconds: `limit` in all, `spent` until its last start.

    That was at `since`, or None if it stands. `now` is a reading of any clock that only goes forward, in seconds.
    """

    limit: float
    spent: float = 0.0
    since: float | None = None

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self.since is not None

    def used(self, now: float) -> float:
        """Return the seconds that have passed while it ran."""
        return self.spent + (0.0 if self.since is None else now - self.since)

    def left(self, now: float) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.limit - self.used(now))

    def started(self, now: float) -> Countdown:
        """Return it running; if it runs already, as it is."""
        return self if self.running else replace(self, since=now)

    def paused(self, now: float) -> Countdown:
        """Return it standing still, with what has been used."""
        return replace(self, spent=self.used(now), since=None)
