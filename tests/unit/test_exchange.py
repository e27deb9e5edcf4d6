"""Models of other tools: what is read of them, what is asked, what is refused, and that nothing is lost on the way."""

from __future__ import annotations

import copy
import json
import os
import pickle
import random
import re
import sys
import threading
from dataclasses import replace
from itertools import combinations, pairwise
from pathlib import Path

import pytest
import yaml

from tests.unit.mutations import mutated_values
from tests.unit.random_drawings import changed, random_drawing
from threatlab import ThreatLabError, load_system
from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow, Zone
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.exchange import (
    FORMATS,
    LARGEST,
    answered,
    format_of,
    load_any,
    read,
    registry,
    still_asked,
    write,
    write_model,
)
from threatlab.exchange.assemble import MOST, imported
from threatlab.exchange.match import match_control, match_threat
from threatlab.exchange.node import leaves
from threatlab.exchange.parts import origin_of
from threatlab.report import ThreatModel, load_model, save_model

FOLDER = Path(__file__).parents[1] / "data" / "exchange"
SAMPLES = {file.stem: json.loads(file.read_text("utf-8")) for file in sorted(FOLDER.glob("*.json"))}
"""A small model in each format, by the format's name; beside it stands in a text how it is drawn."""

WRITTEN = [name for name, each in FORMATS.items() if each.writer]
CELLS = ("detail", "diagrams", 0, "cells")
"""Where Threat Dragon has what is drawn in the first diagram."""

EACH = 334
"""Random drawings for each format that is written: a thousand in all."""


def sample(name):
    return copy.deepcopy(SAMPLES[name])


def taken(name, document):
    return imported(FORMATS[name], document)


def way(document, *steps):
    for step in steps:
        document = document[step]
    return document


def drawn(drawing):
    """What a drawing shows, in lines that can be compared at a glance."""
    zones = [f"{zone.name}: {zone.kind}" for zone in drawing.zones]
    elements = [f"{e.name}: {e.kind}, {e.zone}{', personal' * e.personal}" for e in drawing.elements]
    return [*zones, *elements, *(f"{flow} ({flow.carries})" for flow in drawing.flows)]


# ---- what is read


def put(document, value, *steps):
    way(document, *steps[:-1])[steps[-1]] = value


def test_there_is_a_sample_of_each_format():
    assert set(SAMPLES) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_recognized_by_what_it_holds(name, tmp_path):
    file = tmp_path / "anything.txt"
    file.write_text(json.dumps(SAMPLES[name]), encoding="utf-8")
    assert format_of(file) is FORMATS[name]
    assert read(file).format is FORMATS[name]
    assert [each.name for each in FORMATS.values() if each.recognizes(SAMPLES[name])] == [name]


@pytest.mark.parametrize("file", ["model.yaml", "model.yml", "model.otm"])
def test_an_open_threat_model_in_yaml_is_the_same_as_in_json(file, tmp_path):
    path = tmp_path / file
    path.write_text(f"# of the parcel team\n---\n{yaml.safe_dump(SAMPLES['otm'])}made: 2026-05-01\n", encoding="utf-8")
    assert json.loads(read(path).origin.text) == SAMPLES["otm"] | {"made": "2026-05-01"}
    assert load_any(path).drawing == taken("otm", sample("otm")).drawing


@pytest.mark.parametrize("name", FORMATS)
def test_a_file_is_drawn_as_it_says(name):
    expected = (FOLDER / f"{name}.txt").read_text("utf-8").splitlines()
    assert drawn(taken(name, sample(name)).drawing) == expected


@pytest.mark.parametrize("version", ["1.5", "1.7"])
def test_a_bill_of_materials_is_read_from_the_first_version_that_has_models(version):
    document = sample("cyclonedx") | {"specVersion": version}
    assert taken("cyclonedx", document).drawing == taken("cyclonedx", sample("cyclonedx")).drawing


def test_a_bill_of_materials_may_have_parts_within_parts_many_levels_down(tmp_path):
    document = sample("cyclonedx")
    innermost = document["components"][0]
    for level in range(12):
        innermost["components"] = [
            {"type": "machine-learning-model", "name": f"level {level}", "bom-ref": f"at {level}"}
        ]
        innermost = innermost["components"][0]
    file = tmp_path / "bill.json"
    file.write_text(json.dumps(document), "utf-8")
    assert read(file).model.drawing.element("level 11")


def test_what_flows_carry_and_stores_hold_is_said_in_notes():
    otm = taken("otm", sample("otm")).drawing
    assert otm.element("Parcel database").note == "stated: holds Addresses"
    assert otm.flows[2].note == "stated: carries Addresses"
    assert [each.name for each in otm.elements if each.assets] == ["Parcel database"]
    assert otm.element("Parcel database").assets == ("data",)
    pytm = taken("pytm", sample("pytm")).drawing
    assert pytm.element("Answers").note == "stated: run by a third party"
    assert pytm.flows[0].note == "stated: carries login; once a day"
    assert pytm.flows[1].personal
    document = sample("cyclonedx")
    del document["components"][0]["components"][0]["bom-ref"], document["services"][0]["bom-ref"]  # neither needs one
    bill = taken("cyclonedx", document).drawing
    assert bill.title == "parcel-helper"
    assert [each.note.removeprefix("stated: ") for each in bill.elements] == [
        *("application 1", "machine-learning-model", "data", "machine-learning-model", "service"),
    ]


def test_what_is_out_of_scope_is_so_for_the_reason_given_or_asked_for():
    (left_out,) = taken("threat-dragon", sample("threat-dragon")).drawing.exclusions
    assert (left_out.element, left_out.reason, left_out.owner) == ("Old log", "Goes in May", "Parcel team")
    found = taken("pytm", sample("pytm"))
    assert not found.drawing.exclusions
    assert any(each.asks.startswith("Parcels is out of scope") for each in found.questions)


@pytest.mark.parametrize(
    ("name", "threats", "mitigations"),
    [
        ("otm", ["prompt_injection"], ["rate_limiting_enabled", None]),
        ("threat-dragon", [None], ["encryption_enabled"]),
        ("threat-dragon-1", ["denial_or_cost"], []),
        ("threat-model-library", [None], ["authentication_enforced"]),
        ("threat-composer", ["prompt_injection", "model_extraction"], ["execution_sandboxed"]),
        ("pytm", ["denial_or_cost"], ["rate_limiting_enabled"]),
        ("cyclonedx", [], []),
    ],
)
def test_threats_and_mitigations_are_ours_for_a_reason_or_nobodys(name, threats, mitigations):
    found = taken(name, sample(name))
    for matched, ids in ((found.threats, threats), (found.mitigations, mitigations)):
        assert [each.match and each.match.id for each in matched] == ids
        for each in matched:
            said = f"{each.claim.title} {each.claim.text}".casefold()
            assert each.match is None or all(word in said for word in re.findall("'(.*?)'", each.match.because))


@pytest.mark.parametrize("control", catalog().controls.values(), ids=lambda control: control.id)
def test_each_control_is_found_by_its_own_title(control):
    without_small_words = re.sub(r"\b(and|of|the|every|to|before|from|in|at) ", "", control.title)
    for title in (control.title, without_small_words):
        assert [each.id for each in match_control(title, "", catalog())] == [control.id]


@pytest.mark.parametrize("threat", catalog().threats.values(), ids=lambda threat: threat.id)
def test_each_threat_is_found_by_its_own_title(threat):
    assert [each.id for each in match_threat(threat.title, "", catalog())] == [threat.id]


def test_what_has_nothing_to_do_with_ours_is_matched_to_nothing():
    for text in ("Wear a helmet", "", "Buy insurance for the fleet", "日本語", "the of and"):
        assert match_control(text, text, catalog()) == match_threat(text, text, catalog()) == ()


THREATS = {
    "Harvest answers of the API until a copy of the model replies alike: distillation": "model_extraction",
    "Exfiltrate our proprietary models from the store": "model_extraction",
    "Whoever bribes an operator takes the model weights home": "model_extraction",
    "A supplier delivers malicious training data": "data_poisoning",
    "Corrupt the knowledge base, so that answers are wrong": "data_poisoning",
    "Tampering with training data in the pipeline": "data_poisoning",
    "Somebody uploads pictures that lead to model poisoning": "data_poisoning",
    "Embeddings are turned back into text by inversion attacks": "privacy_breach",
    "Logs of the chatbot expose personal details": "privacy_breach",
    "Sensitive information disclosure by a talkative model": "privacy_breach",
    "Hidden instructions in a picture steer the assistant": "prompt_injection",
    "A web page with a malicious prompt takes over": "prompt_injection",
    "Overwrite the system prompt with crafted prompts": "prompt_injection",
    "A third-party package with a flaw": "supply_chain",
    "Supply chain attack on the image library": "supply_chain",
    "Denial-of-wallet by expensive requests": "denial_or_cost",
    "Overwhelm the inference API with long jobs": "denial_or_cost",
    "Over-privileged LLM plugins reach the payroll": "excessive_agency",
    "The agent has excessive functionality and misreads its orders": "excessive_agency",
    "A perturbation attack gets a stop sign read as another": "evasion",
    "Somebody trusts the answers too much": "",
    "Poison messages that the worker cannot process": "",
    "A fake message is placed in the queue": "",
    "The password of the database is read from a file": "",
    "Insider copies secrets out of the cluster with kubectl": "",
    "TLS ends at the load balancer, so that a token leaks": "",
    "A script in the page sends the local storage elsewhere": "",
    "Malicious code is injected into the build": "",
    "Crafted prompts make the model write a shell command that is then run by command injection": "prompt_injection",
    "Cross-site scripting by an answer that nobody encodes": "",
    "The notebook is changed to open a back door": "",
    "Too broad policies allow lateral movement": "",
    "Nobody notices that the audit log is cut": "",
    "A buffer overflow in the decoder": "",
    "Session lives longer than it should": "",
    "Wallet file is taken from a device": "",
    "The model invents sources": "",
    "An API key is stolen and used": "",
    "Man in the middle": "",
    "The address of the site looks like another": "",
}
"""What threats of published models say, in our words, and which of ours each is, by hand; "" where it is none."""

CONTROLS = {
    "Input sanitization for what comes from outside": "input_anomaly_detection",
    "Throttling for each user": "rate_limiting_enabled",
    "Human confirmation before anything is bought": "human_approval_required",
    "Sandboxed plug-ins": "execution_sandboxed",
    "Least-privilege permissions for each service": "rbac_configured",
    "Treat outputs as untrusted": "output_validation_enabled",
    "Software composition analysis of what is open source": "dependencies_scanned",
    "Differential privacy where it matters": "privacy_preserving_training",
    "Segregate external content": "untrusted_content_segregated",
    "Short-lived database credentials": "secrets_in_vault",
    "Mutual TLS between the nodes": "encryption_enabled",
    "All queries must be authenticated": "authentication_enforced",
    "Monitor agent behavior": "monitoring_active",
    "Prompt filtering": "prompt_guardrails_enabled",
    "Vetting of training data": "training_data_validated",
    "Restart the vault when a health check fails": "",
    "Sign every message in the queue and log those that fail": "",
    "Lint the policies of the vault": "",
    "Backups with other credentials": "",
    "Write the audit log to two places": "",
    "Forgery tokens for each request": "",
    "A contract that enforces integrity": "",
    "Warn that answers may be wrong": "",
    "Branch protection for the repository": "",
}
"""The same for mitigations."""


@pytest.mark.parametrize(
    ("match", "labels"), [(match_threat, THREATS), (match_control, CONTROLS)], ids=["threats", "controls"]
)
def test_what_is_matched_is_right_and_what_is_not_sure_is_left_to_a_person(match, labels):
    said = {text: [each.id for each in match(text, "", catalog())] for text in labels}
    assert {text: ids for text, ids in said.items() if len(ids) == 1 and ids[0] != labels[text]} == {}
    found = sum(len(said[text]) == 1 for text, label in labels.items() if label)
    assert found >= 0.9 * sum(map(bool, labels.values()))


def test_a_class_that_a_file_names_tells_what_its_title_does_not():
    told = match_threat("Somebody changes an adapter", "See there. LLM04 Data and Model Poisoning Tampering", catalog())
    assert [(each.id, each.because) for each in told] == [("data_poisoning", "it says 'model poisoning'")]
    assert match_threat("Somebody floods the queue", "Denial of service", catalog()) == ()  # one of STRIDE: of anything


def test_where_a_text_speaks_of_two_threats_both_are_named_and_none_is_taken():
    document = sample("otm")
    put(document, "Prompt injection that ends in disclosure of personal data", "threats", 0, "name")
    (threat,) = taken("otm", document).threats
    assert threat.match is None
    assert [each.id for each in threat.candidates] == ["privacy_breach", "prompt_injection"]


# ---- nothing is lost


@pytest.mark.parametrize("name", FORMATS)
def test_every_value_of_a_file_is_used_or_kept_and_counted(name):
    found = taken(name, sample(name))
    assert json.loads(found.origin.text) == SAMPLES[name]
    assert found.used + found.kept == len(list(leaves(SAMPLES[name])))
    assert found.used > 5
    assert found.statement.startswith(f"{found.used} values used, {found.kept} kept as they are, ")


@pytest.mark.parametrize("name", FORMATS)
def test_an_import_can_be_sent_to_another_process(name):
    found = taken(name, sample(name))
    again = pickle.loads(pickle.dumps(found))
    assert again.format is found.format
    assert (again.drawing, again.model, again.questions) == (found.drawing, found.model, found.questions)


@pytest.mark.parametrize("name", WRITTEN)
def test_what_was_not_changed_is_written_as_it_was_read(name):
    found = taken(name, sample(name))
    export = write(found.drawing, FORMATS[name], found.origin)
    assert json.loads(export.text) == SAMPLES[name]
    assert export.notes == ()


def with_gaps(value):
    """A value of a file with a null at the end of each list of objects in it."""
    if isinstance(value, dict):
        return {key: with_gaps(each) for key, each in value.items()}
    objects = isinstance(value, list) and value and isinstance(value[0], dict)
    return [*map(with_gaps, value), None] if objects else value


@pytest.mark.parametrize("name", WRITTEN)
def test_a_null_in_any_list_costs_no_export_and_stays(name):
    found = taken(name, with_gaps(sample(name)))
    for drawing in (found.drawing, found.drawing.with_zone("New", "own").with_element("Newer", "process", "New")):
        text = write_model(found.model.with_(drawing=drawing), FORMATS[name]).text
        assert taken(name, json.loads(text)).drawing == drawing
        assert text.count(" null") >= json.dumps(with_gaps(sample(name))).count(" null")


def test_zones_in_which_nothing_stands_yet_stay_where_one_element_stands_for_the_whole():
    document = sample("otm") | {"components": [], "dataflows": [], "threats": [], "mitigations": []}
    export = write_model(taken("otm", document).model, FORMATS["otm"])
    assert export.notes[0].startswith("nothing is drawn: one element,")
    assert json.loads(export.text)["trustZones"] == document["trustZones"]
    assert not any("went with" in note for note in export.notes)


NOWHERE = {
    "threat-model-library": (("components", 0, "trust_zone"), "attic"),
    "otm": (("components", 0, "parent"), {"trustZone": "attic"}),
    "otm, in a component": (("components", 0, "parent"), {"component": "attic"}),
}
"""What says where an element stands, in a zone or a component that its file doesn't describe."""


@pytest.mark.parametrize("name", NOWHERE)
def test_a_zone_that_only_an_element_names_is_asked_about_and_stays_when_that_goes(name):
    (steps, value), name = NOWHERE[name], name.partition(",")[0]
    document = sample(name)
    put(document, value, *steps)
    found = taken(name, document)
    assert "Who decides what runs in attic?" in {each.asks for each in found.questions}
    inside = [each.name for each in found.drawing.elements if each.zone == "attic"]
    drawing = found.drawing.changing_zone("attic", kind="third party").with_zone("New", "own")
    text = json.loads(write(drawing, FORMATS[name], found.origin).text)
    assert way(text, *steps) == value, "what the file says stays"
    assert taken(name, text).drawing == drawing
    for element in inside:
        drawing = drawing.without(element)
    assert taken(name, json.loads(write(drawing, FORMATS[name], found.origin).text)).drawing == drawing


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_random_drawings_survive(name):
    for seed in range(EACH):
        drawing = random_drawing(random.Random(seed))
        again = taken(name, json.loads(write(drawing, FORMATS[name]).text))
        assert again.drawing == drawing, seed


@pytest.mark.parametrize("name", WRITTEN)
@pytest.mark.parametrize("drawing", list_drawings())
def test_our_own_drawings_survive_without_a_question(name, drawing):
    drawing = load_drawing(drawing).finished()
    again = taken(name, json.loads(write(drawing, FORMATS[name]).text))
    assert again.drawing == drawing
    assert again.questions == ()


def planted(name, document):
    """Put into each part of a file a value that no reader knows; return these values by the part's name."""
    found = taken(name, document)
    values = {}
    for kind in ("zones", "elements"):
        for part_name, part in found.parts[kind].items():
            if part.node is not None:
                part.node.value["kept"] = values[kind, part_name] = f"{kind} {part_name}"
    return values


@pytest.mark.slow
@pytest.mark.parametrize("name", WRITTEN)
def test_changes_are_written_and_what_we_do_not_know_stays(name):
    for seed in range(60):
        rng = random.Random(seed)
        document = json.loads(write(random_drawing(rng), FORMATS[name]).text) if seed else sample(name)
        values = planted(name, document)
        found = taken(name, document)
        drawing = changed(rng, found.drawing)
        text = write(drawing, FORMATS[name], found.origin).text
        assert taken(name, json.loads(text)).drawing == drawing, seed
        still = {("zones", each.name) for each in drawing.zones} | {
            ("elements", each.name) for each in drawing.elements
        }
        there = {value for _, value in leaves(json.loads(text)) if isinstance(value, str)}
        assert {values[part] for part in still & values.keys()} <= there, seed


def test_a_renamed_part_keeps_what_we_do_not_know_and_the_export_says_so():
    found = taken("otm", sample("otm"))
    export = write(found.drawing.changing_element("Gateway", name="Front door"), FORMATS["otm"], found.origin)
    component = json.loads(export.text)["components"][1]
    assert component == SAMPLES["otm"]["components"][1] | {"name": "Front door"}
    assert export.notes == ("'Gateway' is called 'Front door' now",)


@pytest.mark.parametrize("name", WRITTEN)
def test_names_that_were_cut_or_numbered_stay_when_another_goes(name):
    drawing = load_drawing("shadowray")
    document = json.loads(write(drawing, FORMATS[name]).text)
    found = taken(name, document)
    key = {"otm": "name", "threat-model-library": "title"}.get(name)
    for part in (*found.parts["elements"].values(), *found.parts["flows"].values()):
        held = part.node.value if key else part.node.value["data"]
        held[key or "name"] = "Same \n name " * 9
    found = taken(name, document)
    assert len({element.name for element in found.drawing.elements}) == len(drawing.elements)
    fewer = found.drawing.without(found.drawing.elements[1].name).without_flow(1)
    again = taken(name, json.loads(write(fewer, FORMATS[name], found.origin).text))
    assert again.drawing == fewer


def test_what_comes_in_the_place_of_another_takes_nothing_of_it():
    found = taken("threat-dragon", sample("threat-dragon"))
    last = found.drawing.elements[-1]
    other = found.drawing.without(last.name).with_element("Newcomer", "tool", last.zone)
    text = write(other, FORMATS["threat-dragon"], found.origin).text
    assert "isALog" not in text
    assert taken("threat-dragon", json.loads(text)).drawing == other
    flow = found.drawing.flows[-1]
    other = found.drawing.without_flow(3).with_flow(flow.target, "Customer", "another", "other")
    text = write(other, FORMATS["threat-dragon"], found.origin).text
    assert '"f2"' not in text
    assert taken("threat-dragon", json.loads(text)).drawing == other


def test_a_component_stands_where_it_is_drawn_whatever_becomes_of_those_around_it():
    found = taken("otm", sample("otm"))
    assert SAMPLES["otm"]["components"][2]["parent"] == {"component": "c2"}
    moved = found.drawing.changing_element("Gateway", zone="Public internet")
    for drawing in (
        found.drawing.without("Gateway"),
        moved,
        found.drawing.changing_element("Answer LLM", personal=True),
    ):
        document = json.loads(write(drawing, FORMATS["otm"], found.origin).text)
        assert taken("otm", document).drawing == drawing
        assert all(len(component["parent"]) == 1 for component in document["components"])
    assert document["components"][2]["parent"] == {"component": "c2"}


def test_what_is_not_drawn_goes_with_its_ends():
    document = sample("threat-dragon")
    loop = copy.deepcopy(way(document, "detail", "diagrams", 0, "cells", 6)) | {"id": "loop"}
    loop["source"] = loop["target"] = {"cell": "gate"}
    way(document, "detail", "diagrams", 0, "cells").append(loop)
    found = taken("threat-dragon", document)
    assert [why for _, why in found.undrawn] == ["has a loose end", "goes from an element to itself"]
    left = found.drawing.without("Parcel Gateway")
    text = write(left, FORMATS["threat-dragon"], found.origin).text
    assert taken("threat-dragon", json.loads(text)).drawing == left
    assert "To nobody" not in text


def test_a_threat_that_stands_at_a_part_and_is_not_listed_is_kept():
    document, steps = sample("otm"), ("components", 1, "threats", 0)
    put(document, {"threat": "t9", "state": "exposed", "mitigations": [{"mitigation": "m9"}]}, *steps)
    found = taken("otm", document)
    assert found.drawing == taken("otm", sample("otm")).drawing
    more = found.drawing.with_element("stranger", "person", found.drawing.zones[0].name)
    assert way(json.loads(write(more, FORMATS["otm"], found.origin).text), *steps) == way(document, *steps)


LOOSE = {  # as in published models, such as HuskyAI's in OWASP's library
    "otm": (("dataflows", 0, "source"), "c9", "the source 'c9' points nowhere: mend it"),
    "pytm": (("flows", 0, "sink"), "Hell", "the target 'Hell' points nowhere: mend it"),
    "threat-dragon": ((*CELLS, 6, "target"), {"cell": "usr"}, "the target 'usr' points nowhere: did you mean 'user'?"),
    "threat-model-library": (("data_flows", 0, "source", "object"), "stranger", "'stranger' points nowhere: mend it"),
}


@pytest.mark.parametrize(("name", "loose"), LOOSE.items(), ids=LOOSE)
def test_a_flow_whose_end_is_not_in_the_file_is_kept_and_said(name, loose):
    (steps, end, said), document = loose, sample(name)
    put(document, end, *steps)
    found, whole = taken(name, document), taken(name, sample(name))
    ((part, why),) = [each for each in found.undrawn if each not in whole.undrawn and "points nowhere" in each[1]]
    assert why.startswith("has a loose end: ")
    assert said in why
    assert part.where in str(steps) or "number" in part.where
    assert len(found.drawing.elements) == len(whole.drawing.elements)
    assert 0 < len(whole.drawing.flows) - len(found.drawing.flows) <= 2  # it may go both ways
    if name in WRITTEN:
        new = found.drawing.with_element("stranger", "person", found.drawing.zones[0].name)
        text = write(new, FORMATS[name], found.origin).text
        assert taken(name, json.loads(text)).drawing == new


@pytest.mark.parametrize("name", ["threat-dragon", "threat-dragon-1"])
def test_a_diagram_that_was_copied_with_its_ids_is_kept_and_what_is_new_in_it_is_drawn(name):
    document, diagrams = sample(name), way(sample(name), "detail", "diagrams")
    twin = copy.deepcopy(diagrams[0])
    cells = twin["cells"] if name == "threat-dragon" else twin["diagramJson"]["cells"]
    first = next(cell for cell in cells if cell.get("shape") == "actor" or cell.get("type") == "tm.Actor")
    cells.append(copy.deepcopy(first) | {"id": "new"})
    document["detail"]["diagrams"].append(twin)
    alone, found = taken(name, sample(name)).drawing, taken(name, document)
    assert [each.name for each in found.drawing.elements] == [
        *(each.name for each in alone.elements),
        f"{alone.elements[0].name} (2)",
    ]
    assert found.drawing.flows == alone.flows
    drawn_before = len(alone.zones) + len(alone.elements) + len(alone.flows)
    copied = [part for part, why in found.undrawn if "in an earlier diagram" in why]
    assert 0 < len(copied) <= drawn_before
    if name in WRITTEN:
        assert json.loads(write(found.drawing, FORMATS[name], found.origin).text) == document
        for new in (
            found.drawing.changing_element("Parcel Gateway", name="Door"),
            found.drawing.without("Parcel Gateway"),
            found.drawing.without_flow(1),
        ):
            text = write(new, FORMATS[name], found.origin).text
            assert taken(name, json.loads(text)).drawing == new


def test_names_that_look_the_same_are_numbered_however_they_are_spelled():
    document = sample("otm")
    for place, name in enumerate(("G\u00e4ste", "Ga\u0308ste")):
        put(document, name, "components", place, "name")
    assert {"G\u00e4ste", "G\u00e4ste (2)"} <= {each.name for each in taken("otm", document).drawing.elements}


def test_what_goes_with_a_part_is_said():
    found = taken("threat-dragon", sample("threat-dragon"))
    export = write(found.drawing.without("Answer model"), FORMATS["threat-dragon"], found.origin)
    cells = way(json.loads(export.text), "detail", "diagrams", 0, "cells")
    assert {"llm", "f2"}.isdisjoint(cell["id"] for cell in cells)
    assert "went with what was taken out of the drawing: 'Answer model' and" in export.notes[0]


@pytest.mark.parametrize(("name", "flag"), [("otm", "bidirectional"), ("threat-dragon", "isBidirectional")])
def test_a_flow_that_goes_both_ways_is_two_until_one_of_them_goes(name, flag):
    found = taken(name, sample(name))
    there, back = found.drawing.flows[:2]
    assert (there.source, there.target) == (back.target, back.source)
    one_way = found.drawing.without_flow(2)
    text = write(one_way, FORMATS[name], found.origin).text
    assert f'"{flag}": false' in text
    assert taken(name, json.loads(text)).drawing == one_way
    only_back = found.drawing.without_flow(1)
    again = taken(name, json.loads(write(only_back, FORMATS[name], found.origin).text)).drawing
    assert again == only_back


@pytest.mark.parametrize("name", WRITTEN)
def test_a_file_of_a_third_tool_travels_inside(name):
    found = taken("pytm", sample("pytm"))
    document = json.loads(write(found.drawing, FORMATS[name], found.origin).text)
    inside = [value for path, value in leaves(document) if path[-2:] == ("origin", "text")]
    assert [json.loads(text) for text in inside] == [SAMPLES["pytm"]]
    again = taken(name, document)
    assert again.drawing == found.drawing
    later = json.loads(write(again.drawing.finished(), FORMATS[name], again.origin).text)
    assert [value for path, value in leaves(later) if path[-2:] == ("origin", "text")] == inside


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(WRITTEN)))
def test_what_can_only_be_read_is_not_written(name):
    with pytest.raises(ThreatLabError, match="can be read, and not written"):
        write(DataFlow("x"), FORMATS[name])


def test_what_another_tool_took_out_of_our_file_is_gone_and_the_rest_stays():
    drawing = load_drawing("shadowray")
    document = json.loads(write(drawing, FORMATS["otm"]).text)
    gone = document["components"].pop()["id"]
    document["dataflows"] = [f for f in document["dataflows"] if gone not in (f["source"], f["destination"])]
    document["components"][0]["name"] = "Renamed over there"
    again = taken("otm", document).drawing
    assert len(again.elements) == len(drawing.elements) - 1
    assert again.elements[0].name == "Renamed over there"
    assert [e.kind for e in again.elements] == [e.kind for e in drawing.elements[:-1]]


def test_what_was_moved_on_the_canvas_stands_in_the_box_where_it_was_moved():
    drawing = taken("threat-dragon", sample("threat-dragon")).drawing
    document = json.loads(write(drawing, FORMATS["threat-dragon"]).text)
    cells = {cell["data"]["name"]: cell for cell in way(document, "detail", "diagrams", 0, "cells")}
    cells["Old log"]["position"] = dict(cells["Answer model"]["position"])
    assert taken("threat-dragon", document).drawing.element("Old log").zone == "Vendor"


def test_what_is_new_gets_a_free_place_on_the_canvas_and_the_rest_stays_where_it_was():
    found = taken("threat-dragon", sample("threat-dragon"))
    drawing = found.drawing
    for number in range(2):
        drawing = drawing.with_element(f"New {number}", "tool", "Our cluster")
    cells = way(json.loads(write(drawing, FORMATS["threat-dragon"], found.origin).text), *CELLS)
    before = {cell["id"]: cell.get("position") for cell in way(SAMPLES["threat-dragon"], *CELLS)}
    assert {cell["id"]: cell.get("position") for cell in cells if cell["id"] in before} == before
    for one, other in combinations([each for each in cells if each["shape"] in ("actor", "process", "store")], 2):
        apart = [
            abs(one["position"][at] - other["position"][at])
            >= (one if one["position"][at] < other["position"][at] else other)["size"][side]
            for at, side in (("x", "width"), ("y", "height"))
        ]
        assert any(apart), (one["data"]["name"], other["data"]["name"])


def test_what_stands_in_no_box_is_known_as_long_as_it_is_not_moved():
    found = taken("threat-dragon", sample("threat-dragon"))
    outside = found.drawing.changing_element("Answer model", zone="Outside of all boxes")
    document = json.loads(write(outside, FORMATS["threat-dragon"], found.origin).text)
    assert taken("threat-dragon", document).drawing == outside
    model = next(cell for cell in way(document, "detail", "diagrams", 0, "cells") if cell["id"] == "llm")
    model["position"]["x"] += 1
    assert taken("threat-dragon", document).drawing.element("Answer model").zone == "Vendor"


def test_each_diagram_of_a_file_has_its_own_boxes():
    document = sample("threat-dragon")
    diagram = {"id": 1, "title": "More", "diagramType": "STRIDE", "thumbnail": "", "version": "2.4.1"}
    box = copy.deepcopy(way(document, *CELLS, 1)) | {"id": "box-2"}
    box["data"]["name"] = "Another cluster"
    user = copy.deepcopy(way(document, *CELLS, 2)) | {"id": "user-2", "position": {"x": 700, "y": 300}}
    way(document, "detail", "diagrams").append(diagram | {"cells": [box, user]})
    found = taken("threat-dragon", document)
    assert found.drawing.element("Customer (2)").zone == "Another cluster"
    more = found.drawing.with_element("Newcomer", "tool", "Another cluster")
    again = taken("threat-dragon", json.loads(write(more, FORMATS["threat-dragon"], found.origin).text))
    assert again.drawing == more


def test_what_another_tool_says_of_a_zone_is_so_whatever_we_kept():
    document = json.loads(write(load_drawing("shadowray"), FORMATS["otm"]).text)
    here, there = document["trustZones"][:2]
    moved = next(each for each in document["components"] if each["parent"] == {"trustZone": here["id"]})
    moved["parent"] = {"trustZone": there["id"]}
    assert taken("otm", document).drawing.element(moved["name"]).zone == there["name"]


REQUIRED = {
    "otm": {
        (): {"otmVersion", "project"},
        ("project",): {"name", "id"},
        ("trustZones",): {"id", "name", "risk"},
        ("components",): {"id", "name", "type", "parent"},
        ("dataflows",): {"id", "name", "source", "destination"},
    },
    "threat-dragon": {
        (): {"version", "summary", "detail"},
        ("summary",): {"title"},
        ("detail",): {"contributors", "diagrams", "diagramTop", "reviewer", "threatTop"},
        ("detail", "diagrams"): {"id", "title", "diagramType", "thumbnail", "version", "cells"},
        ("detail", "diagrams", 0, "cells"): {"id", "shape", "zIndex", "data"},
    },
    "threat-model-library": {
        (): {"version", "scope", "trust_zones", "trust_boundaries", "actors", "components", "data_stores", "data_sets"},
        ("scope",): {"title", "description", "business_criticality", "data_sensitivity", "exposure", "tier"},
        ("trust_zones",): {"symbolic_name", "title", "description"},
        ("trust_boundaries",): {"trust_zone_a", "trust_zone_b"},
        ("actors",): {"symbolic_name", "title", "description", "trust_zone", "type"},
        ("components",): {"symbolic_name", "title", "description", "trust_zone"},
        ("data_stores",): {"symbolic_name", "title", "description", "trust_zone", "type"},
        ("data_flows",): {
            *("symbolic_name", "title", "description", "source", "destination", "has_sensitive_data", "encrypted"),
        },
    },
}
"""Keys that the schemas of these formats require, by the way to the objects."""


@pytest.mark.parametrize("name", WRITTEN)
def test_what_is_written_has_what_its_schema_requires(name):
    for seed in range(30):
        text = write(random_drawing(random.Random(seed)), FORMATS[name]).text
        document = json.loads(text)
        for steps, keys in REQUIRED[name].items():
            held = way(document, *steps)
            for each in held if isinstance(held, list) else [held]:
                assert keys <= each.keys(), (seed, steps)
        if name == "threat-model-library":
            ids = [value for path, value in leaves(document) if path[-1] in ("symbolic_name", "object", "trust_zone")]
            assert all(re.fullmatch("[0-9a-z-]+", each) for each in ids)
            assert all(
                flow["source"]["type"] in ("actor", "component", "data_store") for flow in document["data_flows"]
            )


def test_assets_that_a_drawing_names_are_otms_and_what_the_file_has_stays():
    found = taken("otm", sample("otm"))
    named = found.drawing.changing_element("Answer LLM", assets=["model"]).changing_element(
        "Gateway", assets=["nothing"]
    )
    named = named.changing_element("Parcel database", assets=["data", "people"])
    document = json.loads(write(named, FORMATS["otm"], found.origin).text)
    stored = {each["name"]: (each.get("assets") or {}).get("stored") for each in document["components"]}
    assert stored["Answer LLM"] == ["threatlab-asset-model"]
    assert stored["Parcel database"] == ["addresses", "threatlab-asset-people"]
    assert stored["Gateway"] is None
    assert document["assets"][0] == SAMPLES["otm"]["assets"][0]
    assert [each["name"] for each in document["assets"][1:]] == ["model", "people"]
    assert all(each["risk"]["comment"] for each in document["assets"][1:])
    assert taken("otm", document).drawing == named
    begun = json.loads(write(named, FORMATS["otm"]).text)
    assert begun["otmVersion"] == "0.2.0"
    assert [each["name"] for each in begun["assets"]] == ["model", "data", "people"]
    del document["project"]["attributes"]  # as another tool writes it that keeps nothing of ours
    again = taken("otm", document).drawing
    assert again.element("Answer LLM").assets == ("model",)
    assert again.element("Parcel database").note == "stated: holds Addresses"
    bare = named.changing_element("Answer LLM", assets=[]).changing_element("Parcel database", assets=[])
    first = json.loads(write(named, FORMATS["otm"], found.origin).text)
    document = json.loads(write(bare, FORMATS["otm"], origin_of(FORMATS["otm"], first)).text)
    assert document["assets"] == SAMPLES["otm"]["assets"]
    assert "threatlab-asset" not in json.dumps(document["components"])
    assert taken("otm", document).drawing == bare


# ---- what is asked


def test_each_question_says_what_is_drawn_until_it_is_answered():
    found = taken("otm", sample("otm"))
    asked = {(each.about, each.part): each for each in found.questions}
    zone = asked["zone", "Public internet"]
    assert (zone.proposal, zone.drawn) == ("internet", "internet")
    assert "'public'" in zone.because
    flow = asked["flow", "Gateway \u2192 Answer LLM: Prompt"]
    assert (flow.proposal, flow.drawn) == ("questions", "other")
    control = asked["control", "rate_limiting_enabled"]
    assert (control.proposal, control.choices) == ("yes", ("yes", "no"))
    assert "Throttle each customer" in control.because
    assert [part for about, part in asked if about == "element"] == ["Answer LLM", "Parcel database"]
    assert not any(each.asks.startswith("Which element is the model") for each in found.questions)


def test_what_is_not_in_place_yet_is_proposed_as_no_and_a_drawing_without_a_model_is_asked_for_one():
    document = sample("otm")
    document["components"][1]["threats"][0]["mitigations"][0]["state"] = "recommended"
    document["components"][2]["name"] = "Sorter"
    asked = {each.about: each for each in taken("otm", document).questions}
    model, control = asked["drawing"], asked["control"]
    assert (control.part, control.proposal) == ("rate_limiting_enabled", "no")
    assert "says that it is not in place: 'Throttle each customer'" in control.because
    assert model.asks.startswith("Which element is the model?")
    assert taken("otm", {"otmVersion": "0.2.0", "project": {"name": "new", "id": "new"}}).questions == ()


def test_an_answer_changes_its_part_and_nothing_else():
    found = taken("otm", sample("otm"))
    for question in found.questions:
        if question.about in ("zone", "element", "flow"):
            for choice in question.choices:
                after = answered(found.drawing, question, choice)
                assert sum(a != b for a, b in zip(drawn(after), drawn(found.drawing), strict=True)) <= 1
                assert choice in "".join(drawn(after))
    with pytest.raises(ThreatLabError, match="unknown answer 'oun': did you mean 'own'"):
        answered(found.drawing, found.questions[0], "oun")
    with pytest.raises(ThreatLabError, match="not by a word"):
        answered(found.drawing, found.questions[-1], "yes")


@pytest.mark.parametrize("first", ["pytm", "otm"])
@pytest.mark.parametrize("name", WRITTEN)
def test_what_nobody_has_answered_is_asked_again_when_it_comes_back_by_way_of_another_tool(name, first):
    found = taken(first, sample(first))
    open_ = [each for each in found.questions if each.about in ("zone", "element", "flow")]
    answer = next(choice for choice in open_[0].choices if choice != open_[0].drawn)
    drawing = answered(found.drawing, open_[0], answer)
    again = taken(name, json.loads(write(drawing, FORMATS[name], found.origin).text))
    assert again.drawing == drawing
    asked = [(each.about, each.part) for each in again.questions]
    assert {(each.about, each.part) for each in open_[1:]} <= set(asked)
    assert (open_[0].about, open_[0].part) not in asked


def test_a_question_goes_with_its_part():
    found = taken("otm", sample("otm"))
    asked = [each for each in found.questions if each.about == "flow"]
    renamed = found.drawing.changing_element("Gateway", name="Front door")
    after = still_asked(found.drawing, renamed, asked)
    assert [each.part for each in after] == [str(flow) for flow in renamed.flows]
    assert all(each.part in each.asks for each in after)
    fewer = found.drawing.without("Answer LLM")
    assert [each.part for each in still_asked(found.drawing, fewer, asked)] == [str(flow) for flow in fewer.flows]


def test_a_control_of_a_file_is_unknown_until_somebody_answers():
    model = taken("otm", sample("otm")).model
    assert model.system["rate_limiting_enabled"] is None
    assert "Throttle each customer" in model.system.notes["rate_limiting_enabled"]
    assert model.system.owner == "Parcel team"


@pytest.mark.parametrize("name", FORMATS)
def test_an_import_is_kept_in_a_threat_model_and_comes_back(name, tmp_path):
    found = taken(name, sample(name))
    kept = load_model(save_model(found.model, tmp_path / "model.json"))
    assert kept.drawing == found.drawing
    assert json.loads(kept.origin.text) == SAMPLES[name]


# ---- what is refused


def cut(document, *steps):
    del way(document, *steps[:-1])[steps[-1]]


BAD = {
    "a later OTM": ("otm", lambda d: put(d, "1.0.0", "otmVersion"), "otmVersion is '1.0.0', and 0.1.0 and 0.2.0"),
    "a later Threat Dragon": ("threat-dragon", lambda d: put(d, "3.0", "version"), "version is '3.0', and 1 and 2"),
    "a later library": (
        "threat-model-library",
        lambda d: put(d, d["$schema"].replace("1.0.2", "2.0.0"), "$schema"),
        "v2.0.0/threat-model.schema.json', and versions 1.0",
    ),
    "a later composer": ("threat-composer", lambda d: put(d, 2, "schema"), "schema is 2, and 1 is read"),
    "an older CycloneDX": (
        "cyclonedx",
        lambda d: put(d, "1.4", "specVersion"),
        "specVersion is '1.4', and 1.5, 1.6 and 1.7",
    ),
    "no model in a bill": (
        "cyclonedx",
        lambda d: [d.pop(k) for k in ("metadata", "components", "services")],
        "nothing",
    ),
    "no name": ("otm", lambda d: cut(d, "project", "name"), "project has no name, and needs one"),
    "no id": ("otm", lambda d: cut(d, "components", 2, "id"), "components, number 3 has no id"),
    "no parts": ("otm", lambda d: put(d, 7, "components"), "components is 7; it must be a list"),
    "a part that is none": (
        "otm",
        lambda d: put(d, "x", "components", 1),
        "components, number 2, is 'x'; it must be an",
    ),
    "a number for a name": ("otm", lambda d: put(d, 7, "components", 1, "name"), "components, number 2: name is 7"),
    "a word for a flag": ("otm", lambda d: put(d, "yes", "dataflows", 0, "bidirectional"), "'yes'; it must be true or"),
    "an id twice": (
        "otm",
        lambda d: put(d, "c1", "components", 1, "id"),
        "'c1' is given to two .* (number 1|components)",
    ),
    "a threat's id twice": (
        "otm",
        lambda d: d["threats"].append(d["threats"][0]),
        "'t1' is given to two of the threats",
    ),
    "a name twice": ("pytm", lambda d: put(d, "Customer", "elements", 1, "name"), "'Customer' is given to two"),
    "a cell twice": ("threat-dragon", lambda d: way(d, *CELLS).append(way(d, *CELLS)[2]), "'user' is given to two"),
    "a component in itself": (
        "otm",
        lambda d: put(d, {"component": "c3"}, "components", 1, "parent"),
        "the component 'c[23]' stands inside itself",
    ),
    "a name that turns the text": (
        "otm",
        lambda d: put(d, "abc\u202egpj.exe", "components", 0, "name"),
        "components, number 1: an element's name holds a character that can't be shown",
    ),
    "a name that moves a terminal": (
        "threat-dragon",
        lambda d: put(d, "\x1b[2Kok", *CELLS, 3, "data", "name"),
        "cells, number 4: an element's name holds",
    ),
    "half a character": ("otm", lambda d: put(d, "\ud83d", "trustZones", 0, "name"), "a zone's name holds a character"),
    "no number": ("otm", lambda d: put(d, float("inf"), "project", "attributes", "cost"), "too large to be one"),
    "our own word, misspelled": (
        "otm",
        lambda d: put(d, {"threatlab": {"zones": [{"id": "z1", "kind": "ours"}]}}, "project", "attributes"),
        "kind of zone for 'Public internet': 'ours'",
    ),
    "a word that YAML takes for no text": (
        "otm",
        lambda d: put(d, False, "components", 0, "name"),
        "components, number 1: name is False; it must be a text, in quotes",
    ),
    "more than a drawing takes": (
        "otm",
        lambda d: put(d, [d["components"][0] | {"id": str(n)} for n in range(MOST + 1)], "components"),
        f"it holds {MOST + 1} elements, and a drawing takes {MOST}",
    ),
}


@pytest.mark.parametrize(("name", "spoil", "said"), BAD.values(), ids=BAD)
def test_a_bad_file_is_refused_in_a_sentence_that_names_the_value(name, spoil, said):
    document = sample(name)
    spoil(document)
    with pytest.raises(ThreatLabError, match=said) as refused:
        taken(name, document)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 300


TEXTS = {
    "half a file": (json.dumps(SAMPLES["otm"])[:200], "is not valid JSON: "),
    "nothing": ("", "is empty: it needs at least a model"),
    "a list": ("[1]", "is no model of another tool that can be read: Open Threat Model"),
    "another kind of file": ('{"otm": 1}', "is no model of another tool"),
    "a key twice": ('{"otmVersion": "0.2.0", "otmVersion": "0.2.0"}', "'otmVersion' is given more than once"),
    "without end": ('{"otmVersion": ' + "[" * 5000 + "]" * 5000 + "}", "nested more than"),
    "digits without end": ('{"otmVersion": ' + "9" * 5000 + "}", "is not valid JSON: Exceeds the limit"),
    "no number at all": ('{"otmVersion": NaN}', "NaN is no number in JSON"),
    "not UTF-8": (b'{"otmVersion": "\xff"}', "is not UTF-8 text"),
    "XML": ("<?xml version='1.0'?><ThreatModel/>", "is XML, and models are read from JSON or YAML"),
    "half a YAML file": ("otmVersion: [1", "is not valid YAML: while parsing a flow sequence"),
    "a key twice in YAML": (
        "otmVersion: 1\notmVersion: 2\n",
        "is not valid YAML: 'otmVersion' is given more than once",
    ),
    "YAML without end": ("otmVersion: " + "[" * 200_000 + "]" * 200_000, "is not valid YAML: it is nested more than"),
    "YAML that makes an object": ("otmVersion: !!python/object:os.system x", "could not determine a constructor"),
    "a YAML key that JSON can't say": ("2026-11-26: 1", "it holds what JSON can't: a key that is no text"),
    "YAML that JSON can't say": ("otmVersion: !!set {1, 2}", "it holds what JSON can't: a value of the kind set"),
    "YAML that names itself": ("otmVersion: &x [*x]", "nested more than"),
    "YAML that grows": (
        "otmVersion: 1\na: &a [0,0,0,0,0,0,0,0,0,0]\n"
        + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in pairwise("abcdefgh")),
        "with its aliases written out it holds more than",
    ),
}


@pytest.mark.parametrize(("text", "said"), TEXTS.values(), ids=TEXTS)
def test_a_file_that_is_none_is_refused(text, said, tmp_path):
    file = tmp_path / "model"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ThreatLabError, match=re.escape(said)):
        read(file)


def test_yaml_needs_a_package_that_the_core_does_not_and_says_so(tmp_path, monkeypatch):
    file = tmp_path / "model.yaml"
    file.write_text("otmVersion: 0.2.0", encoding="utf-8")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ThreatLabError, match=r"PyYAML is not installed: .*, or give the same as JSON"):
        read(file)


def test_a_file_is_not_even_opened_if_it_is_too_large(tmp_path, monkeypatch):
    file = tmp_path / "model.json"
    with file.open("wb") as opened:
        opened.truncate(50_000_000)  # a hole: no disk is filled
    monkeypatch.setattr(registry, "read_text", lambda _: pytest.fail("was read"))
    with pytest.raises(ThreatLabError, match=f"has 50 MB, and up to {LARGEST / 1e6:.0f} MB are read"):
        read(file)
    assert format_of(file) is None


@pytest.mark.slow
@pytest.mark.parametrize("name", FORMATS)
def test_a_mutated_file_is_read_whole_or_refused_in_a_sentence(name):
    read_whole, refused = 0, []
    for seed in range(120):
        document = mutated_values(random.Random(seed), sample(name))
        if not FORMATS[name].recognizes(document):
            continue
        try:
            found = taken(name, copy.deepcopy(document))
        except ThreatLabError as problem:
            refused.append(str(problem))
            continue
        read_whole += 1
        assert json.loads(found.origin.text) == document
        if name in WRITTEN:
            moved = replace(found.drawing, zones=(*found.drawing.zones, Zone("one more", "own")))
            assert taken(name, json.loads(write(moved, FORMATS[name], found.origin).text)).drawing == moved, seed
    assert read_whole > 20
    assert max(map(len, refused), default=0) < 400


# ---- what can be exported


def test_anything_of_ours_can_be_exported(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "system.toml").write_text('name = "bot"\n[facts]\nuses_tools = true\n', encoding="utf-8")
    (tmp_path / "drawing.toml").write_text('name = "d"\n[[zones]]\nname = "Z"\nkind = "own"\n', encoding="utf-8")
    (tmp_path / "otm.json").write_text(json.dumps(SAMPLES["otm"]), encoding="utf-8")
    model = ThreatModel(load_system("tay"))
    assert load_any(str(tmp_path / "system.toml")).system["uses_tools"] is True
    assert load_any(str(tmp_path / "drawing.toml")).drawing.zones == (Zone("Z", "own"),)
    assert load_any(str(tmp_path / "otm.json")).origin.format == "otm"
    assert load_any(str(save_model(model, tmp_path / "model.json"))) == model
    assert load_any("shadowray").drawing == load_drawing("shadowray")
    with pytest.raises(ThreatLabError, match="there is no file"):
        load_any(str(tmp_path / "nothing.json"))
    with pytest.raises(ThreatLabError, match=r"'system\.toml' has no drawing"):
        load_any("system.toml", drawn=True)
    with pytest.raises(ThreatLabError, match="did you mean 'shadowray'"):
        load_any("shadowrya")


@pytest.mark.parametrize("bad", [None, 7, "", " ", [], b"x", "\0"])
def test_what_is_no_file_is_said(bad):
    with pytest.raises(ThreatLabError):
        read(bad)
    with pytest.raises(ThreatLabError):
        load_any(bad)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a pipe with a name")
def test_a_pipe_is_read_once(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for take in (lambda: read(pipe), lambda: load_any(pipe)):
        writer = threading.Thread(target=pipe.write_text, args=(json.dumps(SAMPLES["otm"]),))
        writer.start()
        assert take().drawing == taken("otm", sample("otm")).drawing
        writer.join()


def test_what_is_kept_of_a_file_can_be_held_by_any_of_ours():
    document = sample("otm")
    document["project"]["attributes"]["half"] = "\ud83d\u202e\x00"
    origin = origin_of(FORMATS["otm"], document)
    assert origin.text.isascii()
    assert json.loads(write(taken("otm", document).drawing, FORMATS["otm"], origin).text) == document
