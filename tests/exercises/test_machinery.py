"""The exercises' machinery: an outcome, whatever the answer is and does, and a notebook that stays usable."""

from __future__ import annotations

import copy
import json
import pickle
import re
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given as every
from hypothesis import strategies as st

from threatlab import ThreatLabError
from threatlab.exercises import ____, why
from threatlab.exercises.blank import Blank, has_blank
from threatlab.exercises.guard import judged_in_thread
from threatlab.exercises.judges import (
    Slip,
    a_function,
    a_number,
    choose,
    like,
    near,
    number,
    order,
    returned,
    rounded,
    rubric,
    statements,
)
from threatlab.exercises.outcome import BROKEN, CORRECT, NOT_ATTEMPTED, NOT_YET, OUTCOMES, RAISED, NotYet
from threatlab.exercises.progress import Standing, store
from threatlab.exercises.question import Question
from threatlab.exercises.recall import RECALL
from threatlab.incidents import incidents


def question(judge, **changes):
    parts = {
        "id": "assess.q0",
        "title": "A question of the tests",
        "judge": judge,
        "hints": ("a nudge", "nearly the answer"),
        "because": "2 and 2 make 4.",
        "covers": (),
    }
    return Question(**{**parts, **changes})


def is_four(answer):
    if a_number(answer) != 4:
        raise NotYet("2 and 2 is not that.")
    return "2 and 2 make 4."


def doubles(answer):
    function = a_function(answer, "one number")
    for given_number in (1, 3, 10):
        if returned(function, given_number) != 2 * given_number:
            raise NotYet(f"For {given_number} it does not give {2 * given_number}.")
    return "It doubles."


DOUBLES = like(
    lambda n: 2.0 * n,
    lambda: {f"{n}": (n,) for n in (1.25, 3, 10)},
    [Slip(lambda n: n * n, "that is the square"), *rounded(lambda n: 2.0 * n)],
    takes="one number",
    reads=a_number,
    same=near,
    where=lambda name, mine, *_: f"For {name} you give {mine:g}: ",
    otherwise=lambda name, mine, twice, *_: f"{twice:g} is right.",
    confirms=lambda: "It doubles.",
)


# ---- the outcomes


def test_the_outcomes():
    asked = question(is_four)
    assert [asked.check(answer).kind for answer in (4, 5, ____)] == [CORRECT, NOT_YET, NOT_ATTEMPTED]
    assert question(doubles).check(lambda n: n / 0).kind == RAISED
    assert question(json.loads).check(4).kind == BROKEN
    assert bool(asked.check(4))
    assert not asked.check(5)


def test_a_wrong_answer_is_told_why():
    outcome = question(is_four).check(5)
    assert outcome.message == "2 and 2 is not that."
    assert "Not yet (assess.q0)" in repr(outcome)
    assert "2 and 2 is not that." in outcome._repr_html_()


def test_the_learners_exception_is_shown_with_their_line_and_no_traceback_of_ours():
    def halves(n):
        return n / (n - 3)  # fails at 3

    outcome = question(doubles).check(lambda n: 2 * n if n != 3 else halves(n))
    assert outcome.kind == RAISED
    assert "ZeroDivisionError" in outcome.message
    assert "in halves" in outcome.message
    assert outcome.code == "return n / (n - 3)  # fails at 3"
    assert "Traceback" not in repr(outcome)
    assert "threatlab" not in repr(outcome)


def test_a_fault_of_the_judge_is_never_told_as_the_learners(monkeypatch):
    incident = replace(incidents()[0], id="a-new-one")  # whose system nobody wrote
    monkeypatch.setattr("threatlab.exercises.why.q3_checklist.incidents", lambda: (*incidents(), incident))
    monkeypatch.setattr("threatlab.exercises.question.judged", judged_in_thread)  # where that is patched
    outcome = why.q3.check(lambda _: set())
    assert outcome.kind == BROKEN
    assert "This question is broken (" in outcome.message
    assert "in q3_checklist.py, line" in outcome.message
    assert "your answer is kept" in outcome.message
    assert "can't be checked" not in outcome.message
    assert store().entries()[-1:] == [] or store().entries()[-1]["what"] != BROKEN


def test_texts_of_the_learner_are_escaped():
    outcome = question(choose("a", "yes", {"b": "no"})).check("<img src=x onerror=alert(1)>")
    assert "<img" not in outcome._repr_html_()


# ---- answers of absurd kind leave the notebook usable


class Hostile:
    def __repr__(self):
        raise RuntimeError("no repr")

    def __eq__(self, other):
        raise RuntimeError("no eq")

    __hash__ = None


ABSURD = [
    None,
    "four",
    "",
    [],
    list(range(1_000_000)),
    {},
    {"a": ____},
    float("nan"),
    float("inf"),
    10**400,
    1j,
    object(),
]
ABSURD += [Hostile(), Hostile, print, len, int, lambda: 1, lambda *a: None, NotImplemented, ..., b"4", True, "\ud800"]


@pytest.mark.parametrize("place", range(len(ABSURD)))
@pytest.mark.parametrize(
    "judge",
    [
        is_four,
        doubles,
        choose("a", "yes", {"b": "no"}),
        number(lambda: 4, "yes", {}, lambda _: "no"),
        order(["x", "y"], "yes", {"x": "no", "y": "no"}),
        statements({"x": "no"}, true=["x"], confirms="yes"),
        rubric(["one", "two"], 1, 3),
        DOUBLES,
    ],
    ids=["function of ours", "code", "choose", "number", "order", "statements", "rubric", "like"],
)
def test_an_absurd_answer_gets_a_sentence(judge, place):
    outcome = question(judge).check(ABSURD[place])
    assert outcome.kind in OUTCOMES
    assert outcome.kind not in (CORRECT, BROKEN)
    assert outcome.message
    assert "Traceback" not in repr(outcome)


def test_infinite_recursion_is_an_exception_like_any_other():
    def again(n):
        return again(n)

    assert question(doubles).check(again).kind == RAISED


def test_a_function_that_returns_nothing_is_asked_for_a_return():
    assert "does it end with a return" in question(doubles).check(lambda n: None).message


# ---- the blank


BLANK_WORK = [
    lambda b: b + 1,
    lambda b: 1 + b,
    lambda b: b(1, x=2),
    lambda b: b.anything.at_all,
    lambda b: b["key"][0],
    lambda b: -b,
    lambda b: b < 1,
    lambda b: b & True,
    lambda b: round(b, 2),
    lambda b: 2**b,
    copy.deepcopy,
    lambda b: pickle.loads(pickle.dumps(b)),  # our own
]


@pytest.mark.parametrize("place", range(len(BLANK_WORK)))
def test_whatever_is_done_with_a_blank_gives_a_blank(place):
    assert isinstance(BLANK_WORK[place](____), Blank)


def test_a_blank_can_be_used_where_a_value_is_needed():
    assert list(____) == []
    assert f"{____:.2f} {____}" == "____ ____"
    assert not ____
    assert float(____) != float(____)
    assert [1, 2, 3][____] == 1


@pytest.mark.parametrize("answer", [____, [1, ____], {"a": ____}, {____: 1}, (1, [____]), {"a": {"b": [____]}}])
def test_an_answer_that_holds_a_blank_is_not_attempted(answer):
    assert has_blank(answer)
    assert question(is_four).check(answer).kind == NOT_ATTEMPTED


def test_a_function_with_a_blank_in_it_is_not_attempted():
    assert question(doubles).check(lambda n: ____ * n).kind == NOT_ATTEMPTED


def gives_a_blank(n):
    # replace each ____ below
    half = ____
    return 2 * half  # and not here


SLACK = ____


class HalfDone:
    def twice(self, n):
        return ____ * n


class Row(NamedTuple):
    """A row as a learner may write it."""

    name: str
    kind: str


def uses_blank_parts(n):
    return gives_a_blank(n) + SLACK


@pytest.mark.parametrize(
    ("answer", "named"),
    [
        ({"tay": ____, "id-me": "a", "clearview": ____}, ["`'tay': ____`", "`'clearview': ____`"]),
        ([("Chatbot", ____, "own"), ("Fares", "store", "own")], ["`('Chatbot', ____, 'own')`"]),
        (({"owner": ____}, None), ["`'owner': ____`"]),
        (["x", ____], ["`['x', ____]`"]),
        (Row(____, "store"), ["`Row(name=____, kind='store')`"]),
        (Standing("why", "Why", ____, 4, ____, 0), ["`done=____`", "`checks=____`"]),
        (gives_a_blank, ["half = ____`"]),
        (uses_blank_parts, ["half = ____`", "`SLACK = ____`"]),
    ],
)
def test_blanks_that_are_left_are_named_and_no_others(answer, named):
    outcome = question(doubles).check(answer)
    assert outcome.kind == NOT_ATTEMPTED
    said = outcome.message.removeprefix("Still blank: ").removesuffix(". Replace each ____ and run the cell again.")
    assert len(said.split("`, `")) == len(named)
    assert [part for part in named if part not in said] == []


def test_an_answer_below_the_line_with_the_blank_is_judged():
    def twice(n):
        result = ____
        result = 2 * n
        return result  # noqa: RET504

    assert question(doubles).check(twice).kind == CORRECT


def test_blanks_in_the_code_of_classes_and_of_pairs_are_named():
    def both(answer):
        for function in answer:
            returned(function, 1)

    message = question(both).check((lambda _: 1, HalfDone().twice, HalfDone)).message
    assert "return ____ * n`. Replace" in message


def test_a_line_that_is_handed_in_beside_what_cells_made_is_called_the_blank():
    assert (
        question(doubles).check(([Standing("why", "Why", 1, 4, 2, 0)], "tay", ____)).message.startswith("Replace the")
    )


def test_many_blanks_are_named_up_to_a_few():
    message = question(doubles).check({f"name {number}": ____ for number in range(11)}).message
    assert "`'name 7': ____` and 3 more." in message
    assert "name 8" not in message


@every(st.recursive(st.none() | st.integers() | st.text(max_size=3), st.lists, max_leaves=8))
def test_an_answer_without_a_blank_has_none(answer):
    assert not has_blank(answer)


# ---- hints and solutions


def test_hints_are_graded_and_the_solution_says_why():
    asked = question(is_four, id="assess.q1")
    assert "a nudge" in repr(asked.hint())
    assert "hint(2)" in repr(asked.hint())
    assert "nearly the answer" in repr(asked.hint(2))
    assert repr(asked.hint(np.float64(2))) == repr(asked.hint(2))
    assert "last hint" in repr(asked.hint(2))
    assert "answer = 0.2 + 0.3" in repr(asked.solution())
    assert "2 and 2 make 4." in repr(asked.solution())


def test_what_is_not_right_yet_offers_the_next_hint_and_after_the_last_the_solution():
    asked = question(is_four, id="assess.q9")
    offers = []
    for given in (1, 2, None):
        outcome = asked.check(5)
        assert outcome.shown.small[0] == outcome.stuck
        offers.append(outcome.stuck)
        if given:
            asked.hint(given)
    assert offers == ["Stuck? `q9.hint()`", "Stuck? `q9.hint(2)`", "Stuck? `q9.solution()` shows one way to do it."]
    assert asked.check(4).stuck == asked.check(____).stuck == ""


def test_where_the_solutions_are_not_installed_a_sentence_says_how_to_get_them(monkeypatch, tmp_path):
    monkeypatch.setattr(
        "threatlab.course.folder.__file__", str(tmp_path / "site-packages" / "threatlab" / "course" / "folder.py")
    )
    monkeypatch.setattr("sysconfig.get_path", {"data": str(tmp_path)}.__getitem__)
    shown = question(is_four, id="assess.q1").solution()
    assert shown.code == ""
    assert "the solutions are not in this installation of threatlab: clone" in repr(shown)
    assert "2 and 2 make 4." in repr(shown)


def test_a_question_without_a_worked_solution_says_so():
    assert "there is no worked solution of assess.q0" in repr(question(is_four).solution())
    assert "there is no worked solution of recall.01.q1" in repr(RECALL["01"][0].question.solution())


@pytest.mark.parametrize("wrong", [0, 3, -1, "1", None, True, 1.5])
def test_a_hint_that_is_not_there_is_answered_with_a_sentence(wrong):
    with pytest.raises(ThreatLabError, match="hints 1 to 2"):
        question(is_four).hint(wrong)


# ---- the judges


def test_a_choice_names_the_misconception_and_the_choices():
    judge = choose("b", "yes", {"a": "a misconception", "c": "another"})
    assert judge(" B ") == "yes"
    for answer, said in (("a", "a misconception"), ("c", "another"), ("d", "choose from: a, b, c")):
        with pytest.raises(NotYet, match=said):
            judge(answer)


def test_a_number_is_right_to_two_places():
    judge = number(lambda: 0.2, "yes", {0.4: "twice that"}, lambda value: f"not {value}")
    assert judge(0.204) == judge(np.float32(0.2)) == "yes"
    for answer, part in ((0.4, "twice that"), (0.3, "not 0.3"), (True, "not a number"), ("0.2", "not a number")):
        with pytest.raises(NotYet, match=part):
            judge(answer)


@pytest.mark.parametrize("one", [[0.2], (0.2,), {0.2}, np.array([0.2]), pd.Series([0.2]), pd.Series({7: 0.2})])
def test_a_list_or_a_table_of_one_number_is_told_to_be_one(one):
    with pytest.raises(NotYet, match=r"holds one part.*give that part by itself"):
        number(lambda: 0.2, "yes", {}, str)(one)


def test_parts_of_an_answer_may_be_handed_in_as_they_are():
    asked = question(rubric(["one", "two"], 1, 3))
    assert asked.check("Ann owns it", [1]) == asked.check(("Ann owns it", [1]))
    assert asked.check("Ann owns it", [1])
    assert asked.check("Ann owns it", ____).kind == NOT_ATTEMPTED


def test_an_order_names_the_first_that_is_out_of_place():
    judge = order(["x", "y", "z"], "yes", {"x": "x is first", "y": "y needs x", "z": "z is last"})
    assert judge(("x", "y", "z")) == "yes"
    for answer, said in ((["y", "x", "z"], "y needs x"), (["x", "y"], "each of these once"), ("xyz", "not a list")):
        with pytest.raises(NotYet, match=said):
            judge(answer)


def test_statements_name_the_first_wrong_one():
    judge = statements({"s": "s holds", "t": "t doesn't"}, true=["s"], confirms="yes")
    assert judge({"s": True, "t": False}) == "yes"
    for answer, part in (
        ({"s": True, "t": True}, "t doesn't"),
        ({"s": 1, "t": False}, "must be True or False"),
        ({"s": True}, "dict with True or False"),
    ):
        with pytest.raises(NotYet, match=part):
            judge(answer)


def test_numpy_and_pandas_values_are_answers_like_any_other():
    right = {"s": True, "t": False}
    judge = statements({"s": "s holds", "t": "t doesn't"}, true=["s"], confirms="yes")
    assert judge(dict(zip(right, np.array([1, 0]) == 1, strict=True))) == judge(pd.Series(right)) == "yes"
    assert order(["x", "y"], "yes", {})(np.array(["x", "y"])) == "yes"
    assert DOUBLES(lambda n: np.float64(2) * n) == "It doubles."


def test_a_function_is_told_the_slip_that_explains_all_it_gives_and_where_it_shows():
    for answer, part in (
        (lambda n: n * n, "For 1.25 you give 1.5625: that is the square"),
        (lambda n: 2 * n if n < 4 else 0, "For 10 you give 0: 20 is right"),
        (lambda n: round(2 * n + 0.003, 3), "2.5 is right"),
        (lambda n: "two", "'two' is not a number"),
        (lambda: 2, "can't be called with 1.25"),
        (abs, "For 1.25 you give 1.25"),
        (len, "can't be called with 1.25 (object of type 'float' has no len())"),
    ):
        with pytest.raises(NotYet, match=re.escape(part)):
            DOUBLES(answer)


def test_what_is_wrong_is_told_before_an_exception_that_comes_later():
    outcome = question(DOUBLES).check(lambda n: n if n < 4 else n / 0)
    assert outcome.kind == NOT_YET
    assert "For 1.25 you give 1.25" in outcome.message


def test_a_right_number_that_is_rounded_is_told_so_and_four_places_are_enough():
    third = like(
        lambda n: n / 3,
        lambda: {"1": (1,)},
        rounded(lambda n: n / 3),
        takes="a number",
        reads=a_number,
        same=near,
        otherwise=lambda *_: "wrong",
        confirms="yes",
    )
    assert third(lambda n: round(n / 3, 4)) == "yes"
    for places in (2, 3):
        with pytest.raises(NotYet, match="right, but rounded"):
            third(lambda n, places=places: round(n / 3, places))


def test_a_function_that_changes_what_it_is_given_changes_nothing_of_ours():
    given = [[1], {"a": [2]}, (0.5, [3])]
    returned(lambda lists: lists[0].append(3) or lists[1]["a"].clear() or lists[2][1].clear() or 1, given)
    assert given == [[1], {"a": [2]}, (0.5, [3])]


def test_a_text_is_marked_by_the_learner_and_nobody_pretends_to_grade_it():
    judge = rubric(["names an owner", "gives a date", "says why"], 2, 3)
    text = "Ann owns it"
    with pytest.raises(NotYet, match="Compare your text"):
        judge(text)
    with pytest.raises(NotYet, match="misses: gives a date says why"):
        judge((text, [1]))
    assert "By your own mark it meets 2 of 3" in judge((text, [1, 2]))
    for answer, said in ((("a", [1]), "That is 1 word."), ((text, [4]), "a point's number, 1 to 3"), (3, "not a text")):
        with pytest.raises(NotYet, match=said):
            judge(answer)
