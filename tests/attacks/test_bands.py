"""What the attacks measured still holds, and the catalog says no more and no less than that."""

from __future__ import annotations

import pytest

from threatlab.attacks import ATTACKS
from threatlab.attacks.bands import (
    bands,
    measure,
    measured_effectiveness,
    measured_success,
    measured_utility_cost,
    setting_name,
    settings,
)
from threatlab.catalog import LAYER_CAP, catalog

SLACK = 0.04
"""Other builds of the same libraries round differently, which moves a few of some hundred test digits."""


@pytest.mark.parametrize("band", bands(), ids=lambda band: band.name)
def test_what_was_measured_is_measured_again(band):
    again = measure(band.attack, band.control, band.knobs, seeds=(0, 7))
    assert band.lowest - SLACK <= again.lowest
    assert again.highest <= band.highest + SLACK
    assert again.baseline == pytest.approx(band.baseline, abs=2 * SLACK)
    assert again.utility == pytest.approx(band.utility, abs=2 * SLACK)
    assert again.further == pytest.approx(band.further, abs=2 * SLACK)


def test_every_setting_has_its_band_and_no_band_is_left_over():
    wanted = {setting_name(*setting) for setting in settings()}
    assert {band.name for band in bands()} == wanted


def test_catalog_and_attacks_have_not_parted():
    claimed = {
        control.id: {
            threat: claim.value for threat, claim in control.effectiveness.items() if claim.source == "measured"
        }
        for control in catalog().controls.values()
    }
    assert {control: claims for control, claims in claimed.items() if claims} == measured_effectiveness()


def test_what_a_measured_control_costs_in_utility_is_what_its_attack_measured():
    claimed = {c.id: c.utility_cost for c in catalog().controls.values() if c.utility_source == "measured"}
    assert claimed == measured_utility_cost()


def test_a_criterion_that_an_attack_measures_is_bounded_by_its_worst_seed():
    claimed = {c.id: (c.success.attack, c.success.at_most) for c in catalog().controls.values() if c.success.attack}
    assert claimed == measured_success()


def test_a_criterion_tells_a_control_from_its_absence_on_every_seed():
    kept = {band.name: band for band in bands()}
    for control, (name, _) in measured_success().items():
        setting = ATTACKS[name].measures[control]
        success = catalog().controls[control].success
        assert success.met(kept[setting_name(name, setting.defense, setting.knobs)].highest)
        assert not success.met(kept[setting_name(name, "none", setting.knobs)].lowest)


def test_a_measured_claim_names_the_attack_that_measured_it_and_a_judged_one_names_none():
    for control in catalog().controls.values():
        for threat, claim in control.effectiveness.items():
            if claim.source == "judged":
                assert claim.attack == ""
            else:
                measurement = ATTACKS[claim.attack].measures[control.id]
                assert measurement.threat == threat
                assert ATTACKS[claim.attack].controls[measurement.defense].catalog_control == control.id


@pytest.mark.parametrize(
    ("control", "measurement"),
    [(control, (attack.name, m)) for attack in ATTACKS.values() for control, m in attack.measures.items()],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_catalog_s_figure_comes_out_of_the_attack_run_now(control, measurement):
    name, setting = measurement
    removed = measure(name, setting.defense, setting.knobs).removed
    claim = catalog().controls[control].effectiveness[setting.threat]
    assert min(max(removed, 0.0), LAYER_CAP) == pytest.approx(claim.value, abs=SLACK)
