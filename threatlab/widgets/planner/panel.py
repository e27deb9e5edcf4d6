"""The planner: controls within a budget of days and above a utility floor, dated, owned and held against a policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.checks import check_date, check_score
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.plan import WAYS, Plan, check_budget, check_owners
from threatlab.plan.schedule import check_people
from threatlab.policy import Policy
from threatlab.policy.check import Breach
from threatlab.system import AISystem, list_systems, load_system
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.planner import drawings, tables, view
from threatlab.widgets.planner.reasons import reasons
from threatlab.widgets.planner.settings import changed, check_control, check_policy_type

_DECISIONS = {"as planned": "free", "must be in": "must", "leave out": "without"}
_MOST_DAYS = 1000


class Planner:
    """A live panel that plans one system: which controls, in which order, by whom, until when, and what stays open.

    Display it as the last value of a cell. What a click does can be done in code: `set(budget=10, way="quick_wins")`,
    `halve()`, `decide`, `assign`, `accept`, `explain`, `reset`; `plan` and `breaches` are what the panel shows.

    Parameters
    ----------
    system
        An AISystem, the name of a built-in one, or a TOML or JSON system file.
    budget
        Person-days.
    min_utility
        The share of usefulness (0..1) that the plan must leave.
    policy
        What the organization accepts; without one, any risk, and the days of `threatlab.policy.OPEN_DAYS`.
    start
        The first day of work, a date or a text such as "2026-12-01"; without one, today.
    people
        How many people each role has; one, where nothing is said.
    found
        When a finding was first seen, by its control; the start, where nothing is said.

    Raises
    ------
    ThreatLabError
        If any of these is not what it must be.
    """

    def __init__(  # noqa: PLR0913
        self,
        system: AISystem | str | Path,
        budget: float = 20,
        min_utility: float = 0.95,
        policy: Policy | None = None,
        *,
        start: date | str | None = None,
        people: Mapping[str, int] | None = None,
        found: Mapping[str, date] | None = None,
    ) -> None:
        shown = system if isinstance(system, AISystem) else load_system(system)
        begins = date.today() if start is None else check_date("start", start)  # noqa: DTZ011  # a plan is made locally
        self._start = view.PlannerState(
            shown,
            check_budget(budget),
            check_score("min_utility", min_utility),
            check_policy_type(Policy() if policy is None else policy),
            begins,
            people=check_people(people),
            found={} if found is None else found,
        )
        self.state = self._start
        self._outcome = view.work_out(self.state)
        self._systems = {**{name: load_system(name) for name in list_systems()}, shown.name: shown}
        self._changes = Changes()
        self._build()
        self._refresh()

    @property
    def plan(self) -> Plan:
        """The plan shown."""
        return self._outcome.plan

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """What breaks the policy in the plan shown."""
        return self._outcome.breaches

    def set(self, **settings: Any) -> Plan:
        """Change settings (`system`, `budget`, `min_utility`, `way`, `max_risk`, `must` ...), and return the plan."""
        self._show(changed(self.state, settings, self._system))
        return self.plan

    def halve(self) -> Plan:
        """Halve the budget, as the button does, and return the plan that is left."""
        return self.set(budget=self.state.budget / 2)

    def decide(self, control: str, decision: str) -> Plan:
        """Say of a control that it "must be in", "leave out", or back to "as planned"; return the plan."""
        if decision not in tuple(_DECISIONS):
            raise ThreatLabError(unknown_name("decision", decision, _DECISIONS))
        check_control(control)
        lists = {name: tuple(c for c in getattr(self.state, name) if c != control) for name in ("must", "without")}
        if (name := _DECISIONS[decision]) in lists:
            lists[name] += (control,)
        return self.set(**lists)

    def assign(self, control: str, owner: str) -> None:
        """Name who answers for a control; an empty name takes it back."""
        self._show(replace(self.state, owners={**self.state.owners, **check_owners({control: owner})}))

    def accept(self, what: str, reason: str, owner: str, expires: date | str) -> None:
        """Accept the risk of an open finding (by its control) or of a threat, until a date: its bound is suspended."""
        self._show(replace(self.state, policy=self.state.policy.accept(what, reason, owner, expires)))

    def explain(self, control: str = "") -> None:
        """Show why a control stands where it stands, or doesn't; "" closes it."""
        self._show(replace(self.state, looked_at=check_control(control) if control != "" else ""))

    def show_open(self, *, all_open: bool = True) -> None:
        """List all findings that stay open, or only the worst few."""
        self._show(replace(self.state, all_open=all_open))

    def reset(self) -> None:
        """Go back to the settings, owners and acceptances that the panel began with."""
        self._show(self._start)

    def __repr__(self) -> str:
        plan = self.plan
        return (
            f"Planner({plan.system.name!r}, budget={plan.budget:g}, min_utility={plan.min_utility:g}, "
            f"way={plan.way!r}, steps={len(plan.steps)}, risk={plan.risk_before:.3f} -> {plan.risk_after:.3f}, "
            f"{view.breaches_said(self._outcome)})"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        plain = repr(self)
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": plain, "text/html": view.static_picture(self.state, self._outcome)}

    def _system(self, wanted: object) -> AISystem:
        if isinstance(wanted, AISystem):
            self._systems[wanted.name] = wanted
            return wanted
        if not isinstance(wanted, str) or wanted not in self._systems:
            raise ThreatLabError(unknown_name("system", wanted, self._systems))
        return self._systems[wanted]

    def _show(self, state: view.PlannerState) -> None:
        """Work out a state and show it; one that can't be planned raises, and changes nothing."""
        if view.settings(state) != view.settings(self.state):  # looking at something else plans nothing anew
            self._outcome = view.work_out(state)
        self.state = state
        self._refresh()

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        number = widgets.BoundedFloatText
        self.fields: dict[str, widgets.Widget] = {
            "system": widgets.Dropdown(options=self._titles(), value=self.state.system.name, description="System"),
            "way": widgets.Dropdown(options=[(title, way) for way, title in WAYS.items()], description="Choose by"),
            "budget": number(min=0, max=_MOST_DAYS, step=1, description="Budget (days)"),
            "min_utility": number(min=0, max=1, step=0.01, description="Utility floor (0 to 1)"),
            "max_risk": number(min=0, max=1, step=0.05, description="Acceptable risk score"),
        }
        for name, field in self.fields.items():
            self._changes.by_learner(field, self._setter(name))
        self._reset = button("Reset", "Go back to the settings you began with", self.reset)
        halve = button("Halve the budget", "Halve the budget of days", lambda: self._try(self.halve))
        self._control = widgets.Dropdown(options=[("choose a control\u2026", "")], description="Look at one control")
        self._decision = widgets.Dropdown(options=list(_DECISIONS), description="In the plan?")
        self._owner = widgets.Text(description="Owner (a name)", continuous_update=False)
        self._changes.by_learner(self._control, self.explain)
        self._changes.by_learner(
            self._decision, lambda word: self._try(lambda: self.decide(self.state.looked_at, word))
        )
        self._changes.by_learner(self._owner, lambda name: self._try(lambda: self.assign(self.state.looked_at, name)))
        self._headline, self._status, self._steps = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._reasons, self._policy, self._open = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._drawings, self._told = widgets.HTML(), widgets.HTML()
        self._more = widgets.ToggleButton(value=False, description="All that stays open")
        self._more.add_class("tl-fold")
        self._changes.by_learner(self._more, lambda shown: self.show_open(all_open=shown))
        top = box("tl-top", [box("tl-pick", [self.fields["system"], self._reset]), self._headline])
        settings = [self.fields[name] for name in ("budget", "min_utility", "max_risk", "way")]
        for field in (*settings, self._control, self._decision, self._owner):
            field.add_class("tl-field")
        self._one = box("tl-pl-one", [self._decision, self._owner])
        left = box("tl-left", [_caption("Set it up"), settings[0], halve, *settings[1:], self._control, self._one])
        left.add_class("tl-pl-setup")
        body = box("tl-body", [left, box("tl-risk", [self._status, self._policy, self._reasons, self._steps])])
        body.add_class("tl-lab")
        self.widget = box("tl", [widgets.HTML(STYLE), top, body, self._below()])

    def _below(self) -> widgets.Box:
        self._what = widgets.Dropdown(options=[("choose\u2026", "")], description="Accept what stays open")
        self._reason = widgets.Text(description="Reason")
        self._accepter = widgets.Text(description="Who answers for it")
        self._expires = widgets.Text(description="Until (such as 2027-06-30)")
        fields = [self._what, self._reason, self._accepter, self._expires]
        for field in fields:
            field.add_class("tl-field")
        accept = button("Accept this risk", "Accept the risk chosen, for this reason, until this date", self._accept)
        form = box("tl-pl-accept", [*fields, accept, self._told])
        return box("tl-pl-below", [self._drawings, self._open, self._more, form])

    def _accept(self) -> None:
        """Accept what the form says, or say beside it what is missing and keep what was typed."""
        what = self._what.value
        try:
            self.accept(what, self._reason.value, self._accepter.value, self._expires.value)
        except ThreatLabError as problem:
            nothing = "choose what you accept: a finding that stays open, or a threat above its bound"
            self._told.value = view.form_problem(str(problem) if what else nothing)
            return
        self._told.value = view.form_done(self.state.policy.acceptance(what))
        self._reason.value = self._what.value = ""

    def _setter(self, name: str) -> Callable[[Any], None]:
        return lambda value: self._try(lambda: self.set(**{name: value}))

    def _try(self, action: Callable[[], Any]) -> None:
        """Do what a control asks for; what can't be planned is said in the panel, over the last plan."""
        try:
            action()
        except ThreatLabError as problem:
            self._status.value = view.problem(str(problem))

    def _titles(self) -> list[tuple[str, str]]:
        return [(system.title, name) for name, system in self._systems.items()]

    def _refresh(self) -> None:
        state, outcome = self.state, self._outcome
        with self._changes.ours():
            self._status.value = ""
            self._refresh_fields(state)
            self._headline.value = view.headline(state, outcome)
            self._policy.value = tables.policy_box(outcome)
            self._reasons.value = reasons(outcome.plan, state.looked_at)
            self._steps.value = tables.steps_table(outcome) + tables.resources_table(outcome.plan)
            self._drawings.value = drawings.side_by_side(
                drawings.timeline(outcome.plan), drawings.risk_by_days(outcome.plans, state.way)
            )
            self._open.value = tables.open_table(state, outcome)
            self._more.layout.display = "" if len(outcome.plan.left_open) > tables.OPEN_SHOWN else "none"
            self._what.options = _keep(self._what, tables.acceptable(state, outcome))

    def _refresh_fields(self, state: view.PlannerState) -> None:
        if len(self.fields["system"].options) != len(self._systems):
            self.fields["system"].options = self._titles()
        values = {"system": state.system.name, "max_risk": state.policy.max_risk}
        for name, field in self.fields.items():
            field.value = values[name] if name in values else getattr(state, name)
        self._control.options = _keep(self._control, tables.controls(state.system))
        self._control.value = state.looked_at
        self._one.layout.display = "" if state.looked_at else "none"
        self._decision.value = next(
            (word for word, name in _DECISIONS.items() if state.looked_at in getattr(state, name, ())), "as planned"
        )
        self._owner.value = state.owners.get(state.looked_at, "")
        self._more.value = state.all_open
        self._reset.disabled = view.settings(state) == self._start


def _keep(field: widgets.Dropdown, options: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the options, with the one chosen among them, so that a new list takes no choice away."""
    chosen = [(label, value) for label, value in field.options if value == field.value]
    return options if field.value in [value for _, value in options] else [*options, *chosen]


def _caption(text: str) -> widgets.HTML:
    return widgets.HTML(f'<h3 class="tl-cap">{text}</h3>')
