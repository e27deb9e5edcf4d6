"""Question 5 of lesson 04: what to keep of a plan when half of its days are gone; all sets are looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import combinations
from typing import Any

from threatlab.assessment import assess
from threatlab.exercises.judges import Slip, a_set, like, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.plan.q3_order import effort, greedy, per_day
from threatlab.exercises.question import Question, in_steps
from threatlab.plan import make_plan
from threatlab.system import AISystem, load_system

_HALVED = (
    ("amazon-q", "best", 20.0),
    ("id-me", "best", 26.0),
    ("shadowray", "severity", 14.0),
    ("postmark-mcp", "severity", 24.0),
    ("ml-pipeline-prod", "severity", 18.0),
)
"""Systems, the way in which their plan is made, and its budget; half of that is left."""

Planned = Sequence[str]


def _risk(system: AISystem, kept: Iterable[str]) -> float:
    return assess(system.with_(**dict.fromkeys(kept, True))).risk_score


def _days(kept: Iterable[str]) -> float:
    return sum(map(effort, kept))


def _sets(planned: Planned, days: float) -> Iterator[tuple[str, ...]]:
    """Yield the sets of planned controls that fit into the days."""
    for size in range(len(planned) + 1):
        yield from (kept for kept in combinations(planned, size) if _days(kept) <= days)


def _best(system: AISystem, planned: Planned, days: float) -> set[str]:
    return set(min(_sets(planned, days), key=lambda kept: _risk(system, kept)))


def _leaves_a_day(system: AISystem, planned: Planned, days: float) -> set[str]:
    fitting = (kept for kept in _sets(planned, days) if _days(kept) < days)
    return set(min(fitting, key=lambda kept: _risk(system, kept), default=()))


def _quick_wins(system: AISystem, planned: Planned, days: float) -> set[str]:
    return set(greedy(system, days, per_day, among=planned))


def _in_order(planned: Planned, days: float, *, skips: bool) -> set[str]:
    kept: list[str] = []
    for control in planned:
        if _days([*kept, control]) <= days:
            kept.append(control)
        elif not skips:
            break
    return set(kept)


def _each_alone(system: AISystem, planned: Planned, days: float) -> set[str]:
    now = _risk(system, ())
    alone = {control: now - _risk(system, [control]) for control in planned}
    return set(max(_sets(planned, days), key=lambda kept: sum(alone[control] for control in kept)))


@cache
def _cases() -> Mapping[str, tuple[AISystem, list[str], float]]:
    cases = []
    for name, way, budget in _HALVED:
        system = load_system(name)
        cases.append((system, [step.control for step in make_plan(system, budget, way=way).steps], budget / 2))
    (first, planned, _), (second, others, _) = cases[:2]
    cases += [(first, planned, 0.0), (second, others, 99.0)]
    return {f"{system.title} and {days:g} days": (system, planned, days) for system, planned, days in cases}


_SLIPS = (
    Slip(
        lambda _, planned, days: set(max(_sets(planned, days), key=_days)),
        "You fill the days as full as they go. Days are what a set costs; look at what it leaves.",
        "full",
    ),
    Slip(_leaves_a_day, "Almost. A set that takes exactly the days that are left fits, too.", "exactly"),
    Slip(
        lambda _, planned, days: _in_order(planned, days, skips=False),
        "You go down the old plan until the days are gone. Its order was made for other days, and some of these "
        "plans are ordered by severity. What is left after the first control that doesn't fit?",
        "queue",
    ),
    Slip(
        lambda _, planned, days: _in_order(planned, days, skips=True),
        "You go down the old plan and skip what doesn't fit. That keeps the order that somebody once chose; a set "
        "that is chosen for the days there are now can be better.",
        "skips",
    ),
    Slip(
        _quick_wins,
        "These are the quick wins. They take the best next step and never look back, and on one of the systems "
        "that leaves a day or two of nothing, where another set would fill the days. How many sets are there?",
        "quick-wins",
    ),
    Slip(
        _each_alone,
        "You add up what each control removes by itself. Two against one threat have less to remove together, and two "
        "of one layer less still: assess the whole set at once.",
        "alone",
    ),
    Slip(
        lambda system, planned, days: set(greedy(system, days, lambda removes, _: removes, among=planned)),
        "You take what removes most, again and again. One control of eight days can push out two of four that "
        "together remove more.",
        "most",
    ),
    Slip(
        lambda system, planned, days: set(greedy(system, days, lambda _, control: -effort(control), among=planned)),
        "You keep the cheapest. Many small steps look busy; compare the risk they leave with that of other sets.",
        "cheapest",
    ),
)


def _kept(value: Any, system: AISystem, planned: Planned, days: float) -> set[str]:
    kept = a_set(value, "a set of ids of controls")
    if strange := sorted(kept - set(planned)):
        raise NotYet(
            f"For {system.title} you keep {shown(strange[0])}, which was not in the plan. The budget was halved; "
            "nobody asked for new ideas on Thursday evening. Choose among the planned ones.",
            "new",
        )
    if _days(kept) > days:
        raise NotYet(
            f"For {system.title} you keep {_days(kept):g} days of work, and {days:g} are left. It is the days that are "
            "halved, not the number of controls.",
            "half-the-number",
        )
    return kept


def _as_good(mine: set[str], theirs: set[str], system: AISystem, *_: Any) -> bool:
    return mine == theirs or abs(_risk(system, mine) - _risk(system, theirs)) <= 1e-6


def _otherwise(name: str, kept: set[str], best: set[str], system: AISystem, *_: Any) -> str:
    left = _risk(system, kept)
    return (
        f"For {name} you keep {len(kept)} controls, which leave a risk of {left:.3f}. Another set of the plan within "
        f"the same days leaves {left - _risk(system, best):.3f} less."
    )


def _all_right() -> str:
    lost = max(_risk(case[0], _quick_wins(*case)) - _risk(case[0], _best(*case)) for case in _cases().values())
    return (
        "Within the days, and no set of the planned controls leaves less risk, on any of the systems. Quick wins alone "
        f"would have left up to {lost:.3f} more."
    )


q5 = Question(
    id="plan.q5",
    title="Half of the budget",
    judge=like(
        _best,
        _cases,
        _SLIPS,
        takes="a system, a list of controls and a number of days",
        reads=_kept,
        same=_as_good,
        otherwise=_otherwise,
        confirms=_all_right,
    ),
    hints=in_steps(
        "A plan has a handful of controls, so its subsets can be counted: seven controls make 128. For each: does "
        "it fit, and what does it leave?",
        "itertools.combinations(planned, size) for each size from 0 to all. The effort of a control is "
        "controls[c].effort_days, and min(..., key=...) finds the set that leaves least.",
    ),
    because="A plan is not a queue. When the days change, the best set changes, and it need not be the beginning of "
    "the old one. With a handful of controls you can look at every set and be sure; make_plan does the same for "
    "the whole catalog, with a bound that spares it most of them.",
    covers=("core-controls", "step-implementation", "step-planning"),
    seconds=30.0,
    claims={
        "full": "The fullest set of days is the best.",
        "exactly": "What takes exactly the days that are left does not fit.",
        "queue": "A plan is a queue: with half the days, take its first half.",
        "skips": "The order of the old plan is right for the new days, too.",
        "quick-wins": "Quick wins leave the least risk.",
        "alone": "What controls remove by themselves adds up.",
        "most": "What removes most is in the best set.",
        "cheapest": "Many cheap steps leave the least risk.",
        "new": "A halved plan may bring in something new.",
        "half-the-number": "Half of the days are half of the controls.",
    },
)
