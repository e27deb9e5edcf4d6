"""Sources: what is stated is in one, each is used, and the catalog's ATLAS ids can be held against a newer release."""

import csv
import json
import re
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from threatlab.catalog import catalog
from threatlab.catalog.atlas_check import check_atlas
from threatlab.cli import main
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.errors import ThreatLabError
from threatlab.incidents import incidents
from threatlab.system import list_systems, load_system
from threatlab.tabletop import list_stories, load_story

ROOT = Path(__file__).parents[2]
SOURCES = catalog().sources
STATED = re.compile(r"(?:^|; )stated: ([^;]*) \(([^()]+)\)")
CITED = re.compile(r"arXiv:\d{4}\.\d{4,5}|AML\.CS\d{4}")
WHERE = ("threatlab/**/*.py", "threatlab/catalog/**/*.toml", "notebooks/*.ipynb", "solutions/*.ipynb", "*.md")


def cited():
    """Where each paper and case is named, by its id."""
    places = {}
    for file in (file for pattern in WHERE for file in ROOT.glob(pattern)):
        if file.name not in ("sources.toml", "atlas.toml", "cases.toml"):  # cases.toml is all of "ATLAS 5.6.0"
            for source in CITED.findall(file.read_text("utf-8")):
                places.setdefault(source, file)
    return places


def test_a_source_was_published_before_it_was_looked_at():
    for source in SOURCES.values():
        assert source.published <= str(source.looked_at), source.id


def test_every_paper_and_case_that_is_named_is_a_source_and_every_such_source_is_named():
    places = cited()
    assert not set(places) - set(SOURCES), {source: places[source] for source in set(places) - set(SOURCES)}
    assert {source for source in SOURCES if CITED.fullmatch(source)} == set(places)


def test_what_is_stated_stands_in_its_source_in_the_words_that_we_noted():
    """The words are in tests/data/stated.csv: a statement that changes has to be held against its source again."""
    statements = {
        ("systems", name, *found)
        for name in list_systems()
        for note in load_system(name).notes.values()
        for found in STATED.findall(note)
    } | {
        ("scopes", name, *found)
        for name in list_drawings()
        for part in (*load_drawing(name).elements, *load_drawing(name).flows)
        for found in STATED.findall(part.note)
    }
    statements |= {
        ("incidents", each.id, *found) for each in incidents() for found in STATED.findall(each.attacker.why)
    }
    with (ROOT / "tests" / "data" / "stated.csv").open(encoding="utf-8") as file:
        noted = {(row["folder"], row["name"], row["stated"], row["source"]): row for row in csv.DictReader(file)}
    assert statements == set(noted)
    assert all(row["words_of_the_source"] for row in noted.values())


@pytest.mark.parametrize("name", list_systems())
def test_a_system_and_a_drawing_name_a_source(name):
    texts = [load_system(name).source]
    if name in list_drawings():
        drawing = load_drawing(name)
        texts += [drawing.source, *([drawing.case.source] if drawing.case else [])]
    assert all(any(source.removeprefix("NVD ") in text for source in SOURCES) for text in map(lesson, texts)), texts


def lesson(text):
    return text.replace("Threat Modeling Basics, lesson 1", "lesson 1")


def test_an_incident_is_a_case_with_the_name_that_its_system_gives_it():
    for incident in incidents():
        assert SOURCES[incident.case].title in incident.source


def test_a_tabletop_names_the_source_of_what_is_published():
    for name in list_stories():
        assert load_story(name).incident.case in load_story(name).published


# ---- a later release of ATLAS


def entry(name, title, **more):
    return {"id": name, "name": title, **more}


@pytest.fixture
def ours():
    """The catalog's own entries, as tables by kind, with the names of sub-techniques cut to their own part."""
    held = tomllib.loads((ROOT / "threatlab" / "catalog" / "atlas.toml").read_text("utf-8"))
    kinds = {
        kind: {i: entry(i, name.rpartition(": ")[2] if i.count(".") == 2 else name) for i, name in held[kind].items()}
        for kind in ("tactics", "techniques", "mitigations")
    }
    parents = {i.rpartition(".")[0]: name for i, name in held["techniques"].items() if i.count(".") == 2}
    for parent, name in parents.items():
        kinds["techniques"].setdefault(parent, entry(parent, name.rpartition(": ")[0]))
    cases = {source.id: entry(source.id, source.title) for source in SOURCES.values() if source.id.startswith("AML.CS")}
    return {**kinds, "case-studies": cases}


def format_5(kinds, version="5.7.0"):
    lists = {kind: list(entries.values()) for kind, entries in kinds.items()}
    return {"version": version, "case-studies": lists.pop("case-studies"), "matrices": [{"id": "ATLAS", **lists}]}


def format_6(kinds, version="2026.09"):
    return {"format-version": "6.0.0", "collection": {"version": version}, **kinds}


WRITERS = {".json": json.dumps, ".yaml": yaml.safe_dump}


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("shape", [format_5, format_6])
def test_a_release_of_the_same_names_differs_in_nothing_and_one_of_others_in_each(
    tmp_path, capsys, ours, shape, suffix
):
    file = tmp_path / f"ATLAS{suffix}"
    file.write_text(WRITERS[suffix](shape(ours)), "utf-8")
    assert main(["catalog", "check", str(file)]) == 0
    assert capsys.readouterr().out.count("none") == 3
    del ours["techniques"]["AML.T0058"]
    ours["mitigations"]["AML.M0003"]["name"] = "Predictive AI Model Hardening"
    ours["techniques"]["AML.T0113"] = entry("AML.T0113", "Steal Web Session Cookie")
    ours["case-studies"]["AML.CS0999"] = entry("AML.CS0999", "Another one")
    file.write_text(WRITERS[suffix](shape(ours)), "utf-8")
    assert main(["catalog", "check", str(file)]) == 1
    out = capsys.readouterr().out
    for line in (
        "retired: 1\n  AML.T0058 Publish Poisoned Models\n",
        "renamed: 1\n  AML.M0003 Model Hardening \u2192 Predictive AI Model Hardening\n",
        "new: 2\n  AML.CS0999 Another one\n  AML.T0113 Steal Web Session Cookie\n",
    ):
        assert line in out


def test_what_a_later_release_brought_is_not_retired_in_one_before_it(tmp_path, ours):
    del ours["techniques"]["AML.T0131"]
    file = tmp_path / "ATLAS.json"
    for version, retired in (("2026.08", []), ("2026.09", ["AML.T0131"]), ("2026.10", ["AML.T0131"])):
        file.write_text(json.dumps(format_6(ours, version)), "utf-8")
        assert [each.id for each in check_atlas(file).retired] == retired


def test_a_technique_that_is_renamed_takes_its_parts_along(tmp_path, ours):
    ours["techniques"]["AML.T0018"]["name"] = "Tamper with AI Model"
    file = tmp_path / "ATLAS.json"
    file.write_text(json.dumps(format_6(ours)), "utf-8")
    renamed = {each.id: name for each, name in check_atlas(file).renamed}
    assert renamed["AML.T0018.000"] == "Tamper with AI Model: Poison AI Model"


def test_entries_of_our_own_release_that_nothing_uses_are_not_new(tmp_path, ours):
    ours["techniques"]["AML.T0061"] = entry("AML.T0061", "LLM Prompt Self-Replication")
    ours["case-studies"]["AML.CS0000"] = entry("AML.CS0000", "Evasion of Deep Learning Detector")
    file = tmp_path / "ATLAS.json"
    file.write_text(json.dumps(format_5(ours)), "utf-8")
    assert not check_atlas(file)


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("a.json", "[]", "is empty"),
        ("a.json", "[1]", "holds no ATLAS data: it is no table"),
        ("a.json", "{", "is not valid JSON"),
        ("a.json", '{"version": "9.0"}', "holds no ATLAS data: it lacks a version, or entries"),
        ("a.json", '{"version": 9, "tactics": 7}', "holds no ATLAS data"),
        ("a.json", '{"collection": [], "techniques": [7, {"id": 1, "name": "x"}]}', "holds no ATLAS data"),
        ("a.yaml", "a: [", "is not valid YAML"),
        ("a.yaml", "- 1", "holds no ATLAS data: it is no table"),
        ("a.yaml", "a: 2026-99-99", "is not valid YAML"),
        ("a.yaml", "[" * 5000, "is not valid YAML"),
        ("a.yaml", "", "is empty: it needs at least one entry"),
        ("a.yaml", "v6/ATLAS-2026.09.yaml\n", "only names the file to give: 'v6/ATLAS-2026.09.yaml'"),
        ("missing.yaml", None, "there is no file"),
    ],
)
def test_a_file_that_is_no_atlas_data_is_one_sentence_and_exit_code_2(tmp_path, capsys, name, text, problem):
    if text is not None:
        (tmp_path / name).write_text(text, "utf-8")
    assert main(["catalog", "check", str(tmp_path / name)]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert problem in err


def test_an_older_release_is_refused_because_what_it_lacks_is_not_retired(tmp_path, ours):
    file = tmp_path / "ATLAS.json"
    file.write_text(json.dumps(format_5(ours, "5.5.0")), "utf-8")
    with pytest.raises(
        ThreatLabError, match=r"is ATLAS 5\.5\.0, and the catalog is as of 5\.6\.0 \(2026-04-30\): give a"
    ):
        check_atlas(file)


def test_without_pyyaml_a_yaml_file_is_refused_with_the_way_out(tmp_path, monkeypatch):
    (tmp_path / "ATLAS.yaml").write_text("a: 1", "utf-8")
    monkeypatch.setitem(sys.modules, "yaml", None)
    with pytest.raises(ThreatLabError, match=r"is YAML, and PyYAML is not installed: .*, or give the same as JSON"):
        check_atlas(tmp_path / "ATLAS.yaml")


def test_a_name_that_later_releases_changed_is_said_where_the_name_stands():
    later = tomllib.loads((ROOT / "threatlab" / "catalog" / "atlas.toml").read_text("utf-8"))["later"]
    notes = {t.id: t.later for c in catalog().controls.values() for t in (*c.atlas_techniques, *c.atlas_mitigations)}
    notes |= {each.id: each.later for i in incidents() for step in i.steps for each in (step.tactic, step.technique)}
    assert {name: note for name, note in notes.items() if note} == later
