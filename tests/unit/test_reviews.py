"""Reviews: due by risk, an agenda that asks what matters, and a calendar file that programs read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import systems, thorough
from threatlab import AISystem, ThreatLabError, assess, list_systems, load_system
from threatlab.operate.calendar_file import to_ics
from threatlab.operate.reviews import RHYTHM, agenda, review_calendar
from threatlab.ranking import reaches
from threatlab.words import shown

START = date(2026, 12, 1)
STAMP = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
BUILT_IN = [load_system(name) for name in list_systems()]


def unfolded(calendar):
    return calendar.replace("\r\n ", "").split("\r\n")


def test_the_riskier_a_system_the_sooner_and_the_more_often_it_is_reviewed():
    reviews = review_calendar(BUILT_IN, START)
    first = {review.system_id: review for review in reversed(reviews)}
    assert set(first) == {system.name for system in BUILT_IN}
    by_risk = sorted(first.values(), key=lambda review: -review.risk_score)
    assert [review.due for review in by_risk] == sorted(review.due for review in by_risk)
    assert len({review.every_days for review in by_risk}) > 1


@thorough
@given(st.lists(systems(), max_size=3), st.integers(1, 12))
def test_every_review_falls_on_a_working_day_within_the_time_and_by_its_rhythm(drawn, months):
    named = [AISystem(f"system-{number}", **system.known) for number, system in enumerate(drawn)]
    for review in review_calendar(named, START, months=months):
        assert review.due.weekday() < 5
        assert START < review.due <= START + timedelta(days=30 * months + 2)
        assert review.every_days == next(days for score, days in RHYTHM if reaches(review.risk_score, score))


def test_a_review_on_a_weekend_waits_for_monday():
    (review,) = review_calendar([AISystem("a")], date(2026, 11, 28), months=1, rhythm=[(0.0, 28)])
    assert date(2026, 12, 26).weekday() == 5
    assert review.due == date(2026, 12, 28)


def test_the_agenda_asks_about_the_worst_threat_the_next_steps_and_the_unknown():
    result = assess(load_system("shadowray"))
    asked = " ".join(agenda(result))
    assert "Denial or cost" in asked or "Supply chain" in asked
    for step in result.best_next(3):
        assert step.title in asked
    assert "Unknown:" in asked
    assert "Open questions" in asked


def test_the_agenda_says_what_has_changed_since_the_last_review():
    before = load_system("shadowray")
    asked = agenda(assess(before.with_(secrets_in_vault=True)), assess(before))
    assert asked[0].startswith("Since last time: risk score")
    assert asked[0].endswith("(down)")
    assert "Closed: Move secrets to a vault" in asked
    assert agenda(assess(before), assess(before))[0].endswith("(unchanged)")


# ---- the calendar file


def test_a_calendar_file_has_an_event_for_each_review_in_the_form_that_programs_read():
    reviews = review_calendar(BUILT_IN, START)
    calendar = to_ics(reviews, STAMP)
    lines = unfolded(calendar)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == len(reviews)
    starts = [line.removeprefix("DTSTART;VALUE=DATE:") for line in lines if line.startswith("DTSTART")]
    assert starts == [f"{review.due:%Y%m%d}" for review in reviews]
    ids = [line for line in lines if line.startswith("UID:")]
    assert len(set(ids)) == len(ids)
    assert {line for line in lines if line.startswith("DTSTAMP")} == {"DTSTAMP:20261201T090000Z"}


def test_a_newer_file_has_the_same_ids_so_that_events_move_and_do_not_double():
    uids = [
        [line for line in unfolded(to_ics(review_calendar(BUILT_IN, start), STAMP)) if line.startswith("UID")]
        for start in (START, START + timedelta(days=1))
    ]
    assert set(uids[0]) == set(uids[1])


@thorough
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"]), min_size=1),
    st.text("é;,\\\n\r本", max_size=200),
)
def test_texts_are_escaped_and_lines_are_folded_between_characters(title, owner):
    system = AISystem("a", title=title, owner=owner)
    calendar = to_ics(review_calendar([system], START, months=1, rhythm=[(0.0, 30)]), STAMP)
    for line in calendar.split("\r\n"):
        assert len(line.encode()) <= 75
        assert "\n" not in line
        assert "\r" not in line
    summary = next(line for line in unfolded(calendar) if line.startswith("SUMMARY:"))
    plain = summary.removeprefix("SUMMARY:Threat model review: ").replace("\\,", ",").replace("\\;", ";")
    assert plain.replace("\\\\", "\\") == shown(system.title.strip())


@pytest.mark.parametrize("text", ["Bot \ud83d", "a\0b", "a\x1b[2Jb", "a\u202eb"], ids=ascii)
def test_what_no_calendar_takes_is_replaced_as_in_reports(text):
    system = AISystem(f"x{text}", title=text, owner=text)
    calendar = to_ics(review_calendar([system], START), STAMP)
    assert calendar.encode().isascii() is False or "\u202e" in text
    assert not set(calendar) & {"\ud83d", "\0", "\x1b", "\u202e"}
    assert f"SUMMARY:Threat model review: {shown(text)}" in unfolded(calendar)


def test_nothing_but_the_end_of_a_line_ends_a_line():
    system = AISystem("a", title="a\u2028b", owner="o\u2029p\x85q\x0br")
    calendar = to_ics(review_calendar([system], START), STAMP)
    assert calendar.splitlines() == calendar.split("\r\n")[:-1]
    assert "SUMMARY:Threat model review: a\\nb" in calendar


def test_the_last_day_that_there_is_can_be_a_review_s():
    (review,) = review_calendar([AISystem("a")], START, months=1, rhythm=[(0.0, 30)])
    assert "DTSTART;VALUE=DATE:99991231" in to_ics([replace(review, due=date.max)], STAMP)


def test_the_time_of_making_is_told_in_utc():
    berlin = timezone(timedelta(hours=1))
    calendar = to_ics(review_calendar([AISystem("a")], START), datetime(2026, 12, 1, 0, 30, tzinfo=berlin))
    assert "DTSTAMP:20261130T233000Z" in calendar


def test_a_score_that_reads_as_the_rule_s_has_reached_it():
    first, *_ = review_calendar([load_system("tay")], START, rhythm=[(0.8, 30), (0, 90)])
    assert first.risk_score < 0.8
    assert first.reason == "risk score 0.80, at or above 0.80: every 30 days"


def test_a_rhythm_can_be_read_once_and_be_made_with_numpy():
    rhythm = ((score, days) for score, days in zip(np.array([0.7, 0.0]), np.array([30, 90]), strict=True))
    assert review_calendar(BUILT_IN, START, rhythm=rhythm) == review_calendar(
        BUILT_IN, START, rhythm=[(0.7, 30), (0, 90)]
    )


# ---- bad input


BAD = [
    (lambda: review_calendar(BUILT_IN, "December"), "start is 'December'; give a date"),
    (lambda: review_calendar(BUILT_IN, START, months=0), "months is 0"),
    (lambda: review_calendar(BUILT_IN, START, months=True), "months is True"),
    (lambda: review_calendar(BUILT_IN, START, rhythm=[]), "scores \\[\\]"),
    (lambda: review_calendar(BUILT_IN, START, rhythm=[(0.5, 30)]), "end with 0"),
    (lambda: review_calendar(BUILT_IN, START, rhythm=[(0.0, 30), (0.5, 60)]), "must fall"),
    (lambda: review_calendar(None, START), "the inventory is None; give a list of systems"),
    (lambda: review_calendar(BUILT_IN, START, rhythm=0.7), "rhythm is 0.7; give pairs"),
    (lambda: review_calendar(BUILT_IN, START, rhythm=[0.7, 30]), "rhythm holds 0.7; give pairs"),
    (
        lambda: review_calendar(BUILT_IN, START, rhythm=[("a", 30), (0, 90)]),
        "score in rhythm is 'a'; give a risk score",
    ),
    (lambda: review_calendar(BUILT_IN, START, rhythm=[(0.0, 0)]), "days between reviews in rhythm is 0"),
    (lambda: review_calendar(BUILT_IN, "9999-12-01"), "6 months from 9999-12-01 on go beyond 9999-12-31: plan fewer"),
    (lambda: review_calendar(BUILT_IN, START, months=10**9), "go beyond 9999-12-31"),
    (lambda: review_calendar(BUILT_IN, START, rhythm=[(0.0, 10**9)]), "go beyond 9999-12-31"),
    (lambda: to_ics((), STAMP), "there are no reviews, and calendars take no file without any"),
    (lambda: to_ics((), START), "stamp is datetime.date"),
    (lambda: to_ics((), datetime(2026, 12, 1)), "time zone"),  # noqa: DTZ001  # that is the point
]


@pytest.mark.parametrize(("call", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_answered_with_a_sentence(call, said):
    with pytest.raises(ThreatLabError, match=said):
        call()
