"""Notebook 02 as a learner uses it: run all, then work the explorer by mouse and by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab import AISystem, assess, load_system
from threatlab.catalog import catalog

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02-assess.ipynb"
EXPLORER = ".tl:has(.tl-body)"
CONTROLS = catalog().controls
MANY_TABS = 80
"""More than the panel has places to stop at: a walk that long has lost its way."""


@pytest.fixture
def explorer(lab: Lab) -> Locator:
    lab.open(NOTEBOOK, only="explorer-panel")
    lab.run_all()
    return lab.find(EXPLORER)


def shows(explorer: Locator, system: AISystem) -> None:
    """Check that the panel shows what the package computes for `system`."""
    result = assess(system)
    expect(explorer.locator(".tl-score")).to_have_text(f"{result.risk_score:.2f}")
    expect(explorer).to_contain_text(f"Findings: {len(result.findings)}")


def answer(explorer: Locator, attribute: str, word: str) -> Locator:
    about = catalog().facts.get(attribute) or CONTROLS[attribute]
    return explorer.get_by_role("group", name=about.question, exact=True).get_by_title(word, exact=True)


def test_with_the_mouse_score_and_findings_follow_each_click(explorer: Locator) -> None:
    system = load_system("shadowray")
    shows(explorer, system)

    answer(explorer, "authentication_enforced", "Yes").click()
    system = system.with_(authentication_enforced=True)
    shows(explorer, system)
    finding = CONTROLS["authentication_enforced"].finding
    expect(explorer.locator("table")).not_to_contain_text(finding)

    best = assess(system).best_next(1)[0]
    explorer.get_by_title(f"Apply: {best.title}").click()
    system = system.with_(**{best.attribute: True})
    shows(explorer, system)

    explorer.locator("summary", has_text="What it does").click()
    answer(explorer, "uses_tools", "Yes").click()
    system = system.with_(uses_tools=True)
    shows(explorer, system)
    expect(explorer.locator(".tl-bars")).not_to_contain_text("uses tools")

    explorer.get_by_role("button", name=re.compile("^All .* findings")).click()
    expect(explorer.locator("tbody tr")).to_have_count(len(assess(system).findings))
    worst = assess(system).worst_threat
    explorer.get_by_label("Explain").select_option(label=f"Threat: {catalog().threats[worst].title}")
    expect(explorer.locator(".tl-note")).to_contain_text(catalog().threats[worst].likelihood_why)

    explorer.get_by_role("button", name="Reset").click()
    shows(explorer, load_system("shadowray"))
    expect(explorer.locator(".tl-delta")).to_have_text("as you found it")


def test_the_keyboard_alone_does_it_all(lab: Lab, explorer: Locator) -> None:
    page = lab.page

    def tab_to(wanted: Locator) -> None:
        for _ in range(MANY_TABS):
            page.keyboard.press("Tab")
            if wanted.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"the Tab key does not lead to {wanted}")

    picker = explorer.locator(".tl-pick select")
    picker.focus()
    page.keyboard.type("Tay")  # a list takes letters: the system whose name begins with them
    shows(explorer, load_system("tay"))

    fold = explorer.locator("summary", has_text="Data \u00b7")
    tab_to(fold)
    page.keyboard.press("Enter")
    wanted = answer(explorer, "training_data_validated", "Yes")
    tab_to(wanted)
    page.keyboard.press("Space")
    system = load_system("tay").with_(training_data_validated=True)
    shows(explorer, system)
    expect(wanted).to_be_focused()

    picker.focus()
    best = assess(system).best_next(1)[0]
    tab_to(explorer.get_by_title(f"Apply: {best.title}"))
    page.keyboard.press("Enter")
    shows(explorer, system.with_(**{best.attribute: True}))

    picker.focus()
    tab_to(explorer.get_by_role("button", name="Reset"))
    page.keyboard.press("Space")
    shows(explorer, load_system("tay"))


def test_axe_finds_nothing_and_nothing_overflows(lab: Lab) -> None:
    lab.open(NOTEBOOK)
    lab.run_all()
    explorer = lab.find(EXPLORER)
    for fold in explorer.locator("summary").all():
        fold.click()
    explorer.get_by_label("Explain").select_option(label="Threat: Supply chain")
    expect(explorer.locator(".tl-note table, .tl-note p").first).to_be_visible()
    for look in LOOKS:
        lab.look(*look)
        for panel in (EXPLORER, ".tl:has(.tl-guess)"):
            assert lab.axe(panel) == [], look
        assert lab.overflowing(explorer) == [], look
    expect(lab.notebook.locator(".tl-guess select").first).to_be_disabled()  # once the answers are shown
