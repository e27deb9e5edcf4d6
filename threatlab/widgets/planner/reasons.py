"""Why a control stands where it stands in a plan, or why it doesn't: its numbers, explained on demand."""

from __future__ import annotations

from html import escape

from threatlab.assessment import Assessment, assess
from threatlab.catalog import Control, catalog
from threatlab.plan import Plan, PlanStep
from threatlab.words import days


def reasons(plan: Plan, control: str) -> str:
    """Return the explanation for one control, or nothing if there is none to explain."""
    if not control:
        return ""
    known = catalog().controls[control]
    place = next((number for number, step in enumerate(plan.steps) if step.control == control), None)
    told = _not_chosen(plan, known) if place is None else _chosen(plan, place)
    return (
        f'<div class="tl-note"><p><b>{escape(known.title)}.</b> {told}</p>'
        f"<p>Costs {known.utility_cost:.0%} of usefulness, {known.utility_source}: {escape(known.utility_why)}</p>"
        f"<p>Done when: {escape(str(known.success))}. {_evidence(known)}</p></div>"
    )


def _chosen(plan: Plan, place: int) -> str:
    step = plan.steps[place]
    now = assess(plan.system.with_(**{earlier.control: True for earlier in plan.steps[:place]}))
    said = (
        f"Step {place + 1}. When its turn comes it removes {step.removes:.3f} in {days(step.effort_days)}: "
        f"<b>{step.per_day:.4f} a day</b>."
    )
    best = _best_rate(now, step)
    if best is None:
        return f"{said} Nothing else is left that would lower the risk."
    title, rate = best
    if rate <= step.per_day:
        return f"{said} The next best at that point, {escape(title)}, removes {rate:.4f} a day."
    return f"{said} {escape(title)} would remove {rate:.4f} a day at that point; {_why_not_it(plan, title)}"


def _why_not_it(plan: Plan, title: str) -> str:
    if title in [step.title for step in plan.steps]:
        return "this order takes it later."
    return "but it overlaps with what comes later, or doesn't fit, and the plan as a whole is better off without it."


def _best_rate(now: Assessment, step: PlanStep) -> tuple[str, float] | None:
    rates = [(n.removes / n.effort_days, n.title) for n in now.best_next(99) if n.attribute != step.control]
    return (max(rates)[1], max(rates)[0]) if rates else None


def _not_chosen(plan: Plan, control: Control) -> str:
    if plan.system[control.id] is True:
        return "It is in place already."
    further = {step.attribute: step.removes for step in plan.after.best_next(99)}.get(control.id, 0.0)
    if not further:
        return (
            "Not in the plan: after the steps chosen it would remove nothing, a better control of its layer is there."
        )
    said = f"Not in the plan. After the steps chosen it would still remove {further:.3f} in {days(control.effort_days)}"
    reasons_ = []
    if plan.days + control.effort_days > plan.budget:
        left = plan.budget - plan.days
        reasons_.append(f"{f'only {days(left)}' if left else 'nothing'} of the budget is left")
    if plan.utility * (1 - control.utility_cost) < plan.min_utility - 1e-9:
        kept = plan.utility * (1 - control.utility_cost)
        reasons_.append(f"utility would fall to {kept:.1%}, below the floor of {plan.min_utility:.1%}")
    return (
        f"{said}, but {' and '.join(reasons_)}." if reasons_ else f"{said}; it was left out, or this order passed it."
    )


def _evidence(control: Control) -> str:
    if control.success.attack:
        return f"The {control.success.attack} attack of this workbook measures it; the bound is its worst of ten seeds."
    return f"How to check it: {escape(control.check)}"
