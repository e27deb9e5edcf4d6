"""What must be true of a saved notebook: `faults(notebook)` lists what is not."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from nbformat import NotebookNode

WIDGET = "application/vnd.jupyter.widget-view+json"
COVERAGE = Path(__file__).parents[1] / "data/lesson-coverage.csv"

# A home folder, a temporary folder or this checkout: the notebook's reader has none of them.
ROOT = re.escape(str(Path(__file__).parents[2]))
MACHINE_PATH = re.compile(rf"(?<![\w.-])(?:/(?:home|root|Users|tmp|builds)/[\w.-]*|[A-Z]:\\+Users\b|{ROOT})")


def coverage_ids() -> set[str]:
    """Return the ids of what the lesson says, each of which a cell or an exercise covers."""
    with COVERAGE.open(encoding="utf-8", newline="") as rows:
        return {row["id"] for row in csv.DictReader(rows)}


def faults(notebook: NotebookNode) -> list[str]:
    """Return one sentence for each fault of `notebook`, as it was saved."""
    return [fault for check in CHECKS for fault in check(notebook)]


def _code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [c for c in notebook.cells if c.cell_type == "code" and c.source.strip()]


def _not_run_in_order(notebook: NotebookNode) -> Iterator[str]:
    """nbval never compares a cell whose count is null, so such a cell would prove nothing."""
    counts = [cell.execution_count for cell in _code_cells(notebook)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"the cells were not run once from top to bottom: their counts are {counts}"


def _errors(notebook: NotebookNode) -> Iterator[str]:
    for cell in _code_cells(notebook):
        for output in cell.outputs:
            if output.output_type == "error":
                yield f"cell {cell.id} raised {output.ename}: {output.evalue}"


def _live_widgets(notebook: NotebookNode) -> Iterator[str]:
    """Only a kernel can draw a widget; its ids are random besides."""
    if "widgets" in notebook.metadata:
        yield "widget state is saved in the notebook"
    for cell in _code_cells(notebook):
        for output in cell.outputs:
            if WIDGET in output.get("data", {}):
                picture = "beside its" if "text/html" in output.data else "without a"
                yield f"cell {cell.id} saved a live widget {picture} static picture"


def _ids(notebook: NotebookNode) -> Iterator[str]:
    ids = [cell.get("id") for cell in notebook.cells]
    if None in ids:
        yield "a cell has no id"
    if len(set(ids)) < len(ids):
        yield "two cells have the same id"


def _parameters(notebook: NotebookNode) -> Iterator[str]:
    cells = _code_cells(notebook)
    tagged = [i for i, c in enumerate(cells) if "parameters" in c.metadata.get("tags", ())]
    if tagged != [0]:
        yield f"the first code cell, and no other, is tagged `parameters`; tagged here: {tagged}"


def _coverage(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        for tag in cell.metadata.get("tags", ()):
            name, _, covered = tag.partition(":")
            if name == "covers" and covered not in coverage_ids():
                yield f"cell {cell.id} covers {covered!r}, which {COVERAGE.name} does not list"


def _machine_paths(notebook: NotebookNode) -> Iterator[str]:
    for cell in notebook.cells:
        found = MACHINE_PATH.search(json.dumps([cell.source, cell.get("outputs", [])]))
        if found:
            yield f"cell {cell.id} names a folder of one machine: {found.group()}"


CHECKS: tuple[Callable[[NotebookNode], Iterator[str]], ...] = (
    _not_run_in_order,
    _errors,
    _live_widgets,
    _ids,
    _parameters,
    _coverage,
    _machine_paths,
)
