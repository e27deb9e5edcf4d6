"""Notebook 04's planner as a learner uses it: by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.access import tab_to
from tests.browser.blank_page import BlankPage
from tests.browser.needed import run_here
from threatlab import load_system
from threatlab.plan import Plan, make_plan

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "04-plan-and-control.ipynb"
START = "2026-12-01"


def planned(budget: float = 20, floor: float = 0.96, system: str = "shadowray", **how: object) -> Plan:
    return make_plan(load_system(system), budget, min_utility=floor, start=START, **how)


def shows(panel: Locator, plan: Plan) -> None:
    """Check that the panel shows what the package computes: score, days, and each step in order."""
    expect(panel.locator(".tl-score")).to_have_text(f"{plan.risk_after:.3f}")
    expect(panel.locator(".tl-lead")).to_contain_text(f"{plan.days:g} of {plan.budget:g}")
    expect(panel.locator(".tl-plan td:nth-child(2) > b")).to_have_text([step.title for step in plan.steps])


def test_the_plan_follows_the_mouse_and_then_the_keyboard_alone(blank: BlankPage) -> None:
    panel = blank.open(run_here(NOTEBOOK, "planner-panel")["_"])
    shows(panel, planned())
    settings_change_the_plan(panel)
    one_control_is_explained_left_out_and_owned(panel)
    an_acceptance_needs_all_four_and_keeps_what_was_typed(panel)
    panel.get_by_role("button", name="Reset").click()
    the_keyboard_alone_plans(panel)


def settings_change_the_plan(panel: Locator) -> None:
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
    panel.get_by_label(re.compile("^System")).select_option(label=load_system("tay").title)
    shows(panel, planned(60, 1.0, "tay", way="quick_wins"))
    panel.get_by_role("button", name="Reset").click()
    shows(panel, planned())


def one_control_is_explained_left_out_and_owned(panel: Locator) -> None:
    first = planned().steps[0]
    panel.get_by_label("Look at one control").select_option(first.title)
    expect(panel).to_contain_text(f"Step 1. When its turn comes it removes {first.removes:.3f}")
    owner = panel.get_by_label("Owner")
    owner.fill("Ada")
    owner.press("Enter")
    expect(panel.locator(".tl-plan tbody tr").first).to_contain_text("Ada")
    panel.get_by_label("In the plan?").select_option("leave out")
    shows(panel, planned(without=[first.control]))
    expect(panel).to_contain_text("Not in the plan.")
    panel.get_by_role("button", name="Reset").click()


def an_acceptance_needs_all_four_and_keeps_what_was_typed(panel: Locator) -> None:
    problem, accept = panel.get_by_role("alert"), panel.get_by_role("button", name="Accept this risk")
    open_before = int(re.search(r"(\d+) open without an end", panel.locator(".tl-lead").inner_text())[1])
    accept.click()
    expect(problem).to_contain_text("Choose what you accept")
    panel.get_by_label("Accept what stays open").select_option("HIGH: Encryption not enabled")
    panel.get_by_label("Who answers for it").fill("Ada")
    panel.get_by_label("Until").fill("2027-06-30")
    accept.click()
    expect(problem).to_contain_text("eason for accepting")
    expect(panel.get_by_label("Who answers for it")).to_have_value("Ada")
    panel.get_by_label("Reason").fill("<b>The cloud</b> encrypts disks")
    accept.click()
    row = panel.locator(".tl-open tr").filter(has_text="Encryption not enabled")
    expect(row).to_contain_text("accepted by Ada until 2027-06-30")
    expect(row).to_contain_text("<b>The cloud</b> encrypts disks")
    expect(panel.locator(".tl-lead")).to_contain_text(f"{open_before - 1} open without an end")
    expect(problem).to_have_count(0)
    expect(panel.get_by_label("Reason")).to_have_value("")


def the_keyboard_alone_plans(panel: Locator) -> None:
    page, budget = panel.page, panel.get_by_label("Budget (days)")
    panel.get_by_label(re.compile("^System")).focus()
    tab_to(budget)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("40")
    page.keyboard.press("Tab")
    shows(panel, planned(40))
    page.keyboard.press("Enter")  # the button after it
    shows(panel, planned(20))
    panel.get_by_label("Choose by").focus()
    page.keyboard.type("Wor")
    shows(panel, planned(way="severity"))
    rest = panel.locator("details")
    rest.locator("summary").focus()
    page.keyboard.press("Space")
    expect(rest.locator("tbody tr").last).to_be_visible()
    expect(panel.locator(".tl-open tbody tr")).to_have_count(len(planned(way="severity").left_open))
