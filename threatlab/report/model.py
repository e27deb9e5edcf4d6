"""ThreatModel: everything that one threat model holds, and what is still missing from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Annotated, Any, ClassVar

from threatlab.assessment import Assessment, assess
from threatlab.audit import AuditLog
from threatlab.audit.chain import GENESIS
from threatlab.catalog import Catalog
from threatlab.checks import check_choice, check_date
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import facts_from
from threatlab.dataflow.files import drawing_from_table
from threatlab.dataflow.trails import Path
from threatlab.errors import ThreatLabError, short
from threatlab.fields import Id, Note, Words, check_field, check_fields, keep
from threatlab.measured import Measured, measured_catalog
from threatlab.operate.reviews import Review
from threatlab.plan import Plan
from threatlab.policy import Acceptance, Policy, policy_from_dict
from threatlab.policy.check import Breach, check_policy
from threatlab.report.blocks import Gap
from threatlab.report.gather import from_measured, from_plan
from threatlab.report.records import AlertChoice, Evidence, Origin, PlannedStep, PlanRecord, Tabletop, Training, Version
from threatlab.system import AISystem, check_attribute, system_from_table

EXAMPLE = "EXAMPLE, not yours"
"""What stands wherever an example is shown, so that nobody takes it for a fact."""

_HASH = re.compile("[0-9a-f]{64}|")

Ruleset = Annotated[str, re.compile("ai|core")]
Hash = Annotated[str, _HASH]


@dataclass(frozen=True, slots=True)
class Missing:
    """A part that is not filled in: its name and what it is, and the notebook of the course in which it is made."""

    part: str
    what: str
    notebook: str

    def __str__(self) -> str:
        return f"{self.what} (notebook {self.notebook})"


@dataclass(frozen=True)
class ThreatModel:
    """One system's threat model. Only `system` is needed; the rest is filled in as the work goes on.

    Parameters
    ----------
    system, before
        The system as it is, and as it was first assessed.
    ruleset
        How it is scored: "ai" or "core".
    drawing
        The scope, drawn.
    policy
        What the organization accepts, with the risks that somebody has accepted.
    found
        When a finding was first seen, by its control.
    plan
        The plan, as a `Plan` or its record.
    evidence, monitoring, tabletop, reviews, training
        What was tested, chosen, practiced, scheduled and taught.
    measured
        What attacks measured on the real system: it stands in the assessment where a toy's figure stood.
    audit_head
        The hash at the head of the audit log: who keeps it can tell if the log was cut.
    author, made_on, notes
        Who made the model, as of which day everything in it is judged, and anything else to say.
    version, reviewers
        What this version is called, such as "1.2", and who has read it and says so.
    history
        The versions before this one, the oldest first.
    course
        Whether the course's notebooks make it: a report then says in which of them a missing part is made.
    example
        Whether the system is invented, to show how it is done: then every report says so, and no assessment of it
        ticks.
    origin
        The file of another tool from which the drawing was imported: what it says beside that comes back on export.

    Raises
    ------
    ThreatLabError
        If a part is not what it must be; the message names it, the value and the way out.
    """

    CALLED: ClassVar[Mapping[str, str]] = {
        "made_on": "the day of the report",
        "author": "the author",
        "notes": "the notes",
        "version": "the name of the version",
        "history": "the versions before",
    }

    system: AISystem
    before: AISystem | None = None
    ruleset: Ruleset = "ai"
    drawing: DataFlow | None = None
    policy: Policy | None = None
    found: Mapping[Id, date] = field(default_factory=dict)
    plan: PlanRecord | None = None
    evidence: tuple[Evidence, ...] = ()
    monitoring: AlertChoice | None = None
    tabletop: Tabletop | None = None
    reviews: tuple[Review, ...] = ()
    training: tuple[Training, ...] = ()
    audit_head: Hash = ""
    author: Note = ""
    made_on: date | None = None
    notes: Note = ""
    course: bool = False
    example: bool = False
    origin: Origin | None = field(default=None, repr=False)
    version: Note = ""
    reviewers: tuple[Words, ...] = ()
    history: tuple[Version, ...] = ()
    measured: tuple[Measured, ...] = ()

    def __hash__(self) -> int:
        return hash(self.system)

    def __post_init__(self) -> None:
        system = _part("system", self.system, AISystem, system_from_table)
        system.catalog.ruleset(self.ruleset)  # refuses an unknown one
        before = _part("before", self.before, AISystem, system_from_table, optional=True)
        measured = check_field("measured", self.measured, tuple[Measured, ...])
        if not self.example and any(each.run.kind == "example" for each in measured):
            raise ThreatLabError(
                "a record is of the course's example, and this threat model is not: attack your own model, or leave it "
                "out"
            )
        terms = measured_catalog(system.catalog, measured)
        keep(
            self,
            system=system if terms == system.catalog else system.under(terms),
            before=before if before is None or terms == before.catalog else before.under(terms),
            measured=measured,
            drawing=_part("drawing", self.drawing, DataFlow, drawing_from_table, optional=True),
            policy=_part("policy", self.policy, Policy, policy_from_dict, optional=True),
            found=_dates(self.found, system.catalog),
            plan=from_plan(self.plan) if isinstance(self.plan, Plan) else self.plan,
            audit_head=_head(self.audit_head),
        )
        check_fields(self)

    def with_(self, **parts: Any) -> ThreatModel:
        """Return a new threat model with some parts filled in or changed; a model never changes itself."""
        for name in parts:
            check_choice("part of a threat model", name, self.__dataclass_fields__)
        return replace(self, **parts)

    @property
    def tests(self) -> tuple[Evidence, ...]:
        """Every attack that ran: the evidence, and what was measured on the real system."""
        return (*self.evidence, *(from_measured(each) for each in self.measured if each.run.repeats))

    @cached_property
    def assessment(self) -> Assessment:
        """The assessment of the system as it is."""
        return assess(self.system, self.ruleset)

    @cached_property
    def first_assessment(self) -> Assessment | None:
        """The assessment of the system as it was at first, if that is kept."""
        return None if self.before is None else assess(self.before, self.ruleset)

    @cached_property
    def planned_assessment(self) -> Assessment | None:
        """The assessment of the system with every control of the plan in place, if there is a plan with steps."""
        if self.plan is None or not self.plan.steps:
            return None
        return assess(self.system.with_(**{step.control: True for step in self.plan.steps}), self.ruleset)

    @cached_property
    def open_questions(self) -> tuple[str, ...]:
        """The facts and controls that the ruleset asks for and nobody has answered."""
        rules = self.system.catalog.ruleset(self.ruleset)
        asked = [*self.assessment.open_questions, *(control.id for control in rules.controls)]
        return tuple(name for name in asked if self.system[name] is None)

    @property
    def open_facts(self) -> tuple[str, ...]:
        """The facts about the system that nobody has answered."""
        return tuple(name for name in self.system.catalog.facts if self.system[name] is None)

    @cached_property
    def score_range(self) -> tuple[float, float]:
        """The lowest and the highest risk score (0..1) that answers to the open questions can lead to.

        No fact lowers the score and no control raises it. So it is lowest with each open fact false and each open
        control in place, and highest the other way around: no other answers lead further.
        """
        facts = self.system.catalog.facts

        def score(*, best: bool) -> float:
            answers = {name: best is not (name in facts) for name in self.open_questions}
            return assess(self.system.with_(**answers), self.ruleset).risk_score

        return score(best=True), score(best=False)

    @cached_property
    def trails(self) -> Mapping[str, Path]:
        """The paths of flows by which the drawing shows what is true of the system, by fact."""
        if self.drawing is None:
            return {}
        read = facts_from(self.drawing).items()
        return {fact: each.flows for fact, each in read if each.value and each.flows and fact in self.system.true}

    def step(self, control: str) -> PlannedStep | None:
        """Return the step of the plan that puts a control in place, if there is one."""
        return next((step for step in self.plan.steps if step.control == control), None) if self.plan else None

    @property
    def title(self) -> str:
        """The system's title, with a mark in front if it is an example."""
        return f"{EXAMPLE}: {self.system.title}" if self.example else self.system.title

    @cached_property
    def breaches(self) -> tuple[Breach, ...]:
        """What breaks the policy on the day `made_on`; empty without a policy or a day."""
        if self.policy is None or self.made_on is None:
            return ()
        return check_policy(self.assessment, self.policy, self.made_on, self.found)

    @property
    def holding(self) -> tuple[Acceptance, ...]:
        """The acceptances that hold on the day `made_on`; none without a day, for then nobody can tell."""
        if self.policy is None or self.made_on is None:
            return ()
        return tuple(each for each in self.policy.accepted if each.holds(self.made_on))

    def accepted(self, control: str) -> Acceptance | None:
        """Return the acceptance of the finding about a control, if there is one and it holds on `made_on`."""
        return next((each for each in self.holding if each.what == control), None)

    @cached_property
    def missing(self) -> tuple[Missing, ...]:
        """The parts that are not filled in, in the order in which the workbook makes them."""
        open_facts = f"{len(self.open_facts)} of {len(self.system.catalog.facts)}"
        practiced = self.tabletop is not None and not self.tabletop.unattended
        owned = self.plan is None or all(step.owner for step in self.plan.steps)
        parts: tuple[tuple[str, object, str, str], ...] = (
            ("example", not self.example, "a system of your own: this one is an example", "07"),
            ("drawing", self.drawing, "the scope as a drawing", "01"),
            ("facts", not self.open_facts, f"answers to {open_facts} questions about what the system is", "02"),
            ("before", self.before, "the system as it was first assessed", "02"),
            ("audit_head", self.audit_head, "the audit log's head hash", "02"),
            ("policy", self.policy, "a policy with acceptable risk", "04"),
            ("plan", self.plan, "a plan", "04"),
            ("owners", owned, "an owner for each step", "04"),
            ("evidence", self.tests, "attacks that ran against the controls", "05"),
            ("monitoring", self.monitoring, "a threshold for alerts and its reason", "06"),
            ("tabletop", practiced, "a tabletop exercise that people have played", "06"),
            ("reviews", self.reviews, "review dates", "06"),
            ("training", self.training, "a training record", "07"),
            ("author", self.author, "an author", "07"),
            ("made_on", self.made_on, "the day on which all this holds", "07"),
        )
        return tuple(Missing(part, what, notebook) for part, value, what, notebook in parts if not value)

    def gap(self, part: str) -> Gap:
        """Return what stands in a report where a missing part would stand."""
        missing = next(each for each in self.missing if each.part == part)
        return Gap(missing.what, missing.notebook if self.course else "")


_GIVE = {
    **dict.fromkeys(("system", "before"), "a table with a name, facts and controls, or what load_system() returns"),
    "drawing": "a table with a name, zones, elements and flows, or what load_drawing() returns",
    "policy": "a table with bounds such as max_risk, or what load_policy() returns",
}


def check_model(model: object) -> ThreatModel:
    """Return `model`, if it is one."""
    if not isinstance(model, ThreatModel):
        raise ThreatLabError(f"{short(model)} is no ThreatModel; ThreatModel(system) begins one")
    return model


def _part(name: str, value: Any, kind: type, read: Any, *, optional: bool = False) -> Any:
    if isinstance(value, kind) or (optional and value is None):
        return value
    if not isinstance(value, Mapping):
        raise ThreatLabError(f"{name} of a threat model is {short(value)}; give {_GIVE[name]}")
    try:
        return read(value)
    except ThreatLabError as problem:
        raise ThreatLabError(f"{name}: {problem}") from None


def _dates(found: object, catalog: Catalog) -> Mapping[str, date]:
    if not isinstance(found, Mapping):
        raise ThreatLabError(f"found is {short(found)}; give a date for each control's id")
    return {check_attribute(name, catalog): check_date(f"found: {name}", day) for name, day in found.items()}


def _head(head: object) -> str:
    """Return the hash at the head of an audit log, given as such or as the log itself; "" of an empty log."""
    value = head.head if isinstance(head, AuditLog) else head
    if not isinstance(value, str) or not _HASH.fullmatch(value):
        raise ThreatLabError(
            f"the head of the audit log (audit_head) is {short(value)}; give the 64 hex digits of log.head"
        )
    return "" if value == GENESIS else value
