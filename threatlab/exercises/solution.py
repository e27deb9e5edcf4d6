"""The worked solution of a question: it stands once, in its lesson's solution notebook, and is read from there."""

from __future__ import annotations

import ast
import re

from threatlab.course import cells_of
from threatlab.errors import ThreatLabError
from threatlab.lessons import LESSONS

BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
CHECK = re.compile(r"^(q\d+)\.check\(", re.MULTILINE)
"""Where a cell checks a question, and which."""

_BLANK = re.compile(r"\s*\w+ = ____$")


def marked(source: str) -> list[range]:
    """Return the lines of each solution in a cell, from mark to mark, both included.

    Raises
    ------
    ThreatLabError
        If a solution begins within another, or has no beginning or no end; the message names the line.
    """
    found: list[range] = []
    begun = None
    for number, line in enumerate(source.split("\n")):
        if (mark := line.strip()) not in (BEGIN, END):
            continue
        if (mark == BEGIN) == (begun is not None):
            says = "begins a solution inside another one" if mark == BEGIN else "ends a solution that hasn't begun"
            raise ThreatLabError(f"line {number + 1} {says}")
        if begun is not None:
            found.append(range(begun, number + 1))
        begun = number if mark == BEGIN else None
    if begun is not None:
        raise ThreatLabError(f"the solution that begins in line {begun + 1} doesn't end")
    return found


def worked(question: str) -> str:
    """Return the code of the worked solution of a question, such as "assess.q1".

    Raises
    ------
    ThreatLabError
        If there is none, or the solutions are not in this installation.
    """
    lesson, _, name = question.partition(".")
    parts: list[str] = []
    numbers = {each.name: each.number for each in LESSONS}
    for _, source in cells_of("solutions", f"{numbers.get(lesson)}-*"):
        parts.append(_solved(source))
        if check := CHECK.search(source):
            if check[1] == name:
                return "\n\n\n".join(filter(None, parts))
            parts = []
    raise ThreatLabError(f"there is no worked solution of {question}")


def _solved(source: str) -> str:
    """Return the statements of a cell that hold its solution, without the marks and the blanks that they replace."""
    inside = {number for lines in marked(source) for number in lines}
    if not inside:
        return ""
    lines = source.splitlines()
    for node in ast.parse(source).body:
        whole = range(node.lineno - 1, node.end_lineno or node.lineno)
        if inside.isdisjoint(whole):
            lines[whole.start : whole.stop] = [""] * len(whole)
    kept = [line for line in lines if line.strip() not in (BEGIN, END) and not _BLANK.match(line)]
    return re.sub(r":\n\n+(?= )", ":\n", "\n".join(kept)).strip()
