"""Staying informed: a threat added as one TOML table, a published incident held against the systems at hand."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given

from tests.unit.strategies import systems, thorough
from threatlab import AISystem, ThreatLabError, assess, list_systems, load_system
from threatlab.assessment.inventory import assess_inventory
from threatlab.assessment.layered import combine
from threatlab.catalog import catalog, using
from threatlab.incidents import load_incident
from threatlab.operate.newer_catalog import exposures, rescore, with_threat

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
    newer = with_threat(ENTRY)
    with using(newer):
        bare, countered = assess(MAILER), assess(MAILER.with_(human_approval_required=True))
        assert bare.by_threat["self_replication"] == pytest.approx((1 - 0.95 * 0.8) * 0.5)
        assert countered.by_threat["self_replication"] == pytest.approx(bare.by_threat["self_replication"] / 2)
        assert bare.explain("self_replication").inherent == pytest.approx(0.12)
    assert "self_replication" not in assess(MAILER).by_threat


def test_the_catalog_that_ships_is_back_even_after_an_error():
    shipped, newer = catalog(), with_threat(ENTRY)
    with pytest.raises(ThreatLabError), using(newer):
        assess(None if catalog() is newer else MAILER)
    assert catalog() is shipped


@thorough
@given(systems())
def test_a_threat_more_never_lowers_a_score_and_leaves_the_other_threats_alone(system):
    before = assess(system)
    with using(with_threat(ENTRY)):
        after = assess(system)
    assert after.risk_score >= before.risk_score
    assert {threat: after.by_threat[threat] for threat in before.by_threat} == before.by_threat
    assert after.risk_score == pytest.approx(combine([before.risk_score, after.by_threat["self_replication"]]))


def test_an_inventory_is_scored_by_the_catalog_in_use():
    frame = pd.DataFrame([{"system_id": MAILER.name, **MAILER.known}])
    with using(with_threat(ENTRY)):
        assert assess_inventory(frame)["risk_score"][0] == assess(MAILER).risk_score
        newer = assess(MAILER).risk_score
    assert assess_inventory(frame)["risk_score"][0] == assess(MAILER).risk_score < newer


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
    (change,) = rescore([MAILER], with_threat(ENTRY))
    with using(with_threat(ENTRY)):
        assert change.best_control == assess(MAILER).best_next(1)[0].attribute


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
    ("", "your entry is empty: it needs at least one table"),
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
    with pytest.raises(ThreatLabError, match=said):
        with_threat(entry)
