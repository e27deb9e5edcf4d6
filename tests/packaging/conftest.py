"""What the tests of the installed package share, once for each process: its wheel, an environment, and a kernel."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.notebooks.kernel import Run, kernel
from tests.notebooks.tracked import ROOT
from tests.packaging.outside import environment_outside, run_outside
from threatlab.course import INSTALLED
from threatlab.exercises.progress import VARIABLE

PIP = (sys.executable, "-m", "pip", "--quiet", "--no-input", "--disable-pip-version-check")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the wheel of this checkout; nothing is downloaded for it."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT], check=True)
    [file] = folder.glob("threatlab-*.whl")
    return file


@pytest.fixture(scope="session")
def python(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the Python of an environment into which only the wheel is installed, with what its extra `lab` asks for.

    These packages are taken from this environment by links: nothing that is here for tests alone is there, as in a
    learner's.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    subprocess.run([*PIP, "--python", python, "install", "--no-deps", "--no-index", "--no-compile", wheel], check=True)
    [site] = folder.glob("lib/*/site-packages")
    for each in files_of(asked_for(next(iter(metadata.distributions(name="threatlab", path=[str(site)]))), {"lab"})):
        if not (site / each.name).exists():
            (site / each.name).symlink_to(each)
    for name in ("lab/static", "lab/schemas", "labextensions"):
        (folder / "share/jupyter" / name).symlink_to(Path(sys.prefix, "share/jupyter", name))
    return python


def asked_for(package: metadata.Distribution, extras: set[str]) -> dict[str, metadata.Distribution]:
    """Return what a package asks for with these extras, and all that this asks for in turn, by their names."""
    packages: dict[str, metadata.Distribution] = {}
    open_, seen = [(package, frozenset(extras))], set()
    while open_:
        needs, wanted = open_.pop()
        for line in needs.requires or ():
            asked = Requirement(line)
            if asked.marker and not any(asked.marker.evaluate({"extra": extra}) for extra in wanted or {""}):
                continue
            key = canonicalize_name(asked.name), frozenset(asked.extras)
            if key not in seen:
                seen.add(key)
                packages[key[0]] = metadata.distribution(asked.name)
                open_.append((packages[key[0]], key[1]))
    return packages


def files_of(packages: dict[str, metadata.Distribution]) -> set[Path]:
    """Return the folders and files that packages have in site-packages itself."""
    site = Path(sysconfig.get_path("purelib"))
    names = {file.parts[0] for package in packages.values() for file in package.files or ()}
    return {site / name for name in names - {"..", "__pycache__"}}


@pytest.fixture(scope="session")
def course(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a learner's copy of the course, as the installed package makes it."""
    folder = tmp_path_factory.mktemp("learner")
    run_outside(python, python.with_name("threatlab"), "start", "my-course", folder=folder)
    return folder / "my-course"


@pytest.fixture(scope="session")
def workbook(python: Path) -> Path:
    """Return the folder in which the wheel put lessons, exercises and solutions."""
    return python.parents[1] / INSTALLED


@pytest.fixture(scope="session")
def run(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return what runs notebooks with the installed package, one after the other."""
    folder = tmp_path_factory.mktemp("kernel")
    with kernel(python, environment_outside(folder) | {VARIABLE: str(folder / "kept/progress.jsonl")}) as run:
        yield run
