"""What the workbook's rooms make becomes what a report holds: nothing is lost on the way, and no figure changes."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from tests.unit.threat_models import BARE, TODAY, full
from threatlab import ThreatLabError, load_system
from threatlab.attacks import ATTACKS
from threatlab.attacks.base import AttackResult
from threatlab.catalog import catalog
from threatlab.monitoring.evaluation import Alert, Campaign, Evaluation
from threatlab.plan import make_plan
from threatlab.report import briefing, from_attack, from_evaluation, from_exercise, from_plan, to_json, to_markdown
from threatlab.report.json_file import model_from_dict
from threatlab.report.records import Evidence
from threatlab.tabletop import run_unattended


def test_a_plan_keeps_its_steps_figures_and_dates():
    plan = make_plan(load_system("tay"), 12, owners={"rate_limiting_enabled": "Kim"}, start=TODAY)
    kept = from_plan(plan)
    assert (kept.risk_before, kept.risk_after, kept.days) == (plan.risk_before, plan.risk_after, plan.days)
    for step, was in zip(kept.steps, plan.steps, strict=True):
        assert (step.control, step.owner, step.start, step.due) == (was.control, was.owner, was.start, was.due)
        assert step.success == str(was.success)
    assert kept.left_open == tuple(finding.attribute for finding in plan.left_open)


def test_an_attacks_result_becomes_evidence_with_its_seed_its_knobs_and_its_bounds():
    knobs = {"budget": np.int64(300), "eps": np.float64(0.3), "pool": "realistic", "adaptive": np.bool_(True)}
    result = AttackResult("extraction", "top1", np.float64(0.5), 0.1, 0.9, "fidelity", "a note", knobs)
    kept = from_attack(result, seed=7, success_at_most=0.4)
    assert (kept.seed, kept.success, kept.passed) == (7, 0.5, False)
    run = ATTACKS["extraction"]
    assert (kept.ran_on, kept.limits, kept.attacker) == ("toy", run.toy, catalog().who(run.attacker))
    own = from_attack(replace(result, attack="of our own"))
    assert (own.limits, own.attacker, own.passed) == ("", "", None)
    assert kept.knobs == {"budget": 300, "eps": 0.3, "pool": "realistic", "adaptive": True}
    model = BARE.with_(evidence=(kept,))
    assert model_from_dict(json.loads(to_json(model))) == model


def test_evidence_tells_its_control_by_its_title_and_beside_it_by_its_name_in_code():
    result = AttackResult("injection", "tool_allow_list", 0.5, 0.1, 0.9, "share", "a note", {})
    runs = (from_attack(result), from_attack(replace(result, control="none", success=0.4)))
    model = BARE.with_(evidence=runs)
    assert "Per-task tool allow-list<br>`tool_allow_list`" in to_markdown(model)
    assert "| no control |" in to_markdown(model)
    assert "with Per-task tool allow-list in" in briefing(model)
    other = BARE.with_(evidence=(Evidence("mine", "plain", 0, 0.5, 0.1, 0.9),))
    assert "| plain |" in to_markdown(other)  # who has no title is told by its name


def test_an_alert_threshold_keeps_what_it_costs_and_whom_it_misses():
    alerts = (Alert(60, "a1", "attacker", 20.0), Alert(90, "c7", "ordinary", 17.0))
    campaigns = (Campaign("a1", 10, 60, 40), Campaign("a2", 20, None, 900))
    kept = from_evaluation(Evaluation("cusum", 16.0, 1440, 720, 200, alerts, campaigns), "Two hours a day are there")
    assert (kept.precision, kept.recall, kept.missed) == (0.5, 0.5, ("a2",))
    assert (kept.alerts, kept.analyst_hours, kept.queries_lost, kept.minutes_to_detect) == (2, 1.0, 940, 50.0)
    assert "a2" in to_markdown(BARE.with_(monitoring=kept))


def test_a_threshold_that_never_alerts_has_nothing_to_divide_by():
    kept = from_evaluation(
        Evaluation("cusum", 64.0, 1440, 720, 200, (), (Campaign("a1", 10, None, 4),)), "Nobody has time"
    )
    assert (kept.precision, kept.minutes_to_detect) == (None, None)
    text = to_markdown(BARE.with_(monitoring=kept))
    assert "nothing to divide by" in text
    assert "nobody was caught" in text


def test_a_threshold_without_a_reason_is_no_choice():
    with pytest.raises(ThreatLabError, match="the threshold for alerts \\(reason\\) is empty"):
        from_evaluation(Evaluation("cusum", 16.0, 1440, 720, 200, (), ()), " ")


def test_a_plan_given_as_it_was_made_is_the_same_as_its_record():
    plan = make_plan(full().system, 5, way="quick_wins")
    assert BARE.with_(plan=plan) == BARE.with_(plan=from_plan(plan))


def test_what_an_exercise_says_to_change_is_a_line_of_ones_own_response_plan_and_nobody_is_named_who_was_not():
    exercise = run_unattended("postmark-mcp")
    first = next(each for each in exercise.lessons if each.kind == "change")
    kept = from_exercise(exercise).lessons
    assert first.text not in {each.text for each in kept}, "it speaks of the story's company"
    assert {each.kind for each in kept} == {"keep", "change"}
    for each, was in zip(kept, exercise.lessons, strict=True):
        assert each.text == (was.policy if was.kind == "change" else was.text)
    assert {each.owner for each in kept} == {""}
