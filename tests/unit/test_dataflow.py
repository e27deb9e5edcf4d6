"""A drawing of a system: what it refuses, and what a change leaves alone."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import thorough
from threatlab import ThreatLabError
from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, DataFlow, Element, Exclusion, Flow, Zone
from threatlab.dataflow.files import list_drawings, load_drawing


@pytest.fixture
def small():
    return (
        DataFlow("small")
        .with_zone("Internet", "internet")
        .with_zone("Ours", "own")
        .with_element("Customer", "person", "Internet")
        .with_element("API", "process", "Ours")
        .with_element("Model", "model", "Ours")
        .with_flow("Customer", "API", "a question", "questions")
        .with_flow("API", "Model", "features", "questions")
    )


BAD = {
    "a flow from nowhere": (lambda d: d.with_flow("Custmer", "API", "x", "questions"), "'Custmer'.*'Customer'"),
    "a flow to nowhere": (lambda d: d.with_flow("API", "Modell", "x", "questions"), "goes to nowhere.*'Model'"),
    "a flow to itself": (lambda d: d.with_flow("API", "API", "x", "other"), "to itself"),
    "a flow without words": (lambda d: d.with_flow("API", "Model", "  ", "questions"), "label .* is empty"),
    "a flow of nothing known": (lambda d: d.with_flow("API", "Model", "x", "question"), "'questions'"),
    "the same flow twice": (lambda d: d.with_flow("API", "Model", "features", "other"), "second flow .* label"),
    "a name twice": (lambda d: d.with_element("API", "tool", "Ours"), "second element 'API'"),
    "a name in other letters": (lambda d: d.with_element("api", "tool", "Ours"), "second element"),
    "a zone twice": (lambda d: d.with_zone("Ours", "own"), "second zone 'Ours'"),
    "an element in no zone": (lambda d: d.with_element("Log", "data store", ""), "'Log' stands in no zone"),
    "an element in no zone of it": (lambda d: d.with_element("Log", "data store", "Our"), "'Our'.*'Ours'"),
    "a kind of element": (lambda d: d.with_element("Log", "database", "Ours"), "'database'.*'data store'"),
    "a kind of zone": (lambda d: d.with_zone("Cloud", "third-party"), "'third-party'.*'third party'"),
    "an exclusion without a reason": (lambda d: d.excluding("API", "", "me"), "'API' is left out without a reason"),
    "an exclusion without an owner": (lambda d: d.excluding("API", "why", " "), "'API' is left out without an owner"),
    "an exclusion of what isn't drawn": (lambda d: d.excluding("Moddel", "why", "me"), "'Moddel'.*'Model'"),
    "an exclusion twice": (lambda d: d.excluding("API", "a", "b").excluding("API", "c", "d"), "once is enough"),
    "to include what is in": (lambda d: d.including("API"), "in scope already"),
    "to change what isn't there": (lambda d: d.changing_element("Modell", name="x"), "'Modell'.*'Model'"),
    "to change a flow that isn't there": (lambda d: d.changing_flow(3, label="x"), "no flow 3"),
    "to change a name into another's": (lambda d: d.changing_element("API", name="Model"), "second element"),
    "to take away what isn't there": (lambda d: d.without("Modell"), "'Modell'.*'Model'"),
    "to take away a flow that isn't there": (lambda d: d.without_flow(3), "no flow 3: numbers go from 1 to 2"),
    "to take away flow True": (lambda d: d.without_flow(True), "no flow True"),
    "to take away a zone in use": (lambda d: d.without_zone("Ours"), "API, Model would stand nowhere"),
    "a name too long for the picture": (lambda d: d.with_element("x" * 61, "tool", "Ours"), "61 characters"),
    "a name that can't be shown": (lambda d: d.with_element("a\x00b", "tool", "Ours"), "can't be shown"),
    "a word for whole": (lambda d: d.finished("yes"), "complete .* 'yes'"),
}


@pytest.mark.parametrize(("attempt", "said"), BAD.values(), ids=BAD)
def test_what_makes_no_sense_is_refused_in_one_sentence_that_names_it(small, attempt, said):
    with pytest.raises(ThreatLabError, match=said) as refused:
        attempt(small)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", [None, 7, "", "  ", float("nan"), [], b"x"])
@pytest.mark.parametrize(
    "make",
    [
        DataFlow,
        lambda v: Zone(v, "own"),
        lambda v: Zone("a", v),
        lambda v: Element(v, "tool", "z"),
        lambda v: Element("a", v, "z"),
        lambda v: Element("a", "tool", v),
        lambda v: Element("a", "tool", "z", personal=v),
        lambda v: Flow(v, "b", "x", "other"),
        lambda v: Flow("a", v, "x", "other"),
        lambda v: Flow("a", "b", v, "other"),
        lambda v: Flow("a", "b", "x", v),
        lambda v: Exclusion(v, "r", "o"),
        lambda v: Exclusion("a", v, "o"),
        lambda v: Exclusion("a", "r", v),
    ],
)
def test_bad_input_of_any_type_is_answered_with_a_sentence(make, value):
    with pytest.raises(ThreatLabError):
        make(value)


@pytest.mark.parametrize("value", [None, 7, "API", {"a": 1}, [None], ["API"]])
@pytest.mark.parametrize("part", ["zones", "elements", "flows", "exclusions"])
def test_parts_that_are_no_parts_are_refused_by_name(part, value):
    with pytest.raises(ThreatLabError, match=part):
        DataFlow("x", **{part: value})


class Counted(tuple):
    """Parts that count how often somebody goes through all of them."""

    __slots__ = ()
    times = 0

    def __iter__(self):
        Counted.times += 1
        return super().__iter__()


def test_parts_are_looked_up_and_not_searched_for_however_many_there_are(monkeypatch):
    monkeypatch.setattr("threatlab.dataflow.as_parts", lambda _, parts, __: Counted(parts))
    drawing = DataFlow("many", zones=[Zone(f"Z{n}", "own") for n in range(9)])
    drawing = replace(drawing, elements=[Element(f"E{n}", "process", f"Z{n % 9}") for n in range(90)])
    drawing = replace(drawing, flows=[Flow(f"E{n}", f"E{n + 1}", "x", "other") for n in range(89)])
    Counted.times = 0
    assert len(drawing.crossings) == 89
    assert Counted.times <= 3


def test_a_flow_crosses_if_its_ends_stand_in_different_zones(small):
    assert [(c.number, c.leaves.name, c.enters.name) for c in small.crossings] == [(1, "Internet", "Ours")]


def test_two_zones_of_the_same_kind_have_a_boundary_between_them(small):
    two = small.with_zone("Training", "own").with_element("Job", "process", "Training")
    two = two.with_flow("Job", "Model", "weights", "model files")
    assert [c.number for c in two.crossings] == [1, 3]


def test_an_element_takes_its_flows_and_its_exclusion_along(small):
    left = small.excluding("API", "why", "who").without("API")
    assert [e.name for e in left.elements] == ["Customer", "Model"]
    assert left.flows == ()
    assert left.exclusions == ()


def test_what_hangs_on_a_part_goes_along_when_the_part_is_renamed(small):
    left_out = small.excluding("API", "why", "who")
    changed = left_out.changing_element("API", name="Gateway", personal=True).changing_zone("Ours", name="Cloud")
    assert changed.zone_of("Gateway").name == "Cloud"
    assert changed.element("Gateway").personal
    assert [(f.source, f.target) for f in changed.flows] == [("Customer", "Gateway"), ("Gateway", "Model")]
    assert changed.left_out == {"Gateway"}
    assert (
        changed.changing_element("Gateway", name="API", personal=False).changing_zone("Cloud", name="Ours") == left_out
    )


def test_a_changed_flow_keeps_its_number(small):
    changed = small.changing_flow(1, label="an order", carries="actions")
    assert changed.numbered == {1: Flow("Customer", "API", "an order", "actions"), 2: small.flows[1]}


def test_the_other_flows_keep_their_order_when_one_is_taken_away(small):
    assert small.without_flow(1).numbered == {1: small.flows[1]}


def test_what_is_left_out_takes_its_flows_out_of_scope_but_not_out_of_the_drawing(small):
    without = small.excluding("API", "why", "who", "in spring")
    assert without.flows == small.flows
    assert not any(map(without.in_scope, without.flows))
    assert [e.name for e in without.elements if without.in_scope(e)] == ["Customer", "Model"]
    assert without.including("API") == small


def test_no_change_touches_the_drawing_it_starts_from(small):
    before = repr(small), small.elements, small.flows
    small.with_element("Log", "data store", "Ours").with_flow("API", "Log", "all", "other").without("API")
    small.excluding("API", "why", "who").finished()
    assert (repr(small), small.elements, small.flows) == before


def test_names_are_one_text_however_they_are_spaced(small):
    assert small.with_element("  Request   log ", "data store", " Ours ").element("Request log").zone == "Ours"


def test_every_word_of_the_vocabularies_says_what_it_means():
    for words in (ZONE_KINDS, ELEMENT_KINDS, CARRIES):
        assert all(len(meaning.split()) > 3 for meaning in words.values())


@thorough
@given(st.data())
def test_whatever_is_taken_away_the_rest_still_is_a_drawing(data):
    drawing = load_drawing(data.draw(st.sampled_from(list_drawings())))
    names = data.draw(st.permutations([e.name for e in drawing.elements]))
    for name in names:
        touching = drawing.flows_of(name)
        smaller = drawing.without(name)
        assert len(smaller.flows) == len(drawing.flows) - len(touching)
        assert {c.flow for c in smaller.crossings} == {c.flow for c in drawing.crossings} - set(touching)
        drawing = smaller
    assert drawing.elements == drawing.flows == drawing.exclusions == ()


def test_the_repr_counts_what_is_drawn(small):
    assert re.search(r"3 elements in 2 zones, 2 flows, 1 across a boundary, 0 left out", repr(small))
