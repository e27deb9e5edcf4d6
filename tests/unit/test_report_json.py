"""The threat model in a JSON file: it comes back equal, keeps to its schema; a wrong file gets a sentence."""

from __future__ import annotations

import copy
import json

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.unit.threat_models import BARE, HOSTILE, full, models, quick, with_text
from threatlab import AISystem, ThreatLabError, list_systems, load_system
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.report import ThreatModel, json_schema, load_model, load_models, save_model, to_json
from threatlab.report.json_file import SCHEMA, model_from_dict, model_to_dict

KEEPS = Draft202012Validator(json_schema())


@quick
@given(models())
def test_a_saved_threat_model_comes_back_equal_and_keeps_to_the_schema(model):
    text = to_json(model)
    assert model_from_dict(json.loads(text)) == model
    KEEPS.validate(json.loads(text))


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_comes_back_from_a_file_as_it_was_typed(text, tmp_path):
    model = with_text(text)
    back = load_model(save_model(model, tmp_path / "model.json"))
    assert back == model
    assert back.system.title == text


@pytest.mark.parametrize("part", ["system", "policy", "plan", "evidence", "training", "drawing", "found", "made_on"])
def test_a_model_that_differs_in_any_part_is_another_one(part):
    others = {"system": AISystem("x"), "found": {}, "evidence": (), "training": ()}
    assert full().with_(**{part: others.get(part)}) != full()


def test_the_schema_is_a_strict_one():
    Draft202012Validator.check_schema(json_schema())
    for where in ([], ["system"], ["plan", "steps", 0], ["derived", "assessment"], ["tabletop", "decisions", 0]):
        table = copy.deepcopy(json.loads(to_json(full())))
        KEEPS.validate(table)
        place = table
        for key in where:
            place = place[key]
        place["surprise"] = 1
        assert not KEEPS.is_valid(table), where


@pytest.mark.parametrize("ruleset", ["ai", "core"])
@pytest.mark.parametrize("name", list_systems())
def test_the_schema_takes_every_built_in_model(name, ruleset):
    drawing = load_drawing(name) if name in list_drawings() else None
    KEEPS.validate(json.loads(to_json(ThreatModel(load_system(name), drawing=drawing, ruleset=ruleset))))


MISTAKES = [  # where, and what stands there that can't
    (("schema",), "threatlab/threat-model/2"),
    (("system", "name"), ""),
    (("system", "facts"), {"uses_tools": "yes"}),
    (("system", "controls"), {"Uses tools": True}),
    (("system", "notes"), {"uses_tools": 7}),
    (("before",), "shadowray"),
    (("ruleset",), "all"),
    (("drawing", "flows", 0, "personal"), 1),
    (("drawing", "zones", 0, "kind"), ""),
    (("drawing", "case", "source"), ""),
    (("policy", "max_risk"), 1.5),
    (("policy", "open_days"), {"HIGH": -1}),
    (("policy", "accepted", 0, "what"), "RBAC"),
    (("policy", "accepted", 0, "expires"), "soon"),
    (("found",), {"staff_trained": "2026-3-1"}),
    (("plan", "budget"), -1),
    (("plan", "steps", 0, "severity"), "SEVERE"),
    (("plan", "steps", 0, "removes"), -2),
    (("plan", "steps", 0, "due"), 20261201),
    (("plan", "left_open"), [""]),
    (("evidence", 0, "seed"), 0.5),
    (("evidence", 0, "success"), "0.5"),
    (("evidence", 0, "knobs"), {"budget": None}),
    (("monitoring", "reason"), ""),
    (("monitoring", "missed"), "slow-1"),
    (("tabletop", "finished"), None),
    (("tabletop", "lessons", 0, "kind"), "forget"),
    (("reviews", 0, "every_days"), -30),
    (("training", 0, "who"), ""),
    (("audit_head",), "abc"),
    (("author",), None),
    (("course",), "yes"),
    (("derived", "assessment", "risk_score"), 2),
    (("derived", "missing"), [{"notebook": "01"}]),
]


@pytest.mark.parametrize(("where", "value"), MISTAKES, ids=[".".join(map(str, where)) for where, _ in MISTAKES])
def test_the_schema_refuses_what_can_not_be(where, value):
    table = json.loads(to_json(full()))
    place = table
    for key in where[:-1]:
        place = place[key]
    del place[where[-1]]
    assert isinstance(where[-1], int) or not KEEPS.is_valid(table), "it may be left out"
    place[where[-1]] = value
    assert not KEEPS.is_valid(table)


def test_what_follows_from_the_rest_is_told_but_not_believed():
    table = model_to_dict(full())
    assert table["derived"]["assessment"]["risk_score"] == full().assessment.risk_score
    table["derived"]["assessment"]["risk_score"] = 0.0
    assert model_from_dict(table).assessment.risk_score == full().assessment.risk_score > 0


def test_several_models_are_kept_in_one_file(tmp_path):
    file = tmp_path / "all.json"
    file.write_text(to_json(full(), BARE), encoding="utf-8")
    assert load_models(file) == (full(), BARE)
    with pytest.raises(ThreatLabError, match="holds 2 threat models"):
        load_model(file)


def changed(**changes):
    return json.dumps({**model_to_dict(BARE), **changes})


BAD_FILES = [
    ("[1]", "a threat model is a table"),
    ('{"name": "support-bot"}', "schema is null"),
    ('{"schema": 1}', "schema is 1"),
    (changed(schema="threatlab/threat-model/2"), "newer threatlab wrote.*update"),
    (changed(schema="sarif/1"), "another kind of file"),
    (json.dumps({"schema": SCHEMA}), "has no system"),
    (changed(trainings=[]), "did you mean 'training'"),
    (changed(system={"name": "x", "facts": {"internet_facin": True}}), "did you mean 'internet_facing'"),
    (changed(system="shadowray"), "system of a threat model is 'shadowray'"),
    (changed(made_on="tomorrow"), "day of the report \\(made_on\\) is 'tomorrow'"),
    (changed(training=[{"who": "x"}]), "training, number 1 lacks"),
    (
        changed(training=[{"who": "", "on": "2026-01-01", "what": "x", "by": "y"}]),
        "training, number 1: who was trained \\(who\\) is empty",
    ),
    (changed(training={"who": "x"}), "give a list"),
    (changed(policy={"max_risk": 2}), "policy: max_risk is 2"),
    (changed(audit_head="abc"), "audit log \\(audit_head\\) is 'abc'"),
    (changed(evidence=[None]), "evidence, number 1 is null; give a table with attack"),
    (changed(reviews=[{"system_id": "x"}]), "reviews, number 1 lacks"),
    (changed(plan=7), "plan is 7"),
]


@pytest.mark.parametrize(("text", "said"), BAD_FILES, ids=[said for _, said in BAD_FILES])
def test_a_file_that_is_no_threat_model_is_answered_with_a_sentence_that_names_it(text, said, tmp_path):
    file = tmp_path / "model.json"
    file.write_text(text)
    with pytest.raises(ThreatLabError, match=said) as problem:
        load_model(file)
    assert "model.json" in str(problem.value)
