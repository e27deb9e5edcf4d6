"""What lesson 06 tells its reader to do at the stream monitor can be done there, and shows what the text says."""

from __future__ import annotations

import re
from collections.abc import Iterator

import nbformat
import pytest

from tests.browser.needed import run_here
from tests.notebooks.tracked import ROOT
from tests.unit.page import Page
from threatlab.monitoring import ATTACKERS
from threatlab.widgets import StreamMonitor

NOTEBOOK = ROOT / "notebooks/06-monitor-and-operate.ipynb"
CELLS = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
TASKS = re.findall(r"^\d\. (.*)$", CELLS["monitor-about"], re.MULTILINE)


class Monitor:
    """The monitor of the lesson as its reader works it, by the names that the text and the page have in common."""

    def __init__(self, monitor: StreamMonitor) -> None:
        self.monitor, self.page = monitor, Page(monitor)

    @property
    def says(self) -> str:
        return self.page.text

    def jump(self, place: str) -> None:
        """Jump to a time, or to a moment that has a name."""
        places = [each.get_text() for each in self.page.field("Jump to").select("option")]
        self.page.choose("Jump to", next(each for each in places if place in each.split(" \u00b7 ")))

    def threshold(self, to: float) -> None:
        self.page.enter("Detector threshold", to)
        assert not self.page.problem

    def highest(self) -> float:
        (slider,) = self.page.soup.select('input[type="range"][name="threshold"]')
        return float(slider["max"])

    def kinds(self) -> list[str]:
        return [alert.kind for alert in self.monitor.evaluation.alerts]

    def names(self) -> set[str]:
        """All that is called something on the page, and the moments of the day by their own names."""
        named = [each.find(string=True) for each in self.page.soup.select("label span, option, button")]
        return {part.strip() for each in named for part in each.split(" \u00b7 ")}


@pytest.fixture(scope="module")
def at_first() -> StreamMonitor:
    return run_here(NOTEBOOK, "monitor")["_"]


@pytest.fixture
def monitor(at_first: StreamMonitor) -> Iterator[Monitor]:
    before = at_first.state
    yield Monitor(at_first)
    at_first.show(before)


@pytest.mark.parametrize("task", TASKS)
def test_what_a_task_names_stands_on_the_page_by_that_name(monitor: Monitor, task: str) -> None:
    named = set(re.findall(r"\*([^*]+)\*", task))
    assert named
    assert named <= monitor.names()


def test_task_1_the_day_begins_without_an_alert_and_can_be_played(monitor: Monitor) -> None:
    monitor.jump("start")
    assert "No attacker has begun yet" in monitor.says
    assert not monitor.page.button("Play").has_attr("disabled")


def test_task_2_a_higher_threshold_misses_two_by_name_and_saves_hours(monitor: Monitor) -> None:
    monitor.jump("end")
    hours = monitor.monitor.evaluation.analyst_hours()
    two = next(level for level in range(16, int(monitor.highest())) if missed_at(monitor, level) >= 2)
    assert two < monitor.highest() / 2, "a short way on the slider"
    assert f"Missed so far: {', '.join(monitor.monitor.evaluation.missed)}" in monitor.says
    assert monitor.monitor.evaluation.analyst_hours() < hours


def missed_at(monitor: Monitor, level: float) -> int:
    monitor.threshold(level)
    return len(monitor.monitor.evaluation.missed)


def test_task_3_at_its_end_the_request_rate_sees_batch_jobs_and_no_attacker(monitor: Monitor) -> None:
    monitor.jump("end")
    monitor.page.choose("Detector", "Request rate vs. its own average")
    monitor.threshold(monitor.highest())
    assert set(monitor.kinds()) == {"batch job"}
    assert f"Missed so far: {', '.join(ATTACKERS)}" in monitor.says


def test_task_4_after_the_drift_this_morning_is_a_yardstick_that_calls_nearly_everybody(monitor: Monitor) -> None:
    monitor.page.choose("Detector", "Confidence vs. this morning (CUSUM)")
    monitor.threshold(16)
    monitor.jump("drift")
    before = len(monitor.kinds())
    monitor.jump("end")
    came = len(monitor.kinds()) - before
    assert came > 10, "most of them are due to the drift, as the guess before has shown"
    assert f"{came} if they are compared with this morning" in monitor.says


def test_task_5_a_campaign_is_seen_across_accounts_and_taken_for_a_drift_unless_it_is_careful(monitor: Monitor) -> None:
    monitor.page.choose("Many accounts", "one campaign, 200 accounts")
    monitor.jump("08:00")
    assert "0 of 200 accounts" in monitor.says, "nobody alone"
    assert re.search(r"[1-8] of 8 payers", monitor.says), "who pays has been seen"
    assert "drift called at 0" in monitor.says, "hours before the world changes"
    monitor.jump("end")
    assert "New questions that several accounts ask 200 of 200 accounts" in monitor.says, "who asks the same, in time"
    monitor.page.enter("Careful: nothing in common", value=True)
    assert "New questions that several accounts ask 0 of 200 accounts" in monitor.says
    assert re.search(r"one client \d of 200 payers", monitor.says), "it hides from both"


def test_the_week_goes_by_the_threshold_that_was_decided() -> None:
    assert "my_threshold)" in CELLS["week"]
    assert "detector_threshold" not in CELLS["week"]
