"""The system explorer: state, HTML and binding, each without a browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest

from tests.unit.page import HOSTILE, Page, text
from threatlab import AISystem, ThreatLabError, assess, load_system
from threatlab.catalog import catalog
from threatlab.widgets import SystemExplorer
from threatlab.widgets.base.explanation import explanation
from threatlab.widgets.explorer import view


def state(name="shadowray", threshold=0.7, **changes):
    system = load_system(name)
    return view.ExplorerState(system.with_(**changes), system, threshold)


@pytest.fixture
def panel():
    return SystemExplorer("shadowray", alert_threshold=0.7)


# ---- for whom a threat stands


@pytest.mark.parametrize("threat", catalog().threats)
def test_a_threat_is_explained_by_those_whom_it_serves_and_what_they_want(threat):
    everything = AISystem("x", **dict.fromkeys(catalog().facts, True))
    told = text(explanation(assess(everything), threat))
    for adversary in catalog().adversaries_of(threat):
        assert adversary.goals[threat].text in told
        assert f"{' and '.join(adversary.access[-2:])}; {adversary.knowledge}" in told


# ---- the picture


def test_the_headline_tells_score_threshold_and_worst_threat():
    shown = text(view.headline(state()))
    result = assess(load_system("shadowray"))
    assert f"{result.risk_score:.2f}" in shown
    assert "alert at 0.70: now at or above it" in shown
    assert f"Worst threat {catalog().threats[result.worst_threat].title}" in shown


def test_the_alert_begins_exactly_at_the_threshold():
    score = assess(load_system("shadowray")).risk_score
    for threshold in (score, round(score, 2), score + 1e-9):
        assert "at or above it" in text(view.headline(state(threshold=threshold)))
    assert "below it" in text(view.headline(state(threshold=round(score, 2) + 0.01)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "as you found it"),
        ({"authentication_enforced": True}, "better since you began"),
        ({"uses_tools": True}, "worse since you began"),
        ({"staff_trained": False}, "no change since you began"),
    ],
)
def test_the_change_since_the_start_is_told_in_words(changes, words):
    assert words in text(view.headline(state(**changes)))


def test_every_threat_has_a_bar_or_a_reason_for_having_none():
    shown = text(view.threat_bars(state()))
    for threat, risk in assess(load_system("shadowray")).by_threat.items():
        title = catalog().threats[threat].title
        assert re.search(rf"{title} (\d\.\d\d|does not apply unless|unknown: it applies if)", shown), title
        assert bool(risk) == bool(re.search(rf"{title} \d", shown))


def test_a_threat_that_hangs_on_an_unknown_fact_says_so():
    assert "unknown: it applies if the system uses tools" in text(view.threat_bars(state(uses_tools=None)))
    assert "does not apply unless the system uses tools" in text(view.threat_bars(state(uses_tools=False)))


def test_a_bar_shows_what_remains_of_what_there_was():
    before, after = view.threat_bars(state()), view.threat_bars(state(dependencies_scanned=True))
    assert 'width:100.0%"' in before
    how = assess(load_system("shadowray").with_(dependencies_scanned=True)).explain("supply_chain")
    assert f'width:{how.risk / how.inherent:.1%}"' in after


def test_findings_show_severity_advice_threats_and_atlas_ids():
    finding = next(f for f in assess(load_system("shadowray")).findings if f.attribute == "authentication_enforced")
    shown = text(view.findings(state()))
    for part in (finding.severity, finding.finding, finding.recommendation, *(t.id for t in finding.atlas)):
        assert part in shown
    assert catalog().threats[finding.threats[0]].title.lower() in shown


def test_an_unknown_control_is_marked_where_it_is_shown():
    shown = replace(state(), all_findings=True)
    unknown = sum(f.unknown for f in shown.now.findings)
    assert unknown > 0
    assert view.findings(shown).count(">unknown<") == unknown
    assert f"{unknown} because nobody knows" in text(view.findings(shown))


def test_findings_are_folded_to_the_worst_few_or_listed_whole():
    few, every = state(), replace(state(), all_findings=True)
    assert view.findings(few).count("<tr>") == 1 + view.FINDINGS_SHOWN
    assert view.findings(every).count("<tr>") == 1 + len(few.now.findings)


def test_a_system_without_gaps_has_no_advice_and_says_so():
    perfect = load_system("shadowray").with_(**dict.fromkeys(catalog().controls, True))
    done = view.ExplorerState(perfect, perfect, 0.7)
    assert "No control that applies is missing" in text(view.findings(done))
    assert "is in place" in text(view.next_steps(done))


def test_a_text_from_a_user_is_escaped_wherever_it_is_shown():
    panel = SystemExplorer(AISystem(HOSTILE, title=HOSTILE, trains_model=True))
    for shown in (panel.page, panel.picture()):
        assert "<script>" not in shown
        assert "&lt;script&gt;" in shown


def test_the_saved_picture_needs_no_style_sheet_and_no_kernel():
    picture = view.static_picture(state(authentication_enforced=True))
    assert "<style" not in picture
    assert "class=" not in picture
    assert "var(" not in picture
    for step in state(authentication_enforced=True).steps:
        assert step.title in picture


@pytest.mark.parametrize("what", ["risk_score", *catalog().threats, *catalog().controls])
def test_every_number_can_be_explained(what):
    result = assess(load_system("tay"))
    told = text(explanation(result, what))
    expected = (
        f"{result.risk_score:.2f}"
        if what == "risk_score"
        else catalog().threats[what].title
        if what in catalog().threats
        else catalog().controls[what].check
    )
    assert expected in told


def test_an_explained_threat_multiplies_out_to_the_risk_shown():
    system = load_system("shadowray").with_(authentication_enforced=True, secrets_in_vault=True, rbac_configured=True)
    result = assess(system)
    for threat, risk in result.by_threat.items():
        if risk:
            told = text(explanation(result, threat))
            assert f"shown as {risk:.2f}." in told, told
            formulas = re.findall(r"(1 \u2212 [\d.()\u2212 \u00d7]+) = (\d\.\d+)", told)
            factors, product = re.search(r"Risk: likelihood (.*) = (\d\.\d+) ?, shown", told).groups()
            formulas.append((factors.replace("impact", ""), product))
            assert len(formulas) >= 3
            for formula, value in formulas:
                worked_out = eval(formula.replace("\u2212", "-").replace("\u00d7", "*"))
                assert worked_out == pytest.approx(float(value), abs=0.0002), formula


def test_the_explained_score_adds_up_on_screen():
    result = assess(load_system("shadowray"))
    formula, value = re.search(r"(1 \u2212 \(.*\)) = ([\d.]+)", text(explanation(result, "risk_score"))).groups()
    worked_out = eval(formula.replace("\u2212", "-").replace("\u00d7", "*"))
    assert worked_out == pytest.approx(float(value), abs=0.0005)
    assert round(worked_out, 2) == round(result.risk_score, 2)


def test_sections_tell_what_is_true_and_what_is_in_place():
    folds = {
        section: view.fold_title(state(), section, members)
        for section, members in {
            "Where it runs": ["internet_facing", "runs_on_user_devices"],
            "Agent": [c.id for c in catalog().controls.values() if c.layer == "agent"],
            "Serving": [c.id for c in catalog().controls.values() if c.layer == "serving"],
        }.items()
    }
    assert folds["Where it runs"] == "Where it runs · internet-facing"
    assert folds["Agent"] == "Agent · does not apply"
    asked = [
        c for c in catalog().controls.values() if c.layer == "serving" and state().system.true >= {*c.applies_when}
    ]
    assert folds["Serving"] == f"Serving · 0 of {len(asked)} in place · {len(asked)} unknown"


# ---- the panel


def question(attribute):
    return (catalog().facts.get(attribute) or catalog().controls[attribute]).question


def test_setting_a_control_in_code_does_what_a_click_does(panel):
    clicked = SystemExplorer("shadowray")
    Page(clicked).answer(question("rbac_configured"), "yes")
    panel.set(rbac_configured=True)
    assert clicked.system == panel.system
    assert clicked.page == panel.page


@pytest.mark.parametrize(("word", "value"), [("Yes", True), ("No", False), ("Unknown", None)])
def test_each_answer_reaches_the_system_and_is_shown_as_chosen(panel, word, value):
    page = Page(panel)

    def questions():
        return {json.loads(group["data-args"])["attribute"]: group for group in page.soup.select("[data-name]")}

    asked = questions()  # once: to parse the page after each answer takes a second
    assert set(asked) == set(panel.system.catalog.attributes)
    for attribute in panel.system.catalog.attributes:
        page.answer(asked[attribute], word)
        assert panel.system[attribute] is value
    for attribute, group in questions().items():
        assert group["aria-label"] == question(attribute)
        assert group.select_one("[aria-pressed=true]")["title"] == word
    assert panel.assessment == assess(panel.system)


def test_one_click_on_apply_puts_the_best_control_in_place(panel):
    best = panel.assessment.best_next(1)[0]
    Page(panel).click(f"Apply: {best.title}")
    assert panel.system[best.attribute] is True
    assert panel.assessment.risk_score == pytest.approx(assess(load_system("shadowray")).risk_score - best.removes)


def test_reset_goes_back_to_the_start_and_nowhere_else(panel):
    panel.set(rbac_configured=True, uses_tools=True)
    page = Page(panel)
    page.click("Reset")
    assert panel.system == load_system("shadowray")
    assert page.button("Reset").has_attr("disabled")


def test_choosing_another_system_begins_anew_from_it(panel):
    panel.set(rbac_configured=True)
    page = Page(panel)
    page.choose("System", load_system("tay").title)
    assert panel.system == panel.state.start == load_system("tay")
    assert "as you found it" in page.text


def test_a_system_of_ones_own_is_in_the_list_and_can_be_found_again():
    mine = AISystem("mine", title="My system", trains_model=True)
    panel = SystemExplorer(mine)
    panel.choose(AISystem("other", title="Another"))
    Page(panel).choose("System", "My system")
    assert panel.system == mine
    Page(panel).choose("System", "Another")
    assert panel.system.name == "other"


def test_the_folds_tell_all_findings_and_only_the_worst(panel):
    page = Page(panel)
    page.click(f"All {len(panel.assessment.findings)} findings")
    assert len(page.soup.select("tbody tr")) == len(panel.assessment.findings)
    page.click("Only the worst")
    assert len(page.soup.select("tbody tr")) == view.FINDINGS_SHOWN


def test_others_can_be_linked_to_the_system_and_its_score(panel):
    scores = []
    panel.observe(lambda change: scores.append(change["new"]), "risk_score")
    panel.set(rbac_configured=True)
    panel.system = load_system("tay")
    assert scores == [
        assess(load_system("shadowray").with_(rbac_configured=True)).risk_score,
        panel.assessment.risk_score,
    ]
    assert panel.assessment == assess(load_system("tay"))


@pytest.mark.slow
def test_the_attack_behind_a_finding_opens_below_it_and_can_be_set_there(panel):
    from threatlab.attacks import ATTACKS

    page = Page(panel)
    page.choose("See the attack behind a finding", catalog().controls["output_detail_limited"].title)
    attack, lab = ATTACKS["extraction"], panel.parts["lab"]
    measured = attack.measures["output_detail_limited"]
    assert lab.turn is panel.turn, "each would wait for the other: a click for the lab, its thread for the explorer"
    assert lab.result == attack.run(control=measured.defense, **measured.knobs)
    assert f"Done: attacker {lab.result.success:.0%}" in page.text
    page.enter("Queries the attacker can pay for", 30)
    assert lab.result == attack.run(control=measured.defense, **{**measured.knobs, "budget": 30})
    assert f"Done: attacker {lab.result.success:.0%}" in page.text
    page.enter("Queries the attacker can pay for", -1)
    assert "-1" in page.problem
    page.choose("See the attack behind a finding", "choose a control that an attack has measured\u2026")
    assert panel.parts == {}
    assert not page.soup.select_one("[data-part]")


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan"), float("inf"), "0.7", None, True])
def test_a_threshold_that_is_no_score_is_refused_by_its_value(threshold):
    with pytest.raises(ThreatLabError, match=re.escape(repr(threshold))):
        SystemExplorer("tay", alert_threshold=threshold)


def test_bad_input_is_refused_and_changes_nothing(panel):
    before = panel.state
    attempts = [
        (lambda: panel.set(rbac_configred=True), "rbac_configured"),
        (lambda: panel.set(rbac_configured="yes"), "'yes'"),
        (lambda: panel.apply("internet_facing"), "a fact"),
        (lambda: panel.choose("shadowrya"), "shadowray"),
        (lambda: panel.explain("suply_chain"), "supply_chain"),
        (lambda: panel.attack("rbac_configured"), "rbac_configured"),
        (lambda: panel.attack([]), "unknown control with a live attack"),
        (lambda: panel.explain([]), "unknown number to explain"),
    ]
    for attempt, named in attempts:
        with pytest.raises(ThreatLabError, match=named):
            attempt()
        assert panel.state == before


# ---- the score in sight


def test_how_the_score_moved_stands_beside_the_answer_that_moved_it(panel):
    def question():
        [group] = [each for each in page.soup.select("[data-name]") if '"secrets_in_vault"' in each["data-args"]]
        return group

    before = panel.risk_score
    page = Page(panel)
    page.answer(question(), "yes")
    told = f"{before:.2f} \u2192 {panel.risk_score:.2f}"
    assert told in question().find_next_sibling().get_text()
    assert f"Risk score from {before:.2f} to {panel.risk_score:.2f}" in page.soup.select_one("[role=status]").get_text()
    page.click("Reset")
    assert "\u2192" not in page.text


@pytest.mark.parametrize("control", catalog().controls)
def test_the_change_is_the_difference_of_what_is_shown(panel, control):
    panel.apply(control)
    told = re.search("(0[.][0-9]+) \u2212(0[.][0-9]+), better", Page(panel).text)
    if told:
        assert float(told[1]) - float(told[2]) == pytest.approx(round(panel.risk_score, 2))


def test_a_second_click_of_a_double_click_on_apply_applies_no_other_control(panel):
    button = Page(panel).soup.select_one("[data-act=apply]")
    for _ in range(2):
        Page(panel).press(button)
    assert sum(panel.system[each] is not panel.state.start[each] for each in catalog().controls) == 1
    assert button["data-once"]
