"""The tabletop panel as a team uses it: by mouse, by keyboard alone, against the clock."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.access import tab_to
from tests.browser.blank_page import BlankPage
from threatlab.tabletop import Exercise, begin, load_story
from threatlab.widgets import TabletopPanel

STORY = load_story("shadowray")
PATH = ("declare", "cut", "split", "worst", "three", "older", "narrow")


@pytest.fixture
def panel(blank: BlankPage) -> Locator:
    return blank.open(TabletopPanel("shadowray"))


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
    now = now.decide(choice)
    expect(panel).to_contain_text(now.log[-1].consequence)
    return now


def test_the_keyboard_alone_decides_and_no_letter_is_lost_on_a_slow_kernel(blank: BlankPage, panel: Locator) -> None:
    page = panel.page
    panel.get_by_label("Story").focus()
    tab_to(panel.get_by_role("button", name="Start: the clock runs"))
    page.keyboard.press("Enter")
    timer = panel.get_by_role("timer")
    expect(timer).to_contain_text(re.compile(r"(0:|1:[01]|1:2[0-8]).* left to decide"))  # it moves by itself
    panel.get_by_label("Your reason, for the log").focus()
    with blank.kernel_held_up():
        page.keyboard.type("r and x are letters, ")
        stood = timer.text_content() or ""
    expect(timer).not_to_have_text(stood)
    with blank.kernel_held_up():
        page.keyboard.type("not commands")
        tab_to(option(panel, "load", "kill"))
        page.keyboard.press("Space")
        page.keyboard.press("Space")
    expect(panel.get_by_role("group", name="What followed")).to_be_focused()
    expect(panel).to_contain_text("r and x are letters, not commands")
    page.keyboard.press("Space")
    tab_to(panel.get_by_role("button", name="Next message"))
    page.keyboard.press("Enter")
    expect(panel.get_by_role("group", name="The message")).to_be_focused()
    expect(panel.locator("article h3")).to_have_text(STORY.injects["returns"].title)
    expect(panel.locator(".tl-tt-timeline li")).to_have_count(1)
    panel.get_by_role("button", name="Pause").click()
    expect(timer).to_contain_text("the clock stands")
    stood = timer.text_content()
    panel.get_by_text("What does the system have in place").click()
    expect(panel.locator(".tl-tt-has")).to_be_visible()
    assert timer.text_content() == stood
    option(panel, "returns", STORY.injects["returns"].options[0].id).dblclick()
    expect(panel.get_by_role("button", name="Next message")).to_be_visible()
    expect(panel.locator(".tl-tt-timeline li")).to_have_count(2)


def test_letters_that_were_not_sent_when_the_time_ran_out_go_with_their_decision(blank: BlankPage) -> None:
    moved = [0.0]
    table = TabletopPanel("shadowray", clock=lambda: moved[0])
    panel = blank.open(table)
    panel.get_by_role("button", name="Start: the clock runs").click()
    panel.get_by_label("Your reason, for the log").focus()
    panel.page.keyboard.type("we were nearly")
    moved[0] = 10_000.0
    expect(panel.get_by_role("group", name="What followed")).to_be_focused()
    expect(panel).to_contain_text("we were nearly")
    assert [entry.note for entry in table.exercise.log] == ["we were nearly"]
    panel.get_by_role("button", name="Next message").click()
    expect(panel.get_by_label("Your reason, for the log")).to_have_value("")


def test_what_is_new_comes_into_view_and_gets_the_focus(panel: Locator) -> None:
    page = panel.page
    page.set_viewport_size({"width": 1280, "height": 400})
    panel.get_by_role("button", name="Start without a clock").click()
    chosen = option(panel, "load", "kill")
    chosen.scroll_into_view_if_needed()
    chosen.click()
    for name, onward in (("What followed", "Next message"), ("The message", "Undo"), ("The message", None)):
        news = panel.get_by_role("group", name=name)
        expect(news).to_be_focused()
        page.wait_for_function("node => Math.abs(node.getBoundingClientRect().top - 8) < 2", arg=news.element_handle())
        if onward:
            panel.get_by_role("button", name=onward).click()
    expect(panel.locator(".tl-tt-timeline li")).to_have_count(0)


def test_with_the_mouse_a_story_is_played_to_its_lessons(panel: Locator) -> None:
    now = begin("shadowray")
    panel.get_by_role("button", name="Start without a clock").click()
    for choice in PATH:
        assert now.inject is not None
        expect(panel.locator("article h3")).to_have_text(now.inject.title)
        expect(panel.locator("article .tl-num")).to_have_text(now.clock)
        if choice == PATH[1]:
            panel.get_by_label("You decide as the").select_option("ML engineer")
            expect(panel.get_by_role("button", name=re.compile("^Hand it over"))).to_be_visible()
        now = decide(panel, now, choice)
        if not now.finished:
            panel.get_by_role("button", name="Next message").click()
    expect(panel.locator("article")).to_have_count(0)
    for lesson in now.lessons:
        expect(panel).to_contain_text(lesson.text)
    for entry in now.log:
        expect(panel).to_contain_text(entry.consequence)
        expect(panel).to_contain_text(f"because of {entry.inject}")
    expect(panel.get_by_role("row", name=re.compile("^Service down")).get_by_role("cell").first).to_have_text(
        f"{now.figures['down']:g} h"
    )
    panel.get_by_role("button", name=re.compile("^Reset")).click()
    expect(panel).to_contain_text(STORY.situation)
