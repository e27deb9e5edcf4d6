"""Whether the packages are those that the course was made with: its lock's, or else within the ranges it asks for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from threatlab.files import read_text
from threatlab.machine.finding import Finding
from threatlab.words import counted

LOCK = "requirements.lock"
_NAMED = 3
"""How many packages a line names."""


def python() -> Finding:
    """Return whether this Python is one that the package asks for."""
    from packaging.specifiers import SpecifierSet

    here = ".".join(map(str, sys.version_info[:3]))
    asked = metadata.metadata("threatlab")["Requires-Python"]
    if SpecifierSet(asked).contains(here, prereleases=True):
        return Finding("Python", f"{here}, {sys.executable}")
    return Finding("Python", f"{here}, and {asked} is needed", "install one, and the course with it")


def packages(folder: Path) -> Finding:
    """Return whether all packages are there, as the lock that lies with the course pins them, or within its ranges."""
    lock = next((each for each in _places(folder) if each.is_file()), None)
    try:
        wrong, many = _unlike(lock) if lock else _out_of_range()
    except metadata.PackageNotFoundError:
        return Finding("packages", "threatlab is not installed", "install it, as README.md says for your system")
    by = f"as {LOCK} pins them" if lock else "within the ranges of threatlab[lab]"
    if not wrong:
        return Finding("packages", f"{counted(many, 'package')} {by}")
    more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    way_out = f"pip install --require-hashes -r {str(lock)!r}" if lock else "pip install --upgrade 'threatlab[lab]'"
    return Finding(
        "packages", f"not {by}: {', '.join(wrong[:_NAMED])}{more}", f"{_quoted(sys.executable)} -m {way_out}"
    )


def _places(folder: Path) -> Iterator[Path]:
    """Yield where a lock can lie: in the learner's copy, beside it, in the clone that the package is run from."""
    for each in (folder, folder.absolute().parent, Path(__file__).resolve().parents[2]):
        yield each / LOCK


def _unlike(lock: Path) -> tuple[list[str], int]:
    """Return the packages that are not as the lock pins them, each with both versions, and how many it pins here."""
    from packaging.requirements import Requirement

    lines = read_text(lock).replace("\\\n", " ").splitlines()
    pins = [Requirement(re.split(r"\s--hash=", line)[0]) for line in lines if "--hash=" in line]
    here = [each for each in pins if not each.marker or each.marker.evaluate()]
    return [said for each in here if (said := _said_of(each.name, str(each.specifier)))], len(here)


def _out_of_range() -> tuple[list[str], int]:
    """Return the packages that are not within the ranges that threatlab asks for, and how many it asks for here."""
    from packaging.requirements import Requirement

    asked = [Requirement(line) for line in metadata.requires("threatlab") or ()]
    here = [each for each in asked if not each.marker or each.marker.evaluate({"extra": "lab"})]
    return [said for each in here if (said := _said_of(each.name, str(each.specifier)))], len(here)


def _said_of(name: str, asked: str) -> str:
    """Return what is wrong with an installed package, "" if nothing is."""
    from packaging.specifiers import SpecifierSet

    there = version(name)
    if there and SpecifierSet(asked).contains(there, prereleases=True):
        return ""
    return f"{name} {there or 'missing'} ({asked.removeprefix('==')} wanted)"


def version(name: str) -> str:
    """Return the version of an installed package, "" if it isn't there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def _quoted(path: str) -> str:
    return f'"{path}"' if " " in path else path
