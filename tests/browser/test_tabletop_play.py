"""The tabletop panel as a team uses it: by mouse, by keyboard alone, against the clock, in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab.tabletop import Exercise, begin, load_story

PANEL = ".tl:has(.tl-tabletop)"
MANY_TABS = 60
"""More than the panel has places to stop at: a walk that long has lost its way."""

STORY = load_story("shadowray")
PATH = ("declare", "cut", "split", "worst", "three", "older", "narrow")


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """A notebook with the panel and nothing else."""
    code = nbformat.v4.new_code_cell(
        'from threatlab.widgets import TabletopPanel\n\npanel = TabletopPanel("shadowray")\npanel', id="panel"
    )
    text = nbformat.v4.new_markdown_cell("# Tabletop\n\n## Exercise", id="title")
    file = tmp_path / "tabletop.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[text, code]), file)
    return file


@pytest.fixture
def panel(lab: Lab, notebook: Path) -> Locator:
    lab.open(notebook)
    lab.run_all()
    return lab.find(PANEL)


def option(panel: Locator, inject: str, name: str) -> Locator:
    wanted = next(each for each in STORY.injects[inject].options if each.id == name)
    return panel.get_by_title(f"Decide: {wanted.text}", exact=True)


def decide(panel: Locator, now: Exercise, choice: str) -> Exercise:
    """Take the seat that may decide, give a reason and click on an option; return what the package makes of it."""
    seat = panel.get_by_label("You decide as the")
    if seat.input_value().strip('"') not in now.may_decide:
        expect(option(panel, now.at, choice)).to_be_disabled()
        panel.get_by_role("button", name=re.compile("^Hand it over")).click()
        expect(seat).to_have_value(f'"{now.may_decide[0]}"')
    panel.get_by_label("Your reason, for the log").fill(f"because of {now.at}")
    option(panel, now.at, choice).click()
    return now.decide(choice)


def test_the_keyboard_alone_decides_and_no_letter_is_lost_on_a_slow_kernel(lab: Lab, panel: Locator) -> None:
    page = lab.page

    def tab_to(wanted: Locator) -> None:
        for _ in range(MANY_TABS):
            page.keyboard.press("Tab")
            if wanted.evaluate("node => node === document.activeElement"):
                return
        raise AssertionError(f"the Tab key does not lead to {wanted}")

    panel.get_by_label("Story").focus()
    tab_to(panel.get_by_role("button", name=re.compile("^Start")))
    page.keyboard.press("Enter")
    timer = panel.get_by_role("timer")
    expect(timer).to_contain_text(re.compile(r"1:2[0-8] left to decide"))  # it moves by itself
    panel.get_by_label("Your reason, for the log").focus()
    lab.hold_the_kernel_up(2)
    page.keyboard.type("r and x are letters, ", delay=60)
    expect(timer).not_to_have_text(timer.text_content() or "")
    page.keyboard.type("not commands")
    tab_to(option(panel, "load", "kill"))
    page.keyboard.press("Space")
    expect(panel.locator("article h3")).to_have_text(STORY.injects["returns"].title)
    expect(panel).to_contain_text("r and x are letters, not commands")
    panel.get_by_role("button", name="Pause").click()
    expect(timer).to_contain_text("the clock stands")
    stood = timer.text_content()
    panel.get_by_text("What does the system have in place").click()
    expect(panel.locator(".tl-tt-has")).to_be_visible()
    assert timer.text_content() == stood
    option(panel, "returns", STORY.injects["returns"].options[0].id).dblclick()
    expect(panel.locator(".tl-tt-timeline li")).to_have_count(2)


def test_with_the_mouse_a_story_is_played_to_its_lessons_and_axe_finds_nothing(lab: Lab, panel: Locator) -> None:
    def is_sound(when: str) -> None:
        for look in LOOKS:
            lab.look(*look)
            assert lab.axe(PANEL) == [], (when, look)
            assert lab.overflowing(panel) == [], (when, look)

    is_sound("before")
    now = begin("shadowray")
    panel.get_by_role("button", name=re.compile("^Start")).click()
    panel.get_by_role("button", name="Pause").click()
    for choice in PATH:
        assert now.inject is not None
        expect(panel.locator("article h3")).to_have_text(now.inject.title)
        expect(panel.locator("article .tl-num")).to_have_text(now.clock)
        if choice == PATH[1]:
            panel.get_by_label("You decide as the").select_option("ML engineer")
            expect(panel.get_by_role("button", name=re.compile("^Hand it over"))).to_be_visible()
            is_sound("in the middle")
        now = decide(panel, now, choice)
    expect(panel.locator("article")).to_have_count(0)
    for lesson in now.lessons:
        expect(panel).to_contain_text(lesson.text)
    for entry in now.log:
        expect(panel).to_contain_text(entry.consequence)
        expect(panel).to_contain_text(f"because of {entry.inject}")
    expect(panel.get_by_role("row", name=re.compile("^Service down")).get_by_role("cell").first).to_have_text(
        f"{now.figures['down']:g} h"
    )
    is_sound("at the end")
    panel.get_by_role("button", name=re.compile("^Reset")).click()
    expect(panel).to_contain_text(STORY.situation)
