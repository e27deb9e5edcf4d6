"""The publications that the catalog rests on, and how its files name them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date as Day  # noqa: N812  # a source has a date of its own
from importlib.resources.abc import Traversable
from typing import Any

from threatlab.catalog.entry import Entry, read_entries
from threatlab.errors import ThreatLabError, unknown_name

_DATE = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
UNDATED = "undated"


@dataclass(frozen=True, slots=True)
class Source:
    """A publication: what it is called, by whom, from when, what the catalog takes from it, and when we last looked.

    `date` is as exact as it is known: "2016", "2016-03" or "2016-03-25"; "undated" if the publication bears none.
    `edition` is the version of what has versions, and `address` where it stands on the web; both may be empty.
    """

    id: str
    title: str
    publisher: str
    date: str
    used_for: str
    looked_at: Day
    edition: str = ""
    address: str = ""

    def __str__(self) -> str:
        return f"{self.publisher}, {self.title} ({f'{self.edition}, ' if self.edition else ''}{self.date})"


def read_sources(file: Traversable) -> dict[str, Source]:
    """Return the sources by id.

    Raises
    ------
    CatalogError
        If a field is missing, or not what it must be; the message names file, id and field.
    """
    return {entry.id: _source(entry) for entry in read_entries(file)}


def _source(entry: Entry) -> Source:
    published = entry.text("date")
    if published != UNDATED and not _is_date(published):
        raise entry.error(
            "date", f"is {published!r}; it must be such as '2016', '2016-03' or '2016-03-25', or '{UNDATED}'"
        )
    edition, address = (entry.text(name) if name in entry.table else "" for name in ("edition", "address"))
    if address and not address.startswith("https://"):
        raise entry.error("address", f"is {address!r}; it must begin with https://")
    return Source(
        id=entry.id,
        title=entry.text("title"),
        publisher=entry.text("publisher"),
        date=published,
        used_for=entry.text("used_for"),
        looked_at=entry.value("looked_at", Day, "a date"),
        edition=edition,
        address=address,
    )


def _is_date(text: str) -> bool:
    try:
        Day.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def read_cited(entry: Entry, sources: Mapping[str, Source]) -> tuple[Source, ...]:
    """Return the sources that an entry's field `sources` names, at least one."""
    cited = tuple(sources[name] for name in entry.names("sources", sources, "source"))
    if not cited:
        raise entry.error("sources", "is empty; name at least one source of sources.toml")
    return cited


def in_words(sources: Iterable[Source]) -> str:
    """Return sources as one text for the screen."""
    return "; ".join(map(str, sources))


def with_source(table: Mapping[str, Any], sources: Mapping[str, Source], *, ours: bool) -> dict[str, Any]:
    """Return the table of a system or drawing, with the `sources` that it names put into words, as its `source`.

    A table of `ours` names its sources by their ids; anybody else's may have a `source` in their own words, or none.

    Raises
    ------
    ThreatLabError
        If a source is none of `sources`; or, in one of ours, a note says "stated" and no source is named that could.
    """
    named = _cited(table, sources, ours=ours)
    if ours and not named["source"]:
        for where, note in _notes(table):
            if str(note).startswith("stated"):
                raise ThreatLabError(f"{where}: says 'stated', and no source is named: add one, or say 'our reading'")
    if isinstance(table.get("case"), Mapping):
        named["case"] = _cited(table["case"], sources, ours=ours)
    return named


def _cited(table: Mapping[str, Any], sources: Mapping[str, Source], *, ours: bool) -> dict[str, Any]:
    if not ours and "sources" not in table:
        return dict(table)
    if "source" in table:
        raise ThreatLabError(f"source is {table['source']!r}: name sources of sources.toml, in a list called sources")
    names = table.get("sources", [])
    if not isinstance(names, list):
        raise ThreatLabError(f"sources is {names!r}, which is not a list of sources")
    for name in names:
        if not isinstance(name, str) or name not in sources:
            raise ThreatLabError(f"sources: {unknown_name('source', name, sources)}")
    rest = {key: value for key, value in table.items() if key != "sources"}
    return {**rest, "source": in_words(sources[name] for name in names)}


def _notes(table: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    """Yield each note of a system, or of a drawing's parts, with where it stands."""
    yield from ((f"notes, {name}", note) for name, note in table.get("notes", {}).items())
    for kind in ("elements", "flows"):
        for number, part in enumerate(table.get(kind, ()), start=1):
            yield f"{kind}, number {number}, note", part.get("note", "")
