"""Staying informed: a threat added as one TOML table, a published incident held against the systems at hand."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import given

from tests.unit.page import Page
from tests.unit.strategies import systems, thorough
from threatlab import AISystem, CatalogError, ThreatLabError, assess, list_systems, load_system
from threatlab.assessment.inventory import assess_inventory, findings_frame
from threatlab.assessment.layered import combine
from threatlab.catalog import catalog
from threatlab.depth import above_bound, layers_off
from threatlab.incidents import incidents, load_incident, replay
from threatlab.operate.newer_catalog import exposures, rescore, with_threat
from threatlab.operate.overview import overview
from threatlab.plan import make_plan
from threatlab.plots.inventory import plot_inventory
from threatlab.policy import Policy
from threatlab.policy.check import check_policy
from threatlab.report import ThreatModel, to_html, to_markdown
from threatlab.widgets import LayersPanel, Planner, SystemExplorer

ENTRY = """
[self_replication]
title = "Self-replicating prompt"
about = "A prompt that has the model copy it into what it writes, so that the next reader's model is hit too."
stride = "T"
applies_when_any = ["keeps_memory", "uses_retrieval"]
likelihood = 0.05
likelihood_why = "Shown in research, not seen in the wild."
raised_by = { ingests_untrusted_content = 0.2, acts_without_approval = 0.2 }
impact = 0.5
impact_why = "It spreads by itself."
impact_raised_by = {}

[self_replication.countered_by]
human_approval_required = { value = 0.5, source = "judged", why = "Nothing is sent on without a person's yes." }
"""

MAILER = AISystem(
    "mailer", generates_content=True, uses_retrieval=True, ingests_untrusted_content=True, uses_tools=True
)


def test_a_threat_more_is_scored_like_any_other():
    newer = MAILER.under(with_threat(ENTRY))
    bare, countered = assess(newer), assess(newer.with_(human_approval_required=True))
    assert bare.by_threat["self_replication"] == pytest.approx((1 - 0.95 * 0.8) * 0.5)
    assert countered.by_threat["self_replication"] == pytest.approx(bare.by_threat["self_replication"] / 2)
    assert bare.explain("self_replication").inherent == pytest.approx(0.12)
    assert "self_replication" not in assess(MAILER).by_threat


@thorough
@given(systems())
def test_a_threat_more_never_lowers_a_score_and_leaves_the_other_threats_alone(system):
    before, after = assess(system), assess(system.under(with_threat(ENTRY)))
    assert after.risk_score >= before.risk_score
    assert {threat: after.by_threat[threat] for threat in before.by_threat} == before.by_threat
    assert after.risk_score == pytest.approx(combine([before.risk_score, after.by_threat["self_replication"]]))


def test_an_inventory_is_scored_by_the_catalog_that_it_is_given():
    frame, newer = pd.DataFrame([{"system_id": MAILER.name, **MAILER.known}]), with_threat(ENTRY)
    scores = [assess_inventory(frame, catalog=each)["risk_score"][0] for each in (newer, None)]
    assert scores == [assess(MAILER.under(newer)).risk_score, assess(MAILER).risk_score]
    assert scores[0] > scores[1]
    assert assess_inventory(frame, catalog=newer)["worst_threat"].cat.categories[-1] == "self_replication"
    certain = newer.threats["self_replication"]
    certain = replace(newer, threats={**newer.threats, certain.id: replace(certain, likelihood=1.0, impact=1.0)})
    assert "Self-replicating prompt" in repr(plot_inventory(assess_inventory(frame, catalog=certain), catalog=certain))
    assert len(findings_frame(frame, catalog=newer)) == len(assess(MAILER.under(newer)).findings)


def test_rescoring_shows_who_is_hit_the_hardest_first():
    everything = [MAILER, *map(load_system, list_systems())]
    changes = rescore(everything, with_threat(ENTRY))
    assert {change.system_id for change in changes} == {system.name for system in everything}
    rises = [change.after - change.before for change in changes]
    assert rises == sorted(rises, reverse=True)
    assert changes[0].system_id == "mailer"
    assert changes[0].risk == pytest.approx(0.12)
    untouched = next(change for change in changes if change.system_id == "hugging-face")
    assert (untouched.after, untouched.risk) == (untouched.before, 0)


def test_the_best_control_is_the_newer_catalogs_best():
    newer = with_threat(ENTRY)
    (change,) = rescore([MAILER], newer)
    assert change.best_control == assess(MAILER.under(newer)).best_next(1)[0].attribute


# ---- a result keeps the catalog that it was made with

INVENTED = """
[invented_package]
title = "Invented package"
about = "The model names a package that doesn't exist, somebody registers it, and it is installed."
stride = "T"
applies_when_any = ["generates_content"]
likelihood = 0.1
likelihood_why = "Names are invented often, and registered sometimes."
raised_by = { uses_tools = 0.2, acts_without_approval = 0.2 }
impact = 0.5
impact_why = "Its code runs where it is installed."
impact_raised_by = {}

[invented_package.countered_by]
dependencies_scanned = { value = 0.5, source = "judged", why = "A package that nobody knows is refused." }
"""
NEWER = with_threat(INVENTED)
AGENT = load_system("amazon-q")


def all_of(result):
    """Everything that an assessment says, asked for anew."""
    return (
        result.to_dict(),
        result.worst_threat,
        result.best_next(len(result.findings)),
        [result.explain(threat) for threat in result.by_threat],
    )


def test_a_result_explains_the_threats_of_its_own_catalog():
    result = assess(AGENT.under(NEWER))
    assert result.catalog is NEWER
    assert result.explain("invented_package").risk == pytest.approx(result.by_threat["invented_package"])


def test_advice_counts_what_a_control_does_by_the_catalog_of_the_result():
    older, newer = ({s.attribute: s.removes for s in assess(s).best_next(40)} for s in (AGENT, AGENT.under(NEWER)))
    step = AGENT.under(NEWER).with_(dependencies_scanned=True)
    fall = assess(AGENT.under(NEWER)).risk_score - assess(step).risk_score
    assert newer["dependencies_scanned"] == pytest.approx(fall)
    assert newer["dependencies_scanned"] > older["dependencies_scanned"]


def test_a_plan_says_what_it_leaves_by_its_own_catalog():
    plan, older = make_plan(AGENT.under(NEWER), 20), make_plan(AGENT, 20)
    done = AGENT.under(NEWER).with_(**{step.control: True for step in plan.steps})
    assert plan.catalog is NEWER
    assert plan.risk_after == assess(done).risk_score
    assert plan.risk_after > older.risk_after
    assert plan.risk_after == pytest.approx(plan.risk_before - sum(step.removes for step in plan.steps))


def test_a_panel_stays_in_the_catalog_of_its_system():
    panel = SystemExplorer(AGENT.under(NEWER))
    panel.set(rbac_configured=True)
    changed = AGENT.under(NEWER).with_(rbac_configured=True)
    assert panel.assessment == assess(changed)
    assert panel.assessment.risk_score > assess(AGENT.with_(rbac_configured=True)).risk_score
    panel.explain("invented_package")
    panel.choose("tay")
    assert panel.system == load_system("tay", NEWER)


def test_each_list_of_systems_is_in_the_catalog_of_the_panels_own():
    planner, layers = Planner(AGENT.under(NEWER)), LayersPanel(AGENT.under(NEWER))
    assert planner.set(system="tay").catalog is NEWER
    layers.choose("tay")
    assert layers.state.chosen.catalog is NEWER


@pytest.mark.parametrize("panel", [SystemExplorer, Planner, LayersPanel])
def test_a_list_leaves_out_what_a_smaller_catalog_can_not_tell(panel):
    fewer = {name: each for name, each in catalog().controls.items() if name != "rbac_configured"}
    told = panel(AGENT.under(replace(catalog(), controls=fewer)))
    listed = [each.get_text() for each in Page(told).field("System").select("option")]
    assert AGENT.title in listed
    assert load_system("clearview").title not in listed


@thorough
@given(systems())
def test_what_a_result_says_is_unchanged_by_assessments_under_another_catalog(system):
    for mine, other in ((catalog(), NEWER), (NEWER, catalog())):
        result = assess(system.under(mine))
        before = all_of(result)
        all_of(assess(system.under(other)))
        assert all_of(result) == before == all_of(assess(system.under(mine)))


@pytest.mark.parametrize("incident", incidents(), ids=lambda incident: incident.id)
def test_a_replay_takes_what_a_control_does_from_the_systems_catalog(incident):
    feeble = {
        name: replace(
            control,
            title=f"Feeble: {control.title}",
            effectiveness={threat: replace(claim, value=0.01) for threat, claim in control.effectiveness.items()},
        )
        for name, control in catalog().controls.items()
    }
    system = AISystem("guarded", catalog=replace(catalog(), controls=feeble), **dict.fromkeys(feeble, True))
    result = replay(incident, system)
    bearings = [bearing for outcome in result.steps for bearing in outcome.bearings]
    assert result.catalog is system.catalog
    assert {bearing.share for bearing in bearings if bearing.way == "slows"} <= {0.01}
    named = result.to_frame()["controls"].str.count("Feeble: ").sum()
    assert named == len(bearings) > 0


def test_a_replay_names_no_control_that_the_systems_catalog_lacks():
    name = load_incident("shadowray").steps[-1].bearings[0].control
    older = replace(catalog(), controls={c: control for c, control in catalog().controls.items() if c != name})
    result = replay("shadowray", AISystem("own", catalog=older))
    assert name not in result.controls_that_could
    assert set(result.controls_that_could) <= set(older.controls)


def test_all_that_is_made_of_a_system_speaks_of_the_threats_of_its_catalog():
    system = AGENT.under(NEWER)
    result = assess(system)
    assert {share.threat for share in overview([system, MAILER]).threats} >= {"invented_package"}
    assert {gap.threat for gap in above_bound(system, 0.0)} >= {"invented_package"}
    assert all("invented_package" in off.by_threat for off in layers_off(system))
    breaches = check_policy(result, Policy(max_per_threat=0.0), "2026-12-01")
    assert any(breach.what == "invented_package" for breach in breaches)
    model = ThreatModel(system, before=AGENT)
    assert all("Invented package" in written for written in (to_markdown(model), to_html(model)))


# ---- a published incident, held against the systems at hand


def test_systems_like_the_one_in_the_news_come_first():
    own = AISystem("gpu-cluster", trains_model=True, internet_facing=True, uses_third_party_model=True)
    guarded = own.with_(authentication_enforced=True)
    other = AISystem("poster", runs_on_user_devices=True)
    found = exposures(load_incident("shadowray"), [other, guarded, own])
    assert [each.system_id for each in found] == ["gpu-cluster", "gpu-cluster"]
    assert [each.stopped_at for each in found] == [None, 2]
    assert found[0].shared_facts == ("trains_model", "uses_third_party_model", "internet_facing")
    assert set(found[0].missing) == set(load_incident("shadowray").missing)
    assert "authentication_enforced" not in found[1].missing


# ---- bad entries


BAD = [
    (None, "None is no TOML text"),
    ("[a", "is not valid TOML"),
    ("", "is empty"),
    ("[a]\n[b]", "holds a, b"),
    ("a = 1", "holds a"),
    (ENTRY.replace("[self_replication", "[evasion"), "evasion.*taken"),
    (ENTRY.replace("keeps_memory", "keeps_memry"), "did you mean 'keeps_memory'"),
    (ENTRY.replace("likelihood = 0.05", "likelihood = 5"), "likelihood: is 5"),
    (ENTRY.replace("human_approval", "humane_approval"), "did you mean 'human_approval_required'"),
    (ENTRY.replace('impact_why = "It spreads by itself."', ""), "impact_why: is missing"),
    (ENTRY.replace("stride", "strid"), "stride: is missing"),
    (ENTRY.replace("title =", 'tags = "x"\ntitle ='), "unknown field 'tags'"),
    (ENTRY[: ENTRY.index("[self_replication.countered_by]")], "countered_by: is missing"),
]


@pytest.mark.parametrize(("entry", "said"), BAD, ids=[said for _, said in BAD])
def test_a_broken_entry_is_answered_with_a_sentence(entry, said):
    with pytest.raises((CatalogError, ThreatLabError), match=said):
        with_threat(entry)
