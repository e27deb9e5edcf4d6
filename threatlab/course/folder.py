"""Where the course's notebooks lie: the lessons, their exercises and the worked solutions."""

from __future__ import annotations

import json
import sysconfig
from collections.abc import Iterator
from pathlib import Path

from threatlab.errors import ThreatLabError

INSTALLED = "share/threatlab"
"""Where a wheel puts them, below the environment's own folder (see pyproject.toml)."""


def course_folder(name: str) -> Path:
    """Return the folder "notebooks", "exercises" or "solutions": beside the package, else where a wheel put it.

    Raises
    ------
    ThreatLabError
        If no notebook is there; the message says how to get them.
    """
    for home in (Path(__file__).resolve().parents[2], Path(sysconfig.get_path("data"), INSTALLED)):
        if any((home / name).glob("*.ipynb")):
            return home / name
    raise ThreatLabError(
        f"the {name} are not in this installation of threatlab: clone the course's repository, install it with "
        "'python -m pip install -e .' there, and run this again"
    )


def cells_of(name: str, notebook: str = "*") -> Iterator[tuple[str, str]]:
    """Yield kind and source of each cell of the notebooks there, or of one whose name begins so, such as "04-*".

    Raises
    ------
    ThreatLabError
        As for `course_folder`.
    """
    for file in sorted(course_folder(name).glob(f"{notebook}.ipynb")):
        for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]:
            yield cell["cell_type"], "".join(cell["source"])
