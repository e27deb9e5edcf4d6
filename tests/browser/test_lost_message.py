"""What a learner does is never lost: a click on a bad line, and what is typed while an older answer is on its way."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from playwright.sync_api import Locator, expect

from tests.browser.blank_page import BlankPage
from tests.unit.test_panel import Count, Counter
from threatlab.widgets.base import html
from threatlab.widgets.base.panel import Panel, action


def test_a_click_that_is_lost_is_sent_again_and_one_that_is_answered_late_counts_once(blank: BlankPage) -> None:
    clock = blank.page.clock
    clock.install()
    shown = blank.open(Counter(Count()))
    two, count = shown.get_by_role("button", name="Two"), shown.locator("p")
    with blank.line_cut():
        two.click()
    expect(count).to_have_text("0")
    clock.fast_forward(10_000)
    expect(count).to_have_text("2")
    with blank.kernel_held_up():
        two.click()
        two.click()
        for seconds in (10, 20, 40):
            clock.fast_forward(1000 * seconds)
        assert len(blank.unheard) > 2
    expect(count).to_have_text("6")
    shown.get_by_role("button", name="Add").click()
    expect(count).to_have_text("7")


@dataclass(frozen=True)
class Set:
    """What each kind of control is set to, and what was sent as a form so far."""

    set_to: dict[str, Any] = field(
        default_factory=lambda: {"text": "", "number": 0, "list": "a", "slide": 0, "box": False}
    )
    sent: tuple[dict[str, Any], ...] = ()


class Controls(Panel[Set]):
    """A panel with each kind of control: sent at once, and with a form that begins anew once it is accepted."""

    @action
    def set(self, **value: Any) -> None:
        """Take one value."""
        self.show(replace(self.state, set_to=self.state.set_to | value))

    @action
    def send(self, **values: Any) -> None:
        """Take a form."""
        self.show(replace(self.state, sent=(*self.state.sent, values)))

    def draw(self, state: Set) -> str:
        """Draw them all, and what was said of them."""
        now, lists = state.set_to, (("first", "a"), ("second", "b"), ("third", "c"))
        return html.markup(
            html.field("Text at once", "text", now["text"], act="set"),
            html.field("Number at once", "number", now["number"], act="set"),
            html.choice("List at once", "list", lists, now["list"], act="set"),
            html.slider("Slide at once", "slide", now["slide"], act="set", low=0, high=9),
            html.check("Box at once", "box", value=now["box"], act="set"),
            html.form(
                "send",
                html.field("Text", "text"),
                html.field("Number", "number", 0),
                html.choice("List", "list", lists, "a"),
                html.check("Box", "box"),
                submit="Send",
                key=len(state.sent),
            ),
            html.tag("p", f"{len(state.sent)} sent", id="sent"),
        )


def controls(shown: Locator, of_form: bool) -> dict[str, Locator]:
    """Return each kind of control by its name: of the form, or of those that are sent at once."""
    names = ("text", "number", "list", "box") + (() if of_form else ("slide",))
    return {name: shown.locator(f"{'form ' if of_form else '[data-act]'}[name={name}]").first for name in names}


def bring(each: dict[str, Locator], n: int) -> None:
    """Bring each control to its n-th setting (1 to 3)."""
    each["text"].fill(f"text {n}")
    each["number"].fill(str(n))
    each["list"].select_option(f'"{"abc"[n - 1]}"')
    each["box"].set_checked(n % 2 == 1)
    if "slide" in each:
        each["slide"].fill(str(n))


def stand(each: dict[str, Locator], n: int) -> None:
    """See that each control stands at its n-th setting."""
    expect(each["text"]).to_have_value(f"text {n}")
    expect(each["number"]).to_have_value(str(n))
    expect(each["list"]).to_have_value(f'"{"abc"[n - 1]}"')
    expect(each["box"]).to_be_checked(checked=n % 2 == 1)
    if "slide" in each:
        expect(each["slide"]).to_have_value(str(n))


def test_a_form_filled_in_again_while_its_answer_is_on_its_way_stays(blank: BlankPage) -> None:
    panel = Controls(Set())
    shown = blank.open(panel)
    form, send = controls(shown, of_form=True), shown.get_by_role("button", name="Send")
    bring(form, 1)
    with blank.kernel_held_up():
        send.click()
        bring(form, 2)
        form["text"].focus()
        blank.page.keyboard.press("Home")
    expect(shown.locator("#sent")).to_have_text("1 sent")
    stand(form, 2)
    expect(form["text"]).to_be_focused()
    blank.page.keyboard.type("at the head of ")
    send.click()
    expect(shown.locator("#sent")).to_have_text("2 sent")
    assert panel.state.sent == (
        {"text": "text 1", "number": 1, "list": "a", "box": True},
        {"text": "at the head of text 2", "number": 2, "list": "b", "box": False},
    )
    expect(form["text"]).to_have_value("")
    expect(form["number"]).to_have_value("0")


def test_a_control_that_was_set_again_is_not_brought_back_by_an_older_answer(blank: BlankPage) -> None:
    panel = Controls(Set())
    at_once = controls(blank.open(panel), of_form=False)
    with blank.kernel_held_up():
        bring(at_once, 2)
        bring(at_once, 3)
        while blank.unheard:
            blank.let_one_through()
            stand(at_once, 3)
    blank.page.wait_for_function("!document.querySelector('[aria-busy]')")
    stand(at_once, 3)
    assert panel.state.set_to == {"text": "text 3", "number": 3, "list": "c", "slide": 3, "box": True}


def test_a_slider_is_heard_of_before_what_is_done_elsewhere(blank: BlankPage) -> None:
    slide = controls(blank.open(Controls(Set())), of_form=False)["slide"]

    def heard() -> list[int]:
        blank.page.evaluate("0")  # by then all that was sent has come
        return [each["args"]["slide"] for each in blank.unheard]

    with blank.kernel_held_up():
        for n in (1, 2, 3):
            slide.fill(str(n))
        assert heard() == [1]
        blank.page.mouse.click(5, 800)  # where a cell is run, say
        assert heard() == [1, 3]
        slide.fill("4")
        slide.press("Shift+Enter")
        assert heard() == [1, 3, 4]
    expect(slide).to_have_value("4")


def test_what_is_typed_is_heard_of_before_a_tool_bar_that_leaves_the_focus_in_its_field(blank: BlankPage) -> None:
    panel = Controls(Set())
    text = controls(blank.open(panel), of_form=False)["text"]
    blank.page.evaluate("addEventListener('mousedown', event => event.preventDefault())")
    text.click()
    text.focus()
    blank.page.keyboard.type("typed")
    blank.page.mouse.click(5, 800)
    blank.page.evaluate("0")
    assert panel.state.set_to["text"] == "typed"
