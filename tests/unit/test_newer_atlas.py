"""`threatlab catalog check` tells what a release of ATLAS has retired, renamed and added, whatever its format."""

from __future__ import annotations

import json
import sys
from importlib import resources
from pathlib import Path

import pytest

from tests.unit.test_cli import folder, run  # noqa: F401  # a folder to work in, for each test
from threatlab.catalog.read import read_atlas

OURS = read_atlas(resources.files("threatlab") / "catalog" / "atlas.toml")
KINDS = ("tactics", "techniques", "mitigations")


def release(**changes):
    """ATLAS data of format 6 as our release would be in it, with the names of some ids changed; None takes one out."""
    entries = {}
    for kind in KINDS:
        names = {i: entry.name.rpartition(": ")[2] for i, entry in OURS.entries[kind].items()}
        names |= {i: f"Name of {i}" for i in OURS.unused[kind]} | changes.get(kind, {})
        parents = {i: entry.name.partition(": ")[0] for i, entry in OURS.entries[kind].items() if i.count(".") > 1}
        names |= {i.rpartition(".")[0]: name for i, name in parents.items()}
        entries[kind] = {i: {"id": i, "name": name} for i, name in names.items() if name is not None}
    return {"format-version": "6.0.0", "collection": {"version": "2026.09"}, **entries}


def older(data):
    """The same data in the format of 5.6.0."""
    return {"version": "5.5.0", "matrices": [{kind: list(data[kind].values()) for kind in KINDS}]}


CHANGED = {
    "techniques": {"AML.T0058": None, "AML.T0020": "Training Data Poisoning", "AML.T0999": "Something New"},
    "mitigations": {"AML.M0999": "A New Mitigation"},
}


@pytest.mark.parametrize("form", [lambda data: data, older], ids=["format 6", "format 5"])
def test_the_release_that_the_catalog_is_made_from_changes_nothing(form, capsys):
    Path("atlas.json").write_text(json.dumps(form(release())), "utf-8")
    code, out, err = run(capsys, "catalog", "check", "atlas.json")
    assert (code, err) == (0, "")
    assert "the catalog uses 5.6.0 of 2026-04-30, the file is " in out
    assert [line[:2] for line in out.splitlines() if line[:1].isdigit()] == ["0 "] * 3


@pytest.mark.parametrize("form", [lambda data: data, older], ids=["format 6", "format 5"])
@pytest.mark.parametrize("name", ["atlas.json", "atlas.yaml"])
def test_what_was_retired_renamed_and_added_is_listed_by_id_and_name(form, name, capsys):
    Path(name).write_text(json.dumps(form(release(**CHANGED))), "utf-8")  # JSON is YAML too
    code, out, err = run(capsys, "catalog", "check", name)
    assert (code, err) == (1, "")
    later = OURS.entries["techniques"]["AML.T0058"].later
    assert (
        f"1 retired: the catalog uses them, the file lacks them\n  AML.T0058 Publish Poisoned Models ({later})" in out
    )
    assert (
        "1 renamed: the file calls them otherwise\n  AML.T0020 Poison Training Data -> Training Data Poisoning" in out
    )
    assert "2 new: the catalog's release has no such id\n  AML.T0999 Something New\n  AML.M0999 A New Mit" in out


def test_something_new_alone_is_no_reason_to_fail(capsys):
    Path("atlas.json").write_text(json.dumps(release(techniques={"AML.T0999": "New"})), "utf-8")
    assert run(capsys, "catalog", "check", "atlas.json")[0] == 0


def test_a_sub_technique_is_new_under_the_name_of_its_technique(capsys):
    added = {"AML.T0999": "Parent", "AML.T0999.000": "Child"}
    Path("atlas.json").write_text(json.dumps(release(techniques=added)), "utf-8")
    assert "AML.T0999.000 Parent: Child" in run(capsys, "catalog", "check", "atlas.json")[1]


BAD = {
    "": "holds no ATLAS data; give ATLAS data as MITRE publishes it",
    "v6/ATLAS-2026.09.yaml\n": "'atlas.yaml' only points to 'v6/ATLAS-2026.09.yaml': give that file",
    "techniques: [": "'atlas.yaml' is not valid YAML",
    "a: &x {b: *y}": "'atlas.yaml' is not valid YAML",
    "- 1": "holds no ATLAS data",
    "techniques: {}": "its tactics has an id and a name",
    "techniques: {AML.T1: {id: AML.T1}}\ntactics: {AML.TA1: {id: AML.TA1, name: 7}}": "not each of its tactics has",
    "matrices: []": "holds no ATLAS data",
    "matrices: [{techniques: 1}]": "not each of its tactics has",
    "[" * 5000: "'atlas.yaml' is not valid YAML",
    "when: 2026-99-99": "'atlas.yaml' is not valid YAML",
}


@pytest.mark.parametrize(("text", "said"), BAD.items(), ids=list(BAD.values()))
def test_a_file_that_is_no_atlas_data_is_exit_code_2_and_one_sentence(text, said, capsys):
    Path("atlas.yaml").write_text(text, "utf-8")
    code, out, err = run(capsys, "catalog", "check", "atlas.yaml")
    assert (code, out) == (2, "")
    assert err.startswith("threatlab: ")
    assert err.count("\n") == 1
    assert said in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("check", "none.yaml"), "there is no file 'none.yaml'"),
        (("check", "."), "'.' is a folder"),
        (("check",), "required: FILE"),
        ((), "required: ACTION"),
        (("chek", "x"), "invalid choice: 'chek'"),
    ],
)
def test_a_command_that_lacks_its_file_is_told_what_it_needs(arguments, said, capsys):
    code, out, err = run(capsys, "catalog", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_without_pyyaml_a_sentence_says_how_to_get_it_and_json_is_read_all_the_same(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "yaml", None)
    Path("atlas.yaml").write_text(json.dumps(release()), "utf-8")
    code, _, err = run(capsys, "catalog", "check", "atlas.yaml")
    assert code == 2
    assert "reading YAML needs PyYAML: python -m pip install pyyaml, or save the file as JSON" in err
    Path("atlas.json").write_text(json.dumps(release()), "utf-8")
    assert run(capsys, "catalog", "check", "atlas.json")[0] == 0


def test_the_help_says_where_the_file_comes_from_and_what_the_exit_codes_are(capsys):
    code, out, _ = run(capsys, "catalog", "check", "--help")
    assert code == 0
    for said in ("github.com/mitre-atlas/atlas-data", "exit codes:", "0  every id", "1  at least one", "2  bad input"):
        assert said in out
