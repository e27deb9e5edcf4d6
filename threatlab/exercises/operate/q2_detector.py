"""Question 2 of lesson 06: a detector with three faults, judged on series that each show one."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from statistics import mean
from typing import Any, NamedTuple

from threatlab.exercises.judges import a_function, a_number, other_kind, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps

Window = dict[str, list[float]]
Windows = list[Window]

SLACK, THRESHOLD = 1 / 64, 1 / 4
"""What the detector of q2 takes off each gap, and the sum at which it alerts: sums of such numbers are exact."""


def reference(windows: Sequence[Mapping[str, Sequence[float]]]) -> dict[str, int]:
    """Return the first window in which each client alerts: CUSUM against the fleet, one client one vote."""
    sums: dict[str, float] = {}
    alerts: dict[str, int] = {}
    for number, window in enumerate(windows):
        means = {client: mean(values) for client, values in window.items()}
        fleet = mean(means.values())
        for client, value in means.items():
            sums[client] = max(0.0, sums.get(client, 0.0) + fleet - value - SLACK)
            if sums[client] >= THRESHOLD:
                alerts.setdefault(client, number)
    return alerts


def invent(  # noqa: PLR0913
    seed: int,
    names: Sequence[str],
    *,
    count: int = 40,
    level: Mapping[str, Callable[[int], float]] | None = None,
    asks: Mapping[str, int] | None = None,
    drift_at: int = 99,
) -> Iterator[Window]:
    """Yield invented windows: every client near 0.9, but for those with a `level` of their own, by window.

    `asks` is how many requests a client makes in a window, 3 if it isn't named; from `drift_at` on, the model is
    less sure of everybody, by 0.1.
    """
    rng, own, many = random.Random(seed), level or {}, asks or {}  # noqa: S311  # an invented log, no secret
    for number in range(count):
        drift = 0.1 if number >= drift_at else 0.0
        yield {
            name: [
                round((own[name](number) if name in own else 0.9) - drift + rng.uniform(-0.01, 0.01), 3)
                for _ in range(many.get(name, 3))
            ]
            for name in names
        }


@cache
def small_day() -> Windows:
    """Return the day on which the learner sees the broken detector fail: a drift, and Ida who copies the model."""
    names = ("Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gus", "Ida")
    return list(invent(1, names, level={"Ida": lambda at: 0.91 if at < 10 else 0.82}, drift_at=25))


_CLIENTS = tuple(f"c{number}" for number in range(1, 9))


class _Series(NamedTuple):
    """A hidden series: what happens, its windows, who has to be named from which window on, and what that shows."""

    happens: str
    windows: Windows
    culprits: dict[str, int]
    says: str


_SERIES = (
    _Series(
        "in window 12 c6 asks for what the model hardly knows, and in no other",
        list(invent(9, _CLIENTS, level={"c6": lambda at: 0.3 if at == 12 else 0.9})),
        {"c6": 12},
        "c6 alerts in window 12: that is the first in which its sum is high enough, and windows are counted from 0.",
    ),
    _Series(
        "the model becomes less sure of everybody, step by step from window 20 on, and nobody attacks",
        list(invent(2, _CLIENTS, level=dict.fromkeys(_CLIENTS, lambda at: 0.9 - 0.1 * min(max(at - 19, 0), 4)))),
        {},
        "Against what do you compare? A window that is over knows nothing of this one. Here all eight fall together, "
        "and none of them has moved away from the others.",
    ),
    _Series(
        "c1 sends clearer pictures than anybody, and the model is surer of c1",
        list(invent(6, _CLIENTS, level={"c1": lambda _: 0.99})),
        {},
        "c1 deviates, but in the other direction, and the others by less than the slack: a copier's requests are those "
        "that the model is *less* sure of.",
    ),
    _Series(
        "c5 is only a little off, always: 0.86 where the others have 0.9",
        list(invent(7, _CLIENTS, level={"c5": lambda _: 0.86})),
        {"c5": 0},
        "A little below the others of the same window, in every window, is what this detector adds up for. What you "
        "compare with hides it, or slack and threshold are no longer what they were.",
    ),
    _Series(
        "c7 behaves better than anybody for 30 windows, and copies the model from window 30 on",
        list(invent(3, _CLIENTS, level={"c7": lambda at: 0.95 if at < 30 else 0.82})),
        {"c7": 30},
        "Look at c7's sum before window 30: it has sunk far below zero, and all that has to be made up again "
        "before anything is seen. A good morning must not be credit for the afternoon.",
    ),
    _Series(
        "c8 copies the model from the start, and asks more than all others together",
        list(invent(4, _CLIENTS[4:], level={"c8": lambda _: 0.81}, asks={"c8": 60})),
        {"c8": 0},
        "When each request has a vote, the one who asks most decides what is normal, and c8 asks 60 of every 69. "
        "Whom do you count, requests or clients?",
    ),
    _Series(
        "c3 copies the model, and hides among honest requests in every third window",
        list(invent(5, _CLIENTS, level={"c3": lambda at: 0.9 if at % 3 == 2 else 0.82})),
        {"c3": 0},
        "One good window, and c3 is forgiven everything. What is added up shall shrink by what a good window takes "
        "off, and not vanish.",
    ),
    _Series(
        "everything at once: a drift at window 15, and c2, who copies from window 20 on and asks a lot",
        list(invent(8, _CLIENTS, level={"c2": lambda at: 0.93 if at < 20 else 0.8}, asks={"c2": 40}, drift_at=15)),
        {"c2": 20},
        "Each fault alone is mended, it seems, but not all of them in the same detector.",
    ),
    _Series(
        "c1's sum reaches the threshold, and not more, in the last window",
        [{name: [0.8125 if name == "c1" else 0.875] for name in _CLIENTS[:4]} for _ in range(8)],
        {"c1": 0},
        "A sum that is as high as the threshold alerts (>=). That was right in the detector as it was, and so were "
        "slack and threshold.",
    ),
)
_PATIENCE = 3
"""Windows by which an answer may differ from ours: another fair way to take the middle of a fleet is right too."""


def mends_the_detector(answer: Any) -> str:
    """Judge a function from windows to the first alert of each client, on series that each show one fault."""
    function = a_function(answer, "a list of windows")
    for number, (happens, windows, culprits, says) in enumerate(_SERIES, 1):
        alerts = returned(function, windows)
        if not isinstance(alerts, Mapping):
            raise other_kind(alerts, "a dict from clients to numbers of windows")
        if strangers := [shown(name) for name in alerts if name not in windows[0]]:
            raise NotYet(
                f"Your function names {strangers[0]}, who is no client there: name those in the windows it gets."
            )
        first = {name: a_number(at) for name, at in alerts.items()}
        ours = reference(windows)
        late = [
            name
            for name, begins in culprits.items()
            if name not in first or first[name] > ours[name] + (_PATIENCE if ours[name] > begins else 0)
        ]
        wrong = [name for name in first if name not in culprits or first[name] < culprits[name]]
        named = ", ".join(f"{name} in window {at:g}" for name, at in first.items()) or "nobody"
        where = f"A hidden series: {happens}. Your detector names {named}."
        if late or wrong:
            raise NotYet(f"{where} {says}", f"series {number}")
        if any(first[name] < ours[name] - _PATIENCE for name in first):
            raise NotYet(
                f"{where} That is too soon: did you lower slack or threshold? They are to be left alone.", "too-soon"
            )
    return (
        f"All {len(_SERIES)} hidden series: it sees the loud, the patient and the careful one, and lets a change of "
        "the whole world and an unusually clear customer pass."
    )


q2 = Question(
    id="operate.q2",
    title="A detector with three faults",
    judge=mends_the_detector,
    hints=in_steps(
        "Follow one honest client through the small day, then Ida, and print baseline, fleet and sum in each "
        "window. Which of the three moves when it should not, or stays when it should move?",
        "One fault lies in what a client is compared with, one in how the fleet's mean is made, and one in what "
        "happens to a sum in good times.",
        "Compare with the mean over clients of each client's own mean, in the same window; and never let a sum "
        "fall below zero: max(0.0, ...).",
    ),
    because="Compared with this morning, a change of the world is an attack by everybody. With a vote for each "
    "request, the loudest client is its own yardstick. And without a floor at zero, good behavior is saved up like "
    "money, to be spent later: patience is what a careful attacker has most of. What no mending gives it: where "
    "many of the clients are accounts of one campaign, the fleet moves with it, and somebody has to look across them.",
    covers=("core-monitoring",),
    claims={
        "too-soon": "Slack and threshold had to be mended.",
        "series 1": "A single loud window is not enough for an alert.",
        "series 2": "This morning is what a client is compared with.",
        "series 3": "Whoever differs from the others is an attacker.",
        "series 4": "A small difference, always, is nothing.",
        "series 5": "Good behavior in the morning is credit for the afternoon.",
        "series 6": "Each request has a vote in what is normal.",
        "series 7": "One good window forgives everything.",
        "series 9": "A sum at the threshold is not yet an alert.",
    },
)
