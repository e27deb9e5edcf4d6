"""Claims about dates: only working days are worked, nobody is on two things at once, nobody idles, fractions count."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import thorough
from threatlab import ThreatLabError
from threatlab.catalog import ROLES
from threatlab.checks import check_date
from threatlab.plan.schedule import resources, schedule, working_days

TUESDAY, FRIDAY, SATURDAY = date(2026, 12, 1), date(2026, 12, 4), date(2026, 12, 5)
PE, ML = "platform engineer", "ML engineer"

efforts = st.integers(1, 40).map(lambda quarters: quarters / 4)
work = st.lists(st.tuples(st.sampled_from(ROLES[:3]), efforts), max_size=12)
people = st.dictionaries(st.sampled_from(ROLES[:3]), st.integers(1, 3))
starts = st.dates(date(2026, 1, 1), date(2028, 12, 31))
holidays = st.lists(st.dates(date(2026, 1, 1), date(2029, 6, 30)), max_size=20)


@thorough
@given(work, starts, people, holidays)
def test_nobody_works_on_two_things_at_once_nor_on_a_day_off(work, start, people, holidays):
    slots = schedule(work, start, people, holidays)
    by_person = defaultdict(list)
    for slot in slots:
        assert slot.person <= people.get(slot.role, 1)
        by_person[slot.role, slot.person].append((slot.begin, slot.end))
        for day in (slot.start, slot.due):
            assert day >= start
            assert day.weekday() < 5
            assert day not in holidays
    for spans in by_person.values():
        for (_, end), (begin, _) in zip(sorted(spans), sorted(spans)[1:], strict=False):
            assert begin >= end


@thorough
@given(work, starts, people)
def test_nobody_idles_while_work_of_their_role_waits(work, start, people):
    slots = schedule(work, start, people)
    for (role, effort), slot in zip(work, slots, strict=True):
        assert (slot.role, slot.end - slot.begin) == (role, Fraction(str(effort)))
    for role in {role for role, _ in work}:
        mine = [slot for slot in slots if slot.role == role]
        total = sum(slot.end - slot.begin for slot in mine)
        longest = max(slot.end - slot.begin for slot in mine)
        assert max(slot.end for slot in mine) <= total / people.get(role, 1) + longest
        if people.get(role, 1) == 1:
            assert max(slot.end for slot in mine) == total


@thorough
@given(work, starts, people)
def test_the_resources_add_up_to_the_work(work, start, people):
    slots = schedule(work, start, people)
    rows = resources(work, slots, people)
    assert sum(row.days for row in rows) == sum(effort for _, effort in work)
    for row in rows:
        assert row.people == people.get(row.role, 1)
        assert row.finish == max(slot.due for slot in slots if slot.role == row.role)


def test_a_weekend_is_skipped_and_days_are_inclusive():
    (slot,) = schedule([(PE, 2)], FRIDAY)
    assert (slot.start, slot.due) == (FRIDAY, date(2026, 12, 7))


def test_a_start_on_a_weekend_begins_on_monday_and_a_holiday_is_skipped():
    (slot,) = schedule([(PE, 2)], SATURDAY, holidays=[date(2026, 12, 8)])
    assert (slot.start, slot.due) == (date(2026, 12, 7), date(2026, 12, 9))


def test_two_halves_share_a_day():
    first, second = schedule([(PE, 0.5), (PE, 0.5)], TUESDAY)
    assert first.start == first.due == second.start == second.due == TUESDAY


def test_roles_work_side_by_side_and_two_people_halve_the_wait():
    alone = schedule([(PE, 3), (ML, 3), (PE, 3)], TUESDAY)
    assert [slot.start for slot in alone] == [TUESDAY, TUESDAY, FRIDAY]
    together = schedule([(PE, 3), (ML, 3), (PE, 3)], TUESDAY, {PE: 2})
    assert [(slot.start, slot.person) for slot in together] == [(TUESDAY, 1), (TUESDAY, 1), (TUESDAY, 2)]


def test_tenths_of_days_add_up_exactly():
    slots = schedule([(PE, 0.1)] * 11, TUESDAY)
    assert [slot.due for slot in slots] == [TUESDAY] * 10 + [TUESDAY + timedelta(days=1)]


def test_no_work_needs_no_days():
    assert schedule([], TUESDAY) == ()
    assert resources([], ()) == ()
    assert working_days(TUESDAY, 0) == []


def test_a_date_may_be_a_text_or_carry_a_time():
    assert check_date("start", " 2026-12-01 ") == check_date("start", datetime(2026, 12, 1, 9)) == TUESDAY  # noqa: DTZ001


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"start": "2026-13-01"}, "start is '2026-13-01'; give a date"),
        ({"start": None}, "start is None"),
        ({"start": 20261201}, "start is 20261201"),
        ({"start": date(9999, 12, 30)}, "leave the calendar"),
        ({"work": [("ML enginer", 1)]}, "did you mean 'ML engineer'"),
        ({"work": [(ML, 0)]}, "effort is 0"),
        ({"work": [(ML, float("nan"))]}, "effort is nan"),
        ({"work": [(ML, True)]}, "effort is True"),
        ({"people": {ML: 0}}, "ML engineer is 0"),
        ({"people": {ML: 1.5}}, "ML engineer is 1.5"),
        ({"people": {"ML": 1}}, "unknown role 'ML'"),
        ({"people": 3}, "people are 3"),
        ({"holidays": ["xmas"]}, "holiday is 'xmas'"),
    ],
)
def test_bad_input_gets_a_sentence_that_names_it(arguments, said):
    with pytest.raises(ThreatLabError) as refused:
        schedule(**{"work": [(ML, 5)], "start": TUESDAY, **arguments})
    assert said in str(refused.value)
