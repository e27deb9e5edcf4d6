"""A command of our own says the same in a process and, as in a browser, without one; and leaves nothing behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from threatlab.processes import run_module
from threatlab.regression import run_suite

TALKS = """
import os, sys
print(sys.argv[1:], os.getcwd(), os.environ.get("ONE"))
print("to standard error", file=sys.stderr)
os.environ["LEFT"] = "behind"
sys.exit({code!r})
"""


@pytest.fixture(params=[sys.platform, "emscripten"])
def platform(request, monkeypatch):
    monkeypatch.setattr(sys, "platform", request.param)


@pytest.mark.parametrize(("code", "expected"), [(None, 0), (3, 3), ("a sentence", 1)])
def test_a_command_is_told_by_its_exit_code_its_output_and_its_errors(platform, tmp_path, code, expected):
    (tmp_path / "talks.py").write_text(TALKS.format(code=code))
    before = dict(os.environ), sys.argv, list(sys.path), Path.cwd()
    ran = run_module("talks", "a", "b", folder=tmp_path, environment={**os.environ, "ONE": "1"})
    assert ran.exit_code == expected
    assert ran.output == f"['a', 'b'] {tmp_path} 1\n"
    assert ran.error == "to standard error\n" + ("a sentence\n" if code == "a sentence" else "")
    assert (dict(os.environ), sys.argv, list(sys.path), Path.cwd()) == before


@pytest.mark.slow
def test_a_suite_says_the_same_without_processes_even_after_it_was_written_anew(tmp_path, monkeypatch):
    said = {}
    for platform in (sys.platform, "emscripten"):
        monkeypatch.setattr(sys, "platform", platform)
        (suite := tmp_path / "test_threat_model.py").write_text(
            "def test_one(): pass\ndef test_two(): assert False, 'why'\n"
        )
        first = run_suite(suite)
        suite.write_text("def test_three(): pass\n")
        said[platform] = [(r.exit_code, r.passed, r.failed, dict(r.messages)) for r in (first, run_suite(suite))]
    assert len({str(each) for each in said.values()}) == 1
    assert said["emscripten"] == [(1, ("one",), ("two",), {"two": "why"}), (0, ("three",), (), {})]
