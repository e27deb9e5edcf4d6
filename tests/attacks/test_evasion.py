"""Evasion does what its papers say, and each control fails where its lesson says it fails."""

from collections.abc import Callable
from functools import cache
from statistics import mean
from typing import Any

import numpy as np
import pytest

from threatlab.attacks.base import AttackResult
from threatlab.attacks.digits import split_digits
from threatlab.attacks.evasion import ATTACK, FILTERS, NO_FILTER, Reader, perturb, train
from threatlab.catalog import catalog
from threatlab.errors import ThreatLabError

SEEDS = range(5)
TOLERANCE = 0.02  # the data are the prototype's; only adversarial training is done differently, and better

# What a prototype measured over five seeds at a budget of 0.15: control, lowest and highest success, mean utility.
BANDS = [
    ("none", 0.43, 0.56, 0.99),
    ("adversarial_training", 0.12, 0.18, 0.97),
    ("smoothing", 0.56, 0.72, 0.98),
    ("quantize", 0.22, 0.30, 0.97),
]

Runs = Callable[..., tuple[AttackResult, ...]]


@pytest.fixture(scope="module")
def runs() -> Runs:
    """Return a function that runs one setting for every seed, once per module."""

    @cache
    def of(control: str, knobs: tuple[tuple[str, Any], ...]) -> tuple[AttackResult, ...]:
        return tuple(ATTACK.run(control=control, seed=seed, **dict(knobs)) for seed in SEEDS)

    return lambda control, **knobs: of(control, tuple(sorted(knobs.items())))


def success(results: tuple[AttackResult, ...]) -> float:
    return mean(result.success for result in results)


def utility(results: tuple[AttackResult, ...]) -> float:
    return mean(result.utility for result in results)


@pytest.mark.parametrize(("control", "lowest", "highest", "useful"), BANDS)
def test_success_and_utility_land_where_the_prototype_measured_them(runs, control, lowest, highest, useful):
    results = runs(control, eps=0.15)
    assert lowest - TOLERANCE <= success(results) <= highest + TOLERANCE
    assert utility(results) == pytest.approx(useful, abs=TOLERANCE)


def test_without_a_budget_nothing_is_misread(runs):
    for control in ATTACK.controls:
        assert all(result.success == result.baseline == 0 for result in runs(control, eps=0.0))


def test_a_larger_budget_fools_a_bare_model_more(runs):
    by_budget = [success(runs("none", eps=eps)) for eps in (0.05, 0.1, 0.15, 0.2, 0.3)]
    assert by_budget == sorted(by_budget)
    assert by_budget[0] < 0.1
    assert by_budget[-1] > 0.95


def test_the_direction_fools_the_model_and_not_the_size(runs):
    for result in runs("none", eps=0.15):
        assert result.evidence["misread_by_chance"] < 0.05
        assert result.success > 0.35


def test_adversarial_training_takes_most_of_the_attack_away_and_costs_accuracy(runs):
    bare, hardened = runs("none", eps=0.15), runs("adversarial_training", eps=0.15)
    assert success(hardened) < success(bare) / 2
    assert utility(bare) - 0.05 < utility(hardened) < utility(bare)


def test_an_attacker_with_twice_the_budget_gets_through_adversarial_training(runs):
    expected = runs("adversarial_training", eps=0.15)
    twice = runs("adversarial_training", eps=0.3, trained_for=0.5)
    assert success(expected) < 0.2
    assert success(twice) > 0.5
    assert [r.utility for r in twice] == [r.utility for r in expected], "it is the same model, met by another attacker"


def test_at_a_large_budget_adversarial_training_wins_with_a_useless_model(runs):
    assert success(runs("adversarial_training", eps=0.3)) < 0.1
    assert utility(runs("adversarial_training", eps=0.3)) < 0.6
    for result in runs("adversarial_training", eps=0.4):
        assert result.success == 0
        assert result.utility == pytest.approx(0.5, abs=0.02)
        assert result.evidence["one_answer"]
        assert result.evidence["right_under_attack"] == result.utility
        assert "coin" in result.note


def test_only_a_useless_model_is_called_one(runs):
    for control in ATTACK.controls:
        for result in runs(control, eps=0.15):
            assert not result.evidence["one_answer"]
            assert "coin" not in result.note


def test_smoothing_is_worse_against_an_adaptive_attacker(runs):
    bare, blind, adaptive = runs("none", eps=0.15), *(runs("smoothing", eps=0.15, adaptive=a) for a in (False, True))
    assert success(bare) < success(blind) < success(adaptive), "and even a blind attacker does better than without it"
    for without, with_smoothing in zip(bare, adaptive, strict=True):
        assert with_smoothing.success > without.success


def test_quantizing_helps_and_loses_a_little_to_an_adaptive_attacker(runs):
    blind, adaptive = (success(runs("quantize", eps=0.15, adaptive=a)) for a in (False, True))
    assert blind < adaptive < success(runs("none", eps=0.15)) * 0.7
    assert utility(runs("quantize", eps=0.15)) < utility(runs("none", eps=0.15)) - 0.01


def test_without_a_control_there_is_nothing_for_an_adaptive_attacker_to_know(runs):
    assert [r.success for r in runs("none", adaptive=True)] == [r.success for r in runs("none", adaptive=False)]


def test_training_for_a_budget_matters_to_adversarial_training_only(runs):
    for control in ("none", "smoothing", "quantize"):
        told, untold = runs(control, eps=0.15, trained_for=0.5), runs(control, eps=0.15)
        assert [r.success for r in told] == [r.success for r in untold]
    untrained = runs("adversarial_training", eps=0.15, trained_for=0.0)
    assert [r.success for r in untrained] == [r.success for r in runs("none", eps=0.15)]


@pytest.mark.parametrize("filter_", [NO_FILTER, *FILTERS.values()])
def test_no_other_change_within_the_budget_hurts_a_linear_model_more(filter_):
    rng = np.random.default_rng(0)
    images, weights = rng.random((20, 64)), rng.normal(size=64)
    model = Reader(weights, 0.0, filter_)
    threes = np.full(20, 3)

    def score(changed: np.ndarray) -> np.ndarray:
        return filter_.forward(changed) @ weights

    worst = score(perturb(images, threes, model.toward_three(), 0.15))
    for _ in range(200):
        other = np.clip(images + rng.uniform(-0.15, 0.15, images.shape), 0, 1)
        assert (worst <= score(other) + 1e-9).all()


def test_a_filter_s_gradient_leads_back_through_smoothing():
    smoothing, rng = FILTERS["smoothing"], np.random.default_rng(0)
    weights, image, step = rng.normal(size=64), rng.random((1, 64)), 1e-6
    slope = [
        ((smoothing.forward(image + step * np.eye(64)[i]) - smoothing.forward(image)) @ weights)[0] / step
        for i in range(64)
    ]
    assert smoothing.backward(weights) == pytest.approx(slope, abs=1e-6)


def test_adversarial_training_prepares_for_the_worst_image_of_its_budget():
    images, digits = np.array([[0.9, 0.6], [0.1, 0.4]]), np.array([3, 8])
    told_apart = train(images, digits, NO_FILTER, budget=0.2)
    assert told_apart.weights[0] > 0, "the first pixel tells them apart even in the worst case"
    assert told_apart.weights[1] == 0, "the second does not: its difference is within the budget"


def test_neither_larger_nor_smaller_weights_lower_the_worst_case_loss_of_adversarial_training():
    budget = 0.15
    images, _, labels, _ = split_digits(0)
    images, digits = images[np.isin(labels, (3, 8))], labels[np.isin(labels, (3, 8))]
    side = np.where(digits == 3, 1, -1)
    trained = train(images, digits, NO_FILTER, budget)

    def worst_case_loss(weights: np.ndarray) -> float:
        margin = side * (images @ weights + trained.bias) - budget * np.abs(weights).sum()
        return float(np.logaddexp(0, -margin).mean())

    settled = worst_case_loss(trained.weights)
    assert worst_case_loss(0.9 * trained.weights) > settled
    assert worst_case_loss(1.1 * trained.weights) > settled


def test_quantizing_leaves_ink_or_paper_and_nothing_between():
    assert FILTERS["quantize"].forward(np.array([0.0, 0.4, 0.5, 0.6, 1.0])).tolist() == [0, 0, 0, 1, 1]


def test_what_is_left_under_attack_is_what_was_right_and_was_not_misread(runs):
    for control in ATTACK.controls:
        for result in runs(control, eps=0.15):
            assert result.evidence["right_under_attack"] == pytest.approx(result.utility * (1 - result.success))


def test_two_runs_with_the_same_seed_are_equal_and_other_seeds_differ():
    first, again, other = (ATTACK.run("quantize", seed) for seed in (3, 3, 4))
    assert first == again
    assert all(np.array_equal(first.evidence[name], again.evidence[name]) for name in first.evidence)
    assert first.success != other.success


@pytest.mark.parametrize("control", sorted(ATTACK.controls))
def test_four_digits_are_shown_before_and_after_with_what_the_model_says(runs, control):
    for result in runs(control, eps=0.15):
        shown = result.evidence
        assert shown["before"].shape == shown["after"].shape == shown["perturbation"].shape == (4, 8, 8)
        assert shown["after"] == pytest.approx(shown["before"] + shown["perturbation"])
        assert np.abs(shown["perturbation"]).max() == pytest.approx(0.15)
        assert (shown["after"] >= 0).all()
        assert (shown["after"] <= 1).all()
        assert list(shown["true_digit"]) == [3, 3, 8, 8]
        assert shown["says_before"].shape == shown["says_after"].shape == (4,)
        assert set(shown["says_before"]) | set(shown["says_after"]) <= {3, 8}


def test_some_of_the_digits_shown_are_misread_only_once_perturbed(runs):
    shown = [result.evidence for result in runs("none", eps=0.15)]
    right_before = mean((e["says_before"] == e["true_digit"]).mean() for e in shown)
    right_after = mean((e["says_after"] == e["true_digit"]).mean() for e in shown)
    assert right_before > 0.9
    assert right_after < 0.7


@pytest.mark.parametrize("control", sorted(ATTACK.controls))
def test_the_note_tells_the_figures_of_this_run(runs, control):
    for result in runs(control, eps=0.15):
        assert f"{result.success:.0%}" in result.note
        assert f"{result.utility:.0%}" in result.note


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"eps": -0.1}, "eps is -0.1; give a number from 0 to 0.5"),
        ({"eps": 2}, "eps is 2"),
        ({"eps": float("nan")}, "eps is nan"),
        ({"eps": None}, "eps is None"),
        ({"adaptive": 1}, "adaptive is 1; give True or False"),
        ({"trained_for": 1.5}, "trained_for is 1.5"),
        ({"control": "smooth"}, "did you mean 'smoothing'"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": True}, "seed is True"),
    ],
)
def test_an_impossible_setting_is_refused_in_words(settings, words):
    with pytest.raises(ThreatLabError, match=words):
        ATTACK.run(**settings)


def test_the_attack_names_what_the_catalog_holds():
    known = catalog()
    assert ATTACK.threat in known.threats
    assert all(d.catalog_control in known.controls for name, d in ATTACK.controls.items() if name != "none")
    assert ATTACK.technique in known.controls["adversarial_robustness_tested"].atlas_techniques


@pytest.mark.parametrize("control", sorted(ATTACK.measures))
def test_a_control_is_measured_against_an_attacker_who_knows_it_and_leaves_room_for_both(runs, control):
    measurement = ATTACK.measures[control]
    assert measurement.knobs["adaptive"] is True
    assert measurement.threat in catalog().controls[control].effectiveness
    assert ATTACK.controls[measurement.defense].catalog_control == control
    alone, defended = (runs(name, **measurement.knobs) for name in ("none", measurement.defense))
    assert 0.3 < success(alone) < 0.7
    assert 0.1 < 1 - success(defended) / success(alone) < 0.8
    assert utility(defended) > 0.95, "a control that makes the model useless is not measured here"
