"""One tabletop exercise as it stands: the message on the table, what was decided, and what follows from a decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from threatlab.checks import Unchangeable, check_choice, check_date, check_number, check_text
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem
from threatlab.tabletop.log import IncidentLog, Lesson, LogEntry, Task, lessons
from threatlab.tabletop.records import CONTAINED, MEASURES, NEVER_OUT, NOBODY, ROLES, Inject, Outcome, Story


@dataclass(frozen=True, slots=True)
class Answer:
    """A decision given in advance: an option's id or "nobody", who takes it ("": the first who may), why.

    `minutes` are the real ones that it took: more than the inject allows, and it comes too late. `taken_back` are the
    texts of what was decided first, and taken back.
    """

    option: str
    by: str = ""
    note: str = ""
    minutes: float = 0.0
    taken_back: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exercise(Unchangeable):
    """An exercise as it stands. It never changes: `decide` returns the next one. `begin` makes the first.

    `hours` is the story's time from its start, `log` what was decided so far, `figures` the sums of what followed (by
    measure; of each, less is better), `marks` what later injects remember. `out_since` is the story's time at which the
    attacker was cut off. `unattended` says that answers were the story's own: no person decided. `taken_back` are the
    texts of decisions on the message on the table that were taken back; `tasks` is who sees to a lesson, by its id.
    """

    story: Story
    system: AISystem
    roles: tuple[str, ...]
    opening: str
    at: str
    hours: float
    figures: Mapping[str, float]
    marks: frozenset[str] = frozenset()
    out_since: float = 0.0
    log: IncidentLog = field(default_factory=IncidentLog)
    unattended: bool = False
    taken_back: tuple[str, ...] = ()
    tasks: Mapping[str, Task] = field(default_factory=dict)
    before: Exercise | None = field(default=None, compare=False)

    @property
    def inject(self) -> Inject | None:
        """The message on the table, or None at the end."""
        return self.story.injects[self.at] if self.at else None

    @property
    def finished(self) -> bool:
        """Whether the story has come to its end."""
        return not self.at

    @property
    def clock(self) -> str:
        """The story's time of day, such as "Tue 07:40"."""
        return self.story.clock(self.hours)

    @property
    def contained(self) -> bool:
        """Whether the attacker is cut off."""
        return CONTAINED in self.marks

    @property
    def text(self) -> str:
        """The message on the table, with the lines that earlier decisions and the system's controls add to it."""
        if self.inject is None:
            return ""
        also = [line for when, line in self.inject.also if when.holds(self.marks, self.system.true)]
        return "\n\n".join([self.inject.text.strip(), *(line.strip() for line in also)])

    @property
    def may_decide(self) -> tuple[str, ...]:
        """The roles at the table that may take this decision: none if they are all absent, or at the end."""
        return tuple(role for role in self.inject.decides if role in self.roles) if self.inject else ()

    @property
    def time_left(self) -> float:
        """Real minutes left of those that the story is made for, by the minutes in the log."""
        return max(0.0, self.story.minutes - sum(entry.minutes for entry in self.log))

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """What the decisions so far teach, each lesson once; what to change comes first."""
        return lessons(self.story, self.log, self.system.known, self.tasks)

    def decide(self, option: str, by: str = "", note: str = "", minutes: float = 0.0) -> Exercise:
        """Return the exercise after a decision. An option that comes after the inject's minutes comes too late.

        Parameters
        ----------
        option
            The id of one of `inject.options`, or "nobody".
        by
            The role that decides; without one, the first of `may_decide`.
        note
            Why, in your own words: it is kept in the log.
        minutes
            Real minutes that it took to decide.

        Raises
        ------
        ThreatLabError
            If the exercise is over, the option unknown, the role absent or not allowed to decide, or the minutes no
            number from 0 up.
        """
        inject, answer = self._checked(option, by, note, minutes)
        late = answer.option if answer.option != NOBODY and answer.minutes > inject.minutes else ""
        decision = NOBODY if late else answer.option
        chosen = inject.option(decision)
        outcomes = chosen.outcomes if chosen else inject.nobody
        outcome = next(each for each in outcomes if each.when.holds(self.marks, self.system.true))
        entry = LogEntry(
            inject=inject.id,
            title=inject.title,
            hours=self.hours,
            clock=self.clock,
            by="" if decision == NOBODY else answer.by,
            decision=decision,
            text=inject.words(decision),
            consequence=outcome.text,
            effect={},
            helped=outcome.when.needs,
            missing=self._missing(outcomes, outcome),
            keep=outcome.keep,
            change=outcome.change,
            note=answer.note,
            minutes=answer.minutes,
            late=late,
            taken_back=self.taken_back,
        )
        after = follow(self, outcome)
        effect = {name: after.figures[name] - self.figures[name] for name in MEASURES}
        entry = replace(entry, effect={name: value for name, value in effect.items() if value})
        return replace(after, log=IncidentLog((*self.log, entry)), taken_back=(), before=self)

    def take_back(self) -> Exercise:
        """Return the exercise before its last decision; the one that takes its place in the log will name it.

        Raises
        ------
        ThreatLabError
            If nothing has been decided.
        """
        if self.before is None:
            raise ThreatLabError("nothing has been decided yet, so there is no decision to take back")
        last = self.log[-1]
        return replace(self.before, taken_back=(*last.taken_back, last.text), tasks=self.tasks)

    def add_note(self, note: str) -> Exercise:
        """Return the exercise with another reason for its last decision.

        Raises
        ------
        ThreatLabError
            If nothing has been decided, or the note is no text.
        """
        if not len(self.log):
            raise ThreatLabError("nothing has been decided yet, so there is no decision to give a reason for")
        *others, last = self.log
        noted = replace(last, note=check_text(f"the note on {last.inject!r}", note, empty=True))
        return replace(self, log=IncidentLog((*others, noted)))

    def assign(self, lesson: str, who: str, due: date | str | None = None) -> Exercise:
        """Return the exercise with the name of who sees to a lesson, and the day until which; both may be empty.

        Raises
        ------
        ThreatLabError
            If the decisions so far teach no such lesson, `who` is no text, or `due` no date.
        """
        check_choice("lesson of this run", lesson, [each.id for each in self.lessons])
        name = check_text("the name of who sees to it", who, empty=True).strip()
        task = Task(name, check_date("the day until which it is done", due) if due else None)
        return replace(self, tasks={**self.tasks, lesson: task})

    def answers(self) -> list[dict[str, Any]]:
        """Return what was decided, JSON-ready: `run_unattended` plays the same exercise from it."""
        return [
            {
                "option": entry.late or entry.decision,
                "by": entry.by,
                "note": entry.note,
                "minutes": entry.minutes,
                "taken_back": list(entry.taken_back),
            }
            for entry in self.log
        ]

    def to_dict(self) -> dict[str, Any]:
        """Return the exercise as JSON-ready values: system, figures, log and lessons."""
        return {
            "story": self.story.id,
            "title": self.story.title,
            "case": self.story.incident.case,
            "system": self.system.to_dict(),
            "roles": list(self.roles),
            "finished": self.finished,
            "unattended": self.unattended,
            "hours": self.hours,
            "figures": dict(self.figures),
            "log": self.log.to_dict(),
            "lessons": [lesson.to_dict() for lesson in self.lessons],
            "answers": self.answers(),
        }

    def __repr__(self) -> str:
        where = "finished" if self.finished else f"at {self.at!r}"
        figures = "".join(f", {name}={value:g}" for name, value in self.figures.items())
        return f"Exercise({self.story.id!r}, {self.clock}, {where}, decisions={len(self.log)}{figures})"

    def _checked(self, option: object, by: object, note: object, minutes: object) -> tuple[Inject, Answer]:
        if self.inject is None:
            raise ThreatLabError(f"{self.story.id!r} is over: there is nothing left to decide; begin() starts it again")
        chosen = check_choice(f"option of {self.at!r}", option, (*self.inject.choices, NOBODY))
        noted = check_text(f"the note on {self.at!r}", note, empty=True)
        role = "" if chosen == NOBODY else self._role(by)
        return self.inject, Answer(chosen, role, noted, check_minutes(minutes))

    def _role(self, by: object) -> str:
        if by in ("", None):
            if not self.may_decide:
                absent = " or ".join(self.inject.decides if self.inject else ())
                raise ThreatLabError(f"{self.at!r} is for the {absent}, who is not at the table; answer 'nobody'")
            return self.may_decide[0]
        role = check_choice("role", by, ROLES)
        if role not in self.roles:
            raise ThreatLabError(f"the {role} is not at the table; there are: {', '.join(self.roles)}")
        if role not in self.may_decide:
            allowed = " or the ".join(self.may_decide) or "somebody absent"
            raise ThreatLabError(f"{self.at!r} is not for the {role} to decide: hand it over to the {allowed}")
        return role

    def _missing(self, outcomes: tuple[Outcome, ...], happened: Outcome) -> tuple[str, ...]:
        """Return the controls for want of which an earlier outcome of the same decision did not happen."""
        passed = [each for each in outcomes[: outcomes.index(happened)] if each.when.reached(self.marks)]
        wanted = dict.fromkeys(control for each in passed for control in each.when.needs)
        return tuple(control for control in wanted if control not in self.system.true)


def follow(now: Exercise, outcome: Outcome) -> Exercise:
    """Return the exercise after an outcome: time passes, and until the attacker is cut off it is theirs."""
    marks = now.marks.union(outcome.marks)
    hours = now.hours + outcome.hours
    out_since = hours if CONTAINED in marks and not now.contained else now.out_since
    waits = max(0.0, now.story.injects[outcome.next].not_before - hours) if outcome.next else 0.0
    figures = {name: value + outcome.effect.get(name, 0.0) for name, value in now.figures.items()}
    figures["attacker"] += (0.0 if now.contained else outcome.hours) + (0.0 if CONTAINED in marks else waits)
    if NEVER_OUT in outcome.marks and now.contained:
        figures["attacker"] += now.hours - now.out_since
    return replace(
        now,
        at=outcome.next,
        hours=hours + waits,
        figures=figures,
        marks=marks,
        out_since=out_since,
    )


def check_minutes(minutes: object) -> float:
    """Return `minutes` as a float, if a decision can have taken so many."""
    return check_number("minutes", minutes, what="the minutes that the decision took: a number")
