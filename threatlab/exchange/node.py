"""An object in another tool's file: its values are checked as they are read, and what was read is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from threatlab.errors import ThreatLabError, short

Path = tuple[str | int, ...]
"""The keys and places by which a value is reached from the top of a file."""

_NEEDED = object()


class Node:
    """An object of a file, the way to it, and the ways to all values of that file that were read (`seen`).

    Each method returns a value of one type by its key; one that is missing or null counts as empty.

    Raises
    ------
    ThreatLabError
        If a value is of another type, or missing and needed; the sentence says where it stands.
    """

    __slots__ = ("path", "seen", "value")

    def __init__(self, value: dict[str, Any], path: Path = (), seen: set[Path] | None = None) -> None:
        self.value, self.path = value, path
        self.seen: set[Path] = set() if seen is None else seen

    @property
    def where(self) -> str:
        """Where the object stands, as a sentence says it: "components, number 3"."""
        said = "".join(f", number {step + 1}" if isinstance(step, int) else f": {step}" for step in self.path)
        return said.removeprefix(": ") or "the file"

    def text(self, key: str, default: Any = _NEEDED) -> str:
        """Return a text that says something, or the `default`; without one, it must."""
        value = self._read(key, str, "a text, in quotes") or ""
        if value.strip():
            return str(value)
        if default is _NEEDED:
            raise ThreatLabError(f"{self.where} has no {key}, and needs one")
        return str(default)

    def name(self, key: str, default: Any = _NEEDED) -> str:
        """Return a text, be it written as a number: ids are, in some files."""
        value = self.value.get(key)
        if isinstance(value, int) and not isinstance(value, bool):  # short: Python spells no number of 5,000 digits
            self.seen.add((*self.path, key))
            return short(value)
        return self.text(key, default)

    def flag(self, key: str) -> bool:
        """Return True or False."""
        return bool(self._read(key, bool, "true or false"))

    def number(self, key: str) -> float:
        """Return a number; 0 if it is missing."""
        return float(self._read(key, int | float, "a number") or 0)

    def texts(self, key: str) -> list[str]:
        """Return the texts of a list."""
        found = []
        for place, value in enumerate(self._read(key, list, "a list") or []):
            if isinstance(value, str):
                found.append(value)
                self.seen.add((*self.path, key, place))
            elif value is not None:
                raise ThreatLabError(
                    f"{self.where}: {key}, number {place + 1}, is {short(value)}; it must be a text, in quotes"
                )
        return found

    def child(self, key: str) -> Node:
        """Return an object."""
        return Node(self._read(key, dict, "an object") or {}, (*self.path, key), self.seen)

    def each(self, key: str) -> list[Node]:
        """Return the objects of a list."""
        found = []
        for place, value in enumerate(self._read(key, list, "a list") or []):
            if value is None:  # as missing as a null elsewhere
                continue
            if not isinstance(value, dict):
                raise ThreatLabError(
                    f"{self.where}: {key}, number {place + 1}, is {short(value)}; it must be an object"
                )
            found.append(Node(value, (*self.path, key, place), self.seen))
        return found

    def down(self, *keys: str) -> Node:
        """Return the object at the end of a way of keys."""
        node = self
        for key in keys:
            node = node.child(key)
        return node

    def _read(self, key: str, kind: Any, what: str) -> Any:
        value = self.value.get(key)
        if value is None:
            return None
        wrong = isinstance(value, bool) and kind is not bool
        if wrong or not isinstance(value, kind) or (isinstance(value, int | float) and not abs(value) < inf):
            raise ThreatLabError(f"{self.where}: {key} is {short(value)}; it must be {what}")
        self.seen.add((*self.path, key))
        return value


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield the values of a file that hold no others, each with the way to it; an empty list or object is one."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    if not inside:
        yield path, value
    for step, each in inside:
        yield from leaves(each, (*path, step))
