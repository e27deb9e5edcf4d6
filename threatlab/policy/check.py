"""What breaks a policy: in a system as it is on a day, and in a plan by the day it is done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from threatlab.assessment import Assessment, Finding
from threatlab.catalog import Catalog
from threatlab.checks import check_date
from threatlab.errors import ThreatLabError, short
from threatlab.plan import Plan
from threatlab.policy import Acceptance, Policy
from threatlab.system import check_attribute
from threatlab.words import days

_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a policy is broken: what (a control, a threat or ""), its value, the bound, and a sentence.

    `kind` is "total_risk", "threat_risk", "open_too_long", "expired", "stays_open", "due_too_late" or "utility".
    Values and bounds are shares (risk, utility), days (open) or dates (expired, due).
    """

    kind: str
    what: str
    value: float | int | date
    bound: float | int | date
    sentence: str


def check_policy(
    assessment: Assessment, policy: Policy, today: date | str, found: Mapping[str, date] | None = None
) -> tuple[Breach, ...]:
    """Return what breaks `policy` in a system as it is `today`: too much risk first, then what is open too long.

    An accepted finding or threat is no breach until its acceptance expires; from the day after, it counts as open, and
    the breach says so. The total counts everything, accepted or not: whoever accepts a risk still has it.

    Parameters
    ----------
    assessment
        What `assess` returned.
    policy
        What the organization accepts.
    today
        The day to judge by.
    found
        When a finding was first seen, by its control. One without a date counts as found today.

    Raises
    ------
    ThreatLabError
        If an argument is of another type, or a date is in `found` for something that is no attribute.
    """
    if not isinstance(assessment, Assessment) or not isinstance(policy, Policy):
        raise ThreatLabError(f"check_policy() takes an Assessment and a Policy, not {assessment!r} and {policy!r}")
    day, since = check_date("today", today), _check_found(found, assessment.catalog)
    breaches = list(_too_much_risk(assessment, policy, day))
    for finding in assessment.findings:
        breaches.extend(_open(finding, policy, day, since.get(finding.attribute, day)))
    return tuple(breaches)


def check_plan(plan: Plan, policy: Policy, found: Mapping[str, date] | None = None) -> tuple[Breach, ...]:
    """Return what breaks `policy` once `plan` is carried out: risk, utility, late steps, and what has no date at all.

    A finding without a `found` date counts as found on the day the plan begins. What the plan leaves open has no end
    date: unless its severity may stay open for any time, or somebody has accepted it, that is a breach.

    Raises
    ------
    ThreatLabError
        If the plan has no dates (make it with `start`), or an argument is of another type.
    """
    if not isinstance(plan, Plan) or not isinstance(policy, Policy):
        raise ThreatLabError(f"check_plan() takes a Plan and a Policy, not {plan!r} and {policy!r}")
    if plan.begins is None or plan.finish is None:
        raise ThreatLabError("the plan has no dates; make it with start=... to check it against a policy")
    since = _check_found(found, plan.catalog)
    breaches = list(_too_much_risk(plan.after, policy, plan.finish))
    if plan.utility < policy.min_utility - _SAME:
        kept = f"The plan leaves {plan.utility:.1%} of the usefulness; the policy's floor is {policy.min_utility:.1%}."
        breaches.append(Breach("utility", "", plan.utility, policy.min_utility, kept))
    for step in plan.steps:
        allowed = policy.open_days[step.severity]
        if allowed is None or _accepted(policy, step.control, plan.finish):
            continue
        last, due = since.get(step.control, plan.begins) + timedelta(days=allowed), step.due
        if due is not None and due > last:
            late = f"{step.title} is due on {due}; a {step.severity} finding must be closed by {last}."
            breaches.append(Breach("due_too_late", step.control, due, last, late))
    for finding in plan.left_open:
        breaches.extend(_left_open(finding, policy, plan.finish, since.get(finding.attribute, plan.begins)))
    return tuple(breaches)


def _too_much_risk(assessment: Assessment, policy: Policy, today: date) -> Iterator[Breach]:
    total = assessment.risk_score
    if total > policy.max_risk + _SAME:
        sentence = f"The risk score is {total:.3f}; the policy accepts at most {policy.max_risk:g}."
        yield Breach("total_risk", "", total, policy.max_risk, sentence)
    for threat, risk in assessment.by_threat.items():
        bound = policy.bound(threat)
        if bound is None or risk <= bound + _SAME:
            continue
        title, accepted = assessment.catalog.threats[threat].title, policy.acceptance(threat)
        sentence = f"{title} is at {risk:.3f}; the policy accepts at most {bound:g}."
        if accepted is None:
            yield Breach("threat_risk", threat, risk, bound, sentence)
        elif not accepted.holds(today):
            yield Breach("expired", threat, today, accepted.expires, f"{_expired(accepted)} {sentence}")


def _open(finding: Finding, policy: Policy, today: date, since: date) -> Iterator[Breach]:
    """Yield a breach if a finding has been open for too long, or its acceptance has expired."""
    allowed, accepted = policy.open_days[finding.severity], policy.acceptance(finding.attribute)
    if allowed is None or (accepted and accepted.holds(today)):
        return
    age, name = (today - since).days, f"{finding.finding} ({finding.severity})"
    if accepted:
        yield Breach(
            "expired",
            finding.attribute,
            today,
            accepted.expires,
            f"{_expired(accepted)} It is open ({finding.severity}).",
        )
    elif age > allowed or allowed == 0:
        sentence = f"{name} has been open for {days(age)}; the policy allows {days(allowed)}."
        yield Breach("open_too_long", finding.attribute, age, allowed, sentence)


def _left_open(finding: Finding, policy: Policy, end: date, since: date) -> Iterator[Breach]:
    """Yield a breach if a plan leaves a finding open that must be closed some day, and nobody has accepted it."""
    allowed = policy.open_days[finding.severity]
    if policy.acceptance(finding.attribute):
        yield from _open(finding, policy, end, since)
    elif allowed is not None:
        last = since + timedelta(days=allowed)
        must = f"must be closed by {last} or accepted"
        sentence = f"{finding.finding} ({finding.severity}) is not in the plan, and {must}."
        yield Breach("stays_open", finding.attribute, end, last, sentence)


def _accepted(policy: Policy, what: str, day: date) -> bool:
    accepted = policy.acceptance(what)
    return accepted is not None and accepted.holds(day)


def _expired(accepted: Acceptance) -> str:
    return f"\u201c{accepted.title}\u201d was accepted by {accepted.owner} until {accepted.expires}; that has expired."


def _check_found(found: object, catalog: Catalog) -> dict[str, date]:
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise ThreatLabError(f"found is {short(found)}; give a date for each control's id")
    return {check_attribute(control, catalog): check_date(f"found: {control}", day) for control, day in found.items()}
