"""Make each notebook of exercises/ from its namesake in solutions/, and run it: python -m scripts.exercises FILE ...

What stands between `### BEGIN SOLUTION` and `### END SOLUTION` is taken out by nbgrader's own preprocessor; all else
is the same to the last character, so a question is mended in one place.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearSolutions

from scripts.notebooks import NotebookError, clean, run_in, save

STUB = "# Your code here: replace each ____ above or below."
EXERCISES = Path(__file__).parents[1] / "exercises"


def main(files: list[str]) -> int:
    """Make and save the exercise of each solution in `files`; return 1 if any of them failed, else 0."""
    os.environ["THREATLAB_PROGRESS"] = "memory"
    failed = 0
    for solution in map(Path, files):
        exercise = EXERCISES / solution.name
        try:
            made = clean(run_in(unsolved(nbformat.read(solution, as_version=4)), exercise))
            changed = save(exercise, made)
        except (NotebookError, RuntimeError, OSError) as error:
            print(f"{error}\n{exercise} is left as it was.", file=sys.stderr)
            failed = 1
        else:
            print(f"{exercise.name}: {'saved' if changed else 'ran, and says what it said before'}")
    return failed


def unsolved(solution: NotebookNode) -> NotebookNode:
    """Return a notebook without its solutions and outputs; `solution` stays as it is.

    Raises
    ------
    RuntimeError
        If a solution begins and doesn't end, or ends and hasn't begun.
    """
    exercise = nbformat.from_dict(dict(solution))
    preprocessor = ClearSolutions(code_stub={"python": STUB}, enforce_metadata=False)
    exercise, _ = preprocessor.preprocess(exercise, {})
    for cell in exercise.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return exercise


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
