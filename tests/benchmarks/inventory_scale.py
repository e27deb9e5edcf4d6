"""Many systems at once: `assess_inventory` against the lesson's class in a loop over the same rows."""

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.timing import Run, Target, duration, print_table, ratios, side_by_side, spread
from tests.lesson_code import ThreatModelingBasicsManager
from threatlab.assessment.inventory import assess_inventory
from threatlab.catalog import catalog

TURNS = {10_000: 9, 100_000: 5, 1_000_000: 3}
"""Turns per number of systems: fewer where one takes seconds."""
SECONDS, MEBIBYTES, TIMES_LOOP = 2.0, 1024.0, 50.0
"""What we promise for a million systems."""

AI, CORE = "assess_inventory, whole catalog", "assess_inventory, the lesson's three"
KEPT, DROPPED = "the lesson's class in a loop", "the same, results thrown away"

Rows = list[tuple[str, dict[str, Any]]]


def run() -> list[Target]:
    """Print a table that shows the growth, and return how the targets fared at a million systems."""
    table: list[tuple[str, ...]] = []
    for size, turns in TURNS.items():
        frame = inventory(size)
        rows = plain_rows(frame)
        check_that_both_agree(frame.head(1000), rows[:1000])
        with out_of_sight_of_the_collector():
            seconds = side_by_side(contenders(frame, rows), turns)
        extra = {AI: extra_memory(frame, "ai"), CORE: extra_memory(frame, "core")}
        for name, taken in seconds.items():
            times = spread(ratios(taken, seconds[CORE])) if name in {KEPT, DROPPED} else ""
            memory = f"{extra[name]:,.0f} MiB" if name in extra else ""
            rate = f"{size / median(taken):,.0f}"
            table.append((name, f"{size:,}", duration(median(taken)), rate, memory, times))
    title = (
        f"An inventory of all {len(catalog().attributes)} attributes: medians of {min(TURNS.values())} or more turns"
    )
    print_table(
        title, ("", "systems", "time", "systems a second", "extra memory", "times ours, same three rules"), table
    )
    times = ratios(seconds[KEPT], seconds[CORE])
    return [
        Target(
            f"{size:,} systems, whole catalog, in less than {SECONDS:g} s",
            f"{spread(seconds[AI], '.2f')} s",
            median(seconds[AI]) < SECONDS,
        ),
        Target(
            f"{size:,} systems in less than {MEBIBYTES:,.0f} MiB of extra memory",
            f"{extra[AI]:,.0f} MiB",
            extra[AI] < MEBIBYTES,
        ),
        Target(
            f"{size:,} systems at least {TIMES_LOOP:g} times as fast as the lesson's class in a loop",
            f"{spread(times)} times",
            median(times) >= TIMES_LOOP,
        ),
    ]


def inventory(size: int, seed: int = 0) -> pd.DataFrame:
    """Return systems of which everything is yes, no or unknown at random, and the ids in no order."""
    rng = np.random.default_rng([size, seed])
    columns: dict[str, Any] = {"system_id": [f"sys-{number:07}" for number in rng.permutation(size)]}
    for attribute in catalog().attributes:
        answer = rng.integers(0, 3, size)
        columns[attribute] = pd.arrays.BooleanArray(answer == 1, answer == 2)
    return pd.DataFrame(columns)


def plain_rows(frame: pd.DataFrame) -> Rows:
    """Return what the lesson's class takes: per system its id, and its three controls in a dict."""
    controls = [control.id for control in catalog().ruleset("core").controls]
    answers = (frame[control].astype(object).where(frame[control].notna(), None) for control in controls)
    known = (dict(zip(controls, row, strict=True)) for row in zip(*answers, strict=True))
    return list(zip(frame["system_id"], known, strict=True))


def contenders(frame: pd.DataFrame, rows: Rows) -> dict[str, Callable[[], Run]]:
    return {
        AI: lambda: lambda: assess_inventory(frame, "ai"),
        CORE: lambda: lambda: assess_inventory(frame, "core"),
        KEPT: lambda: keeping_loop(rows),
        DROPPED: lambda: dropping_loop(rows),
    }


def keeping_loop(rows: Rows) -> Run:
    """Return a loop that has something to show for itself afterwards, as `assess_inventory` has."""
    manager = ThreatModelingBasicsManager({})
    return lambda: [manager.assess(system_id, known) for system_id, known in rows]


def dropping_loop(rows: Rows) -> Run:
    manager = ThreatModelingBasicsManager({})

    def run() -> None:
        for system_id, known in rows:
            manager.assess(system_id, known)

    return run


def check_that_both_agree(frame: pd.DataFrame, rows: Rows) -> None:
    manager = ThreatModelingBasicsManager({})
    lesson = [manager.assess(system_id, known)["risk_score"] for system_id, known in rows]
    if assess_inventory(frame, "core")["risk_score"].tolist() != lesson:
        raise AssertionError("the two score the same rows differently: there is nothing to compare")


@contextmanager
def out_of_sight_of_the_collector() -> Iterator[None]:
    """Hide what was prepared from the garbage collector, which would charge its millions of dicts to the loops."""
    gc.collect()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def extra_memory(frame: pd.DataFrame, ruleset: str) -> float:
    """Return the peak of what is allocated while an inventory is assessed, NumPy's arrays included, in MiB."""
    tracemalloc.start()
    try:
        assess_inventory(frame, ruleset)
        return tracemalloc.get_traced_memory()[1] / 2**20
    finally:
        tracemalloc.stop()
