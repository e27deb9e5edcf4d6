"""Fields of records: a field is checked by its type alone, whatever the record is for."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Literal

import pytest

from threatlab import ThreatLabError, assess, diff, load_system, make_plan
from threatlab.attacks import ATTACKS
from threatlab.attacks.base import AttackResult
from threatlab.catalog import catalog
from threatlab.fields import Amount, Count, Id, Note, Share, Words, check_fields, check_record, kinds
from threatlab.operate.overview import overview
from threatlab.policy import Policy


@dataclass(frozen=True, slots=True)
class Leaf:
    name: Words

    def __post_init__(self):
        check_fields(self)


@dataclass(frozen=True)
class Tree:
    name: Words
    kind: Literal["oak", "elm"] = "oak"
    note: Note = ""
    latin: Id = "quercus"
    share: Share = 0.5
    height: Amount = 1.0
    rings: Count = 1
    alive: bool = True
    felled: date | None = None
    leaves: tuple[Leaf, ...] = ()
    owners: Mapping[Id, Words] | None = None

    def __post_init__(self):
        check_fields(self)


def test_a_field_is_kept_as_its_type_holds_it():
    tree = Tree(
        " Old ", share=1, felled="2026-12-01", leaves=[{"name": "first"}, Leaf("second")], owners={"a": " Ada "}
    )
    assert (tree.name, tree.share, tree.felled) == ("Old", 1.0, date(2026, 12, 1))
    assert tree.leaves == (Leaf("first"), Leaf("second"))
    assert tree.owners == {"a": "Ada"}
    with pytest.raises(TypeError):
        tree.owners["b"] = "Bo"


WRONG = {
    "name": ("", "name is empty"),
    "kind": ("ash", "unknown kind 'ash': choose one of elm, oak"),
    "note": (None, "note is None; give a text"),
    "latin": ("Quercus robur", "latin is 'Quercus robur'; give a text that fits"),
    "share": (2, "share is 2; give a number from 0 to 1"),
    "height": (-1, "height is -1; give a number of 0 or more"),
    "rings": (1.5, "rings is 1.5; give a whole number of 0 or more"),
    "alive": (1, "alive is 1; give True or False"),
    "felled": ("soon", "felled is 'soon'; give a date"),
    "leaves": ("leaf", "leaves is 'leaf'; give a list"),
    "owners": ([], r"owners is \[\]; give a table"),
}


@pytest.mark.parametrize("name", kinds(Tree))
def test_a_value_that_its_type_can_not_hold_is_refused_by_the_name_of_the_field(name):
    value, sentence = WRONG[name]
    with pytest.raises(ThreatLabError, match=f"^{sentence}"):
        Tree(**{"name": "Old", name: value})


@pytest.mark.parametrize(
    ("leaves", "sentence"),
    [
        ([7], r"leaves, number 1 is 7; give a table with name"),
        ([Leaf("a"), {"name": ""}], "leaves, number 2: name is empty"),
        ([{}], "leaves, number 1 lacks name; add what is lacking"),
        ([{"nam": "a"}], "leaves, number 1: unknown field 'nam': did you mean 'name'"),
    ],
)
def test_a_record_within_a_record_is_named_by_its_place(leaves, sentence):
    with pytest.raises(ThreatLabError, match=f"^{sentence}"):
        Tree("Old", leaves=leaves)


@pytest.mark.parametrize("owners", [{"A": "Ada"}, {"a": ""}, {1: "Ada"}])
def test_names_and_values_of_a_table_are_checked(owners):
    with pytest.raises(ThreatLabError, match="owners"):
        check_record("tree", {"name": "Old", "owners": owners}, Tree)


TAY, POISONING = load_system("tay"), ATTACKS["poisoning"]
WITH_TABLES = [
    Tree("old", owners={"a": "Ada"}),
    diff(TAY, TAY.with_(rbac_configured=True)),
    AttackResult("poisoning", "knn", 0.1, 0.0, 0.9, "m", "n", MappingProxyType({"rate": 0.1})),
    next(knob for knob in POISONING.knobs if knob.choices),
    next(control for control in POISONING.controls.values() if control.needs),
    Policy(max_by_threat={"evasion": 0.5}),
    assess(TAY),
    make_plan(TAY, 5, start="2026-12-01"),
    overview([TAY]),
]


@pytest.mark.parametrize("record", WITH_TABLES, ids=lambda record: type(record).__name__)
def test_a_record_with_a_table_goes_to_another_process_and_can_be_copied_and_counted(record):
    for twin in (pickle.loads(pickle.dumps(record)), copy.deepcopy(record)):
        assert twin == record
        assert isinstance(record, Tree) or hash(twin) == hash(record)


def test_a_table_of_records_goes_there_too():
    controls = catalog().controls
    assert pickle.loads(pickle.dumps(controls)) == controls
    assert copy.deepcopy(ATTACKS) == ATTACKS
