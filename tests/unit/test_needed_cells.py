"""A notebook cut down to one cell keeps what that cell hangs on, and nothing else."""

import logging

import nbformat
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.browser.needed import needed, run_here

CELLS = [
    new_code_cell("import json\nfrom math import pi as circle", id="imports"),
    new_code_cell("unused = 1", id="unused"),
    new_markdown_cell("a = json", id="text"),
    new_code_cell("def area(r):\n    return circle * r * r", id="area"),
    new_code_cell("a, b = area(1), 2", id="both"),
    new_code_cell("print(b)", id="last"),
    new_code_cell("b = 3", id="after"),
]


def test_what_a_cell_hangs_on_is_kept_in_order_over_names_functions_and_imports():
    assert [cell.id for cell in needed(CELLS, "last")] == ["imports", "area", "both", "last"]
    assert [cell.id for cell in needed(CELLS, "unused")] == ["unused"]


def test_a_cell_that_is_not_there_is_not_made_up():
    with pytest.raises(StopIteration):
        needed(CELLS, "lost")


def test_a_cell_that_is_run_here_gives_what_it_shows_and_leaves_the_process_as_it_was(tmp_path):
    setup = (
        "import logging\nimport pandas as pd\nlogging.basicConfig(force=True)\npd.set_option('display.max_colwidth', 7)"
    )
    cells = [new_code_cell(setup, id="setup"), new_code_cell("a = logging and pd and 2\na + 1", id="sum")]
    nbformat.write(new_notebook(cells=cells), tmp_path / "tiny.ipynb")
    before = list(logging.root.handlers), pd.get_option("display.max_colwidth")
    assert before[0]  # pytest's own
    names = run_here(tmp_path / "tiny.ipynb", "sum")
    assert (names["a"], names["_"]) == (2, 3)
    assert (logging.root.handlers, pd.get_option("display.max_colwidth")) == before
