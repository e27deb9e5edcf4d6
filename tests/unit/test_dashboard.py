"""The overview of an inventory, and the dashboard that three roles share: figures, pictures, binding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.page import Page, text
from tests.unit.strategies import systems, thorough
from threatlab import AISystem, ThreatLabError, assess, list_systems, load_system
from threatlab.catalog import ROLES, SEVERITIES, catalog
from threatlab.operate.overview import overview
from threatlab.widgets.dashboard.panel import Dashboard

BUILT_IN = tuple(load_system(name) for name in list_systems())
BETTER = tuple(system.with_(authentication_enforced=True) for system in BUILT_IN)


@thorough
@given(st.lists(systems(), min_size=1, max_size=4), st.floats(0, 1))
def test_the_overview_says_what_assessing_each_system_says(drawn, threshold):
    named = [AISystem(f"system-{number}", **system.known) for number, system in enumerate(drawn)]
    seen, results = overview(named, threshold), [assess(system) for system in named]
    scores = sorted((result.risk_score for result in results), reverse=True)
    assert [result.risk_score for result in seen.assessments] == scores
    assert set(seen.alerting) == {r.system.name for r in results if round(r.risk_score, 2) >= round(threshold, 2)}
    assert set(seen.answered) <= set(seen.alerting)
    assert seen.mean == pytest.approx(sum(scores) / len(scores))
    found = [finding.severity for result in results for finding in result.findings]
    assert seen.severities == {severity: found.count(severity) for severity in SEVERITIES}
    for share in seen.threats:
        risks = [result.by_threat[share.threat] for result in results]
        assert share.highest == max(risks)
        assert share.systems == sum(risk > 0 for risk in risks)


def test_work_adds_up_what_each_control_alone_removes():
    seen = overview(BUILT_IN)
    first = seen.work[0]
    gains = {}
    for system in BUILT_IN:
        before, after = assess(system), assess(system.with_(**{first.control: True}))
        needed = first.control in {finding.attribute for finding in before.findings}
        if needed and before.risk_score > after.risk_score:
            gains[system.name] = before.risk_score - after.risk_score
    assert first.systems == len(gains)
    assert first.removes == pytest.approx(sum(gains.values()))
    assert first.days == catalog().controls[first.control].effort_days * len(gains)
    assert gains[first.worst] == max(gains.values())
    per_day = [work.removes / work.days for work in seen.work]
    assert per_day == sorted(per_day, reverse=True)


def test_every_piece_of_work_is_somebodys():
    seen = overview(BUILT_IN)
    listed = [work.control for role in ROLES for work in seen.work_for(role)]
    assert sorted(listed) == sorted(work.control for work in seen.work)


def test_a_system_that_alerts_only_for_want_of_answers_is_told_apart():
    vague = AISystem("vague", trains_model=True, internet_facing=True, generates_content=True)
    certain = vague.with_(**dict.fromkeys(catalog().controls, False))
    seen = overview([vague, AISystem("certain", **certain.known)], 0.6)
    assert set(seen.alerting) == {"vague", "certain"}
    assert seen.answered == ("certain",)


# ---- the panel


def test_each_role_finds_its_own_answer_on_the_page():
    panel = Dashboard(BETTER, before=BUILT_IN, alert_threshold=0.6)
    shown, seen = text(panel.page), panel.overview
    assert f"{len(seen.alerting)} of {len(BETTER)}" in shown
    assert f"from {seen.mean_before:.2f} before" in shown
    assert "review" not in shown  # two states are told apart; that somebody reviewed either is not known
    assert seen.mean < seen.mean_before
    assert "down" in shown
    for work in seen.work_for("ML engineer")[:5]:
        assert work.title in shown
    assert f"{sum(seen.unknown.values())} answers about controls are missing" in shown


def test_setting_in_code_does_what_the_fields_do():
    clicked, driven = Dashboard(BUILT_IN), Dashboard(BUILT_IN)
    page = Page(clicked)
    page.enter("Alert threshold", 0.5)
    page.choose("Engineer\u2019s work: as", "security engineer")
    driven.set(alert_threshold=0.5, role="security engineer")
    assert clicked.page == driven.page
    assert page.field("Alert threshold")["value"] == "0.5"
    assert repr(clicked) == repr(driven)


def test_a_threshold_that_is_none_is_refused_on_the_page_and_stays_to_be_mended():
    page = Page(Dashboard(BUILT_IN))
    page.enter("Alert threshold", 1.5)
    assert "1.5" in page.problem
    assert page.panel.state.alert_threshold == 0.7
    page.enter("Alert threshold", 0.4)
    assert page.problem == ""


@pytest.mark.parametrize("role", ROLES)
def test_every_role_can_be_shown_even_without_work(role):
    everything = AISystem("done", **dict.fromkeys(catalog().controls, True))
    panel = Dashboard([everything], role=role)
    assert f"No open control is usual work of the {role}" in panel.page
    assert "nothing is open" in panel.page


def test_names_are_escaped_on_the_page_and_in_the_saved_picture():
    evil = AISystem("a", title="<img src=x onerror=alert(1)>", generates_content=True)
    panel = Dashboard([evil])
    for html in (panel.page, panel.picture()):
        assert "<img" not in html
        assert "&lt;img" in html


BAD = [
    (lambda: Dashboard([]), "no system"),
    (lambda: overview(None), "the inventory is None; give a list of systems"),
    (lambda: overview(BUILT_IN[0]), "the inventory is AISystem"),
    (lambda: overview(BUILT_IN, before=None), "before is None; give a list of systems"),
    (lambda: overview(BUILT_IN, before=BUILT_IN[0]), "before is AISystem"),
    (lambda: Dashboard(["tay"]), "is 'tay'; give an AISystem"),
    (lambda: Dashboard([BUILT_IN[0], BUILT_IN[0]]), "two systems are called"),
    (lambda: Dashboard(BUILT_IN, alert_threshold=2), "alert_threshold is 2"),
    (lambda: Dashboard(BUILT_IN, role="ML enginer"), "did you mean 'ML engineer'"),
    (lambda: Dashboard(BUILT_IN).set(role=None, alert_threshold=float("nan")), "nan"),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
