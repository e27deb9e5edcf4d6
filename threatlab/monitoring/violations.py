"""Policy violations: requests that the written access policy forbids, found by rule, with no threshold.

A rule is exact: no false alert, no delay, nothing to tune. It also sees only what somebody wrote down. An attacker with
a contract, who asks from the right place for what it may ask, breaks no rule, and copies the model all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from threatlab.checks import check_number
from threatlab.errors import ThreatLabError, short
from threatlab.monitoring.log import DAY_MINUTES, Day, clock
from threatlab.monitoring.roster import REGIONS, SCOPES

RULES = ("region", "hours", "scope")


def find_violations(day: Day) -> pd.DataFrame:
    """Return a row for each request and each rule that it breaks, in order of time.

    Columns: `minute`, `client`, `kind`, `rule` (one of `RULES`), `asked` and `allowed`, both in words.

    Raises
    ------
    ThreatLabError
        If `day` is no Day.
    """
    if not isinstance(day, Day):
        raise ThreatLabError(f"day is {short(day)}; give what simulate_day() returns")
    log, clients = day.log, day.clients
    client, region, scope = (log[name].cat.codes.to_numpy() for name in ("client", "region", "scope"))
    minute = log["minute"].to_numpy()
    in_hours = (clients["opens"].to_numpy()[client] <= minute) & (minute < clients["closes"].to_numpy()[client])
    broken = {
        "region": ~_allowed(clients["regions"], REGIONS)[client, region],
        "hours": ~in_hours,
        "scope": ~_allowed(clients["scopes"], SCOPES)[client, scope],
    }
    hours = pd.Series([f"{clock(a)} to {clock(b)}" for a, b in zip(clients["opens"], clients["closes"], strict=True)])
    allowed = {"region": clients["regions"].map(", ".join), "hours": hours, "scope": clients["scopes"].map(", ".join)}
    tables = []
    for rule in RULES:
        at = np.flatnonzero(broken[rule])
        who = client[at]
        asked = [clock(m) for m in minute[at]] if rule == "hours" else log[rule].astype(str).to_numpy()[at]
        tables.append(
            pd.DataFrame(
                {
                    "minute": minute[at],
                    "client": clients["client"].to_numpy()[who],
                    "kind": clients["kind"].to_numpy()[who],
                    "rule": rule,
                    "asked": np.asarray(asked, dtype=object),
                    "allowed": allowed[rule].to_numpy()[who],
                }
            )
        )
    return pd.concat(tables).sort_values("minute", kind="stable", ignore_index=True)


def violations_by_client(violations: pd.DataFrame, until: float = DAY_MINUTES) -> pd.DataFrame:
    """Return a row per client and rule broken until a minute of the day: first minute, number of requests, an example.

    Columns: `client`, `kind`, `rule`, `first`, `requests`, `asked`, `allowed`; whoever strayed first comes first.

    Raises
    ------
    ThreatLabError
        If `violations` is no such table, or `until` no minute of the day.
    """
    if not isinstance(violations, pd.DataFrame) or "rule" not in violations.columns:
        raise ThreatLabError("violations must be a DataFrame that find_violations() returned")
    so_far = violations[violations["minute"] < check_number("until", until, 0, DAY_MINUTES)]
    so_far, who = so_far.sort_values("minute", kind="stable"), ["client", "kind", "rule"]
    firsts = so_far.drop_duplicates(who).rename(columns={"minute": "first"})
    firsts["requests"] = so_far.groupby(who, sort=False).size().to_numpy()
    return firsts[[*who, "first", "requests", "asked", "allowed"]].reset_index(drop=True)


def _allowed(lists: Iterable[Sequence[str]], values: Sequence[str]) -> NDArray[np.bool_]:
    """Return a row per client and a column per value: whether the policy allows it."""
    return np.array([[value in allowed for value in values] for allowed in lists])
