"""What a learner makes beside the notebooks is not tested: neither by the Makefile nor by the tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.notebooks.tracked import ROOT, tracked

OURS, THEIRS = "notebooks/00-ours.ipynb", "notebooks/Untitled.ipynb"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a checkout in which a learner has left a notebook."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "notebooks").mkdir()
    for notebook in (OURS, THEIRS):
        (tmp_path / notebook).write_text("{}", encoding="utf-8")
    for command in (["init", "--quiet"], ["add", OURS]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def made(checkout: Path) -> str:
    """Return what `make test` would run there."""
    command = ["make", "--dry-run", "test"]
    return subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=True).stdout


def test_a_learners_notebook_is_left_alone(checkout: Path) -> None:
    assert tracked("notebooks", checkout) == [checkout / OURS]
    assert OURS in made(checkout)
    assert THEIRS not in made(checkout)


def test_without_git_every_notebook_is_taken(checkout: Path) -> None:
    shutil.rmtree(checkout / ".git")
    assert tracked("notebooks", checkout) == [checkout / OURS, checkout / THEIRS]
    assert OURS in made(checkout)
    assert THEIRS in made(checkout)


def test_a_folder_of_the_learners_own_is_not_even_looked_at(checkout: Path) -> None:
    mine = checkout / "my-course" / OURS
    mine.parent.mkdir(parents=True)
    mine.write_text("spoiled", encoding="utf-8")
    assert "my-course" not in made(checkout)
    assert " . " not in made(checkout).replace("\n", " "), "a tool that is given the whole checkout looks into it"
