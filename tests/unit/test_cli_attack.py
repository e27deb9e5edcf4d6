"""`threatlab attack`: what it prints and keeps, whatever stops it, and what a report makes of its record."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.unit.test_measured import run_of
from threatlab.cli import main
from threatlab.cli.attack import told
from threatlab.measured import Measured, load_record, save_record
from threatlab.report import load_model

MODEL = """
import time
from pathlib import Path

def scores(records):
    with Path("asked").open("a") as file:
        file.write("x" * len(records))
    one = (records[:, 0] > 0.5) * 0.8 + 0.1
    return [[1 - each, each] for each in one]

def slow(records):
    time.sleep(0.03)
    return scores(records)

def broken(records):
    raise OSError("the disk is full")
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder with a model and records."""
    monkeypatch.chdir(tmp_path)
    Path("model.py").write_text(MODEL)
    Path("kept.json").touch()
    rows = np.random.default_rng(0).random((80, 3)).round(3)
    lines = [f"{a},{b},{c},{int(a > 0.5)},{n % 2}" for n, (a, b, c) in enumerate(rows)]
    Path("records.csv").write_text("\n".join(["a,b,c,label,member", *lines]))
    return tmp_path


def run(capsys, *arguments):
    try:
        code = main(arguments)
    except SystemExit as left:
        code = left.code
    return code, *capsys.readouterr()


EVASION = (
    "attack",
    "model:scores",
    "--attack",
    "evasion",
    "--data",
    "records.csv",
    "--budget",
    "300",
    "--repeats",
    "3",
)


@pytest.mark.slow
def test_a_run_prints_its_figures_and_keeps_a_record_that_a_report_takes(capsys):
    code, out, err = run(capsys, *EVASION, "-o", "bare.json")
    assert (code, err) == (0, "")
    record = load_record("bare.json")
    assert record.run.complete
    assert record.run.asked == len(Path("asked").read_text()) <= 300
    assert str(record.run.over("success")) in out
    held = json.loads(Path("bare.json").read_text())
    assert held["derived"]["complete"] is True
    assert held["run"]["data"] == "records.csv"
    assert all(len(line) <= 80 for line in out.splitlines())
    control = ("--control", "adversarial_robustness_tested", "--beside", "bare.json")
    code, out, err = run(capsys, *EVASION, *control, "-o", "behind.json")
    assert code == 0
    assert "without control" in out
    main(["assess", "shadowray", "--format", "json", "-o", "model.json"])
    code, out, err = run(
        capsys, "report", "model.json", "--measured", "behind.json", "--format", "json", "-o", "m.json"
    )
    assert code == 0
    assert load_model("m.json").measured == (load_record("behind.json"),)
    code, out, err = run(capsys, "report", "m.json", "--measured", "behind.json", "--measured", "bare.json")
    assert "Measured on the real system" in out
    assert "note: bare.json: No control was named" in err
    code, out, err = run(capsys, "assess", "shadowray", "--measured", "behind.json", "--measured", "behind.json")
    _, _, told = out.partition("MEASURED ON THE REAL SYSTEM\n")
    assert re.search(r"worst threat: .+\nit serves: \w+", out), "whom the worst threat serves is told"
    assert told.count("Evasion of model:scores, 300 queries in 3 repeats") == 1, "a record is told once"
    assert load_record("behind.json").run.moment in " ".join(told.split())
    assert all(len(line) <= 80 for line in out.splitlines())
    code, out, err = run(capsys, "assess", "shadowray", "tay", "--measured", "bare.json")
    assert (code, out) == (2, "")
    assert "--measured is of one system, and 2 are given" in err


BAD = [
    ((), "the following arguments are required"),
    ((*EVASION[1:], "--budget", "many"), "--budget is 'many'; give a whole number"),
    (("model:scores", "--attack", "evasion", "--budget", "300"), "--data is missing"),
    ((*EVASION[1:], "--repeats", "9"), "leaves 33 queries"),
    ((*EVASION[1:], "--eps", "much"), "--eps is 'much'; give a number"),
    ((*EVASION[1:], "--timeout", "0"), "--timeout is 0"),
    ((*EVASION[1:], "--control", "rbac_configured"), "give both"),
    ((*EVASION[1:], "--control", "rbac_configred", "--beside", "x.json"), "did you mean 'rbac_configured'"),
    ((*EVASION[1:], "--beside", "x.json", "--control", "rbac_configured"), "there is no file 'x.json'"),
    ((*EVASION[1:], "--resume"), "--resume needs --output"),
    ((*EVASION[1:], "-o", "records.csv"), "--output is 'records.csv'; give a name that ends in .json"),
    ((*EVASION[1:], "-o", "kept.json"), "there is a file 'kept.json' already"),
    ((*EVASION[1:], "-o", "no/record.json"), "there is no folder"),
    (("nowhere:f", *EVASION[2:]), "there is no module 'nowhere' in this folder, nor where Python looks"),
    (("model:score", *EVASION[2:]), "'model' has no 'score': did you mean 'scores'?"),
    (("http://me:secret@127.0.0.1/", *EVASION[2:]), "'127.0.0.1' holds a user or a password"),
    (("http://192.0.2.1/", *EVASION[2:]), "only an endpoint on a loopback address"),
    (("example", *EVASION[2:]), "brings its own data"),
]


@pytest.mark.parametrize(("given", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_one_sentence_and_nothing_is_asked(given, said, capsys):
    code, out, err = run(capsys, "attack", *given)
    assert (code, out) == (2, "")
    assert said in err
    assert not Path("asked").exists()


def test_labels_that_fit_no_record_are_told():
    run = run_of(0.5, 0.6)
    strange = replace(run, repeats=tuple(replace(each, utility=0.0) for each in run.repeats))
    said = "It read no record as your data label it: do its labels"
    assert said in " ".join(told(Measured(strange)).split())
    assert said not in " ".join(told(Measured(run)).split())


@pytest.mark.slow
def test_a_model_that_fails_leaves_a_record_that_says_so(capsys):
    code, out, err = run(capsys, "attack", "model:broken", *EVASION[2:], "-o", "record.json")
    assert code == 1
    assert "the disk is full" in err
    assert "; at most 100 asked" in out
    record = load_record("record.json")
    assert not record.run.complete
    assert "the disk is full" in record.run.state
    assert record.run.asked == 100, "what was begun is spent"


def begun(times):
    """Begin a slow run in a process of its own, and return that once some repeats were begun."""
    command = [sys.executable, "-m", "threatlab", "attack", "model:slow", *EVASION[2:], "-o", "record.json"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while not Path("record.json").exists() or load_record("record.json").run.began < times:
        assert time.monotonic() < deadline
        assert process.poll() is None, process.stderr.read()
        time.sleep(0.02)
    return process


def test_two_runs_that_go_on_with_one_record_ask_no_more_than_one(capsys, monkeypatch):
    theirs = []

    def go_on(begun, target, data, tell):
        tell(replace(begun, began=1))
        theirs.append(replace(load_record("record.json"), run=replace(begun, began=2)))
        save_record(theirs[0], "record.json")  # as another process does
        tell(replace(begun, began=2))
        raise AssertionError("asked")

    monkeypatch.setattr("threatlab.attacks.own.go_on", go_on)
    monkeypatch.setattr("threatlab.cli.attack._target", lambda *_: nullcontext())
    code, _, err = run(capsys, "attack", "example", "--attack", "membership", "--budget", "600", "-o", "record.json")
    assert (code, err.count("\n")) == (2, 1)
    assert "another run has written 'record.json' meanwhile" in err
    assert load_record("record.json") == theirs[0]


@pytest.mark.parametrize("is_saved", [False, True])
def test_who_stops_it_while_its_record_is_written_is_told_how_far_it_came(is_saved, capsys, monkeypatch):
    times = iter(range(9))

    def stopped(measured, file):
        at_the_third = next(times) == 3
        if is_saved or not at_the_third:
            save_record(measured, file)
        if at_the_third:
            raise KeyboardInterrupt

    monkeypatch.setattr("threatlab.cli.attack.save_record", stopped)
    code, _, err = run(
        capsys, "attack", "example", "--attack", "membership", "--budget", "600", "--repeats", "3", "-o", "record.json"
    )
    assert (code, "stopped by hand" in err) == (1, True), err
    assert load_record("record.json").run.stopped == "stopped by hand"
    assert load_record("record.json").run.began == 2


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_whatever_stops_it_the_record_is_valid_and_resuming_keeps_the_budget(how, capsys):
    process = begun(2)
    process.send_signal(how)
    _, err = process.communicate(timeout=60)
    left = load_record("record.json")
    assert not left.run.complete
    assert len(left.run.repeats) == 1
    assert not list(Path().glob(".record.json*")), "nothing half-written is left"
    if how is not signal.SIGKILL:
        assert process.returncode == 1, err
        assert "incomplete: 1 of 3 repeats, stopped by hand; 'record.json' says so, and --resume goes on" in err
    code, out, _ = run(capsys, "attack", "model:scores", *EVASION[2:], "-o", "record.json", "--resume")
    assert (code, out) == (2, ""), "another target is another run"
    other = [*EVASION[2:-1], "4"]
    assert run(capsys, "attack", "model:slow", *other, "-o", "record.json", "--resume")[0] == 2
    if how is signal.SIGKILL:
        code, out, _ = run(capsys, "attack", "model:slow", *EVASION[2:], "-o", "record.json", "--resume")
        assert code == 0
        assert "2 of 3 repeats came to their end" in " ".join(out.split())
        done = load_record("record.json").run
        assert len(Path("asked").read_text()) <= done.asked <= 300
        assert done.started == left.run.started
        assert run(capsys, "attack", "model:slow", *EVASION[2:], "-o", "record.json", "--resume")[0] == 0
        assert len(Path("asked").read_text()) <= done.asked, "a run that is done asks no more"


@pytest.mark.slow
def test_a_browser_is_told_what_it_lacks(monkeypatch, capsys):
    system = sys.platform
    monkeypatch.setattr(sys, "platform", "emscripten")
    code, out, err = run(capsys, *EVASION)
    assert (code, out) == (2, "")
    assert "a browser has no processes" in err
    assert not Path("asked").exists()
    here = run(capsys, "attack", "example", "--attack", "membership", "--budget", "600")
    monkeypatch.setattr(sys, "platform", system)
    assert here == run(capsys, "attack", "example", "--attack", "membership", "--budget", "600"), "it is ours to ask"
    assert here[0] == 0
