"""Four plain ways to go through the controls: quick wins, worst severity, most risk and cheapest first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import expm1

from threatlab.checks import check_choice
from threatlab.plan.choices import NOTHING, Choices, Stand
from threatlab.plan.search import Staircase, Step, staircase

Key = Callable[[Stand, Choices, int, float], float]
"""What comes first: the highest figure, given where the system stands, an item's place and what it would gain there."""

ORDERS: dict[str, tuple[str, Key]] = {
    "quick_wins": ("Quick wins", lambda _, choices, place, gain: expm1(gain) / choices.items[place].ticks),
    "severity": ("Worst severity first", lambda _stand, _choices, place, _gain: -place),
    "most_risk": ("Most risk first", lambda _stand, _choices, _place, gain: gain),
    "cheapest": ("Cheapest first", lambda _stand, choices, place, _gain: -choices.items[place].ticks),
}
"""Each order's title and key. Items stand in the order of the findings, which is by severity; ties go to the first."""


@lru_cache(maxsize=256)
def plans_by(choices: Choices, order: str, room: float) -> Staircase:
    """Return the best plans that `order` makes at each budget.

    Going down the order and skipping what no longer fits is not monotone: with one more day an order may take one big
    control in place of two small good ones. So a budget gets the best of what the order makes of it and of any smaller
    one. All of those are found by going down: the plan of a budget that takes t ticks is also the plan of every budget
    from t on up to it, so the next to try is the one just below t.

    Raises
    ------
    ThreatLabError
        If there is no such order.
    """
    check_choice("order", order, ORDERS)
    return staircase(_all_plans(choices, order, room))


def sort(choices: Choices, places: tuple[int, ...], order: str) -> tuple[int, ...]:
    """Return the items at `places` as `order` would take them; what adds nothing any more is left out."""
    everything = sum(choices.items[place].ticks for place in places)
    _, _, taken = _fill(choices, order, everything, float("inf"), set(places))
    return taken


def _all_plans(choices: Choices, order: str, room: float) -> Iterator[Step]:
    budget = sum(item.ticks for item in choices.items)
    everything = set(range(len(choices.items)))
    while budget >= 0:
        plan = _fill(choices, order, budget, room, everything)
        yield plan
        budget = plan[0] - 1


def _fill(choices: Choices, order: str, budget: int, room: float, allowed: set[int]) -> Step:
    """Return the plan that takes, again and again, what comes first of what still fits and still lowers risk."""
    stand, spent, key = choices.start, 0, ORDERS[order][1]
    taken: tuple[int, ...] = ()
    left = set(allowed)
    while True:
        ranked = []
        for place in left:
            item = choices.items[place]
            if item.ticks <= budget - spent and item.loss <= room + NOTHING:
                gain = stand.gain(item)
                if gain > NOTHING:
                    ranked.append((-key(stand, choices, place, gain), place))
        if not ranked:
            return spent, stand.worth, taken
        place = min(ranked)[1]
        item = choices.items[place]
        stand, spent, room, taken = stand.take(item), spent + item.ticks, room - item.loss, (*taken, place)
        left.remove(place)
