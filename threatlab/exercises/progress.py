"""How far a learner is: kept in a local file that survives a crash, a second kernel and damage. Nothing is sent."""

from __future__ import annotations

import inspect
import json
import os
import re
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from threatlab.audit.file import check_file, locked, write
from threatlab.course import version
from threatlab.errors import ThreatLabError
from threatlab.exercises.outcome import BROKEN, CORRECT, NOT_ATTEMPTED
from threatlab.files import write_new
from threatlab.lessons import LESSONS
from threatlab.words import counted

VARIABLE = "THREATLAB_PROGRESS"
"""Environment variable that names the file, or says "memory": then nothing is kept when the kernel ends."""

TITLES = {lesson.name: str(lesson) for lesson in LESSONS}
"""The exercises' modules, and the lessons that they belong to."""

Entry = dict[str, str]
"""What was tried: the id of its "question", "what" came of it, the misconception "met" if it is a known one, and the
version of the "course". What a learner typed is in none of them."""

_BEGINNING = '{"question":'
_ENTRY = re.compile(
    r'\{"question": ?"([^"\\\n{]*)", ?"what": ?"([^"\\\n{]*)"'
    r'(?:, ?"met": ?"([^"\\\n{]*)")?(?:, ?"course": ?"([^"\\\n{]*)")?'
)
"""An entry, wherever in a line it begins: what a crash left of another may stand before it. Older ones end sooner."""

_PATIENCE = 1.0
"""Seconds to wait for another kernel that writes to the file; one entry takes it some thousandths."""


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

    Each is a line of its own at the end of the file, and nothing that stands there is ever changed or moved. So kernels
    can't undo each other's work, and damage costs the entries that it is in: the others are read as before. If the file
    can't be used, progress goes on in memory, and that is said once. Whoever is to know of each entry is `told`.
    """

    def __init__(self, path: Path | None = None, told: Callable[[Store], None] | None = None) -> None:
        self.path = path
        self._told = told
        self._entries: list[Entry] = []  # all that is known: what was read last, and what this kernel has added
        self._damaged = 0
        self._tried: dict[str, object] = {}
        self.entries()  # the log of something else is left alone from the start

    def record(self, question: str, what: str, tried: object = None, *, met: str = "") -> None:
        """Keep that something was tried; a progress that can't be kept never stops a learner.

        `met` is the id of a misconception, or of what was chosen. What is `tried` a second time on end in this kernel
        is not kept again: a cell was run for something else in it.
        """
        if what in (NOT_ATTEMPTED, BROKEN) or (tried and self._tried.get(question) == tried):
            return
        if tried:
            self._tried[question] = tried
        self._add({"question": question, "what": what, **({"met": met} if met else {}), "course": version()})

    def entries(self) -> list[Entry]:
        """Return all that is kept since the last reset, oldest first."""
        if self.path:
            try:
                self._entries, damaged = _read(self.path)
                self._say_damaged(damaged)
            except (OSError, ValueError) as problem:
                self._give_up(problem)
        last_reset = max((place for place, entry in enumerate(self._entries, 1) if entry["what"] == "reset"), default=0)
        return self._entries[last_reset:]

    def done(self) -> set[str]:
        """Return the ids of the questions answered correctly."""
        return _done(self.entries())

    def line(self, question: str) -> str:
        """Return how far the learner is in the lesson of a question, in one line."""
        lesson = question.partition(".")[0]
        every = questions_of(lesson)
        done = len(self.done() & set(every))
        return f"{TITLES[lesson]}: {done} of {len(every)} done." if question in every else ""

    def standings(self) -> tuple[Standing, ...]:
        """Return how far the learner is, lesson by lesson."""
        return _standings(self.entries())

    def reset(self) -> None:
        """Begin anew. The file keeps what was there before, above a mark."""
        self._tried.clear()
        self._add({"question": "", "what": "reset"})

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the progress as JSON: standings and every attempt since the last reset; return the file's path.

        Raises
        ------
        ThreatLabError
            If there is a file of that name, or it can't be written.
        """
        attempts = self.entries()
        standings = [{"lesson": s.title, "done": s.done, "questions": s.questions} for s in _standings(attempts)]
        content = {"schema": "threatlab/progress/1", "standings": standings, "attempts": attempts}
        return write_new(path, json.dumps(content, indent=1) + "\n")

    def _add(self, entry: Entry) -> None:
        self.entries()  # what other kernels have added, and whether the file is still one of ours
        self._entries.append(entry)
        if self.path:
            try:
                _append(self.path, entry)
            except (OSError, ValueError) as problem:
                self._give_up(problem)
        if self._told:
            self._told(self)

    def _give_up(self, problem: Exception) -> None:
        """Go on in memory, for as long as this kernel lives, with all that is known."""
        file, self.path = self.path, None
        why = getattr(problem, "strerror", None) or problem
        warn(
            f"progress can't be kept in {file} ({why}): from now on it is kept until this kernel ends. Mend that, or "
            f"name another file in {VARIABLE}, and restart the kernel to have it kept again"
        )

    def _say_damaged(self, lines: int) -> None:
        if lines > self._damaged:
            warn(f"left out of your progress: {counted(lines, 'damaged line')} of {self.path}; all others count")
        self._damaged = lines


def home() -> Path | None:
    """Return the learner's folder, there or not: that of the progress file. None where nothing is kept in files."""
    try:
        file = progress_file()
        return None if file is None or (file.exists() and not file.is_file()) else file.parent
    except (OSError, RuntimeError):  # out of reach; "~", and this user has no home
        return None


@cache
def store() -> Store:
    """Return the learner's progress: in the file that `VARIABLE` names, or in the home folder."""
    try:
        return Store(progress_file(), _tell_the_class)
    except (OSError, RuntimeError) as problem:
        lacks = "home folder" if isinstance(problem, RuntimeError) else "folder, since the notebook's is gone,"
        warn(f"there is no {lacks} for progress: it is kept until this kernel ends. Name a file in {VARIABLE}")
        return Store()


def _tell_the_class(kept: Store) -> None:
    from threatlab.exercises.sharing import send  # it reads what is asked, by id, and so all that records progress

    send(kept)


def progress_file() -> Path | None:
    """Return the file that progress is kept in, there or not; None if it is kept in none.

    Raises
    ------
    RuntimeError
        If ~ is in the name, and this user has no home.
    OSError
        If it begins at the notebook's folder, and that is gone.
    """
    named = set_in(VARIABLE) or "~/.threatlab/progress.jsonl"
    return None if named.casefold() == "memory" else _absolute(Path(named).expanduser())


def set_in(variable: str) -> str:
    """Return the path that a variable is set to; what no shell has done (`%env`, a compose file) is done here.

    Quotes are taken off, and $HOME is read; ~ is left to who asks, and says what holds without a home.
    """
    return os.path.expandvars(os.environ.get(variable, "").strip(" \r\n\t\"'"))


@cache
def _absolute(path: Path) -> Path:
    """Return a path from the root on: a later change of folder moves no file."""
    return path.absolute()


@cache
def questions_of(lesson: str) -> tuple[str, ...]:
    """Return the ids of a lesson's questions, in their order; none for a lesson that has no exercises."""
    if lesson not in TITLES:
        return ()
    return tuple(question.id for question in import_module(f"threatlab.exercises.{lesson}").QUESTIONS)


def _done(entries: Iterable[Entry]) -> set[str]:
    return {entry["question"] for entry in entries if entry["what"] == CORRECT}


def _standings(entries: list[Entry]) -> tuple[Standing, ...]:
    times = Counter((entry["question"], entry["what"].startswith(("hint", "solution"))) for entry in entries)
    done = _done(entries)
    return tuple(_standing(lesson, times, done) for lesson in TITLES)


def _standing(lesson: str, times: Counter[tuple[str, bool]], done: set[str]) -> Standing:
    every = questions_of(lesson)
    checks, helped = (sum(times[question, is_help] for question in every) for is_help in (False, True))
    return Standing(lesson, TITLES[lesson], len(done.intersection(every)), len(every), checks, helped)


def _append(path: Path, entry: Entry) -> None:
    """Add a line to the file, and return when it is on the disk."""
    path.parent.mkdir(parents=True, exist_ok=True)
    check_file(path)
    with ExitStack() as stack:
        file = stack.enter_context(path.open("ab", buffering=0))
        # Without locks, or where one never ends, it is written all the same: a short line at the end comes out whole.
        with suppress(OSError):
            stack.enter_context(locked(file, shared=False, patience=_PATIENCE))
        write(file, json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode() + b"\n")


def _read(path: Path) -> tuple[list[Entry], int]:
    """Return the entries in a file, oldest first, and how many of its lines are damaged: ended, and without any."""
    check_file(path, to_write=False)
    try:
        text = path.read_bytes().decode(errors="replace").lstrip("\ufeff \r\n")  # what an editor may leave of nothing
    except FileNotFoundError:
        return [], 0
    found = (zip(("question", "what", "met", "course"), each, strict=True) for each in _ENTRY.findall(text))
    entries = [{key: value for key, value in each if value or key == "question"} for each in found]
    if not entries and not text.startswith(_BEGINNING[: len(text)]):
        raise ThreatLabError("it holds something else")
    damaged = sum(bool(line.strip()) and not _ENTRY.search(line) for line in text.split("\n")[:-1])
    return entries, damaged


@cache
def warn_once(message: str) -> None:
    """Say it as `warn` does, the first time in this kernel."""
    warn(message)


def warn(message: str) -> None:
    """Say it at the learner's own line; where warnings are errors, print it: none may take a verdict's place."""
    ours, frames = str(Path(__file__).parents[1]), traceback.walk_stack(inspect.currentframe())
    outside = (level for level, (frame, _) in enumerate(frames, 1) if not frame.f_code.co_filename.startswith(ours))
    try:
        warnings.warn(message, UserWarning, stacklevel=next(outside, 1))
    except UserWarning:
        print(message, file=sys.stderr)
