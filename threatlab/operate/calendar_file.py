"""A calendar of reviews as an iCalendar file, which every calendar program can import."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from threatlab.errors import ThreatLabError
from threatlab.operate.reviews import Review
from threatlab.words import shown

_LINE = 75
"""Octets in a line, at most (RFC 5545, section 3.1)."""


def to_ics(reviews: Iterable[Review], stamp: datetime) -> str:
    """Return the reviews as an iCalendar file (RFC 5545), one all-day event each, to be kept with a suffix of .ics.

    `stamp` says when the file was made; it must have a time zone. The same reviews have the same ids each time, so
    that importing a newer file moves events and doesn't double them.

    Raises
    ------
    ThreatLabError
        If `stamp` has no time zone, or there are no reviews: calendars refuse a file without an event.
    """
    reviews = tuple(reviews)
    if not isinstance(stamp, datetime) or stamp.tzinfo is None:
        raise ThreatLabError(f"stamp is {stamp!r}; give a datetime with a time zone, such as datetime.now(UTC)")
    if not reviews:
        raise ThreatLabError("there are no reviews, and calendars take no file without any: plan more months")
    made = stamp.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//threatlab//reviews//EN"]
    number: dict[str, int] = {}
    for review in reviews:
        number[review.system_id] = number.get(review.system_id, 0) + 1
        key = f"{review.system_id}/{number[review.system_id]}".encode("utf-8", "backslashreplace")
        lines += [
            "BEGIN:VEVENT",
            f"UID:{hashlib.sha256(key).hexdigest()[:32]}@threatlab",
            f"DTSTAMP:{made}",
            f"DTSTART;VALUE=DATE:{review.due.isoformat().replace('-', '')}",
            "DURATION:P1D",
            f"SUMMARY:{_escaped(f'Threat model review: {review.title}')}",
            f"DESCRIPTION:{_escaped(_about(review))}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _about(review: Review) -> str:
    owner = f"Owner: {review.owner or 'nobody yet'}"
    return "\n".join((review.reason, owner, *review.agenda))


def _escaped(text: str) -> str:
    """Return `text` as RFC 5545, section 3.3.11, wants it: four characters have a meaning, and controls none.

    Whatever ends a line in any language does so as RFC 5545 spells it: programs that read by lines take them all.
    """
    text = shown(text).replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return "\\n".join(text.splitlines())


def _folded(line: str) -> str:
    """Return `line` in pieces of at most 75 octets; a piece never ends within a character."""
    pieces: list[str] = []
    piece = ""
    for character in line:
        if len((piece + character).encode()) > _LINE - bool(pieces):
            pieces.append(piece)
            piece = ""
        piece += character
    return "\r\n ".join([*pieces, piece])
