"""Predictions: kept before the reveal, compared after it, and never changed in between."""

from __future__ import annotations

import pytest

from tests.unit.page import Page
from threatlab import ThreatLabError
from threatlab.widgets import Prediction

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
def asked():
    return Prediction("How many?", ["first", "second"], [0.0, 0.3, 0.6])


def test_a_guess_is_kept_and_can_be_taken_back(asked):
    asked.guess({"first": 0.3})
    assert asked.guesses == {"first": 0.3}
    Page(asked).choose("first", "—")
    assert asked.guesses == {}


def test_a_guess_in_code_is_a_choice_in_the_list(asked):
    asked.guess({"second": 0.6})
    chosen = Prediction("How many?", ["first", "second"], [0.0, 0.3, 0.6])
    Page(chosen).choose("second", "0.6")
    assert chosen.page == asked.page
    assert "1 of 2 predicted" in Page(asked).text


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
    html = told._repr_html_()
    assert html.count("right</td>") == 1
    assert html.count("look again") == 1


def test_without_a_guess_there_is_nothing_to_be_right_about(asked):
    assert repr(asked.compare({"first": 0.0, "second": 0.0})) == "nothing was predicted; 2 results"


def test_zero_is_a_guess_and_not_a_missing_one(asked):
    asked.guess({"first": 0.0})
    assert asked.compare({"first": 0.0, "second": 0.3}).right == 1


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


def test_texts_are_escaped_in_every_picture():
    asked = Prediction(HOSTILE, [HOSTILE], [HOSTILE])
    asked.guess({HOSTILE: HOSTILE})
    pictures = asked.page + asked.picture() + asked.compare({HOSTILE: HOSTILE})._repr_html_()
    assert "<script>" not in pictures
