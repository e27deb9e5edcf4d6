"""What `threatlab diff` reads: threat models, systems, drawings and inventories, from files or from git's revisions."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from threatlab.cli.inputs import INVENTORIES, read_inputs
from threatlab.errors import ThreatLabError
from threatlab.report import Source, ThreatModel
from threatlab.report.sarif import repository

_REVISION = re.compile(r"(?![A-Za-z]:[\\/])([^:]*):(.+)")
"""A revision, a colon and a file, as git writes it: none stands for what is staged. `C:\\model.toml` is none."""


_OF_A_HOOK = ("GIT_DIR", "GIT_WORK_TREE")
"""What git tells a hook in a linked worktree."""


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
    if not file.exists() and (root := repository(file)) and (root / file).exists():
        file = root / file  # where git looks for it
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
    git, named = ["git", "-C", str(folder), "cat-file"], f"{revision}:./{name}"
    found = repository(
        Path(os.path.realpath(folder), name)
    )  # then a hook's view, with paths from elsewhere, is no help
    environment = {key: value for key, value in os.environ.items() if not found or key not in _OF_A_HOOK}
    try:
        if revision.startswith("-"):
            raise ThreatLabError(f"{revision!r} is no revision of git; give a branch, a tag or a commit, such as main")
        if file.is_symlink():  # which it may have been then: git keeps what it leads to, and goes there if asked
            there = subprocess.run(  # noqa: S603
                [*git, "--batch-check=%(objectname) %(objecttype)", "--follow-symlinks"],
                input=os.fsencode(named), capture_output=True, check=False, env=environment,
            )  # fmt: skip
            id_, _, kind = there.stdout.decode("utf-8", "replace").strip().partition(" ")
            named = id_ if kind == "blob" else named
        done = subprocess.run([*git, "blob", named], capture_output=True, check=False, env=environment)  # noqa: S603
    except FileNotFoundError:
        raise ThreatLabError(f"'{revision}:{file}' asks for a revision, and git is not installed") from None
    except ValueError as problem:  # a NUL in a name
        raise ThreatLabError(f"'{revision}:{file}' can't be read: {problem}") from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["nothing"]
        why = " ".join(said).removeprefix("fatal: ").rstrip(".")
        way_out = "; name a revision that has this file" if len(said) == 1 else ""  # where git says more, it says it
        raise ThreatLabError(f"{f'{revision}:{file}'!r} can't be read: git says: {why}{way_out}")
    return done.stdout
