"""The documented incidents: their published steps, their systems, and whether advice hits what was missing."""

from __future__ import annotations

import csv
import inspect
import re
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import threatlab
from threatlab import AISystem, CatalogError, ThreatLabError, assess
from threatlab.catalog import CLAIM_CAP, catalog
from threatlab.incidents import STOPS, WAYS, incidents, load_incident, read_incidents, replay

CATALOG = Path(inspect.getfile(threatlab)).parent / "catalog"
STEPS = (Path(__file__).parents[1] / "data" / "incident_steps.csv").read_text(encoding="utf-8")
PUBLISHED = list(csv.DictReader(STEPS.splitlines()))

every_incident = pytest.mark.parametrize("incident", incidents(), ids=lambda incident: incident.id)


FEW = 5
"""Controls of which somebody remembers to ask."""


def hits(incident):
    """What was missing, of the few best next steps: only the system's facts are known, and other cases counted."""
    others = replace(catalog(), cases=tuple(case for case in catalog().cases if case.id != incident.case))
    facts = {fact: value for fact, value in incident.system.known.items() if fact in others.facts}
    steps = assess(AISystem(incident.id, catalog=others).with_(**facts)).best_next(FEW)
    return {step.attribute for step in steps} & {*incident.missing}


def test_the_oldest_comes_first():
    assert [incident.date for incident in incidents()] == sorted(incident.date for incident in incidents())


@pytest.mark.parametrize("name", {row["incident"]: row for row in PUBLISHED})
def test_the_steps_are_the_published_ones_in_their_order(name):
    incident, rows = load_incident(name), [row for row in PUBLISHED if row["incident"] == name]
    assert [(row["tactic"], row["technique"]) for row in rows] == [
        (str(step.tactic), str(step.technique)) for step in incident.steps
    ]
    assert {(row["case"], row["date"], row["precision"]) for row in rows} == {
        (incident.case, incident.date.isoformat(), incident.precision)
    }


@every_incident
def test_an_incident_says_who_attacked_and_whether_its_account_says_so(incident):
    assert catalog().adversaries[incident.attacker.adversary].goals[incident.threat]
    assert re.match("(stated|our reading): .", incident.attacker.why)
    assert replay(incident).to_dict()["adversary"] == incident.attacker.adversary


def test_an_attacker_who_wants_nothing_of_the_threat_is_refused_and_so_is_one_of_whom_nobody_says_it(tmp_path):
    folder = Path(shutil.copytree(CATALOG, tmp_path / "catalog"))
    file = folder / "incidents" / "tay.toml"
    whole = file.read_text("utf-8")
    for old, new, said in (
        ('adversary = "customer"', 'adversary = "thief"', "'thief' wants nothing of data_poisoning"),
        ('why = "stated', 'why = "they said', "begin it with 'stated: ' or 'our reading: '"),
        ("attacker = {", "attackers = {", "attacker: is missing; it must be a table that says who attacked"),
    ):
        file.write_text(whole.replace(old, new), "utf-8")
        with pytest.raises(CatalogError, match=re.escape(said)):
            read_incidents(folder)


@every_incident
def test_an_incident_has_a_system_of_its_case_that_says_what_is_stated_and_what_we_read(incident):
    assert incident.case in incident.system.source
    notes = incident.system.notes
    assert set(notes) == set(incident.system.known)
    assert all(re.match("(stated|our reading): .", note) for note in notes.values())
    assert any(note.startswith("stated") for note in notes.values())
    assert incident.missing


def test_the_date_is_told_as_exactly_as_it_is_known():
    assert load_incident("tay").when == "23 March 2016"
    assert load_incident("clearview").when == "April 2020"
    assert load_incident("hugging-face").when == "2025"


def test_advice_names_something_that_was_missing_in_most_incidents():
    without = {incident.id for incident in incidents() if not hits(incident)}
    assert len(without) <= len(incidents()) / 4, f"nothing that was missing is advised for {without}"


def test_advice_is_specific_it_beats_any_few_controls_named_to_everybody():
    often = Counter(control for incident in incidents() for control in incident.missing)
    to_everybody = sum(times for _, times in often.most_common(FEW))  # the best that hindsight could name
    assert sum(len(hits(incident)) for incident in incidents()) > to_everybody


# ---- which control bears on which step


def test_a_step_on_the_attackers_side_is_touched_by_no_control():
    theirs = [step for incident in incidents() for step in incident.steps if step.reach == "attacker"]
    assert theirs
    assert not any(step.bearings or step.threat for step in theirs)


@every_incident
def test_a_control_bears_by_what_it_is(incident):
    for step in incident.steps:
        for bearing in step.bearings:
            control = catalog().controls[bearing.control]
            if bearing.way == "stops":
                assert (bearing.share, control.effect) == (STOPS, "preventive")
                assert bearing.why
            else:
                assert bearing.way == WAYS[control.effect]
            if bearing.way == "slows":
                assert bearing.share == min(control.effectiveness[step.threat].value, CLAIM_CAP)
            elif bearing.way != "stops":
                assert bearing.share == 0


def test_a_technique_of_the_catalog_covers_its_parts_and_not_the_other_way_round():
    downloaded = load_incident("hugging-face").steps[3]  # AML.T0010, which the bill of materials lists
    released = load_incident("amazon-q").steps[2]  # AML.T0010.001, which pinning lists too
    assert "ai_bom_maintained" in {bearing.control for bearing in downloaded.bearings}
    assert "dependencies_scanned" not in {bearing.control for bearing in downloaded.bearings}
    assert {"ai_bom_maintained", "dependencies_scanned"} <= {bearing.control for bearing in released.bearings}


def test_a_control_that_an_incident_rules_out_does_not_bear():
    copied = load_incident("postmark-mcp").steps[7]
    assert "AML.T0086" in {t.id for t in catalog().controls["human_approval_required"].atlas_techniques}
    assert "human_approval_required" not in {bearing.control for bearing in copied.bearings}


# ---- bad input


@pytest.mark.parametrize(("name", "said"), [("shadowrya", "'shadowray'"), (None, "None"), (["tay"], "tay")])
def test_an_unknown_incident_is_answered_with_a_sentence(name, said):
    with pytest.raises(ThreatLabError, match=f"unknown incident.*{said}"):
        load_incident(name)


SPOILED = [
    ('technique = "AML.T0049"', 'technique = "AML.T4900"', "step 2.*technique.*AML.T4900"),
    ('tactic = "AML.TA0004"', 'tactic = "AML.TA004"', "step 2.*tactic.*AML.TA004"),
    ("authentication_enforced =", "authentication_enforcd =", "step 2, stops.*did you mean 'authentication_enforced'"),
    ('reach = "yours"', 'reach = "mine"', "step 1.*reach.*mine"),
    ('threat = "denial_or_cost"\nsummary', 'threat = "denial"\nsummary', "shadowray.*threat.*denial"),
    ("date = 2023-09-05", 'date = "2023"', "date: is '2023', which is not a date"),
    ('case = "AML.CS0023"', 'kase = "AML.CS0023"', "case: is missing"),
    ("[steps.stops]", "[steps.stop]", "step 1.*unknown field 'stop'"),
]


@pytest.mark.parametrize(("old", "new", "said"), SPOILED, ids=[new for _, new, _ in SPOILED])
def test_a_broken_entry_is_named_by_file_step_and_field(old, new, said, tmp_path):
    folder = tmp_path / "catalog"
    shutil.copytree(CATALOG, folder)
    file = folder / "incidents" / "shadowray.toml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(CatalogError, match=f"(?s)shadowray.toml.*{said}"):
        read_incidents(folder)
