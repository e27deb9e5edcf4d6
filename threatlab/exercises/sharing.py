"""What a learner shares with a class: nothing without a tick, and then ids of the course's own; never a word of theirs.

A host names a folder in `VARIABLE`. Who ticks it has one file there, under a random name, with what `in_our_words`
leaves of their progress; it is written anew after each answer. The same file can be handed in by hand.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from secrets import token_hex

from threatlab.course import version
from threatlab.errors import ThreatLabError
from threatlab.exercises.asked import in_our_words
from threatlab.exercises.progress import Entry, Store, home, set_in, warn_once
from threatlab.files import write_text
from threatlab.words import shown

VARIABLE = "THREATLAB_CLASS"
"""Environment variable in which the host of a class names its folder; learners can write to it."""

SCHEMA = "threatlab/class/1"
LONGEST_NAME = 40

LEARNER = re.compile("[0-9a-f]{16}")
"""By what a learner is told from others: drawn at random, once on a machine."""


@dataclass(frozen=True, slots=True)
class Consent:
    """Who a learner is to a class (`LEARNER`), the folder that they ticked ("" if none), and the name they gave."""

    learner: str
    folder: str = ""
    name: str = ""


def class_folder() -> Path | None:
    """Return the folder of the class, or None if no host has named one, or nothing is kept on this machine."""
    named = os.path.expanduser(set_in(VARIABLE))  # noqa: PTH111  # "~" may stay
    return Path(named).absolute() if named and home() else None


def consent() -> Consent:
    """Return what the learner has agreed to."""
    with suppress(OSError, ValueError, TypeError, KeyError, RecursionError):
        kept = json.loads(consent_file().read_text(encoding="utf-8"))
        if LEARNER.fullmatch(kept["learner"]):
            return Consent(kept["learner"], str(kept["folder"]), name_of(kept["name"]))
    return Consent(token_hex(8))


def is_shared() -> bool:
    """Whether the learner shares with the class that this machine belongs to now."""
    folder = class_folder()
    return folder is not None and consent().folder == str(folder)


def share(kept: Store, name: str = "") -> Path:
    """Agree to share with the class, under a name or none, and return the file that holds all that is shared.

    Raises
    ------
    ThreatLabError
        If there is no class, or the folder can't be written; then nothing is agreed to.
    """
    folder = class_folder()
    if folder is None:
        raise ThreatLabError(f"there is no class to share with: its host names a folder in {VARIABLE}")
    agreed = replace(consent(), folder=str(folder), name=name_of(name))
    file = write_text(_shared(agreed), handed_in(kept.entries(), agreed))
    try:
        _keep(agreed)
    except (OSError, ThreatLabError):
        file.unlink()
        raise
    return file


def stop_sharing() -> None:
    """Take back that one agreed to, and the file."""
    agreed = consent()
    if agreed.folder:
        _keep(replace(agreed, folder="", name=""))
        _shared(agreed).unlink(missing_ok=True)


def send(kept: Store) -> None:
    """Bring the learner's file in the class's folder up to date, if they agreed to that; it never stops anybody."""
    try:
        if not is_shared():
            return
        agreed, sent = consent(), -1
        while sent < len(entries := kept.entries()):  # another kernel may add something meanwhile
            sent = len(entries)
            write_text(_shared(agreed), handed_in(entries, agreed))
    except (OSError, ThreatLabError) as problem:
        warn_once(f"your answers can't be shared with the class ({problem}); they are kept here all the same")


def hand_in(kept: Store, name: str = "") -> str:
    """Return all that a class may see of a progress, as the text of a file to be handed in by hand.

    Raises
    ------
    ThreatLabError
        If the name is too long.
    """
    agreed = consent()
    if home():
        with suppress(OSError, ThreatLabError):
            _keep(agreed)  # so that who hands in a second file is the same learner, where that can be kept
    return handed_in(kept.entries(), replace(agreed, name=name_of(name)))


def handed_in(entries: Iterable[Entry], agreed: Consent) -> str:
    """Return all that a class gets of a progress, as JSON."""
    kept = [each for entry in entries if (each := in_our_words(entry))]
    content = {"schema": SCHEMA, "learner": agreed.learner, "name": agreed.name, "course": version(), "entries": kept}
    return json.dumps(content, indent=0, ensure_ascii=False) + "\n"


def name_of(given: object) -> str:
    """Return a name as a page can show it.

    Raises
    ------
    ThreatLabError
        If it is no text, or too long.
    """
    if not isinstance(given, str):
        raise ThreatLabError(f"the name is {given!r}; give a text, or nothing")
    name = " ".join(shown(given).split())
    if len(name) > LONGEST_NAME:
        raise ThreatLabError(f"the name has {len(name)} characters; {LONGEST_NAME} are the most")
    return name


def consent_file() -> Path:
    """Return the file that holds what the learner has agreed to."""
    return (home() or Path()) / "class.json"


def _shared(agreed: Consent) -> Path:
    return Path(agreed.folder, f"{agreed.learner}.json")


def _keep(agreed: Consent) -> None:
    consent_file().parent.mkdir(parents=True, exist_ok=True)
    content = {"learner": agreed.learner, "folder": agreed.folder, "name": agreed.name}
    write_text(consent_file(), json.dumps(content) + "\n")
