"""The catalog's MITRE ATLAS ids and names, held against a data file of ATLAS that the user has."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from threatlab.catalog.read import read_atlas
from threatlab.catalog.records import Technique
from threatlab.catalog.rules import catalog
from threatlab.errors import ThreatLabError
from threatlab.files import parse, read_text

_KINDS = ("tactics", "techniques", "mitigations", "case-studies")
_NEW = "new in "
_ID = re.compile(r"AML\.(TA|T|M|CS)\d{4}(\.\d{3})?")


@dataclass(frozen=True, slots=True)
class AtlasChanges:
    """What a release of ATLAS, `version`, changes of the catalog's ids and names.

    `retired` are entries of ours that it lacks, `renamed` those of another name there (with that name), and `new` are
    its entries, case studies too, that the catalog's own release did not have.
    """

    version: str
    retired: tuple[Technique, ...]
    renamed: tuple[tuple[Technique, str], ...]
    new: tuple[Technique, ...]

    def __bool__(self) -> bool:
        return bool(self.retired or self.renamed or self.new)


def check_atlas(source: str | Path) -> AtlasChanges:
    """Return how the ATLAS data in a file (ATLAS.yaml, in its format 5 or 6, or the same as JSON) differ from ours.

    Raises
    ------
    ThreatLabError
        If the file can't be read or holds no ATLAS data, is older than the release the catalog is pinned to, or is YAML
        and there is no PyYAML.
    """
    version, theirs = _read(Path(source))
    release, lists = read_atlas(resources.files("threatlab") / "catalog" / "atlas.toml")
    if _number(version) < _number(release.version):
        raise ThreatLabError(
            f"{str(source)!r} is ATLAS {version}, and the catalog is as of {release}: give a later release"
        )
    ours = [entry for entries in lists.values() for entry in entries.values()]
    ours += [Technique(source.id, source.title) for source in catalog().sources.values() if _ID.fullmatch(source.id)]
    known = {*release.others, *(entry.id for entry in ours)}
    return AtlasChanges(
        version=version,
        retired=tuple(each for each in ours if each.id not in theirs and _number(version) >= _since(each)),
        renamed=tuple((each, theirs[each.id]) for each in ours if theirs.get(each.id, each.name) != each.name),
        new=tuple(
            Technique(i, name)
            for i, name in sorted(theirs.items())
            if i not in known and not _old_case(i, release.last_case)
        ),
    )


def _old_case(name: str, last: str) -> bool:
    return name.startswith("AML.CS") and name <= last


def _since(entry: Technique) -> tuple[int, ...]:
    """Return the release that brought an entry which the catalog's own release lacks; else one before all."""
    return _number(entry.later.removeprefix(_NEW)) if entry.later.startswith(_NEW) else ()


def _number(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def _read(file: Path) -> tuple[str, dict[str, str]]:
    """Return the version of an ATLAS data file, and the names of its entries by id."""
    shown, text = repr(str(file)), read_text(file)
    suffix = file.suffix.lower()
    held = parse(text, suffix if suffix in (".yaml", ".yml") else ".json", shown, "one entry")
    if isinstance(held, str) and held.endswith(".yaml"):  # ATLAS-latest.yaml, downloaded, is the name of another file
        raise ThreatLabError(f"{shown} only names the file to give: {held!r}")
    if not isinstance(held, dict):
        raise ThreatLabError(f"{shown} holds no ATLAS data: it is no table; give ATLAS.yaml, or the same as JSON")
    collection = held.get("collection")  # format 6 keeps the version there
    version = str(held.get("version") or (collection.get("version") if isinstance(collection, dict) else ""))
    names = {entry["id"]: entry["name"] for entry in _entries(held)}
    if not re.fullmatch(r"\d+(\.\d+)+", version) or not names:
        lacks = "a version, or entries with id and name"
        raise ThreatLabError(f"{shown} holds no ATLAS data: it lacks {lacks}; give ATLAS.yaml, or the same as JSON")
    return version, {name: _full(name, names) for name in names}


def _entries(held: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Yield the entries of either format: 5 has them in lists, in matrices but for the case studies; 6 in tables."""
    matrices = held.get("matrices")
    for part in (held, *(matrices if isinstance(matrices, list) else ())):
        for kind in _KINDS:
            entries = part.get(kind) if isinstance(part, dict) else None
            listed = list(entries.values()) if isinstance(entries, dict) else entries
            for entry in listed if isinstance(listed, list) else ():
                if (
                    isinstance(entry, dict)
                    and isinstance(entry.get("name"), str)
                    and _ID.fullmatch(str(entry.get("id")))
                ):
                    yield entry


def _full(name: str, names: Mapping[str, str]) -> str:
    """Return an entry's name as ATLAS shows it: a sub-technique's behind that of its technique."""
    technique = names.get(name.rpartition(".")[0], "")
    return names[name] if names[name].startswith(technique) else f"{technique}: {names[name]}"
