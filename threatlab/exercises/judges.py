"""The judges: each returns a function from an answer to the sentence that confirms it, or raises what is wrong."""

from __future__ import annotations

import math
import reprlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from threatlab.exercises.blank import has_blank
from threatlab.exercises.outcome import NotAttempted, NotYet

Judge = Callable[[Any], str]
Says = str | Callable[[Any], str]
"""What is said to an answer: a sentence, or a function that makes one of the answer."""


def shown(answer: object) -> str:
    """Return an answer in a few characters, whatever it is; an object whose repr fails is named by its type."""
    try:
        return reprlib.repr(answer)
    except Exception:  # noqa: BLE001  # a learner's own class may raise anything
        return f"a {type(answer).__name__}"


def choose(right: str, confirms: str, misconceptions: Mapping[str, str]) -> Judge:
    """Judge one letter or word out of a few: `misconceptions` says for each wrong one what is mistaken about it."""
    options = (right, *misconceptions)

    def judge(answer: Any) -> str:
        chosen = answer.strip().lower() if isinstance(answer, str) else answer
        if not isinstance(chosen, str) or chosen not in options:
            raise NotYet(f"{shown(answer)} is none of the answers to choose from: {', '.join(sorted(options))}.")
        if chosen != right:
            raise NotYet(misconceptions[chosen])
        return confirms

    return judge


def number(
    right: Callable[[], float], confirms: str, misconceptions: Sequence[tuple[Callable[[float], bool], str]], *,
    within: float = 0.005, otherwise: str,
) -> Judge:  # fmt: skip
    """Judge a number that is right if it is `within` so much of `right()`, which is computed when it is needed.

    The first of `misconceptions` whose test holds says what is mistaken; `otherwise` is said if none does.
    """

    def judge(answer: Any) -> str:
        value = a_number(answer)
        if abs(value - right()) <= within:
            return confirms
        raise NotYet(next((says for holds, says in misconceptions if holds(value)), otherwise))

    return judge


def statements(right: Mapping[str, bool], confirms: str, misconceptions: Mapping[str, str]) -> Judge:
    """Judge a dict of statements, each True or False; the first wrong one is said to be, and why."""

    def judge(answer: Any) -> str:
        if not isinstance(answer, Mapping) or set(answer) != set(right):
            raise NotYet(f"Give a dict with True or False for each of: {', '.join(map(repr, right))}.")
        for name, truth in right.items():
            if not isinstance(answer[name], bool):
                raise NotYet(f"{name!r} is {shown(answer[name])}; it must be True or False.")
            if answer[name] != truth:
                raise NotYet(misconceptions[name])
        return confirms

    return judge


def order(right: Sequence[str], confirms: str, misplaced: Mapping[str, str]) -> Judge:
    """Judge a list of names in their order; the first that stands where it can't is said to, and why."""

    def judge(answer: Any) -> str:
        if isinstance(answer, str) or not isinstance(answer, Sequence):
            raise NotYet(f"{shown(answer)} is not a list; give the names in their order: {', '.join(sorted(right))}.")
        given = list(answer[: len(right) + 1])
        if sorted(map(str, given)) != sorted(right):
            raise NotYet(f"Give each of these once, in your order: {', '.join(sorted(right))}.")
        for mine, theirs in zip(given, right, strict=True):
            if mine != theirs:
                raise NotYet(misplaced[mine])
        return confirms

    return judge


def a_number(answer: Any) -> float:
    """Return an answer if it is a finite number; True and "0.5" are none."""
    if isinstance(answer, bool) or (not isinstance(answer, int | float) and not hasattr(answer, "__float__")):
        raise NotYet(f"{shown(answer)} is not a number; give one such as 0.5.")
    try:
        value = float(answer)
    except (TypeError, ValueError, OverflowError):
        raise NotYet(f"{shown(answer)} is not a number; give one such as 0.5.") from None
    if not math.isfinite(value):
        raise NotYet(f"{shown(answer)} is not a finite number; give one such as 0.5.")
    return value


def a_function(answer: Any, takes: str) -> Callable[..., Any]:
    """Return an answer if it can be called; `takes` says with what."""
    if isinstance(answer, type) or not callable(answer):
        raise NotYet(
            f"{shown(answer)} is not a function; give the name of your function of {takes}, without calling it."
        )
    return answer  # type: ignore[no-any-return]


def returned(function: Callable[..., Any], *given: Any) -> Any:
    """Return what a learner's function makes of an input; a blank in it means that it isn't finished."""
    value = function(*given)
    if has_blank(value):
        raise NotAttempted
    if value is None:
        raise NotYet(f"Your function returned nothing for {', '.join(map(shown, given))}: does it end with a return?")
    return value


def rubric(points: Sequence[str], needed: int, words: int) -> Judge:
    """Judge a text by the learner's own eyes: an answer is a pair of the text and the numbers of the points it meets.

    Nobody pretends to grade it: the points are shown, and the learner marks which are met. Only what can be told for
    certain is told: that there is a text, of at least so many `words`, and that the marks are numbers of points.
    """
    listed = " ".join(f"({place}) {point}" for place, point in enumerate(points, 1))

    def judge(answer: Any) -> str:
        text, marks = answer if isinstance(answer, tuple) and len(answer) == 2 else (answer, None)
        if not isinstance(text, str):
            raise NotYet(f"{shown(text)} is not a text; write a few sentences between quotes.")
        if len(text.split()) < words:
            raise NotYet(
                f"That is {len(text.split())} words. Write at least {words}, then compare them with the points."
            )
        if marks is None:
            raise NotYet(
                f"Compare your text with these points: {listed} Then check((your_text, [1, 3])) with the numbers of "
                "those that it meets. Nobody else reads it: be as strict as a colleague would be."
            )
        if not isinstance(marks, list | tuple | set) or not all(
            isinstance(mark, int) and not isinstance(mark, bool) and 1 <= mark <= len(points) for mark in marks
        ):
            raise NotYet(f"{shown(marks)} are no numbers of points; give a list of numbers from 1 to {len(points)}.")
        missing = [points[place - 1] for place in range(1, len(points) + 1) if place not in set(marks)]
        if len(points) - len(missing) < needed:
            raise NotYet(f"By your own mark it misses: {' '.join(missing)} Add what is missing, and mark it again.")
        return f"By your own mark it meets {len(set(marks))} of {len(points)} points. Have a colleague mark it too."

    return judge
