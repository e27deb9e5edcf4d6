"""Predictions: kept before the reveal, compared after it, and never changed in between."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.unit.page import HOSTILE, Page
from threatlab import ThreatLabError
from threatlab.course import course_folder
from threatlab.exercises.predictions import GUESSED, id_of, predictions
from threatlab.exercises.progress import Store
from threatlab.exercises.statements import STATEMENTS
from threatlab.lessons import LESSONS
from threatlab.widgets import CheckYourself, Prediction
from threatlab.widgets.base.html import markup


@pytest.fixture
def asked():
    return Prediction("How many?", ["first", "second"], [0.0, 0.3, 0.6, 0.9])


@pytest.fixture
def attended(monkeypatch):
    """A person has the notebook open."""
    monkeypatch.setenv("JPY_SESSION_NAME", "/course/02-assess.ipynb")


def test_a_guess_is_kept_and_can_be_taken_back(asked):
    asked.guess({"first": 0.3})
    assert asked.guesses == {"first": 0.3}
    Page(asked).choose("first", "—")
    assert asked.guesses == {}


def test_a_guess_in_code_is_a_choice_in_the_list(asked):
    asked.guess({"second": 0.6})
    chosen = Prediction("How many?", ["first", "second"], [0.0, 0.3, 0.6, 0.9])
    Page(chosen).choose("second", "0.6")
    assert chosen.page == asked.page
    assert "1 of 2 predicted" in Page(asked).text


def test_two_or_three_answers_are_buttons_and_more_are_a_list():
    few = Page(Prediction("True?", ["first"], ["true", "false"]))
    few.answer("first", "true")
    assert few.panel.guesses == {"first": "true"}
    assert not few.soup.select("select")


def test_after_the_reveal_no_guess_changes(asked):
    asked.guess({"first": 0.3})
    asked.compare({"first": 0.0, "second": 0.6})
    asked.guess({"first": 0.0})
    Page(asked).choose("first", "0.0")
    assert asked.guesses == {"first": 0.3}
    assert all(field.has_attr("disabled") for field in Page(asked).soup.select("select"))


def test_the_comparison_counts_what_agrees_and_marks_what_does_not(asked):
    asked.guess({"first": 0.3, "second": 0.6})
    told = asked.compare({"first": 0.1 + 0.2, "second": 0.0})
    assert repr(told) == "1 of 2 predictions right"
    html = told.picture()
    assert html.count("right</td>") == 1
    assert html.count("look again") == 1


def test_without_a_guess_there_is_nothing_to_be_right_about(asked):
    assert repr(asked.compare({"first": 0.0, "second": 0.0})) == "nothing was predicted; 2 results"


def test_zero_is_a_guess_and_not_a_missing_one(asked):
    asked.guess({"first": 0.0})
    assert repr(asked.compare({"first": 0.0, "second": 0.3})) == "1 of 1 prediction right"


@pytest.mark.parametrize(
    ("guesses", "named"), [({"frist": 0.3}, "did you mean 'first'"), ({"first": 0.4}, "0.4"), ({"first": "x"}, "'x'")]
)
def test_a_guess_that_can_not_be_is_refused_by_name(asked, guesses, named):
    with pytest.raises(ThreatLabError, match=named):
        asked.guess(guesses)


def test_a_missing_result_is_named_and_locks_nothing(asked):
    with pytest.raises(ThreatLabError, match="'second'"):
        asked.compare({"first": 0.0})
    asked.guess({"first": 0.3})
    assert asked.guesses == {"first": 0.3}


def test_one_question_stands_once_on_the_page_and_once_in_its_picture():
    alone = Prediction("How many days?", ["How many days?"], [30, 90, 180])
    alone.guess({"How many days?": 90})
    assert alone.page.count(">How many days?<") == 1
    assert alone.picture().count("How many days?") == 1
    assert ">90<" in alone.picture()


def test_without_results_only_a_check_compares_since_it_has_them(asked):
    with pytest.raises(ThreatLabError, match="no result was given for 'first'"):
        asked.compare()


def test_texts_are_escaped_in_every_picture():
    asked = Prediction(HOSTILE, [HOSTILE], [HOSTILE])
    asked.guess({HOSTILE: HOSTILE})
    pictures = asked.page + asked.picture() + asked.compare({HOSTILE: HOSTILE}).picture()
    assert "<script>" not in pictures


ACTUAL = {"first": 0.3, "second": 0.0}


def test_a_person_who_guessed_nothing_is_asked_before_anything_is_shown_or_locked(asked, attended):
    comparison = asked.compare(ACTUAL)
    for text in (repr(comparison), comparison.page, comparison.picture(), asked.page):
        assert "It is" not in text
        assert "0.3" not in text.replace('<option value="0.3">0.3</option>', "")
    asked.guess({"first": 0.3})
    assert asked.guesses == {"first": 0.3}
    Page(comparison).click("Show anyway")
    assert "1 of 1 prediction right" in Page(comparison).text
    asked.guess({"second": 0.0})
    assert asked.guesses == {"first": 0.3}


def test_where_no_person_has_the_notebook_open_all_is_compared(asked):
    assert "It is" in asked.compare(ACTUAL).page


def test_the_button_shows_at_once_what_is_predicted_and_asks_once_for_what_is_not(asked, attended):
    comparison = asked.compare(ACTUAL)
    asked.guess({"first": 0.3})
    Page(asked).click("Show the answers")
    assert "It is" not in comparison.page
    asked.guess({"second": 0.0})
    Page(asked).click("Show the answers")
    assert "2 of 2 predictions right" in Page(comparison).text


def test_what_is_said_of_a_result_is_shown_with_it_and_no_sooner(asked, attended):
    comparison = asked.compare(ACTUAL, because={"first": "the account was stolen"})
    assert "stolen" not in comparison.page + asked.page + comparison.picture()
    Page(comparison).click("Show anyway")
    assert "the account was stolen" in Page(comparison).text
    assert "the account was stolen" in comparison.picture()


def test_before_its_cell_has_run_there_is_nothing_to_show(asked, attended):
    asked.guess(ACTUAL)
    assert "Run the next cell" in Page(asked).text
    with pytest.raises(ThreatLabError, match="run the next cell"):
        asked.reveal()


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_check_holds_its_answers_and_reasons_back_until_they_are_asked_for(name, attended):
    check = CheckYourself(name)
    reasons = [each.because for each in STATEMENTS[name].statements]
    early = check.page + check.picture() + repr(check) + check.compare().page
    assert not any(reason in Page(check).text for reason in reasons)
    assert "right" not in early
    check.guess({each.text: each.answer for each in STATEMENTS[name].statements})
    shown = Page(check.compare()).text
    assert all(" ".join(reason.split()) in shown for reason in reasons)
    assert f"{len(reasons)} of {len(reasons)} predictions right" in shown


def test_every_lesson_but_the_first_has_a_check_in_which_no_answer_is_always_right():
    assert {lesson.number for lesson in LESSONS[1:]} <= set(STATEMENTS)
    for asked in STATEMENTS.values():
        given = [each.answer for each in asked.statements]
        assert max(map(given.count, given)) < len(given)


def test_a_check_that_is_not_there_is_refused_with_the_nearest():
    with pytest.raises(ThreatLabError, match="did you mean '01-exclusions'"):
        CheckYourself("01-exclusion")


# ---- what progress keeps of it


@pytest.fixture
def kept(monkeypatch):
    kept = Store()
    monkeypatch.setattr("threatlab.widgets.learning.prediction.store", lambda: kept)
    return kept


def test_a_guess_that_the_course_asks_for_is_kept_by_its_place_until_the_reveal(kept):
    name, asked = next((name, asked) for name, asked in predictions().items() if len(asked.questions) > 1)
    panel = Prediction(asked.asks, asked.questions, asked.choices)
    panel.guess({asked.questions[1]: asked.choices[-1]})
    panel.guess({asked.questions[1]: asked.choices[-1]})
    panel.choose(asked.questions[1], None)
    panel.compare(dict.fromkeys(asked.questions, asked.choices[0]))
    panel.guess({asked.questions[0]: asked.choices[0]})
    entries = [(each["question"], each["what"], each["met"]) for each in kept.entries()]
    assert entries == [(name, GUESSED, f"1={len(asked.choices) - 1}"), (name, GUESSED, "1=")]


def test_a_whole_number_is_the_same_answer_from_the_page_and_in_code(kept):
    asks, questions, choices = (of := predictions()["guess.03.poisoning-predict"]).asks, of.questions, of.choices
    panel = Prediction(asks, questions, [float(choice) for choice in choices])
    Page(panel).choose(questions[0], "1.0")
    panel.guess({questions[0]: 0})
    panel.guess({questions[0]: np.float64(0.5)})
    assert [entry["met"] for entry in kept.entries()] == ["0=10", "0=0", "0=5"]
    assert Page(panel).problem == ""
    with pytest.raises(ThreatLabError, match="True is not among the answers"):
        panel.guess({questions[0]: True})


def test_a_check_is_kept_likewise_and_what_a_reader_asks_is_not(kept, asked):
    asked.guess({"first": 0.3})
    assert kept.entries() == []
    CheckYourself("02").guess({STATEMENTS["02"].statements[0].text: "true"})
    assert [(each["question"], each["met"]) for each in kept.entries()] == [("guess.02", "0=0")]


@pytest.mark.parametrize("file", sorted(course_folder("notebooks").glob("*.ipynb")), ids=lambda file: file.stem)
def test_every_prediction_of_a_lesson_has_an_id_and_the_words_that_the_lesson_shows(file):
    cells = [cell for cell in json.loads(file.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    shown = {cell["id"]: "".join(cell["outputs"][-1]["data"]["text/html"]) for cell in cells if asks(cell)}
    asked = {name: each for name, each in predictions().items() if name.startswith(f"guess.{file.name[:2]}.")}
    assert asked.keys() == {f"guess.{file.name[:2]}.{cell}" for cell in shown}
    for cell, picture in shown.items():
        each = asked[f"guess.{file.name[:2]}.{cell}"]
        missing = [text for text in (each.asks, *each.questions) if markup(text) not in picture]
        assert not missing, f"{cell} asks something else: 'make notebooks' writes it down"


def asks(cell):
    return any("Prediction(" in "".join(each.get("data", {}).get("text/plain", "")) for each in cell["outputs"])


def test_no_two_predictions_are_alike():
    assert len({id_of(each.asks, each.questions, each.choices) for each in predictions().values()}) == len(
        predictions()
    )
