"""What `threatlab diff` reads: threat models, systems, drawings and inventories, from files or from git's revisions."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

from threatlab.changes import as_model
from threatlab.cli.inputs import read_inputs, relative, source_of
from threatlab.dataflow.files import drawing_from_table
from threatlab.errors import ThreatLabError
from threatlab.files import FileKind
from threatlab.report import Source, ThreatModel
from threatlab.report.json_file import model_from_dict
from threatlab.system import list_systems, system_from_table

_INVENTORIES = (".csv", ".parquet")
_FILES = FileKind("system", "a name", many=True, folder=resources.files("threatlab") / "catalog" / "systems")
_REVISION = re.compile(r"(?![A-Za-z]:[\\/])([^:]+):(.+)")
"""A revision, a colon and a file, as git writes it; `C:\\model.toml` is none."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison: its threat models, where each is described, and whether it is an inventory."""

    models: tuple[ThreatModel, ...]
    sources: tuple[Source | None, ...]
    many: bool


def read_side(given: str) -> Side:
    """Return what a file, a built-in system, or a file at a revision of git holds, told apart by what stands in it.

    Raises
    ------
    ThreatLabError
        If it can't be read; the message names it.
    """
    asked = None if Path(given).exists() else _REVISION.fullmatch(given)
    if not asked:
        return _read(given)
    revision, file = asked[1], Path(asked[2])
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / file.name
        copy.write_bytes(_at(revision, file))
        try:
            side = _read(str(copy))
        except ThreatLabError as problem:
            raise ThreatLabError(str(problem).replace(repr(str(copy))[1:-1], given)) from None
    sources = (source and replace(source, file=relative(file)) for source in side.sources)
    return replace(side, sources=tuple(sources))


def _read(given: str) -> Side:
    path = Path(given)
    if path.suffix.lower() in _INVENTORIES:
        inputs = read_inputs([given])
        return Side(
            tuple(ThreatModel(each.system) for each in inputs), tuple(each.source for each in inputs), many=True
        )
    models = _FILES.load(given, _models)
    source = source_of(path) if path.is_file() and given not in list_systems() else None
    return Side(models, (source,) * len(models), len(models) > 1)


def _models(held: Mapping[str, Any] | Sequence[Any]) -> tuple[ThreatModel, ...]:
    if not isinstance(held, Mapping):
        return tuple(map(model_from_dict, held))
    if "schema" in held:
        return (model_from_dict(held),)
    if not {"zones", "elements", "flows"}.isdisjoint(held):
        return (as_model(drawing_from_table(held)),)
    return (ThreatModel(system_from_table(held)),)


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
