"""`____`, the blank: it stands where an answer goes, and whatever is done with it gives a blank again."""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from itertools import islice
from types import FunctionType
from typing import Any

_DEEP = 4
"""Levels of lists and dicts that are searched for a blank; answers here are flatter than that."""

_LONG = 200
"""Items of a list that are searched; a longer one was not written by hand."""

_NAMED = 8
"""Blanks that are named; where there are more, nearly nothing is filled in."""

_BRIEF = reprlib.Repr()
_BRIEF.maxlist = _BRIEF.maxtuple = 12


class Blank:
    """A value that says "not filled in yet" and that no operation can make fail."""

    __slots__ = ()

    def _blank(self, *_: Any, **__: Any) -> Blank:
        return self

    __call__ = __getitem__ = _blank
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __pow__ = __rpow__ = _blank
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = __matmul__ = __rmatmul__ = _blank
    __neg__ = __pos__ = __abs__ = __invert__ = __round__ = _blank
    __and__ = __rand__ = __or__ = __ror__ = __xor__ = __rxor__ = _blank
    __lt__ = __le__ = __gt__ = __ge__ = _blank

    def __getattr__(self, name: str) -> Blank:
        if name.startswith("_"):  # what Jupyter, copy and pickle ask a value for, not the learner
            raise AttributeError(name)
        return self

    def __iter__(self) -> Iterator[Any]:
        return iter(())

    def __len__(self) -> int:
        return 0

    def __bool__(self) -> bool:
        return False

    def __contains__(self, _: object) -> bool:
        return False

    def __float__(self) -> float:
        return float("nan")

    def __int__(self) -> int:
        return 0

    __index__ = __int__

    def __repr__(self) -> str:
        return "____"

    def __format__(self, _: str) -> str:
        return "____"

    def __reduce__(self) -> str:
        return "____"


____ = Blank()


def has_blank(answer: object) -> bool:
    """Tell whether an answer is a blank, a function that uses one, or a list, tuple, set, dict or record with one."""
    if isinstance(answer, FunctionType):
        return "____" in answer.__code__.co_names
    return any(True for _ in _blanks(answer))


def still_blank(answer: object) -> str:
    """Return which blanks of an answer are left, as its code shows them, and what to do."""
    if _is_the_blank(answer):
        return "Replace the blank, ____, by your answer, and run the cell again."
    blanks = dict.fromkeys([*_blanks(answer), *_blanks_of_code(answer)])
    if not blanks:
        return "Part of it is still blank: replace each ____ and run the cell again."
    more = f" and {len(blanks) - _NAMED} more" if len(blanks) > _NAMED else ""
    named = ", ".join(f"`{blank}`" for blank in islice(blanks, _NAMED))
    return f"Still blank: {named}{more}. Replace each ____ and run the cell again."


def _is_the_blank(answer: object) -> bool:
    """Tell whether an answer is a blank, or one that a cell hands in beside what it has made."""
    if type(answer) is not tuple:
        return isinstance(answer, Blank)
    made = [part for part in answer if not isinstance(part, Blank)]
    return 0 < len(made) == len(answer) - 1 and not has_blank(made)


def _blanks(answer: object, depth: int = _DEEP) -> Iterator[str]:
    """Yield the smallest part around each blank: an entry of a dict, a list, an argument."""
    parts: list[object]
    match answer:
        case Blank():
            yield "____"
            return
        case list() | tuple() | set() | frozenset() | Mapping() if len(answer) > _LONG:
            return
        case Mapping():
            yield from (
                f"{_BRIEF.repr(key)}: {_BRIEF.repr(value)}" for key, value in answer.items() if _blank(key, value)
            )
            parts = [part for part in (*answer, *answer.values()) if not isinstance(part, Blank)]
        case list() | tuple() | set() | frozenset():
            if any(map(_blank, answer)):
                yield _BRIEF.repr(answer)
            parts = [part for part in answer if not isinstance(part, Blank)]
        case _ if is_dataclass(answer) and not isinstance(answer, type):
            given = {field.name: getattr(answer, field.name, None) for field in fields(answer)}
            yield from (f"{name}=____" for name, value in given.items() if _blank(value))
            parts = [value for value in given.values() if not isinstance(value, Blank)]
        case _:
            return
    if depth:
        for part in parts:
            yield from _blanks(part, depth - 1)


def _blank(*parts: object) -> bool:
    return any(isinstance(part, Blank) for part in parts)


def _blanks_of_code(part: object, depth: int = _DEEP) -> Iterator[str]:
    """Yield the lines of functions and classes that hold a blank, then what else they use that is one or holds one."""
    parts: list[object] = []
    match part:
        case FunctionType():
            yield from _lines(part)
            used = {name: part.__globals__.get(name) for name in part.__code__.co_names if name != "____"}
            yield from (f"{name} = ____" for name, value in used.items() if _blank(value))
            parts = [value for value in used.values() if getattr(value, "__module__", "") == part.__module__]
        case type():
            parts = [value for value in vars(part).values() if isinstance(value, FunctionType)]
        case list() | tuple():
            parts = list(part[:_LONG])
    if depth:
        for each in parts:
            yield from _blanks_of_code(each, depth - 1)


def _lines(function: FunctionType) -> Iterator[str]:
    try:
        lines, first = inspect.getsourcelines(function)
    except (OSError, TypeError):
        return
    for number, line in enumerate(lines, first):
        if "____" in (code := line.partition("#")[0].strip()):
            yield f"line {number}: {code}"
