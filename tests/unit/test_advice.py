"""Advice beats the plain severity order on cases it has not seen, and every figure of it can be counted again."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from statistics import fmean

import pytest
from hypothesis import given

from tests.benchmarks.advice import by_severity, by_what_it_removes
from tests.unit.strategies import CONTROLS, FACTS, systems, thorough
from threatlab import AISystem, assess, list_systems, load_system
from threatlab.assessment.advice import PRIOR_CASES, holds, missing
from threatlab.assessment.held_out import advised, held_out, ranks
from threatlab.catalog import catalog

NEVER_ABSURD = {
    # control: facts of which one must be true, or nobody would follow the advice
    "output_validation_enabled": ("generates_content",),
    "input_anomaly_detection": ("makes_predictions",),
    "prompt_guardrails_enabled": ("generates_content",),
    "untrusted_content_segregated": ("ingests_untrusted_content",),
    "retrieval_access_enforced": ("uses_retrieval",),
    "agent_memory_protected": ("keeps_memory",),
    "human_approval_required": ("uses_tools",),
    "tool_permissions_restricted": ("uses_tools",),
    "tool_sources_verified": ("uses_tools",),
    "execution_sandboxed": ("uses_tools",),
    "service_exposure_hardened": ("internet_facing",),
    "abuse_detection_active": ("internet_facing",),
    "output_detail_limited": ("makes_predictions",),
    "adversarial_robustness_tested": ("makes_predictions",),
    "model_validated_before_release": ("trains_model", "makes_predictions"),
    "training_data_validated": ("trains_model",),
    "data_provenance_tracked": ("trains_model",),
    "training_environment_isolated": ("trains_model",),
    "privacy_preserving_training": ("trains_model",),
    "personal_data_minimized": ("handles_personal_data",),
}


def mean_rank(order):
    return fmean(rank for case, result in held_out() for rank in ranks(order(result), case.missing))


def test_what_was_really_missing_stands_higher_in_the_advice_than_by_severity_or_by_what_it_removes():
    advice = mean_rank(advised)
    assert advice > mean_rank(by_what_it_removes) + 0.05
    assert advice > mean_rank(by_severity) + 0.1


def test_a_case_that_is_left_out_has_no_say():
    for case, result in held_out():
        for control in case.missing:
            if catalog().controls[control].applies(case.true):
                assert missing(control, result.catalog).hits == missing(control, catalog()).hits - 1


def test_a_chance_is_a_smoothed_share_of_cases_that_can_be_counted_again():
    pairs = [(c.id, case) for c in catalog().controls.values() for case in catalog().cases if c.applies(case.true)]
    hits = sum(control in case.missing for control, case in pairs)
    usual = (hits + PRIOR_CASES / 2) / (len(pairs) + PRIOR_CASES)
    for control in CONTROLS:
        where = [case for name, case in pairs if name == control]
        lacked = sum(control in case.missing for case in where)
        told = missing(control, catalog())
        assert (told.hits, told.cases) == (lacked, len(where))
        assert told.chance == pytest.approx((lacked + PRIOR_CASES * usual) / (len(where) + PRIOR_CASES))
        assert str(told).startswith(f"{lacked} of {len(where)} published case")
    for fact in FACTS:
        said = [fact in case.true for case in catalog().cases if fact in case.true or fact in case.false]
        assert (holds(fact, catalog()).hits, holds(fact, catalog()).cases) == (sum(said), len(said))


def test_without_any_case_every_unknown_control_is_as_likely_missing_and_nothing_fails():
    bare = load_system("tay").under(replace(catalog(), cases=()))
    steps = assess(bare).best_next(len(CONTROLS))
    assert {step.missing.chance for step in steps if step.missing} == {0.5}


# ---- no advice is absurd, and no control is dead weight


@pytest.mark.parametrize("name", list_systems())
def test_no_advice_about_a_system_is_one_that_a_reader_would_find_absurd(name):
    system = load_system(name)
    for step in assess(system).best_next(len(CONTROLS)):
        needs = NEVER_ABSURD.get(step.attribute, ())
        assert not needs or any(system[fact] for fact in needs), step.title


@pytest.mark.slow
def test_every_control_is_somewhere_among_the_first_five():
    draws, first = random.Random(0), Counter()
    for _ in range(1500):
        answers = {name: draws.choice([True, False]) for name in (*FACTS, *CONTROLS)}
        first.update(step.attribute for step in assess(AISystem("drawn", **answers)).best_next(5))
    assert set(first) == set(CONTROLS)


@pytest.mark.parametrize("door", ["internet_facing", "ingests_untrusted_content"])
@pytest.mark.parametrize("surely_missing", [True, False])
def test_where_strangers_write_to_a_memory_protecting_it_is_among_the_first_five_steps(door, surely_missing):
    controls = dict.fromkeys(CONTROLS, False) if surely_missing else {}
    for more in ({}, {"uses_tools": True}, {"uses_retrieval": True}, {"handles_personal_data": True}):
        system = AISystem("assistant", generates_content=True, keeps_memory=True, **{door: True}, **more, **controls)
        assert "agent_memory_protected" in [step.attribute for step in assess(system).best_next(5)]


@pytest.mark.parametrize("threat", ["excessive_agency", "data_poisoning"])
def test_strangers_raise_what_strangers_can_do(threat):
    inside = AISystem("s", uses_tools=True, learns_from_user_input=True, internet_facing=False)
    outside = inside.with_(internet_facing=True)
    assert assess(outside).by_threat[threat] > assess(inside).by_threat[threat]


# ---- what to ask next


@thorough
@given(systems())
def test_a_question_moves_the_score_by_what_another_assessment_shows(system):
    result = assess(system)
    asked = result.best_questions(len(FACTS) + len(CONTROLS))
    assert [each.expected for each in asked] == sorted((each.expected for each in asked), reverse=True)
    for each in asked:
        assert system[each.attribute] is None
        after = assess(system.with_(**{each.attribute: True})).risk_score
        assert each.moves == pytest.approx(after - result.risk_score, abs=1e-12)
        is_missing = missing(each.attribute, catalog()).chance if each.attribute in CONTROLS else None
        assert each.likely == (holds(each.attribute, catalog()).chance if is_missing is None else 1 - is_missing)
        assert each.expected == abs(each.moves) * each.likely


def test_whoever_knows_everything_is_asked_nothing():
    known = AISystem("s", **dict.fromkeys((*FACTS, *CONTROLS), False))
    assert assess(known).best_questions() == ()
