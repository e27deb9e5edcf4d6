"""The live attacks as a set: what each one promises, checked against the catalog and against its own `run`."""

from __future__ import annotations

import inspect
import math
import pickle
import re
import subprocess
import sys
import time
import tomllib
from dataclasses import replace
from functools import cache
from importlib import resources

import numpy as np
import pytest
import sklearn.linear_model  # noqa: F401  # a first run imports it, and isn't timed for that here

from threatlab.attacks import ATTACKS, Attack, AttackResult
from threatlab.attacks.base import check_knob
from threatlab.catalog import catalog
from threatlab.errors import ThreatLabError

MEASURED = {  # every control of the catalog for which the design asks a live attack to speak
    "training_data_validated": "poisoning",
    "data_provenance_tracked": "poisoning",
    "rate_limiting_enabled": "extraction",
    "output_detail_limited": "extraction",
    "adversarial_robustness_tested": "evasion",
    "input_anomaly_detection": "evasion",
    "privacy_preserving_training": "membership",
    "prompt_guardrails_enabled": "injection",
    "untrusted_content_segregated": "injection",
    "tool_permissions_restricted": "injection",
    "agent_memory_protected": "memory_poisoning",
    "tool_descriptions_pinned": "tool_poisoning",
}
LIMIT = 2.0
"""Seconds of computing that a run may take; time spent waiting, where other work shares the machine, isn't counted."""

every_attack = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
every_control = pytest.mark.parametrize(
    ("attack", "control"), [(a, c) for a in ATTACKS.values() for c in a.controls], ids=lambda x: getattr(x, "name", x)
)
every_knob = pytest.mark.parametrize(
    ("attack", "knob"), [(a, k) for a in ATTACKS.values() for k in a.knobs], ids=lambda x: x.name
)
every_measure = pytest.mark.parametrize(
    ("attack", "control"), [(a, c) for a in ATTACKS.values() for c in a.measures], ids=lambda x: getattr(x, "name", x)
)


@cache
def timed_run(name, control):
    """One run of an attack against a control, as it comes, and the seconds of computing that it took."""
    attack = ATTACKS[name]
    started = time.process_time()
    result = attack.run(control, 0, **attack.controls[control].needs)
    return result, time.process_time() - started


def first_run(name, control):
    return timed_run(name, control)[0]


def wrong_values(knob):
    """Yield values that the knob can't take."""
    yield from (None, "no such value", float("nan"), [])
    if knob.choices:
        return
    if isinstance(knob.default, bool):
        yield from (0, 1, "yes")
        return
    yield from (knob.low - 1, knob.high + 1, math.inf, -math.inf, True, str(knob.default))


def test_the_attacks_stand_in_the_order_of_the_lesson():
    lesson = [
        "poisoning",
        "extraction",
        "evasion",
        "membership",
        "injection",
        "hijack",
        "memory_poisoning",
        "tool_poisoning",
    ]
    assert list(ATTACKS) == lesson
    assert not hasattr(ATTACKS, "pop")  # what one answer took out would be missing to all others
    assert all(isinstance(attack, Attack) and attack.name == name for name, attack in ATTACKS.items())


@every_attack
def test_an_attack_says_what_it_is(attack):
    for said in (attack.title, attack.paper, attack.metric, attack.toy):
        assert said
        assert said == said.strip()
    assert "arXiv:" in attack.paper
    assert attack.threat in catalog().threats


@every_attack
def test_an_attack_says_which_adversary_of_the_catalog_attacks_and_that_one_wants_it(attack):
    adversary = catalog().adversaries[attack.attacker.adversary]
    assert attack.threat in adversary.goals
    assert attack.attacker.access
    assert attack.attacker.why.endswith(".")


@every_attack
def test_techniques_are_in_atlas_under_that_name(attack):
    atlas = tomllib.loads((resources.files("threatlab") / "catalog" / "atlas.toml").read_text(encoding="utf-8"))
    assert atlas["techniques"][attack.technique.id] == attack.technique.name


@every_attack
def test_an_attack_comes_bare_and_with_at_least_three_controls(attack):
    assert next(iter(attack.controls)) == "none"
    assert len(attack.controls) >= 4


@every_control
def test_a_control_has_a_lesson_and_stands_for_one_of_the_catalog_that_counters_the_threat(attack, control):
    defense = attack.controls[control]
    assert defense.title
    assert len(defense.lesson) > 60
    assert defense.lesson.endswith(".")
    if control == "none":
        assert defense.catalog_control == ""
    else:
        assert attack.threat in catalog().controls[defense.catalog_control].effectiveness


@every_control
def test_a_control_runs_as_it_comes(attack, control):
    result = first_run(attack.name, control)
    assert isinstance(result, AttackResult)
    assert (result.attack, result.control) == (attack.name, control)
    for share in (result.success, result.baseline, result.utility):
        assert isinstance(share, float)
        assert 0.0 <= share <= 1.0
    assert list(result.knobs) == [knob.name for knob in attack.knobs]
    assert result.evidence
    assert result.seconds > 0
    for sentence in (result.metric, result.note):
        assert sentence.endswith(".")
        assert "  " not in sentence
        assert not re.search(r"about \d+%", sentence), "a measured share is not about anything"


@every_control
def test_a_run_takes_less_than_two_seconds(attack, control):
    assert timed_run(attack.name, control)[1] < LIMIT


@every_attack
def test_an_attack_without_a_control_beats_its_baseline(attack):
    bare = first_run(attack.name, "none")
    assert bare.success > bare.baseline + 0.1


@every_attack
def test_the_same_seed_gives_the_same_run(attack):
    assert attack.run(seed=0) == first_run(attack.name, "none")


@every_attack
def test_another_seed_is_another_run(attack):
    *_, control = (name for name, defense in attack.controls.items() if not defense.zero_by_construction)
    needs = attack.controls[control].needs
    measured = {(r.success, r.utility) for r in (attack.run(control, seed, **needs) for seed in (1, 2, 3))}
    assert len(measured) > 1


@every_knob
def test_a_knob_starts_where_run_does(attack, knob):
    parameter = inspect.signature(attack.run).parameters[knob.name]
    assert parameter.default == knob.default
    assert type(parameter.default) is type(knob.default)
    assert parameter.kind is inspect.Parameter.KEYWORD_ONLY
    assert knob.title


@every_attack
def test_run_takes_control_and_seed_and_its_knobs_and_nothing_else(attack):
    assert list(inspect.signature(attack.run).parameters) == ["control", "seed", *(knob.name for knob in attack.knobs)]


@every_knob
def test_a_knob_can_be_turned_to_its_ends(attack, knob):
    ends = knob.choices or ((False, True) if isinstance(knob.default, bool) else (knob.low, knob.high))
    for value in ends:
        result = attack.run(**{knob.name: value})
        assert result.knobs[knob.name] == value
        assert not any(math.isnan(share) for share in (result.success, result.baseline, result.utility))


@every_knob
def test_a_knob_turned_by_numpy_keeps_what_python_and_json_know(attack, knob):
    if isinstance(knob.default, int | float) and not isinstance(knob.default, bool):
        turned = check_knob(knob, np.array(knob.default)[()])
        assert (turned, type(turned)) == (knob.default, type(knob.default))


@every_knob
def test_a_knob_refuses_what_it_cannot_be_turned_to(attack, knob):
    for value in wrong_values(knob):
        with pytest.raises(ThreatLabError, match=knob.name):
            attack.run(**{knob.name: value})


@every_attack
def test_an_unknown_control_or_seed_is_refused(attack):
    for control in ("no such control", "", None, 1, "None"):
        with pytest.raises(ThreatLabError, match="unknown control"):
            attack.run(control)
    for seed in (-1, 1.5, True, "0", None):
        with pytest.raises(ThreatLabError, match="seed is"):
            attack.run(seed=seed)


def test_every_control_that_the_design_names_is_measured():
    measured = {control: attack.name for attack in ATTACKS.values() for control in attack.measures}
    assert measured.items() >= MEASURED.items()


@every_measure
def test_a_measure_is_of_a_control_that_counters_the_threat(attack, control):
    measurement = attack.measures[control]
    assert attack.controls[measurement.defense].catalog_control == control
    assert measurement.threat in catalog().controls[control].effectiveness
    assert set(measurement.knobs) <= {knob.name for knob in attack.knobs}


@every_measure
def test_a_measure_runs_and_is_no_foregone_conclusion(attack, control):
    measurement = attack.measures[control]
    defended = attack.run(measurement.defense, 0, **measurement.knobs)
    bare = attack.run("none", 0, **measurement.knobs)
    assert defended.baseline < bare.success, "there is nothing to take away"
    assert defended.success > defended.baseline, "a perfect figure is one that our own code decided in advance"


def test_importing_threatlab_loads_no_attack_and_no_library():
    code = "import sys, threatlab; print(sorted({'sklearn', 'numpy', 'threatlab.attacks'} & set(sys.modules)))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == "[]"


@every_attack
def test_an_attack_can_be_sent_to_another_process_and_one_of_somebodys_own_is_not_taken_for_it(attack):
    assert pickle.loads(pickle.dumps(attack)) is attack
    own = replace(attack, run=inspect.signature, targets={})
    assert pickle.loads(pickle.dumps(own)).run is inspect.signature
