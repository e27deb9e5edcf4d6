"""Questions with one fixed answer each, and why: the keys of *Check yourself*, which no notebook holds."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import resources

from threatlab.catalog.entry import Entry, read_entries


@dataclass(frozen=True, slots=True)
class Statement:
    """What is judged, the answer, and its reason."""

    text: str
    answer: str
    because: str


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of several statements, and the answers to choose from."""

    asks: str
    answers: tuple[str, ...]
    statements: tuple[Statement, ...]


def _asked(entry: Entry) -> Asked:
    answers = tuple(entry.value("answers", list, "a list of texts"))
    statements = []
    for number, table in enumerate(entry.value("statements", list, "a list of tables"), 1):
        each = Entry(entry.file, f"{entry.id}.{number}", table)
        statements.append(Statement(each.text("says"), each.choice("is", answers), each.text("because")))
        each.finish()
    asked = Asked(entry.text("asks"), answers, tuple(statements))
    entry.finish()
    return asked


STATEMENTS = {e.id: _asked(e) for e in read_entries(resources.files("threatlab.exercises") / "statements.toml")}
"""All of them by name: that of a lesson's *Check yourself* is the number of its notebook."""
