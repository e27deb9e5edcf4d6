"""The core runs in Pyodide: its tests that need nothing but Python and pytest pass there, in Node."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.notebooks.tracked import ROOT
from tests.site.conftest import SITE
from tests.unit.test_imports import HEAVY, imported

HERE = {*sys.stdlib_module_names, "threatlab", "pytest", "tests"}
ELSEWHERE = {"subprocess", "threading", "importlib", "tests.unit.test_imports"}
"""What begins processes and threads, or imports by a name that stands in no import."""


def needs_nothing_else(file: Path) -> bool:
    """Tell whether a file of tests, and what of the tests it imports, needs only Python, pytest and the core."""
    names = set(imported(ast.walk(ast.parse(file.read_text("utf-8")))))
    rooms = {name.split(".")[1] for name in names if name.startswith("threatlab.")}
    if names & ELSEWHERE or rooms & HEAVY or not {name.partition(".")[0] for name in names} <= HERE:
        return False
    ours = [ROOT / f"{name.replace('.', '/')}.py" for name in names if name.startswith("tests.")]
    return all(needs_nothing_else(other) for other in ours)


def test_the_cores_own_tests_pass_in_pyodide() -> None:
    files = [file for file in sorted((ROOT / "tests/unit").glob("test_*.py")) if needs_nothing_else(file)]
    names = [str(file.relative_to(ROOT)) for file in files]
    command = [shutil.which("node") or "node", str(Path(__file__).with_name("core.mjs"))]
    pyodide = Path(SITE, "static/pyodide").resolve()
    done = subprocess.run([*command, str(pyodide), str(ROOT), *names], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-2000:]
    assert re.search(r"\d+ passed", done.stdout)
