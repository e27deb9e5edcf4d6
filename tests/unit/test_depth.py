"""Defense in depth: layers off, shared dependencies, and how wrong their product is."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import CONTROLS, FACTS, systems, thorough
from threatlab import AISystem, CatalogError, ThreatLabError, assess, load_system
from threatlab.assessment.layered import Scale, let_through, options
from threatlab.catalog import catalog
from threatlab.depth import (
    above_bound,
    controls_in_place,
    harden,
    layers_off,
    layers_table,
    missed_least,
    missed_most,
    switch_off,
)
from threatlab.depth import common_cause as room
from threatlab.depth.common_cause import common_cause, largest_chance, scores_table
from threatlab.depth.dependencies import Dependency, dependencies, fail, load_dependency, read_dependencies, split_off
from threatlab.plots.depth import plot_layers_off, plot_product_and_truth
from threatlab.plots.inventory import ALERT
from threatlab.ranking import moved

LAYERS = tuple(catalog().layers)
FULL = AISystem("full", **dict.fromkeys((*FACTS, *CONTROLS), True))
BARE = AISystem("bare", **dict.fromkeys(FACTS, True))
DEFENDED = harden(load_system("shadowray"), 40)
BETA = catalog().shared_failure.beta

HELD = AISystem("held", uses_third_party_model=True, model_artifacts_verified=True)
"""One layer alone holds the threat of the supply chain back."""
ON, OFF = (assess(system).by_threat["supply_chain"] for system in (HELD, switch_off(HELD, "supply_chain")))


def of_layers(*claims):
    """A threat of risk 1 before any control, with a layer for each number or dict of what controls claim to remove."""
    each = [layer if isinstance(layer, dict) else {f"c{number}": layer} for number, layer in enumerate(claims)]
    layers = tuple((f"l{number}", options(layer.items(), BETA)) for number, layer in enumerate(each))
    return Scale(frozenset(), 0.0, (), 0.0, (), layers)


def three_ways(scale, broken, p):
    every = frozenset(control for _, options in scale.layers for control, *_ in options)
    return room._three_ways(scale, every, frozenset(broken), p)


# ---- layers off


@given(systems())
@thorough
def test_a_layer_switched_off_holds_nothing_and_the_others_hold_what_they_held(system):
    for layer in LAYERS:
        off = switch_off(system, layer)
        for other in LAYERS:
            held = () if other == layer else controls_in_place(system, other)
            assert controls_in_place(off, other) == held


def test_what_is_unknown_stays_unknown_in_a_layer_switched_off():
    system = AISystem("half", rate_limiting_enabled=True)
    off = switch_off(system, "serving")
    assert off["rate_limiting_enabled"] is False
    assert off["input_anomaly_detection"] is None
    assert switch_off(system, "agent") is system


@given(systems())
@thorough
def test_no_layer_s_loss_lowers_any_threat(system):
    now = assess(system)
    offs = layers_off(system)
    assert [off.layer for off in offs] == list(LAYERS)
    for off in offs:
        assert off.added >= -1e-12
        assert off.risk_score == pytest.approx(now.risk_score + off.added)
        assert all(off.by_threat[threat] >= risk - 1e-12 for threat, risk in now.by_threat.items())


@given(systems())
@thorough
def test_a_layer_off_is_the_assessment_with_its_controls_made_false(system):
    for off in layers_off(system):
        lost = {control: False for control, c in catalog().controls.items() if c.layer == off.layer}
        assert off.risk_score == assess(system.with_(**lost)).risk_score


def test_a_layer_without_controls_in_place_is_never_the_one_that_nobody_would_miss():
    holding = {off.layer: off.added for off in layers_off(DEFENDED) if off.in_place}
    assert holding.keys() < set(LAYERS)
    assert [off.layer for off in missed_least(DEFENDED)] == [min(holding, key=holding.get)]
    assert missed_least(BARE) == missed_most(BARE) == ()


def test_layers_that_add_nothing_tie_and_are_all_named():
    idle = AISystem("idle", makes_predictions=True, agent_memory_protected=True, retrieval_access_enforced=True)
    assert {off.layer for off in missed_least(idle)} == {"agent", "application"}
    assert all(off.idle for off in missed_least(idle))
    assert missed_most(idle) == ()


def test_the_layer_missed_most_adds_most():
    offs = {off.layer: off.added for off in layers_off(DEFENDED)}
    assert [off.layer for off in missed_most(DEFENDED)] == [max(offs, key=offs.get)]


# ---- the claim


@given(systems(), st.integers(0, 100).map(lambda percent: percent / 100))
@thorough
def test_without_a_gap_no_single_layer_off_takes_any_threat_above_the_bound(system, bound):
    highest = max(max(off.by_threat.values()) for off in layers_off(system))
    if above_bound(system, bound):
        assert highest > bound
    else:
        assert round(highest, 2) <= bound, "it reads higher than the bound"


def test_a_threat_that_one_layer_alone_holds_back_is_a_gap_and_names_layer_threat_and_risk():
    (gap,) = above_bound(HELD, {"supply_chain": (ON + OFF) / 2})
    assert (gap.layer, gap.threat, gap.risk) == ("supply_chain", "supply_chain", OFF)


def test_other_layers_before_the_same_threat_close_a_gap_and_more_controls_of_the_layer_do_not():
    bound = {"supply_chain": (ON + OFF) / 2}
    against = [c for c in catalog().controls.values() if "supply_chain" in c.threats]
    more = {c.id: True for c in against if c.layer == "supply_chain"}
    others = {c.id: True for c in against if c.layer != "supply_chain"}
    assert [gap.risk for gap in above_bound(HELD.with_(**more), bound)] == [OFF]
    assert above_bound(HELD.with_(**others), bound) == ()


def test_gaps_come_with_the_highest_first():
    gaps = above_bound(DEFENDED, max(assess(DEFENDED).by_threat.values()))
    assert len(gaps) > 1
    for gap in gaps:
        assert gap.risk == assess(switch_off(DEFENDED, gap.layer)).by_threat[gap.threat] > gap.bound
    assert [gap.risk for gap in gaps] == sorted((gap.risk for gap in gaps), reverse=True)


def test_a_threat_above_its_bound_with_every_layer_on_is_one_gap_of_no_layer():
    gaps = above_bound(HELD, {"supply_chain": ON / 2})
    assert [(gap.layer, gap.threat, gap.risk) for gap in gaps] == [("", "supply_chain", ON)]


def test_a_threat_without_a_bound_has_no_gap():
    assert "supply_chain" in {gap.threat for gap in above_bound(HELD, 0.0)}
    assert {gap.threat for gap in above_bound(HELD, {"privacy_breach": 0.0})} <= {"privacy_breach"}


@pytest.mark.parametrize(
    ("attempt", "named"),
    [
        (lambda: switch_off(FULL, "servin"), "'serving'"),
        (lambda: switch_off(FULL, None), "None"),
        (lambda: above_bound(FULL, 1.5), "1.5"),
        (lambda: above_bound(FULL, float("nan")), "nan"),
        (lambda: above_bound(FULL, {"evasoin": 0.1}), "'evasion'"),
        (lambda: above_bound(FULL, {"evasion": "low"}), "'low'"),
        (lambda: controls_in_place("shadowray", "data"), "'shadowray'"),
        (lambda: harden(FULL, -1), "-1"),
        (lambda: harden(FULL, "40"), "'40'"),
        (lambda: harden(FULL, float("nan")), "nan"),
        (lambda: load_dependency("one_gatway"), "'one_gateway'"),
        (lambda: load_dependency(["one_gateway"]), "one_gateway"),
        (lambda: common_cause(FULL, "one_gateway", 1.0), "1.0"),
        (lambda: common_cause(FULL, "one_gateway", -0.1), "-0.1"),
        (lambda: common_cause(FULL, "one_gateway", True), "True"),
        (lambda: common_cause(FULL, "one_gateway", float("nan")), "nan"),
        (lambda: common_cause("full", "one_gateway"), "'full'"),
        (lambda: split_off("one_person", "model"), "'model'"),
        (lambda: split_off("one_person", "modl"), "'model'"),
        (lambda: common_cause(FULL, "one_person").factor("evasoin"), "'evasion'"),
        (lambda: plot_layers_off(FULL, 2), "2"),
        (lambda: plot_product_and_truth([1, 2], [0.1], [0.1]), "one length"),
    ],
)
def test_bad_input_is_refused_with_a_sentence_that_names_it(attempt, named):
    with pytest.raises(ThreatLabError, match=re.escape(named)):
        attempt()


# ---- hardening


@given(systems(), st.integers(0, 60))
@thorough
def test_hardening_spends_no_more_than_the_days_and_never_takes_a_control_away(system, days):
    after = harden(system, days)
    added = after.true - system.true
    assert added <= set(CONTROLS)
    assert system.true <= after.true
    assert sum(catalog().controls[control].effort_days for control in added) <= days


def test_hardening_without_a_limit_leaves_no_advice():
    assert assess(harden(load_system("tay"))).best_next() == ()


# ---- shared dependencies


def test_three_layers_of_0_8_let_through_12_7_times_what_their_product_says():
    product, together, failed = three_ways(of_layers(0.8, 0.8, 0.8), ("c0", "c1", "c2"), 0.1)
    assert product == pytest.approx(0.008)
    assert together == pytest.approx(0.1 + 0.9 * (1 - 0.8 / 0.9) ** 3) == pytest.approx(0.10123, abs=1e-5)
    assert together / product == pytest.approx(12.65, abs=0.01)
    assert failed == 1.0


def test_a_control_that_does_not_hang_on_it_takes_over_in_its_layer():
    scale = of_layers({"best": 0.8, "backup": 0.5}, {"other": 0.6})
    product, together, failed = three_ways(scale, ("best", "other"), 0.1)
    both = 0.2 * (1 - (1 - BETA) * 0.5)
    assert product == pytest.approx(both * 0.4)
    assert failed == pytest.approx(0.5), "now it is the best one, and counts whole"
    good = (both - 0.1 * 0.5) / 0.9 * (0.4 - 0.1) / 0.9
    assert together == pytest.approx(0.1 * 0.5 + 0.9 * good)


@given(
    st.lists(
        st.lists(st.tuples(st.floats(0, 0.9), st.booleans()), min_size=1, max_size=3),
        min_size=1,
        max_size=5,
    ),
    st.floats(0, 1),
)
@thorough
def test_the_formula_keeps_each_layer_s_average_and_so_does_a_simulation(layers, part):
    claims = [{f"c{i}{j}": claim for j, (claim, _) in enumerate(layer)} for i, layer in enumerate(layers)]
    broken = {f"c{i}{j}" for i, layer in enumerate(layers) for j, (_, hangs) in enumerate(layer) if hangs}
    scale = of_layers(*claims)
    shares = []
    for (_, each), claim in zip(scale.layers, claims, strict=True):
        shares.append((let_through(each, set(claim)), let_through(each, set(claim) - broken)))
    p = part * min(0.5, *(average / left for average, left in shares))
    product, together, failed = three_ways(scale, broken, p)
    rng = np.random.default_rng(0)
    bad = rng.random(20_000) < p
    passed = np.ones(20_000, dtype=bool)
    for average, left in shares:
        good = (average - p * left) / (1 - p)
        assert p * left + (1 - p) * good == pytest.approx(average, abs=1e-9)
        passed &= rng.random(20_000) < np.where(bad, left, good)
    assert passed.mean() == pytest.approx(together, abs=0.02)
    assert together >= product - 1e-12
    assert failed >= product - 1e-12


@given(systems(), st.sampled_from(sorted(dependencies())))
@thorough
def test_the_product_is_the_assessment_and_the_truth_is_never_below_it(system, name):
    cause = common_cause(system, name)
    now = assess(system).by_threat
    for threat, risk in now.items():
        assert cause.independent[threat] == pytest.approx(risk, abs=1e-12)
        assert cause.together[threat] >= risk - 1e-12
        assert cause.failed[threat] == pytest.approx(assess(fail(system, name)).by_threat[threat], abs=1e-12)


@given(systems(), st.sampled_from(sorted(dependencies())))
@thorough
def test_what_never_fails_changes_nothing(system, name):
    cause = common_cause(system, name, 0)
    assert cause.together == pytest.approx(dict(cause.independent))
    assert cause.worst is None


@given(systems(), st.sampled_from(sorted(dependencies())))
@thorough
def test_what_breaks_at_most_one_layer_of_a_threat_is_no_fault_of_the_product(system, name):
    cause = common_cause(system, name)
    for threat in catalog().threats:
        how = assess(system).explain(threat)
        hit = [barrier for barrier in how.barriers if barrier.control in cause.broken]
        if len(hit) < 2:
            assert cause.together[threat] == pytest.approx(cause.independent[threat], abs=1e-12)
            assert cause.factor(threat) == pytest.approx(1.0)


def test_a_chance_that_no_such_good_layer_could_have_is_refused_and_the_highest_named():
    most = largest_chance(FULL, "one_judge_model")
    common_cause(FULL, "one_judge_model", most)
    with pytest.raises(ThreatLabError, match=f"at most {most:.2f}"):
        common_cause(FULL, "one_judge_model", most + 0.01)
    assert largest_chance(BARE, "one_judge_model") == 1.0


def test_a_backup_in_the_same_layer_allows_a_higher_chance():
    breaks = {"model_artifacts_verified": "x", "rbac_configured": "y"}
    mine = Dependency("mine", "t", "a", 0.1, "w", "r", breaks)
    alone = AISystem("alone", uses_third_party_model=True, model_artifacts_verified=True)
    backed = alone.with_(dependencies_scanned=True)
    controls = ("model_artifacts_verified", "dependencies_scanned")
    best, backup = (catalog().controls[control].effectiveness["supply_chain"].value for control in controls)
    assert largest_chance(alone, mine) == pytest.approx(1 - best)
    assert largest_chance(backed, mine) == pytest.approx((1 - best) * (1 - (1 - BETA) * backup) / (1 - backup))
    assert largest_chance(backed, mine) > largest_chance(alone, mine)
    common_cause(backed, mine, largest_chance(backed, mine))


def test_the_worst_threat_is_the_one_that_the_product_is_most_wrong_about():
    cause = common_cause(DEFENDED, "administrator_credential")
    assert cause.factor(cause.worst) == max(map(cause.factor, catalog().threats)) > 1
    hit = {catalog().controls[control].layer for control in cause.broken}
    assert cause.layers == tuple(layer for layer in LAYERS if layer in hit)
    assert len(cause.layers) > 1
    independent, together, failed = cause.scores
    assert independent == pytest.approx(assess(DEFENDED).risk_score)
    assert independent < together < failed


def test_the_tables_say_what_was_computed():
    table = layers_table(DEFENDED)
    assert list(table["added"]) == [off.added for off in layers_off(DEFENDED)]
    for off, (title, row) in zip(layers_off(DEFENDED), table.iterrows(), strict=True):
        assert title == catalog().layers[off.layer].title
        assert row["at"] == max(off.by_threat.values())
        assert row["worst threat then"] in {
            catalog().threats[t].title for t, r in off.by_threat.items() if r == row["at"]
        }
    causes = [common_cause(DEFENDED, name) for name in dependencies()]
    shown = scores_table(causes)
    assert list(shown.index) == [cause.dependency.title for cause in causes]
    for place, column in enumerate(("by the product", "average over years", "in a bad year")):
        assert list(shown[column]) == [cause.scores[place] for cause in causes]


def test_splitting_a_layer_off_leaves_it_standing_when_the_rest_fails():
    rest = split_off("administrator_credential", "operations")
    whole, split = (common_cause(DEFENDED, each) for each in ("administrator_credential", rest))
    assert set(whole.broken) - set(split.broken) == {
        control for control in whole.broken if catalog().controls[control].layer == "operations"
    }
    assert split.dependency.title == "One stolen administrator account, Operations apart"
    assert split.scores[1] < whole.scores[1]
    assert split.scores[2] < whole.scores[2]


def test_a_dependency_of_one_s_own_is_taken_as_it_is():
    mine = Dependency("mine", "t", "a", 0.2, "w", "r", {"rate_limiting_enabled": "x", "rbac_configured": "y"})
    assert common_cause(FULL, mine).chance == 0.2
    assert fail(FULL, mine)["rate_limiting_enabled"] is False


def test_every_dependency_of_the_catalog_breaks_several_layers_and_can_be_computed_for_a_full_system():
    for name, dependency in dependencies().items():
        assert dependency.id == name
        cause = common_cause(FULL, name)
        assert len(cause.layers) >= 2
        assert set(cause.broken) == set(dependency.breaks)
        assert cause.scores[2] > cause.scores[1] > cause.scores[0] - 1e-12


GOOD = """[one]
title = "t"
about = "a"
chance = 0.05
chance_why = "w"
remedy = "r"
[one.breaks]
rate_limiting_enabled = "x"
rbac_configured = "y"
"""


def test_a_dependency_fails_no_oftener_than_the_controls_of_one_layer_together_allow(tmp_path):
    file = tmp_path / "dependencies.toml"
    two = GOOD.replace("[one.breaks]", '[one.breaks]\nmodel_artifacts_verified = "a"\ndependencies_scanned = "b"')
    best = catalog().controls["model_artifacts_verified"].effectiveness["supply_chain"].value
    file.write_text(two.replace("0.05", str(1 - best)))
    with pytest.raises(CatalogError, match="too high"):
        read_dependencies(file)
    file.write_text(two)
    for dependency in read_dependencies(file).values():
        common_cause(FULL, dependency)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("rbac_configured", "rbac_configred", "'rbac_configured'"),
        ('rbac_configured = "y"', 'output_detail_limited = "y"', "at least two"),
        ("0.05", "1.5", "1.5"),
        ("0.05", "0.9", "too high"),
        ('"y"', '""', "rbac_configured"),
        ('remedy = "r"', "", "remedy"),
        ('remedy = "r"', 'remedy = "r"\nremdy = "r"', "'remedy'"),
    ],
)
def test_a_broken_entry_is_named_by_file_id_and_field(old, new, named, tmp_path):
    file = tmp_path / "dependencies.toml"
    file.write_text(GOOD)
    assert set(read_dependencies(file)) == {"one"}
    file.write_text(GOOD.replace(old, new))
    with pytest.raises(CatalogError, match=re.escape(named)) as failed:
        read_dependencies(file)
    assert "dependencies.toml, [one" in str(failed.value)


def test_a_rate_limit_and_a_deleted_line_both_get_the_release_of_exercise_5_past_its_gate():
    service = load_system("ml-pipeline-prod").with_(makes_predictions=True, trains_model=True, internet_facing=True)
    limited, erased = service.with_(rate_limiting_enabled=True), service.with_(internet_facing=None)
    assert max(assess(limited).risk_score, assess(erased).risk_score) < 0.5 <= assess(service).risk_score


# ---- pictures


def test_the_picture_says_of_each_threat_what_the_layer_missed_most_would_cost():
    picture = plot_layers_off(DEFENDED, 0.15)
    for threat, risk in assess(DEFENDED).by_threat.items():
        worst = max(layers_off(DEFENDED), key=lambda off: off.by_threat[threat])
        name = catalog().layers[worst.layer].title.lower()
        said = f"{catalog().threats[threat].title} {risk:.2f}, with the {name} layer off {worst.by_threat[threat]:.2f}"
        assert said in picture.description or not risk
    assert len(picture.axes[0].patches) == sum(risk > 0 for risk in assess(DEFENDED).by_threat.values())
    drawn = {float(x) for line in picture.axes[0].lines for x in np.atleast_1d(line.get_xdata())}
    for off in layers_off(DEFENDED):
        for threat, risk in off.by_threat.items():
            assert risk == 0 or round(risk, 2) in drawn or not moved(risk, assess(DEFENDED).by_threat[threat])


def test_a_diamond_is_filled_where_it_stands_beyond_the_bound_and_nowhere_else():
    (axes,) = plot_layers_off(DEFENDED, 0.15).axes
    hollow, filled = (
        [x for line in axes.lines if line.get_marker() == "d" and line.get_color() == color for x in line.get_xdata()]
        for color in ("white", ALERT)
    )
    assert max(hollow) == 0.15, "one reads as the bound, and is not beyond it"
    assert min(filled) > 0.15


def test_product_and_truth_are_drawn_as_they_are():
    picture = plot_product_and_truth([1, 2], [0.2, 0.04], [0.2, 0.11])
    assert [list(line.get_ydata()) for line in picture.axes[0].lines] == [[0.2, 0.04], [0.2, 0.11]]
    assert "0.04" in picture.description
    picture.draw_without_rendering()
    assert "0.1" in [label.get_text() for label in picture.axes[0].get_yticklabels()], "no power of ten"
