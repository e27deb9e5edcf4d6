"""Run the benchmarks: python -m tests.benchmarks [NAME ...]; exits with 1 if a target is missed."""

import os
import platform
import sys
import time

import numpy as np
import pandas as pd

from tests.benchmarks import (
    advice,
    attacks,
    changes,
    class_view,
    code_size,
    explorer_step,
    hub,
    in_a_browser,
    inventory_folder,
    inventory_scale,
    minutes,
    monitoring,
    own,
    panels,
    pictures,
    rules,
    training,
)

BENCHMARKS = {
    "advice": advice.run,
    "rules": rules.run,
    "inventory": inventory_scale.run,
    "folder": inventory_folder.run,
    "changes": changes.run,
    "class": class_view.run,
    "explorer": explorer_step.run,
    "panels": panels.run,
    "pictures": pictures.run,
    "size": code_size.run,
    "attacks": attacks.run,
    "own": own.run,
    "monitoring": monitoring.run,
    "minutes": minutes.run,
    "site": in_a_browser.run,
    "hub": hub.run,
    "training": training.run,
}
NAMED_ONLY = {"hub", "training"}
"""What runs only when it is named: one installs something, the other takes minutes."""


def main(names: list[str]) -> int:
    """Run the named benchmarks, or all but those of `NAMED_ONLY`, and return the exit code."""
    if unknown := [name for name in names if name not in BENCHMARKS]:
        print(f"there is no benchmark {unknown[0]!r}: choose among {', '.join(BENCHMARKS)}", file=sys.stderr)
        return 2
    started = time.perf_counter()
    print(
        f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"NumPy {np.__version__}, pandas {pd.__version__}"
    )
    missed = 0
    for name in names or [each for each in BENCHMARKS if each not in NAMED_ONLY]:
        targets = BENCHMARKS[name]()
        print("", *targets, sep="\n")
        missed += sum(not target.met for target in targets)
    verdict = "every target met" if not missed else f"{missed} missed"
    print(f"\n{verdict}, after {time.perf_counter() - started:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
