"""How long it takes to tell what changed: in one system, and in inventories of which every system has changed."""

from random import Random
from time import process_time

from tests.benchmarks.timing import Target, duration, print_table
from threatlab import AISystem, diff, diff_inventory
from threatlab.assessment.shares import EXACT
from threatlab.catalog import catalog

SYSTEMS = 10_000
INVENTORY, ONE = 10.0, 1.0
"""Seconds that we promise: for an inventory of so many systems, and for one system."""

CHANGED = (1, 3, EXACT, 20)
"""Answers changed in each system; what moves the score by more than `EXACT` of them is estimated."""


def run() -> list[Target]:
    """Print a row for each number of changed answers and return how the targets fared."""
    draw, names = Random(0), catalog().attributes  # the same systems each time
    old = [
        AISystem(f"s{place}", **{name: draw.choice((True, False, None)) for name in names}) for place in range(SYSTEMS)
    ]
    rows, took = [], {}
    for many in CHANGED:
        new = [system.with_(**{name: not system[name] for name in draw.sample(names, many)}) for system in old]
        started = process_time()
        diff(old[0], new[0]).to_dict()
        one = process_time() - started
        started = process_time()
        _ = diff_inventory(old, new).answers
        took[many] = (one, process_time() - started)
        rows.append((f"{many} answers changed", *map(duration, took[many])))
    heads = ("in each system", "one system", f"{SYSTEMS:,} systems")
    print_table("What changed, with the share of each answer: processor time", heads, rows)
    slowest = [max(each) for each in zip(*took.values(), strict=True)]
    return [
        Target(f"one system, exact or estimated, in {ONE:g} s", duration(slowest[0]), met=slowest[0] <= ONE),
        Target(f"{SYSTEMS:,} systems in {INVENTORY:g} s", duration(slowest[1]), met=slowest[1] <= INVENTORY),
    ]
