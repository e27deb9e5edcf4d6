"""Makes a learner's copy of the course, and brings corrections into it; nothing of the learner's is lost by either.

All notebooks lie in one folder. What the course said when each was last copied lies in a hidden folder beside them: a
notebook is written first and that second, so that an update that was interrupted can be run again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice
from threatlab.course.folder import course_folder
from threatlab.course.left_out import without_lessons
from threatlab.course.merge import Notebook, merge
from threatlab.errors import ThreatLabError
from threatlab.files import looked_in, read_text, write_text
from threatlab.lessons import LESSONS, made_in
from threatlab.words import counted

FOLDERS = {"notebooks": "-*.ipynb", "exercises": "-*-exercises.ipynb"}
"""Where the course lies, and how a notebook there is called after its lesson's number."""

COPIED = ".threatlab/course"
"""What the course said: where, in a learner's copy. Jupyter shows no folder whose name begins with a dot."""

LEFT_OUT = ".threatlab/left-out.txt"
"""The numbers of the lessons that a copy is without, so that corrections don't bring them back."""

_WAY_OUT = "Rename it, and 'threatlab start' brings a new one"
_NUMBERS = tuple(lesson.number for lesson in LESSONS)
_LINK = re.compile(rf"\]\(\.\./(?:{'|'.join(FOLDERS)})/")


def start(folder: str, without: Collection[str] | None = None) -> dict[str, str]:
    """Copy the course into a folder, or bring the copy there up to date; a notebook that was deleted comes back.

    `without` are the numbers of lessons to leave out, such as ["03"]: their notebooks aren't copied, and the map, the
    links, *Next* and the recall questions of the others follow. None leaves out those that the copy is without already;
    an empty list brings all.

    Returns
    -------
    dict
        What was done to each notebook of which there is something to say: a few words, by the notebook's name.

    Raises
    ------
    ThreatLabError
        If the folder can't be one to work in, a lesson to leave out is none, nothing would be left, or a file can't be
        written. What was there before is whole all the same.
    """
    left_out = None if without is None else {check_choice("lesson to leave out", each, _NUMBERS) for each in without}
    if left_out and left_out.issuperset(_NUMBERS):
        raise ThreatLabError("every lesson is left out, and a copy of nothing is none; keep one")
    if folder.strip() in ("", "-"):
        raise ThreatLabError(f"{folder!r} is no folder; name one to work in, such as my-course")
    place = Path(folder)
    if place.exists() and not place.is_dir():
        raise ThreatLabError(f"{folder!r} is a file; name a folder, which is made if it isn't there")
    if place.resolve() in {course_folder(name).resolve() for name in FOLDERS}:
        raise ThreatLabError(f"{folder!r} holds the course itself; name another folder, such as my-course")
    try:
        (place / COPIED).mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise ThreatLabError(f"{str(place / COPIED)!r} can't be made: {problem.strerror}") from None
    if left_out is not None:
        write_text(place / LEFT_OUT, "".join(f"{each}\n" for each in sorted(left_out)))
    return dict(_bring(place, again=True))


def update(folder: str) -> dict[str, str]:
    """Bring the corrections of the course into a copy; as `start`, but what was deleted or renamed stays so.

    Raises
    ------
    ThreatLabError
        If the folder holds no copy, or a file can't be written. What was there before is whole all the same.
    """
    if not folder.strip() or not Path(folder, COPIED).is_dir():
        raise ThreatLabError(
            f"{folder!r}{looked_in(folder)} holds no copy of the course; 'threatlab start DIR' makes one"
        )
    return dict(_bring(Path(folder), again=False))


def _bring(place: Path, *, again: bool) -> Iterator[tuple[str, str]]:
    course = _course(_left_out(place))
    for name in sorted(course):
        if said := _bring_one(place / name, place / COPIED / name, course[name], again=again):
            yield name, said
    for name in sorted(file.name for file in (place / COPIED).glob("*.ipynb")):
        if name not in course and (place / name).exists():
            yield name, "is not, or no longer, part of this copy: it stays as it is, to keep or to delete"
    for name in FOLDERS:
        if any((place / name).glob("*.ipynb")):
            yield f"{name}/", "was copied by an earlier edition: it stays as it is, and corrections don't reach it"


def _bring_one(file: Path, copied: Path, course: Notebook, *, again: bool) -> str:
    """Bring one notebook of the course to its place, and return what was done in words; "" if there was nothing to."""
    if not file.exists() and copied.exists() and not again:
        return "was deleted or renamed: it stays so ('threatlab start' brings it back)"
    try:
        both, said = 0, "new"
        made = course
        if file.exists() and copied.exists():
            base = _read(copied)
            if base == course:
                return ""
            made, both = merge(base, _read(file), course)
            said = "corrected"
        elif file.exists() and _read(file) != course:  # else an earlier run was interrupted here
            return f"stays as it is: it is no copy of the course. {_WAY_OUT}"
    except ThreatLabError as problem:
        return f"stays as it is: {problem}. {_WAY_OUT}"
    _write(file, made)
    _write(copied, course)
    if both:
        said += (
            f"; you had changed {counted(both, 'cell')} of these too: what you wrote stays, the correction is beneath"
        )
    return said


def as_copied(notebook: Notebook) -> Notebook:
    """Return a notebook of the course as it is copied: without outputs, and with links to where the others then lie."""
    cells = []
    for cell in notebook["cells"]:
        copied = dict(cell)
        if cell["cell_type"] == "code":
            copied |= {"outputs": [], "execution_count": None}
        elif cell["cell_type"] == "markdown":
            copied["source"] = _LINK.sub("](", "".join(cell["source"])).splitlines(keepends=True)
        cells.append(copied)
    return notebook | {"cells": cells}


def _left_out(place: Path) -> set[str]:
    """Return the numbers of the lessons that a copy is without: by its own choice, or because the course has none."""
    file = place / LEFT_OUT
    chosen = read_text(file).split() if file.exists() else []
    return {*chosen, *(number for number in _NUMBERS if not _files("notebooks", number))}


def _course(left_out: Collection[str]) -> dict[str, Notebook]:
    """Return the notebooks of the lessons by their names, as they are copied; none that somebody made beside them."""
    kept = [lesson for lesson in LESSONS if lesson.number not in left_out]
    titles = {
        lesson.number: f"[{made_in(lesson.number)}]({file.name})"
        for lesson in kept
        for file in _files("notebooks", lesson.number)
    }
    return {
        file.name: without_lessons(as_copied(_read(file)), lesson.number, left_out, titles)
        for folder in FOLDERS
        for lesson in kept
        for file in _files(folder, lesson.number)
    }


def _files(folder: str, number: str) -> list[Path]:
    return list(course_folder(folder).glob(f"{number}{FOLDERS[folder]}"))


def _read(file: Path) -> Notebook:
    """Return the notebook in a file.

    Raises
    ------
    ThreatLabError
        If it can't be read, or is no notebook whose cells can be told apart; the message says why.
    """
    text = read_text(file)
    try:
        notebook: Notebook = json.loads(text)
    except (ValueError, RecursionError):
        raise ThreatLabError(f"{str(file)!r} is not valid JSON") from None
    if fault := _fault(notebook):
        raise ThreatLabError(f"{str(file)!r} {fault}")
    return notebook


def _fault(notebook: Any) -> str:
    """Return what keeps a notebook from being merged, in words; "" if nothing does."""
    if not _holds(notebook, nbformat=int, nbformat_minor=int, metadata=dict, cells=list):
        return "is no notebook"
    if notebook["nbformat"] != 4 or notebook["nbformat_minor"] < 5:
        return f"has the format {notebook['nbformat']}.{notebook['nbformat_minor']}; cells have ids from 4.5 on"
    names = set()
    for number, cell in enumerate(notebook["cells"], 1):
        whole = _holds(cell, id=str, cell_type=str, metadata=dict, source=(str, list))
        if not whole or not all(isinstance(line, str) for line in cell["source"]):
            return f"is damaged: cell {number} lacks its id, its type, its metadata or its text"
        if not cell["id"] or cell["id"] in names:
            return f"is damaged: cell {number} has the id of another one, or an empty one"
        names.add(cell["id"])
    return ""


def _holds(value: Any, **kinds: Any) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(key), kind) for key, kind in kinds.items())


def _write(file: Path, notebook: Notebook) -> None:
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character: UTF-8 can't hold it, but an escape can
        text = json.dumps(notebook, indent=1)
    write_text(file, text + "\n")
