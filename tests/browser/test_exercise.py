"""What an exercise answers, and the progress panel: readable by everybody, in both themes and at every width."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import expect

from tests.browser.access import overflowing
from tests.browser.lab import LOOKS, Lab
from threatlab.exercises.progress import VARIABLE

PANEL, TOLD = ".tl:has(.tl-progress)", ".jp-RenderedHTMLCommon:has(> div > b)"


OUTCOMES = {
    "q1.check(____)": "Not attempted",
    "q1.check(0.8)": "Not yet",
    "def score(threats):\n    print(threats)\n    return 1 / 0\n\n\nq2.check(score)": "Your code raised an exception",
    "q1.check(0.5)": "Correct",
    "q1.hint()": "Hint 1 of 2",
    "q2.solution()": "Solution",
}


def test_outcomes_and_the_progress_panel_are_accessible_and_nothing_overflows(lab: Lab, tmp_path: Path) -> None:
    first = (f"import os\nos.environ[{VARIABLE!r}] = {str(tmp_path / 'progress.jsonl')!r}",
             "from threatlab.exercises import ____", "from threatlab.exercises.assess import q1, q2",
             "from threatlab.widgets import ProgressPanel")  # fmt: skip
    sources = ["\n".join(first), *OUTCOMES, "ProgressPanel()"]
    file = tmp_path / "outcomes.ipynb"
    nbformat.write(new_notebook(cells=[new_code_cell(source) for source in sources]), file)
    lab.open(file)
    lab.run_all()
    told, panel = lab.find(TOLD), lab.find(PANEL)
    expect(told).to_contain_text(list(OUTCOMES.values()))
    expect(told.nth(2)).to_contain_text("return 1 / 0")
    panel.get_by_text("Reset \u2026").click()
    expect(panel.get_by_role("status").first).to_have_text("Reset the progress of all notebooks?")
    for look in LOOKS:
        lab.look(*look)
        assert lab.axe(TOLD) == [], look
        assert lab.axe(PANEL) == [], look
        for each in (*told.all(), panel):
            assert overflowing(each) == [], look
    panel.get_by_role("button", name="Yes, begin anew").click()
    expect(panel.locator("h3")).to_contain_text("0 of")
    assert lab.outside == []
