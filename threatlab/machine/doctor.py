"""Whether the course runs on a machine: each part looked at in turn, in seconds, and told in a line each."""

from __future__ import annotations

import os
import platform
import shutil
import socket
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from threatlab.course import FOLDERS, course_folder
from threatlab.errors import ThreatLabError
from threatlab.exercises.progress import VARIABLE, progress_file
from threatlab.machine.finding import Finding
from threatlab.machine.jupyter import server, widgets
from threatlab.machine.kernel import kernel
from threatlab.machine.packages import AGAIN, packages, python, version

_PORT, _TRIED = 8888, 50
"""Where JupyterLab listens, and how many more ports it tries: the defaults of ServerApp.port and port_retries."""

_ROOM = 10
"""Times what the course takes with all its outputs: a copy, what Jupyter keeps of it between two saves, reports."""


def examine(folder: str) -> Iterator[Finding]:
    """Yield what is found of each part, as soon as it is known; `folder` is the learner's copy, or where it will be."""
    if not folder.strip():
        raise ThreatLabError(f"{folder!r} is no folder; name your copy of the course, such as my-course")
    place = Path(folder)
    try:
        yield python()
        yield packages(place)
    except ImportError:  # what reads versions, and comes with Jupyter
        yield Finding("packages", "Jupyter and what it needs is not installed", AGAIN)
    yield widgets()
    yield server()
    yield from kernel()
    yield disk(place)
    yield port()
    yield progress()
    yield writable("folder", place, "name a folder of your own: threatlab start DIR")


def disk(folder: Path) -> Finding:
    """Return whether there is room for the learner's work on the disk that holds the folder."""
    free = shutil.disk_usage(_there(folder)).free
    try:
        files = [file for name in FOLDERS for file in course_folder(name).glob("*.ipynb")]
    except ThreatLabError as problem:
        return Finding("course", str(problem), AGAIN)
    needed = _ROOM * sum(file.stat().st_size for file in files)
    if free < needed:
        return Finding("disk", f"{free / 1e6:.0f} MB are free, and {needed / 1e6:.0f} MB are needed", "free some room")
    return Finding("disk", f"{free / 1e9:.1f} GB are free")


def port() -> Finding:
    """Return at which port JupyterLab can listen, and whether a program on this machine reaches it there."""
    for number in range(_PORT, _PORT + _TRIED + 1):
        with socket.socket() as listener, suppress(OSError):
            listener.bind(("127.0.0.1", number))
            listener.listen()
            with socket.create_connection(("127.0.0.1", number), timeout=2):
                return Finding("port", f"{number} is free" + (f" ({_PORT} is taken)" if number != _PORT else ""))
    found = f"none from {_PORT} to {_PORT + _TRIED} takes a connection from this machine itself"
    return Finding("port", found, "end old Jupyter servers (jupyter server list), or allow 127.0.0.1 in your firewall")


def progress() -> Finding:
    """Return whether the file that progress is kept in can be written; it is left as it is."""
    try:
        file = progress_file()
    except RuntimeError:  # "~", and this user has no home
        return Finding("progress", "there is no home folder to keep it in", f"name a file in {VARIABLE}")
    if file is None:
        return Finding("progress", f"is kept in no file: {VARIABLE} says so")
    if file.is_file() and not os.access(file, os.W_OK):
        return Finding("progress", f"{file} can't be written", f"make it writable, or name another in {VARIABLE}")
    if file.exists() and not file.is_file():
        return Finding("progress", f"{file} is no file", f"name another in {VARIABLE}")
    return writable("progress", file.parent, f"make it writable, or name a file elsewhere in {VARIABLE}")


def writable(what: str, folder: Path, way_out: str) -> Finding:
    """Return whether a file can be made in a folder, or in the one above it that is there and would hold it."""
    if folder.exists() and not folder.is_dir():
        return Finding(what, f"{folder} is a file", way_out)
    try:
        with tempfile.TemporaryFile(dir=_there(folder)) as file:
            file.write(b"threatlab doctor")
    except OSError as problem:
        return Finding(what, f"{folder} can't be written: {problem.strerror}", way_out)
    return Finding(what, f"{folder} can be written")


def to_paste(findings: Sequence[Finding]) -> str:
    """Return all that matters in one line for whoever helps: no name of a person, and none of a folder at home."""
    system = f"{platform.system()} {platform.release()} {platform.machine()}"
    what = f"threatlab {version('threatlab') or '?'}, Python {platform.python_version()}, {system}"
    failed = [f"{each.what}: {each.found}" for each in findings if not each.well]
    said = "; ".join([f"{len(failed)} of {len(findings)} failed", *failed])
    with suppress(RuntimeError):
        said = said.replace(str(Path.home()), "~")
    return f"threatlab doctor: {what}: {said}"


def _there(folder: Path) -> Path:
    """Return a folder, or the nearest one above it that is there."""
    return next(each for each in (folder.absolute(), *folder.absolute().parents) if each.is_dir())
