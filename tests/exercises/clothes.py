"""Right answers in other clothes: each a way to write down, or to return, the same."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

Dress = Callable[[Any], Any]


def only(*kinds: type) -> Callable[[Dress], Dress]:
    """Return a decorator: what dresses values of these kinds, and no others."""
    return lambda dress: lambda value: dress(value) if type(value) in kinds else value


def all_of(*kinds: type) -> Callable[[Dress], Dress]:
    """Return a decorator: what dresses values of these kinds wherever they stand in lists, sets and dicts."""

    def decorated(dress: Dress) -> Dress:
        def dressed(value: Any) -> Any:
            if type(value) in (list, tuple, set):
                value = type(value)(map(dressed, value))
            elif type(value) is dict:
                value = {name: dressed(part) for name, part in value.items()}
            return only(*kinds)(dress)(value)

        return dressed

    return decorated


def a_column(dress: Dress) -> Dress:
    """Dress a list, if it holds names or numbers alone."""
    return lambda value: (
        dress(value) if type(value) is list and all(isinstance(part, str | int | float) for part in value) else value
    )


def loud(name: str) -> str:
    return name if " " in name else f" {name.upper()} "


def shuffled(names: set[str]) -> list[str]:
    return random.Random(1).sample(sorted(names), len(names))


SPELLED: dict[str, tuple[Dress, str]] = {
    "other case, and blanks around": (all_of(str)(loud), "choose one of|[Dd]id you mean|give one letter"),
    "keys in other case": (only(dict)(lambda value: {loud(name): part for name, part in value.items()}), ""),
}
"""What is done only to what a learner types: by name, how, and what may be said of it (see `VALUES`)."""

VALUES: dict[str, tuple[Dress, str]] = {
    "values of NumPy": (all_of(bool, int, float, str)(lambda value: np.array([value])[0]), ""),
    "arrays without a dimension": (all_of(bool, int, float)(np.array), ""),
    "fractions": (all_of(float)(Fraction), ""),
    "decimals": (all_of(float)(Decimal), ""),
    "rounded to 4": (all_of(float)(lambda number: round(number, 4)), ""),
    "rounded to 3": (all_of(float)(lambda number: round(number, 3)), "rounded"),
    "rounded to 2": (all_of(float)(lambda number: round(number, 2)), "rounded"),
    "numbers as text": (all_of(float, int)(str), "is not a number|; give |it must be |calls run"),
    "tuples for lists": (all_of(list)(tuple), ""),
    "lists for tuples": (all_of(tuple)(list), ""),
    "an array": (a_column(np.array), ""),
    "a series": (a_column(pd.Series), "a list"),
    "a series with names": (only(dict)(pd.Series), "give a dict"),
    "an index": (a_column(pd.Index), ""),
    "a generator": (only(list, set)(iter), "a list|no list"),
    "keys of a dict": (a_column(lambda value: dict.fromkeys(value).keys()), "a list"),
    "lists for sets": (all_of(set)(shuffled), ""),
    "frozen sets": (all_of(set)(frozenset), ""),
    "a dict in another order": (only(dict)(lambda value: dict(reversed(value.items()))), ""),
    "a dict that can't be changed": (only(dict)(MappingProxyType), ""),
    "pairs for a dict": (only(dict)(lambda value: list(value.items())), "dict"),
    "a text for a list": (only(list)(lambda value: ", ".join(map(str, value))), "a list|no list"),
}
"""By name: how a value is dressed, and a pattern of what may be said if it is not accepted so; "" if it has to be."""


class Called:
    def __init__(self, function: Dress) -> None:
        self.function = function

    def __call__(self, *given: Any) -> Any:
        return self.function(*given)

    def with_more(self, *given: Any, more: Any = None) -> Any:
        return self.function(*given) if more is None else more

    def by_names(self, **given: Any) -> Any:
        return self.function(*given.values())


FUNCTIONS: dict[str, tuple[Dress, str]] = {
    "a partial": (partial, ""),
    "an object that can be called": (Called, ""),
    "a method that takes more": (lambda function: Called(function).with_more, ""),
    "one that takes names only": (lambda function: Called(function).by_names, "can't be called with"),
}


def in_other_clothes(answer: Any) -> Iterator[tuple[str, Any, str]]:
    """Yield a right answer dressed otherwise: how, the answer, and what may be said of it."""
    if isinstance(answer, tuple):
        yield "a list of two", list(answer), ""
        for place, part in enumerate(answer):
            for name, dressed, says in in_other_clothes(part):
                yield f"{name} in part {place}", (*answer[:place], dressed, *answer[place + 1 :]), says
    elif isinstance(answer, type):
        return
    elif callable(answer):
        for name, (dress, says) in FUNCTIONS.items():
            yield name, dress(answer), says
        for name, (dress, says) in VALUES.items():
            yield name, (lambda *given, dress=dress: dress(answer(*given))), says
    else:
        for name, (dress, says) in (SPELLED | VALUES).items():
            dressed = dress(answer)
            if (type(dressed), repr(dressed)) != (type(answer), repr(answer)):
                yield name, dressed, says
