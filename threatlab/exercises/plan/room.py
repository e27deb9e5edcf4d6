"""The judge of lesson 04 that spends usefulness: how much the next control may cost above a floor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isclose, prod
from typing import Any

from threatlab.exercises.judges import a_function, a_number, returned
from threatlab.exercises.outcome import NotYet

_COSTS: tuple[tuple[tuple[float, ...], float], ...] = (
    ((0.05, 0.27, 0.02), 0.60),
    ((), 0.90),
    ((0.04, 0.04), 0.85),
    ((0.5,), 0.0),
    ((0.1, 0.2), 0.72),
    ((0.3, 0.1), 0.80),
)
"""What the controls in place cost, and the floor; the last is below its floor already."""


def _room(costs: Sequence[float], floor: float) -> float:
    return max(0.0, 1 - floor / _left(costs))


def _left(costs: Sequence[float]) -> float:
    return prod(1 - cost for cost in costs)


_ROOM_SLIPS: tuple[tuple[Callable[[Sequence[float], float], float], str], ...] = (
    (
        lambda costs, floor: 1 - sum(costs) - floor,
        (
            "You add the costs up and take the floor away, as if usefulness were money. The second control slows down "
            "only those users whom the first has left: what is left of what was left?"
        ),
    ),
    (
        lambda costs, floor: 1 - floor / (1 - sum(costs)),
        (
            "You take what is left and divide by it: good. But you add the costs up to get there, and then ten "
            "controls of 10% would leave nothing at all."
        ),
    ),
    (
        lambda costs, floor: _left(costs) - floor,
        (
            "What lies between the rest and the floor is counted in points of the whole. The next control's cost is a "
            "share of what is left by then. Which share of the rest may go?"
        ),
    ),
    (
        lambda costs, _: 1 - _left(costs),
        "That is what the controls in place have cost so far. The floor doesn't occur in it.",
    ),
    (lambda costs, _: _left(costs), "That is what is left now. How much of it may the next control take?"),
    (
        lambda costs, floor: 1 - floor / (1 - max(costs, default=0.0)),
        "Only the dearest control counts in your function. That is the rule for layers and risk; users pay for each.",
    ),
    (
        lambda costs, floor: 1 - _left(costs) / floor if floor else 0.0,
        "You divide what is left by the floor. Which of the two is the whole here, of which the next control takes?",
    ),
    (lambda _, floor: 1 - floor, "You spend all the room above the floor anew. Some of it is spent already."),
    (lambda costs, floor: 100 * _room(costs, floor), "That is a hundred times too much: give a share, from 0 to 1."),
)


def finds_the_room(answer: Any) -> str:
    """Judge a function of costs and a floor that returns what the next control may cost."""
    function = a_function(answer, "a list of costs and a floor")
    for costs, floor in _COSTS:
        given, right = a_number(returned(function, list(costs), floor)), _room(costs, floor)
        if isclose(given, right, abs_tol=1e-9):
            continue
        if given < 0 and not right:
            raise NotYet(
                f"For costs {list(costs)} and the floor {floor} you return {given:.3f}. The floor is broken already, "
                "so nothing may be added; but no control gives usefulness back. What is the least that may be returned?"
            )
        told = next((says for slip, says in _ROOM_SLIPS if isclose(given, slip(costs, floor), abs_tol=1e-9)), "")
        raise NotYet(
            told
            or f"For costs {list(costs)} and the floor {floor} you return {given:.3f}. With one more control of that "
            f"cost {_left(costs) * (1 - given):.3f} would be left. Is that the floor?"
        )
    return "Right, below the floor too: what is left is a product, so the room shrinks with every control."
