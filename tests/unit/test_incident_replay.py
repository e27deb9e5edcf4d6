"""The incident replay panel: state, pictures and binding, each without a browser."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from threatlab import AISystem, ThreatLabError, load_system
from threatlab.incidents import controls_that_could, incidents, load_incident, replay
from threatlab.widgets import IncidentReplay
from threatlab.widgets.incident_replay import view


def text(html):
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", " ", html))


def shown(panel):
    return {control for control, switch in panel.switches.items() if switch.layout.display != "none"}


def test_it_begins_with_the_incident_as_it_was():
    panel = IncidentReplay("shadowray")
    assert panel.replay == replay("shadowray")
    assert "gets to the end" in text(panel._headline.value)
    assert "as it was" in text(panel._headline.value)
    for step in panel.replay.steps:
        assert step.step.what.replace("'", "&#x27;") in panel._ladder.value
    assert repr(panel) == (
        "IncidentReplay('shadowray'): The attacker gets to the end; 100 of 100 attempts get to the end."
    )


def test_setting_in_code_does_what_a_click_does():
    clicked, driven = IncidentReplay("shadowray"), IncidentReplay("shadowray")
    clicked.switches["secrets_in_vault"].value = "yes"
    driven.set(secrets_in_vault=True)
    assert clicked._headline.value == driven._headline.value
    assert clicked._ladder.value == driven._ladder.value
    assert driven.switches["secrets_in_vault"].value == "yes"
    assert "is stopped at step 4 of 7" in text(driven._headline.value)
    assert "better than as it was" in text(driven._headline.value)
    driven.reset()
    assert driven.replay == replay("shadowray")
    assert driven.switches["secrets_in_vault"].value == "no"


@pytest.mark.parametrize("incident", incidents(), ids=lambda incident: incident.id)
def test_only_the_switches_that_bear_on_an_incident_are_shown(incident):
    panel = IncidentReplay("shadowray")
    panel.choose(incident.id)
    assert shown(panel) == set(controls_that_could(incident))
    assert panel._picker.value == incident.id
    for layer, group in panel._layers.items():
        assert (group.layout.display == "none") == (
            not any(s in group.children for c, s in panel.switches.items() if c in shown(panel))
        ), layer


def test_your_own_system_can_meet_any_incident():
    own = AISystem("support-bot", authentication_enforced=True)
    panel = IncidentReplay("shadowray", own)
    assert panel.replay.stopped_at == 2
    panel.choose("tay")
    assert panel.replay == replay("tay", own)


def test_the_table_of_single_controls_is_what_replay_says_best_first():
    state = IncidentReplay("shadowray").state
    alone = view.alone_each(state)
    assert [control for control, _ in alone][:2] == ["service_exposure_hardened", "authentication_enforced"]
    chances = [told.chance for _, told in alone]
    assert chances == sorted(chances)
    panel = IncidentReplay("shadowray")
    assert panel._alone.value == ""
    panel._fold.value = True
    assert text(panel._alone.value).count(" of 100") == len(alone)


def test_a_share_too_small_to_show_is_not_shown_as_zero():
    everything = load_system("shadowray").with_(**dict.fromkeys(controls_that_could(load_incident("shadowray")), True))
    panel = IncidentReplay("shadowray", everything)
    assert panel.replay.chance < 0.005
    assert "fewer than 1 of 100 attempts" in repr(panel)


def test_texts_are_escaped_wherever_they_stand():
    evil = "<img src=x onerror=alert(1)>"
    told = load_incident("tay")
    spoiled = replace(told, title=evil, summary=evil, steps=(replace(told.steps[0], what=evil), *told.steps[1:]))
    panel = IncidentReplay(spoiled, AISystem("own"))
    for html in (panel._headline.value, panel._ladder.value, view.static_picture(panel.state)):
        assert "<img" not in html
        assert "&lt;img" in html


def test_the_saved_picture_needs_no_style_sheet_and_says_it_is_a_picture():
    saved = IncidentReplay("postmark-mcp")._repr_mimebundle_()
    assert "class=" not in saved["text/html"]
    assert "var(" not in saved["text/html"]
    assert "as it was saved" in saved["text/html"]
    assert saved["text/plain"].startswith("IncidentReplay('postmark-mcp')")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: IncidentReplay("shadowrya"), "'shadowray'"),
        (lambda: IncidentReplay("tay", "tay"), "system is 'tay'"),
        (lambda: IncidentReplay("tay").choose("tya"), "'tay'"),
        (lambda: IncidentReplay("tay").set(secrets_in_volt=True), "'secrets_in_vault'"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
