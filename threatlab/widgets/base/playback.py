"""Playing something that has a time, on the kernel's own event loop: between its other work, which never waits."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from typing import ClassVar

from threatlab.errors import ThreatLabError

STEP_SECONDS = 0.25
"""Between two steps: a picture changes four times a second, which a browser draws with ease."""


class Playback:
    """Calls `step` every `STEP_SECONDS` until it returns False, is stopped, or another playback starts.

    Everything happens on one thread, in the order in which it comes: a click or a cell is never met halfway. Only one
    plays at a time, so a cell that is run again leaves nothing playing unseen. The kernel's interrupt stops it, and
    when the kernel goes, so does its loop.
    """

    _current: ClassVar[Playback | None] = None

    def __init__(self, step: Callable[[], bool], stopped: Callable[[], None]) -> None:
        self._step, self._stopped = step, stopped
        self._next: asyncio.TimerHandle | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    @property
    def running(self) -> bool:
        """Whether another step is to come."""
        return self._next is not None and self._loop is not None and not self._loop.is_closed()

    @classmethod
    def stop_any(cls) -> None:
        """Stop whichever playback is running."""
        if cls._current is not None:
            cls._current.stop()

    def start(self) -> None:
        """Begin to play; nothing happens if it plays already.

        Raises
        ------
        ThreatLabError
            If no event loop runs, as in a plain Python script: there, time has to be moved by hand.
        """
        if self.running:
            return
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:
            raise ThreatLabError(
                "nothing can play here, outside a running Jupyter kernel; move the time by jump() or advance()"
            ) from None
        Playback.stop_any()
        Playback._current = self
        self._next = self._loop.call_later(STEP_SECONDS, self._run, self._loop)

    def stop(self) -> None:
        """Stop playing, and say so; nothing happens if it has stopped already."""
        if self._next is None:
            return
        self._next.cancel()
        self._next = None
        if Playback._current is self:
            Playback._current = None
        self._stopped()

    def _run(self, loop: asyncio.AbstractEventLoop) -> None:
        _listen_to_interrupts(loop)
        try:
            goes_on = self._step()
        except BaseException:  # an interrupt, or a fault of ours: it is reported, and the time stands
            self.stop()
            raise
        if not self.running:  # a step may have stopped it
            return
        if goes_on:  # only now, so that slow steps come later rather than queue up
            self._next = loop.call_later(STEP_SECONDS, self._run, loop)
        else:
            self.stop()


def _listen_to_interrupts(loop: asyncio.AbstractEventLoop) -> None:
    """Have the kernel's interrupt stop what plays. A kernel ignores it between cells, which is when steps are taken.

    It comes at any moment, so it only asks the loop to stop what plays once the step at hand is done. What is installed
    does nothing at all when nothing plays, so it can stay.
    """

    def interrupted(*_: object) -> None:
        if not loop.is_closed():
            loop.call_soon_threadsafe(Playback.stop_any)

    on_main_thread = threading.current_thread() is threading.main_thread()
    if on_main_thread and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, interrupted)
