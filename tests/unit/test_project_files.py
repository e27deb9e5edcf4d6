"""The project files agree with each other: what one promises, the others install and run."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-test.lock", "requirements-site.lock")
"""What learners use, and on top of it the bench, and what builds the site in the browser."""

HUB_LOCK = "workshop/hub/requirements.lock"
"""What a host's hub needs beside the first: the packages that both have, it has in the same versions."""

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
SYSTEMS = {
    "linux": {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux"},
    "mac": {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin"},
    "windows": {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"},
}
# Spelled in two parts, or this file would be found too.
REGISTRY_HOSTS = [
    f"{name}.{end}"
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("anaconda", "org"),
        ("debian", "org"),
    )
]


def environment(python: str, system: str) -> dict[str, str]:
    """Return what a lock's markers ask for: a late release of CPython `python` on `system`."""
    cpython = {"implementation_name": "cpython", "platform_python_implementation": "CPython"}
    version = {"python_version": python, "python_full_version": f"{python}.7"}
    return SYSTEMS[system] | cpython | version


def locked(file: str) -> list[str]:
    """Return the requirements of a lock, each with its hashes on one line, comments left out."""
    text = (ROOT / file).read_text(encoding="utf-8").replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and "#" not in line]


def pins(file: str, python: str, system: str) -> dict[str, str]:
    """Return the version of each package that `file` installs in one environment."""
    found: dict[str, str] = {}
    for line in locked(file):
        requirement = Requirement(line.partition("--hash")[0])
        if requirement.marker and not requirement.marker.evaluate(environment(python, system)):
            continue
        name = canonicalize_name(requirement.name)
        assert name not in found, f"{file} pins {name} twice for Python {python} on {system}"
        [pin] = requirement.specifier
        assert pin.operator == "==", f"{file}: {requirement} is no pin"
        found[name] = pin.version
    return found


def asked_for(*extras: str) -> list[Requirement]:
    optional = PROJECT["project"]["optional-dependencies"]
    return [Requirement(text) for extra in extras for text in optional[extra]]


def unmet(pinned: dict[str, str], *extras: str) -> list[str]:
    """Return the ranges of pyproject.toml that the pins don't meet."""
    return [
        f"{wanted} (pinned: {pinned.get(canonicalize_name(wanted.name))})"
        for wanted in asked_for(*extras)
        if not wanted.specifier.contains(pinned.get(canonicalize_name(wanted.name), "0"))
    ]


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_the_locks_pin_every_range_of_pyproject_within_it(python: str, system: str) -> None:
    lesson, bench, site = (pins(file, python, system) for file in LOCKS)
    assert unmet(lesson, "lab") == []
    assert unmet(lesson | bench, "test", "dask", "parquet") == []
    assert unmet(lesson | site, "site") == []


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_no_lock_changes_a_package_of_another(python: str, system: str) -> None:
    lesson, bench, site = (pins(file, python, system) for file in LOCKS)
    assert lesson.keys() & bench == set()
    assert (lesson | bench).keys() & site == set()


def test_what_builds_the_package_is_there_where_there_is_no_network() -> None:
    lesson = pins(LOCKS[0], PYTHONS[0], "linux")
    for needed in map(Requirement, PROJECT["build-system"]["requires"]):
        assert needed.specifier.contains(lesson[canonicalize_name(needed.name)])


@pytest.mark.parametrize("file", [*LOCKS, HUB_LOCK])
def test_every_pin_has_a_hash_and_no_line_an_address(file: str) -> None:
    assert [line for line in locked(file) if "--hash=sha256:" not in line] == []
    text = (ROOT / file).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index-url|--find-links|--trusted-host", text)


def conda() -> dict[str, Any]:
    return dict(yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8")))


def test_conda_installs_the_same_lock_from_conda_forge_alone() -> None:
    assert conda()["name"] == PROJECT["project"]["name"]
    assert conda()["channels"] == ["conda-forge", "nodefaults"]
    assert {"pip": [f"-r {LOCKS[0]}"]} in conda()["dependencies"]


def test_all_files_start_at_the_same_python() -> None:
    promised = SpecifierSet(PROJECT["project"]["requires-python"])
    oldest = PYTHONS[0]
    assert promised == SpecifierSet(f">={oldest}")
    assert all(promised.contains(python) for python in PYTHONS)
    assert f"python={oldest}" in conda()["dependencies"]
    assert PROJECT["tool"]["ruff"]["target-version"] == f"py{oldest.replace('.', '')}"
    assert PROJECT["tool"]["mypy"]["python_version"] == oldest
    script = (ROOT / "scripts/environment.sh").read_text(encoding="utf-8")
    assert f"sys.version_info < ({oldest.replace('.', ', ')})" in script
    assert all(f"python{python}" in script for python in PYTHONS)


def commands(name: str) -> list[str]:
    """Return the lines of a script that Binder runs, without comments."""
    file = ROOT / name
    assert os.access(file, os.X_OK)
    first, *lines = file.read_text(encoding="utf-8").splitlines()
    assert first == "#!/bin/sh"
    return [line for line in lines if not line.startswith("#")]


def test_binder_installs_the_package_after_its_lock_by_the_line_of_the_readme_alone() -> None:
    [line] = commands("postBuild")
    assert line == "python -m pip install --no-deps --no-build-isolation -e ."
    assert f"\n{line}\n" in (ROOT / "README.md").read_text(encoding="utf-8")


def test_binder_starts_its_server_in_a_folder_with_the_learners_copy(tmp_path: Path) -> None:
    assert commands("start") == ["python -m threatlab start my-course", 'exec "$@"']
    (tmp_path / "python").write_text('#!/bin/sh\necho "python $*"\n', encoding="utf-8")
    (tmp_path / "python").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [ROOT / "start", "echo", "the server"], env={"PATH": path}, cwd=tmp_path, capture_output=True, check=True
    )
    assert done.stdout == b"python -m threatlab start my-course\nthe server\n"


def test_make_alone_lists_every_command_in_a_line() -> None:
    listed = subprocess.run(
        ["make", "--no-print-directory"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    lines = [line.split(maxsplit=2) for line in listed.splitlines()]
    assert {"lab", "test", "notebooks", "bench", "check", "stick"} <= {command for _, command, _ in lines}
    assert all(make == "make" and said for make, _, said in lines)


def test_ci_runs_every_test_and_lets_no_browser_test_skip() -> None:
    file = ROOT / ".ci/run"
    assert os.access(file, os.X_OK)
    text = file.read_text(encoding="utf-8")
    assert "make test" in text
    assert "THREATLAB_REQUIRE_BROWSER=1" in text


def test_no_file_names_a_package_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\0")
    files = [ROOT / name for name in listed if (ROOT / name).is_file()]
    assert files
    found = [
        f"{file.relative_to(ROOT)}: {host}"
        for file in files
        for host in REGISTRY_HOSTS
        if host.encode() in file.read_bytes()
    ]
    assert found == []
