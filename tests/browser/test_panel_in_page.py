"""In JupyterLab: nothing typed is lost, focus and folds stay, keys and clicks count, time can stop."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, SCROLLED, Lab

DEMO = """
from dataclasses import dataclass, replace
from threatlab.errors import ThreatLabError
from threatlab.widgets.base.html import button, check, choice, field, fold, form, markup, tag
from threatlab.widgets.base.panel import Panel, action

@dataclass(frozen=True)
class State:
    clicks: int = 0
    number: float = 1
    text: str = ""
    choice: str = "a"
    sent: str = ""

class Demo(Panel):
    @action
    def click(self): self.show(replace(self.state, clicks=self.state.clicks + 1))
    @action
    def set(self, number=None, text=None, choice=None):
        if number is not None and number > 9: raise ThreatLabError(f"number is {number}; give 9 or less")
        new = {"number": number, "text": text, "choice": choice}
        self.show(replace(self.state, **{name: value for name, value in new.items() if value is not None}))
    @action
    def send(self, **values): self.show(replace(self.state, sent=str(values)))
    def draw(self, state):
        return markup(
            tag("p", f"{state.clicks} clicks", id="clicks"), tag("p", f"text is {state.text}", id="text"),
            button("Click", "click"), button("Once", "click", once=f"n{state.clicks}"),
            button("Goes", "click") if not state.clicks else None,
            field("Number", "number", state.number, act="set"), field("Text", "text", state.text, act="set"),
            choice("Choice", "choice", [("Apple", "a"), ("Rhubarb", "r")], state.choice, act="set"),
            fold("Fold", tag("p", f"folded {state.clicks}")),
            form("send", field("Word", "word"), check("Tick", "tick"),
                 choice("List", "list", [(f"item {n}", n) for n in range(3 + state.clicks)], 0),
                 submit="Send", key=state.sent),
            tag("p", state.sent, id="sent"))
    def picture(self): return tag("p", "demo")
    def __repr__(self): return "Demo"

demo = Demo(State())
demo
"""
LAST = "import time; time.sleep(PAUSE)"


@pytest.fixture(scope="module")
def opened(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> Lab:
    """Open a notebook with two views of one panel."""
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(source) for source in (DEMO, "demo", LAST)]
    made.cells.insert(0, nbformat.v4.new_code_cell("PAUSE = 0"))
    file = tmp_path_factory.mktemp("panel") / "panel.ipynb"
    nbformat.write(made, file)
    lab.open(file)
    return lab


@pytest.fixture
def demo(opened: Lab) -> Locator:
    """Run its cells anew, and return the first view."""
    opened.run_all()
    return opened.notebook.locator(".tl").first


def test_what_is_typed_while_the_kernel_is_held_up_is_not_lost(lab: Lab, demo: Locator) -> None:
    text, page = demo.get_by_label("Text"), lab.page
    demo.get_by_role("button", name="Click").click()
    expect(demo.locator("#clicks")).to_have_text("1 clicks")
    lab.hold_the_kernel_up(2)
    demo.get_by_role("button", name="Click").click()  # its answer comes while somebody types
    text.click()
    page.keyboard.type("letters typed into a slow hub", delay=90)
    expect(demo.locator("#clicks")).to_have_text("2 clicks")
    expect(text).to_be_focused()
    expect(text).to_have_value("letters typed into a slow hub")
    lab.hold_the_kernel_up(1.5)
    page.keyboard.type(", and more", delay=20)
    page.keyboard.press("Tab")  # sent now, answered later
    text.click()
    page.keyboard.press("End")
    page.keyboard.type("!", delay=20)
    page.keyboard.press("Tab")
    expect(demo.locator("#text")).to_have_text("text is letters typed into a slow hub, and more!")
    expect(text).to_have_value("letters typed into a slow hub, and more!")

    word = demo.get_by_label("Word")
    word.fill("half a form")
    demo.get_by_label("List").select_option(label="item 2")
    demo.get_by_role("button", name="Click").click()
    expect(demo.locator("#clicks")).to_have_text("3 clicks")
    expect(demo.get_by_label("List").locator("option")).to_have_count(6)
    demo.get_by_label("Tick").check()
    demo.get_by_role("button", name="Send").click()
    expect(demo.locator("#sent")).to_have_text("{'word': 'half a form', 'tick': True, 'list': 2}")
    expect(word).to_have_value("")


def test_focus_folds_and_a_second_view_stay_in_step(lab: Lab, demo: Locator) -> None:
    second, page = lab.notebook.locator(".tl").nth(1), lab.page
    demo.locator("summary").click()
    demo.get_by_role("button", name="Goes").focus()
    page.keyboard.press("Enter")
    expect(demo.locator("details")).to_have_attribute("open", "")
    expect(demo).to_contain_text("folded 1")
    expect(second.locator("details")).not_to_have_attribute("open", "")
    assert demo.evaluate("panel => panel.contains(document.activeElement)"), "the focus fell out of the panel"
    demo.get_by_label("Number").fill("4")
    page.keyboard.press("Tab")
    demo.get_by_label("Choice").select_option(label="Rhubarb")
    expect(second.get_by_label("Number")).to_have_value("4")
    expect(second.get_by_label("Choice")).to_have_value('"r"')
    second.get_by_label("Choice").select_option(label="Apple")
    expect(demo.get_by_label("Choice")).to_have_value('"a"')

    number = demo.get_by_label("Number")
    number.fill("70")
    page.keyboard.press("Enter")
    expect(demo.get_by_role("alert")).to_have_text("Number is 70; give 9 or less.")
    page.keyboard.press("Tab")
    expect(number).to_have_value("70")
    demo.get_by_role("button", name="Click").click()
    expect(demo.get_by_role("alert")).to_have_count(0)
    expect(number).to_have_value("4")
    for look in LOOKS:
        lab.look(*look)
        assert lab.axe(".tl") == [], look


def test_no_click_is_lost_and_a_double_click_decides_once(lab: Lab, demo: Locator) -> None:
    demo.evaluate(
        """async panel => { for (let i = 0; i < 100; i++) {
        [...panel.querySelectorAll('button')].find(each => each.textContent === 'Click').click();
        await new Promise(done => setTimeout(done, 5)); } }"""
    )
    expect(demo.locator("#clicks")).to_have_text("100 clicks")
    demo.get_by_role("button", name="Once").dblclick()
    demo.get_by_role("button", name="Click").click()
    expect(demo.locator("#clicks")).to_have_text("102 clicks")


def test_what_is_done_before_a_cell_is_run_counts_in_it(lab: Lab, demo: Locator) -> None:
    lab.write(3, "f'{demo.state.clicks} clicks came before'")
    for clicks in (40, 80):
        demo.evaluate(
            """panel => { for (let i = 0; i < 40; i++)
            [...panel.querySelectorAll('button')].find(each => each.textContent === 'Click').click(); }"""
        )
        lab.run_cell(3)
        expect(lab.notebook.get_by_text("clicks came before'", exact=False).last).to_have_text(
            f"'{clicks} clicks came before'"
        )
    lab.write(3, LAST)


def test_keys_stay_in_the_panel_and_shift_enter_goes_on(lab: Lab, demo: Locator) -> None:
    page = lab.page
    for place in (demo.get_by_role("button", name="Click"), demo.get_by_label("Choice"), demo.locator("summary")):
        place.focus()
        for key in ("x", "d", "d", "a", "j"):
            page.keyboard.press(key)
    expect(lab.notebook.locator(".tl")).to_have_count(2)
    expect(lab.notebook.locator(".jp-Cell")).to_have_count(4)
    demo.get_by_label("Text").click()
    page.keyboard.type("kept")
    page.keyboard.press("Shift+Enter")
    expect(lab.notebook.locator(".jp-Cell").nth(2)).to_have_class(re.compile("jp-mod-active"))
    second = lab.notebook.locator(".tl").nth(1)  # of the panel before: its own cell was not run again
    expect(second.locator("#text")).to_have_text("text is kept")
    second.get_by_label("Choice").focus()
    page.keyboard.press("Control+s")
    lab.wait_until_saved()


def test_a_panel_that_has_lost_its_kernel_says_what_to_do_until_its_cell_is_run_again(lab: Lab, demo: Locator) -> None:
    lab.restart()
    told = lab.notebook.get_by_role("alert")
    for _ in range(2):
        lab.notebook.get_by_role("button", name="Click").first.click()
        expect(told).to_contain_text("Restart Kernel and Run up to Selected Cell")
    lab.run_all()
    expect(told).to_have_count(0)


def test_a_tall_panel_begins_at_its_head_when_its_cell_is_run(lab: Lab, demo: Locator) -> None:
    cells = lab.notebook.locator(".jp-Cell")
    lab.write(1, DEMO.replace("markup(", "markup(tag('p', 'head', style='height: 3000px'),"))
    cells.nth(1).locator(".jp-InputPrompt").click()
    lab.page.keyboard.press("Shift+Enter")
    expect(cells.nth(2)).to_have_class(re.compile("jp-mod-active"))
    expect(demo.get_by_text("head")).to_be_in_viewport(ratio=0.1)
    head, view = (lab.notebook.locator(part).first.bounding_box() for part in (".tl", SCROLLED))
    assert abs(head["y"] - view["y"]) < 2
    lab.write(1, DEMO)


PLAYED = (
    "from threatlab.monitoring import simulate_day\nfrom threatlab.widgets import StreamMonitor",
    "panel = StreamMonitor(simulate_day(events=20_000))\npanel",
    "print('playing:', panel.playing)",
)


def test_what_plays_lets_cells_run_and_stops_at_an_interrupt_and_when_its_cell_is_run_again(
    lab: Lab, tmp_path: Path
) -> None:
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in PLAYED])
    nbformat.write(made, tmp_path / "monitor.ipynb")
    lab.open(tmp_path / "monitor.ipynb")
    lab.run_all()
    panel = lab.find(".tl")
    clock, play = panel.locator(".tl-time .tl-score"), panel.get_by_role("button", name="Play")
    play.click()
    expect(clock).not_to_have_text("00:00")
    lab.run_cell(2)
    expect(lab.notebook.get_by_text("playing: True")).to_be_visible()
    lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    expect(play).to_be_visible()
    stopped = clock.inner_text()
    assert stopped != "24:00"
    lab.run_cell(2)
    expect(lab.notebook.get_by_text("playing: False")).to_be_visible()

    play.click()
    expect(clock).not_to_have_text(stopped)
    lab.run_cell(1)
    expect(panel).to_have_count(1)
    expect(clock).to_have_text("00:00")
    expect(play).to_be_visible()
    lab.page.wait_for_timeout(1_000)
    assert clock.inner_text() == "00:00"
    assert lab.outside == []
