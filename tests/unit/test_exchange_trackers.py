"""What other tools get of an assessment: a layer for ATLAS Navigator, and rows for a tracker of work."""

from __future__ import annotations

import csv
import io
import json

import pytest

from tests.unit.threat_models import HOSTILE, full, with_text
from threatlab import AISystem, load_system
from threatlab.exchange import to_csv, to_layer
from threatlab.exchange.trackers import inert
from threatlab.report import ThreatModel


def rows(model):
    return list(csv.DictReader(io.StringIO(to_csv(model).text, newline="")))


def layer(system):
    document = json.loads(to_layer(ThreatModel(system)).text)
    return document, {each["techniqueID"]: each for each in document["techniques"]}


# ---- ATLAS Navigator


def test_a_layer_scores_each_technique_by_the_controls_that_are_in_place():
    system = load_system("shadowray")
    document, techniques = layer(system)
    bearing = [each for each in system.catalog.controls.values() if each.applies(system.true)]
    assert {id_ for id_, each in techniques.items() if "score" in each} == {
        technique.id for control in bearing for technique in control.atlas_techniques
    }
    for id_, technique in techniques.items():
        controls = [each for each in bearing if id_ in {entry.id for entry in each.atlas_techniques}]
        if controls:
            there = [each for each in controls if system[each.id]]
            assert technique["score"] == round(100 * len(there) / len(controls))
            assert all(each.title in technique["comment"] for each in controls)
    assert document["metadata"] == [{"name": "atlas_data_version", "value": system.catalog.atlas.version}]
    assert document["domain"] == "atlas-atlas"


def test_a_technique_turns_from_open_to_covered_as_its_controls_come():
    bare = AISystem("bot", generates_content=True, uses_tools=True)
    control = next(each for each in bare.catalog.controls.values() if each.applies(bare.true) and each.atlas_techniques)
    id_ = control.atlas_techniques[0].id
    bearing = [c.id for c in bare.catalog.controls.values() if id_ in {t.id for t in c.atlas_techniques}]
    colors = {item["label"].partition(":")[0]: item["color"] for item in layer(bare)[0]["legendItems"]}
    before, after = layer(bare)[1][id_], layer(bare.with_(**dict.fromkeys(bearing, True)))[1][id_]
    assert (before["score"], before["color"]) == (0, colors["open"])
    assert (after["score"], after["color"]) == (100, colors["covered"])
    assert f"{control.title}: unknown" in before["comment"]
    assert f"{control.title}: in place" in after["comment"]


def test_a_subtechnique_can_be_seen_under_its_technique():
    _, techniques = layer(load_system("shadowray"))
    subs = [id_ for id_ in techniques if id_.count(".") == 2]
    assert subs
    assert all(techniques[id_.rpartition(".")[0]]["showSubtechniques"] for id_ in subs)


# ---- CSV for trackers


def test_each_finding_is_a_row_with_what_the_plan_says_of_it():
    model = full()
    table = {row["control"]: row for row in rows(model)}
    assert list(table) == [finding.attribute for finding in model.assessment.findings]
    for step in model.plan.steps:
        row = table[step.control]
        assert (row["owner"], row["due"], row["state"]) == ("Kim", step.due.isoformat(), "planned")
        assert row["criterion"] == str(model.system.catalog.controls[step.control].success)
    accepted = table["rbac_configured"]
    assert (accepted["state"], accepted["owner"], accepted["due"]) == ("accepted", "Ops", "2027-02-01")
    assert table["staff_trained"]["found"] == "2026-03-01"


def test_a_system_without_a_plan_has_rows_with_nobody_in_them():
    model = ThreatModel(AISystem("bot", rbac_configured=False))
    table = {row["control"]: row for row in rows(model)}
    assert table["rbac_configured"]["state"] == "open"
    assert table["encryption_enabled"]["state"] == "to be checked"
    assert {row["owner"] for row in table.values()} == {""}


def test_a_system_without_findings_has_the_header_of_one_with_findings():
    system = AISystem("bot")
    whole = system.with_(**dict.fromkeys(system.catalog.controls, True))
    assert to_csv(ThreatModel(whole)).text == to_csv(ThreatModel(system)).text.partition("\r\n")[0] + "\r\n"


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1", "\x00=1", "|calc", "\uff1d1", "\ufeff=1", "\u200b=1")


@pytest.mark.parametrize("text", [*FORMULAS, *HOSTILE])
def test_no_cell_is_run_by_a_spreadsheet(text):
    for row in rows(with_text(text)):
        for cell in row.values():
            assert not cell.startswith(tuple("=+-@\t\r|\uff1d\ufeff\u200b\x00 ")), cell
            assert "\n" not in cell
            assert "\r" not in cell


def test_what_is_no_formula_stays_as_it_is():
    assert inert("3.5 days, at most 10%") == "3.5 days, at most 10%"
    assert inert("a = b; c") == "a = b; c"
