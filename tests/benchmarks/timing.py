"""Time several things side by side in one run, and print what came out as plain tables."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

Run = Callable[[], object]


@dataclass(frozen=True)
class Target:
    """What a benchmark has to reach, what it reached, and whether that is enough."""

    claim: str
    reached: str
    met: bool

    def __str__(self) -> str:
        return f"  {'met   ' if self.met else 'MISSED'}  {self.claim}: {self.reached}"


def side_by_side(contenders: Mapping[str, Callable[[], Run]], repetitions: int) -> dict[str, list[float]]:
    """Return the seconds that each contender took, one figure per repetition.

    They take turns, so that a busy moment of the machine falls on all of them. A contender is a function that is
    called before each turn, untimed, and returns what to time; what that returns is thrown away after the clock stops.
    """
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for _ in range(repetitions):
        for name, prepare in contenders.items():
            run = prepare()
            started = time.perf_counter()
            result = run()
            seconds[name].append(time.perf_counter() - started)
            del run, result
    return seconds


def ratios(slower: Sequence[float], faster: Sequence[float]) -> list[float]:
    """Return how many times as long the slower one took, repetition by repetition."""
    return [slow / fast for slow, fast in zip(slower, faster, strict=True)]


def spread(values: Sequence[float], form: str = ".1f") -> str:
    """Return the median of some values and, in brackets, their range."""
    return f"{median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


def duration(seconds: float) -> str:
    """Return some seconds in the unit in which they can be read."""
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} us"


def print_table(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows of texts under a header: the first column to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(header, *rows, strict=True)]
    print(f"\n{title}\n")
    for row in (header, ["-" * width for width in widths], *rows):
        first, *figures = (
            cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        print("  " + "   ".join([first, *figures]).rstrip())
