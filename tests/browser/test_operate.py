"""Notebook 06 as a learner uses it: recall from memory, the dashboard for three roles, and all its panels at once."""

from __future__ import annotations

from pathlib import Path

import nbformat
from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab import list_systems, load_system
from threatlab.exercises.recall import RECALL
from threatlab.widgets.dashboard import view

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06-monitor-and-operate.ipynb"
DASHBOARD, RECALLED = ".tl:has(.tl-cards)", ".tl:has(h2)"
PANELS = (DASHBOARD, RECALLED, ".tl-monitor", ".tl-tabletop", ".tl:has(.tl-guess)")
FLEET = tuple(map(load_system, list_systems()))


def dashboard(lab: Lab, folder: Path) -> Locator:
    """Open a small notebook with a dashboard over the built-in systems, run it and return the panel."""
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell(
            "from threatlab import list_systems, load_system\n"
            "from threatlab.widgets import Dashboard\n"
            "Dashboard(map(load_system, list_systems()))"
        )
    ]
    nbformat.write(made, folder / "dashboard.ipynb")
    lab.open(folder / "dashboard.ipynb")
    lab.run_all()
    return lab.find(DASHBOARD)


def shows(panel: Locator, threshold: float, role: str) -> None:
    """Check that the page says what the package computes for this threshold and role."""
    state = view.DashboardState(FLEET, (), threshold, role)
    expect(panel.get_by_role("status")).to_have_text(view.announcement(state))
    expect(panel.locator(".tl-score")).to_have_text(f"{len(state.overview.alerting)} of {len(FLEET)}")
    first = state.overview.work_for(role)[0]
    expect(panel.locator(".tl-card").nth(1).locator("tbody tr").first).to_contain_text(first.title)


def test_threshold_and_role_change_the_one_page_by_mouse_and_by_keyboard(lab: Lab, tmp_path: Path) -> None:
    panel, page = dashboard(lab, tmp_path), lab.page
    shows(panel, 0.7, "ML engineer")
    worst = panel.locator(".tl-card").nth(0).locator(".tl-bars p").first.text_content()
    panel.get_by_label("work: as").select_option("data engineer")
    shows(panel, 0.7, "data engineer")
    assert panel.locator(".tl-card").nth(0).locator(".tl-bars p").first.text_content() == worst
    threshold, role = panel.get_by_label("Alert threshold"), panel.get_by_label("work: as")
    threshold.fill("0.5")
    threshold.press("Enter")
    shows(panel, 0.5, "data engineer")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("0.2")
    page.keyboard.press("Tab")
    expect(role).to_be_focused()
    page.keyboard.type("product")
    shows(panel, 0.2, "product owner")


def test_recall_tells_why_and_lets_try_again(lab: Lab) -> None:
    lab.open(NOTEBOOK, only="recall")
    lab.run_all()
    panel = lab.find(RECALLED)
    for asked, field, told in zip(RECALL["06"], panel.locator("select").all(), range(len(RECALL["06"])), strict=True):
        said = {letter: asked.question.check(letter) for letter in asked.options}
        wrong = next(letter for letter, outcome in said.items() if not outcome)
        right = next(letter for letter, outcome in said.items() if outcome)
        feedback = panel.get_by_role("status").nth(told)
        field.select_option(label=asked.options[wrong])
        expect(feedback).to_have_text(f"\u2260 Not yet. {said[wrong].message}")
        field.focus()
        lab.page.keyboard.press("Home")
        for _ in range(1 + list(asked.options).index(right)):
            lab.page.keyboard.press("ArrowDown")
        expect(feedback).to_have_text(f"\u2713 Right. {said[right].message}")


def test_axe_finds_nothing_in_any_panel_of_the_notebook_and_nothing_overflows(lab: Lab) -> None:
    lab.open(NOTEBOOK)
    lab.run_all()
    lab.find(RECALLED).locator("select").first.select_option(index=1)
    expect(lab.find(RECALLED).get_by_role("status")).to_have_count(1)
    for look in LOOKS:
        lab.look(*look)
        for panel in PANELS:
            assert lab.axe(panel) == [], (panel, look)
            for each in lab.find(panel).all():
                assert lab.overflowing(each) == [], (panel, look)
    assert lab.outside == []
