"""A lesson's title says how long it takes, and nobody reads for long without anything to do."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tests.notebooks.minutes import Effort, effort
from tests.notebooks.tracked import ROOT, tracked

MOST_WORDS = 400
LESSONS = tracked("notebooks")
every_lesson = pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)


@every_lesson
def test_the_title_says_how_long_it_takes_to_five_minutes(file: Path) -> None:
    title = nbformat.read(file, as_version=4).cells[0].source
    said = re.search(r"(\d+) minutes", title)
    assert said, "the title says no minutes"
    counted = effort(file).minutes
    assert int(said[1]) == 5 * round(counted / 5), f"the title says {said[1]}, and {counted:.0f} were counted"


@every_lesson
def test_the_readme_says_the_same(file: Path) -> None:
    said = re.search(r"(\d+) minutes", nbformat.read(file, as_version=4).cells[0].source)
    row = re.search(rf"\]\(notebooks/{re.escape(file.name)}\) \| (\d+) \|", (ROOT / "README.md").read_text("utf-8"))
    assert said
    assert row
    assert said[1] == row[1]


@every_lesson
def test_no_reading_is_longer_than_two_minutes_without_something_to_do(file: Path) -> None:
    long = {cell: words for cell, words in effort(file).stretches.items() if words > MOST_WORDS}
    assert long == {}


def test_the_way_through_in_ninety_minutes_takes_no_longer() -> None:
    first, *others = LESSONS
    [cell] = [cell for cell in nbformat.read(first, as_version=4).cells if "**Ninety minutes only?**" in cell.source]
    sections = re.findall(r"^- \[(0\d)\]\(([^)]*)\), section (\d)", cell.source, re.MULTILINE)
    assert [number for number, *_ in sections] == [name[:2] for _, name, _ in sections]
    by_name = {file.name: file for file in others}
    takes = [effort(first).minutes, *(effort(by_name[name], section).minutes for _, name, section in sections)]
    assert 75 < sum(takes) <= 90, takes


def counted(tmp_path: Path, *cells: object) -> Effort:
    file = tmp_path / "lesson.ipynb"
    nbformat.write(new_notebook(cells=list(cells)), file)
    return effort(file)


def test_words_lines_and_what_is_done_are_counted(tmp_path: Path) -> None:
    whole = counted(
        tmp_path,
        new_markdown_cell("one [two](far/away.md) three"),
        new_code_cell("first = 1\n\nsecond = 2"),
        new_code_cell("hidden = 1", metadata={"jupyter": {"source_hidden": True}}),
        new_code_cell("w1.check(____)", id="piece"),
        new_markdown_cell("four five"),
        new_code_cell("panel", id="panel", metadata={"tags": ["minutes:8"]}),
    )
    assert (whole.words, whole.lines, whole.runs) == (5, 4, 4)
    assert whole.doing == {"piece": 3.0, "panel": 8.0}
    assert whole.stretches == {"piece": 3, "panel": 2, "the end": 0}
