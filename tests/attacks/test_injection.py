"""Prompt injection: the prototype's bands, what each control looks at and misses, and what left the building."""

from __future__ import annotations

from functools import cache
from statistics import mean

import pytest

from threatlab.attacks.agent import ATTACKER
from threatlab.attacks.injection import (
    ATTACK,
    CONTROLS,
    KNOWN_TO_FILTER,
    PHRASES,
    TASKS,
    Task,
    run,
    work,
    write_hostile_page,
    write_page,
)
from threatlab.errors import ThreatLabError

SEEDS = range(10)
SUMMARIZE, COMPARE, MAIL, FOLLOW = TASKS

PROTOTYPE = (  # control, the lowest and highest of five seeds, and the mean utility
    ("none", 1.00, 1.00, 1.00),
    ("keyword_filter", 0.29, 0.54, 1.00),
    ("tool_allow_list", 0.41, 0.66, 1.00),
    ("separation", 0.00, 0.00, 0.72),
    ("egress_allow_list", 0.00, 0.00, 1.00),
)


@cache
def results(control, **knobs):
    return [run(control, seed, **knobs) for seed in SEEDS]


def success(control, **knobs):
    return mean(result.success for result in results(control, **knobs))


def attack(task, control="none", phrase=0, failed=(), *, adaptive=False):
    return work(task, write_hostile_page(task, phrase, set(failed), adaptive=adaptive), control, hostile=True)


@pytest.mark.parametrize(("control", "low", "high", "utility"), PROTOTYPE)
def test_leaks_and_utility_land_where_the_prototype_measured_them(control, low, high, utility):
    assert low <= success(control) <= high
    assert mean(result.utility for result in results(control)) == pytest.approx(utility, abs=0.03)


def test_only_what_is_zero_by_construction_is_zero_and_it_says_so():
    for control, defense in CONTROLS.items():
        assert defense.zero_by_construction == all(result.success == 0 for result in results(control)), control


def test_without_an_attack_nothing_leaves():
    assert {result.baseline for control in CONTROLS for result in results(control)} == {0.0}


@pytest.mark.parametrize("task", TASKS)
def test_an_agent_without_controls_obeys_every_page(task):
    for phrase in range(len(PHRASES)):
        assert (ATTACKER, "secrets") in attack(task, phrase=phrase).left


@pytest.mark.parametrize("control", CONTROLS)
def test_harmless_pages_are_worked_on_as_asked(control):
    done = [work(task, write_page(task), control).done for task in TASKS]
    assert done == [True, True, True, control != "separation"]


def test_a_filter_stops_the_phrases_it_knows_and_no_reworded_one():
    known = {i for i in range(len(PHRASES)) if not attack(COMPARE, "keyword_filter", i).left}
    assert known == {0, 1, 2}
    assert not any(KNOWN_TO_FILTER.search(reworded) for _, reworded in PHRASES)
    for phrase in known:
        assert attack(COMPARE, "keyword_filter", phrase, failed={phrase}, adaptive=True).left


def test_whoever_rewords_loses_at_most_one_page_per_known_phrase():
    for result in results("keyword_filter", adaptive=True, pages=400):
        assert result.success >= 1 - 3 / 200
    assert success("keyword_filter", adaptive=True) > success("keyword_filter") + 0.4


def test_an_allow_list_fails_when_the_task_needs_both_tools():
    leaks = [bool(attack(task, "tool_allow_list").left) for task in TASKS]
    assert leaks == [False, False, True, True]


def test_separation_costs_tasks_whose_steps_stand_on_the_page():
    assert not work(FOLLOW, write_page(FOLLOW), "separation").done
    assert work(MAIL, write_page(MAIL), "separation").done


def test_separation_still_mails_to_a_false_contact():
    episode = attack(MAIL, "separation", adaptive=True)
    assert episode.left == ((ATTACKER, "prices"),)
    assert not episode.done
    assert 0.1 < success("separation", adaptive=True) < 0.35


def test_an_egress_allow_list_lets_nothing_out_to_any_of_them():
    assert success("egress_allow_list", adaptive=True) == 0.0
    assert attack(MAIL, "egress_allow_list", adaptive=True).refused


def test_rewording_changes_nothing_for_an_allow_list_that_looks_at_tools():
    assert success("tool_allow_list", adaptive=True) == success("tool_allow_list")


def test_the_toy_says_that_it_is_one():
    assert "no language model" in ATTACK.toy
    assert "not a benchmark of filters" in ATTACK.toy


@pytest.mark.parametrize("control", CONTROLS)
def test_the_picture_shows_what_was_asked_read_called_and_what_left(control):
    result = results(control)[0]
    episodes = result.evidence["episodes"]
    assert 2 <= len(episodes) <= 3
    assert {episode["hostile"] for episode in episodes} == {True, False}
    assert any(episode["left"] for episode in episodes) == (result.success > 0)
    assert any(episode["hostile"] and not episode["left"] for episode in episodes) == (result.success < 1)
    for episode in episodes:
        assert episode["task"] in {task.words for task in TASKS}
        assert ("evil.example" in episode["page"]) == episode["hostile"]
        assert all(to == ATTACKER and ": " in what for to, what in episode["left"])
        assert all(isinstance(call, str) for call in episode["calls"])
        assert all(call and why for call, why in episode["refused"])


def test_a_filter_shows_what_it_took_out():
    (stopped,) = [e for e in results("keyword_filter")[0].evidence["episodes"] if e["hostile"] and not e["left"]]
    assert "[removed]" in stopped["page_as_read"]
    assert ATTACKER in stopped["page"]
    assert ATTACKER not in stopped["page_as_read"]


def test_a_call_to_a_file_that_is_not_there_reads_nothing():
    episode = work(Task("read_file(diary)", frozenset({"read_file"})), "", "none")
    assert episode.read == ()


def test_the_asked_share_of_pages_is_hostile_and_never_none():
    assert "of 40 hostile pages" in run().note
    assert "of 20 hostile pages" in run(pages=20, hostile=1.0).note
    assert "of 1 hostile pages" in run(pages=20, hostile=0.05).note


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    again = run("keyword_filter", 0)
    assert again == results("keyword_filter")[0]
    assert again.evidence == results("keyword_filter")[0].evidence
    assert len({result.success for result in results("keyword_filter")}) > 1


@pytest.mark.parametrize(
    "knobs",
    [{"pages": 0}, {"pages": 80.0}, {"hostile": 0}, {"hostile": 2}, {"hostile": float("nan")}, {"adaptive": "yes"}],
)
def test_an_impossible_knob_is_refused(knobs):
    ((name, _),) = knobs.items()
    with pytest.raises(ThreatLabError, match=rf"{name} is .*; give "):
        run(**knobs)


def test_an_unknown_control_is_refused_with_the_nearest_name():
    with pytest.raises(ThreatLabError, match="did you mean 'egress_allow_list'"):
        run("egress_allowlist")
