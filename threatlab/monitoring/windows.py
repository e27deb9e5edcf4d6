"""The log cut into windows of ten minutes: how much each client asked in each, and how sure the model was."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from threatlab.monitoring.log import DAY_MINUTES, Day, Floats

WINDOW = 10
"""Minutes in a window. A detector speaks at the end of one, so no attack is seen in less than what is left of it."""

COUNT = DAY_MINUTES // WINDOW
"""Windows in a day: the only thing that any loop of this package runs over."""

MORNING = 20
"""The first windows of the day, 200 minutes: quiet enough to learn from what is normal."""


@dataclass(frozen=True, eq=False)
class Windows:
    """A day as two tables, a row per client and a column per window: `requests`, and the sum of their `confidence`.

    `fleet` is a row: the mean over clients of each client's mean confidence in a window. One client has one vote, so
    that a loud one can't move what it is compared with (one with many accounts can: see `accounts`). `spread` is the
    standard deviation of one request's confidence, learned in the morning.
    """

    requests: Floats
    confidence: Floats
    fleet: Floats
    spread: float

    @property
    def active(self) -> Floats:
        """How many clients asked anything, per window."""
        active: Floats = (self.requests > 0).sum(axis=0).astype(float)
        return active


def count_windows(day: Day) -> Windows:
    """Return the day's log, counted and summed by client and window."""
    minute, confidence = day.log["minute"].to_numpy(), day.log["confidence"].to_numpy()
    client = day.log["client"].cat.codes.to_numpy().astype(np.int64)
    cell = client * COUNT + (minute // WINDOW).astype(np.int64)
    shape = (len(day.clients), COUNT)
    requests: Floats = np.bincount(cell, minlength=shape[0] * COUNT).reshape(shape).astype(float)
    total: Floats = np.bincount(cell, weights=confidence, minlength=shape[0] * COUNT).reshape(shape).astype(float)
    means = total / np.maximum(requests, 1)
    fleet: Floats = means.sum(axis=0) / np.maximum(np.count_nonzero(requests, axis=0), 1)
    spread = float(confidence[: np.searchsorted(minute, MORNING * WINDOW)].std())
    return Windows(requests, total, fleet, spread)
