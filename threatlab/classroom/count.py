"""What a class has shared, counted: by question, by what those who go wrong take to be true, and by prediction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from threatlab.classroom.read import Learner, Snapshot
from threatlab.exercises.asked import asked, of_lesson
from threatlab.exercises.outcome import CORRECT, NOT_YET, RAISED
from threatlab.exercises.predictions import GUESS, Predicted, predictions
from threatlab.exercises.progress import Entry
from threatlab.exercises.question import Question
from threatlab.lessons import LESSONS

FEWEST = 5
"""Learners who have to answer a question before anything is said of their answers: of fewer, a room knows whose."""

ALIKE = 2
"""Learners who have to go wrong in one way before it is named: of one alone, others might know who is meant."""

STUCK_AFTER = 3
"""Wrong answers to a question, and no right one, after which somebody is called stuck."""

QUIET_MINUTES, PRESENT_HOURS = 10, 3
"""Minutes without an answer after which a learner is called silent, and hours after which they are no longer there."""


@dataclass(frozen=True, slots=True)
class Met:
    """A way to go wrong: what those learners take to be true, how many ever did so, and how many still do."""

    claim: str
    ever: int
    still: int


@dataclass(frozen=True, slots=True)
class Tally:
    """One question: how many learners have answered it, have it done, are stuck, and in which ways they went wrong.

    `met` are the ways that at least `ALIKE` learners went, the most frequent first; `apart` is how many learners have
    gone wrong in no such way. Where fewer than `FEWEST` have answered, all but `answered` is to be kept back.
    """

    id: str
    title: str
    answered: int
    done: int
    stuck: int
    met: tuple[Met, ...]
    apart: int

    @property
    def enough(self) -> bool:
        """Whether so many have answered that the figures speak of nobody."""
        return self.answered >= FEWEST


@dataclass(frozen=True, slots=True)
class Guesses:
    """One prediction: how many have guessed, and for each of its questions how many chose which of its answers."""

    id: str
    asked: Predicted
    answered: int
    chosen: tuple[tuple[int, ...], ...]

    @property
    def enough(self) -> bool:
        """Whether so many have guessed that the figures speak of nobody."""
        return self.answered >= FEWEST


@dataclass(frozen=True, slots=True)
class Room:
    """How many learners share, how many of them are there now, and the ids of those among them who are silent."""

    learners: int = 0
    present: int = 0
    quiet: tuple[str, ...] = ()

    @property
    def silent(self) -> int:
        """How many are silent."""
        return len(self.quiet)


@dataclass(slots=True)
class _Own:
    """What one learner did with one question."""

    checks: int = 0
    wrong: int = 0
    done: bool = False
    gave_up: bool = False
    met: list[str] = field(default_factory=list)

    @property
    def stuck(self) -> bool:
        return not self.done and (self.wrong >= STUCK_AFTER or self.gave_up)


def room(snapshot: Snapshot, now: float) -> Room:
    """Return how many learners are there, at a time in seconds since 1970, by when their files were last written."""
    ages = {learner.id: now - learner.seen for learner in snapshot.learners}
    present = {name: age for name, age in ages.items() if age <= PRESENT_HOURS * 3600}
    return Room(len(ages), len(present), tuple(name for name, age in present.items() if age >= QUIET_MINUTES * 60))


def lessons_begun(snapshot: Snapshot) -> dict[str, int]:
    """Return the lessons of which somebody has shared something, in order, and how many learners were last at each."""
    begun = {lesson_of(entry["question"]) for learner in snapshot.learners for entry in learner.entries}
    at = Counter(lesson_of(learner.entries[-1]["question"]) for learner in snapshot.learners if learner.entries)
    return {lesson.name: at[lesson.name] for lesson in LESSONS if lesson.name in begun}


def tallies(snapshot: Snapshot, lesson: str) -> tuple[Tally, ...]:
    """Return what became of the recall questions, pieces and questions of a lesson that anybody has answered."""
    each = [_own(learner.entries, lesson) for learner in snapshot.learners]
    return tuple(
        _tally(question, owns)
        for question in questions_in(lesson)
        if (owns := [own[question.id] for own in each if question.id in own and own[question.id].checks])
    )


def guesses(snapshot: Snapshot, lesson: str) -> tuple[Guesses, ...]:
    """Return what was predicted in a lesson; of a guess that was changed, the latest counts."""
    latest: dict[str, list[dict[int, int]]] = {}
    for learner in snapshot.learners:
        own: dict[str, dict[int, int]] = {}
        for entry in learner.entries:
            if entry["question"].startswith(GUESS) and lesson_of(entry["question"]) == lesson:
                question, _, choice = entry["met"].partition("=")
                chosen = own.setdefault(entry["question"], {})
                chosen.pop(int(question), None)
                if choice:
                    chosen[int(question)] = int(choice)
        for name, chosen in own.items():
            if chosen:
                latest.setdefault(name, []).append(chosen)
    return tuple(_guesses(name, latest[name]) for name in predictions() if name in latest)


def stuck_at(learner: Learner, lesson: str = "") -> tuple[str, ...]:
    """Return the ids of the questions, of a lesson or of all, at which a learner is stuck."""
    own = _own(learner.entries, lesson)
    return tuple(name for name, each in own.items() if each.stuck)


@cache
def lesson_of(name: str) -> str:
    """Return the lesson that an id belongs to: "assess" of "assess.q4", "recall.02.q1" and "guess.02.halve-predict"."""
    first, _, rest = name.partition(".")
    return next((lesson.name for lesson in LESSONS if lesson.number == rest[:2]), first)


@cache
def questions_in(lesson: str) -> tuple[Question, ...]:
    """Return the recall questions of a lesson, its pieces and its questions: as a learner meets them."""
    recalled = (each for name, each in of_lesson("recall").items() if lesson_of(name) == lesson)
    return (*recalled, *of_lesson(lesson).values())


def _own(entries: Iterable[Entry], lesson: str = "") -> Mapping[str, _Own]:
    found: dict[str, _Own] = {}
    for entry in entries:
        name, what = entry["question"], entry["what"]
        if name.startswith(GUESS) or (lesson and lesson_of(name) != lesson):
            continue
        own = found.setdefault(name, _Own())
        own.checks += what in (CORRECT, NOT_YET, RAISED)
        own.done |= what == CORRECT
        own.gave_up |= what == "solution"
        if what in (NOT_YET, RAISED) and not own.done:
            own.wrong += 1
            own.met.append(entry.get("met", ""))
    return found


def _tally(question: Question, owns: list[_Own]) -> Tally:
    ever = Counter(met for own in owns for met in {*own.met} - {""})
    still = Counter(own.met[-1] for own in owns if own.met and not own.done)
    named = {met for met, times in ever.items() if times >= ALIKE}
    ways = sorted((Met(question.claims[met], ever[met], still[met]) for met in named), key=lambda m: (-m.ever, m.claim))
    return Tally(
        question.id,
        question.title,
        len(owns),
        sum(own.done for own in owns),
        sum(own.stuck for own in owns),
        tuple(ways),
        sum(bool(own.met) and named.isdisjoint(own.met) for own in owns),
    )


def _guesses(name: str, each: list[dict[int, int]]) -> Guesses:
    known = asked(name)
    assert isinstance(known, Predicted)  # noqa: S101  # `predictions` is where it comes from
    counts = [Counter(chosen[at] for chosen in each if at in chosen) for at in range(len(known.questions))]
    chosen = tuple(tuple(count[choice] for choice in range(len(known.choices))) for count in counts)
    return Guesses(name, known, len(each), chosen)
