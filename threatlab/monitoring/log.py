"""One day of a model's request log, invented: clients, batch jobs, attackers from loud to stealthy, and a drift.

Nothing in it was recorded anywhere. Its shape is ours, and each number that makes it is named here, so that you can
disagree with it: uneven customers, jobs that burst, attackers who copy the model, and a world that slowly changes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from threatlab.checks import check_number, check_seed, check_whole
from threatlab.monitoring.roster import ATTACKERS, BATCH_JOBS, COVER, LOUDNESS, ORDINARY, REGIONS, SCOPES, sign_up

Floats: TypeAlias = NDArray[np.float64]
Ints: TypeAlias = NDArray[np.int64]

DAY_MINUTES = 1440
EVENTS = (5_000, 5_000_000)
"""Fewest events: below, the stealthiest attacker asks nothing at all. Most: what a laptop holds."""

HONEST, PROBE = (9.0, 1.2), (6.0, 1.6)
"""Beta distributions of the model's confidence: 0.88 on average for an honest request, 0.79 for a probe.

Who copies a model learns most from answers that it is unsure of, so probes lie near its decision boundary.
"""

OWN_LEVEL = 0.025
"""Standard deviation between clients of their typical confidence: one sends clear pictures, another blurred ones."""

UNEVEN = 0.8
"""Sigma of the lognormal that customers' sizes follow: the largest is some seventy times the smallest."""

NOON, MIDDAY, AT_DESKS = 780, 200, 0.5
"""Half of all requests come in office hours: around 13:00, give or take 200 minutes. The rest at any time."""

BURST = 40
"""Minutes in which a batch job sends all it has."""

STRAYS = 0.2
"""Share of a policy breaker's requests that break the policy."""


@dataclass(frozen=True, eq=False)
class Day:
    """A day of requests, and the truth about it, which no real log comes with.

    `log` has a row per request, in order of time: `minute` (0 up to 1440), `client`, `region`, `scope`, and
    `confidence` (0..1), how sure the model was of its answer. `clients` has a row per client: `kind` ("ordinary",
    "batch job" or "attacker"), what the written policy allows it (`regions`, `scopes`, and minutes from `opens` to
    `closes`), and `begins`, the minute of an attacker's first probe at the earliest (NaN for the others).
    """

    log: pd.DataFrame
    clients: pd.DataFrame
    seed: int
    drift_at: int
    drift: float

    @property
    def attackers(self) -> int:
        """How many attackers there are; they are the last rows of `clients`, from loud to stealthy."""
        return int((self.clients["kind"] == "attacker").sum())

    def __repr__(self) -> str:
        return (
            f"Day(seed={self.seed}, events={len(self.log)}, clients={len(self.clients)}, attackers={self.attackers}, "
            f"drift={self.drift:g} at {clock(self.drift_at)})"
        )


def simulate_day(
    seed: int = 0,
    events: int = 100_000,
    *,
    attackers: int = len(ATTACKERS),
    drift_at: int = 1000,
    drift: float = 0.03,
) -> Day:
    """Invent a day: 200 clients, some of them attackers besides, and a drift that all of them share.

    Parameters
    ----------
    seed
        Which day; the same seed gives the same one.
    events
        Requests in it, all clients together.
    attackers
        How many copy the model, counted from the loudest; 0 for a quiet day.
    drift_at
        Minute from which the model is less sure of *everybody's* requests: the world has changed, and nobody attacks.
    drift
        By how much its confidence falls then; 0 for none.

    Raises
    ------
    ThreatLabError
        If one of them is not a number in its range; the message names it, the value and the range.
    """
    seed = check_seed("seed", seed)
    events = check_whole("events", events, *EVENTS)
    attackers = check_whole("attackers", attackers, 0, len(ATTACKERS))
    drift_at = check_whole("drift_at", drift_at, 0, DAY_MINUTES)
    drift = check_number("drift", drift, 0, 0.5)
    rng = np.random.default_rng(seed)
    clients = sign_up(rng, attackers)
    probes = _probes(rng, clients, events)
    honest = _honest(rng, clients, events - len(probes[0]))
    minute, client, confidence = (np.concatenate(columns) for columns in zip(honest, probes, strict=True))
    order = np.lexsort((client, minute))  # clipped minutes are equal, and which of them is first must not be chance
    minute, client, confidence = minute[order], client[order], confidence[order]
    region, scope = _where_and_what(rng, clients, client)
    log = pd.DataFrame(
        {
            "minute": minute,
            "client": named(client, clients["client"]),
            "region": named(region, REGIONS),
            "scope": named(scope, SCOPES),
            "confidence": np.maximum(np.minimum(confidence, 1.0) - drift * (minute >= drift_at), 0.0),
        }
    )
    return Day(log, clients, seed, drift_at, drift)


def clock(minute: float) -> str:
    """Return a minute of the day as a time.

    >>> clock(1000)
    '16:40'
    """
    return f"{int(minute) // 60:02}:{int(minute) % 60:02}"


def named(numbers: Ints, names: Iterable[str]) -> Any:  # pandas-stubs know no Categorical of text made of numbers
    """Return a column of a log: for each row the name of that number."""
    return pd.Categorical.from_codes(numbers, dtype=pd.CategoricalDtype(list(names)))


def _honest(rng: np.random.Generator, clients: pd.DataFrame, count: int) -> tuple[Floats, Ints, Floats]:
    """Return minute, client and confidence of `count` requests of those who mean well."""
    size = rng.lognormal(0.0, UNEVEN, ORDINARY + BATCH_JOBS)
    client = rng.choice(len(size), count, p=size / size.sum())
    desk = np.clip(rng.normal(NOON, MIDDAY, count), 0, np.nextafter(DAY_MINUTES, 0))
    minute = np.where(rng.random(count) < AT_DESKS, desk, rng.uniform(0, DAY_MINUTES, count))
    starts = clients["starts"].to_numpy()[client]
    minute = np.where(np.isnan(starts), minute, starts + rng.uniform(0, BURST, count))
    level = rng.normal(0.0, OWN_LEVEL, len(size))
    return minute, client, rng.beta(*HONEST, count) + level[client]


def _probes(rng: np.random.Generator, clients: pd.DataFrame, events: int) -> tuple[Floats, Ints, Floats]:
    """Return minute, client and confidence of all that attackers ask, from when they begin to the end of the day."""
    who = np.flatnonzero(clients["kind"] == "attacker")
    asks = (LOUDNESS[: len(who)] * events / (ORDINARY + BATCH_JOBS)).astype(int)
    client = np.repeat(who, asks)
    minute = rng.uniform(clients["begins"].to_numpy()[client], DAY_MINUTES)
    innocent = rng.random(len(client)) < np.repeat(COVER[: len(who)], asks)
    confidence = np.where(innocent, rng.beta(*HONEST, len(client)), rng.beta(*PROBE, len(client)))
    return minute, client, confidence


def _where_and_what(rng: np.random.Generator, clients: pd.DataFrame, client: Ints) -> tuple[Ints, Ints]:
    """Return region and scope of each request: what its client is allowed, but for those who stray from it."""
    strays = rng.random(len(client)) < STRAYS
    region = np.where(
        strays & (clients["breaks"] == "region").to_numpy()[client],
        clients["abroad"].to_numpy()[client],
        clients["home"].to_numpy()[client],
    )
    # Three of four requests are plain predictions; the rest ask for the most that the contract has.
    wants = np.where(rng.random(len(client)) < 0.75, 0, clients["most"].to_numpy()[client])
    forbidden = strays & (clients["breaks"] == "scope").to_numpy()[client]
    return region, np.where(forbidden, len(SCOPES) - 1, wants)
