"""Running a learner's code: within a time limit, with its prints kept, and its exceptions explained."""

from __future__ import annotations

import ctypes
import io
import linecache
import sys
import sysconfig
import threading
import traceback
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_OURS = Path(__file__).resolve().parents[1]
_LIBRARIES = tuple(Path(sysconfig.get_path(name)).resolve() for name in ("stdlib", "purelib", "platlib"))
_TRIES, _PATIENCE = 10, 0.2
"""How often, and for how many seconds each, code that runs too long is asked to stop."""

_PRINTED = 200
"""Characters of what an answer prints that are shown: a loop can print for as long as it may run."""


class TooLongError(BaseException):
    """Raised inside code that runs longer than it may: no `except Exception` of a learner's catches it."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What running code came to: its `value`, or what it `raised`; `late` if it was stopped; what it `printed`."""

    value: Any
    raised: BaseException | None
    late: bool
    printed: str


def run(work: Callable[[], Any], seconds: float) -> Ran:
    """Run `work` for at most `seconds`, and return what came of it; nothing it raises gets out.

    It runs in a thread of its own, which is asked to stop when the time is up; one that can't be (it sleeps, or waits
    inside a C library) is left behind, and the notebook goes on.
    """
    box: dict[str, Any] = {}

    def working() -> None:
        try:
            box["value"] = work()
        except BaseException as problem:  # noqa: BLE001  # also SystemExit: exit() in an answer must not end the kernel
            box["raised"] = problem

    printed = io.StringIO()
    with redirect_stdout(printed), redirect_stderr(printed):
        late = _run(working, seconds)
    told = printed.getvalue().strip()
    short = told if len(told) <= _PRINTED else f"{told[:_PRINTED]} \u2026"
    return Ran(box.get("value"), None if late else box.get("raised"), late, short)


def _run(working: Callable[[], None], seconds: float) -> bool:
    """Run to the end or to the limit; return whether it had to be stopped."""
    if sys.platform == "emscripten":  # a browser has one thread, and its own way to stop a cell
        working()
        return False
    thread = threading.Thread(target=working, daemon=True)
    thread.start()
    thread.join(seconds)
    late = thread.is_alive()
    for _ in range(_TRIES):
        if not thread.is_alive():
            break
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident or 0), ctypes.py_object(TooLongError))
        thread.join(_PATIENCE)
    return late


def learners_line(problem: BaseException) -> tuple[str, str] | None:
    """Return where in the learner's own code `problem` was raised and the line itself, or None if it wasn't there."""
    for frame in reversed(traceback.extract_tb(problem.__traceback__)):
        if _is_learners(frame.filename):
            line = (frame.line or linecache.getline(frame.filename, frame.lineno or 0)).strip()
            return f"line {frame.lineno}, in {frame.name}", line
    return None


def _is_learners(filename: str) -> bool:
    if filename.startswith("<frozen"):
        return False
    file = Path(filename).resolve()
    return not any(file.is_relative_to(folder) for folder in (_OURS, *_LIBRARIES))
