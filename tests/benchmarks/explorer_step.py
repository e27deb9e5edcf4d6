"""One step of the system explorer in the kernel: assess, best next controls, and the panel's picture as HTML."""

import time
from statistics import median, quantiles

from tests.benchmarks.timing import Target, duration, print_table
from threatlab import list_systems
from threatlab.widgets.explorer.panel import SystemExplorer

STEPS = 200
SECONDS = 0.005
"""How long a step may take, so that the kernel is not what a learner waits for."""


def run() -> list[Target]:
    """Print a row for each built-in system, and return how the slowest of them fared."""
    seconds = {name: explorer_step(name) for name in list_systems()}
    rows = [
        (name, duration(median(taken)), duration(quantiles(taken, n=20)[-1]), duration(max(taken)))
        for name, taken in seconds.items()
    ]
    print_table(f"A step of the explorer in the kernel: {STEPS} steps a system", ("", "median", "95%", "longest"), rows)
    slowest = max(seconds, key=lambda name: median(seconds[name]))
    reached = median(seconds[slowest])
    claim = f"a step of the explorer in less than {duration(SECONDS)}"
    return [Target(claim, f"{duration(reached)} (median of {slowest})", reached < SECONDS)]


def explorer_step(system: str) -> list[float]:
    """Return the seconds of each step: a question answered, as a click does, until its page is drawn."""
    panel = SystemExplorer(system)
    questions = panel.system.catalog.attributes
    taken = []
    for step in range(STEPS):
        question = questions[step % len(questions)]
        started = time.perf_counter()
        panel.set(**{question: panel.system[question] is not True})
        taken.append(time.perf_counter() - started)
    return taken
