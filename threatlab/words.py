"""Numbers, efforts, dates, lists and texts of others, as a sentence says them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
"""Python's own names of months follow the language of the machine."""

ANSWER = {True: "yes", False: "no", None: "unknown"}
"""What is known of an attribute, in a word."""

PRECISIONS = ("year", "month", "day")
"""How exactly a date may be known."""

_UNSHOWN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_TURNS = re.compile("[\u202a-\u202e\u2066-\u2069]")


def shown(text: str) -> str:
    """Return a text that can be shown: what can't be printed is replaced, and what would turn the text around is named.

    A character that reverses the text after it could make a report read otherwise than it is.
    """
    return _TURNS.sub(lambda turn: f"[U+{ord(turn[0]):04X}]", _UNSHOWN.sub("\ufffd", text))


def counted(number: float, noun: str, many: str = "") -> str:
    """Return a number with its noun.

    >>> counted(1, "flow"), counted(2.5, "day"), counted(0, "reply", "replies"), counted(1.0000001, "hour")
    ('1 flow', '2.5 days', '0 replies', '1 hour')
    """
    shown = f"{number:g}" if isinstance(number, float) else str(number)
    return f"{shown} {noun if shown == '1' else many or f'{noun}s'}"


def days(effort: float) -> str:
    """Return person-days in words.

    >>> days(1.0), days(2.5)
    ('1 day', '2.5 days')
    """
    return counted(effort, "day")


def listed(names: Sequence[str], last: str = "and") -> str:
    """Return names as a sentence lists them.

    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b"], "or")
    ('a', 'a, b and c', 'a or b')
    """
    return f" {last} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def date_in_words(day: date, precision: str = "day") -> str:
    """Return a date, as exactly as it is known: to the "day", the "month" or the "year".

    >>> date_in_words(date(2024, 3, 7)), date_in_words(date(2024, 3, 1), "month")
    ('7 March 2024', 'March 2024')
    """
    parts = [str(day.year), _MONTHS[day.month - 1], str(day.day)]
    return " ".join(reversed(parts[: PRECISIONS.index(precision) + 1]))


def capital(text: str) -> str:
    """Return a text with its first letter in upper case, and the others as they are."""
    return text[:1].upper() + text[1:]


def as_sentence(text: str) -> str:
    """Return a text with its first letter in upper case, and a full stop unless it has its own end."""
    return capital(text) if text.endswith((".", "?", "!")) else f"{capital(text)}."


def lower_first(text: str) -> str:
    """Return a title as it stands within a sentence: "Keep an AI bill" becomes "keep an AI bill"."""
    return text[:1].lower() + text[1:]
