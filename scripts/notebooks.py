"""Run notebooks from top to bottom and save them clean, with their outputs: notebooks.py FILE ...

What is saved depends on the notebook alone, so that running it again changes no byte, and a
difference in git is a difference in what the notebook says. A notebook that fails stays untouched.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode, from_dict
from nbformat.reader import NotJSONError

CELL_SECONDS = 120
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_METADATA_KEPT = ("tags", "jupyter", "editable", "deletable", "slideshow")
WIDGET = "application/vnd.jupyter.widget-view+json"


class NotebookError(Exception):
    """A notebook can't be run or saved; the message names it and its cell."""


def main(files: list[str]) -> int:
    """Run and save each of `files`; return 1 if any of them failed, else 0."""
    os.environ["THREATLAB_PROGRESS"] = "memory"  # what is saved must not depend on what its author has solved
    failed = 0
    for file in map(Path, files):
        try:
            changed = save(file, clean(run(file)))
        except NotebookError as error:
            print(f"{error}\n{file} is left as it was.", file=sys.stderr)
            failed = 1
        else:
            print(f"{file}: {'saved' if changed else 'ran, and says what it said before'}")
    return failed


def run(file: Path) -> NotebookNode:
    """Return the notebook in `file` with new outputs, run in its own folder as JupyterLab does.

    Raises
    ------
    NotebookError
        if the file isn't a notebook, or a cell fails or takes longer than `CELL_SECONDS`.

    """
    try:
        notebook = nbformat.read(file, as_version=4)
    except (OSError, NotJSONError, UnicodeDecodeError, nbformat.ValidationError) as error:
        raise NotebookError(f"{file} can't be read as a notebook: {error}") from error
    return run_in(notebook, file)


def run_in(notebook: NotebookNode, file: Path) -> NotebookNode:
    """Return `notebook` with new outputs, run in the folder of `file`; see `run`."""
    at = 0

    def start(cell_index: int, **_: Any) -> None:
        nonlocal at
        at = cell_index

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        record_timing=False,
        store_widget_state=False,  # random ids, and of no use where no kernel runs
        coalesce_streams=True,  # else a slow machine cuts the same text into other pieces
        on_cell_start=start,
        resources={"metadata": {"path": str(file.parent)}},
    )
    try:
        # The kernel's own stderr holds start-up notices; what a cell writes there comes as output.
        client.execute(stderr=subprocess.DEVNULL)
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        raise NotebookError(_what_failed(file, at, notebook.cells[at], error)) from error
    return notebook


def clean(notebook: NotebookNode) -> NotebookNode:
    """Return `notebook` without what changes from run to run or from machine to machine."""
    notebook = from_dict(dict(notebook))
    notebook.metadata = from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5  # the first with cell ids
    ids: set[str] = set()
    for number, cell in enumerate(notebook.cells):
        kept = {k: v for k, v in cell.metadata.items() if k in CELL_METADATA_KEPT}
        cell.metadata = from_dict(kept)
        if not cell.get("id") or cell.id in ids:
            cell.id = hashlib.sha256(f"{number} {cell.source}".encode()).hexdigest()[:8]
        ids.add(cell.id)
        if cell.cell_type == "code":
            cell.outputs = [_clean_output(output) for output in cell.outputs]
    return notebook


def save(file: Path, notebook: NotebookNode) -> bool:
    """Write `notebook` to `file`, whole or not at all; return whether it differs from before."""
    nbformat.validate(notebook)
    text = nbformat.writes(notebook).rstrip("\n") + "\n"
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False
    draft = file.with_name(f".{file.name}.draft")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _clean_output(output: NotebookNode) -> NotebookNode:
    """Return `output` with its static picture alone, where only a kernel could draw the widget."""
    data: dict[str, Any] = output.get("data", {})
    if WIDGET in data and "text/html" in data:
        del data[WIDGET]
    if "metadata" in output:
        output.metadata.pop(WIDGET, None)
    output.pop("transient", None)
    return output


def _what_failed(file: Path, at: int, cell: NotebookNode, error: Exception) -> str:
    """Return the sentence that names the notebook, the cell and the error."""
    match error:
        case CellExecutionError():
            what = f"{error.ename}: {error.evalue}"
        case CellTimeoutError():
            what = f"still running after {CELL_SECONDS} s"
        case _:
            what = "the kernel died"
    first_line = cell.source.strip().partition("\n")[0]
    return f"{file}, cell {at + 1} ({first_line!r}): {what}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
