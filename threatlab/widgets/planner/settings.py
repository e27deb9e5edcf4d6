"""What may be set in the planner: each setting checked as far as it can be checked alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from threatlab.catalog import catalog
from threatlab.checks import check_score
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.plan import WAYS, check_budget
from threatlab.plan.schedule import check_people
from threatlab.policy import Policy
from threatlab.system import AISystem
from threatlab.widgets.planner.view import PlannerState


def changed(
    state: PlannerState, settings: Mapping[str, Any], find_system: Callable[[object], AISystem]
) -> PlannerState:
    """Return the state with new settings; `find_system` turns a name of the panel's list into a system.

    Raises
    ------
    ThreatLabError
        If there is no such setting, or its value can't be.
    """
    checks: dict[str, Callable[[Any], Any]] = {
        "system": find_system,
        "budget": check_budget,
        "min_utility": lambda value: check_score("min_utility", value),
        "way": _check_way,
        "policy": check_policy_type,
        "max_risk": lambda value: check_score("max_risk", value),
        "people": check_people,
        "must": _as_tuple,
        "without": _as_tuple,
    }
    for name in settings:
        if name not in checks:
            raise ThreatLabError(unknown_name("setting", name, checks))
    values = {name: checks[name](value) for name, value in settings.items()}
    if "max_risk" in values:
        values["policy"] = replace(values.get("policy", state.policy), max_risk=values.pop("max_risk"))
    if "system" in values:  # what was decided about another system's controls is forgotten
        values = {"must": (), "without": (), "looked_at": "", **values}
    return replace(state, **values)


def check_control(name: object) -> str:
    """Return `name` if it is a control's id, else raise ThreatLabError naming the nearest."""
    if not isinstance(name, str) or name not in catalog().controls:
        raise ThreatLabError(unknown_name("control", name, catalog().controls))
    return name


def _check_way(way: object) -> str:
    if not isinstance(way, str) or way not in WAYS:
        raise ThreatLabError(unknown_name("way to choose", way, WAYS))
    return way


def _as_tuple(names: Any) -> Any:
    return tuple(names) if isinstance(names, list | tuple | set) else names  # make_plan refuses anything else


def check_policy_type(policy: object) -> Policy:
    """Return `policy` if it is one, else raise ThreatLabError."""
    if not isinstance(policy, Policy):
        raise ThreatLabError(f"policy is {policy!r}; give a Policy, such as Policy(max_risk=0.5)")
    return policy
