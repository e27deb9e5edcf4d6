"""A step every so many seconds, on the kernel's own event loop: between its other work, which never waits."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import ClassVar

from threatlab.errors import ThreatLabError


class Ticker:
    """Calls `step` every `seconds` until it returns False, is stopped, or another of its `kind` starts.

    All steps are taken on the loop of the kernel's main thread, one after the other: a cell is never met halfway. Only
    one of a kind ticks at a time, so that a cell that is run again leaves none behind. The kernel's interrupt stops it,
    and so does a step that raises; when the kernel goes, so does its loop.

    Parameters
    ----------
    kind
        What it plays: another ticker of the same kind takes its place.
    seconds
        Between the end of a step and the next.
    step
        Returns whether it goes on.
    stopped
        Called once when it stops, by whatever cause but `stop()`.
    """

    _running: ClassVar[dict[str, Ticker]] = {}

    def __init__(self, kind: str, seconds: float, step: Callable[[], bool], stopped: Callable[[], None]) -> None:
        self.kind, self.seconds = kind, seconds
        self._step, self._stopped = step, stopped
        self._next: asyncio.TimerHandle | None = None
        self._loop = _running_loop()

    @property
    def running(self) -> bool:
        """Whether another step is to come."""
        return Ticker._running.get(self.kind) is self and self._loop is not None and not self._loop.is_closed()

    @property
    def possible(self) -> bool:
        """Whether there is an event loop to tick on; none in a plain script."""
        if self._loop is None or self._loop.is_closed():
            self._loop = _running_loop()
        return self._loop is not None

    @classmethod
    def release(cls, kind: str) -> None:
        """Stop the one of a kind that runs, if any, and tell its owner."""
        if (current := cls._running.get(kind)) is not None:
            current.stop()
            current._stopped()  # noqa: SLF001  # another of its kind

    def start(self) -> None:
        """Begin; nothing happens if it runs already.

        Raises
        ------
        ThreatLabError
            If no event loop runs, as in a plain Python script: there, time has to be moved by hand.
        """
        if self.running:
            return
        if not self.possible or self._loop is None:
            raise ThreatLabError("nothing can run here, outside a running Jupyter kernel; move the time by hand")
        Ticker.release(self.kind)
        Ticker._running[self.kind] = self
        self._loop.call_soon_threadsafe(self._wait)  # a click may come on another thread of the kernel's

    def stop(self) -> None:
        """Stop without a word; nothing happens if it has stopped already."""
        if Ticker._running.get(self.kind) is self:
            del Ticker._running[self.kind]
        if self._next is not None:
            self._next.cancel()
            self._next = None

    def _wait(self) -> None:
        if self._next is not None:  # stopped and started again before the loop came to it
            self._next.cancel()
        if self.running and self._loop is not None:
            self._next = self._loop.call_later(self.seconds, self._tick)

    def _tick(self) -> None:
        if not self.running:
            return
        _listen_to_interrupts()
        goes_on = False
        try:
            goes_on = self._step()
        finally:  # also after an interrupt, or a fault of ours: it is reported, and the time stands
            if not goes_on and self.running:
                self.stop()
                self._stopped()
        self._wait()  # only now, so that slow steps come later rather than queue up


def _running_loop() -> asyncio.AbstractEventLoop | None:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None


def _listen_to_interrupts() -> None:
    """Have the kernel's interrupt stop what ticks. A kernel ignores it between cells, which is when steps are taken.

    It comes at any moment, so it only asks the loop to stop what ticks once the step at hand is done. What is installed
    does nothing at all when nothing ticks, so it can stay.
    """
    loop = asyncio.get_running_loop()

    def release_all() -> None:
        for kind in tuple(Ticker._running):  # noqa: SLF001  # its own
            Ticker.release(kind)

    def interrupted(*_: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(release_all)

    on_main_thread = threading.current_thread() is threading.main_thread()
    if on_main_thread and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupted)
