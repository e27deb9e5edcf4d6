"""Imports run one way, and the core needs nothing but Python."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import threatlab

PACKAGE = Path(inspect.getfile(threatlab)).parent
ORDER = (
    *("errors", "words", "ranking", "checks", "fields", "files", "processes", "lessons", "course"),
    *("catalog", "measured", "audit", "system", "assessment", "manager", "incidents", "dataflow"),
    *("plan", "policy", "depth", "attacks", "regression", "monitoring", "tabletop", "operate"),
    *("plots", "report", "changes", "exchange", "exercises", "classroom", "widgets", "jupyter", "machine", "cli"),
)
"""Rooms of the package: each imports from those before it, and from itself."""

HEAVY = {"attacks", "regression", "monitoring", "plots", "exercises", "classroom", "widgets", "jupyter", "machine"}
"""Rooms that may need more than Python; in the core, only `assessment/inventory*.py` (pandas) may."""


def room(file):
    """The room that a file is in: its folder in the package, or the file itself."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


FILES = {str(f.relative_to(PACKAGE)): f for f in sorted(PACKAGE.rglob("*.py")) if not room(f).startswith("__")}
CORE = {name: file for name, file in FILES.items() if room(file) not in HEAVY and "assessment/inventory" not in name}


def imported(nodes):
    """The modules that some statements import."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, "name the whole module: that is what a reader searches for"
            yield node.module


def test_every_room_has_its_place_in_the_order():
    assert {room(file) for file in FILES.values()} <= set(ORDER)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_imports_run_one_way(file):
    ours = [name.split(".") for name in imported(ast.walk(ast.parse(file.read_text("utf-8"))))]
    used = {name[1] for name in ours if name[0] == "threatlab" and len(name) > 1}
    assert {other for other in used if ORDER.index(other) > ORDER.index(room(file))} == set()


@pytest.mark.parametrize("file", CORE.values(), ids=CORE)
def test_a_file_of_the_core_needs_nothing_but_python_to_be_imported(file):
    at_once = set(imported(ast.parse(file.read_text("utf-8")).body))
    outside = {name for name in at_once if name.partition(".")[0] not in {*sys.stdlib_module_names, "threatlab"}}
    assert outside == set()
    assert {name for name in at_once if name.startswith("threatlab.") and name.split(".")[1] in HEAVY} == set()


@pytest.mark.slow
def test_importing_threatlab_imports_nothing_but_the_standard_library():
    program = """
import sys
before = set(sys.modules)
import threatlab
threatlab.assess(threatlab.load_system("shadowray")).best_next()
threatlab.ThreatModelingBasicsManager({}).assess("s", {})
names = {name.partition(".")[0] for name in set(sys.modules) - before}
print(sorted(names - sys.stdlib_module_names - {"threatlab"}))
"""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PACKAGE.parent)
    assert done.stdout.strip() == "[]"


def test_what_is_loaded_when_it_is_asked_for_is_there():
    assert {name for name in threatlab.__all__ if not hasattr(threatlab, name)} == set()
    with pytest.raises(AttributeError, match="'threatlab' has no attribute 'asess'"):
        _ = threatlab.asess
