"""Evasion of somebody's own model: change a record a little, within `eps` of each column's range, until it is misread.

Both searches go along corners of what is allowed, each column moved by all of `eps` up or down. Where probabilities
come out, random parts of the corner are flipped, and what lowers the margin of the right class is kept: the random
search of Andriushchenko, Croce, Flammarion and Hein 2020 (Square Attack), arXiv:1912.00049, on columns that have no
neighbors. Where labels are all that comes out, the search asks how far one has to go along the corner until the label
changes, and flips ever smaller parts of it to make that way shorter: Chen and Gu 2020 (RayS), arXiv:2006.12792.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import count
from typing import TypeAlias

import numpy as np

from threatlab.attacks.digits import Floats
from threatlab.attacks.own.caller import Answers, Caller
from threatlab.attacks.own.data import Data
from threatlab.attacks.own.outcome import NothingError, Outcome

LEAST = 60
"""Queries of one repeat: four records, and a dozen tries at each."""

_PER_RECORD, _FEWEST, _MOST = 40, 4, 50
_CONFIRMED = 2  # further answers that have to say the same: a model may be noisy
_START, _HALVED = 0.5, 12  # the share of columns flipped at first, and after how many tries it halves
_LONGEST = 3  # times its fair share of the queries that a record may get, once others are done
_PRECISE = 0.01  # of the range: how exactly the way to another label is known

Said: TypeAlias = tuple[int, Floats | None]
Search: TypeAlias = Generator[Floats, Said, None]
"""A search for a record that is misread, within reach of another: it ends once it has found one."""
Move: TypeAlias = Callable[[Floats, float], Floats]


def attack(caller: Caller, data: Data, rng: np.random.Generator, eps: float) -> Outcome:
    """Return the share of records read right that are misread once changed by at most `eps` of each column's range.

    `baseline` is that share for a change as large, but drawn by chance. `utility` is the share of records read right.
    """
    rows = rng.permutation(data.unseen)[: max(_FEWEST, min(_MOST, caller.left // _PER_RECORD))]
    clean = caller.ask(data.records[rows])
    right = clean.told & (clean.labels == data.labels[rows])
    if not right.any():
        raise NothingError(
            f"the target read none of {int(clean.told.sum())} records right: there is nothing to mislead"
        )
    low, high = data.ranges
    span = high - low

    def moved(record: Floats) -> Move:
        return lambda corner, far: np.clip(record + far * span * corner, low, high)

    victims = [(data.records[row], int(data.labels[row])) for row in rows[right]]
    corners = rng.choice([-1.0, 1.0], (len(victims), len(low)))
    by_chance = caller.ask(np.array([moved(x)(c, eps) for (x, _), c in zip(victims, corners, strict=True)]))
    misread = by_chance.told & (by_chance.labels != [label for _, label in victims])
    baseline = float(misread.mean())
    search = _by_label if clean.shares is None else _by_share
    found = _in_turn(
        caller, [search(moved(x), label, c, eps, rng) for (x, label), c in zip(victims, corners, strict=True)]
    )
    return Outcome(
        float(np.mean(found)), baseline, float(np.mean(clean.labels[clean.told] == data.labels[rows][clean.told]))
    )


def _in_turn(caller: Caller, searches: list[Search]) -> list[bool]:
    """Return which searches found something, while there are queries left: each is given one answer in its turn."""
    found = [False] * len(searches)
    waiting: dict[int, Floats] = {n: next(search) for n, search in enumerate(searches)}
    longest = _LONGEST * caller.left // max(1, len(searches))
    for _ in range(longest):
        if not (waiting and caller.left):
            break
        asked = list(waiting)[: caller.left]
        said = caller.ask(np.array([waiting[n] for n in asked]))
        for place, n in enumerate(asked):
            del waiting[n]
            if not said.told[place]:
                continue  # it is refused, and so is what would come after it
            try:
                waiting[n] = searches[n].send(_of(said, place))
            except StopIteration:
                found[n] = True
    return found


def _of(said: Answers, place: int) -> Said:
    return int(said.labels[place]), None if said.shares is None else said.shares[place]


def _confirmed(record: Floats, label: int) -> Generator[Floats, Said, bool]:
    """Return whether a record that was misread is so again, each time that it is asked about."""
    for _ in range(_CONFIRMED):
        said, _shares = yield record
        if said == label:
            return False
    return True


def _by_share(moved: Move, label: int, corner: Floats, eps: float, rng: np.random.Generator) -> Search:
    """Flip parts of the corner, and keep what makes the model less sure of the label."""
    best, tried = np.inf, corner
    for turn in count():
        record = moved(tried, eps)
        said, shares = yield record
        if said != label and (yield from _confirmed(record, label)):
            return
        margin = _margin(shares, label)
        if margin <= best:
            best, corner = margin, tried
        part = max(1 / len(corner), _START * 0.5 ** (turn // _HALVED))
        flipped = rng.random(len(corner)) < part
        flipped[rng.integers(len(corner))] = True
        tried = np.where(flipped, -corner, corner)


def _margin(shares: Floats | None, label: int) -> float:
    if shares is None:
        return np.inf
    others = np.delete(shares, label)
    return float(shares[label] - others.max()) if len(others) else np.inf


def _by_label(moved: Move, label: int, corner: Floats, eps: float, rng: np.random.Generator) -> Search:
    """Shorten the way to another label by flipping halves, quarters, eighths of the corner."""
    columns = rng.permutation(len(corner))
    far = np.inf
    said, _ = yield moved(corner, 1.0)
    if said != label:
        far = yield from _shortened(moved, label, corner, 1.0, eps)
    parts = 2
    while True:
        for part in np.array_split(columns, min(parts, len(columns))):
            if far <= eps:
                record = moved(corner, far)
                if (yield from _confirmed(record, label)):
                    return
                far = 1.0
            tried = corner.copy()
            tried[part] *= -1
            said, _ = yield moved(tried, min(far, 1.0))
            if said != label:
                corner = tried
                far = yield from _shortened(moved, label, corner, min(far, 1.0), eps)
        parts = parts * 2 if parts < len(columns) else 2


def _shortened(moved: Move, label: int, corner: Floats, far: float, eps: float) -> Generator[Floats, Said, float]:
    """Return a short way along the corner at which the label is another one, by bisection from `far`, where it is.

    It is exact to `_PRECISE`, unless it is short enough before.
    """
    near = 0.0
    while far > eps and far - near > _PRECISE:
        middle = (near + far) / 2
        said, _ = yield moved(corner, middle)
        near, far = (near, middle) if said != label else (middle, far)
    return far
