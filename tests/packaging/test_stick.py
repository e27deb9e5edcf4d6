"""The stick holds for each system what its lock pins, and installs the course where no index is to be had."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from scripts.stick import __main__ as stick
from tests.packaging.outside import run_outside

HERE = f"{platform.system()}-{platform.machine()}".lower()
PYTHON = "{}.{}".format(*sys.version_info[:2])
TAG = f"cp{PYTHON.replace('.', '')}"
WHEELS = {
    "every": ("py3-none-any",),
    "built": (f"{TAG}-{TAG}-manylinux_2_17_x86_64", f"{TAG}-{TAG}-win_amd64", f"{TAG}-{TAG}-macosx_11_0_arm64"),
    "windows": ("py3-none-any",),
    "lacking": (f"{TAG}-{TAG}-manylinux_2_17_x86_64", f"{TAG}-{TAG}-win_amd64"),
}
"""Packages of a lock, and the wheels that there are of each."""

pytestmark = pytest.mark.skipif(HERE != "linux-x86_64", reason="the wheels made here are for Linux on x86_64")


def source(folder: Path) -> Path:
    """Return a folder with the wheels, and a lock of them beside it."""
    folder.mkdir()
    lines = []
    for name, tags in WHEELS.items():
        marker = " ; sys_platform == 'win32'" if name == "windows" else ""
        line = [f"{name}==1.0{marker}"]
        for tag in tags:
            file = folder / f"{name}-1.0-{tag}.whl"
            with zipfile.ZipFile(file, "w") as wheel:
                about = f"{name}-1.0.dist-info"
                wheel.writestr(f"{name}.py", "")
                wheel.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
                wheel.writestr(f"{about}/WHEEL", f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n")
                wheel.writestr(f"{about}/RECORD", "")
            line.append(f"--hash=sha256:{sha256(file.read_bytes()).hexdigest()}")
        lines.append(" \\\n    ".join(line) + "\n    # via nobody\n")
    (folder.parent / "requirements.lock").write_text("".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def made(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return a stick for three systems, and what was said as it was made."""
    folder = tmp_path_factory.mktemp("stick")
    wheels = source(folder / "source")
    run = stick._run

    def run_or_copy(*arguments: str) -> None:
        if arguments[0] == "wheel":  # built once for all tests of the wheel
            shutil.copy(wheel, arguments[arguments.index("--wheel-dir") + 1])
        else:
            run(*arguments)

    said: list[str] = []
    with pytest.MonkeyPatch.context() as changes:
        changes.setattr(stick, "_run", run_or_copy)
        changes.setattr("builtins.print", lambda *words, **_: said.append(" ".join(map(str, words))))
        targets = [(system, PYTHON) for system in ("linux-x86_64", "darwin-arm64", "windows-amd64")]
        stick.make(folder / "a stick", folder / "requirements.lock", targets, wheels)
    return folder / "a stick", "\n".join(said)


def test_each_system_has_its_wheels_and_one_that_lacks_some_is_left_out_with_a_word(made: tuple[Path, str]) -> None:
    folder, said = made
    assert json.loads((folder / "stick.json").read_text("utf-8")) == {
        "linux-x86_64": [PYTHON],
        "windows-amd64": [PYTHON],
    }
    assert "left out: No matching distribution found for lacking==1.0" in said
    there = {each.name for each in (folder / "wheels").iterdir() if not each.name.startswith("threatlab")}
    assert {f"{name}-1.0-{tag}.whl" for name, tags in WHEELS.items() for tag in tags} - there == {
        f"built-1.0-{TAG}-{TAG}-macosx_11_0_arm64.whl"
    }
    page = (folder / "README.txt").read_text("utf-8")
    assert "{" not in page
    assert f"windows-amd64  Python {PYTHON}" in page


def test_every_file_of_it_has_its_hash(made: tuple[Path, str]) -> None:
    folder, _ = made
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    files = {each.relative_to(folder).as_posix(): each for each in folder.rglob("*") if each.is_file()}
    assert sums == {name: sha256(file.read_bytes()).hexdigest() for name, file in files.items() if name != "SHA256SUMS"}
    assert b"\r\n" in (folder / "install.cmd").read_bytes()


def install(stick_: Path, folder: Path) -> tuple[int, str]:
    """Install in an environment that names no index, from the shell as a learner does."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    variables = {"PATH": path, "HOME": str(folder.parent), "PIP_INDEX_URL": "http://127.0.0.1:9/"}
    command = ["sh", str(stick_ / "install.sh"), str(folder)]
    done = subprocess.run(command, env=variables, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def test_it_installs_the_course_without_an_index_and_no_wheel_that_was_changed(
    made: tuple[Path, str], tmp_path: Path
) -> None:
    folder = tmp_path / "the course"
    said = install(made[0], folder)[1]  # the doctor finds what this small lock lacks: Jupyter
    assert "FAILED  kernel" in said
    assert '-m jupyterlab "' in said
    python = folder / ".venv/bin/python"
    assert run_outside(python, "-c", "import every, built, lacking; print('there')", folder=tmp_path) == "there\n"
    assert "shadowray" in run_outside(python, "-m", "threatlab", "systems", folder=tmp_path)
    assert (folder / "my-course/00-why.ipynb").is_file()

    shutil.copytree(made[0] / "wheels", tmp_path / "wheels")
    with (tmp_path / "wheels/every-1.0-py3-none-any.whl").open("ab") as changed:
        changed.write(b"\0")
    again = ("--isolated", "--no-index", "--ignore-installed", "--find-links", tmp_path / "wheels", "--requirement")
    pip = [python, made[0] / "pip_install.py", tmp_path / "log", *again, folder / "requirements.lock"]
    assert subprocess.run(pip, check=False).returncode == 1
    assert "DO NOT MATCH THE HASHES" in (tmp_path / "log").read_text("utf-8")


@pytest.mark.parametrize(
    ("held", "said"),
    [({"plan9-mips": [PYTHON]}, "the stick is for plan9-mips, and this is"), ({HERE: ["3.9"]}, "is for 3.9")],
)
def test_a_system_or_python_that_it_is_not_for_is_told(
    held: dict[str, Sequence[str]], said: str, made: tuple[Path, str], tmp_path: Path
) -> None:
    shutil.copy(made[0] / "install.py", tmp_path)
    (tmp_path / "stick.json").write_text(json.dumps(held), encoding="utf-8")
    command = [sys.executable, str(tmp_path / "install.py"), str(tmp_path / "course")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert said in done.stderr
    assert not (tmp_path / "course").exists()
