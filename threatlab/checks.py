"""Checks of values: each returns the value, or says in a sentence what was given, and what would do instead."""

from __future__ import annotations

import copyreg
from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, datetime
from math import inf, isfinite
from numbers import Integral, Real
from types import MappingProxyType
from typing import Any, TypeGuard, TypeVar
from unicodedata import category, normalize

from threatlab.errors import ThreatLabError, short, unknown_name

Key = TypeVar("Key")
T = TypeVar("T")

SEEDS = 2**32
"""How many seeds there are: NumPy and scikit-learn take no more."""


def is_number(value: object) -> TypeGuard[float]:
    """Tell whether `value` is a finite number, Python's own or NumPy's; True, NaN and "3" are none."""
    try:
        return not isinstance(value, bool) and isinstance(value, Real) and isfinite(value)
    except OverflowError:  # an int beyond every float
        return False


def is_whole(value: object) -> TypeGuard[int]:
    """Tell whether `value` is a whole number, Python's own or NumPy's; True and 3.0 are none."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def check_number(name: str, value: object, low: float = 0.0, high: float = inf, *, what: str = "a number") -> float:
    """Return `value` as a float, if it is a finite number from `low` to `high`; the sentence asks for `what`."""
    if not is_number(value) or not low <= float(value) <= high:
        raise ThreatLabError(f"{name} is {short(value)}; give {what}{_range(low, high)}")
    return float(value) + 0.0  # what is -0.0 reads 0


def check_whole(name: str, value: object, low: float = 0, high: float = inf) -> int:
    """Return `value` as an int, if it is a whole number from `low` to `high`."""
    if not is_whole(value) or not low <= int(value) <= high:
        raise ThreatLabError(f"{name} is {short(value)}; give a whole number{_range(low, high)}")
    return int(value)


def check_positive(name: str, value: object, *, what: str = "a number") -> float:
    """Return `value` as a float, if it is a finite number above 0; the sentence asks for `what`."""
    if not is_number(value) or value <= 0:
        raise ThreatLabError(f"{name} is {short(value)}; give {what} above 0")
    return float(value)


def check_share(name: str, value: object) -> float:
    """Return `value` as a float, if it is a number from 0 to 1."""
    return check_number(name, value, 0, 1)


def check_score(name: str, value: object) -> float:
    """Return `value` as a float, if it is a risk score or a threshold for one: a number from 0 to 1."""
    return check_number(name, value, 0, 1, what="a risk score")


def check_days(name: str, value: object) -> float:
    """Return `value` as a float, if it is an effort in person-days: 0 or more."""
    return check_number(name, value, what="a number of days")


def check_seed(name: str, value: object) -> int:
    """Return `value` as an int, if every random draw of ours takes it as its seed."""
    return check_whole(name, value, 0, SEEDS - 1)


def is_flag(value: object) -> bool:
    """Tell whether `value` is True or False, Python's own or NumPy's; 1 and "yes" are none."""
    kind = type(value)
    return kind is bool or (kind.__module__ == "numpy" and kind.__name__ in ("bool", "bool_"))


def check_flag(name: str, value: object) -> bool:
    """Return `value` as a bool, if it is True or False."""
    if not is_flag(value):
        raise ThreatLabError(f"{name} is {short(value)}; give True or False")
    return bool(value)


def check_date(name: str, value: object) -> date:
    """Return `value` as a date, if it is one or a text such as "2026-12-01"; a time of day is cut off."""
    if isinstance(value, date) and value == value:  # noqa: PLR0124  # pandas' NaT is a datetime too, and has no day
        return value.date() if isinstance(value, datetime) else value
    if isinstance(value, str):
        try:
            return date.fromisoformat(value.strip())
        except ValueError:
            pass
    raise ThreatLabError(f"{name} is {short(value)}; give a date such as 2026-12-01")


def check_list(name: str, value: object, what: str) -> list[Any]:
    """Return what is in `value`, if it is a list or the like, and no text; the sentence asks for `what`."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise ThreatLabError(f"{name} is {short(value)}; give {what}")
    return list(value)


def check_choice(kind: str, value: object, known: Iterable[str]) -> str:
    """Return `value`, if it is one of the `known` ones of a `kind`; the sentence suggests the nearest."""
    choices = tuple(known)
    if not isinstance(value, str) or value not in choices:
        raise ThreatLabError(unknown_name(kind, value, choices))
    return value


_INVISIBLE = "\ufeff\u200b"
_TURNING = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
"""Characters that turn the reading direction around, and so can show a text as another one."""


def check_text(name: str, value: object, *, empty: bool = False) -> str:
    """Return `value` without blanks around it, if it is a text that says something (or may be `empty`)."""
    if not isinstance(value, str):
        raise ThreatLabError(f"{name} is {short(value)}; give a text")
    if not value.strip() and not empty:
        raise ThreatLabError(f"{name} is empty; say what it is")
    return value.strip()


def check_line(name: str, value: object, *, longest: int = 0, empty: bool = False) -> str:
    """Return `value` with single spaces, if it is a text as `check_text` takes it that can be shown in one line.

    It may have `longest` characters (0: any number), and none that controls a terminal or turns the reading direction
    around. What joins letters, as many scripts and emoji need it, stays; invisible spaces at the ends go. A letter with
    an accent is one character, so that what looks the same is the same.
    """
    line = normalize("NFC", " ".join(check_text(name, value, empty=empty).split())).strip(f"{_INVISIBLE} ")
    if not line and not empty:
        raise ThreatLabError(f"{name} is empty; say what it is")
    if longest and len(line) > longest:
        raise ThreatLabError(f"{name} is {len(line)} characters long; {longest} fit: {line[:30]!r}...")
    if any(category(each) in ("Cc", "Cs") or each in _TURNING for each in line):
        raise ThreatLabError(f"{name} holds a character that can't be shown: {line[:60]!r}")
    return line


def unchangeable(table: Mapping[Key, T]) -> MappingProxyType[Key, T]:
    """Return a copy of a table that can't be changed."""
    return MappingProxyType(dict(table))


copyreg.pickle(MappingProxyType, lambda table: (unchangeable, (dict(table),)))
"""So that a record with such a table can be copied, and sent to another process: Python alone can't pickle one."""


class Unchangeable:
    """What a frozen dataclass inherits whose tables can't be changed either."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for each in fields(self):  # type: ignore[arg-type]  # that of a dataclass
            if isinstance(table := getattr(self, each.name), Mapping):
                object.__setattr__(self, each.name, unchangeable(table))


def check_plain_values(name: str, table: object) -> Mapping[str, Any]:
    """Return a table whose values are texts, finite numbers, True or False, unchangeable.

    A number of NumPy becomes Python's own.
    """
    if not isinstance(table, Mapping):
        raise ThreatLabError(f"{name} is {short(table)}; give a table with a value for each name")
    plain = dict(table)
    for key, value in table.items():
        if not isinstance(key, str):
            raise ThreatLabError(f"{name}: the name {short(key)} is no text")
        if not isinstance(value, str | bool):
            if not is_number(value):
                raise ThreatLabError(f"{name}: {key} is {short(value)}; give a text, a finite number, True or False")
            plain[key] = int(value) if is_whole(value) else float(value)
    return unchangeable(plain)


def _range(low: float, high: float) -> str:
    if high < inf:
        return f" from {low:.15g} to {high:.15g}"
    return f" of {low:.15g} or more" if low > -inf else ""
