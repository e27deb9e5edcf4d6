"""The folder that a notebook's files go into: beside the notebook, in sight of the file list."""

from __future__ import annotations

import tempfile
from pathlib import Path

from threatlab.exercises.kept import open_notebook

_PASSING: list[tempfile.TemporaryDirectory[str]] = []
"""Folders that go when this process ends."""


def work_folder(name: str = "my-threat-model") -> Path:
    """Return the folder of that name beside the notebook that is open, made if it isn't there.

    Where nobody has a notebook open (a test, papermill), it is another one that goes with the process.
    """
    if not open_notebook():
        _PASSING.append(tempfile.TemporaryDirectory())
        return Path(_PASSING[-1].name)
    folder = Path(name)
    folder.mkdir(exist_ok=True)
    return folder


def is_passing(folder: Path) -> bool:
    """Whether a folder goes when this process ends."""
    return str(folder) in (each.name for each in _PASSING)
