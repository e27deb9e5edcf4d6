"""The right answer to each question: what the text of its `solution()` gives in the solved notebook."""

from __future__ import annotations

import ast
import contextlib
import io
import json
import logging
from collections.abc import Iterator
from functools import cache
from typing import Any

import pandas as pd

from threatlab.course import course_folder
from threatlab.exercises.solution import worked
from threatlab.lessons import LESSONS

NUMBERS = {lesson.name: lesson.number for lesson in LESSONS}


def right(question: str) -> Any:
    """Return the right answer to a question, such as "assess.q1"."""
    return _answers(question.partition(".")[0])[question]


@cache
def _answers(lesson: str) -> dict[str, Any]:
    (file,) = course_folder("solutions").glob(f"{NUMBERS[lesson]}-*.ipynb")
    answers: dict[str, Any] = {}
    names: dict[str, Any] = {"__name__": "__main__", "display": lambda *_: None}
    for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            body = ast.parse("".join(cell["source"]))
            checks = [node for node in body.body if _is_check(node)]
            body.body = [node for node in body.body if node not in checks]
            with quiet():
                exec(compile(body, cell["id"], "exec"), names)
                for check in checks:
                    question = f"{lesson}.{check.value.func.value.id}"
                    exec(compile(worked(question), question, "exec"), names)
                    answers[question] = eval(ast.unparse(check.value.args[0]), names)
    return answers


def _is_check(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func)[2:] == ".check"
    )


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep to themselves what cells print, and what they set for a notebook of their own."""
    handlers = logging.root.handlers[:]
    with contextlib.redirect_stdout(io.StringIO()), pd.option_context("display.max_colwidth", 50):
        try:
            yield
        finally:
            logging.root.handlers[:] = handlers
