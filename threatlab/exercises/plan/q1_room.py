"""Question 1 of lesson 04: how much usefulness the next control may cost above a floor."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from threatlab.exercises.judges import Slip, a_number, like, near, rounded
from threatlab.exercises.question import Question, in_steps

_COSTS: tuple[tuple[list[float], float], ...] = (
    ([0.05, 0.27, 0.02], 0.60),
    ([], 0.90),
    ([0.04, 0.04], 0.85),
    ([0.5], 0.0),
    ([0.1, 0.2], 0.72),
    ([0.3, 0.1], 0.80),
)
"""What the controls in place cost, and the floor; the last is below its floor already."""


def _room(costs: Sequence[float], floor: float) -> float:
    return max(0.0, 1 - floor / _left(costs))


def _left(costs: Sequence[float]) -> float:
    return prod(1 - cost for cost in costs)


_SLIPS = (
    Slip(
        lambda costs, floor: 1 - sum(costs) - floor,
        "You add the costs up and take the floor away, as if usefulness were money. The second control slows down "
        "only those users whom the first has left: what is left of what was left?",
        "adds",
    ),
    Slip(
        lambda costs, floor: 1 - floor / (1 - sum(costs)),
        "You take what is left and divide by it: good. But you add the costs up to get there, and then ten "
        "controls of 10% would leave nothing at all.",
        "adds",
    ),
    Slip(
        lambda costs, floor: _left(costs) - floor,
        "What lies between the rest and the floor is counted in points of the whole. The next control's cost is a "
        "share of what is left by then. Which share of the rest may go?",
        "points",
    ),
    Slip(
        lambda costs, _: 1 - _left(costs),
        "That is what the controls in place have cost so far. The floor doesn't occur in it.",
        "no-floor",
    ),
    Slip(lambda costs, _: _left(costs), "That is what is left now. How much of it may the next control take?", "left"),
    Slip(
        lambda costs, floor: 1 - floor / (1 - max(costs, default=0.0)),
        "Only the dearest control counts in your function. Users pay for each of them.",
        "dearest",
    ),
    Slip(
        lambda costs, floor: 1 - _left(costs) / floor if floor else 0.0,
        "You divide what is left by the floor. Which of the two is the whole here, of which the next control takes?",
        "divides",
    ),
    Slip(
        lambda _, floor: 1 - floor, "You spend all the room above the floor anew. Some of it is spent already.", "anew"
    ),
    Slip(
        lambda costs, floor: 100 * _room(costs, floor),
        "That is a hundred times too much: give a share, from 0 to 1.",
        "percent",
    ),
)


def _same(mine: float, theirs: float, *_: object) -> bool:
    return near(mine, theirs) or (mine == 0 and theirs < 0)  # who goes wrong may stop at 0, or go on below


def _otherwise(name: str, given: float, right: float, costs: Sequence[float], floor: float) -> str:
    if given < 0 and not right:
        return (
            f"For {name} you return {given:.3f}. The floor is broken already, so nothing may be added; but no control "
            "gives usefulness back. What is the least that may be returned?"
        )
    left = _left(costs) * (1 - given)
    side = "above the floor: more may go" if left > floor else "below the floor"
    return (
        f"For {name} you return {given:.4g}. With one more control of that cost {left:.4g} would be left, "
        f"{abs(left - floor):.2g} {side}."
    )


q1 = Question(
    id="plan.q1",
    title="How much usefulness may the next control cost?",
    judge=like(
        _room,
        lambda: {f"costs {costs} and the floor {floor}": (costs, floor) for costs, floor in _COSTS},
        (*_SLIPS, *rounded(_room)),
        takes="a list of costs and a floor",
        reads=a_number,
        same=_same,
        otherwise=_otherwise,
        confirms="Right, below the floor too: what is left is a product, so the room shrinks with every control.",
    ),
    hints=in_steps(
        "First: which share is left with the controls in place? Each takes its share of what the others left.",
        "If `left` is left, a next control of cost c leaves left * (1 - c). Solve left * (1 - c) = floor for c.",
        "c = 1 - floor / left, and never less than 0. math.prod multiplies.",
    ),
    because="Costs multiply, because each control can only take from what the others have left. It is little at first: "
    "5% and 5% are 9.75% and not 10%. But the answer to a product owner is a number, and with it the talk is about "
    "which controls share the room, and no longer about whether security may have any.",
    covers=("core-controls", "ops-enabler"),
    claims={
        "adds": "Costs in usefulness add up.",
        "points": "The room is the difference between what is left and the floor.",
        "no-floor": "The floor plays no part.",
        "left": "All that is left may go.",
        "dearest": "Only the dearest control costs something.",
        "divides": "The floor is the whole of which the next control takes its share.",
        "anew": "The room above the floor is there anew for each control.",
        "percent": "A share goes from 0 to 100.",
    },
)
