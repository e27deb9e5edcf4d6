"""The attack lab: state, pictures and panel, each without a browser."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.unit.page import Page, text
from threatlab import ThreatLabError
from threatlab.attacks import ATTACKS
from threatlab.attacks.membership import SURE
from threatlab.catalog import catalog
from threatlab.widgets import AttackLab
from threatlab.widgets.attack_lab import view

FAST = {"extraction": {"budget": 30}}
"""Settings that keep these tests quick; every other attack is quick as it comes."""


def ready(name, **settings):
    lab = AttackLab(name, **settings)
    assert lab.result
    return lab


@pytest.fixture(scope="module")
def labs():
    return {name: ready(name, **FAST.get(name, {})) for name in ATTACKS}


@pytest.mark.slow
@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_shows_its_figures_picture_lesson_and_finding(labs, name):
    lab, attack = labs[name], ATTACKS[name]
    for control, defense in attack.controls.items():
        result = lab.set(control=control, **defense.needs)
        page = Page(lab)
        assert f"{result.success:.0%}" in page.text
        assert f"{result.utility:.0%}" in page.text
        assert defense.title in page.text
        if defense.catalog_control:
            assert catalog().controls[defense.catalog_control].finding in page.text
        assert page.soup.select_one(".tl-picture").get_text() or page.soup.select_one(".tl-picture svg")
    assert attack.toy in page.text
    assert str(attack.technique) in page.text
    assert f"The attacker: {catalog().who(attack.attacker)}." in page.text
    assert attack.attacker.why in page.text


def test_a_choice_does_what_code_does():
    clicked, driven = ready("evasion"), ready("evasion")
    Page(clicked).choose("Control", ATTACKS["evasion"].controls["quantize"].title)
    Page(clicked).enter("Seed (which random draw)", 3)
    assert clicked.result == driven.set(control="quantize", seed=3)
    assert clicked.page == driven.page


@pytest.mark.slow
def test_the_page_waits_for_no_run_and_only_the_newest_is_shown():
    lab = ready("evasion")
    with lab.turn:  # in which nothing else can be shown
        Page(lab).choose("Control", ATTACKS["evasion"].controls["quantize"].title)
        assert "of the settings before" in Page(lab).text
        Page(lab).enter("Seed (which random draw)", 5)
    assert lab.result == ATTACKS["evasion"].run(control="quantize", seed=5)


def test_figures_of_other_settings_are_grayed_and_said_to_be():
    done = ready("evasion").state
    running = replace(done, running=True)
    assert "tl-stale" not in view.outcome(done)
    assert "tl-stale" in view.outcome(running)
    assert "of the settings before" in text(view.status(running))
    assert "<progress" in view.status(running)
    assert "<progress" not in view.status(done)


def test_bars_name_the_control_that_was_run_and_not_the_one_that_is_asked_for():
    asked = replace(ready("evasion").state, control="quantize", running=True)
    assert "this control" not in text(view.outcome(asked))


def offered(page, label):
    """What a list offers, and whether it can be chosen."""
    return {option.get_text(): not option.has_attr("disabled") for option in page.field(label).select("option")}


def test_a_pair_that_can_not_be_is_no_choice_and_says_why_from_either_side():
    lab = ready("poisoning")
    page = Page(lab)
    assert offered(page, "Control") == {
        "No control": True,
        "Neighbor label check": True,
        "Provenance filter": True,
        "Trusted sample: needs \u201cFlipped labels of cancer cases\u201d": False,
    }
    page.choose("Control", "Provenance filter")
    assert offered(page, "Attack") == {
        "Back door in digits": True,
        "Flipped labels of cancer cases: not with \u201cProvenance filter\u201d": False,
    }
    page.choose("Control", "No control")
    page.choose("Attack", "Flipped labels of cancer cases")
    page.choose("Control", "Trusted sample")
    assert lab.result.control == "trusted_sample"
    with pytest.raises(ThreatLabError, match="label_flip"):
        lab.set(variant="back_door")
    assert lab.result.control == "trusted_sample"


@pytest.mark.parametrize(("attack", "control"), [("memory_poisoning", "user_turn"), ("injection", "tool_allow_list")])
def test_what_an_agent_did_not_do_is_parted_from_why(attack, control):
    picture = Page(ready(attack, control=control)).soup.select_one(".tl-picture")
    refused = [dd for dd in picture.select("dd:has(code)") if dd.get_text() != dd.code.get_text()]
    assert refused
    assert all(dd.code.next_sibling.startswith(": ") for dd in refused)


@pytest.mark.slow
def test_what_can_be_chosen_runs_and_what_can_not_would_be_refused():
    lab, attack = ready("poisoning"), ATTACKS["poisoning"]
    for control, defense in attack.controls.items():
        here = {"control": control, "variant": "back_door", **defense.needs}
        lab.set(control="none")
        lab.set(**here)
        for label in ("Control", "Attack"):
            for option in Page(lab).field(label).select("option"):
                there = {"control" if label == "Control" else "variant": json.loads(option["value"])}
                if option.has_attr("disabled"):
                    with pytest.raises(ThreatLabError):
                        lab.set(**there)
                else:
                    assert lab.set(**there)
                lab.set(control="none")
                lab.set(**here)


@pytest.mark.slow
def test_a_knob_that_does_nothing_can_not_be_moved_and_says_why(labs):
    for name, lab in labs.items():
        page = Page(lab)
        for control, defense in ATTACKS[name].controls.items():
            lab.set(control="none")
            lab.set(**{**defense.needs, "control": control})
            for knob in ATTACKS[name].knobs:
                idle = bool(knob.only_with) and control not in knob.only_with
                fields = page.soup.select(f"[name={knob.name}]")
                assert all(each.has_attr("disabled") == idle for each in fields), (control, knob.name)
                assert not knob.otherwise or (knob.otherwise in page.text) == idle


def test_shares_are_percent_on_the_page_and_a_slider_has_its_ends_and_its_number():
    lab = ready("poisoning")
    page = Page(lab)
    slider, number = page.soup.select("[name=rate]")
    assert (slider["type"], slider["min"], slider["max"], slider["value"]) == ("range", "0", "50", "5")
    assert (number["type"], number["value"]) == ("number", "5")
    assert slider.parent.select_one(".tl-ends").get_text(" ") == "0 50"
    page.enter("Share of poison", 29)
    assert lab.result.knobs["rate"] == 0.29
    assert page.field("Share of poison")["value"] == "29"


def test_a_slider_of_queries_has_its_stops_further_and_further_apart_and_takes_any_number():
    lab = ready("extraction", budget=30)
    page, (knob, _) = Page(lab), ATTACKS["extraction"].knobs
    assert list(knob.stops) == sorted(set(knob.stops))
    assert (knob.stops[0], knob.stops[-1]) == (knob.low, knob.high)
    slider, _ = page.soup.select("[name=budget]")
    assert knob.stops[int(slider["value"])] == 30
    assert slider["max"] == str(len(knob.stops) - 1)
    lab.enter(stop=True, budget=2)
    assert lab.result.knobs["budget"] == knob.stops[2]
    page.enter("Queries the attacker can pay for", 33)
    assert lab.result.knobs["budget"] == 33
    assert page.soup.select("[name=budget]")[0]["aria-valuetext"] == "33"


@pytest.mark.parametrize("name", ATTACKS)
def test_a_number_out_of_range_is_refused_by_the_name_and_range_on_the_page_and_changes_nothing(name):
    lab = ready(name, **FAST.get(name, {}))
    page, before = Page(lab), lab.state
    for knob in ATTACKS[name].knobs:
        if knob.choices or isinstance(knob.default, bool):
            continue
        percent = 100 if isinstance(knob.default, float) else 1
        for wrong in (percent * knob.high + 1, percent * knob.low - 1, None):
            page.enter(knob.title, wrong)
            assert page.problem.startswith(knob.title)
            assert f"from {percent * knob.low:g} to {percent * knob.high:g}" in page.problem
            assert lab.state == before


def targets(page):
    """What is said of each target: the role, and what was reached, if anything."""
    said = [each.get_text() for each in page.soup.select(".tl-targets li")]
    return {each.partition(":")[0]: each.partition("Reached: ")[2] for each in said}


def turn(lab, way):
    """Go the way in the panel, one field after the other."""
    page, knobs = Page(lab), {knob.name: knob for knob in lab.state.attack.knobs}
    for name, value in way.items():
        if name in knobs:
            knob = knobs[name]
            if knob.choices or isinstance(value, bool):
                page.choose(knob.title, view.shown(knob, value))
            else:
                page.enter(knob.title, round(100 * value) if isinstance(value, float) else value)
        elif name == "control":
            page.choose("Control", lab.state.attack.controls[value].title)
        elif value != lab.state.settings["seed"]:
            page.enter("Seed (which random draw)", value)
    return lab.result


@pytest.mark.slow
@pytest.mark.parametrize(("name", "target"), [(a.name, target) for a in ATTACKS.values() for target in a.targets])
def test_a_target_is_the_first_thing_to_read_and_who_reaches_it_is_told_in_the_figures_of_the_run(name, target):
    lab, wanted = ready(name), ATTACKS[name].targets[target]
    page = Page(lab)
    assert page.text.index(wanted.task) < page.text.index("Control")
    assert targets(page)[wanted.role] == ""
    result = turn(lab, wanted.way)
    alone = ATTACKS[name].run("none", lab.state.settings["seed"], **result.knobs)
    assert targets(page)[wanted.role] == (
        f"{wanted.report(result, alone)} (seed {lab.state.settings['seed']}). {wanted.teaches}"
    )
    assert "A target is reached." in page.soup.select_one(".tl-status").get_text()


@pytest.mark.slow
def test_the_best_so_far_stays_whatever_is_run_next():
    lab = ready("poisoning", control="knn")
    page = Page(lab)
    page.enter("Share of poison", 3)
    assert lab.result
    at_three = targets(page)["Attacker"]
    assert at_three.startswith("with 3% of poison")
    page.enter("Share of poison", 50)
    assert lab.result
    assert targets(page)["Attacker"] == at_three
    page.enter("Share of poison", 2)
    assert lab.result
    assert targets(page)["Attacker"].startswith("with 2% of poison")
    assert "Your best so far." in page.text
    page.enter("Share of poison", 3)
    assert lab.result
    assert targets(page)["Attacker"].startswith("with 2% of poison")
    assert "Your best so far." not in page.text


@pytest.mark.slow
def test_what_a_lab_opens_with_is_nobodys_merit():
    way = ATTACKS["poisoning"].targets["past_the_check"].way
    lab = ready("poisoning", **way)
    assert set(targets(Page(lab)).values()) == {""}
    lab.set(seed=2)
    assert targets(Page(lab))["Attacker"]


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"control": "quantise"}, "quantize"),
        ({"eps": 2}, "2"),
        ({"eps": float("nan")}, "nan"),
        ({"seed": -1}, "-1"),
        ({"epsilon": 0.1}, "eps"),
        ({"adaptive": 1}, "True or False"),
    ],
)
def test_bad_settings_are_refused_and_change_nothing(settings, named):
    lab = ready("evasion")
    before = lab.state
    with pytest.raises(ThreatLabError, match=named):
        lab.set(**settings)
    assert lab.state == before
    with pytest.raises(ThreatLabError, match=named):
        AttackLab("evasion", **settings)


def test_a_control_that_does_not_fit_is_refused_at_the_start():
    with pytest.raises(ThreatLabError, match="label_flip"):
        AttackLab("poisoning", control="trusted_sample")


def test_a_run_that_ends_does_not_take_away_what_is_said_of_a_refused_field():
    lab = ready("evasion")
    with lab.turn:
        Page(lab).enter("Seed (which random draw)", 1)
        Page(lab).enter("Seed (which random draw)", None)
    assert lab.result.success >= 0
    assert "Seed is None; give a whole number" in Page(lab).problem
    assert not lab.state.running
    Page(lab).enter("Seed (which random draw)", 1)
    assert Page(lab).problem == ""


def test_an_unknown_attack_gets_the_nearest_name():
    with pytest.raises(ThreatLabError, match="did you mean 'extraction'"):
        AttackLab("extration")


def test_a_display_waits_for_its_figures():
    bundle, _ = AttackLab("membership", control="label_only")._repr_mimebundle_()
    assert "success=" in bundle["text/plain"]
    assert "usefulness, this control" in bundle["text/html"]


@pytest.mark.parametrize("control", ["none", "label_only"])
def test_the_picture_of_membership_says_of_whom_the_attacker_can_be_sure_and_on_how_many_that_rests(control):
    lab = ready("membership", control=control)
    result, said = lab.result, " ".join(text(lab.page).split())
    assert f"at most 1% of the {result.evidence['unseen']} records that the model has not seen" in said
    assert f"{result.further[SURE]:.0%} of the members are found" in said


def test_the_seed_and_each_knob_have_a_field_that_shows_where_it_stands(labs):
    for name, lab in labs.items():
        fields = {each["name"]: each for each in Page(lab).soup.select("label [name]")}
        assert list(fields) == ["control", *(knob.name for knob in ATTACKS[name].knobs), "seed"]
        assert all(each["data-act"] == "enter" for each in fields.values())
    large = Page(AttackLab("evasion", seed=4_000_000_001))
    assert large.field("Seed (which random draw)")["value"] == "4000000001"


def test_what_was_reached_is_there_again_tomorrow_and_can_be_begun_anew(learner):
    first = ready("injection")
    first.set(control="separation", adaptive=True)
    tomorrow = ready("injection")
    page = Page(tomorrow)
    assert targets(page) == targets(Page(first))
    assert targets(page)["Attacker"]
    assert targets(page)["Attacker"] in text(tomorrow.picture())
    assert "Taken up where you left it." in page.text
    assert tomorrow.result.control == "none"
    page.click("Begin anew")
    assert targets(page)["Attacker"] == ""
    assert not tomorrow.state.running
    page.click("Take it up again")
    assert targets(page) == targets(Page(ready("injection"))) == targets(Page(first))
    assert targets(Page(ready("injection", pages=100)))["Attacker"] == "", "another panel"


def test_a_lab_that_is_begun_anew_while_it_runs_stands_still_afterwards(learner):
    ready("injection").set(control="separation", adaptive=True)
    lab = ready("injection")
    page = Page(lab)
    page.choose("Control", ATTACKS["injection"].controls["keyword_filter"].title)
    lab.begin_anew()
    lab.take_up_again()
    assert not lab.state.running
    assert lab.result.control == "keyword_filter"
    assert targets(page)["Attacker"]
