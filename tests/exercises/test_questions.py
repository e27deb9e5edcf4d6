"""Every question: its worked solution passes, each plausible wrong answer is refused with the message meant for it."""

from __future__ import annotations

import csv
from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from tests.exercises.test_machinery import ABSURD
from threatlab.exercises import ____
from threatlab.exercises.outcome import CORRECT, NOT_ATTEMPTED, OUTCOMES, RAISED
from threatlab.lessons import LESSONS

COVERAGE = Path(__file__).parents[1] / "data" / "lesson-coverage.csv"
ROWS = tuple(csv.DictReader(COVERAGE.read_text(encoding="utf-8").splitlines()))
IDEAS = {row["id"] for row in ROWS}
WRITTEN = [each.name for each in LESSONS if (Path(__file__).parent / f"answers_{each.name}.py").exists()]
MODULES = {lesson: import_module(f"threatlab.exercises.{lesson}") for lesson in WRITTEN}
ANSWERS = {lesson: import_module(f"tests.exercises.answers_{lesson}") for lesson in WRITTEN}
QUESTIONS = {question.id: question for module in MODULES.values() for question in module.QUESTIONS}
RIGHT = {key: answer for answers in ANSWERS.values() for key, answer in answers.RIGHT.items()}
WRONG = {key: wrong for answers in ANSWERS.values() for key, wrong in answers.WRONG.items()}

every_question = pytest.mark.parametrize("question", QUESTIONS.values(), ids=QUESTIONS)


def test_each_lesson_has_three_to_five_questions_numbered_in_order():
    for lesson, module in MODULES.items():
        ids = [question.id for question in module.QUESTIONS]
        assert 3 <= len(ids) <= 5, lesson
        assert ids == [f"{lesson}.q{number}" for number in range(1, len(ids) + 1)]
        assert [getattr(module, f"q{number}") for number in range(1, len(ids) + 1)] == list(module.QUESTIONS)


def test_every_question_has_its_answers():
    assert set(RIGHT) == set(WRONG) == set(QUESTIONS)


@every_question
def test_the_reference_solution_passes(question):
    outcome = question.check(RIGHT[question.id])
    assert outcome.kind == CORRECT, outcome.message
    assert outcome.message


@every_question
def test_a_plausible_wrong_answer_is_refused_with_the_message_meant_for_it(question):
    wrong = WRONG[question.id]
    assert len(wrong) >= 3
    told = []
    for answer, said in wrong:
        outcome = question.check(answer)
        assert outcome.kind in OUTCOMES
        assert outcome.kind not in (CORRECT, NOT_ATTEMPTED), (question.id, answer)
        assert said in outcome.message, f"{question.id}: {outcome.message!r} does not say {said!r}"
        told.append(outcome.message)
    commonest = Counter(told).most_common(1)[0]
    assert commonest[1] == 1, f"{question.id} says the same to different mistakes: {commonest[0]}"


@every_question
def test_a_blank_is_not_attempted(question):
    assert question.check(____).kind == NOT_ATTEMPTED


@every_question
def test_an_absurd_answer_gets_a_sentence_and_no_traceback(question):
    for answer in ABSURD:
        outcome = question.check(answer)
        assert outcome.kind not in (CORRECT, RAISED) or callable(answer)
        assert outcome.kind != CORRECT
        assert outcome.message
        assert "Traceback" not in repr(outcome)


@every_question
def test_a_question_says_what_it_asks_hints_in_steps_and_explains_its_solution(question):
    assert question.title
    assert question.expects
    assert len(question.hints) >= 2
    assert len(set(question.hints)) == len(question.hints)
    assert question.answer.strip()
    assert question.because
    compile(question.answer, question.id, "exec")


@every_question
def test_a_question_names_the_ideas_it_practices(question):
    assert question.covers
    assert set(question.covers) <= IDEAS


def test_together_the_questions_practice_every_idea_of_the_lesson_a_second_time():
    practiced = {idea for question in QUESTIONS.values() for idea in question.covers}
    assert practiced == IDEAS
