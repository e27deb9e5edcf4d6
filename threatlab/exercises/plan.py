"""The questions of lesson 04: a floor, criteria, quick wins, a policy check to mend, and half of the budget."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from math import isclose, prod
from typing import Any

from threatlab.assessment import assess
from threatlab.exercises.judges import a_function, a_number, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question
from threatlab.records import SEVERITIES, Criterion
from threatlab.rules import catalog
from threatlab.system import AISystem, load_system

# --- q1: how much usefulness the next control may cost ------------------------------------------------------------

_COSTS: tuple[tuple[tuple[float, ...], float], ...] = (
    ((0.05, 0.27, 0.02), 0.60),
    ((), 0.90),
    ((0.04, 0.04), 0.85),
    ((0.5,), 0.0),
    ((0.1, 0.2), 0.72),
    ((0.3, 0.1), 0.80),
)
"""What the controls in place cost, and the floor; the last is below its floor already."""


def _room(costs: Sequence[float], floor: float) -> float:
    return max(0.0, 1 - floor / _left(costs))


def _left(costs: Sequence[float]) -> float:
    return prod(1 - cost for cost in costs)


_ROOM_SLIPS: tuple[tuple[Callable[[Sequence[float], float], float], str], ...] = (
    (
        lambda costs, floor: 1 - sum(costs) - floor,
        (
            "You add the costs up and take the floor away, as if usefulness were money. The second control slows down "
            "only those users whom the first has left: what is left of what was left?"
        ),
    ),
    (
        lambda costs, floor: 1 - floor / (1 - sum(costs)),
        (
            "You take what is left and divide by it: good. But you add the costs up to get there, and then ten "
            "controls of 10% would leave nothing at all."
        ),
    ),
    (
        lambda costs, floor: _left(costs) - floor,
        (
            "What lies between the rest and the floor is counted in points of the whole. The next control's cost is a "
            "share of what is left by then. Which share of the rest may go?"
        ),
    ),
    (
        lambda costs, _: 1 - _left(costs),
        "That is what the controls in place have cost so far. The floor doesn't occur in it.",
    ),
    (lambda costs, _: _left(costs), "That is what is left now. How much of it may the next control take?"),
    (
        lambda costs, floor: 1 - floor / (1 - max(costs, default=0.0)),
        "Only the dearest control counts in your function. That is the rule for layers and risk; users pay for each.",
    ),
    (lambda _, floor: 1 - floor, "You spend all the room above the floor anew. Some of it is spent already."),
    (lambda costs, floor: 100 * _room(costs, floor), "That is a hundred times too much: give a share, from 0 to 1."),
)


def finds_the_room(answer: Any) -> str:
    """Judge a function of costs and a floor that returns what the next control may cost."""
    function = a_function(answer, "a list of costs and a floor")
    for costs, floor in _COSTS:
        given, right = a_number(returned(function, list(costs), floor)), _room(costs, floor)
        if isclose(given, right, abs_tol=1e-9):
            continue
        if given < 0:
            raise NotYet(
                f"For costs {list(costs)} and the floor {floor} you return {given:.3f}. The floor is broken already, "
                "so nothing may be added; but no control gives usefulness back. What is the least that may be returned?"
            )
        told = next((says for slip, says in _ROOM_SLIPS if isclose(given, slip(costs, floor), abs_tol=1e-9)), "")
        raise NotYet(
            told
            or f"For costs {list(costs)} and the floor {floor} you return {given:.3f}. With one more control of that "
            f"cost {_left(costs) * (1 - given):.3f} would be left. Is that the floor?"
        )
    return "Right, below the floor too: what is left is a product, so the room shrinks with every control."


q1 = Question(
    id="plan.q1",
    title="How much usefulness may the next control cost?",
    judge=finds_the_room,
    expects="a function of a list of costs and a floor that returns a number",
    hints=(
        "First: which share is left with the controls in place? Each takes its share of what the others left.",
        "If `left` is left, a next control of cost c leaves left * (1 - c). Solve left * (1 - c) = floor for c.",
        "c = 1 - floor / left, and never less than 0. math.prod multiplies.",
    ),
    answer="""def room(costs, floor):
    left = prod(1 - cost for cost in costs)
    most = max(0.0, 1 - floor / left)
    return most""",
    because="Costs multiply, because each control can only take from what the others have left. It is little at first: "
    "5% and 5% are 9.75% and not 10%. But the answer to a product owner is a number, and with it the talk is about "
    "which controls share the room, and no longer about whether security may have any.",
    covers=("core-controls", "ops-enabler"),
)


# --- q2: what a number can fail -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Draft:
    """One line of a plan: its words, the measured values and whether each is a success, or why nothing can fail it."""

    words: str
    measured: tuple[tuple[float, bool], ...] = ()
    wish: str = ""


_MINUTES = {"hours": 1 / 60, "seconds": 60.0}
"""What a minute is in other units."""

_DRAFTS = {
    "planted": _Draft(
        "In the monthly test, at most 5 of 100 planted instructions are followed.",
        ((0.0, True), (0.05, True), (0.051, False), (1.0, False)),
    ),
    "scanned": _Draft(
        "Up to 100% of all uploaded documents are scanned.",
        wish="What share would have to be scanned for this sentence to be false? Even 0% is up to 100%.",
    ),
    "honest": _Draft(
        "At least 95 of 100 honest questions are still answered.",
        ((1.0, True), (0.95, True), (0.949, False), (0.0, False)),
    ),
    "aware": _Draft(
        "Everybody in the team is aware of prompt injection.",
        wish="It sounds like a count. What would you count, and how would a team look that fails it?",
    ),
    "rollback": _Draft(
        "In a drill, the model of last week is serving again 30 minutes after the alarm, or sooner.",
        ((0.0, True), (30.0, True), (31.0, False), (600.0, False)),
    ),
    "vault": _Draft(
        "The vault is configured in line with best practice.",
        wish="Whose practice, and which finding would say that it isn't? Two auditors will differ; no number helps.",
    ),
}

DRAFTS: Mapping[str, str] = {name: draft.words for name, draft in _DRAFTS.items()}
"""Six lines of a plan that call themselves criteria of success."""


def writes_criteria(answer: Any) -> str:
    """Judge a dict from each draft to a Criterion, or to None where no number could fail it."""
    if not isinstance(answer, Mapping) or set(answer) != set(DRAFTS):
        raise NotYet(f"Give a dict with a Criterion or None for each of: {', '.join(DRAFTS)}.")
    for name, draft in _DRAFTS.items():
        given = answer[name]
        if given is not None and not isinstance(given, Criterion):
            raise NotYet(f"{name!r} is {shown(given)}; give Criterion(what is counted, unit, a bound), or None.")
        if draft.wish and given is not None:
            raise NotYet(f"{name!r}: you wrote {given}. That is your number; the plan has none. {draft.wish}")
        if draft.measured and given is None:
            raise NotYet(f"{name!r} can be missed: it says what is counted, when, and how many. Look for its number.")
        if isinstance(given, Criterion):
            _agrees(name, draft, given)
    return (
        "Three can be failed by a number, and yours fail where the plan's do. The other three go back to their author."
    )


def _agrees(name: str, draft: _Draft, given: Criterion) -> None:
    """Refuse a criterion whose verdict on some measured value is another than the draft's."""
    minutes = max(value for value, _ in draft.measured) > 1
    if minutes and given.unit == "share":
        raise NotYet(f"{name!r}: a share has no minutes in it. What is counted here, and in which unit?")
    scale = _MINUTES.get(given.unit, 1.0) if minutes else 1.0 if given.unit == "share" else 100.0
    verdicts = [given.met(value * scale) for value, _ in draft.measured]
    right = [success for _, success in draft.measured]
    if verdicts == right:
        return
    if (verdicts[0], verdicts[-1]) == (right[-1], right[0]):
        raise NotYet(
            f"{name!r}: yours says {given}. The worst that can be measured meets it, and the best doesn't: at_least "
            "and at_most are the wrong way round."
        )
    wrong = next(
        value * scale for (value, success), met in zip(draft.measured, verdicts, strict=True) if success != met
    )
    raise NotYet(
        f"{name!r}: yours says {given}. A measured {wrong:g} gets another verdict from you than from the plan. Compare "
        "the bound with the words, and the unit with the bound."
    )


q2 = Question(
    id="plan.q2",
    title="Which criteria can a number fail?",
    judge=writes_criteria,
    expects="a dict from each of the six names to a Criterion or None",
    hints=(
        "Try to write down a measurement that would make the sentence false. Where you can't, the answer is None.",
        "Three are None. One of those has a number in it, and still nothing can be measured that it doesn't allow.",
        'Criterion("planted instructions that are followed", "share", at_most=0.05) is the first.',
    ),
    answer="""criteria |= {
    "planted": Criterion("planted instructions followed", "share", at_most=0.05),
    "scanned": None,
    "honest": Criterion("honest questions answered", "share", at_least=0.95),
    "aware": None,
    "rollback": Criterion("time from alarm to rollback", "minutes", at_most=30),
    "vault": None,
}""",
    because="A criterion is a bet that can be lost. The three wishes can't be: one allows every share, one has no "
    "measure, one leaves the verdict to taste. Note that 'planted' and 'honest' belong together. An assistant that "
    "refuses everything meets the first and fails the second.",
    covers=("step-planning",),
)


# --- q3: quick wins, step by step ---------------------------------------------------------------------------------

_ENOUGH = 1e-12
Key = Callable[[float, str], float]
"""What comes first, the highest: a figure made of the risk that a control would remove, and its id."""


def _effort(control: str) -> float:
    return catalog().controls[control].effort_days


def _per_day(removes: float, control: str) -> float:
    return removes / _effort(control)


def _severity(_: float, control: str) -> float:
    return -SEVERITIES.index(catalog().controls[control].severity)


def _greedy(  # noqa: PLR0913  # each is one way to go wrong
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
        fitting = [control for control in open_ if _effort(control) <= left]
        candidates = fitting if skips else open_
        if not candidates:
            return taken
        best = max(candidates, key=lambda control: key(gains[control], control))
        if best not in fitting:
            return taken
        taken.append(best)
        left -= _effort(best)


_ORDER_SLIPS: tuple[tuple[Callable[[AISystem, float], list[str]], str], ...] = (
    (
        lambda system, days: _greedy(system, days, _severity),
        (
            "You begin with the worst severity. That is what a finding is called, on any system; it knows neither this "
            "system's threats nor the days."
        ),
    ),
    (
        lambda system, days: _greedy(system, days, lambda removes, _: removes),
        (
            "You take what removes most, whatever it takes. Ten days that remove 0.10 come before two that remove "
            "0.08: what else would the other eight buy?"
        ),
    ),
    (
        lambda system, days: _greedy(system, days, lambda _, control: -_effort(control)),
        "You take the cheapest first. Cheap is half of a quick win; the other half is what it removes.",
    ),
    (
        lambda system, days: _greedy(system, days, _per_day, again=False),
        (
            "You rank once and go down the list. But after the first step a second control of its layer has less left "
            "to remove, or nothing. Look anew after each step."
        ),
    ),
    (
        lambda system, days: _greedy(system, days, _per_day, skips=False),
        (
            "You stop at the first control that no longer fits. A smaller one further down may still fit into the days "
            "that are left."
        ),
    ),
    (
        lambda system, _: _greedy(system, float("inf"), _per_day),
        "The order is right, and the plan takes as long as it takes: the days are not looked at.",
    ),
)

_SYSTEMS = (("shadowray", 12), ("tay", 15), ("amazon-q", 7.5), ("llm-jacking", 20), ("clearview", 9), ("id-me", 1))


def orders_by_rate(answer: Any) -> str:
    """Judge a function from a system and days to the ids of its quick wins, in order."""
    function = a_function(answer, "a system and a number of days")
    cases = [(load_system(name), days) for name, days in _SYSTEMS]
    given = [_ids(returned(function, system, days)) for system, days in cases]
    right = [_greedy(system, days, _per_day) for system, days in cases]
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
    if sum(map(_effort, given)) > days:
        return f"For {system.title} and {days:g} days your plan takes {sum(map(_effort, given)):g}: over the budget."
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


q3 = Question(
    id="plan.q3",
    title="Quick wins, step by step",
    judge=orders_by_rate,
    expects="a function of a system and a number of days that returns a list of ids of controls",
    hints=(
        (
            "A loop: look at what would remove risk now, keep what fits into the days left, take the best for each "
            "day, put it in place, and begin again. It ends when nothing fits."
        ),
        (
            "threatlab.assess(system).best_next(99) is anew what each control removes. Each has .attribute, .removes "
            "and .effort_days. system.with_(**{step.attribute: True}) puts one in place."
        ),
    ),
    answer="""def quick_wins(system, days):
    order = []
    while True:
        steps = threatlab.assess(system).best_next(99)
        fitting = [step for step in steps if step.effort_days <= days]
        if not fitting:
            break
        best = max(fitting, key=lambda step: step.removes / step.effort_days)
        order.append(best.attribute)
        system = system.with_(**{best.attribute: True})
        days -= best.effort_days
    return order""",
    because="Risk removed for each day is what a budget buys, and it changes with every step, because a layer counts "
    "once. So the rate has to be computed again each time. What the loop never does is look ahead: question 5 shows "
    "what that costs.",
    covers=("step-implementation",),
    seconds=20.0,
)


# --- q4: a policy check that forgives too much ---------------------------------------------------------------------

Findings = Mapping[str, tuple[str, date]]
_TODAY = date(2027, 3, 1)


@dataclass(frozen=True, slots=True)
class _Day:
    """One finding on one day: for how long it has been open, what its severity may, and days that an acceptance has."""

    age: int
    allowed: int | None
    accepted_for: int | None
    says: str


_DAYS = (
    _Day(200, 30, -1, "The acceptance ran out yesterday, and the finding is as old as the hills. Yours lets it pass: "
         "somebody once accepted it, and that is all it asks."),
    _Day(200, 30, 0, "Today is the last day of the acceptance. It holds through that day, and yours breaks it now."),
    _Day(200, 30, 1, "The acceptance holds until tomorrow, and yours reports a breach today."),
    _Day(5, 30, -1, "The acceptance ran out yesterday, and the finding is five days old where thirty are allowed. "
         "Yours lets it pass by its age. What was promised for a day, and wasn't kept, counts as open from the next."),
    _Day(30, 30, None, "A finding that may stay open for 30 days is 30 days old today. It is still within; yours "
         "reports it."),
    _Day(31, 30, None, "A finding that may stay open for 30 days is 31 days old. Yours says nothing."),
    _Day(0, 0, None, "A severity with 0 days may not stay open at all, and today it was found. Yours lets it pass: to "
         "Python 0 is as false as None. Which of the two means 'for any time'?"),
    _Day(900, None, None, "A severity with None may stay open for any time, and yours reports it."),
    _Day(900, None, -1, "A severity with None may stay open for any time, accepted or not. Yours reports it because an "
         "acceptance ran out that nobody needed."),
    _Day(3, 30, None, "A finding is three days old where thirty are allowed, and yours reports it."),
)  # fmt: skip


def mends_the_check(answer: Any) -> str:
    """Judge a policy check on single findings, then on all of them at once, against `check_policy`."""
    function = a_function(answer, "findings, open_days, accepted and today")
    controls = [found.attribute for found in assess(load_system("shadowray")).findings]
    for today in (_TODAY, date(2028, 2, 29)):
        for day in _DAYS:
            case = _on_a_day({controls[0]: day}, today)
            if _reported(function, case) != _in_breach(*case):
                raise NotYet(day.says)
    for case in _weeks(controls):
        if _reported(function, case) != _in_breach(*case):
            raise NotYet(
                "Each finding by itself is judged right, but not several at once. Does one that is in order end the "
                "loop for those after it?"
            )
    return "It agrees with threatlab's own check on the last day, on the day after, and on 20 findings at once."


Case = tuple[Findings, Mapping[str, int | None], Mapping[str, date], date]


def _on_a_day(days: Mapping[str, _Day], today: date) -> Case:
    """Return the four arguments of a check, with the real severity of each control."""
    severity = {control: catalog().controls[control].severity for control in days}
    findings = {control: (severity[control], today - timedelta(days=day.age)) for control, day in days.items()}
    open_days: dict[str, int | None] = dict.fromkeys(SEVERITIES, 30)
    open_days.update({severity[control]: day.allowed for control, day in days.items()})
    accepted = {c: today + timedelta(days=day.accepted_for) for c, day in days.items() if day.accepted_for is not None}
    return findings, open_days, accepted, today


def _weeks(controls: Sequence[str]) -> Iterator[Case]:
    for shift in range(len(_DAYS)):
        days = [_DAYS[(place + shift) % len(_DAYS)] for place in range(20)]
        findings, _, accepted, today = _on_a_day(dict(zip(controls[:20], days, strict=False)), _TODAY)
        yield findings, {"CRITICAL": 0, "HIGH": 5, "MEDIUM": 30, "LOW": None}, accepted, today


def _in_breach(
    findings: Findings, open_days: Mapping[str, int | None], accepted: Mapping[str, date], today: date
) -> set[str]:
    """Return what `check_policy` says of the same findings: the room of the lesson, with its reasons and owners."""
    from threatlab.policy import Acceptance, Policy
    from threatlab.policy.check import check_policy

    decisions = tuple(Acceptance(control, "no days left", "Ada", last) for control, last in accepted.items())
    policy = Policy(open_days=open_days, accepted=decisions)
    since = {control: found for control, (_, found) in findings.items()}
    breaches = check_policy(assess(load_system("shadowray")), policy, today, found=since)
    return {breach.what for breach in breaches if breach.what in findings}


def _reported(function: Callable[..., Any], case: Case) -> set[str]:
    findings, open_days, accepted, today = case
    value = returned(function, dict(findings), dict(open_days), dict(accepted), today)
    if isinstance(value, str | Mapping) or not isinstance(value, Collection):
        raise NotYet(f"Your function returned {shown(value)}; give a list of the names of the findings in breach.")
    if strange := [name for name in value if name not in findings]:
        raise NotYet(f"Your function reported {shown(strange[0])}, which is none of the findings that it was given.")
    return set(value)


q4 = Question(
    id="plan.q4",
    title="Mend a policy check that forgives too much",
    judge=mends_the_check,
    expects="a function of findings, open_days, accepted and today that returns a list of names",
    hints=(
        (
            "There are three faults. Go through the five rules one by one, and for each try the edge: the last day "
            "that is allowed, and the day after."
        ),
        (
            "An acceptance is looked up, but its date is never compared. `not allowed` is true for None and for 0. And "
            "`>=` counts the last allowed day as too late."
        ),
        "expires = accepted.get(control). There are three cases: None, today <= expires, and today > expires.",
    ),
    answer="""def mended_check(findings, open_days, accepted, today):
    late = []
    for control, (severity, found) in findings.items():
        allowed, expires = open_days[severity], accepted.get(control)
        if allowed is None or (expires and today <= expires):
            continue
        age = (today - found).days
        if expires or allowed == 0 or age > allowed:
            late.append(control)
    return late""",
    because="All three faults make the check kinder or stricter by one case, and on an ordinary day nobody sees it. "
    "Policies break at their edges: the last day, the day after, zero, and 'for any time'. So these are the tests to "
    "write first, for this function and for any other with a date in it.",
    covers=("checklist-policy",),
    seconds=20.0,
)


# --- q5: half of the budget ----------------------------------------------------------------------------------------

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
            yield from (s for s in combinations(self.planned, size) if sum(map(_effort, s)) <= self.days)

    def best(self) -> set[str]:
        return set(min(self.sets(), key=self.risk))

    def quick_wins(self) -> set[str]:
        return set(_greedy(self.system, self.days, _per_day, among=self.planned))

    def in_order(self, *, skips: bool) -> set[str]:
        kept: list[str] = []
        for control in self.planned:
            if sum(map(_effort, [*kept, control])) <= self.days:
                kept.append(control)
            elif not skips:
                break
        return set(kept)

    def each_alone(self) -> set[str]:
        now = self.risk(())
        alone = {control: now - self.risk([control]) for control in self.planned}
        return set(max(self.sets(), key=lambda kept: sum(alone[control] for control in kept)))


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
        lambda cut: set(_greedy(cut.system, cut.days, lambda removes, _: removes, among=cut.planned)),
        (
            "You take what removes most, again and again. One control of eight days can push out two of four that "
            "together remove more."
        ),
    ),
    (
        lambda cut: set(_greedy(cut.system, cut.days, lambda _, control: -_effort(control), among=cut.planned)),
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
    days = sum(map(_effort, set(value)))
    if days > cut.days:
        raise NotYet(
            f"For {cut.system.title} you keep {days:g} days of work, and {cut.days:g} are left. What is half of the "
            "budget: half of the controls, or half of the days?"
        )
    return set(value)


q5 = Question(
    id="plan.q5",
    title="Half of the budget",
    judge=replans,
    expects="a function of a system, a list of ids of controls and a number of days that returns a set of ids",
    hints=(
        (
            "A plan has a handful of controls, so its subsets can be counted: seven controls make 128. For each: does "
            "it fit, and what does it leave?"
        ),
        (
            "itertools.combinations(planned, size) for each size from 0 to all. The effort of a control is "
            "catalog().controls[c].effort_days, and min(..., key=...) finds the set that leaves least."
        ),
    ),
    answer="""def keep(system, planned, days):
    def risk(chosen):
        return threatlab.assess(system.with_(**dict.fromkeys(chosen, True))).risk_score

    def effort(chosen):
        return sum(catalog().controls[c].effort_days for c in chosen)

    sizes = range(len(planned) + 1)
    subsets = [s for size in sizes for s in combinations(planned, size)]
    kept = set(min((s for s in subsets if effort(s) <= days), key=risk))
    return kept""",
    because="A plan is not a queue. When the days change, the best set changes, and it need not be the beginning of "
    "the old one. With a handful of controls you can look at every set and be sure; make_plan does the same for "
    "thirty, with a bound that spares it most of them.",
    covers=("core-controls", "step-implementation", "step-planning"),
    seconds=30.0,
)

QUESTIONS = (q1, q2, q3, q4, q5)
