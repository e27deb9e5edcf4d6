"""Turns what the workbook's rooms made into the records of a report: plans, attack runs, thresholds, exercises."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from threatlab.catalog import catalog
from threatlab.errors import ThreatLabError
from threatlab.measured import Measured
from threatlab.plan import Plan
from threatlab.report.records import AlertChoice, Decision, Evidence, Moral, PlannedStep, PlanRecord, Tabletop

if TYPE_CHECKING:  # both import numpy or more, and a report does without
    from threatlab.attacks.base import AttackResult
    from threatlab.monitoring.evaluation import Evaluation
    from threatlab.tabletop import Exercise


def from_plan(plan: Plan) -> PlanRecord:
    """Return the record of a plan.

    Raises
    ------
    ThreatLabError
        If `plan` is none; `make_plan` makes one.
    """
    if not isinstance(plan, Plan):
        raise ThreatLabError(f"from_plan() takes a Plan, not {plan!r}; make_plan() makes one")
    steps = tuple(
        PlannedStep(
            control=step.control,
            title=step.title,
            severity=step.severity,
            role=step.role,
            owner=step.owner,
            effort_days=step.effort_days,
            removes=step.removes,
            utility_cost=step.utility_cost,
            success=str(step.success),
            start=step.start,
            due=step.due,
        )
        for step in plan.steps
    )
    return PlanRecord(
        way=plan.way,
        budget=plan.budget,
        min_utility=plan.min_utility,
        exact=plan.exact,
        days=plan.days,
        risk_before=plan.risk_before,
        risk_after=plan.risk_after,
        utility=plan.utility,
        steps=steps,
        left_open=tuple(finding.attribute for finding in plan.left_open),
    )


def from_attack(
    result: AttackResult,
    *,
    seed: int = 0,
    success_at_most: float | None = None,
    utility_at_least: float | None = None,
) -> Evidence:
    """Return an attack's result as evidence: with the seed that it ran with, and the bounds that it had to keep.

    Every live attack of the workbook runs on a toy, and says what is one about it.
    """
    from threatlab.attacks import ATTACKS

    known = ATTACKS.get(result.attack)
    return Evidence(
        attack=result.attack,
        control=result.control,
        seed=seed,
        success=result.success,
        baseline=result.baseline,
        utility=result.utility,
        metric=result.metric,
        knobs={name: _plain(value) for name, value in result.knobs.items()},
        success_at_most=success_at_most,
        utility_at_least=utility_at_least,
        ran_on="toy",
        limits=known.toy if known else "",
        attacker=catalog().who(known.attacker) if known else "",
        title=known.controls[result.control].title if known and result.control in known.controls else "",
    )


def from_measured(measured: Measured) -> Evidence:
    """Return what an attack measured on the real system as evidence: the means over its repeats, at least one."""
    run, known = measured.run, catalog().controls
    return Evidence(
        attack=run.attack,
        control=measured.control or "none",
        seed=run.setting["seed"],
        success=run.over("success").mean,
        baseline=run.over("baseline").mean,
        utility=run.over("utility").mean,
        metric=run.metric,
        knobs=run.setting,
        ran_on="system",
        title=known[measured.control].title if measured.control in known else "",
    )


def from_evaluation(evaluation: Evaluation, reason: str) -> AlertChoice:
    """Return an evaluated alert threshold as the one that was chosen, for a `reason`."""
    return AlertChoice(
        detector=evaluation.detector,
        threshold=evaluation.threshold,
        reason=reason,
        alerts=len(evaluation.alerts),
        missed=evaluation.missed,
        analyst_hours=evaluation.analyst_hours(),
        queries_lost=evaluation.queries_lost,
        precision=evaluation.precision,
        recall=evaluation.recall,
        minutes_to_detect=evaluation.minutes_to_detect,
    )


def from_exercise(exercise: Exercise | Mapping[str, Any], held_on: date | str | None = None) -> Tabletop:
    """Return the record of a tabletop exercise, or of its `to_dict()`; `held_on` is the day it was held.

    Raises
    ------
    ThreatLabError
        If it is neither, or `held_on` is no date.
    """
    table = exercise if isinstance(exercise, Mapping) else getattr(exercise, "to_dict", dict)()
    try:
        decisions = tuple(
            Decision(*(entry[key] for key in ("clock", "title", "by", "text", "consequence", "note", "taken_back")))
            for entry in table["log"]
        )
        lessons = tuple(
            Moral(
                lesson["kind"], lesson["policy" if lesson["kind"] == "change" else "text"], lesson["who"], lesson["due"]
            )
            for lesson in table["lessons"]
        )
        title, finished, unattended = table["title"], table["finished"], table["unattended"]
        case = table["case"]
    except (KeyError, TypeError, IndexError):
        raise ThreatLabError(f"{exercise!r} is no tabletop exercise, nor its to_dict()") from None
    return Tabletop(title, finished, decisions, lessons, held_on, unattended, case)  # type: ignore[arg-type]  # a text becomes a date


def _plain(value: Any) -> Any:
    """Return a NumPy number as Python's own."""
    return value.item() if hasattr(value, "item") else value
