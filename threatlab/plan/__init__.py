"""make_plan(system, budget) -> Plan: which controls within a budget of days, in which order, by whom, until when.

The best plan is an exact one (`threatlab.plan.search`); the plain orders (`threatlab.plan.orders`) stand beside it. No
plan goes over its budget or below its utility floor, and more budget never leaves more risk. What nobody has said of a
control counts as missing, as in the score: a step may turn out to be done already (`Plan.assumed`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from math import inf, log, prod

from threatlab.assessment import assess
from threatlab.catalog import Catalog, Control
from threatlab.checks import check_choice, check_date, check_list, check_number, check_share, check_text
from threatlab.errors import ThreatLabError, short, unknown_name
from threatlab.plan.choices import Choices, choices, in_days, loss, ticks, ticks_within
from threatlab.plan.orders import ORDERS, plans_by, sort
from threatlab.plan.records import Plan, PlanStep
from threatlab.plan.schedule import Slot, check_holidays, check_people, schedule
from threatlab.plan.search import NODES, best_plans
from threatlab.system import AISystem, check_attribute, check_system
from threatlab.words import days

__all__ = ["WAYS", "Plan", "PlanStep", "check_budget", "check_owners", "compare_floors", "compare_ways", "make_plan"]

WAYS = {"best": "Best plan", **{order: title for order, (title, _) in ORDERS.items()}}
"""The ways to choose, by name, with their titles."""

_FLOOR_SLACK = 1e-9
_LONGEST = 1_000_000
"""Person-days: far more than any plan needs, and still a number that can be counted in ticks."""


def make_plan(  # noqa: PLR0913
    system: AISystem,
    budget: float,
    *,
    min_utility: float = 0.0,
    way: str = "best",
    must: Iterable[str] = (),
    without: Iterable[str] = (),
    owners: Mapping[str, str] | None = None,
    start: date | str | None = None,
    people: Mapping[str, int] | None = None,
    holidays: Iterable[date] = (),
) -> Plan:
    """Return a plan for `system` within a `budget` of person-days.

    Parameters
    ----------
    system
        The system to protect.
    budget
        Person-days, 0 or more.
    min_utility
        The floor: the share of usefulness (0..1) that the plan has to leave.
    way
        How to choose: one of `WAYS`. "best" is exact and takes its steps in the order of quick wins.
    must, without
        Controls that come first whatever they remove, and controls that may not be chosen.
    owners
        Who answers for a control, by its id.
    start, people, holidays
        With a start, every step gets its dates: see `threatlab.plan.schedule`.

    Raises
    ------
    ThreatLabError
        If any of these is not what it should be, a control is both in `must` and in `without`, or those in `must` alone
        break budget or floor.
    """
    check_system(system)
    check_choice("way to choose", way, WAYS)
    budget, min_utility = check_budget(budget), check_share("min_utility", min_utility)
    catalog = system.catalog
    insisted = _check_controls("must", must, catalog)
    excluded = _check_controls("without", without, catalog)
    for control in insisted:
        if control in excluded:
            raise ThreatLabError(f"{control!r} is both in must and in without; take it out of one of them")
    named = check_owners(owners, catalog)
    open_ = [catalog.controls[control] for control in insisted if system[control] is not True]
    room = _room(min_utility, open_)
    left = ticks_within(budget) - sum(ticks(control.effort_days) for control in open_)
    if left < 0:
        needed = budget - in_days(left)
        raise ThreatLabError(
            f"the controls in must need {needed:g} days, and the budget is {budget:g}; drop one of them"
        )
    ids = [control.id for control in open_]
    candidates = choices(system.with_(**dict.fromkeys(ids, True)), without={*excluded, *ids})
    chosen, exact = _choose(candidates, way, left, room)
    controls = [*open_, *(catalog.controls[candidates.items[place].control] for place in chosen)]
    slots: tuple[Slot, ...] = ()
    begins, counts = None if start is None else check_date("start", start), check_people(people)
    closed = check_holidays(holidays)
    if begins is not None:
        slots = schedule([(c.role, c.effort_days) for c in controls], begins, counts, closed)
    return Plan(
        system=system,
        way=way,
        budget=budget,
        min_utility=min_utility,
        steps=_steps(system, controls, slots, named),
        exact=exact,
        begins=begins,
        slots=slots,
        people=counts,
    )


def compare_ways(system: AISystem, budget: float, *, min_utility: float = 0.0) -> dict[str, Plan]:
    """Return the plan of each of `WAYS` within the same budget and floor, by name."""
    return {way: make_plan(system, budget, min_utility=min_utility, way=way) for way in WAYS}


def compare_floors(system: AISystem, budget: float, floors: Iterable[float]) -> dict[float, Plan]:
    """Return the best plan within `budget` above each utility floor, by floor, in the order given."""
    listed = check_list("floors", floors, "a list of shares from 0 to 1, such as [0, 0.5, 0.9]")
    return {floor: make_plan(system, budget, min_utility=floor) for floor in listed}


def check_budget(value: object) -> float:
    """Return `value` if it is a number of days, 0 to a million, or raise a ThreatLabError that names it."""
    return check_number("budget", value, 0, _LONGEST, what="a number of days")


def check_owners(owners: object, catalog: Catalog) -> dict[str, str]:
    """Return who owns what, or raise a ThreatLabError if a control is not in `catalog` or an owner is no text."""
    if owners is None:
        return {}
    if not isinstance(owners, Mapping):
        raise ThreatLabError(f"owners are {short(owners)}; give a name for each control's id")
    for control, owner in owners.items():
        _check_control(control, catalog)
        check_text(f"owner of {control}", owner, empty=True)
    return {control: owner.strip() for control, owner in owners.items()}


def _choose(candidates: Choices, way: str, left: int, room: float) -> tuple[tuple[int, ...], bool]:
    """Return the places chosen, in order, and whether it is proved that nothing better can be chosen."""
    if way != "best":
        return plans_by(candidates, way, room).at(left), False
    best = best_plans(candidates, room, plans_by(candidates, "quick_wins", room), NODES)
    return sort(candidates, best.at(left), "quick_wins"), best.exact


def _room(min_utility: float, taken: Iterable[Control]) -> float:
    room = (-log(min_utility) if min_utility else inf) + _FLOOR_SLACK
    room -= sum(loss(control.utility_cost) for control in taken)
    if room < 0:
        kept = prod(1 - control.utility_cost for control in taken)
        raise ThreatLabError(
            f"the controls in must leave utility {kept:.3f}, below the floor of {min_utility:g}; drop one"
        )
    return room


def _steps(
    system: AISystem, controls: list[Control], slots: tuple[Slot, ...], owners: Mapping[str, str]
) -> tuple[PlanStep, ...]:
    steps, before = [], assess(system)
    for number, control in enumerate(controls):
        slot = slots[number] if slots else None
        after = assess(before.system.with_(**{control.id: True}))
        steps.append(
            PlanStep(
                control=control.id,
                title=control.title,
                severity=control.severity,
                role=control.role,
                owner=owners.get(control.id, ""),
                effort_days=control.effort_days,
                removes=before.risk_score - after.risk_score,
                utility_cost=control.utility_cost,
                success=control.success,
                start=slot.start if slot else None,
                due=slot.due if slot else None,
            )
        )
        before = after
    return tuple(steps)


def _check_control(name: object, catalog: Catalog) -> str:
    if check_attribute(name, catalog) not in catalog.controls:
        raise ThreatLabError(f"{name!r} is a fact about the system, not a control; a plan puts controls in place")
    return str(name)


def _check_controls(argument: str, names: Iterable[str], catalog: Catalog) -> list[str]:
    ids = check_list(argument, names, "a list of control ids, such as ['rbac_configured']")
    return list(dict.fromkeys(_check_control(name, catalog) for name in ids))
