"""Clears a machine for the next group: what a learner has left is set aside under a new name, and never deleted."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from threatlab.course import COPIED, start
from threatlab.errors import ThreatLabError
from threatlab.exercises.progress import progress_file
from threatlab.exercises.sharing import consent_file

_PANELS = "panels"
"""What was done in panels: a folder beside the progress file (threatlab/exercises/kept.py)."""


def kept_here(folder: str) -> list[Path]:
    """Return what a learner has left on this machine: the copy in `folder`, progress, panels, and consent to share.

    Raises
    ------
    ThreatLabError
        If a folder is named that holds no copy of the course.
    """
    place = Path(folder)
    if place.exists() and not (place / COPIED).is_dir():
        raise ThreatLabError(f"{folder!r} holds no copy of the course, so it is left alone; name the one to set aside")
    file = progress_file()
    own = [] if file is None else [file, file.parent / _PANELS, consent_file()]
    return [each for each in (place, *own) if each.exists()]


def set_aside(found: list[Path], now: datetime) -> list[tuple[Path, Path]]:
    """Give each a new name, which says when, and return both names of each; if one can't be renamed, none is.

    Raises
    ------
    ThreatLabError
        If one can't be renamed; the message names it.
    """
    names = {each.absolute(): each.absolute().with_name(f"{each.name}-{now:%Y-%m-%d-%H%M%S}") for each in found}
    done: list[Path] = []
    for old, new in names.items():
        try:
            if new.exists():
                raise FileExistsError(0, f"there is {new.name!r} already")
            old.rename(new)
        except OSError as problem:
            for each in reversed(done):
                names[each].rename(each)
            raise ThreatLabError(
                f"{str(old)!r} can't be set aside: {problem.strerror}; close JupyterLab and what else uses it, then "
                "run this again. Nothing was changed"
            ) from None
        done.append(old)
    return list(names.items())


def reset(folder: str, now: datetime) -> list[tuple[Path, Path]]:
    """Set aside what a learner has left, and make a new copy where one was; return the old and new names."""
    found = kept_here(folder)
    renamed = set_aside(found, now)
    if Path(folder) in found:
        start(folder)
    return renamed
