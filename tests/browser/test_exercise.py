"""An exercise as a learner does it: typed, checked, hinted, solved, and still done when the page comes back."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, expect

from tests.browser.access import overflowing
from tests.browser.lab import LOOKS, Lab
from threatlab.exercises.outcome import CORRECT, NOT_YET
from threatlab.exercises.progress import VARIABLE

EXERCISE = Path(__file__).parents[2] / "exercises" / "02-assess-exercises.ipynb"
ASKED = "survey-score"
"""The cell of question 1; the copy ends with it."""

TRIED = [NOT_YET, "hint 1", CORRECT]
"""What is kept of it: the cell with the hint in it checks the wrong answer a second time, and that is no second try."""

BLANK, WRONG, RIGHT = "____", "0.8", "0.2 + 0.3"
PANEL, TOLD = ".tl:has(.tl-progress)", ".jp-RenderedHTMLCommon:has(> div > b)"


def keeping(progress: Path, *cells: str) -> str:
    """Return a cell that names a progress file of the test's own, before anything of ours is imported."""
    return "\n".join((f"import os\nos.environ[{VARIABLE!r}] = {str(progress)!r}", *cells))


def with_a_panel(folder: Path) -> Path:
    """Write a copy of the exercise up to its first question, with a progress panel above that."""
    notebook = nbformat.read(EXERCISE, as_version=4)
    asked = [cell.id for cell in notebook.cells].index(ASKED)
    first = new_code_cell(keeping(folder / "progress.jsonl"))
    panel = new_code_cell("from threatlab.widgets import ProgressPanel\n\nProgressPanel()")
    notebook.cells = [first, *notebook.cells[:asked], panel, notebook.cells[asked]]
    file = folder / EXERCISE.name
    nbformat.write(notebook, file)
    return file


def question(lab: Lab) -> Locator:
    return lab.notebook.locator(".jp-CodeCell", has_text="q1.check(answer)")


def typed_over(lab: Lab, old: str, new: str) -> None:
    """Put the cursor behind the first line of the question's cell, and type another answer over the one there."""
    question(lab).locator(".cm-line").first.click()
    lab.page.keyboard.press("End")
    for _ in old:
        lab.page.keyboard.press("Backspace")
    lab.page.keyboard.type(new)
    lab.page.keyboard.press("Shift+Enter")


def run_anew_above_the_question(lab: Lab) -> None:
    """Restart the kernel, clear all outputs, and run all cells above the question's, which itself is not run."""
    lab.page.evaluate("() => void window.jupyterapp.commands.execute('notebook:restart-clear-output')")
    lab.page.locator(".jp-Dialog .jp-mod-accept").click()
    expect(lab.notebook.locator(".jp-OutputArea-output")).to_have_count(0)
    question(lab).locator(".cm-content").click()
    lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:run-all-above')")


def kept(file: Path) -> list[str]:
    return [json.loads(line)["what"] for line in file.read_text(encoding="utf-8").splitlines()]


def test_a_question_is_answered_by_keyboard_and_stays_done_after_a_reload(lab: Lab, tmp_path: Path) -> None:
    lab.open(with_a_panel(tmp_path))
    lab.run_all()
    told, panel = question(lab).locator(TOLD), lab.find(PANEL)
    lesson = panel.get_by_role("row", name="02 Assess")
    expect(told).to_contain_text("Not attempted (assess.q1)")
    expect(told).to_contain_text("02 Assess: 0 of 5 done.")
    expect(lesson).to_contain_text("0 of 5")

    typed_over(lab, BLANK, WRONG)
    expect(told).to_contain_text("Not yet (assess.q1)")
    expect(told).to_contain_text("it asks Python whether a value is true")

    question(lab).locator(".cm-line").last.click()
    lab.page.keyboard.press("End")
    lab.page.keyboard.type("\nq1.hint()")
    lab.page.keyboard.press("Shift+Enter")
    expect(told).to_contain_text("Hint 1 of 2 (assess.q1)")
    for _ in "\nq1.hint()":
        question(lab).locator(".cm-content").press("ControlOrMeta+End")
        lab.page.keyboard.press("Backspace")

    typed_over(lab, WRONG, RIGHT)
    expect(told).to_contain_text("Correct (assess.q1)")
    expect(told).to_contain_text("02 Assess: 1 of 5 done.")
    panel.get_by_role("button", name="Refresh").click()
    expect(lesson.locator("td")).to_contain_text(["", "1 of 5", "2", "1"])
    expect(panel).to_contain_text(f"Kept in {tmp_path / 'progress.jsonl'}.")
    assert kept(tmp_path / "progress.jsonl") == TRIED

    question(lab).locator(".cm-content").click()
    lab.page.keyboard.press("ControlOrMeta+S")
    lab.page.wait_for_function("() => !document.querySelector('.jp-mod-dirty')")
    lab.reload()
    expect(question(lab).locator(".cm-line").first).to_have_text(f"answer = {RIGHT}")
    run_anew_above_the_question(lab)
    expect(lesson).to_contain_text("1 of 5")
    assert kept(tmp_path / "progress.jsonl") == TRIED


OUTCOMES = {
    "q1.check(____)": "Not attempted",
    "q1.check(0.8)": "Not yet",
    "def score(threats):\n    print(threats)\n    return 1 / 0\n\n\nq2.check(score)": "Your code raised an exception",
    "q1.check(0.5)": "Correct",
    "q1.hint()": "Hint 1 of 2",
    "q2.solution()": "Solution",
}


def test_outcomes_and_the_progress_panel_are_accessible_and_nothing_overflows(lab: Lab, tmp_path: Path) -> None:
    imports = ("from threatlab.exercises import ____", "from threatlab.exercises.assess import q1, q2",
               "from threatlab.widgets import ProgressPanel")  # fmt: skip
    sources = [keeping(tmp_path / "progress.jsonl", *imports), *OUTCOMES, "ProgressPanel()"]
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
