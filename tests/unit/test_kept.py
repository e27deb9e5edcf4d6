"""What is done in a panel is there again tomorrow, in the notebook in which it was done."""

from __future__ import annotations

import json

import pytest

from tests.unit.page import Page
from threatlab.exercises import progress
from threatlab.jupyter.saving import PICTURE, drop_live_views
from threatlab.widgets import InjectionDesk, Planner, Prediction, Recall


def asked(*more):
    return Prediction("Which?", ["first", "second", *more], ["yes", "no"])


def test_guesses_are_taken_up_by_the_next_kernel(learner):
    asked().guess({"first": "yes"})
    again = asked()
    assert again.guesses == {"first": "yes"}
    assert "Taken up where you left it" in Page(again).text


def test_what_is_as_it_began_is_not_said_to_be_taken_up(learner):
    first = InjectionDesk()
    first.set(page=2)
    first.set(page=1)
    assert "Taken up" not in InjectionDesk().page, "its memory holds tuples, which a file gives back as lists"


def test_what_was_shown_stays_shown(learner):
    first = asked()
    first.guess({"first": "yes"})
    first.compare({"first": "no", "second": "no"})
    assert "stay as they were" in Page(asked()).text


def test_to_begin_anew_loses_nothing(learner):
    asked().guess({"first": "yes"})
    again = Page(asked())
    again.click("Begin anew")
    assert again.panel.guesses == asked().guesses == {}
    again.click("Take it up again")
    assert again.panel.guesses == asked().guesses == {"first": "yes"}


def test_recall_answers_are_taken_up(learner):
    first = Recall("02")
    name = next(iter(first._questions))
    first.answer(name, "a")
    assert Recall("02").state == {name: "a"}


@pytest.mark.slow
def test_a_plan_is_taken_up_with_what_was_decided_named_and_accepted(learner):
    first = Planner("shadowray", 20, start="2026-12-01")
    first.set(budget=12, way="quick_wins")
    first.decide("secrets_in_vault", "must be in")
    first.assign("secrets_in_vault", "Ada")
    first.accept("monitoring_active", "No days left", "Grace", "2027-01-31")
    again = Planner("shadowray", 20, start="2026-12-01")
    assert again.state == first.state
    assert again.plan == first.plan
    again.begin_anew()
    assert again.state.budget == 20


@pytest.mark.parametrize(
    ("variable", "value"),
    [("JPY_SESSION_NAME", ""), ("JPY_SESSION_NAME", "/course/03-attack.ipynb"), (progress.VARIABLE, "memory")],
)
def test_another_notebook_and_one_that_nobody_has_open_begin_anew(learner, monkeypatch, variable, value):
    asked().guess({"first": "yes"})
    monkeypatch.setenv(variable, value)
    progress.store.cache_clear()
    assert asked().guesses == {}
    assert "Taken up" not in asked().page


def test_a_panel_that_asks_something_else_begins_anew(learner):
    asked().guess({"first": "yes"})
    assert asked("third").guesses == {}


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"memory": 3, "picture": ""}', '{"memory": {"guesses": 5}}', "\0", "[" * 9**6]
)
def test_what_cannot_be_taken_up_costs_a_sentence_and_is_set_aside(learner, text):
    asked().guess({"first": "yes"})
    (file,) = learner.rglob("Prediction-*.json")
    file.write_text(text, encoding="utf-8")
    with pytest.warns(UserWarning, match="set aside"):
        assert asked().guesses == {}
    assert [each.read_text("utf-8") for each in learner.rglob("*.set-aside")] == [text]


def test_a_folder_that_cannot_be_written_costs_a_sentence_once(learner):
    (learner / "panels").write_text("in the way", encoding="utf-8")
    first = asked()
    with pytest.warns(UserWarning, match="can't be kept") as warned:
        first.guess({"first": "yes", "second": "yes"})
    assert first.guesses == {"first": "yes", "second": "yes"}
    assert len(warned) == 1


def test_a_saved_notebook_shows_what_was_done_last(learner):
    panel = asked()
    output = {"output_type": "display_data", "metadata": {}, "data": dict(panel._repr_mimebundle_()[0])}
    panel.guess({"first": "yes"})
    notebook = {"metadata": {}, "cells": [{"outputs": [output]}]}
    drop_live_views(notebook)
    assert panel.picture() in output["data"][PICTURE]
    assert "yes" in output["data"][PICTURE]


def test_a_picture_that_names_no_place_of_ours_stays_as_it_is(learner):
    (learner / "secret.json").write_text(json.dumps({"picture": "secret"}), encoding="utf-8")
    for picture in ('<div data-kept="../secret/secret">a</div>', '<div data-kept="02-assess/none">a</div>', "<p>a</p>"):
        output = {"output_type": "display_data", "metadata": {}, "data": {PICTURE: picture}}
        drop_live_views({"metadata": {}, "cells": [{"outputs": [output]}]})
        assert output["data"][PICTURE] == picture
