"""Fields of a record: each checked by its type, read from a table, and kept while the frozen record is made."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from datetime import date
from functools import cache, partial
from types import UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from threatlab.checks import (
    check_choice,
    check_date,
    check_flag,
    check_number,
    check_share,
    check_text,
    check_whole,
    unchangeable,
)
from threatlab.errors import ThreatLabError, short
from threatlab.words import listed

T = TypeVar("T")

check_note = partial(check_text, empty=True)

Words = Annotated[str, check_text]
Note = Annotated[str, check_note]
Id = Annotated[str, re.compile("[a-z][a-z0-9_]*")]
Share = Annotated[float, check_share]
Amount = Annotated[float, check_number]
Count = Annotated[int, check_whole]
"""Types of fields: beside Python's own type stands the check of a value, or the pattern that the whole text fits."""

_CHECKS: dict[Any, Callable[[str, object], object]] = {bool: check_flag, date: check_date}


@cache
def kinds(record: Any) -> Mapping[str, Any]:
    """Return the types of a record's fields, in their order."""
    hints = get_type_hints(record, include_extras=True)
    return {field.name: hints[field.name] for field in fields(record)}


def check_fields(record: Any) -> None:
    """Check the fields of a record that is being made by their types, and keep what the checks return.

    A record may say in `CALLED` what a reader calls a field: then a message names it so, beside its own name.
    """
    made: Any = type(record)
    called: Mapping[str, str] = getattr(made, "CALLED", {})
    titles = {name: f"{called[name]} ({name})" if name in called else name for name in kinds(made)}
    keep(record, **{name: check_field(titles[name], getattr(record, name), kind) for name, kind in kinds(made).items()})


def keep(record: Any, **values: object) -> None:
    """Set fields of a frozen record that is being made."""
    for name, value in values.items():
        object.__setattr__(record, name, value)


def check_field(name: str, value: object, kind: Any) -> Any:
    """Return `value` as a field of a `kind` holds it: a list as a tuple, a table as a record, a text as a date.

    Raises
    ------
    ThreatLabError
        If it can't be; the message begins with the field's `name`.
    """
    origin, inside = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _fitting(name, value, inside[1]) if isinstance(inside[1], re.Pattern) else inside[1](name, value)
    if origin in (Union, UnionType):  # this or None
        return None if value is None else check_field(name, value, inside[0])
    if origin is Literal:
        return check_choice(name, value, inside)
    if origin is tuple:
        if not isinstance(value, list | tuple):
            raise ThreatLabError(f"{name} is {short(value)}; give a list")
        return tuple(check_field(f"{name}, number {n}", each, inside[0]) for n, each in enumerate(value, start=1))
    if origin is Mapping:
        if not isinstance(value, Mapping):
            raise ThreatLabError(f"{name} is {short(value)}; give a table")
        keys = {key: check_field(f"a name in {name}", key, inside[0]) for key in value}
        return unchangeable({keys[key]: check_field(f"{name}: {key}", value[key], inside[1]) for key in value})
    return _CHECKS[kind](name, value) if kind in _CHECKS else check_record(name, value, kind)


def check_record(name: str, value: object, kind: type[T]) -> T:
    """Return `value`, if it is a record of a `kind`, or the record that a table with its fields makes.

    Raises
    ------
    ThreatLabError
        If it is neither, a field is unknown or missing, or a value is not what its field needs.
    """
    if isinstance(value, kind):
        return value
    if not isinstance(value, Mapping):
        raise ThreatLabError(f"{name} is {short(value)}; give a table with {listed(_needed(kind))}")
    known = [field.name for field in fields(kind)]  # type: ignore[arg-type]  # our records are dataclasses
    try:
        for field in value:
            check_choice("field", field, known)
        lacking = [field for field in _needed(kind) if field not in value]
        if not lacking:
            return kind(**value)
    except ThreatLabError as problem:
        raise ThreatLabError(f"{name}: {problem}") from None
    raise ThreatLabError(f"{name} lacks {listed(lacking)}; add what is lacking")


def _needed(kind: Any) -> list[str]:
    """Return the fields that a record can't be without."""
    return [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]


def _fitting(name: str, value: object, pattern: re.Pattern[str]) -> str:
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise ThreatLabError(f"{name} is {short(value)}; give a text that fits {pattern.pattern}")
    return value
