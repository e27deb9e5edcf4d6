"""The attack lab: state, pictures and panel, each without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from tests.unit.page import Page
from threatlab import ThreatLabError
from threatlab.attacks import ATTACKS
from threatlab.attacks.membership import SURE
from threatlab.catalog import catalog
from threatlab.widgets import AttackLab
from threatlab.widgets.attack_lab import view

FAST = {"extraction": {"budget": 30}}
"""Settings that keep these tests quick; every other attack is quick as it comes."""


def text(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))


def ready(name, **settings):
    lab = AttackLab(name, **settings)
    assert lab.result
    return lab


@pytest.fixture(scope="module")
def labs():
    return {name: ready(name, **FAST.get(name, {})) for name in ATTACKS}


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


def test_a_choice_does_what_code_does():
    clicked, driven = ready("evasion"), ready("evasion")
    Page(clicked).choose("Control", ATTACKS["evasion"].controls["quantize"].title)
    Page(clicked).enter("Seed (which random draw)", 3)
    assert clicked.result == driven.set(control="quantize", seed=3)
    assert clicked.page == driven.page


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


def test_a_control_that_does_not_fit_is_said_and_the_old_figures_are_not_passed_off_as_its():
    lab = ready("poisoning")
    page = Page(lab)
    page.choose("Control", ATTACKS["poisoning"].controls["trusted_sample"].title)
    with pytest.raises(ThreatLabError, match="label_flip"):
        _ = lab.result
    assert "label_flip" in page.soup.select_one(".tl-status").get_text()
    assert "label_flip" in lab.picture()
    assert page.soup.select_one(".tl-stale")
    lab.set(variant="label_flip")
    assert lab.result.control == "trusted_sample"
    assert not page.soup.select_one(".tl-stale")


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


def test_the_display_carries_live_panel_picture_and_text():
    bundle, _ = AttackLab("membership", control="label_only")._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "as it was saved" in bundle["text/html"]
    assert not re.search(r"<style|class=|var\(", bundle["text/html"])
    assert "success=" in bundle["text/plain"]
    assert "0x" not in bundle["text/plain"]
    again, _ = AttackLab("membership", control="label_only")._repr_mimebundle_()
    assert bundle["text/html"] == again["text/html"]


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
        assert all(each["data-act"] == "run" for each in fields.values())
    large = Page(AttackLab("evasion", seed=4_000_000_001))
    assert large.field("Seed (which random draw)")["value"] == "4000000001"
