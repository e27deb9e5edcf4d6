"""Every notebook of the installed workbook runs with other parameters: on other systems, and with other draws."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.kernel import Run, outputs_of
from tests.notebooks.pieces import BLANK, pieces_of
from tests.notebooks.test_exercises import checks
from tests.notebooks.tracked import ROOT, tracked
from threatlab.dataflow.files import list_drawings

OTHER_PARAMETERS: dict[str, list[dict[str, Any]]] = {  # and one more each in tests/notebooks/test_again.py
    "06-monitor-and-operate": [
        {
            "system": "postmark-mcp",
            "seed": 2,
            "story": "postmark-mcp",
            "alert_threshold": 0.2,
            "detector_threshold": 64,
        },
    ],
    "07-capstone": [
        {"system": "postmark-mcp", "budget_days": 60, "fail_at": 0.2, "start_date": "2027-02-06"},
        {"system": "tay", "budget_days": 0, "fail_at": 1.0, "seed": 2},
        {"system": str(ROOT / "threatlab/catalog/systems/id-me.toml"), "owner": "Ada", "fail_at": 0.0},
        {"drawing_file": str(ROOT / "tests/data/exchange/otm.json")},
    ],
    "04-plan-and-control": [
        {"system": "ml-pipeline-prod", "budget_days": 0, "min_utility": 0.0, "max_risk": 1.0},
        {"system": "tay", "budget_days": 60, "min_utility": 0.9, "max_risk": 0.1, "start_date": "2027-02-06"},
    ],
    "00-why": [
        {"system": "shadowray", "attack": "poisoning", "seed": 1},
        {"system": "tay", "attack": "evasion", "seed": 2},
        {"system": "postmark-mcp", "attack": "injection", "seed": 3},
    ],
    "03-attack": [
        {"system": "shadowray", "seed": 1, "poison_rate": 0.02, "query_budget": 300, "epsilon": 0.05},
    ],
    "05-defense-in-depth": [
        {"system": "ml-pipeline-prod", "bound": 0.1, "days": 0, "fail_at": 0.2, "seed": 2},
    ],
    "01-scope": [{"system": name} for name in list_drawings() if name != "shadowray"],
    "02-assess": [
        {"system": "ml-pipeline-prod", "alert_threshold": 0.2, "seed": 1},
        {"system": "shadowray", "alert_threshold": 1.0, "seed": 2},
        {"system": "tay", "alert_threshold": 0.0, "seed": 3},
    ],
}

EXERCISE_PARAMETERS: dict[str, dict[str, Any]] = {
    "01-scope": {"system": "ml-pipeline-prod"},
    "04-plan-and-control": {"system": "postmark-mcp", "budget_days": 0},
}
"""What exercises and solutions are run with; the others take a seed."""

NOT_ATTEMPTED, CORRECT = "\u2026 Not attempted", "\u2713 Correct"


@pytest.mark.parametrize("name", [file.stem for file in tracked("notebooks")])
def test_a_notebook_runs_on_another_system_speaks_of_it_and_takes_what_was_to_be_written(
    name: str, course: Path, run: Run
) -> None:
    pieces = pieces_of(name)

    def write(notebook: NotebookNode) -> None:
        for piece in pieces:
            [cell] = [c for c in notebook.cells if f"{piece.id.partition('.')[2]}.check(" in c.source]
            cell.source, blanks = BLANK.subn(lambda _, piece=piece: piece.fills, cell.source)
            assert blanks == 1, piece.id

    for parameters in OTHER_PARAMETERS[name]:
        said = outputs_of(run(course / f"{name}.ipynb", parameters, write))
        assert (parameters.get("drawing_file") or parameters["system"]) in said, parameters
        assert [each.id for each in pieces if f"\u2713 Correct ({each.id})" not in said] == [], parameters


@pytest.mark.parametrize("name", [file.stem for file in tracked("solutions")])
def test_each_question_is_not_attempted_in_the_exercise_until_it_is_solved_and_right_in_the_solution(
    name: str, workbook: Path, run: Run
) -> None:
    exercise, solution = workbook / f"exercises/{name}-exercises.ipynb", workbook / f"solutions/{name}.ipynb"
    worked = asked_in(nbformat.read(solution, as_version=4))

    def solve_the_first_and_take_a_hint_at_the_second(notebook: NotebookNode) -> None:
        second = asked_in(notebook)[1]
        hint = f"{second.source.rpartition('.check(')[0].rpartition(chr(10))[2]}.hint()"
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in (worked[0].source, hint)]

    parameters = EXERCISE_PARAMETERS.get(name, {"seed": 3})
    ran = run(exercise, parameters, solve_the_first_and_take_a_hint_at_the_second)
    *open_still, solved = map(said_in, asked_in(ran))
    assert len(open_still) == len(worked)
    assert all(NOT_ATTEMPTED in each for each in open_still), open_still
    assert CORRECT in solved
    assert ": 1 of " in solved
    assert "Hint 1 of" in said_in(ran.cells[-1])
    right = [said_in(cell) for cell in asked_in(run(solution, parameters))]
    assert all(CORRECT in each for each in right), right


def asked_in(notebook: NotebookNode) -> list[NotebookNode]:
    """Return the cells that check a question."""
    code = (cell for cell in notebook.cells if cell.cell_type == "code")
    return [cell for cell in code if checks(nbformat.v4.new_notebook(cells=[cell]))]


def said_in(cell: NotebookNode) -> str:
    return outputs_of(nbformat.v4.new_notebook(cells=[cell]))
