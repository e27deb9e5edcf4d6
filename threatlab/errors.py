"""Errors that are sentences for the person who caused them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from difflib import get_close_matches
from reprlib import Repr


class ThreatLabError(ValueError):
    """Bad input: the message says what was wrong, with which value, and what to do."""


class CatalogError(ThreatLabError):
    """A catalog entry is broken; the message names its file, id and field."""


class AuditError(ThreatLabError):
    """An audit log can't be read or written as it stands; nothing in it was changed."""


class AuditWarning(UserWarning):
    """Something unfinished was found at the end of an audit file, and set aside."""


_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 60  # characters


def short(value: object) -> str:
    """Return a value as a sentence shows it, in one line, cut to a length that fits there."""
    with suppress(ValueError):  # repr refuses an int of more than 4300 digits
        said = _SHORT.repr(value)
        return " ".join(said.split()) if "\n" in said else said  # a table has lines
    return f"too long a {type(value).__name__}"


def nearest(name: object, known: Iterable[str]) -> str:
    """Return the one of `known` that is spelled most like a `name`, or "" if none is near."""
    word = str(name)
    choices = sorted(each for each in known if 3 * len(each) >= len(word))  # what is shorter can't be 60% alike
    return next(iter(get_close_matches(word, choices, n=1, cutoff=0.6)), "") if choices else ""


def unknown_name(kind: str, name: object, known: Iterable[str], *, listed: str = "") -> str:
    """Return the sentence for a `name` that is none of `known`: the nearest one, or up to three that share a word.

    Where there is none, the sentence names them all, or, if they are many, the expression that has them `listed`.

    >>> unknown_name("ruleset", "cor", ["core", "ai"])
    "unknown ruleset 'cor': did you mean 'core'?"
    >>> unknown_name("fact", "has_memory", ["keeps_memory", "uses_tools"])
    "unknown fact 'has_memory': did you mean 'keeps_memory'?"
    """
    choices = sorted(known)
    near = [nearest(name, choices)] if nearest(name, choices) else _alike(name, choices)
    if near and isinstance(name, str):
        return f"unknown {kind} {short(name)}: did you mean {' or '.join(map(repr, near))}?"
    if len(choices) <= 12:
        return f"unknown {kind} {short(name)}: choose one of {', '.join(choices)}"
    said = f"unknown {kind} {short(name)}: none of the {len(choices)} known ones is spelled like it"
    return f"{said}; {listed} has them all" if listed else said


def _alike(name: object, choices: Iterable[str]) -> list[str]:
    """Return the names that share a word of four letters or more with `name`; none if there are more than three."""
    words = set(re.findall(r"[a-z]{4,}", str(name)[:80].lower()))
    alike = [each for each in choices if words & set(re.findall(r"[a-z]{4,}", each.lower()))]
    return alike if len(alike) <= 3 else []
