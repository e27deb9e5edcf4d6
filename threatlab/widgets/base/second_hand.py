"""A call once a second on the kernel's own event loop: between cells, without a thread, and for one panel at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import ClassVar

SECOND = 1.0


class SecondHand:
    """Calls `tick` once a second from `start` until `stop`.

    Only one runs in a kernel. Another that starts, or `SecondHand.release()`, stops it and calls its `taken`, so that a
    cell that is run again leaves no clock behind. Without an event loop, as in a plain script, nothing is called.
    """

    _current: ClassVar[SecondHand | None] = None

    def __init__(self, tick: Callable[[], None], taken: Callable[[], None]) -> None:
        self._tick, self._taken = tick, taken
        self._next: asyncio.TimerHandle | None = None

    @property
    def running(self) -> bool:
        """Whether a call is to come."""
        return self._next is not None

    @classmethod
    def release(cls) -> None:
        """Stop the one that runs, if any, and tell its owner."""
        current = cls._current
        if current is not None:
            current.stop()
            current._taken()  # noqa: SLF001  # another of its kind

    def start(self) -> None:
        """Begin to call, if there is an event loop; the one that ran before is stopped."""
        if SecondHand._current is self:
            return
        SecondHand.release()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        SecondHand._current = self
        self._next = loop.call_later(SECOND, self._call, loop)

    def stop(self) -> None:
        """Call no more; safe to do twice."""
        if self._next is not None:
            self._next.cancel()
        self._next = None
        if SecondHand._current is self:
            SecondHand._current = None

    def _call(self, loop: asyncio.AbstractEventLoop) -> None:
        self._next = loop.call_later(SECOND, self._call, loop)  # before the call, which may stop it
        self._tick()
