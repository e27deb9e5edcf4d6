"""The predictions that the course asks for, by their ids: what a class may see of a guess is which one it was.

Whatever else a `Prediction` asks, of a reader's own system or in a reader's own words, has no id here and is kept
nowhere but in its notebook. `make notebooks` writes predictions.json from the lessons.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources

from threatlab.exercises.statements import STATEMENTS

GUESS, GUESSED = "guess.", "guessed"
"""What the id of a prediction begins with, and what progress says of it."""


@dataclass(frozen=True, slots=True)
class Predicted:
    """What is asked of several questions, and the answers to choose from, as they are shown."""

    asks: str
    questions: tuple[str, ...]
    choices: tuple[str, ...]

    def place(self, question: object, choice: object) -> str:
        """Return a guess as it is kept: the places of its question and its answer, as "0=2"; "0=" took one back."""
        at = "" if choice is None else self.choices.index(str(choice))
        return f"{self.questions.index(str(question))}={at}"


@cache
def predictions() -> dict[str, Predicted]:
    """Return all of them by id (that of the cell that asks, or the name of a *Check yourself*), as the lessons ask."""
    text = (resources.files("threatlab.exercises") / "predictions.json").read_text(encoding="utf-8")
    asked = {GUESS + name: predicted(*each) for name, each in json.loads(text).items()}
    checks = {
        GUESS + name: predicted(each.asks, (one.text for one in each.statements), each.answers)
        for name, each in STATEMENTS.items()
    }
    return asked | checks


def predicted(asks: str, questions: Iterable[object], choices: Iterable[object]) -> Predicted:
    """Return a prediction in the words in which it is shown."""
    return Predicted(asks, tuple(map(str, questions)), tuple(map(str, choices)))


def id_of(asks: str, questions: Iterable[object], choices: Iterable[object]) -> str:
    """Return the id of a prediction that is word for word one of the course's; "" if it is another."""
    return _ids().get(predicted(asks, questions, choices), "")


@cache
def _ids() -> dict[Predicted, str]:
    return {each: name for name, each in predictions().items()}
