"""Notebook 00's attack lab and the explorer's as a learner uses them: by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.access import tab_to
from tests.browser.blank_page import BlankPage
from tests.browser.needed import run_here
from threatlab.attacks import ATTACKS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def shows(lab: Locator, attack: str, control: str, **knobs: object) -> None:
    """Check that the lab shows what the package computes, and says that it is done."""
    result = ATTACKS[attack].run(control=control, **knobs)
    expect(lab.locator(".tl-status")).to_have_text(
        f"Done: attacker {result.success:.0%}, usefulness {result.utility:.0%}."
    )
    expect(lab.locator(".tl-stale")).to_have_count(0)


def test_notebook_00_attacks_by_mouse_and_by_the_keyboard_alone(blank: BlankPage) -> None:
    panel = blank.open(run_here(NOTEBOOKS / "00-why-ai-needs-threat-modeling.ipynb", "lab")["_"])
    page = panel.page
    control, seed = panel.get_by_label("Control"), panel.get_by_label(re.compile("^Seed"))
    shows(panel, "extraction", "none")

    control.select_option(label=ATTACKS["extraction"].controls["top1"].title)
    shows(panel, "extraction", "top1")
    expect(panel).to_contain_text(ATTACKS["extraction"].controls["top1"].lesson[:40])
    panel.get_by_label("What is asked").select_option("realistic")
    shows(panel, "extraction", "top1", pool="realistic")
    budget = panel.get_by_label("Queries the attacker can pay for")
    budget.fill("0")
    budget.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("Budget is 0")
    budget.fill("30")
    budget.press("Enter")
    expect(panel.get_by_role("alert")).to_have_count(0)
    shows(panel, "extraction", "top1", budget=30, pool="realistic")

    control.focus()
    page.keyboard.type("Rate")
    shows(panel, "extraction", "rate_limit", budget=30, pool="realistic")
    page.keyboard.press("ArrowUp")
    shows(panel, "extraction", "top1", budget=30, pool="realistic")
    tab_to(seed)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    shows(panel, "extraction", "top1", budget=30, pool="realistic", seed=3)


def test_the_explorer_opens_the_attack_behind_a_finding_and_sets_it(blank: BlankPage) -> None:
    explorer = blank.open(run_here(NOTEBOOKS / "02-assess.ipynb", "explorer-panel")["_"])
    knobs = ATTACKS["extraction"].measures["output_detail_limited"].knobs
    explorer.get_by_label("See the attack behind a finding").select_option(label="Return less detail")
    inside = explorer.locator(".tl-attack")
    shows(inside, "extraction", "top1", **knobs)
    inside.get_by_label(re.compile("^Seed")).fill("3")
    inside.get_by_label(re.compile("^Seed")).press("Enter")
    shows(inside, "extraction", "top1", **{**knobs, "seed": 3})
