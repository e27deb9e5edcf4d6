"""Claims about policies: what breaks one is named, an acceptance holds until it expires, a file reads back the same."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import CONTROLS, THREATS, systems, thorough
from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.catalog import SEVERITIES
from threatlab.plan import make_plan
from threatlab.policy import OPEN_DAYS, Acceptance, Policy, load_policy, policy_from_dict, read_policy
from threatlab.policy.check import check_plan, check_policy

TODAY = date(2026, 12, 1)
RAY = load_system("shadowray")
ANY_TIME = dict.fromkeys(SEVERITIES)

shares = st.floats(0, 1)
texts = st.text(min_size=1, max_size=20).filter(str.strip)
acceptances = st.builds(Acceptance, st.sampled_from(CONTROLS + THREATS), texts, texts, st.dates())
policies = st.builds(
    Policy,
    shares,
    st.none() | shares,
    st.dictionaries(st.sampled_from(THREATS), shares),
    st.dictionaries(st.sampled_from(SEVERITIES), st.none() | st.integers(0, 400)),
    shares,
    st.lists(acceptances, max_size=4, unique_by=lambda a: a.what).map(tuple),
)


def kinds(breaches):
    return [breach.kind for breach in breaches]


def about(breaches, what):
    return [breach for breach in breaches if breach.what == what]


# ---- acceptable risk


def test_a_policy_that_says_nothing_accepts_everything_found_today():
    assert check_policy(assess(RAY), Policy(open_days=ANY_TIME), TODAY) == ()
    assert check_policy(assess(RAY), Policy(), TODAY) == ()


def test_the_total_and_each_threat_are_held_against_their_bounds():
    result = assess(RAY)
    policy = Policy(max_risk=0.5, max_per_threat=0.25, max_by_threat={"privacy_breach": 0.1, "supply_chain": 0.3})
    breaches = check_policy(result, policy, TODAY)
    over = {"denial_or_cost", "privacy_breach"}
    assert {b.what for b in breaches if b.kind == "threat_risk"} == over
    assert breaches[0].kind == "total_risk"
    assert (breaches[0].value, breaches[0].bound) == (result.risk_score, 0.5)
    assert f"{result.risk_score:.3f}" in breaches[0].sentence
    assert "at most 0.5" in breaches[0].sentence


@thorough
@given(systems(), policies)
def test_a_bound_is_broken_exactly_where_the_risk_is_above_it(system, policy):
    result, policy = assess(system), replace(policy, accepted=(), open_days=ANY_TIME)
    broken = {breach.what for breach in check_policy(result, policy, TODAY)}
    expected = {t for t, risk in result.by_threat.items() if (b := policy.bound(t)) is not None and risk > b + 1e-9}
    if result.risk_score > policy.max_risk + 1e-9:
        expected.add("")
    assert broken == expected


def test_a_risk_that_equals_its_bound_is_accepted():
    assert check_policy(assess(RAY), Policy(max_risk=assess(RAY).risk_score), TODAY) == ()


# ---- what may stay open, and for how long


@pytest.mark.parametrize(("days", "broken"), [(0, False), (30, False), (31, True)])
def test_a_finding_may_stay_open_as_long_as_its_severity_says(days, broken):
    found = {"secrets_in_vault": TODAY - timedelta(days=days)}
    breaches = about(check_policy(assess(RAY), Policy(), TODAY, found), "secrets_in_vault")
    assert bool(breaches) == broken
    if broken:
        assert (breaches[0].kind, breaches[0].value, breaches[0].bound) == ("open_too_long", 31, 30)
        assert "has been open for 31 days; the policy allows 30 days" in breaches[0].sentence


def test_what_may_not_be_open_at_all_is_a_breach_on_the_day_it_is_found():
    breaches = check_policy(assess(RAY), Policy(open_days={"CRITICAL": 0}), TODAY)
    critical = [finding for finding in assess(RAY).findings if finding.severity == "CRITICAL"]
    assert critical
    assert kinds(breaches) == ["open_too_long"] * len(critical)
    assert check_policy(assess(RAY), Policy(open_days={"CRITICAL": 1}), TODAY) == ()


def test_a_severity_that_may_stay_open_is_never_too_old():
    found = dict.fromkeys(CONTROLS, date(2000, 1, 1))
    left = check_policy(assess(RAY), Policy(), TODAY, found)
    assert "staff_trained" not in {breach.what for breach in left}
    assert left


def test_what_is_in_place_breaks_nothing_however_old_its_finding():
    system = RAY.with_(secrets_in_vault=True)
    found = {"secrets_in_vault": date(2000, 1, 1)}
    assert check_policy(assess(system), Policy(), TODAY, found) == ()


# ---- acceptances


def accepted(what="secrets_in_vault", expires=TODAY):
    return Policy().accept(what, "Keys are rotated daily", "Ada", expires)


def test_an_accepted_finding_is_no_breach_until_its_acceptance_expires():
    found = {"secrets_in_vault": date(2026, 1, 1)}
    policy = accepted(expires=TODAY)
    assert check_policy(assess(RAY), policy, TODAY, found) == ()
    (breach,) = check_policy(assess(RAY), policy, TODAY + timedelta(days=1), found)
    assert (breach.kind, breach.what, breach.bound) == ("expired", "secrets_in_vault", TODAY)
    assert "was accepted by Ada until 2026-12-01; that has expired" in breach.sentence
    assert "is open" in breach.sentence


def test_an_expired_acceptance_counts_as_open_even_where_nobody_noted_when_it_was_found():
    assert kinds(check_policy(assess(RAY), accepted(), date(2027, 1, 1))) == ["expired"]


def test_an_expired_acceptance_of_something_mended_breaks_nothing():
    system = RAY.with_(secrets_in_vault=True)
    assert check_policy(assess(system), accepted(), date(2027, 1, 1)) == ()


def test_accepting_a_threat_suspends_its_bound_and_not_the_total():
    policy = Policy(max_risk=0.5, max_by_threat={"supply_chain": 0.1}).accept("supply_chain", "why", "Ada", TODAY)
    assert kinds(check_policy(assess(RAY), policy, TODAY)) == ["total_risk"]
    late = check_policy(assess(RAY), policy, TODAY + timedelta(days=1))
    assert kinds(late) == ["total_risk", "expired"]
    assert "accepts at most 0.1" in late[1].sentence


def test_accepting_again_takes_the_place_of_the_older_acceptance():
    policy = accepted().accept("secrets_in_vault", "The vault comes in March", "Grace", "2027-03-31")
    (only,) = policy.accepted
    assert (only.owner, only.expires) == ("Grace", date(2027, 3, 31))


# ---- a plan held against a policy


def plan(budget=20, **changes):
    return make_plan(RAY, budget, start=TODAY, **changes)


def test_what_a_plan_leaves_open_without_an_end_is_a_breach_unless_accepted_or_allowed():
    breaches = check_plan(plan(), Policy())
    open_ = {finding.attribute: finding for finding in plan().left_open}
    assert {b.what for b in breaches if b.kind == "stays_open"} == {
        control for control, finding in open_.items() if finding.severity != "LOW"
    }
    assert "encryption_enabled" in open_
    policy = Policy().accept("encryption_enabled", "Disks are encrypted by the cloud", "Ada", "2027-06-30")
    assert not about(check_plan(plan(), policy), "encryption_enabled")


def test_an_acceptance_that_ends_before_the_plan_does_not_help():
    policy = Policy().accept("encryption_enabled", "reason", "Ada", TODAY)
    (breach,) = about(check_plan(plan(), policy), "encryption_enabled")
    assert breach.kind == "expired"


def test_a_step_that_is_due_later_than_its_severity_allows_is_named():
    late = plan(40)
    policy = Policy(open_days={"HIGH": 2, "CRITICAL": None, "MEDIUM": None})
    breaches = [b for b in check_plan(late, policy) if b.kind == "due_too_late"]
    assert {b.what for b in breaches} == {
        s.control for s in late.steps if s.severity == "HIGH" and s.due > TODAY + timedelta(days=2)
    }
    assert breaches
    found = {breach.what: TODAY + timedelta(days=365) for breach in breaches}
    assert "due_too_late" not in kinds(check_plan(late, policy, found))
    taken = policy.accept(breaches[0].what, "The vendor delivers in spring", "Ada", late.finish)
    assert {b.what for b in check_plan(late, taken) if b.kind == "due_too_late"} == {b.what for b in breaches[1:]}


def test_a_plan_is_judged_by_the_risk_that_it_leaves_and_the_utility_that_it_keeps():
    policy = Policy(max_risk=plan().risk_after, min_utility=0.99, open_days=ANY_TIME)
    assert kinds(check_plan(plan(), policy)) == ["utility"]
    assert kinds(check_plan(plan(10), policy)) == ["total_risk"]


def test_an_empty_plan_is_judged_like_the_system_as_it_is():
    policy = Policy(max_risk=0.5, open_days=ANY_TIME)
    assert check_plan(plan(0), policy) == check_policy(assess(RAY), policy, TODAY)


def test_a_plan_without_dates_can_t_be_held_against_a_policy():
    with pytest.raises(ThreatLabError, match="make it with start="):
        check_plan(make_plan(RAY, 5), Policy())


# ---- kept in a file


@thorough
@given(policies)
def test_a_policy_reads_back_from_json_as_it_was(policy):
    assert policy_from_dict(json.loads(json.dumps(policy.to_dict()))) == policy


POLICY = """
max_risk = 0.45
max_per_threat = 0.25
min_utility = 0.95
[max_by_threat]
privacy_breach = 0.15
[open_days]
HIGH = 14
LOW = "any"
[[accepted]]
what = "staff_trained"
reason = "Training is in May"
owner = "Ada"
expires = 2027-05-31
"""


def test_a_policy_is_read_from_toml(tmp_path):
    file = tmp_path / "policy.toml"
    file.write_text(POLICY, "utf-8")
    policy = load_policy(file)
    assert policy == read_policy(POLICY)
    assert policy.open_days == {**OPEN_DAYS, "HIGH": 14, "LOW": None}
    assert policy.bound("privacy_breach") == 0.15
    assert policy.bound("evasion") == 0.25
    assert policy.accepted == (Acceptance("staff_trained", "Training is in May", "Ada", date(2027, 5, 31)),)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("max_risk = 2", "max_risk is 2"),
        ("max_risk = nan", "max_risk is nan"),
        ("max_rsk = 0.5", "did you mean 'max_risk'"),
        ("max_by_threat = { evason = 0.1 }", "did you mean 'evasion'"),
        ("max_by_threat = { evasion = true }", "max_by_threat: evasion is true"),
        ("max_by_threat = 3", "max_by_threat is 3"),
        ("open_days = { HIHG = 3 }", "did you mean 'HIGH'"),
        ("open_days = { HIGH = -1 }", "open_days: HIGH is -1"),
        ("open_days = { HIGH = 1.5 }", "open_days: HIGH is 1.5"),
        ("open_days = 30", "open_days is 30"),
        ("min_utility = 95", "min_utility is 95"),
        ("accepted = 1", "accepted is 1; give a list of acceptances"),
        ("accepted = [1]", "an acceptance is 1"),
        ("[[accepted]]\nwhat = 'staff_trained'", "the acceptance of 'staff_trained' has no reason"),
        ("[[accepted]]\nwhy = 'x'", "unknown key of an acceptance 'why'"),
    ],
)
def test_a_broken_policy_is_refused_with_a_sentence(tmp_path, text, said):
    file = tmp_path / "policy.toml"
    file.write_text(text, "utf-8")
    with pytest.raises(ThreatLabError) as refused:
        load_policy(file)
    assert "policy.toml" in str(refused.value)
    assert said in str(refused.value)


@pytest.mark.parametrize("text", [None, 3, "max_risk = "])
def test_a_policy_text_must_be_toml(text):
    with pytest.raises(ThreatLabError, match="TOML"):
        read_policy(text)


@pytest.mark.parametrize("text", ["", "# max_risk = 0.5\n"])
def test_a_policy_that_says_nothing_is_none(text):
    with pytest.raises(ThreatLabError, match="the policy is empty: it needs at least one bound, such as max_risk"):
        read_policy(text)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (
            {"reason": " "},
            "the reason for accepting 'Staff are not trained on AI-specific attacks and unsafe artifacts' is empty",
        ),
        (
            {"reason": None},
            "the reason for accepting 'Staff are not trained on AI-specific attacks and unsafe artifacts' is None",
        ),
        (
            {"owner": ""},
            "the owner who accepts 'Staff are not trained on AI-specific attacks and unsafe artifacts' is empty",
        ),
        (
            {"owner": 5},
            "the owner who accepts 'Staff are not trained on AI-specific attacks and unsafe artifacts' is 5",
        ),
        (
            {"expires": "soon"},
            "unsafe artifacts' is 'soon'; give a date",
        ),
        ({"expires": None}, "is None; give a date"),
        ({"what": "staff_train"}, "did you mean 'staff_trained'"),
        ({"what": None}, "unknown control or threat to accept None"),
    ],
)
def test_an_acceptance_needs_what_why_who_and_until_when(changes, said):
    complete = {"what": "staff_trained", "reason": "why", "owner": "Ada", "expires": TODAY}
    with pytest.raises(ThreatLabError) as refused:
        Policy().accept(**{**complete, **changes})
    assert said in str(refused.value)


def test_the_same_thing_is_accepted_once():
    twice = Acceptance("evasion", "why", "Ada", TODAY), Acceptance("evasion", "why", "Grace", TODAY)
    with pytest.raises(ThreatLabError, match="evasion is accepted more than once"):
        Policy(accepted=twice)


def test_checks_refuse_what_is_no_assessment_plan_or_policy():
    with pytest.raises(ThreatLabError, match="takes an Assessment and a Policy"):
        check_policy(AISystem("s"), Policy(), TODAY)
    with pytest.raises(ThreatLabError, match="takes a Plan and a Policy"):
        check_plan(plan(), {"max_risk": 0.5})
    with pytest.raises(ThreatLabError, match="found is 3"):
        check_policy(assess(RAY), Policy(), TODAY, 3)
    with pytest.raises(ThreatLabError, match="did you mean 'staff_trained'"):
        check_policy(assess(RAY), Policy(), TODAY, {"staff_train": TODAY})
    with pytest.raises(ThreatLabError, match="a policy is 3; give a table"):
        policy_from_dict(3)
