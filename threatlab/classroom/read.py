"""Reads the files that a class has shared or handed in; what is damaged, doubled or hostile costs a sentence."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threatlab.errors import ThreatLabError
from threatlab.exercises.asked import in_our_words
from threatlab.exercises.progress import Entry
from threatlab.exercises.sharing import LEARNER, SCHEMA, name_of
from threatlab.files import decoded, parse
from threatlab.words import counted, shown

LARGEST = 500_000
"""Bytes of a file that is still read: an entry takes about a hundred, and a diligent learner makes some thousands."""

MOST = 1_000
"""Files of a folder that are read: the largest room that we know of, several times over."""

_EXPORT = "threatlab/progress/1"

_HOW = os.O_RDONLY | sum(getattr(os, name, 0) for name in ("O_NOFOLLOW", "O_NONBLOCK", "O_BINARY"))
"""How a file is opened: no link is followed, and no pipe is waited for, where the system can tell."""


@dataclass(frozen=True, slots=True)
class Learner:
    """What one learner has shared: entries oldest first, and when the file was last written (seconds since 1970).

    `id` is drawn at random on the learner's machine, `name` is what they called themselves, or "".
    """

    id: str
    name: str
    entries: tuple[Entry, ...]
    seen: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A class as it is now: its learners by id, and a sentence on each file, or part of one, that was left out.

    Those sentences name files, and may quote them: they are for who teaches, and not for a wall.
    """

    learners: tuple[Learner, ...] = ()
    refused: tuple[str, ...] = ()


class Classroom:
    """A folder in which a class shares; what has not changed since it was last read is not read again.

    Parameters
    ----------
    folder
        Where the files are.

    Raises
    ------
    ThreatLabError
        If there is no such folder.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        if not isinstance(folder, str | os.PathLike) or not str(folder).strip():
            raise ThreatLabError(f"{folder!r} is no folder; name the one that the class shares in")
        self.folder = Path(folder)
        if not self.folder.is_dir():
            what = "is a file" if self.folder.exists() else "isn't there"
            raise ThreatLabError(f"the folder {str(folder)!r} {what}; name the one that the class shares in")
        self._read: dict[str, tuple[tuple[int, int, int], tuple[Learner | None, str]]] = {}

    def read(self) -> Snapshot:
        """Return the class as it is now.

        Raises
        ------
        ThreatLabError
            If the folder is gone, or can't be read.
        """
        refused = []
        try:
            files = sorted(each.name for each in self.folder.iterdir())
            names = [each for each in files if each.endswith(".json") and each[0] != "."]
        except OSError as problem:
            raise ThreatLabError(f"the folder {str(self.folder)!r} can't be read: {problem.strerror}") from None
        if len(names) > MOST:
            refused.append(f"There are {len(names):,} files: only the first {MOST:,} are read.")
        found: dict[str, tuple[str, Learner]] = {}
        for name in names[:MOST]:
            learner, flaw = self._one(name)
            if flaw:
                refused.append(f"{shown(name)}: {flaw}.")
            if learner is None:
                continue
            if other := found.get(learner.id):
                older, newer = sorted((other, (name, learner)), key=lambda each: (len(each[1].entries), each[1].seen))
                refused.append(f"{shown(older[0])}: it is of the same learner as {shown(newer[0])}, who counts once.")
                found[learner.id] = newer
            else:
                found[learner.id] = name, learner
        self._read = {name: each for name, each in self._read.items() if name in set(names)}
        return Snapshot(tuple(learner for _, (_, learner) in sorted(found.items())), tuple(refused))

    def _one(self, name: str) -> tuple[Learner | None, str]:
        """Return what a file says, and what is to be said of it; no link is followed, and no pipe is waited for."""
        try:
            at = os.open(self.folder / name, _HOW)
        except FileNotFoundError:
            return None, ""  # who has stopped sharing a moment ago
        except (OSError, ValueError) as problem:
            linked = (self.folder / name).is_symlink()
            return None, "it is a link, and none is followed" if linked else f"it can't be read ({_why(problem)})"
        about = os.fstat(at)
        if not stat.S_ISREG(about.st_mode):
            os.close(at)
            return None, "it is no file"
        with os.fdopen(at, "rb") as file:
            mark = about.st_mtime_ns, about.st_size, about.st_ino
            if name in self._read and self._read[name][0] == mark:
                return self._read[name][1]
            data = file.read(LARGEST + 1)
        said: tuple[Learner | None, str]
        try:
            if len(data) > LARGEST:
                raise ThreatLabError(f"it has more than {LARGEST:,} bytes")  # noqa: TRY301
            said = _learner(parse(decoded(data, "it"), ".json", "it", "the answers of a learner"), name, about.st_mtime)
        except ThreatLabError as problem:
            said = None, str(problem)
        self._read[name] = mark, said
        return said


def _learner(held: Any, file: str, seen: float) -> tuple[Learner, str]:
    """Return the learner that a file tells of, and what of it was left out."""
    if not isinstance(held, dict) or held.get("schema") not in (SCHEMA, _EXPORT):
        raise ThreatLabError(f"it is neither shared by {SCHEMA!r} nor an exported progress")
    exported = held["schema"] == _EXPORT
    learner, entries = held.get("learner", ""), held.get("attempts" if exported else "entries")
    if exported:
        learner = f"file:{file}"
    elif not isinstance(learner, str) or not LEARNER.fullmatch(learner):
        raise ThreatLabError("it doesn't say by 16 hex digits which learner it is of")
    if not isinstance(entries, list):
        raise ThreatLabError("it holds no list of entries")
    try:
        name, left_out = name_of(held.get("name", "")), ""
    except ThreatLabError as problem:
        name, left_out = "", f"{problem}, so it is left out; all else counts"
    kept = tuple(_ours(entries))
    if strange := len(entries) - len(kept):
        left_out = f"{counted(strange, 'entry', 'entries')} of another course or edition left out; all else counts"
    return Learner(learner, name, kept, seen), left_out


def _ours(entries: list[Any]) -> Iterator[Entry]:
    """Yield the entries that are the course's own."""
    for entry in entries:
        if isinstance(entry, dict) and all(isinstance(part, str) for part in entry.values()):
            ours = in_our_words(entry)
            if ours:
                yield ours


def _why(problem: Exception) -> str:
    return str(getattr(problem, "strerror", None) or problem)
