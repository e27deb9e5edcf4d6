"""The workflow for a course's own repository: its commands are run, and its page says of a failure what is said."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from importlib.metadata import version
from inspect import getsource
from pathlib import Path
from unittest.mock import patch

import nbformat
import pytest
import yaml
from nbval import plugin

from scripts.workshop.lessons import LESSONS
from threatlab.cli import main

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "course"
WORKFLOW = yaml.safe_load((FOLDER / "course.yml").read_text(encoding="utf-8"))
PAGE = (FOLDER / "README.md").read_text(encoding="utf-8")
STEPS = WORKFLOW["jobs"]["notebooks"]["steps"]
COMMANDS = [line for step in STEPS for line in step.get("run", "").splitlines()]


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course's repository, as the page sets it up, cut down to three cells; a figure of the last has changed."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "threatlab").symlink_to(ROOT)
    (folder / "notebooks").mkdir()
    lesson = LESSONS["04-plan-and-control"]
    notebook = nbformat.read(lesson.file, as_version=4)
    notebook.cells = [lesson.by_id[cell] for cell in lesson.needed(["gaps"])]
    [table] = notebook.cells[-1].outputs
    table.data["text/plain"] = re.sub(r"0\.\d", "0.9", table.data["text/plain"], count=1)
    nbformat.write(notebook, folder / "notebooks" / "04-plan-and-control.ipynb")
    (folder / "our-system.toml").write_text('name = "ours"\n[facts]\ngenerates_content = true\n', encoding="utf-8")
    return folder


def ran(command, course):
    """Run a command of the workflow in the course's repository, with this Python."""
    words = [sys.executable if word == "python" else word for word in shlex.split(command)]
    bare = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_ADDOPTS": "-p nbval.plugin"}  # others take seconds to load
    environment = {**os.environ, **WORKFLOW["env"], **bare, "PYTHONPATH": str(ROOT), "PY_COLORS": "0"}
    return subprocess.run(words, cwd=course, env=environment, capture_output=True, text=True, check=False)


def test_nbval_passes_what_is_as_saved_and_shows_a_changed_figure_as_the_page_says(course):
    [command] = [each for each in COMMANDS if "--nbval" in each]
    done = ran(command, course)
    assert done.returncode == 1
    failed = re.findall(r"^FAILED (\S+)::Cell (\d+)", done.stdout, re.MULTILINE)
    assert failed == [("notebooks/04-plan-and-control.ipynb", "2")], done.stdout[-3000:]
    assert "1 failed, 2 passed" in done.stdout
    assert "Cell outputs differ" in done.stdout


def as_run(file, made, *_, **__):
    """Write a notebook as papermill does when it has run it."""
    notebook = json.loads(Path(file).read_text(encoding="utf-8"))
    notebook["metadata"]["papermill"] = {}
    Path(made).write_text(json.dumps(notebook), encoding="utf-8")


def test_a_lesson_is_run_on_the_repositorys_own_system(course, capsys, monkeypatch):
    [command] = [each for each in COMMANDS if each.startswith("threatlab ")]
    monkeypatch.chdir(course)
    words = shlex.split(command)[1:]
    with patch("papermill.execute_notebook", side_effect=as_run) as papermill:  # tests/unit/test_run.py runs it
        assert main(words) == 0, capsys.readouterr().err
    notebook, _, parameters = papermill.call_args.args
    output = words[words.index("-o") + 1]
    assert Path(output).exists()
    assert Path(notebook).exists()
    assert Path(parameters["system"]).name == "our-system.toml"
    assert output in {step["with"]["path"] for step in STEPS if "path" in step.get("with", {})}
    assert main(shlex.split(command.replace("system our", "sytem our"))[1:]) == 2
    assert "did you mean 'system'?" in capsys.readouterr().err


def test_what_is_installed_is_pinned_and_there():
    pips = [shlex.split(each)[4:] for each in COMMANDS if " pip install" in each]
    assert pips[0] == ["--require-hashes", "-r", "threatlab/requirements.lock"]
    assert pips[1] == ["--no-deps", "--no-build-isolation", "./threatlab"]
    assert pips[2] == [f"nbval=={version('nbval')}"]
    assert (ROOT / "requirements.lock").exists()


def test_the_workflow_runs_at_every_change_and_every_week_with_few_rights():
    when = WORKFLOW[True]  # YAML 1.1 reads "on" as true
    assert {"push", "pull_request", "schedule"} <= set(when)
    assert WORKFLOW["permissions"] == {"contents": "read"}


def test_what_the_page_says_that_nbval_says_stands_in_nbval():
    source = getsource(plugin)
    named = re.findall(r"^\| `([A-Z][^`]+)`(?: or `([^`]+)`)?", PAGE, re.MULTILINE)
    for text in filter(None, (part for row in named for part in row)):
        assert text.replace("300", "%g").split("of %g")[0] in source, text


def test_the_commands_of_the_page_are_there(tmp_path, monkeypatch, capsys):
    for script in set(re.findall(r"python threatlab/(\S+)", PAGE)):
        assert (ROOT / script).exists()
    [start] = re.findall(r"^threatlab start .*$", PAGE, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(start)[1:]) == 0
    assert not [*Path("notebooks").glob("03-*")]
    assert "notebooks" in capsys.readouterr().out
