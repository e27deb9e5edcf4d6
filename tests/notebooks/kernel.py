"""A kernel that runs whole notebooks one after the other: to start one takes longer than most notebooks do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from papermill import inspect_notebook
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

SECONDS = 300
"""A kernel that hasn't started by then, or a cell that hasn't ended, is stuck: a busy machine takes a tenth."""

Edit = Callable[[NotebookNode], None]
Run = Callable[..., NotebookNode]


def as_it_is(_: NotebookNode) -> None:
    """Change nothing in a notebook before it runs."""


@contextmanager
def kernel(python: Path, environment: dict[str, str]) -> Iterator[Run]:
    """Give a function that runs a notebook in its folder from the first cell to the last, with these parameters.

    It raises the `CellExecutionError` of a cell that fails. What a notebook defined is gone before the next one runs;
    what it imported stays. What a learner would write in it first, `edit` does.
    """
    client = NotebookClient(
        new_notebook(), timeout=SECONDS, startup_timeout=SECONDS, kernel_name="python3", coalesce_streams=True
    )
    client.create_kernel_manager().kernel_spec.argv[0] = str(python)

    def run(file: Path, parameters: dict[str, Any], edit: Edit = as_it_is) -> NotebookNode:
        client.nb = new_notebook(cells=[new_code_cell(f"%reset -f\n%cd -q {file.parent}")])
        client.execute_cell(client.nb.cells[0], 0)  # which puts it there in whatever notebook it is
        client.nb = with_parameters(file, parameters)
        edit(client.nb)
        for number, cell in enumerate(client.nb.cells):
            client.execute_cell(cell, number)
        return client.nb

    with client.setup_kernel(env=environment):
        yield run


def with_parameters(file: Path, parameters: dict[str, Any]) -> NotebookNode:
    """Return the notebook with parameters set as papermill does it, which alone would let a typo pass."""
    unknown = parameters.keys() - inspect_notebook(str(file)).keys()
    if unknown:
        raise ValueError(f"{file.name} has no parameter {', '.join(sorted(unknown))}")
    return parameterize_notebook(load_notebook_node(str(file)), parameters)


def outputs_of(notebook: NotebookNode) -> str:
    """Return all that a notebook's cells printed and showed."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(str(output.get("text") or output.get("data")) for output in outputs)
