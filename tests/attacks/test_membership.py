"""Membership inference: the prototype's bands, the lessons as claims, and histograms that add up."""

from __future__ import annotations

from functools import cache
from statistics import mean

import numpy as np
import pytest

from threatlab.attacks import membership
from threatlab.attacks.membership import (
    CONTROLS,
    FEW,
    SURE,
    Records,
    balanced_accuracy,
    choose_threshold,
    run,
    sure_of,
)
from threatlab.errors import ThreatLabError

SEEDS = range(5)
TOLERANCE = 0.01
"""The prototype's attacker knew half of the members; ours trains a shadow model, and is a little less sure."""

PROTOTYPE = (  # control, and the lowest and highest of five seeds
    ("none", 0.77, 0.83),
    ("limited_depth", 0.54, 0.60),
    ("label_only", 0.57, 0.59),
    ("both", 0.51, 0.55),
)


@cache
def results(control, **knobs):
    """Return runs at the defaults, which the prototype measured, for each seed; of other settings, for two."""
    return [run(control, seed, **knobs) for seed in SEEDS[: 2 if knobs else None]]


def success(control, **knobs):
    return mean(result.success for result in results(control, **knobs))


def utility(control, **knobs):
    return mean(result.utility for result in results(control, **knobs))


@pytest.mark.parametrize(("control", "low", "high"), PROTOTYPE)
def test_balanced_accuracy_lands_where_the_prototype_measured_it(control, low, high):
    assert low - TOLERANCE <= success(control) <= high + TOLERANCE


def test_a_forest_that_overfits_tells_who_was_in_its_training_data():
    assert success("none") > 0.75
    assert all(result.baseline == 0.5 for result in results("none"))


def test_limited_depth_takes_most_of_the_edge_and_costs_accuracy():
    assert success("limited_depth") < 0.62
    assert 0.01 < utility("none") - utility("limited_depth") < 0.06


def test_labels_only_still_give_members_away():
    assert all(result.success > 0.55 for result in results("label_only"))
    assert utility("label_only") == utility("none"), "what it costs is the confidence, which accuracy doesn't show"


def test_asking_about_changed_copies_shows_more_than_one_label():
    assert success("label_only", adaptive=True) > success("label_only") + 0.015
    few = {"records": 100, "label_noise": 0.0}
    assert success("label_only", adaptive=True, **few) > success("label_only", **few) + 0.05


def test_whoever_sees_confidences_needs_no_copies():
    for control in ("none", "limited_depth"):
        for adaptive, plain in zip(results(control, adaptive=True), results(control), strict=False):
            assert adaptive.success == plain.success


def test_both_controls_leave_little_more_than_a_coin_toss_on_average():
    assert success("both") < min(success("limited_depth"), success("label_only"))
    assert 0.5 < success("both") < 0.57


def test_fewer_records_and_more_wrong_labels_are_known_better_by_heart():
    assert success("none", records=100) > success("none") + 0.04
    assert success("none", label_noise=0.3) > success("none") + 0.04


def test_the_threshold_comes_from_the_shadow_model_and_never_from_the_victim(monkeypatch):
    seen = []

    def spy(members, others):
        seen.append((members, others))
        return choose_threshold(members, others)

    monkeypatch.setattr(membership, "choose_threshold", spy)
    result = run("none", 0)
    ((members, others),) = seen
    assert not np.array_equal(np.histogram(members, result.evidence["bins"])[0], result.evidence["members"])
    assert not np.array_equal(np.histogram(others, result.evidence["bins"])[0], result.evidence["others"])


def test_members_others_and_the_attackers_own_records_share_no_record():
    rng = np.random.default_rng(3)
    *groups, unseen = membership._draw(400, 0.0, rng)
    rows = [{image.tobytes() for image in group.images} for group in groups]
    assert [len(group.labels) for group in groups] == [400] * 4
    assert all(not rows[i] & rows[j] for i in range(4) for j in range(i))
    known = rows[0] | rows[2]
    assert len(unseen.labels) == 1797 - 3 * 400
    assert not known & {image.tobytes() for image in unseen.images}


def sure(control, **knobs):
    return mean(result.further[SURE] for result in results(control, **knobs))


def test_right_most_of_the_time_is_sure_of_hardly_anybody():
    assert success("none") > 0.75
    assert 0.03 < sure("none") < 0.12, "above the 1% of guessing, far below what the average promises"
    assert sure("limited_depth") < sure("none")
    assert sure("none", records=100) > sure("none")


def test_a_label_alone_makes_nobody_sure():
    for control in ("label_only", "both"):
        for adaptive in (False, True):
            assert sure(control, adaptive=adaptive) < 0.02
    assert success("label_only") > 0.55, "though it is right more often than a coin"


def test_one_percent_can_be_told_apart_at_every_number_of_records():
    for records in (100, 400):
        unseen = results("none", records=records)[0].evidence["unseen"]
        assert unseen == 1797 - 3 * records
        assert int(FEW * unseen) >= 5


@pytest.mark.parametrize(
    ("members", "others", "found"),
    [
        ([0.9, 0.8, 0.1], np.arange(100) / 200, 2 / 3),  # one of 100 may be wrong: the one at 0.495
        ([0.492, 0.48], np.arange(100) / 200, 0.5),
        ([1.0, 1.0], [1.0] * 2 + [0.0] * 98, 0.0),  # two others are as sure as any member
        ([1.0, 1.0], [1.0] + [0.0] * 99, 1.0),
        ([0.3], [0.2], 1.0),
    ],
)
def test_who_is_surely_a_member_is_found_above_all_but_one_percent_of_the_others(members, others, found):
    assert sure_of(np.array(members), np.array(others)) == pytest.approx(found)


@pytest.mark.parametrize(
    ("members", "others", "threshold", "accuracy"),
    [([0.9, 0.8], [0.1, 0.2], 0.8, 1.0), ([0.9, 0.1], [0.2, 0.3], 0.9, 0.75), ([0.5], [0.5], 0.5, 0.5)],
)
def test_the_best_threshold_is_found(members, others, threshold, accuracy):
    members, others = np.array(members), np.array(others)
    assert choose_threshold(members, others) == threshold
    assert balanced_accuracy(members, others, threshold) == accuracy


def test_confidence_is_that_of_the_records_own_label():
    class Sure:
        classes_ = np.array([3, 7])

        def predict_proba(self, images):
            return np.tile([0.25, 0.75], (len(images), 1))

    records = Records(np.zeros((3, 64)), np.array([3, 7, 9]))
    assert membership.confidence(Sure(), records).tolist() == [0.25, 0.75, 0.0]


@pytest.mark.parametrize("adaptive", [False, True])
@pytest.mark.parametrize("control", CONTROLS)
def test_the_picture_holds_every_record_and_the_threshold(control, adaptive):
    evidence = results(control, adaptive=adaptive)[0].evidence
    assert evidence["bins"].tolist() == pytest.approx([bin_ / 10 for bin_ in range(11)])
    assert evidence["members"].sum() == evidence["others"].sum() == 400
    assert len(evidence["members"]) == len(evidence["others"]) == len(evidence["bins"]) - 1
    assert 0.0 <= evidence["threshold"] <= 1.0
    assert evidence["score"]


def test_labels_only_leave_two_bars_and_the_forest_knows_its_members_by_heart():
    evidence = results("label_only")[0].evidence
    assert np.flatnonzero(evidence["members"]).tolist() == [9]
    assert np.flatnonzero(evidence["others"]).tolist() == [0, 9]


def test_the_same_seed_gives_the_same_run_and_another_seed_another():
    again = run("label_only", 0, adaptive=True)
    first = results("label_only", adaptive=True)[0]
    assert again == first
    assert np.array_equal(again.evidence["members"], first.evidence["members"])
    assert len({result.success for result in results("none")}) > 1


@pytest.mark.parametrize(
    "knobs",
    [{"records": 0}, {"records": 401}, {"records": 250.5}, {"label_noise": 2}, {"label_noise": float("nan")}],
)
def test_an_impossible_knob_is_refused(knobs):
    ((name, _),) = knobs.items()
    with pytest.raises(ThreatLabError, match=rf"{name} is .*; give a .*number from"):
        run(**knobs)


def test_an_unknown_control_is_refused_with_the_nearest_name():
    with pytest.raises(ThreatLabError, match="did you mean 'label_only'"):
        run("labels_only")
