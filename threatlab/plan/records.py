"""A plan and its steps: plain records that know what they remove, cost and leave."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from math import prod
from typing import TYPE_CHECKING, Any

from threatlab.assessment import Assessment, Finding, assess
from threatlab.catalog import Catalog, Criterion
from threatlab.checks import Unchangeable
from threatlab.plan.choices import in_days, ticks
from threatlab.plan.schedule import Resource, Slot, resources
from threatlab.system import AISystem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One control to put in place: what it removes from the risk score (0..1) when its turn comes, and its dates.

    `owner` is empty until somebody has been named, and the dates are None if the plan has no start.
    """

    control: str
    title: str
    severity: str
    role: str
    owner: str
    effort_days: float
    removes: float
    utility_cost: float
    success: Criterion
    start: date | None
    due: date | None

    @property
    def per_day(self) -> float:
        """Risk removed for each day of effort."""
        return self.removes / self.effort_days


@dataclass(frozen=True)
class Plan(Unchangeable):
    """Controls of the system's catalog to put in place, in order. Risks and utility are in 0..1, efforts person-days.

    `exact` is True if the search for the best plan went to its end: it is proved that no plan within budget and floor
    leaves less risk. The plain orders prove nothing. `slots` and `people` are what its dates were worked out with.
    """

    system: AISystem
    way: str
    budget: float
    min_utility: float
    steps: tuple[PlanStep, ...]
    exact: bool
    begins: date | None = None
    slots: tuple[Slot, ...] = ()
    people: Mapping[str, int] = field(default_factory=dict, hash=False)

    @property
    def catalog(self) -> Catalog:
        """The catalog that the plan was made by: its controls, efforts and effects."""
        return self.system.catalog

    @property
    def risk_before(self) -> float:
        """Risk score of the system as it is."""
        return self._before.risk_score

    @property
    def risk_after(self) -> float:
        """Risk score once every step is done."""
        return self.after.risk_score

    @property
    def days(self) -> float:
        """Effort of all steps."""
        return in_days(sum(ticks(step.effort_days) for step in self.steps))

    @property
    def per_day(self) -> float:
        """Risk removed for each day of effort, over the whole plan; 0.0 for an empty one."""
        return (self.risk_before - self.risk_after) / self.days if self.steps else 0.0

    @property
    def utility(self) -> float:
        """Share of the system's usefulness that the steps leave, as if no cost had to do with another."""
        return prod((1.0 - step.utility_cost for step in self.steps), start=1.0)

    @cached_property
    def after(self) -> Assessment:
        """Assessment of the system once every step is done."""
        return assess(self.system.with_(**{step.control: True for step in self.steps}))

    @property
    def left_open(self) -> tuple[Finding, ...]:
        """Findings that stay when the plan is done, worst first."""
        return self.after.findings

    @property
    def assumed(self) -> tuple[PlanStep, ...]:
        """Steps whose control counts as missing because nobody has said whether it is in place."""
        return tuple(step for step in self.steps if self.system[step.control] is None)

    @property
    def finish(self) -> date | None:
        """The last day of work; the first day where there is none; None if the plan has no dates."""
        return max((slot.due for slot in self.slots), default=self.begins)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Days, people and last day of each role that the plan needs; empty if the plan has no dates."""
        return (
            resources([(step.role, step.effort_days) for step in self.steps], self.slots, self.people)
            if self.slots
            else ()
        )

    def risk_by_day(self) -> tuple[tuple[float, float], ...]:
        """Return (days of effort spent, risk left) at the start and after each step."""
        points, spent, risk = [(0.0, self.risk_before)], 0, self.risk_before
        for step in self.steps:
            spent, risk = spent + ticks(step.effort_days), risk - step.removes
            points.append((in_days(spent), risk))
        return tuple(points)

    def to_dict(self) -> dict[str, Any]:
        """Return the plan as JSON-ready values; dates are texts such as "2026-12-01"."""
        return {
            "system_id": self.system.name,
            "way": self.way,
            "budget_days": self.budget,
            "min_utility": self.min_utility,
            "exact": self.exact,
            "days": self.days,
            "risk_before": self.risk_before,
            "risk_after": self.risk_after,
            "utility": self.utility,
            "steps": [_step_dict(step) for step in self.steps],
            "left_open": [finding.attribute for finding in self.left_open],
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the steps as a pandas DataFrame: a row each, in order; `success` is a sentence."""
        import pandas as pd

        columns = [*PlanStep.__dataclass_fields__, "per_day"]
        return pd.DataFrame([_step_dict(step) for step in self.steps], columns=columns)

    @cached_property
    def _before(self) -> Assessment:
        return assess(self.system)


def ask_first(assumed: int) -> str:
    """Return what to do about that many steps of a plan whose control may be in place already; "" if there are none."""
    if not assumed:
        return ""
    steps = "1 step is" if assumed == 1 else f"{assumed} steps are"
    return (
        f"{steps} here because nobody has said whether the control is in place: a plan counts what is unknown as "
        "missing. Ask before you build."
    )


def _step_dict(step: PlanStep) -> dict[str, Any]:
    values = {name: getattr(step, name) for name in PlanStep.__dataclass_fields__}
    dates = {name: day.isoformat() if (day := values[name]) else None for name in ("start", "due")}
    return {**values, **dates, "success": str(step.success), "per_day": step.per_day}
