"""Facts read from a drawing: each shown by the smallest drawing that has it, and by nothing near to it."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.drawings import sketch
from tests.unit.strategies import thorough
from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.catalog import catalog
from threatlab.dataflow import CARRIES, DataFlow
from threatlab.dataflow.facts import facts_from, hidden_by_exclusions, system_from, why_it_matters
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.dataflow.rules import RULES

PLACES = {
    "web": "internet",
    "phone": "user device",
    "vendor": "third party",
    "own": "own",
    "lab": "own",
}
KINDS = {"person": "person", "proc": "process", "model": "model", "store": "data store", "tool": "tool"}


def drawn(*flows, alone=()):
    """Return a drawing from lines such as "web.person > own.proc: questions"; a ! marks personal data."""
    drawing = DataFlow("drawn")
    for zone, kind in PLACES.items():
        drawing = drawing.with_zone(zone, kind)
    for element in [*alone, *(end for flow in flows for end in flow.split(":")[0].split(" > "))]:
        if element not in [e.name for e in drawing.elements]:
            zone, kind = element.split(".")
            drawing = drawing.with_element(element, KINDS[kind.rstrip("123")], zone)
    for place, flow in enumerate(flows):
        ends, carries = flow.split(": ")
        source, target = ends.split(" > ")
        drawing = drawing.with_flow(source, target, f"f{place}", carries.rstrip("!"), personal="!" in carries)
    return drawing


SHOWN = {
    "makes_predictions": (["own.model > own.proc: decisions"], ["own.proc > own.model: decisions"]),
    "generates_content": (["own.model > own.proc: generated content"], ["own.model > own.proc: decisions"]),
    "uses_tools": (["own.model > own.tool: actions"], ["own.proc > own.tool: actions"]),
    "uses_third_party_tools": (["own.model > vendor.tool: actions"], ["own.proc > vendor.tool: actions"]),
    "works_with_agents": (
        [
            "own.model > own.proc: generated content",
            "own.proc > own.model2: questions",
            "own.model2 > own.tool: actions",
        ],
        ["own.model > own.proc: generated content", "own.proc > own.model2: questions", "own.model2 > own.tool: other"],
    ),
    "acts_without_approval": (
        ["own.model > own.proc: decisions", "own.proc > vendor.tool: actions"],
        ["own.model > own.person: decisions", "own.person > vendor.tool: actions"],
    ),
    "trains_model": (
        [
            "own.store > own.proc: training data",
            "own.proc > own.store2: model files",
            "own.store2 > own.model: model files",
        ],
        ["own.store > vendor.proc: training data", "own.store2 > own.model: model files"],
    ),
    "learns_from_user_input": (
        ["web.person > own.proc: questions", "own.proc > own.store: other", "own.store > own.model: training data"],
        ["web.person > own.proc: questions", "own.store > own.model: training data"],
    ),
    "uses_third_party_model": (["vendor.store > own.proc: model files"], ["vendor.store > own.proc: documents"]),
    "handles_personal_data": (["own.proc > own.model: questions!"], ["own.proc > own.model: questions"]),
    "uses_retrieval": (
        ["own.store > own.proc: documents", "own.proc > own.model: questions"],
        ["own.proc > own.store: documents", "own.proc > own.model: questions"],
    ),
    "ingests_untrusted_content": (
        ["web.store > own.proc: documents", "own.proc > own.model: questions"],
        ["own.store > own.proc: documents", "own.proc > own.model: questions"],
    ),
    "keeps_memory": (["own.store > own.model: memory"], ["own.store > own.person: memory"]),
    "holds_credentials": (["own.store > own.tool: credentials"], ["own.person > own.tool: credentials"]),
    "internet_facing": (["web.person > own.proc: questions"], ["own.proc > web.person: decisions"]),
    "runs_on_user_devices": (["own.store > phone.proc: model files"], ["phone.proc > own.store: model files"]),
}
ALSO = {
    "a phone's app that asks faces the internet": ("internet_facing", ["phone.proc > own.proc: questions"], True),
    "a page that is fetched opens no door": ("internet_facing", ["web.store > own.proc: documents"], False),
    "a person on the internet who asks a vendor's model": (
        "internet_facing",
        ["web.person > vendor.model: questions"],
        True,
    ),
    "people who talk to each other": ("internet_facing", ["web.person > own.person: other"], False),
    "a person on the way approves": (
        "acts_without_approval",
        ["own.model > own.proc: actions", "own.proc > own.person: actions", "own.person > own.tool: actions"],
        False,
    ),
    "handing a command on is not carrying it out": (
        "acts_without_approval",
        ["own.model > own.proc: actions", "own.proc > own.tool: actions"],
        True,
    ),
    "a tool that calls a tool has acted": (
        "acts_without_approval",
        ["own.model > own.tool: actions", "own.tool > own.person: actions", "own.person > own.tool2: actions"],
        True,
    ),
    "what a program does by itself is no model's act": (
        "acts_without_approval",
        ["own.proc > own.model: questions", "own.proc > own.tool: actions"],
        False,
    ),
    "a vendor's model that takes part": ("uses_third_party_model", ["own.proc > vendor.model: questions"], True),
    "a vendor's store of files": ("uses_third_party_model", ["own.proc > vendor.store: other"], False),
    "files handed on inside": ("uses_third_party_model", ["own.store > own.model: model files"], False),
    "a model trained at a vendor's is not ours": ("trains_model", ["own.store > vendor.model: training data"], False),
    "a vendor's model learns from users too": (
        "learns_from_user_input",
        ["web.person > vendor.model: training data"],
        True,
    ),
    "keys are nothing to learn from": (
        "learns_from_user_input",
        ["web.person > own.proc: credentials", "own.proc > own.model: training data"],
        False,
    ),
    "a public data set is no user": ("learns_from_user_input", ["web.store > own.model: training data"], False),
    "tool output is read": (
        "ingests_untrusted_content",
        ["vendor.tool > own.model: documents"],
        True,
    ),
    "a question is no document": ("ingests_untrusted_content", ["web.person > own.model: questions"], False),
    "documents from outside that reach no model": (
        "ingests_untrusted_content",
        ["web.person > own.proc: documents", "own.proc > own.store: documents"],
        False,
    ),
    "stored first, read later": (
        "ingests_untrusted_content",
        ["web.person > own.proc: other", "own.proc > own.store: other", "own.store > own.model: documents"],
        True,
    ),
    "a tool whose package comes from outside": (
        "uses_third_party_tools",
        ["web.store > own.store: model files", "own.store > own.tool: model files"],
        True,
    ),
    "a package from outside that is no tool": (
        "uses_third_party_tools",
        ["own.model > own.tool: actions", "web.store > own.proc: model files"],
        False,
    ),
    "a vendor's tool that a program commands as the model says": (
        "uses_third_party_tools",
        ["own.model > own.proc: actions", "own.proc > vendor.tool: actions"],
        True,
    ),
    "a search engine that a model asks": ("uses_third_party_tools", ["own.model > web.tool: questions"], True),
    "a decision that is paid out is no tool's call": (
        "uses_third_party_tools",
        ["own.model > own.proc: decisions", "own.proc > vendor.tool: actions"],
        False,
    ),
    "a planner that tasks a worker": (
        "works_with_agents",
        ["own.model > own.model2: actions", "own.model2 > own.tool: actions"],
        True,
    ),
    "agents that share a memory": (
        "works_with_agents",
        ["own.model > own.store: memory", "own.store > own.model2: memory", "own.model2 > own.proc: generated content"],
        True,
    ),
    "a model that reads what it wrote itself": (
        "works_with_agents",
        ["own.model > own.store: memory", "own.store > own.model: memory", "own.model > own.proc: generated content"],
        False,
    ),
    "a person between two models": (
        "works_with_agents",
        [
            "own.model > own.person: generated content",
            "own.person > own.model2: generated content",
            "own.model2 > own.tool: actions",
        ],
        False,
    ),
    "a score that a second model is given is no agent's word": (
        "works_with_agents",
        [
            "own.model > own.proc: decisions",
            "own.proc > own.model2: decisions",
            "own.model2 > own.tool: actions",
        ],
        False,
    ),
    "a program that acts for a model with its own key": (
        "holds_credentials",
        [
            "own.model > own.proc: generated content",
            "own.store > own.proc: credentials",
            "own.proc > own.tool: actions",
        ],
        True,
    ),
    "a program with a key that no model speaks to": (
        "holds_credentials",
        ["own.proc > own.model: questions", "own.store > own.proc: credentials", "own.proc > own.tool: actions"],
        False,
    ),
    "keys that lie in a store": ("holds_credentials", ["own.person > own.store: credentials"], False),
    "memory by way of a program": (
        "keeps_memory",
        ["own.store > own.proc: memory", "own.proc > own.model: memory"],
        True,
    ),
}


def test_there_is_a_rule_for_each_fact_of_the_catalog_and_for_nothing_else():
    assert set(RULES) == set(catalog().facts) == set(SHOWN)


@pytest.mark.parametrize("fact", SHOWN)
def test_a_fact_is_shown_by_its_smallest_drawing_and_not_by_the_nearest(fact):
    shows, near = SHOWN[fact]
    assert facts_from(drawn(*shows))[fact].value is True
    assert facts_from(drawn(*near))[fact].value is None
    assert facts_from(drawn(*near).finished())[fact].value is False


@pytest.mark.parametrize(("fact", "flows", "true"), ALSO.values(), ids=ALSO)
def test_what_else_shows_a_fact_and_what_does_not(fact, flows, true):
    assert facts_from(drawn(*flows).finished())[fact].value is true


@pytest.mark.parametrize("fact", SHOWN)
def test_the_smallest_drawing_is_the_smallest(fact):
    shows, _ = SHOWN[fact]
    for left in range(len(shows)):
        fewer = [flow for place, flow in enumerate(shows) if place != left]
        assert facts_from(drawn(*fewer))[fact].value is None


def test_a_model_on_a_phone_needs_no_flow_to_be_there():
    assert facts_from(drawn(alone=["phone.model"]))["runs_on_user_devices"].value is True


def test_a_reading_names_the_flows_that_show_it_by_their_numbers():
    reading = facts_from(drawn(*SHOWN["learns_from_user_input"][0]))["learns_from_user_input"]
    assert reading.flows == (1, 2, 3)
    path = "web.person > own.proc (questions) > own.store (other) > own.model (training data)"
    assert reading.because == f"flows 1, 2, 3: {path.replace('>', chr(0x2192))}"


def test_a_reading_begins_where_somebody_has_said_who_could_attack_though_another_way_is_shorter():
    drawing = drawn(
        "phone.person > own.store: documents",
        "own.store > own.model: documents",
        "own.tool > own.store: documents",
        "web.person > own.tool: documents",
    )
    assert facts_from(drawing)["ingests_untrusted_content"].flows == (1, 2)
    for adversary, flows in (("author", (4, 3, 2)), ("nobody", (1, 2))):
        named = replace(drawing.flow(4), adversaries=(adversary,))
        told = replace(drawing, flows=(*drawing.flows[:3], named))
        assert facts_from(told)["ingests_untrusted_content"].flows == flows


def test_numbers_are_those_of_the_whole_drawing_when_something_is_left_out():
    drawing = drawn("lab.person > lab.proc: other", "web.person > own.proc: questions")
    reading = facts_from(drawing.excluding("lab.proc", "why", "who"))["internet_facing"]
    assert reading.flows == (2,)


def test_what_is_left_out_shows_nothing_unless_it_is_asked_for():
    drawing = drawn("web.person > own.proc: questions").excluding("own.proc", "why", "who")
    assert facts_from(drawing)["internet_facing"].value is None
    assert facts_from(drawing, with_excluded=True)["internet_facing"].value is True
    assert facts_from(drawing.finished())["internet_facing"].value is False
    assert "left in scope" in facts_from(drawing.finished())["internet_facing"].because


def test_a_loop_of_flows_ends():
    drawing = drawn(
        "web.store > own.proc: documents", "own.proc > own.model: questions", "own.model > own.proc: documents"
    )
    assert facts_from(drawing)["ingests_untrusted_content"].flows == (1, 2)


def values(drawing):
    """Return True, False or None for each fact."""
    return {fact: reading.value for fact, reading in facts_from(drawing.finished()).items()}


@st.composite
def random_drawings(draw, zones=tuple(PLACES)):
    elements = [f"{zone}.{kind}" for zone in zones for kind in KINDS]
    ends = st.lists(st.sampled_from(elements), min_size=2, max_size=2, unique=True)
    flows = draw(st.lists(st.tuples(ends, st.sampled_from(list(CARRIES))), max_size=8))
    return drawn(*(f"{a} > {b}: {carries}" for (a, b), carries in flows))


def may_take_a_fact_away(drawing, number):
    """Tell whether a flow may be a person's yes, an answer to a query, a command handed on, or where documents lie."""
    flow = drawing.numbered[number]
    kinds = {drawing.element(flow.source).kind, drawing.element(flow.target).kind}
    return (
        flow.carries in ("actions", "documents")
        or "person" in kinds
        or drawing.element(flow.source).kind == "data store"
    )


@thorough
@given(random_drawings(), st.data())
def test_one_more_flow_never_makes_a_fact_untrue_nor_lowers_the_risk(drawing, data):
    numbers = [number for number in drawing.numbered if not may_take_a_fact_away(drawing, number)]
    if not numbers:
        return
    fewer = drawing.without_flow(data.draw(st.sampled_from(numbers)))
    before, after = facts_from(fewer), facts_from(drawing)
    assert all(after[fact].value for fact, reading in before.items() if reading.value)
    assert assess(system_from(drawing)).risk_score >= assess(system_from(fewer)).risk_score - 1e-12


@thorough
@given(random_drawings(), st.randoms(use_true_random=False))
def test_what_things_are_called_and_in_which_order_they_are_drawn_changes_no_fact(drawing, random):
    names = {element.name: f"E{place}" for place, element in enumerate(drawing.elements)}
    renamed = replace(
        drawing,
        elements=random.sample([replace(e, name=names[e.name]) for e in drawing.elements], len(drawing.elements)),
        flows=random.sample(
            [replace(f, source=names[f.source], target=names[f.target], label="x" + f.label) for f in drawing.flows],
            len(drawing.flows),
        ),
    )
    assert values(renamed) == values(drawing)


@thorough
@given(random_drawings(zones=("own", "vendor", "web")), st.data())
def test_a_program_that_only_passes_on_what_it_gets_changes_no_fact(drawing, data):
    # On the internet a program is one more stranger; and whose keys a program has, it can use when nobody is there.
    inside = [
        f
        for f in drawing.flows
        if drawing.zone_of(f.source) == drawing.zone_of(f.target) != drawing.zone("web")
        and not (f.carries == "credentials" and drawing.element(f.source).kind == "person")
    ]
    if not inside:
        return
    flow = data.draw(st.sampled_from(inside))
    zone = drawing.element(flow.source).zone
    relayed = replace(drawing, flows=tuple(f for f in drawing.flows if f != flow)).with_element(
        "relay", "process", zone
    )
    relayed = relayed.with_flow(flow.source, "relay", "in", flow.carries).with_flow(
        "relay", flow.target, "out", flow.carries
    )
    assert values(relayed) == values(drawing)


@thorough
@given(random_drawings())
def test_what_is_left_open_is_asked_and_what_is_asked_is_unknown(drawing):
    for reading in facts_from(drawing.finished()).values():
        assert (reading.value is None) == bool(reading.asks)


@thorough
@given(random_drawings(), st.data())
def test_leaving_out_never_raises_the_score_and_shows_no_new_fact(drawing, data):
    if not drawing.elements:
        return
    name = data.draw(st.sampled_from([e.name for e in drawing.elements]))
    hidden = hidden_by_exclusions(drawing.excluding(name, "why", "who"))
    assert hidden.everything == assess(system_from(drawing))
    assert hidden.in_scope.risk_score <= hidden.everything.risk_score + 1e-12
    assert hidden.flows == tuple(n for n, f in drawing.numbered.items() if name in (f.source, f.target))
    assert set(hidden.facts) <= hidden.everything.system.true


@thorough
@given(random_drawings())
def test_every_flow_of_a_reading_begins_where_the_one_before_ended(drawing):
    for reading in facts_from(drawing).values():
        flows = [drawing.numbered[number] for number in reading.flows]
        assert all(a.target == b.source for a, b in itertools.pairwise(flows))


@pytest.mark.parametrize("name", list_drawings())
def test_a_drawing_contradicts_no_fact_of_the_system_of_its_name(name):
    drawing, system = load_drawing(name), load_system(name)
    assert drawing.complete
    read = system_from(drawing, with_excluded=True)
    contradicted = {f: (system[f], read[f]) for f in catalog().facts if system[f] is not None and system[f] != read[f]}
    assert contradicted == {}


def test_the_facts_that_only_a_drawing_answers_are_these():
    answered = {
        name: sorted(
            f
            for f, r in facts_from(load_drawing(name), with_excluded=True).items()
            if r.value and load_system(name)[f] is None
        )
        for name in list_drawings()
    }
    assert answered == {
        "memory-links": [],
        "clearview": [],
        "cline": [],
        "ml-pipeline-prod": [
            "handles_personal_data",
            "internet_facing",
            "learns_from_user_input",
            "uses_third_party_model",
        ],
        "nx": [],
        "postmark-mcp": [],
        "pytorch-nightly": ["handles_personal_data"],
        "shadowray": [],
        "tay": [],
    }


def test_leaving_the_job_interface_out_hides_that_the_cluster_faces_the_internet():
    hidden = hidden_by_exclusions(load_drawing("shadowray"), load_system("shadowray"))
    assert hidden.facts == ("internet_facing",)
    assert hidden.risk > 0.1


def test_an_exclusion_that_moves_no_score_still_hides_flows():
    hidden = hidden_by_exclusions(load_drawing("clearview"), load_system("clearview"))
    assert hidden.risk == 0.0
    assert len(hidden.crossings) == 3


WARD = sketch(
    "Nurse: person, user device; Desk: process; Record: data store; Letters: data store; Spare: process; "
    "Mail: tool; Writer: model",
    "Nurse > Desk: questions",
    "Desk > Writer: questions",
    "Record > Writer: documents",
    "Letters > Writer: documents!",
    "Writer > Mail: generated content",
    "Writer > Spare: generated content",
)
MATTERS = {
    "Nurse": {"lowers the risk score", "alone shows: internet-facing", "stands at a trust boundary (flow 1)"},
    "Desk": {
        "lowers the risk score",
        "alone shows: internet-facing",
        "stands at a trust boundary (flow 1)",
        "is the only way from Nurse to Writer",
    },
    "Letters": {"gets or sends personal data (flow 4)"},
    "Record": {"holds personal data"},
    "Mail": {"is a tool: what it does has an effect"},
    "Spare": set(),
}


@pytest.mark.parametrize("element", MATTERS)
def test_what_speaks_against_leaving_a_part_out_is_said_also_where_no_score_tells(element):
    record = replace(WARD.element("Record"), personal=True)
    ward = replace(WARD, elements=tuple(record if e.name == "Record" else e for e in WARD.elements))
    reasons = why_it_matters(ward.excluding("Writer", "why", "who"), element)
    assert {re.sub(r"(risk score) from .*", r"\1", reason) for reason in reasons} == MATTERS[element]
    hidden = hidden_by_exclusions(ward.excluding(element, "why", "who"))
    assert bool(hidden.risk) == any(
        f"from {hidden.everything.risk_score:.2f} to {hidden.in_scope.risk_score:.2f}" in reason for reason in reasons
    )


def test_a_part_that_is_not_drawn_is_answered_with_the_nearest():
    with pytest.raises(ThreatLabError, match="'Record'"):
        why_it_matters(WARD, "Recrod")


def test_facts_come_from_the_drawing_and_controls_from_the_base():
    base = AISystem("base", owner="Ann", keeps_memory=True, rbac_configured=True, notes={"rbac_configured": "seen"})
    system = system_from(drawn("web.person > own.proc: questions"), base)
    assert system.name == "drawn"
    assert system.owner == "Ann"
    assert system["rbac_configured"] is True
    assert system["internet_facing"] is True
    assert system["keeps_memory"] is None
    assert system.notes["rbac_configured"] == "seen"
    assert "web.person" in system.notes["internet_facing"]


@pytest.mark.parametrize("bad", [None, "shadowray", 7, {}])
def test_what_is_no_drawing_is_refused(bad):
    with pytest.raises(ThreatLabError, match="DataFlow"):
        facts_from(bad)


def test_a_base_that_is_no_system_is_refused():
    with pytest.raises(ThreatLabError, match="AISystem"):
        system_from(DataFlow("x"), "shadowray")
