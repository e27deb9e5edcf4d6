"""When work is done: working days, as many pieces at once as there are people for it, nobody on two at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil, floor

from threatlab.catalog import ROLES
from threatlab.checks import check_choice, check_date, check_list, check_positive, check_whole
from threatlab.errors import ThreatLabError, short

_SATURDAY = 5
_NO_HOLIDAYS: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """One piece of work: who does it (the first, second ... person of a role), its first and last day, both worked.

    `begin` and `end` are the same in working days from the start of the plan, with fractions: a piece of half a day
    leaves the afternoon to the next one.
    """

    role: str
    person: int
    start: date
    due: date
    begin: Fraction
    end: Fraction


@dataclass(frozen=True, slots=True)
class Resource:
    """What a plan asks of one role: how many people it was given, their days together, and when they are done."""

    role: str
    people: int
    days: float
    finish: date


def schedule(
    work: Sequence[tuple[str, float]],
    start: date,
    people: Mapping[str, int] | None = None,
    holidays: Iterable[date] = (),
) -> tuple[Slot, ...]:
    """Return a slot for each piece of work, in the order given.

    Each piece goes to the person of its role who is free first, and is done without a break; pieces of different roles
    go on side by side.

    Parameters
    ----------
    work
        Role and effort in person-days, each above 0; fractions are kept exactly.
    start
        The first day that can be worked; work begins on the first working day from then on.
    people
        How many people a role has, 1 or more; a role left out has one.
    holidays
        Days that aren't worked, besides Saturdays and Sundays.

    Raises
    ------
    ThreatLabError
        If a date, a count of people or an effort is none, or a role is unknown.
    """
    most = len(work) or 1  # more people than pieces of work change nothing
    free = {role: [Fraction(0)] * min(count, most) for role, count in check_people(people).items()}
    closed = check_holidays(holidays)
    placed = []
    for role, effort in work:
        check_choice("role", role, ROLES)
        check_positive("effort", effort, what="a number of days")
        person = min(range(len(free[role])), key=free[role].__getitem__)
        begin = free[role][person]
        end = free[role][person] = begin + Fraction(str(effort))
        placed.append((role, person + 1, begin, end))
    worked = working_days(start, ceil(max((end for *_, end in placed), default=Fraction(0))), closed)
    return tuple(Slot(r, p, worked[floor(b)], worked[ceil(e) - 1], b, e) for r, p, b, e in placed)


def working_days(start: date, count: int, holidays: Collection[date] = _NO_HOLIDAYS) -> list[date]:
    """Return the first `count` working days (Monday to Friday, no holiday) from `start` on.

    Raises
    ------
    ThreatLabError
        If `start` is not a date, or the calendar ends before.
    """
    day = check_date("start", start)
    found: list[date] = []
    while len(found) < count:
        if day.weekday() < _SATURDAY and day not in holidays:
            found.append(day)
        try:
            day += timedelta(days=1)
        except OverflowError:
            raise ThreatLabError(f"start is {start}; {count} working days from then on leave the calendar") from None
    return found


def resources(
    work: Sequence[tuple[str, float]], slots: Sequence[Slot], people: Mapping[str, int] | None = None
) -> tuple[Resource, ...]:
    """Return what the work asks of each role that has any, the longest first; `slots` are those of `schedule`."""
    has, asked = check_people(people), dict.fromkeys(ROLES, 0.0)
    for role, effort in work:
        asked[role] += effort
    finish = {role: max(slot.due for slot in slots if slot.role == role) for role, effort in asked.items() if effort}
    rows = [Resource(role, has[role], round(asked[role], 3), last) for role, last in finish.items()]
    return tuple(sorted(rows, key=lambda row: -row.days))


def check_holidays(holidays: Iterable[date]) -> frozenset[date]:
    """Return the days that aren't worked, or raise a ThreatLabError if they are no list, or one is no date."""
    days = check_list("holidays", holidays, "a list of dates, such as ['2026-12-25']")
    return frozenset(check_date("holiday", day) for day in days)


def check_people(people: Mapping[str, int] | None) -> dict[str, int]:
    """Return how many people each role has: one, where nothing else is said.

    Raises
    ------
    ThreatLabError
        If a role is unknown, or a count is not a whole number of 1 or more.
    """
    if people is not None and not isinstance(people, Mapping):
        raise ThreatLabError(f"people are {short(people)}; give a count for each role, such as {{'ML engineer': 2}}")
    has = dict.fromkeys(ROLES, 1)
    for role, count in (people or {}).items():
        has[check_choice("role", role, ROLES)] = check_whole(f"people: {role}", count, 1)
    return has
