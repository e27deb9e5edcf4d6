"""What a report is made of beside system, drawing and policy: plain records of what was planned, tested and practiced.

Each takes dates as dates or as texts such as "2026-12-01", and lists as lists or tuples, so that a file's values do.
What a field may hold is said by its type, once: `check_fields` holds a record to it, and the JSON schema is made of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from threatlab.catalog import SEVERITIES
from threatlab.checks import check_choice, check_number, check_plain_values
from threatlab.fields import Amount, Count, Note, Share, Words, check_fields


def check_severity(name: str, value: object) -> str:
    """Return `value`, if it is a severity."""
    return check_choice(name, value, SEVERITIES)


def check_gain(name: str, value: object) -> float:
    """Return `value` as a float, if a risk score can fall by it: rounding may leave a hair below 0."""
    return check_number(name, value, -1, 1)


Severity = Annotated[str, check_severity]
Gain = Annotated[float, check_gain]
PlainValues = Annotated[Mapping[str, Any], check_plain_values]


@dataclass(frozen=True)
class Evidence:
    """One run of an attack that tested a control. Success, baseline and utility are shares in 0..1.

    `success_at_most` and `utility_at_least` are the bounds that it had to keep; None where nothing was promised.
    `ran_on` says whether it ran on a "toy" model or on the "system" itself, and `limits` what it doesn't show.
    `attacker` is who attacked, with access and knowledge, and `title` what the control is called.
    """

    CALLED: ClassVar[Mapping[str, str]] = {
        "success": "the attacker's success",
        "baseline": "success without an attack",
        "utility": "the usefulness that is left",
        "knobs": "the setting of the attack",
        "success_at_most": "the bound of the attacker's success",
        "utility_at_least": "the bound of the usefulness",
        "ran_on": "what the attack ran on",
    }

    attack: Words
    control: Words
    seed: Count
    success: Share
    baseline: Share
    utility: Share
    metric: Note = ""
    knobs: PlainValues = field(default_factory=dict)
    success_at_most: Share | None = None
    utility_at_least: Share | None = None
    ran_on: Literal["toy", "system"] = "toy"
    limits: Note = ""
    attacker: Note = ""
    title: Note = ""

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def called(self) -> str:
        """What the control is called where it is read."""
        return "no control" if self.control == "none" else self.title or self.control

    @property
    def passed(self) -> bool | None:
        """Whether the bounds were kept; None if there are none."""
        if self.success_at_most is None and self.utility_at_least is None:
            return None
        low, high = self.utility_at_least, self.success_at_most
        return (high is None or self.success <= high) and (low is None or self.utility >= low)


@dataclass(frozen=True)
class AlertChoice:
    """The threshold for alerts that somebody chose, why, and what it costs on the day that it was tried on.

    `precision` and `recall` are shares in 0..1, `minutes_to_detect` is a mean over the attackers who were caught; each
    is None where there was nothing to divide by. `missed` names the attackers who were not caught, `queries_lost`
    counts what all attackers asked before an alert, and `analyst_hours` is what the alerts cost.
    """

    CALLED: ClassVar[Mapping[str, str]] = {
        "threshold": "the threshold for alerts",
        "reason": "the reason for the threshold for alerts",
        "missed": "the attackers who were missed",
    }

    detector: Words
    threshold: Amount
    reason: Words
    alerts: Count
    missed: tuple[Words, ...]
    analyst_hours: Amount
    queries_lost: Count = 0
    precision: Share | None = None
    recall: Share | None = None
    minutes_to_detect: Amount | None = None

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Decision:
    """One entry of a tabletop's log: when in the story, what came to the table, who decided what, what followed.

    `taken_back` are the texts of what was decided first, and taken back.
    """

    clock: Words
    inject: Words
    by: Note
    decision: Words
    consequence: Note
    note: Note = ""
    taken_back: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Moral:
    """What an exercise taught: what to "keep", or a line to "change" the response plan by, and who sees to it when."""

    kind: Literal["keep", "change"]
    text: Words
    owner: Note = ""
    due: date | None = None

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Tabletop:
    """A tabletop exercise that was held: its story, its log and what it taught.

    `unattended` says that the story's own answers were played: no person decided anything. `case` is the published
    incident that it retells, if it is one of another organization.
    """

    CALLED: ClassVar[Mapping[str, str]] = {
        "finished": "whether the exercise was played to its end",
        "held_on": "the day of the exercise",
    }

    title: Words
    finished: bool
    decisions: tuple[Decision, ...]
    lessons: tuple[Moral, ...] = ()
    held_on: date | None = None
    unattended: bool = False
    case: Note = ""

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Training:
    """Somebody who was trained: a person or a team, when, in what, and by whom."""

    CALLED: ClassVar[Mapping[str, str]] = {
        "who": "who was trained",
        "on": "the day of the training",
        "what": "what was taught",
        "by": "who taught it",
    }

    who: Words
    on: date
    what: Words
    by: Words

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class PlannedStep:
    """One control of the plan: who does it until when, what it removes (0..1), and how you know that it works."""

    control: Words
    title: Words
    severity: Severity
    role: Words
    owner: Note
    effort_days: Amount
    removes: Gain
    utility_cost: Share
    success: Words
    start: date | None = None
    due: date | None = None

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class PlanRecord:
    """A plan as it was decided. Risks and utility are shares in 0..1, budget and days are person-days."""

    way: Words
    budget: Amount
    min_utility: Share
    exact: bool
    days: Amount
    risk_before: Share
    risk_after: Share
    utility: Share
    steps: tuple[PlannedStep, ...]
    left_open: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Version:
    """An earlier version of a threat model: its name, its day and author, its risk score, and what changed after it."""

    version: Words
    made_on: date | None = None
    author: Note = ""
    risk_score: Share | None = None
    changed: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        check_fields(self)


@dataclass(frozen=True)
class Origin:
    """The file of another tool that a model began as: the name of its format, and its content as a JSON text.

    Nothing of it is looked at here; what we don't understand of it comes back from here when the model is exported.
    """

    format: Words
    text: Words

    def __post_init__(self) -> None:
        check_fields(self)
