"""Every notebook runs whole in a browser that has no network, and says there what it says everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.notebooks.tracked import tracked
from tests.site.lab import SiteLab, saved

NOTEBOOKS = [file for folder in ("notebooks", "exercises", "solutions") for file in tracked(folder)]

NOBODY_THERE = "import os; os.environ.pop('JPY_SESSION_NAME')"
"""As for what is saved: a person is asked to guess first, and a notebook that nobody has open isn't."""


def said(cell: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a cell's outputs say as text: each stream together, values, and errors by their kind."""
    streams: dict[str, str] = {}
    others = []
    for output in cell.get("outputs", ()):
        if output["output_type"] == "stream":
            streams[output["name"]] = streams.get(output["name"], "") + "".join(output["text"])
        elif output["output_type"] == "error":
            others.append(("error", output["ename"]))
        else:
            others.append(("value", "".join(output["data"].get("text/plain", ""))))
    return [*sorted(streams.items()), *others]


@pytest.mark.parametrize("file", NOTEBOOKS, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_a_notebook_runs_whole_in_the_browser_and_says_what_it_says_elsewhere(lab: SiteLab, file: Path) -> None:
    if file.parent.name == "solutions":
        lab.open_new(file)
    else:
        lab.open_in_place(file.name)
    lab.said(NOBODY_THERE)
    lab.run_all()
    here = {cell["id"]: said(cell) for cell in lab.cells() if cell["cell_type"] == "code"}
    elsewhere = {cell["id"]: said(cell) for cell in saved(file) if cell["cell_type"] == "code"}
    differ = {name: (text, elsewhere[name]) for name, text in here.items() if text != elsewhere[name]}
    assert differ == {}
    assert here.keys() == elsewhere.keys()
