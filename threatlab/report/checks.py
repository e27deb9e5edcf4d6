"""Checks of what goes into a report: texts, shares, amounts, lists and tables, each refused with a sentence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import fields
from types import MappingProxyType
from typing import Any, TypeVar

from threatlab.errors import ThreatLabError, unknown_name

T = TypeVar("T")


def text(called: str, value: object, *, empty: bool = False) -> str:
    """Return `value` without blanks around it, if it is a text that says something (or may be `empty`)."""
    if not isinstance(value, str):
        raise ThreatLabError(f"{called} is {value!r}; give a text")
    if not value.strip() and not empty:
        raise ThreatLabError(f"{called} is empty; say what it is")
    return value.strip()


def number(called: str, value: object, low: float = 0.0, high: float = math.inf) -> float:
    """Return `value` if it is a finite number from `low` to `high`; true and false are none."""
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not math.isfinite(value)
        or not low <= value <= high
    ):
        bounds = f"from {low:g} to {high:g}" if high < math.inf else f"of {low:g} or more"
        raise ThreatLabError(f"{called} is {value!r}; give a number {bounds}")
    return value


def share(called: str, value: object) -> float:
    """Return `value` if it is a number from 0 to 1."""
    return number(called, value, 0.0, 1.0)


def count(called: str, value: object) -> int:
    """Return `value` if it is a whole number of 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ThreatLabError(f"{called} is {value!r}; give a whole number of 0 or more")
    return value


def flag(called: str, value: object) -> bool:
    """Return `value` if it is True or False."""
    if not isinstance(value, bool):
        raise ThreatLabError(f"{called} is {value!r}; give True or False")
    return value


def texts(called: str, values: object) -> tuple[str, ...]:
    """Return `values` as a tuple, if they are a list of texts."""
    return tuple(text(f"{called}, number {place}", each) for place, each in enumerate(_list(called, values), 1))


def records(called: str, values: object, kind: type[T]) -> tuple[T, ...]:
    """Return `values` as a tuple of records of a `kind`; a table with its fields becomes one."""
    return tuple(record(f"{called}, number {n}", value, kind) for n, value in enumerate(_list(called, values), 1))


def record(called: str, value: object, kind: type[T]) -> T:
    """Return `value` if it is a record of a `kind`, or the record that a table with its fields makes.

    Raises
    ------
    ThreatLabError
        If it is neither, a field is unknown or missing, or a value is not what its field needs.
    """
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise ThreatLabError(f"{called} is {value!r}; give {kind.__name__}(...) or a table with its fields")
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # our records are dataclasses
    for name in value:
        if name not in known:
            raise ThreatLabError(f"{called}: {unknown_name('field', name, known)}")
    try:
        return kind(**value)
    except TypeError as problem:  # a field without a default was left out
        lacking = str(problem).partition(": ")[2]
        raise ThreatLabError(f"{called} lacks {lacking}; {kind.__name__} needs it") from None
    except ThreatLabError as problem:
        raise ThreatLabError(f"{called}: {problem}") from None


def plain_values(called: str, table: object) -> Mapping[str, Any]:
    """Return a table whose values are texts, numbers, True or False, unchangeable."""
    if not isinstance(table, Mapping):
        raise ThreatLabError(f"{called} is {table!r}; give a table with a value for each name")
    for name, value in table.items():
        if not isinstance(name, str):
            raise ThreatLabError(f"{called}: the name {name!r} is no text")
        if not isinstance(value, str | bool | int | float) or (isinstance(value, float) and not math.isfinite(value)):
            raise ThreatLabError(f"{called}: {name} is {value!r}; give a text, a finite number, True or False")
    return MappingProxyType(dict(table))


def keep(record: Any, **values: object) -> None:
    """Set fields of a frozen record while it is made."""
    for name, value in values.items():
        object.__setattr__(record, name, value)


def _list(called: str, values: object) -> Iterable[object]:
    if not isinstance(values, list | tuple):
        raise ThreatLabError(f"{called} is {values!r}; give a list")
    return values
