"""Every notebook is saved as a reader without a kernel needs it; and each fault is found."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.notebooks.saved import WIDGET, coverage_ids, faults
from tests.notebooks.tracked import tracked

NOTEBOOKS = tracked("notebooks")


def test_there_is_a_notebook() -> None:
    assert NOTEBOOKS


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_notebook_is_saved_whole_and_clean(file: Path) -> None:
    assert faults(nbformat.read(file, as_version=4)) == []


def test_every_idea_of_the_lesson_is_covered_by_a_cell_that_ran() -> None:
    covered = {
        tag.removeprefix("covers:")
        for file in NOTEBOOKS
        for cell in nbformat.read(file, as_version=4).cells
        if cell.cell_type == "code" and cell.execution_count
        for tag in cell.metadata.get("tags", ())
        if tag.startswith("covers:")
    }
    assert coverage_ids() - covered == set()


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_setup_cell_imports_few_names_of_ours(file: Path) -> None:
    _, setup, *_ = (cell for cell in nbformat.read(file, as_version=4).cells if cell.cell_type == "code")
    imports = [node for node in ast.walk(ast.parse(setup.source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = [f"{getattr(node, 'module', '')}.{name.name}".lstrip(".") for node in imports for name in node.names]
    ours = [name for name in names if name.partition(".")[0] == "threatlab"]
    assert len(ours) <= 5, f"import what a later cell needs there: {', '.join(ours)}"


def good() -> NotebookNode:
    """Return a notebook without a fault: its parameters, and a panel with its static picture."""
    picture = new_output("execute_result", {"text/html": "<b>0.2</b>", "text/plain": "Panel"})
    first = new_code_cell("seed = 0", execution_count=1, metadata={"tags": ["parameters"]})
    second = new_code_cell("panel", execution_count=2, outputs=[picture])
    second.metadata.tags = ["covers:core-risk"]
    return new_notebook(cells=[first, second])


def never_run(notebook: NotebookNode) -> None:
    notebook.cells[1].execution_count = None


def run_twice(notebook: NotebookNode) -> None:
    notebook.cells[0].execution_count = 3


def raised(notebook: NotebookNode) -> None:
    notebook.cells[1].outputs = [new_output("error", ename="KeyError", evalue="x", traceback=[])]


def widget_state(notebook: NotebookNode) -> None:
    notebook.metadata.widgets = {}


def live_widget(notebook: NotebookNode) -> None:
    notebook.cells[1].outputs[0].data[WIDGET] = {"model_id": "1"}


def widget_alone(notebook: NotebookNode) -> None:
    notebook.cells[1].outputs[0].data = {WIDGET: {"model_id": "1"}}


def same_id(notebook: NotebookNode) -> None:
    notebook.cells[1].id = notebook.cells[0].id


def no_parameters(notebook: NotebookNode) -> None:
    notebook.cells[0].metadata.tags = []


def two_parameters(notebook: NotebookNode) -> None:
    notebook.cells[1].metadata.tags = ["parameters"]


def unknown_coverage(notebook: NotebookNode) -> None:
    notebook.cells[1].metadata.tags = ["covers:core-rsik"]


def path_in_the_source(notebook: NotebookNode) -> None:
    notebook.cells[1].source = "open('/home/ann/system.toml')"


def path_in_an_output(notebook: NotebookNode) -> None:
    notebook.cells[1].outputs[0].data["text/plain"] = r"C:\Users\ann"


FAULTS = [
    (never_run, "counts are [1, None]"),
    (run_twice, "counts are [3, 2]"),
    (raised, "raised KeyError"),
    (widget_state, "widget state"),
    (live_widget, "beside its static picture"),
    (widget_alone, "without a static picture"),
    (same_id, "same id"),
    (no_parameters, "tagged here: []"),
    (two_parameters, "tagged here: [0, 1]"),
    (unknown_coverage, "'core-rsik'"),
    (path_in_the_source, "/home/ann"),
    (path_in_an_output, "Users"),
]


def test_a_notebook_without_a_fault_passes() -> None:
    assert faults(good()) == []


@pytest.mark.parametrize(("spoil", "said"), FAULTS, ids=lambda value: getattr(value, "__name__", ""))
def test_a_fault_is_found(spoil: Callable[[NotebookNode], None], said: str) -> None:
    notebook = good()
    spoil(notebook)
    assert re.search(re.escape(said), " ".join(faults(notebook)))
