"""The recall panel: three questions from earlier notebooks, answered from memory before a lesson begins."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from threatlab.checks import check_choice
from threatlab.exercises.outcome import Outcome
from threatlab.exercises.recall import RECALL, Recalled, recalled
from threatlab.widgets.base.html import Html, caption, choice, markup, saved, tag
from threatlab.widgets.base.panel import Panel, action


class Recall(Panel[Mapping[str, str]]):
    """A live panel with the recall questions of one lesson notebook, each checked as it is answered.

    Parameters
    ----------
    notebook
        Its number, such as "02".
    without
        The numbers of the notebooks that this copy of the course leaves out.

    Raises
    ------
    ThreatLabError
        If there are no questions for that notebook.
    """

    def __init__(self, notebook: str, without: Collection[str] = ()) -> None:
        self.notebook = check_choice("notebook", notebook, RECALL)
        self._questions = {each.question.id: each for each in recalled(notebook, without)}
        asked = [[each.asks, each.options] for each in self._questions.values()]
        super().__init__({}, made_from=[notebook, asked])

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """What each question answered so far came to, by its id."""
        return {name: self._questions[name].question.check(letter) for name, letter in self.state.items()}

    @action
    def answer(self, question: str, letter: str) -> Outcome | None:
        """Answer a question by the letter of an option, as its list does; "" takes the answer back."""
        asked = self._questions[check_choice("question", question, self._questions)]
        if letter:
            check_choice("option", letter, asked.options)
        others = {name: each for name, each in self.state.items() if name != question}
        self.show({**others, question: letter} if letter else others)
        return self.outcomes.get(question)

    def memory(self, state: Mapping[str, str]) -> dict[str, str]:
        """Return the letters."""
        return dict(state)

    def recall(self, memory: Any) -> dict[str, str]:
        """Return the letters that were chosen, for the questions that are asked."""
        return {name: letter for name, letter in memory.items() if letter in self._questions[name].options}

    def draw(self, state: Mapping[str, str]) -> Html:
        """Return the questions, each with its list and with what its answer came to."""
        asked = (self._question(each, state.get(name, "")) for name, each in self._questions.items())
        none = None if self._questions else tag("p", "What these questions look back on is left out of this copy.")
        return tag("div.tl-learning", caption("From memory", "without looking back", level=2), none, *asked)

    def _question(self, each: Recalled, letter: str) -> Html:
        options = [("choose \u2026", ""), *((text, letter) for letter, text in each.options.items())]
        name = each.question.id
        answer = choice(each.asks, "letter", options, letter, act="answer", args={"question": name})
        return markup(answer, feedback(each.question.check(letter)) if letter else None)

    def picture(self) -> Html:
        """Return the questions for a saved notebook, and no answer."""
        asked = (
            tag("li", each.asks, tag("ul", *(tag("li", text) for text in each.options.values())))
            for each in self._questions.values()
        )
        return saved("From memory, without looking back", tag("ol", *asked))

    def __repr__(self) -> str:
        right = sum(map(bool, self.outcomes.values()))
        return f"Recall({self.notebook!r}): {right} of {len(self._questions)} recalled"


def feedback(outcome: Outcome) -> Html:
    """Return the outcome of one question: a word that says it, and why."""
    word, kind = ("\u2713 Right.", "better") if outcome else ("\u2260 Not yet.", "worse")
    return tag("p.tl-recalled", tag(f"b.tl-{kind}", word), f" {outcome.message}", role="status")
