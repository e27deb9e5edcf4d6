"""A copy of the course without some lessons: its map, its links, *Next* and recall speak only of what is there."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping

from threatlab.course.merge import Notebook

_LESSON = r"(?:\.\./\w+/)?(\d\d)-[\w-]+\.ipynb"
_LINK = re.compile(rf"\[([^\]]*)\]\({_LESSON}\)")
_ROW = re.compile(rf"^(?:\| |- )\**\[[^\]]*\]\({_LESSON}\).*\n?", re.MULTILINE)
"""A row of a table, or an item of a list, that begins with a lesson: it is about that one."""

_NEXT = re.compile(r"\*\*Next:\*\*.*?(?=\n\n|\Z)", re.DOTALL)
_RECALL = re.compile(r'\bRecall\("(\d\d)"\)')


def without_lessons(notebook: Notebook, number: str, left_out: Collection[str], titles: Mapping[str, str]) -> Notebook:
    """Return the notebook of a lesson as it stands in a copy that leaves others out.

    `titles` are links to the lessons that are in the copy, in Markdown, by their numbers.
    """
    if not left_out:
        return notebook
    cells = []
    for cell in notebook["cells"]:
        text = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            changed = _speaks_of(text, number, left_out, titles)
        else:
            changed = _RECALL.sub(lambda asks: f'Recall("{asks[1]}", without={json.dumps(sorted(left_out))})', text)
        cells.append(cell if changed == text else {**cell, "source": changed.splitlines(keepends=True)})
    return notebook | {"cells": cells}


def _speaks_of(text: str, number: str, left_out: Collection[str], titles: Mapping[str, str]) -> str:
    text = _ROW.sub(lambda row: "" if row[1] in left_out else row[0], text)
    following = next((title for other, title in titles.items() if other > number), "")
    goes_on = f"**Next:** {following}." if following else "This is the last notebook of this copy."
    text = _NEXT.sub(lambda said: goes_on if _names(said[0], left_out) else said[0], text)
    return _LINK.sub(lambda link: f"{link[1]} (left out of this copy)" if link[2] in left_out else link[0], text)


def _names(text: str, numbers: Collection[str]) -> bool:
    return any(link[2] in numbers for link in _LINK.finditer(text))
