"""Question 3 of lesson 04: quick wins, step by step, and the usual ways to miss them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import SEVERITIES, catalog
from threatlab.exercises.judges import Slip, as_list, like, other_kind, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
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


_SLIPS = (
    Slip(
        lambda system, days: greedy(
            system, days, lambda _, control: -SEVERITIES.index(catalog().controls[control].severity)
        ),
        "You begin with the worst severity. That is what a finding is called, on any system; it knows neither this "
        "system's threats nor the days.",
        "severity",
    ),
    Slip(
        lambda system, days: greedy(system, days, lambda removes, _: removes),
        "You take what removes most, whatever it takes. Ten days that remove 0.10 come before two that remove "
        "0.08: what else would the other eight buy?",
        "most",
    ),
    Slip(
        lambda system, days: greedy(system, days, lambda _, control: -effort(control)),
        "You take the cheapest first. Cheap is half of a quick win; the other half is what it removes.",
        "cheapest",
    ),
    Slip(
        lambda system, days: greedy(system, days, per_day, again=False),
        "You rank once and go down the list. But after the first step a second control against the same threat has "
        "less left to remove, and one of the same layer less still. Look anew after each step, at the system as it "
        "then is.",
        "once",
    ),
    Slip(
        lambda system, days: greedy(system, days, per_day, skips=False),
        "You stop at the first control that no longer fits. A smaller one further down may still fit into the days "
        "that are left.",
        "stops",
    ),
    Slip(
        lambda system, days: greedy(system, days - _ENOUGH, per_day),
        "Almost. A control that takes exactly the days that are left fits, too.",
        "exactly",
    ),
    Slip(
        lambda system, _: greedy(system, float("inf"), per_day),
        "The order is right, and the plan takes as long as it takes: the days are not looked at.",
        "no-days",
    ),
)

_SYSTEMS = {"shadowray": 12, "tay": 15, "amazon-q": 7.5, "llm-jacking": 20, "clearview": 9, "id-me": 1}


def quick_wins(system: AISystem, days: float) -> list[str]:
    """Return the ids of the controls that remove most for each day, in the order in which they are put in place."""
    return greedy(system, days, per_day)


@cache
def _cases() -> Mapping[str, tuple[AISystem, float]]:
    systems = {load_system(name): days for name, days in _SYSTEMS.items()}
    return {f"{system.title} and {days:g} days": (system, days) for system, days in systems.items()}


def _ids(value: Any, *_: Any) -> list[str]:
    ids = as_list(value)
    if ids is None:
        raise other_kind(value, "a list of the ids of controls, in their order")
    for control in ids:
        if not isinstance(control, str) or control not in catalog().controls:
            raise NotYet(f"{shown(control)} in your list is not the id of a control: a step has it as .attribute.")
    return ids


def _first_difference(name: str, given: list[str], right: list[str], system: AISystem, days: float) -> str:
    left = days
    for number, control in enumerate(given):
        done = system.with_(**dict.fromkeys(given[:number], True))
        gains = {step.attribute: step.removes for step in assess(done).best_next(len(catalog().controls))}
        where = f"For {name}, your step {number + 1} is {control}"
        if control not in gains:
            return f"{where}. It removes nothing there: it is in place by then, or counters no threat of this system."
        if effort(control) > left:
            return f"{where}, of {effort(control):g} days, and {left:g} are left: over the budget."
        if control != right[number]:
            return (
                f"{where}, which removes {per_day(gains[control], control):.4f} for each day. Another one that still "
                f"fits removes {per_day(gains[right[number]], right[number]):.4f} there."
            )
        left -= effort(control)
    return (
        f"For {name} you take {len(given)} steps, and {len(right)} are right. What still fits into the days that are "
        "left, and still removes something?"
    )


def _all_right() -> str:
    total = sum(len(quick_wins(*case)) for case in _cases().values())
    return (
        f"Right for {len(_SYSTEMS)} systems with budgets from {min(_SYSTEMS.values())} to {max(_SYSTEMS.values())} "
        f"days, {total} steps in all, each looked at anew."
    )


_by_steps = like(
    quick_wins,
    _cases,
    _SLIPS,
    takes="a system and a number of days",
    reads=_ids,
    otherwise=_first_difference,
    confirms=_all_right,
)


def finds_quick_wins(answer: Any) -> str:
    """Judge a function by the order that it returns, and by who has found it."""
    confirms = _by_steps(answer)
    modules: set[str] = set()
    before = sys.getprofile()
    sys.setprofile(lambda frame, *_: modules.add(frame.f_globals.get("__name__", "")))  # an alias is seen, too
    try:
        for case in _cases().values():
            list(answer(*case))
    finally:
        sys.setprofile(before)
    if any(f"{module}.".startswith("threatlab.plan.") for module in modules):
        raise NotYet(
            "The order is right, and make_plan has found it. The team asks why it begins there: write the loop.",
            "make-plan",
        )
    return confirms


q3 = Question(
    id="plan.q3",
    title="Quick wins, step by step",
    judge=finds_quick_wins,
    hints=in_steps(
        "A loop: look at what would remove risk now, keep what fits into the days left, take the best for each "
        "day, put it in place, and begin again. It ends when nothing fits.",
        "threatlab.assess(system).best_next(99) is anew what each control removes. Each has .attribute, .removes "
        "and .effort_days. system.with_(**{step.attribute: True}) puts one in place.",
    ),
    because="Risk removed for each day is what a budget buys, and it changes with every step, because each "
    "control takes its share of what the others have left. So the rate has to be computed again each time. What the "
    "loop never does is look ahead: question 5 shows what that costs.",
    covers=("step-implementation",),
    seconds=20.0,
    claims={
        "severity": "The worst severity comes first.",
        "most": "What removes most comes first, whatever it takes.",
        "cheapest": "The cheapest comes first.",
        "once": "A ranking made once holds to the end.",
        "stops": "Where one control no longer fits, no other does.",
        "exactly": "What takes exactly the days that are left does not fit.",
        "no-days": "The days set no limit.",
        "make-plan": "An order need not be explained if a function has found it.",
    },
)
