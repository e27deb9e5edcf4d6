"""What is worth something in a drawing, and who can be where: said by whoever drew it, or read and marked as such."""

from __future__ import annotations

import pytest

from tests.unit.drawings import sketch
from threatlab.catalog import catalog
from threatlab.dataflow.files import drawing_from_table, drawing_to_dict, drawing_to_toml, list_drawings, load_drawing
from threatlab.dataflow.who import (
    WHERE,
    adversaries_at,
    assets_of,
    attack_surface,
    said_to_be_none,
    ways_in,
    whom_threats_serve,
    within_reach,
)
from threatlab.errors import ThreatLabError
from threatlab.files import parse

WHOLE = load_drawing("ml-pipeline-prod")


@pytest.mark.parametrize(
    ("drawn", "who"),
    [
        ("A: person, internet; B: process > A > B: questions", {"customer", "competitor"}),
        ("A: person, internet; B: process > A > B: other", {"customer"}),
        ("A: process, user device; B: process > B > A: decisions", {"customer", "competitor"}),
        ("A: data store, third party; B: process > A > B: model files", {"contributor", "supplier"}),
        ("A: data store, internet; B: process > A > B: training data", {"contributor"}),
        ("A: data store, internet; B: process > A > B: documents", {"author"}),
        ("A: data store, internet; B: process > B > A: documents", set()),
        ("A: person; B: process > A > B: questions", {"insider", "thief"}),
        ("A: person; B: model, third party > A > B: questions", {"insider", "supplier", "thief"}),
        ("A: model, third party; B: process > A > B: documents", {"supplier"}),
        ("A: process, internet; B: process > A > B: actions", {"intruder"}),
        ("A: process, internet; B: process > A > B: credentials", {"thief"}),
        ("A: process; B: data store > A > B: training data", set()),
    ],
)
def test_who_can_be_at_an_outer_end_is_read_from_kinds_and_zones(drawn, who):
    elements, _, flow = drawn.partition(" > ")
    read = adversaries_at(sketch(elements, flow), 1)
    assert set(read.names) == who
    assert not read.said
    assert read.mark == ("our reading" if who else "")


def test_what_somebody_has_said_is_taken_and_not_read_again():
    said = WHOLE.changing_flow(1, adversaries=["intruder"]).changing_element("Loan model", assets=["money"])
    assert adversaries_at(said, 1).words == "intruder"
    assert assets_of(said, "Loan model").words == "money"
    assert adversaries_at(WHOLE, 1).words == "customer, competitor (our reading)"
    assert assets_of(WHOLE, "Loan model").words == "model (our reading)"


def test_whoever_drew_it_can_say_that_there_is_none():
    said = WHOLE.changing_flow(1, adversaries=["nobody"]).changing_element("Loan model", assets=["nothing"])
    assert list(attack_surface(said)) == [4, 8]
    for named in (adversaries_at(said, 1), assets_of(said, "Loan model")):
        assert (named.names, named.said, named.words) == ((), True, "none, by whoever drew it")
    assert drawing_from_table(drawing_to_dict(said)) == said
    assert said_to_be_none(WHOLE) == ()
    flow, element = said_to_be_none(said)
    assert flow.endswith("not our reading: nobody can attack at flow 1.")
    assert element.endswith("not our reading: nothing is of worth at Loan model.")
    assert said_to_be_none(said.excluding("Loan model", "a reason", "an owner")) == (flow,)
    assert not any(number == 1 or element == "Loan model" for number, _, element in ways_in(said))


def test_a_threat_serves_those_of_the_catalog_who_can_be_in_the_drawing():
    serves = catalog().adversaries_of("evasion")
    assert {each.id for each in serves} > {"customer"}
    assert whom_threats_serve(catalog(), None)["evasion"] == serves
    inside = sketch("A: process; B: data store", "A > B: other")
    assert whom_threats_serve(catalog(), inside)["evasion"] == serves, "nobody has said, and nothing was read"
    assert whom_threats_serve(catalog(), inside.changing_flow(1, adversaries=["nobody"]))["evasion"] == ()
    assert [each.id for each in whom_threats_serve(catalog(), WHOLE)["evasion"]] == ["customer"]


@pytest.mark.parametrize(
    ("element", "assets"),
    [
        ("Applicant", ()),
        ("Open-source libraries", ()),
        ("Training job", ()),
        ("Scoring API", ("money", "reputation")),
        ("Loan model", ("model",)),
        ("Model registry", ("model",)),
        ("Request log", ("data", "people")),
    ],
)
def test_models_data_and_people_are_read_where_you_decide_and_money_has_to_be_named(element, assets):
    assert assets_of(WHOLE, element).names == assets
    assert assets_of(WHOLE, element).said == (element == "Scoring API")


def test_the_attack_surface_is_where_somebody_can_be_in_scope():
    assert list(attack_surface(WHOLE)) == [1, 4, 8]
    assert list(attack_surface(WHOLE.excluding("Applicant", "a reason", "nobody"))) == [8]
    assert 6 in attack_surface(WHOLE.changing_flow(6, adversaries=["insider"]))


def test_what_is_within_reach_lies_along_the_flows_from_there_or_to_there():
    chain = sketch(
        "A: person, internet; B: process; C: model; D: data store",
        "A > B: questions",
        "D > C: documents",
        "B > C: questions",
    )
    assert within_reach(chain, 1) == ("B", "C")
    assert within_reach(chain.with_flow("C", "A", "answer", "decisions"), 4) == ("C", "D", "B", "A")
    assert within_reach(chain.excluding("C", "a reason", "nobody"), 1) == ("B",)
    assert list(ways_in(chain)) == [(1, "competitor", "C")]
    assert next(ways_in(chain.changing_element("B", assets=["money"]))) == (1, "customer", "B")


def test_every_adversary_of_the_catalog_can_be_read_somewhere():
    assert WHERE.keys() == catalog().adversaries.keys()


def test_names_are_kept_in_the_catalogs_order_each_once():
    flow = WHOLE.changing_flow(1, adversaries=["insider", "customer", "insider"]).flow(1)
    assert flow.adversaries == ("customer", "insider")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda: WHOLE.changing_flow(1, adversaries=["custommer"]), "did you mean 'customer'"),
        (lambda: WHOLE.changing_flow(1, adversaries=["nobody", "thief"]), "'nobody' says that there is none"),
        (
            lambda: WHOLE.changing_element("Loan model", assets=["model", "nothing"]),
            "'nothing' says that there is none",
        ),
        (lambda: WHOLE.changing_flow(1, adversaries="customer"), "give a list of customer, competitor"),
        (lambda: WHOLE.changing_element("Loan model", assets=["modell"]), "did you mean 'model'"),
        (lambda: WHOLE.changing_element("Loan model", assets=3), "give a list of model, data"),
        (lambda: WHOLE.changing_element("Loan model", worth=3), "the worth of element 'Loan model'"),
        (lambda: adversaries_at(WHOLE, 99), "there is no flow 99"),
        (lambda: attack_surface("x"), "are read from a DataFlow"),
    ],
)
def test_what_cannot_be_is_refused_by_its_value_and_the_way_out(change, said):
    with pytest.raises(ThreatLabError, match=said.replace("(", "\\(")):
        change()


def test_a_drawing_keeps_what_is_named_and_one_that_names_nothing_is_written_as_before():
    named = WHOLE.changing_element("Loan model", assets=["model"], worth="Two years of work").changing_flow(
        8, adversaries=["contributor"]
    )
    for text, language in ((drawing_to_toml(named), ".toml"), (None, ".json")):
        table = parse(text, language, "it", "a name") if text else drawing_to_dict(named)
        assert drawing_from_table(table) == named
    for drawing in map(load_drawing, list_drawings()):
        for part in (*drawing_to_dict(drawing)["elements"], *drawing_to_dict(drawing)["flows"]):
            assert all(part[name] for name in ("assets", "worth", "adversaries") if name in part)
