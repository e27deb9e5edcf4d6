"""The ticker: steps on the kernel's own loop, and everything that ends them."""

from __future__ import annotations

import asyncio
import signal
import threading
from itertools import count

import pytest

from threatlab import ThreatLabError
from threatlab.widgets.base.ticker import Ticker


class Clock:
    """A ticker that counts its steps, and the times that it was told it has stopped."""

    def __init__(self, last=10_000, kind="clock", step=lambda: None):
        self.steps, self.stops, self._last, self._each = 0, 0, last, step
        self.ticker = Ticker(kind, 0.0, self._step, self._stopped)

    def _step(self):
        self.steps += 1
        self._each()
        return self.steps < self._last

    def _stopped(self):
        self.stops += 1


@pytest.fixture(autouse=True)
def nothing_left_ticking():
    yield
    for kind in tuple(Ticker._running):
        Ticker.release(kind)


async def until(done, limit=2_000):
    for _ in range(limit):
        if done():
            return
        await asyncio.sleep(0)
    raise AssertionError("it never comes to that")


async def pause(turns=20):
    for _ in range(turns):
        await asyncio.sleep(0)


def test_it_steps_until_a_step_says_that_it_was_the_last_and_tells_once():
    async def run():
        clock = Clock(last=3)
        clock.ticker.start()
        assert clock.ticker.running
        await until(lambda: not clock.ticker.running)
        await pause()
        assert (clock.steps, clock.stops) == (3, 1)

    asyncio.run(run())


def test_stopped_by_its_owner_it_takes_no_step_and_tells_nobody():
    async def run():
        clock = Clock()
        clock.ticker.start()
        await until(lambda: clock.steps == 2)
        clock.ticker.stop()
        clock.ticker.stop()
        await pause()
        assert (clock.steps, clock.stops, clock.ticker.running) == (2, 0, False)

    asyncio.run(run())


def test_a_step_can_release_it():
    async def run():
        clock = Clock(step=lambda: Ticker.release("clock"))
        clock.ticker.start()
        await until(lambda: not clock.ticker.running)
        await pause()
        assert (clock.steps, clock.stops) == (1, 1)

    asyncio.run(run())


def test_a_step_that_raises_is_reported_and_the_last():
    faults = []

    def broken():
        raise ValueError("oh")

    async def run():
        asyncio.get_running_loop().set_exception_handler(lambda loop, context: faults.append(context["exception"]))
        clock = Clock(step=broken)
        clock.ticker.start()
        await until(lambda: not clock.ticker.running)
        await pause()
        assert (clock.steps, clock.stops) == (1, 1)

    asyncio.run(run())
    assert [str(fault) for fault in faults] == ["oh"]


def test_started_twice_or_stopped_and_started_it_ticks_no_faster():
    async def run():
        gone_by = count()

        async def turns():
            while True:
                next(gone_by)
                await asyncio.sleep(0)

        beside = asyncio.create_task(turns())
        clock = Clock()
        for _ in range(3):
            clock.ticker.start()
            clock.ticker.stop()
            clock.ticker.start()
            clock.ticker.start()
        await until(lambda: clock.steps >= 20)
        beside.cancel()
        assert clock.steps <= next(gone_by), "more than one step in a turn of the loop"

    asyncio.run(run())


def test_another_of_its_kind_takes_its_place_and_one_of_another_kind_does_not():
    async def run():
        first, second, other = Clock(), Clock(), Clock(kind="other")
        first.ticker.start()
        other.ticker.start()
        second.ticker.start()
        assert [each.ticker.running for each in (first, second, other)] == [False, True, True]
        await until(lambda: second.steps and other.steps)
        assert (first.steps, first.stops, second.stops, other.stops) == (0, 1, 0, 0)
        Ticker.release("clock")
        assert (second.ticker.running, second.stops, other.ticker.running) == (False, 1, True)
        first.ticker.start()
        await until(lambda: first.steps)

    asyncio.run(run())


def test_releasing_what_does_not_tick_is_harmless():
    Ticker.release("nothing of the kind")


def test_without_an_event_loop_it_says_so_and_stands():
    clock = Clock()
    with pytest.raises(ThreatLabError, match="outside a running Jupyter kernel; move the time by hand"):
        clock.ticker.start()
    assert not clock.ticker.running


def test_a_loop_that_is_gone_leaves_nothing_ticking_and_the_next_loop_can_be_used():
    async def start():
        clock = Clock()
        clock.ticker.start()
        return clock

    clock = asyncio.run(start())
    assert not clock.ticker.running

    async def again():
        clock.ticker.start()
        await until(lambda: clock.steps >= 2)

    asyncio.run(again())


def test_a_click_on_another_thread_starts_it_and_its_steps_are_taken_on_the_loops_own():
    async def run():
        threads = set()
        clock = Clock(step=lambda: threads.add(threading.current_thread()))
        await asyncio.to_thread(clock.ticker.start)
        await until(lambda: clock.steps >= 2)
        await asyncio.to_thread(clock.ticker.stop)
        steps = clock.steps
        await pause()
        assert clock.steps == steps
        assert threads == {threading.current_thread()}

    asyncio.run(run(), debug=True)  # in which asyncio refuses what another thread may not call


def test_the_kernels_interrupt_stops_all_that_ticks_once_the_step_is_done():
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a kernel does between cells
    after = []

    def interrupted():
        if clock.steps == 5:
            signal.raise_signal(signal.SIGINT)
            after.append("the step goes on")

    clock = Clock(step=interrupted)

    async def run():
        other = Clock(kind="other")
        clock.ticker.start()
        other.ticker.start()
        await until(lambda: not clock.ticker.running)
        await pause()
        assert (clock.steps, clock.stops, after) == (5, 1, ["the step goes on"])
        assert (other.ticker.running, other.stops) == (False, 1)
        signal.raise_signal(signal.SIGINT)  # nothing ticks: as harmless as it was

    try:
        asyncio.run(run())
    finally:
        signal.signal(signal.SIGINT, before)
