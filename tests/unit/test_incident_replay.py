"""The incident replay panel: state, pictures and panel, each without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.page import Page
from threatlab import AISystem, ThreatLabError, load_system
from threatlab.catalog import catalog
from threatlab.incidents import STOPS, controls_that_could, incidents, load_incident, replay
from threatlab.widgets import IncidentReplay
from threatlab.widgets.incident_replay import view


def switches(page):
    """Each switch by its title, and whether it is on."""
    return {
        group["aria-label"]: group.select_one("[aria-pressed=true]").get_text() == "yes"
        for group in page.soup.select("[data-name]")
    }


def title(control):
    return catalog().controls[control].title


def test_it_begins_with_the_incident_as_it_was():
    panel = IncidentReplay("shadowray")
    page = Page(panel)
    assert panel.replay == replay("shadowray")
    assert "gets to the end as it was" in page.text
    for step in panel.replay.steps:
        assert step.step.what in page.text
    assert repr(panel) == (
        "IncidentReplay('shadowray'): The attacker gets to the end; 100 of 100 attempts get to the end."
    )


def test_a_stop_is_said_to_let_some_past():
    page = Page(IncidentReplay("shadowray", load_system("shadowray").with_(authentication_enforced=True)))
    assert "is mostly stopped at step 2" in page.text
    assert f"Of 100 attempts, {100 * (1 - STOPS):.0f} get to the end." in page.text
    assert f"taken to end {STOPS:.0%} of the attempts" in page.text
    assert "after the stop" in page.text
    assert "never reached" not in page.text


def test_setting_in_code_does_what_a_click_does():
    clicked, driven = IncidentReplay("shadowray"), IncidentReplay("shadowray")
    Page(clicked).answer(title("secrets_in_vault"), "yes")
    driven.set(secrets_in_vault=True)
    assert clicked.page == driven.page
    page = Page(driven)
    assert switches(page)[title("secrets_in_vault")]
    assert "is mostly stopped at step 4 of 7" in page.text
    assert "100 of 100 fewer than as it was" in page.text
    page.click("Reset")
    assert driven.replay == replay("shadowray")
    assert not any(switches(page).values())


def test_techniques_that_no_case_of_atlas_gives_are_called_our_reading():
    for incident in incidents():
        page = Page(IncidentReplay(incident.id))
        assert ("techniques are our reading" in page.text) is not incident.case.startswith("AML."), incident.id


@pytest.mark.parametrize("incident", incidents(), ids=lambda incident: incident.id)
def test_only_the_switches_that_bear_on_an_incident_are_shown(incident):
    panel = IncidentReplay("shadowray")
    page = Page(panel)
    page.choose("Incident", f"{incident.title} ({incident.date.year})")
    assert panel.state.incident == incident
    assert set(switches(page)) == {title(control) for control in controls_that_could(incident)}
    layers = {catalog().controls[control].layer for control in controls_that_could(incident)}
    assert {p.get_text() for p in page.soup.select(".tl-layer")} == {catalog().layers[each].title for each in layers}


def test_the_replay_says_who_attacked_and_who_says_so():
    text = Page(IncidentReplay("llm-jacking")).text
    assert "The attacker: thief of an account (query access, gray box); stated: they used stolen credentials" in text
    assert "thief of an account" in IncidentReplay("llm-jacking").picture()


def test_your_own_system_can_meet_any_incident():
    own = AISystem("support-bot", authentication_enforced=True)
    panel = IncidentReplay("shadowray", own)
    assert panel.replay.stopped_at == 2
    panel.choose("tay")
    assert panel.replay == replay("tay", own)


def test_the_table_of_single_controls_is_what_replay_says_best_first():
    panel = IncidentReplay("shadowray")
    alone = view.alone_each(panel.state)
    assert [control for control, _ in alone][:2] == ["service_exposure_hardened", "authentication_enforced"]
    chances = [outcome.chance for _, outcome in alone]
    assert chances == sorted(chances)
    fold = Page(panel).soup.select_one("details")
    assert not fold.has_attr("open")
    assert [row.td.get_text() for row in fold.select("tbody tr")] == [title(control) for control, _ in alone]


def test_a_share_too_small_to_show_is_not_shown_as_zero():
    everything = load_system("shadowray").with_(**dict.fromkeys(controls_that_could(load_incident("shadowray")), True))
    panel = IncidentReplay("shadowray", everything)
    assert panel.replay.chance < 0.005
    assert "fewer than 1 of 100 attempts" in repr(panel)


def test_texts_are_escaped_wherever_they_stand():
    evil = "<img src=x onerror=alert(1)>"
    tay = load_incident("tay")
    spoiled = replace(tay, title=evil, summary=evil, steps=(replace(tay.steps[0], what=evil), *tay.steps[1:]))
    panel = IncidentReplay(spoiled, AISystem("own"))
    for html in (panel.page, panel.picture()):
        assert "<img" not in html
        assert "&lt;img" in html


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: IncidentReplay("shadowrya"), "'shadowray'"),
        (lambda: IncidentReplay("tay", "tay"), "system is 'tay'"),
        (lambda: IncidentReplay("tay").choose("tya"), "'tay'"),
        (lambda: IncidentReplay("tay").set(secrets_in_volt=True), "'secrets_in_vault'"),
        (lambda: IncidentReplay("tay").put("secrets_in_volt", in_place=True), "'secrets_in_vault'"),
        (lambda: IncidentReplay("tay").put("secrets_in_vault", in_place="yes"), "'yes'"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()


def test_what_was_switched_stays_so_when_another_incident_is_chosen():
    panel = IncidentReplay("shadowray")
    panel.set(secrets_in_vault=True, rbac_configured=True)
    panel.set(rbac_configured=False)
    panel.choose("tay")
    assert panel.state.system == load_system("tay").with_(secrets_in_vault=True)
    panel.reset()
    assert panel.state.system == panel.state.start == load_system("tay")
