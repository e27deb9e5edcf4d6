"""The stream monitor as a learner uses it: move the threshold, play the day, stop; by mouse and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.access import overflowing, tab_to
from tests.browser.blank_page import BlankPage
from threatlab.monitoring import detect, evaluate, look_across, simulate_day, spread
from threatlab.widgets import StreamMonitor

DAY = simulate_day(events=20_000)


@pytest.fixture
def panel(blank: BlankPage) -> Locator:
    monitor = StreamMonitor(DAY)
    monitor.jump(600)
    return blank.open(monitor)


def status(minute: int, threshold: float) -> str:
    """Return what the panel says when time stands at a minute, as the package computes it."""
    result = evaluate(detect(DAY), threshold, minute)
    time = f"{minute // 60:02}:{minute % 60:02}"
    return (
        f"{time}, threshold {threshold:g}: {len(result.alerts)} alerts, "
        f"{len(result.caught)} of {len(result.begun)} attackers caught."
    )


def test_its_slider_is_set_by_keyboard_alone_and_a_wide_page_holds_it(blank: BlankPage, panel: Locator) -> None:
    says, page = panel.get_by_role("status"), panel.page
    expect(says).to_have_text(status(600, 16))
    slider = panel.get_by_role("slider", name="Detector threshold")
    panel.get_by_role("button", name="Play").focus()
    tab_to(slider)
    page.keyboard.press("ArrowRight")
    expect(says).to_have_text(status(600, 17))
    page.keyboard.press("Home")
    expect(says).to_have_text(status(600, 1))
    figure = panel.get_by_role("spinbutton", name="Detector threshold, as a number")
    expect(figure).to_have_value("1")
    figure.fill("40")
    page.keyboard.press("Enter")
    expect(says).to_have_text(status(600, 40))
    expect(slider).to_have_value("40")
    blank.look("light", 1600)
    assert blank.axe() == []
    assert overflowing(panel) == []


def test_a_campaign_over_many_accounts_is_chosen_and_followed(blank: BlankPage) -> None:
    monitor = StreamMonitor(DAY)
    monitor.jump(1200)
    panel = blank.open(monitor)
    panel.get_by_label("Many accounts").select_option(label="one campaign, 200 accounts")
    payers = evaluate(look_across(spread(DAY, 200)).linked, 16, 1200)
    table = panel.locator(".tl-across")
    expect(table).to_contain_text(f"{len(payers.caught)} of 8 payers")
    panel.get_by_role("slider", name="Clients to each attacker").focus()
    panel.page.keyboard.press("Home")
    expect(panel.get_by_role("spinbutton", name="Clients to each attacker, as a number")).to_have_value("1")
    panel.get_by_label("Careful: nothing in common").check()
    expect(table).to_contain_text("0 of 200 payers")


def test_the_day_plays_stays_responsive_pauses_and_ends(panel: Locator) -> None:
    clock = panel.locator(".tl-time .tl-score")
    panel.get_by_role("button", name="Play").click()
    expect(panel.get_by_role("status")).to_contain_text("Playing")
    expect(clock).not_to_have_text("10:00")
    panel.get_by_role("combobox", name="Detector").select_option(label="Request rate vs. its own average")
    panel.get_by_role("slider", name="Detector threshold").focus()
    panel.page.keyboard.press("Home")
    expect(panel.locator(".tl-chart")).to_contain_text("yours, 1")
    expect(panel.get_by_role("button", name="Pause")).to_be_visible()

    panel.get_by_role("button", name="Pause").click()
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    stopped = clock.inner_text()
    panel.page.wait_for_timeout(1_000)
    assert clock.inner_text() == stopped

    places = panel.get_by_label("Jump to")
    places.select_option(label="22:00")
    expect(clock).to_have_text("22:00")
    panel.get_by_label("Speed").select_option(label="very fast: 6 s a day")
    panel.get_by_role("button", name="Play").click()
    expect(panel.locator(".tl-time")).to_contain_text("the day is over")
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    expect(places).to_have_value("1440")  # though nobody chose it
