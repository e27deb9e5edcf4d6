"""Predict before you look: a learner's guesses, kept before the reveal and compared after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.widgets.base.html import Html, choice, markup, saved, saved_table, tag
from threatlab.widgets.base.panel import Panel, action

_BLANK = "\u2014"


@dataclass(frozen=True)
class PredictionState:
    """What is asked, what was guessed so far, and the results once they are shown: after that no guess changes."""

    ask: str
    questions: tuple[str, ...]
    choices: tuple[float | str, ...]
    guesses: Mapping[str, float | str] = field(default_factory=dict)
    actual: Mapping[str, float | str] | None = None


class Prediction(Panel):
    """A live panel that asks for one guess to each question, and locks them once the answers are shown.

    Parameters
    ----------
    ask
        The sentence over the questions.
    questions
        One text each; their order is kept.
    choices
        The values to choose from: numbers or texts.
    """

    def __init__(self, ask: str, questions: Sequence[str], choices: Sequence[float | str]) -> None:
        super().__init__(PredictionState(ask, tuple(questions), tuple(choices)))

    @property
    def guesses(self) -> Mapping[str, float | str]:
        """What was predicted so far, by question; a question without a guess is left out."""
        return self.state.guesses  # type: ignore[no-any-return]

    @action
    def choose(self, question: str, answer: float | str | None) -> None:
        """Predict one answer, as its list does; None takes it back. Once the answers are shown, nothing changes."""
        if question not in self.state.questions:
            raise ThreatLabError(unknown_name("question", question, self.state.questions))
        if answer is not None and answer not in self.state.choices:
            choices = ", ".join(map(str, self.state.choices))
            raise ThreatLabError(f"{answer!r} is not among the answers to choose from: {choices}")
        if self.state.actual is None:
            others = {q: guess for q, guess in self.guesses.items() if q != question}
            self.show(replace(self.state, guesses=others if answer is None else {**others, question: answer}))

    def guess(self, guesses: Mapping[str, float | str]) -> None:
        """Predict in code: what choosing a value in each question's list does."""
        for question, answer in guesses.items():
            self.choose(question, answer)

    def compare(self, actual: Mapping[str, float | str]) -> Comparison:
        """Lock the guesses, and return them beside what really came out, as a table."""
        missing = [question for question in self.state.questions if question not in actual]
        if missing:
            raise ThreatLabError(f"no result was given for {missing[0]!r}; compare() needs one for each question")
        results = {question: actual[question] for question in self.state.questions}
        self.show(replace(self.state, actual=results))
        return Comparison(self.guesses, results)

    def draw(self, state: PredictionState) -> Html:
        """Return the questions, each with its list."""
        locked = state.actual is not None
        options = [(_BLANK, None), *((str(each), each) for each in state.choices)]
        lists = (
            choice(
                question,
                "answer",
                options,
                state.guesses.get(question),
                act="choose",
                args={"question": question},
                disabled=locked,
                class_="tl-field tl-guess",
            )
            for question in state.questions
        )
        progress = f"{len(state.guesses)} of {len(state.questions)} predicted."
        if locked:
            progress = "The answers have been shown: these guesses stay as they were."
        status = tag("p", progress, class_="tl-sub", role="status")
        return tag("div", tag("p", state.ask, class_="tl-ask"), *lists, status, class_="tl-learning")

    def picture(self) -> Html:
        """Return the guesses for a saved notebook."""
        return saved(self.state.ask, saved_table((), ((q, self.guesses.get(q, _BLANK)) for q in self.state.questions)))

    def __repr__(self) -> str:
        return f"Prediction({self.state.ask!r}, {len(self.guesses)} of {len(self.state.questions)} predicted)"


class Comparison:
    """Guesses beside results: a table to look at; `right` counts those that agree (numbers to within 0.005)."""

    def __init__(self, guesses: Mapping[str, float | str], actual: Mapping[str, float | str]) -> None:
        self.guesses, self.actual = dict(guesses), dict(actual)
        self.right = sum(_agree(guess, self.actual[question]) for question, guess in self.guesses.items())

    def __repr__(self) -> str:
        if not self.guesses:
            results = len(self.actual)
            return f"nothing was predicted; {results} result{'' if results == 1 else 's'}"
        return f"{self.right} of {len(self.guesses)} predictions right"

    def _repr_html_(self) -> str:
        rows = (self._row(question, result) for question, result in self.actual.items())
        return markup(saved_table(("", "You said", "It is", ""), rows), tag("p", f"{self!r}."))

    def _row(self, question: str, result: float | str) -> tuple[object, ...]:
        guess = self.guesses.get(question)
        mark = "" if guess is None else "\u2713 right" if _agree(guess, result) else "\u2260 look again"
        return (question, _BLANK if guess is None else guess, result, mark)


def _agree(guess: float | str, result: float | str) -> bool:
    if isinstance(guess, str) or isinstance(result, str):
        return guess == result
    return abs(guess - result) < 0.005
