"""replay(): which control stops, slows or sees which step, and where the attacker gets to."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import CONTROLS, systems, thorough
from threatlab import AISystem, ThreatLabError
from threatlab.catalog import catalog
from threatlab.depth import harden, switch_off
from threatlab.incidents import STOPS, VERDICTS, incidents, load_incident, replay

every_incident = pytest.mark.parametrize("incident", incidents(), ids=lambda incident: incident.id)
some_incident = st.sampled_from(incidents())


@every_incident
def test_what_happened_happens_again_against_the_system_it_happened_to(incident):
    again = replay(incident)
    assert again.system == incident.system
    assert again.stopped_at is None
    assert again.reached == len(incident.steps)
    assert again.chance == 1


def test_shadowray_is_stopped_where_the_missing_controls_would_have_stopped_it():
    ray = load_incident("shadowray")
    ends = {control: replay(ray, ray.system.with_(**{control: True})).stopped_at for control in ray.missing}
    assert ends == {
        "service_exposure_hardened": 1,
        "authentication_enforced": 2,
        "secrets_in_vault": 4,
        "training_environment_isolated": 5,
        "monitoring_active": None,
    }


def test_what_only_sees_stops_nobody_and_is_said_to_see():
    ray = load_incident("shadowray")
    watched = replay(ray, ray.system.with_(monitoring_active=True))
    assert (watched.seen_at, watched.stopped_at, watched.chance) == (5, None, 1)
    assert watched.steps[4].verdict == "seen"


def test_nobody_is_told_of_a_step_that_is_never_reached():
    ray = load_incident("shadowray")
    assert replay(ray, ray.system.with_(monitoring_active=True, authentication_enforced=True)).seen_at is None


def stopped(controls):
    """The incidents that these controls, put in place, stop."""
    more = dict.fromkeys(controls, True)
    return {each.id for each in incidents() if replay(each, each.system.with_(**more)).stopped_at}


def test_no_control_and_no_layer_stops_every_incident_and_some_incidents_are_stopped_by_nothing():
    everything = stopped(CONTROLS)
    assert set() < everything < {each.id for each in incidents()}
    for layer in catalog().layers:
        assert stopped(control.id for control in catalog().controls.values() if control.layer == layer) < everything


def test_with_one_layer_off_another_still_stops_the_attacker_of_notebook_05_later():
    ray = load_incident("shadowray")
    defended = harden(ray.system, 40)
    complete = replay(ray, defended).stopped_at
    ends = [replay(ray, switch_off(defended, layer)).stopped_at for layer in catalog().layers]
    assert None not in ends
    assert max(ends) > complete


def test_a_step_stopped_as_published_still_lets_some_past():
    ray = load_incident("shadowray")
    after = replay(ray, ray.system.with_(authentication_enforced=True))
    assert after.stopped_at
    assert 0 < after.chance == pytest.approx(1 - STOPS)


# ---- properties


@thorough
@given(some_incident, systems(), st.sampled_from(CONTROLS))
def test_a_control_more_never_lets_an_attacker_further(incident, system, control):
    less, more = (replay(incident, system.with_(**{control: value})) for value in (False, True))
    assert more.reached <= less.reached
    for before, after in zip(less.steps, more.steps, strict=True):
        assert after.chance <= before.chance + 1e-12


@thorough
@given(some_incident, systems())
def test_chances_are_shares_that_only_fall_and_never_reach_zero(incident, system):
    told = replay(incident, system)
    before = 1.0
    for each in told.steps:
        assert 0 < each.chance <= before
        assert each.chance == pytest.approx(before * each.passes, abs=1e-12)
        before = each.chance


@thorough
@given(some_incident, systems())
def test_verdicts_are_of_the_list_and_after_a_stop_there_is_no_other(incident, system):
    verdicts = [each.verdict for each in replay(incident, system).steps]
    assert set(verdicts) <= set(VERDICTS)
    if "stopped" in verdicts:
        assert set(verdicts[verdicts.index("stopped") + 1 :]) <= {"after the stop"}
    else:
        assert "after the stop" not in verdicts


def test_the_best_control_of_a_layer_counts_whole_over_all_steps_and_each_further_one_in_part():
    ray = load_incident("shadowray")
    beta = ray.system.catalog.shared_failure.beta
    stopping = ("authentication_enforced", "service_exposure_hardened", "secrets_in_vault")
    assert len({catalog().controls[control].layer for control in stopping}) == 1
    three = replay(ray, ray.system.with_(**dict.fromkeys(stopping, True)))
    assert three.chance == pytest.approx((1 - STOPS) * (1 - (1 - beta) * STOPS) ** 2)


def test_an_empty_system_stops_nobody():
    for incident in incidents():
        assert replay(incident, AISystem("empty")).stopped_at is None


# ---- what others get to see


def test_a_replay_as_a_dict_survives_json_and_as_a_frame_has_a_row_per_step():
    told = replay("amazon-q", load_incident("amazon-q").system.with_(human_approval_required=True))
    assert json.loads(json.dumps(told.to_dict())) == told.to_dict()
    assert told.to_dict()["stopped_at"] == told.stopped_at == 7
    frame = told.to_frame()
    assert list(frame.index) == [1, 2, 3, 4, 5, 6, 7]
    assert frame.loc[7, "verdict"] == "stopped"
    assert "stops" in frame.loc[7, "controls"]


@pytest.mark.parametrize(("arguments", "said"), [(("shadowrya",), "'shadowray'"), (("tay", "tay"), "system is 'tay'")])
def test_bad_input_is_answered_with_a_sentence(arguments, said):
    with pytest.raises(ThreatLabError, match=said):
        replay(*arguments)
