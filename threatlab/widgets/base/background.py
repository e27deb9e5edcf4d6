"""Work that takes a while, kept out of the panel's way: only the newest request is ever shown."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Request = TypeVar("Request")
Answer = TypeVar("Answer")


class LatestOnly(Generic[Request, Answer]):
    """Computes one request at a time in a thread of its own; a newer one takes the place of all that wait.

    Parameters
    ----------
    work
        Turns a request into an answer; called outside the main thread.
    announce
        Called with each request as it comes in, before anything is computed for it.
    show
        Called with request and answer, or with request and the exception that `work` raised, but only while no newer
        request has come in: an outdated answer is dropped.
    turn
        The lock in which both are called: a panel's own, so that it is shown one thing at a time, whoever asks.
    """

    def __init__(
        self,
        work: Callable[[Request], Answer],
        announce: Callable[[Request], None],
        show: Callable[[Request, Answer | Exception], None],
        turn: threading.RLock | None = None,
    ) -> None:
        self._work, self._announce, self._show = work, announce, show
        self._changed = threading.Condition(turn)
        self._newest: Request | None = None
        self._number = 0
        self._running = False

    def submit(self, request: Request) -> None:
        """Ask for `request` next, and forget any that has not been shown yet."""
        with self._changed:
            self._newest, self._number = request, self._number + 1
            self._announce(request)  # within the lock, so that no older answer is shown after it
            if self._running:
                return
            self._running = True
        try:
            threading.Thread(target=self._run, daemon=True).start()
        except RuntimeError:  # a browser (Pyodide) has no threads: the panel waits, and is right all the same
            self._run()

    def wait(self, seconds: float | None = None) -> bool:
        """Return once nothing is left to do, or after `seconds`; False if it was not done by then.

        Whoever holds the turn gives it away meanwhile.
        """
        with self._changed:
            return self._changed.wait_for(lambda: not self._running, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                request, number = self._newest, self._number
            assert request is not None  # noqa: S101  # submit() has set it before it started this
            try:
                answer: Answer | Exception = self._work(request)
            except Exception as problem:  # noqa: BLE001  # whatever it is, the panel shows it and stays alive
                answer = problem
            with self._changed:
                if number != self._number:
                    continue
                self._show(request, answer)
                self._running = False
                self._changed.notify_all()
                return
