"""The exact search: for every budget at once, the set of controls that leaves the least risk, by branch and bound.

Why the bound holds. Fix a threat: -log of its residual r is a sum over layers. In a layer, each control taken adds what
it removes as a further one, and the best adds what it removes beyond that, which is the largest such excess of those
taken, since the excess rises with the effectiveness. Sums and maxima are monotone and submodular (a control adds no
more to a larger set). log(1 - exp(-x)) is increasing and concave for x > 0, and such a function of a monotone
submodular one is monotone submodular again; so is the sum F over threats. Hence F(S + A) <= F(S) + the sum over A of
what each adds to S alone, and the best A that fits a number of days is worth no more than a fractional knapsack of
those gains (Nemhauser, Wolsey, Fisher, 1978, for submodularity; Dantzig, 1957, for the knapsack). A branch whose bound
lies on or below the best plans known, at every budget that it could still reach, holds nothing better. The utility
floor only removes branches: the bound stays one without it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter

from threatlab.plan.choices import NOTHING, Choices, Stand
from threatlab.ranking import rounded

NODES = 60_000
"""Sets looked at before the search gives up: a count, not a time, so that every machine finds the same plan.

Some seconds at most. The built-in systems need some hundreds to some thousands; a system of all facts and no control
at all needs 76,000 without a utility floor, and 43,000 with one of 0.95.
"""

Step = tuple[int, float, tuple[int, ...]]
"""Ticks that a plan takes, its worth, and the places of the controls in it."""

_Gain = tuple[float, float, int]
"""What a control adds for each tick, what it adds, and its place: the larger the better."""


@dataclass(frozen=True, slots=True)
class Staircase:
    """The best plans of one kind: ticks and worth both rise from step to step, so more budget never leaves more risk.

    `exact` is True if no plan at any budget is better, and `nodes` the count of sets that it took to know.
    """

    steps: tuple[Step, ...]
    exact: bool = False
    nodes: int = 0

    def at(self, ticks: int) -> tuple[int, ...]:
        """Return the places of the controls in the best plan within `ticks`."""
        return self.steps[bisect_right(self.steps, ticks, key=itemgetter(0)) - 1][2]


def staircase(plans: Iterable[Step]) -> Staircase:
    """Return the best of `plans` at each budget: of two, the one that takes less; of equals, the first."""
    steps: list[Step] = []
    for plan in sorted(plans, key=lambda step: (step[0], -rounded(step[1]))):
        if not steps or plan[1] > steps[-1][1] + NOTHING:
            steps.append(plan)
    return Staircase(tuple(steps))


@lru_cache(maxsize=64)
def best_plans(choices: Choices, room: float, known: Staircase, limit: int = NODES) -> Staircase:
    """Return the best plans at every budget, where the utility losses of a plan add up to at most `room`.

    Parameters
    ----------
    choices
        What there is to choose from.
    room
        -log of the utility floor; infinite if there is none.
    known
        Plans to start from, such as the greedy ones: the result is never worse.
    limit
        Sets to look at before giving up. `exact` is False if that was not enough; the result is then the best found,
        still a staircase, so that the promise about more budget holds all the same.
    """
    search = _Search(choices, list(known.steps), limit)
    search.branch((), choices.start, 0, room, range(len(choices.items)))
    return Staircase(tuple(search.steps), exact=search.nodes <= limit, nodes=search.nodes)


@dataclass(slots=True)
class _Search:
    """The state of one search: the best plans so far, and how many sets were looked at."""

    choices: Choices
    steps: list[Step]
    limit: int
    nodes: int = 0

    def branch(self, taken: tuple[int, ...], stand: Stand, spent: int, room: float, open_: Iterable[int]) -> None:
        """Look at the set `taken` and at all that add some of `open_` to it, the most worth for each tick first."""
        self.nodes += 1
        if self.nodes > self.limit:
            return
        self._keep(spent, stand.worth, taken)
        gains = self._gains(stand, room, open_)
        for position, (_, _, place) in enumerate(gains):
            if self._hopeless(spent, stand.worth, gains[position:]):
                return
            item, rest = self.choices.items[place], [gain[2] for gain in gains[position + 1 :]]
            self.branch((*taken, place), stand.take(item), spent + item.ticks, room - item.loss, rest)
            if self.nodes > self.limit:
                return

    def _gains(self, stand: Stand, room: float, open_: Iterable[int]) -> list[_Gain]:
        gains = []
        for place in open_:
            item = self.choices.items[place]
            if item.loss <= room + NOTHING and (gain := stand.gain(item)) > NOTHING:
                gains.append((gain / item.ticks, gain, place))
        gains.sort(key=lambda gain: (-gain[0], gain[2]))
        return gains

    def _keep(self, spent: int, worth: float, taken: tuple[int, ...]) -> None:
        """Make the plan a step of the staircase, unless one that takes no longer is as good."""
        place = bisect_right(self.steps, spent, key=itemgetter(0))
        if self.steps[place - 1][1] >= worth - NOTHING:
            return
        first = place - 1 if self.steps[place - 1][0] == spent else place
        after = place
        while after < len(self.steps) and self.steps[after][1] <= worth + NOTHING:
            after += 1
        self.steps[first:after] = [(spent, worth, taken)]

    def _hopeless(self, spent: int, worth: float, gains: Sequence[_Gain]) -> bool:
        """Tell whether the fractional knapsack of `gains` stays on or below every step of the staircase from here on.

        The knapsack's worth rises with the budget, a step's is flat: it is enough to look where each step ends.
        """
        filled, next_ = 0, bisect_right(self.steps, spent, key=itemgetter(0))
        for step in range(next_ - 1, len(self.steps)):
            end = self.steps[step + 1][0] if step + 1 < len(self.steps) else None
            while filled < len(gains):
                _, gain, place = gains[filled]
                ticks = self.choices.items[place].ticks
                if end is not None and spent + ticks > end:
                    break
                worth, spent, filled = worth + gain, spent + ticks, filled + 1
            part = gains[filled][0] * (end - spent) if end is not None and filled < len(gains) else 0.0
            if worth + part > self.steps[step][1] + NOTHING:
                return False
        return True
