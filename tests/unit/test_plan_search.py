"""Claims about the exact search: it agrees with brute force, its bound's premise holds, and it says when it gave up."""

from __future__ import annotations

from itertools import combinations
from math import inf, log1p

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import examples, systems, thorough
from threatlab import AISystem, ThreatLabError, assess, list_systems, load_system
from threatlab.plan.choices import Choice, Choices, Stand, choices, loss, ticks, ticks_within
from threatlab.plan.orders import ORDERS, plans_by, sort
from threatlab.plan.search import best_plans, staircase

NONE = staircase([(0, -inf, ())])


@st.composite
def invented(draw, most=8):
    """Choices that no catalog has: up to three threats, four barriers each, and any efforts, costs and strengths."""
    threats = draw(st.integers(1, 3))
    barriers = [(threat, threat * 4 + layer) for threat in range(threats) for layer in range(4)]
    share = st.floats(0.1, 0.99)
    items = []
    for number in range(draw(st.integers(0, most))):
        touched = draw(st.lists(st.sampled_from(barriers), min_size=1, max_size=4, unique=True))
        claims = [(threat, barrier, draw(share)) for threat, barrier in touched]
        effects = tuple((threat, barrier, *effect(claim)) for threat, barrier, claim in claims)
        cost = draw(st.sampled_from([0.0, 0.0, 0.02, 0.1, 0.3]))
        items.append(Choice(f"c{number}", draw(st.integers(1, 9)) * 500, loss(cost), effects))
    risks = tuple(draw(st.floats(0.01, 0.95)) for _ in range(threats))
    return Choices(Stand(sum(log1p(-r) for r in risks), risks, (1.0,) * (threats * 4)), tuple(items))


def effect(claim, beta=0.5):
    """What a claim lets through as a further control of its layer, and how much less of that as the best one."""
    further = 1 - (1 - beta) * claim
    return further, (1 - claim) / further


def brute_force(given_, room):
    """The staircase of all sets, each looked at."""

    def every_set(stand, spent, room, place):
        if place == len(given_.items):
            yield spent, stand.worth, ()
            return
        item = given_.items[place]
        yield from every_set(stand, spent, room, place + 1)
        if item.loss <= room + 1e-12:
            yield from every_set(stand.take(item), spent + item.ticks, room - item.loss, place + 1)

    return staircase(every_set(given_.start, 0, room, 0))


def assert_the_same(found, true):
    assert [step[0] for step in found.steps] == [step[0] for step in true.steps]
    assert [step[1] for step in found.steps] == pytest.approx([step[1] for step in true.steps], abs=1e-9)


@examples(200)
@given(invented(), st.sampled_from([inf, loss(0.05), loss(0.3)]))
def test_the_search_finds_what_brute_force_finds_at_every_budget(given_, room):
    found = best_plans(given_, room, NONE)
    assert found.exact
    assert_the_same(found, brute_force(given_, room))
    for spent, worth, taken in found.steps[1:]:
        assert sum(given_.items[place].ticks for place in taken) == spent
        assert sum(given_.items[place].loss for place in taken) <= room + 1e-9
        assert given_.stand(taken).worth == pytest.approx(worth)


@pytest.mark.parametrize("name", ["clearview", "ml-pipeline-prod", "postmark-mcp", "shadowray", "tay"])
@pytest.mark.parametrize("room", [inf, loss(0.05)])
def test_the_search_finds_what_brute_force_finds_among_a_dozen_real_controls(name, room):
    there = choices(load_system(name))
    for dozen in (there.items[:11], there.items[-11:]):
        some = Choices(there.start, dozen)
        assert_the_same(best_plans(some, room, plans_by(some, "quick_wins", room)), brute_force(some, room))


@thorough
@given(invented(), st.data())
def test_a_control_never_adds_more_to_a_larger_set(given_, data):
    """Submodularity: what the bound rests on."""
    if len(given_.items) < 2:
        return
    *others, last = data.draw(st.permutations(range(len(given_.items))))
    small = data.draw(st.integers(0, len(others)))
    gain_small = given_.stand(others[:small]).gain(given_.items[last])
    gain_large = given_.stand(others).gain(given_.items[last])
    assert 0 <= gain_large <= gain_small + 1e-12


@pytest.mark.parametrize("name", list_systems())
def test_two_controls_may_remove_more_together_from_the_score_but_never_gain_more_on_the_scale_of_the_bound(name):
    given_ = choices(load_system(name))
    stands = {pair: given_.stand(pair) for n in (1, 2) for pair in combinations(range(len(given_.items)), n)}
    removed = {pair: given_.start.risk - stand.risk for pair, stand in stands.items()}
    gained = {pair: stand.worth - given_.start.worth for pair, stand in stands.items()}
    pairs = [pair for pair in stands if len(pair) == 2]
    assert all(gained[pair] <= sum(gained[(one,)] for one in pair) + 1e-12 for pair in pairs)
    assert any(removed[pair] > sum(removed[(one,)] for one in pair) + 1e-6 for pair in pairs)


@thorough
@given(systems(), st.data())
def test_the_worth_of_a_set_is_the_assessment_s_risk_score(system, data):
    there = choices(system)
    taken = data.draw(st.lists(st.sampled_from(range(len(there.items))), unique=True)) if there.items else []
    after = system.with_(**{there.items[place].control: True for place in taken})
    assert there.stand(taken).risk == pytest.approx(assess(after).risk_score, abs=1e-12)
    stand = there.start
    for place in taken:
        gain = stand.gain(there.items[place])
        stand, before = stand.take(there.items[place]), stand
        assert stand.worth - before.worth == pytest.approx(gain, abs=1e-12)


@pytest.mark.slow
@pytest.mark.parametrize("name", list_systems())
@pytest.mark.parametrize("floor", [None, 0.9, 0.95, 1.0])
def test_every_built_in_system_is_searched_to_the_end_at_every_budget(name, floor):
    room = inf if floor is None else loss(1 - floor) + 1e-9
    there = choices(load_system(name))
    found = best_plans(there, room, plans_by(there, "quick_wins", room))
    assert found.exact


def test_plans_known_before_change_nothing_in_what_a_finished_search_finds():
    there = choices(load_system("shadowray"))
    helped, alone = best_plans(there, inf, plans_by(there, "quick_wins", inf)), best_plans(there, inf, NONE)
    assert [step[0] for step in helped.steps] == [step[0] for step in alone.steps]
    assert [step[1] for step in helped.steps] == pytest.approx([step[1] for step in alone.steps])


# ---- giving up


@pytest.mark.parametrize("limit", [0, 1, 5, 50])
def test_a_search_that_gives_up_says_so_and_is_still_as_good_as_the_greedy_plans_at_every_budget(limit):
    there = choices(load_system("shadowray"))
    greedy = plans_by(there, "quick_wins", inf)
    found = best_plans(there, inf, greedy, limit)
    assert not found.exact
    assert found.nodes == limit + 1
    worths = [there.stand(found.at(ticks(day))).worth for day in range(110)]
    assert worths == sorted(worths)
    for day, worth in enumerate(worths):
        assert worth >= there.stand(greedy.at(ticks(day))).worth - 1e-12


@pytest.mark.slow
def test_the_same_choices_give_the_same_plan_again():
    there = choices(load_system("tay"))
    runs = [best_plans.__wrapped__(there, inf, plans_by(there, "quick_wins", inf)) for _ in range(2)]
    assert runs[0] == runs[1]


# ---- the plain orders


@thorough
@given(invented(), st.sampled_from(list(ORDERS)), st.sampled_from([inf, loss(0.05)]))
def test_an_order_s_staircase_rises_in_days_and_in_worth(given_, order, room):
    steps = plans_by(given_, order, room).steps
    assert [step[0] for step in steps] == sorted({step[0] for step in steps})
    assert [step[1] for step in steps] == sorted({step[1] for step in steps})
    for spent, worth, taken in steps:
        assert spent == sum(given_.items[place].ticks for place in taken)
        assert worth == pytest.approx(given_.stand(taken).worth)


def test_greedy_alone_would_get_worse_with_more_budget_and_the_staircase_does_not():
    """Two small controls fit into four days; a fifth day makes greedy take a large one that leaves no room for them."""
    small = [Choice(name, 2000, 0.0, ((0, barrier, *effect(0.5)),)) for barrier, name in enumerate(("a", "b"))]
    large = Choice("large", 5000, 0.0, ((0, 2, *effect(0.85)),))
    there = Choices(Stand(-0.6931471805599453, (0.5,), (1.0, 1.0, 1.0)), (*small, large))
    steps = plans_by(there, "quick_wins", inf)
    risks = [there.stand(steps.at(ticks(day))).risk for day in range(10)]
    assert risks == sorted(risks, reverse=True)


def test_sorting_keeps_a_set_and_takes_the_most_first():
    there = choices(AISystem("s", uses_third_party_model=True))
    places = {item.control: place for place, item in enumerate(there.items)}
    both = (places["dependencies_scanned"], places["model_artifacts_verified"])
    assert set(sort(there, both, "quick_wins")) == set(both)
    assert sort(there, both, "most_risk") == tuple(reversed(both))


def test_an_unknown_order_is_named():
    with pytest.raises(ThreatLabError, match="did you mean 'cheapest'"):
        plans_by(choices(AISystem("s")), "cheapst", 1.0)


# ---- days in whole ticks


def test_efforts_round_up_and_budgets_down_so_that_no_sum_is_over_budget():
    assert ticks(0.1) + ticks(0.2) == ticks_within(0.3) == 300
    assert ticks(0.29) == 290
    assert ticks(1.00001) == 1001
    assert ticks_within(1.00099) == 1000


def test_what_is_in_place_or_counters_nothing_here_is_no_choice():
    chosen = {item.control for item in choices(AISystem("s", model_artifacts_verified=True)).items}
    assert "ai_bom_maintained" in chosen  # a better one of its layer is in place, and it adds its part
    assert not {"model_artifacts_verified", "encryption_enabled"} & chosen
