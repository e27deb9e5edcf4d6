"""What changed between two reviews: found in every part, told in every format, and nothing where nothing did."""

from __future__ import annotations

import json
import re
from dataclasses import fields, replace
from datetime import date
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import CONTROLS, FACTS, examples, systems
from tests.unit.test_report import as_github_shows_it
from tests.unit.threat_models import BARE, HOSTILE, full, models, quick, with_text
from threatlab import AISystem, ThreatLabError, assess, diff, diff_inventory, list_systems, load_system
from threatlab.changes import to_json, to_markdown, to_text
from threatlab.changes.compare import CALLED
from threatlab.changes.writing import fields_said
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import load_drawing
from threatlab.report import ThreatModel

SHADOWRAY = load_system("shadowray")
SAFER = SHADOWRAY.with_(authentication_enforced=True, rate_limiting_enabled=True)
DRAWING = load_drawing("shadowray")
FLEET = [load_system(name) for name in list_systems()]


@pytest.fixture(autouse=True, scope="module")
def few_orders():
    """An estimate of few orders, quickly made: how good one of many is, test_shares.py asks."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("threatlab.changes.compare.PAIRS", 3)
        yield


# ---- one system


@examples(25)
@given(systems(), systems())
def test_answers_findings_and_threats_are_those_that_differ(before, after):
    change, was, now = diff(before, after), assess(before), assess(after)
    differ = {name for name in (*FACTS, *CONTROLS) if before[name] != after[name]}
    assert {answer.attribute: (answer.before, answer.after) for answer in change.answers} == {
        name: (before[name], after[name]) for name in differ
    }
    assert sum(answer.share for answer in change.answers) == pytest.approx(now.risk_score - was.risk_score, abs=1e-9)
    sizes = [abs(round(answer.share, 12)) for answer in change.answers]
    assert sizes == sorted(sizes, reverse=True)
    old, new = ({finding.attribute for finding in result.findings} for result in (was, now))
    assert {finding.attribute for finding in change.opened} == new - old
    assert {finding.attribute for finding in change.closed} == old - new
    for threat in change.threats:
        assert (threat.before, threat.after) == (was.by_threat[threat.threat], now.by_threat[threat.threat])
    still = set(was.by_threat) - {threat.threat for threat in change.threats}
    assert all(was.by_threat[name] == pytest.approx(now.by_threat[name], abs=1e-9) for name in still)


@pytest.mark.slow
@quick
@given(models())
def test_no_change_gives_nothing(model):
    change = diff(model, model.with_(made_on=model.made_on))
    assert not change
    assert (change.answers, change.opened, change.closed, change.threats, change.parts, change.also) == ((),) * 6
    assert (change.by, change.forgotten) == (0.0, ())
    assert "Nothing changed" in to_markdown(change)


@pytest.mark.slow
@quick
@given(models(), models())
def test_old_and_new_swapped_tell_the_same_the_other_way_around(one, other):
    other = other.with_(ruleset=one.ruleset)
    there, back = diff(one, other), diff(other, one)
    assert (there.opened, there.closed, there.also) == (back.closed, back.opened, back.also)
    opposite = {"added": "removed", "removed": "added", "changed": "changed"}
    assert [(p.kind, p.name, p.change) for p in there.parts] == [
        (p.kind, p.name, opposite[p.change]) for p in back.parts
    ]
    shares = {answer.attribute: answer.share for answer in there.answers}
    assert shares == pytest.approx({answer.attribute: -answer.share for answer in back.answers}, abs=1e-12)


def test_a_change_tells_what_came_to_be_worth_something_and_who_was_said_to_be_there():
    flow = DRAWING.flows[0]
    named = DRAWING.changing_element("Workers", assets=["money", "data"]).changing_flow(1, adversaries=["thief"])
    told = {(part.kind, part.name): part for part in diff(DRAWING, named).parts}
    assert told["element", "Workers"].fields == (("assets", "money", "data, money"),)
    assert told["flow", str(flow)].fields == (("adversaries", "none", "thief"),)


def test_a_drawing_tells_which_parts_changed_and_which_flows_cross_a_boundary_now():
    inside = DRAWING.element(DRAWING.crossings[-1].flow.target)
    outside = next(zone for zone in DRAWING.zones if zone.name == DRAWING.crossings[-1].leaves.name)
    moved = DRAWING.changing_element(inside.name, zone=outside.name).without_flow(1)
    moved = moved.with_zone("Spare", "own").excluding(moved.elements[-1].name, "Not ours", "Kim")
    told = {(part.kind, part.name): part for part in diff(DRAWING, moved).parts}
    assert told["element", inside.name].fields == (("zone", inside.zone, outside.name),)
    assert told["flow", str(DRAWING.flows[0])].change == "removed"
    assert told["zone", "Spare"].change == "added"
    assert told["left out of scope", moved.elements[-1].name].change == "added"
    crossings = [{str(each.flow) for each in drawing.crossings} for drawing in (DRAWING, moved)]
    kinds = [
        {n for (kind, n), part in told.items() if kind == "boundary crossed by" and part.change == c}
        for c in ("added", "removed")
    ]
    assert kinds == [crossings[1] - crossings[0], crossings[0] - crossings[1]]
    assert any(kinds)
    assert diff(DRAWING, moved).after == assess(system_from(moved)).risk_score


def test_the_order_in_which_a_drawing_is_drawn_does_not_matter():
    turned = replace(
        DRAWING, **{part: getattr(DRAWING, part)[::-1] for part in ("zones", "elements", "flows", "exclusions")}
    )
    assert turned != DRAWING
    assert not diff(DRAWING, turned)


def test_the_plan_and_the_acceptances_are_compared_and_one_that_has_expired_is_told():
    model, control = full(), full().plan.steps[0].control
    late = replace(model.plan.steps[0], owner="Ada", due=date(2027, 3, 1))
    later = model.with_(
        plan=replace(model.plan, steps=(late, *model.plan.steps[2:])),
        policy=model.policy.accept("staff_trained", "In spring", "Kim", "2027-04-01"),
        made_on=date(2027, 3, 2),
    )
    told = {(part.kind, part.name): part for part in diff(model, later).parts}
    assert told["planned step", control].fields == (
        ("owner", "Kim", "Ada"),
        ("due", str(model.plan.steps[0].due), "2027-03-01"),
    )
    assert told["planned step", model.plan.steps[1].control].change == "removed"
    assert told["accepted risk", "staff_trained"].change == "added"
    assert told["accepted risk", "rbac_configured"].fields == (("holds", "yes", "no"),)
    tighter = diff(model, model.with_(policy=replace(model.policy, max_risk=0.4)))
    assert [(part.kind, part.fields) for part in tighter.parts] == [("policy", (("max_risk", "0.5", "0.4"),))]
    assert fields_said(tighter.parts[0]) == "highest risk score: 0.4, was 0.5"


def test_no_field_is_told_by_its_name_in_the_code():
    bare = full().with_(drawing=None, plan=None, policy=None, evidence=(), reviews=(), reviewers=["Kim"])
    for change in (diff(bare, full()), diff(full(), bare)):
        parts = [replace(part, fields=tuple((name, "", "so") for name, *_ in part.fields)) for part in change.parts]
        assert "_" not in " ".join([*change.also, *map(fields_said, parts)])
    compared = {each.name for each in fields(ThreatModel)} - {"system", "drawing", "plan", "policy"}
    assert compared - {"ruleset", "measured"} <= CALLED.keys()


def test_whatever_else_differs_is_named():
    other = full().with_(
        system=AISystem("shadowray", owner="Nobody", **full().system.known), evidence=(), notes="Second"
    )
    assert {"the system's owner", "what the attacks showed", "the notes"} <= {*diff(full(), other).also}
    assert not diff(full(), full().with_(made_on=date(2026, 12, 2))), "a day alone is no change"


def test_a_fact_that_nobody_speaks_of_any_more_is_named_since_it_makes_nothing_safer():
    silent = SHADOWRAY.with_(internet_facing=None)
    change = diff(SHADOWRAY, silent)
    assert change.by < 0
    assert change.forgotten == ("internet_facing",)
    assert "Answered before, and unknown now: internet_facing" in to_text(change)
    assert change.closed
    assert {change.why(finding, opened=False) for finding in change.closed} == {"unknown whether it still applies"}
    denied = diff(SHADOWRAY, SHADOWRAY.with_(internet_facing=False))
    assert {denied.why(finding, opened=False) for finding in denied.closed} == {"no longer applies"}
    open_again = diff(SHADOWRAY.with_(uses_tools=False), SHADOWRAY.with_(uses_tools=None))
    assert open_again.forgotten == ("uses_tools",)
    assert diff(SHADOWRAY, SHADOWRAY.with_(internet_facing=False, authentication_enforced=None)).forgotten == ()


# ---- inventories


@quick
@given(st.lists(systems(), min_size=1, max_size=4), st.lists(systems(), min_size=1, max_size=4), st.integers(0, 9))
def test_inventories_are_matched_by_name_whatever_their_order_is(drawn, others, seed):
    old = [AISystem(f"s{place}", **system.known) for place, system in enumerate(drawn)]
    new = [AISystem(f"s{place}", **system.known) for place, system in enumerate([drawn[0], *others])]
    change = diff_inventory(old, new)
    for side in (old, new):
        Random(seed).shuffle(side)
    again = diff_inventory(old, new)
    assert (to_text(change), to_json(change)) == (to_text(again), to_json(again))
    assert len(change.changed) + change.same == len({s.name for s in old} & {s.name for s in new})
    assert {model.system.name for model in change.added} == {s.name for s in new} - {s.name for s in old}
    assert {model.system.name for model in change.removed} == {s.name for s in old} - {s.name for s in new}
    total = sum(each.by for each in change.changed)
    assert sum(share for _, _, share in change.answers) == pytest.approx(total, abs=1e-9)
    moved = [abs(round(each.by, 12)) for each in change.changed]
    assert moved == sorted(moved, reverse=True)


def test_an_inventory_without_a_change_gives_nothing():
    change = diff_inventory(FLEET, FLEET[::-1])
    assert not change
    assert (change.same, change.answers) == (len(FLEET), ())
    assert "NOTHING CHANGED" in to_text(change)


def test_many_systems_are_listed_by_what_moved_most_and_the_rest_is_counted():
    old = [AISystem(f"bot-{place:03}", generates_content=True, internet_facing=bool(place % 2)) for place in range(60)]
    change = diff_inventory(old, [system.with_(rate_limiting_enabled=True) for system in old[:-1]])
    text = to_text(change)
    assert text.startswith("59 of 59 systems changed, 0 new, 1 gone\n")
    assert len(re.findall(r"bot-\d+ ", text)) == 20
    assert "39 further systems: --format json lists all." in text
    assert len(json.loads(to_json(change))["changed"]) == 59


def test_a_long_name_breaks_its_own_row_and_no_other():
    old = [AISystem("a-name-without-end-" * 9, generates_content=True), AISystem("bot", generates_content=True)]
    text = to_text(diff_inventory(old, [system.with_(rate_limiting_enabled=True) for system in old]))
    assert max(map(len, text.splitlines())) <= 80
    assert any(re.search(r" bot +rate_limiting_enabled$", row) for row in text.splitlines())


# ---- formats


@pytest.mark.slow
@quick
@given(models(), models())
def test_each_format_tells_every_answer_and_finding_and_text_keeps_to_eighty_columns(one, other):
    change = diff(one.with_(ruleset="ai"), other.with_(ruleset="ai"))
    text, table = to_text(change), json.loads(to_json(change))
    assert max(map(len, text.splitlines())) <= 80
    assert [answer["attribute"] for answer in table["answers"]] == [answer.attribute for answer in change.answers]
    assert table["risk_after"] == change.after
    shown = as_github_shows_it(to_markdown(change)).words
    for name in [*(a.attribute for a in change.answers), *(f.attribute for f in (*change.opened, *change.closed))]:
        assert name in text
        assert name in shown


@pytest.mark.parametrize("typed", HOSTILE)
def test_any_text_is_shown_as_it_is_and_turns_into_nothing(typed):
    plain, odd = (diff(BARE, with_text(text).with_(course=False)) for text in ("a word", typed))
    assert as_github_shows_it(to_markdown(odd)).shape == as_github_shows_it(to_markdown(plain)).shape
    text = to_text(odd)
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e]", text)
    json.loads(to_json(odd).encode("utf-8"))


def test_a_share_that_is_estimated_has_its_error_bar_beside_it():
    change = diff(
        AISystem("bot", **dict.fromkeys(FACTS, True)), AISystem("bot", **dict.fromkeys((*FACTS, *CONTROLS), True))
    )
    row = next(row for row in to_text(change).splitlines() if change.answers[0].attribute in row)
    assert re.match(r"^-0\.\d{3} ± 0\.\d{3}  ", row)
    assert f"The shares are estimates: means over {2 * change.pairs} orders" in to_text(change)
    assert change.to_dict()["sampled"] == {"pairs": change.pairs, "seed": 0}
    assert "±" not in to_text(diff(SHADOWRAY, SAFER))


BAD = [
    (lambda: diff("tay", SHADOWRAY), "old is 'tay'; give an AISystem, a ThreatModel or a DataFlow"),
    (lambda: diff(SHADOWRAY, None), "new is None"),
    (lambda: diff(SHADOWRAY, SAFER, seed=1.5), "seed is 1.5"),
    (lambda: diff(BARE.with_(ruleset="core"), BARE), r"scored by ruleset 'core', and is by 'ai'; take one for both"),
    (lambda: diff_inventory([], FLEET), "old is empty"),
    (lambda: diff_inventory(FLEET, "fleet.csv"), "new is 'fleet.csv'; give a list of systems"),
    (lambda: diff_inventory(FLEET, [*FLEET, FLEET[0]]), f"two systems of new are called '{FLEET[0].name}'"),
    (lambda: diff_inventory([3], FLEET), "a system of old is 3"),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
