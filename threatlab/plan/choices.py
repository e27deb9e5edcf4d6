"""What a plan may choose from: the controls not in place, their days and utility, and what each adds to those taken.

The arithmetic is that of `threatlab.assessment.layered`, laid out so that a step costs microseconds. With r the
residual risk of each threat, a plan is worth F = sum of log(1 - r): the risk score is 1 - exp(F), so the higher F is,
the lower the risk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import ceil, expm1, floor, log1p

from threatlab.assessment import assess
from threatlab.assessment.layered import scales
from threatlab.system import AISystem

NOTHING = 1e-12
"""Differences of worth below this are rounding, not risk."""

_DIGITS = 14
"""Of what a control adds: logarithms differ beyond from one math library to the next, and ties would fall otherwise."""

_TICKS = 1000
"""Days are counted in whole thousandths (half a minute of work), so that their sums are exact in any order."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One control to choose: its effort in ticks, what it costs in utility, and what it lets through where.

    `loss` is -log(1 - utility cost), so that losses add up. `effects` are (threat, barrier, further, best): in the
    layer that is this threat's `barrier`, the control lets the share `further` of the risk through where a better one
    stands, and `further` times `best` as the best one of the layer (all 0..1).
    """

    control: str
    ticks: int
    loss: float
    effects: tuple[tuple[int, int, float, float], ...]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a system stands with some controls taken: the risk of each threat, and `best` of each barrier.

    That is the lowest `best` of the controls there, and 1.0 of a barrier without any.
    """

    worth: float
    risks: tuple[float, ...]
    best: tuple[float, ...]

    @property
    def risk(self) -> float:
        """The risk score (0..1)."""
        return -expm1(self.worth)

    def gain(self, choice: Choice) -> float:
        """Return how much worth `choice` would add here, 0 or more."""
        after: dict[int, float] = {}
        for threat, barrier, further, best in choice.effects:
            after[threat] = after.get(threat, self.risks[threat]) * further * min(1.0, best / self.best[barrier])
        gain = 0.0
        for threat, risk in after.items():
            gain += log1p(-risk) - log1p(-self.risks[threat])
        return round(gain, _DIGITS)

    def take(self, choice: Choice) -> Stand:
        """Return where the system stands once `choice` is in place, too."""
        risks, best_now = list(self.risks), list(self.best)
        for threat, barrier, further, best in choice.effects:
            risks[threat] *= further * min(1.0, best / best_now[barrier])
            best_now[barrier] = min(best_now[barrier], best)
        return Stand(sum(log1p(-risk) for risk in risks), tuple(risks), tuple(best_now))


@dataclass(frozen=True, slots=True)
class Choices:
    """All there is to choose from for one system, in the order of its findings (worst severity first)."""

    start: Stand
    items: tuple[Choice, ...]

    def stand(self, taken: Iterable[int]) -> Stand:
        """Return where the system stands with the items at these places in place."""
        stand = self.start
        for place in taken:
            stand = stand.take(self.items[place])
        return stand


def choices(system: AISystem, without: Collection[str] = ()) -> Choices:
    """Return the controls that apply to `system`, are not in place and lower its risk, except those in `without`."""
    candidates = [finding.attribute for finding in assess(system).findings if finding.attribute not in without]
    effects: dict[str, list[tuple[int, int, float, float]]] = {control: [] for control in candidates}
    risks: list[float] = []
    barriers: list[float] = []
    for scale in scales(system.catalog).values():
        if not scale.applies(system.true):
            continue
        for _, options in scale.layers:
            for control, alone, further in options:
                if control in effects:
                    effects[control].append((len(risks), len(barriers), further, alone / further))
            in_place = (alone / further for control, alone, further in options if control in system.true)
            barriers.append(next(in_place, 1.0))
        risks.append(scale.residual(system.true))
    controls = system.catalog.controls
    items = tuple(
        Choice(
            control=control,
            ticks=ticks(controls[control].effort_days),
            loss=loss(controls[control].utility_cost),
            effects=tuple(effects[control]),
        )
        for control in candidates
        if effects[control]
    )
    return Choices(Stand(sum(log1p(-risk) for risk in risks), tuple(risks), tuple(barriers)), items)


def ticks(days: float) -> int:
    """Return an effort in ticks, rounded up: what is planned never takes longer than what was counted."""
    return ceil(round(days * _TICKS, 6))


def ticks_within(days: float) -> int:
    """Return a budget in ticks, rounded down."""
    return floor(round(days * _TICKS, 6))


def in_days(ticks_: int) -> float:
    """Return ticks as days."""
    return ticks_ / _TICKS


def loss(utility_cost: float) -> float:
    """Return -log(1 - utility cost): what adds up where utility multiplies."""
    return -log1p(-utility_cost)
