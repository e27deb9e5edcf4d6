"""Each cell of a lesson can be run twice, and after the worst that was done in any panel, all cells below it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.browser.server import environment_of_its_own
from tests.notebooks import worst
from tests.notebooks.kernel import Run, kernel, outputs_of
from tests.notebooks.tracked import ROOT, tracked
from tests.unit.test_panel import PANELS
from threatlab.course import start
from threatlab.exercises.progress import VARIABLE

PARAMETERS: dict[str, dict[str, Any]] = {
    "00-why": {"system": "pytorch-nightly", "attack": "membership", "seed": 4},
    "02-assess": {"system": "pytorch-nightly", "alert_threshold": 0.95, "seed": 4},
    "03-attack": {"system": "tay", "seed": 2, "poison_rate": 0.2, "query_budget": 20, "epsilon": 0.3},
    "04-plan-and-control": {"system": "postmark-mcp", "budget_days": 7.5, "min_utility": 1.0, "max_risk": 0.0},
    "05-defense-in-depth": {"system": "id-me", "bound": 1.0, "days": 1000, "fail_at": 1.0, "seed": 4},
}
"""What a notebook is run with, beside the parameters of tests/packaging/test_other_parameters.py."""

DO_THE_WORST = f"""
{Path(worst.__file__).read_text(encoding="utf-8")}
from threatlab.widgets.base.panel import Panel as AnyPanel


def do_the_worst(done={{}}):
    panels = dict.fromkeys(each for each in (*globals().values(), *Out.values()) if isinstance(each, AnyPanel))
    for panel in [each for each in panels if done.get(each) is not each.state]:
        WORST[type(panel).__name__](panel)
    done.update((panel, panel.state) for panel in panels)  # a guess and what compares it change each other
"""


def twice_and_the_worst(notebook: NotebookNode) -> None:
    """Have each cell run twice, then the worst done in each panel that it made or changed; no error ends the run."""
    again = [new_code_cell(DO_THE_WORST)]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            again += [cell, new_code_cell(cell.source, id=f"{cell.id}-again")]
            again += [new_code_cell("do_the_worst()", id=f"worst-after-{cell.id}")]
    for cell in again:
        cell.metadata["tags"] = ["raises-exception"]
    notebook.cells = again


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a learner's copy: some cells write files beside their notebook."""
    folder = tmp_path_factory.mktemp("learner") / "my-course"
    start(str(folder))
    return folder


@pytest.fixture(scope="module")
def run(copy: Path) -> Iterator[Run]:
    """Return what runs notebooks as where a person has one open: what is done in a panel is kept, and taken up."""
    learner = {VARIABLE: str(copy / "kept/progress.jsonl"), "JPY_SESSION_NAME": "lesson.ipynb", "PYTHONPATH": str(ROOT)}
    with kernel(Path(sys.executable), environment_of_its_own(copy.parent) | learner) as run:
        yield run


@pytest.mark.parametrize("name", [file.stem for file in tracked("notebooks")])
def test_each_cell_runs_twice_and_after_the_worst_that_was_done_above_it(name: str, copy: Path, run: Run) -> None:
    parameters = PARAMETERS.get(name, {})
    ran = run(copy / f"{name}.ipynb", parameters, twice_and_the_worst)
    failed = [(cell.id, out.ename, out.evalue) for cell in ran.cells for out in cell.outputs if "ename" in out]
    assert failed == []
    assert parameters.get("system", "") in outputs_of(ran)


def test_the_worst_is_known_of_each_panel() -> None:
    assert worst.WORST.keys() == {*PANELS, "Comparison"}
