"""A panel as its page has it, without a browser: find what a learner would, and send what a browser would."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html import unescape
from itertools import count
from typing import Any

from bs4 import BeautifulSoup, Tag

from threatlab.widgets.base.panel import Panel

HOSTILE = "<script>alert(1)</script>\"'&"
"""What a learner may type, and what is text wherever it is shown."""

_DATE = re.compile('<span style="white-space:nowrap">(.*?)</span>')
"""A date, which is kept on one line and is read with what stands around it."""

_NUMBERS = count(1)


class Page:
    """What a panel shows now, and hands that work it by the names that are on the screen.

    A name that nothing, or more than one thing, on the page has fails with the names that there are.
    """

    def __init__(self, panel: Panel) -> None:
        self.panel = panel

    @property
    def soup(self) -> BeautifulSoup:
        """The panel's HTML, parsed anew where it has changed."""
        return _parsed(self.panel.page)

    @property
    def text(self) -> str:
        """All that can be read, words apart by one space."""
        return " ".join(self.soup.get_text(" ").split())

    @property
    def problem(self) -> str:
        """What the panel says that it could not do, or ""."""
        said = self.soup.select_one(".tl-problem")
        return said.get_text() if said else ""

    def button(self, name: str) -> Tag:
        """Return the button of that accessible name."""
        return _only("button", name, [(_name(each), each) for each in self.soup.select("button")])

    def field(self, label: str, within: Tag | None = None) -> Tag:
        """Return the field, list or box of that label, on the page or within a form."""
        labels = [(_words(each.select_one("span")), each) for each in (within or self.soup).select("label")]
        return _only("field", label, labels).select_one("input, select")

    def question(self, name: str) -> Tag:
        """Return the group of answers to a question."""
        return _only("question", name, [(each["aria-label"], each) for each in self.soup.select("[data-name]")])

    def click(self, name: str) -> None:
        """Press the button of that name."""
        button = self.button(name)
        assert not button.has_attr("disabled"), f"{name} can't be pressed"
        self.press(button)

    def press(self, button: Tag) -> None:
        """Send what a click on the button sends, also one of an earlier page."""
        self.send(button)

    def answer(self, question: str | Tag, word: str) -> None:
        """Press one of the answers to a question, by what stands on it or by the word that says it."""
        group = question if isinstance(question, Tag) else self.question(question)
        answers = [(name, each) for each in group.select("button") for name in {_words(each), each["title"]}]
        answer = _only("answer", word, answers)
        assert not answer.has_attr("disabled"), f"{word} can't be pressed"
        self.send(group, {group["data-name"]: json.loads(answer["data-value"])})

    def choose(self, label: str, option: str) -> None:
        """Choose from a list what reads `option`."""
        field = self.field(label)
        self.send(field, {field["name"]: json.loads(_option(field, option)["value"])})

    def enter(self, label: str, value: Any) -> None:
        """Leave a field with another value in it, or tick a box (True or False)."""
        field = self.field(label)
        self.send(field, {field["name"]: value})

    def submit(self, button: str, **entered: Any) -> None:
        """Send a form by its button, with what was entered by the fields' labels; the rest as it is."""
        form = _only(
            "button", button, [(_words(each), each) for each in self.soup.select("[type=submit]")]
        ).find_parent("form")
        values = {field["name"]: _value(field) for field in form.select("[name]")}
        for label, value in entered.items():
            field = self.field(label, form)
            chosen = json.loads(_option(field, value)["value"]) if field.name == "select" else value
            values[field["name"]] = chosen
        self.send(form, values)

    def send(self, node: Tag, values: dict[str, Any] | None = None) -> None:
        """Send what a control that is at hand sends, with these values."""
        args = {**json.loads(node.get("data-args", "{}")), **(values or {})}
        part = [each["data-part"] for each in reversed(list(node.parents)) if each.get("data-part")]
        message = {"act": node["data-act"], "args": args, "part": part, "once": node.get("data-once")}
        self.panel.hear(json.loads(json.dumps({**message, "id": f"test-{next(_NUMBERS)}"}), parse_float=_as_sent))


def text(html: str) -> str:
    """Return all that can be read in some HTML, words apart by one space."""
    return " ".join(unescape(re.sub("<[^>]*>", " ", _DATE.sub(r"\1", html))).split())


def _as_sent(number: str) -> float:
    """Return a number as it comes from a page, whose JavaScript writes 1.0 as 1."""
    value = float(number)
    return int(value) if value.is_integer() else value


@lru_cache(maxsize=32)  # many tests open the same panel
def _parsed(page: str) -> BeautifulSoup:
    return BeautifulSoup(_DATE.sub(r"\1", page), "html.parser")


def _option(field: Tag, option: str) -> Tag:
    return _only("option", option, [(_words(each), each) for each in field.select("option")])


def _name(button: Tag) -> str:
    return str(button.get("aria-label") or _words(button))


def _words(node: Tag | None) -> str:
    return " ".join(node.get_text(" ").split()) if node else ""


def _value(field: Tag) -> Any:
    if field.name == "select":
        options = field.select("option")
        return json.loads(next((each for each in options if each.has_attr("selected")), options[0])["value"])
    if field["type"] == "checkbox":
        return field.has_attr("checked")
    return field["value"] if field["type"] == "text" else float(field["value"])


def _only(kind: str, name: str, known: list[tuple[str, Tag]]) -> Tag:
    same = [node for each, node in known if each == name]
    assert len(same) == 1, f"{len(same)} of the name {name!r} among each {kind}: {[each for each, _ in known]}"
    return same[0]
