"""Notebook 02's explorer as a learner uses it: by mouse and by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.access import tab_to
from tests.browser.blank_page import BlankPage
from tests.browser.needed import run_here
from threatlab import AISystem, assess, load_system
from threatlab.catalog import catalog

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "02-assess.ipynb"
CONTROLS = catalog().controls


@pytest.fixture
def explorer(blank: BlankPage) -> Locator:
    return blank.open(run_here(NOTEBOOK, "explorer-panel")["_"])


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


def test_the_keyboard_alone_does_it_all(explorer: Locator) -> None:
    page = explorer.page
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
