"""What `threatlab catalog check` writes: how the catalog's ids of MITRE ATLAS stand to an ATLAS data file."""

from __future__ import annotations

from importlib import resources

from threatlab.catalog.newer_atlas import compare_atlas
from threatlab.catalog.read import read_atlas
from threatlab.report.blocks import shown


def atlas_table(file: str) -> tuple[str, bool]:
    """Return the lists as text, and whether an id that the catalog uses was retired or renamed.

    Raises
    ------
    ThreatLabError
        If the file is no ATLAS data that can be read.
    """
    ours = read_atlas(resources.files("threatlab") / "catalog" / "atlas.toml")
    changes = compare_atlas(ours, file)
    parts = {
        "retired: the catalog uses them, the file lacks them": [
            f"{entry}{f' ({entry.later})' if entry.later else ''}" for entry in changes.retired
        ],
        "renamed: the file calls them otherwise": [f"{entry} -> {name}" for entry, name in changes.renamed],
        "new: the catalog's release has no such id": [f"{i} {name}" for i, name in changes.new],
    }
    lines = [f"MITRE ATLAS: the catalog uses {ours.version} of {ours.date}, the file is {changes.version}"]
    for title, entries in parts.items():
        lines += ["", f"{len(entries)} {title}", *(f"  {entry}" for entry in entries)]
    return "\n".join(map(shown, lines)) + "\n", bool(changes.retired or changes.renamed)
