"""Shares of changed answers in a change of the score: they add up, and each answer has what is its own."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import CONTROLS, FACTS, examples, systems
from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.assessment.shares import EXACT, _exact, _risks, _sampled, shares
from threatlab.catalog import catalog

rulesets = st.sampled_from(["ai", "core"])
few = st.sets(st.sampled_from(FACTS + CONTROLS), max_size=EXACT)
SHADOWRAY = load_system("shadowray")


def moved(before, after, ruleset="ai"):
    return assess(after, ruleset).risk_score - assess(before, ruleset).risk_score


def flipped(system, names):
    return system.with_(**{name: not system[name] for name in names})


@examples(30)
@given(systems(), systems(), rulesets)
def test_shares_add_up_to_the_change_however_many_answers_changed(before, after, ruleset):
    found = shares(before, after, ruleset, pairs=3)
    assert sum(share.moved for share in found.values()) == pytest.approx(moved(before, after, ruleset), abs=1e-9)
    assert set(found) <= before.true ^ after.true


@examples(25)
@given(systems(), few, rulesets)
def test_up_to_ten_changes_are_exact_and_add_up(before, names, ruleset):
    after = flipped(before, names)
    found = shares(before, after, ruleset)
    assert sum(share.moved for share in found.values()) == pytest.approx(moved(before, after, ruleset), abs=1e-9)
    assert not any(share.error for share in found.values())


@examples(15)
@given(systems(), st.sets(st.sampled_from(FACTS + CONTROLS), min_size=1, max_size=4), rulesets)
def test_a_share_is_the_mean_of_what_the_answer_moves_over_all_orders(before, names, ruleset):
    after = flipped(before, names)
    total = dict.fromkeys(names, 0.0)
    orders = [*permutations(sorted(names))]
    for order in orders:
        system = before
        for name in order:
            now = system.with_(**{name: after[name]})
            total[name] += moved(system, now, ruleset) / len(orders)
            system = now
    found = shares(before, after, ruleset)
    for name, share in total.items():
        assert (found[name].moved if name in found else 0.0) == pytest.approx(share, abs=1e-12)


@examples(25)
@given(systems(), systems(), rulesets)
def test_swapped_systems_have_negated_shares(before, after, ruleset):
    there, back = (shares(*pair, ruleset, seed=7, pairs=3) for pair in ((before, after), (after, before)))
    assert {name: share.moved for name, share in there.items()} == pytest.approx(
        {name: -share.moved for name, share in back.items()}, abs=1e-12
    )
    assert [share.error for share in there.values()] == pytest.approx([share.error for share in back.values()])


@examples(25)
@given(systems(), st.sampled_from(FACTS + CONTROLS), rulesets)
def test_an_answer_that_changed_alone_has_all_of_the_change(before, name, ruleset):
    after = flipped(before, [name])
    found = shares(before, after, ruleset)
    assert (found[name].moved if name in found else 0.0) == pytest.approx(moved(before, after, ruleset), abs=1e-12)


@examples(25)
@given(systems(), rulesets)
def test_without_a_change_nothing_has_a_share(system, ruleset):
    assert shares(system, system, ruleset) == {}
    said = {name: False for name in (*FACTS, *CONTROLS) if system[name] is None}
    assert shares(system, system.with_(**said), ruleset) == {}, "unknown counts as false: the score stays"


@examples(25)
@given(systems(), few)
def test_of_the_lesson_s_checks_each_has_its_own_weight(before, names):
    after = flipped(before, names)
    weights = {control.id: control.core_weight for control in catalog().rulesets["core"].controls}
    expected = {name: -weights[name] if after[name] else weights[name] for name in names if name in weights}
    assert {name: share.moved for name, share in shares(before, after, "core").items()} == pytest.approx(expected)


def test_two_controls_that_do_the_same_share_alike_and_less_than_each_would_alone():
    threat, pair = next(
        (threat, names[:2])
        for threat in catalog().threats
        for layer in catalog().layers
        if len(names := [c.id for c in catalog().controls.values() if c.layer == layer and threat in c.effectiveness])
        > 1
    )
    bare = AISystem("bare", **dict.fromkeys(catalog().threats[threat].applies_when_any, True))
    found = shares(bare, bare.with_(**dict.fromkeys(pair, True)))
    for name in pair:
        assert 0 < -found[name].moved < -moved(bare, bare.with_(**{name: True}))


def test_an_estimate_lies_within_its_error_bar_and_the_same_seed_draws_it_again():
    names = [*catalog().threats["data_poisoning"].raised_by, *CONTROLS[:6]][:EXACT]
    after = flipped(SHADOWRAY, names)
    digits = {name: 1 << place for place, name in enumerate(catalog().attributes)}
    game = _risks(catalog(), "ai"), sum(digits[name] for name in SHADOWRAY.true), [digits[name] for name in names]
    exact, drawn, again, other = _exact(*game), *(_sampled(*game, seed, 200) for seed in (0, 0, 1))
    assert drawn == again != other
    assert sum(share.moved for share in drawn) == pytest.approx(moved(SHADOWRAY, after), abs=1e-9)
    for right, share in zip(exact, drawn, strict=True):
        assert abs(right.moved - share.moved) <= 2 * share.error + 1e-12
        assert share.error < 0.01
    assert max(share.error for share in drawn) > 0


def test_more_answers_than_can_be_weighed_in_all_orders_have_error_bars():
    many = CONTROLS[: EXACT + 5]
    after = AISystem("after", **dict.fromkeys((*FACTS, *many), True))
    found = shares(after.with_(**dict.fromkeys(many)), after)
    assert len(found) > EXACT
    assert all(share.error > 0 for share in found.values())


BAD = [
    (lambda: shares("tay", SHADOWRAY), "before is 'tay'; give an AISystem"),
    (lambda: shares(SHADOWRAY, None), "after is None; give an AISystem"),
    (lambda: shares(SHADOWRAY, SHADOWRAY, "aii"), "unknown ruleset 'aii': did you mean 'ai'"),
    (lambda: shares(SHADOWRAY, SHADOWRAY, seed=-1), "seed is -1; give a whole number"),
    (lambda: shares(SHADOWRAY, SHADOWRAY, pairs=1), "pairs is 1; give a whole number of 2 or more"),
    (
        lambda: shares(SHADOWRAY, SHADOWRAY.under(replace(catalog(), cases=()))),
        "described by two catalogs; take one for both",
    ),
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
