"""The process that code of a learner's is judged in: whatever it does there, the notebook can end it and goes on."""

from __future__ import annotations

import atexit
import builtins
import importlib
import io
import os
import pickle
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout, suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from types import FunctionType
from typing import IO, Any, NamedTuple

import cloudpickle
import psutil

from threatlab.exercises.guard import CLOCK, Judge, Printed, Verdict, is_learners, too_long, verdict_of_code
from threatlab.exercises.outcome import NOT_YET
from threatlab.processes import ending

if sys.platform == "emscripten":
    raise ImportError("a browser has no processes")

_COUNTED = hasattr(signal, "setitimer")
"""Whether the system can end a process by the processor time it takes; Windows can't."""

_WALL = 6 if _COUNTED else 2
"""How many times as long an answer may take by the clock on the wall: it may sleep, or the machine be busy."""

_BEGIN = 60.0
"""Seconds that a process has to begin and to read an answer; one that needs longer is of no use."""

_MEMORY = 512 * 2**20
"""Bytes that judging may take: ten times what any right answer needs, and as much as a small machine has left."""

_WATCH = 0.05
"""Seconds from one look at memory and clock to the next."""

_HEAVY = ("pandas", "sklearn")
"""Libraries that take long to import: a process begins with those that the notebook has."""

_ONE_AT_A_TIME = Lock()


class Parcel(NamedTuple):
    """Something as bytes, and whether it holds code of the learner's."""

    content: bytes
    code: bool


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """One that notices code of the learner's, and lets IPython's `exit`, which hangs on the kernel, be Python's."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file)
        self.found_code = False

    def reducer_override(self, part: Any) -> Any:
        """Return how a part is pickled."""
        if isinstance(part, FunctionType | type):
            file = getattr(sys.modules.get(str(part.__module__)), "__file__", None)
            self.found_code |= part.__module__ == "__main__" or bool(file and is_learners(file))
        elif type(part).__module__ == "IPython.core.autocall":
            return getattr, (builtins, "exit")
        return super().reducer_override(part)


def packed(answer: Any) -> Parcel | None:
    """Return an answer as it can be sent, or None if it can't: a generator, an open file."""
    pickler = _Pickler(file := io.BytesIO())
    try:
        pickler.dump(answer)
    except Exception:  # noqa: BLE001  # pickling a learner's own class may raise anything
        return None
    return Parcel(file.getvalue(), callable(answer) or pickler.found_code)


def judged_there(judge: Judge, answer: Parcel, seconds: float) -> Verdict | None:
    """Return what comes of an answer in the kernel's process, or None if it can't be judged there."""
    asked = packed(judge)
    if asked is None:
        return None
    with _ONE_AT_A_TIME:
        try:
            if _process().ended:
                _process.cache_clear()
            process = _process()
        except OSError:
            return None
        try:
            return process.judged((asked.content, answer.content), seconds)
        finally:
            if process.busy:  # it hangs, or has ended, or the cell was stopped
                process.end()
                _process.cache_clear()
                warm_up()


def warm_up() -> None:
    """Begin the kernel's process without waiting for it, so that an answer finds it ready."""
    with suppress(OSError):
        _process()


@cache
def _process() -> Process:
    return Process()


# --- the notebook's end ----------------------------------------------------------------------------------------------


class Process:
    """A Python of its own that judges one answer after the other; it ends when this one does, in whatever way."""

    def __init__(self) -> None:
        heavy = [name for name in _HEAVY if name in sys.modules]
        program = (
            f"import sys; sys.path[:] = {sys.path!r}; from threatlab.exercises.process import serve; serve({heavy!r})"
        )
        alone = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # the work is small, and so are machines
        pipe, nothing = subprocess.PIPE, subprocess.DEVNULL
        self._python = subprocess.Popen(  # noqa: S603  # our own Python, and our own program
            [sys.executable, "-c", program],
            stdin=pipe,
            stdout=pipe,
            stderr=nothing,
            env={**os.environ, **alone},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),  # else Windows may show an empty one
        )
        self._replies: SimpleQueue[Any] = SimpleQueue()
        Thread(target=self._listen, daemon=True).start()
        atexit.register(self.end)
        self.busy = False

    @property
    def ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._python.poll() is not None

    def judged(self, parcels: tuple[bytes, bytes], seconds: float) -> Verdict | None:
        """Return what comes of an answer, or None if it can't be read; `busy` says that it still works on it."""
        self.busy = True
        self._send((_folder(), sys.path, parcels, seconds))
        most, until, printed = sys.maxsize, time.monotonic() + _BEGIN, ""
        late: Verdict | None = None
        while True:
            try:
                reply = self._replies.get(timeout=_WATCH)
            except Empty:
                if self._memory() > most:
                    return replace(_TOO_LARGE, printed=printed)
                if time.monotonic() > until:
                    return late and replace(late, printed=printed)
                continue
            match reply:
                case "reads", _:
                    late = _waits(seconds * _WALL)
                    most, until = self._memory() + _MEMORY, time.monotonic() + seconds * _WALL
                case "prints", printed:
                    pass
                case "judged", Verdict() | None as came:
                    self.busy = False
                    return came
                case _:
                    ended = self._python.wait()
                    return late and replace(_ended(ended, seconds), printed=printed)

    def end(self) -> None:
        """End it at once."""
        atexit.unregister(self.end)
        self._python.kill()
        self._python.wait()
        with suppress(OSError):
            self._python.stdin.close()  # type: ignore[union-attr]

    def _listen(self) -> None:
        _receive(self._python.stdout, self._replies.put)  # type: ignore[arg-type]
        self._python.wait()  # until it is waited for it counts as a child, for whose end a kernel waits before its own

    def _send(self, request: object) -> None:
        with suppress(OSError):  # it has ended, which the next reply says
            pickle.dump(request, self._python.stdin)  # type: ignore[arg-type]
            self._python.stdin.flush()  # type: ignore[union-attr]

    def _memory(self) -> int:
        with suppress(psutil.Error):
            return int(psutil.Process(self._python.pid).memory_info().rss)
        return 0


_TOO_LARGE = Verdict(
    NOT_YET,
    f"Your answer took more than {_MEMORY // 2**20} MB of memory, and was stopped. Does it build a list of all "
    "possibilities? Go through them one at a time.",
)


def _folder() -> str:
    """Return the notebook's folder, "" if that has been deleted or moved meanwhile."""
    try:
        return str(Path.cwd())
    except OSError:
        return ""


def _waits(seconds: float) -> Verdict:
    message = (
        f"Your answer was not done after {seconds:g} seconds by the clock, and was stopped. Does it wait or sleep?"
    )
    return Verdict(NOT_YET, message)


def _ended(code: int, seconds: float) -> Verdict:
    if _COUNTED and code == -signal.SIGPROF:
        return too_long(seconds)
    return Verdict(
        NOT_YET,
        f"Your answer ended the Python that ran it ({ending(code)}); your notebook goes on. Does it call os._exit or "
        "os.kill, or take more memory than there is?",
    )


def _receive(pipe: IO[bytes], take: Callable[[Any], object]) -> None:
    """Hand on what arrives, and in the end None."""
    with pipe, suppress(EOFError, OSError, pickle.UnpicklingError):
        while True:
            take(pickle.load(pipe))  # noqa: S301  # from a process of ours
    take(None)


# --- the process's end -----------------------------------------------------------------------------------------------


def serve(heavy: Sequence[str]) -> None:
    """Judge what is sent to standard input until that is closed; import what is `heavy` first."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Stop reaches every process of a kernel: that one decides
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)  # what an answer reads and prints past Python's streams
    os.dup2(nothing, 1)

    def reply(kind: str, value: object = None) -> None:
        replies.write(pickle.dumps((kind, value)))
        replies.flush()

    arrived: SimpleQueue[Any] = SimpleQueue()
    Thread(target=_receive, args=(requests, lambda it: arrived.put(it) if it else os._exit(0)), daemon=True).start()
    for name in heavy:
        importlib.import_module(name)
    ours, read = set(sys.modules), dict[str, int]()
    while True:
        folder, path, parcels, seconds = arrived.get()
        printed = Printed(lambda text: reply("prints", text))
        with redirect_stdout(printed), redirect_stderr(printed):
            try:
                with suppress(OSError):
                    os.chdir(folder)
                sys.path[:] = path
                _forget_changed(read)
                judge, answer = map(pickle.loads, parcels)
                read = _written(set(sys.modules) - ours) | read
            except BaseException:  # noqa: BLE001  # it holds something that only the notebook has
                reply("judged", None)
                continue
            reply("reads")
            CLOCK.left = seconds if _COUNTED else None
            came = verdict_of_code(judge, answer, seconds)
            CLOCK.left = None
        reply("judged", replace(came, printed=printed.shown))


def _forget_changed(read: dict[str, int]) -> None:
    """Have modules imported anew whose files the learner has written anew since they were `read`.

    No clock is asked: that of the files' server may go behind this one's, and this one's may be set back.
    """
    importlib.invalidate_caches()
    for name, written in _written(set(read)).items():
        if written != read[name]:
            del sys.modules[name], read[name]


def _written(names: set[str]) -> dict[str, int]:
    """Return when the files of those modules were written that are the learner's."""
    found = {}
    for name in names:
        file = getattr(sys.modules.get(name), "__file__", None)
        with suppress(OSError):
            if file and is_learners(file):
                found[name] = Path(file).stat().st_mtime_ns
    return found
