"""The pieces of lesson 06 where the notebook goes on with what was written, and where there is nothing to write."""

from __future__ import annotations

from tests.exercises.operate.pieces import DETECTION, PAGE, WHY
from threatlab.exercises import ____
from threatlab.exercises.operate import holds, nearest, open_answers, w3, w6
from threatlab.exercises.outcome import CORRECT
from threatlab.operate.overview import overview


def test_a_decision_goes_on_to_the_audit_log_only_if_it_is_right():
    assert holds(w3, (DETECTION, (16, 12, WHY)))
    assert not holds(w3, (DETECTION, (16, 1, WHY)))
    assert not holds(w3, (DETECTION, ____))


def test_the_question_is_asked_of_the_system_that_pages_with_the_lowest_score():
    alerting = [result for result in PAGE.assessments if result.system.name in PAGE.alerting]
    assert nearest(PAGE) is min(alerting, key=lambda result: result.risk_score)
    quiet = overview([result.system for result in PAGE.assessments], 1.0)
    assert nearest(quiet).system == PAGE.assessments[0].system, "where none pages, of the worst"


def test_where_every_answer_is_known_there_is_nothing_to_ask():
    system = nearest(PAGE).system
    known = system.with_(**dict.fromkeys(open_answers(nearest(PAGE)), False))
    asked = w6.check((overview([known]), "rate_limiting_enabled"))
    assert asked.kind == CORRECT
    assert "Nothing is open there" in asked.message
