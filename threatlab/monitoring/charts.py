"""Four control charts on the same invented series: what each finds, at the same share of false alarms.

All four see how many requests a client makes in a window. What they find hangs on what they remember: the first
nothing, the second what is normal by now, the last two how far it has been off.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import pandas as pd

from threatlab.checks import check_seed
from threatlab.monitoring.detectors import FORGETS, SLACK, cusum, jumps
from threatlab.monitoring.log import Floats
from threatlab.monitoring.windows import COUNT

USUAL = 10.0
"""Requests in a window on average, as long as nothing happens; the count is Poisson's."""

SERIES = 4000
"""Series of each kind: the standard error of a share is at most 0.008."""

FALSE_ALARMS = 0.05
"""Share of the quiet series in which each chart alerts: its limit is set so."""

SHIFT_LASTS, DRIFT_LASTS, AT = 24, 72, 72
"""Windows that a shift lasts (four hours) and a drift grows, and the window in which they and the burst begin."""

BURST_OF = 5
"""Standard deviations by which one window is above the usual in a burst; shift and drift reach one."""


def ewma(z: Floats) -> Floats:
    """Return Roberts's chart along the last axis: the moving average of deviations, in its own standard deviations.

    With z a deviation in standard deviations of one window, E := (1 - r) E + r z from 0, r = `FORGETS`. After n windows
    its variance is r / (2 - r) (1 - (1 - r)^(2n)). Source: see the head of `detectors`.
    """
    average = np.zeros(z.shape[:-1])
    scores = np.empty_like(z)
    for window in range(z.shape[-1]):
        average = (1 - FORGETS) * average + FORGETS * z[..., window]
        variance = FORGETS / (2 - FORGETS) * (1 - (1 - FORGETS) ** (2 * (window + 1)))
        scores[..., window] = average / np.sqrt(variance)
    return scores


def deviations(counts: Floats) -> Floats:
    """Return how far counts are above the usual, in standard deviations."""
    off: Floats = (counts - USUAL) / np.sqrt(USUAL)
    return off


CHARTS: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "each window alone (Shewhart)": deviations,
        "against its own average (`rate`)": lambda counts: jumps(counts, USUAL),
        "moving average (EWMA; Roberts)": lambda counts: ewma(deviations(counts)),
        "cumulative sum (CUSUM; Page)": lambda counts: cusum(deviations(counts), SLACK),
    }
)
"""The charts by name, each a function from counts, a row per series, to scores."""


def compare_charts(seed: int = 0) -> pd.DataFrame:
    """Return a row for each chart: in which share of the series it alerts, by what happens in them.

    Columns: `quiet`, `burst` (one window `BURST_OF` standard deviations up), `shift` (one standard deviation up, for
    `SHIFT_LASTS` windows) and `drift` (as far, growing over `DRIFT_LASTS` windows). A chart's limit is the score
    that all but `FALSE_ALARMS` of other quiet series keep below.

    Raises
    ------
    ThreatLabError
        If `seed` is no whole number from 0.
    """
    rng = np.random.default_rng(check_seed("seed", seed))
    window, deviation = np.arange(COUNT), np.sqrt(USUAL)
    happens = {
        "quiet": np.zeros(COUNT),
        "burst": BURST_OF * (window == AT),
        "shift": (window >= AT) & (window < AT + SHIFT_LASTS),
        "drift": np.clip((window - AT + 1) / DRIFT_LASTS, 0, 1),
    }
    learned = _counts(rng, np.zeros(COUNT))
    limits = {name: np.quantile(chart(learned).max(axis=1), 1 - FALSE_ALARMS) for name, chart in CHARTS.items()}
    alerts = {
        what: {name: float((chart(counts).max(axis=1) > limits[name]).mean()) for name, chart in CHARTS.items()}
        for what, counts in ((what, _counts(rng, added * deviation)) for what, added in happens.items())
    }
    return pd.DataFrame(alerts)


def _counts(rng: np.random.Generator, added: Floats) -> Floats:
    """Return `SERIES` rows of Poisson counts around the usual and what is added to it."""
    return rng.poisson(USUAL + added, (SERIES, COUNT)).astype(float)
