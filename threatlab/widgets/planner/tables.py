"""The planner's tables: the steps, the roles, what breaks the policy, and what stays open."""

from __future__ import annotations

from html import escape

from threatlab.assessment import Finding, assess
from threatlab.catalog import catalog
from threatlab.plan import Plan, PlanStep
from threatlab.policy.check import Breach
from threatlab.system import AISystem
from threatlab.widgets.planner.view import Outcome, PlannerState, count
from threatlab.words import days

OPEN_SHOWN = 4
"""Findings that stay open, shown before the list is unfolded."""


def steps_table(outcome: Outcome) -> str:
    """Return the steps in order, each with its criterion of success, who does it, when, and what it removes."""
    plan = outcome.plan
    title = f"The plan: {count(len(plan.steps), 'step')}"
    if not plan.steps:
        return f'<h3 class="tl-cap">{title}</h3><p class="tl-none">{_why_empty(plan)}</p>'
    named = sum(bool(step.owner) for step in plan.steps)
    caption = f'<h3 class="tl-cap">{title} <i>\u2014 {named} of them with an owner</i></h3>'
    heads = "".join(
        f'<th scope="col">{head}</th>'
        for head in ("Step", "Control, and how you know that it works", "Who", "When", "Removes")
    )
    late = {breach.what: breach for breach in outcome.breaches if breach.kind == "due_too_late"}
    rows = "".join(_step_row(number, step, late.get(step.control)) for number, step in enumerate(plan.steps, 1))
    return f'{caption}<table class="tl-pl-plan"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def resources_table(plan: Plan) -> str:
    """Return what the plan asks of each role: people, days, and the day they are done."""
    if not plan.resources:
        return ""
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Role", "People", "Days", "Done on"))
    rows = "".join(
        f'<tr><th scope="row">{escape(row.role)}</th><td class="tl-num">{row.people}</td>'
        f'<td class="tl-num">{row.days:g}</td><td class="tl-num">{row.finish}</td></tr>'
        for row in plan.resources
    )
    return f'<table class="tl-pl-who"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def policy_box(outcome: Outcome) -> str:
    """Return what breaks the policy, one sentence each; what merely stays open is listed further below."""
    if not outcome.breaches:
        return '<div class="tl-note"><p><b>The policy is met</b> on the day the plan is done.</p></div>'
    told = [breach for breach in outcome.breaches if breach.kind != "stays_open"]
    rest = len(outcome.breaches) - len(told)
    lines = "".join(f"<li>{escape(breach.sentence)}</li>" for breach in told)
    if rest:
        lines += (
            f"<li>{count(rest, 'finding')} below {'has' if rest == 1 else 'have'} no end date and no acceptance.</li>"
        )
    return f'<div class="tl-note tl-pl-broken"><p><b>What breaks the policy</b></p><ul>{lines}</ul></div>'


def open_table(state: PlannerState, outcome: Outcome) -> str:
    """Return what stays open when the plan is done, worst first, and whether somebody has accepted it."""
    left = outcome.plan.left_open
    shown = left if state.all_open else left[:OPEN_SHOWN]
    title = f'<h3 class="tl-cap tl-second">What stays open: {count(len(left), "finding")}</h3>'
    if not left:
        return f'{title}<p class="tl-none">Every control that applies is in place or in the plan.</p>'
    heads = "".join(f'<th scope="col">{head}</th>' for head in ("Severity", "Finding", "What the policy says"))
    open_ = {breach.what: breach for breach in outcome.breaches if breach.kind in ("stays_open", "expired")}
    rows = "".join(_open_row(finding, state, open_.get(finding.attribute)) for finding in shown)
    return f'{title}<table class="tl-pl-open"><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>'


def _why_empty(plan: Plan) -> str:
    if plan.budget == 0:
        return "No days, no steps: the risk stays as it is, and all of it has to be accepted by somebody."
    return "Nothing that lowers the risk fits into this budget and above this floor."


def _step_row(number: int, step: PlanStep, late: Breach | None) -> str:
    owner = escape(step.owner) if step.owner else '<span class="tl-unk">no owner yet</span>'
    attack = f" \u00b7 the {step.success.attack} attack measures it" if step.success.attack else ""
    overdue = f'<div class="tl-loss">too late: {late.bound}</div>' if late else ""
    cost = f'<div class="tl-sub">costs {step.utility_cost:.0%} utility</div>' if step.utility_cost else ""
    return (
        f'<tr><td class="tl-num tl-sub">{number}</td>'
        f'<td><b>{escape(step.title)}</b> <span class="tl-sev tl-{step.severity}">{step.severity}</span>'
        f'<div class="tl-sub">{escape(str(step.success))}{attack}</div></td>'
        f'<td>{owner}<div class="tl-sub">{escape(step.role)}</div></td>'
        f'<td class="tl-num">{_span(step)}<div class="tl-sub">{days(step.effort_days)}</div>{overdue}</td>'
        f'<td class="tl-num">\u2212{step.removes:.3f}<div class="tl-sub">{step.per_day:.4f} a day</div>{cost}</td></tr>'
    )


def _span(step: PlanStep) -> str:
    if step.start is None or step.due is None:
        return ""
    return f"{step.start:%d %b}" if step.start == step.due else f"{step.start:%d %b} \u2013 {step.due:%d %b}"


def _open_row(finding: Finding, state: PlannerState, breach: Breach | None) -> str:
    accepted = state.policy.acceptance(finding.attribute)
    allowed = state.policy.open_days[finding.severity]
    if breach and breach.kind == "expired":
        said = f'<span class="tl-pl-bad-sign">{escape(breach.sentence)}</span>'
    elif breach:
        said = f'<span class="tl-pl-bad-sign">close by <span class="tl-num">{breach.bound}</span>, or accept it</span>'
    elif accepted:
        said = (
            f'<span class="tl-pl-ok">accepted by {escape(accepted.owner)} until {accepted.expires}</span>'
            f'<div class="tl-sub">{escape(accepted.reason)}</div>'
        )
    else:
        said = "may stay open" if allowed is None else f"must be closed within {count(allowed, 'day')}"
    unknown = ' <span class="tl-unk">unknown</span>' if finding.unknown else ""
    return (
        f'<tr><td><span class="tl-sev tl-{finding.severity}">{finding.severity}</span></td>'
        f"<td>{escape(finding.finding)}{unknown}"
        f'<div class="tl-sub">{escape(catalog().controls[finding.attribute].title)}</div></td><td>{said}</td></tr>'
    )


def acceptable(state: PlannerState, outcome: Outcome) -> list[tuple[str, str]]:
    """Return what can be accepted, with labels: findings that stay open, and threats above their bound."""
    findings = {f.attribute: f"{f.severity}: {f.finding}" for f in outcome.plan.left_open}
    threats = {
        threat: f"Threat: {catalog().threats[threat].title}, at {risk:.3f}"
        for threat, risk in outcome.plan.after.by_threat.items()
        if (bound := state.policy.bound(threat)) is not None and risk > bound
    }
    return [("choose\u2026", ""), *((label, what) for what, label in {**findings, **threats}.items())]


def controls(system: AISystem) -> list[tuple[str, str]]:
    """Return the controls that a plan for `system` may hold, with labels, worst finding first."""
    found = assess(system).findings
    return [("choose a control\u2026", ""), *((catalog().controls[f.attribute].title, f.attribute) for f in found)]
