"""Drawings in files: what ships with the workbook is whole and sourced, and a broken file says where it is broken."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from threatlab import ThreatLabError
from threatlab.dataflow import DataFlow
from threatlab.dataflow.files import (
    drawing_from_table,
    drawing_to_dict,
    drawing_to_toml,
    list_drawings,
    load_drawing,
)

INCIDENTS = [name for name in list_drawings() if name != "ml-pipeline-prod"]
ZONE = {"name": "Ours", "kind": "own"}
API = {"name": "API", "kind": "process", "zone": "Ours"}


def test_the_lesson_and_its_incidents_have_drawings():
    assert {"ml-pipeline-prod", "shadowray", "clearview", "tay", "postmark-mcp"} <= set(list_drawings())


@pytest.mark.parametrize("name", list_drawings())
def test_a_drawing_written_out_is_read_back_the_same(name, tmp_path):
    drawing = load_drawing(name)
    assert drawing.name == name
    for suffix, text in {".json": json.dumps(drawing_to_dict(drawing)), ".toml": drawing_to_toml(drawing)}.items():
        file = tmp_path / f"mine{suffix}"
        file.write_text(text, encoding="utf-8")
        assert load_drawing(file) == drawing


def test_any_text_that_a_drawing_takes_is_read_back_from_a_file(tmp_path):
    odd = "\"[[a]] = 'b' \\ # \u00e9\U0001f600"
    drawing = DataFlow("x", description=odd).with_zone(odd, "own", odd)
    file = tmp_path / "mine.toml"
    file.write_text(drawing_to_toml(drawing), encoding="utf-8")
    assert load_drawing(file) == drawing


@pytest.mark.parametrize("name", INCIDENTS)
def test_each_part_of_an_incident_says_who_says_so(name):
    drawing = load_drawing(name)
    assert drawing.source
    for part in (*drawing.elements, *drawing.flows):
        assert part.note.startswith(("stated", "our reading")), part


@pytest.mark.parametrize("name", INCIDENTS)
def test_each_incident_left_something_out_and_says_by_whose_argument(name):
    drawing = load_drawing(name)
    assert {exclusion.element for exclusion in drawing.exclusions} == {drawing.case.left_out}
    assert drawing.case.argument.startswith(("Stated", "Our reading"))
    assert drawing.case.followed
    assert drawing.case.source


def test_the_invented_drawing_says_that_it_is_invented():
    drawing = load_drawing("ml-pipeline-prod")
    assert "invented" in drawing.source
    assert "invented" in drawing.description
    assert drawing.case is None


def test_the_package_ships_every_drawing():
    folder = resources.files("threatlab") / "catalog" / "scopes"
    assert {file.name for file in folder.iterdir()} == {f"{name}.toml" for name in list_drawings()}


BAD = {
    "a key": ({"name": "x", "element": []}, "'element': did you mean 'elements'"),
    "no name": ({"title": "x"}, "name is missing"),
    "zones as a text": ({"name": "x", "zones": "Ours"}, r"zones is 'Ours'.*\[\[zones\]\]"),
    "a zone as a text": (
        {"name": "x", "zones": ["Ours"]},
        "zones, number 1 is 'Ours'; give a table with name",
    ),
    "a field": ({"name": "x", "zones": [ZONE | {"kin": 1}]}, "zones, number 1.*'kin'.*'kind'"),
    "a field left out": ({"name": "x", "zones": [ZONE], "elements": [{"name": "A", "zone": "Ours"}]}, "number 1.*kind"),
    "a reason left out": (
        {"name": "x", "zones": [ZONE], "elements": [API], "exclusions": [{"element": "API", "owner": "me"}]},
        "exclusions, number 1: 'API' is left out without a reason",
    ),
    "a flow from nowhere": (
        {
            "name": "x",
            "zones": [ZONE],
            "elements": [API],
            "flows": [{"source": "AP", "target": "API", "label": "x", "carries": "other"}],
        },
        "'AP'",
    ),
    "a case without a source": (
        {"name": "x", "case": {"left_out": "a", "argument": "b", "followed": "c"}},
        "source of the case",
    ),
    "a word for whole": ({"name": "x", "complete": "yes"}, "'yes'"),
}


@pytest.mark.parametrize(("table", "said"), BAD.values(), ids=BAD)
def test_a_broken_table_says_where_it_is_broken(table, said, tmp_path):
    with pytest.raises(ThreatLabError, match=said):
        drawing_from_table(table)
    file = tmp_path / "broken.json"
    file.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(ThreatLabError, match=r"broken\.json.*" + said):
        load_drawing(file)


def test_a_misspelled_name_is_answered_with_the_nearest():
    with pytest.raises(ThreatLabError, match="'shadowray'"):
        load_drawing("shadowrya")
