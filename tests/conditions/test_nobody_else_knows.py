"""Nobody else knows it: a control, incident, system or question more breaks no test that isn't about it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from shutil import copy, copytree, ignore_patterns

from tests.notebooks.tracked import ROOT

FOLDERS = ("threatlab", "solutions", "exercises", "notebooks", "tests", "scripts")
TESTS = (
    *(f"tests/unit/test_{name}.py" for name in ("catalog", "incidents", "replay", "system", "planner", "explorer")),
    *(f"tests/exercises/test_{name}.py" for name in ("progress", "questions", "recall_and_progress_panels")),
)
"""Tests that go through all there is, in seconds."""

WHICH = (
    "not broken and (passes or plausible and (why or assess or plan.) or one_file or numbered or not test_questions)"
    " and not attack. and not depth.q4 and not operate.q1 and not operate.q2 and not damaged and not hint"
)
"""Of the questions, those tests to which the catalog, or how many questions there are, could matter.

Attacks, detectors and a suite of bounds are judged on models, logs and results, whatever the catalog holds; that wrong
answers are told apart is seen where the catalog's own controls are asked for.
"""


def titled(title: str, text: str) -> str:
    """Return an entry under another title."""
    changed, times = re.subn(r'(?m)^title = ".*"$', f'title = "{title}"', text)
    assert times == 1
    return changed


def add_control(catalog: Path, layer: str, control: str) -> None:
    """Add a copy of a control under another name, in all else the same."""
    file = catalog / "controls" / f"{layer}.toml"
    text = file.read_text("utf-8")
    [entry] = re.findall(rf"(?ms)^\[{control}\]\n.*?(?=^\[(?!{control}[.\]])|\Z)", text)
    entry = titled(f"Another {control}", entry.replace(f"[{control}", f"[another_{control}"))
    file.write_text(f"{text.rstrip()}\n\n{entry}", "utf-8")


def add_incident(catalog: Path, incident: str) -> None:
    """Add a copy of an incident and of its system under another name."""
    for folder in ("incidents", "systems"):
        text = (catalog / folder / f"{incident}.toml").read_text("utf-8")
        text = text.replace(f'name = "{incident}"', f'name = "another-{incident}"')
        (catalog / folder / f"another-{incident}.toml").write_text(titled(f"Another {incident}", text), "utf-8")


def add_question(workbook: Path) -> None:
    """Add a copy of question why.q2 as why.q5: in its file, with its wrong answers and with its worked solution."""
    for folder in ("threatlab/exercises/why", "tests/exercises/why"):
        text = (workbook / folder / "q2_meeting.py").read_text("utf-8").replace("q2", "q5")
        (workbook / folder / "q5_another.py").write_text(text, "utf-8")
    door = workbook / "threatlab/exercises/why/__init__.py"
    text = door.read_text("utf-8").replace("q4)", "q4, q5)")
    door.write_text(f"from threatlab.exercises.why.q5_another import q5\n{text}", "utf-8")
    file = workbook / "solutions/00-why.ipynb"
    notebook = json.loads(file.read_text("utf-8"))
    [asked] = [cell for cell in notebook["cells"] if "q2.check(" in "".join(cell["source"])]
    another = deepcopy(asked) | {"id": "another"}
    another["source"] = ["from threatlab.exercises.why import q5\n", *(x.replace("q2", "q5") for x in asked["source"])]
    notebook["cells"].append(another)
    file.write_text(json.dumps(notebook), "utf-8")


def test_a_control_an_incident_a_system_and_a_question_more_break_no_test_that_is_not_about_them(tmp_path):
    for folder in FOLDERS:
        copytree(ROOT / folder, tmp_path / folder, ignore=ignore_patterns("__pycache__"))
    copy(ROOT / "pyproject.toml", tmp_path)
    catalog = tmp_path / "threatlab" / "catalog"
    add_control(catalog, "data", "training_data_validated")  # an attack measures it
    add_control(catalog, "infrastructure", "secrets_in_vault")  # texts of the planner are about it
    add_control(catalog, "operations", "staff_trained")  # a solution is about it
    add_incident(catalog, "shadowray")
    add_incident(catalog, "amazon-q")
    add_question(tmp_path)
    options = ["--verbose", "-n", "0", "-p", "no:cacheprovider", "-p", "no:nbval", "--hypothesis-profile=few"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, "-k", WHICH, *TESTS],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    for name in ("another_secrets_in_vault", "another_training_data_validated", "another-shadowray", "why.q5"):
        assert f"[{name}]" in done.stdout
