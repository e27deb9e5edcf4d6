"""The eight lessons: told once, as their notebooks' headings tell them, and their parameters are checked at once."""

from __future__ import annotations

import json
import re
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

from threatlab import ThreatLabError
from threatlab.lessons import LESSONS, check_parameters, made_in

NOTEBOOKS = {file.name[:2]: file for file in (Path(__file__).parents[2] / "notebooks").glob("*.ipynb")}


def cells(number):
    return json.loads(NOTEBOOKS[number].read_text(encoding="utf-8"))["cells"]


def test_there_is_a_lesson_for_each_notebook_in_their_order():
    assert [lesson.number for lesson in LESSONS] == sorted(NOTEBOOKS)


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_a_lesson_is_called_what_its_notebook_is_called_and_has_exercises(lesson):
    heading = "".join(cells(lesson.number)[0]["source"]).partition("\n")[0]
    assert re.fullmatch(rf"# {re.escape(made_in(lesson.number))}(: .*)?", heading)
    assert import_module(f"threatlab.exercises.{lesson.name}").QUESTIONS


# ---- parameters


def parameters(lesson):
    """The parameters of a lesson's notebook, as its first code cell sets them."""
    [cell] = [cell for cell in cells(lesson.number) if "parameters" in cell["metadata"].get("tags", ())]
    values = {}
    exec("".join(cell["source"]), values)
    del values["__builtins__"]
    return values


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_every_notebook_passes_its_parameters_as_they_stand(lesson):
    given = parameters(lesson)
    checked = check_parameters(**given)
    assert vars(checked).keys() == given.keys()


def test_a_parameter_comes_back_as_what_it_means():
    given = check_parameters(start_date="2026-12-01", seed=7, budget_days=20, owner=" Ada ")
    assert given.start_date == date(2026, 12, 1)
    assert (given.seed, given.budget_days, given.owner) == (7, 20.0, "Ada")


WRONG = {
    "seed": [-1, 2**32, 1.0, True, "0", None],
    "alert_threshold": [-0.1, 1.1, float("nan"), True, "0.7"],
    "fail_at": [70],
    "max_risk": [None],
    "min_utility": [95],
    "bound": [float("inf")],
    "days": [-1, float("inf"), 10**400],
    "budget_days": ["many"],
    "start_date": ["soon", 20261201, None],
    "detector_threshold": [0, 129, True],
    "owner": [7],
    "author": [7],
    "drawing_file": [7],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name in WRONG for value in WRONG[name]], ids=repr)
def test_a_parameter_that_makes_no_sense_is_refused_by_its_name(name, value):
    with pytest.raises(ThreatLabError, match=f"^{name} is "):
        check_parameters(**{name: value})


def test_a_misspelled_parameter_is_answered_with_the_nearest():
    with pytest.raises(ThreatLabError, match="unknown parameter 'sead': did you mean 'seed'"):
        check_parameters(sead=1)
