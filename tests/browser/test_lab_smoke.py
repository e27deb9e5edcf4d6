"""The lesson opens and runs in a real JupyterLab; and the harness sees what it is there to see."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbformat.v4 import writes as notebook_text
from playwright.sync_api import expect

from tests.browser.lab import Lab
from tests.notebooks.tracked import tracked

NOTEBOOKS = tracked("notebooks")

PANEL = """
import ipywidgets as widgets
answer = widgets.ToggleButtons(options=["yes", "no"], description="Answer")
shown = widgets.HTML("<b class='shown'>yes</b><img src='data:,'>")
def show(change):
    shown.value = f"<b class='shown'>{change.new}</b>"
answer.observe(show, "value")
widgets.VBox([answer, shown]).add_class("tiny-panel")
"""


def write_notebook(folder: Path, *sources: str) -> Path:
    file = folder / "tiny.ipynb"
    cells = [new_code_cell(source) for source in sources]
    file.write_text(notebook_text(new_notebook(cells=cells)), encoding="utf-8")
    return file


def test_the_first_notebook_runs_in_jupyterlab_and_asks_no_other_machine(lab: Lab) -> None:
    lab.open(NOTEBOOKS[0])
    lab.run_all()
    assert lab.outside == []


def test_a_click_reaches_the_kernel_and_its_answer_the_page(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path, PANEL), theme="dark", width=700)
    lab.run_all()
    panel = lab.find(".tiny-panel")
    expect(panel.locator(".shown")).to_have_text("yes")
    assert "image-alt" in " ".join(lab.axe(".tiny-panel"))  # the picture without words is found
    panel.get_by_role("button", name="no").click()
    expect(panel.locator(".shown")).to_have_text("no")
    assert lab.axe(".tiny-panel") == []  # and the answer came without it
    lab.screenshot(tmp_path / "notebook.png")
    assert (tmp_path / "notebook.png").read_bytes().startswith(b"\x89PNG")


def test_a_failing_cell_is_reported_with_its_error(lab: Lab, tmp_path: Path) -> None:
    lab.open(write_notebook(tmp_path, "1 + 1", "", "1 / 0", "'never run'"))
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        lab.run_all()
