"""The lesson opens and runs in a real JupyterLab; and the harness sees what it is there to see."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbformat.v4 import writes as notebook_text
from playwright.sync_api import expect

from tests.browser.access import open_all
from tests.browser.blank_page import BlankPage
from tests.browser.lab import LOOKS, Lab
from tests.notebooks.tracked import ROOT, tracked
from tests.unit.test_panel import PANELS

NOTEBOOKS = tracked("notebooks")

MAKE_PANELS = f"""
import sys
from pathlib import Path
sys.path.insert(0, {str(ROOT)!r})
from tests.unit.test_panel import PANELS
"""

SEEN = """panel => JSON.stringify([panel, ...panel.querySelectorAll('*')].map(node => {
    const style = getComputedStyle(node), shape = node.getBoundingClientRect();
    return [node.nodeName, node.className.baseVal ?? node.className, node.children.length ? '' : node.textContent,
        style.color, style.backgroundColor, style.font, style.margin, style.padding, style.border, shape.width];
}))"""
"""What axe judges of contrast, and what a width does to a panel."""

PICTURE = "A picture of the panel as it was saved."

SAVED = ".jp-RenderedHTMLCommon"
NO_FAULT_OF_OURS = ("empty-table-header", "scrollable-region-focusable")
"""The corner of a table of pandas; a table wider than the page, which Chromium lets the keyboard scroll."""

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


@pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda file: file.stem)
def test_a_saved_notebook_can_be_read_by_everybody_without_a_kernel(lab: Lab, notebook: Path) -> None:
    lab.read(notebook)
    assert lab.errors() == []
    expect(lab.notebook.get_by_text(PICTURE)).to_have_count(notebook.read_text(encoding="utf-8").count(PICTURE))
    for look, parts in zip(LOOKS, (SAVED, f"{SAVED} [style]"), strict=True):  # where no style is, JupyterLab's is
        lab.look(*look)
        faults = [fault for fault in lab.axe(parts) if not fault.startswith(NO_FAULT_OF_OURS)]
        assert faults == [], look
    assert lab.outside == []


def test_the_blank_page_shows_each_panel_as_jupyterlab_does(
    lab: Lab, blank: BlankPage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lab.open(write_notebook(tmp_path, MAKE_PANELS, *(f"PANELS[{name!r}](Path('.'))" for name in PANELS)))
    lab.run_all()
    panels = lab.find(".tl")
    expect(panels).to_have_count(len(PANELS))
    expect(panels.get_by_text("Done: attacker")).to_be_visible()
    for panel in panels.all():
        open_all(panel)
    there = {}
    for look in LOOKS:
        lab.look(*look)
        there[look] = [json.loads(panel.evaluate(SEEN)) for panel in panels.all()]
    monkeypatch.chdir(tmp_path)  # a panel that names its folder names the same one
    for place, make in enumerate(PANELS.values()):
        panel = blank.open(make(Path()))
        expect(panel.get_by_text("running")).to_have_count(0)
        open_all(panel)
        for look in LOOKS:
            blank.look(*look)
            seen = json.loads(panel.evaluate(SEEN))
            for (*here, wide), (*real, as_wide) in zip(seen, there[look][place], strict=True):
                assert here == real, look
                assert wide == pytest.approx(as_wide, abs=1), (here, look)
    ids = lab.page.locator(".tl [id]").evaluate_all("nodes => nodes.map(node => node.id)")
    assert len(set(ids)) == len(ids)
