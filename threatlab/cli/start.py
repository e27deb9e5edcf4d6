"""`threatlab start DIR`: copies the workbook into a folder to work in, and never over anything that is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from threatlab.errors import ThreatLabError

FOLDERS = ("notebooks", "exercises")


@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy did: the files that are new, and those that were there and were left alone."""

    new: tuple[str, ...]
    kept: tuple[str, ...]


def copy_workbook(source: Path, target: Path) -> Copied:
    """Copy the notebooks and exercises below `source` to the same places below `target`.

    Raises
    ------
    ThreatLabError
        If `target` is a file, or a file can't be written. What was there before is whole all the same.
    """
    if target.exists() and not target.is_dir():
        raise ThreatLabError(f"{str(target)!r} is a file; name a folder, which is made if it isn't there")
    new: list[str] = []
    kept: list[str] = []
    for file in _files(source):
        name = file.relative_to(source)
        try:
            (new if _copy(file, target / name) else kept).append(name.as_posix())
        except OSError as problem:
            raise ThreatLabError(f"{str(target / name)!r} can't be written: {problem.strerror}") from None
    return Copied(tuple(new), tuple(kept))


def _files(source: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for file in sorted((source / folder).rglob("*")):
            hidden = any(part.startswith((".", "__")) for part in file.relative_to(source).parts)
            if file.is_file() and not hidden and file.name != "ruff.toml":
                yield file


def _copy(file: Path, target: Path) -> bool:
    """Copy a file unless one is there, and tell whether it was copied."""
    data = file.read_bytes()
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with target.open("xb") as new:  # refuses a file that is there, even one made this instant
            try:
                new.write(data)
            except BaseException:
                target.unlink()  # half a notebook would be kept by the next run
                raise
    except FileExistsError:
        return False
    return True
