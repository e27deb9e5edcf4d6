"""The audit log's file: appended to by several processes at once, and still whole after a crash."""

from __future__ import annotations

import errno
import json
import math
import os
import re
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from secrets import token_hex
from shutil import copy2
from typing import Any, BinaryIO

from threatlab.audit.chain import CONTINUES, flaw_of, follows, is_torn, part_before, sealed, spelled, unsound
from threatlab.errors import AuditError, AuditWarning

_BLOCK = 4096  # bytes; most entries are far shorter, so one read finds the last of them
LOCKED_BYTE = 0x7FFF_0000  # Windows: past the end of any log, and within the C library's 2 GiB
_WAY_OUT = {
    errno.ENOSPC: "free some space, then append again",
    errno.ENOENT: "create its folder first",
    errno.EISDIR: "name a file, not a folder",
}


def check_file(path: Path, *, to_write: bool = True) -> None:
    """Raise an OSError if there is no file but something else (a pipe would never answer), or one to read only."""
    if path.exists():
        if not path.is_file():
            raise IsADirectoryError(errno.EISDIR, "it is not a plain file")
        if to_write and not path.stat().st_mode & 0o222:  # which root could still write
            raise PermissionError(errno.EACCES, "it is marked read-only")


def append_entry(path: Path, plain: dict[str, Any]) -> dict[str, Any]:
    """Write the next entry, with the file locked from the look at its end until all is on disk."""
    with explained(path):
        check_file(path)
        with _ours(path) as file:
            last, gap = _end(path, file)
            entry = sealed(plain, last)
            size = file.seek(0, os.SEEK_END)
            if size == 0:
                _sync_folder(path.parent)  # before any entry: no name, no file after a power cut
            try:
                write(file, gap + spelled(entry) + b"\n")
            except BaseException:
                file.truncate(size)
                raise
            return entry


def rotate(path: Path) -> Path:
    """Move a log's entries into a part of its own, and begin the file anew with an entry that ties it to that part."""
    with explained(path):
        check_file(path)
        with _ours(path) as file:
            last, gap = _end(path, file)
            if last is None:
                raise AuditError(f"audit log {path} holds no entry yet: there is nothing to rotate")
            write(file, gap)
            file.seek(0)
            since = re.search(r"\.(\d{1,9})$", part_before(file.readline()))
            # A part that was moved away keeps its name.
            numbers = count(int(since[1]) + 1 if since else 1)
            part = next(each for n in numbers if not (each := path.with_name(f"{path.name}.{n}")).exists())
            begun = path.with_name(f".{path.name}.{token_hex(8)}.new")
            try:
                with begun.open("xb", buffering=0) as new:
                    write(new, spelled(sealed({CONTINUES: part.name}, last)) + b"\n")
                begun.chmod(path.stat().st_mode & 0o7777)
                _also_named(path, part)
                begun.replace(path)  # at no moment is there no log
                _sync_folder(path.parent)
            finally:
                begun.unlink(missing_ok=True)
            return part


def _also_named(path: Path, part: Path) -> None:
    """Have a file under a second name, too; where there are no such links, as a copy."""
    try:
        os.link(path, part)
    except OSError:
        copy2(path, part)


@contextmanager
def _ours(path: Path) -> Iterator[BinaryIO]:
    """Open a log, made if it isn't there, with all others locked out: again, if it was rotated while we waited."""
    while True:
        with path.open("a+b", buffering=0) as file, locked(file, shared=False):
            if path.exists() and os.path.samestat(path.stat(), os.fstat(file.fileno())):
                yield file
                return


def _end(path: Path, file: BinaryIO) -> tuple[dict[str, Any] | None, bytes]:
    """Return the last entry, and what must stand before the next; what a crash left behind it is set aside."""
    ended, rest = _tail(file)
    torn = is_torn(rest)
    last = _last(file, ended, b"" if torn else rest)
    if torn:
        _set_aside(path, file, rest)
    return last, b"\n" if rest and not torn else b""


def _tail(file: BinaryIO) -> tuple[list[bytes], bytes]:
    """Return the last ended line (if any) and what follows it, reading back just that far."""
    start = file.seek(0, os.SEEK_END)
    span, tail = _BLOCK, b""
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
        flaw, unended = flaw_of(line), bool(rest) and line is rest
        if unended and not flaw and not follows(json.loads(line), last):
            flaw = "does not follow the entry before it"
        if flaw:
            file.seek(0)
            raise unsound(file.read().count(b"\n") + unended, flaw)
        last = json.loads(line)
    return last


def _set_aside(path: Path, file: BinaryIO, fragment: bytes) -> None:
    """Move what a crash left of an entry out of the log; nobody was told that it was written."""
    spare = path.with_name(path.name + ".torn")
    with spare.open("ab", buffering=0) as torn:
        write(torn, fragment)
    _sync_folder(path.parent)
    file.truncate(file.seek(0, os.SEEK_END) - len(fragment))
    os.fsync(file.fileno())
    message = f"audit log {path} ended in {len(fragment)} bytes of an unfinished entry"
    warnings.warn(f"{message}, which are now in {spare.name}", AuditWarning, stacklevel=4)


def write(file: BinaryIO, data: bytes) -> None:
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
def explained(path: Path) -> Iterator[None]:
    """Turn the system's errors into sentences."""
    try:
        yield
    except OSError as error:
        way_out = _WAY_OUT.get(error.errno or 0, "check who may read and write it, or name another")
        raise AuditError(f"can't use audit log {path}: {error.strerror}; {way_out}") from error


@contextmanager
def locked(file: BinaryIO, *, shared: bool, patience: float = math.inf) -> Iterator[None]:
    """Keep other processes out; `shared` lets readers in. A browser (Pyodide) has just one.

    Raises
    ------
    OSError
        If there are no locks where the file is, or another process held one all through `patience`, in seconds.
    """
    descriptor = file.fileno()
    if sys.platform == "win32":
        import msvcrt

        def lock(mode: int) -> None:
            os.lseek(descriptor, LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, mode, 1)

        _retry(lambda: lock(msvcrt.LK_NBLCK), PermissionError, patience)  # all locks here are exclusive
        try:
            yield
        finally:
            lock(msvcrt.LK_UNLCK)
    elif sys.platform == "emscripten":
        yield
    else:
        import fcntl

        kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        if patience == math.inf:
            fcntl.flock(descriptor, kind)  # in the order in which they came
        else:
            _retry(lambda: fcntl.flock(descriptor, kind | fcntl.LOCK_NB), BlockingIOError, patience)
        try:
            yield
        finally:  # closing wouldn't do: a forked child may still hold the descriptor
            fcntl.flock(descriptor, fcntl.LOCK_UN)


def _retry(lock: Callable[[], None], held: type[OSError], patience: float) -> None:
    """Take a lock as soon as no other holds it, and raise its error if that takes longer than `patience` seconds."""
    until = time.monotonic() + patience
    while True:
        try:
            return lock()
        except held:
            if time.monotonic() >= until:
                raise
        time.sleep(0.005)
