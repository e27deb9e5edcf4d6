"""The eight lessons: number, name and title of each, and the parameters that their notebooks take."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

from threatlab.checks import (
    check_choice,
    check_date,
    check_days,
    check_number,
    check_score,
    check_seed,
    check_share,
    check_text,
    check_whole,
)


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson: the number of its notebook, the name of its exercises' module, and its title."""

    number: str
    name: str
    title: str

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


LESSONS = (
    Lesson("00", "why", "Why AI needs threat modeling"),
    Lesson("01", "scope", "Scope"),
    Lesson("02", "assess", "Assess"),
    Lesson("03", "attack", "Attack"),
    Lesson("04", "plan", "Plan and control"),
    Lesson("05", "depth", "Defense in depth"),
    Lesson("06", "operate", "Monitor and operate"),
    Lesson("07", "capstone", "Capstone"),
)


def made_in(number: str) -> str:
    """Return number and title of the lesson with that number, such as "04 \u00b7 Plan and control"."""
    return next((f"{each.number} \u00b7 {each.title}" for each in LESSONS if each.number == number), number)


def check_parameters(**given: object) -> SimpleNamespace:
    """Return the parameters of a notebook, each checked: `check_parameters(seed=seed, start_date=start_date)`.

    What comes back has them as they are used: a date for "2026-12-01", days as a float. A name (of a system, an attack,
    a story) is taken as any text here; whoever loads it knows which there are.

    Raises
    ------
    ThreatLabError
        If no notebook has a parameter of that name, or its value makes no sense; the message says what would do.
    """
    checks = {check_choice("parameter", name, _PARAMETERS): _PARAMETERS[name] for name in given}
    return SimpleNamespace(**{name: check(name, given[name]) for name, check in checks.items()})


_PARAMETERS: dict[str, Callable[[str, object], object]] = {
    "system": check_text,
    "attack": check_text,
    "story": check_text,
    "drawing_file": lambda name, value: check_text(name, value, empty=True),
    "owner": lambda name, value: check_text(name, value, empty=True),
    "author": lambda name, value: check_text(name, value, empty=True),
    "seed": check_seed,
    "start_date": check_date,
    "alert_threshold": check_score,
    "fail_at": check_score,
    "max_risk": check_score,
    "bound": check_score,
    "min_utility": check_share,
    "days": check_days,
    "budget_days": check_days,
    "detector_threshold": lambda name, value: check_number(name, value, 1, 128),
    "poison_rate": check_share,
    "epsilon": check_share,
    "query_budget": lambda name, value: check_whole(name, value, 1),
}
