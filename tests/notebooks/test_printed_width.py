"""What a notebook prints fits the window of a small laptop, beside the file list: no line breaks within a word."""

from __future__ import annotations

import re
from html import unescape

import nbformat
import pytest

from tests.notebooks.tracked import tracked

WIDEST = 72
"""Characters of a line that a window of 700 px shows without the file list, as measured: 576 px of 7.83 px each."""

FOLDED = 62
"""Characters of a folded cell's first line that such a window shows, with the dots after it."""

NARROW = 584
"""Px that a window of 700 px leaves for an output, without the file list."""

HEAD, CELL, AROUND = 8.0, 7.2, 13
"""Px of a character in a table's heads, and in its cells, and around each: as measured on tables of these notebooks."""

FILES = [file for folder in ("notebooks", "exercises", "solutions") for file in tracked(folder)]


def name(file):
    return f"{file.parent.name}/{file.stem}"


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_printed_line_is_wider_than_its_window(file):
    assert too_wide(printed(nbformat.read(file, as_version=4))) == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_cell_is_folded_under_a_line_that_loses_its_end(file):
    assert too_wide(folded(nbformat.read(file, as_version=4)), FOLDED) == []


@pytest.mark.parametrize("file", FILES, ids=name)
def test_no_table_is_wider_than_a_narrow_window(file):
    tables = {
        cell.id: table_width(html) for cell in nbformat.read(file, as_version=4).cells for html in tables_of(cell)
    }
    assert {cell: width for cell, width in tables.items() if width > NARROW} == {}


def tables_of(cell):
    """Return the tables that a cell shows, as HTML; those in a panel break their words as they need."""
    shown = "".join(output.get("data", {}).get("text/html", "") for output in cell.get("outputs", ()))
    return re.findall(r'<table[^>]*class="dataframe".*?</table>', shown, re.DOTALL)


def table_width(html):
    """Return about how many px a table needs: of each column its longest word, or text that may not be broken."""
    columns = {}
    for row in re.findall("<tr.*?</tr>", html, re.DOTALL):
        for column, (kind, style, text) in enumerate(re.findall(r"<(t[dh])([^>]*)>(.*?)</t[dh]>", row, re.DOTALL)):
            words = [text] if "nowrap" in style else re.split(r"\s|<wbr>|(?<=-)", text)
            wide = max(len(unescape(re.sub("<[^>]*>", "", word))) for word in words)
            columns[column] = max(columns.get(column, 0), wide * (HEAD if kind == "th" else CELL) + AROUND)
    return round(sum(columns.values()))


def printed(notebook):
    """Return all that cells print."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", ())]
    return "\n".join(output.text for output in outputs if output.output_type == "stream")


def folded(notebook):
    """Return the first lines of folded cells, which are all that JupyterLab shows of them."""
    hidden = [cell for cell in notebook.cells if cell.metadata.get("jupyter", {}).get("source_hidden")]
    return "\n".join(cell.source.partition("\n")[0] for cell in hidden)


def too_wide(text, widest=WIDEST):
    return [line for line in text.splitlines() if len(line) > widest]


def test_a_line_that_is_too_wide_is_found():
    wide = "x" * (WIDEST + 1)
    outputs = [nbformat.v4.new_output("stream", text=f"{wide[1:]}\n{wide}\n")]
    cell = nbformat.v4.new_code_cell(f"# {wide}\npanel", outputs=outputs, metadata={"jupyter": {"source_hidden": True}})
    notebook = nbformat.v4.new_notebook(cells=[cell])
    assert too_wide(printed(notebook)) == [wide]
    assert too_wide(folded(notebook), FOLDED) == [f"# {wide}"]


def test_a_table_is_as_wide_as_its_longest_words():
    row = '<tr><th>a long_name</th><td>1</td><td style="white-space:nowrap">01 Dec</td></tr>'
    assert table_width(row) == round(9 * HEAD + CELL + 6 * CELL + 3 * AROUND)
    assert table_width(row.replace("_", "_<wbr>")) == round(5 * HEAD + CELL + 6 * CELL + 3 * AROUND)
