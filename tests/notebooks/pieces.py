"""What a lesson asks: its module, by the name of its notebook, the pieces in it, and the blank that a piece fills."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType

from threatlab.exercises.question import Question
from threatlab.lessons import LESSONS

BLANK = re.compile("(?<!import )____")


def module_of(notebook: str) -> ModuleType:
    """Return the module with the questions of a notebook's lesson: both have the lesson's number."""
    [name] = [lesson.name for lesson in LESSONS if lesson.number == notebook[:2]]
    return import_module(f"threatlab.exercises.{name}")


def pieces_of(notebook: str) -> tuple[Question, ...]:
    """Return what a lesson has its reader write."""
    pieces: tuple[Question, ...] = module_of(notebook).PIECES
    return pieces


def examples_in(text: str) -> Iterator[str]:
    """Yield what a text of a lesson shows as code that could be an answer: an expression, and no mere name."""
    for code in re.findall(r"`([^`]+)`", text):
        try:
            shown = ast.parse(code, mode="eval").body
        except SyntaxError:
            continue
        if not isinstance(shown, ast.Name | ast.Attribute):
            yield code
