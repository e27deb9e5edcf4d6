"""The participants' edition opens, holds no solution and no test, and every link in it resolves."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from hashlib import sha256
from pathlib import Path

import pytest

from scripts.workshop.participants import edition, main, make
from threatlab.errors import ThreatLabError

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "workshop" / "README.md").read_text(encoding="utf-8")
LINK = re.compile(r"\]\(([^)#\s]+)")


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The edition, unpacked."""
    folder = tmp_path_factory.mktemp("edition")
    make(folder / "edition.zip")
    with zipfile.ZipFile(folder / "edition.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(folder / "opened")
    return folder / "opened"


def cells(file):
    return {cell["id"]: "".join(cell["source"]) for cell in json.loads(file.read_text(encoding="utf-8"))["cells"]}


def broken_links(folder):
    texts = {file: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    texts |= {file: "\n".join(cells(file).values()) for file in folder.rglob("*.ipynb")}
    assert texts
    return [
        f"{file.name}: {target}"
        for file, text in texts.items()
        for target in LINK.findall(text)
        if ":" not in target and not (file.parent / target).exists()
    ]


def test_it_holds_no_solution_and_no_test(opened):
    names = [file.relative_to(opened).as_posix() for file in opened.rglob("*") if file.is_file()]
    ours = re.compile(r"(solutions|tests|workshop|\.ci)/|scripts/(?!environment|pip_install)")
    assert not [name for name in names if ours.match(name)]
    notebooks = [file.read_text(encoding="utf-8") for file in opened.rglob("*.ipynb")]
    assert len(notebooks) == 16
    assert not [text for text in notebooks if "BEGIN SOLUTION" in text]
    assert "solutions" not in (opened / "pyproject.toml").read_text(encoding="utf-8")


def test_what_the_package_is_built_from_is_in_it(opened):
    built = tomllib.loads((opened / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = built["tool"]["hatch"]["build"]["targets"]["wheel"]
    named = [*wheel["packages"], *wheel["shared-data"], built["project"]["readme"], *built["project"]["license-files"]]
    assert [name for name in named if not (opened / name).exists()] == []


def test_its_learners_copy_is_made_and_its_cells_are_the_courses(opened, tmp_path):
    command = [sys.executable, "-m", "threatlab", "start", str(tmp_path / "my-course")]
    subprocess.run(command, cwd=opened, env={"PYTHONPATH": str(opened), "PATH": ""}, check=True, capture_output=True)
    assert len([*(tmp_path / "my-course").glob("*.ipynb")]) == 16
    assert broken_links(tmp_path / "my-course") == []
    for file in (ROOT / "notebooks").glob("0*.ipynb"):
        assert cells(tmp_path / "my-course" / file.name).keys() == cells(file).keys()


def test_every_link_resolves(opened):
    assert broken_links(opened) == []


def test_every_link_resolves_where_lessons_are_left_out(tmp_path):
    for name, data in edition(["03", "07"]):
        if name.endswith((".ipynb", ".md", "LICENSE", "NOTICE")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_bytes(data)
    assert broken_links(tmp_path) == []
    assert not [*tmp_path.rglob("03-*"), *tmp_path.rglob("07-*")]


def test_the_same_files_give_the_same_bytes_and_their_hash_is_printed(opened, tmp_path, capsys):
    assert main([str(tmp_path / "again.zip"), ""]) == 0
    digest = sha256((opened.parent / "edition.zip").read_bytes()).hexdigest()
    assert digest in capsys.readouterr().out


def test_a_lesson_that_is_none_is_refused_in_a_sentence(tmp_path, capsys):
    with pytest.raises(ThreatLabError, match="unknown lesson to leave out '3'"):
        make(tmp_path / "edition.zip", ["3"])
    assert main([str(tmp_path / "edition.zip"), "3"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "edition.zip").exists()


def test_the_commands_that_keep_its_branch_are_those_of_the_guide(tmp_path):
    [block] = [text for text in re.findall(r"```\n(.*?)```", GUIDE, re.DOTALL) if "orphan" in text]
    repository = tmp_path / "course"
    make(repository / "dist" / "threatlab-participants.zip")
    as_somebody = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for command in (["init", "-q"], [*as_somebody, "commit", "-qm", "course", "--allow-empty"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    config = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org"}
    config |= {"GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org", "PATH": "/usr/bin:/bin"}
    script = "\n".join(line for line in block.splitlines() if not re.match(r"make|git push|git -C \S+ push", line))
    done = subprocess.run(
        ["sh", "-euc", script], cwd=repository, env=config, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    listed = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "participants"],
        cwd=repository,
        capture_output=True,
        text=True,
        check=True,
    )
    assert {name for name, _ in edition()} == {*listed.stdout.split()}
