"""The planner: controls within a budget of days and above a utility floor, dated, owned and held against a policy."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice, check_date, check_score, check_share
from threatlab.errors import ThreatLabError, short
from threatlab.plan import WAYS, Plan, check_budget, check_owners
from threatlab.plan.schedule import check_people
from threatlab.policy import Policy, policy_from_dict
from threatlab.policy.check import Breach
from threatlab.system import AISystem
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.systems import Systems
from threatlab.widgets.planner import view


class Planner(Panel[view.PlannerState]):
    """A live panel that plans one system: which controls, in which order, by whom, until when, and what stays open.

    What a click does can be done in code: `set(budget=10, way="quick_wins")`, `halve()`, `decide`, `assign`, `accept`,
    `explain`, `reset`; `plan` and `breaches` are what the panel shows.

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

    drawn_by = view

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
        self._systems = Systems(system)
        begins = date.today() if start is None else check_date("start", start)  # noqa: DTZ011  # a plan is made locally
        state = view.PlannerState(
            self._systems.first,
            check_budget(budget),
            check_share("min_utility", min_utility),
            _check_policy(Policy() if policy is None else policy),
            begins,
            people=check_people(people),
            found={} if found is None else found,
        )
        given = [state.system.to_dict(), state.policy.to_dict(), state.people, state.budget, state.min_utility]
        super().__init__(state, made_from=given)

    @property
    def plan(self) -> Plan:
        """The plan shown."""
        return self.state.plan

    @property
    def breaches(self) -> tuple[Breach, ...]:
        """What breaks the policy in the plan shown."""
        return self.state.breaches

    @action
    def set(self, /, **settings: Any) -> Plan:
        """Change settings (`system`, `budget`, `min_utility`, `way`, `max_risk`, `must` ...), and return the plan."""
        values = {name: _CHECKS[check_choice("setting", name, _CHECKS)](value) for name, value in settings.items()}
        if "max_risk" in values:
            values["policy"] = replace(values.get("policy", self.state.policy), max_risk=values.pop("max_risk"))
        if "system" in values:  # what was decided about another system's controls is forgotten
            found = self._systems.find(values["system"])
            values = {"must": (), "without": (), "looked_at": "", **values, "system": found}
        self.show(replace(self.state, **values))
        return self.plan

    @action
    def halve(self) -> Plan:
        """Halve the budget, as the button does, and return the plan that is left."""
        return self.set(budget=self.state.budget / 2)

    @action
    def decide(self, control: str, decision: str) -> Plan:
        """Say of a control that it "must be in", "leave out", or back to "as planned"; return the plan."""
        check_choice("decision", decision, view.DECISIONS)
        self._check_control(control)
        lists = {name: tuple(c for c in getattr(self.state, name) if c != control) for name in ("must", "without")}
        if name := view.DECISIONS[decision]:
            lists[name] += (control,)
        return self.set(**lists)

    @action
    def assign(self, control: str, owner: str) -> None:
        """Name who answers for a control; an empty name takes it back."""
        owners = {**self.state.owners, **check_owners({self._check_control(control): owner}, self.state.system.catalog)}
        self.show(replace(self.state, owners={control: owner for control, owner in owners.items() if owner}))

    @action
    def accept(self, what: str, reason: str, owner: str, expires: date | str) -> None:
        """Accept the risk of an open finding (by its control) or of a threat, until a date: its bound is suspended."""
        if what == "":
            raise ThreatLabError("choose what you accept: a finding that stays open, or a threat above its bound")
        policy, start = self.state.policy.accept(what, reason, owner, expires), self.state.start
        if not policy.accepted[-1].holds(start):
            raise ThreatLabError(f"{policy.accepted[-1].expires} is before the plan begins, {start}: give a later day")
        self.show(replace(self.state, policy=policy))

    @action
    def explain(self, control: str = "") -> None:
        """Show why a control stands where it stands, or doesn't; "" closes it."""
        self.show(replace(self.state, looked_at=self._check_control(control) if control != "" else ""))

    @action
    def reset(self) -> None:
        """Go back to the settings, owners and acceptances that the panel began with."""
        self.show(self.begun)

    def memory(self, state: view.PlannerState) -> dict[str, Any]:
        """Return what was set, decided, named and accepted."""
        kept = {name: getattr(state, name) for name in (*_SIMPLE, "looked_at")}
        return {**kept, "owners": dict(state.owners), "system": state.system.name, "policy": state.policy.to_dict()}

    def recall(self, memory: Any) -> view.PlannerState:
        """Return the state with all of it, checked as what a page sends is."""
        values: dict[str, Any] = {name: _CHECKS[name](memory[name]) for name in _SIMPLE}
        values |= {"system": self._systems.find(memory["system"]), "policy": policy_from_dict(memory["policy"])}
        state = replace(self.state, **values, looked_at=memory["looked_at"])
        state = replace(state, owners=check_owners(memory["owners"], state.system.catalog))
        self.draw(state)  # refuses what can't be planned any more
        return state

    def draw(self, state: view.PlannerState) -> Html:
        """Return the panel's HTML; a state that can't be planned is refused."""
        return view.page(state, self.begun, self._systems)

    def __repr__(self) -> str:
        plan = self.plan
        return (
            f"Planner({plan.system.name!r}, budget={plan.budget:g}, min_utility={plan.min_utility:g}, "
            f"way={plan.way!r}, steps={len(plan.steps)}, risk={plan.risk_before:.3f} -> {plan.risk_after:.3f}, "
            f"{view.policy_in_words(self.state)})"
        )

    def _check_control(self, name: object) -> str:
        return check_choice("control", name, self.state.system.catalog.controls)


def _check_policy(policy: object) -> Policy:
    if not isinstance(policy, Policy):
        raise ThreatLabError(f"policy is {short(policy)}; give a Policy, such as Policy(max_risk=0.5)")
    return policy


def _as_tuple(names: Any) -> Any:
    """Return names to be read more than once; `make_plan` refuses what holds none."""
    return tuple(names) if isinstance(names, Iterable) and not isinstance(names, str) else names


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "system": lambda system: system,  # found in the panel's own list
    "budget": check_budget,
    "min_utility": lambda share: check_share("the utility floor", share),
    "way": lambda way: check_choice("way to choose", way, WAYS),
    "policy": _check_policy,
    "max_risk": lambda score: check_score("the acceptable risk score", score),
    "people": check_people,
    "must": _as_tuple,
    "without": _as_tuple,
}
"""What may be set, and what each value must be as far as it can be checked alone."""

_SIMPLE = ("budget", "min_utility", "way", "must", "without")
"""Settings that are kept as they are."""
