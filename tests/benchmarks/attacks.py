"""Every live attack against every control: what it measures, and how long a run takes."""

from statistics import mean, median

from tests.benchmarks.timing import Target, duration, print_table
from threatlab.attacks import ATTACKS

SEEDS = range(10)
SECONDS = 2.0
"""How long a learner may wait for one run, on one core."""


def run() -> list[Target]:
    """Print a row for each attack and control, and return whether the slowest run was quick enough."""
    rows, longest, slowest = [], 0.0, ""
    for attack in ATTACKS.values():
        for control, defense in attack.controls.items():
            results = [attack.run(control=control, seed=seed, **defense.needs) for seed in SEEDS]
            success = [result.success for result in results]
            learning = [
                attack.run(control=control, seed=seed, **{**defense.needs, "adaptive": True}).success
                for seed in SEEDS
                if any(knob.name == "adaptive" for knob in attack.knobs)
            ]
            taken = [result.seconds for result in results]
            if max(taken) > longest:
                longest, slowest = max(taken), f"{attack.name}, {control}"
            rows.append(
                (
                    f"{attack.name}: {defense.title}",
                    f"{mean(success):.2f} ({min(success):.2f} to {max(success):.2f})",
                    f"{mean(learning):.2f}" if learning else "",
                    f"{mean(result.baseline for result in results):.2f}",
                    f"{mean(result.utility for result in results):.2f}",
                    duration(median(taken)),
                )
            )
    print_table(
        f"Live attacks, {len(SEEDS)} seeds each, as they come",
        ("", "success", "adaptive", "baseline", "utility", "a run"),
        rows,
    )
    return [Target(f"each run in less than {duration(SECONDS)}", f"{duration(longest)} ({slowest})", longest < SECONDS)]
