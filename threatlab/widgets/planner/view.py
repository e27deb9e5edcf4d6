"""The planner's state, what follows from it, and pure functions from both to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape

from threatlab.plan import WAYS, Plan, make_plan
from threatlab.policy import Acceptance, Policy
from threatlab.policy.check import Breach, check_plan
from threatlab.system import AISystem
from threatlab.words import days

_SAME = 0.0005
"""Risks that are compared are shown with three digits: a smaller difference can't be seen, and isn't claimed."""


@dataclass(frozen=True)
class PlannerState:
    """What the learner has set: system, budget, floor, way to choose, decisions by control, owners, and the policy."""

    system: AISystem
    budget: float
    min_utility: float
    policy: Policy
    start: date
    way: str = "best"
    must: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, int] = field(default_factory=dict)
    found: Mapping[str, date] = field(default_factory=dict)
    looked_at: str = ""
    all_open: bool = False

    def plan(self, way: str) -> Plan:
        """Return the plan that these settings ask for, chosen in another way."""
        return make_plan(
            self.system,
            self.budget,
            min_utility=self.min_utility,
            way=way,
            must=self.must,
            without=self.without,
            owners=self.owners,
            start=self.start,
            people=self.people,
        )


@dataclass(frozen=True)
class Outcome:
    """What follows from a state: the plan chosen, the plans of all ways beside it, and what breaks the policy."""

    plan: Plan
    plans: Mapping[str, Plan]
    breaches: tuple[Breach, ...]


def settings(state: PlannerState) -> PlannerState:
    """Return what the plan depends on: the state without what is only looked at."""
    return replace(state, looked_at="", all_open=False)


def work_out(state: PlannerState) -> Outcome:
    """Return what follows from `state`.

    Raises
    ------
    ThreatLabError
        If the decisions can't be kept within budget and floor; the message says which.
    """
    plans = {way: state.plan(way) for way in WAYS}
    plan = plans[state.way]
    return Outcome(plan, plans, check_plan(plan, state.policy, state.found))


def headline(state: PlannerState, outcome: Outcome) -> str:
    """Return risk before and after, days, utility, the difference to quick wins, and the policy: what is seen first."""
    plan, bound = outcome.plan, state.policy.max_risk
    before, after = plan.risk_before, plan.risk_after
    removed = f"\u2212{before - after:.3f}, better" if before - after >= _SAME else "nothing removed"
    return (
        f'<div class="tl-head{"" if after <= bound else " tl-alerting"}"><div>'
        f'<div class="tl-cap">Risk score after the plan</div><div class="tl-score">{after:.3f}</div>'
        f'<div class="tl-delta"><s class="tl-num">{before:.3f}</s> '
        f'<span class="tl-num{" tl-better" if before - after >= _SAME else " tl-sub"}">{removed}</span></div></div>'
        f'<div><div class="tl-track"><div class="tl-fill" style="width:{after:.1%}"></div>'
        f'<div class="tl-was" style="left:{before:.1%}"></div>'
        f'<div class="tl-tick" style="left:{bound:.1%}"></div></div>'
        f'<div class="tl-scale"><span>0</span><span>accepted up to <b>{bound:.2f}</b></span><span>1</span>'
        f"</div></div>{_figures(state, outcome)}</div>{_announcement(outcome)}"
    )


def problem(words: str) -> str:
    """Return why something can't be planned, so that a screen reader says it; the plan below stays as it was."""
    told = f"<b>This can't be planned:</b> {escape(words)}. The last plan stays."
    return f'<p class="tl-pl-problem" role="alert">{told}</p>'


def form_problem(problem: str) -> str:
    """Return what is wrong with an acceptance, beside its fields."""
    return f'<p class="tl-pl-problem" role="alert">{escape(problem)}</p>'


def form_done(accepted: Acceptance | None) -> str:
    """Return that an acceptance was taken down."""
    if accepted is None:
        return ""
    return f'<p class="tl-sub" role="status">{escape(accepted.title)}: accepted until {accepted.expires}.</p>'


def breaches_said(outcome: Outcome) -> str:
    """Return the policy in a few words: met, or how often it is broken and by what."""
    kinds = [breach.kind for breach in outcome.breaches]
    if not kinds:
        return "policy met"
    words = {
        "total_risk": "total risk too high",
        "threat_risk": "threat above its bound",
        "utility": "utility below its floor",
        "due_too_late": "due too late",
        "expired": "acceptance expired",
        "stays_open": "open without an end",
    }
    parts = [
        f"{kinds.count(kind)} {said}" if kind not in ("total_risk", "utility") else said
        for kind, said in words.items()
        if kind in kinds
    ]
    return f"policy broken: {', '.join(parts)}"


def compared(outcome: Outcome) -> str:
    """Return how the plan compares with the best one, or the best one with quick wins, in one sentence."""
    best, quick, plan = outcome.plans["best"], outcome.plans["quick_wins"], outcome.plan
    proof = "" if best.exact else " found before the search gave up"
    if plan.way == "best":
        gap = quick.risk_after - best.risk_after
        proved = (
            "no plan does better" if best.exact else "the search gave up before it could prove that no plan does better"
        )
        than = f"quick wins leave {gap:.3f} more" if gap >= _SAME else "quick wins leave as much risk"
        return f"{proved}; {than}"
    gap = plan.risk_after - best.risk_after
    return (
        f"leaves {gap:.3f} more risk than the best plan{proof}" if gap >= _SAME else f"as good as the best plan{proof}"
    )


def _figures(state: PlannerState, outcome: Outcome) -> str:
    plan = outcome.plan
    utility = f"utility <b>{plan.utility:.1%}</b>, floor {state.min_utility:.1%}"
    return (
        f'<div class="tl-lead tl-pl-figures"><span class="tl-num"><b>{plan.days:g}</b> of {days(state.budget)}</span>'
        f'<span class="tl-num">{utility}</span><span><b>{WAYS[plan.way]}</b>: {compared(outcome)}</span>'
        f'<span class="tl-pl-{"bad-sign" if outcome.breaches else "ok"}">{breaches_said(outcome)}</span></div>'
    )


def _announcement(outcome: Outcome) -> str:
    plan = outcome.plan
    return (
        f'<div class="tl-hidden" role="alert" aria-live="polite">Risk score {plan.risk_after:.3f} after '
        f"{count(len(plan.steps), 'step')} and {days(plan.days)}, utility {plan.utility:.1%}, {breaches_said(outcome)}."
        "</div>"
    )


def count(number: int, thing: str) -> str:
    """Return a number and what is counted: "1 step", "2 steps"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def static_picture(state: PlannerState, outcome: Outcome) -> str:
    """Return the plan as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    plan = outcome.plan
    left = 'style="text-align:left"'
    rows = "".join(
        f"<tr><td>{number}</td><td {left}>{escape(step.title)}<br><i>{escape(str(step.success))}</i></td>"
        f"<td {left}>{escape(step.owner or 'no owner yet')} ({escape(step.role)})</td>"
        f"<td {left}>{step.start} to {step.due}</td><td>{step.effort_days:g}</td><td>\u2212{step.removes:.3f}</td></tr>"
        for number, step in enumerate(plan.steps, 1)
    )
    heads = "".join(
        f"<th {left}>{h}</th>" for h in ("", "Control, and when it is done", "Who", "When", "Days", "Removes")
    )
    table = f'<table style="width:100%;border-collapse:collapse"><tr>{heads}</tr>{rows}</table>' if plan.steps else ""
    told = "".join(f"<li>{escape(b.sentence)}</li>" for b in outcome.breaches if b.kind != "stays_open")
    return (
        '<div style="max-width:900px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.system.title)}</b> \u00b7 risk score {plan.risk_before:.3f} \u2192 "
        f'<b style="font-size:24px">{plan.risk_after:.3f}</b> \u00b7 {plan.days:g} of {days(plan.budget)} \u00b7 '
        f"utility {plan.utility:.1%}, floor {plan.min_utility:.1%}<p>{WAYS[plan.way]}: {compared(outcome)}. "
        f"{breaches_said(outcome).capitalize()}.</p>{table}<ul>{told}</ul>"
        f"<p>{count(len(plan.left_open), 'finding')} stay open.</p>"
        "<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )
