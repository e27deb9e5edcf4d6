"""What the tests of the installed package share, once for each process: its wheel, an environment, and a kernel."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notebooks.kernel import Run, kernel
from tests.notebooks.tracked import ROOT
from tests.packaging.outside import environment_outside
from threatlab.course import INSTALLED

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
    """Return the Python of an environment into which only the wheel is installed.

    The packages that it needs are taken from this environment, which has the package itself only as a link to the
    checkout, and such links aren't followed from another place.
    """
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin/python"
    subprocess.run([*PIP, "--python", python, "install", "--no-deps", "--no-index", "--no-compile", wheel], check=True)
    [site] = folder.glob("lib/*/site-packages")
    (site / "packages-of-the-tests.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    for name in ("static", "schemas"):
        (folder / "share/jupyter/lab" / name).symlink_to(Path(sys.prefix, "share/jupyter/lab", name))
    return python


@pytest.fixture(scope="session")
def workbook(python: Path) -> Path:
    """Return the folder in which the wheel put lessons, exercises and solutions."""
    return python.parents[1] / INSTALLED


@pytest.fixture(scope="session")
def run(python: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Return what runs notebooks with the installed package, one after the other."""
    with kernel(python, environment_outside(tmp_path_factory.mktemp("kernel"))) as run:
        yield run
