"""Errors that are sentences for the person who caused them."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ThreatLabError(ValueError):
    """Bad input: the message says what was wrong, with which value, and what to do."""


class CatalogError(ThreatLabError):
    """A catalog entry is broken; the message names its file, id and field."""


class AuditError(ThreatLabError):
    """An audit log can't be read or written as it stands; nothing in it was changed."""


class AuditWarning(UserWarning):
    """Something unfinished was found at the end of an audit file, and set aside."""


def nearest(name: object, known: Iterable[str]) -> str:
    """Return the one of `known` that is spelled most like a `name`, or "" if none is near."""
    word = str(name)
    choices = sorted(each for each in known if 3 * len(each) >= len(word))  # what is shorter can't be 60% alike
    return next(iter(get_close_matches(word, choices, n=1, cutoff=0.6)), "") if choices else ""


def unknown_name(kind: str, name: object, known: Iterable[str]) -> str:
    """Return the sentence for a `name` that is none of `known`, with the nearest one if any is near.

    >>> unknown_name("ruleset", "cor", ["core", "ai"])
    "unknown ruleset 'cor': did you mean 'core'?"
    """
    choices = sorted(known)
    if near := nearest(name, choices):
        return f"unknown {kind} {name!r}: did you mean {near!r}?"
    if len(choices) <= 12:
        return f"unknown {kind} {name!r}: choose one of {', '.join(choices)}"
    return f"unknown {kind} {name!r}: none of the {len(choices)} known ones is spelled like it"
