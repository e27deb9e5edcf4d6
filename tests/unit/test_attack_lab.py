"""The attack lab: state, pictures and binding, each without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import ipywidgets as widgets
import pytest

from threatlab import ThreatLabError
from threatlab.attacks import ATTACKS
from threatlab.catalog import catalog
from threatlab.widgets import AttackLab
from threatlab.widgets.attack_lab import view

FAST = {"extraction": {"budget": 30}}
"""Settings that keep these tests quick; every other attack is quick as it comes."""


def text(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))


def everything(widget):
    yield widget
    for child in getattr(widget, "children", ()):
        yield from everything(child)


@pytest.fixture(scope="module")
def labs():
    return {name: AttackLab(name, **FAST.get(name, {})) for name in ATTACKS}


@pytest.mark.parametrize("name", ATTACKS)
def test_each_attack_shows_its_figures_picture_lesson_and_finding(labs, name):
    lab, attack = labs[name], ATTACKS[name]
    for control, defense in attack.controls.items():
        result = lab.set(control=control, **defense.needs)
        shown = text(lab._outcome.value)
        assert f"{result.success:.0%}" in shown
        assert f"{result.utility:.0%}" in shown
        assert defense.title in shown
        if defense.catalog_control:
            assert catalog().controls[defense.catalog_control].finding.replace("'", "&#x27;") in shown
        assert "tl-picture" in lab._outcome.value
    assert attack.toy.replace("'", "&#x27;") in text(view.about(lab.state))
    assert str(attack.technique) in text(view.about(lab.state))


def test_setting_in_code_does_what_a_click_does():
    clicked, driven = AttackLab("evasion"), AttackLab("evasion")
    clicked._fields["control"].value = "quantize"
    assert clicked.result == driven.set(control="quantize")
    assert clicked._outcome.value == driven._outcome.value
    assert driven._fields["control"].value == "quantize"


def test_figures_of_other_settings_are_grayed_and_said_to_be():
    done = AttackLab("evasion").state
    running = replace(done, running=True)
    assert "tl-stale" not in view.outcome(done)
    assert "tl-stale" in view.outcome(running)
    assert "of the settings before" in text(view.status(running))
    assert "<progress" in view.status(running)
    assert "<progress" not in view.status(done)


def test_a_control_that_does_not_fit_is_said_and_the_old_figures_are_not_passed_off_as_its():
    lab = AttackLab("poisoning")
    lab._fields["control"].value = "trusted_sample"
    with pytest.raises(ThreatLabError, match="label_flip"):
        _ = lab.result
    assert "label_flip" in text(lab._status.value)
    assert "tl-stale" in lab._outcome.value
    lab._fields["variant"].value = "label_flip"
    assert lab.result.control == "trusted_sample"
    assert "tl-stale" not in lab._outcome.value


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
    lab = AttackLab("evasion")
    before = lab.state
    with pytest.raises(ThreatLabError, match=named):
        lab.set(**settings)
    assert lab.state == before
    assert lab._fields["control"].value == before.control


def test_an_unknown_attack_gets_the_nearest_name():
    with pytest.raises(ThreatLabError, match="did you mean 'extraction'"):
        AttackLab("extration")


def test_the_lab_shows_no_output_widget_and_labels_every_field(labs):
    for lab in labs.values():
        kinds = {type(widget).__name__ for widget in everything(lab.widget)}
        assert "Output" not in kinds
        assert not any("Slider" in kind for kind in kinds), "their handles have no name for a screen reader"
        assert all(field.description for field in lab._fields.values())


def test_the_display_carries_live_panel_picture_and_text():
    bundle = AttackLab("membership", control="label_only")._repr_mimebundle_()
    assert set(bundle) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    assert "<style" not in bundle["text/html"]
    assert "0x" not in bundle["text/plain"]
    again = AttackLab("membership", control="label_only")._repr_mimebundle_()
    assert bundle["text/html"] == again["text/html"]


def test_the_seed_and_each_knob_have_a_field(labs):
    for name, lab in labs.items():
        assert list(lab._fields) == ["control", *(knob.name for knob in ATTACKS[name].knobs), "seed"]
        assert all(isinstance(field, widgets.DOMWidget) for field in lab._fields.values())
