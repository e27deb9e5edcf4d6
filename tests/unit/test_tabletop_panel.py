"""The tabletop panel: what it shows, what a click does, and a clock that a test holds in its hand."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from bs4 import BeautifulSoup

from tests.unit.page import Page
from threatlab import AISystem, ThreatLabError
from threatlab.tabletop import MEASURES, NOBODY, begin, load_story, run_unattended
from threatlab.widgets import TabletopPanel
from threatlab.widgets.tabletop import view
from threatlab.widgets.tabletop.end import finish

PATIENCE = 10
"""Seconds after which a test that waits for an event loop has failed."""

HOSTILE = "<script>alert(1)</script>\"'&"


class Clock:
    """A clock that stands until somebody moves it."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def panel(clock):
    return TabletopPanel("shadowray", clock=clock)


@pytest.fixture
def page(panel):
    return Page(panel)


def words(html):
    return BeautifulSoup(html, "html.parser").get_text(" ")


def part(page, selector):
    """What can be read in the one part of the page that `selector` names; "" if it isn't there."""
    node = page.soup.select_one(selector)
    return " ".join(node.get_text(" ").split()) if node else ""


def options(page):
    return page.soup.select(".tl-tt-option")


def click(page, place):
    """Press one of the options: 0 for A."""
    page.click(" ".join(options(page)[place].get_text(" ").split()))


# ---- the picture


def test_before_the_start_it_tells_situation_roles_and_what_is_invented(page):
    story = load_story("shadowray")
    for told in (story.situation, story.invented, *story.roles.values(), *(m.meaning for m in MEASURES.values())):
        assert " ".join(told.split()) in page.text


def test_the_message_tells_from_to_time_text_question_and_who_may_decide(panel, page):
    panel.start()
    inject = panel.exercise.inject
    for told in (inject.title, inject.sender, inject.to, "Tue 07:40", inject.text, inject.question):
        assert " ".join(told.split()) in part(page, ".tl-tt-main")
    assert "May decide: incident lead or ML engineer." in part(page, ".tl-tt-question")


def test_the_options_are_full_texts_with_what_they_lean_on(panel, page):
    panel.start()
    for button, option in zip(options(page), panel.exercise.inject.options, strict=True):
        assert option.text in button.text
        assert option.text in button["title"]
    assert "Leans on: rehearse incident response" in options(page)[0].text


def test_what_followed_tells_consequence_controls_and_figures(panel, page):
    panel.decide_all(["declare", "cut"])
    followed = part(page, ".tl-tt-followed")
    assert panel.exercise.log[-1].consequence in followed
    assert "Isolate the training environment: not in place here." in followed
    assert "service down +6 h" in followed.lower()
    assert "Service down 6 h +6" in part(page, ".tl-tt-figures")


def test_the_end_shows_figures_beside_others_lessons_and_the_whole_log(panel, page):
    panel.decide_all(load_story("shadowray").answers)
    for lesson in panel.exercise.lessons:
        assert lesson.text in page.text
        assert lesson.policy in page.text
    for entry in panel.exercise.log:
        assert entry.consequence in part(page, ".tl-tt-log")
    assert "Counted This run A prepared team Nobody decides" in page.text
    assert load_story("shadowray").published in page.text
    assert not page.soup.select(".tl-tt-answers, .tl-tt-side, .tl-tt-clockrow")


def test_before_the_end_there_is_no_end(panel):
    panel.start()
    assert finish(panel.state) is None


def test_a_text_from_a_user_is_escaped_wherever_it_is_shown(clock):
    panel = TabletopPanel("shadowray", AISystem("x", title=HOSTILE), clock=clock)
    page = Page(panel)
    panel.start()
    page.enter("Your reason, for the log (optional)", HOSTILE)
    click(page, 0)
    assert panel.exercise.log[0].note == HOSTILE
    assert HOSTILE in part(page, ".tl-tt-timeline")
    panel.decide_all(load_story("shadowray").answers)
    assert HOSTILE in part(page, ".tl-tt-log")
    assert "<script>" not in panel.page + panel.picture()


@pytest.mark.parametrize("answers", [[], ["declare"], load_story("shadowray").answers])
def test_the_saved_picture_needs_no_style_sheet_and_no_kernel(panel, answers):
    panel.decide_all(answers)
    for banned in ("<style", "class=", "var(", "<svg", "<button"):
        assert banned not in panel.picture()
    for entry in panel.exercise.log:
        assert entry.consequence in words(panel.picture())


def test_the_fold_tells_what_is_in_place_by_word_and_not_by_color_alone(panel, page):
    assert "Move secrets to a vault not in place" in part(page, ".tl-tt-has")
    assert "Rehearse incident response nobody knows" in part(page, ".tl-tt-has")
    panel.set(system="prepared")
    assert "Move secrets to a vault in place" in part(page, ".tl-tt-has")


# ---- the panel


def test_a_click_does_what_code_does(panel, clock):
    clicked = TabletopPanel("shadowray", clock=clock)
    page = Page(clicked)
    page.click("Start")
    page.click("Pause")
    click(page, 1)
    panel.start()
    panel.decide("ask")
    assert clicked.exercise == panel.exercise
    assert clicked.page == panel.page


def test_a_double_click_decides_once_and_begins_once(panel):
    page = Page(panel)
    for name in ("Start", "A"):
        button = page.button(name) if name == "Start" else options(page)[0]
        args = json.loads(button["data-args"])
        for _ in range(2):
            panel.hear({"act": button["data-act"], "args": args, "once": button["data-once"]})
        assert page.problem == ""
    assert len(panel.exercise.log) == 1


def test_the_note_goes_into_the_log_and_the_field_is_empty_for_the_next(panel, page):
    panel.start()
    page.enter("Your reason, for the log (optional)", "too long a queue")
    click(page, 0)
    assert panel.exercise.log[0].note == "too long a queue"
    assert page.field("Your reason, for the log (optional)")["value"] == ""


def test_a_decision_of_another_role_is_handed_over(panel, page):
    panel.decide_all(["declare", "cut", "copy", "all"])
    assert all(option.has_attr("disabled") for option in options(page))
    with pytest.raises(ThreatLabError, match="not for the incident lead"):
        panel.decide("three")
    page.click("Hand it over to the business owner")
    assert panel.state.role == "business owner"
    assert not page.soup.select(".tl-tt-handover")
    click(page, 0)
    assert panel.exercise.log[-1].by == "business owner"


def test_the_lists_choose_story_system_and_role(panel, page):
    page.choose("Story", load_story("postmark-mcp").title)
    page.choose("The system", "well prepared")
    page.choose("You decide as the", "ML engineer")
    assert panel.state.story.id == "postmark-mcp"
    assert panel.state.role == "ML engineer"
    assert panel.state.system.true >= set(load_story("postmark-mcp").prepared_controls)
    panel.start()
    assert page.field("Story").has_attr("disabled")
    with pytest.raises(ThreatLabError, match="can't change while an exercise goes on"):
        panel.set(story="shadowray")


def test_a_system_of_ones_own_meets_the_story(clock):
    mine = AISystem("mine", title="My cluster", monitoring_active=True)
    panel = TabletopPanel("shadowray", mine, clock=clock)
    panel.decide_all(load_story("shadowray").answers)
    assert panel.exercise == run_unattended("shadowray", system=mine)
    assert "My cluster" in Page(panel).field("The system").text


def test_reset_goes_back_to_before_the_start(panel, page):
    before = panel.page
    panel.decide_all(["declare"])
    page.click("Reset")
    assert panel.exercise is None
    assert panel.page == before
    assert page.button("Reset").has_attr("disabled")


# ---- the clock


def test_in_code_no_clock_runs(panel, clock):
    panel.start()
    clock.now += 10_000
    panel.tick()
    assert panel.exercise.at == "load"
    assert panel.time_left == panel.exercise.inject.minutes * 60
    assert Page(panel).button("Run the clock")


def test_the_start_button_lets_it_run_and_the_face_tells_what_is_left(panel, clock):
    Page(panel).click("Start")
    clock.now += 25
    panel.tick()
    assert panel.time_left == 65
    assert "1:05 left to decide" in part(Page(panel), "[role=timer]")
    assert Page(panel).button("Pause")


def test_paused_time_does_not_count(panel, clock):
    Page(panel).click("Start")
    clock.now += 30
    Page(panel).click("Pause")
    clock.now += 10_000
    panel.tick()
    assert panel.time_left == 60
    assert "1:00 to decide; the clock stands" in part(Page(panel), "[role=timer]")
    Page(panel).click("Run the clock")
    clock.now += 30
    assert panel.time_left == 30
    click(Page(panel), 0)
    assert panel.exercise.log[0].minutes == 1.0


def test_when_the_time_is_up_nobody_has_decided_and_the_clock_stands(panel, clock):
    Page(panel).click("Start")
    clock.now += 90
    panel.tick()
    entry = panel.exercise.log[0]
    assert (entry.decision, entry.by) == (NOBODY, "")
    assert entry.consequence == begin("shadowray").decide(NOBODY).log[0].consequence
    assert not panel.countdown.running
    assert "Time is up: nobody decided." in part(Page(panel), "[role=status]")
    clock.now += 10_000
    panel.tick()
    assert len(panel.exercise.log) == 1, "an empty room doesn't play the story to its end"


def test_a_click_after_the_time_and_before_the_tick_comes_too_late(panel, clock):
    Page(panel).click("Start")
    clock.now += 91
    click(Page(panel), 0)
    assert panel.exercise.log[0].decision == NOBODY
    assert panel.exercise.log[0].late == "declare"
    assert "Too late" in part(Page(panel), ".tl-tt-followed")


def test_each_decision_has_its_own_time_and_the_clock_runs_on(panel, clock):
    Page(panel).click("Start")
    clock.now += 60
    click(Page(panel), 0)
    assert panel.countdown.running
    assert panel.time_left == panel.exercise.inject.minutes * 60


def test_a_note_that_was_being_written_when_the_time_ran_out_is_kept(panel, clock):
    Page(panel).click("Start")
    Page(panel).enter("Your reason, for the log (optional)", "we were nearly")
    clock.now += 90
    panel.tick()
    assert panel.exercise.log[0].note == "we were nearly"


def test_on_an_event_loop_the_clock_moves_until_the_time_is_up():
    clock_moves = iter(range(1000, 10_000, 30))
    panel = TabletopPanel("shadowray", clock=lambda: float(next(clock_moves)))
    panel._ticker.seconds = 0.0

    async def until_it_stops():
        Page(panel).click("Start")
        while panel._ticker.running:  # noqa: ASYNC110  # the panel sets no event when its time is up
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(until_it_stops(), PATIENCE))
    assert [entry.decision for entry in panel.exercise.log] == [NOBODY]


@pytest.mark.parametrize("way", ["pause", "reset", "close"])
def test_it_stops_cleanly(panel, way):
    async def lived():
        Page(panel).click("Start")
        getattr(panel, way)()
        return panel._ticker.running

    assert asyncio.run(lived()) is False


def test_a_new_panel_stops_the_clock_of_the_one_before(clock):
    async def lived():
        first = TabletopPanel("shadowray", clock=clock)
        Page(first).click("Start")
        TabletopPanel("shadowray", clock=clock)
        return first

    first = asyncio.run(lived())
    assert not first.countdown.running
    assert not first._ticker.running
    assert Page(first).button("Run the clock")


def test_finishing_stops_the_clock(panel):
    async def lived():
        Page(panel).click("Start")
        panel.decide_all(load_story("shadowray").answers)
        return panel._ticker.running

    assert asyncio.run(lived()) is False
    assert panel.exercise.finished


# ---- bad input, and what a panel must not do


def test_bad_input_is_refused_and_changes_nothing(panel):
    panel.start()
    before = panel.state
    attempts = [
        (lambda: panel.decide("declair"), "did you mean 'declare'"),
        (lambda: panel.decide(None), "option of 'load' None"),
        (lambda: panel.decide("declare", by="boss"), "unknown role 'boss'"),
        (lambda: panel.decide("declare", note=3), "note on 'load' is 3"),
        (lambda: panel.decide("declare", minutes=float("nan")), "minutes is nan"),
        (lambda: panel.decide_all(["declare", "cot"]), "did you mean 'cut'"),
        (lambda: panel.decide_all(5), "answers are 5"),
        (lambda: panel.set(role="boss"), "unknown role 'boss'"),
        (lambda: panel.set(system="prepared"), "can't change"),
        (panel.start, "has begun"),
    ]
    for attempt, said in attempts:
        with pytest.raises(ThreatLabError, match=said):
            attempt()
        assert panel.state == before


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"story": "shadowrya"}, "did you mean 'shadowray'"),
        ({"story": None}, "None"),
        ({"system": "tay"}, "system is 'tay'"),
        ({"role": ""}, "unknown role ''"),
        ({"role": None}, "unknown role None"),
    ],
)
def test_a_panel_that_can_not_be_is_refused(wrong, said):
    with pytest.raises(ThreatLabError, match=said):
        TabletopPanel(**wrong)


def test_deciding_before_the_start_is_refused_with_a_way_out(panel):
    with pytest.raises(ThreatLabError, match=r"has not begun: start\(\)"):
        panel.decide("declare")
    with pytest.raises(ThreatLabError, match="unknown system to choose 'preparred': did you mean 'prepared'"):
        panel.set(system="preparred")


def test_a_panel_says_the_same_every_time(panel, clock):
    panel.decide_all(load_story("shadowray").answers)
    again = TabletopPanel("shadowray", clock=clock)
    clock.now += 77
    again.decide_all(load_story("shadowray").answers)
    assert (panel.picture(), repr(panel)) == (again.picture(), repr(again))
    assert "0x" not in repr(panel)


def test_a_tick_changes_nothing_but_the_face(panel, clock, page):
    page.click("Start")
    before = panel.page
    clock.now += 5
    panel.tick()
    assert panel.page != before
    face = re.compile('<div class="tl-tt-clock".*?</div></div></div>')
    assert face.sub("", panel.page) == face.sub("", before)


def test_the_face_tells_minutes_and_seconds_and_the_share_left(panel, clock, page):
    assert view.minutes(125) == "2:05"
    assert view.minutes(0.4) == "0:00"
    page.click("Start")
    clock.now += panel.exercise.inject.minutes * 30
    panel.tick()
    assert page.soup.select_one("[role=timer] .tl-fill")["style"] == "width:50.0%"
