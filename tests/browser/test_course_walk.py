"""The whole course as a learner walks it: in a copy of their own, to each notebook's last cell, and again tomorrow."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.lab import Lab
from tests.browser.needed import needed
from tests.browser.server import running_server
from tests.browser.test_lab_smoke import PICTURE
from tests.notebooks.pieces import BLANK, pieces_of
from tests.notebooks.test_exercises import checks
from tests.notebooks.tracked import ROOT, tracked
from tests.unit.test_panel import PANELS
from threatlab.exercises.progress import VARIABLE
from threatlab.exercises.question import Question

LESSON_FILES, EXERCISE_FILES = ([file.name for file in tracked(folder)] for folder in ("notebooks", "exercises"))
STEP_BY_STEP = ("00", "06")
"""Lessons that are walked cell by cell; in the others all cells are run first, as many do."""

WALKED, SOLVED = (
    (LESSON_FILES, EXERCISE_FILES)
    if "THREATLAB_WALK_ALL" in os.environ
    else (
        [name for name in LESSON_FILES if name[:2] in ("06", "07")],
        [name for name in EXERCISE_FILES if name.startswith("02")],
    )
)
"""What is walked from end to end; THREATLAB_WALK_ALL=1 walks the others, too.

Of the other lessons, each panel of a kind that no walked lesson has is used alone. What the other exercises say before
and after they are solved, a kernel without a page is asked: tests/packaging/test_other_parameters.py.
"""


def panels_in(name: str) -> dict[str, str]:
    """Return the kinds of panels that a lesson shows, each with the id of the first cell that shows one."""
    kinds: dict[str, str] = {}
    for cell in nbformat.read(ROOT / "notebooks" / name, as_version=4).cells:
        for shown in (output.get("data", {}) for output in cell.get("outputs", ())):
            if PICTURE in shown.get("text/html", ""):
                kinds.setdefault(re.split(r"\W", shown["text/plain"])[0], cell.id)
    return kinds


def alone() -> dict[str, list[str]]:
    """Return the ids of the cells that show a kind of panel which no walked lesson has, each by its lesson."""
    seen = set().union(*map(panels_in, WALKED))
    cells: dict[str, list[str]] = {}
    for name in reversed(LESSON_FILES):  # a later lesson has more kinds
        for kind, cell in panels_in(name).items():
            if kind not in seen:
                seen.add(kind)
                cells.setdefault(name, []).append(cell)
    return cells


ALONE = alone()

MADE = re.compile(r"^(\w+) = (?:Prediction|CheckYourself)\(", re.MULTILINE)
SHOWN = re.compile(r"\b(\w+)\.compare\(")
ASKS_FIRST, COMPARED, TAKEN_UP = "Show anyway", ".tl-compared", "Taken up where you left it."

SETTINGS = """notebook => [...notebook.querySelectorAll('.jp-Cell')].map(cell =>
    [...cell.querySelectorAll('.tl select[data-act], .tl [aria-pressed]')].map(node =>
        node.value || node.getAttribute('aria-pressed')))"""
"""What the lists and buttons of each cell's panels are set to."""


@dataclass
class Course:
    """A learner's copy of the course open in JupyterLab, and the folder that keeps what they do."""

    lab: Lab
    folder: Path
    kept: Path

    def cells(self, name: str) -> list[Any]:
        """Return the cells of a notebook as the file has them now."""
        cells: list[Any] = nbformat.read(self.folder / name, as_version=4).cells
        return cells

    def cell(self, number: int) -> Locator:
        """Return a cell on the page, counted from 0."""
        return self.lab.notebook.locator(".jp-Cell").nth(number)


@pytest.fixture(scope="module")
def course(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    """Make a copy as `make lab` does, and open JupyterLab in it with a hub's settings: a strict policy for scripts."""
    folder = tmp_path_factory.mktemp("learner")
    kept, config = folder / "kept", folder / "config"
    config.mkdir()
    shutil.copy(ROOT / "workshop/hub/server_config.py", config / "jupyter_server_config.py")
    with running_server(folder, **{VARIABLE: str(kept / "progress.jsonl")}) as server, Lab(browser, server) as lab:
        subprocess.run([sys.executable, "-m", "threatlab", "start", server.root], cwd=ROOT, check=True)
        yield Course(lab, server.root, kept)


def test_the_copy_holds_all_lessons_and_exercises_and_nothing_that_was_run(course: Course) -> None:
    assert sorted(file.name for file in course.folder.iterdir() if file.suffix) == sorted(LESSON_FILES + EXERCISE_FILES)
    for name in LESSON_FILES + EXERCISE_FILES:
        ran = [cell for cell in course.cells(name) if cell.get("outputs") or cell.get("execution_count")]
        assert ran == [], name


def test_what_is_walked_and_used_alone_has_every_kind_of_panel_that_a_lesson_has() -> None:
    walked = set().union(*map(panels_in, WALKED))
    alone = {kind for name, cells in ALONE.items() for kind, cell in panels_in(name).items() if cell in cells}
    assert walked | alone == set().union(*map(panels_in, LESSON_FILES)) <= PANELS.keys()


@pytest.mark.parametrize("name", WALKED)
def test_a_lesson_answers_nothing_before_it_is_asked_and_is_there_again_tomorrow(course: Course, name: str) -> None:
    course.lab.open_in_place(name)
    if name[:2] in STEP_BY_STEP:
        walk(course, name)
    else:
        course.lab.run_all()
        for number in comparisons(course, name):
            see_anyway(course.cell(number))
        use_all(course.lab.notebook)
    is_there_tomorrow(course, name)


@pytest.mark.parametrize("name", ALONE or [pytest.param("", marks=pytest.mark.skip(reason="all lessons are walked"))])
def test_a_panel_of_a_kind_that_no_walked_lesson_has_is_there_again_tomorrow(course: Course, name: str) -> None:
    course.lab.open_in_place(name)
    cells = course.cells(name)
    for wanted in dict.fromkeys(each.id for panel in ALONE[name] for each in needed(cells, panel)):
        number = [cell.id for cell in cells].index(wanted)
        course.lab.run_cell(number)
        if wanted in ALONE[name]:
            use_all(course.cell(number))
    is_there_tomorrow(course, name)


@pytest.mark.parametrize("name", SOLVED)
def test_an_exercise_is_open_until_it_is_solved_and_stays_solved(course: Course, name: str) -> None:
    course.lab.open_in_place(name)
    course.lab.run_all()
    asked = [n for n, cell in enumerate(course.cells(name)) if cell.cell_type == "code" and is_asked(cell)]
    for number in asked:
        expect(course.cell(number)).to_contain_text("Not attempted")
    first, second = asked[:2]
    course.lab.write(first, solved(name, course.cells(name)[first].id))
    course.lab.run_cell(first)
    expect(course.cell(first)).to_contain_text("\u2713 Correct")
    expect(course.cell(first)).to_contain_text(": 1 of ")
    source = course.cells(name)[second].source
    course.lab.write(second, f"{source}\n{source.rpartition('.check(')[0].rpartition(chr(10))[2]}.hint()")
    course.lab.run_cell(second)
    expect(course.cell(second)).to_contain_text("Hint 1 of")
    is_there_tomorrow(course, name)


# ---- what a learner does


def walk(course: Course, name: str) -> None:
    """Run one cell after the other; guess at every second question, write every third piece, and look at the rest.

    In the middle the kernel is restarted.
    """
    guessed: dict[str, bool] = {}
    pieces = {each.id.partition(".")[2]: each for each in pieces_of(name)}
    cells = course.cells(name)
    middle = next(n for n, cell in enumerate(cells) if n >= len(cells) // 2 and cell.cell_type == "code")
    for number, cell in ((n, cell) for n, cell in enumerate(cells) if cell.cell_type == "code"):
        if number == middle:
            take_up_after_a_restart(course, name, number)
        here = course.cell(number)
        piece = next((each for word, each in pieces.items() if f"{word}.check(" in cell.source), None)
        if piece and BLANK.search(cell.source):
            write(course, number, cell.source, piece, turn=list(pieces.values()).index(piece) % 3)
        else:
            course.lab.run_cell(number)
        for made in MADE.findall(cell.source):
            guessed[made] = len(guessed) % 2 == 0
            if guessed[made]:
                guess(here, last=len(guessed) % 4 == 0)
        for shown in SHOWN.findall(cell.source):
            if guessed.get(shown):
                expect(here.locator(COMPARED)).to_be_visible()
            elif shown in guessed:
                see_anyway(here)
        if not MADE.search(cell.source) and not SHOWN.search(cell.source):
            use_all(here)
    assert course.lab.errors() == []


def write(course: Course, number: int, source: str, piece: Question, turn: int) -> None:
    """Answer a piece: at once, after a wrong answer, or not at all."""
    if turn == 1:
        course.lab.write(number, BLANK.sub("None", source))
        course.lab.run_cell(number)
        expect(course.cell(number)).to_contain_text(f"Not yet ({piece.id})")
        course.lab.write(number, source)
    if turn < 2:
        course.lab.type_over_blank(number, piece.fills)
    course.lab.run_cell(number)
    expect(course.cell(number)).to_contain_text(f"{'Not attempted' if turn == 2 else 'Correct'} ({piece.id})")


def guess(here: Locator, *, last: bool) -> None:
    """Answer each question of a prediction with its first answer, or with its last."""
    end = -1 if last else 0
    for question in here.locator(".tl-guess").all():
        if question.locator("button").count():
            question.locator("button").nth(end).click()
            expect(question.locator("button").nth(end)).to_have_attribute("aria-pressed", "true")
        else:
            options = question.locator("option")
            question.locator("select").select_option(index=options.count() - 1 if last else 1)


def see_anyway(here: Locator) -> None:
    """See that a comparison without a guess shows nothing, and have it show what there is."""
    expect(here.get_by_role("button", name=ASKS_FIRST)).to_be_visible()
    expect(here.locator(COMPARED)).to_have_count(0)
    here.get_by_role("button", name=ASKS_FIRST).click()
    expect(here.locator(COMPARED)).to_be_visible()


def use_all(place: Locator) -> None:
    """Use each panel once."""
    for panel in place.locator(".tl").all():
        use(panel)
        expect(panel.get_by_role("alert")).to_have_count(0)


def use(panel: Locator) -> None:
    """Turn the first thing of a panel that can be turned: choose another entry of a list, or press a button."""
    before = panel.inner_html()
    lists = panel.locator("select[data-act]:enabled")
    buttons = panel.locator("button[data-act]:enabled:visible, [data-name] button[aria-pressed=false]:enabled:visible")
    if lists.count():
        chosen = lists.first.locator("option:not(:disabled):not(:checked)").last
        lists.first.select_option(chosen.get_attribute("value"))
    elif buttons.count():
        buttons.last.click()
    else:
        return
    panel.page.wait_for_function(
        "([panel, before]) => panel.innerHTML !== before", arg=[panel.element_handle(), before]
    )


def take_up_after_a_restart(course: Course, name: str, number: int) -> None:
    """Restart the kernel, run the cells above one, and see that each panel has again what was done in it."""
    done = {each.stem for each in (course.kept / "panels" / Path(name).stem).glob("*.json")}
    kept = [place for place, panel in enumerate(course.lab.kept()) if panel in done]
    assert len(kept) == len(done) > 0
    before = course.lab.notebook.evaluate(SETTINGS)
    course.lab.restart()
    course.lab.run_above(number)
    assert course.lab.errors() == []
    after = course.lab.notebook.evaluate(SETTINGS)
    for place in kept:
        expect(course.cell(place)).to_contain_text(TAKEN_UP)
        assert after[place] == before[place]


def is_there_tomorrow(course: Course, name: str) -> None:
    """Save, shut the kernel down, close, open again: no error, no missing model, and each panel's latest picture."""
    assert course.lab.errors() == []
    course.lab.save()
    course.lab.read_in_place()
    saved = "\n".join(
        "".join(output.data.get("text/html", ""))
        for cell in course.cells(name)
        for output in cell.get("outputs", ())
        if "data" in output
    )
    pictures = course.lab.notebook.get_by_text(PICTURE)
    expect(pictures).to_have_count(saved.count(PICTURE))  # all is drawn now: what is wrong would be there
    expect(course.lab.notebook.get_by_text("model not found")).to_have_count(0)
    expect(course.lab.notebook.locator(".tl")).to_have_count(0)
    assert course.lab.errors() == []
    for file in (course.kept / "panels" / Path(name).stem).glob("*.json"):
        picture = json.loads(file.read_text(encoding="utf-8"))["picture"]
        assert picture in saved, file.name
    assert course.lab.outside == []


# ---- what there is to do


def comparisons(course: Course, name: str) -> Iterator[int]:
    """Yield the numbers of the cells that compare a guess with what came out."""
    made: set[str] = set()
    for number, cell in enumerate(course.cells(name)):
        if cell.cell_type == "code":
            made |= set(MADE.findall(cell.source))
            if made & set(SHOWN.findall(cell.source)):
                yield number


def is_asked(cell: Any) -> bool:
    return bool(checks(nbformat.v4.new_notebook(cells=[cell])))


def solved(name: str, wanted: str) -> str:
    """Return the worked solution of an exercise's cell."""
    notebook = nbformat.read(ROOT / "solutions" / name.replace("-exercises", ""), as_version=4)
    return next(str(cell.source) for cell in notebook.cells if cell.id == wanted)
