"""`____`, the blank: it stands where an answer goes, and whatever is done with it gives a blank again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_DEEP = 4
"""Levels of lists and dicts that are searched for a blank; answers here are flatter than that."""

_LONG = 200
"""Items of a list that are searched; a longer one was not written by hand."""


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


def has_blank(answer: object, depth: int = _DEEP) -> bool:
    """Tell whether an answer is a blank, or a list, tuple, set or dict that holds one."""
    if isinstance(answer, Blank):
        return True
    if depth == 0 or not isinstance(answer, list | tuple | set | frozenset | Mapping) or len(answer) > _LONG:
        return False
    parts = [*answer, *answer.values()] if isinstance(answer, Mapping) else answer
    return any(has_blank(part, depth - 1) for part in parts)
