"""Make the stick, all that a room without network needs to install the course: python -m scripts.stick [FOLDER].

Its wheels are those that the lock names by their hashes, for each Python and system that has them all; one that lacks
some is left out, and that is said. A second run downloads only what is missing.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from packaging.requirements import Requirement

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PIP = (sys.executable, "-m", "pip", "--no-input", "--disable-pip-version-check")

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
"""As in pyproject.toml's range, and as scripts/environment.sh looks for them."""

_GLIBC = range(28, 16, -1)
"""Linux since 2019 (Debian 10, Ubuntu 20.04, RHEL 8) has glibc 2.28 or newer; wheels for older ones run there, too."""


@dataclass(frozen=True, slots=True)
class System:
    """A system that the stick is for: what its Python says of itself, and the wheels that pip takes on it."""

    platforms: tuple[str, ...]
    markers: Mapping[str, str]


SYSTEMS = {
    "linux-x86_64": System(
        (*(f"manylinux_2_{minor}_x86_64" for minor in _GLIBC), "manylinux2014_x86_64", "manylinux1_x86_64"),
        {"sys_platform": "linux", "os_name": "posix", "platform_system": "Linux", "platform_machine": "x86_64"},
    ),
    "darwin-arm64": System(
        ("macosx_12_0_arm64",),
        {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "arm64"},
    ),
    "darwin-x86_64": System(
        ("macosx_12_0_x86_64",),
        {"sys_platform": "darwin", "os_name": "posix", "platform_system": "Darwin", "platform_machine": "x86_64"},
    ),
    "windows-amd64": System(
        ("win_amd64",),
        {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows", "platform_machine": "AMD64"},
    ),
}
"""By `platform.system()` and `platform.machine()`, in lower case: by them install.py knows where it is."""


class StickError(Exception):
    """The stick can't be made; the message says why."""


def main(arguments: list[str] | None = None) -> int:
    """Make or complete a stick, and say what it holds and how large it is."""
    parser = argparse.ArgumentParser(prog="make stick", description="Make a folder to copy onto a USB stick.")
    parser.add_argument("folder", nargs="?", default="dist/stick", type=Path, help="where (default: dist/stick)")
    parser.add_argument("--lock", default=ROOT / "requirements.lock", type=Path, help="a lock file with hashes")
    parser.add_argument("--python", nargs="+", choices=PYTHONS, default=PYTHONS, help="for these alone")
    parser.add_argument("--system", nargs="+", choices=tuple(SYSTEMS), default=tuple(SYSTEMS), help="for these alone")
    parser.add_argument("--wheels", type=Path, help="take all wheels from this folder, and ask no index")
    asked = parser.parse_args(arguments)
    try:
        make(asked.folder, asked.lock, [(s, p) for s in asked.system for p in asked.python], asked.wheels)
    except (StickError, OSError) as problem:
        print(f"make stick: {problem}", file=sys.stderr)
        return 1
    return 0


def make(folder: Path, lock: Path, targets: Iterable[tuple[str, str]], source: Path | None = None) -> None:
    """Fill `folder` for each pair of a system and a Python; from the folder `source` alone if one is given."""
    wheels = folder / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    whole: dict[str, list[str]] = {}
    for system, python in targets:
        print(f"{system}, Python {python} ...", flush=True)
        if missing := _download(lock, system, python, wheels, source):
            print(f"  left out: {missing}", flush=True)
        else:
            whole.setdefault(system, []).append(python)
    if not whole:
        raise StickError("no system and Python has all wheels of the lock, so there is nothing to install from")
    for old in wheels.glob("threatlab-*.whl"):
        old.unlink()
    _run("wheel", "--quiet", "--no-deps", "--no-build-isolation", "--wheel-dir", str(wheels), str(ROOT))
    [ours] = wheels.glob("threatlab-*.whl")
    own = f"threatlab=={ours.name.split('-')[1]} \\\n    --hash=sha256:{_hash(ours)}\n"
    (folder / "requirements.lock").write_text(lock.read_text(encoding="utf-8") + own, encoding="utf-8")
    (folder / "stick.json").write_text(json.dumps(whole, indent=1) + "\n", encoding="utf-8")
    shutil.copy(HERE.parent / "pip_install.py", folder)
    for name in ("install.py", "install.sh", "install.cmd"):
        text, end = (HERE / name).read_text(encoding="utf-8"), "\r\n" if name.endswith(".cmd") else "\n"
        (folder / name).write_text(text, encoding="utf-8", newline=end)
    size = f"{sum(each.stat().st_size for each in wheels.iterdir()) / 1e6:,.0f} MB"
    rows = "\n".join(f"  {system:14} Python {', '.join(pythons)}" for system, pythons in whole.items())
    page = (HERE / "README.txt").read_text(encoding="utf-8").replace("{size}", size).replace("{rows}", rows)
    (folder / "README.txt").write_text(page, encoding="utf-8")
    listed = sorted(each for each in folder.rglob("*") if each.is_file() and each.name != "SHA256SUMS")
    sums = "".join(f"{_hash(each)}  {each.relative_to(folder).as_posix()}\n" for each in listed)
    (folder / "SHA256SUMS").write_text(sums, encoding="utf-8")
    print(f"{folder} holds {len(list(wheels.iterdir()))} wheels, {size}:\n{rows}\nREADME.txt in it says how to go on.")


def _download(lock: Path, system: str, python: str, wheels: Path, source: Path | None) -> str:
    """Bring the wheels for a system and a Python into a folder, and return what is missing; "" if nothing is."""
    there = SYSTEMS[system]
    options = [option for each in there.platforms for option in ("--platform", each)]
    where = ["--isolated", "--no-index", "--find-links", str(source)] if source else []
    done: set[str] = set()
    for patch in ("0", "99"):  # markers ask for the patch release, too, and a learner's can be any
        needed = set(
            _pinned(lock, there.markers | {"python_version": python, "python_full_version": f"{python}.{patch}"})
        )
        listed = wheels.parent / ".needed.txt"
        listed.write_text("\n".join(sorted(needed - done)) + "\n", encoding="utf-8")
        asked = ("download", "--quiet", "--no-deps", "--only-binary=:all:", "--require-hashes")
        try:
            if needed - done:
                _run(
                    *asked,
                    "--python-version",
                    f"{python}.{patch}",
                    *options,
                    *where,
                    "--dest",
                    str(wheels),
                    "--requirement",
                    str(listed),
                )
        except StickError as problem:
            return str(problem)
        finally:
            listed.unlink()
        done |= needed
    return ""


def _pinned(lock: Path, markers: Mapping[str, str]) -> Iterator[str]:
    """Yield the lines of a lock that hold in an environment, each with its hashes and without its marker.

    pip itself asks the markers of the Python that it runs on, whatever platform it downloads for.
    """
    python = {"implementation_name": "cpython", "platform_python_implementation": "CPython", "extra": ""}
    for line in lock.read_text(encoding="utf-8").replace("\\\n", " ").splitlines():
        pin, *hashes = re.split(r"\s+(?=--hash=)", line.strip())
        if not hashes:
            continue
        wanted = Requirement(pin)
        if not wanted.marker or wanted.marker.evaluate(dict(markers) | python):
            yield " ".join((f"{wanted.name}{wanted.specifier}", *hashes))


def _run(*arguments: str) -> None:
    done = subprocess.run([*PIP, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        faults = [line for line in done.stderr.splitlines() if line.startswith("ERROR")]
        raise StickError(faults[-1].removeprefix("ERROR: ") if faults else done.stderr.strip()[-300:])


def _hash(file: Path) -> str:
    with file.open("rb") as held:
        return file_digest(held, "sha256").hexdigest()


if __name__ == "__main__":
    sys.exit(main())
