"""Claims about one system: what it holds, what it refuses, and what a file of it may look like."""

import copy
import dataclasses
import json
import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import threatlab
from tests.unit.strategies import CONTROLS, FACTS, systems, thorough
from threatlab import AISystem, ThreatLabError, ThreatModelingBasicsManager, assess, list_systems, load_system
from threatlab.catalog import catalog
from threatlab.dataflow import DataFlow, Zone
from threatlab.dataflow.files import drawing_to_dict
from threatlab.system import system_from_table

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ATTRIBUTES = (*FACTS, *CONTROLS)


@pytest.fixture
def file(tmp_path):
    """Write a system file; an ending of its name says what it is."""

    def write(content, ending="toml"):
        path = tmp_path / f"system.{ending}"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


# ---- what a system holds


def test_an_attribute_is_true_false_or_unknown():
    system = AISystem("s", encryption_enabled=True, rbac_configured=False, monitoring_active=None)
    assert system["encryption_enabled"] is True
    assert system["rbac_configured"] is False
    assert system["monitoring_active"] is None
    assert system["uses_tools"] is None


def test_none_is_the_same_as_leaving_an_attribute_out():
    assert AISystem("s", uses_tools=None) == AISystem("s")
    assert AISystem("s", uses_tools=None).known == {}
    assert AISystem("s", uses_tools=False) != AISystem("s")


def test_a_system_never_changes():
    system = AISystem("s", uses_tools=True, notes={"uses_tools": "our reading"})
    with pytest.raises(dataclasses.FrozenInstanceError):
        system.name = "other"
    for mapping in (system.known, system.notes):
        with pytest.raises(TypeError):
            mapping["uses_tools"] = False


def test_a_system_keeps_its_own_copy_of_notes():
    notes = {"uses_tools": "stated: it calls an API"}
    system = AISystem("s", uses_tools=True, notes=notes)
    notes.clear()
    assert system.notes == {"uses_tools": "stated: it calls an API"}


def test_with_returns_a_new_system_and_leaves_the_old_one():
    system = AISystem("s", title="S", owner="us", uses_tools=True, notes={"uses_tools": "why"})
    safer = system.with_(rbac_configured=True, uses_tools=None)
    assert dict(safer.known) == {"rbac_configured": True}
    assert dict(system.known) == {"uses_tools": True}
    assert (safer.name, safer.title, safer.owner) == ("s", "S", "us")
    assert safer.notes == system.notes


@pytest.mark.parametrize("name", ["title", "notes", "name", "source"])
def test_with_changes_attributes_and_no_texts(name):
    with pytest.raises(ThreatLabError, match=f"unknown attribute '{name}'"):
        AISystem("s").with_(**{name: True})


@thorough
@given(systems(), st.sampled_from(ATTRIBUTES), st.sampled_from((True, False, None)))
def test_with_changes_what_it_names_and_nothing_else(system, attribute, value):
    changed = system.with_(**{attribute: value})
    assert changed[attribute] is value
    for other in ATTRIBUTES:
        assert other == attribute or changed[other] is system[other]


@thorough
@given(systems())
def test_what_is_true_of_a_system_is_what_is_known_to_be_true(system):
    assert system.true == {name for name in ATTRIBUTES if system[name] is True}


def test_the_title_is_the_name_unless_one_is_given():
    assert AISystem("s").title == "s"
    assert AISystem("s", title="The system\n").title == "The system"
    assert AISystem("s", title=" ", owner="\n").title == "s"
    assert AISystem(" s ").title == "s", "as a file would say it"


def test_a_system_shows_what_is_known_of_it():
    system = AISystem("s", rbac_configured=False, uses_tools=True)
    assert repr(system) == "AISystem('s', uses_tools=True, rbac_configured=False)"
    assert eval(repr(system)) == system


@thorough
@given(systems(), st.randoms())
def test_systems_of_which_the_same_is_known_are_equal_and_hash_alike(system, random):
    names = list(system.known)
    random.shuffle(names)
    twin = AISystem("drawn", **{name: system.known[name] for name in names})
    assert twin == system
    assert hash(twin) == hash(system)
    assert repr(twin) == repr(system)
    assert AISystem("other", **system.known) != system


@pytest.mark.slow
@thorough
@given(systems())
def test_a_system_survives_pickle_and_copy_with_its_catalog(system):
    other = replace(catalog(), atlas=replace(catalog().atlas, version="of another day"))
    for each in (system, system.under(other)):
        for twin in (pickle.loads(pickle.dumps(each)), copy.deepcopy(each), copy.copy(each)):
            assert (twin, hash(twin), twin.catalog) == (each, hash(each), each.catalog)
            assert assess(twin) == assess(each)
    assert pickle.loads(pickle.dumps(system)).catalog is catalog()


def test_systems_under_different_catalogs_are_different():
    shipped = load_system("tay")
    newer = shipped.under(replace(catalog(), atlas=replace(catalog().atlas, version="newer")))
    assert shipped != newer
    assert len({shipped, newer, newer.under(catalog())}) == 2
    assert newer.with_(rbac_configured=True).catalog is newer.catalog


def test_a_system_is_read_and_checked_in_the_terms_of_its_catalog(tmp_path):
    fact = replace(next(iter(catalog().facts.values())), id="swims")
    other = replace(catalog(), facts={**catalog().facts, "swims": fact})
    fish = AISystem("fish", catalog=other, swims=True, notes={"swims": "seen"})
    file = tmp_path / "fish.json"
    file.write_text(json.dumps(fish.to_dict()))
    assert load_system(file, other) == system_from_table(fish.to_dict(), other) == fish
    assert assess(fish.with_(swims=None)).open_questions[-1] == "swims"
    for refused in (lambda: load_system(file), lambda: fish.under(catalog()), lambda: load_system("tay")["swims"]):
        with pytest.raises(ThreatLabError, match="swims"):
            refused()


def test_pickle_keeps_texts_and_notes():
    system = load_system("shadowray")
    assert pickle.loads(pickle.dumps(system)) == system


# ---- what a system refuses


def test_an_unknown_attribute_is_refused_with_the_nearest_name():
    sentence = "unknown attribute 'rbac_configurd': did you mean 'rbac_configured'"
    with pytest.raises(ThreatLabError, match=sentence):
        AISystem("s", rbac_configurd=True)
    with pytest.raises(ThreatLabError, match=sentence):
        AISystem("s").with_(rbac_configurd=None)
    with pytest.raises(ThreatLabError, match=sentence):
        AISystem("s")["rbac_configurd"]


def test_a_name_like_no_other_is_refused_with_how_many_there_are_and_where_they_are_listed():
    known = catalog().attributes
    with pytest.raises(ThreatLabError, match=f"'zzz': none of the {len(known)} known ones is spelled like it") as said:
        AISystem("s", zzz=True)
    listed = str(said.value).partition("; ")[2].removesuffix(" has them all")
    assert eval(listed, {"threatlab": threatlab}) == known  # it is ours


def test_an_unknown_attribute_that_shares_a_word_with_few_is_refused_with_these():
    with pytest.raises(ThreatLabError, match="unknown attribute 'rbac': did you mean 'rbac_configured'"):
        AISystem("s", rbac=True)
    with pytest.raises(ThreatLabError, match="in facts: unknown attribute 'has_memory': did you mean 'keeps_memory'"):
        system_from_table({"name": "s", "facts": {"has_memory": True}})


def test_what_numpy_calls_true_is_true_and_is_kept_as_pythons_own():
    row = pd.DataFrame({"rbac_configured": [True, False], "monitoring_active": [False, None]}).loc[0]
    for system in (AISystem("s", **row), AISystem("s").with_(rbac_configured=np.True_, monitoring_active=np.False_)):
        assert system == AISystem("s", rbac_configured=True, monitoring_active=False)
        assert {type(value) for value in system.known.values()} == {bool}
    drawing = DataFlow("d", zones=[Zone("Z", "own")], complete=np.True_)
    drawing = drawing.with_element("E", "process", "Z", personal=np.True_).with_element("F", "process", "Z")
    drawing = drawing.with_flow("E", "F", "x", "other", personal=np.False_)
    assert json.loads(json.dumps(drawing_to_dict(drawing)))["elements"][0]["personal"] is True
    assert ThreatModelingBasicsManager({"auto_remediate": np.False_}).assess("s", dict(row))["findings"]


@pytest.mark.parametrize(
    "value",
    ["yes", "true", "None", "", 1, 0, 1.0, float("nan"), [], {}, (True,), np.int64(1)],
    ids=repr,
)
def test_a_value_that_is_no_boolean_is_refused_by_attribute_and_value(value):
    for refused in (
        lambda: AISystem("s", rbac_configured=value),
        lambda: AISystem("s").with_(rbac_configured=value),
    ):
        with pytest.raises(ThreatLabError, match=r"rbac_configured is .* not True or False") as said:
            refused()
        assert repr(value) in str(said.value)


@pytest.mark.parametrize("name", ["", " ", "\n", None, 7, True, b"s", ["s"]], ids=repr)
def test_a_name_that_is_no_text_or_empty_is_refused(name):
    with pytest.raises(ThreatLabError, match="a system needs a name") as said:
        AISystem(name)
    assert repr(name) in str(said.value)


@pytest.mark.parametrize("text", ["title", "description", "source", "owner"])
@pytest.mark.parametrize("value", [None, False, 0, [], ["a"]], ids=repr)
def test_a_text_that_is_none_is_refused(text, value):
    with pytest.raises(ThreatLabError, match=f"{text} of system 's' is .*; give a text"):
        AISystem("s", **{text: value})


@pytest.mark.parametrize(
    ("notes", "sentence"),
    [
        ({"rbac": "why"}, "unknown attribute 'rbac'"),
        ({"rbac_configured": None}, "in notes: rbac_configured is None; give a text"),
        ([], r"notes are \[\]; give a table with a text for each attribute"),
        ("why", "notes are 'why'"),
    ],
    ids=repr,
)
def test_notes_are_texts_on_attributes(notes, sentence):
    with pytest.raises(ThreatLabError, match=sentence):
        AISystem("s", notes=notes)


# ---- systems in files


def toml(system):
    """The system as a TOML file: enough of the language for what a system holds."""

    def quoted(value):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")

    told = system.to_dict()
    lines = [f"{key} = {quoted(told[key])}" for key in told if isinstance(told[key], str)]
    for table in ("facts", "controls", "notes"):
        lines += [f"[{table}]", *(f"{k} = {quoted(v)}" for k, v in told[table].items())]
    return "\n".join(lines)


@st.composite
def told_systems(draw):
    """A system with texts and notes of all kinds."""
    system = draw(systems())
    texts = {t: draw(TEXTS) for t in ("title", "description", "source", "owner")}
    notes = draw(st.dictionaries(st.sampled_from(ATTRIBUTES), TEXTS, max_size=3))
    return AISystem(draw(TEXTS.filter(str.strip)), notes=notes, **texts, **system.known)


@thorough
@given(told_systems(), st.sampled_from((True, False)))
def test_a_system_kept_in_a_json_file_is_read_back_equal(tmp_path_factory, system, ascii_only):
    path = tmp_path_factory.getbasetemp() / "kept.json"
    path.write_text(json.dumps(system.to_dict(), ensure_ascii=ascii_only), encoding="utf-8")
    assert load_system(path) == system
    assert load_system(str(path)) == system


@thorough
@given(told_systems())
def test_a_system_kept_in_a_toml_file_is_read_back_equal(tmp_path_factory, system):
    path = tmp_path_factory.getbasetemp() / "kept.toml"
    path.write_bytes(toml(system).encode())
    assert load_system(path) == system


def test_the_built_in_systems_are_listed_and_load_by_name():
    names = list_systems()
    assert names == tuple(sorted(names))
    assert {"ml-pipeline-prod", "pytorch-nightly", "shadowray", "tay"} <= set(names)
    for name in names:
        assert load_system(name).name == name


def test_a_name_alone_makes_a_system(file):
    assert load_system(file("name = 's'")) == AISystem("s")
    assert load_system(file('{"name": "s"}', "json")) == AISystem("s")


@pytest.mark.parametrize("ending", ["toml", "TOML"])
def test_an_ending_may_be_written_in_capitals(file, ending):
    assert load_system(file("name = 's'", ending)) == AISystem("s")


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("shadowry", r"unknown system 'shadowry': did you mean 'shadowray'\?"),
        ("my-system", r"unknown system 'my-system'.*must end in \.toml or \.json"),
        ("system.yaml", r"unknown system 'system.yaml'.*must end in \.toml or \.json"),
        ("nowhere/system.toml", "there is no file 'nowhere/system.toml' in "),
        ("system.json", "there is no file 'system.json'"),
        ("", "'' is neither the name of a system nor a file"),
        (None, "None is neither the name of a system nor a file"),
        (7, "7 is neither the name of a system nor a file"),
        (AISystem("s"), r"AISystem\('s'\) is neither the name of a system nor a file"),
    ],
    ids=repr,
)
def test_a_source_that_is_none_is_refused(source, sentence):
    with pytest.raises(ThreatLabError, match=sentence):
        load_system(source)


BROKEN_TOML = {
    "not in quotes": ("name = s", "is not valid TOML"),
    "no name": ("[facts]\nuses_tools = true", "name is missing: add a line such as"),
    "name is a number": ("name = 7", "a system needs a name: 7 is none"),
    "name is blank": ("name = ' '", "a system needs a name: ' ' is none"),
    "title is a number": ("name = 's'\ntitle = 0", "title of system 's' is 0; give a text"),
    "owner is a list": ("name = 's'\nowner = []", r"owner of system 's' is \[\]; give a text"),
    "unknown key": ("name = 's'\nowners = 'us'", "unknown key 'owners': did you mean 'owner'"),
    "unknown table": ("name = 's'\n[fact]\nuses_tools = true", "'fact': did you mean 'facts'"),
    "facts is a text": ("name = 's'\nfacts = 'uses_tools'", "facts is 'uses_tools'; give a table"),
    "controls is a list": ("name = 's'\ncontrols = []", r"controls is \[\]; give a table"),
    "notes is true": ("name = 's'\nnotes = true", "notes is true; give a table"),
    "unknown fact": (
        "name = 's'\n[facts]\nuse_tools = true",
        "in facts: unknown attribute 'use_tools': did you mean 'uses_tools'",
    ),
    "a fact among controls": (
        "name = 's'\n[controls]\ntrains_model = true",
        "trains_model is none of the controls: move it to the other table",
    ),
    "a control among facts": (
        "name = 's'\n[facts]\nrbac_configured = true",
        "rbac_configured is none of the facts: move it to the other table",
    ),
    "a text for true": (
        "name = 's'\n[facts]\nuses_tools = 'true'",
        "uses_tools is 'true', which is not true or false",
    ),
    "1 for true": ("name = 's'\n[controls]\nrbac_configured = 1", "rbac_configured is 1, which is"),
    "a table for true": ("name = 's'\n[facts.uses_tools]\n", "uses_tools is {}, which is not"),
    "note on nothing": ("name = 's'\n[notes]\nrbac = 'why'", "unknown attribute 'rbac'"),
    "note is true": (
        "name = 's'\n[notes]\nuses_tools = true",
        "in notes: uses_tools is true; give a text",
    ),
}
BROKEN_JSON = {
    "TOML inside": ("name = 's'", "is not valid JSON"),
    "a key twice": (
        '{"name": "s", "controls": {"rbac_configured": false, "rbac_configured": true}}',
        "is not valid JSON: 'rbac_configured' is given more than once",
    ),
    "facts is null": ('{"name": "s", "facts": null}', "facts is null; give a table"),
    "a name of null": ('{"name": null}', "a system needs a name: null is none"),
}


@pytest.mark.parametrize(
    ("ending", "content", "sentence"),
    [
        pytest.param(ending, content, sentence, id=f"{ending}: {case}")
        for ending, cases in (("toml", BROKEN_TOML), ("json", BROKEN_JSON))
        for case, (content, sentence) in cases.items()
    ],
)
def test_a_broken_file_is_refused_by_name_and_with_what_is_wrong(file, ending, content, sentence):
    path = file(content, ending)
    with pytest.raises(ThreatLabError, match=sentence) as said:
        load_system(path)
    assert repr(str(path)) in str(said.value)
    assert "\n" not in str(said.value)


def test_null_in_json_means_unknown(file):
    text = '{"name": "s", "facts": {"uses_tools": null}}'
    assert load_system(file(text, "json")) == AISystem("s")
