"""The judge of lesson 04 that counts all sets: what to keep of a plan when half of its days are gone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from threatlab.assessment import assess
from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.plan.order import effort, greedy, per_day
from threatlab.system import AISystem, load_system

_HALVED = (
    ("tay", "best", 24.0),
    ("pytorch-nightly", "severity", 30.0),
    ("clearview", "severity", 20.0),
    ("amazon-q", "severity", 30.0),
    ("ml-pipeline-prod", "severity", 20.0),
)
_SAME = 1e-6


@dataclass(frozen=True, slots=True)
class _Cut:
    """A system, the controls of its plan in their order, and the days that are left."""

    system: AISystem
    planned: tuple[str, ...]
    days: float

    def risk(self, kept: Iterable[str]) -> float:
        return assess(self.system.with_(**dict.fromkeys(kept, True))).risk_score

    def sets(self) -> Iterator[tuple[str, ...]]:
        for size in range(len(self.planned) + 1):
            yield from (s for s in combinations(self.planned, size) if _days(s) <= self.days)

    def best(self) -> set[str]:
        return set(min(self.sets(), key=self.risk))

    def quick_wins(self) -> set[str]:
        return set(greedy(self.system, self.days, per_day, among=self.planned))

    def in_order(self, *, skips: bool) -> set[str]:
        kept: list[str] = []
        for control in self.planned:
            if _days([*kept, control]) <= self.days:
                kept.append(control)
            elif not skips:
                break
        return set(kept)

    def each_alone(self) -> set[str]:
        now = self.risk(())
        alone = {control: now - self.risk([control]) for control in self.planned}
        return set(max(self.sets(), key=lambda kept: sum(alone[control] for control in kept)))


def _days(kept: Iterable[str]) -> float:
    return sum(map(effort, kept))


@cache
def _cuts() -> tuple[_Cut, ...]:
    from threatlab.plan import make_plan

    cuts = []
    for name, way, budget in _HALVED:
        system = load_system(name)
        planned = tuple(step.control for step in make_plan(system, budget, way=way).steps)
        cuts.append(_Cut(system, planned, budget / 2))
    return (*cuts, _Cut(cuts[0].system, cuts[0].planned, 0.0), _Cut(cuts[1].system, cuts[1].planned, 99.0))


_CUT_SLIPS: tuple[tuple[Callable[[_Cut], set[str]], str], ...] = (
    (
        lambda cut: set(max(cut.sets(), key=_days)),
        "You fill the days as full as they go. Days are what a set costs; look at what it leaves.",
    ),
    (
        lambda cut: set(min((kept for kept in cut.sets() if _days(kept) < cut.days), key=cut.risk, default=())),
        "Almost. A set that takes exactly the days that are left fits, too.",
    ),
    (
        lambda cut: cut.in_order(skips=False),
        (
            "You go down the old plan until the days are gone. Its order was made for other days, and some of these "
            "plans are ordered by severity. What is left after the first control that doesn't fit?"
        ),
    ),
    (
        lambda cut: cut.in_order(skips=True),
        (
            "You go down the old plan and skip what doesn't fit. That keeps the order that somebody once chose; a set "
            "that is chosen for the days there are now can be better."
        ),
    ),
    (
        _Cut.quick_wins,
        (
            "These are the quick wins. They take the best next step and never look back, and on one of the systems "
            "that leaves a day or two of nothing, where another set would fill the days. How many sets are there?"
        ),
    ),
    (
        _Cut.each_alone,
        (
            "You add up what each control removes by itself. Two of one layer remove little more than the better one "
            "does: assess the whole set at once."
        ),
    ),
    (
        lambda cut: set(greedy(cut.system, cut.days, lambda removes, _: removes, among=cut.planned)),
        (
            "You take what removes most, again and again. One control of eight days can push out two of four that "
            "together remove more."
        ),
    ),
    (
        lambda cut: set(greedy(cut.system, cut.days, lambda _, control: -effort(control), among=cut.planned)),
        "You keep the cheapest. Many small steps look busy; compare the risk they leave with that of other sets.",
    ),
)


def replans(answer: Any) -> str:
    """Judge a function from a system, planned controls and days to the set that it keeps."""
    function = a_function(answer, "a system, a list of controls and a number of days")
    given = [_kept(returned(function, cut.system, list(cut.planned), cut.days), cut) for cut in _cuts()]
    worse = [cut.risk(kept) - cut.risk(cut.best()) for kept, cut in zip(given, _cuts(), strict=True)]
    if max(worse) <= _SAME:
        lost = max(cut.risk(cut.quick_wins()) - cut.risk(cut.best()) for cut in _cuts())
        return (
            "Within the days, and no set of the planned controls leaves less risk, on any of the systems. Quick wins "
            f"alone would have left up to {lost:.3f} more."
        )
    for slip, says in _CUT_SLIPS:
        if given == [slip(cut) for cut in _cuts()]:
            raise NotYet(says)
    place = max(range(len(worse)), key=worse.__getitem__)
    cut = _cuts()[place]
    raise NotYet(
        f"For {cut.system.title} and {cut.days:g} days you keep {len(given[place])} controls, which leave a risk of "
        f"{cut.risk(given[place]):.3f}. Another set of the plan within the same days leaves {worse[place]:.3f} less."
    )


def _kept(value: Any, cut: _Cut) -> set[str]:
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        raise NotYet(f"Your function returned {shown(value)}; give a set of ids of controls.")
    strange = [control for control in value if not isinstance(control, str) or control not in cut.planned]
    if strange:
        raise NotYet(
            f"For {cut.system.title} you keep {shown(strange[0])}, which was not in the plan. The budget was halved; "
            "nobody asked for new ideas on Thursday evening. Choose among the planned ones."
        )
    days = _days(set(value))
    if days > cut.days:
        raise NotYet(
            f"For {cut.system.title} you keep {days:g} days of work, and {cut.days:g} are left. What is half of the "
            "budget: half of the controls, or half of the days?"
        )
    return set(value)
