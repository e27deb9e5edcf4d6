"""The black-box attacks on twelve reference victims, with and without each control: success, order, and seconds."""

import time
from collections import defaultdict

from tests.attacks.victims import BUDGET, WAYS, measured, pairs, tau, victim
from tests.benchmarks.timing import Target, duration, print_table

AGREE = 0.8
"""Kendall's tau that the order of measured success must reach, over the pairs whose order is known."""

SECONDS, REPEATS = 2.0, 5
"""How long an attack may take in the mean, as the live attacks may, on one core; and how often it is repeated."""

VICTIMS = (
    *("linear", "linear, regularized", "forest", "forest, limited", "1 neighbor", "15 neighbors"),
    *("network", "network, regularized", "tree", "tree, two questions"),
    *("3 or 8", "3 or 8, adversarially trained"),
)


def run() -> list[Target]:
    """Print what each attack measures on each victim, and return whether the known order is met, in time."""
    targets, longest, slowest = [], 0.0, ""
    for name in VICTIMS:
        victim(name)  # trained before the clock starts
    for attack in BUDGET:
        success, rows = {}, defaultdict(list)
        for name in VICTIMS:
            for way in WAYS:
                started = time.perf_counter()
                success[name, way] = measured(attack, (name, way), REPEATS)
                taken = (time.perf_counter() - started) / REPEATS
                if taken > longest:
                    longest, slowest = taken, f"{attack}, {name}, {way}"
                rows[name].append(f"{success[name, way]:.2f}")
        title = f"{attack}: success, mean of {REPEATS} repeats of {BUDGET[attack]} queries"
        print_table(title, ("", *WAYS), [(name, *cells) for name, cells in rows.items()])
        for first, second in pairs(attack):
            if success[first] <= success[second]:
                print(f"  against what is known: {first} {success[first]:.2f}, {second} {success[second]:.2f}")
        agreed = tau(attack, success)
        claim = f"{attack}: Kendall's tau over {len(pairs(attack))} pairs of known order at least {AGREE}"
        targets.append(Target(claim, f"{agreed:.2f}", agreed >= AGREE))
    claim = f"one attack in less than {duration(SECONDS)}"
    return [*targets, Target(claim, f"{duration(longest)} ({slowest})", longest < SECONDS)]
