"""Exercises are their solutions without the solutions; those say "correct" to every question, these "not attempted"."""

from __future__ import annotations

import re

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from scripts.exercises import STUB, exercise_of, unsolved
from scripts.notebooks import NotebookError
from tests.notebooks.kernel import outputs_of
from tests.notebooks.pieces import module_of
from tests.notebooks.saved import faults
from tests.notebooks.tracked import tracked
from threatlab.exercises.solution import BEGIN, CHECK, END

SOLUTIONS = tracked("solutions")

every_solution = pytest.mark.parametrize("solution", SOLUTIONS, ids=lambda file: file.stem)


def checks(notebook):
    """The questions that a notebook checks."""
    return [question for cell in notebook.cells if cell.cell_type == "code" for question in CHECK.findall(cell.source)]


def covered(cell):
    """The ideas of the lesson that a cell says it practices."""
    return {tag.removeprefix("covers:") for tag in cell.metadata.get("tags", ()) if tag.startswith("covers:")}


def questions_of(solution):
    """The questions of a notebook's lesson by name ("q1"): lessons are numbered as notebooks are."""
    return {question.id.partition(".")[2]: question for question in module_of(solution.name).QUESTIONS}


@every_solution
def test_an_exercise_has_not_drifted_from_its_solution(solution):
    exercise = nbformat.read(exercise_of(solution), as_version=4)
    made = unsolved(nbformat.read(solution, as_version=4))
    assert [cell.source for cell in exercise.cells] == [cell.source for cell in made.cells], "run make exercises"
    assert [cell.id for cell in exercise.cells] == [cell.id for cell in made.cells]
    assert [cell.metadata for cell in exercise.cells] == [cell.metadata for cell in made.cells]


def test_there_is_an_exercise_for_each_solution_and_none_besides():
    assert {file.name for file in tracked("exercises")} == {exercise_of(file).name for file in SOLUTIONS}


@every_solution
def test_both_are_saved_whole_and_clean(solution):
    for file in (solution, exercise_of(solution)):
        assert faults(nbformat.read(file, as_version=4)) == []


@every_solution
def test_the_notebook_checks_every_question_of_its_lesson_once_and_in_order(solution):
    assert checks(nbformat.read(solution, as_version=4)) == list(questions_of(solution))


@every_solution
def test_a_cell_that_checks_a_question_is_tagged_with_the_ideas_that_the_question_covers(solution):
    notebook, questions = nbformat.read(solution, as_version=4), questions_of(solution)
    for cell in notebook.cells:
        for name in checks(new_notebook(cells=[cell])):
            assert covered(cell) == set(questions[name].covers), (solution.name, name)
    tagged = {idea for cell in notebook.cells for idea in covered(cell)}
    assert tagged == {idea for question in questions.values() for idea in question.covers}


@every_solution
def test_a_solution_answers_every_question_correctly(solution):
    notebook = nbformat.read(solution, as_version=4)
    asked = checks(notebook)
    assert asked
    assert outputs_of(notebook).count("\u2713 Correct") >= len(asked)
    assert "Not yet" not in outputs_of(notebook)
    assert f"{len(asked)} of {len(asked)} done." in outputs_of(notebook)


@every_solution
def test_an_unsolved_exercise_says_not_attempted_to_every_question(solution):
    notebook = nbformat.read(exercise_of(solution), as_version=4)
    asked = [cell for cell in notebook.cells if cell.cell_type == "code" and checks(new_notebook(cells=[cell]))]
    assert asked
    for cell in asked:
        assert "Not attempted" in outputs_of(new_notebook(cells=[cell]))
        assert "Correct" not in outputs_of(new_notebook(cells=[cell]))


@every_solution
def test_no_solution_shines_through(solution):
    exercise = exercise_of(solution).read_text(encoding="utf-8")
    assert "SOLUTION" not in exercise
    assert STUB in exercise


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (f"x = 1\n{BEGIN}\nx = 2", "cell 2 ('x = 1'): the solution that begins in line 2 doesn't end"),
        (f"x = 1\n{END}", "cell 2 ('x = 1'): line 2 ends a solution that hasn't begun"),
        (f"{BEGIN}\nx = 2\n  {BEGIN}\n{END}", "line 3 begins a solution inside another one"),
        (f"{BEGIN}\n{END}\n{END}", "line 3 ends a solution that hasn't begun"),
    ],
)
def test_a_solution_without_its_beginning_or_end_is_refused_and_its_cell_named(source, said):
    with pytest.raises(NotebookError, match=re.escape(said)):
        unsolved(new_notebook(cells=[new_code_cell("y = 1"), new_code_cell(source)]))


def test_only_what_stands_between_the_marks_is_taken_out():
    cell = new_code_cell("x = ____\n### BEGIN SOLUTION\nx = 2\n### END SOLUTION\nq1.check(x)", execution_count=1)
    notebook = new_notebook(cells=[cell])
    made = unsolved(notebook)
    assert made.cells[0].source == f"x = ____\n{STUB}\nq1.check(x)"
    assert made.cells[0].execution_count is None
    assert BEGIN in notebook.cells[0].source


def test_the_stub_stands_as_far_to_the_right_as_the_solution_began():
    source = f"def f():\n    x = ____\n    {BEGIN}\n    x = 2\n\n    {END}\n    return x\n\n{BEGIN}\n{END}"
    made = unsolved(new_notebook(cells=[new_code_cell(source)]))
    assert made.cells[0].source == f"def f():\n    x = ____\n    {STUB}\n    return x\n\n{STUB}"
