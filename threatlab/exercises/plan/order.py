"""The judge of lesson 04 that follows an order: quick wins step by step, and the usual ways to miss them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import SEVERITIES, catalog
from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.system import AISystem, load_system

_ENOUGH = 1e-12
Key = Callable[[float, str], float]
"""What comes first, the highest: a figure made of the risk that a control would remove, and its id."""


def effort(control: str) -> float:
    """Return the person-days that a control takes."""
    return catalog().controls[control].effort_days


def per_day(removes: float, control: str) -> float:
    """Return the risk that a control removes for each day of its work."""
    return removes / effort(control)


def _severity(_: float, control: str) -> float:
    return -SEVERITIES.index(catalog().controls[control].severity)


def greedy(  # noqa: PLR0913  # each is one way to go wrong
    system: AISystem, days: float, key: Key, *, again: bool = True, skips: bool = True, among: Collection[str] = ()
) -> list[str]:
    """Return controls by `key`, looked at `again` after each; what no longer fits is skipped, or ends the plan."""
    taken: list[str] = []
    first = {step.attribute: step.removes for step in assess(system).best_next(len(catalog().controls))}
    left = days
    while True:
        now = assess(system.with_(**dict.fromkeys(taken, True)))
        gains = {step.attribute: step.removes for step in now.best_next(len(catalog().controls))} if again else first
        open_ = [c for c in among or gains if c not in taken and gains.get(c, 0.0) > _ENOUGH]
        fitting = [control for control in open_ if effort(control) <= left]
        candidates = fitting if skips else open_
        if not candidates:
            return taken
        best = max(candidates, key=lambda control: key(gains[control], control))
        if best not in fitting:
            return taken
        taken.append(best)
        left -= effort(best)


_ORDER_SLIPS: tuple[tuple[Callable[[AISystem, float], list[str]], str], ...] = (
    (
        lambda system, days: greedy(system, days, _severity),
        (
            "You begin with the worst severity. That is what a finding is called, on any system; it knows neither this "
            "system's threats nor the days."
        ),
    ),
    (
        lambda system, days: greedy(system, days, lambda removes, _: removes),
        (
            "You take what removes most, whatever it takes. Ten days that remove 0.10 come before two that remove "
            "0.08: what else would the other eight buy?"
        ),
    ),
    (
        lambda system, days: greedy(system, days, lambda _, control: -effort(control)),
        "You take the cheapest first. Cheap is half of a quick win; the other half is what it removes.",
    ),
    (
        lambda system, days: greedy(system, days, per_day, again=False),
        (
            "You rank once and go down the list. But after the first step a second control of its layer has less left "
            "to remove, or nothing. Look anew after each step, at the system as it then is."
        ),
    ),
    (
        lambda system, days: greedy(system, days, per_day, skips=False),
        (
            "You stop at the first control that no longer fits. A smaller one further down may still fit into the days "
            "that are left."
        ),
    ),
    (
        lambda system, _: greedy(system, float("inf"), per_day),
        "The order is right, and the plan takes as long as it takes: the days are not looked at.",
    ),
)

_SYSTEMS = (("shadowray", 12), ("tay", 15), ("amazon-q", 7.5), ("llm-jacking", 20), ("clearview", 9), ("id-me", 1))


def orders_by_rate(answer: Any) -> str:
    """Judge a function from a system and days to the ids of its quick wins, in order."""
    function = a_function(answer, "a system and a number of days")
    cases = [(load_system(name), days) for name, days in _SYSTEMS]
    given = [_ids(returned(function, system, days)) for system, days in cases]
    right = [greedy(system, days, per_day) for system, days in cases]
    if given == right:
        total = sum(map(len, right))
        return (
            f"Right for {len(cases)} systems with budgets from 1 to 20 days, {total} steps in all, each looked at anew."
        )
    for slip, says in _ORDER_SLIPS:
        if given == [slip(system, days) for system, days in cases]:
            raise NotYet(says)
    place = next(n for n in range(len(cases)) if given[n] != right[n])
    system, days = cases[place]
    raise NotYet(_first_difference(system, days, given[place], right[place]))


def _ids(value: Any) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Sequence):
        raise NotYet(f"Your function returned {shown(value)}; give a list of the ids of controls, in their order.")
    for control in value:
        if not isinstance(control, str) or control not in catalog().controls:
            raise NotYet(f"{shown(control)} in your list is not the id of a control: a step has it as .attribute.")
    return list(value)


def _first_difference(system: AISystem, days: float, given: list[str], right: list[str]) -> str:
    if sum(map(effort, given)) > days:
        return f"For {system.title} and {days:g} days your plan takes {sum(map(effort, given)):g}: over the budget."
    for number, (mine, theirs) in enumerate(zip(given, right, strict=False), start=1):
        if mine != theirs:
            return (
                f"For {system.title} and {days:g} days, your step {number} is {mine}. At that point another control "
                "that still fits removes more for each day. Print removes / effort_days of each there."
            )
    return (
        f"For {system.title} and {days:g} days you take {len(given)} steps, and {len(right)} are right. What still "
        "fits into the days that are left, and still removes something?"
    )
