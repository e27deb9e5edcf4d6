"""The commands of the course: a learner's copy of it, what a learner hands in, and what a class has shared."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from threatlab.cli.output import PASSED, emit, say, tell
from threatlab.course import start, update
from threatlab.errors import ThreatLabError
from threatlab.words import counted

_START = """\
Copy the course's notebooks into a folder of your own, or bring the copy there up to date.
"""
_UPDATE = """\
Bring the course's corrections into your copy, cell by cell. Close its notebooks in
JupyterLab first: a page that is open doesn't see what changes in its file.
"""
_COPY_MORE = """\
A cell that you changed stays yours, as do cells that you added, moved or deleted. Where the
course has corrected a cell that you changed, a note beneath yours holds the correction.
Nothing of yours is overwritten or deleted. 'update' leaves a notebook that you deleted or
renamed away; 'start' brings it back.
"""
_CLASS = """\
Write what a class has shared as one HTML page that needs no network: what is done, how many are
stuck, what those who go wrong take to be true, and what was predicted. It names nobody, and says
nothing of fewer than five learners.

FOLDER holds what learners share with their class, or what they handed in. Files that are damaged
or doubled are left out, each with a sentence on standard error.
"""
_CLASS_MORE = """\
examples:
  threatlab class /srv/class
  threatlab class handed-in --names --output for-me-alone.html
"""
_HAND_IN = """\
Write what a class may see of your progress into a file, to be handed in: which questions you
have right, which of the usual mistakes in the course's own list you made, and what you
predicted. Nothing that you typed and no code is in it.
"""
_HAND_IN_MORE = """\
examples:
  threatlab hand-in mine.json
  threatlab hand-in mine.json --name Ada
"""
_LAB = "pip install 'threatlab[lab]'"


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands of the course: a copy of it, what a learner hands in, and what a class has shared."""
    about = "copy the course into a folder to work in, or bring the copy there up to date"
    started = command("start", _start, about, _START, _COPY_MORE)
    started.add_argument("folder", metavar="DIR", help="the folder to work in; made if it isn't there")
    leaves = "lessons to leave out of the copy, such as 03,05; '' brings all"
    started.add_argument(
        "--without", metavar="NUMBERS", type=lambda given: given.replace(",", " ").split(), help=leaves
    )
    updated = command("update", _update, "bring the course's corrections into your copy", _UPDATE, _COPY_MORE)
    updated.add_argument("folder", metavar="DIR", help="the folder with your copy")

    about = "write what a class has shared as one offline page"
    taught = command("class", class_page, about, _CLASS, _CLASS_MORE)
    taught.add_argument("folder", metavar="FOLDER", help="where the class shares, or what was handed in lies")
    taught.add_argument("--output", "-o", metavar="PATH", default="class.html", help="the page (default: class.html)")
    about = "name those who gave a name where they are stuck: for you alone"
    taught.add_argument("--names", action="store_true", help=about)
    handed = command(
        "hand-in", hand_in, "write what a class may see of your progress into a file", _HAND_IN, _HAND_IN_MORE
    )
    handed.add_argument("file", metavar="FILE", help="the .json file to write, or - (standard output)")
    handed.add_argument("--name", default="", help="what you want to be called; without it you are nobody")


def _start(asked: argparse.Namespace) -> int:
    return _tell(asked.folder, start(asked.folder, asked.without))


def _update(asked: argparse.Namespace) -> int:
    return _tell(asked.folder, update(asked.folder))


def _tell(folder: str, done: Mapping[str, str]) -> int:
    """Say what was done with each notebook of a learner's copy."""
    rows = [f"{name}: {what}" for name, what in done.items()] or ["No corrections since the last time."]
    emit("\n".join([*rows, f"Your copy of the course is in {folder!r}."]) + "\n", None)
    return PASSED


def class_page(asked: argparse.Namespace) -> int:
    """Write the page of a class."""
    try:
        from threatlab.classroom import Classroom
        from threatlab.widgets.class_view.page import to_html as to_page
    except ImportError as problem:
        raise ThreatLabError(f"the class view comes with the workbook: {_LAB} ({problem})") from None
    snapshot = Classroom(asked.folder).read()
    emit(to_page(snapshot, datetime.now(UTC).astimezone(), names=asked.names), asked.output, "html")
    for sentence in snapshot.refused:
        say(sentence)
    if asked.output != "-":
        emit(f"{counted(len(snapshot.learners), 'learner')}, in {asked.output}\n", None)
    return PASSED


def hand_in(asked: argparse.Namespace) -> int:
    """Write what a class may see of a learner's progress."""
    try:
        from threatlab.exercises.progress import store
        from threatlab.exercises.sharing import hand_in
    except ImportError as problem:
        raise ThreatLabError(f"progress comes with the workbook: {_LAB} ({problem})") from None
    emit(hand_in(store(), asked.name), asked.file, "json", new=True)
    tell(f"Written to {asked.file}: read it before you hand it in.", asked.file)
    return PASSED
