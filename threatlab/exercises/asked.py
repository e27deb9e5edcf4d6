"""Whatever the course asks, by its id; and what of an entry of progress is the course's own, word for word."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

from threatlab.exercises.outcome import CORRECT, NOT_YET, RAISED
from threatlab.exercises.predictions import GUESS, GUESSED, Predicted, predictions
from threatlab.exercises.progress import TITLES, Entry
from threatlab.exercises.question import Question
from threatlab.exercises.recall import RECALL

_WORDS = frozenset({CORRECT, NOT_YET, RAISED, "solution", *(f"hint {number}" for number in range(1, 10))})
_VERSION = re.compile(r"\d{1,4}(\.\d{1,4}){1,3}|0\+unknown")
_GUESS = re.compile(r"(\d{1,2})=(\d{0,2})")


def asked(name: str) -> Question | Predicted | None:
    """Return the question, piece, recall question or prediction of an id; None if the course asks nothing of it."""
    if name.startswith(GUESS):
        return predictions().get(name)
    return of_lesson(name.partition(".")[0]).get(name)


@cache
def of_lesson(lesson: str) -> dict[str, Question]:
    """Return the pieces and questions of a lesson by id; of "recall", all recall questions; of another name, none."""
    if lesson == "recall":
        return {each.question.id: each.question for notebook in RECALL.values() for each in notebook}
    if lesson not in TITLES:
        return {}
    module = import_module(f"threatlab.exercises.{lesson}")
    return {each.id: each for each in (*module.PIECES, *module.QUESTIONS)}


def in_our_words(entry: Entry) -> Entry | None:
    """Return what of an entry is the course's own: known ids, known words, a version; None if it isn't one of ours.

    It is what may leave a learner's machine, and what is believed of a file that comes from one.
    """
    name, what, met, course = (entry.get(key, "") for key in ("question", "what", "met", "course"))
    known = asked(name)
    if isinstance(known, Predicted):
        if what != GUESSED or not _is_place(met, known):
            return None
    elif known is None or what not in _WORDS:
        return None
    elif what != NOT_YET or met not in known.claims:
        met = ""
    kept = {"question": name, "what": what, "met": met, "course": course if _VERSION.fullmatch(course) else ""}
    return {key: value for key, value in kept.items() if value}


def _is_place(met: str, known: Predicted) -> bool:
    found = _GUESS.fullmatch(met)
    return found is not None and int(found[1]) < len(known.questions) and int(found[2] or 0) < len(known.choices)
