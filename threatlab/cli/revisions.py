"""What `threatlab diff` reads: threat models, systems, drawings and inventories, from files or from git's revisions."""

from __future__ import annotations

import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from threatlab.cli.inputs import INVENTORIES, read_inputs
from threatlab.errors import ThreatLabError
from threatlab.report import Source, ThreatModel

_REVISION = re.compile(r"(?![A-Za-z]:[\\/])([^:]+):(.+)")
"""A revision, a colon and a file, as git writes it; `C:\\model.toml` is none."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its threat models, where each is described, and whether it is an inventory."""

    models: tuple[ThreatModel, ...]
    sources: tuple[Source | None, ...]
    many: bool


def read_side(given: str, *, lines: bool = False) -> Side:
    """Return what `read_inputs` reads, or what it would have read at a revision of git.

    Raises
    ------
    ThreatLabError
        If it can't be read; the message names it.
    """
    asked = None if Path(given).exists() else _REVISION.fullmatch(given)
    if not asked:
        return _read(given, lines=lines)
    revision, file = asked[1], Path(asked[2])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        copy.write_bytes(_at(revision, file))
        try:
            side = _read(str(copy), lines=lines)
        except ThreatLabError as problem:
            raise ThreatLabError(str(problem).replace(repr(str(copy))[1:-1], given)) from None
    name = Source.at(file).file
    return replace(side, sources=tuple(source and replace(source, file=name) for source in side.sources))


def _read(given: str, *, lines: bool) -> Side:
    inputs = read_inputs([given], lines=lines)
    models, sources = (tuple(each) for each in zip(*((i.model, i.source) for i in inputs), strict=True))
    return Side(models, sources, len(inputs) > 1 or Path(given).suffix.lower() in INVENTORIES)


def _at(revision: str, file: Path) -> bytes:
    """Return what a file held at a revision of the git repository that it lies in."""
    folder = next(each for each in (file.absolute().parent, *file.absolute().parents) if each.is_dir())
    name = file.absolute().relative_to(folder).as_posix()
    # cat-file runs no filter that a repository sets, and what follows the option is no option.
    command = ["git", "-C", str(folder), "cat-file", "blob", f"{revision}:./{name}"]
    try:
        if revision.startswith("-"):
            raise ThreatLabError(f"{revision!r} is no revision of git; give a branch, a tag or a commit, such as main")
        done = subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    except FileNotFoundError:
        raise ThreatLabError(f"'{revision}:{file}' asks for a revision, and git is not installed") from None
    except ValueError as problem:  # a NUL in a name
        raise ThreatLabError(f"'{revision}:{file}' can't be read: {problem}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1].removeprefix("fatal: ").rstrip(".") if said else "git gives no reason"
        asked = f"{revision}:{file}"
        raise ThreatLabError(f"{asked!r} can't be read: git says: {why}; name a revision that has this file")
    return done.stdout
