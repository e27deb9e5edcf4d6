"""Whether the packages are those that the course was made with: its lock's, or else within the ranges it asks for."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from threatlab.files import read_text
from threatlab.machine.finding import Finding
from threatlab.words import counted

if TYPE_CHECKING:
    from packaging.requirements import Requirement

LOCK = "requirements.lock"
AGAIN = "install the course again, as README.md says for your system"
_NAMED = 3
"""How many packages a line names."""


def python() -> Finding:
    """Return whether this Python is one that the package asks for."""
    from packaging.specifiers import SpecifierSet

    here = ".".join(map(str, sys.version_info[:3]))
    asked = metadata.metadata("threatlab")["Requires-Python"]
    if SpecifierSet(asked).contains(here, prereleases=True):
        return Finding("Python", f"{here}, {sys.executable}")
    return Finding("Python", f"{here}, and {asked} is needed", AGAIN)


def packages(folder: Path) -> Finding:
    """Return whether all packages are there, as the lock that lies with the course pins them, or within its ranges."""
    lock = next((each for each in _places(folder) if each.is_file()), None)
    try:
        wanted = list(_pinned(lock) if lock else _ranges())
    except metadata.PackageNotFoundError:
        return Finding("packages", "threatlab is not installed", AGAIN)
    by = f"as {LOCK} pins them" if lock else "within the ranges of threatlab[lab]"
    wrong = _wrong(wanted)
    if not wrong:
        return Finding("packages", f"{counted(len(wanted), 'package')} {by}")
    more = f" and {len(wrong) - _NAMED} more" if len(wrong) > _NAMED else ""
    what = f'--require-hashes -r "{lock}"' if lock else " ".join(f'"{each}"' for each in wrong)
    return Finding("packages", f"not {by}: {', '.join([*wrong.values()][:_NAMED])}{more}", pip_install(what))


def version(name: str) -> str:
    """Return the version of an installed package, "" if it isn't there."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def pip_install(what: str) -> str:
    """Return the line to type that has this Python's pip install something."""
    python = f'"{sys.executable}"' if " " in sys.executable else sys.executable
    return f"{python} -m pip install {what}"


def _places(folder: Path) -> Iterator[Path]:
    """Yield where a lock can lie: in the learner's copy, beside it, in the clone that the package is run from."""
    for each in (folder, folder.absolute().parent, Path(__file__).resolve().parents[2]):
        yield each / LOCK


def _pinned(lock: Path) -> Iterator[Requirement]:
    """Yield what a lock pins for this Python and system."""
    from packaging.requirements import Requirement

    for line in read_text(lock).replace("\\\n", " ").splitlines():
        if "--hash=" in line:
            pin = Requirement(re.split(r"\s+--hash=", line)[0])
            if not pin.marker or pin.marker.evaluate():
                yield pin


def _ranges() -> Iterator[Requirement]:
    """Yield what threatlab asks for here, as pyproject.toml has it."""
    from packaging.requirements import Requirement

    for asked in map(Requirement, metadata.requires("threatlab") or ()):
        if not asked.marker or asked.marker.evaluate({"extra": "lab"}):
            yield asked


def _wrong(wanted: Iterable[Requirement]) -> dict[str, str]:
    """Return what is wrong with those that are missing or of another version, by what pip would have to install."""
    there = {each: version(each.name) for each in wanted}
    return {
        f"{each.name}{each.specifier}": f"{each.name} {has or 'missing'} ({str(each.specifier).strip('=')} wanted)"
        for each, has in there.items()
        if not has or not each.specifier.contains(has, prereleases=True)
    }
