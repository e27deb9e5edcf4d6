"""Claims about the invented day, the detectors on it, and what an alert threshold costs."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import thorough
from threatlab import ThreatLabError, ThreatModelingBasicsManager
from threatlab.monitoring import (
    ATTACKERS,
    DAY_MINUTES,
    DETECTORS,
    WINDOW,
    add_costs,
    clock,
    count_windows,
    curve,
    detect,
    detect_drift,
    evaluate,
    find_violations,
    precision_at_base_rate,
    report_alerts,
    simulate_day,
    violations_by_client,
    watch,
)
from threatlab.monitoring.detectors import FLEET_ALARM, FORGETS, SLACK
from threatlab.monitoring.roster import BREAKERS
from threatlab.monitoring.windows import MORNING

SEEDS = range(5)
COUNT = DAY_MINUTES // WINDOW
KEEPS_TO_THE_POLICY = set(ATTACKERS) - set(BREAKERS)

thresholds = st.floats(0.5, 200)
minutes = st.integers(0, DAY_MINUTES)
detectors = st.sampled_from(list(DETECTORS))


@cache
def day(seed=0, **settings):
    return simulate_day(seed, 20_000, **settings)


@cache
def full_day(seed=0, **settings):
    return simulate_day(seed, **settings)


@cache
def detection(name="confidence", seed=0):
    return detect(day(seed), name)


# ---- the day


def test_the_same_seed_gives_the_same_day_and_another_seed_another():
    pd.testing.assert_frame_equal(simulate_day(3, 5_000).log, simulate_day(3, 5_000).log)
    pd.testing.assert_frame_equal(simulate_day(3, 5_000).clients, simulate_day(3, 5_000).clients)
    assert not simulate_day(3, 5_000).log.equals(simulate_day(4, 5_000).log)


@pytest.mark.parametrize("events", [5_000, 20_001])
@pytest.mark.parametrize("attackers", [0, 3, 12])
def test_a_day_has_as_many_requests_and_attackers_as_asked_for_in_order_of_time(events, attackers):
    made = simulate_day(1, events, attackers=attackers)
    assert (len(made.log), made.attackers) == (events, attackers)
    assert made.clients["client"].tolist()[200:] == list(ATTACKERS[:attackers])
    assert made.log["minute"].is_monotonic_increasing
    assert made.log["minute"].between(0, DAY_MINUTES, inclusive="left").all()
    assert made.log["confidence"].between(0, 1).all()
    assert made.clients["kind"].value_counts().to_dict() == {
        "ordinary": 192,
        "batch job": 8,
        **({"attacker": attackers} if attackers else {}),
    }


def test_attackers_are_ordered_from_loud_to_stealthy_and_ask_nothing_before_they_begin():
    log, clients = full_day().log, full_day().clients.set_index("client")
    asked = log.groupby("client", observed=True)["minute"].agg(["size", "min"]).loc[list(ATTACKERS)]
    sure = log[log["minute"] < 1000].groupby("client", observed=True)["confidence"].mean()
    assert asked["size"].is_monotonic_decreasing
    assert (asked["min"] >= clients.loc[list(ATTACKERS), "begins"]).all()
    assert sure["Foghorn"] < sure["Shadow"] < sure.iloc[:200].mean()


def test_a_batch_job_sends_all_it_has_in_forty_minutes():
    log = full_day().log
    times = log[log["client"] == "batch-3"]["minute"]
    assert 30 < times.max() - times.min() <= 40


@pytest.mark.slow
def test_from_the_drift_on_the_model_is_less_sure_of_everybody_and_of_nobody_before():
    still, drifting = full_day(drift=0.0).log, full_day(drift=0.05, drift_at=700).log
    fall = still["confidence"] - drifting["confidence"]
    after = still["minute"] >= 700
    assert (fall[~after] == 0).all()
    assert fall[after].to_numpy() == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"seed": -1}, "seed is -1; give a whole number from 0"),
        ({"seed": 1.0}, "seed is 1.0; give a whole number"),
        ({"seed": None}, "seed is None; give a whole number"),
        ({"events": 10}, "events is 10; give a whole number from 5000 to 5000000"),
        ({"events": True}, "events is True; give"),
        ({"attackers": 13}, "attackers is 13; give a whole number from 0 to 12"),
        ({"drift_at": 1441}, "drift_at is 1441; give a whole number from 0 to 1440"),
        ({"drift": math.nan}, "drift is nan; give a number from 0 to 0.5"),
        ({"drift": "0.1"}, "drift is '0.1'; give a number from 0 to 0.5"),
    ],
    ids=str,
)
def test_a_day_that_cannot_be_is_refused_in_a_sentence(settings, said):
    with pytest.raises(ThreatLabError, match=said):
        simulate_day(**settings)


def test_the_repr_says_which_day_it_is():
    assert repr(day()) == "Day(seed=0, events=20000, clients=212, attackers=12, drift=0.03 at 16:40)"
    assert (clock(0), clock(1000.9), clock(1440)) == ("00:00", "16:40", "24:00")


# ---- detectors, against slow and obvious ones


def slow_windows(log, name):
    """Requests and sum of confidence of one client, window by window, as one would write it on a first day."""
    own = log[log["client"] == name]
    asked, total = [], []
    for window in range(COUNT):
        inside = own[(own["minute"] >= window * WINDOW) & (own["minute"] < (window + 1) * WINDOW)]
        asked.append(len(inside))
        total.append(inside["confidence"].sum())
    return asked, total


@pytest.mark.parametrize("name", ["client-001", "batch-3", "Foghorn", "Ghost"])
def test_each_detector_agrees_with_a_slow_and_obvious_one(name):
    made, windows = day(), count_windows(day())
    row = made.clients["client"].tolist().index(name)
    asked, total = slow_windows(made.log, name)
    assert windows.requests[row].tolist() == asked
    assert windows.confidence[row] == pytest.approx(total)

    average, expected = float(np.median(windows.requests)), []
    for x in asked:
        expected.append((x - average) / math.sqrt(average + 1))
        average = (1 - FORGETS) * average + FORGETS * x
    assert detect(made, "rate").scores[row] == pytest.approx(expected)

    for detector, baseline in (
        ("confidence", windows.fleet),
        ("fixed_baseline", [windows.fleet[:MORNING].mean()] * COUNT),
    ):
        score, expected = 0.0, []
        for n, c, b in zip(asked, total, baseline, strict=True):
            z = (b - c / n) * math.sqrt(n) / windows.spread if n else 0.0
            score = max(0.0, score + z - SLACK)
            expected.append(score)
        assert detect(made, detector).scores[row] == pytest.approx(expected)


def test_in_the_fleet_one_client_has_one_vote():
    log, windows = day().log, count_windows(day())
    inside = log[(log["minute"] >= 700) & (log["minute"] < 710)]
    by_client = inside.groupby("client", observed=True)["confidence"].mean()
    assert windows.fleet[70] == pytest.approx(by_client.mean())
    assert windows.active[70] == len(by_client)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_a_drift_alone_raises_no_alert_against_the_fleet_and_a_flood_against_the_morning(seed):
    def alerts(detector, drift):
        return evaluate(detect(full_day(seed, attackers=0, drift=drift), detector), 16)

    assert {a.client for a in alerts("confidence", 0.0).alerts} == {a.client for a in alerts("confidence", 0.03).alerts}
    still, drifting = (alerts("fixed_baseline", d).alerts_before_and_after_drift for d in (0.0, 0.03))
    assert still[0] == drifting[0]
    assert drifting[1] >= 4 * max(still[1], 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_the_fleet_tells_a_drift_within_an_hour_and_takes_no_attack_for_one(seed):
    alarm = detect_drift(full_day(seed)).alarm
    assert alarm is not None
    assert 1000 < alarm <= 1060
    calm = detect_drift(full_day(seed, drift=0.0))
    assert calm.alarm is None
    assert calm.scores.max() < FLEET_ALARM / 2
    assert detect_drift(full_day(seed)).by(alarm)
    assert not detect_drift(full_day(seed)).by(alarm - 1)
    assert not calm.by(DAY_MINUTES)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_loud_are_caught_before_the_stealthy(seed):
    campaigns = evaluate(detect(full_day(seed)), 16).campaigns
    times = [math.inf if each.minutes is None else each.minutes for each in campaigns]
    assert max(times[:3]) < min(times[-3:])
    assert campaigns[0].attacker == "Foghorn"
    assert math.isfinite(times[0])


def test_above_six_the_rate_detector_keeps_the_batch_jobs_and_loses_the_attackers():
    found = [evaluate(detect(full_day(seed), "rate"), threshold) for seed in SEEDS for threshold in (6, 16)]
    low, high = found[::2], found[1::2]
    assert sum(e.false_alerts["batch job"] for e in high) >= 0.8 * sum(e.false_alerts["batch job"] for e in low)
    assert sum(len(e.caught) for e in high) <= 0.5 * sum(len(e.caught) for e in low)


@pytest.mark.parametrize(
    ("threshold", "precision", "recall", "late", "queries"),
    [
        (4, (0.08, 0.18), (0.97, 1.0), (50, 90), (30, 55)),
        (16, (0.36, 0.52), (0.8, 0.93), (140, 240), (100, 170)),
        (64, (0.6, 0.8), (0.55, 0.7), (300, 400), (380, 500)),
    ],
)
def test_the_figures_stay_where_the_lesson_puts_them(threshold, precision, recall, late, queries):
    told = [evaluate(detect(full_day(seed)), threshold) for seed in SEEDS]
    assert precision[0] <= np.mean([e.precision for e in told]) <= precision[1]
    assert recall[0] <= np.mean([e.recall for e in told]) <= recall[1]
    assert late[0] <= np.mean([e.minutes_to_detect for e in told]) <= late[1]
    assert queries[0] <= np.mean([e.queries_before_detection for e in told]) <= queries[1]


# ---- what a threshold costs, against brute force


@thorough
@given(detectors, thresholds, minutes)
def test_an_evaluation_is_what_counting_by_hand_gives(name, threshold, until):
    found, made = detection(name), day()
    told = evaluate(found, threshold, until)
    done = until // WINDOW
    alerted = {}
    for client, scores in zip(made.clients["client"], found.scores, strict=True):
        over = [window for window in range(done) if scores[window] >= threshold]
        if over:
            alerted[client] = (over[0] + 1) * WINDOW
    assert {alert.client: alert.minute for alert in told.alerts} == alerted
    assert [alert.minute for alert in told.alerts] == sorted(alerted.values())

    begins = made.clients.set_index("client")["begins"].dropna()
    begun = {name for name, minute in begins.items() if minute < until}
    right = set(alerted) & set(ATTACKERS)
    assert {each.attacker for each in told.caught} == right
    assert set(told.missed) == begun - right
    assert told.precision == (len(right) / len(alerted) if alerted else None)
    assert told.recall == (len(right) / len(begun) if begun else None)
    own = made.log[made.log["client"].isin(ATTACKERS)]
    seen_until = own["client"].astype(str).map(lambda name: alerted.get(name, done * WINDOW)).astype(float)
    assert told.queries_lost == (own["minute"] < seen_until).sum()
    if right:
        assert told.minutes_to_detect == pytest.approx(np.mean([alerted[name] - begins[name] for name in right]))


@pytest.mark.parametrize("name", DETECTORS)
def test_a_score_exactly_at_the_threshold_alerts_and_one_just_below_does_not(name):
    highest = float(detection(name).scores.max())
    assert len(evaluate(detection(name), highest).alerts) == 1
    assert evaluate(detection(name), math.nextafter(highest, math.inf)).alerts == ()


@thorough
@given(detectors, st.lists(thresholds, min_size=1, max_size=5), minutes)
def test_a_curve_says_of_each_threshold_what_its_evaluation_says(name, levels, until):
    table = curve(detection(name), levels, until)
    assert table["threshold"].tolist() == levels
    for level, row in zip(levels, table.to_dict("records"), strict=True):
        told = evaluate(detection(name), level, until)
        for figure in ("precision", "recall", "minutes_to_detect", "queries_before_detection"):
            expected = getattr(told, figure)
            assert row[figure] == pytest.approx(math.nan if expected is None else expected, nan_ok=True)
        assert row["alerts"] == len(told.alerts)
        assert row["queries_lost"] == told.queries_lost
        assert row["missed"] == len(told.missed)
        assert row["false_alerts"] == sum(told.false_alerts.values())


@thorough
@given(detectors, thresholds, thresholds, minutes)
def test_a_higher_threshold_never_adds_an_alert_nor_saves_a_query(name, one, other, until):
    low, high = (evaluate(detection(name), level, until) for level in sorted((one, other)))
    assert {a.client for a in high.alerts} <= {a.client for a in low.alerts}
    assert high.queries_lost >= low.queries_lost
    assert set(low.missed) <= set(high.missed)


@thorough
@given(detectors, thresholds, minutes, minutes)
def test_what_was_seen_is_never_unseen_as_time_goes_on(name, threshold, one, other):
    early, late = (evaluate(detection(name), threshold, until) for until in sorted((one, other)))
    assert late.alerts[: len(early.alerts)] == early.alerts
    assert late.queries_lost >= early.queries_lost


def test_a_threshold_above_everything_is_silent_and_names_everybody_it_missed():
    told = evaluate(detection(), 1e9)
    assert (told.alerts, told.precision, told.recall, told.minutes_to_detect) == ((), None, 0.0, None)
    assert told.missed == ATTACKERS
    assert told.queries_lost == day().log["client"].isin(ATTACKERS).sum()
    assert told.analyst_hours() == 0
    assert repr(told).endswith(f"caught=0 of 12, missed={', '.join(ATTACKERS)})")


def test_before_the_first_window_is_over_nothing_is_known():
    told = evaluate(detection(), 4, 9)
    assert (told.alerts, told.begun, told.precision, told.recall, told.queries_lost) == ((), (), None, None, 0)
    assert curve(detection(), [4], 9)["recall"].isna().all()


def test_false_alerts_and_drift_divide_the_alerts_without_a_rest():
    told = evaluate(detection("fixed_baseline"), 8)
    assert sum(told.false_alerts.values()) + len(told.caught) == len(told.alerts)
    assert sum(told.alerts_before_and_after_drift) == len(told.alerts)


@thorough
@given(detectors, thresholds)
def test_at_the_day_s_own_share_of_attackers_precision_is_the_measured_one(name, threshold):
    told = evaluate(detection(name), threshold)
    at_home = told.precision_at(day().attackers / len(day().clients))
    assert at_home == (pytest.approx(told.precision) if told.alerts else None)


@thorough
@given(st.floats(0.01, 1), st.floats(0.001, 1), st.floats(0.0001, 0.999), st.floats(0.0001, 0.999))
def test_precision_falls_with_the_share_of_attackers_and_to_nothing(recall, false_alerts, one, other):
    rare, often = (precision_at_base_rate(recall, false_alerts, share) for share in sorted((one, other)))
    assert rare <= often
    assert precision_at_base_rate(recall, false_alerts, 0) == 0
    assert precision_at_base_rate(recall, false_alerts, 1) == 1


@pytest.mark.parametrize(("share", "precision"), [(12 / 212, 0.48), (1 / 1000, 0.015), (1 / 10_000, 0.0015)])
def test_the_base_rate_decides_what_an_alert_is_worth(share, precision):
    assert evaluate(detect(full_day()), 16).precision_at(share) == pytest.approx(precision, rel=0.05)


def test_without_alerts_there_is_no_precision_at_any_base_rate():
    assert evaluate(detection(), 1e9).precision_at(0.1) is None
    assert evaluate(detection(), 4, 9).precision_at(0.1) is None


def test_analyst_hours_and_costs_are_the_assumptions_times_the_counts():
    told, table = evaluate(detection(), 8), curve(detection(), [8])
    assert told.analyst_hours(15) == len(told.alerts) / 4
    costs = add_costs(table, hourly_rate=80, loss_per_query=0.5, minutes_per_alert=15).iloc[0]
    assert costs["analyst_cost"] == pytest.approx(80 * len(told.alerts) / 4)
    assert costs["loss"] == pytest.approx(told.queries_lost / 2)
    assert costs["cost"] == pytest.approx(costs["analyst_cost"] + costs["loss"])


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: evaluate(detection(), math.nan), "threshold is nan; give a number above 0"),
        (lambda: evaluate(detection(), 0), "threshold is 0; give a number above 0"),
        (lambda: evaluate(detection(), "16"), "threshold is '16'; give"),
        (lambda: evaluate(detection(), True), "threshold is True; give"),
        (lambda: evaluate(detection(), 4, 1441), "until is 1441; give a number from 0 to 1440"),
        (lambda: evaluate(day(), 4), "detection is Day.*; give what detect"),
        (lambda: curve(detection(), []), r"thresholds is \[\]; give some numbers"),
        (lambda: curve(detection(), 16), "thresholds is 16; give some numbers"),
        (lambda: curve(detection(), [16, math.inf]), "threshold is inf; give"),
        (lambda: detect(day(), "confidense"), "unknown detector 'confidense': did you mean 'confidence'"),
        (lambda: detect(day(), None), "unknown detector None"),
        (lambda: detect(None), "day is None; give what simulate_day"),
        (lambda: detect_drift(3), "day is 3; give what simulate_day"),
        (lambda: find_violations("day"), "day is 'day'; give what simulate_day"),
        (lambda: violations_by_client(pd.DataFrame()), "violations must be a DataFrame that find_violations"),
        (lambda: watch(day()).evaluate("rates", 4), "unknown detector 'rates': did you mean 'rate'"),
        (lambda: evaluate(detection(), 4).precision_at(1.5), "attackers is 1.5; give a number from 0 to 1"),
        (lambda: evaluate(detection(), 4).analyst_hours(-1), "minutes_per_alert is -1; give"),
        (lambda: add_costs(pd.DataFrame(), hourly_rate=1, loss_per_query=1), "table must be a DataFrame that curve"),
        (lambda: add_costs(curve(detection(), [4]), hourly_rate=-1, loss_per_query=1), "hourly_rate is -1; give"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()


# ---- policy violations


def stricter(made):
    """The same day under a policy that lets nobody call before 06:00 nor from 20:00 on."""
    return replace(made, clients=made.clients.assign(opens=360.0, closes=1200.0))


@pytest.mark.parametrize("made", [day(), stricter(day())], ids=["as it is", "stricter hours"])
def test_violations_are_exactly_the_requests_that_the_policy_forbids(made):
    allowed = made.clients.set_index("client").to_dict("index")
    expected = []
    for row in made.log.to_dict("records"):
        policy = allowed[row["client"]]
        broken = {
            "region": row["region"] not in policy["regions"],
            "hours": not policy["opens"] <= row["minute"] < policy["closes"],
            "scope": row["scope"] not in policy["scopes"],
        }
        said = row | {"hours": clock(row["minute"])}
        expected += [
            (row["minute"], row["client"], rule, said[rule]) for rule, is_broken in broken.items() if is_broken
        ]
    found = find_violations(made)
    assert list(zip(*(found[name] for name in ("minute", "client", "rule", "asked")), strict=True)) == expected
    assert expected


@pytest.mark.parametrize("seed", SEEDS)
def test_only_those_who_break_the_policy_are_in_it_and_ten_attackers_never_are(seed):
    told = violations_by_client(find_violations(full_day(seed)))
    rules = dict(zip(told["client"], told["rule"], strict=True))
    assert rules == {**BREAKERS, "batch-4": "hours"}
    assert not set(told["client"]) & KEEPS_TO_THE_POLICY
    assert len(KEEPS_TO_THE_POLICY) == 10


def test_who_strayed_is_summed_up_by_client_until_a_minute():
    found = find_violations(day())
    early = violations_by_client(found, 600)
    assert early["requests"].sum() == (found["minute"] < 600).sum()
    assert early["first"].is_monotonic_increasing
    assert "Cat" not in set(early["client"])
    assert violations_by_client(found, 0).empty


# ---- alerts go through the manager


def test_alerts_go_through_the_manager_in_order_of_time_and_into_its_log():
    manager, pages = ThreatModelingBasicsManager({}), []
    manager.on_alert(pages.append)
    told = evaluate(detection(), 16)
    done = report_alerts(manager, "ml-pipeline-prod", told)
    assert done == pages
    assert [entry["subject"] for entry in manager.audit_log] == [
        f"{a.client} at {clock(a.minute)}" for a in told.alerts
    ]
    assert {entry["action"] for entry in manager.audit_log} == {"detection"}
    assert {(entry["threshold"], entry["alert"]) for entry in manager.audit_log} == {(16.0, True)}
    assert manager.audit_log.verify()


def test_what_is_no_manager_or_no_evaluation_is_refused():
    told = evaluate(detection(), 16)
    with pytest.raises(ThreatLabError, match="manager is None; give a ThreatModelingBasicsManager"):
        report_alerts(None, "s", told)
    with pytest.raises(ThreatLabError, match="evaluation is 16; give what evaluate"):
        report_alerts(ThreatModelingBasicsManager({}), "s", 16)


@pytest.mark.slow
def test_importing_threatlab_does_not_bring_the_monitoring():
    code = "import sys, threatlab, threatlab.widgets; print('threatlab.monitoring' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "False\n"
