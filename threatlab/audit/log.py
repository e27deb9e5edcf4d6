"""The audit log: append-only, hash-chained, and still whole after a crash."""

from __future__ import annotations

import errno
import json
import os
import re
import threading
import warnings
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, overload

from threatlab.audit.chain import (
    CONTINUES,
    GENESIS,
    flaw_of,
    follows,
    is_torn,
    misplaced,
    part_before,
    plain_entry,
    sealed,
    shown,
    spelled,
    unsound,
)
from threatlab.audit.file import append_entry, check_file, explained, locked, rotate
from threatlab.errors import AuditError, AuditWarning, short
from threatlab.words import listed

_MEMORY = threading.Lock()
"""Held while a log in memory grows, and by who forks: so that no child waits for a thread that it doesn't have."""

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_MEMORY.acquire, after_in_parent=_MEMORY.release, after_in_child=_MEMORY.release)


def _behind(log: Path) -> Path:
    """Return the file itself that a log's path leads to: a link keeps pointing where it did."""
    return Path(os.path.realpath(log))


def _part_of(log: Path) -> str:
    """Return the pattern of the names that a log's parts have."""
    return rf"{re.escape(log.name)}\.\d+"


@dataclass(frozen=True)
class Verification:
    """What `AuditLog.verify` found: true when the log is sound.

    `entries` counts the sound entries before the first broken one (or all), `broken` is that one's
    place in the log, counted from 1 (or None), and `reason` says in a sentence what was found.
    """

    ok: bool
    entries: int
    broken: int | None
    reason: str

    def __bool__(self) -> bool:
        return self.ok


class AuditLog:
    """A list of dicts that only grows, in memory or in a JSON Lines file.

    Each entry keeps its caller's keys and gains `entry` (its number), `previous` (the hash of the
    entry before) and `hash` (the SHA-256 of all the rest: compact JSON, keys sorted, in UTF-8).
    Threads and processes may append to one file at once. Building a log writes nothing.

    Whoever can rewrite the whole file can forge a whole new chain, and a log whose tail was cut off
    is a shorter chain that is sound. Only a `head` remembered elsewhere shows either: see `verify`.

    Raises
    ------
    AuditError
        If `path` can't be a file: its folder is missing, or it is a folder itself.

    Examples
    --------
    >>> log = AuditLog()
    >>> log.append({"action": "assessment", "risk_score": 0.2})["entry"]
    1
    >>> log[-1]["risk_score"]
    0.2
    >>> log.verify().reason
    'the chain is sound (entries: 1)'
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        self._name = "" if path is None else repr(os.fspath(path))
        self._path = None if path is None else Path(path).absolute()  # a later chdir moves no log
        self._lines: list[bytes] = []  # of a log in memory
        if self._path:
            with explained(self._path):
                if not self._path.parent.is_dir():
                    raise FileNotFoundError(errno.ENOENT, "it would lie in a folder that is missing")
                check_file(self._path, to_write=False)

    def append(self, entry: Mapping[str, object]) -> dict[str, Any]:
        """Add an entry and return it complete; by then it is safe on the disk.

        Raises
        ------
        AuditError
            If JSON can't hold the entry, or the file can't take it. Nothing was written then.
        """
        plain = plain_entry(entry)
        if self._path:
            return append_entry(self._path, plain)  # the file's lock keeps threads out too
        with _MEMORY:
            entry = sealed(plain, json.loads(self._lines[-1]) if self._lines else None)
            self._lines.append(spelled(entry))
            return entry

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (shown(line, place) for place, line in enumerate(self._read(), 1))

    def __len__(self) -> int:
        return len(self._read())

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        chosen = list(enumerate(self._read(), 1))[index]
        if isinstance(chosen, list):
            return [shown(line, place) for place, line in chosen]
        return shown(chosen[1], chosen[0])

    def __repr__(self) -> str:
        return f"AuditLog({self._name})"

    @property
    def head(self) -> str:
        """The hash of the last entry, or 64 zeros: keep it elsewhere, for `verify`."""
        lines = self._read()
        if lines and (flaw := flaw_of(lines[-1])):
            raise unsound(len(lines), flaw)
        return str(json.loads(lines[-1])["hash"]) if lines else GENESIS

    def verify(self, head: str | None = None) -> Verification:
        """Check each entry and each link, and name the first that is broken.

        Without a remembered `head`, a log that lost its tail, or that was forged from some entry
        through to its end, is sound. With it both are found, and `broken` is the number after the
        last entry left, since all that is left may be true. Parts that lie beside the log and are of
        another chain are named: logrotate leaves such, and so does who empties a rotated log. An entry
        cut short at the end of the file is what a crash leaves: it is left out, with an `AuditWarning`.

        Raises
        ------
        AuditError
            If `head` isn't a hash, or the file can't be read.
        """
        if head is not None and not re.fullmatch("[0-9a-f]{64}", str(head)):
            raise AuditError(f"head {short(head)} is no hash: give the 64 hex digits of log.head")
        lines, before, last, hashes, where = self._read(), 0, None, [GENESIS], ""
        if lines and (part := part_before(lines[0])) and not flaw_of(lines[0]):
            first = json.loads(lines[0])
            before, hashes = first["entry"] - 1, [first["previous"]]
            last = {"entry": before, "hash": first["previous"]}
            where = f" from entry {before + 1} on, and what is before it is in {part!r}, which is not here"
        parts = set()
        for place, line in enumerate(lines, before + 1):
            if flaw := flaw_of(line):
                return Verification(False, place - 1, place, f"entry {place} {flaw}")
            entry = json.loads(line)
            if not follows(entry, last):
                broken, reason = misplaced(lines, before, place, head)
                return Verification(False, broken - 1, broken, reason)
            last = entry
            hashes.append(entry["hash"])
            parts.add(entry.get(CONTINUES))
        count = before + len(lines)
        others = [] if where else self._beside(parts)
        apart = f"; {listed(others)} beside it {'is' if len(others) == 1 else 'are'} of another chain" if others else ""
        reason = f"the chain is sound{where} (entries: {count})"
        if head is not None and head not in hashes:
            missing = "it may be in the part that is not here, or " if where else ""
            reason = f"no entry has the remembered head: {missing}what came after entry {count} was cut off"
            return Verification(False, count, count + 1, f"{reason}, or the log was rewritten{apart}")
        if head is not None and head != hashes[-1]:
            reason += f" and has grown by {count - hashes.index(head)} since the remembered head"
        return Verification(True, count, None, reason + apart)

    def rotate(self) -> Path:
        """Move the entries so far into a file beside this one, such as `audit.jsonl.1`, and go on in an empty one.

        The log stays one chain: its next entry names that part and ties to its last hash, and reading and `verify` go
        over all parts that are there. One that was moved away is missed from its end on: the rest still verifies, and
        says so. (What moves the file itself, as logrotate does, begins a new chain instead.)

        Raises
        ------
        AuditError
            If the log is in memory, or empty, or its last entry is unsound, or the system refuses; nothing was moved.
        """
        if not self._path:
            raise AuditError("an audit log in memory has no file to rotate: give AuditLog a path")
        return rotate(_behind(self._path))

    def _read(self) -> list[bytes]:
        """Return the lines of all parts that are there, without one at the end that a crash cut short."""
        if not self._path:
            return self._lines.copy()
        path = _behind(self._path)
        lines, of, read = self._read_part(path), _part_of(path), {path.name}
        while lines and re.fullmatch(of, name := part_before(lines[0])):
            path = path.with_name(name)
            if name in read or not (before := self._read_part(path)):
                break
            lines = before + lines
            read.add(name)
        return lines

    def _beside(self, parts: Collection[object]) -> list[str]:
        """Return the names of files beside the log that are called as its parts are, and are none of these `parts`."""
        if not self._path:
            return []
        log = _behind(self._path)
        with suppress(OSError):
            names = sorted(each.name for each in log.parent.iterdir())
            return [repr(each) for each in names if re.fullmatch(_part_of(log), each) and each not in parts]
        return []

    def _read_part(self, path: Path) -> list[bytes]:
        with explained(path):
            if not path.exists():
                return []
            check_file(path, to_write=False)
            with path.open("rb", buffering=0) as file, locked(file, shared=True):
                file.seek(0)
                *lines, rest = file.read().split(b"\n")
        if is_torn(rest):
            message = f"audit log {path} ends in {len(rest)} bytes of an unfinished entry"
            warnings.warn(f"{message}, which are left out", AuditWarning, stacklevel=4)
        elif rest:
            lines.append(rest)
        return lines
