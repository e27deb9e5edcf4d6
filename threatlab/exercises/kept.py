"""What a learner did in a panel, kept by notebook and panel, so that it is there again tomorrow."""

from __future__ import annotations

import hashlib
import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threatlab.errors import ThreatLabError
from threatlab.exercises.progress import home, warn_once
from threatlab.files import write_text

_MARK = re.compile(r'<div data-kept="([\w-]+)/([\w-]+)">')


def open_notebook() -> str:
    """Return the name of the notebook that a person has open, or "" where none is: a test, papermill, a script.

    A Jupyter server names the notebook to each kernel that it starts for one, and to no other.
    """
    return re.sub(r"[^\w-]+", "-", Path(os.environ.get("JPY_SESSION_NAME", "")).stem)


@dataclass(frozen=True, slots=True)
class Kept:
    """The file that holds what was done in one panel of one notebook: its memory, and its picture."""

    notebook: str
    panel: str

    def marked(self, picture: str) -> str:
        """Return a picture as the notebook holds it: with a mark by which a later one can take its place."""
        return f'<div data-kept="{self.notebook}/{self.panel}">{picture}</div>'

    def read(self) -> Any:
        """Return the memory that was kept, or None; a file that can't be read is set aside under another name."""
        try:
            return _read(self.file)["memory"]
        except (FileNotFoundError, NotADirectoryError):
            return None
        except (OSError, ValueError, KeyError, TypeError) as problem:
            self.set_aside(problem)
            return None

    def write(self, memory: object, picture: str) -> None:
        """Keep a memory (of JSON's kinds) in place of the one before; if it can't be kept, that is said once."""
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_text(self.file, json.dumps({"memory": memory, "picture": picture}))
        except (OSError, ThreatLabError) as problem:
            warn_once(f"what you do in panels can't be kept after this kernel ends ({problem})")

    def set_aside(self, problem: Exception) -> None:
        """Give the file another name, so that the panel begins anew and nothing is lost."""
        warn_once(f"what was kept of a panel can't be taken up ({problem}); it is set aside in {self.file.parent}")
        with suppress(OSError):  # else it stays where it is, and gives way to what is done now
            self.file.replace(self.file.with_suffix(".set-aside"))

    @property
    def file(self) -> Path:
        """Where it is kept."""
        return _folder(self.notebook) / f"{self.panel}.json"


def kept(kind: str, made_from: object) -> Kept | None:
    """Return the place of a panel of that kind in the notebook that is open; None where nothing is kept.

    What it was `made_from` tells it from others: a panel made from other things is another one.
    """
    notebook = open_notebook()
    if not notebook or home() is None:
        return None
    what = hashlib.sha256(json.dumps(made_from, default=str, sort_keys=True).encode()).hexdigest()[:16]
    return Kept(notebook, f"{kind}-{what}")


def latest_picture(picture: str) -> str:
    """Return the picture of a panel as it was kept last, or as it is here if none is kept."""
    marked = _MARK.match(picture)
    if not marked or home() is None:
        return picture
    place = Kept(marked[1], marked[2])
    try:
        return place.marked(_read(place.file)["picture"])
    except (OSError, ValueError, KeyError, TypeError):
        return picture


def _folder(notebook: str) -> Path:
    return (home() or Path()) / "panels" / notebook


def _read(file: Path) -> dict[str, Any]:
    try:
        content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except RecursionError as problem:
        raise ValueError("it is nested too deeply") from problem
    return content
