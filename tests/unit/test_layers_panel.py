"""The layers panel: its state, its HTML and what its page can do, without a browser."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from tests.unit.page import HOSTILE, Page, text
from threatlab import AISystem, ThreatLabError, assess, list_systems, load_system
from threatlab.catalog import catalog
from threatlab.depth import above_bound, harden, layers_off, missed_least, switch_off
from threatlab.depth.common_cause import common_cause
from threatlab.depth.dependencies import dependencies
from threatlab.widgets import LayersPanel
from threatlab.widgets.layers import view
from threatlab.widgets.layers.shared_failure import consequences

FORTY = "the best 40 days of work"
DEFENDED = harden(load_system("shadowray"), 40)
FULL = AISystem("full", **dict.fromkeys((*catalog().facts, *catalog().controls), True))

ON, OFF, BARE = (
    max(max(assess(system).by_threat.values()) for system in systems)
    for systems in (
        [DEFENDED],
        [switch_off(DEFENDED, layer) for layer in catalog().layers],
        [switch_off(DEFENDED, *catalog().layers)],
    )
)
"""The worst threat with every layer on, with the worst single layer off, with all off: what bounds lie between."""


def between(low, high):
    return round((low + high) / 2, 2)


def state(**changes):
    return replace(view.LayersState(load_system("shadowray"), 0.15, plan=FORTY), **changes)


@pytest.fixture
def panel():
    return LayersPanel("shadowray", plan=FORTY)


# ---- the picture


def test_the_headline_tells_the_score_as_switched_and_the_worst_threat():
    off = assess(switch_off(DEFENDED, "serving", "model"))
    shown = text(view.headline(state(off=("serving", "model"))))
    assert f"Risk score {off.risk_score:.2f}" in shown
    assert f"+{off.risk_score - assess(DEFENDED).risk_score:.2f}, worse" in shown
    assert f"{catalog().threats[off.worst_threat].title} {off.by_threat[off.worst_threat]:.2f}" in shown
    assert "every layer on" in text(view.headline(state()))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"bound": between(ON, OFF)},
            "Not every layer may fail — above {bound:.2f}: {threat} {risk:.2f} with the {layer} layer off",
        ),
        ({"bound": between(OFF, BARE)}, "Any single layer may fail — no threat rises above {bound:.2f}."),
        ({"bound": 1.0}, f"It could not be otherwise: with every layer off, the worst threat is at {BARE:.2f}"),
        ({"bound": between(0, ON)}, "Not even with every layer on — above {bound:.2f}: {threat} {risk:.2f}"),
        ({"plan": "as it is"}, "No layer holds anything — choose what to put in place"),
    ],
)
def test_the_claim_is_judged_in_words(changes, words):
    shown = state(**changes)
    if shown.gaps:
        gap = next((gap for gap in shown.gaps if not gap.layer), shown.gaps[0])
        layer, threat = gap.layer and shown.layer(gap.layer), shown.threat(gap.threat)
        words = words.format(bound=shown.bound, layer=layer, threat=threat, risk=gap.risk)
    else:
        words = words.format(bound=shown.bound)
    holds, claim, why = view.verdict(shown)
    assert words in f"{claim} — {why}"
    assert holds == claim.startswith("Any single layer") == (not shown.gaps)


def test_a_layer_s_row_says_what_it_holds_and_what_its_loss_would_add():
    offs = {off.layer: off for off in layers_off(DEFENDED)}
    for layer, off in offs.items():
        said = f"{len(off.in_place)} in place, +{off.added:.2f} if off" if off.in_place else "nothing in place"
        assert view.row_title(state(), off) == f"{catalog().layers[layer].title}: {said}"
    idle = AISystem("idle", agent_memory_protected=True)
    off = next(off for off in layers_off(idle) if off.layer == "agent")
    assert view.row_title(view.LayersState(idle, 0.1), off) == "Agent: 1 in place, adds nothing if off"


def test_the_table_tells_of_each_threat_now_as_switched_and_the_worst_single_layer():
    shown = text(view.threat_table(state(off=("serving",))))
    now, off = assess(DEFENDED), assess(switch_off(DEFENDED, "serving"))
    worst = {t: max(layers_off(DEFENDED), key=lambda each: each.by_threat[t]) for t in now.by_threat}
    for threat, risk in now.by_threat.items():
        title = catalog().threats[threat].title
        if risk:
            layer = catalog().layers[worst[threat].layer].title
            row = rf"{title} {risk:.2f} {off.by_threat[threat]:.2f} {worst[threat].by_threat[threat]:.2f} {layer}"
            assert re.search(row, shown), row
        else:
            assert not re.search(rf"{title} \d", shown)


def test_what_is_above_the_bound_is_marked_and_nothing_else():
    bound = between(ON, OFF)
    html = view.threat_table(state(bound=bound))
    assert html.count("tl-over") == len({gap.threat for gap in above_bound(DEFENDED, bound)}) > 0
    assert view.threat_table(state(bound=1.0)).count("tl-over") == 0


def test_a_bar_is_as_long_as_its_risk_reads_so_one_that_reads_as_the_bound_ends_there():
    for threat, risk in assess(DEFENDED).by_threat.items():
        if risk:
            shown = view.threat_table(state(bound=round(risk, 2)))
            row = next(row for row in shown.split("<tr>") if catalog().threats[threat].title in row)
            length, bound = (re.search(mark, row)[1] for mark in (r"width:(.*?%)", r'tl-bound" style="left:(.*?%)'))
            assert length == bound


def test_the_matrix_has_each_layer_off_and_says_which_are_empty():
    html = view.matrix(state())
    for off in layers_off(DEFENDED):
        cells = "".join(rf"(<td[^>]*>.*?{off.by_threat[t]:.2f}.*?</td>)" for t in state().threats)
        assert re.search(rf"{catalog().layers[off.layer].title} off.*?</th>{cells}</tr>", html)
    assert html.count("(empty)") == sum(not off.in_place for off in layers_off(DEFENDED)) > 0


@pytest.mark.parametrize("name", sorted(dependencies()))
def test_the_shared_failure_tells_product_truth_bad_year_and_what_to_do(name):
    cause = common_cause(FULL, name)
    shown = text(consequences(catalog(), cause))
    for score in cause.scores:
        assert f"{score:.2f}" in shown
    for control in cause.broken:
        assert catalog().controls[control].title.lower() in shown
    assert text(cause.dependency.remedy) in shown
    assert f"{cause.factor(cause.worst):.2f} times as much" in shown


def test_what_takes_one_layer_along_is_no_fault_of_the_product():
    alone = AISystem("alone", makes_predictions=True, rate_limiting_enabled=True)
    shown = text(consequences(catalog(), common_cause(alone, "one_gateway")))
    assert "the product is right on average" in shown


def test_a_dependency_on_which_nothing_hangs_says_so():
    assert "Nothing in place here hangs on it" in consequences(catalog(), common_cause(AISystem("a"), "one_person"))


def test_a_text_from_a_user_is_escaped_wherever_it_is_shown():
    panel = LayersPanel(AISystem(HOSTILE, title=HOSTILE, trains_model=True), dependency="one_person")
    for shown in (panel.page, panel.picture()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


def test_the_saved_picture_needs_no_style_sheet_and_no_kernel():
    picture = view.static_picture(
        state(bound=between(ON, OFF), off=("serving",), dependency="administrator_credential")
    )
    for banned in ("<style", "class=", "var(", "<svg"):
        assert banned not in picture
    assert "Not every layer may fail" in picture
    assert "Serving" in picture
    assert dependencies()["administrator_credential"].title in picture


# ---- what notebook 05 asks of the panel


def test_two_layers_can_be_found_that_take_a_threat_above_the_bound_which_neither_does_alone():
    bound = state().bound
    alone = {gap.threat for gap in above_bound(DEFENDED, bound)}
    pairs = [assess(switch_off(DEFENDED, *pair)).by_threat for pair in combinations(catalog().layers, 2)]
    assert any(round(risk, 2) > bound for pair in pairs for threat, risk in pair.items() if threat not in alone)


def test_the_bound_can_be_raised_until_the_claim_holds_and_still_be_one_that_could_break():
    assert view.verdict(state(bound=between(OFF, BARE)))[0]
    assert between(OFF, BARE) < BARE


def test_all_that_applies_closes_the_gaps_of_the_notebook_s_system_and_not_of_every_other():
    everything = {name: state(chosen=load_system(name), plan="all that applies") for name in list_systems()}
    assert state().gaps
    assert not everything["shadowray"].gaps
    assert any(shown.gaps for shown in everything.values())


def test_with_the_same_days_of_work_another_layer_is_missed_least_at_another_system():
    least = {tuple(off.layer for off in missed_least(harden(load_system(name), 40))) for name in list_systems()}
    assert len(least) > 1


# ---- the panel


BOUND = "Bound: highest risk of a threat that you accept"
CAUSE = "What several layers hang on"
CHANCE = "Chance that it fails in a year"


def row(panel, layer):
    return view.row_title(panel.state, next(off for off in panel.state.layers if off.layer == layer))


def test_a_click_and_code_do_the_same(panel):
    clicked = LayersPanel("shadowray", plan=FORTY)
    page = Page(clicked)
    page.answer(row(clicked, "serving"), "off")
    page.enter(BOUND, 0.2)
    page.choose(CAUSE, dependencies()["one_gateway"].title)
    page.enter(CHANCE, 0.2)
    panel.switch("serving", on=False)
    panel.set(bound=0.2)
    panel.suppose("one_gateway", 0.2)
    assert clicked.state == panel.state
    assert clicked.page == panel.page
    assert panel.shared.chance == 0.2
    panel.set(dependency="one_gateway", chance=0.2)
    assert clicked.page == panel.page


def test_each_layer_that_holds_something_can_be_switched_and_no_other(panel):
    page = Page(panel)
    for off in panel.state.layers:
        name, title = row(panel, off.layer), catalog().layers[off.layer].title
        assert name.startswith(title)
        if not off.in_place:
            assert all(button.has_attr("disabled") for button in page.question(name).select("button"))
            continue
        page.answer(name, f"Off: {title}")
        assert panel.state.off == (off.layer,)
        page.answer(name, f"On: {title}")
        assert panel.state.off == ()


def test_what_is_put_in_place_follows_the_plan(panel):
    Page(panel).choose("In place", "all that applies")
    assert panel.system == harden(load_system("shadowray"))
    panel.set(plan="as it is")
    assert panel.system == load_system("shadowray")


def test_any_number_of_days_can_be_put_in_place_and_is_in_the_list():
    panel = LayersPanel("shadowray", plan=25)
    assert panel.system == harden(load_system("shadowray"), 25)
    assert "the best 25 days of work" in panel.picture()
    page = Page(panel)
    page.choose("In place", "as it is")
    page.choose("In place", "the best 25 days of work")
    assert panel.system == harden(load_system("shadowray"), 25)
    assert repr(LayersPanel("shadowray", plan=np.int64(40))) == repr(LayersPanel("shadowray", plan=FORTY))


def test_another_system_begins_with_every_layer_on_and_keeps_the_bound(panel):
    panel.set(off=("serving", "data"), bound=0.3)
    Page(panel).choose("System", load_system("tay").title)
    assert panel.state.chosen == load_system("tay")
    assert (panel.state.off, panel.state.bound) == ((), 0.3)


def test_a_system_of_ones_own_can_be_chosen_and_found_again(panel):
    mine = AISystem("mine", title="My system", trains_model=True, rate_limiting_enabled=True)
    panel.choose(mine)
    assert panel.state.chosen == mine
    panel.choose("tay")
    Page(panel).choose("System", "My system")
    assert panel.state.chosen == mine


def test_reset_goes_back_to_what_the_panel_began_with(panel):
    page, begun = Page(panel), panel.page
    assert page.button("Reset").has_attr("disabled")
    panel.set(off=("serving",), bound=0.3, dependency="one_person", plan="as it is")
    page.click("Reset")
    assert repr(panel) == repr(LayersPanel("shadowray", plan=FORTY))
    assert panel.page == begun


def test_a_chance_that_can_not_be_is_said_beside_it_and_what_was_shown_stays(panel):
    panel.set(dependency="administrator_credential")
    page, before = Page(panel), panel.shared
    page.enter(CHANCE, 0.95)
    assert "give a chance of at most" in page.soup.select_one(".tl-failures .tl-problem").text
    assert panel.shared.scores == before.scores
    page.enter(CHANCE, 0.1)
    assert page.problem == ""
    assert panel.shared.chance == 0.1


def test_a_bound_that_can_not_be_is_said_beside_it(panel):
    page = Page(panel)
    page.enter(BOUND, None)
    assert "Bound is None" in page.soup.select_one(".tl-left .tl-problem").text
    assert panel.state.bound == 0.15


def test_a_chance_is_forgotten_with_the_dependency_it_was_meant_for(panel):
    panel.suppose("administrator_credential", 0.01)
    Page(panel).choose(CAUSE, dependencies()["one_gateway"].title)
    assert panel.shared.chance == dependencies()["one_gateway"].chance


def test_a_chance_too_high_for_another_plan_or_system_falls_back_to_the_dependency_s_own(panel):
    panel.set(plan="as it is", dependency="one_judge_model", chance=0.9)
    panel.set(plan="all that applies")
    assert panel.shared.chance == dependencies()["one_judge_model"].chance
    bare = LayersPanel("shadowray", dependency="one_judge_model", chance=0.9)
    bare.choose(harden(load_system("tay")))
    assert bare.shared.chance == dependencies()["one_judge_model"].chance
    bare.reset()
    assert bare.shared.chance == dependencies()["one_judge_model"].chance


@pytest.mark.parametrize(
    ("attempt", "named"),
    [
        (lambda panel: panel.set(bond=0.1), "'bound'"),
        (lambda panel: panel.set(bound=float("nan")), "nan"),
        (lambda panel: panel.set(bound="low"), "'low'"),
        (lambda panel: panel.set(off="serving"), "off=('serving',)"),
        (lambda panel: panel.set(off=None), "None"),
        (lambda panel: panel.set(off=("servin",)), "'serving'"),
        (lambda panel: panel.set(dependency="one_gatway"), "'one_gateway'"),
        (lambda panel: panel.set(dependency=3), "3"),
        (lambda panel: panel.set(chance=0.1), "dependency"),
        (lambda panel: panel.set(dependency="one_gateway", chance="often"), "'often'"),
        (lambda panel: panel.set(dependency="one_gateway", chance=0.9), "at most"),
        (lambda panel: panel.set(plan="everything"), "all that applies"),
        (lambda panel: panel.set(plan=None), "None"),
        (lambda panel: panel.set(plan=-1), "plan is -1"),
        (lambda panel: panel.set(plan=float("nan")), "nan"),
        (lambda panel: panel.set(plan=True), "True"),
        (lambda panel: panel.set(plan=10**400), "give a number of days"),
        (lambda panel: panel.suppose("", 0.1), "dependency"),
        (lambda panel: panel.switch("servin", on=False), "'serving'"),
        (lambda panel: panel.switch("serving", on="off"), "'off'"),
        (lambda panel: panel.choose("shadowrya"), "'shadowray'"),
        (lambda panel: panel.choose(None), "None"),
        (lambda panel: LayersPanel("shadowray", bound=7), "7"),
        (lambda panel: LayersPanel("shadowray", chance=0.1), "dependency"),
    ],
)
def test_bad_input_is_refused_and_changes_nothing(panel, attempt, named):
    before = panel.state
    with pytest.raises(ThreatLabError, match=re.escape(named)):
        attempt(panel)
    assert panel.state == before
