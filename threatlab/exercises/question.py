"""A question: checked by what an answer does, hinted in steps, with a worked solution."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any

from threatlab.errors import ThreatLabError
from threatlab.exercises import progress
from threatlab.exercises.blank import has_blank
from threatlab.exercises.guard import Ran, learners_line, run
from threatlab.exercises.judges import shown
from threatlab.exercises.outcome import (
    BROKEN,
    CORRECT,
    NOT_ATTEMPTED,
    NOT_YET,
    RAISED,
    NotAttempted,
    NotYet,
    Outcome,
    Shown,
)
from threatlab.exercises.solution import worked

_SECONDS = 5.0
"""How long an answer may take, unless its question says otherwise."""


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
class Question:
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
        How long an answer may take.
    fills
        Of a piece: the worked solution, as code that can stand in place of the blank.
    """

    id: str
    title: str
    judge: Callable[[Any], str]
    hints: tuple[str, ...]
    because: str
    covers: tuple[str, ...]
    seconds: float = _SECONDS
    fills: str = ""

    def check(self, answer: Any = None) -> Outcome:
        """Judge an answer, keep the outcome with the learner's progress, and return it for the notebook to show."""
        if has_blank(answer):
            return self._outcome(NOT_ATTEMPTED, "Replace the blank, ____, by your answer, and run the cell again.")
        ran = run(lambda: self.judge(answer), self.seconds)
        kind, message, code = self._verdict(ran)
        return self._outcome(kind, message, code, ran.printed, of=answer)

    def hint(self, number: int = 1) -> Shown:
        """Return the hint of that number; 1 gives away the least.

        Raises
        ------
        ThreatLabError
            If there is no hint of that number.
        """
        if isinstance(number, bool) or number not in range(1, len(self.hints) + 1):
            raise ThreatLabError(f"there is no hint {number!r}: {self.id} has hints 1 to {len(self.hints)}")
        progress.store().record(self.id, f"hint {number}")
        more = f"There is more help in hint({number + 1})." if number < len(self.hints) else "That was the last hint."
        return Shown(f"Hint {number} of {len(self.hints)} ({self.id})", (self.hints[number - 1], more))

    def solution(self) -> Shown:
        """Return the worked solution, and why it is one."""
        progress.store().record(self.id, "solution")
        heading = f"Solution ({self.id})"
        try:
            return Shown(heading, (self.because,), self.fills or worked(self.id))
        except ThreatLabError as problem:
            return Shown(heading, (self.because, f"The code can't be shown: {problem}."))

    def __repr__(self) -> str:
        return f"{self.id}: {self.title}. check(answer), hint(), solution()"

    def _verdict(self, ran: Ran) -> tuple[str, str, str]:
        """Return the kind of an outcome, its message, and the learner's line that raised an exception, if one did."""
        if ran.late:
            message = f"Your answer was still running after {self.seconds:g} seconds, and was stopped. Does a loop end?"
            return NOT_YET, message, ""
        match ran.raised:
            case None:
                return CORRECT, ran.value, ""
            case NotAttempted():
                return NOT_ATTEMPTED, "Part of it is still blank: replace each ____ and run the cell again.", ""
            case NotYet():
                return NOT_YET, str(ran.raised), ""
            case problem:
                says = f"{type(problem).__name__}: {problem}".removesuffix(": ")
        if where := learners_line(problem):
            return RAISED, f"{says} ({where[0]})", where[1]
        frames = traceback.extract_tb(problem.__traceback__)
        own = (frame for frame in reversed(frames) if Path(frame.filename).parent.parent == Path(__file__).parent)
        at = next(own, frames[-1])
        place = f"{Path(at.filename).name}, line {at.lineno}"
        return BROKEN, f"This question is broken ({says}, in {place}); your answer is kept, and not at fault.", ""

    def _outcome(self, kind: str, message: str, code: str = "", printed: str = "", of: Any = None) -> Outcome:
        kept = progress.store()
        kept.record(self.id, kind, (message, of.__code__ if isinstance(of, FunctionType) else shown(of)))
        return Outcome(self.id, kind, message, code, printed, kept.line(self.id))
