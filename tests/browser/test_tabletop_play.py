"""The tabletop panel as a team uses it: by mouse, by keyboard alone, against the clock, on a kernel that is held up."""

from __future__ import annotations

import json
import re

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab.tabletop import Exercise, begin, load_story

PANEL = ".tl:has(.tl-tabletop)"
NOTE = "Your reason, for the log"
MANY_TABS = 60
"""More than the panel has places to stop at: a walk that long has lost its way."""

STORY = load_story("shadowray")
PATH = ("declare", "cut", "split", "worst", "three", "older", "narrow")

IN_KERNEL = """code => {
    const panel = [...window.jupyterapp.shell.widgets('main')].find(widget => widget.context?.path);
    return panel.sessionContext.session.kernel.requestExecute({code}).done.then(reply => reply.content.status);
}"""


@pytest.fixture(scope="module")
def opened(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Locator:
    """Open a notebook with the panel and nothing else."""
    code = 'from threatlab.widgets import TabletopPanel\n\npanel = TabletopPanel("shadowray")\npanel'
    cells = [nbformat.v4.new_markdown_cell("# Tabletop\n\n## Exercise"), nbformat.v4.new_code_cell(code)]
    file = tmp_path_factory.mktemp("tabletop") / "tabletop.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), file)
    lab.open(file)
    lab.run_all()
    return lab.find(PANEL)


@pytest.fixture
def panel(lab: Lab, opened: Locator) -> Locator:
    """Return the panel before the start."""
    lab.look("light", 1200)
    reset = opened.get_by_role("button", name=re.compile("^Reset"))
    if reset.is_enabled():
        reset.click()
    expect(opened).to_contain_text(STORY.situation)
    return opened


def option(panel: Locator, inject: str, name: str) -> Locator:
    wanted = next(each for each in STORY.injects[inject].options if each.id == name)
    return panel.get_by_title(f"Decide: {wanted.text}", exact=True)


def decide(panel: Locator, now: Exercise, choice: str) -> Exercise:
    """Take the seat that may decide, give a reason and click on an option; return what the package makes of it."""
    seat = panel.get_by_label("You decide as the")
    if json.loads(seat.input_value()) not in now.may_decide:
        expect(option(panel, now.at, choice)).to_be_disabled()
        panel.get_by_role("button", name=re.compile("^Hand it over")).click()
        expect(seat).to_have_value(json.dumps(now.may_decide[0]))
    panel.get_by_label(NOTE).fill(f"because of {now.at}")
    option(panel, now.at, choice).click()
    return now.decide(choice)


def hold_up(lab: Lab) -> None:
    """Keep the kernel from answering for two seconds, on whichever of its threads clicks arrive, and go on at once."""
    lab.page.evaluate(f"({IN_KERNEL})('import time\\nwith panel.turn: time.sleep(2)'); null")


def test_with_the_mouse_a_story_is_played_to_its_lessons(lab: Lab, panel: Locator) -> None:
    def is_sound(when: str) -> None:
        for look in LOOKS:
            lab.look(*look)
            assert lab.axe(PANEL) == [], (when, look)
            assert lab.overflowing(panel) == [], (when, look)

    for fold in panel.locator("summary").all():
        fold.click()
    is_sound("before")
    now = begin("shadowray")
    panel.get_by_role("button", name=re.compile("^Start")).click()
    panel.get_by_role("button", name="Pause").click()
    for choice in PATH:
        assert now.inject is not None
        expect(panel.locator("article h3")).to_have_text(now.inject.title)
        expect(panel.locator("article .tl-num")).to_have_text(now.clock)
        if now.at == "interface":
            seat = panel.get_by_label("You decide as the")
            seat.select_option(label="ML engineer")
            expect(panel.locator(".tl-tt-handover")).to_contain_text("ML engineer")
            expect(seat).to_have_value('"ML engineer"')
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


def test_the_keyboard_alone_decides_and_a_key_held_down_decides_once(lab: Lab, panel: Locator) -> None:
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
    expect(panel.locator("article h3")).to_have_text(STORY.injects["load"].title)
    panel.get_by_label("Story").focus()  # from the top: Start, where the focus was, is gone
    tab_to(panel.get_by_label(NOTE))
    page.keyboard.type("r and x are letters, not commands")
    tab_to(option(panel, "load", "kill"))
    page.keyboard.down("Enter")
    expect(panel.locator("article h3")).to_have_text(STORY.injects["returns"].title)
    page.keyboard.down("Enter")  # the same press, longer: what is in its place now has not been read
    page.keyboard.up("Enter")
    tab_to(panel.locator("summary").last)
    page.keyboard.press("Space")
    expect(panel.get_by_text("nobody knows", exact=True).first).to_be_visible()
    expect(panel.locator("article h3")).to_have_text(STORY.injects["returns"].title)
    expect(panel.locator(".tl-tt-timeline li")).to_contain_text(["r and x are letters, not commands"])


def test_the_clock_stands_while_it_is_paused_and_nothing_typed_is_lost_while_it_runs(lab: Lab, panel: Locator) -> None:
    page, note, timer = lab.page, panel.get_by_label(NOTE), panel.get_by_role("timer")
    panel.get_by_role("button", name=re.compile("^Start")).click()
    expect(timer).to_contain_text("1:30 left to decide")
    expect(timer).not_to_contain_text("1:30")
    panel.get_by_role("button", name="Pause").click()
    expect(timer).to_contain_text("the clock stands")
    stood = timer.text_content()
    assert page.evaluate(IN_KERNEL, "import asyncio\nawait asyncio.sleep(2.2)  # two ticks, if it ran") == "ok"
    assert timer.text_content() == stood

    hold_up(lab)
    panel.get_by_role("button", name="Run the clock").click()  # its answer, and ticks, come while somebody types
    note.click()
    page.keyboard.type("letter by letter on a slow hub", delay=100)
    expect(timer).to_contain_text("left to decide")
    expect(note).to_be_focused()
    expect(note).to_have_value("letter by letter on a slow hub")
    hold_up(lab)
    page.keyboard.type(", and more")
    page.keyboard.press("Tab")  # sent now, answered later
    note.click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    option(panel, "load", "declare").dblclick()
    expect(panel.locator("article h3")).to_have_text(begin("shadowray").decide("declare").inject.title)
    expect(note).to_have_value("")
    panel.get_by_role("button", name="Pause").click()
    expect(timer).to_contain_text("the clock stands")
    log = panel.locator(".tl-tt-timeline li")
    expect(log).to_contain_text(["letter by letter on a slow hub, and more!"])
