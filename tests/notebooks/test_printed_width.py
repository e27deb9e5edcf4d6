"""What a notebook prints fits the window of a small laptop, beside the file list: no line breaks within a word."""

from __future__ import annotations

import nbformat
import pytest

from tests.notebooks.tracked import tracked

WIDEST = 78
"""Characters of a line that a window of 1280 px shows with the file list open, and one of 760 px without it."""

FILES = [file for folder in ("notebooks", "exercises", "solutions") for file in tracked(folder)]


def name(file):
    return f"{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_printed_line_is_wider_than_its_window(file):
    assert too_wide(printed(nbformat.read(file, as_version=4))) == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_cell_is_folded_under_a_line_that_scrolls_the_notebook_sideways(file):
    assert too_wide(folded(nbformat.read(file, as_version=4))) == []


def printed(notebook):
    """Return all that cells print."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(output.text for output in outputs if output.output_type == "stream")


def folded(notebook):
    """Return the first lines of folded cells, which are all that JupyterLab shows of them."""
    hidden = [cell for cell in notebook.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    return "\n".join(cell.source.partition("\n")[0] for cell in hidden)


def too_wide(text):
    return [line for line in text.splitlines() if len(line) > WIDEST]


def test_a_line_that_is_too_wide_is_found():
    wide = "x" * (WIDEST + 1)
    outputs = [nbformat.v4.new_output("stream", text=f"{wide[1:]}\n{wide}\n")]
    cell = nbformat.v4.new_code_cell(f"# {wide}\npanel", outputs=outputs, metadata={"jupyter": {"source_hidden": True}})
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert too_wide(printed(notebook)) == [wide]
    assert too_wide(folded(notebook)) == [f"# {wide}"]
