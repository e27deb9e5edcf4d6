"""Notebook 05's layers panel as a learner uses it: by mouse and by keyboard."""

from __future__ import annotations

import re
from pathlib import Path

from playwright.sync_api import Locator, expect

from tests.browser.access import tab_to
from tests.browser.blank_page import BlankPage
from tests.browser.needed import run_here
from threatlab import AISystem, assess, load_system
from threatlab.catalog import catalog
from threatlab.depth import above_bound, harden, switch_off
from threatlab.depth.common_cause import common_cause
from threatlab.depth.dependencies import dependencies

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "05-defense-in-depth.ipynb"
DEFENDED = harden(load_system("shadowray"), 40)


def shows(panel: Locator, system: AISystem, *off: str, bound: float = 0.15) -> None:
    """Check that the panel shows what the package computes for `system` with these layers off."""
    expect(panel.locator(".tl-score")).to_have_text(f"{assess(switch_off(system, *off)).risk_score:.2f}")
    gaps = above_bound(system, bound)
    expect(panel.locator(".tl-claim")).to_contain_text("Not" if gaps else "Any single layer may fail")
    for gap in gaps[:3]:
        expect(panel.locator(".tl-claim")).to_contain_text(f"{catalog().threats[gap.threat].title} {gap.risk:.2f}")


def switch(panel: Locator, layer: str, word: str) -> Locator:
    return panel.get_by_title(f"{word}: {catalog().layers[layer].title}", exact=True)


def test_layers_bound_and_shared_failure_follow_the_mouse_and_then_the_keyboard_alone(blank: BlankPage) -> None:
    panel = blank.open(run_here(NOTEBOOK, "layers-panel")["_"])
    shows(panel, DEFENDED)
    the_mouse_does_it_all(panel)
    panel.get_by_role("button", name="Reset").click()
    panel.get_by_label(re.compile("^System")).select_option(label=load_system("shadowray").title)
    shows(panel, DEFENDED)
    no_click_is_lost_however_fast_they_come(panel)
    panel.get_by_role("button", name="Reset").click()
    shows(panel, DEFENDED)
    the_keyboard_alone_does_it_all(panel)


def the_mouse_does_it_all(panel: Locator) -> None:
    switch(panel, "serving", "Off").click()
    switch(panel, "model", "Off").click()
    shows(panel, DEFENDED, "serving", "model")
    switch(panel, "serving", "On").click()
    shows(panel, DEFENDED, "model")

    bound = panel.get_by_label(re.compile("^Bound"))
    bound.fill("0.2")
    bound.press("Enter")
    shows(panel, DEFENDED, "model", bound=0.2)

    panel.get_by_label("What several layers hang on").select_option("One vendor's gateway for everything")
    cause = common_cause(DEFENDED, "one_gateway")
    common = panel.locator(".tl-three-scores .tl-num")
    expect(common).to_have_text([f"{score:.2f}" for score in cause.scores])
    chance = panel.get_by_label(re.compile("^Chance"))
    chance.fill("0.3")
    chance.press("Enter")
    expect(common).to_have_text([f"{score:.2f}" for score in common_cause(DEFENDED, "one_gateway", 0.3).scores])
    chance.fill("0.9")
    chance.press("Enter")
    expect(panel.get_by_role("alert")).to_contain_text("give a chance of at most")
    expect(chance).to_have_value("0.9")

    panel.get_by_text("Every threat without each layer").click()
    expect(panel.locator(".tl-matrix tbody tr")).to_have_count(1 + len(catalog().layers))
    expect(panel.locator(".tl-matrix")).to_be_visible()

    panel.get_by_label(re.compile("^In place")).select_option("all that applies")
    shows(panel, harden(load_system("shadowray")), "model", bound=0.2)
    panel.get_by_role("button", name="Reset").click()
    shows(panel, DEFENDED)
    panel.get_by_label(re.compile("^System")).select_option(label=load_system("tay").title)
    shows(panel, harden(load_system("tay"), 40))
    panel.get_by_label(re.compile("^In place")).select_option("as it is")
    expect(panel.locator(".tl-claim")).to_contain_text("No layer holds anything")


def no_click_is_lost_however_fast_they_come(panel: Locator) -> None:
    on, off = switch(panel, "serving", "On"), switch(panel, "serving", "Off")
    for _ in range(15):
        off.click(no_wait_after=True)
        on.click(no_wait_after=True)
    off.click()
    shows(panel, DEFENDED, "serving")


def the_keyboard_alone_does_it_all(panel: Locator) -> None:
    page = panel.page
    panel.get_by_label(re.compile("^System")).focus()
    tab_to(panel.get_by_label(re.compile("^Bound")))
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("0.2")
    page.keyboard.press("Enter")
    shows(panel, DEFENDED, bound=0.2)
    wanted = switch(panel, "data", "Off")
    tab_to(wanted)
    page.keyboard.press("Space")
    shows(panel, DEFENDED, "data", bound=0.2)
    expect(wanted).to_be_focused()
    tab_to(panel.locator("summary"))
    page.keyboard.press("Enter")  # it was open
    expect(panel.locator(".tl-matrix")).to_be_hidden()
    tab_to(panel.get_by_label("What several layers hang on"))
    page.keyboard.type("One person")
    expect(panel.locator(".tl-failures")).to_contain_text(dependencies()["one_person"].about)
    panel.get_by_label(re.compile("^System")).focus()
    tab_to(panel.get_by_role("button", name="Reset"))
    page.keyboard.press("Space")
    shows(panel, DEFENDED)
