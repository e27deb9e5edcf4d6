"""A question: checked by what an answer does, hinted in steps, with a worked solution."""

from __future__ import annotations

import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from threatlab.errors import ThreatLabError
from threatlab.exercises import progress
from threatlab.exercises.blank import has_blank
from threatlab.exercises.guard import Ran, learners_line, run
from threatlab.exercises.outcome import CORRECT, NOT_ATTEMPTED, NOT_YET, RAISED, NotAttempted, NotYet, Outcome, Shown

_SECONDS = 5.0
"""How long an answer may take, unless its question says otherwise."""


@dataclass(frozen=True)
class Question:
    """One question, as data and one judging function.

    Parameters
    ----------
    id
        Lesson and number, such as "assess.q1".
    title
        What is asked, in a few words.
    judge
        Called with the answer. Returns the sentence that confirms a right one; raises `NotYet` with what is wrong and
        why, or `NotAttempted`. Tries the answer on inputs that the learner doesn't see.
    expects
        What kind of answer it takes, to complete "give ...": "a function of one number".
    hints
        At least two, from a nudge to nearly the answer.
    answer
        The worked solution, as code.
    because
        Why that is the answer.
    covers
        Ids of the lesson's ideas that it practices.
    seconds
        How long an answer may take.
    """

    id: str
    title: str
    judge: Callable[[Any], str]
    expects: str
    hints: tuple[str, ...]
    answer: str
    because: str
    covers: tuple[str, ...]
    seconds: float = _SECONDS

    def check(self, answer: Any = None) -> Outcome:
        """Judge an answer, keep the outcome with the learner's progress, and return it for the notebook to show."""
        if has_blank(answer):
            return self._told(NOT_ATTEMPTED, "Replace the blank, ____, by your answer, and run the cell again.")
        return self._outcome(run(lambda: self.judge(answer), self.seconds), answer)

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
        return Shown(f"Solution ({self.id})", (self.because,), self.answer)

    def __repr__(self) -> str:
        return f"{self.id}: {self.title}. check(answer), hint(), solution()"

    def _outcome(self, ran: Ran, answer: Any) -> Outcome:
        if ran.late:
            message = f"Your answer was still running after {self.seconds:g} seconds, and was stopped. Does a loop end?"
            return self._told(NOT_YET, message, printed=ran.printed)
        match ran.raised:
            case None:
                return self._told(CORRECT, ran.value, printed=ran.printed)
            case NotAttempted():
                return self._told(NOT_ATTEMPTED, "Part of it is still blank: replace each ____ and run the cell again.")
            case NotYet():
                return self._told(NOT_YET, str(ran.raised), printed=ran.printed)
            case problem:
                return self._raised(problem, answer, ran.printed)

    def _raised(self, problem: BaseException, answer: Any, printed: str) -> Outcome:
        """Tell the learner's exceptions from ours: an answer of a kind that no judge can use is not their bug."""
        where = learners_line(problem)
        if where is None:
            message = f"{reprlib.repr(answer)} can't be checked; give {self.expects}."
            return self._told(NOT_YET, message, printed=printed)
        message = f"{type(problem).__name__}: {problem} ({where[0]})" if str(problem) else type(problem).__name__
        return self._told(RAISED, message, code=where[1], printed=printed)

    def _told(self, kind: str, message: str, *, code: str = "", printed: str = "") -> Outcome:
        kept = progress.store()
        kept.record(self.id, kind)
        return Outcome(self.id, kind, message, code, printed, kept.line(self.id))
