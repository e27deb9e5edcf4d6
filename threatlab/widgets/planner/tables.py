"""The planner's tables: what breaks the policy, the steps, the roles, and what stays open."""

from __future__ import annotations

from collections.abc import Sequence

from threatlab.assessment import Finding
from threatlab.plan import Plan, PlanStep
from threatlab.plan.records import ask_first
from threatlab.policy import Policy
from threatlab.policy.check import Breach
from threatlab.widgets.base.html import Html, caption, fold, markup, minus, number, severity, table, tag, unsure
from threatlab.words import counted, days

OPEN_SHOWN = 4
"""Findings that stay open, shown before the list is unfolded."""


def policy_box(breaches: Sequence[Breach]) -> Html:
    """Return what breaks the policy, one sentence each; what merely stays open is listed further below."""
    if not breaches:
        return tag("div.tl-note", tag("p", tag("b", "The policy is met"), " on the day the plan is done."))
    sentences = [breach.sentence for breach in breaches if breach.kind != "stays_open"]
    rest = len(breaches) - len(sentences)
    if rest:
        have = "has" if rest == 1 else "have"
        sentences.append(f"{counted(rest, 'finding')} below {have} no end date and no acceptance.")
    lines = tag("ul", *(tag("li", sentence) for sentence in sentences))
    return tag("div.tl-note.tl-broken", tag("p", tag("b", "What breaks the policy")), lines)


def steps_table(plan: Plan, breaches: Sequence[Breach]) -> Html:
    """Return the steps in order, each with its criterion of success, who does it, when, and what it removes."""
    steps = plan.steps
    title = f"The plan: {counted(len(steps), 'step')}"
    if not steps:
        return markup(caption(title), tag("p", _why_empty(plan)))
    heads = ("Step", "Control, and how you know that it works", "Who", "When", "Removes")
    late = {breach.what: breach for breach in breaches if breach.kind == "due_too_late"}
    rows = (_step(place, step, late.get(step.control)) for place, step in enumerate(steps, 1))
    return markup(
        caption(title, f"{sum(bool(step.owner) for step in steps)} of them with an owner"),
        table(heads, rows, class_="tl-plan"),
        tag("p.tl-sub", ask_first(len(plan.assumed))) if plan.assumed else None,
    )


def _why_empty(plan: Plan) -> str:
    if plan.budget == 0:
        return "No days, no steps: the risk stays as it is, and all of it has to be accepted by somebody."
    return "Nothing that lowers the risk fits into this budget and above this floor."


def _step(place: int, step: PlanStep, late: Breach | None) -> tuple[Html, ...]:
    dates = "" if step.start is None else f"{step.start:%d %b}"
    if step.due != step.start:
        dates += f" \u2013 {step.due:%d %b}"
    overdue = tag("div.tl-worse", f"too late: {late.bound:%d %b}") if late else None
    cost = _small(f"costs {step.utility_cost:.0%} utility") if step.utility_cost else None
    rate = _small(f"{step.per_day:.4f} a day")
    return (
        tag("td.tl-num.tl-sub", place),
        markup(tag("b", step.title), " ", severity(step.severity), _small(step.success)),
        markup(step.owner or tag("span.tl-unk", "no owner yet"), _small(step.role)),
        tag("td.tl-num", dates, _small(days(step.effort_days)), overdue),
        tag("td.tl-num", minus(f"{-step.removes:.3f}"), rate, cost),
    )


def resources_table(plan: Plan) -> Html | None:
    """Return what the plan asks of each role: people, days, and the day they are done."""
    rows = ((r.role, number(r.people), number(f"{r.days:g}"), number(r.finish)) for r in plan.resources)
    heads = ("Role", "People", "Days", "Done on")
    return table(heads, rows, row_heads=True, class_="tl-roles") if plan.resources else None


def open_table(plan: Plan, policy: Policy, breaches: Sequence[Breach]) -> Html:
    """Return what stays open when the plan is done, worst first, and whether somebody has accepted it."""
    left = plan.left_open
    title = caption(f"What stays open: {counted(len(left), 'finding')}", class_="tl-second")
    if not left:
        return markup(title, tag("p", "Every control that applies is in place or in the plan."))
    titles = plan.system.catalog.controls
    broken = {breach.what: breach for breach in breaches if breach.kind in ("stays_open", "expired")}
    rows = [_open(f, titles[f.attribute].title, policy, broken.get(f.attribute)) for f in left]
    heads = ("Severity", "Finding", "What the policy says")
    worst, others = (
        table(heads, part, class_="tl-open") if part else None for part in (rows[:OPEN_SHOWN], rows[OPEN_SHOWN:])
    )
    return markup(title, worst, fold(f"{len(left) - OPEN_SHOWN} more that stay open", others) if others else None)


def _open(finding: Finding, title: str, policy: Policy, breach: Breach | None) -> tuple[Html, ...]:
    accepted, allowed = policy.acceptance(finding.attribute), policy.open_days[finding.severity]
    verdict: object = "may stay open" if allowed is None else f"must be closed within {counted(allowed, 'day')}"
    if breach:
        expired = breach.kind == "expired"
        verdict = tag("b.tl-fails", breach.sentence if expired else f"close by {breach.bound}, or accept it")
    elif accepted:
        by = tag("b.tl-holds", f"accepted by {accepted.owner} until {accepted.expires}")
        verdict = markup(by, _small(accepted.reason))
    found = markup(finding.finding, unsure(finding.unknown), _small(title))
    return severity(finding.severity), found, markup(verdict)


def _small(*words: object) -> Html:
    return tag("div.tl-sub", *words)
