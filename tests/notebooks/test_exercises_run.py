"""Exercises and solutions run with other parameters: each question right in the one, not attempted in the other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.notebooks.test_exercises import ROOT, SOLUTIONS, checks
from tests.notebooks.test_papermill import outputs_of, run_with

SAID = {"solutions": "\u2713 Correct", "exercises": "\u2026 Not attempted"}
OTHER: dict[str, dict[str, Any]] = {
    "01-scope": {"system": "ml-pipeline-prod"},
    "04-plan-and-control": {"system": "postmark-mcp", "budget_days": 0},
}
"""What is run with; the others take a seed."""


@pytest.mark.parametrize("folder", SAID)
@pytest.mark.parametrize("name", [file.name for file in SOLUTIONS])
def test_it_runs_from_top_to_bottom_with_other_parameters(folder: str, name: str, tmp_path: Path) -> None:
    file = ROOT / folder / name
    asked = checks(nbformat.read(file, as_version=4))
    ran = run_with(file, tmp_path, **OTHER.get(file.stem, {"seed": 3}))
    told = [
        outputs_of(nbformat.v4.new_notebook(cells=[cell]))
        for cell in ran.cells
        if cell.cell_type == "code" and checks(nbformat.v4.new_notebook(cells=[cell]))
    ]
    assert len(told) == len(asked)
    assert all(SAID[folder] in each for each in told), told
