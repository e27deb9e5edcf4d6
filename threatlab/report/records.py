"""What a report is made of beside system, drawing and policy: plain records of what was planned, tested and practiced.

Each takes dates as dates or as texts such as "2026-12-01", and lists as lists or tuples, so that a file's values do.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from threatlab.catalog import SEVERITIES
from threatlab.checks import (
    check_choice,
    check_date,
    check_flag,
    check_number,
    check_plain_values,
    check_records,
    check_share,
    check_text,
    check_texts,
    check_whole,
    keep,
)


@dataclass(frozen=True)
class Evidence:
    """One run of an attack that tested a control. Success, baseline and utility are shares in 0..1.

    `success_at_most` and `utility_at_least` are the bounds that it had to keep; None where nothing was promised.
    """

    attack: str
    control: str
    seed: int
    success: float
    baseline: float
    utility: float
    metric: str = ""
    knobs: Mapping[str, Any] = field(default_factory=dict)
    success_at_most: float | None = None
    utility_at_least: float | None = None

    def __post_init__(self) -> None:
        keep(self, attack=check_text("attack", self.attack), control=check_text("control", self.control))
        keep(self, metric=check_text("metric", self.metric, empty=True), knobs=check_plain_values("knobs", self.knobs))
        check_whole("seed", self.seed)
        for name in ("success", "baseline", "utility"):
            check_share(name, getattr(self, name))
        for name in ("success_at_most", "utility_at_least"):
            if getattr(self, name) is not None:
                check_share(name, getattr(self, name))

    @property
    def passed(self) -> bool | None:
        """Whether the bounds were kept; None if there are none."""
        if self.success_at_most is None and self.utility_at_least is None:
            return None
        low, high = self.utility_at_least, self.success_at_most
        return (high is None or self.success <= high) and (low is None or self.utility >= low)


@dataclass(frozen=True)
class AlertChoice:
    """The alert threshold that somebody chose, why, and what it costs on the day that it was tried on.

    `precision` and `recall` are shares in 0..1, `minutes_to_detect` is a mean over the attackers who were caught; each
    is None where there was nothing to divide by. `missed` names the attackers who were not caught, `queries_lost`
    counts what all attackers asked before an alert, and `analyst_hours` is what the alerts cost.
    """

    detector: str
    threshold: float
    reason: str
    alerts: int
    missed: tuple[str, ...]
    analyst_hours: float
    queries_lost: int = 0
    precision: float | None = None
    recall: float | None = None
    minutes_to_detect: float | None = None

    def __post_init__(self) -> None:
        keep(self, detector=check_text("detector", self.detector))
        keep(self, reason=check_text("reason of the alert threshold", self.reason))
        keep(self, missed=check_texts("missed", self.missed))
        check_whole("alerts", self.alerts)
        check_whole("queries_lost", self.queries_lost)
        check_number("alert threshold", self.threshold)
        check_number("analyst_hours", self.analyst_hours)
        for name in ("precision", "recall"):
            if getattr(self, name) is not None:
                check_share(name, getattr(self, name))
        if self.minutes_to_detect is not None:
            check_number("minutes_to_detect", self.minutes_to_detect)


@dataclass(frozen=True)
class Decision:
    """One entry of a tabletop's log: when in the story, what came to the table, who decided what, what followed."""

    clock: str
    inject: str
    by: str
    decision: str
    consequence: str
    note: str = ""

    def __post_init__(self) -> None:
        for name in self.__dataclass_fields__:
            keep(self, **{name: check_text(name, getattr(self, name), empty=name in {"by", "note", "consequence"})})


@dataclass(frozen=True)
class Moral:
    """What an exercise taught: to "keep" or to "change" it, and who sees to it."""

    kind: str
    text: str
    owner: str = ""

    def __post_init__(self) -> None:
        check_choice("kind of lesson", self.kind, ("keep", "change"))
        keep(self, text=check_text("lesson", self.text), owner=check_text("owner of a lesson", self.owner, empty=True))


@dataclass(frozen=True)
class Tabletop:
    """A tabletop exercise that was held: its story, its log and what it taught."""

    title: str
    finished: bool
    decisions: tuple[Decision, ...]
    lessons: tuple[Moral, ...] = ()
    held_on: date | None = None

    def __post_init__(self) -> None:
        keep(self, title=check_text("title of the tabletop", self.title))
        keep(self, decisions=check_records("decisions", self.decisions, Decision))
        keep(self, lessons=check_records("lessons", self.lessons, Moral))
        check_flag("finished", self.finished)
        if self.held_on is not None:
            keep(self, held_on=check_date("held_on", self.held_on))


@dataclass(frozen=True)
class Training:
    """Somebody who was trained: a person or a team, when, in what, and by whom."""

    who: str
    on: date
    what: str
    by: str

    def __post_init__(self) -> None:
        for name in ("who", "what", "by"):
            keep(self, **{name: check_text(f"{name} of a training", getattr(self, name))})
        keep(self, on=check_date("on of a training", self.on))


@dataclass(frozen=True)
class PlannedStep:
    """One control of the plan: who does it until when, what it removes (0..1), and how you know that it works."""

    control: str
    title: str
    severity: str
    role: str
    owner: str
    effort_days: float
    removes: float
    utility_cost: float
    success: str
    start: date | None = None
    due: date | None = None

    def __post_init__(self) -> None:
        for name in ("control", "title", "role", "success"):
            keep(self, **{name: check_text(f"{name} of a step", getattr(self, name))})
        keep(self, owner=check_text("owner of a step", self.owner, empty=True))
        check_choice("severity", self.severity, SEVERITIES)
        check_number("effort_days", self.effort_days)
        check_number("removes", self.removes, -1.0, 1.0)  # rounding may leave a hair below 0
        check_share("utility_cost", self.utility_cost)
        for name in ("start", "due"):
            if getattr(self, name) is not None:
                keep(self, **{name: check_date(f"{name} of {self.control}", getattr(self, name))})


@dataclass(frozen=True)
class PlanRecord:
    """A plan as it was decided. Risks and utility are shares in 0..1, budget and days are person-days."""

    way: str
    budget: float
    min_utility: float
    exact: bool
    days: float
    risk_before: float
    risk_after: float
    utility: float
    steps: tuple[PlannedStep, ...]
    left_open: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        keep(self, way=check_text("way of the plan", self.way), left_open=check_texts("left_open", self.left_open))
        keep(self, steps=check_records("steps", self.steps, PlannedStep))
        check_flag("exact", self.exact)
        check_number("budget", self.budget)
        check_number("days", self.days)
        for name in ("min_utility", "risk_before", "risk_after", "utility"):
            check_share(name, getattr(self, name))
