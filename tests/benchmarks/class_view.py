"""The class view: sixty learners' twenty minutes, shared within one, and how long each answer takes to the panel."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import quantiles

from tests.benchmarks.timing import Target, duration, print_table
from tests.unit.classes import answers, learner
from threatlab.exercises.sharing import handed_in
from threatlab.files import write_text
from threatlab.widgets import ClassView

LEARNERS, PROCESSES = 60, 4
SECONDS = 60.0
"""In which twenty minutes of a class are replayed."""

WITHIN = 1.0
"""Seconds after which an answer is to be on the panel, in 95 of 100 cases."""


def run() -> list[Target]:
    """Print how long answers took from the learner's file to the panel, and return whether that is soon enough."""
    with tempfile.TemporaryDirectory() as folder:
        late, shared, steps = asyncio.run(_follow(Path(folder)))
    share = quantiles(late, n=100)
    figures = [duration(each) for each in (share[49], share[94], max(late))]
    print_table(
        f"{LEARNERS} learners, {shared:,} answers within {SECONDS:g} s",
        ("from answer to panel", "median", "p95", "longest", "one look, p95"),
        [("", *figures, duration(quantiles(steps, n=100)[94]))],
    )
    lost = shared - len(late)
    return [
        Target(f"an answer is on the panel within {WITHIN:g} s, p95", duration(share[94]), share[94] < WITHIN),
        Target("no answer of the class is lost", f"{lost} of {shared:,}", lost == 0),
    ]


async def _follow(folder: Path) -> tuple[list[float], int, list[float]]:
    """Return each answer's seconds to the panel, how many there were, and each look's seconds at the folder."""
    panel, steps = ClassView(folder), []
    seen: dict[str, list[float]] = {}
    step = panel._ticker._step

    def timed() -> bool:
        started = time.perf_counter()
        goes_on = step()
        steps.append(time.perf_counter() - started)
        now = time.time()
        for each in panel.state.snapshot.learners:
            times = seen.setdefault(each.id, [])
            times += [now] * (len(each.entries) - len(times))
        return goes_on

    panel._ticker._step = timed
    pipes = [multiprocessing.Pipe(duplex=False) for _ in range(PROCESSES)]
    begin = time.time() + 2
    writers = [
        multiprocessing.Process(target=_answer, args=(folder, range(at, LEARNERS, PROCESSES), begin, pipes[at][1]))
        for at in range(PROCESSES)
    ]
    for each in writers:
        each.start()
    for each in writers:
        await asyncio.to_thread(each.join)
    await asyncio.sleep(2 * WITHIN)
    panel._ticker.stop()
    written: dict[str, list[float]] = {}
    for reader, _ in pipes:
        written |= reader.recv()
    late = [there - at for name, times in written.items() for at, there in zip(times, seen.get(name, []), strict=False)]
    return late, sum(map(len, written.values())), steps


def _answer(folder: Path, seeds: range, begin: float, to: Connection) -> None:
    """Have learners answer, each at times of their own, and tell when each answer was shared."""
    rng = random.Random(seeds[0])
    plans = {seed: [*answers(seed)] for seed in seeds}
    events = sorted((at, seed) for seed, plan in plans.items() for at in (rng.uniform(0, SECONDS) for _ in plan))
    times: dict[str, list[float]] = {learner(seed).learner: [] for seed in seeds}
    for at, seed in events:
        time.sleep(max(0.0, begin + at - time.time()))
        who = learner(seed)
        times[who.learner].append(time.time())
        entries = plans[seed][: len(times[who.learner])]
        write_text(folder / f"{who.learner}.json", handed_in(entries, who))
    to.send(times)


if __name__ == "__main__":
    print(*run(), sep="\n")
