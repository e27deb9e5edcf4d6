"""Notebook 01's drawing as a learner makes it: by mouse and by keyboard alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.access import tab_to
from tests.browser.blank_page import BlankPage
from tests.browser.lab import LOOKS
from tests.browser.needed import run_here
from threatlab import load_system
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import hidden_by_exclusions
from threatlab.dataflow.files import load_drawing
from threatlab.widgets.scope_editor.forms import FORMS

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "01-scope.ipynb"
HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture
def editor(blank: BlankPage) -> Locator:
    """Open the notebook's editor on ShadowRay."""
    return blank.open(run_here(NOTEBOOK, "case-editor")["_"])


def shows(editor: Locator, drawing: DataFlow) -> None:
    """Check that the panel shows what the package computes for `drawing`."""
    hidden = hidden_by_exclusions(drawing, load_system("shadowray"))
    expect(editor.locator(".tl-score")).to_have_text(f"{hidden.in_scope.risk_score:.2f}")
    words = f"{len(drawing.elements)} elements in {len(drawing.zones)} zones, {len(drawing.flows)} flows"
    expect(editor.locator(".tl-head")).to_contain_text(words)
    expect(editor.locator(".tl-drawing svg > desc")).to_contain_text(f"{drawing.elements[-1].name} (")


def listed(editor: Locator, name: str) -> Locator:
    """Return the list of that name: its label alone, without the entries that stand within it."""
    return editor.get_by_role("combobox", name=name, exact=True)


def choose(editor: Locator, name: str, entry: str) -> None:
    """Choose what a list shows as `entry`, or what begins like it."""
    wanted = re.compile(f"^{re.escape(entry)}( \u2014|$)")
    value = listed(editor, name).locator("option").filter(has_text=wanted).get_attribute("value")
    listed(editor, name).select_option(value)


def press(editor: Locator, words: str) -> None:
    editor.get_by_role("button", name=words).click()


def test_with_the_mouse_the_drawing_and_the_risk_follow_each_change(editor: Locator) -> None:
    drawing = load_drawing("shadowray")
    shows(editor, drawing)

    press(editor, FORMS["exclude"][0])
    choose(editor, "Left out so far", "Job interface")
    press(editor, "Take it back in")
    drawing = drawing.including("Job interface")
    shows(editor, drawing)
    expect(editor.locator(".tl-last")).to_contain_text("Now it follows: internet-facing.")
    expect(editor.locator(".tl-left-out")).to_have_count(0)

    press(editor, FORMS["element"][0])
    editor.get_by_label("Name of the element").fill("Gateway")
    choose(editor, "Trust zone", "Cluster (own)")
    press(editor, "Add the element")
    drawing = drawing.with_element("Gateway", "process", "Cluster")
    shows(editor, drawing)

    press(editor, FORMS["flow"][0])
    choose(editor, "From", "Anyone")
    choose(editor, "To", "Gateway")
    editor.get_by_label("What flows").fill("jobs")
    choose(editor, "It carries", "actions")
    press(editor, "Draw the flow")
    drawing = drawing.with_flow("Anyone", "Gateway", "jobs", "actions")
    shows(editor, drawing)
    expect(editor.locator(".tl-drawing svg")).to_contain_text("9 jobs")

    press(editor, FORMS["change"][0])
    choose(editor, "Element, flow or zone", "Gateway")
    form = editor.locator("form[data-act=change_element]")
    form.get_by_label("Name of the element").fill("Front door")
    form.get_by_label("Name of the element").press("Enter")
    shows(editor, drawing.changing_element("Gateway", name="Front door"))
    press(editor, "Undo")
    choose(editor, "Element, flow or zone", "Gateway")
    press(editor, "Take it away")
    shows(editor, drawing.without("Gateway"))
    expect(listed(editor, "Element, flow or zone")).to_have_value('""')  # not what has moved into its place
    press(editor, "Undo")
    shows(editor, drawing)
    press(editor, "Reset")
    shows(editor, load_drawing("shadowray"))


def test_a_mistake_is_told_in_the_form_and_what_was_typed_stays(editor: Locator) -> None:
    press(editor, FORMS["element"][0])
    editor.get_by_label("Name of the element").fill("half of a na")
    choose(editor, "Kind of element", "tool")
    press(editor, FORMS["exclude"][0])
    choose(editor, "Element", "Workers")
    editor.get_by_label("Who answers").fill("Ann")
    press(editor, "Leave it out")
    expect(editor.get_by_role("alert").filter(has_text="without a reason")).to_be_visible()
    expect(editor.get_by_label("Who answers")).to_have_value("Ann")
    shows(editor, load_drawing("shadowray"))
    editor.get_by_label("Why it needs").fill("Assessed by itself in spring")
    press(editor, "Leave it out")
    shows(editor, load_drawing("shadowray").excluding("Workers", "Assessed by itself in spring", "Ann"))
    choose(editor, "Left out so far", "Job interface")
    press(editor, "Take it back in")
    choose(editor, "Left out so far", "Workers")
    press(editor, "Take it back in")
    expect(editor.locator(".tl-left-out")).to_have_count(0)
    press(editor, FORMS["element"][0])
    expect(editor.get_by_label("Name of the element")).to_have_value("half of a na")
    expect(listed(editor, "Kind of element")).to_have_value('"tool"')


def test_the_keyboard_alone_draws_a_flow(editor: Locator) -> None:
    page = editor.page
    listed(editor, "Drawing").focus()
    tab_to(editor.get_by_role("button", name=FORMS["flow"][0]))
    page.keyboard.press("Space")
    tab_to(listed(editor, "From"))
    page.keyboard.type("Any")
    tab_to(listed(editor, "To"))
    page.keyboard.type("Workers")
    tab_to(editor.get_by_label("What flows"))
    page.keyboard.type("a question")
    tab_to(listed(editor, "It carries"))
    page.keyboard.type("quest")
    tab_to(editor.get_by_label("It carries personal data"))
    page.keyboard.press("Space")
    tab_to(editor.get_by_role("button", name="Draw the flow"))
    page.keyboard.press("Enter")
    drawing = load_drawing("shadowray").with_flow("Anyone", "Workers", "a question", "questions", personal=True)
    shows(editor, drawing)
    expect(editor.locator(".tl-last")).to_contain_text("crosses from Internet into Cluster")
    expect(editor.get_by_role("button", name="Draw the flow")).to_be_focused()

    what = editor.get_by_label("What flows")
    what.focus()
    page.keyboard.type("another")
    page.keyboard.press("Enter")
    shows(editor, drawing.with_flow("Anyone", "Workers", "another", "questions"))
    expect(what).to_be_focused()
    expect(what).to_have_value("")
    listed(editor, "Drawing").focus()
    tab_to(editor.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    shows(editor, drawing)

    tab_to(editor.locator("summary").last)
    page.keyboard.press("Enter")
    expect(editor.locator("tbody tr").filter(has_text="a question")).to_contain_text("Internet \u2192 Cluster")
    listed(editor, "Drawing").focus()
    tab_to(editor.get_by_role("button", name="Undo"))
    page.keyboard.press("Enter")
    shows(editor, load_drawing("shadowray"))


def test_a_name_that_looks_like_html_stays_a_name(editor: Locator) -> None:
    asked: list[str] = []
    editor.page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    press(editor, FORMS["element"][0])
    editor.get_by_label("Name of the element").fill(HOSTILE)
    choose(editor, "Trust zone", "Internet (internet)")
    press(editor, "Add the element")
    shows(editor, load_drawing("shadowray").with_element(HOSTILE, "process", "Internet"))
    press(editor, FORMS["flow"][0])
    choose(editor, "From", HOSTILE)
    choose(editor, "To", "Workers")
    editor.get_by_label("What flows").fill(HOSTILE)
    press(editor, "Draw the flow")
    if not editor.locator("details[open] summary", has_text="Every flow").count():
        editor.locator("summary", has_text="Every flow").click()
    expect(editor.locator("tbody tr").last).to_contain_text(HOSTILE)
    assert editor.locator("img[src=x]").count() == 0
    assert asked == []


def test_text_in_the_picture_is_readable_on_a_narrow_page(blank: BlankPage, editor: Locator) -> None:
    blank.look("light", 700)
    scale = editor.locator(".tl-drawing svg").evaluate(
        "svg => parseFloat(getComputedStyle(svg).fontSize)"
        " * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width"
    )
    assert scale >= 12


def test_a_change_its_score_and_its_form_are_seen_at_once(blank: BlankPage, editor: Locator) -> None:
    for theme, width in LOOKS:
        blank.look(theme, width)
        press(editor, FORMS["exclude"][0])
        top = editor.locator(".tl-head").bounding_box()
        form = editor.locator(".tl-change").bounding_box()
        picture = editor.locator(".tl-drawing").bounding_box()
        assert top
        assert form
        assert picture
        assert form["y"] + form["height"] - top["y"] < 535, "what a laptop's screen shows of a notebook"
        assert picture["y"] < form["y"] + form["height"] + 30


def test_nothing_jumps_when_something_is_taken_back_in(editor: Locator) -> None:
    press(editor, FORMS["exclude"][0])
    choose(editor, "Left out so far", "Job interface")
    before = editor.locator(".tl-change").bounding_box()
    press(editor, "Take it back in")
    expect(editor.locator(".tl-left-out")).to_have_count(0)
    after = editor.locator(".tl-change").bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 30


def test_no_success_stands_over_a_new_error(editor: Locator) -> None:
    press(editor, FORMS["zone"][0])
    editor.get_by_label("Name of the zone").fill("Partner")
    editor.get_by_label("Name of the zone").press("Enter")
    expect(editor.locator(".tl-last")).to_have_text("Added the zone Partner.")
    editor.get_by_label("Name of the zone").fill("Partner")
    editor.get_by_label("Who decides what runs there").fill("them")
    editor.get_by_label("Who decides what runs there").press("Enter")
    expect(editor.get_by_role("alert")).to_contain_text("second zone")
    expect(editor.locator(".tl-last")).to_be_hidden()


def test_a_drawing_is_left_only_when_one_says_so(
    editor: Locator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    press(editor, FORMS["zone"][0])
    editor.get_by_label("Name of the zone").fill("Partner")
    press(editor, "Add the zone")
    choose(editor, "Drawing", "Tay")
    expect(editor.get_by_role("alert")).to_contain_text("is not saved: 1 part.")
    press(editor, "Save first")
    shows_title = editor.locator(".tl-drawing svg > title")
    expect(shows_title).to_have_text("Data flows of Tay")
    choose(editor, "Drawing", "shadowray.toml (saved)")
    shows(editor, load_drawing("shadowray").with_zone("Partner", "own"))
    choose(editor, "Drawing", "New drawing")
    expect(editor.locator(".tl-head")).to_contain_text("nothing is drawn yet")
    press(editor, "Undo")
    shows(editor, load_drawing("shadowray").with_zone("Partner", "own"))
