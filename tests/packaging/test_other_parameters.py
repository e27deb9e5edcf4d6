"""Every notebook of the installed workbook runs with other parameters: on other systems, and with other draws.

Each cell of a lesson can be run twice, and after the worst that was done in any panel, all cells below it.
"""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.notebooks import worst
from tests.notebooks.kernel import Run, outputs_of
from tests.notebooks.pieces import BLANK, examples_in, pieces_of
from tests.notebooks.test_exercises import checks
from tests.notebooks.tracked import ROOT, tracked
from tests.unit.test_panel import PANELS
from threatlab.dataflow.files import list_drawings

OTHER_PARAMETERS: dict[str, list[dict[str, Any]]] = {
    "00-why": [
        {"system": "pytorch-nightly", "attack": "membership", "seed": 4},
        {"system": "tay", "attack": "evasion", "seed": 2},
        {"system": "postmark-mcp", "attack": "injection", "seed": 3},
    ],
    "01-scope": [{"system": name} for name in list_drawings() if name != "shadowray"],
    "02-assess": [
        {"system": "ml-pipeline-prod", "alert_threshold": 0.2, "seed": 1},
        {"system": "pytorch-nightly", "alert_threshold": 0.95, "seed": 4},
        {"system": "shadowray", "alert_threshold": 1.0, "seed": 2},
        {"system": "tay", "alert_threshold": 0.0, "seed": 3},
    ],
    "03-attack": [{"system": "tay", "seed": 2, "poison_rate": 0.2, "query_budget": 20, "epsilon": 0.3}],
    "04-plan-and-control": [
        {"system": "postmark-mcp", "budget_days": 7.5, "min_utility": 1.0, "max_risk": 0.0},
        {"system": "ml-pipeline-prod", "budget_days": 0, "min_utility": 0.0, "max_risk": 1.0},
        {"system": "tay", "budget_days": 60, "min_utility": 0.9, "max_risk": 0.1, "start_date": "2027-02-06"},
    ],
    "05-defense-in-depth": [{"system": "id-me", "bound": 1.0, "days": 0, "fail_at": 1.0, "seed": 4}],
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
        {"drawing_file": str(ROOT / "tests/data/exchange/otm.json")},
        {"system": "postmark-mcp", "budget_days": 60, "fail_at": 0.2, "start_date": "2027-02-06"},
        {"system": "tay", "budget_days": 0, "fail_at": 1.0, "seed": 2},
        {"system": str(ROOT / "threatlab/catalog/systems/id-me.toml"), "owner": "Ada", "fail_at": 0.0},
    ],
}
"""What each lesson is run with: the first time each cell twice, and after each the worst in each panel."""

EXERCISE_PARAMETERS: dict[str, dict[str, Any]] = {
    "01-scope": {"system": "ml-pipeline-prod"},
    "04-plan-and-control": {"system": "postmark-mcp", "budget_days": 0},
}
"""What exercises and solutions are run with; the others take a seed."""

EXAMPLE = "example-"
"""How the id of a cell begins in which a text's example is the answer: it is nobody's own."""

NOT_ATTEMPTED, CORRECT = "\u2026 Not attempted", "\u2713 Correct"


DO_THE_WORST = f"""
{Path(worst.__file__).read_text(encoding="utf-8")}
from threatlab.widgets.base.panel import Panel as AnyPanel


def do_the_worst(done={{}}):
    panels = dict.fromkeys(each for each in (*globals().values(), *Out.values()) if isinstance(each, AnyPanel))
    for panel in [each for each in panels if done.get(each) is not each.state]:
        WORST[type(panel).__name__](panel)
    done.update((panel, panel.state) for panel in panels)  # a guess and what compares it change each other
"""


@pytest.mark.parametrize("name", [file.stem for file in tracked("notebooks")])
def test_a_lesson_runs_on_other_systems_and_draws_twice_and_after_the_worst_and_takes_what_is_to_be_written(
    name: str, course: Path, run: Run
) -> None:
    pieces = pieces_of(name)

    def write(notebook: NotebookNode) -> None:
        for piece in pieces:
            [cell] = [c for c in notebook.cells if f"{piece.id.partition('.')[2]}.check(" in c.source]
            cell.source, blanks = BLANK.subn(lambda _, piece=piece: piece.fills, cell.source)
            assert blanks == 1, piece.id

    def twice_and_the_worst(notebook: NotebookNode) -> None:
        again = [new_code_cell("%env JPY_SESSION_NAME=lesson.ipynb"), new_code_cell(DO_THE_WORST)]
        open_still = {cell.id: cell.copy() for cell in notebook.cells}
        write(notebook)
        for before, cell in pairwise(notebook.cells):
            if cell.cell_type == "code":
                examples = examples_in(before.source) if cell.source != open_still[cell.id].source else ()
                for number, each in enumerate(examples):
                    tried = BLANK.sub(lambda _, each=each: each, open_still[cell.id].source)
                    again.append(new_code_cell(tried, id=f"{EXAMPLE}{number}-{cell.id}"))
                again += [open_still[cell.id], new_code_cell(cell.source, id=f"{cell.id}-again")]
                again += [new_code_cell("do_the_worst()", id=f"worst-after-{cell.id}")]
        again.append(new_code_cell("%env JPY_SESSION_NAME="))
        for cell in again:
            cell.metadata["tags"] = ["raises-exception"]  # so that all that fail are told
        notebook.cells = again

    for number, parameters in enumerate(OTHER_PARAMETERS[name]):
        ran = run(course / f"{name}.ipynb", parameters, write if number else twice_and_the_worst)
        examples = [cell for cell in ran.cells if cell.id.startswith(EXAMPLE)]
        assert [cell.source for cell in examples if CORRECT in str(cell.outputs)] == []
        ran.cells = [cell for cell in ran.cells if cell not in examples]
        outputs = [(cell.id, output) for cell in ran.cells for output in cell.get("outputs", ())]
        assert [(cell, out.ename, out.evalue) for cell, out in outputs if "ename" in out] == [], parameters
        said = outputs_of(ran)
        assert (parameters.get("drawing_file") or parameters["system"]) in said, parameters
        assert [each.id for each in pieces if f"\u2713 Correct ({each.id})" not in said] == [], parameters


def test_the_worst_is_known_of_each_panel() -> None:
    assert worst.WORST.keys() == {*PANELS, "Comparison"}


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
