"""Claims about the two scores, each of them able to fail."""

import inspect
import json
import tomllib
from itertools import combinations, product
from math import prod
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import threatlab
from tests.lesson_code import ThreatModelingBasicsManager as LessonManager
from tests.unit.strategies import CONTROLS, FACTS, THREATS, systems, thorough
from threatlab import AISystem, Finding, ThreatLabError, assess, list_systems, load_system
from threatlab.assessment.layered import combine, let_through, options
from threatlab.attacks.bands import measured_together
from threatlab.catalog import CLAIM_CAP, SEVERITIES, catalog


def toml(file):
    return tomllib.loads(file.read_text("utf-8"))


CATALOG = Path(inspect.getfile(threatlab)).parent / "catalog"
THREAT_TABLES = toml(CATALOG / "threats.toml")
BETA = toml(CATALOG / "shared_failure.toml")["beta"]
LAYER_TABLES = [toml(file) for file in (CATALOG / "controls").iterdir()]
CORE = ("encryption_enabled", "rbac_configured", "monitoring_active")
EVERYTHING_IN_PLACE = dict.fromkeys(CONTROLS, True)
EXPOSED = dict.fromkeys(FACTS, True)
PREVENTIVE = [c.id for c in catalog().controls.values() if c.effect == "preventive"]
OTHERS = [name for name in CONTROLS if name not in PREVENTIVE]


def near(value):
    return pytest.approx(value, abs=1e-12)


# ---- the layered score against its definition


def by_definition(system):
    """The layered score, from the files and DESIGN's formula, and from nothing of the package."""
    true = {name for name, value in system.known.items() if value}
    residuals = {}
    for name, threat in THREAT_TABLES.items():
        needed = set(threat["applies_when_any"])
        if needed and not needed & true:
            residuals[name] = 0.0
            continue
        inherent = 1.0
        for start, raisers in (("likelihood", "raised_by"), ("impact", "impact_raised_by")):
            distance = 1 - threat[start]
            for fact in true & set(threat[raisers]):
                distance -= distance * threat[raisers][fact]
            inherent *= 1 - distance
        passes = 1.0
        for layer in LAYER_TABLES:
            claims = [layer[c]["effectiveness"][name] for c in true & set(layer) if name in layer[c]["effectiveness"]]
            worth = sorted(min(CLAIM_CAP, c.get("value") or c["measured"] * c["routes"]) for c in claims)
            if worth:
                passes *= (1 - worth[-1]) * prod(1 - (1 - BETA) * further for further in worth[:-1])
        residuals[name] = inherent * passes
    return 1 - prod(1 - residual for residual in residuals.values()), residuals


@thorough
@given(systems())
def test_the_layered_score_is_what_its_definition_says(system):
    result = assess(system)
    score, residuals = by_definition(system)
    assert result.by_threat == near(residuals)
    assert result.risk_score == near(score)


@pytest.mark.parametrize("name", list_systems())
def test_the_built_in_systems_score_what_the_definition_says(name):
    system = load_system(name)
    assert assess(system).risk_score == near(by_definition(system)[0])


@thorough
@given(systems())
def test_the_score_is_the_bounded_sum_of_all_threats(system):
    result = assess(system)
    assert result.risk_score == 1 - prod(1 - risk for risk in result.by_threat.values())


# ---- what every layered score keeps to


@thorough
@given(systems())
def test_every_score_lies_between_0_and_1(system):
    for ruleset in ("core", "ai"):
        result = assess(system, ruleset)
        assert 0 <= result.risk_score <= 1
        assert all(0 <= risk <= 1 for risk in result.by_threat.values())


@thorough
@given(systems(), st.sampled_from(CONTROLS))
def test_a_control_lowers_only_the_threats_it_counters(system, control):
    without = assess(system.with_(**{control: None})).by_threat
    with_it = assess(system.with_(**{control: True})).by_threat
    counters = catalog().controls[control].effectiveness
    for threat in THREATS:
        if threat in counters:
            assert with_it[threat] <= without[threat]
        else:
            assert with_it[threat] == without[threat]


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_alone_lowers_each_threat_by_what_its_entry_says(control):
    bare = assess(AISystem("s", **EXPOSED))
    covered = assess(AISystem("s", **EXPOSED, **{control: True}))
    for threat, claim in catalog().controls[control].effectiveness.items():
        assert covered.by_threat[threat] == near(bare.by_threat[threat] * (1 - claim.value))


@thorough
@given(systems(), st.sampled_from(CONTROLS))
def test_adding_a_control_never_raises_the_score(system, control):
    for ruleset in ("core", "ai"):
        before = assess(system.with_(**{control: None}), ruleset).risk_score
        assert assess(system.with_(**{control: True}), ruleset).risk_score <= before


@thorough
@given(systems(), st.sampled_from(FACTS))
def test_adding_an_exposure_never_lowers_any_risk(system, fact):
    before, after = assess(system.with_(**{fact: None})), assess(system.with_(**{fact: True}))
    assert after.risk_score >= before.risk_score
    assert all(after.by_threat[threat] >= before.by_threat[threat] for threat in THREATS)


@pytest.mark.parametrize("fact", FACTS)
def test_every_exposure_raises_some_risk(fact):
    everything_else = {name: True for name in FACTS if name != fact}
    before = assess(AISystem("s", **everything_else)).risk_score
    assert assess(AISystem("s", **EXPOSED)).risk_score > before


@pytest.mark.parametrize("threat", THREATS)
@pytest.mark.parametrize("layer", catalog().layers)
def test_a_further_control_of_a_layer_removes_something_and_less_than_it_would_alone(layer, threat):
    members = [c.id for c in catalog().controls.values() if c.layer == layer and threat in c.effectiveness]

    def risk(*controls):
        return assess(AISystem("s", **EXPOSED, **dict.fromkeys(controls, True))).by_threat[threat]

    for size in range(1, len(members)):
        for chosen in combinations(members, size):
            for control in set(members) - set(chosen):
                removed, alone = 1 - risk(*chosen, control) / risk(*chosen), 1 - risk(control) / risk()
                assert 0 < removed < alone
                assert risk(*chosen, control) > 0


def test_the_pair_of_a_layer_that_this_workbook_measured_refutes_that_only_the_best_counts():
    ((one, other), (first, second, both)) = measured_together()[0]
    assert catalog().controls[one].layer == catalog().controls[other].layer
    assert both > max(first, second)
    best_alone, model = (
        1 - let_through(options([("a", first), ("b", second)], beta), "ab")
        for beta in (1.0, catalog().shared_failure.beta)
    )
    assert abs(model - both) < abs(best_alone - both)


def test_controls_of_two_layers_do_count_twice():
    one = {"model_artifacts_verified": True}
    two = {**one, "staff_trained": True}
    bare, first, both = (
        assess(AISystem("s", **EXPOSED, **controls)).by_threat["supply_chain"] for controls in ({}, one, two)
    )
    assert both < first < bare


@thorough
@given(systems(), st.randoms())
def test_the_order_in_which_attributes_are_given_never_matters(system, random):
    names = list(system.known)
    random.shuffle(names)
    shuffled = AISystem("drawn", **{name: system.known[name] for name in names})
    for ruleset in ("core", "ai"):
        assert assess(shuffled, ruleset) == assess(system, ruleset)


@thorough
@given(st.lists(st.floats(0, 0.999), max_size=12), st.randoms())
def test_the_order_in_which_risks_are_combined_never_matters(risks, random):
    shuffled = random.sample(risks, len(risks))
    assert combine(shuffled) == near(combine(risks))


def test_a_risk_combined_with_nothing_is_itself():
    assert combine([]) == 0
    assert combine([0.3]) == near(0.3)
    assert combine([0.5, 0.5]) == near(0.75)


@thorough
@given(systems())
def test_no_set_of_controls_makes_a_threat_that_applies_exactly_0(system):
    secured = assess(system.with_(**EVERYTHING_IN_PLACE))
    bare = assess(system.with_(**dict.fromkeys(CONTROLS)))
    for threat in THREATS:
        assert (secured.by_threat[threat] > 0) == (bare.by_threat[threat] > 0)
    assert 0 < secured.risk_score < bare.risk_score < 1


def test_a_threat_that_does_not_apply_is_exactly_0():
    result = assess(AISystem("s", makes_predictions=True))
    applies = {"evasion", "supply_chain", "denial_or_cost"}
    assert {threat for threat, risk in result.by_threat.items() if risk > 0} == applies
    assert list(result.by_threat) == list(THREATS)


def test_a_control_in_place_is_credited_even_where_it_does_not_apply():
    bare = AISystem("s", generates_content=True)
    vetted = bare.with_(tool_sources_verified=True)
    assert not bare["uses_tools"]
    assert "tool_sources_verified" not in {f.attribute for f in assess(bare).findings}
    assert assess(vetted).by_threat["supply_chain"] < assess(bare).by_threat["supply_chain"]


def test_the_worst_threat_is_the_one_with_most_risk_left():
    result = assess(load_system("shadowray"))
    assert result.by_threat[result.worst_threat] == max(result.by_threat.values())
    assert assess(load_system("shadowray"), "core").worst_threat is None


# ---- how a threat's risk comes about


@thorough
@given(systems())
def test_the_explanation_of_a_threat_multiplies_out_to_its_risk(system):
    result = assess(system)
    for threat, risk in result.by_threat.items():
        shown = result.explain(threat)
        assert shown.risk == near(risk)
        assert shown.risk == near(shown.likelihood * shown.impact)
        assert shown.risk == near(shown.inherent * prod(1 - b.reduction for b in shown.barriers))
        assert 0 <= shown.likelihood <= shown.inherent_likelihood <= 1
        assert 0 <= shown.impact <= shown.inherent_impact <= 1


@thorough
@given(systems(), st.sampled_from(OTHERS))
def test_detective_and_corrective_controls_lower_impact_not_likelihood(system, control):
    before, after = (assess(system.with_(**{control: value})) for value in (None, True))
    for threat in THREATS:
        assert after.explain(threat).likelihood == before.explain(threat).likelihood
        assert after.explain(threat).impact <= before.explain(threat).impact


@thorough
@given(systems(), st.sampled_from(PREVENTIVE))
def test_preventive_controls_lower_likelihood_not_impact(system, control):
    before, after = (assess(system.with_(**{control: value})) for value in (None, True))
    for threat in THREATS:
        assert after.explain(threat).likelihood <= before.explain(threat).likelihood
        assert after.explain(threat).impact >= before.explain(threat).impact - 1e-12


@pytest.mark.parametrize(
    ("control", "threat", "lowered", "kept"),
    [
        ("monitoring_active", "model_extraction", "impact", "likelihood"),
        ("incident_response_tested", "data_poisoning", "impact", "likelihood"),
        ("rate_limiting_enabled", "denial_or_cost", "likelihood", "impact"),
    ],
)
def test_one_control_of_each_effect_lowers_its_own_factor(control, threat, lowered, kept):
    before = assess(AISystem("s", **EXPOSED)).explain(threat)
    after = assess(AISystem("s", **EXPOSED, **{control: True})).explain(threat)
    claim = catalog().controls[control].effectiveness[threat].value
    assert getattr(after, lowered) == near(getattr(before, lowered) * (1 - claim))
    assert getattr(after, kept) == getattr(before, kept)


@thorough
@given(systems())
def test_an_explanation_names_the_facts_and_each_control_with_what_it_removes(system):
    result = assess(system)
    for threat in THREATS:
        shown, entry = result.explain(threat), catalog().threats[threat]
        if result.by_threat[threat] == 0:
            assert (shown.raised_by, shown.barriers, shown.inherent) == ((), (), 0)
            continue
        assert shown.raised_by == tuple(f for f in entry.raised_by if system[f])
        worth = {
            c.id: c.effectiveness[threat].value
            for c in catalog().controls.values()
            if system[c.id] and threat in c.effectiveness
        }
        layers = {catalog().controls[c].layer for c in worth}
        assert list(dict.fromkeys(b.layer for b in shown.barriers)) == [n for n in catalog().layers if n in layers]
        assert {b.control for b in shown.barriers} == set(worth)
        for barrier in shown.barriers:
            control = catalog().controls[barrier.control]
            rivals = [worth[c] for c in worth if catalog().controls[c].layer == barrier.layer]
            assert (barrier.layer, barrier.effect) == (control.layer, control.effect)
            assert barrier.claim == near(worth[barrier.control])
            assert barrier.reduction == near(worth[barrier.control] * (1 - BETA if barrier.further else 1))
            if not barrier.further:
                assert worth[barrier.control] == max(rivals)


def test_a_threat_the_ruleset_does_not_know_is_refused_with_those_it_knows():
    system = load_system("tay")
    with pytest.raises(ThreatLabError, match=r"'phishing' is no threat of ruleset 'ai'.*evasion"):
        assess(system).explain("phishing")
    with pytest.raises(ThreatLabError, match=r"'evasion' is no threat of ruleset 'core'.*none"):
        assess(system, "core").explain("evasion")
    with pytest.raises(ThreatLabError, match=r"\['evasion'\] is no threat"):
        assess(system).explain(["evasion"])


# ---- findings


@thorough
@given(systems())
def test_a_finding_is_a_control_that_applies_and_is_not_in_place(system):
    applying = {
        c.id
        for c in catalog().controls.values()
        if all(system[fact] for fact in c.applies_when)
        and (not c.applies_when_any or any(system[fact] for fact in c.applies_when_any))
        and not system[c.id]
    }
    found = assess(system).findings
    assert {f.attribute for f in found} == applying
    assert len(found) == len(applying)


@thorough
@given(systems())
def test_an_unknown_control_is_a_finding_that_says_so(system):
    for ruleset in ("core", "ai"):
        for finding in assess(system, ruleset).findings:
            assert finding.unknown == (system[finding.attribute] is None)


@thorough
@given(systems())
def test_unknown_scores_as_no_does(system):
    denied = AISystem("drawn", **{n: bool(system[n]) for n in (*FACTS, *CONTROLS)})
    for ruleset in ("core", "ai"):
        vague, sure = assess(system, ruleset), assess(denied, ruleset)
        assert (vague.risk_score, vague.by_threat) == (sure.risk_score, sure.by_threat)
        assert [f.attribute for f in vague.findings] == [f.attribute for f in sure.findings]
        assert not any(f.unknown for f in sure.findings)


@thorough
@given(systems())
def test_unknown_facts_are_the_open_questions(system):
    assert assess(system).open_questions == tuple(f for f in FACTS if system[f] is None)
    assert assess(system, "core").open_questions == ()


@thorough
@given(systems())
def test_findings_come_worst_first_and_in_catalog_order_among_equals(system):
    found = assess(system).findings
    expected = sorted(found, key=lambda f: (SEVERITIES.index(f.severity), CONTROLS.index(f.attribute)))
    assert list(found) == expected


@pytest.mark.parametrize("finding", assess(AISystem("s", **EXPOSED)).findings)
def test_a_finding_says_what_its_control_says(finding):
    control = catalog().controls[finding.attribute]
    for name in ("severity", "finding", "recommendation", "layer", "threats"):
        assert getattr(finding, name) == getattr(control, name)
    assert finding.atlas == control.atlas_techniques
    strengths = [control.effectiveness[threat].value for threat in finding.threats]
    assert strengths == sorted(strengths, reverse=True)


# ---- the lesson's own score


@pytest.mark.parametrize("values", [*product((True, False, None), repeat=3)])
def test_core_gives_the_lesson_its_own_score_and_findings(values):
    data = {name: value for name, value in zip(CORE, values, strict=True) if value is not None}
    expected = LessonManager({}).assess("s", data)
    result = assess(AISystem("s", **data), ruleset="core")
    assert result.risk_score == expected["risk_score"]
    found = [(f.severity, f.finding, f.recommendation) for f in result.findings]
    assert found == [tuple(f.values()) for f in expected["findings"]]
    assert result.by_threat == {}


@thorough
@given(systems())
def test_core_looks_at_nothing_but_its_three_controls(system):
    three = AISystem("drawn", **{name: system[name] for name in CORE})
    assert assess(system, "core").risk_score == assess(three, "core").risk_score
    assert assess(system, "core").findings == assess(three, "core").findings


# ---- the best next steps


@thorough
@given(systems(), st.sampled_from(("core", "ai")))
def test_each_next_step_removes_what_another_assessment_shows(system, ruleset):
    result = assess(system, ruleset)
    for step in result.best_next(len(CONTROLS)):
        after = assess(system.with_(**{step.attribute: True}), ruleset)
        assert step.removes == near(result.risk_score - after.risk_score)
        assert step.removes > 0
        assert step.unknown == (system[step.attribute] is None)
        assert step.title == catalog().controls[step.attribute].title
        assert step.effort_days == catalog().controls[step.attribute].effort_days


@thorough
@given(systems(), st.sampled_from(("core", "ai")))
def test_next_steps_are_all_findings_that_would_remove_something_what_is_expected_most_first(system, ruleset):
    result = assess(system, ruleset)
    steps = result.best_next(len(CONTROLS))
    expected = [step.expected for step in steps]
    assert expected == sorted(expected, reverse=True)
    left_out = {f.attribute for f in result.findings} - {step.attribute for step in steps}
    assert {step.attribute for step in steps} <= {f.attribute for f in result.findings}
    for control in left_out:
        after = assess(system.with_(**{control: True}), ruleset)
        assert after.risk_score == near(result.risk_score)


@thorough
@given(systems())
def test_what_is_surely_missing_is_expected_to_remove_all_it_does_and_what_is_unknown_less(system):
    for step in assess(system).best_next(len(CONTROLS)):
        assert step.expected == step.removes or (step.unknown and 0 < step.expected < step.removes)


def test_once_the_interface_is_off_the_internet_a_login_still_removes_something():
    hardened = load_system("shadowray").with_(service_exposure_hardened=True)
    removes = {step.attribute: step.removes for step in assess(hardened).best_next(len(CONTROLS))}
    assert removes["authentication_enforced"] > 0.01


@pytest.mark.parametrize("n", [0, 1, 4, 5, 1000])
def test_as_many_next_steps_as_asked_for_are_given_and_no_more(n):
    result = assess(load_system("shadowray"))
    every = result.best_next(len(CONTROLS))
    assert len(every) > 5
    assert result.best_next(n) == every[:n]
    assert result.best_next() == every[:5]


@pytest.mark.parametrize("n", [-1, True, 2.0, "5", None])
def test_a_count_of_next_steps_that_is_none_is_refused(n):
    with pytest.raises(ThreatLabError, match=r"^n is .*; give a whole number of 0 or more"):
        assess(load_system("shadowray")).best_next(n)


def test_a_system_with_everything_in_place_has_no_findings_and_no_next_step():
    for ruleset in ("core", "ai"):
        result = assess(AISystem("s", **EXPOSED, **EVERYTHING_IN_PLACE), ruleset)
        assert (result.findings, result.best_next()) == ((), ())


# ---- what others get to see


@thorough
@given(systems(), st.sampled_from(("core", "ai")))
def test_an_assessment_as_a_dict_survives_json_and_is_the_same_each_time(system, ruleset):
    told = assess(system, ruleset).to_dict()
    text = json.dumps(told, allow_nan=False)
    assert json.loads(text) == told
    assert json.dumps(assess(system, ruleset).to_dict()) == text


def test_an_assessment_as_a_dict_says_everything():
    result = assess(load_system("shadowray"))
    told = result.to_dict()
    keys = ["system_id", "ruleset", "risk_score", "by_threat", "findings", "open_questions"]
    assert list(told) == keys
    assert (told["system_id"], told["ruleset"]) == ("shadowray", "ai")
    assert told["risk_score"] == result.risk_score
    assert told["by_threat"] == result.by_threat
    assert told["open_questions"] == list(result.open_questions)
    assert [f["attribute"] for f in told["findings"]] == [f.attribute for f in result.findings]
    first = told["findings"][0]
    assert list(first) == list(Finding.__dataclass_fields__)
    assert all(isinstance(text, str) and text.startswith("AML.T") for text in first["atlas"])


def test_a_dict_of_an_assessment_is_a_copy():
    result = assess(load_system("shadowray"))
    told = result.to_dict()
    told["by_threat"].clear()
    told["findings"][0]["threats"].clear()
    assert len(result.by_threat) == 8
    assert result.findings[0].threats


@pytest.mark.parametrize(("ruleset", "rows"), [("core", 1), ("ai", None)])
def test_an_assessment_as_a_frame_has_a_row_per_finding(ruleset, rows):
    result = assess(load_system("ml-pipeline-prod"), ruleset)
    frame = result.to_frame()
    assert list(frame.columns) == list(Finding.__dataclass_fields__)
    assert len(frame) == (rows or len(result.findings))
    assert frame["attribute"].tolist() == [f.attribute for f in result.findings]
    assert frame["unknown"].tolist() == [f.unknown for f in result.findings]
    assert frame["threats"].iloc[0] == ", ".join(result.findings[0].threats)
    assert frame["atlas"].iloc[0] == ", ".join(t.id for t in result.findings[0].atlas)


def test_a_frame_without_findings_still_has_its_columns():
    frame = assess(AISystem("s", **EVERYTHING_IN_PLACE)).to_frame()
    assert list(frame.columns) == list(Finding.__dataclass_fields__)
    assert frame.empty


# ---- bad input


def test_an_unknown_ruleset_is_refused_with_the_nearest_name():
    system = AISystem("s")
    with pytest.raises(ThreatLabError, match="unknown ruleset 'cor': did you mean 'core'"):
        assess(system, "cor")
    with pytest.raises(ThreatLabError, match="unknown ruleset 'stride': choose one of ai, core"):
        assess(system, "stride")
    with pytest.raises(ThreatLabError, match="unknown ruleset None"):
        assess(system, None)
    with pytest.raises(ThreatLabError, match=r"unknown ruleset \['ai'\]"):
        assess(system, ["ai"])


@pytest.mark.parametrize("system", ["shadowray", {"rbac_configured": True}, None])
def test_what_is_no_system_is_refused_and_the_way_to_one_is_shown(system):
    with pytest.raises(ThreatLabError, match=r"^system is .*; give an AISystem, such as load_system\(\) returns"):
        assess(system)


def test_an_assessment_cannot_be_changed():
    result = assess(AISystem("s"))
    with pytest.raises(AttributeError):
        result.risk_score = 0.0
    assert result == assess(AISystem("s"))
