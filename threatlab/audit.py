"""The audit log: append-only, hash-chained, and still whole after a crash."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import reprlib
import sys
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, overload

from threatlab.errors import AuditError, AuditWarning

GENESIS = "0" * 64  # what the first entry names as the hash before it
RESERVED = ("entry", "previous", "hash")
BLOCK = 4096  # bytes; most entries are far shorter, so one read finds the last of them
LOCKED_BYTE = 0x7FFF_0000  # Windows: past the end of any log, and within the C library's 2 GiB
WAY_OUT = {
    errno.ENOSPC: "free some space, then append again",
    errno.ENOENT: "create its folder first",
    errno.EISDIR: "name a file, not a folder",
}


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
        self._guard = threading.Lock()
        if self._path:
            with _explained(self._path):
                if not self._path.parent.is_dir():
                    raise FileNotFoundError(
                        errno.ENOENT, "it would lie in a folder that is missing"
                    )
                if self._path.exists() and not self._path.is_file():
                    raise IsADirectoryError(errno.EISDIR, "it is not a plain file")

    def append(self, entry: Mapping[str, object]) -> dict[str, Any]:
        """Add an entry and return it complete; by then it is safe on the disk.

        Raises
        ------
        AuditError
            If JSON can't hold the entry, or the file can't take it. Nothing was written then.
        """
        plain = _plain(entry)
        with self._guard:
            if self._path:
                return _append(self._path, plain)
            sealed = _sealed(plain, json.loads(self._lines[-1]) if self._lines else None)
            self._lines.append(_json(sealed))
            return sealed

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return (_shown(line, place) for place, line in enumerate(self._read(), 1))

    def __len__(self) -> int:
        return len(self._read())

    @overload
    def __getitem__(self, index: int) -> dict[str, Any]: ...
    @overload
    def __getitem__(self, index: slice) -> list[dict[str, Any]]: ...
    def __getitem__(self, index: int | slice) -> dict[str, Any] | list[dict[str, Any]]:
        chosen = list(enumerate(self._read(), 1))[index]
        if isinstance(chosen, list):
            return [_shown(line, place) for place, line in chosen]
        return _shown(chosen[1], chosen[0])

    def __repr__(self) -> str:
        return f"AuditLog({self._name})"

    @property
    def head(self) -> str:
        """The hash of the last entry, or 64 zeros: keep it elsewhere, for `verify`."""
        lines = self._read()
        if lines and (flaw := _flaw(lines[-1])):
            raise _unsound(len(lines), flaw)
        return str(json.loads(lines[-1])["hash"]) if lines else GENESIS

    def verify(self, head: str | None = None) -> Verification:
        """Check each entry and each link, and name the first that is broken.

        Without a remembered `head`, a log that lost its tail, or that was forged from some entry
        through to its end, is sound. With it both are found, and `broken` is the number after the
        last entry left, since all that is left may be true. An entry cut short at the end of the
        file is what a crash leaves: it is left out, with an `AuditWarning`.

        Raises
        ------
        AuditError
            If `head` isn't a hash, or the file can't be read.
        """
        if head is not None and not re.fullmatch("[0-9a-f]{64}", str(head)):
            raise AuditError(f"head {_short(head)} is no hash: give the 64 hex digits of log.head")
        lines, last, hashes = self._read(), None, [GENESIS]
        for place, line in enumerate(lines, 1):
            if flaw := _flaw(line):
                return Verification(False, place - 1, place, f"entry {place} {flaw}")
            entry = json.loads(line)
            if not _follows(entry, last):
                broken, reason = _misplaced(lines, place, head)
                return Verification(False, broken - 1, broken, reason)
            last = entry
            hashes.append(entry["hash"])
        count, reason = len(lines), f"the chain is sound (entries: {len(lines)})"
        if head is not None and head not in hashes:
            reason = f"no entry has the remembered head: what came after entry {count} was cut off"
            return Verification(False, count, count + 1, f"{reason}, or the log was rewritten")
        if head is not None and head != hashes[-1]:
            reason += f" and has grown by {count - hashes.index(head)} since the remembered head"
        return Verification(True, count, None, reason)

    def _read(self) -> list[bytes]:
        """Return the log's lines, without one at the end that a crash cut short."""
        if not self._path:
            return self._lines.copy()
        with _explained(self._path):
            if not self._path.exists():
                return []
            with self._path.open("rb", buffering=0) as file, _locked(file, shared=True):
                file.seek(0)
                *lines, rest = file.read().split(b"\n")
        if _is_torn(rest):
            message = f"audit log {self._path} ends in {len(rest)} bytes of an unfinished entry"
            warnings.warn(f"{message}, which are left out", AuditWarning, stacklevel=3)
        elif rest:
            lines.append(rest)
        return lines


# ---- entries and their lines


def _json(value: object, *, sort_keys: bool = False) -> bytes:
    """Return the one spelling of a value that the log knows."""
    text = json.dumps(
        value, ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=sort_keys
    )
    return text.encode()


def _hash(entry: dict[str, Any]) -> str:
    """Return the SHA-256 of all of an entry but its hash."""
    content = {key: value for key, value in entry.items() if key != "hash"}
    return hashlib.sha256(_json(content, sort_keys=True)).hexdigest()


def _link(last: dict[str, Any] | None) -> dict[str, Any]:
    """Return what ties the next entry to the last one."""
    if last is None:
        return {"entry": 1, "previous": GENESIS}
    return {"entry": last["entry"] + 1, "previous": last["hash"]}


def _follows(entry: dict[str, Any], last: dict[str, Any] | None) -> bool:
    return entry | _link(last) == entry


def _sealed(plain: dict[str, Any], last: dict[str, Any] | None) -> dict[str, Any]:
    """Return the next entry of the chain."""
    linked = plain | _link(last)
    return linked | {"hash": _hash(linked)}


def _plain(entry: object) -> dict[str, Any]:
    """Return a copy made of JSON's own types, or say which part of the entry has none."""
    if not isinstance(entry, Mapping):
        raise AuditError(
            f"an audit entry is a dict like {{'action': 'login'}}, not {_short(entry)}"
        )
    plain: dict[str, Any] = {}
    for key, value in entry.items():
        if key in RESERVED:
            raise AuditError(f"the audit log itself adds {key!r}: give your {key!r} another name")
        try:
            plain |= json.loads(_json({key: value}))
            strange = [name for name in _keys({key: value}) if not isinstance(name, str)]
        except (TypeError, ValueError, RecursionError) as error:
            raise AuditError(
                f"JSON can't hold the audit entry's {_short(key)}: {_short(value)} ({error}); use "
                "text, finite numbers, True, False, None, and lists and dicts of these"
            ) from error
        if strange:
            wanted = repr(str(strange[0]))
            raise AuditError(f"the audit entry's key {strange[0]!r} is not text: write {wanted}")
    return plain


def _keys(value: object) -> Iterator[object]:
    """Yield every key of every dict in a value: json turns 1 into "1" without a word."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _keys(part)


def _short(value: object) -> str:
    with suppress(ValueError):  # repr refuses an int of more than 4300 digits
        return reprlib.repr(value)
    return f"too long a {type(value).__name__}"


def _object(line: bytes) -> dict[str, Any] | None:
    """Return what a line says, be it true or not, if it is a JSON object at all."""
    try:
        entry = json.loads(line.decode())
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _shown(line: bytes, place: int) -> dict[str, Any]:
    """Return a line as a fresh dict; whether it is true is for `verify` to judge."""
    entry = _object(line)
    if entry is None:
        raise _unsound(place, "is not a JSON object in UTF-8")
    return entry


def _unsound(place: int, flaw: str) -> AuditError:
    way_out = "run verify(), and move the file aside to begin a new log"
    return AuditError(f"entry {place} of the audit log {flaw}: {way_out}")


# ---- what can be wrong


def _flaw(line: bytes) -> str:
    """Return what is wrong with a line by itself: nothing, if it is as `append` wrote it."""
    try:
        entry = json.loads(line.decode())
        spelled = _json(entry)
    except (ValueError, RecursionError):
        return "is not a line of JSON in UTF-8"
    if not isinstance(entry, dict):
        return "is JSON, but not an object"
    if missing := [field for field in RESERVED if field not in entry]:
        return f"lacks {' and '.join(missing)}"
    if type(entry["entry"]) is not int or entry["entry"] < 1:
        return f"has {_short(entry['entry'])} for its number"
    if entry["hash"] != _hash(entry):
        return "was changed after it was written: its content no longer matches its hash"
    respelled = "was changed after it was written: it says the same, but is spelled differently"
    return "" if spelled == line else respelled  # spaces and escapes count; key order alone doesn't


def _misplaced(lines: list[bytes], place: int, head: str | None) -> tuple[int, str]:
    """Return which entry is broken, and why, where a flawless one doesn't follow the last."""
    here, later = json.loads(lines[place - 1]), [_object(line) or {} for line in lines[place:]]
    number = here["entry"]
    # An entry that the one after it points to is where it belongs; the fault lies before it.
    vouched = here["hash"] in (head, later[0].get("previous") if later else None)
    if lines.count(lines[place - 1]) > 1:
        return place, f"entry {place} is a duplicate: entry {number} stands in the log twice"
    if number > place and any(entry.get("entry") == place for entry in later):
        return place, f"entry {place} is out of order: entry {number} stands in its place"
    if number > place:
        return place, f"entry {place} was deleted: entry {number} stands in its place"
    if number < place:
        broken = number if vouched else place
        return broken, f"entry {broken} was inserted: the log has two entries {number}"
    if place > 1 and (vouched or not later):
        flaw = f"was rewritten and hashed anew: entry {place} points to another in its place"
        return place - 1, f"entry {place - 1} {flaw}"
    return place, f"entry {place} is of another chain: it doesn't point to the entry before it"


def _is_torn(rest: bytes) -> bool:
    """Tell whether a last line without its end was cut short: one that holds an object was not."""
    try:
        whole, _ = json.JSONDecoder().raw_decode(rest.decode(errors="replace").lstrip())
    except (ValueError, RecursionError):
        return rest != b""
    return not isinstance(whole, dict)


# ---- the file


def _append(path: Path, plain: dict[str, Any]) -> dict[str, Any]:
    """Write the next entry, with the file locked from the look at its end until all is on disk."""
    with _explained(path):
        if path.exists() and not path.stat().st_mode & 0o222:  # which root could still write
            raise PermissionError(errno.EACCES, "it is marked read-only")
        with path.open("a+b", buffering=0) as file, _locked(file, shared=False):
            ended, rest = _tail(file)
            torn = _is_torn(rest)
            last = _last(file, ended, b"" if torn else rest)
            if torn:
                _set_aside(path, file, rest)
            sealed, gap = _sealed(plain, last), b"\n" if rest and not torn else b""
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                _sync_folder(path.parent)  # before any entry: no name, no file after a power cut
            try:
                _write(file, gap + _json(sealed) + b"\n")
            except BaseException:
                file.truncate(size)
                raise
            return sealed


def _tail(file: BinaryIO) -> tuple[list[bytes], bytes]:
    """Return the last ended line (if any) and what follows it, reading back just that far."""
    start = file.seek(0, os.SEEK_END)
    span, tail = BLOCK, b""
    while start > 0 and tail.count(b"\n") < 2:
        start = max(0, start - span)
        file.seek(start)
        span, tail = span * 2, file.read()
    *ended, rest = tail.split(b"\n")
    return ended[-1:], rest


def _last(file: BinaryIO, ended: list[bytes], rest: bytes) -> dict[str, Any] | None:
    """Return the last entry, if another may follow it; `rest` lacks no more than its line end."""
    last: dict[str, Any] | None = None
    for line in [*ended, rest] if rest else ended:
        flaw, unended = _flaw(line), bool(rest) and line is rest
        if unended and not flaw and not _follows(json.loads(line), last):
            flaw = "does not follow the entry before it"
        if flaw:
            file.seek(0)
            raise _unsound(file.read().count(b"\n") + unended, flaw)
        last = json.loads(line)
    return last


def _set_aside(path: Path, file: BinaryIO, fragment: bytes) -> None:
    """Move what a crash left of an entry out of the log; nobody was told that it was written."""
    spare = path.with_name(path.name + ".torn")
    with spare.open("ab", buffering=0) as torn:
        _write(torn, fragment)
    _sync_folder(path.parent)
    file.truncate(file.seek(0, os.SEEK_END) - len(fragment))
    os.fsync(file.fileno())
    message = f"audit log {path} ended in {len(fragment)} bytes of an unfinished entry"
    warnings.warn(f"{message}, which are now in {spare.name}", AuditWarning, stacklevel=4)


def _write(file: BinaryIO, data: bytes) -> None:
    """Write all of `data`, and return when it would survive a power cut."""
    while data:
        data = data[os.write(file.fileno(), data) :]
    os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    """Make a new file's name durable; Windows opens no folder, and needs none of this."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn the system's errors into sentences."""
    try:
        yield
    except OSError as error:
        way_out = WAY_OUT.get(error.errno or 0, "check who may read and write it, or name another")
        raise AuditError(f"can't use audit log {path}: {error.strerror}; {way_out}") from error


@contextmanager
def _locked(file: BinaryIO, *, shared: bool) -> Iterator[None]:
    """Keep other processes out; `shared` lets readers in. A browser (Pyodide) has just one."""
    descriptor = file.fileno()
    if sys.platform == "win32":
        import msvcrt

        while True:
            try:
                os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
                msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
                break
            except PermissionError:  # another holds it: all locks here are exclusive
                time.sleep(0.005)
        try:
            yield
        finally:
            os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)
    elif sys.platform == "emscripten":
        yield
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
        try:
            yield
        finally:  # closing wouldn't do: a forked child may still hold the descriptor
            fcntl.flock(descriptor, fcntl.LOCK_UN)
