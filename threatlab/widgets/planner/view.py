"""The planner's state, what follows from it, and pure functions from that state to HTML."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from dataclasses import field as default
from datetime import date
from functools import cached_property

from threatlab.assessment import assess
from threatlab.plan import WAYS, Plan, make_plan
from threatlab.plan.records import ask_first
from threatlab.policy import Policy
from threatlab.policy.check import Breach, check_plan
from threatlab.system import AISystem
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    choice,
    field,
    form,
    gauge,
    markup,
    minus,
    problem,
    saved,
    saved_table,
    score,
    tag,
    unheard,
)
from threatlab.widgets.base.systems import Systems
from threatlab.widgets.planner import drawings, tables
from threatlab.widgets.planner.reasons import reasons
from threatlab.words import counted, days

DECISIONS = {"as planned": "", "must be in": "must", "leave out": "without"}
"""What can be said of a control, and the setting that then lists it."""
_SAME = 0.0005
"""Risks that are compared are shown with three digits: a smaller difference can't be seen, and isn't claimed."""
_BREACHES = {
    "total_risk": "total risk too high",
    "threat_risk": "threat above its bound",
    "utility": "utility below its floor",
    "due_too_late": "due too late",
    "expired": "acceptance expired",
    "stays_open": "open without an end",
}
"""How a policy can be broken, in words; all but the two of the whole plan are counted."""


@dataclass(frozen=True)
class PlannerState:
    """What the learner has set: system, budget, floor, way to choose, decisions by control, owners, and the policy.

    `looked_at` is the control whose place in the plan is explained, "" for none.
    """

    system: AISystem
    budget: float
    min_utility: float
    policy: Policy
    start: date
    way: str = "best"
    must: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    owners: Mapping[str, str] = default(default_factory=dict)
    people: Mapping[str, int] = default(default_factory=dict)
    found: Mapping[str, date] = default(default_factory=dict)
    looked_at: str = ""

    @cached_property
    def plans(self) -> Mapping[str, Plan]:
        """The plan of each way to choose.

        Raises
        ------
        ThreatLabError
            If the decisions can't be kept within budget and floor; the message says which.
        """
        return {
            way: make_plan(
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
            for way in WAYS
        }

    @property
    def plan(self) -> Plan:
        """The plan of the way chosen."""
        return self.plans[self.way]

    @cached_property
    def breaches(self) -> tuple[Breach, ...]:
        """What breaks the policy in the plan."""
        return check_plan(self.plan, self.policy, self.found)

    def decision(self, control: str) -> str:
        """Return what was decided about a control: one of `DECISIONS`."""
        if control in self.must:
            return "must be in"
        return "leave out" if control in self.without else "as planned"


def page(state: PlannerState, start: PlannerState, systems: Systems) -> Html:
    """Return the whole panel; `start` is what it began with."""
    untouched = replace(state, looked_at="") == start
    reset = button("Reset", "reset", hint="Go back to the settings you began with", disabled=untouched)
    return markup(
        tag("div.tl-top", tag("div.tl-pick", systems.picker(state.system, "set"), reset), headline(state)),
        tag(
            "div.tl-body.tl-planning",
            tag("div.tl-left", settings(state)),
            tag(
                "div.tl-risk",
                tables.policy_box(state.breaches),
                reasons(state.plan, state.looked_at),
                tables.steps_table(state.plan, state.breaches),
                tables.resources_table(state.plan),
            ),
        ),
        tag(
            "div.tl-below",
            tag("div.tl-beside", drawings.timeline(state.plan), drawings.risk_by_days(state.plans, state.way)),
            tables.open_table(state.plan, state.policy, state.breaches),
            acceptance_form(state, start),
        ),
    )


def headline(state: PlannerState) -> Html:
    """Return risk before and after, days, utility, the difference to quick wins, and the policy: what is seen first."""
    plan, bound = state.plan, state.policy.max_risk
    before, after = plan.risk_before, plan.risk_after
    better = before - after >= _SAME
    change = markup(
        tag("s.tl-num", f"{before:.3f}"),
        " ",
        tag("span.tl-num.tl-better", f"{minus(f'{after - before:.3f}')}, better")
        if better
        else tag("span.tl-num.tl-sub", "nothing removed"),
    )
    accepted = markup("accepted up to ", tag("b", f"{bound:.2f}"))
    figures = (
        tag("span.tl-num", tag("b", f"{plan.days:g}"), f" of {days(state.budget)}"),
        tag("span.tl-num", "utility ", tag("b", f"{plan.utility:.1%}"), f", floor {state.min_utility:.1%}"),
        tag("span", tag("b", WAYS[plan.way]), f": {compared(state)}"),
        tag("b", policy_in_words(state), class_="tl-fails" if state.breaches else "tl-holds"),
    )
    return tag(
        "div.tl-head",
        score("Risk score after the plan", f"{after:.3f}", change),
        gauge(after, was=before, limit=bound, words=accepted),
        tag("div.tl-lead", *figures),
        unheard(
            f"Risk score {after:.3f} after {counted(len(plan.steps), 'step')} and {days(plan.days)}, "
            f"utility {plan.utility:.1%}, {policy_in_words(state)}."
        ),
        class_=None if after <= bound else "tl-alerting",
    )


def policy_in_words(state: PlannerState) -> str:
    """Return the policy in a few words: met, or how often it is broken and by what."""
    kinds = [breach.kind for breach in state.breaches]
    broken = [
        words if kind in ("total_risk", "utility") else f"{kinds.count(kind)} {words}"
        for kind, words in _BREACHES.items()
        if kind in kinds
    ]
    return f"policy broken: {', '.join(broken)}" if broken else "policy met"


def compared(state: PlannerState) -> str:
    """Return how the plan compares with the best one, or the best one with quick wins, in one sentence."""
    best, quick, plan = state.plans["best"], state.plans["quick_wins"], state.plan
    if plan.way == "best":
        gap = quick.risk_after - best.risk_after
        proof = (
            "no plan does better" if best.exact else "the search gave up before it could prove that no plan does better"
        )
        return f"{proof}; quick wins leave {f'{gap:.3f} more' if gap >= _SAME else 'as much risk'}"
    gap = plan.risk_after - best.risk_after
    other = "the best plan" if best.exact else "the best plan found before the search gave up"
    return f"leaves {gap:.3f} more risk than {other}" if gap >= _SAME else f"as good as {other}"


def settings(state: PlannerState) -> Html:
    """Return what can be set for the plan, and for the one control that is looked at."""
    return markup(
        caption("Set it up"),
        field("Budget (days)", "budget", state.budget, low=0, step=1, act="set"),
        button("Halve the budget", "halve"),
        problem("halve"),
        field("Utility floor (0 to 1)", "min_utility", state.min_utility, low=0, high=1, step=0.01, act="set"),
        field("Acceptable risk score", "max_risk", state.policy.max_risk, low=0, high=1, step=0.05, act="set"),
        choice("Choose by", "way", [(title, way) for way, title in WAYS.items()], state.way, act="set"),
        problem("set"),
        choice("Look at one control", "control", controls(state), state.looked_at, act="explain"),
        _one_control(state) if state.looked_at else None,
    )


def controls(state: PlannerState) -> list[tuple[str, str]]:
    """Return the controls that a plan may hold, with labels: its steps in order, then the others, worst first."""
    steps = [step.control for step in state.plan.steps]
    missing = [finding.attribute for finding in assess(state.system).findings]
    listed = dict.fromkeys([*steps, *missing, *([state.looked_at] if state.looked_at else [])])
    return [("choose a control\u2026", ""), *((state.system.catalog.controls[name].title, name) for name in listed)]


def _one_control(state: PlannerState) -> Html:
    control = {"control": state.looked_at}
    return markup(
        choice("In the plan?", "decision", DECISIONS, state.decision(state.looked_at), act="decide", args=control),
        problem("decide"),
        field("Owner (a name)", "owner", state.owners.get(state.looked_at, ""), act="assign", args=control),
        problem("assign"),
    )


def acceptable(state: PlannerState) -> list[tuple[str, str]]:
    """Return what can be accepted, with labels: findings that stay open, and threats above their bound."""
    findings = [(f"{f.severity}: {f.finding}", f.attribute) for f in state.plan.left_open]
    threats = [
        (f"Threat: {state.system.catalog.threats[threat].title}, at {risk:.3f}", threat)
        for threat, risk in state.plan.after.by_threat.items()
        if (bound := state.policy.bound(threat)) is not None and risk > bound
    ]
    return [("choose\u2026", ""), *findings, *threats]


def acceptance_form(state: PlannerState, start: PlannerState) -> Html:
    """Return the form that accepts a risk, and below it what was accepted last.

    Who accepts one risk often accepts the next: owner and date stay.
    """
    last = state.policy.accepted[-1] if state.policy.accepted != start.policy.accepted else None
    fields = (
        choice("Accept what stays open", "what", acceptable(state), ""),
        field("Reason", "reason"),
        field("Who answers for it", "owner", last.owner if last else ""),
        field("Until (such as 2027-06-30)", "expires", last.expires if last else ""),
    )
    hint = "Accept the risk chosen, for this reason, until this date"
    return markup(
        form("accept", *fields, submit="Accept this risk", hint=hint, key=last or "", class_="tl-accept"),
        tag("p.tl-sub", f"{last.title}: accepted until {last.expires}.", role="status") if last else None,
    )


def static_picture(state: PlannerState) -> Html:
    """Return the plan as it stands for a saved notebook."""
    plan = state.plan
    steps = (
        (
            place,
            markup(step.title, tag("br"), tag("i", step.success)),
            f"{step.owner or 'no owner yet'} ({step.role})",
            f"{step.start} to {step.due}",
            f"{step.effort_days:g}",
            minus(f"{-step.removes:.3f}"),
        )
        for place, step in enumerate(plan.steps, 1)
    )
    heads = ("", "Control, and when it is done", "Who", "When", "Days", "Removes")
    return saved(
        state.system.title,
        f" \u00b7 risk score {plan.risk_before:.3f} \u2192 ",
        tag("b", f"{plan.risk_after:.3f}", style="font-size:24px"),
        f" \u00b7 {plan.days:g} of {days(plan.budget)} \u00b7 utility {plan.utility:.1%}, floor {plan.min_utility:.1%}",
        tag("p", f"{WAYS[plan.way]}: {compared(state)}. {policy_in_words(state).capitalize()}."),
        saved_table(heads, steps) if plan.steps else None,
        tag("p", ask_first(len(plan.assumed))) if plan.assumed else None,
        tag("ul", *(tag("li", breach.sentence) for breach in state.breaches if breach.kind != "stays_open")),
        tag("p", f"{counted(len(plan.left_open), 'finding')} stay open."),
    )
