"""The recall questions and the progress panel: content, binding and pictures, without a browser."""

from __future__ import annotations

import json

import pytest

from tests.exercises.test_questions import IDEAS, ROWS
from tests.unit.page import Page, text
from threatlab import CatalogError, ThreatLabError
from threatlab.catalog.entry import Entry
from threatlab.exercises import progress
from threatlab.exercises.outcome import CORRECT
from threatlab.exercises.progress import TITLES, Store
from threatlab.exercises.recall import RECALL, _recalled, recalled
from threatlab.widgets.learning.progress import ProgressPanel
from threatlab.widgets.learning.recall import Recall

EVERY = [each for asked in RECALL.values() for each in asked]
every_question = pytest.mark.parametrize("each", EVERY, ids=lambda each: each.question.id)


def test_each_notebook_but_the_first_begins_with_three_questions():
    assert {notebook: len(asked) for notebook, asked in RECALL.items()} == {f"0{n}": 3 for n in range(1, 8)}


def test_from_03_on_one_question_looks_further_back_than_the_notebook_before():
    taught = {row["id"]: row["notebook"] for row in ROWS}
    for notebook in range(3, 8):
        (idea,) = RECALL[f"{notebook:02}"][-1].question.covers
        assert int(taught[idea]) < notebook - 1, notebook


def test_a_question_looks_back_on_the_notebook_of_its_idea_or_the_one_before():
    taught = {row["id"]: row["notebook"] for row in ROWS}
    for notebook, asked in RECALL.items():
        for each in asked:
            (idea,) = each.question.covers
            assert each.about == min(taught[idea], f"{int(notebook) - 1:02}"), each.question.id


@pytest.mark.parametrize("without", [{"03"}, {"01", "02"}, {"05", "06"}, {"00"}, {"00", "02", "04", "06"}])
def test_where_lessons_are_left_out_no_question_looks_back_on_them_and_none_is_asked_twice(without):
    asked = [each for notebook in RECALL if notebook not in without for each in recalled(notebook, without)]
    assert not {each.about for each in asked} & without
    assert len({each.question.id for each in asked}) == len(asked)
    for notebook in RECALL.keys() - without:
        assert all(each.about < notebook for each in recalled(notebook, without))
        assert len(recalled(notebook, without)) <= 3


def test_questions_of_a_lesson_that_is_left_out_stand_in_for_those_about_it():
    assert [each.question.id for each in recalled("04", ["03"])] == ["recall.04.q3", "recall.03.q1", "recall.03.q2"]
    assert recalled("04") == RECALL["04"]
    assert recalled("01", ["00"]) == ()
    assert "left out of this copy" in text(str(Recall("01", without=["00"]).draw({})))
    assert len(Recall("04", without=["03"])._questions) == 3


@every_question
def test_each_option_has_an_answer_of_its_own_and_one_is_right(each):
    outcomes = {letter: each.question.check(letter) for letter in each.options}
    assert sum(map(bool, outcomes.values())) == 1
    assert len({outcome.message for outcome in outcomes.values()}) == len(each.options) >= 3
    assert len(set(each.options.values())) == len(each.options)
    assert set(each.question.covers) <= IDEAS


def test_the_right_option_is_not_always_in_the_same_place():
    right = [next(letter for letter in each.options if each.question.check(letter)) for each in EVERY]
    assert all(right.count(letter) >= 5 for letter in "abc")


def test_answering_in_code_does_what_choosing_in_the_list_does():
    clicked, driven = Recall("02"), Recall("02")
    first = RECALL["02"][0]
    page = Page(clicked)
    page.choose(first.asks, first.options["a"])
    outcome = driven.answer("recall.02.q1", "a")
    assert not outcome
    assert clicked.page == driven.page
    assert "Not yet" in page.text
    page.choose(first.asks, first.options["b"])
    assert "Right" in page.text
    assert repr(clicked) == "Recall('02'): 1 of 3 recalled"
    page.choose(first.asks, "choose …")
    assert repr(clicked) == "Recall('02'): 0 of 3 recalled"


def test_the_saved_picture_of_a_recall_gives_no_answer_away():
    saved = Recall("03").picture()
    for each in RECALL["03"]:
        assert each.question.because.split(":")[0] not in saved
    assert "class=" not in saved


def test_a_recall_question_that_leaves_an_option_unexplained_is_refused():
    table = {"asks": "?", "confirms": ".", "covers": "x", "right": "a", "options": {"a": "1", "b": "2"}, "wrong": {}}
    with pytest.raises(CatalogError, match="each option but 'a'"):
        _recalled(Entry("recall.toml", "01.q1", table))


BAD = [
    (lambda: Recall("00"), "unknown notebook '00'"),
    (lambda: Recall(2), "unknown notebook 2"),
    (lambda: Recall("02").answer("recall.02.q9", "a"), "unknown question"),
    (lambda: Recall("02").answer("recall.02.q1", "z"), "unknown option 'z'"),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()


# ---- progress


@pytest.fixture
def kept(monkeypatch, tmp_path):
    monkeypatch.setattr(progress, "questions_of", lambda lesson: (f"{lesson}.q1", f"{lesson}.q2"))
    return Store(tmp_path / "progress.jsonl")


def test_the_panel_shows_what_is_done_tried_and_helped(kept):
    for what in ("not yet", "hint 1", CORRECT):
        kept.record("assess.q1", what)
    panel = ProgressPanel(kept)
    assert "02 Assess 1 of 2 2 1" in text(panel.page)
    assert repr(panel) == "ProgressPanel: 1 of 16 exercises done"
    assert all(title in panel.page for title in TITLES.values())


def test_the_panel_says_where_progress_is_kept(kept, monkeypatch, tmp_path):
    assert f"Kept in {kept.path}." in text(ProgressPanel(kept).page)
    monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
    assert "Kept in ~/progress.jsonl." in text(ProgressPanel(kept).page).replace("\\", "/")
    assert "until this kernel ends" in text(ProgressPanel(Store()).page)

    def nowhere():
        raise RuntimeError("Could not determine home directory.")  # as Python says it of a user without a home

    monkeypatch.setattr("pathlib.Path.home", nowhere)
    assert f"Kept in {kept.path}." in text(ProgressPanel(kept).page)


def test_only_a_lesson_whose_questions_are_all_done_is_marked_as_done(kept):
    kept.record("why.q1", CORRECT)
    assert "tl-whole" not in ProgressPanel(kept).page
    kept.record("why.q2", CORRECT)
    row = next(row for row in ProgressPanel(kept).page.split("<tr>") if "tl-whole" in row)
    assert TITLES["why"] in row


def test_what_another_notebook_adds_is_there_after_a_refresh(kept):
    panel = ProgressPanel(kept)
    Store(kept.path).record("why.q1", CORRECT)
    panel.refresh()
    assert repr(panel) == "ProgressPanel: 1 of 16 exercises done"


def test_a_reset_by_the_button_asks_first(kept):
    kept.record("assess.q1", CORRECT)
    page = Page(ProgressPanel(kept))
    page.click("Reset …")
    page.click("No, keep it")
    assert kept.done() == {"assess.q1"}
    page.click("Reset …")
    page.click("Yes, begin anew")
    assert kept.done() == set()
    assert "begins anew" in page.text


def test_an_export_says_where_it_is_or_what_is_in_the_way(kept, tmp_path, monkeypatch):
    kept.record("assess.q1", CORRECT)
    page = Page(ProgressPanel(kept))
    monkeypatch.chdir(tmp_path)
    page.submit("Export", **{"File to export to": "here.json"})
    assert "Written to here.json, beside this notebook." in page.text
    page.submit("Export", **{"File to export to": str(tmp_path / "mine.json")})
    assert f"Written to {tmp_path / 'mine.json'}." in page.text
    assert json.loads((tmp_path / "mine.json").read_text(encoding="utf-8"))["attempts"]
    page.submit("Export", **{"File to export to": str(tmp_path / "mine.json")})
    assert "already" in page.problem


def test_a_lesson_s_row_leads_to_its_exercises_where_they_lie_beside_the_notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "03-attack-exercises.ipynb").touch()
    links = Page(ProgressPanel()).soup.select("a")
    assert [(link["href"], link.get_text()) for link in links] == [("03-attack-exercises.ipynb", "03 Attack")]
