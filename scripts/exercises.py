"""Make the exercise notebook of each in solutions/, and run it: python -m scripts.exercises FILE ...

What stands between `### BEGIN SOLUTION` and `### END SOLUTION` is taken out; all else is the same to the last
character, so a question is mended in one place.
"""

from __future__ import annotations

import os
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from scripts.notebooks import NotebookError, clean, run_in, save
from threatlab.errors import ThreatLabError
from threatlab.exercises.solution import marked

STUB = "# Your code here: replace each ____ above or below."
EXERCISES = Path(__file__).parents[1] / "exercises"


def main(files: list[str]) -> int:
    """Make and save the exercise of each solution in `files`; return 1 if any of them failed, else 0."""
    os.environ["THREATLAB_PROGRESS"] = "memory"
    failed = 0
    for solution in map(Path, files):
        exercise = exercise_of(solution)
        try:
            made = clean(run_in(unsolved(nbformat.read(solution, as_version=4)), exercise))
            changed = save(exercise, made)
        except (NotebookError, OSError) as error:
            print(f"{error}\n{exercise} is left as it was.", file=sys.stderr)
            failed = 1
        else:
            print(f"{exercise.name}: {'saved' if changed else 'ran, and says what it said before'}")
    return failed


def exercise_of(solution: Path) -> Path:
    """Return the exercise that is made from a solution; in a learner's copy it lies beside the lesson."""
    return EXERCISES / f"{solution.stem}-exercises.ipynb"


def unsolved(solution: NotebookNode) -> NotebookNode:
    """Return a notebook without its solutions and outputs; `solution` stays as it is.

    Raises
    ------
    NotebookError
        If a solution has no beginning or no end, or holds another one; the message names the cell.
    """
    exercise = deepcopy(solution)
    for number, cell in enumerate(exercise.cells, 1):
        try:
            cell.source = without_solutions(cell.source)
        except ThreatLabError as error:
            first_line = cell.source.partition("\n")[0]
            raise NotebookError(f"cell {number} ({first_line!r}): {error}") from error
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return exercise


def without_solutions(source: str) -> str:
    """Return a cell with `STUB` in place of each solution, as far to the right as that began."""
    lines = source.split("\n")
    for solution in reversed(marked(source)):
        indent = lines[solution.start].partition("#")[0]
        lines[solution.start : solution.stop] = [indent + STUB]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
