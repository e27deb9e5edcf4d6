"""The planner: what its pictures say, what its controls do, and what bad input leaves untouched."""

from __future__ import annotations

import re
from datetime import date

import ipywidgets as widgets
import pytest

from threatlab import AISystem, ThreatLabError, load_system
from threatlab.catalog import catalog
from threatlab.plan import WAYS, make_plan
from threatlab.policy import Policy
from threatlab.policy.check import check_plan
from threatlab.widgets import Planner
from threatlab.widgets.planner import drawings, tables, view
from threatlab.widgets.planner.reasons import reasons

START = date(2026, 12, 1)
POLICY = Policy(max_risk=0.45, max_by_threat={"privacy_breach": 0.15})
HOSTILE = "<script>alert(1)</script>\"'&"


def text(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html)).replace("&#x27;", "'")


def state(system="shadowray", budget=20, floor=0.95, policy=POLICY, **more):
    return view.PlannerState(load_system(system), budget, floor, policy, START, **more)


def everything(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything(child)


def shown(panel):
    return text(" ".join(w.value for w in everything(panel.widget) if isinstance(w, widgets.HTML)))


@pytest.fixture
def panel():
    return Planner("shadowray", 20, 0.95, POLICY, start=START)


def button(panel, label):
    return next(w for w in everything(panel.widget) if isinstance(w, widgets.Button) and w.description == label)


# ---- the pictures


def test_the_headline_tells_risk_days_utility_difference_and_policy():
    now = state()
    said = text(view.headline(now, view.work_out(now)))
    plan = make_plan(now.system, 20, min_utility=0.95)
    assert f"{plan.risk_after:.3f}" in said
    assert f"{plan.risk_before:.3f}" in said
    assert "20 of 20 days" in said
    assert "utility 98.0% , floor 95.0%" in said
    assert "Best plan : no plan does better; quick wins leave 0.007 more" in said
    assert "policy broken: 1 threat above its bound, 14 open without an end" in said


def test_ways_that_leave_as_much_risk_are_said_to_tie():
    now = state(way="most_risk")
    assert "as good as the best plan" in view.compared(view.work_out(now))
    assert "leaves 0.062 more risk than the best plan" in view.compared(view.work_out(state(way="severity")))
    assert "quick wins leave as much risk" in view.compared(view.work_out(state(budget=5)))


def test_each_step_shows_owner_role_dates_effort_rate_and_criterion():
    now = state(owners={"service_exposure_hardened": HOSTILE})
    table = tables.steps_table(view.work_out(now))
    plan = now.plan("best")
    assert table.count("<tr>") == len(plan.steps) + 1
    assert HOSTILE not in table
    assert "&lt;script&gt;" in table
    for step in plan.steps:
        for said in (step.role, str(step.success), f"{step.per_day:.4f} a day", f"{step.due:%d %b}"):
            assert said in text(table)
    assert f"1 of {len(plan.steps)}" not in table
    assert "1 of them with an owner" in text(table)


def test_an_empty_plan_says_why_it_is_empty():
    assert "No days, no steps" in tables.steps_table(view.work_out(state(budget=0)))
    assert "fits into this budget" in tables.steps_table(view.work_out(state(budget=1)))
    assert drawings.timeline(state(budget=0).plan("best")) == ""
    assert tables.resources_table(state(budget=0).plan("best")) == ""


def test_the_timeline_has_a_bar_for_each_step_as_long_as_its_days():
    plan = state().plan("best")
    picture = drawings.timeline(plan)
    assert picture.count("<i style=") == len(plan.steps)
    first, whole = plan.steps[0], (plan.finish - START).days + 1
    width = ((first.due - first.start).days + 1) / whole
    assert f"left:0.00%;width:{width:.2%}" in picture
    for step in plan.steps:
        assert f"{step.start} to {step.due}" in picture


def test_the_staircases_end_where_the_plans_end_and_the_least_is_marked():
    outcome = view.work_out(state())
    said = text(drawings.risk_by_days(outcome.plans, "best"))
    for way in drawings.DRAWN:
        assert f"{WAYS[way]}: {outcome.plans[way].risk_after:.3f} after" in said
    assert said.count("(the least)") == 1
    assert WAYS["cheapest"] in drawings.risk_by_days(outcome.plans, "cheapest")
    assert drawings.risk_by_days(outcome.plans, "cheapest").count("<polyline") == 4


def test_what_stays_open_folds_and_says_what_the_policy_asks():
    outcome = view.work_out(state())
    few, all_ = (tables.open_table(state(all_open=flag), outcome) for flag in (False, True))
    assert few.count("<tr>") == tables.OPEN_SHOWN + 1
    assert all_.count("<tr>") == len(outcome.plan.left_open) + 1
    assert "close by 2026-12-08 , or accept it" in text(few)
    assert "may stay open" in text(all_)


def test_an_acceptance_is_shown_with_its_reason_and_escaped():
    policy = POLICY.accept("authentication_enforced", HOSTILE, HOSTILE, "2027-06-30")
    now = state(policy=policy)
    table = tables.open_table(now, view.work_out(now))
    assert HOSTILE not in table
    assert "until 2027-06-30" in table


def test_a_step_that_is_too_late_says_so():
    now = state(policy=Policy(open_days={"HIGH": 2}))
    assert "too late: 2026-12-03" in text(tables.steps_table(view.work_out(now)))


@pytest.mark.parametrize(
    ("control", "changes", "words"),
    [
        ("service_exposure_hardened", {}, "Step 1. When its turn comes it removes 0.114 in 3 days: 0.0379 a day"),
        (
            "service_exposure_hardened",
            {},
            "The next best at that point, Pin and scan dependencies, removes 0.0258 a day",
        ),
        ("dependencies_scanned", {}, "after the steps chosen it would remove nothing"),
        ("secrets_in_vault", {}, "nothing of the budget is left"),
        ("privacy_preserving_training", {"budget": 200}, "below the floor of 95.0%"),
        ("privacy_preserving_training", {}, "5% of usefulness, measured: Shallower trees"),
        ("privacy_preserving_training", {}, "The membership attack of this workbook measures it"),
        ("secrets_in_vault", {"without": ("secrets_in_vault",), "budget": 200}, "it was left out"),
    ],
)
def test_each_number_can_be_asked_where_it_comes_from(control, changes, words):
    assert words in text(reasons(state(**changes).plan("best"), control))


def test_nothing_chosen_explains_nothing():
    assert reasons(state().plan("best"), "") == ""


# ---- the controls


def test_a_control_s_value_does_what_set_does(panel):
    panel.fields["budget"].value = 10
    assert panel.plan == Planner("shadowray", 10, 0.95, POLICY, start=START).plan
    panel.fields["way"].value = "severity"
    assert panel.plan.way == "severity"
    panel.fields["min_utility"].value = 1.0
    assert panel.plan.min_utility == 1.0
    panel.fields["max_risk"].value = 0.3
    assert panel.breaches == check_plan(panel.plan, Policy(0.3, None, POLICY.max_by_threat))
    panel.fields["system"].value = "tay"
    assert panel.plan.system.name == "tay"
    panel.set(system="shadowray", budget=20, min_utility=0.95, way="best", max_risk=0.45)
    assert {name: field.value for name, field in panel.fields.items()} == {
        "system": "shadowray",
        "way": "best",
        "budget": 20,
        "min_utility": 0.95,
        "max_risk": 0.45,
    }
    assert panel.state == Planner("shadowray", 20, 0.95, POLICY, start=START).state


def test_the_button_halves_the_budget(panel):
    button(panel, "Halve the budget").click()
    assert panel.plan.budget == 10
    assert panel.fields["budget"].value == 10
    assert panel.halve().budget == 5


def test_a_control_is_left_out_insisted_on_and_given_back(panel):
    first = panel.plan.steps[0].control
    panel.explain(first)
    panel._decision.value = "leave out"
    assert first not in {step.control for step in panel.plan.steps}
    panel._decision.value = "as planned"
    assert panel.plan.steps[0].control == first
    assert panel.decide("staff_trained", "must be in").steps[0].control == "staff_trained"
    assert "staff_trained" in panel.state.must


def test_an_owner_is_assigned_in_the_field_and_in_code(panel):
    first, second = (step.control for step in panel.plan.steps[:2])
    panel.explain(first)
    panel._owner.value = "Ada"
    panel.assign(second, "Grace")
    assert [step.owner for step in panel.plan.steps[:2]] == ["Ada", "Grace"]
    assert "2 of them with an owner" in shown(panel)
    panel.explain(second)
    assert panel._owner.value == "Grace"
    assert [step.owner for step in panel.plan.steps[:2]] == ["Ada", "Grace"]


def test_accepting_ends_a_breach_and_a_threat_s_bound(panel):
    before = len(panel.breaches)
    panel.accept("encryption_enabled", "The cloud encrypts disks", "Ada", "2027-06-30")
    panel.accept("privacy_breach", "Contract ends in spring", "Grace", "2027-06-30")
    assert len(panel.breaches) == before - 2


def test_the_form_says_what_is_missing_and_keeps_what_was_typed(panel):
    accept = button(panel, "Accept this risk")
    accept.click()
    assert "choose what you accept" in panel._told.value
    panel._what.value, panel._accepter.value, panel._expires.value = "encryption_enabled", "Ada", "2027-06-30"
    accept.click()
    assert "reason of the acceptance of encryption_enabled is" in text(panel._told.value)
    panel._reason.value, panel._expires.value = "The cloud encrypts disks", "in spring"
    accept.click()
    assert "'in spring'; give a date" in text(panel._told.value)
    assert (panel._reason.value, panel._accepter.value) == ("The cloud encrypts disks", "Ada")
    assert panel.state.policy.accepted == ()
    panel._expires.value = "2027-06-30"
    accept.click()
    assert [a.what for a in panel.state.policy.accepted] == ["encryption_enabled"]
    assert "accepted until 2027-06-30" in panel._told.value


def test_all_that_stays_open_unfolds(panel):
    panel._more.value = True
    assert panel._open.value.count("<tr>") == len(panel.plan.left_open) + 1


def test_reset_goes_back_to_where_the_panel_began(panel):
    begun, said = panel.state, repr(panel)
    assert button(panel, "Reset").disabled
    panel.set(system="tay", budget=3)
    panel.assign("staff_trained", "Ada")
    panel.accept("staff_trained", "why", "Ada", "2027-01-01")
    assert not button(panel, "Reset").disabled
    button(panel, "Reset").click()
    assert (panel.state, repr(panel)) == (begun, said)


def test_only_what_differs_is_sent(panel):
    sent = []
    for widget in everything(panel.widget):
        widget.observe(lambda change: sent.append(change["owner"]), "value")
    panel.show_open()
    assert panel._headline not in sent
    assert panel._drawings not in sent
    assert panel._open in sent


# ---- what can't be planned changes nothing


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"budget": -1}, "budget is -1"),
        ({"budget": "x"}, "budget is 'x'"),
        ({"min_utility": None}, "min_utility is None"),
        ({"max_risk": float("nan")}, "max_risk is nan"),
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
    begun = panel.state, panel.plan, shown(panel)
    with pytest.raises(ThreatLabError) as refused:
        panel.set(**settings)
    assert said in str(refused.value)
    assert (panel.state, panel.plan, shown(panel)) == begun


def test_a_click_that_can_t_be_planned_is_answered_in_the_panel(panel):
    panel.set(budget=5)
    panel.explain("privacy_preserving_training")
    panel._decision.value = "must be in"
    assert "can't be planned" in text(panel._status.value)
    assert "need 10 days, and the budget is 5" in text(panel._status.value)
    assert panel.plan.budget == 5
    panel.set(budget=20)
    assert panel._status.value == ""


@pytest.mark.parametrize(
    "call",
    [
        lambda p: p.decide("staff_trained", "perhaps"),
        lambda p: p.decide("staff", "leave out"),
        lambda p: p.assign("staff", "Ada"),
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
    system = AISystem("mine", title=HOSTILE, internet_facing=True)
    for shown_ in (panel, Planner(system, start=START)):
        bundle = shown_._repr_mimebundle_()
        html = bundle["text/html"]
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["text/plain"] == repr(shown_)
        assert HOSTILE not in html
        assert not re.search(r"class=|var\(|<style|<svg|<script", html)
        assert f"{shown_.plan.risk_after:.3f}" in html


def test_every_control_has_a_label_and_every_button_a_tooltip(panel):
    for widget in everything(panel.widget):
        if isinstance(widget, widgets.Button):
            assert widget.tooltip
        elif hasattr(widget, "description") and not isinstance(widget, widgets.HTML):
            assert widget.description


def test_a_system_of_the_learner_s_own_can_be_planned_and_found_again_in_the_list():
    mine = AISystem("mine", title="My own", internet_facing=True)
    panel = Planner("shadowray", start=START)
    panel.set(system=mine)
    assert panel.fields["system"].value == "mine"
    panel.set(system="tay")
    panel.fields["system"].value = "mine"
    assert panel.plan.system == mine


def test_a_full_system_leaves_nothing_to_plan_and_says_so():
    full = AISystem("full", **dict.fromkeys(catalog().controls, True))
    panel = Planner(full, start=START)
    assert panel.plan.steps == ()
    assert "policy met" in repr(panel)
    assert "The policy is met" in shown(panel)
