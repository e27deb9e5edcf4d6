"""What a tabletop story is made of: roles, injects, options, what follows from each, and the lessons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from threatlab.checks import Unchangeable
from threatlab.incidents import Incident, load_incident

ROLES = ("incident lead", "ML engineer", "security analyst", "business owner")
"""The seats at the table. Each story says what each of them may decide."""

NOBODY = "nobody"
"""The decision that is taken when the time is up."""

CONTAINED = "contained"
"""The mark that stops the attacker's hours."""

NEVER_OUT = "never_out"
"""The mark that they were wrongly stopped: the hours since then are the attacker's, too."""

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


_ONE = {"kinds": "kind", "questions": "question", "groups": "group"}


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of an exercise; of each of them, less is better, and they are never added up."""

    id: str
    title: str
    unit: str
    meaning: str

    def amount(self, value: float) -> str:
        """Return a figure with its unit, and no more digits than it deserves: "1 group", "9.75 h", "150 h"."""
        shown = f"{value:,.0f}" if value >= 100 or value == int(value) else f"{value:g}"
        return f"{shown} {_ONE.get(self.unit, self.unit) if value == 1 else self.unit}"


MEASURES: Mapping[str, Measure] = {
    measure.id: measure
    for measure in (
        Measure("attacker", "Attacker in", "h", "Story hours from the break-in until the attacker is cut off."),
        Measure("down", "Service down", "h", "Story hours in which customers don't get what they pay for."),
        Measure("taken", "Taken", "kinds", "Kinds of things that the attacker has carried away during the exercise."),
        Measure("blind", "Unanswerable", "questions", "Questions about the attack that nobody can answer any more."),
        Measure("trust", "Told too late", "groups", "Groups of people who heard it too late, wrongly or from others."),
    )
}


@dataclass(frozen=True, slots=True)
class When:
    """A condition: these controls are in place, these marks were left by earlier decisions, and those weren't."""

    needs: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()

    def reached(self, marks: frozenset[str]) -> bool:
        """Tell whether the decisions so far lead here, whatever controls are in place."""
        return marks.issuperset(self.after) and marks.isdisjoint(self.unless)

    def holds(self, marks: frozenset[str], in_place: frozenset[str]) -> bool:
        """Tell whether the whole condition holds."""
        return self.reached(marks) and in_place.issuperset(self.needs)

    @property
    def always(self) -> bool:
        """Whether there is no condition at all."""
        return not (self.needs or self.after or self.unless)


@dataclass(frozen=True, slots=True)
class Outcome(Unchangeable):
    """What follows from a decision, if `when` holds.

    `hours` pass on the story's clock; `effect` is added to the figures (by measure, each in its unit); `marks` are
    remembered; `keep` and `change` name lessons. `next` is an inject's id, or "" at the end of the story.
    """

    when: When
    text: str
    hours: float
    effect: Mapping[str, float]
    marks: tuple[str, ...]
    keep: tuple[str, ...]
    change: tuple[str, ...]
    next: str


@dataclass(frozen=True, slots=True)
class Option:
    """Something that can be decided. Of its outcomes the first one that holds happens."""

    id: str
    text: str
    outcomes: tuple[Outcome, ...]

    @property
    def controls(self) -> tuple[str, ...]:
        """Ids of the controls that it leans on."""
        return tuple(dict.fromkeys(control for outcome in self.outcomes for control in outcome.when.needs))


@dataclass(frozen=True, slots=True)
class Inject:
    """A message on the table, and the decision it asks for.

    `not_before` is in story hours from the start: what was decided earlier waits until then. `minutes` is the time to
    decide, in real minutes; when it is up, an outcome of `nobody` happens. `also` are lines that are added to the text
    where their condition holds. `decides` are the roles that may take the decision.
    """

    id: str
    title: str
    sender: str
    to: str
    text: str
    also: tuple[tuple[When, str], ...]
    question: str
    decides: tuple[str, ...]
    minutes: float
    not_before: float
    options: tuple[Option, ...]
    nobody: tuple[Outcome, ...]

    @property
    def choices(self) -> tuple[str, ...]:
        """Ids of its options."""
        return tuple(option.id for option in self.options)

    def option(self, choice: str) -> Option | None:
        """Return the option of that id; None for "nobody"."""
        return next((each for each in self.options if each.id == choice), None)

    def words(self, choice: str) -> str:
        """Return an option's text, or what is said if nobody has decided."""
        chosen = self.option(choice)
        return chosen.text if chosen else "Nobody decided in time."


@dataclass(frozen=True, slots=True)
class Moral:
    """What a story teaches on one point: what to keep if it went well, and what to change if not; one may be empty."""

    id: str
    control: str
    keep: str
    change: str
    policy: str


@dataclass(frozen=True, slots=True)
class Story(Unchangeable):
    """A tabletop story. `id` is also that of the documented incident that it is made from.

    `starts` is in minutes since Monday 00:00. `opening` are ways to begin, of which the first that holds happens.
    `answers` has an option for each inject, for a run without people; `prepared` the same for a team that is ready,
    which has the controls of `prepared_controls` in place.
    """

    id: str
    title: str
    minutes: float
    starts: int
    situation: str
    published: str
    invented: str
    roles: Mapping[str, str]
    opening: tuple[Outcome, ...]
    injects: Mapping[str, Inject]
    morals: Mapping[str, Moral]
    answers: Mapping[str, str]
    prepared: Mapping[str, str]
    prepared_controls: tuple[str, ...]

    @property
    def incident(self) -> Incident:
        """The documented incident."""
        return load_incident(self.id)

    @property
    def controls(self) -> tuple[str, ...]:
        """Ids of the controls on which anything in the story hangs, in the order in which they come up."""
        options = (option for inject in self.injects.values() for option in inject.options)
        outcomes = [*self.opening]
        for option in options:
            outcomes.extend(option.outcomes)
        for inject in self.injects.values():
            outcomes.extend(inject.nobody)
        return tuple(dict.fromkeys(control for outcome in outcomes for control in outcome.when.needs))

    def clock(self, hours: float) -> str:
        """Return the story's time of day, such as "Tue 07:40", `hours` after its start."""
        minute = self.starts + round(hours * 60)
        return f"{DAYS[minute // 1440 % 7]} {minute // 60 % 24:02}:{minute % 60:02}"
