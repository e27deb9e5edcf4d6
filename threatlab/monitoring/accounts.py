"""One campaign over many accounts: a comparison of clients with each other goes blind, and a look across them doesn't.

A peer is a baseline only while attackers are few among the peers. The campaign asks what the day's attackers ask, and
no account asks much of it. What the accounts have in common is invented, too: a means of payment, and the questions,
each asked again from other accounts. A careful campaign has neither in common, and is seen by its volume at best.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import erf, sqrt

import numpy as np
import pandas as pd

from threatlab.checks import check_flag, check_whole
from threatlab.errors import ThreatLabError, short
from threatlab.monitoring.detectors import Detection, cusum, detect
from threatlab.monitoring.log import AT_DESKS, BURST, DAY_MINUTES, MIDDAY, NOON, Day, Floats, Ints, named
from threatlab.monitoring.roster import REGIONS, SCOPES
from threatlab.monitoring.windows import COUNT, WINDOW, count_windows

ACCOUNTS = (2, 1000)
"""Fewest and most accounts of a campaign."""

PER_CARD = 25
"""Accounts that one means of payment pays for, in a campaign that isn't careful."""

AGENCIES, AGENCY = 4, 4
"""Honest customers share means of payment as well: four agencies pay for four clients each."""

COMMON, NEWS = 500, 10
"""Questions that are asked every day, and those that are new today and that everybody asks."""

ASKS_COMMON, ASKS_NEWS = 0.3, 0.02
"""Share of honest requests that ask one of them. The others are asked once."""

TWINS = 3
"""Accounts that ask each question of a campaign that isn't careful. A new question that as many ask is a shared one."""

SHARED = 5
"""Shared questions, beyond those that nobody shares, from which on an account is called."""

HOUR, BUSIER = 6, 0.2
"""Windows over which requests are counted, and how far they must be above the usual to be called: an honest hour of
the invented day is at most a tenth above. Real ones vary more: a sale, a release."""


@dataclass(frozen=True, eq=False)
class Across:
    """What a look across accounts has to go by.

    `linked` is the confidence detector on payers in place of accounts; `questions` scores the new questions that an
    account shares with others; `volume` is how many times the usual all clients asked in the hour before the end of
    each window (NaN in the first hour), and `busy` the minute from which that was too much, or None.
    """

    linked: Detection
    questions: Detection
    volume: Floats
    busy: int | None


def spread(day: Day, accounts: int = 200, *, careful: bool = False) -> Day:
    """Return the same day, with all that its attackers ask asked by one of them, through many accounts.

    The log gets a column `question` (two requests with the same number ask the same) and the clients a column `card`,
    which pays for them. A `careful` campaign has a card for each account and asks nothing twice. No account breaks a
    rule.

    Raises
    ------
    ThreatLabError
        If `day` is no Day or has no attackers, or a parameter is out of range.
    """
    if not isinstance(day, Day):
        raise ThreatLabError(f"day is {short(day)}; give what simulate_day() returns")
    accounts = check_whole("accounts", accounts, *ACCOUNTS)
    check_flag("careful", careful)
    if not day.attackers:
        raise ThreatLabError("day has no attackers, so there is nothing to spread; give one with attackers")
    rng = np.random.default_rng([day.seed, accounts])
    customers = day.clients.iloc[: len(day.clients) - day.attackers]
    client = day.log["client"].cat.codes.to_numpy().astype(np.int64)
    hostile = client >= len(customers)
    asked = int(hostile.sum())
    account = rng.permutation(np.arange(asked) % accounts)
    client[hostile] = len(customers) + account

    home = rng.integers(len(REGIONS), size=accounts)
    region, scope = (day.log[name].cat.codes.to_numpy().astype(np.int64) for name in ("region", "scope"))
    region[hostile], scope[hostile] = home[account], 0

    kind = rng.random(len(client))
    question = COMMON + NEWS + np.arange(len(client))
    question = np.where(kind < ASKS_NEWS, rng.integers(COMMON, COMMON + NEWS, len(client)), question)
    question = np.where(kind > 1 - ASKS_COMMON, rng.integers(0, COMMON, len(client)), question)
    own = rng.permutation(asked) // (1 if careful else TWINS)
    question[hostile] = COMMON + NEWS + len(client) + own

    card = np.arange(len(customers)) - AGENCY * AGENCIES
    card = np.where(card < 0, np.arange(len(customers)) // AGENCY - AGENCIES, card)
    cards = len(customers) + np.arange(accounts) // (1 if careful else PER_CARD)
    opened = pd.DataFrame(
        {
            "client": [f"account-{number:04}" for number in range(1, accounts + 1)],
            "kind": "attacker",
            "breaks": "",
            "home": home,
            "abroad": home,
            "most": 0,
            "regions": [(REGIONS[number],) for number in home],
            "scopes": [(SCOPES[0],)] * accounts,
            "opens": 0.0,
            "closes": float(DAY_MINUTES),
            "begins": day.clients["begins"].min(),
            "card": cards,
        }
    )
    clients = pd.concat([customers.assign(card=card), opened], ignore_index=True)
    log = day.log.assign(
        client=named(client, clients["client"]),
        region=named(region, REGIONS),
        scope=named(scope, SCOPES),
        question=question,
    )
    return Day(log, clients, day.seed, day.drift_at, day.drift)


def link(day: Day) -> Day:
    """Return a day of `spread` with one client for each means of payment: whoever pays is who asks.

    Raises
    ------
    ThreatLabError
        If `day` doesn't say who pays.
    """
    clients = _spread(day).clients
    _, first, payer, count = np.unique(
        clients["card"].to_numpy(), return_index=True, return_inverse=True, return_counts=True
    )
    names = clients["client"].to_numpy()[first].astype(object)
    names = np.where(count > 1, [f"{name} and {n - 1} more" for name, n in zip(names, count, strict=True)], names)
    log = day.log.assign(client=named(payer[day.log["client"].cat.codes.to_numpy()], names))
    return Day(log, clients.iloc[first].assign(client=names).reset_index(drop=True), day.seed, day.drift_at, day.drift)


def look_across(day: Day) -> Across:
    """Return what is seen across the accounts of a day of `spread`: by payers, by questions, by volume.

    Raises
    ------
    ThreatLabError
        If `day` doesn't say who pays and what is asked.
    """
    volume = _volume(_spread(day))
    busy = np.flatnonzero(volume >= 1 + BUSIER)
    return Across(detect(link(day)), _questions(day), volume, int(busy[0] + 1) * WINDOW if len(busy) else None)


def _questions(day: Day) -> Detection:
    """Score each client by its new questions: one up for each that is shared by now, one down for each other.

    A question is new if it isn't one of those asked every day, and shared from the moment when `TWINS` clients have
    asked it. The sum never falls below 0.
    """
    new = day.log.loc[day.log["question"] >= COMMON, ["minute", "client", "question"]]
    first = new.drop_duplicates(["question", "client"])
    shared_at = first["minute"].where(first.groupby("question").cumcount() == TWINS - 1)
    since = shared_at.groupby(first["question"]).transform("min").to_numpy()
    minute, client = first["minute"].to_numpy(), first["client"].cat.codes.to_numpy().astype(np.int64)

    def by_window(who: Ints, when: Floats) -> Floats:
        cells = who * COUNT + (when // WINDOW).astype(np.int64)
        counts: Floats = np.bincount(cells, minlength=len(day.clients) * COUNT).reshape(-1, COUNT).astype(float)
        return counts

    known = ~np.isnan(since)
    shared = by_window(client[known], np.maximum(minute, since)[known])
    return Detection("questions", day, cusum(2 * shared - by_window(client, minute), 0.0), count_windows(day).requests)


def _volume(day: Day) -> Floats:
    """Return the requests of all clients in the last hour over those that are usual then, at the end of each window.

    What is usual follows from how the day is invented, as many such days would show it.
    """
    kind = day.clients["kind"].to_numpy()
    asked = np.bincount(day.log["client"].cat.codes.to_numpy(), minlength=len(kind))
    edges = np.arange(COUNT + 1) * float(WINDOW)
    at_desks = np.array([(1 + erf((edge - NOON) / MIDDAY / sqrt(2))) / 2 for edge in edges])
    at_desks[[0, -1]] = 0.0, 1.0
    usual = asked[kind == "ordinary"].sum() * (AT_DESKS * np.diff(at_desks) + (1 - AT_DESKS) / COUNT)
    for job in np.flatnonzero(kind == "batch job"):
        starts = float(day.clients["starts"].iloc[job])
        inside: Floats = np.minimum(edges[1:], starts + BURST) - np.maximum(edges[:-1], starts)
        usual = usual + asked[job] * np.clip(inside, 0, None) / BURST
    requests = np.bincount((day.log["minute"].to_numpy() // WINDOW).astype(np.int64), minlength=COUNT)
    hours = [np.convolve(each, np.ones(HOUR), "valid") for each in (requests, usual)]
    volume: Floats = np.concatenate([np.full(HOUR - 1, np.nan), hours[0] / hours[1]])
    return volume


def _spread(day: object) -> Day:
    if not isinstance(day, Day) or "card" not in day.clients.columns:
        raise ThreatLabError(f"day is {short(day)}; give what spread() returns")
    return day
