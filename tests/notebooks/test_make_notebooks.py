"""`make notebooks` saves what the notebook says and nothing of the run; a failure saves nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from scripts import notebooks

PANEL = """
from IPython.display import display
live = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}
display(live | {"text/html": "<b>0.2</b>", "text/plain": "Panel"}, raw=True)
"""
TALK = "import sys, time\nfor word in 'one two':\n    print(word, flush=True); time.sleep(0.05)"


def write(file: Path, *sources: str, **metadata: Any) -> Path:
    cells = [new_markdown_cell("# A lesson"), *map(new_code_cell, sources)]
    for cell in cells:
        cell.metadata.update(metadata)
    nbformat.write(new_notebook(cells=cells, metadata={"widgets": {}}), file)
    return file


def test_a_second_run_changes_no_byte(tmp_path: Path) -> None:
    file = write(tmp_path / "a.ipynb", PANEL, TALK)
    assert notebooks.main([str(file)]) == 0
    first = file.read_bytes()
    assert notebooks.main([str(file)]) == 0
    assert file.read_bytes() == first
    assert first.endswith(b"}\n")


def test_what_a_run_or_a_machine_leaves_behind_is_not_saved(tmp_path: Path) -> None:
    file = write(tmp_path / "a.ipynb", PANEL, collapsed=True, tags=["covers:core-risk"])
    notebooks.main([str(file)])
    saved = nbformat.read(file, as_version=4)
    assert saved.metadata == notebooks.METADATA
    assert [cell.metadata for cell in saved.cells] == [{"tags": ["covers:core-risk"]}] * 2
    assert saved.cells[1].execution_count == 1
    [output] = saved.cells[1].outputs
    assert output.data == {"text/html": "<b>0.2</b>", "text/plain": "Panel"}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("# divide\n1 / 0", "cell 2 ('# divide'): ZeroDivisionError: division by zero"),
        ("import os\nos._exit(1)", "cell 2 ('import os'): the kernel died"),
    ],
)
def test_a_failure_names_notebook_and_cell_and_leaves_the_file_alone(
    source: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path / "a.ipynb", source)
    before = file.read_bytes()
    assert notebooks.main([str(file)]) == 1
    assert f"{file}, {said}" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.ipynb"
    file.write_text("not a notebook", encoding="utf-8")
    assert notebooks.main([str(file)]) == 1
    assert f"{file} can't be read as a notebook" in capsys.readouterr().err
