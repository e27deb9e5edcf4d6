"""What learners of a rehearsal have before them: a lesson with a panel, and a question of its exercises each."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import nbformat

from tests.browser.needed import needed
from tests.hub.learner import Work
from threatlab.catalog import catalog
from threatlab.course import course_folder
from threatlab.exercises.solution import CHECK
from threatlab.lessons import LESSONS

LESSON, EXERCISE, PANEL = "02-assess.ipynb", "02-assess-exercises.ipynb", "explorer-panel"
COPY = "my-course"


@cache
def questions() -> tuple[str, ...]:
    """Return the ids of the cells that ask, in their order."""
    return tuple(cell.id for cell in cells("solutions") if cell.cell_type == "code" and CHECK.search(cell.source))


def answered(number: int) -> set[str]:
    """Return the ids of the questions that a learner's own cell checks, and the cells that it needs."""
    lesson = next(each.name for each in LESSONS if LESSON.startswith(each.number))
    return {f"{lesson}.{name}" for source in work(number).answer_cells for name in CHECK.findall(source)}


def work(number: int) -> Work:
    """Return the work of a learner: the lesson is everybody's, the question the one whose turn it is."""
    lesson = [cell for cell in cells("notebooks") if cell.cell_type == "code"]
    return Work(
        lesson=f"{COPY}/{LESSON}",
        cells=tuple(cell.source for cell in lesson),
        panel_cells=tuple(cell.source for cell in needed(lesson, PANEL)),
        panel_place=[cell.id for cell in lesson].index(PANEL),
        attributes=tuple(catalog().attributes),
        exercise=f"{COPY}/{EXERCISE}",
        answer_cells=tuple(cell.source for cell in needed(cells("solutions"), questions()[number % len(questions())])),
    )


@cache
def cells(folder: str) -> list[Any]:
    """Return the cells of the lesson in `notebooks`, or of its exercises or solutions, in the folder of that name."""
    file: Path = course_folder(folder) / (EXERCISE if folder == "exercises" else LESSON)
    return list(nbformat.read(file, as_version=4).cells)
