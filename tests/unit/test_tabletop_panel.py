"""The tabletop panel: what it shows, what a click does, and a clock that a test holds in its hand."""

from __future__ import annotations

import asyncio
import re
from dataclasses import replace

import pytest

from tests.unit.page import HOSTILE, Page, text
from threatlab import AISystem, ThreatLabError
from threatlab.tabletop import MEASURES, NOBODY, begin, load_story, run_unattended
from threatlab.tabletop.clock import Countdown
from threatlab.widgets import TabletopPanel
from threatlab.widgets.tabletop import view
from threatlab.widgets.tabletop.end import finish

PATIENCE = 10
"""Seconds after which a test that waits for an event loop has failed."""


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


START = "Start: the clock runs from the first message on"
FREE = "Start without a clock: decisions can be undone"
UNDO = "Undo the last decision: it is named in the log beside the one in its place"
RESET = "Reset: go back to before the start"
NOTE = "Your reason, for the log (optional)"


def click_option(panel, place):
    """Click on the option at a place, as it stands on the page."""
    button = Page(panel).soup.select(".tl-tt-option")[place]
    assert not button.has_attr("disabled")
    Page(panel).press(button)


# ---- the picture


def test_before_the_start_it_tells_situation_roles_and_what_is_invented(panel):
    told, story = text(panel.page), load_story("shadowray")
    assert story.situation in told
    assert story.invented in told
    for may in story.roles.values():
        assert may in told
    for measure in MEASURES.values():
        assert measure.meaning in told


def test_the_message_tells_from_to_time_text_question_and_who_may_decide(panel):
    panel.start()
    inject, told = panel.exercise.inject, text(panel.page)
    for part in (inject.title, inject.sender, inject.to, "Tue 07:40", inject.text, inject.question):
        assert part in told
    assert "May decide: incident lead or ML engineer." in told


def test_the_options_are_full_texts_with_what_they_lean_on(panel):
    panel.start()
    buttons = Page(panel).soup.select(".tl-tt-option")
    for button, option in zip(buttons, panel.exercise.inject.options, strict=True):
        assert option.text in button.get_text()
        assert button["title"] == f"Decide: {option.text}"
    assert "Leans on: rehearse incident response" in buttons[0].get_text()


def test_what_followed_tells_consequence_controls_and_figures(panel):
    panel.decide_all(["declare", "cut"])
    told, entry = text(panel.page), panel.exercise.log[-1]
    assert entry.consequence in told
    assert "Isolate the training environment: not in place here." in told
    assert "service down +6 h" in told.lower()
    assert re.search(r"Service down 6 h \+6", text(panel.page))


def test_the_end_shows_figures_beside_others_lessons_and_the_whole_log(panel):
    panel.decide_all(load_story("shadowray").answers)
    told = text(panel.page)
    for lesson in panel.exercise.lessons:
        assert lesson.text in told
        assert lesson.policy in told
    for entry in panel.exercise.log:
        assert entry.consequence in told
    assert "Counted This run A prepared team Nobody decides" in told
    assert load_story("shadowray").published in told
    assert not Page(panel).soup.select(".tl-tt-option, .tl-tt-side, .tl-tt-clock")


def test_before_the_end_there_is_no_end(panel):
    panel.start()
    assert finish(panel.state) == ""


def test_a_text_from_a_user_is_escaped_wherever_it_is_shown(clock):
    panel = TabletopPanel("shadowray", AISystem("x", title=HOSTILE), clock=clock)
    panel.start()
    Page(panel).enter(NOTE, HOSTILE)
    click_option(panel, 0)
    assert panel.exercise.log[0].note == HOSTILE
    assert "<script>" not in panel.page
    assert "&lt;script&gt;" in panel.page
    panel.decide_all(load_story("shadowray").answers)
    assert "&lt;script&gt;" in panel.page
    assert "<script>" not in panel.page + panel.picture()


@pytest.mark.parametrize("answers", [[], ["declare"], load_story("shadowray").answers])
def test_the_saved_picture_needs_no_style_sheet_and_no_kernel(panel, answers):
    panel.decide_all(answers)
    picture = panel.picture()
    for banned in ("<style", "class=", "var(", "<svg", "<button"):
        assert banned not in picture
    for entry in panel.exercise.log:
        assert entry.consequence in text(picture)


def test_the_fold_tells_what_is_in_place_by_word_and_not_by_color_alone(panel):
    shown = text(panel.page)
    assert "Move secrets to a vault not in place" in shown
    assert "Rehearse incident response nobody knows" in shown
    panel.set(system="prepared")
    assert "Move secrets to a vault in place" in text(panel.page)


# ---- the binding


def test_a_click_does_what_code_does(panel, clock):
    clicked = TabletopPanel("shadowray", clock=clock)
    Page(clicked).click(START)
    clicked.pause()
    click_option(clicked, 1)
    panel.start(timed=True)
    panel.pause()
    panel.decide("ask")
    assert clicked.exercise == panel.exercise
    assert clicked.page == panel.page


def test_the_note_goes_into_the_log_and_the_field_is_empty_for_the_next(panel):
    panel.start()
    Page(panel).enter(NOTE, "too long a queue")
    click_option(panel, 0)
    assert panel.exercise.log[0].note == "too long a queue"
    Page(panel).click("Next message")
    assert Page(panel).field(NOTE)["value"] == ""


def test_a_decision_of_another_role_is_handed_over(panel):
    panel.decide_all(["declare", "cut", "copy", "all"])
    page = Page(panel)
    page.click("Next message")
    assert all(option.has_attr("disabled") for option in page.soup.select(".tl-tt-option"))
    page.press(page.soup.select_one(".tl-tt-option"))
    assert panel.exercise.at == "tell"
    assert "not for the incident lead" in page.problem
    with pytest.raises(ThreatLabError, match="not for the incident lead"):
        panel.decide("three")
    page.click("Hand it over to the business owner")
    assert panel.state.role == "business owner"
    click_option(panel, 0)
    assert panel.exercise.log[-1].by == "business owner"


def test_a_double_click_decides_once(panel):
    panel.start()
    button = Page(panel).soup.select_one(".tl-tt-option")
    for _ in range(2):
        Page(panel).press(button)
    assert len(panel.exercise.log) == 1


def test_the_lists_choose_story_system_and_role(panel):
    page = Page(panel)
    page.choose("Story", load_story("postmark-mcp").title)
    page.choose("The system", "well prepared")
    page.choose("You decide as the", "ML engineer")
    assert panel.state.story.id == "postmark-mcp"
    assert panel.state.role == "ML engineer"
    assert panel.state.system.true >= set(load_story("postmark-mcp").prepared_controls)
    panel.start()
    assert page.field("Story").has_attr("disabled")
    with pytest.raises(ThreatLabError, match="can't change once an exercise has begun"):
        panel.set(story="shadowray")


def test_a_system_of_ones_own_meets_the_story(clock):
    mine = AISystem("mine", title="My cluster", monitoring_active=True)
    panel = TabletopPanel("shadowray", mine, clock=clock)
    panel.decide_all(load_story("shadowray").answers)
    assert panel.exercise == run_unattended("shadowray", system=mine)
    assert "My cluster" in Page(panel).field("The system").get_text()


def test_reset_goes_back_to_before_the_start_and_can_be_undone(panel):
    before = panel.state
    panel.decide_all(["declare"])
    begun = panel.exercise
    Page(panel).click(RESET)
    assert panel.state == before
    Page(panel).click("Take it up again")
    assert panel.exercise == begun


def test_once_begun_the_panel_says_why_story_and_system_are_fixed_and_how_to_choose_again(panel):
    why = "To choose again, press Reset."
    assert why not in Page(panel).text
    panel.start()
    assert why in Page(panel).text
    assert Page(panel).field("The system").has_attr("disabled")
    assert Page(panel).button(RESET)


# ---- between two messages


def test_after_a_decision_what_followed_is_shown_and_no_message_to_decide_unseen(panel, clock):
    Page(panel).click(START)
    click_option(panel, 0)
    page, entry = Page(panel), panel.exercise.log[-1]
    assert entry.consequence in page.text
    assert panel.exercise.text not in page.text
    assert not page.soup.select(".tl-tt-option, .tl-tt-clock")
    clock.now += 10_000
    panel.tick()
    assert len(panel.exercise.log) == 1, "no time passes while a team reads what followed"
    page.click("Next message: its clock starts")
    assert panel.exercise.inject.question in page.text
    assert panel.time_left == panel.exercise.inject.minutes * 60
    assert panel.state.countdown.running


def test_without_a_clock_the_last_decision_can_be_undone_and_the_log_says_so(panel):
    page = Page(panel)
    page.click(FREE)
    page.enter(NOTE, "by mistake")
    click_option(panel, 1)
    first = panel.exercise.log[0].text
    page.click(UNDO)
    assert not len(panel.exercise.log)
    assert page.field(NOTE)["value"] == "by mistake"
    click_option(panel, 0)
    assert panel.exercise.log[0].taken_back == (first,)
    assert f"Decided first, and taken back: \u201c{first}\u201d" in page.text


def test_a_double_click_on_undo_takes_back_one_decision(panel):
    panel.decide_all(["declare", "cut"])
    undo = Page(panel).button(UNDO)
    for _ in range(2):
        Page(panel).press(undo)
    assert len(panel.exercise.log) == 1


def test_against_the_clock_nothing_is_undone(panel):
    Page(panel).click(START)
    click_option(panel, 0)
    assert "Undo" not in Page(panel).text
    with pytest.raises(ThreatLabError, match="against the clock can't be taken back"):
        panel.undo()


def test_a_reason_that_arrives_after_its_decision_goes_with_it_and_not_with_the_next(panel, clock):
    Page(panel).click(START)
    field = Page(panel).field(NOTE)
    clock.now += 90
    panel.tick()
    Page(panel).send(field, {"note": "we were nearly"})
    assert panel.exercise.log[0].note == "we were nearly"
    Page(panel).click("Next message: its clock starts")
    assert Page(panel).field(NOTE)["value"] == ""


def test_what_is_new_is_marked_by_another_word_at_each_step(panel):
    seen = []
    for _ in load_story("shadowray").injects:
        panel.next_message() if panel.exercise else panel.start()
        seen.append(Page(panel).soup.select_one("[data-news]")["data-news"])
        panel.decide(NOBODY)
        seen.append(Page(panel).soup.select_one("[data-news]")["data-news"])
        if panel.exercise.finished:
            break
    assert len(set(seen)) == len(seen)


def test_a_lesson_gets_its_name_and_its_day_each_by_itself(panel):
    panel.decide_all(load_story("shadowray").answers)
    lesson = panel.exercise.lessons[0]
    page = Page(panel)
    page.enter(f"Who sees to it ({lesson.text})", "Ana")
    page.enter(f"Until, such as 2026-12-01 ({lesson.text})", "next week")
    assert "'next week'; give a date" in page.problem
    page.enter(f"Until, such as 2026-12-01 ({lesson.text})", "2026-12-04")
    task = panel.exercise.lessons[0].task
    assert (task.who, str(task.due)) == ("Ana", "2026-12-04")
    assert "(Ana, until 2026-12-04)" in text(panel.picture())


def test_a_run_that_nobody_played_says_so(panel):
    panel.decide_all(load_story("shadowray").answers)
    assert "Nobody played this run" in Page(panel).text
    assert "Nobody played this run" in text(panel.picture())


# ---- tomorrow


def test_an_unfinished_run_is_taken_up_with_its_clock_standing(learner, clock):
    first = TabletopPanel("shadowray", clock=clock)
    first.set(story="postmark-mcp", role="security analyst")
    Page(first).click(START)
    click_option(first, 0)
    Page(first).click("Next message: its clock starts")
    again = TabletopPanel("shadowray", clock=clock)
    assert again.exercise == first.exercise
    assert again.state.role == "security analyst"
    assert again.state.timed
    assert not again.state.countdown.running
    assert "Taken up where you left it" in Page(again).text
    assert first.exercise.log[-1].consequence in Page(again).text
    Page(again).click("Next message: its clock starts")
    assert again.state.countdown.running


def test_what_was_undone_who_sees_to_a_lesson_and_that_nobody_played_are_taken_up(learner, clock):
    first = TabletopPanel("shadowray", clock=clock)
    first.decide_all(load_story("shadowray").answers)
    first.undo()
    first.assign(first.exercise.lessons[0].id, who="Ana", due="2026-12-04")
    assert TabletopPanel("shadowray", clock=clock).exercise == first.exercise


def test_a_run_against_another_system_is_another_run(learner, clock):
    TabletopPanel("shadowray", clock=clock).start()
    assert TabletopPanel("shadowray", AISystem("mine"), clock=clock).exercise is None


def test_a_run_that_was_played_stays_as_it_was_when_an_answer_about_the_system_changes(learner, clock):
    first = TabletopPanel("shadowray", AISystem("mine", monitoring_active=False), clock=clock)
    first.decide_all(load_story("shadowray").answers)
    later = AISystem("mine", monitoring_active=True, secrets_in_vault=True)
    again = TabletopPanel("shadowray", later, clock=clock)
    assert again.exercise == first.exercise
    again.reset()
    again.start()
    assert again.exercise.system == later, "a new run meets the system as it is now"


# ---- the clock


def test_in_code_no_clock_runs(panel, clock):
    panel.start()
    clock.now += 10_000
    panel.tick()
    assert panel.exercise.at == "load"
    assert panel.time_left == panel.exercise.inject.minutes * 60
    assert Page(panel).button("Run the clock")


def test_the_start_button_lets_it_run_and_the_face_tells_what_is_left(panel, clock):
    Page(panel).click(START)
    clock.now += 25
    panel.tick()
    assert panel.time_left == 65
    assert "1:05 left to decide" in text(panel.live)
    assert Page(panel).button("Pause")


def test_paused_time_does_not_count(panel, clock):
    Page(panel).click(START)
    clock.now += 30
    Page(panel).click("Pause")
    clock.now += 10_000
    panel.tick()
    assert panel.time_left == 60
    assert "1:00 to decide; the clock stands" in text(panel.live)
    Page(panel).click("Run the clock")
    clock.now += 30
    assert panel.time_left == 30
    click_option(panel, 0)
    assert panel.exercise.log[0].minutes == 1.0


def test_when_the_time_is_up_nobody_has_decided_and_the_clock_stands(panel, clock):
    Page(panel).click(START)
    clock.now += 90
    panel.tick()
    entry = panel.exercise.log[0]
    assert (entry.decision, entry.by) == (NOBODY, "")
    assert entry.consequence == begin("shadowray").decide(NOBODY).log[0].consequence
    assert not panel.state.countdown.running
    assert "Time is up: nobody decided." in text(panel.page)
    clock.now += 10_000
    panel.tick()
    assert len(panel.exercise.log) == 1, "an empty room doesn't play the story to its end"


def test_a_click_after_the_time_and_before_the_tick_comes_too_late(panel, clock):
    Page(panel).click(START)
    clock.now += 91
    click_option(panel, 0)
    assert panel.exercise.log[0].decision == NOBODY
    assert panel.exercise.log[0].late == "declare"
    assert "Too late" in text(panel.page)


def test_a_second_sends_the_face_of_the_clock_and_not_the_page(panel, clock):
    Page(panel).click(START)
    page, live = panel.page, panel.live
    clock.now += 1
    panel.tick()
    assert panel.page is page
    assert panel.live != live


def test_a_note_that_was_being_written_when_the_time_ran_out_is_kept(panel, clock):
    Page(panel).click(START)
    Page(panel).enter(NOTE, "we were nearly")
    clock.now += 90
    panel.tick()
    assert panel.exercise.log[0].note == "we were nearly"


def test_on_an_event_loop_the_second_hand_moves_until_the_time_is_up(monkeypatch):
    monkeypatch.setattr("threatlab.widgets.tabletop.panel._SECOND", 0.0)
    clock_moves = iter(range(1000, 10_000, 30))
    panel = TabletopPanel("shadowray", clock=lambda: float(next(clock_moves)))

    async def until_it_stops():
        Page(panel).click(START)
        while panel._ticker.running:  # noqa: ASYNC110  # the panel sets no event when its time is up
            await asyncio.sleep(0)

    asyncio.run(asyncio.wait_for(until_it_stops(), PATIENCE))
    assert [entry.decision for entry in panel.exercise.log] == [NOBODY]


@pytest.mark.parametrize("way", ["pause", "reset", "close"])
def test_it_stops_cleanly(panel, way):
    async def lived():
        Page(panel).click(START)
        getattr(panel, way)()
        return panel._ticker.running

    assert asyncio.run(lived()) is False


def test_a_new_panel_stops_the_clock_of_the_one_before(clock):
    async def lived():
        first = TabletopPanel("shadowray", clock=clock)
        Page(first).click(START)
        TabletopPanel("shadowray", clock=clock)
        return first

    first = asyncio.run(lived())
    assert not first.state.countdown.running
    assert not first._ticker.running
    assert Page(first).button("Run the clock")


def test_finishing_stops_the_second_hand(panel):
    async def lived():
        Page(panel).click(START)
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


def test_the_display_is_the_same_every_time(panel, clock):
    panel.decide_all(load_story("shadowray").answers)
    again = TabletopPanel("shadowray", clock=clock)
    clock.now += 77
    again.decide_all(load_story("shadowray").answers)
    assert (panel.picture(), repr(panel)) == (again.picture(), repr(again))


def test_the_face_tells_minutes_and_seconds():
    assert view.minutes(125) == "2:05"
    assert view.minutes(0.4) == "0:00"
    assert 'style="width:50.0%"' in view.clock_face(replace(Countdown(60.0), spent=30.0), 0.0)
