"""Why a control stands where it stands in a plan, or why it doesn't: its numbers, explained on demand."""

from __future__ import annotations

from threatlab.assessment import Assessment, NextStep, assess
from threatlab.catalog import Control
from threatlab.plan import Plan
from threatlab.ranking import rounded
from threatlab.widgets.base.html import Html, headed, markup, tag
from threatlab.words import days

_ROUNDING = 1e-9


def reasons(plan: Plan, name: str) -> Html | None:
    """Return the explanation for one control, or nothing if there is none to explain."""
    if not name:
        return None
    control = plan.system.catalog.controls[name]
    place = next((number for number, step in enumerate(plan.steps) if step.control == name), None)
    why = _not_chosen(plan, control) if place is None else _chosen(plan, place)
    return tag(
        "div.tl-note",
        headed(f"{control.title}.", why),
        tag("p", f"Costs {control.utility_cost:.0%} of usefulness, {control.utility_evidence}: {control.utility_why}"),
        tag("p", f"Done when: {control.success}. How to check it: {control.check}"),
    )


def _chosen(plan: Plan, place: int) -> Html:
    step = plan.steps[place]
    return markup(
        f"Step {place + 1}. When its turn comes it removes {step.removes:.3f} in {days(step.effort_days)}: ",
        tag("b", f"{step.per_day:.4f} a day"),
        f". {_next_best(plan, place)}",
    )


def _next_best(plan: Plan, place: int) -> str:
    step = plan.steps[place]
    then = assess(plan.system.with_(**{earlier.control: True for earlier in plan.steps[:place]}))
    rates = [(n.removes / n.effort_days, n.title) for n in _removing(then) if n.attribute != step.control]
    if not rates:
        return "Nothing else is left that would lower the risk."
    rate, title = max(rates, key=lambda each: (rounded(each[0]), each[1]))
    if rate <= step.per_day:
        return f"The next best at that point, {title}, removes {rate:.4f} a day."
    if title in [step.title for step in plan.steps]:
        why = "this order takes it later"
    else:
        why = "but it overlaps with what comes later, or doesn't fit, and the plan as a whole is better off without it"
    return f"{title} would remove {rate:.4f} a day at that point; {why}."


def _not_chosen(plan: Plan, control: Control) -> str:
    if plan.system[control.id] is True:
        return "It is in place already."
    further = {step.attribute: step.removes for step in _removing(plan.after)}.get(control.id, 0.0)
    if not further:
        return "Not in the plan: it doesn't apply to this system, or nothing that it counters does."
    removes = f"After the steps chosen it would still remove {further:.3f} in {days(control.effort_days)}"
    obstacles = []
    if plan.days + control.effort_days > plan.budget:
        left = plan.budget - plan.days
        obstacles.append(f"{f'only {days(left)}' if left else 'nothing'} of the budget is left")
    kept = plan.utility * (1 - control.utility_cost)
    if kept < plan.min_utility - _ROUNDING:
        obstacles.append(f"utility would fall to {kept:.1%}, below the floor of {plan.min_utility:.1%}")
    why = f", but {' and '.join(obstacles)}" if obstacles else "; it was left out, or this order passed it"
    return f"Not in the plan. {removes}{why}."


def _removing(assessment: Assessment) -> tuple[NextStep, ...]:
    return assessment.best_next(len(assessment.system.catalog.controls))
