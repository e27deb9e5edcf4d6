"""Runs a suite of tests as a pipeline does, and reads what it said."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree as ET

from threatlab.checks import Unchangeable
from threatlab.errors import ThreatLabError
from threatlab.files import looked_in
from threatlab.processes import run_module

SECONDS = 300


@dataclass(frozen=True, slots=True)
class SuiteResult(Unchangeable):
    """What a run of the suite said: pytest's exit code (0: all passed), and the names of its tests.

    `messages` says for each test that failed which attack, against what, and by how much; or, in a line each, which
    threat is above the bound with which layer off.
    """

    exit_code: int
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    messages: Mapping[str, str]

    def __str__(self) -> str:
        head = f"exit code {self.exit_code}: {len(self.passed)} passed, {len(self.failed)} failed"
        return "\n".join([head, *(f"FAILED {name}: {self.messages[name]}" for name in self.failed)])


def run_suite(path: str | Path) -> SuiteResult:
    """Run the suite in a process of its own, as a pipeline does, and return what it said.

    It is run without this project's pytest settings, without other plugins, and leaves no file behind.

    Raises
    ------
    ThreatLabError
        If there is no such file, or pytest gave no result (it isn't installed, or took longer than `SECONDS`).
    """
    suite = Path(path).resolve()
    if not suite.is_file():
        raise ThreatLabError(f"there is no suite {str(path)!r}{looked_in(path)}: write_suite() writes one")
    with tempfile.TemporaryDirectory() as folder:
        settings, report = Path(folder, "pytest.ini"), Path(folder, "report.xml")
        settings.write_text("[pytest]\n", encoding="utf-8")
        options = ["-q", "-p", "no:cacheprovider", "-c", str(settings), "--rootdir", str(suite.parent)]
        options += ["--confcutdir", str(suite.parent), "--junitxml", str(report)]
        try:
            done = run_module(
                "pytest",
                *options,
                str(suite),
                folder=suite.parent,
                environment=_environment(),
                seconds=SECONDS,
            )
        except subprocess.TimeoutExpired:
            raise ThreatLabError(f"{suite.name!r} was still running after {SECONDS} s: try fewer bounds") from None
        if not report.is_file():
            said = (done.error.strip() or done.output.strip() or "nothing").splitlines()[-1]
            raise ThreatLabError(f"pytest gave no result for {suite.name!r}; it said: {said}")
        return _read_report(done.exit_code, report)


def _environment() -> dict[str, str]:
    """Return this process's environment without what would change pytest's mind, or leave files behind."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return {**kept, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONDONTWRITEBYTECODE": "1", "PY_COLORS": "0"}


def _read_report(exit_code: int, report: Path) -> SuiteResult:
    passed: list[str] = []
    messages: dict[str, str] = {}
    for case in ET.parse(report).getroot().iter("testcase"):  # noqa: S314  # written by the pytest that we started
        name = case.get("name", "").removeprefix("test_")
        problem = next((part for part in case if part.tag in {"failure", "error"}), None)
        if problem is None:
            passed.append(name)
        else:
            # the attribute "message" is cut after some characters: the lines that pytest marks in the text are whole
            marked = [line[1:] for line in (problem.text or "").splitlines() if line.startswith("E ")]
            said = dedent("\n".join(marked)) or problem.get("message", "")
            messages[name] = said.partition("\nassert ")[0].strip().removeprefix("AssertionError: ")
    return SuiteResult(exit_code, tuple(passed), tuple(messages), messages)
