"""Compares the catalog's ids and names of MITRE ATLAS with an ATLAS data file that the user has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from threatlab.catalog.read import AtlasRelease
from threatlab.catalog.records import Technique
from threatlab.errors import ThreatLabError
from threatlab.files import parse, read_text

_KINDS = ("tactics", "techniques", "mitigations")
_WANTED = "give ATLAS data as MITRE publishes it: dist/v6/ATLAS-....yaml, or the older ATLAS.yaml"

Names = Mapping[str, Mapping[str, str]]
"""Full names of the entries of a release, by kind and id."""


@dataclass(frozen=True, slots=True)
class AtlasChanges:
    """What a data file says otherwise than the catalog: `new` are ids and names that its release didn't have at all.

    `retired` are entries that the file lacks, and `renamed` those that it calls by another name, with that name.
    """

    version: str
    retired: tuple[Technique, ...]
    renamed: tuple[tuple[Technique, str], ...]
    new: tuple[tuple[str, str], ...]


def compare_atlas(ours: AtlasRelease, file: str | Path) -> AtlasChanges:
    """Return what the ATLAS data in `file` (YAML or JSON, of format 6 or older) says otherwise than `ours`.

    Raises
    ------
    ThreatLabError
        If the file can't be read, or holds no ATLAS data; or it is YAML, and PyYAML is missing.
    """
    shown = repr(str(file))
    data = _read(Path(file), shown)
    names = {kind: dict(_names(kind, data, shown)) for kind in _KINDS}
    used = [(entry, names[kind].get(entry.id)) for kind in _KINDS for entry in ours.entries[kind].values()]
    return AtlasChanges(
        version=_version(data),
        retired=tuple(entry for entry, name in used if name is None),
        renamed=tuple((entry, name) for entry, name in used if name is not None and name != entry.name),
        new=tuple(
            (i, name)
            for kind in _KINDS
            for i, name in sorted(names[kind].items())
            if i not in ours.entries[kind] and i not in ours.unused[kind]
        ),
    )


def _read(file: Path, shown: str) -> Mapping[str, Any]:
    """Return what the file holds: the matrix with its lists in an older format, the whole in format 6."""
    text = read_text(file)
    data = parse(text, ".json", shown, "techniques") if file.suffix.lower() == ".json" else _yaml(text, shown)
    if isinstance(data, str) and data.strip().endswith(".yaml"):
        raise ThreatLabError(f"{shown} only points to {data.strip()!r}: give that file")
    matrices = data.get("matrices") if isinstance(data, dict) else None
    if isinstance(matrices, list) and matrices and isinstance(matrices[0], dict):
        return {**matrices[0], "version": data["version"]} if "version" in data else matrices[0]
    if not isinstance(data, dict) or not isinstance(data.get("techniques"), dict):
        raise ThreatLabError(f"{shown} holds no ATLAS data; {_WANTED}")
    return data


def _yaml(text: str, shown: str) -> Any:
    try:
        import yaml  # the core needs nothing but Python; who has no YAML to read needs no reader
    except ImportError:
        raise ThreatLabError(
            f"{shown}: reading YAML needs PyYAML: python -m pip install pyyaml, or save the file as JSON"
        ) from None
    try:
        return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  # both are safe
    except (yaml.YAMLError, ValueError, RecursionError) as problem:
        raise ThreatLabError(f"{shown} is not valid YAML: {' '.join(str(problem).split())}") from None


def _names(kind: str, data: Mapping[str, Any], shown: str) -> Iterator[tuple[str, str]]:
    """Yield ids and full names: ATLAS calls a sub-technique by its own name alone, we put its technique's before it."""
    held = data.get(kind)
    entries = list(held.values()) if isinstance(held, dict) else held
    if not isinstance(entries, list) or not entries or not all(_is_entry(each) for each in entries):
        raise ThreatLabError(f"{shown}: not each of its {kind} has an id and a name; {_WANTED}")
    names = {each["id"]: each["name"] for each in entries}
    for i, name in names.items():
        parent = i.rpartition(".")[0]
        yield i, f"{names[parent]}: {name}" if parent in names else name


def _is_entry(value: object) -> bool:
    return isinstance(value, dict) and all(isinstance(value.get(name), str) for name in ("id", "name"))


def _version(data: Mapping[str, Any]) -> str:
    collection = data.get("collection")
    version = collection.get("version") if isinstance(collection, dict) else data.get("version")
    return str(version or "of no named version")
