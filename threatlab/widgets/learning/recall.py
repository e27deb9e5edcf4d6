"""The recall panel: three questions from earlier notebooks, answered from memory before a lesson begins."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import Any

import ipywidgets as widgets

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.exercises.outcome import Outcome
from threatlab.exercises.recall import RECALL, Recalled
from threatlab.widgets.base.parts import box
from threatlab.widgets.base.style import STYLE

_BLANK = ("choose \u2026", "")


class Recall:
    """A live panel with the recall questions of one lesson notebook, each checked as it is answered.

    Parameters
    ----------
    notebook
        Its number, such as "02".

    Attributes
    ----------
    outcomes
        What each question answered so far came to, by its id.

    Raises
    ------
    ThreatLabError
        If there are no questions for that notebook.
    """

    def __init__(self, notebook: str) -> None:
        if not isinstance(notebook, str) or notebook not in RECALL:
            raise ThreatLabError(unknown_name("notebook", notebook, RECALL))
        self.notebook = notebook
        self.outcomes: dict[str, Outcome] = {}
        self._asked = {each.question.id: each for each in RECALL[notebook]}
        self._fields = {name: self._field(each) for name, each in self._asked.items()}
        self._told = {name: widgets.HTML() for name in self._asked}
        heading = widgets.HTML('<h2 class="tl-cap">From memory <i>\u2014 without looking back</i></h2>')
        asked = [widget for name in self._asked for widget in self._asking(name)]
        self.widget = box("tl", [widgets.HTML(STYLE), box("tl-recall", [heading, *asked])])

    def answer(self, question: str, letter: str) -> Outcome:
        """Answer a question by the letter of an option: what choosing it in the list does."""
        if question not in self._asked:
            raise ThreatLabError(unknown_name("question", question, self._asked))
        if letter not in self._asked[question].options:
            raise ThreatLabError(unknown_name("option", letter, self._asked[question].options))
        self._fields[question].value = letter
        return self.outcomes[question]

    def __repr__(self) -> str:
        right = sum(map(bool, self.outcomes.values()))
        return f"Recall({self.notebook!r}): {right} of {len(self._asked)} recalled"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        asked = "".join(map(_listed, self._asked.values()))
        static = f"<b>From memory, without looking back</b><ol>{asked}</ol><i>Run the cell to answer.</i>"
        return {**live, "text/plain": repr(self), "text/html": static}

    def _field(self, each: Recalled) -> widgets.Dropdown:
        options = [_BLANK, *((text, letter) for letter, text in each.options.items())]
        field = widgets.Dropdown(options=options, value="", description=each.asks)
        field.add_class("tl-guess")
        field.observe(partial(self._answered, each.question.id), "value")
        return field

    def _asking(self, name: str) -> list[widgets.Widget]:
        return [self._fields[name], self._told[name]]

    def _answered(self, name: str, change: dict[str, Any]) -> None:
        if not change["new"]:
            self.outcomes.pop(name, None)
            self._told[name].value = ""
            return
        self.outcomes[name] = self._asked[name].question.check(change["new"])
        self._told[name].value = feedback(self.outcomes[name])


def _listed(each: Recalled) -> str:
    options = "".join(f"<li>{escape(text)}</li>" for text in each.options.values())
    return f"<li>{escape(each.asks)}<ul>{options}</ul></li>"


def feedback(outcome: Outcome) -> str:
    """Return the outcome of one question: a word that says it, and why."""
    word, kind = ("\u2713 Right.", "better") if outcome else ("\u2260 Not yet.", "worse")
    return (
        f'<p class="tl-recalled" role="status" aria-live="polite"><b class="tl-{kind}">{word}</b> '
        f"{escape(outcome.message)}</p>"
    )
