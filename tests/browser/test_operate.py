"""Notebook 06 as a learner uses it: recall from memory, and the dashboard for three roles."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.blank_page import BlankPage
from tests.browser.needed import run_here
from threatlab import list_systems, load_system
from threatlab.exercises.recall import RECALL
from threatlab.widgets import Dashboard
from threatlab.widgets.dashboard import view

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "06-monitor-and-operate.ipynb"
FLEET = tuple(map(load_system, list_systems()))


def shows(panel: Locator, threshold: float, role: str) -> None:
    """Check that the page says what the package computes for this threshold and role."""
    state = view.DashboardState(FLEET, (), threshold, role)
    expect(panel.get_by_role("status")).to_have_text(view.announcement(state))
    expect(panel.locator(".tl-score")).to_have_text(f"{len(state.overview.alerting)} of {len(FLEET)}")
    first = state.overview.work_for(role)[0]
    expect(panel.locator(".tl-card").nth(1).locator("tbody tr").first).to_contain_text(first.title)


def test_threshold_and_role_change_the_one_page_by_mouse_and_by_keyboard(blank: BlankPage) -> None:
    panel = blank.open(Dashboard(FLEET))
    page = panel.page
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


def test_recall_tells_why_and_lets_try_again(blank: BlankPage) -> None:
    panel = blank.open(run_here(NOTEBOOK, "recall")["_"])
    for asked, field, told in zip(RECALL["06"], panel.locator("select").all(), range(len(RECALL["06"])), strict=True):
        said = {letter: asked.question.check(letter) for letter in asked.options}
        wrong = next(letter for letter, outcome in said.items() if not outcome)
        right = next(letter for letter, outcome in said.items() if outcome)
        feedback = panel.get_by_role("status").nth(told)
        field.select_option(label=asked.options[wrong])
        expect(feedback).to_have_text(f"\u2260 Not yet. {said[wrong].message}")
        field.focus()
        panel.page.keyboard.press("Home")
        for _ in range(1 + list(asked.options).index(right)):
            panel.page.keyboard.press("ArrowDown")
        expect(feedback).to_have_text(f"\u2713 Right. {said[right].message}")
