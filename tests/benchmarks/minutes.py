"""How long each notebook of the course takes a person, counted in its file, beside what its title says."""

from __future__ import annotations

from tests.benchmarks.timing import Target
from tests.notebooks.minutes import Effort, effort
from tests.notebooks.tracked import tracked


def run() -> list[Target]:
    """Print the table."""
    print(f"{'':46} words  printed  code lines  actions  longest stretch  minutes")
    whole = 0.0
    for file in (*tracked("notebooks"), *tracked("exercises")):
        counted: Effort = effort(file)
        whole += counted.minutes
        print(
            f"{file.parent.name[:9]:9} {file.stem:36} {counted.words:5} {counted.printed:8} {counted.lines:11} "
            f"{len(counted.doing):8} {counted.longest[1]:16} {counted.minutes:8.0f}"
        )
    print(f"All of it: {whole / 60:.1f} hours")
    return []
