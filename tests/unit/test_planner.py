"""The planner: what its pictures say, what its controls do, and what bad input leaves untouched."""

from __future__ import annotations

import re
from datetime import date

import pytest

from tests.unit.page import HOSTILE, Page, text
from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.catalog import catalog
from threatlab.plan import WAYS, make_plan
from threatlab.policy import Policy
from threatlab.policy.check import check_plan
from threatlab.widgets import Planner
from threatlab.widgets.planner import drawings, tables, view
from threatlab.widgets.planner.reasons import reasons

START = date(2026, 12, 1)
POLICY = Policy(max_risk=0.45, max_by_threat={"privacy_breach": 0.15})


def state(system="shadowray", budget=20, floor=0.95, policy=POLICY, **more):
    return view.PlannerState(load_system(system), budget, floor, policy, START, **more)


@pytest.fixture
def panel():
    return Planner("shadowray", 20, 0.95, POLICY, start=START)


# ---- the pictures


def test_the_headline_tells_risk_days_utility_difference_and_policy():
    now = state()
    said = text(view.headline(now))
    plan = make_plan(now.system, 20, min_utility=0.95)
    assert f"{plan.risk_after:.3f}" in said
    assert f"{plan.risk_before:.3f}" in said
    assert f"{plan.days:g} of 20 days" in said
    assert f"utility {plan.utility:.1%} , floor 95.0%" in said
    more = make_plan(now.system, 20, min_utility=0.95, way="quick_wins").risk_after - plan.risk_after
    assert more > 0
    assert f"Best plan : no plan does better; quick wins leave {more:.3f} more" in said
    kinds = [breach.kind for breach in now.breaches]
    assert view.policy_in_words(now) in said
    assert f"{kinds.count('stays_open')} open without an end" in said


def test_ways_that_leave_as_much_risk_are_said_to_tie():
    plans = state().plans
    more = {way: plan.risk_after - plans["best"].risk_after for way, plan in plans.items() if way != "best"}
    tied = [way for way in more if more[way] < 0.0005]
    assert 0 < len(tied) < len(more)
    for way, gap in more.items():
        words = "as good as the best plan" if way in tied else f"leaves {gap:.3f} more risk than the best plan"
        assert words in view.compared(state(way=way))
    assert "quick wins leave as much risk" in view.compared(state(budget=5))


def test_each_step_shows_owner_role_dates_effort_rate_and_criterion():
    now = state(owners={"service_exposure_hardened": HOSTILE})
    table, plan = tables.steps_table(now.plan, now.breaches), now.plan
    assert table.count("<tr>") == len(plan.steps) + 1
    assert HOSTILE not in table
    assert "&lt;script&gt;" in table
    for step in plan.steps:
        for said in (step.role, str(step.success), f"{step.per_day:.4f} a day", f"{step.due:%d %b}"):
            assert said in text(table)
    assert f"1 of {len(plan.steps)}" not in table
    assert "1 of them with an owner" in text(table)


def test_an_empty_plan_says_why_it_is_empty():
    assert "No days, no steps" in tables.steps_table(state(budget=0).plan, ())
    assert "fits into this budget" in tables.steps_table(state(budget=1).plan, ())
    assert drawings.timeline(state(budget=0).plan) is None
    assert tables.resources_table(state(budget=0).plan) is None


def test_the_timeline_has_a_bar_for_each_step_as_long_as_its_days():
    plan = state().plan
    picture = drawings.timeline(plan)
    assert picture.count("<i style=") == len(plan.steps)
    first, whole = plan.steps[0], (plan.finish - START).days + 1
    width = ((first.due - first.start).days + 1) / whole
    assert f"left:0.00%;width:{width:.2%}" in picture
    for step in plan.steps:
        assert f"{step.start} to {step.due}" in picture


def test_the_staircases_end_where_the_plans_end_and_the_least_is_marked():
    plans = state().plans
    said = text(drawings.risk_by_days(plans, "best"))
    for way in drawings.DRAWN:
        assert f"{WAYS[way]}: {plans[way].risk_after:.3f} after" in said
    assert said.count("(the least)") == 1
    assert WAYS["cheapest"] in drawings.risk_by_days(plans, "cheapest")
    assert drawings.risk_by_days(plans, "cheapest").count("<polyline") == 4


def test_what_stays_open_folds_and_says_what_the_policy_asks(panel):
    panel.set(budget=5)
    few, rest = Page(panel).soup.select(".tl-open")
    assert len(few.select("tbody tr")) == tables.OPEN_SHOWN
    assert len(few.select("tbody tr") + rest.select("tbody tr")) == len(panel.plan.left_open)
    assert rest.find_parent("details").summary.text == f"{len(rest.select('tbody tr'))} more that stay open"
    assert "close by 2026-12-08, or accept it" in few.text
    assert "may stay open" in rest.text


def test_an_acceptance_is_shown_with_its_reason_and_escaped():
    policy = POLICY.accept(state().plan.left_open[0].attribute, HOSTILE, HOSTILE, "2027-06-30")
    now = state(policy=policy)
    table = tables.open_table(now.plan, now.policy, now.breaches)
    assert HOSTILE not in table
    assert "until 2027-06-30" in text(table)


def test_a_step_that_is_too_late_says_so():
    now = state(policy=Policy(open_days={"HIGH": 2}))
    assert "too late: 03 Dec" in text(tables.steps_table(now.plan, now.breaches))


@pytest.mark.parametrize(
    ("control", "changes", "words"),
    [
        ("output_validation_enabled", {}, "it doesn't apply to this system"),
        ("dependencies_scanned", {}, "nothing of the budget is left"),
        ("privacy_preserving_training", {"budget": 200}, "below the floor of 95.0%"),
        ("privacy_preserving_training", {}, "5% of usefulness, measured on a small random forest: Shallower trees"),
        ("privacy_preserving_training", {}, f"Done when: {catalog().controls['privacy_preserving_training'].success}"),
        ("privacy_preserving_training", {}, catalog().controls["privacy_preserving_training"].check),
    ],
)
def test_each_number_can_be_asked_where_it_comes_from(control, changes, words):
    assert words in text(reasons(state(**changes).plan, control))


def test_a_step_says_what_it_removes_when_its_turn_comes_and_what_the_next_best_would():
    plan = state().plan
    before = assess(plan.system)
    for number, step in enumerate(plan.steps, start=1):
        said = text(reasons(plan, step.control))
        assert f"Step {number}. When its turn comes it removes {step.removes:.3f} in {step.effort_days:g} days" in said
        other = max(
            (each for each in before.best_next(99) if each.attribute != step.control),
            key=lambda each: each.removes / each.effort_days,
        )
        assert f"{other.title}, removes" in said or f"{other.title} would remove" in said
        assert f"{other.removes / other.effort_days:.4f} a day" in said
        before = assess(before.system.with_(**{step.control: True}))


def test_a_plan_says_once_that_what_nobody_has_said_counts_as_missing_and_only_if_it_does(panel):
    assert 0 < len(panel.plan.assumed) < len(panel.plan.steps)
    words = f"{len(panel.plan.assumed)} steps are here because nobody has said"
    assert panel.page.count(words) == panel.picture().count(words) == 1
    said = panel.plan.system.with_(**{step.control: False for step in panel.plan.assumed})
    panel.set(system=said)
    assert panel.plan.steps
    assert "nobody has said" not in panel.page


def test_a_control_that_was_left_out_is_said_to_be_while_nothing_does_its_work():
    controls = catalog().controls.values()
    alike = [c.id for c in controls if c.effectiveness == catalog().controls["secrets_in_vault"].effectiveness]
    assert "it was left out" in text(reasons(state(without=tuple(alike), budget=200).plan, "secrets_in_vault"))


def test_nothing_chosen_explains_nothing():
    assert reasons(state().plan, "") is None


# ---- the controls


def test_a_field_does_what_set_does(panel):
    page = Page(panel)
    page.enter("Budget (days)", 10)
    assert panel.plan == Planner("shadowray", 10, 0.95, POLICY, start=START).plan
    page.choose("Choose by", WAYS["severity"])
    assert panel.plan.way == "severity"
    page.enter("Utility floor (0 to 1)", 1.0)
    assert panel.plan.min_utility == 1.0
    page.enter("Acceptable risk score", 0.3)
    assert panel.breaches == check_plan(panel.plan, Policy(0.3, None, POLICY.max_by_threat))
    page.choose("System", load_system("tay").title)
    assert panel.plan.system.name == "tay"
    panel.set(system="shadowray", budget=20, min_utility=0.95, way="best", max_risk=0.45)
    assert panel.page == Planner("shadowray", 20, 0.95, POLICY, start=START).page


def test_the_button_halves_the_budget(panel):
    page = Page(panel)
    page.click("Halve the budget")
    assert panel.plan.budget == 10
    assert page.field("Budget (days)")["value"] == "10"
    assert panel.halve().budget == 5


def test_a_control_is_left_out_insisted_on_and_given_back(panel):
    page, first = Page(panel), panel.plan.steps[0]
    page.choose("Look at one control", first.title)
    page.choose("In the plan?", "leave out")
    assert first.control not in {step.control for step in panel.plan.steps}
    page.choose("In the plan?", "as planned")
    assert panel.plan.steps[0].control == first.control
    assert panel.decide("staff_trained", "must be in").steps[0].control == "staff_trained"
    assert panel.state.must == ("staff_trained",)


def test_an_owner_is_assigned_in_the_field_and_in_code(panel):
    page, (first, second) = Page(panel), panel.plan.steps[:2]
    page.choose("Look at one control", first.title)
    page.enter("Owner (a name)", "Ada")
    panel.assign(second.control, "Grace")
    assert [step.owner for step in panel.plan.steps[:2]] == ["Ada", "Grace"]
    assert "2 of them with an owner" in page.text
    panel.explain(second.control)
    assert page.field("Owner (a name)")["value"] == "Grace"
    assert [step.owner for step in panel.plan.steps[:2]] == ["Ada", "Grace"]


def test_an_owner_who_is_taken_back_leaves_no_trace(panel):
    panel.assign("staff_trained", "Ada")
    panel.assign("staff_trained", "")
    assert Page(panel).button("Reset").has_attr("disabled")


def test_a_control_that_no_finding_names_can_be_looked_at_in_code(panel):
    panel.set(system=load_system("shadowray").with_(staff_trained=True))
    panel.explain("staff_trained")
    assert "It is in place already." in Page(panel).text
    assert (
        Page(panel).field("Look at one control").select_one("[selected]").text
        == catalog().controls["staff_trained"].title
    )


def test_accepting_ends_a_breach_and_a_threat_s_bound(panel):
    before = len(panel.breaches)
    panel.accept("encryption_enabled", "The cloud encrypts disks", "Ada", "2027-06-30")
    panel.accept("privacy_breach", "Contract ends in spring", "Grace", "2027-06-30")
    assert len(panel.breaches) == before - 2


def test_the_form_says_beside_itself_what_is_missing_and_begins_anew_once_it_is_taken(panel):
    page, send, what = Page(panel), "Accept this risk", "HIGH: Encryption not enabled"
    attempts = [
        ({}, "Choose what you accept"),
        ({"Accept what stays open": what}, "The reason for accepting 'Encryption not enabled' is empty"),
        ({"Accept what stays open": what, "Reason": "The cloud encrypts disks"}, "the owner who accepts"),
        (
            {
                "Accept what stays open": what,
                "Reason": "The cloud encrypts disks",
                "Who answers for it": "Ada",
                "Until (such as 2027-06-30)": "in spring",
            },
            "'in spring'; give a date",
        ),
        (
            {
                "Accept what stays open": what,
                "Reason": "The cloud encrypts disks",
                "Who answers for it": "Ada",
                "Until (such as 2027-06-30)": "2020-06-30",
            },
            "2020-06-30 is before the plan begins",
        ),
    ]
    key = page.soup.form["data-key"]
    for entered, problem in attempts:
        page.submit(send, **entered)
        assert problem[1:] in page.soup.select_one("form .tl-problem").text
        assert (panel.state.policy, page.soup.form["data-key"]) == (POLICY, key)
    page.submit(send, **{**entered, "Until (such as 2027-06-30)": "2027-06-30"})
    assert [a.what for a in panel.state.policy.accepted] == ["encryption_enabled"]
    assert "accepted until 2027-06-30" in page.text
    assert page.problem == ""
    assert page.soup.form["data-key"] != key
    assert [page.field(label)["value"] for label in ("Reason", "Who answers for it")] == ["", "Ada"]


def test_the_list_of_controls_begins_with_the_steps_of_the_plan_in_their_order(panel):
    listed = [each.text for each in Page(panel).field("Look at one control").select("option")[1:]]
    steps = [step.title for step in panel.plan.steps]
    assert listed[: len(steps)] == steps
    assert len(set(listed)) == len(listed) > len(steps)


def test_an_acceptance_that_the_policy_came_with_is_not_said_to_be_new():
    begun = POLICY.accept("encryption_enabled", "The cloud encrypts disks", "Ada", "2027-06-30")
    page = Page(Planner("shadowray", policy=begun, start=START))
    assert page.field("Who answers for it")["value"] == ""
    assert not page.soup.select("p[role=status]")


def test_reset_goes_back_to_where_the_panel_began(panel):
    page, begun = Page(panel), (panel.state, panel.page, repr(panel))
    assert page.button("Reset").has_attr("disabled")
    panel.set(system="tay", budget=3)
    panel.assign("staff_trained", "Ada")
    panel.accept("staff_trained", "why", "Ada", "2027-01-01")
    page.click("Reset")
    assert (panel.state, panel.page, repr(panel)) == begun


def test_what_lesson_04_asks_to_be_tried_can_be_and_shows_something(panel):
    page = Page(panel)
    for way in ("Quick wins", "Worst severity first"):
        page.choose("Choose by", way)
        assert re.search(rf"{way} : leaves 0\.0\d\d more risk than the best plan", page.text), way
    page.choose("Choose by", "Best plan")
    costly = {step.control for step in panel.plan.steps if step.utility_cost}
    assert costly
    page.enter("Utility floor (0 to 1)", 1)
    assert not costly & {step.control for step in panel.plan.steps}, "these go"


# ---- what can't be planned changes nothing


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"budget": -1}, "budget is -1"),
        ({"budget": "x"}, "budget is 'x'"),
        ({"budget": 10**400}, "give a number of days"),
        ({"min_utility": 96}, "the utility floor is 96; give a number from 0 to 1"),
        ({"max_risk": float("nan")}, "the acceptable risk score is nan; give a risk score"),
        ({"way": "bets"}, "did you mean 'best'"),
        ({"system": "shadowrya"}, "did you mean 'shadowray'"),
        ({"system": None}, "unknown system None"),
        ({"policy": {"max_risk": 1}}, "give a Policy"),
        ({"people": {"ML engineer": -1}}, "ML engineer is -1"),
        ({"must": None}, "must is None"),
        ({"without": ["nothing"]}, "unknown attribute"),
        ({"must": ["privacy_preserving_training"], "budget": 3}, "need 10 days"),
        ({"budgte": 3}, "did you mean 'budget'"),
    ],
)
def test_a_setting_that_can_t_be_planned_is_refused_and_changes_nothing(panel, settings, said):
    begun = panel.state, panel.plan, panel.page
    with pytest.raises(ThreatLabError) as refused:
        panel.set(**settings)
    assert said in str(refused.value)
    assert (panel.state, panel.plan, panel.page) == begun


def test_a_click_that_can_t_be_planned_is_answered_beside_it(panel):
    page = Page(panel)
    panel.set(budget=5)
    panel.explain("privacy_preserving_training")
    page.choose("In the plan?", "must be in")
    assert "need 10 days, and the budget is 5" in page.problem
    assert page.soup.select_one(".tl-left .tl-problem")
    assert panel.plan.budget == 5
    page.enter("Budget (days)", None)
    assert "Budget is None" in page.problem
    page.enter("Budget (days)", 20)
    assert page.problem == ""


@pytest.mark.parametrize(
    "call",
    [
        lambda p: p.decide("staff_trained", "perhaps"),
        lambda p: p.decide("staff", "leave out"),
        lambda p: p.assign("staff", "Ada"),
        lambda p: p.assign(["staff_trained"], "Ada"),
        lambda p: p.assign("staff_trained", 7),
        lambda p: p.explain("risk"),
        lambda p: p.explain(None),
        lambda p: p.accept("staff_trained", "", "Ada", "2027-01-01"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(panel, call):
    begun = panel.state
    with pytest.raises(ThreatLabError):
        call(panel)
    assert panel.state == begun


@pytest.mark.parametrize(
    "arguments",
    [{"system": "nowhere"}, {"budget": -1}, {"min_utility": 2}, {"policy": 3}, {"start": "soon"}, {"found": 3}],
)
def test_a_planner_refuses_bad_arguments(arguments):
    with pytest.raises(ThreatLabError):
        Planner(**{"system": "shadowray", "start": START, **arguments})


# ---- saved, and for everybody


def test_a_saved_picture_survives_without_styles_or_scripts_and_escapes(panel):
    hostile = Planner(AISystem("mine", title=HOSTILE, internet_facing=True), start=START)
    assert HOSTILE not in hostile.page
    for each in (panel, hostile):
        picture = each.picture()
        assert HOSTILE not in picture
        assert not re.search(r"class=|var\(|<style|<svg|<script", picture)
        assert f"{each.plan.risk_after:.3f}" in picture


def test_a_system_of_the_learner_s_own_can_be_planned_and_found_again_in_the_list():
    mine = AISystem("mine", title="My own", internet_facing=True)
    panel = Planner("shadowray", start=START)
    panel.set(system=mine)
    panel.set(system="tay")
    Page(panel).choose("System", "My own")
    assert panel.plan.system == mine


def test_a_full_system_leaves_nothing_to_plan_and_says_so():
    full = AISystem("full", **dict.fromkeys(catalog().controls, True))
    panel = Planner(full, start=START)
    assert panel.plan.steps == ()
    assert "policy met" in repr(panel)
    assert "The policy is met" in Page(panel).text
