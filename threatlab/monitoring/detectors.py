"""Detectors: each turns a day into one score per client and window; an alert is a score at or above a threshold.

They are made of two classics of quality control, in which a machine's output drifts off and a chart has to say when:

- **EWMA**, the exponentially weighted moving average: S. W. Roberts 1959, "Control chart tests based on geometric
  moving averages", Technometrics 1(3). Roberts charts the average itself, to find small shifts that last. The detector
  `rate` does another thing with it: it takes the average for what is normal by now, so that only a jump stands out and
  a shift that lasts becomes normal.
- **CUSUM**, the cumulative sum: E. S. Page 1954, "Continuous inspection schemes", Biometrika 41(1/2). Small deviations
  in one direction are added up, so that what no single window shows is seen in time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from threatlab.checks import check_choice
from threatlab.errors import ThreatLabError, short
from threatlab.monitoring.log import Day, Floats
from threatlab.monitoring.windows import MORNING, WINDOW, Windows, count_windows

FORGETS = 0.1
"""Weight of the newest window in a moving average: after seven windows, half of it is new (Roberts's r)."""

SLACK = 0.5
"""Standard deviations that a window may be off before anything is added (Page's k): half of the shift that we look
for, which is one standard deviation."""

FLEET_SLACK, FLEET_ALARM = 2.5, 8.0
"""The same for the fleet's mean, and the sum at which drift is called: all clients together hardly waver, so both can
be set where chance never gets."""


@dataclass(frozen=True)
class Detector:
    """A detector: what it is called, what it watches, and the function that scores."""

    name: str
    title: str
    watches: str
    score: Callable[[Windows], Floats]


@dataclass(frozen=True, eq=False)
class Detection:
    """What a detector made of a day: `scores`, a row per client and a column per window.

    `peaks` is the highest score so far and `asked` the number of requests before each window and at the end (one
    column more), both worked out once: after that, a move of the threshold is one comparison.
    """

    detector: str
    day: Day
    scores: Floats
    requests: Floats
    peaks: Floats = field(init=False)
    asked: Floats = field(init=False)

    def __post_init__(self) -> None:
        none = np.zeros((len(self.requests), 1))
        object.__setattr__(self, "peaks", np.maximum.accumulate(self.scores, axis=1))
        object.__setattr__(self, "asked", np.hstack([none, self.requests.cumsum(axis=1)]))

    def __repr__(self) -> str:
        return f"Detection({self.detector!r}, clients={len(self.scores)}, windows={self.scores.shape[1]})"


@dataclass(frozen=True, eq=False)
class Drift:
    """What happens to all clients at once: the `fleet`'s confidence and the `scores` of its fall, one per window.

    `alarm` is the minute at which the fleet's score first reached `FLEET_ALARM`, or None.
    """

    fleet: Floats
    morning: float
    scores: Floats
    alarm: int | None

    def by(self, minute: float) -> bool:
        """Tell whether drift had been called by a minute of the day."""
        return self.alarm is not None and self.alarm <= minute


def jumps(counts: Floats, start: float) -> Floats:
    """Score how far each count, along the last axis, is above the moving average of those before it.

    With x a count and m the average before it: score = (x - m) / sqrt(m + 1), in standard deviations of a count, then
    m := (1 - r) m + r x with r = `FORGETS`, from `start` on. A count's standard deviation is about the root of its mean
    (Poisson); the 1 keeps silent clients finite.
    """
    average = np.full(counts.shape[:-1], start)
    scores = np.empty_like(counts)
    for window in range(counts.shape[-1]):
        count = counts[..., window]
        scores[..., window] = (count - average) / np.sqrt(average + 1)
        average = (1 - FORGETS) * average + FORGETS * count
    return scores


def confidence_cusum(windows: Windows, baseline: Floats | float) -> Floats:
    """Score how much less sure than `baseline` the model has been of a client, added up over windows.

    With n requests of mean confidence c in a window, z = (baseline - c) sqrt(n) / s is the gap in standard errors, and
    the score is S := max(0, S + z - `SLACK`). Silent windows add nothing but lose the slack.
    """
    gap = baseline * windows.requests - windows.confidence
    return cusum(gap / np.sqrt(np.maximum(windows.requests, 1)) / windows.spread, SLACK)


def cusum(deviations: Floats, slack: float) -> Floats:
    """Return the one-sided cumulative sums, along the last axis, of `deviations` beyond `slack`; never below 0."""
    total = np.zeros(deviations.shape[:-1])
    sums = np.empty_like(deviations)
    for window in range(deviations.shape[-1]):
        total = np.maximum(0.0, total + deviations[..., window] - slack)
        sums[..., window] = total
    return sums


def detect(day: Day, detector: str = "confidence") -> Detection:
    """Run a detector over a day.

    Raises
    ------
    ThreatLabError
        If `day` is no Day, or there is no such detector.
    """
    if not isinstance(day, Day):
        raise ThreatLabError(f"day is {short(day)}; give what simulate_day() returns")
    check_choice("detector", detector, DETECTORS)
    windows = count_windows(day)
    return Detection(detector, day, DETECTORS[detector].score(windows), windows.requests)


def detect_drift(day: Day) -> Drift:
    """Watch the fleet as one: say when the model is less sure of everybody than it was in the morning.

    It can't say why: a campaign over many accounts makes the fleet fall like a drift does (see `accounts`). One client
    is one vote, so its mean's standard error is s sqrt(sum of 1/n) / clients, over clients with n requests.

    Raises
    ------
    ThreatLabError
        If `day` is no Day.
    """
    if not isinstance(day, Day):
        raise ThreatLabError(f"day is {short(day)}; give what simulate_day() returns")
    windows = count_windows(day)
    morning = float(windows.fleet[:MORNING].mean())
    votes = np.where(windows.requests > 0, 1 / np.maximum(windows.requests, 1), 0).sum(axis=0)
    error = windows.spread * np.sqrt(votes) / np.maximum(windows.active, 1)
    fall = np.where(windows.active > 0, morning - windows.fleet, 0.0)
    scores = cusum(fall / np.where(error > 0, error, 1.0), FLEET_SLACK)
    called = np.flatnonzero(scores >= FLEET_ALARM)
    return Drift(windows.fleet, morning, scores, int(called[0] + 1) * WINDOW if len(called) else None)


DETECTORS: Mapping[str, Detector] = MappingProxyType(
    {
        each.name: each
        for each in (
            Detector(
                "confidence",
                "Confidence vs. the fleet (CUSUM)",
                "whether the model has been less sure of one client than of everybody at the same time",
                lambda windows: confidence_cusum(windows, windows.fleet),
            ),
            Detector(
                "rate",
                "Request rate vs. its own average",
                "whether a client suddenly asks more than it used to; who does so steadily is normal an hour later",
                lambda windows: jumps(windows.requests, float(np.median(windows.requests))),
            ),
            Detector(
                "fixed_baseline",
                "Confidence vs. this morning (CUSUM)",
                "whether the model is less sure of one client than it was of everybody this morning",
                lambda windows: confidence_cusum(windows, float(windows.fleet[:MORNING].mean())),
            ),
        )
    }
)
"""The detectors by name. The third is a mistake that is often made: it takes drift for an attack by everybody."""
