"""A question: checked by what an answer does, hinted in steps, with a worked solution."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from threatlab.checks import Unchangeable
from threatlab.errors import ThreatLabError
from threatlab.exercises import progress
from threatlab.exercises.blank import has_blank, still_blank
from threatlab.exercises.guard import Verdict, judged, warm_up
from threatlab.exercises.judges import shown
from threatlab.exercises.kept import open_notebook
from threatlab.exercises.outcome import CORRECT, NOT_ATTEMPTED, NOT_YET, Outcome, Shown
from threatlab.exercises.solution import worked

_SECONDS = 5.0
"""Processor time that an answer may take, unless its question says otherwise."""

_HINTED: dict[str, int] = {}
"""The latest hint of each question that this kernel has shown."""

_CHECKED: dict[str, tuple[int | None, Outcome]] = {}
"""The latest outcome of each question in this kernel, and the cell that checked it."""


def in_steps(*hints: str) -> tuple[str, ...]:
    """Return the hints of a question, from a nudge to nearly the answer.

    Raises
    ------
    ThreatLabError
        If there are fewer than two, or one stands there twice.
    """
    if len(set(hints)) < max(2, len(hints)):
        raise ThreatLabError(f"a question takes at least two hints that differ, not {hints}")
    return hints


@dataclass(frozen=True)
class Question(Unchangeable):
    """One question, as data and one judging function. Its worked solution stands in the lesson's solution notebook.

    A *piece* is a question that a lesson asks on its way, of one line: what stands for its blank is in `fills`.

    Parameters
    ----------
    id
        Lesson and number, such as "assess.q1".
    title
        What is asked, in a few words.
    judge
        Called with the answer. Returns the sentence that confirms a right one; raises `NotYet` with what is wrong and
        why, or `NotAttempted`. Tries the answer on inputs that the learner doesn't see.
    hints
        See `in_steps`.
    because
        Why the worked solution is the answer.
    covers
        Ids of the lesson's ideas that it practices.
    seconds
        Seconds of processor time that an answer may take; what the judge itself takes doesn't count.
    fills
        Of a piece: the worked solution, as code that can stand in place of the blank.
    claims
        What a learner who goes wrong in a usual way takes to be true, as a sentence: by the id that `judge` names with
        its `NotYet`. Of a wrong answer nothing but that id is kept.
    """

    id: str
    title: str
    judge: Callable[[Any], str]
    hints: tuple[str, ...]
    because: str
    covers: tuple[str, ...]
    seconds: float = _SECONDS
    fills: str = ""
    claims: Mapping[str, str] = field(default_factory=dict, compare=False)

    def check(self, answer: Any = None, *more: Any) -> Outcome:
        """Judge an answer, keep the outcome with the learner's progress, and return it for the notebook to show.

        An answer of several parts may come as one, `check((text, [1, 3]))`, or as they are, `check(text, [1, 3])`. See
        `threatlab.exercises.guard.judged` for where an answer's code runs, and what it can't change.
        """
        if more:
            answer = (answer, *more)
        if open_notebook() and self.id in progress.questions_of(self.id.partition(".")[0]):
            warm_up()  # this is a notebook of exercises, and the next answer may hold code
        came = Verdict(NOT_ATTEMPTED, "") if has_blank(answer) else judged(self.judge, answer, self.seconds)
        message = still_blank(answer) if came.kind == NOT_ATTEMPTED else came.message
        code = linecache.getline(came.at.file, came.at.number).strip() if came.at else ""
        kept = progress.store()
        tried = (message, answer.__code__ if isinstance(answer, FunctionType) else shown(answer))
        kept.record(self.id, came.kind, tried, met=came.met if came.met in self.claims else "")
        stuck = self._stuck() if came.kind == NOT_YET else ""
        outcome = Outcome(self.id, came.kind, message, code, came.printed, kept.line(self.id), stuck)
        _CHECKED[self.id] = _cell(), outcome
        return outcome

    def hint(self, number: int = 1) -> Shown:
        """Return the hint of that number; 1 gives away the least.

        Raises
        ------
        ThreatLabError
            If there is no hint of that number.
        """
        if isinstance(number, bool) or number not in range(1, len(self.hints) + 1):
            raise ThreatLabError(f"there is no hint {number!r}: {self.id} has hints 1 to {len(self.hints)}")
        number = int(number)  # which 1.0 isn't
        progress.store().record(self.id, f"hint {number}")
        _HINTED[self.id] = number
        more = f"There is more help in hint({number + 1})." if number < len(self.hints) else "That was the last hint."
        heading = f"Hint {number} of {len(self.hints)} ({self.id})"
        return Shown(heading, (self.hints[number - 1], more), below=self._checked_here())

    def solution(self) -> Shown:
        """Return the worked solution, and why it is one."""
        progress.store().record(self.id, "solution")
        problems, code = [], ""
        try:
            code = self.fills or worked(self.id)
        except ThreatLabError as problem:
            problems = [f"The code can't be shown: {problem}."]
        return Shown(f"Solution ({self.id})", (self.because, *problems), code, below=self._checked_here())

    def __repr__(self) -> str:
        return f"{self.id}: {self.title}. check(answer), hint(), solution()"

    def _stuck(self) -> str:
        """Return what is offered with an answer that isn't right: the next hint, and after the last the solution."""
        name, next_one = self.id.rpartition(".")[2], _HINTED.get(self.id, 0) + 1
        if next_one > len(self.hints):
            return f"Stuck? `{name}.solution()` shows one way to do it."
        return f"Stuck? `{name}.hint({next_one if next_one > 1 else ''})`"

    def _checked_here(self) -> Shown | None:
        """Return what a check in the same cell came to: a notebook shows the last value of a cell, and no other."""
        cell, outcome = _CHECKED.get(self.id, (None, None))
        return outcome.shown if outcome is not None and cell is not None and cell == _cell() else None


def holds(piece: Question, answer: Any) -> bool:
    """Whether an answer to a piece is there and right: one that isn't goes no further than its own cell."""
    return not has_blank(answer) and judged(piece.judge, answer, piece.seconds).kind == CORRECT


def _cell() -> int | None:
    """Return the number of the cell that runs, or None where there are no cells."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "execution_count", None)
