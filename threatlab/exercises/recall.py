"""Recall questions: three at the start of each lesson notebook, about the notebooks before it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from importlib import resources

from threatlab.catalog.entry import Entry, read_entries
from threatlab.checks import Unchangeable
from threatlab.exercises.judges import choose
from threatlab.exercises.question import Question, in_steps
from threatlab.lessons import LESSONS


@dataclass(frozen=True, slots=True)
class Recalled(Unchangeable):
    """A recall question: what it `asks`, its `options` by letter, and the question that checks the letter.

    `about` is the number of the notebook that it looks back on.
    """

    asks: str
    options: dict[str, str]
    about: str
    question: Question


def recalled(notebook: str, without: Collection[str] = ()) -> tuple[Recalled, ...]:
    """Return the questions at the start of a notebook, in a copy of the course that leaves some notebooks out.

    None looks back on a notebook that isn't there. In place of those that would, the questions of notebooks that are
    left out before this one are asked, each once: there may be fewer than three, or none.
    """
    spare: list[Recalled] = []
    asked: tuple[Recalled, ...] = ()
    for number, own in RECALL.items():
        can_be_asked = [each for each in own if each.about not in without]
        if number in without:
            spare += can_be_asked
        else:
            missing = len(own) - len(can_be_asked)
            asked, spare = (*can_be_asked, *spare[:missing]), spare[missing:]
        if number == notebook:
            break
    return asked


def _read() -> dict[str, tuple[Recalled, ...]]:
    found: dict[str, list[Recalled]] = {}
    for entry in read_entries(resources.files("threatlab.exercises") / "recall.toml"):
        found.setdefault(entry.id.partition(".")[0], []).append(_recalled(entry))
    return {notebook: tuple(asked) for notebook, asked in found.items()}


def _recalled(entry: Entry) -> Recalled:
    asks, confirms = entry.text("asks"), entry.text("confirms")
    options, wrong = _texts(entry, "options"), _texts(entry, "wrong")
    right = entry.choice("right", options)
    if {right, *wrong} != set(options):
        raise entry.error("wrong", f"must say what is mistaken about each option but {right!r}, and no other")
    question = Question(
        id=f"recall.{entry.id}",
        title=asks,
        judge=choose(right, confirms, wrong),
        hints=in_steps("Think of what you did in that notebook, not of what you read.", f"It is not {min(wrong)!r}."),
        because=confirms,
        covers=(entry.text("covers"),),
        claims={letter: text for letter, text in options.items() if letter != right},
    )
    return Recalled(asks, options, entry.choice("about", [lesson.number for lesson in LESSONS]), question)


def _texts(entry: Entry, name: str) -> dict[str, str]:
    part = Entry(entry.file, f"{entry.id}.{name}", entry.value(name, dict, "a table with a text to each letter"))
    return {letter: part.text(letter) for letter in part.table}


RECALL = _read()
"""The recall questions by the number of the notebook that begins with them; the first has nothing to look back on."""
