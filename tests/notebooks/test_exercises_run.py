"""Exercises and solutions run with other parameters: each question right in the one, not attempted in the other."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from tests.notebooks.kernel import kernel
from tests.notebooks.test_exercises import SOLUTIONS, checks
from tests.notebooks.test_papermill import outputs_of
from tests.notebooks.tracked import ROOT

ANSWERS = {"exercises": "\u2026 Not attempted", "solutions": "\u2713 Correct"}
"""What each question answers, by folder; exercises are run before anything is solved."""

OTHER: dict[str, dict[str, Any]] = {
    "01-scope": {"system": "ml-pipeline-prod"},
    "04-plan-and-control": {"system": "postmark-mcp", "budget_days": 0},
}
"""What is run with; the others take a seed."""


@pytest.mark.parametrize("name", [file.stem for file in SOLUTIONS])
def test_exercise_and_solution_run_from_top_to_bottom_with_other_parameters(name: str) -> None:
    with kernel(ROOT / "solutions") as run:
        for folder, answer in ANSWERS.items():
            file = ROOT / folder / f"{name}.ipynb"
            ran = run(file, OTHER.get(name, {"seed": 3}))
            cells = [nbformat.v4.new_notebook(cells=[cell]) for cell in ran.cells if cell.cell_type == "code"]
            answers = [outputs_of(cell) for cell in cells if checks(cell)]
            assert len(answers) == len(checks(nbformat.read(file, as_version=4)))
            assert all(answer in each for each in answers), answers
