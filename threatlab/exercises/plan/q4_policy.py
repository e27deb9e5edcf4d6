"""Question 4 of lesson 04: a policy check to mend, on the days where it breaks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import SEVERITIES, catalog
from threatlab.exercises.judges import a_set, like, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.system import AISystem

Findings = Mapping[str, tuple[str, date]]
Case = tuple[Findings, Mapping[str, int | None], Mapping[str, date], date]
"""The arguments of a check: findings with severity and day, days that a severity may stay open, acceptances, today."""


def _bare() -> AISystem:
    """Return a system to which every control applies, and that has none: all of them are open findings."""
    return AISystem("bare").with_(**dict.fromkeys(catalog().facts, True))


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
    _Day(200, 30, 1, "The acceptance holds until tomorrow, and yours reports a breach today."),
    _Day(200, 30, 0, "Today is the last day of the acceptance. It holds through that day, and yours breaks it now."),
    _Day(5, 30, -1, "The acceptance ran out yesterday, and the finding is five days old where thirty are allowed. "
         "Yours lets it pass by its age. What was promised for a day, and wasn't kept, counts as open from the next."),
    _Day(3, 30, None, "A finding is three days old where thirty are allowed, and yours reports it."),
    _Day(30, 30, None, "A finding that may stay open for 30 days is 30 days old today. It is still within; yours "
         "reports it."),
    _Day(31, 30, None, "A finding that may stay open for 30 days is 31 days old. Yours says nothing."),
    _Day(0, 0, None, "A severity with 0 days may not stay open at all, and today it was found. Yours lets it pass. "
         "Either 0 is taken for None (both are false to Python, and only one of them means 'for any time'), or the "
         "ages are compared: 0 days are not more than 0."),
    _Day(0, 0, 1, "A severity with 0 days may not stay open, unless it is accepted, and this one is until "
         "tomorrow. Yours reports it."),
    _Day(900, None, None, "A severity with None may stay open for any time, and yours reports it."),
    _Day(900, None, -1, "A severity with None may stay open for any time, accepted or not. Yours reports it because an "
         "acceptance ran out that nobody needed."),
)  # fmt: skip


_SEVERAL = (
    "Each finding by itself is judged right, but not several at once. Does one that is in order end the loop for those "
    "after it?"
)


def _on_a_day(days: Mapping[str, _Day], today: date) -> Case:
    """Return the four arguments of a check, with the real severity of each control."""
    severity = {control: catalog().controls[control].severity for control in days}
    findings = {control: (severity[control], today - timedelta(days=day.age)) for control, day in days.items()}
    open_days: dict[str, int | None] = dict.fromkeys(SEVERITIES, 30)
    open_days.update({severity[control]: day.allowed for control, day in days.items()})
    accepted = {c: today + timedelta(days=day.accepted_for) for c, day in days.items() if day.accepted_for is not None}
    return findings, open_days, accepted, today


@cache
def _cases() -> Mapping[str, Case]:
    """Return single findings by what is overlooked about each, then all at once, by a number, on a leap day."""
    missing = tuple(catalog().controls)
    cases = {day.says: _on_a_day({missing[0]: day}, date(2027, 3, 1)) for day in _DAYS}
    for shift in range(len(_DAYS)):
        days = {control: _DAYS[(place + shift) % len(_DAYS)] for place, control in enumerate(missing)}
        findings, _, accepted, today = _on_a_day(days, date(2028, 2, 29))
        cases[f"{shift}"] = (findings, {"CRITICAL": 0, "HIGH": 5, "MEDIUM": 30, "LOW": None}, accepted, today)
    return cases


def _in_breach(
    findings: Findings, open_days: Mapping[str, int | None], accepted: Mapping[str, date], today: date
) -> set[str]:
    """Return what `check_policy` says of the same findings: the room of the lesson, with its reasons and owners."""
    from threatlab.policy import Acceptance, Policy
    from threatlab.policy.check import check_policy

    decisions = tuple(Acceptance(control, "no days left", "Ada", last) for control, last in accepted.items())
    policy = Policy(open_days=open_days, accepted=decisions)
    since = {control: day for control, (_, day) in findings.items()}
    breaches = check_policy(assess(_bare()), policy, today, found=since)
    return {breach.what for breach in breaches if breach.what in findings}


def _reported(value: Any, findings: Findings, *_: Any) -> set[str]:
    names = a_set(value, "a list of the names of the findings in breach")
    if strange := sorted(names - findings.keys()):
        raise NotYet(f"Your function reported {shown(strange[0])}, which is none of the findings that it was given.")
    return names


def _overlooked(name: str, *_: Any) -> str:
    if name.isdigit():
        raise NotYet(_SEVERAL, "several")
    raise NotYet(name, f"day {[day.says for day in _DAYS].index(name) + 1}")


q4 = Question(
    id="plan.q4",
    title="Mend a policy check that forgives too much",
    judge=like(
        _in_breach,
        _cases,
        takes="findings, open_days, accepted and today",
        reads=_reported,
        otherwise=_overlooked,
        confirms=lambda: (
            "It agrees with threatlab's own check on the last day, on the day after, and on "
            f"{len(catalog().controls)} findings at once."
        ),
    ),
    hints=in_steps(
        "There are three faults. Go through the five rules one by one, and for each try the edge: the last day "
        "that is allowed, and the day after.",
        "An acceptance is looked up, but its date is never compared. `not allowed` is true for None and for 0. And "
        "`>=` counts the last allowed day as too late.",
        "expires = accepted.get(control). There are three cases: None, today <= expires, and today > expires.",
    ),
    because="All three faults make the check kinder or stricter by one case, and on an ordinary day nobody sees it. "
    "Policies break at their edges: the last day, the day after, zero, and 'for any time'. So these are the tests to "
    "write first, for this function and for any other with a date in it.",
    covers=("checklist-policy",),
    claims={
        "several": "One finding that is in order ends the check for those after it.",
        "day 1": "What was once accepted stays accepted.",
        "day 2": "A finding is in breach though its acceptance still holds.",
        "day 3": "On its last day an acceptance no longer holds.",
        "day 4": "An acceptance that ran out makes no breach while the finding is young.",
        "day 5": "A finding within its days is a breach.",
        "day 6": "On the last day that is allowed it is too late.",
        "day 7": "A day more than is allowed is still fine.",
        "day 8": "Zero days are the same as no limit.",
        "day 9": "What may not stay open cannot be accepted.",
        "day 10": "What may stay open for any time has to be closed.",
        "day 11": "An acceptance that ran out is a breach, also where none was needed.",
    },
    seconds=20.0,
)
