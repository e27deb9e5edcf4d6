"""Predict before you look: a learner's guesses, kept before the reveal and compared after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.widgets.base.parts import box
from threatlab.widgets.base.style import STYLE

_BLANK = "\u2014"


class Prediction:
    """A live panel that asks for one guess to each question, and locks them once the answers are shown.

    Parameters
    ----------
    ask
        The sentence over the questions.
    questions
        One text each; their order is kept.
    choices
        The values to choose from: numbers or texts.

    Attributes
    ----------
    guesses
        What was predicted so far, by question; a question without a guess is left out.
    """

    def __init__(self, ask: str, questions: Sequence[str], choices: Sequence[float | str]) -> None:
        self.ask = ask
        self.guesses: dict[str, float | str] = {}
        self.actual: dict[str, float | str] | None = None
        self._choices = tuple(choices)
        self._fields = {question: self._field(question) for question in questions}
        self._told = widgets.HTML(self._progress())
        heading = widgets.HTML(f'<h3 class="tl-cap"><i>{escape(ask)}</i></h3>')
        self.widget = box(
            "tl",
            [widgets.HTML(STYLE), box("tl-guesses", [heading, *self._fields.values(), self._told])],
        )

    def guess(self, guesses: Mapping[str, float | str]) -> None:
        """Predict in code: what choosing a value in each question's list does."""
        for question, value in guesses.items():
            if question not in self._fields:
                raise ThreatLabError(unknown_name("question", question, self._fields))
            if value not in self._choices:
                choices = ", ".join(map(str, self._choices))
                raise ThreatLabError(f"{value!r} is not among the answers to choose from: {choices}")
            self._fields[question].value = value

    def compare(self, actual: Mapping[str, float | str]) -> Comparison:
        """Lock the guesses, and return them beside what really came out, as a table."""
        missing = [question for question in self._fields if question not in actual]
        if missing:
            raise ThreatLabError(f"no result was given for {missing[0]!r}; compare() needs one for each question")
        self.actual = {question: actual[question] for question in self._fields}
        for field in self._fields.values():
            field.disabled = True
        self._told.value = self._progress()
        return Comparison(self.guesses, self.actual)

    def __repr__(self) -> str:
        return f"Prediction({self.ask!r}, {len(self.guesses)} of {len(self._fields)} predicted)"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        rows = "".join(
            f"<tr><td style='text-align:left'>{escape(q)}</td><td>{escape(str(self.guesses.get(q, _BLANK)))}</td></tr>"
            for q in self._fields
        )
        static = f"<b>{escape(self.ask)}</b><table>{rows}</table><i>Run the cell to predict.</i>"
        return {**live, "text/plain": repr(self), "text/html": static}

    def _field(self, question: str) -> widgets.Dropdown:
        options = [(_BLANK, _BLANK), *((str(choice), choice) for choice in self._choices)]
        field = widgets.Dropdown(options=options, value=_BLANK, description=question)
        field.add_class("tl-guess")
        field.observe(lambda change: self._keep(question, change["new"]), "value")
        return field

    def _keep(self, question: str, value: float | str) -> None:
        if self.actual is not None:
            return
        if value == _BLANK:
            self.guesses.pop(question, None)
        else:
            self.guesses[question] = value
        self._told.value = self._progress()

    def _progress(self) -> str:
        if self.actual is not None:
            return '<p class="tl-sub">The answers have been shown: these guesses stay as they were.</p>'
        return f'<p class="tl-sub" aria-live="polite">{len(self.guesses)} of {len(self._fields)} predicted.</p>'


class Comparison:
    """Guesses beside results: a table to look at; `right` counts those that agree (numbers to within 0.005)."""

    def __init__(self, guesses: Mapping[str, float | str], actual: Mapping[str, float | str]) -> None:
        self.guesses, self.actual = dict(guesses), dict(actual)
        self.right = sum(_agree(value, self.actual[question]) for question, value in self.guesses.items())

    def __repr__(self) -> str:
        if not self.guesses:
            results = len(self.actual)
            return f"nothing was predicted; {results} result{'' if results == 1 else 's'}"
        return f"{self.right} of {len(self.guesses)} predictions right"

    def _repr_html_(self) -> str:
        rows = "".join(self._row(question, result) for question, result in self.actual.items())
        heads = "".join(f'<th scope="col" style="text-align:left">{h}</th>' for h in ("", "You said", "It is", ""))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table><p>{escape(repr(self))}.</p>"

    def _row(self, question: str, result: float | str) -> str:
        guess = self.guesses.get(question)
        mark = "" if guess is None else "\u2713 right" if _agree(guess, result) else "\u2260 look again"
        cells = (question, _BLANK if guess is None else str(guess), str(result), mark)
        return "<tr>" + "".join(f'<td style="text-align:left">{escape(cell)}</td>' for cell in cells) + "</tr>"


def _agree(guess: float | str, result: float | str) -> bool:
    if isinstance(guess, str) or isinstance(result, str):
        return guess == result
    return abs(guess - result) < 0.005
