"""Write the instructor's pages into workshop/, and the same as HTML: python -m scripts.workshop, without arguments."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

from scripts.workshop import pages
from scripts.workshop.lessons import EXERCISES, LESSONS, ROOT, refusal
from scripts.workshop.plans import read_plans
from scripts.workshop.printed import FOLDER, printed
from tests.exercises.solved import right
from threatlab.exercises.question import Question
from threatlab.files import write_text

PRINTED = FOLDER / "html"
"""Ignored by git: made from the rest by whoever wants it."""


def main() -> int:
    """Write all pages; return 0."""
    os.environ["THREATLAB_PROGRESS"] = "memory"
    logging.disable(logging.WARNING)  # wrong answers raise alerts
    made = dict(pages_made()) | dict(answers_made())
    for name, text in made.items():
        _write(FOLDER / name, text)
    for file in written():
        _write(PRINTED / file.relative_to(FOLDER).with_suffix(".html"), printed(file))
    print(f"{len(made)} pages in {FOLDER.name}/, and all as HTML in {PRINTED.relative_to(ROOT).as_posix()}/.")
    return 0


def written() -> list[Path]:
    """Return the pages for instructors, made or written by hand."""
    folders = (FOLDER, *(FOLDER / name for name in ("run-sheets", "lessons", "answers")))
    return sorted(file for folder in folders for file in folder.glob("*.md"))


def pages_made() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each page but the answers, which take a while."""
    plans = read_plans()
    yield "run-sheets/README.md", pages.overview(plans)
    yield from ((f"run-sheets/{plan.id}.md", pages.run_sheet(plan)) for plan in plans)
    yield from ((f"lessons/{stem}.md", pages.lesson_page(lesson)) for stem, lesson in LESSONS.items())
    yield "glossary.md", pages.glossary()
    yield "key-points.md", pages.key_points()


def answers_made() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each lesson's answers."""
    yield from ((f"answers/{LESSONS[name[:-10]].stem}.md", pages.answers_page(name, mistaken)) for name in EXERCISES)


def mistaken(question: Question) -> list[tuple[str, Exception]]:
    """Return the refusals of the wrong answers to a question, each with what the answer misses, or ""."""
    lesson, _, number = question.id.partition(".")
    [file] = (ROOT / "tests" / "exercises" / lesson).glob(f"{number}_*.py")
    kept: Any = import_module(f"tests.exercises.{lesson}.{file.stem}")
    named = [(name, answer) for name, (answer, _) in kept.CONSTRAINTS.items()]
    further = getattr(kept, "wrong", lambda _: ())(right(question.id))
    return [(name, refusal(question, answer)) for name, answer in (*named, *(("", each[0]) for each in further))]


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_text(file, text)


if __name__ == "__main__":
    sys.exit(main())
