"""What each attack lab asks for can be done, isn't done by itself, and takes every step of the way that is known."""

from __future__ import annotations

from functools import cache

import pytest

from threatlab.attacks import ATTACKS

SEEDS = range(3)
every_target = pytest.mark.parametrize(
    ("attack", "name"), [(a.name, name) for a in ATTACKS.values() for name in a.targets]
)
every_knob = pytest.mark.parametrize(
    ("attack", "knob"), [(a, k) for a in ATTACKS.values() for k in a.knobs if k.only_with], ids=lambda x: x.name
)


@cache
def run(attack, control, seed, knobs):
    return ATTACKS[attack].run(control, seed, **dict(knobs))


def runs(attack, settings):
    """Return the run with these settings, and the rest as it comes, and the same without any control."""
    knobs = tuple(sorted((knob, value) for knob, value in settings.items() if knob not in ("control", "seed")))
    seed = settings.get("seed", 0)
    return run(attack, settings.get("control", "none"), seed, knobs), run(attack, "none", seed, knobs)


def reached(attack, name, settings):
    return ATTACKS[attack].targets[name].counts(*runs(attack, settings))


def test_each_attack_has_a_target_or_two_of_different_people():
    for attack in ATTACKS.values():
        roles = [target.role for target in attack.targets.values()]
        assert 1 <= len(roles) == len(set(roles)) <= 2


@every_target
def test_its_way_reaches_a_target_whatever_the_seed_or_with_the_one_it_names_and_not_with_all(attack, name):
    way = ATTACKS[attack].targets[name].way
    assert reached(attack, name, way)
    others = [reached(attack, name, {**way, "seed": seed}) for seed in SEEDS]
    assert not all(others) if "seed" in way else all(others)


@every_target
def test_each_step_of_the_way_is_needed(attack, name):
    way = ATTACKS[attack].targets[name].way
    for left_out in way.keys() - {"seed"}:
        rest = {step: value for step, value in way.items() if step != left_out}
        if left_out not in ATTACKS[attack].controls[rest.get("control", "none")].needs:  # else it can't be run at all
            assert not reached(attack, name, rest), f"without {left_out}"


@every_target
def test_the_defaults_reach_no_target_whatever_the_control(attack, name):
    for control, defense in ATTACKS[attack].controls.items():
        assert not reached(attack, name, {"control": control, **defense.needs})


@every_target
def test_what_was_reached_is_said_in_the_figures_of_the_run(attack, name):
    target = ATTACKS[attack].targets[name]
    defended, alone = runs(attack, target.way)
    said = target.report(defended, alone)
    assert f"{defended.success:.0%}" in said or f"of {defended.evidence['hostile_pages']} hostile page" in said
    assert said[0].islower() or said[0].isdigit()
    assert not said.endswith(".")


@every_knob
def test_a_knob_that_is_said_to_do_nothing_does_nothing_and_else_something(attack, knob):
    if isinstance(knob.default, bool):
        turned = not knob.default
    else:
        turned = knob.low if knob.default == knob.high else knob.high
    assert knob.otherwise.endswith(".")
    assert set(knob.only_with) < set(attack.controls)
    for control, defense in attack.controls.items():
        idle = control not in knob.only_with
        pairs = (
            (run(attack.name, control, seed, needs), run(attack.name, control, seed, (*needs, (knob.name, turned))))
            for needs in [tuple(defense.needs.items())]
            for seed in SEEDS[: 1 if idle else None]
        )
        same = all(
            (as_it_comes.success, as_it_comes.utility) == (other.success, other.utility) for as_it_comes, other in pairs
        )
        assert same == idle, control
