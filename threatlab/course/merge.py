"""Merges a correction of the course into a learner's notebook, cell by cell: what the learner changed stays theirs.

Cells are told apart by their ids, which nbformat has from 4.5 on, and taken or left whole. (nbdime merges the lines
within a cell, and so makes code that neither side has written.)
"""

from __future__ import annotations

import re
from hashlib import sha256
from itertools import pairwise
from typing import Any

Cell = dict[str, Any]
Notebook = dict[str, Any]

NOTE = """\
**Corrected in the course.** You had changed the cell above, so it is as you left it. The course now has the text below
in its place: take over what you want of it, and delete this cell.

"""


def merge(base: Notebook, mine: Notebook, course: Notebook) -> tuple[Notebook, int]:
    """Return the learner's notebook with what the course has changed, and how many cells both have changed.

    `base` is what the course said when it was last copied. A cell that the learner left alone becomes the course's,
    and loses its outputs if its text is another; one that they changed, added, moved or deleted stays as they have it.
    Where both changed a cell, the learner's stays, and a note beneath it holds the course's.
    """
    was, own, new = ({cell["id"]: cell for cell in each["cells"]} for each in (base, mine, course))
    changed = {name for name, cell in own.items() if _differ(cell, was.get(name))}
    left = [name for name in own if name in changed or name in new]
    came = [name for name in new if name in own or name not in was]
    moved = [name for name in left if name in was] != [name for name in was if name in left]
    order = _woven(left, came) if moved else _woven(came, left)
    both = {
        name for name in changed & new.keys() if _differ(new[name], was.get(name)) and _differ(new[name], own[name])
    }
    cells = []
    for name in order:
        cells.append(_merged(was.get(name), own.get(name), new.get(name)))
        if name in both and (note := _note(new[name]))["id"] not in own:
            cells.append(note)
    metadata = _three_way(base["metadata"], mine["metadata"], course["metadata"])
    return {**mine, "cells": cells, "metadata": metadata}, len(both)


def _woven(order: list[str], other: list[str]) -> list[str]:
    """Return an order of cells, with those that only the other has put after the one that they follow there."""
    woven = ["", *order]  # no cell is called "": it stands for the beginning
    for before, name in pairwise(["", *other]):
        if name not in woven:
            woven.insert(woven.index(before) + 1, name)
    return woven[1:]


def _merged(was: Cell | None, own: Cell | None, new: Cell | None) -> Cell:
    """Return the one of three versions of a cell that holds from now on; its metadata are merged key by key."""
    if own is None or new is None:
        return own or new or {}
    corrected = not _differ(own, was) and _differ(own, new)
    metadata = _three_way(was["metadata"] if was else {}, own["metadata"], new["metadata"])
    return {**(new if corrected else own), "metadata": metadata}


def _differ(cell: Cell, other: Cell | None) -> bool:
    return other is None or _content(cell) != _content(other)


def _content(cell: Cell) -> tuple[object, ...]:
    """Return what a person reads or runs in a cell; Jupyter saves its text whole or as lines."""
    return cell["cell_type"], "".join(cell["source"]), cell.get("attachments") or {}


def _three_way(was: dict[str, Any], own: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return the learner's value of each key that they changed, and the course's of all others."""
    sides = {key: new if own.get(key) == was.get(key) else own for key in own | new}
    return {key: side[key] for key, side in sides.items() if key in side}


def _note(cell: Cell) -> Cell:
    """Return a cell to put beneath a learner's: the course's text to be read, not to be run."""
    text = "".join(cell["source"])
    if cell["cell_type"] != "markdown":
        fence = "`" * max(3, 1 + max(map(len, re.findall("`+", text)), default=0))
        text = f"{fence}python\n{text}\n{fence}"
    name = f"{cell['id'][:50]}-{sha256(text.encode()).hexdigest()[:8]}"  # the same correction makes the same note
    attached = {"attachments": cell["attachments"]} if cell.get("attachments") else {}
    return {"cell_type": "markdown", "id": name, "metadata": {}, "source": NOTE + text} | attached
