"""The tabletop exercise: every path of every story, the checker that reads them, and what a decision does."""

from __future__ import annotations

import copy
import inspect
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import systems, thorough

import threatlab
from threatlab import AISystem, CatalogError, ThreatLabError, load_system
from threatlab.catalog import catalog
from threatlab.tabletop import (
    MEASURES,
    NOBODY,
    ROLES,
    Answer,
    begin,
    compare,
    figures_frame,
    list_stories,
    load_story,
    play,
    run_unattended,
)
from threatlab.tabletop.clock import Countdown
from threatlab.tabletop.files import read_story
from threatlab.tabletop.graph import DECISIONS, paths

FOLDER = Path(inspect.getfile(threatlab)).parent / "catalog" / "tabletops"
SYSTEMS = {"bare": AISystem("bare"), "full": AISystem("full", **dict.fromkeys(catalog().controls, True))}
every_story = pytest.mark.parametrize("name", list_stories())


def outcomes(story):
    for inject in story.injects.values():
        for option in inject.options:
            yield from option.outcomes
        yield from inject.nobody


# ---- the stories


def test_there_are_two_made_from_documented_incidents_and_each_says_what_is_invented():
    assert list_stories() == ("postmark-mcp", "shadowray")
    for name in list_stories():
        story = load_story(name)
        assert story.incident.id == name
        assert story.incident.case in story.published
        assert "time of day" in story.invented


@every_story
def test_every_walk_through_every_decision_ends_and_says_what_it_taught(name):
    story = load_story(name)
    sizes = set()
    for system in SYSTEMS.values():
        # The figures don't change what comes next, so states that only differ in them need one visit.
        seen, waiting = set(), [begin(story, system)]
        while waiting:
            now = waiting.pop()
            if now.finished:
                sizes.add(len(now.log))
                assert now.lessons
                assert now.contained, f"{now.answers()} never gets rid of the attacker"
                continue
            if (now.at, now.marks, len(now.log)) in seen:
                continue
            seen.add((now.at, now.marks, len(now.log)))
            waiting.extend(now.decide(option) for option in (*now.inject.choices, NOBODY))
    assert min(sizes) >= DECISIONS


@every_story
@thorough
@given(data=st.data(), system=systems())
def test_a_random_walk_on_a_random_system_logs_each_decision_and_adds_up(name, data, system):
    now = begin(name, system)
    start, steps = now, 0
    while now.inject is not None:
        before = now
        now = now.decide(data.draw(st.sampled_from((*now.inject.choices, NOBODY))))
        steps += 1
        assert now.hours >= before.hours
        assert now.marks >= before.marks
    assert len(now.log) == steps
    assert now.lessons
    assert len({lesson.id for lesson in now.lessons}) == len(now.lessons)
    for measure in MEASURES:
        added = sum(entry.effect.get(measure, 0) for entry in now.log)
        assert now.figures[measure] == start.figures[measure] + added
    again = run_unattended(name, json.loads(json.dumps(now.answers())), system)
    assert again == now


def at(story, system, inject):
    """An exercise at an inject, by any way that leads there."""
    waiting = [begin(story, system)]
    while waiting:
        now = waiting.pop()
        if now.at == inject:
            return now
        if not now.finished:
            waiting.extend(now.decide(option) for option in now.inject.choices)
    raise AssertionError(f"{inject} is never reached")


def ends(story, inject):
    """For each system and each way to go on, how the story ends after each option of `inject`: hours, then figures."""
    for system in SYSTEMS.values():
        now = at(story, system, inject.id)
        for answers in (story.answers, story.prepared):
            finished = {option: play(now.decide(option), answers) for option in inject.choices}
            yield {option: (end.hours, *end.figures.values()) for option, end in finished.items()}


@every_story
def test_no_option_is_right_in_every_respect(name):
    story = load_story(name)
    for inject in story.injects.values():
        runs = list(ends(story, inject))
        for choice in inject.choices:
            others = [(end[choice], rest) for end in runs for option, rest in end.items() if option != choice]
            costs = any(mine > other for own, rest in others for mine, other in zip(own, rest, strict=True))
            assert costs, f"{inject.id}: {choice} is never worse than another option in anything"


@every_story
def test_no_option_is_wrong_in_every_respect(name):
    story = load_story(name)
    for inject in story.injects.values():
        runs = list(ends(story, inject))
        for choice in inject.choices:
            others = [(end[choice], rest) for end in runs for option, rest in end.items() if option != choice]
            buys = any(mine < other for own, rest in others for mine, other in zip(own, rest, strict=True))
            assert buys, f"{inject.id}: {choice} is never better than another option in anything"


@every_story
def test_the_stories_hold_what_an_exercise_needs(name):
    story = load_story(name)
    assert any(len(inject.decides) == 1 for inject in story.injects.values())
    assert "This is not legal advice" in story.injects["tell"].question
    assert story.injects["tell"].decides == ("business owner",)
    assert "evidence" in story.injects
    first_outcomes = [option.outcomes[0] for option in story.injects["evidence"].options]
    assert all(outcome.hours and sum(outcome.effect.values()) for outcome in first_outcomes), "each of them costs"
    assert max(minutes for _, minutes in paths(story).values()) <= story.minutes


@every_story
def test_texts_are_short_and_in_american_letters(name):
    story = load_story(name)
    texts = [story.situation, *(inject.text for inject in story.injects.values()), *(o.text for o in outcomes(story))]
    for text in texts:
        assert len(text.split()) <= 75, text
        assert text.rstrip().endswith((".", "?", '"', ")")), text
        assert not re.search(r"isation|our(ed|ing)\b(?<!poured)|behaviour|centre|favour|programme", text), text


# ---- what a decision does


def test_the_system_matters_an_option_that_needs_a_control_fails_without_it():
    bare = begin("shadowray", SYSTEMS["bare"]).decide("declare").decide("cut")
    isolated = begin("shadowray", AISystem("x", training_environment_isolated=True)).decide("declare").decide("cut")
    assert isolated.figures["down"] < bare.figures["down"]
    assert isolated.log[1].helped == ("training_environment_isolated",)
    assert bare.log[1].missing == ("training_environment_isolated",)
    assert "one_switch" in {lesson.id for lesson in bare.lessons if lesson.kind == "change"}


def test_unknown_counts_as_missing():
    unknown = begin("shadowray", AISystem("x")).decide("declare")
    missing = begin("shadowray", AISystem("x", incident_response_tested=False)).decide("declare")
    assert unknown.log == missing.log
    assert begin("shadowray", AISystem("x", monitoring_active=True)).figures["attacker"] < unknown.figures["attacker"]


def test_what_came_before_changes_what_follows():
    copied = play(begin("shadowray"), ["declare", "cut", "copy", "all"], to_the_end=False)
    wiped = play(begin("shadowray"), ["declare", "cut", "overwrite", "all"], to_the_end=False)
    assert copied.at == wiped.at == "tell"
    assert copied.text != wiped.text
    assert copied.decide("later").log[-1].consequence != wiped.decide("later").log[-1].consequence
    assert begin("shadowray").decide("kill").at != begin("shadowray").decide("declare").at


def test_the_attackers_hours_run_until_they_are_cut_off_and_not_after():
    now = begin("shadowray").decide("declare")
    at_once, late = now.decide("poweroff"), now.decide("block").decide("copy")
    assert at_once.contained
    assert at_once.figures["attacker"] == now.figures["attacker"] + 0.25
    assert at_once.decide("copy").figures["attacker"] == at_once.figures["attacker"]
    assert late.figures["attacker"] > at_once.figures["attacker"]


def test_who_was_never_out_gets_the_hours_between():
    end = run_unattended("postmark-mcp")
    last = end.log[-1]
    assert "all_found" not in end.marks
    assert last.effect["attacker"] == last.hours - end.out_since + 1


def test_a_message_waits_until_its_time():
    early = play(begin("shadowray"), ["declare", "cut", "overwrite", "worst", "three"], to_the_end=False)
    assert early.clock == "Wed 07:40"
    assert early.hours == load_story("shadowray").injects["model"].not_before


def test_only_the_roles_named_may_decide():
    now = play(begin("shadowray"), ["declare", "cut", "copy", "all"], to_the_end=False)
    with pytest.raises(ThreatLabError, match=r"not for the incident lead.*business owner"):
        now.decide("three", by="incident lead")
    assert now.decide("three", by="business owner").log[-1].by == "business owner"
    assert now.decide("three").log[-1].by == "business owner"


def test_what_only_an_absent_role_may_decide_nobody_decides():
    absent = [role for role in ROLES if role != "business owner"]
    now = play(begin("shadowray", roles=absent), ["declare", "cut", "copy", "all"], to_the_end=False)
    assert now.may_decide == ()
    with pytest.raises(ThreatLabError, match="not at the table; answer 'nobody'"):
        now.decide("three")
    with pytest.raises(ThreatLabError, match="the business owner is not at the table"):
        now.decide("three", by="business owner")
    assert now.decide(NOBODY).figures["trust"] == now.figures["trust"] + 3


def test_an_option_that_comes_too_late_is_nobodys_decision():
    now = begin("shadowray")
    late = now.decide("declare", minutes=now.inject.minutes + 0.1)
    assert late.log[0].decision == NOBODY
    assert late.log[0].late == "declare"
    assert late.log[0].consequence == now.decide(NOBODY).log[0].consequence
    assert now.decide("declare", minutes=now.inject.minutes).log[0].decision == "declare"
    assert late.time_left == now.time_left - now.inject.minutes - 0.1


def test_a_decision_changes_nothing_in_the_exercise_it_was_taken_in():
    now = begin("shadowray")
    before = copy.copy(now)
    now.decide("ask")
    assert now == before
    with pytest.raises(TypeError):
        now.figures["down"] = 0


def test_a_lesson_that_went_well_once_and_badly_once_is_to_be_changed():
    mixed = play(begin("shadowray"), ["kill", "escalate"], to_the_end=False)
    kinds = {lesson.id: lesson for lesson in mixed.lessons}
    assert kinds["declare_early"].kind == "keep"
    end = play(begin("shadowray"), ["kill", "escalate", "cut", "copy"], to_the_end=False)
    kinds = {lesson.id: lesson for lesson in end.lessons}
    assert kinds["evidence_first"].kind == "change"
    assert kinds["evidence_first"].because == ("A job that nobody started",)
    assert [lesson.kind for lesson in end.lessons] == sorted(lesson.kind for lesson in end.lessons)
    assert kinds["one_switch"].owner == catalog().controls["training_environment_isolated"].role
    assert kinds["one_switch"].in_place is False


# ---- unattended


@every_story
def test_it_runs_without_people_twice_the_same(name):
    first, second = run_unattended(name), run_unattended(name)
    assert first == second
    assert first.finished
    assert repr(first) == repr(second)
    assert "0x" not in repr(first)


@every_story
def test_a_prepared_team_is_rid_of_the_attacker_sooner_and_pays_for_it(name):
    runs = compare(run_unattended(name))
    ready, nobody = runs["a prepared team"], runs["nobody decides"]
    for measure in ("attacker", "taken", "blind", "trust"):
        assert ready.figures[measure] < nobody.figures[measure]
    assert ready.figures["down"] > nobody.figures["down"], "care costs hours of service, and the figures say so"
    assert {entry.decision for entry in nobody.log} == {NOBODY}
    frame = figures_frame(runs)
    assert list(frame.columns) == list(runs)
    assert len(frame) == len(MEASURES)


def test_answers_are_taken_in_every_form():
    texts = ["declare", "cut", "copy", "all", "three", "verify", "login"]
    plain = run_unattended("shadowray", texts)
    tables = run_unattended("shadowray", [{"option": text} for text in texts])
    records = run_unattended("shadowray", (Answer(text) for text in texts))
    by_inject = run_unattended("shadowray", {entry.inject: entry.decision for entry in plain.log})
    assert plain == tables == records == by_inject


WRONG = [
    (["declare", "cot"], "option of 'interface' 'cot'.*did you mean 'cut'"),
    (["declare"], "decision 2, 'interface', has no answer: give one of cut, block, poweroff, nobody"),
    (["declare", "cut", "copy", "all", "three", "verify", "login", "cut"], "8 answers.*after 7.*'cut' is left over"),
    ({"lode": "declare"}, "unknown inject in answers: 'lode': did you mean 'load'"),
    ({"load": "declare"}, "'interface', has no answer"),
    ("declare", "answers are 'declare'"),
    (7, "answers are 7"),
    ([None], "decision 1, 'load', has no answer"),
    ([3], "an answer is 3"),
    ([{"by": "ML engineer"}], "an answer is"),
    ([{"option": "declare", "bye": ""}], "unknown key of an answer 'bye': did you mean 'by'"),
    ([{"option": 4}], "option of 'load' 4"),
    ([{"option": "declare", "by": "boss"}], "unknown role 'boss'"),
    ([{"option": "declare", "by": 4}], "unknown role 4"),
    ([{"option": "declare", "note": None}], "the note on 'load' is None"),
    ([{"option": "declare", "minutes": "2"}], "minutes is '2'"),
    ([{"option": "declare", "minutes": float("nan")}], "minutes is nan"),
    ([{"option": "declare", "minutes": True}], "minutes is True"),
    ([{"option": "declare", "minutes": -1}], "minutes is -1"),
]


@pytest.mark.parametrize(("answers", "said"), WRONG, ids=[said for _, said in WRONG])
def test_a_wrong_answer_is_answered_with_a_sentence(answers, said):
    with pytest.raises(ThreatLabError, match=said):
        run_unattended("shadowray", answers)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"story": "shadowrya"}, "did you mean 'shadowray'"),
        ({"story": None}, "unknown tabletop story None"),
        ({"story": ["shadowray"]}, "unknown tabletop story"),
        ({"system": "shadowray"}, "system is 'shadowray'; give an AISystem"),
        ({"roles": []}, "nobody is at the table; give those at the table, of: incident lead"),
        ({"roles": "incident lead"}, "roles is 'incident lead'"),
        ({"roles": ["boss"]}, "unknown role 'boss'"),
        ({"roles": 3}, "roles is 3"),
    ],
)
def test_a_wrong_beginning_is_answered_with_a_sentence(wrong, said):
    with pytest.raises(ThreatLabError, match=said):
        begin(**{"story": "shadowray", **wrong})


@pytest.mark.parametrize("make", [np.array, pd.Series, set, lambda roles: (each for each in roles)])
def test_roles_come_in_any_list(make):
    assert begin("shadowray", roles=make([ROLES[1], ROLES[0]])).roles == (ROLES[0], ROLES[1])


def test_after_the_end_there_is_nothing_to_decide():
    with pytest.raises(ThreatLabError, match="'shadowray' is over"):
        run_unattended("shadowray").decide("login")


# ---- the log


def test_the_log_tells_time_role_message_decision_consequence_and_note():
    end = play(begin("shadowray"), [{"option": "declare", "by": "ML engineer", "note": "load"}], to_the_end=False)
    row = end.log.to_frame().loc[1]
    assert row.to_dict() == {
        "time": "Tue 07:40",
        "by": "ML engineer",
        "inject": "A job that nobody started",
        "decision": "declare",
        "text": end.log[0].text,
        "consequence": end.log[0].consequence,
        "note": "load",
    }


@pytest.mark.parametrize(
    ("answers", "nobody_was_there"),
    [
        (None, True),
        (load_story("shadowray").answers, True),
        (load_story("shadowray").prepared, True),
        (list(load_story("shadowray").answers.values())[:1], False),
        (["declare"], False),
        ([], False),
    ],
)
def test_a_run_of_the_storys_own_answers_is_marked_as_one_that_nobody_played(answers, nobody_was_there):
    end = run_unattended("shadowray") if answers is None else play(begin("shadowray"), answers, to_the_end=False)
    assert end.unattended is end.to_dict()["unattended"] is nobody_was_there


def test_a_person_who_plays_on_from_the_storys_own_answers_has_not_played_it_all():
    assert replace(begin("shadowray"), unattended=True).decide("declare").unattended


def test_a_decision_that_is_taken_back_is_named_by_the_one_in_its_place():
    first = begin("shadowray").decide("declare")
    asked, killed = first.decide("cut"), first.decide("block")
    again = asked.take_back().decide("block").take_back().decide("block")
    assert again.figures == killed.figures
    assert again.log[-1].taken_back == (asked.log[-1].text, killed.log[-1].text)
    assert not again.log[0].taken_back
    assert play(begin("shadowray"), again.answers(), to_the_end=False) == again
    with pytest.raises(ThreatLabError, match="no decision to take back"):
        begin("shadowray").take_back()


def test_a_reason_can_be_added_to_the_last_decision():
    now = begin("shadowray").decide("declare", note="in a hurry").decide("cut")
    noted = now.add_note("they were still in")
    assert [entry.note for entry in noted.log] == ["in a hurry", "they were still in"]
    assert noted == begin("shadowray").decide("declare", note="in a hurry").decide("cut", note="they were still in")
    with pytest.raises(ThreatLabError, match="no decision to give a reason for"):
        begin("shadowray").add_note("too soon")


def test_a_lesson_gets_a_name_and_a_day():
    end = run_unattended("shadowray")
    first, second = (lesson.id for lesson in end.lessons[:2])
    tasked = end.assign(first, " Ana ", "2026-11-30").assign(second, "Ben")
    assert (tasked.lessons[0].task.who, str(tasked.lessons[0].task.due)) == ("Ana", "2026-11-30")
    assert (tasked.lessons[1].task.who, tasked.lessons[1].task.due) == ("Ben", None)
    assert tasked.to_dict()["lessons"][0]["due"] == "2026-11-30"
    assert tasked.assign(first, "").lessons[0].task == end.lessons[0].task
    for wrong, said in (((first, 3), "the name of who sees to it is 3"), ((first, "Ana", "30.11."), "is '30.11.'")):
        with pytest.raises(ThreatLabError, match=said):
            end.assign(*wrong)
    with pytest.raises(ThreatLabError, match="unknown lesson of this run"):
        begin("shadowray").assign(first, "Ana")


def test_an_empty_log_is_an_empty_frame():
    assert begin("shadowray").log.to_frame().empty


@every_story
def test_what_is_written_as_json_comes_back_and_plays_the_same_exercise(name):
    end = run_unattended(name, system=load_system("tay"))
    table = json.loads(json.dumps(end.to_dict()))
    assert table == end.to_dict()
    again = run_unattended(table["story"], table["answers"], load_system("tay"))
    assert replace(again, unattended=True).to_dict() == table
    assert len(table["log"]) == len(end.log)
    assert table["case"] == load_story(name).incident.case


# ---- the clock


def test_a_countdown_runs_only_while_it_runs():
    waiting = Countdown(60.0)
    assert waiting.left(1000.0) == 60
    running = waiting.started(10.0)
    assert running.left(25.0) == 45
    assert running.started(20.0) == running
    paused = running.paused(25.0)
    assert paused.left(1000.0) == 45
    assert paused.started(1000.0).left(1046.0) == 0
    assert paused.started(1000.0).used(1046.0) == 61


# ---- the checker


BROKEN = [
    (
        'next = "evidence"',
        'next = "evidense"',
        r"injects.interface, options cut, outcomes 1\], next: unknown inject 'evidense': did you mean",
    ),
    ('next = "model"', 'next = "load"', r"\[injects.load\]: a path leads back here"),
    ('next = "tell"', 'next = ""', r"\[injects.tell\]: no path leads here"),
    (
        'marks = ["contained", "copied"]\nkeep = ["evidence_first", "rehearse"]\nnext = "keys"',
        'marks = ["copied"]\nkeep = ["evidence_first", "rehearse"]\nnext = ""',
        r"opening: a path ends after 3 decisions; give at least 6",
    ),
    ('next = "returns"', 'next = "interface"', r"\[injects.returns\]: no path leads here"),
    (
        'needs = ["training_environment_isolated"]',
        'needs = ["isolated"]',
        r"injects.interface, options cut, outcomes 1.*needs: .*'isolated'",
    ),
    ('decides = ["incident lead", "ML engineer"]', 'decides = ["boss"]', r"injects.load.*decides: unknown role 'boss'"),
    ('decides = ["business owner"]', "decides = []", r"\[injects.tell\], decides: is empty"),
    ('to = "ML engineer"', 'to = "everybody"', r"injects.load.*to: unknown value 'everybody'"),
    ('after = ["copied"]', 'after = ["copid"]', r"unknown mark 'copid': did you mean 'copied'"),
    ('keep = ["see_it"]', 'keep = ["sea_it"]', r"keep: unknown lesson 'sea_it'"),
    (
        'change = ["evidence_first"]\nnext = "returns"',
        'next = "returns"',
        r"\[injects.load\], options kill, outcomes 1: teaches nothing",
    ),
    ('id = "kill"', 'id = "ask"', r"\[injects.load\], options: the id 'ask' is taken"),
    ('id = "kill"', 'id = "nobody"', r"\[injects.load\], options: the id 'nobody' is taken"),
    (
        "hours = 0.25\nblind",
        "hours = -1\nblind",
        r"options kill, outcomes 1.*hours: is -1; it must be a number from 0 up",
    ),
    ("hours = 0.25\nblind", "ours = 0.25\nblind", r"options kill, outcomes 1.*unknown field 'ours'"),
    (
        'control = "training_environment_isolated"',
        'control = "network"',
        r"lessons.one_switch.*control: unknown value 'network'",
    ),
    ('load = "ask"', 'load = "aks"', r"answers.*load: unknown value 'aks'"),
    ('load = "ask"\n', "", r"answers.*load: is missing"),
    ('starts = "Tue 07:40"', 'starts = "Tue 7:40"', r"starts: is 'Tue 7:40'; it must be a day and a time"),
    ("minutes = 15\n", "minutes = 9\n", r"minutes: a path takes .* more than the 9 stated"),
    ('needs = ["monitoring_active"]\ntext = "Load', 'text = "Load', r"opening 1: has no condition"),
    (
        'text = "Nobody watches',
        'needs = ["staff_trained"]\ntext = "Nobody watches',
        r"opening: the last one must have no condition",
    ),
    ('"ML engineer" = "Knows', '"ML enginer" = "Knows', r"roles.*ML engineer: is missing"),
    ("[lessons.login_everywhere]", "[lessons.login]", r"unknown lesson 'login_everywhere'"),
    (
        'keep = ["closed_by_default", "login_everywhere"]',
        'keep = ["closed_by_default"]',
        r"lessons.login_everywhere\], keep: no outcome names it",
    ),
]


@pytest.mark.parametrize(("old", "new", "said"), BROKEN, ids=[f"{new[:40]!r}" for _, new, _ in BROKEN])
def test_a_broken_story_is_named_by_file_inject_and_field(old, new, said, tmp_path):
    text = (FOLDER / "shadowray.toml").read_text("utf-8")
    assert old in text
    file = tmp_path / "shadowray.toml"
    # A graph is broken by all its edges to a place, an entry by its first mention.
    file.write_text(text.replace(old, new) if old.startswith("next") else text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogError, match=f"(?s)shadowray.toml.*{said}"):
        read_story(file)


def test_a_story_without_an_incident_is_refused(tmp_path):
    file = tmp_path / "shadowrya.toml"
    file.write_text((FOLDER / "shadowray.toml").read_text("utf-8"), "utf-8")
    with pytest.raises(CatalogError, match="did you mean 'shadowray'"):
        read_story(file)
