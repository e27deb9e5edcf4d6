"""What every panel promises: only its actions can be named, values are checked, and what is refused changes nothing."""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, replace
from html import unescape
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from IPython.core.formatters import DisplayFormatter

from tests.unit.classes import a_class
from tests.unit.page import HOSTILE, Page
from tests.unit.strategies import examples
from tests.unit.threat_models import full
from threatlab import ThreatLabError, list_systems, load_system, widgets
from threatlab.monitoring import simulate_day
from threatlab.widgets.base.html import Html, button, choice, field, form, markup, problem, table, tag, toggle
from threatlab.widgets.base.panel import Panel, action

WIDGETS = Path(widgets.__file__).parent
SYSTEMS = [load_system(name) for name in list_systems()[:3]]
PANELS = {
    "AttackLab": lambda folder: widgets.AttackLab("injection"),
    "CheckYourself": lambda folder: widgets.CheckYourself("02"),
    "ChecklistPanel": lambda folder: widgets.ChecklistPanel(full()),
    "ClassView": lambda folder: widgets.ClassView(a_class(folder, 9)),
    "ControlForm": lambda folder: widgets.ControlForm(SYSTEMS[0]),
    "Dashboard": lambda folder: widgets.Dashboard(SYSTEMS),
    "ExportPanel": lambda folder: widgets.ExportPanel(full(), folder),
    "IncidentReplay": lambda folder: widgets.IncidentReplay("shadowray"),
    "InjectionDesk": lambda folder: widgets.InjectionDesk(),
    "LayersPanel": lambda folder: widgets.LayersPanel("shadowray"),
    "Planner": lambda folder: widgets.Planner("shadowray", start="2026-12-01"),
    "Prediction": lambda folder: widgets.Prediction("Which?", ["first", "second"], ["yes", "no"]),
    "ProgressPanel": lambda folder: widgets.ProgressPanel(),
    "Recall": lambda folder: widgets.Recall("02"),
    "ScopeEditor": lambda folder: widgets.ScopeEditor("shadowray", folder=folder),
    "StreamMonitor": lambda folder: widgets.StreamMonitor(simulate_day(0, 5_000, attackers=0, drift=0)),
    "SystemExplorer": lambda folder: widgets.SystemExplorer("shadowray"),
    "TabletopPanel": lambda folder: widgets.TabletopPanel("shadowray"),
    "WhatChanged": lambda folder: widgets.WhatChanged(SYSTEMS[0], SYSTEMS[0].with_(rbac_configured=True)),
}
"""How each panel is made: one more here is all that a new panel needs to be tried like the others."""

every_panel = pytest.mark.parametrize("name", PANELS)


# ---- the base


@dataclass(frozen=True)
class Count:
    """What the panel below counts."""

    number: int = 0
    title: str = "Count"


class Counter(Panel):
    """The smallest panel that has all kinds of events."""

    @action
    def add(self, by=1):
        if isinstance(by, bool) or not isinstance(by, int):
            raise ThreatLabError(f"by is {by!r}; give a whole number")
        self.show(replace(self.state, number=self.state.number + by))

    @action
    def call(self, title):
        self.show(replace(self.state, title=title))

    @action
    def fail(self):
        self.state = replace(self.state, number=99)
        raise KeyError("a fault of ours")

    def secret(self):
        self.show(Count(1000))

    def draw(self, state):
        return markup(
            tag("h3", state.title),
            tag("p", state.number),
            button("Add", "add", once=f"n{state.number}"),
            button("Fail", "fail"),
            toggle("How many?", "by", [("2", 2, "Two"), ("none", None, "None")], None, act="add"),
            field("Add this", "by", 5, act="add"),
            form("call", field("Title", "title"), submit="Call"),
        )

    def picture(self):
        return tag("p", self.state.number)

    def __repr__(self):
        return f"Counter({self.state.number})"


def test_a_click_an_answer_a_field_and_a_form_are_one_message_each():
    panel = Counter(Count())
    page = Page(panel)
    page.click("Add")
    page.answer("How many?", "Two")
    page.enter("Add this", 7)
    page.submit("Call", Title="Sum")
    assert panel.state == Count(10, "Sum")
    assert panel.answered.startswith("test-")


def test_where_ipywidgets_is_an_older_one_that_is_said_above_the_panel_and_what_to_do(monkeypatch):
    monkeypatch.setattr("ipywidgets.__version__", "7.7.1")
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda bundle, **_: shown.append(bundle))
    assert DisplayFormatter().format(Counter(Count())) == ({}, {})  # as IPython shows what ipywidgets 7 made
    said, panel = shown
    assert said["text/plain"].startswith("ipywidgets 7.7.1 is installed here, and panels are made for 8.")
    assert "run %pip install 'ipywidgets>=8,<9' in a cell, restart the kernel" in unescape(said["text/html"])
    assert {"application/vnd.jupyter.widget-view+json", "text/html"} <= panel.keys()


@pytest.mark.parametrize(
    "name", ["secret", "hear", "close", "state", "__init__", "_do", "set_trait", "draw", "", None, 7, ["add"]]
)
def test_what_is_no_action_can_not_be_named(name):
    panel = Counter(Count())
    panel.hear({"act": name, "args": {}, "id": "1"})
    assert panel.state == Count()
    assert "can't do" in Page(panel).problem


@pytest.mark.parametrize("args", [{"of": 1}, [1], "by", 3, None, {"self": 1}])
def test_arguments_that_an_action_does_not_take_change_nothing(args):
    panel = Counter(Count())
    panel.hear({"act": "call", "args": args})
    assert panel.state == Count()
    assert Page(panel).problem


@pytest.mark.parametrize(
    "message", [None, 7, [], {}, {"act": "add"}, {"act": "add", "args": {}, "part": ["no"]}, {"part": 3}]
)
def test_any_message_is_answered(message):
    panel = Counter(Count())
    panel.hear(message)
    assert panel.state == Count()


def test_a_refused_value_is_said_in_its_place_until_something_else_is_done():
    panel = Counter(Count())
    page = Page(panel)
    page.answer("How many?", "None")
    assert page.problem == "By is None; give a whole number."
    page.click("Add")
    assert page.problem == ""
    panel.hear({"act": "call", "args": {}})
    assert page.soup.select_one("form .tl-problem"), "a form says beside itself what can't be done"


def test_a_problem_is_text_whatever_it_holds():
    panel = Counter(Count())
    panel.hear({"act": HOSTILE, "args": {}})
    assert "<script>" not in panel.page
    assert HOSTILE[:8] in Page(panel).problem


def test_a_fault_of_ours_is_said_and_leaves_the_state_as_it_was():
    panel = Counter(Count())
    with pytest.raises(KeyError):
        Page(panel).click("Fail")
    assert panel.state == Count()
    assert "fault" in Page(panel).problem


def test_what_is_decided_once_counts_once():
    panel = Counter(Count())
    first = {"act": "add", "args": {}, "once": "n0"}
    panel.hear(first)
    panel.hear(first)  # the second click of two: the page had not moved on when it was made
    assert panel.state.number == 1
    panel.hear({**first, "once": "n1"})
    assert panel.state.number == 2


def test_what_a_view_sends_again_is_answered_again_and_done_once(monkeypatch):
    panel, told = Counter(Count()), []
    monkeypatch.setattr(panel, "send_state", lambda key=None: told.append(key))

    def hear(name, by):
        panel.hear({"act": "add", "args": {"by": by}, "id": name})
        return panel.state.number, panel.answered

    assert hear("one-1", 2) == (2, "one-1")
    assert hear("one-2", 3) == (5, "one-2")
    told.clear()
    for name in ("one-2", "one-1", "one-2"):
        assert hear(name, 7) == (5, name)
    assert told.count(["page", "live", "answered"]) == 3
    assert hear("other-1", 1) == (6, "other-1")
    assert hear("one-3", 1) == (7, "one-3")


def test_messages_that_overtake_others_are_all_done():
    panel = Counter(Count())
    for number in (3, 1, 4, 2, 2, 1):
        panel.hear({"act": "add", "args": {"by": 10**number}, "id": f"one-{number}"})
    assert panel.state.number == 11110


def test_a_message_without_an_id_is_new_each_time():
    panel = Counter(Count())
    for _ in range(2):
        panel.hear({"act": "add", "args": {}})
    assert panel.state.number == 2


def test_a_state_that_can_not_be_drawn_changes_nothing():
    panel = Counter(Count())
    before = panel.page
    with pytest.raises(AttributeError):
        panel.show(None)
    assert (panel.state, panel.page) == (Count(), before)


def test_two_threads_lose_no_click():
    panel = Counter(Count())
    threads = [threading.Thread(target=lambda: [panel.add() for _ in range(50)]) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert panel.state.number == 100


def test_a_panel_within_a_panel_hears_what_is_meant_for_it():
    class Outer(Counter):
        def draw(self, state):
            inner = self.parts["inner"].page if "inner" in self.parts else ""
            return markup(tag("h2", "Outer"), tag("div", Html(inner), data_part="inner"))

    outer, inner = Outer(Count()), Counter(Count())
    outer.embed("inner", inner)
    outer.show(outer.state)
    Page(outer).click("Add")
    assert (outer.state.number, inner.state.number) == (0, 1)
    assert "<p>1</p>" in outer.page
    outer.embed("inner", None)
    outer.hear({"act": "add", "args": {}, "part": ["inner"]})
    assert (outer.state.number, inner.state.number) == (0, 1)


def test_texts_are_escaped_wherever_html_is_made():
    made = markup(
        HOSTILE,
        tag("p", HOSTILE, title=HOSTILE),
        button(HOSTILE, "act", {"x": HOSTILE}, hint=HOSTILE, once=HOSTILE),
        toggle(HOSTILE, "x", [(HOSTILE, HOSTILE, HOSTILE)], HOSTILE, act="act"),
        field(HOSTILE, "x", HOSTILE, act="act"),
        form("act", submit=HOSTILE),
        table([HOSTILE], [[HOSTILE]]),
    )
    assert "<script" not in made
    assert made.count("&lt;script&gt;") > 10
    assert problem("act") in made


def test_classes_stand_after_an_element_s_name_and_those_of_a_state_beside_them():
    assert tag("p.tl-sub.tl-gap", "x") == '<p class="tl-sub tl-gap">x</p>'
    assert tag("div.tl-head", class_="tl-alerting") == '<div class="tl-head tl-alerting"></div>'
    assert tag("td", class_="tl-sub") == '<td class="tl-sub"></td>'
    assert tag("td", class_=None) == tag("td", class_="") == "<td></td>"


# ---- all panels


def test_each_panel_that_can_be_imported_is_tried_here():
    public = {name for name in widgets.__all__ if isinstance(getattr(widgets, name), type)} - {"Comparison"}
    assert public == set(PANELS)


def test_a_date_in_a_text_stays_on_one_line_and_in_a_list_is_text():
    assert markup("<due 2026-12-01>") == '&lt;due <span style="white-space:nowrap">2026-12-01</span>&gt;'
    assert markup("12026-12-01", markup("2026-12-01")).count("span") == 2  # nothing is marked twice
    assert "span>2026" not in choice("Due", "due", ["2026-12-01"], "2026-12-01")


@every_panel
def test_a_number_field_takes_its_own_ends_and_nothing_beyond_them_and_is_told_by_no_name_of_code(name, tmp_path):
    page = Page(PANELS[name](tmp_path))
    for node in page.soup.select("input[type=number][data-act]:is([min], [max]):not([disabled])"):
        for end, beyond in (("min", -0.001), ("max", 0.001)):
            if node.has_attr(end):
                page.send(node, {node["name"]: float(node[end]) + beyond})
                assert re.fullmatch("[^_]+; give [^_]+", page.problem)
                page.send(node, {node["name"]: float(node[end])})
                assert page.problem == ""


@every_panel
def test_a_display_carries_the_live_panel_a_picture_and_words_the_same_every_time(name, tmp_path):
    panel = PANELS[name](tmp_path)
    bundle, again = (each._repr_mimebundle_()[0] for each in (panel, PANELS[name](tmp_path)))
    assert all(bundle[kind] == again[kind] for kind in ("text/html", "text/plain"))
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "0x" not in bundle["text/plain"]
    for word in ("<style", "<script", "onerror", "class=", "var("):
        assert word not in bundle["text/html"], word
    for word in ("<style", "<script", "onerror"):
        assert word not in panel.page, word


@every_panel
def test_each_hand_on_the_page_names_an_action_of_its_panel(name, tmp_path):
    page = Page(PANELS[name](tmp_path))
    acting = page.soup.select("[data-act]")
    assert {each["data-act"] for each in acting} <= set(page.panel._actions)
    assert acting or name == "ChecklistPanel"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just(HOSTILE),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
    max_leaves=4,
)


@every_panel
def test_no_value_from_the_page_breaks_a_panel(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    panel = PANELS[name](tmp_path)
    start = panel.state
    hands = Page(panel).soup.select("[data-act]")
    actions = [*sorted(panel._actions), "hear"]
    names = sorted(
        {each["name"] for each in Page(panel).soup.select("[name]")} | {"value", "control", "option", "what"}
    )

    @settings(examples(60), database=None)
    @given(
        st.sampled_from(actions), st.dictionaries(st.sampled_from(names), JSON, max_size=3), st.integers(0, 99), JSON
    )
    def throw(act, args, place, value):
        panel.hear({"act": act, "args": args})
        if hands:
            hand = hands[place % len(hands)]
            given_args = json.loads(hand.get("data-args", "{}"))
            panel.hear(
                {"act": hand["data-act"], "args": {**given_args, hand.get("data-name", hand.get("name", "x")): value}}
            )
        assert "<script" not in panel.page

    throw()
    panel.show(start)


def test_no_two_panels_style_the_same_class():
    """Every sheet applies to the whole page, so a class of two panels would be drawn by both."""
    styled = [
        set(re.findall(r"\.(tl-[\w-]+)", sheet.read_text("utf-8"))) for sheet in sorted(WIDGETS.glob("*/own.css"))
    ]
    shared = set(re.findall(r"\.(tl-[\w-]+)", (WIDGETS / "base" / "style.css").read_text("utf-8"))) | {"tl-form"}
    for one, other in combinations(styled, 2):
        assert not (one & other) - shared


@pytest.mark.parametrize("sheet", sorted(WIDGETS.glob("*/own.css")), ids=lambda sheet: sheet.parent.name)
def test_a_panel_styles_nothing_of_another_s(sheet):
    """A rule on classes of base/style.css alone reaches every panel of the page; a color with a name reaches none."""
    base = set(re.findall(r"\.(tl-[\w-]+)", (WIDGETS / "base" / "style.css").read_text("utf-8")))
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text("utf-8"), flags=re.DOTALL)
    for selectors, declared in re.findall(r"([^{}@;]+)\{([^{}]*)\}", text):
        if re.fullmatch(r"(?:\s*--tl-[\w-]+:[^;]+;)+\s*", declared):
            continue
        for selector in re.split(r",(?![^()]*(?:\([^()]*\)[^()]*)*\))", selectors):  # not within :is(...)
            assert set(re.findall(r"\.(tl-[\w-]+)", selector)) - base, selector.strip()
