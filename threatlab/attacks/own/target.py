"""The model under attack, from the attacker's side: a process of its own, whatever becomes of it."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from types import TracebackType
from typing import IO, Any, Protocol, Self

import numpy as np

from threatlab.attacks.digits import Floats
from threatlab.attacks.own.serve import loopback, receive, send
from threatlab.errors import ThreatLabError, short
from threatlab.processes import ending

BEGIN = 60.0
"""Seconds that a model has to be imported and made ready."""

_LOOK = 0.1
"""Seconds from one look at whether the process has ended to the next."""

_CALLABLE = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*:[^\W\d]\w*(\.[^\W\d]\w*)*")


class TargetError(ThreatLabError):
    """The model failed: its sentence says how."""


class Target(Protocol):
    """A black box: records go in, and for each comes a label, a row of probabilities, or None, which refuses it."""

    def ask(self, records: Floats) -> list[Any]:
        """Return what comes out for records, a row each."""


def kind_of(target: str) -> str:
    """Return whether a target is an "endpoint" or a "callable".

    Raises
    ------
    ThreatLabError
        If it is neither, or an endpoint that isn't on this machine.
    """
    if "://" in target:
        loopback(target)
        return "endpoint"
    if not _CALLABLE.fullmatch(target):
        raise ThreatLabError(
            f"target {short(target)} is neither module:function, such as model:predict_proba, nor an address on this "
            "machine, such as http://127.0.0.1:8000/predict"
        )
    return "callable"


class OwnProcess:
    """A target in a Python of its own: it can't reach into this one, and is ended if it hangs, or with this one.

    Parameters
    ----------
    target
        "module:function", looked for in the working folder and where Python looks; or a URL on this machine.
    seconds
        How long it may take for one batch of records.

    Raises
    ------
    ThreatLabError
        If the target can't be one, or there are no processes.
    TargetError
        If it can't be made ready.
    """

    def __init__(self, target: str, seconds: float = 30.0) -> None:
        if sys.platform == "emscripten":
            raise ThreatLabError(
                "a browser has no processes to run a model in: run 'threatlab attack' where the course is installed"
            )
        self._name, self._seconds = target, seconds
        told = {"url": target, "seconds": seconds} if kind_of(target) == "endpoint" else {"target": target}
        program = f"import sys; sys.path[:] = {sys.path!r}; from threatlab.attacks.own.serve import serve; serve()"
        flags = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")  # of Windows
        self._python = subprocess.Popen(  # noqa: S603  # our own Python, and our own program
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # so that Ctrl-C is ours, and what it starts ends with it
            creationflags=sum(getattr(subprocess, flag, 0) for flag in flags),
        )
        self._replies: SimpleQueue[bytes | None] = SimpleQueue()
        Thread(target=_listen, args=(self._python.stdout, self._replies.put), daemon=True).start()
        try:
            self._send(json.dumps(told).encode())
            self._reply(BEGIN, "was not ready")
        except BaseException:
            self.end()
            raise

    def ask(self, records: Floats) -> list[Any]:
        """Return what comes out for records, a row each; raises TargetError, and the process is of no use any more."""
        np.save(packed := io.BytesIO(), np.ascontiguousarray(records), allow_pickle=False)
        self._send(packed.getvalue())
        said = self._reply(self._seconds, f"did not answer {len(records)} records")
        answers = said.get("answers")
        if not isinstance(answers, list):
            raise self._failed("sent something that is no answer")
        return answers

    def end(self) -> None:
        """End it at once, and what it has started."""
        with suppress(OSError):
            if sys.platform == "win32":
                self._python.kill()
            else:
                os.killpg(self._python.pid, signal.SIGKILL)
        self._python.wait()
        with suppress(OSError):
            self._python.stdin.close()  # type: ignore[union-attr]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, at: TracebackType | None
    ) -> None:
        self.end()

    def _send(self, content: bytes) -> None:
        with suppress(OSError):  # it has ended, which the missing reply says
            send(self._python.stdin, content)  # type: ignore[arg-type]

    def _reply(self, seconds: float, late: str) -> dict[str, Any]:
        until = time.monotonic() + seconds
        while True:
            try:
                content = self._replies.get(timeout=_LOOK)
                break
            except Empty:
                if self._python.poll() is not None and self._replies.empty():  # what it started may hold the pipe open
                    content = None
                    break
                if time.monotonic() > until:
                    raise self._failed(f"{late} within {seconds:g} seconds, and was stopped") from None
        if content is None:
            with suppress(subprocess.TimeoutExpired):
                self._python.wait(1.0)
            raise self._failed(_ended(self._python.poll()))
        try:
            said = json.loads(content)
        except (ValueError, RecursionError):
            said = None
        if not isinstance(said, dict):
            raise self._failed("sent something that is no answer")
        if "error" in said:
            raise self._failed(f"failed: {str(said['error'])[:400]}")
        return said

    def _failed(self, how: str) -> TargetError:
        return TargetError(f"target {short(self._name)} {how}")


def _ended(code: int | None) -> str:
    if code is None:
        return "broke off its answers"
    return f"ended its process ({ending(code)})"


def _listen(pipe: IO[bytes], take: Any) -> None:
    with pipe, suppress(OSError, ValueError):
        while (content := receive(pipe)) is not None:
            take(content)
    take(None)
