"""The judge of lesson 04 that lets the calendar run: a mended policy check, on the days where it breaks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import SEVERITIES, catalog
from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.system import load_system

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
    _Day(0, 0, None, "A severity with 0 days may not stay open at all, and today it was found. Yours lets it pass. "
         "Either 0 is taken for None (both are false to Python, and only one of them means 'for any time'), or the "
         "ages are compared: 0 days are not more than 0."),
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
