"""What an answer comes to: its verdict, the line that failed, the time it took, the beginning of what it printed."""

from __future__ import annotations

import ctypes
import io
import signal
import sys
import sysconfig
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout, suppress
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from threatlab.exercises.outcome import BROKEN, CORRECT, NOT_ATTEMPTED, NOT_YET, RAISED, NotAttempted, NotYet

Judge = Callable[[Any], str]

_OURS = Path(__file__).resolve().parents[1]
_LIBRARIES = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib"))
_TRIES, _PATIENCE = 10, 0.2
"""How often, and for how many seconds each, code that runs too long is asked to stop."""

_PRINTED = 200
"""Characters of what an answer prints that are kept: a loop can print for as long as it may run."""

_SHORTEST = 1e-3
"""Seconds that a timer is set to at least: 0 would turn it off."""


class TooLongError(BaseException):
    """Raised inside code that runs longer than it may: no `except Exception` of a learner's catches it."""


class Line(NamedTuple):
    """A line of code: its file, its number, and the function that it stands in."""

    file: str
    number: int
    function: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What judging came to: a kind of `OUTCOMES`, why, the learner's line that raised, and what the answer printed.

    `met` is the id of the misconception that a judge has met, as `NotYet` gives it.
    """

    kind: str
    message: str
    at: Line | None = None
    printed: str = ""
    met: str = ""


def judged(judge: Judge, answer: Any, seconds: float) -> Verdict:
    """Judge an answer whose code may take so many seconds of processor time.

    Code of the learner's runs in a process that can be stopped, and what it changes there are copies: a function that
    adds to a list of the notebook leaves that list as it is. Where there are no processes, or an answer can't be sent
    to one, it is judged in this one.
    """
    try:
        from threatlab.exercises import process
    except ImportError:  # a browser, or an installation without the libraries of the notebooks
        return judged_in_thread(judge, answer, seconds)
    parcel = process.packed(answer)
    if parcel and not parcel.code:
        return verdict(judge, answer)
    there = parcel and process.judged_there(judge, parcel, seconds)
    return there or judged_in_thread(judge, answer, seconds)


def warm_up() -> None:
    """Begin the process for code of learners, if there can be one, so that their first answer finds it ready."""
    with suppress(ImportError):
        from threatlab.exercises import process

        process.warm_up()


def verdict(judge: Judge, answer: Any) -> Verdict:
    """Judge an answer that holds no code of the learner's, here and now."""
    try:
        return Verdict(CORRECT, judge(answer))
    except Exception as problem:  # noqa: BLE001  # a learner's code may raise anything
        return verdict_on(problem)


def verdict_of_code(judge: Judge, answer: Any, seconds: float) -> Verdict:
    """Judge an answer that may do anything: raise `SystemExit`, or run for longer than its seconds."""
    try:
        return verdict(judge, answer)
    except TooLongError:
        return too_long(seconds)
    except BaseException as problem:  # noqa: BLE001  # sys.exit() in an answer must not end the kernel
        return verdict_on(problem)


def verdict_on(problem: BaseException) -> Verdict:
    """Return what a judge that raised this says."""
    match problem:
        case NotAttempted():
            return Verdict(NOT_ATTEMPTED, "")
        case NotYet():
            return Verdict(NOT_YET, str(problem), met=problem.met)
    says = _said(problem)
    if at := learners_line(problem):
        return Verdict(RAISED, f"{says} (line {at.number}, in {at.function})", at)
    frames = traceback.extract_tb(problem.__traceback__)
    own = (frame for frame in reversed(frames) if Path(frame.filename).parent.parent == Path(__file__).parent)
    at_fault = next(own, frames[-1])
    place = f"{Path(at_fault.filename).name}, line {at_fault.lineno}"
    return Verdict(BROKEN, f"This question is broken ({says}, in {place}); your answer is kept, and not at fault.")


def _said(problem: BaseException) -> str:
    kind = type(problem).__name__
    if isinstance(problem, SystemExit):
        return f"{kind}: exit() would end all of Python. End a function by return"
    try:
        return f"{kind}: {problem}".removesuffix(": ")
    except Exception:  # noqa: BLE001  # a learner's own exception may fail to say what it is
        return kind


def too_long(seconds: float) -> Verdict:
    """Return what is said of an answer that has used its processor time up."""
    message = f"Your answer was still running after {seconds:g} seconds, and was stopped. Does a loop end?"
    return Verdict(NOT_YET, message)


# --- the learner's time ----------------------------------------------------------------------------------------------


@dataclass
class _Clock:
    """Seconds of processor time that a learner's code may still take; None where it isn't counted."""

    left: float | None = None


CLOCK = _Clock()


@contextmanager
def learners_time() -> Iterator[None]:
    """Count what runs inside as the learner's; if it outlasts `CLOCK`, the system ends this process.

    A timer of the system's, and not one of Python's, ends a call that never gives the interpreter back as well.

    Raises
    ------
    TooLongError
        If many calls, each of them short, have used all of it up.
    """
    if CLOCK.left is None:
        yield
        return
    left, CLOCK.left = CLOCK.left, None  # what is called from inside is counted once
    begun = time.process_time()
    signal.setitimer(signal.ITIMER_PROF, max(left, _SHORTEST))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        CLOCK.left = left - (time.process_time() - begun)
    if CLOCK.left <= 0:
        raise TooLongError


# --- what is printed -------------------------------------------------------------------------------------------------


class Printed(io.TextIOBase):
    """A stream that keeps the beginning of what is written to it, and tells each time it has grown."""

    def __init__(self, tell: Callable[[str], object] = lambda _: None) -> None:
        self._kept, self._tell = "", tell

    def write(self, text: str) -> int:
        """Keep what there is room for."""
        if len(self._kept) <= _PRINTED and (more := text[: _PRINTED + 1] if self._kept else text.lstrip()):
            self._kept = (self._kept + more)[: _PRINTED + 1]
            self._tell(self.shown)
        return len(text)

    def writable(self) -> bool:
        """Return that it is."""
        return True

    @property
    def shown(self) -> str:
        """What was kept, with a sign if there was more."""
        return self._kept.strip() if len(self._kept) <= _PRINTED else f"{self._kept[:_PRINTED]} \u2026"


# --- in this process -------------------------------------------------------------------------------------------------


def judged_in_thread(judge: Judge, answer: Any, seconds: float) -> Verdict:
    """Judge an answer in a thread of this process, within seconds by the clock on the wall.

    The thread is asked to stop when the time is up, or when the cell is stopped; one that can't be (it waits inside a C
    library) is left behind, and the notebook goes on.
    """
    box: list[Verdict] = []

    def working() -> None:
        box.append(verdict_of_code(judge, answer, seconds))

    printed = Printed()
    with redirect_stdout(printed), redirect_stderr(printed):
        late = _run(working, seconds)
    return replace(too_long(seconds) if late else box[0], printed=printed.shown)


def _run(working: Callable[[], None], seconds: float) -> bool:
    """Run to the end or to the limit; return whether it had to be stopped."""
    if sys.platform == "emscripten":  # a browser has one thread, and its own way to stop a cell
        working()
        return False
    thread = threading.Thread(target=working, daemon=True)
    thread.start()
    late = True
    try:
        thread.join(seconds)
        late = thread.is_alive()
    finally:
        if late:
            _stop(thread)
    return late


def _stop(thread: threading.Thread) -> None:
    for _ in range(_TRIES):
        if not thread.is_alive():
            break
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TooLongError))
        thread.join(_PATIENCE)


# --- whose code it is ------------------------------------------------------------------------------------------------


def learners_line(problem: BaseException) -> Line | None:
    """Return the line of the learner's own code that raised `problem`, or None if it was none of theirs."""
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if is_learners(frame.filename):
            return Line(frame.filename, frame.lineno or 0, frame.name)
    return None


@cache
def is_learners(filename: str) -> bool:
    """Tell whether a file of code is neither Python's, nor a library's, nor ours."""
    file = Path(filename)
    if not file.is_absolute():  # "<string>", "<frozen importlib>"
        return not filename.startswith("<frozen")
    return not any(file.resolve().is_relative_to(folder) for folder in (_OURS, *_LIBRARIES))
