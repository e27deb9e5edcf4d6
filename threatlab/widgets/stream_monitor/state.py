"""The stream monitor's state: a day as it stood at a minute, and what can be chosen about it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import pandas as pd

from threatlab.monitoring.evaluation import Evaluation, curve
from threatlab.monitoring.log import DAY_MINUTES
from threatlab.monitoring.violations import violations_by_client
from threatlab.monitoring.watch import Watch
from threatlab.monitoring.windows import WINDOW

LOWEST, HIGHEST = 1.0, 128.0
"""Detector thresholds between which the slider moves."""

THRESHOLDS = tuple(2 ** (quarter / 4) for quarter in range(29))
"""The thresholds of the curve, from `LOWEST` to `HIGHEST`: each four of them double it."""

MANY_ACCOUNTS = (0, 12, 50, 100, 200, 1000)
"""Over how many accounts one campaign can be spread; 0: each attacker of the day works alone."""

RAREST, ONE_IN = 5000, 1000
"""Clients among whom there is one attacker, at most and at first, for the base rate."""

SPEEDS = {"slow": 5, "normal": 10, "fast": 20, "very fast": 60}
"""Minutes of the day that pass in one step of the play."""

STEP_SECONDS = 0.25
"""Between two steps: a picture changes four times a second, which a browser draws with ease."""


@dataclass(frozen=True)
class StreamState:
    """What the monitor shows: a day as it stood at a minute, under a detector and a threshold.

    `accounts` is over how many of them one campaign is spread, 0 if each attacker works alone, and `careful` whether
    they have nothing in common; `one_in` is among how many clients there is one attacker, for the base rate.
    `reported` counts what the manager did about the alerts it was told of, by its response; None without a manager.
    `problem` is what stopped the play, if anything did.
    """

    watch: Watch
    detector: str
    threshold: float
    minute: int
    minutes_per_alert: float
    accounts: int = 0
    careful: bool = False
    one_in: int = ONE_IN
    speed: str = "normal"
    playing: bool = False
    reported: tuple[tuple[str, int], ...] | None = None
    problem: str = ""

    @cached_property
    def now(self) -> Evaluation:
        """What the threshold did so far."""
        return self.watch.evaluate(self.detector, self.threshold, self.minute)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """What every other threshold would have done so far."""
        return curve(self.watch.detections[self.detector], THRESHOLDS, self.minute)

    @property
    def campaign(self) -> bool:
        """Whether the day's attackers are accounts of one campaign."""
        return self.watch.across is not None

    @property
    def windows(self) -> int:
        """How many windows are over."""
        return self.minute // WINDOW


@lru_cache(maxsize=2)
def broken(watch: Watch, minute: int) -> pd.DataFrame:
    """Return who broke the policy until a minute; kept, since a move of the threshold doesn't change it."""
    return violations_by_client(watch.violations, minute)


@lru_cache(maxsize=2)
def moments(watch: Watch) -> dict[str, int]:
    """Return the moments of the day that have a name, each with its minute."""
    day = watch.day
    begins = [int(minute) for minute in day.clients["begins"].dropna()]
    first = {"first attack": min(begins)} if begins else {}
    drift = {"drift": day.drift_at} if day.drift else {}
    return {"start": 0, **first, **drift, "end": DAY_MINUTES}
