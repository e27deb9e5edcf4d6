"""What an assessment finds, in other tools' files: their threats and mitigations, where they stand, and never twice."""

from __future__ import annotations

import copy
import json
import random
from dataclasses import replace

import pytest

from tests.unit.random_drawings import random_drawing
from tests.unit.test_exchange import SAMPLES, WRITTEN, taken, way
from tests.unit.test_measured import BEHIND, CONTROL, SYSTEM, THREAT
from tests.unit.threat_models import full
from threatlab import AISystem, load_system
from threatlab.assessment.layered import explain_threat
from threatlab.assessment.stride import STRIDE
from threatlab.catalog import catalog
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.parts import NOBODY
from threatlab.exchange import FORMATS, load_any, write, write_model
from threatlab.exchange.node import leaves
from threatlab.report import ThreatModel
from threatlab.report.places import by_place

COUNTERS = ("hasOpenThreats", "threatTop")
"""What Threat Dragon counts of a file's threats: with ours, there are more."""

REQUIRED = {
    "otm": {
        ("threats",): {"id", "name", "risk"},
        ("threats", 0, "risk"): {"likelihood", "impact"},
        ("mitigations",): {"id", "name", "riskReduction"},
        ("components", 0, "threats"): {"threat", "state", "mitigations"},
        ("components", 0, "threats", 0, "mitigations"): {"mitigation", "state"},
    },
    "threat-dragon": {
        ("detail", "diagrams", 0, "cells", 1, "data", "threats"): {
            *("description", "mitigation", "severity", "status", "title", "type"),
        },
    },
    "threat-model-library": {
        ("threat_personas",): {
            *("symbolic_name", "title", "description", "is_person", "skill_level", "access_level", "malicious_intent"),
            "applicability_to_org",
        },
        ("threats",): {"symbolic_name", "title", "description", "threat_persona", "event", "sources"},
        ("controls",): {"symbolic_name", "title", "description", "threats", "status", "priority"},
        ("risks",): {
            *("symbolic_name", "title", "description", "threats", "likelihood", "impact", "impact_description"),
            *("score", "level"),
        },
    },
}
"""Keys that the schemas of these formats require of threats and mitigations, by the way to them."""


def written(model, name):
    return json.loads(write_model(model, FORMATS[name]).text)


def answered_at_random(seed):
    """A threat model of a random drawing, with its controls answered at random."""
    rng = random.Random(seed)
    drawing = random_drawing(rng)
    answers = {control: rng.choice((True, False, None)) for control in catalog().controls}
    return ThreatModel(system_from(drawing, AISystem("bot").with_(**answers)), drawing=drawing)


def applying(model):
    """The controls that apply to the system of a threat model."""
    controls = model.system.catalog.ruleset(model.ruleset).controls
    return [each for each in controls if each.applies(model.system.true)]


def ours(id_):
    return f"threatlab-{id_.replace('_', '-')}"


def values(document):
    return {(path, json.dumps(value)) for path, value in leaves(document) if value not in (None, [], {})}


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_every_control_comes_back_as_it_is_and_a_second_export_doubles_nothing(name):
    for model in (full(), load_any("tay"), load_any("tay").with_(ruleset="core"), *map(answered_at_random, range(10))):
        document = written(model, name)
        again = taken(name, copy.deepcopy(document))
        if model.drawing.elements:
            assert again.drawing == model.drawing
        assert {c.id: again.model.system[c.id] for c in applying(model)} == {
            c.id: model.system[c.id] for c in applying(model)
        }
        assert not [each for each in again.questions if each.about == "control"]
        assert written(model.with_(drawing=again.drawing, origin=again.origin), name) == document


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_measured_on_the_real_system_goes_along(name):
    model = ThreatModel(SYSTEM, measured=[BEHIND])
    assert "the real system" not in json.dumps(written(model.with_(measured=[]), name))
    claim = model.system.catalog.controls[CONTROL].effectiveness[THREAT]
    said = f"Takes {claim.value:.2f} of a threat's risk: measured on the real system (26 November 2026)"
    assert said in json.dumps(written(model, name))


def test_where_everybody_is_denied_no_adversary_is_named():
    flows = tuple(replace(flow, adversaries=(NOBODY,)) for flow in full().drawing.flows)
    denied = full().with_(drawing=replace(full().drawing, flows=flows))
    for model, there in ((full(), True), (denied, False)):
        names = {each["symbolic_name"] for each in written(model, "threat-model-library")["threat_personas"]}
        assert bool(names & {ours(each) for each in catalog().adversaries}) is there


@pytest.mark.parametrize("name", WRITTEN)
def test_what_another_tool_says_comes_back_whole_beside_what_was_found(name):
    found = taken(name, copy.deepcopy(SAMPLES[name]))
    document = written(found.model, name)
    assert {path for path, _ in values(SAMPLES[name]) - values(document) if path[-1] not in COUNTERS} == set()
    assert len(values(document)) > len(values(SAMPLES[name]))
    first = {each.claim.title for each in (*found.threats, *found.mitigations)}
    again = taken(name, document)
    assert {each.claim.title for each in (*again.threats, *again.mitigations) if not each.written_by_us} == first


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_of_findings_has_what_the_schema_requires(name):
    document = written(ThreatModel(AISystem("bot", generates_content=True, uses_tools=True)), name)
    for steps, keys in REQUIRED[name].items():
        held = way(document, *steps)
        assert held, steps
        for each in held if isinstance(held, list) else [held]:
            assert keys <= each.keys(), steps


@pytest.mark.parametrize("name", WRITTEN)
def test_a_control_that_another_tool_has_put_in_place_is_in_place_and_what_it_added_stays(name):
    model = load_any("shadowray")
    control = next(each for each in applying(model) if model.system[each.id] is None)
    document = written(model, name)
    entries = [
        held
        for path, value in leaves(document)
        if value == ours(control.id) and isinstance(held := way(document, *path[:-1]), dict)
    ]
    for entry in entries:
        entry.update({"status": "Mitigated" if name == "threat-dragon" else "active", "state": "implemented"})
        entry["comment"] = "Done in May"
    again = taken(name, copy.deepcopy(document))
    assert again.model.system[control.id] is True
    later = written(model.with_(drawing=again.drawing, origin=again.origin, system=again.model.system), name)
    assert json.dumps(later).count("Done in May") == len(entries) > 0
    drawn = json.loads(write(again.drawing, FORMATS[name], again.origin).text)
    assert drawn == document, "the drawing alone changes nothing of what was found"


def test_a_finding_stands_in_threat_dragon_where_the_report_has_it():
    model = full()
    cells = way(written(model, "threat-dragon"), "detail", "diagrams", 0, "cells")
    at = {threat["id"]: cell["data"] for cell in cells for threat in cell["data"].get("threats", [])}
    for place in by_place(model):
        for finding in place.findings:
            assert at[ours(finding.attribute)]["name"] in (place.title if "whole" not in place.title else "Model")
    assert not any("threats" in cell["data"] for cell in cells if cell["shape"].startswith("trust-boundary"))
    threats = {threat["id"]: threat for data in at.values() for threat in data["threats"]}
    for finding in model.assessment.findings:
        threat, control = threats[ours(finding.attribute)], model.system.catalog.controls[finding.attribute]
        assert threat["severity"] == finding.severity.capitalize()
        assert threat["status"] == ("Accepted" if model.accepted(control.id) else "Open")
        assert (threat["title"], threat["type"]) == (finding.finding, STRIDE[control.stride[0]])
    for control in applying(model):
        if model.system[control.id]:
            assert threats[ours(control.id)]["status"] == "Mitigated"
    assert len({threat["number"] for threat in threats.values()}) == len(threats)
    assert all(data["hasOpenThreats"] == any(t["status"] == "Open" for t in data["threats"]) for data in at.values())


@pytest.mark.parametrize(("name", "where"), [("otm", "project"), ("threat-dragon", "summary")])
def test_a_file_that_names_no_owner_gets_the_system_s(name, where):
    model = ThreatModel(AISystem("bot", owner="Care"))
    assert written(model, name)[where]["owner"] == "Care"
    found = taken(name, copy.deepcopy(SAMPLES[name]))
    other = found.model.with_(system=AISystem("bot", owner="Care"))
    assert written(other, name)[where]["owner"] == SAMPLES[name][where]["owner"]


def test_open_threat_model_has_the_risk_before_controls_and_what_each_removes():
    model = full()
    document = written(model, "otm")
    mitigations = {each["id"]: each for each in document["mitigations"]}
    for threat in document["threats"]:
        name = next(each for each in catalog().threats if ours(each) == threat["id"])
        risk = explain_threat(model.system, name)
        assert risk.inherent > 0, "what doesn't apply is not listed"
        assert threat["risk"]["likelihood"] == round(100 * risk.inherent_likelihood)
        assert threat["risk"]["impact"] == round(100 * risk.inherent_impact)
        assert threat["attributes"]["residual risk"] == f"{risk.risk:.2f}"
    states = {}
    for part in (*document["components"], *document["dataflows"]):
        for threat in part.get("threats", []):
            for use in threat["mitigations"]:
                states.setdefault(use["mitigation"], set()).add(use["state"])
            done = {use["state"] for use in threat["mitigations"]} == {"implemented"}
            assert threat["state"] == ("mitigated" if done else "exposed")
    safe = model.with_(system=model.system.with_(**dict.fromkeys(catalog().controls, True)), plan=None)
    parts = written(safe, "otm")
    found = {threat["state"] for each in parts["components"] + parts["dataflows"] for threat in each.get("threats", [])}
    assert found == {"mitigated"}
    for control in applying(model):
        state = "implemented" if model.system[control.id] else "rejected" if model.accepted(control.id) else None
        state = state or ("required" if model.step(control.id) or model.system[control.id] is False else "recommended")
        assert states[ours(control.id)] == {state}
        assert mitigations[ours(control.id)]["riskReduction"] in range(1, 101)
        assert mitigations[ours(control.id)]["description"] == control.recommendation, "nothing was measured"


def test_the_library_has_the_risk_that_remains_on_its_own_scale():
    model = ThreatModel(load_system("shadowray"))
    kinds = (
        ("rare", "unlikely", "possible", "likely", "certain"),
        ("negligible", "minor", "moderate", "major", "severe"),
    )
    document = written(model, "threat-model-library")
    for risk in document["risks"]:
        likelihood, impact = (of.index(risk[key]) + 1 for key, of in zip(("likelihood", "impact"), kinds, strict=True))
        assert risk["score"] == likelihood * impact
    by_id = {risk["symbolic_name"]: risk for risk in document["risks"]}
    assert explain_threat(model.system, "supply_chain").likelihood == pytest.approx(0.43, abs=0.01)
    supply = by_id[ours("supply_chain")]  # 0.43 a year is once in 1.8 years; 0.65 is the fourth fifth
    assert (supply["likelihood"], supply["impact"], supply["score"], supply["level"]) == (
        "likely",
        "major",
        16,
        "very_high",
    )
    known = {each["symbolic_name"] for list_ in ("threats", "threat_personas") for each in document[list_]}
    pointed = [id_ for each in (*document["controls"], *document["risks"]) for id_ in each["threats"]]
    assert {*pointed, *(each["threat_persona"] for each in document["threats"])} <= known


def test_what_is_no_finding_any_more_goes_and_an_id_of_others_stays():
    document = written(ThreatModel(AISystem("bot", uses_tools=True)), "otm")
    document["threats"].append(
        {"id": "threatlab-of-somebody", "name": "Theirs", "risk": {"likelihood": 1, "impact": 1}}
    )
    gone = taken("otm", document)
    assert ours("execution_sandboxed") in json.dumps(document)
    later = json.dumps(written(ThreatModel(AISystem("bot"), drawing=gone.drawing, origin=gone.origin), "otm"))
    assert ours("execution_sandboxed") not in later
    assert "threatlab-of-somebody" in later
