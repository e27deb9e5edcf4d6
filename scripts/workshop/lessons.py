"""What the notebooks hold for an instructor: sections, minutes, right answers, and what each wrong one is told."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from importlib import import_module
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode

from tests.browser.needed import needed
from tests.notebooks.minutes import Effort, effort_of
from threatlab.exercises.judges import shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question
from threatlab.lessons import LESSONS as NAMED

ROOT = Path(__file__).parents[2]
PIECE = re.compile(r"^(w\d+)\.check\(", re.MULTILINE)
STATEMENTS = re.compile(r'CheckYourself\("([^"]+)"\)')
RECALL = re.compile(r'Recall\("([^"]+)"\)')
_HEADING = re.compile(r"^##? (.+)$", re.MULTILINE)
_MINUTES = re.compile(r"^\*(\d+) minutes", re.MULTILINE)
_ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
_CELL = re.compile(r"<t[dh][^>]*>(.*?)</t[dh]>", re.DOTALL)
_NOW = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+")
_MARKUP = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Lesson:
    """A saved notebook: `stem` is its file's name without the ending, `name` that of its exercises' module."""

    file: Path
    name: str

    @property
    def stem(self) -> str:
        """The name of its file, without the ending."""
        return self.file.stem

    @cached_property
    def cells(self) -> list[NotebookNode]:
        """Its cells, in order."""
        return list(nbformat.read(self.file, as_version=4).cells)

    @cached_property
    def by_id(self) -> dict[str, NotebookNode]:
        """Its cells by their ids."""
        return {cell.id: cell for cell in self.cells}

    @property
    def title(self) -> str:
        """Its heading."""
        return str(_HEADING.findall(self.cells[0].source)[0])

    @property
    def minutes(self) -> int:
        """The minutes that its title names."""
        said = _MINUTES.search(self.cells[0].source)
        return int(said[1]) if said else 0

    @cached_property
    def sections(self) -> dict[str, list[NotebookNode]]:
        """The cells of each section, by its heading; a heading that ends a cell names what follows."""
        found: dict[str, list[NotebookNode]] = {}
        now = self.title
        for cell in self.cells:
            headings = _HEADING.findall(cell.source) if cell.cell_type == "markdown" else []
            if headings and _HEADING.match(cell.source):
                now = headings[0]
            found.setdefault(now, []).append(cell)
            now = headings[-1] if headings else now
        return found

    def section_of(self, cell: str) -> str:
        """Return the heading above a cell."""
        return next(name for name, cells in self.sections.items() if cell in [each.id for each in cells])

    def covers(self, cell: str) -> list[str]:
        """Return the ids of the lesson's ideas that a cell covers."""
        tags = self.by_id[cell].metadata.get("tags", ())
        return [tag.removeprefix("covers:") for tag in tags if tag.startswith("covers:")]

    def effort(self, cells: list[str]) -> Effort:
        """Return what some of its cells ask of a person who reads them alone."""
        return effort_of(self.by_id[cell] for cell in cells)

    def needed(self, wanted: list[str]) -> list[str]:
        """Return the ids of the code cells among `wanted`, and of all that these need, in order."""
        code = [cell for cell in wanted if self.by_id[cell].cell_type == "code"]
        found = {each.id for cell in code for each in needed(self.cells, cell)}
        return [cell.id for cell in self.cells if cell.id in found]

    def revealed(self, cell: str) -> list[tuple[str, str]]:
        """Return what a cell that compares guesses says: each question, and what is true."""
        for output in self.by_id[cell].get("outputs", ()):
            rows = [_CELL.findall(row) for row in _ROW.findall(output.get("data", {}).get("text/html", ""))]
            texts = [
                [unescape(_MARKUP.sub("", text.partition("<p")[0])).strip() for text in row] for row in rows
            ]  # no reason
            if texts and texts[0][1:3] == ["You said", "It is"]:
                return [(row[0], row[2]) for row in texts[1:]]
        return []

    def piece(self, cell: str) -> Question | None:
        """Return the line of one's own that a cell checks, if it does."""
        found = PIECE.search(self.by_id[cell].source) if self.by_id[cell].cell_type == "code" else None
        return getattr(import_module(f"threatlab.exercises.{self.name}"), found[1]) if found else None

    def mistaken(self, piece: Question) -> list[tuple[str, Exception]]:
        """Return the plausible wrong answers to a piece, each with its refusal; "" where code was the answer."""
        bank: dict[str, Any] = import_module(f"tests.exercises.{self.name}.pieces").bank()
        _, wrong = bank[piece.id.partition(".")[2]]
        return [(_given(answer), refusal(piece, answer)) for answer, _ in wrong]


def refusal(question: Question, answer: Any) -> Exception:
    """Return what a wrong answer to a question raises: a judge's `NotYet`, or what the answer's own code did."""
    try:
        question.judge(answer)
    except Exception as raised:  # noqa: BLE001  # both are shown
        return raised
    raise AssertionError(f"{question.id} takes {answer!r}, which stands among the wrong answers")


def thought(question: Question, raised: Exception) -> str:
    """Return what somebody takes to be true who is refused so, as the class view says it; "" if it says nothing."""
    return question.claims.get(raised.met, "") if isinstance(raised, NotYet) else ""


def told_by(raised: Exception) -> str:
    """Return what a learner is told by a refusal, the same at any hour."""
    if isinstance(raised, NotYet):
        return _NOW.sub("2026-12-01T14:03:00", str(raised))
    return f"Your code raised an exception, {type(raised).__name__}, and in which line."


def _given(answer: Any) -> str:
    """Return an answer as a learner would type it, where it is short and plain; "" where it is not."""
    if isinstance(answer, tuple):  # what a cell hands in beside the answer stands first
        answer = answer[-1] if answer and not _plain(answer) else answer
    return shown(answer) if _plain(answer) and not _NOW.search(shown(answer)) else ""


def _plain(answer: Any) -> bool:
    if isinstance(answer, list | tuple):
        return all(map(_plain, answer))
    if isinstance(answer, dict):
        return all(map(_plain, (*answer, *answer.values())))
    return answer is None or isinstance(answer, str | int | bool)


def ideas() -> dict[str, dict[str, str]]:
    """Return the ideas of the lesson, by id: `section`, `what_the_lesson_says`, `notebook`, `what_the_learner_does`."""
    text = (ROOT / "tests" / "data" / "lesson-coverage.csv").read_text(encoding="utf-8")
    return {row["id"]: row for row in csv.DictReader(text.splitlines())}


def _read() -> Iterator[Lesson]:
    for named in NAMED:
        for file in (ROOT / "notebooks").glob(f"{named.number}-*.ipynb"):
            yield Lesson(file, named.name)


LESSONS = {lesson.stem: lesson for lesson in _read()}
"""The lessons, by the names of their files."""

EXERCISES = {
    f"{stem}-exercises": Lesson(ROOT / "solutions" / f"{stem}.ipynb", each.name) for stem, each in LESSONS.items()
}
"""Their exercises, by the names of those files; what is read are the solutions, of which they are made."""
