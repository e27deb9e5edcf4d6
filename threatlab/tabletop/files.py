"""Reads tabletop stories from their TOML files."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from threatlab.catalog import catalog
from threatlab.catalog.entry import Entry, read_tables
from threatlab.checks import check_choice
from threatlab.errors import CatalogError, unknown_name
from threatlab.incidents import incidents
from threatlab.tabletop.graph import check_graph
from threatlab.tabletop.records import DAYS, MEASURES, ROLES, Inject, Moral, Option, Outcome, Story, When

_START = re.compile(rf"({'|'.join(DAYS)}) ([01]\d|2[0-3]):([0-5]\d)")


def list_stories() -> tuple[str, ...]:
    """Return the names of the stories that ship with the workbook, in alphabetical order."""
    return tuple(sorted(_stories()))


def load_story(name: str) -> Story:
    """Return the story called `name`, which is also the name of its documented incident.

    Raises
    ------
    ThreatLabError
        If there is none; the message suggests the nearest.
    """
    return _stories()[check_choice("tabletop story", name, _stories())]


@cache
def _stories() -> Mapping[str, Story]:
    folder = resources.files("threatlab") / "catalog" / "tabletops"
    stories = [read_story(file) for file in folder.iterdir() if file.name.endswith(".toml")]
    return {story.id: story for story in stories}


def read_story(file: Traversable) -> Story:
    """Return the story kept in a TOML file, whose name is the id of a documented incident.

    Raises
    ------
    CatalogError
        If the file can't be read, an entry is broken, or a path through the story leads nowhere, back, or too soon to
        its end; the message names file, inject and field.
    """
    entry = Entry(file.name, file.name.removesuffix(".toml"), read_tables(file))
    known = {incident.id for incident in incidents()}
    if entry.id not in known:
        raise CatalogError(f"{file.name}: is named after its incident: {unknown_name('incident', entry.id, known)}")
    names = _Names(_keys(entry, "injects"), _keys(entry, "lessons"))
    injects = {name: _inject(part, names) for name, part in entry.parts("injects", names.injects, "inject")}
    story = Story(
        id=entry.id,
        title=entry.text("title"),
        minutes=entry.number("minutes"),
        starts=_minute(entry),
        situation=entry.text("situation"),
        published=entry.text("published"),
        invented=entry.text("invented"),
        roles=_roles(entry),
        opening=_outcomes(entry, "opening", names),
        injects=injects,
        morals={name: _moral(part) for name, part in entry.parts("lessons", names.lessons, "lesson")},
        answers=_answers(entry, "answers", injects),
        prepared=_answers(entry, "prepared", injects),
        prepared_controls=entry.names("prepared_controls", catalog().controls, "control"),
    )
    entry.finish()
    if story.incident.case not in story.published:
        raise entry.error("published", f"names no source; end it with the incident's: {story.incident.case}")
    check_graph(story, file.name)
    return story


@dataclass(frozen=True, slots=True)
class _Names:
    """What the parts of a story may refer to."""

    injects: Collection[str]
    lessons: Collection[str]


def _keys(entry: Entry, name: str) -> tuple[str, ...]:
    return tuple(entry.value(name, dict, "a table of tables"))


def _minute(entry: Entry) -> int:
    """Return the minutes from Monday 00:00 to the start of the story."""
    said = entry.text("starts")
    found = _START.fullmatch(said)
    if not found:
        raise entry.error("starts", f"is {said!r}; it must be a day and a time, such as 'Tue 07:40'")
    day, hour, minute = found.groups()
    return DAYS.index(day) * 1440 + int(hour) * 60 + int(minute)


def _roles(entry: Entry) -> dict[str, str]:
    table = Entry(entry.file, f"{entry.id}.roles", entry.value("roles", dict, "a text for each role"))
    roles = {role: table.text(role) for role in ROLES}
    table.finish()
    return roles


def _answers(entry: Entry, name: str, injects: dict[str, Inject]) -> dict[str, str]:
    table = Entry(entry.file, f"{entry.id}.{name}", entry.value(name, dict, "an option for each inject"))
    answers = {inject.id: table.choice(inject.id, inject.choices) for inject in injects.values()}
    table.finish()
    return answers


def _moral(entry: Entry) -> Moral:
    name, control = entry.id.rsplit(".", 1)[-1], entry.choice("control", catalog().controls)
    keep, change = (entry.text(kind) if kind in entry.table else "" for kind in ("keep", "change"))
    return Moral(name, control, keep, change, entry.text("policy"))


def _inject(entry: Entry, names: _Names) -> Inject:
    return Inject(
        id=entry.id.rsplit(".", 1)[-1],
        title=entry.text("title"),
        sender=entry.text("sender"),
        to=entry.choice("to", ROLES),
        text=entry.text("text"),
        also=tuple((_when(part), part.text("text")) for part in _list(entry, "also", optional=True)),
        question=entry.text("question"),
        decides=entry.names("decides", ROLES, "role"),
        minutes=entry.number("minutes"),
        not_before=_figure(entry, "not_before"),
        options=tuple(
            Option(part.text("id"), part.text("text"), _outcomes(part, "outcomes", names))
            for part in _list(entry, "options")
        ),
        nobody=_outcomes(entry, "nobody", names),
    )


def _outcomes(entry: Entry, name: str, names: _Names) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            when=_when(part),
            text=part.text("text"),
            hours=_figure(part, "hours"),
            effect={measure: _figure(part, measure) for measure in MEASURES if measure in part.table},
            marks=_words(part, "marks"),
            keep=part.names("keep", names.lessons, "lesson") if "keep" in part.table else (),
            change=part.names("change", names.lessons, "lesson") if "change" in part.table else (),
            next=_next(part, names),
        )
        for part in _list(entry, name)
    )


def _next(entry: Entry, names: _Names) -> str:
    following = entry.text("next", empty=True)
    if following and following not in names.injects:
        raise entry.error("next", unknown_name("inject", following, names.injects))
    return following


def _when(entry: Entry) -> When:
    needs = entry.names("needs", catalog().controls, "control") if "needs" in entry.table else ()
    return When(needs, _words(entry, "after"), _words(entry, "unless"))


def _words(entry: Entry, name: str) -> tuple[str, ...]:
    """Return a list of words that may be left out."""
    if name not in entry.table:
        return ()
    words: list[Any] = entry.value(name, list, "a list of words")
    for word in words:
        if not isinstance(word, str) or not word.strip():
            raise entry.error(name, f"holds {word!r}, which is not a word")
    return tuple(words)


def _figure(entry: Entry, name: str) -> float:
    """Return a number from 0 up, 0 if it is left out."""
    if name not in entry.table:
        return 0.0
    value = entry.value(name, (int, float), "a number")
    if not 0 <= value < float("inf"):
        raise entry.error(name, f"is {value!r}; it must be a number from 0 up")
    return float(value)


def _list(entry: Entry, name: str, *, optional: bool = False) -> Iterator[Entry]:
    """Yield the tables of a list of tables; every field of each must be read."""
    if optional and name not in entry.table:
        return
    tables: list[Any] = entry.value(name, list, "a list of tables")
    for number, table in enumerate(tables, start=1):
        if not isinstance(table, dict):
            raise entry.error(f"{name} {number}", f"is {table!r}, which is not a table")
        told = table["id"] if isinstance(table.get("id"), str) else number
        part = Entry(entry.file, f"{entry.id}, {name} {told}", table)
        yield part
        part.finish()
