"""How far a learner is: kept in a local file that survives a crash, a second kernel and damage. Nothing is sent."""

from __future__ import annotations

import json
import os
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, TypeVar

from threatlab.audit import AuditLog
from threatlab.errors import AuditError, ThreatLabError
from threatlab.exercises.outcome import BROKEN, CORRECT, NOT_ATTEMPTED
from threatlab.lessons import LESSONS

T = TypeVar("T")

VARIABLE = "THREATLAB_PROGRESS"
"""Environment variable that names the file, or says "memory": then nothing is kept when the kernel ends."""

TITLES = {lesson.name: str(lesson) for lesson in LESSONS}
"""The exercises' modules, and the lessons that they belong to."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a learner is in one lesson: questions done and in all, checks made, hints and solutions looked at."""

    lesson: str
    title: str
    done: int
    questions: int
    checks: int
    helped: int


class Store:
    """The learner's attempts, oldest first, in a file or in memory.

    The file is an audit log (`threatlab.audit`): several kernels append to it at once, a crash costs at most the
    entry being written, and a damaged one is found out, set aside under another name, and never dropped.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._log = self._opened()
        self._tried: dict[str, Any] = {}

    def record(self, question: str, what: str, tried: object = None) -> None:
        """Keep that something was tried; a progress that can't be kept never stops a learner.

        What is `tried` a second time on end in this kernel is not kept again: a cell was run for something else in it.
        """
        if what in (NOT_ATTEMPTED, BROKEN) or (tried and self._tried.get(question) == tried):
            return
        if tried:
            self._tried[question] = tried
        self._safely(lambda: self._log.append({"question": question, "what": what}))

    def entries(self) -> list[dict[str, Any]]:
        """Return all that is kept since the last reset, oldest first."""
        entries = self._safely(self._read)
        last_reset = max((place for place, entry in enumerate(entries, 1) if entry["what"] == "reset"), default=0)
        return entries[last_reset:]

    def done(self) -> set[str]:
        """Return the ids of the questions answered correctly."""
        return {entry["question"] for entry in self.entries() if entry["what"] == CORRECT}

    def line(self, question: str) -> str:
        """Return how far the learner is in the lesson of a question, in one line."""
        lesson = question.partition(".")[0]
        every = questions_of(lesson)
        done = len(self.done() & set(every))
        return f"{TITLES[lesson]}: {done} of {len(every)} done." if lesson in TITLES else ""

    def standings(self) -> tuple[Standing, ...]:
        """Return how far the learner is, lesson by lesson."""
        entries, done = self.entries(), self.done()
        return tuple(_standing(lesson, entries, done) for lesson in TITLES)

    def reset(self) -> None:
        """Begin anew. The file keeps what was there before, above a mark."""
        self._tried.clear()
        self._safely(lambda: self._log.append({"question": "", "what": "reset"}))

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the progress as JSON: standings and every attempt since the last reset; return the file's path.

        Raises
        ------
        ThreatLabError
            If there is a file of that name, or it can't be written.
        """
        file = Path(path)
        attempts = [{"question": entry["question"], "what": entry["what"]} for entry in self.entries()]
        text = json.dumps(
            {
                "schema": "threatlab/progress/1",
                "standings": [{"lesson": s.title, "done": s.done, "questions": s.questions} for s in self.standings()],
                "attempts": attempts,
            },
            indent=1,
        )
        try:
            with file.open("x", encoding="utf-8") as out:
                out.write(text + "\n")
        except FileExistsError:
            raise ThreatLabError(f"there is a file {str(file)!r} already: choose another name") from None
        except OSError as problem:
            raise ThreatLabError(f"can't write {str(file)!r}: {problem.strerror}; choose another folder") from None
        return file

    def _read(self) -> list[dict[str, Any]]:
        if not (sound := self._log.verify()):
            raise AuditError(sound.reason)
        return list(self._log)

    def _safely(self, work: Callable[[], T]) -> T:
        """Do something with the log: if that fails, with the file mended, and if that fails too, in memory."""
        for mend in (self._recover, self._give_up):
            try:
                return work()
            except AuditError as problem:
                mend(problem)
        return work()

    def _opened(self) -> AuditLog:
        if self.path is None:
            return AuditLog()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            log = AuditLog(self.path)
            if any(b'"what"' not in line for line in _lines(self.path) if b'"hash"' in line):
                raise AuditError("it is the log of something else")  # noqa: TRY301  # as if it couldn't be opened
        except (OSError, AuditError) as problem:
            self._give_up(problem)
            return self._log
        return log

    def _give_up(self, problem: Exception) -> None:
        """Go on in memory, with what is sound of the file."""
        _warn(f"progress can't be kept in {self.path} ({problem}); it is kept until this kernel ends")
        sound = _sound_entries(self.path)
        self.path, self._log = None, AuditLog()
        for entry in sound:
            self._log.append(entry)

    def _recover(self, problem: AuditError) -> None:
        """Set a damaged file aside and go on with what is sound of it; if that fails too, in memory."""
        if self.path and _is_sound(self.path):  # another kernel has been here first
            self._log = AuditLog(self.path)
            return
        sound = _sound_entries(self.path)
        try:
            if self.path and self.path.exists():
                spare = _unused(self.path)
                self.path.rename(spare)
                _warn(f"the progress file was damaged ({problem}); it is now {spare.name}, and what was sound is kept")
            self._log = self._opened()
            for entry in sound:
                self._log.append(entry)
        except (OSError, AuditError) as second:
            self._give_up(second)


@cache
def store() -> Store:
    """Return the learner's progress: in the file that `VARIABLE` names, or in the home folder."""
    named = os.environ.get(VARIABLE, "") or "~/.threatlab/progress.jsonl"
    try:
        return Store(None if named == "memory" else Path(named).expanduser())
    except RuntimeError:  # "~", and this user has no home
        _warn(f"there is no home folder for progress: name a file in {VARIABLE}; it is kept until this kernel ends")
        return Store()


def home() -> Path | None:
    """Return the folder of all that a learner did, or None where nothing is kept."""
    path = store().path
    return path.parent if path else None


@cache
def questions_of(lesson: str) -> tuple[str, ...]:
    """Return the ids of a lesson's questions, in their order; none for a lesson that has no exercises."""
    if lesson not in TITLES:
        return ()
    return tuple(question.id for question in import_module(f"threatlab.exercises.{lesson}").QUESTIONS)


def _standing(lesson: str, entries: Iterable[dict[str, Any]], done: set[str]) -> Standing:
    every = set(questions_of(lesson))
    kinds = Counter(
        "help" if entry["what"].startswith(("hint", "solution")) else "check"
        for entry in entries
        if entry["question"] in every
    )
    return Standing(lesson, TITLES[lesson], len(done & every), len(every), kinds["check"], kinds["help"])


def _is_sound(path: Path) -> bool:
    try:
        return bool(AuditLog(path).verify())
    except AuditError:
        return False


def _lines(path: Path | None) -> list[bytes]:
    try:
        return path.read_bytes().splitlines() if path else []
    except OSError:
        return []


def _sound_entries(path: Path | None) -> list[dict[str, str]]:
    """Return what can still be read, line by line, of a damaged file."""
    sound = []
    for line in _lines(path):
        try:
            entry = json.loads(line)
            sound.append({"question": str(entry["question"]), "what": str(entry["what"])})
        except (ValueError, KeyError, TypeError):
            continue
    return sound


def _unused(path: Path) -> Path:
    number = 1
    while (spare := path.with_name(f"{path.stem}.damaged-{number}{path.suffix}")).exists():
        number += 1
    return spare


def _warn(message: str) -> None:
    warnings.warn(message, UserWarning, stacklevel=4)
