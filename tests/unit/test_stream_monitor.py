"""The stream monitor: state, pictures, panel and playing, each without a browser."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.page import Page, text
from tests.unit.strategies import thorough
from threatlab import AuditError, AuditLog, ThreatLabError, ThreatModelingBasicsManager
from threatlab.monitoring import ATTACKERS, DAY_MINUTES, DETECTORS, clock, detect, evaluate, simulate_day, spread, watch
from threatlab.widgets import StreamMonitor
from threatlab.widgets.base.ticker import Ticker
from threatlab.widgets.stream_monitor import panel as module
from threatlab.widgets.stream_monitor import pictures, view
from threatlab.widgets.stream_monitor.state import HIGHEST, LOWEST, StreamState

VOID = {"br", "img", "hr", "input"}


@cache
def watched():
    return watch(simulate_day(0, 20_000))


def small():
    return watched().day


def state(minute=DAY_MINUTES, threshold=16.0, detector="confidence", **more):
    return StreamState(watched(), detector, threshold, minute, 30.0, **more)


class Balanced(HTMLParser):
    """Counts on every tag being closed where it was opened."""

    def __init__(self):
        super().__init__()
        self.open = []

    def handle_starttag(self, tag, attributes):
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Steps as quick as the loop goes, and nothing left playing."""
    monkeypatch.setattr(module, "STEP_SECONDS", 0.0)
    yield
    Ticker.release(module.KIND)


# ---- pictures


def assert_whole(shown):
    """The page and the saved picture are well-formed, and hold no figure that isn't one."""
    for draw in (view.page, view.static_picture):
        html = draw(shown)
        parser = Balanced()
        parser.feed(html)
        assert parser.open == []
        assert "nan" not in text(html).lower()
        assert "None" not in html.replace("None so far", "")


@thorough
@given(st.sampled_from(list(DETECTORS)), st.floats(LOWEST, HIGHEST), st.integers(0, DAY_MINUTES), st.booleans())
def test_at_every_time_and_threshold_each_picture_is_whole(detector, threshold, minute, playing):
    shown = state(minute, threshold, detector, playing=playing)
    assert_whole(shown)


def test_the_headline_says_the_figures_of_the_evaluation():
    now, said = state().now, text(view.headline(state()))
    for figure in (
        f"Alerts {len(now.alerts)}",
        f"Precision {now.precision:.2f}",
        f"Recall {now.recall:.2f} {len(now.caught)} of 12 caught",
        f"Time to detect {now.minutes_to_detect:.0f} min mean of the {len(now.caught)} caught",
        f"Queries lost {now.queries_lost:,}",
        f"Analyst hours {len(now.alerts) / 2:.1f} at 30 min an alert",
        f"Missed so far: {', '.join(now.missed)}",
        "24:00 the day is over",
    ):
        assert figure in said
    assert now.missed


def test_the_timeline_has_a_row_for_each_attacker_and_says_how_it_fares():
    said = text(pictures.timeline(state(700)))
    campaigns = {each.attacker: each for each in state(700).now.campaigns}
    words = {"caught": 0, "missed": 0, "not begun": 0}
    for name in ATTACKERS:
        each = campaigns[name]
        fate = "not begun" if each.begins >= 700 else "caught" if each.caught else "missed"
        words[fate] += 1
        assert f"{name} {fate}" in said
    assert all(words.values()), "this minute should show all three"


def test_what_is_still_to_come_is_not_drawn():
    early, late = pictures.timeline(state(600)), pictures.timeline(state())
    assert "tl-future" in early
    assert "tl-future" not in late
    assert "tl-dash" not in early.split("tl-signs")[0]
    assert "drift, called" in text(late).replace(" , ", ", ")
    marks = [float(left) for left in re.findall(r'tl-blip [a-z-]+" style="left:([\d.]+)%', early)]
    assert marks
    assert max(marks) <= 100 * 600 / DAY_MINUTES


def test_drift_and_attack_stand_side_by_side_and_the_wrong_yardstick_floods():
    before, after = text(view.drift_or_attack(state(900))), text(view.drift_or_attack(state()))
    assert "No drift called so far" in before
    called = watched().drift.alarm
    assert f"Drift called at {clock(called)}" in after
    counts = [
        watched().evaluate(name, 16, DAY_MINUTES).alerts_before_and_after_drift[1]
        for name in ("confidence", "fixed_baseline")
    ]
    assert f"16:40: {counts[0]} if clients are compared with each other , {counts[1]} if" in after.replace(
        "other,", "other ,"
    )
    assert counts[1] > 2 * counts[0]


def test_violations_say_who_asked_for_what_and_whom_no_rule_sees():
    said = text(view.violations_table(state()))
    assert "Cat scope: embed (allowed: predict)" in said
    assert "batch-4 hours: 09:10 (allowed: 11:10 to 12:10)" in said
    assert "10 of the 12 attackers at work keep to the policy" in said
    assert "None so far." in text(view.violations_table(state(0)))


def test_names_are_escaped_wherever_they_come_from():
    day = small()
    named = day.clients.replace(list(ATTACKERS), [f"<b>{name}&</b>" for name in ATTACKERS])
    evil = watch(type(day)(day.log, named, day.seed, day.drift_at, day.drift))
    shown = StreamState(evil, "confidence", 16.0, DAY_MINUTES, 30.0, problem="<i>oh</i>")
    playing = replace(shown, playing=True, problem="")
    assert shown.now.caught
    assert shown.now.missed
    html = [draw(shown) for draw in (pictures.timeline, view.headline, view.static_picture, view.violations_table)]
    for each in (*html, view.announcement(shown), view.announcement(playing)):
        assert not re.search(f"<b>({'|'.join(ATTACKERS)})", each)
        assert "<i>oh" not in each
    assert all("&amp;&lt;/b&gt;" in each for each in (*html, view.announcement(playing)))


# ---- the panel in code


def test_setting_a_control_does_what_code_does():
    clicked, driven = StreamMonitor(small()), StreamMonitor(small())
    page = Page(clicked)
    page.choose("Jump to", "12:00")
    page.enter("Detector threshold", 8)
    page.choose("Detector", DETECTORS["rate"].title)
    page.choose("Speed", "fast: 18 s a day")
    driven.jump(720)
    set_in_code = driven.set(threshold=8, detector="rate", speed="fast")
    assert set_in_code == clicked.evaluation == evaluate(watched().detections["rate"], 8, 720)
    assert clicked.page == driven.page


def test_the_threshold_stands_at_the_slider_and_as_a_number_beside_it():
    panel = StreamMonitor(small(), threshold=12.5)
    slider, figure = Page(panel).soup.select("[name=threshold]")
    assert [slider["value"], figure["value"]] == ["12.5", "12.5"]
    assert (slider["type"], figure["type"]) == ("range", "number")
    assert figure["aria-label"] == "Detector threshold, as a number"


def test_time_passes_by_advance_and_stops_at_midnight():
    panel = StreamMonitor(small())
    assert panel.advance(25).until == panel.minute == 25
    assert panel.advance(DAY_MINUTES).until == DAY_MINUTES
    assert [panel.jump(to).until for to in ("start", "drift", "end", 90)] == [0, 1000, DAY_MINUTES, 90]
    assert panel.jump("first attack").until == min(each.begins for each in panel.evaluation.campaigns)


def test_the_list_of_times_holds_every_named_moment_and_shows_where_time_stands():
    panel = StreamMonitor(small())
    page = Page(panel)

    def stands():
        return page.field("Jump to").select_one("[selected]").get_text()

    labels = {option.get_text() for option in page.field("Jump to").select("option")}
    assert {"00:00 \u00b7 start", "16:40 \u00b7 drift", "24:00 \u00b7 end"} <= labels
    panel.jump("drift")
    assert stands() == "16:40 \u00b7 drift"
    panel.advance(10)
    assert stands() == "choose a time"
    page.choose("Jump to", "choose a time")
    assert (panel.minute, page.problem) == (1010, "")


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda p: p.set(threshold=float("nan")), "threshold is nan; give a number from 1 to 128"),
        (lambda p: p.set(threshold=0), "threshold is 0; give a number from 1 to 128"),
        (lambda p: p.set(threshold=None), "threshold is None; give"),
        (lambda p: p.set(detector="confidense"), "did you mean 'confidence'"),
        (lambda p: p.set(speed="faster"), "unknown speed 'faster'"),
        (lambda p: p.set(treshold=3), "unknown setting 'treshold': did you mean 'threshold'"),
        (lambda p: p.set(threshold=8, detector=7), "unknown detector 7"),
        (lambda p: p.jump(1441), "minute is 1441; give a number from 0 to 1440"),
        (lambda p: p.jump("drft"), "unknown moment 'drft': did you mean 'drift'"),
        (lambda p: p.jump(None), "minute is None; give"),
        (lambda p: p.advance(-1), "minutes is -1; give"),
        (lambda p: p.play(), "nothing can run here, outside a running Jupyter kernel; move the time by hand"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(call, said):
    panel = StreamMonitor(small())
    panel.jump(700)
    before = panel.state
    with pytest.raises(ThreatLabError, match=said):
        call(panel)
    assert (panel.state, panel.playing) == (before, False)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"day": "monday"}, "day is 'monday'; give what simulate_day"),
        ({"seed": -1}, "seed is -1; give"),
        ({"threshold": 500}, "threshold is 500; give a number from 1 to 128"),
        ({"detector": None}, "unknown detector None"),
        ({"manager": "me"}, "manager is 'me'; give a ThreatModelingBasicsManager, or nothing"),
        ({"minutes_per_alert": "x"}, "minutes_per_alert is 'x'; give"),
        ({"system_id": ""}, "a system needs a name"),
    ],
)
def test_a_monitor_that_cannot_be_is_refused(settings, said):
    with pytest.raises(ThreatLabError, match=said):
        StreamMonitor(**settings)


def test_the_display_carries_live_panel_picture_and_text_and_is_the_same_each_time():
    bundles = []
    for _ in range(2):
        panel = StreamMonitor(small())
        panel.jump("end")
        bundles.append(panel._repr_mimebundle_()[0])
    assert set(bundles[0]) == {"application/vnd.jupyter.widget-view+json", "text/html", "text/plain"}
    for kind in ("text/html", "text/plain"):
        assert bundles[0][kind] == bundles[1][kind]
        assert "0x" not in bundles[0][kind]
    assert not re.search(r"<style|<svg|class=|var\(", bundles[0]["text/html"])
    assert bundles[0]["text/plain"].startswith("StreamMonitor(24:00, 'confidence', threshold=16, alerts=")


# ---- playing


def play(panel, until=lambda: False, limit=2_000):
    """Play on a loop of its own, until the panel stops or `until` says so."""

    async def run():
        panel.play()
        for _ in range(limit):
            if not panel.playing or until():
                panel.pause()
                return
            await asyncio.sleep(0)
        raise AssertionError("it never stops")

    return asyncio.run(run())


@pytest.mark.slow
def test_played_to_its_end_a_day_looks_as_if_jumped_to_it_and_nothing_is_left_running():
    played, jumped = StreamMonitor(small()), StreamMonitor(small())
    played.set(speed="very fast")
    play(played)
    jumped.jump("end")
    assert (played.playing, played.minute) == (False, DAY_MINUTES)
    assert played.set(speed="normal") == jumped.evaluation
    assert played.page == jumped.page
    assert Page(played).button("Play")


@pytest.mark.slow
def test_time_passes_at_the_speed_chosen_and_play_is_a_pause_meanwhile():
    panel = StreamMonitor(small())
    panel.set(speed="fast")
    shown = []

    def at_a_hundred():
        page = Page(panel)
        shown.append((panel.minute, page.button("Pause")["title"], "playing" in page.text))
        return panel.minute >= 100

    play(panel, until=at_a_hundred)
    assert {minute for minute, _, _ in shown} == {0, 20, 40, 60, 80, 100}
    assert all(hint == "Stop the time here" and said for _, hint, said in shown)


def test_a_click_on_pause_stops_the_time_where_it_is():
    panel = StreamMonitor(small())
    play(panel, until=lambda: panel.minute >= 50 and Page(panel).click("Pause") is None)
    assert (panel.playing, panel.minute) == (False, 50)
    assert "paused" in Page(panel).text
    assert Page(panel).button("Play")


@pytest.mark.slow
def test_a_threshold_moved_while_playing_is_shown_at_once():
    panel = StreamMonitor(small())

    def moved():
        if panel.minute < 600:
            return False
        before = len(panel.evaluation.alerts)
        Page(panel).enter("Detector threshold", 2)
        assert len(panel.evaluation.alerts) > before
        assert f"Alerts {len(panel.evaluation.alerts)} " in Page(panel).text
        assert panel.playing
        return True

    play(panel, until=moved)


@pytest.mark.slow
def test_what_is_said_of_a_refused_threshold_stays_while_time_passes():
    panel = StreamMonitor(small())

    def refused():
        if panel.minute == 50:
            Page(panel).enter("Detector threshold", None)
        return panel.minute >= 100

    play(panel, until=lambda: refused() and "Threshold is None; give a number" in Page(panel).problem)
    assert (panel.minute, panel.state.threshold) == (100, 16)
    assert Page(panel).problem == "", "the click on pause is answered"


def test_played_again_after_its_end_the_day_begins_anew():
    panel = StreamMonitor(small())
    panel.jump("end")
    play(panel, until=lambda: panel.minute == 30)


def test_a_closed_panel_stops():
    panel = StreamMonitor(small())

    def closed():
        if panel.minute == 50:
            panel.close()
        return False

    play(panel, until=closed)
    assert panel.minute == 50


def test_a_monitor_that_is_made_or_played_stops_the_one_before():
    first = StreamMonitor(small())
    second = StreamMonitor(small())

    async def run():
        first.play()
        second.play()
        assert (first.playing, second.playing) == (False, True)
        assert Page(first).button("Play")
        third = StreamMonitor(small())
        assert (second.playing, third.playing) == (False, False)
        assert Page(second).button("Play")

    asyncio.run(run())


def test_while_playing_a_screen_reader_hears_of_catches_only():
    quiet = {view.announcement(state(minute, playing=True)) for minute in range(0, DAY_MINUTES, 10)}
    assert len(quiet) <= 1 + len(state().now.caught)
    assert all("aria-live" in each for each in quiet)


# ---- with a manager


def alerts(manager):
    return [entry["subject"].split(" at ")[0] for entry in manager.audit_log if entry["action"] == "detection"]


@pytest.mark.slow
def test_each_alert_is_reported_once_when_the_time_passes_it():
    manager = ThreatModelingBasicsManager({})
    panel = StreamMonitor(small(), manager=manager)
    for _ in range(20):
        panel.advance(50)
    assert alerts(manager) == [a.client for a in panel.evaluation.alerts] != []
    panel.jump("start")
    panel.jump("end")
    assert Counter(alerts(manager)).most_common(1)[0][1] == 1
    assert set(alerts(manager)) == {a.client for a in panel.evaluation.alerts}
    assert f"Alerts reported to the manager: {len(alerts(manager))} paged." in Page(panel).text


def test_a_move_of_the_threshold_alone_reports_nothing():
    manager = ThreatModelingBasicsManager({})
    panel = StreamMonitor(small(), manager=manager)
    panel.jump(600)
    reported = alerts(manager)
    panel.set(threshold=2)
    assert alerts(manager) == reported
    assert len(panel.evaluation.alerts) > len(reported)


def test_with_auto_remediation_the_first_alert_puts_a_control_in_place():
    manager = ThreatModelingBasicsManager({"auto_remediate": True})
    panel = StreamMonitor(small(), manager=manager, system_id="shadowray")
    panel.jump("end")
    assert manager.remediated == {"shadowray": ("rate_limiting_enabled",)}
    assert "1 answered by a control put in place" in Page(panel).text


@pytest.mark.slow
def test_a_log_that_cannot_be_written_stops_the_play_and_is_said(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text("this is no log\n" * 2)
    panel = StreamMonitor(small(), manager=ThreatModelingBasicsManager({}, AuditLog(path)))
    play(panel)
    assert panel.minute < DAY_MINUTES
    assert "Stopped:" in Page(panel).text
    with pytest.raises(AuditError):
        panel.jump("end")


def test_a_quiet_day_without_drift_has_no_such_moments_and_plays_all_the_same():
    panel = StreamMonitor(simulate_day(0, 5_000, attackers=0, drift=0))
    assert panel.jump("end").recall is None
    assert "No attacker has begun" in Page(panel).text
    for moment in ("drift", "first attack"):
        with pytest.raises(ThreatLabError, match="unknown moment"):
            panel.jump(moment)


# ---- one campaign over many accounts, and the base rate


@cache
def spread_out(accounts=200, *, careful=False):
    return watch(spread(simulate_day(), accounts, careful=careful))


def over(accounts=200, minute=DAY_MINUTES, *, careful=False, **more):
    return StreamState(
        spread_out(accounts, careful=careful), "confidence", 16.0, minute, 30.0, accounts, careful, **more
    )


@pytest.mark.slow
@thorough
@given(st.sampled_from(list(DETECTORS)), st.floats(LOWEST, HIGHEST), st.integers(0, DAY_MINUTES), st.booleans())
def test_of_a_campaign_too_each_picture_is_whole_at_every_time(detector, threshold, minute, careful):
    shown = replace(over(minute=minute, careful=careful), detector=detector, threshold=threshold)
    assert_whole(shown)


@pytest.mark.slow
def test_the_panel_says_who_sees_a_campaign_over_many_accounts_and_who_does_not():
    said = text(view.across_accounts(over(), spread_out().across))
    alone = evaluate(spread_out().detections["confidence"], 16)
    assert f"Each account, compared with all {len(alone.caught)} of 200 accounts" in said
    assert f"drift called at {clock(spread_out().drift.alarm)}" in said
    assert "The drift begins at 16:40. What was called before is the campaign" in said
    assert "8 of 8 payers" in said
    assert "200 of 200 accounts" in said
    assert f"20% above the usual at {clock(spread_out().across.busy)}" in said
    careful = text(view.across_accounts(over(careful=True), spread_out(careful=True).across))
    assert "0 of 200 accounts and 0 customers" in careful
    assert "of 200 payers" in careful
    early = text(view.across_accounts(over(minute=120), spread_out().across))
    assert early.count("nothing so far") == 2


def test_a_campaign_has_one_row_in_the_day_and_counts_in_place_of_names():
    shown = over()
    said = text(view.page(shown))
    assert f"Campaign {len(shown.now.caught)} of 200 caught, {shown.now.queries_lost:,} queries" in said
    assert f"Missed so far: {len(shown.now.missed)} of 200 accounts" in said
    assert "account-0199" not in view.static_picture(shown)
    assert "Drift or attack?" not in said


@pytest.mark.slow
def test_the_list_of_spreads_and_the_box_do_what_code_does_and_the_way_back_is_open():
    clicked, driven = StreamMonitor(small()), StreamMonitor(small())
    page, before = Page(clicked), clicked.page
    page.choose("Many accounts", "one campaign, 100 accounts")
    page.enter("Careful: nothing in common", value=True)
    driven.set(accounts=100, careful=True)
    assert clicked.page == driven.page
    assert clicked.jump("end") == evaluate(detect(spread(small(), 100, careful=True)), 16)
    assert repr(clicked).endswith("of 100 accounts of one campaign)")
    clicked.jump("start")
    clicked.set(accounts=0, careful=False)
    assert clicked.page == before


@pytest.mark.slow
def test_a_day_that_is_spread_already_is_shown_as_the_campaign_it_is():
    panel = StreamMonitor(spread(small(), 50))
    panel.jump("end")
    assert "Who sees the campaign?" in Page(panel).text
    panel.set(accounts=12)
    assert len(panel.evaluation.campaigns) == 12


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"accounts": 1}, "accounts is 1; give a whole number from 2 to 1000"),
        ({"accounts": False}, "accounts is False; give a whole number"),
        ({"accounts": "many"}, "accounts is 'many'; give a whole number"),
        ({"careful": "yes"}, "careful is 'yes'; give True or False"),
        ({"one_in": 0}, "one_in is 0; give a whole number from 1 to 5000"),
        ({"one_in": 12.5}, "one_in is 12.5; give a whole number"),
    ],
)
def test_a_campaign_or_base_rate_that_cannot_be_is_refused(settings, said):
    panel = StreamMonitor(small())
    before = panel.state
    with pytest.raises(ThreatLabError, match=said):
        panel.set(**settings)
    assert panel.state == before


def test_a_day_without_attackers_has_nothing_to_spread():
    panel = StreamMonitor(simulate_day(0, 5_000, attackers=0))
    Page(panel).choose("Many accounts", "one campaign, 12 accounts")
    assert "day has no attackers" in Page(panel).problem.lower()


def test_the_slider_says_what_precision_is_where_attackers_are_rarer():
    panel = StreamMonitor(small())
    panel.jump("end")
    page, now = Page(panel), panel.evaluation
    for one_in in (18, 1000, 5000):
        page.enter("Clients to each attacker", one_in)
        rare = now.precision_at(1 / one_in)
        assert f"one attacker in {one_in:,} clients, precision is {rare:.3f}, not {now.precision:.2f}" in page.text
    assert "base-rate fallacy (S. Axelsson 2000)" in page.text
    panel.jump("start")
    assert "The base rate Clients to each attacker No alert so far." in page.text
