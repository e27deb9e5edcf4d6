"""Predict before you look: a learner's guesses, kept before the reveal and compared after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from threatlab.checks import check_choice
from threatlab.errors import ThreatLabError
from threatlab.exercises.kept import open_notebook
from threatlab.exercises.predictions import GUESSED, id_of, predictions
from threatlab.exercises.progress import store
from threatlab.exercises.statements import STATEMENTS
from threatlab.widgets.base.html import Html, button, choice, markup, saved, saved_table, table, tag, toggle
from threatlab.widgets.base.panel import Panel, action
from threatlab.words import counted

_BLANK = "\u2014"
_FEW = 3
"""So many answers are buttons; more are a list."""


@dataclass(frozen=True)
class PredictionState:
    """What is asked, what was guessed so far, and the results once they are shown: after that no guess changes.

    `actual` are the results as far as they are known, `because` the reason of each that has one.
    """

    ask: str
    questions: tuple[str, ...]
    choices: tuple[float | str, ...]
    guesses: Mapping[str, float | str] = field(default_factory=dict)
    actual: Mapping[str, float | str] | None = None
    because: Mapping[str, str] = field(default_factory=dict)
    shown: bool = False
    asking: bool = False


class Prediction(Panel[PredictionState]):
    """A live panel that asks for one guess to each question, and locks them once the answers are shown.

    A guess goes into the learner's progress if the course asks for it: by its place, never in words.

    Parameters
    ----------
    ask
        What is asked of each.
    questions
        One text each; their order is kept.
    choices
        The values to choose from: numbers or texts.

    Attributes
    ----------
    id
        By which the course knows it; "" if it asks for something else.
    """

    def __init__(self, ask: str, questions: Sequence[str], choices: Sequence[float | str]) -> None:
        self.id = id_of(ask, questions, choices)
        state = PredictionState(ask, tuple(questions), tuple(choices))
        super().__init__(state, made_from=[ask, *state.questions, *state.choices])

    @property
    def guesses(self) -> Mapping[str, float | str]:
        """What was predicted so far, by question; a question without a guess is left out."""
        return self.state.guesses

    @action
    def choose(self, question: str, answer: float | str | None) -> None:
        """Predict one answer, as its buttons or its list do; None takes it back. Shown answers end it."""
        check_choice("question", question, self.state.questions)
        if answer is not None:
            answer = self._one_of_the_choices(answer)
        if not self.state.shown:
            if self.id and answer != self.guesses.get(question):
                store().record(self.id, GUESSED, met=predictions()[self.id].place(question, answer))
            others = {q: guess for q, guess in self.guesses.items() if q != question}
            guesses = others if answer is None else {**others, question: answer}
            self.show(replace(self.state, guesses=guesses, asking=False))

    def _one_of_the_choices(self, answer: float | str) -> float | str:
        """Return the choice that this is: a page sends 1.0 as 1, and no number is true."""
        for each in self.state.choices:
            if each == answer and isinstance(each, bool) == isinstance(answer, bool):
                return each
        choices = ", ".join(map(str, self.state.choices))
        raise ThreatLabError(f"{answer!r} is not among the answers to choose from: {choices}")

    def guess(self, guesses: Mapping[str, float | str]) -> None:
        """Predict in code: what choosing each question's answer does."""
        for question, answer in guesses.items():
            self.choose(question, answer)

    @action
    def reveal(self, anyway: bool = False) -> None:
        """Show the answers, and lock the guesses; with one missing it asks first, unless they are wanted `anyway`."""
        if self.state.actual is None:
            raise ThreatLabError("the answers aren't there yet: run the next cell, which works them out")
        asking = not anyway and len(self.guesses) < len(self.state.questions)
        self.show(replace(self.state, asking=asking, shown=self.state.shown or not asking))

    def compare(
        self, actual: Mapping[str, float | str] | None = None, because: Mapping[str, str] | None = None
    ) -> Comparison:
        """Lock the guesses, and return them beside what really came out, as a table; a check's answers it has itself.

        What is said of a result in `because`, by its question, is shown with it, and no sooner. A person who has
        guessed nothing is asked first. Where no person has the notebook open, all is compared.
        """
        actual = actual or self.state.actual or {}
        missing = [question for question in self.state.questions if question not in actual]
        if missing:
            raise ThreatLabError(f"no result was given for {missing[0]!r}; compare() needs one for each question")
        results = {question: actual[question] for question in self.state.questions}
        because = because or self.state.because
        shown = self.state.shown or bool(self.guesses) or not open_notebook()
        self.begun = replace(self.begun, actual=results, because=because)  # begun anew, it has answers to show
        self.show(replace(self.state, actual=results, because=because, shown=shown, asking=False), unasked=True)
        return Comparison(self)

    def memory(self, state: PredictionState) -> Any:
        """Return the guesses, and whether the answers were shown."""
        return {"guesses": [*state.guesses.items()], "shown": state.shown}

    def recall(self, memory: Any) -> PredictionState:
        """Return the state with the guesses of a memory."""
        return replace(self.state, guesses=dict(memory["guesses"]), shown=memory["shown"])

    def draw(self, state: PredictionState) -> Html:
        """Return the questions, each with its answers to choose from."""
        asked = (self._question(question, state) for question in state.questions)
        lead = tag("p.tl-ask", state.ask) if state.questions != (state.ask,) else None
        return tag("div.tl-learning.tl-prediction", lead, *asked, self._below(state))

    def _question(self, question: str, state: PredictionState) -> Html:
        guess, args = state.guesses.get(question), {"question": question}
        how: Any = {"act": "choose", "args": args, "disabled": state.shown, "class_": "tl-guess"}
        if len(state.choices) <= _FEW:
            answers = [(str(each), each, str(each)) for each in state.choices]
            return toggle(question, "answer", answers, guess, **how)
        options = [(_BLANK, None), *((str(each), each) for each in state.choices)]
        return choice(question, "answer", options, guess, **how)

    def _below(self, state: PredictionState) -> Html:
        guessed = f"{len(state.guesses)} of {len(state.questions)} predicted."
        if state.shown:
            return tag("p.tl-sub", "The answers have been shown: these guesses stay as they were.", role="status")
        if state.asking:
            return tag("div.tl-buttons", _anyway(guessed))
        if state.actual is None:
            whole = len(state.guesses) == len(state.questions)
            after = " Run the next cell: it works out the answers." if whole else ""
            return tag("p.tl-sub", guessed, after, role="status")
        show = button("Show the answers", "reveal")
        return tag("div.tl-buttons", tag("span.tl-sub", guessed, role="status"), show)

    def picture(self) -> Html:
        """Return the guesses for a saved notebook; a question that is the heading, too, stands there alone."""
        rows = [(question, self.guesses.get(question, _BLANK)) for question in self.state.questions]
        if self.state.questions == (self.state.ask,):
            rows = [("You said", guess) for _, guess in rows]
        return saved(self.state.ask, saved_table((), rows))

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}({self.state.ask!r}, {len(self.guesses)} of {len(self.state.questions)} predicted)"
        )


class CheckYourself(Prediction):
    """A prediction whose answers are known, with the reason of each: they stand in the package, not in the notebook.

    Parameters
    ----------
    name
        Which one: the number of a notebook, such as "02", or another of those in `exercises/statements.toml`.

    Raises
    ------
    ThreatLabError
        If there is none of that name.
    """

    def __init__(self, name: str) -> None:
        asked = STATEMENTS[check_choice("check", name, STATEMENTS)]
        answers = {each.text: each.answer for each in asked.statements}
        because = {each.text: each.because for each in asked.statements}
        self.id = id_of(asked.asks, answers, asked.answers)
        state = PredictionState(asked.asks, tuple(answers), asked.answers, actual=answers, because=because)
        Panel.__init__(self, state, made_from=[name, *answers])


class Comparison(Panel[PredictionState]):
    """Guesses beside results, as a table: numbers agree to within 0.005.

    Where nothing was predicted, it asks whether to show the results all the same.
    """

    def __init__(self, prediction: Prediction) -> None:
        self._prediction = prediction
        super().__init__(prediction.state)
        prediction.observe(lambda _: self.show(prediction.state, unasked=True), "page")

    @action
    def reveal(self, anyway: bool = True) -> None:
        """Show the results though nothing was predicted."""
        self._prediction.reveal(anyway)

    def draw(self, state: PredictionState) -> Html:
        """Return the table, or the question whether to show it."""
        if not state.shown:
            nothing = "Nothing is predicted yet. Guess above first: then this compares."
            return tag("div.tl-learning", tag("div.tl-buttons", _anyway(nothing)))
        return tag("div.tl-learning.tl-compared", table(*self._rows(state)), tag("p", _count(state), "."))

    def picture(self) -> Html:
        """Return the table for a saved notebook, or that it was not asked for."""
        if not self.state.shown:
            return saved(self.state.ask, tag("p", "Nothing was predicted, so nothing is compared."))
        return markup(saved_table(*self._rows(self.state)), tag("p", f"{self!r}."))

    def _rows(self, state: PredictionState) -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
        rows = [self._row(state, question, result) for question, result in (state.actual or {}).items()]
        return ("", "You said", "It is", ""), rows

    def _row(self, state: PredictionState, question: str, result: float | str) -> tuple[object, ...]:
        guess, because = state.guesses.get(question), state.because.get(question)
        mark = "" if guess is None else "\u2713 right" if _agree(guess, result) else "\u2260 look again"
        why = tag("p.tl-sub", because) if because else None
        return (markup(question, why), _BLANK if guess is None else guess, result, mark)

    def __repr__(self) -> str:
        return _count(self.state)


def _count(state: PredictionState) -> str:
    """Return how many guesses are right, in words."""
    results = state.actual or {}
    if not state.shown:
        return "nothing was predicted: guess first, or have the results shown anyway"
    if not state.guesses:
        return f"nothing was predicted; {counted(len(results), 'result')}"
    right = sum(_agree(guess, results[question]) for question, guess in state.guesses.items())
    return f"{right} of {counted(len(state.guesses), 'prediction')} right"


def _anyway(why: str) -> Html:
    return markup(tag("span", why, role="status"), button("Show anyway", "reveal", {"anyway": True}))


def _agree(guess: float | str, result: float | str) -> bool:
    if isinstance(guess, str) or isinstance(result, str):
        return guess == result
    return abs(guess - result) < 0.005
