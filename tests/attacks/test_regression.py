"""The regression suite: bounds that can fail, a file that a team can keep, and a run that says what went wrong."""

from __future__ import annotations

import ast
import json
import re
from dataclasses import replace

import numpy as np
import pytest
import yaml

from threatlab import ThreatLabError, assess, load_system
from threatlab.attacks import ATTACKS
from threatlab.attacks.bands import bands
from threatlab.depth import above_bound, harden, layers_off
from threatlab.regression import MARGIN, Bound, run_suite, suggested_bounds, write_suite, write_workflow

DEFENDED = harden(load_system("shadowray"), 40)
QUICK = Bound("injection", "separation", {"adaptive": True}, 0.33, 0.68)


def worst_with_one_layer_off(system):
    return max(max(off.by_threat.values()) for off in layers_off(system))


@pytest.fixture
def system_file(tmp_path):
    def write(system):
        file = tmp_path / "threat-model.json"
        file.write_text(json.dumps(system.to_dict()))
        return file

    return write


# ---- bounds


def test_a_suggested_bound_is_what_was_measured_and_a_margin():
    kept = {band.name: band for band in bands()}
    for bound in suggested_bounds():
        assert bound.at_most == pytest.approx(kept[bound.name].highest + MARGIN, abs=0.0051)
        assert bound.utility_at_least == pytest.approx(kept[bound.name].least_utility - MARGIN, abs=0.0051)


@pytest.mark.parametrize("bound", suggested_bounds(), ids=lambda bound: bound.name)
def test_a_suggested_bound_holds_with_its_control_and_fails_without(bound):
    run = ATTACKS[bound.attack].run
    defended = run(control=bound.control, seed=0, **bound.knobs)
    assert defended.success <= bound.at_most
    assert defended.utility >= bound.utility_at_least
    assert run(seed=0, **bound.knobs).success > bound.at_most


def test_every_attack_has_a_bound_and_what_makes_no_difference_has_none():
    names = {bound.name for bound in suggested_bounds()}
    assert {bound.attack for bound in suggested_bounds()} == set(ATTACKS)
    assert "evasion: smoothing" not in names, "it helps the attacker"
    assert "poisoning: trusted_sample, variant=label_flip" not in names, "the attack alone stays below its bound"


# ---- the file


def test_the_file_is_python_that_names_each_bound(tmp_path):
    suite = write_suite(tmp_path, suggested_bounds(), seed=4)
    text = suite.read_text()
    rows = next(
        ast.literal_eval(node.value)
        for node in ast.parse(text).body
        if isinstance(node, ast.Assign) and node.targets[0].id == "BOUNDS"
    )
    assert [Bound(*row) for row in rows] == list(suggested_bounds())
    assert "SEED = 4" in text


def test_a_bound_worked_out_with_numpy_is_written_as_python_reads_it(tmp_path):
    bound = replace(QUICK, knobs={"pages": np.int64(20)}, at_most=np.float64(0.5), utility_at_least=np.float32(0.5))
    assert "np." not in write_suite(tmp_path, [bound]).read_text()


def test_writing_again_changes_nothing_and_new_bounds_replace_old_ones(tmp_path):
    first = write_suite(tmp_path, [QUICK]).read_text()
    assert write_suite(tmp_path, [QUICK]).read_text() == first
    assert write_suite(tmp_path, [replace(QUICK, at_most=0.4)]).read_text() != first


@pytest.mark.parametrize("theirs", ["def test_mine(): pass\n", "", b"\xff\xfe"])
def test_a_file_that_is_not_ours_is_not_overwritten_unless_asked(tmp_path, theirs):
    file = tmp_path / "test_threat_model.py"
    file.write_bytes(theirs if isinstance(theirs, bytes) else theirs.encode())
    before = file.read_bytes()
    with pytest.raises(ThreatLabError, match="overwrite=True"):
        write_suite(tmp_path, [QUICK])
    assert file.read_bytes() == before
    write_suite(tmp_path, [QUICK], overwrite=True)
    assert b"separation" in file.read_bytes()


@pytest.mark.parametrize("change", [lambda t: t.replace("0.33", "0.5"), lambda t: t + "\nX = 1\n", lambda t: "#" + t])
def test_a_file_of_ours_that_somebody_changed_is_theirs(tmp_path, change):
    suite = write_suite(tmp_path, [QUICK])
    suite.write_text(change(suite.read_text()))
    with pytest.raises(ThreatLabError, match="not as threatlab wrote it"):
        write_suite(tmp_path, [QUICK])


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"bounds": []}, "suggested_bounds"),
        ({"bounds": ["extraction"]}, "'extraction'"),
        ({"bounds": [replace(QUICK, attack="injecton")]}, "'injection'"),
        ({"bounds": [replace(QUICK, control="separatoin")]}, "'separation'"),
        ({"bounds": [replace(QUICK, knobs={"adaptiv": True})]}, "'adaptive'"),
        ({"bounds": [replace(QUICK, at_most=2)]}, "at_most is 2"),
        ({"bounds": [replace(QUICK, utility_at_least=None)]}, "utility_at_least is None"),
        ({"seed": -1}, "seed is -1"),
        ({"fail_at": 0.5}, "system_file"),
        ({"system_file": "x.json"}, "fail_at"),
        ({"system_file": "x.json", "fail_at": "high"}, "'high'"),
        ({"system_file": "x.json", "layer_bound": 7}, "layer_bound is 7"),
        ({"system_file": "elsewhere/x.json", "fail_at": 0.5}, "'x.json' must be in"),
    ],
)
def test_bad_input_is_refused_before_anything_is_written(tmp_path, settings, named):
    if "system_file" in settings:
        settings = {**settings, "system_file": tmp_path / settings["system_file"]}
    with pytest.raises(ThreatLabError, match=re.escape(named)):
        write_suite(tmp_path, **{"bounds": [QUICK], **settings})
    assert not (tmp_path / "test_threat_model.py").exists()


# ---- the run


def test_a_suite_whose_controls_are_in_place_passes_and_leaves_nothing_behind(tmp_path):
    suite = write_suite(tmp_path, [QUICK])
    result = run_suite(suite)
    assert (result.exit_code, result.failed) == (0, ())
    assert result.passed == ("attack_keeps_its_bound[injection-separation-1]",)
    assert list(tmp_path.iterdir()) == [suite]


def test_a_control_switched_off_turns_it_red_with_a_message_that_says_by_how_much(tmp_path):
    result = run_suite(write_suite(tmp_path, [QUICK, replace(QUICK, control="none")], seed=2))
    assert result.exit_code == 1
    assert len(result.passed) == 1
    assert result.failed == ("attack_keeps_its_bound[injection-none-2]",)
    message = result.messages[result.failed[0]]
    assert message == (
        "injection against control 'none' (seed 2): the attacker's success is 1.00, and the bound is 0.33"
    )
    assert message in str(result)


def test_a_control_that_stops_the_service_too_turns_it_red(tmp_path):
    result = run_suite(write_suite(tmp_path, [replace(QUICK, utility_at_least=0.9)]))
    assert "usefulness is down to" in result.messages[result.failed[0]]


def test_the_gates_stop_a_bare_system_and_pass_a_defended_one(tmp_path, system_file):
    bare = load_system("shadowray")
    before, after = assess(bare).risk_score, assess(DEFENDED).risk_score
    gates = {"fail_at": (before + after) / 2, "layer_bound": worst_with_one_layer_off(DEFENDED) + 0.01}
    stopped = run_suite(write_suite(tmp_path, [], system_file=system_file(bare), **gates))
    assert stopped.exit_code == 1
    assert set(stopped.failed) == {"risk_score_is_below_the_gate", "no_single_layer_off_breaks_the_bound"}
    assert f"risk score is {before:.2f}" in stopped.messages["risk_score_is_below_the_gate"]
    assert "do next: " in stopped.messages["risk_score_is_below_the_gate"]
    passed = run_suite(write_suite(tmp_path, [], system_file=system_file(DEFENDED), **gates))
    assert (passed.exit_code, len(passed.passed)) == (0, 2)


def test_the_layer_gate_names_layer_and_threat(tmp_path, system_file, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a kernel has it
    bound = 0.05
    result = run_suite(write_suite(tmp_path, [], system_file=system_file(DEFENDED), layer_bound=bound))
    gaps = above_bound(DEFENDED, bound)
    assert {bool(gap.layer) for gap in gaps} == {True, False}
    first, *others = result.messages[result.failed[0]].splitlines()
    assert first == f"shadowray: above the bound of {bound:.2f}:"
    assert others == [
        f"  - {gap.threat} is at {gap.risk:.2f} with {f'layer {gap.layer} off' if gap.layer else 'every layer on'}"
        for gap in gaps
    ]


def test_a_setting_of_the_caller_s_own_pytest_doesn_t_leak_in(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTEST_ADDOPTS", "--no-such-option")
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    suite = write_suite(tmp_path / "suite", [QUICK])
    assert run_suite(suite).exit_code == 0


def test_a_suite_that_can_t_be_run_says_so(tmp_path):
    with pytest.raises(ThreatLabError, match="write_suite"):
        run_suite(tmp_path / "none.py")
    broken = tmp_path / "test_broken.py"
    broken.write_text("import no_such_module\n")
    result = run_suite(broken)
    assert result.exit_code == 2
    assert len(result.failed) == 1


# ---- the pipeline


def test_the_pipeline_runs_the_suite_at_every_push_and_once_a_week(tmp_path):
    file = write_workflow(tmp_path)
    assert file.relative_to(tmp_path).as_posix() == ".github/workflows/threat-model.yml"
    flow = yaml.safe_load(file.read_text())
    triggers = flow[True]  # YAML 1.1 reads the key "on" as true; GitHub reads it as written
    assert set(triggers) == {"push", "pull_request", "schedule"}
    minute, hour, day, month, weekday = triggers["schedule"][0]["cron"].split()
    assert (day, month) == ("*", "*")
    assert weekday in "0123456"
    assert minute.isdigit()
    assert hour.isdigit()
    assert flow["permissions"] == {"contents": "read"}
    (job,) = flow["jobs"].values()
    assert job["steps"][-1]["run"] == "python -m pytest test_threat_model.py"


def test_a_pipeline_that_somebody_changed_is_not_overwritten(tmp_path):
    file = write_workflow(tmp_path)
    file.write_text(file.read_text().replace("17 5", "0 0"))
    with pytest.raises(ThreatLabError, match=r"threat-model\.yml"):
        write_workflow(tmp_path)
