"""Nobody else knows it: a control, an incident and a system more in the catalog break no test that isn't about them."""

from __future__ import annotations

import inspect
import re
import shutil
import subprocess
import sys
from pathlib import Path

import threatlab

ROOT = Path(__file__).parents[2]
TESTS = ("catalog", "incidents", "replay", "system", "planner")
"""Tests that go through all of the catalog, in seconds."""


def add_copies(catalog):
    """Add a copy of a control, of an incident with its system, and of a system, under names of their own."""
    controls = catalog / "controls" / "data.toml"
    text = controls.read_text("utf-8")
    control = re.search(r"(?ms)^\[training_data_validated\]\n.*?(?=^\[(?!training_data_validated))", text)[0]
    control = titled("Another control", control.replace("[training_data_validated", "[another_control"))
    controls.write_text(f"{text.rstrip()}\n\n{control}", "utf-8")
    incident = (catalog / "incidents" / "shadowray.toml").read_text("utf-8")
    (catalog / "incidents" / "another-incident.toml").write_text(titled("Another incident", incident), "utf-8")
    for name, new in (("shadowray", "another-incident"), ("tay", "another-system")):
        system = (
            (catalog / "systems" / f"{name}.toml").read_text("utf-8").replace(f'name = "{name}"', f'name = "{new}"')
        )
        (catalog / "systems" / f"{new}.toml").write_text(titled(f"Title of {new}", system), "utf-8")


def titled(title, text):
    """An entry under another title."""
    changed, times = re.subn(r'(?m)^title = ".*"$', f'title = "{title}"', text)
    assert times == 1
    return changed


def test_a_control_an_incident_and_a_system_more_break_no_test_that_is_not_about_them(tmp_path):
    package = Path(inspect.getfile(threatlab)).parent
    shutil.copytree(package, tmp_path / "threatlab", ignore=shutil.ignore_patterns("__pycache__"))
    add_copies(tmp_path / "threatlab" / "catalog")
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "--verbose", "-n", "0", "-p", "no:cacheprovider", "-k", "not broken"),
            *("-o", f"pythonpath={tmp_path} {ROOT}"),  # the copy comes first
            *(f"tests/unit/test_{name}.py" for name in TESTS),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert all(f"[{name}]" in done.stdout for name in ("another_control", "another-incident", "another-system"))
