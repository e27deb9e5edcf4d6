"""Tables read from TOML files, which know where they stand when something in them is wrong."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources.abc import Traversable
from typing import Any

from threatlab.errors import CatalogError, unknown_name


@dataclass(frozen=True, slots=True)
class Entry:
    """One table of a catalog file, which knows where it stands when something in it is wrong."""

    file: str
    id: str
    table: Mapping[str, Any]
    seen: set[str] = field(default_factory=set)

    def error(self, name: str, problem: str) -> CatalogError:
        return CatalogError(f"{self.file}, [{self.id}], {name}: {problem}")

    def value(self, name: str, kind: type | tuple[type, ...], called: str) -> Any:
        self.seen.add(name)
        if name not in self.table:
            raise self.error(name, f"is missing; it must be {called}")
        value = self.table[name]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.error(name, f"is {value!r}, which is not {called}")
        return value

    def text(self, name: str, *, empty: bool = False) -> str:
        value: str = self.value(name, str, "a text")
        if not value.strip() and not empty:
            raise self.error(name, "is empty; it must say something")
        return value

    def share(self, name: str) -> float:
        return self._share(name, self.value(name, (int, float), "a number"))

    def _share(self, name: str, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1:
            raise self.error(
                name, f"is {value!r}; it must be a number from 0 up to, not including, 1"
            )
        return float(value)

    def choice(self, name: str, allowed: Iterable[str]) -> str:
        value = self.text(name)
        if value not in tuple(allowed):
            raise self.error(name, unknown_name("value", value, allowed))
        return value

    def names(self, name: str, known: Iterable[str], kind: str) -> tuple[str, ...]:
        values = self.value(name, list, "a list of names")
        for value in values:
            if value not in known:
                raise self.error(name, unknown_name(kind, value, known))
        return tuple(values)

    def shares(self, name: str, known: Iterable[str], kind: str) -> dict[str, float]:
        table = self.value(name, dict, f"a table of {kind}s and shares")
        for key in table:
            if key not in known:
                raise self.error(name, unknown_name(kind, key, known))
        return {key: self._share(f"{name}.{key}", value) for key, value in table.items()}

    def finish(self) -> None:
        for name in self.table:
            if name not in self.seen:
                raise self.error(name, unknown_name("field", name, self.seen))


def read_tables(file: Traversable, *, plain: bool = False) -> dict[str, Any]:
    try:
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise CatalogError(f"{file.name}: can't be read as TOML: {problem}") from problem
    for name, table in tables.items():
        if not plain and not isinstance(table, dict):
            raise CatalogError(f"{file.name}, [{name}]: is {table!r}, which is not a table")
    return tables


def read_entries(file: Traversable) -> Iterator[Entry]:
    for name, table in read_tables(file).items():
        entry = Entry(file.name, name, table)
        yield entry
        entry.finish()
