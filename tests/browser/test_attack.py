"""Notebooks 00 and 03 as a learner uses them: run all, then work the attack labs by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab.attacks import ATTACKS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
LAB = ".tl:has(> .tl-lab)"
MANY_TABS = 40
"""More than a lab has places to stop at."""


def shows(lab: Locator, attack: str, control: str, **knobs: object) -> None:
    """Check that the lab shows what the package computes, and says that it is done."""
    result = ATTACKS[attack].run(control=control, **knobs)
    expect(lab.locator(".tl-status")).to_have_text(
        f"Done: attacker {result.success:.0%}, usefulness {result.utility:.0%}."
    )
    expect(lab.locator(".tl-stale")).to_have_count(0)


def test_notebook_00_attacks_by_mouse_and_by_the_keyboard_alone(lab: Lab) -> None:
    lab.open(NOTEBOOKS / "00-why-ai-needs-threat-modeling.ipynb")
    lab.run_all()
    panel, page = lab.find(LAB).first, lab.page
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
    for _ in range(MANY_TABS):
        page.keyboard.press("Tab")
        if seed.evaluate("node => node === document.activeElement"):
            break
    expect(seed).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    shows(panel, "extraction", "top1", budget=30, pool="realistic", seed=3)


def test_axe_finds_nothing_in_any_lab_and_nothing_overflows(lab: Lab) -> None:
    lab.open(NOTEBOOKS / "03-attack.ipynb")
    lab.run_all()
    labs = lab.find(LAB)
    expect(labs).to_have_count(len(ATTACKS))
    for look in LOOKS:
        lab.look(*look)
        assert lab.axe(LAB) == [], look
        for each in labs.all():
            assert lab.overflowing(each) == [], look


def test_the_explorer_opens_the_attack_behind_a_finding_and_sets_it(lab: Lab) -> None:
    lab.open(NOTEBOOKS / "02-assess.ipynb", only="explorer-panel")
    lab.run_all()
    explorer, knobs = lab.find(".tl").first, ATTACKS["extraction"].measures["output_detail_limited"].knobs
    explorer.get_by_label("See the attack behind a finding").select_option(label="Return less detail")
    inside = explorer.locator(".tl-attack")
    shows(inside, "extraction", "top1", **knobs)
    inside.get_by_label(re.compile("^Seed")).fill("3")
    inside.get_by_label(re.compile("^Seed")).press("Enter")
    shows(inside, "extraction", "top1", **{**knobs, "seed": 3})
