"""Notebook 04 as a learner uses it: run all, then plan by mouse and by keyboard."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab import load_system
from threatlab.plan import Plan, make_plan

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04-plan-and-control.ipynb"
PANEL = ".tl:has(> .tl-pl-below)"
START = "2026-12-01"
MANY_TABS = 40
"""More than the panel has places to stop at."""


def planned(budget: float = 20, floor: float = 0.95, system: str = "shadowray", **how: object) -> Plan:
    return make_plan(load_system(system), budget, min_utility=floor, start=START, **how)


def shows(panel: Locator, plan: Plan) -> None:
    """Check that the panel shows what the package computes: score, days, and each step in order."""
    expect(panel.locator(".tl-score")).to_have_text(f"{plan.risk_after:.3f}")
    expect(panel.locator(".tl-pl-figures")).to_contain_text(f"{plan.days:g} of {plan.budget:g}")
    expect(panel.locator(".tl-pl-plan tbody tr td:nth-child(2) > b")).to_have_text([step.title for step in plan.steps])


def opened(lab: Lab) -> Locator:
    lab.open(NOTEBOOK, only="planner-panel")
    lab.run_all()
    panel = lab.find(PANEL)
    shows(panel, planned())
    return panel


def test_budget_floor_way_and_system_change_the_plan(lab: Lab) -> None:
    panel = opened(lab)
    panel.get_by_role("button", name="Halve the budget").click()
    shows(panel, planned(10))
    panel.get_by_label("Budget (days)").fill("60")
    panel.get_by_label("Budget (days)").press("Enter")
    shows(panel, planned(60))
    panel.get_by_label("Utility floor").fill("1")
    panel.get_by_label("Utility floor").press("Enter")
    shows(panel, planned(60, 1.0))
    panel.get_by_label("Choose by").select_option("Quick wins")
    shows(panel, planned(60, 1.0, way="quick_wins"))
    panel.get_by_label("System").select_option(label=load_system("tay").title)
    shows(panel, planned(60, 1.0, "tay", way="quick_wins"))
    panel.get_by_role("button", name="Reset").click()
    shows(panel, planned())


def test_a_control_is_explained_left_out_and_owned(lab: Lab) -> None:
    panel, first = opened(lab), planned().steps[0]
    panel.get_by_label("Look at one control").select_option(first.title)
    expect(panel).to_contain_text(f"Step 1. When its turn comes it removes {first.removes:.3f}")
    owner = panel.get_by_label("Owner")
    owner.fill("Ada")
    owner.press("Enter")
    expect(panel.locator(".tl-pl-plan tbody tr").first).to_contain_text("Ada")
    panel.get_by_label("In the plan?").select_option("leave out")
    shows(panel, planned(without=[first.control]))
    expect(panel).to_contain_text("Not in the plan.")


def test_an_acceptance_needs_all_four_and_keeps_what_was_typed(lab: Lab) -> None:
    panel = opened(lab)
    accept = panel.get_by_role("button", name="Accept this risk")
    accept.click()
    expect(panel.get_by_role("alert").filter(has_text="choose what you accept")).to_be_visible()
    panel.get_by_label("Accept what stays open").select_option("HIGH: Encryption not enabled")
    panel.get_by_label("Who answers for it").fill("Ada")
    panel.get_by_label("Until").fill("2027-06-30")
    accept.click()
    expect(panel.get_by_role("alert").filter(has_text="reason of the acceptance")).to_be_visible()
    expect(panel.get_by_label("Who answers for it")).to_have_value("Ada")
    panel.get_by_label("Reason").fill("<b>The cloud</b> encrypts disks")
    accept.click()
    row = panel.locator(".tl-pl-open tr").filter(has_text="Encryption not enabled")
    expect(row).to_contain_text("accepted by Ada until 2027-06-30")
    expect(row).to_contain_text("<b>The cloud</b> encrypts disks")
    expect(panel.locator(".tl-pl-figures")).to_contain_text("13 open without an end")


def test_the_keyboard_alone_plans(lab: Lab) -> None:
    panel, page = opened(lab), lab.page
    budget = panel.get_by_label("Budget (days)")
    panel.get_by_label("System").focus()
    for _ in range(MANY_TABS):
        page.keyboard.press("Tab")
        if budget.evaluate("node => node === document.activeElement"):
            break
    expect(budget).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    shows(panel, planned(40))
    page.keyboard.press("Enter")  # the button after it
    shows(panel, planned(20))
    panel.get_by_label("Choose by").focus()
    page.keyboard.type("Wor")
    shows(panel, planned(way="severity"))
    unfold = panel.get_by_role("button", name="All that stays open")
    unfold.focus()
    page.keyboard.press("Space")
    expect(panel.locator(".tl-pl-open tbody tr")).to_have_count(len(planned(way="severity").left_open))


def test_axe_finds_nothing_and_nothing_overflows(lab: Lab) -> None:
    lab.open(NOTEBOOK)
    lab.run_all()
    panel = lab.find(PANEL)
    panel.get_by_label("Look at one control").select_option(planned().steps[0].title)
    panel.get_by_role("button", name="Accept this risk").click()
    expect(panel.locator(".tl-pl-problem")).to_be_visible()
    for look in LOOKS:
        lab.look(*look)
        assert lab.axe(PANEL) == [], look
        assert lab.overflowing(panel) == [], look
