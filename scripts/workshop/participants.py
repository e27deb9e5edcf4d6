"""Makes the participants' edition, without solutions and tests.

    python -m scripts.workshop.participants ZIP [03,05]

It holds what a learner installs and reads. The same files give the same bytes: its hash can be published, and a branch
that keeps it changes only where the course has.
"""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Collection, Iterator
from hashlib import sha256
from pathlib import Path

from scripts.workshop.lessons import ROOT
from threatlab.checks import check_choice
from threatlab.course.left_out import without_lessons
from threatlab.errors import ThreatLabError
from threatlab.lessons import LESSONS, made_in

KEPT = (
    "threatlab/",
    "notebooks/",
    "exercises/",
    "scripts/environment.sh",
    "scripts/pip_install.py",
    "requirements.lock",
    "environment.yml",
    "postBuild",
    "start",
    "pyproject.toml",
    "LICENSE",
    "NOTICE",
    ".gitignore",
)
"""What of the repository is in it: files, and folders with all that git tracks in them."""

OWN = "workshop/participants/"
"""What stands at its top in place of ours: a README and a Makefile that name nothing that isn't in it."""

_SOLUTIONS = '"solutions" = '
_MADE = (1980, 1, 1, 0, 0, 0)
"""The time of each file in the zip: the earliest that the format knows, so that the clock changes no byte."""


def main(arguments: list[str]) -> int:
    """Write the zip, and print its name and hash; return 0, or 2 with one sentence if it can't be made."""
    to, left_out = Path(arguments[0]), arguments[1].replace(",", " ").split() if len(arguments) > 1 else []
    try:
        size = make(to, left_out)
    except (ThreatLabError, OSError) as problem:
        print(f"participants: {problem}", file=sys.stderr)
        return 2
    print(f"{to}: {size} files, sha256 {sha256(to.read_bytes()).hexdigest()}")
    return 0


def make(to: Path, left_out: Collection[str] = ()) -> int:
    """Write the edition, without the lessons of these numbers, to a zip, and return how many files it holds.

    Raises
    ------
    ThreatLabError
        If a number is no lesson's.
    OSError
        If the zip can't be written.
    """
    files = dict(edition(left_out))
    to.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _MADE), files[name], zipfile.ZIP_DEFLATED)
    return len(files)


def edition(left_out: Collection[str] = ()) -> Iterator[tuple[str, bytes]]:
    """Yield the name and the bytes of each file of the edition."""
    for number in left_out:
        check_choice("lesson to leave out", number, [lesson.number for lesson in LESSONS])
    kept = {
        lesson.number: file.name
        for lesson in LESSONS
        for file in (ROOT / "notebooks").glob(f"{lesson.number}-*.ipynb")
        if lesson.number not in left_out
    }
    for name in _tracked():
        data = (ROOT / name).read_bytes()
        if name.startswith(OWN):
            yield name.removeprefix(OWN), data
        elif name.endswith(".ipynb"):
            if (number := Path(name).name[:2]) not in left_out:
                folder = "" if name.startswith("notebooks/") else "../notebooks/"
                titles = {other: f"[{made_in(other)}]({folder}{file})" for other, file in kept.items()}
                yield name, _notebook(data, number, left_out, titles)
        elif name == "pyproject.toml":
            lines = data.decode().splitlines(keepends=True)
            yield name, "".join(line for line in lines if not line.startswith(_SOLUTIONS)).encode()
        else:
            yield name, data


def _notebook(data: bytes, number: str, left_out: Collection[str], titles: dict[str, str]) -> bytes:
    if not left_out:
        return data
    adapted = without_lessons(json.loads(data), number, left_out, titles)
    return (json.dumps(adapted, indent=1, ensure_ascii=False) + "\n").encode()


def _tracked() -> list[str]:
    """Return the names of the files that go into the edition, of those that git tracks."""
    try:
        command = ["git", "ls-files", "-z"]
        ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603  # no input
    except (OSError, subprocess.CalledProcessError):
        raise ThreatLabError("git lists what belongs to the course: make the edition in a clone of it") from None
    names = [name for name in ran.stdout.split("\0") if name and (ROOT / name).is_file()]
    return [name for name in names if name.startswith((*KEPT, OWN)) and Path(name).name != "ruff.toml"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
