"""Claims about plans: within budget and floor, never worse with more, and dated, owned and measurable."""

from __future__ import annotations

import json
from datetime import date
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import systems, thorough
from threatlab import AISystem, ThreatLabError, assess, list_systems, load_system
from threatlab.catalog import SEVERITIES, catalog
from threatlab.plan import WAYS, compare_floors, compare_ways, make_plan

MONDAY = date(2026, 11, 30)
budgets = st.integers(0, 240).map(lambda half_days: half_days / 2)
floors = st.sampled_from([0.0, 0.7, 0.9, 0.95, 0.99, 1.0])
# Every fact true and no control in place is slow to prove: properties are tried on real systems.
some_systems = st.sampled_from([load_system(name) for name in list_systems()])


def controls(plan):
    return [step.control for step in plan.steps]


# ---- promises that hold for every way to choose


@thorough
@given(some_systems, budgets, floors, st.sampled_from(list(WAYS)))
def test_no_plan_goes_over_its_budget_or_below_its_floor(system, budget, floor, way):
    plan = make_plan(system, budget, min_utility=floor, way=way)
    assert sum(step.effort_days for step in plan.steps) <= budget
    assert prod(1 - catalog().controls[c].utility_cost for c in controls(plan)) >= floor - 1e-9


@thorough
@given(some_systems, budgets, budgets, floors, st.sampled_from(list(WAYS)))
def test_more_budget_never_leaves_more_risk(system, one, other, floor, way):
    less, more = (make_plan(system, b, min_utility=floor, way=way) for b in sorted((one, other)))
    assert more.risk_after <= less.risk_after + 1e-12


@pytest.mark.slow
@thorough
@given(some_systems, budgets, floors, floors)
def test_a_lower_floor_never_leaves_more_risk_in_the_best_plan(system, budget, one, other):
    strict, loose = (make_plan(system, budget, min_utility=f) for f in sorted((one, other), reverse=True))
    assert loose.risk_after <= strict.risk_after + 1e-12


@thorough
@given(systems(), st.integers(0, 12))
def test_what_the_steps_remove_is_the_difference_in_the_assessments(system, budget):
    plan = make_plan(system, budget, way="quick_wins")
    after = assess(system.with_(**dict.fromkeys(controls(plan), True))).risk_score
    assert plan.risk_before == assess(system).risk_score
    assert plan.risk_after == after
    assert plan.risk_before - sum(step.removes for step in plan.steps) == pytest.approx(after, abs=1e-12)
    assert all(step.removes > 0 for step in plan.steps)


@pytest.mark.slow
@thorough
@given(some_systems, budgets)
def test_a_plan_only_holds_controls_that_were_findings_and_leaves_the_others_open(system, budget):
    plan = make_plan(system, budget)
    found = {finding.attribute for finding in assess(system).findings}
    assert set(controls(plan)) | {finding.attribute for finding in plan.left_open} == found
    assert not set(controls(plan)) & {finding.attribute for finding in plan.left_open}


# ---- the ways differ, and the best is the best


@pytest.mark.slow
@pytest.mark.parametrize("name", list_systems())
@pytest.mark.parametrize("budget", [3, 10, 20, 40])
def test_no_way_leaves_less_risk_than_the_best_plan(name, budget):
    plans = compare_ways(load_system(name), budget, min_utility=0.95)
    assert list(plans) == list(WAYS)
    assert plans["best"].exact
    for plan in plans.values():
        assert plan.risk_after >= plans["best"].risk_after - 1e-9
        assert plan.exact == (plan.way == "best")


def test_quick_wins_take_first_what_removes_most_for_each_day():
    plan = make_plan(load_system("shadowray"), 200, way="quick_wins")
    done = {}
    for step in plan.steps:
        now = assess(load_system("shadowray").with_(**done))
        rates = {s.attribute: s.removes / s.effort_days for s in now.best_next(40)}
        assert step.per_day == pytest.approx(max(rates.values()))
        done[step.control] = True


def test_the_other_orders_order_by_what_they_say():
    system = load_system("shadowray")
    severities = [SEVERITIES.index(s.severity) for s in make_plan(system, 200, way="severity").steps]
    assert severities == sorted(severities)
    efforts = [s.effort_days for s in make_plan(system, 200, way="cheapest").steps]
    assert efforts == sorted(efforts)
    first = make_plan(system, 200, way="most_risk").steps[0]
    assert first.control == assess(system).best_next(1)[0].attribute


def test_a_greedy_plan_spends_days_on_what_the_best_one_saves():
    """The lesson's own example: on this system the quick win of two days is overtaken by its neighbor of three."""
    best, quick = (make_plan(load_system("shadowray"), 20, min_utility=0.95, way=way) for way in ("best", "quick_wins"))
    assert best.risk_after < quick.risk_after - 0.005
    assert "dependencies_scanned" in controls(quick)
    assert "dependencies_scanned" not in controls(best)


# ---- edges


@pytest.mark.parametrize("way", WAYS)
def test_no_budget_gives_an_empty_plan_that_can_be_read(way):
    plan = make_plan(load_system("tay"), 0, way=way, start=MONDAY)
    assert plan.steps == ()
    assert plan.risk_after == plan.risk_before
    assert (plan.days, plan.utility, plan.per_day, plan.finish, plan.resources) == (0, 1, 0, MONDAY, ())
    assert plan.to_frame().empty
    assert plan.risk_by_day() == ((0.0, plan.risk_before),)


def test_a_system_with_nothing_left_to_do_gets_an_empty_plan_however_large_the_budget():
    full = AISystem("full", **dict.fromkeys(catalog().controls, True))
    assert make_plan(full, 100).steps == ()


def test_a_floor_of_one_leaves_out_all_that_costs_utility():
    plan = make_plan(load_system("postmark-mcp"), 100, min_utility=1.0)
    assert plan.steps
    assert all(step.utility_cost == 0 for step in plan.steps)


def test_the_measured_cost_of_separation_keeps_it_out_of_a_plan_with_a_floor():
    system = load_system("tay")
    free, floored = make_plan(system, 40), make_plan(system, 40, min_utility=0.95)
    assert "untrusted_content_segregated" in controls(free)
    assert "untrusted_content_segregated" not in controls(floored)
    assert free.utility < 0.95 <= floored.utility


# ---- what a team insists on


def test_what_must_be_in_the_plan_comes_first_and_what_is_left_out_stays_out():
    plan = make_plan(load_system("shadowray"), 20, must=["staff_trained"], without=["rate_limiting_enabled"])
    assert controls(plan)[0] == "staff_trained"
    assert "rate_limiting_enabled" not in controls(plan)
    assert plan.days <= 20


def test_what_is_in_place_already_needs_no_days_even_if_it_must_be():
    system = load_system("shadowray").with_(staff_trained=True)
    assert "staff_trained" not in controls(make_plan(system, 5, must=["staff_trained"]))


# ---- dates, owners, criteria


def test_every_step_has_an_owner_a_role_dates_effort_and_a_criterion():
    plan = make_plan(load_system("shadowray"), 20, start="2026-12-01", owners={"rate_limiting_enabled": " Ada "})
    for step in plan.steps:
        control = catalog().controls[step.control]
        assert (step.role, step.effort_days, step.success) == (control.role, control.effort_days, control.success)
        assert step.owner == ("Ada" if step.control == "rate_limiting_enabled" else "")
        assert date(2026, 12, 1) <= step.start <= step.due <= plan.finish
    assert sum(row.days for row in plan.resources) == plan.days
    assert max(row.finish for row in plan.resources) == plan.finish


def test_a_plan_can_be_kept_as_json_and_read_as_a_table():
    plan = make_plan(load_system("shadowray"), 20, start=MONDAY)
    table = json.loads(json.dumps(plan.to_dict()))
    assert [step["control"] for step in table["steps"]] == controls(plan)
    assert table["steps"][0]["start"] == "2026-11-30"
    assert list(plan.to_frame()["control"]) == controls(plan)
    assert plan.to_frame()["success"][0] == str(plan.steps[0].success)


def test_a_plan_made_with_numbers_of_numpy_is_kept_as_json_too():
    given = {"budget": np.int64(5), "min_utility": np.float32(0.5), "people": {"ML engineer": np.int64(2)}}
    table = make_plan(load_system("shadowray"), start=MONDAY, **given).to_dict()
    assert json.loads(json.dumps(table)) == table


# ---- bad input gets a sentence


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"budget": -1}, "budget is -1"),
        ({"budget": float("nan")}, "budget is nan"),
        ({"budget": float("inf")}, "budget is inf"),
        ({"budget": "20"}, "budget is '20'"),
        ({"budget": None}, "budget is None"),
        ({"budget": True}, "budget is True"),
        ({"min_utility": 95}, "min_utility is 95"),
        ({"way": "bets"}, "did you mean 'best'"),
        ({"way": None}, "unknown way"),
        ({"way": ["best"]}, "unknown way to choose ['best']: choose one of"),
        ({"must": ["staff_trained"], "without": ["staff_trained"]}, "'staff_trained' is both in must and in without"),
        ({"must": "staff_trained"}, "must is 'staff_trained'; give a list"),
        ({"must": ["staff_train"]}, "did you mean 'staff_trained'"),
        ({"without": ["trains_model"]}, "'trains_model' is a fact"),
        ({"must": ["privacy_preserving_training"], "budget": 9}, "need 10 days, and the budget is 9"),
        ({"must": ["privacy_preserving_training"], "min_utility": 0.99}, "must leave utility 0.950"),
        ({"owners": {"staff_trained": 7}}, "owner of staff_trained is 7"),
        ({"owners": ["Ada"]}, "owners are ['Ada']"),
        ({"start": "tomorrow"}, "start is 'tomorrow'"),
        ({"holidays": None}, "holidays is None; give a list of dates"),
        ({"holidays": 5}, "holidays is 5; give a list of dates"),
        ({"holidays": ["x"]}, "holiday is 'x'; give a date"),
        (
            {"start": "2026-12-01", "people": {"ML engineer": 0}},
            "people: ML engineer is 0; give a whole",
        ),
        ({"system": "shadowray"}, "system is 'shadowray'; give an AISystem"),
    ],
)
def test_bad_input_gets_a_sentence_that_names_it(arguments, said):
    wanted = {"system": load_system("shadowray"), "budget": 20, **arguments}
    with pytest.raises(ThreatLabError) as refused:
        make_plan(**wanted)
    assert said in str(refused.value)


def test_floors_are_a_list():
    with pytest.raises(ThreatLabError, match=r"floors is 0\.5; give a list of shares"):
        compare_floors(load_system("shadowray"), 5, 0.5)
