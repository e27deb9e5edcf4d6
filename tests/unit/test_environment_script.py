"""Making .venv fails with a sentence; the Pythons here are small scripts that play their parts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from scripts.pip_install import how_far

ROOT = Path(__file__).parents[2]
TOOLS = ("sh", "cat", "chmod", "cksum", "cp", "dirname", "grep", "mkdir", "rm", "tail")

# Answers what environment.sh asks of a Python: its version, its modules, a .venv, an installation.
PLAYER = """#!/bin/sh
case "$*" in
    *"import sys; sys.exit"*) exit {too_old} ;;
    *"import sys; print"*) echo {version} ;;
    *ensurepip*) exit {lacks_venv} ;;
    "-m venv "*) mkdir -p "$3/bin"; cp "$0" "$3/bin/python" ;;
    scripts/pip_install.py*) echo "$*" >> pip-calls; echo "{pip_says}" > "$2"; exit {pip_fails} ;;
esac
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a checkout of two packages, with a PATH of its own beside it."""
    checkout = tmp_path / "a checkout"
    (checkout / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/environment.sh", checkout / "scripts")
    (checkout / "threatlab/jupyter").mkdir(parents=True)
    (checkout / "threatlab/jupyter/server.json").write_text("{}\n", encoding="utf-8")
    (checkout / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    (checkout / "requirements.lock").write_text("one==1\ntwo==2\n", encoding="utf-8")
    (checkout / "requirements-test.lock").write_text("three==3\n", encoding="utf-8")
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(str(shutil.which(tool)))
    return checkout


def add_python(
    project: Path,
    name: str = "python3",
    version: str = "3.12",
    lacks_venv: int = 0,
    pip_says: str = "",
) -> None:
    too_old = int(tuple(map(int, version.split("."))) < (3, 11))
    file = project.parent / "bin" / name
    file.write_text(
        PLAYER.format(
            too_old=too_old,
            version=version,
            lacks_venv=lacks_venv,
            pip_says=pip_says,
            pip_fails=int(bool(pip_says)),
        ),
        encoding="utf-8",
    )
    file.chmod(0o755)


def make_environment(project: Path, *locks: str, **variables: str) -> tuple[int, str]:
    """Return the exit code, and all that was said, of one run of environment.sh on the learners' lock and `locks`."""
    done = subprocess.run(
        ["sh", "scripts/environment.sh", "requirements.lock", *locks],
        cwd=project,
        env={"PATH": str(project.parent / "bin")} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def installed(project: Path) -> list[str]:
    """Return what pip was asked to install, in order: the names of lock files, and "." for threatlab itself."""
    file = project / "pip-calls"
    return [line.split()[-1] for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


def test_an_old_python_is_named_with_its_version(project: Path) -> None:
    add_python(project, "python3", "3.9")
    add_python(project, "python", "2.7")
    code, said = make_environment(project)
    assert code == 1
    assert "needs Python 3.11 or newer" in said
    assert "python3 is Python 3.9; python is Python 2.7" in said


def test_a_newer_python_is_found_behind_an_old_one(project: Path) -> None:
    add_python(project, "python3", "3.9")
    add_python(project, "python3.13", "3.13")
    assert make_environment(project)[0] == 0


def test_a_missing_python_is_asked_for(project: Path) -> None:
    code, said = make_environment(project)
    assert code == 1
    assert "Install one" in said


def test_a_missing_venv_module_names_the_package_to_install(project: Path) -> None:
    add_python(project, lacks_venv=1)
    code, said = make_environment(project)
    assert code == 1
    assert "apt install python3-venv (or python3.12-venv)" in said


@pytest.mark.parametrize(
    ("pip_says", "sentence"),
    [
        ("WARNING: Retrying (Retry(total=0 ...", "is there a network?"),
        ("OSError: No space left on device", "The disk is full"),
        ("THESE PACKAGES DO NOT MATCH THE HASHES", "isn't the one that the lock file pins"),
        ("SSL: CERTIFICATE_VERIFY_FAILED", "PIP_CERT"),
        ("ERROR: something new", "ERROR: something new"),
    ],
)
def test_a_failing_installation_says_what_to_try_and_where_the_log_is(
    project: Path, pip_says: str, sentence: str
) -> None:
    add_python(project, pip_says=pip_says)
    code, said = make_environment(project)
    assert code == 1
    assert sentence in said
    assert ".cache/install.log" in said
    assert "Traceback" not in said


def test_what_is_up_to_date_is_not_installed_again(project: Path) -> None:
    add_python(project)
    assert make_environment(project)[0] == 0
    assert installed(project) == ["requirements.lock", "."]
    assert make_environment(project) == (0, "")
    assert installed(project) == ["requirements.lock", "."]


def test_the_bench_comes_on_top_of_what_learners_have(project: Path) -> None:
    add_python(project)
    make_environment(project)
    code, said = make_environment(project, "requirements-test.lock")
    assert code == 0
    assert "Installing what requirements-test.lock pins: 150 MB more to download" in said
    assert installed(project) == ["requirements.lock", ".", "requirements-test.lock"]
    assert make_environment(project) == (0, "")


def test_what_is_to_come_is_told_as_large_as_the_readme_says(project: Path) -> None:
    add_python(project)
    said = make_environment(project, "requirements-test.lock")[1]
    readme = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    for lock, promised in {
        "requirements.lock": r"downloads about (\d+ MB) of packages, (\d+ MB) on disk",
        "requirements-test.lock": r"adds what only the tests need: (\d+ MB), (\d+ MB) on disk",
    }.items():
        told = re.search(rf"{lock} pins: (?:about )?(\d+ MB) (?:more )?to download, (\d+ MB) (?:more )?on disk", said)
        assert told is not None
        assert told.groups() == re.search(promised, readme).groups()


FOUND = "Collecting numpy==2.4.6 (from -r requirements.lock)\n  Downloading numpy-2.4.6-cp311.whl (16.6 MB)\n"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", ""),
        ("Looking in links: /stick\n", ""),
        (FOUND, "  found 1 of 123 packages, 17 MB downloaded: numpy"),
        (
            FOUND + "  Downloading six-1-py3.whl.metadata (9.6 MB)\n",
            "  found 1 of 123 packages, 17 MB downloaded: numpy",
        ),
        (
            FOUND + "Processing /stick/jupyterlab-4.6.6-py3.whl\n",
            "  found 2 of 123 packages, 17 MB downloaded: jupyterlab",
        ),
        (FOUND + "Installing collected packages: numpy, six\n", "  unpacked 1 of 2 packages"),
    ],
)
def test_how_far_an_installation_is_can_be_told_from_what_pip_says(words: str, told: str) -> None:
    assert how_far(words, 123, 1) == told


def test_a_changed_lock_makes_a_new_environment_so_that_nothing_old_stays(project: Path) -> None:
    add_python(project)
    make_environment(project)
    (project / "requirements.lock").write_text("one==1.1\n", encoding="utf-8")
    code, said = make_environment(project)
    assert code == 0
    assert "Making .venv" in said
    assert installed(project) == ["requirements.lock", "."] * 2


def test_a_moved_folder_makes_a_new_environment(project: Path) -> None:
    add_python(project)
    make_environment(project)
    moved = project.rename(project.with_name("elsewhere"))
    assert "in another folder" in make_environment(moved)[1]


@pytest.mark.parametrize("name", ["pyproject.toml", "threatlab/jupyter/server.json"])
def test_a_changed_file_that_is_copied_into_the_environment_is_copied_again(project: Path, name: str) -> None:
    add_python(project)
    make_environment(project)
    (project / name).write_text("changed\n", encoding="utf-8")
    make_environment(project)
    assert installed(project) == ["requirements.lock", ".", "."]


def test_a_half_made_environment_is_made_again(project: Path) -> None:
    add_python(project, pip_says="killed")
    make_environment(project)
    add_python(project)
    code, said = make_environment(project)
    assert code == 0
    assert "didn't finish: starting again" in said


def test_another_python_can_be_asked_for(project: Path) -> None:
    add_python(project)
    add_python(project, "python3.14", "3.14")
    make_environment(project, PYTHON="python3")
    code, said = make_environment(project, PYTHON="python3.14")
    assert code == 0
    assert "Making .venv with Python 3.14" in said
