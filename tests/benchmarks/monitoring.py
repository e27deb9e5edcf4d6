"""The stream monitor: a million requests invented and scored, and a move of the alert threshold."""

from __future__ import annotations

import time

from tests.benchmarks.timing import Target, duration, print_table, spread
from threatlab.monitoring import curve, detect, detect_drift, evaluate, find_violations, simulate_day
from threatlab.widgets import StreamMonitor

MILLION = 1_000_000
REPEATED = 5
MOVES = 200
SECONDS, MOVE_SECONDS = 2.0, 0.005
"""How long a learner waits for a million requests, and for a threshold to move in the kernel."""


def run() -> list[Target]:
    """Print a row for each size of day, and return whether the largest and a move were quick enough."""
    rows, totals, moves = [], [], []
    for events in (100_000, MILLION):
        made, scored = [], []
        for seed in range(REPEATED):
            started = time.perf_counter()
            day = simulate_day(seed, events)
            invented = time.perf_counter()
            found = detect(day)
            detect_drift(day)
            find_violations(day)
            ended = time.perf_counter()
            made.append(invented - started)
            scored.append(ended - invented)
            totals.append(ended - started)
        started = time.perf_counter()
        for move in range(MOVES):
            evaluate(found, 1 + move % 100)
        moves.append((time.perf_counter() - started) / MOVES)
        started = time.perf_counter()
        curve(found, range(1, 129))
        every = time.perf_counter() - started
        rows.append(
            (
                f"{events:,} requests",
                spread([second * 1e3 for second in made], ".0f"),
                spread([second * 1e3 for second in scored], ".0f"),
                f"{events / (sum(scored) / REPEATED):,.0f}",
                f"{moves[-1] * 1e3:.2f}",
                f"{every * 1e3:.1f}",
            )
        )
    print_table(
        f"A day of requests, {REPEATED} seeds each, times in ms: median (range)",
        ("", "invent", "detect, drift, rules", "requests scored a second", "move", "128 thresholds"),
        rows,
    )
    drawn = _panel_moves()
    return [
        Target(
            f"{MILLION:,} requests invented and scored in less than {duration(SECONDS)}",
            duration(max(totals)),
            max(totals) < SECONDS,
        ),
        Target(
            f"a move of the threshold in less than {duration(MOVE_SECONDS)}",
            duration(max(moves)),
            max(moves) < MOVE_SECONDS,
        ),
        Target("the same with every picture of the panel, before it is sent", duration(drawn), drawn < 0.05),
    ]


def _panel_moves() -> float:
    """Return the mean seconds of a move in the whole panel, with all that it draws."""
    panel = StreamMonitor(simulate_day())
    panel.jump("end")
    started = time.perf_counter()
    for move in range(MOVES):
        panel.set(threshold=1 + move % 100)
    return (time.perf_counter() - started) / MOVES
