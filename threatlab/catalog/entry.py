"""Tables read from TOML files, which know where they stand when something in them is wrong."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from threatlab.checks import is_number
from threatlab.errors import CatalogError, ThreatLabError, unknown_name
from threatlab.files import parse, read_text


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a catalog file. Each method reads one of its fields, or says what is wrong.

    Raises
    ------
    CatalogError
        By every method that reads, if the field is missing or not what it must be; the message
        names file, id and field.
    """

    file: str
    id: str
    table: Mapping[str, Any]
    seen: set[str] = field(default_factory=set)

    def error(self, name: str, problem: str) -> CatalogError:
        """Return the error that says what is wrong with the field `name`."""
        return CatalogError(f"{self.file}, [{self.id}], {name}: {problem}")

    def value(self, name: str, kind: type | tuple[type, ...], called: str) -> Any:
        """Return a field of the type `kind`; true and false are no numbers."""
        self.seen.add(name)
        if name not in self.table:
            raise self.error(name, f"is missing; it must be {called}")
        value = self.table[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(name, f"is {value!r}, which is not {called}")
        return value

    def text(self, name: str, *, empty: bool = False) -> str:
        """Return a text, which must say something unless it may be `empty`."""
        value: str = self.value(name, str, "a text")
        if not value.strip() and not empty:
            raise self.error(name, "is empty; it must say something")
        return value

    def number(self, name: str) -> float:
        """Return a finite number above 0."""
        value = self.value(name, (int, float), "a number")
        if not 0 < value < float("inf"):
            raise self.error(name, f"is {value!r}; it must be a finite number above 0")
        return float(value)

    def share(self, name: str) -> float:
        """Return a number from 0 up to, not including, 1."""
        return self._share(name, self.value(name, (int, float), "a number"))

    def part(self, name: str) -> float:
        """Return a number above 0 and up to 1: a part of something, or all of it."""
        value = self.value(name, (int, float), "a number")
        if not 0 < value <= 1:
            raise self.error(name, f"is {value!r}; it must be a number above 0 and up to 1")
        return float(value)

    def shares(self, name: str, known: Collection[str], kind: str) -> dict[str, float]:
        """Return a table of shares, whose keys are `known` ones of a `kind`."""
        table = self._named(name, known, kind)
        return {key: self._share(f"{name}.{key}", value) for key, value in table.items()}

    def choice(self, name: str, allowed: Collection[str]) -> str:
        """Return a text that is one of `allowed`."""
        value = self.text(name)
        if value not in tuple(allowed):  # a text such as "STRIDE" allows its letters, not its parts
            raise self.error(name, unknown_name("value", value, allowed))
        return value

    def names(self, name: str, known: Collection[str], kind: str) -> tuple[str, ...]:
        """Return a list of names without repetition, `known` ones of a `kind`."""
        values: list[object] = self.value(name, list, "a list of names")
        for value in values:
            if not isinstance(value, str) or value not in known:
                raise self.error(name, unknown_name(kind, value, known))
            if values.count(value) > 1:
                raise self.error(name, f"names {value!r} more than once")
        return tuple(map(str, values))

    def parts(self, name: str, known: Collection[str], kind: str) -> Iterator[tuple[str, Entry]]:
        """Yield the tables inside a table, with their names, `known` ones of a `kind`."""
        for key, value in self._named(name, known, kind).items():
            if not isinstance(value, dict):
                raise self.error(f"{name}.{key}", f"is {value!r}, which is not a table")
            part = Entry(self.file, f"{self.id}.{name}.{key}", value)
            yield key, part
            part.finish()

    def finish(self) -> None:
        """Refuse a field that nobody has read: it is misspelled, or misplaced."""
        for name in self.table:
            if name not in self.seen:
                raise self.error(name, unknown_name("field", name, self.seen))

    def _named(self, name: str, known: Collection[str], kind: str) -> dict[str, Any]:
        table: dict[str, Any] = self.value(name, dict, f"a table with a {kind} to each key")
        for key in table:
            if key not in known:
                raise self.error(name, unknown_name(kind, key, known))
        return table

    def _share(self, name: str, value: object) -> float:
        if not is_number(value) or not 0 <= value < 1:
            problem = f"is {value!r}; it must be a number from 0 up to, not including, 1"
            raise self.error(name, problem)
        return float(value)


def read_tables(file: Traversable) -> dict[str, Any]:
    """Return what a TOML file holds.

    Raises
    ------
    CatalogError
        If the file can't be read, isn't TOML, or is empty; the message names it.
    """
    try:
        tables: dict[str, Any] = parse(read_text(file), ".toml", repr(file.name), "one entry")
    except ThreatLabError as problem:
        raise CatalogError(str(problem)) from None
    return tables


def read_entries(file: Traversable) -> Iterator[Entry]:
    """Yield each table of a TOML file, and refuse fields that were left unread in it.

    Raises
    ------
    CatalogError
        If the file can't be read, or holds anything but tables; the message says where.
    """
    for name, table in read_tables(file).items():
        if not isinstance(table, dict):
            raise CatalogError(f"{file.name}, [{name}]: is {table!r}, which is not a table")
        entry = Entry(file.name, name, table)
        yield entry
        entry.finish()
