"""The stream monitor as a learner uses it: play the day, move the threshold, stop, all in a real JupyterLab."""

from __future__ import annotations

from pathlib import Path

import nbformat
from playwright.sync_api import Locator, expect

from tests.browser.lab import LOOKS, Lab
from threatlab.monitoring import detect, evaluate, look_across, simulate_day, spread

PANEL = ".tl:has(> .tl-monitor)"
EVENTS = 20_000
MANY_TABS = 12
"""More than the panel has places to stop at before its slider."""


def notebook(folder: Path, minute: int = 0) -> Path:
    """Write a small notebook with a monitor, and a cell that asks it how it fares."""
    made = nbformat.v4.new_notebook()
    made.cells = [
        nbformat.v4.new_code_cell(
            "from threatlab.monitoring import simulate_day\n"
            "from threatlab.widgets import StreamMonitor\n"
            f"day = simulate_day(events={EVENTS})"
        ),
        nbformat.v4.new_code_cell(f"panel = StreamMonitor(day)\npanel.jump({minute})\npanel"),
        nbformat.v4.new_code_cell("print('playing:', panel.playing)"),
    ]
    path = folder / "monitor.ipynb"
    nbformat.write(made, path)
    return path


def status(minute: int, threshold: float) -> str:
    """Return what the panel says when time stands at a minute, as the package computes it."""
    result = evaluate(detect(simulate_day(events=EVENTS)), threshold, minute)
    time = f"{minute // 60:02}:{minute % 60:02}"
    return (
        f"{time}, threshold {threshold:g}: {len(result.alerts)} alerts, "
        f"{len(result.caught)} of {len(result.begun)} attackers caught."
    )


def opened(lab: Lab, folder: Path, minute: int = 0, **window: object) -> Locator:
    """Open such a notebook, run it and return the panel."""
    lab.open(notebook(folder, minute), **window)
    lab.run_all()
    return lab.find(PANEL).first


def run_cell(lab: Lab, number: int) -> None:
    """Run one cell, counted from 0, as Shift+Enter in it does."""
    lab.page.evaluate(
        """async number => {
            const notebook = window.jupyterapp.shell.currentWidget.content;
            notebook.activeCellIndex = number;
            await window.jupyterapp.commands.execute('notebook:run-cell');
        }""",
        number,
    )


def clock(panel: Locator) -> str:
    return panel.locator(".tl-time .tl-score").inner_text()


def test_it_can_be_read_by_everyone_and_its_slider_set_by_keyboard_alone(lab: Lab, tmp_path: Path) -> None:
    panel = opened(lab, tmp_path, 1200)
    says, page = panel.get_by_role("status"), lab.page
    expect(says).to_have_text(status(1200, 16))
    slider = panel.get_by_role("slider", name="Alert threshold")
    panel.get_by_role("button", name="Play").focus()
    for _ in range(MANY_TABS):
        page.keyboard.press("Tab")
        if slider.evaluate("node => node === document.activeElement"):
            break
    expect(slider).to_be_focused()
    page.keyboard.press("ArrowRight")
    expect(says).to_have_text(status(1200, 17))
    page.keyboard.press("Home")
    expect(says).to_have_text(status(1200, 1))
    figure = panel.get_by_role("spinbutton", name="Alert threshold, as a number")
    expect(figure).to_have_value("1")
    figure.fill("40")
    page.keyboard.press("Enter")
    expect(says).to_have_text(status(1200, 40))
    expect(slider).to_have_value("40")

    panel.get_by_text("What these figures mean").click()
    for look in (("light", 1600), *LOOKS):
        lab.look(*look)
        assert lab.axe(PANEL) == [], look
        assert lab.overflowing(panel) == [], look
    assert lab.outside == []


def test_a_campaign_over_many_accounts_is_chosen_and_read_by_everyone(lab: Lab, tmp_path: Path) -> None:
    panel = opened(lab, tmp_path, 1200)
    panel.get_by_label("Many accounts").select_option(label="one campaign, 200 accounts")
    campaign = spread(simulate_day(events=EVENTS), 200)
    payers = evaluate(look_across(campaign).linked, 16, 1200)
    table = panel.locator(".tl-across")
    expect(table).to_contain_text(f"{len(payers.caught)} of 8 payers")
    panel.get_by_role("slider", name="Clients to each attacker").focus()
    lab.page.keyboard.press("Home")
    expect(panel.get_by_role("spinbutton", name="Clients to each attacker, as a number")).to_have_value("1")
    for look in LOOKS:
        lab.look(*look)
        assert lab.axe(PANEL) == [], look
        assert lab.overflowing(panel) == [], look
    panel.get_by_label("Careful: nothing in common").check()
    expect(table).to_contain_text("0 of 200 payers")


def test_the_day_plays_stays_responsive_pauses_and_ends(lab: Lab, tmp_path: Path) -> None:
    panel = opened(lab, tmp_path, 600)
    panel.get_by_role("button", name="Play").click()
    expect(panel.get_by_role("status")).to_contain_text("Playing")
    expect(panel.locator(".tl-time .tl-score")).not_to_have_text("10:00")
    panel.get_by_label("Detector").select_option(label="Request rate vs. its own average")
    slider = panel.get_by_role("slider", name="Alert threshold")
    slider.focus()
    lab.page.keyboard.press("Home")
    expect(panel.locator(".tl-chart")).to_contain_text("yours, 1")
    expect(panel.get_by_role("button", name="Pause")).to_be_visible()
    run_cell(lab, 2)
    expect(lab.notebook.get_by_text("playing: True")).to_be_visible()

    panel.get_by_role("button", name="Pause").click()
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    stopped = clock(panel)
    lab.page.wait_for_timeout(1_000)
    assert clock(panel) == stopped

    places = panel.get_by_label("Jump to")
    places.select_option(label="22:00")
    expect(panel.locator(".tl-time .tl-score")).to_have_text("22:00")
    panel.get_by_label("Speed").select_option(label="very fast: 6 s a day")
    panel.get_by_role("button", name="Play").click()
    expect(panel.locator(".tl-time")).to_contain_text("the day is over", timeout=15_000)
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    expect(places).to_have_value("1440")  # though nobody chose it
    run_cell(lab, 2)
    expect(lab.notebook.get_by_text("playing: False")).to_be_visible()


def test_an_interrupt_stops_it_and_a_cell_that_is_run_again_leaves_nothing_playing(lab: Lab, tmp_path: Path) -> None:
    panel = opened(lab, tmp_path)
    panel.get_by_role("button", name="Play").click()
    expect(panel.locator(".tl-time .tl-score")).not_to_have_text("00:00")
    lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    stopped = clock(panel)
    assert stopped != "24:00"

    panel.get_by_role("button", name="Play").click()
    expect(panel.locator(".tl-time .tl-score")).not_to_have_text(stopped)
    run_cell(lab, 1)
    panel = lab.find(PANEL)
    expect(panel).to_have_count(1)
    expect(panel.locator(".tl-time .tl-score")).to_have_text("00:00")
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    lab.page.wait_for_timeout(1_000)
    assert clock(panel) == "00:00"
