"""Checks of values, and numbers in words: what each takes, what it refuses, and that the sentence says both."""

from __future__ import annotations

import doctest
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from functools import partial
from math import inf, nan

import numpy as np
import pandas as pd
import pytest

from threatlab import AISystem, ThreatLabError, assess, checks, diff, load_system, make_plan, tabletop, words
from threatlab.attacks import ATTACKS
from threatlab.catalog import catalog
from threatlab.depth import layers_off
from threatlab.depth.common_cause import common_cause
from threatlab.errors import short
from threatlab.monitoring import detect, report_alerts, spread
from threatlab.operate.reviews import review_calendar
from threatlab.words import date_in_words, listed

NO_NUMBERS = (True, False, None, "3", "", [], {}, nan, 1j, b"1", np.True_, np.array([1]), np.float32("nan"))
NOT_FINITE = (inf, -inf, 10**400, -(10**400))
NO_TEXTS = (None, 7, b"x", ["x"], True)

TAKEN = [
    (checks.check_number, 3, 3.0),
    (checks.check_number, 0.0, 0.0),
    (checks.check_whole, 0, 0),
    (checks.check_whole, 10**400, 10**400),
    (checks.check_number, -0.0, 0.0),
    (checks.check_number, np.float32(0.5), 0.5),
    (checks.check_number, np.float64(0.5), 0.5),
    (checks.check_number, np.uint8(200), 200.0),
    (checks.check_whole, np.int64(5), 5),
    (checks.check_seed, np.uint8(7), 7),
    (checks.check_positive, 1e-300, 1e-300),
    (checks.check_share, 1, 1.0),
    (checks.check_score, 0, 0.0),
    (checks.check_days, 2.5, 2.5),
    (checks.check_seed, 2**32 - 1, 2**32 - 1),
    (checks.check_flag, False, False),
    (checks.check_flag, np.True_, True),
    (checks.check_date, "2026-12-01 ", date(2026, 12, 1)),
    (checks.check_date, date(2026, 12, 1), date(2026, 12, 1)),
    (checks.check_date, datetime(2026, 12, 1, 23, tzinfo=UTC), date(2026, 12, 1)),
    (checks.check_text, " two\nlines ", "two\nlines"),
    (checks.check_line, " two\nlines ", "two lines"),
    (checks.check_line, "Ga\u0308ste", "G\u00e4ste"),  # as a Mac's file names have it
]
REFUSED = {
    checks.check_number: ((*NO_NUMBERS, *NOT_FINITE, -1), "give a number of 0 or more"),
    checks.check_whole: ((*NO_NUMBERS, 1.0, inf, -1), "give a whole number of 0 or more"),
    checks.check_positive: ((*NO_NUMBERS, *NOT_FINITE, 0, -1), "give a number above 0"),
    checks.check_share: ((*NO_NUMBERS, *NOT_FINITE, -0.1, 1.1), "give a number from 0 to 1"),
    checks.check_score: ((*NO_NUMBERS, *NOT_FINITE, -0.1, 70), "give a risk score from 0 to 1"),
    checks.check_days: ((*NO_NUMBERS, *NOT_FINITE, -1), "give a number of days of 0 or more"),
    checks.check_seed: ((*NO_NUMBERS, 1.0, -1, 2**32), "give a whole number from 0 to 4294967295"),
    checks.check_flag: ((0, 1, "yes", None), "give True or False"),
    checks.check_date: (("", "soon", "2026-13-01", 20261201, None, True, pd.NaT), "give a date such as 2026-12-01"),
    partial(checks.check_list, what="a list"): ((None, 5, "x", AISystem("x")), "give a list"),
    checks.check_text: (NO_TEXTS, "give a text"),
    checks.check_line: (NO_TEXTS, "give a text"),
}


@pytest.mark.parametrize(("check", "value", "kept"), TAKEN)
def test_what_makes_sense_is_taken_as_it_is_meant(check, value, kept):
    assert check("x", value) == kept
    assert type(check("x", value)) is type(kept)
    assert str(check("x", value)) == str(kept)


@pytest.mark.parametrize(
    ("check", "value"), [(check, value) for check, (values, _) in REFUSED.items() for value in values]
)
def test_what_makes_none_is_refused_with_its_name_the_value_and_the_way_out(check, value):
    with pytest.raises(ThreatLabError) as said:
        check("the name", value)
    assert str(said.value) == f"the name is {short(value)}; {REFUSED[check][1]}"


TABLE = pd.DataFrame({"a": range(100)})
LONG = [
    lambda: assess(TABLE),
    lambda: make_plan(AISystem("x"), 5, owners=TABLE),
    lambda: make_plan(AISystem("x"), 5, people=TABLE),
    lambda: detect(TABLE),
    lambda: spread(TABLE),
    lambda: report_alerts(TABLE, "x", None),
    lambda: diff(AISystem("x"), TABLE),
    lambda: review_calendar([], "2026-12-01", months=10**4000),
]


@pytest.mark.parametrize("call", LONG)
def test_a_long_value_is_cut_to_what_one_line_of_a_sentence_holds(call):
    with pytest.raises(ThreatLabError) as said:
        call()
    assert len(str(said.value)) < 170
    assert "\n" not in str(said.value)


@pytest.mark.parametrize("check", [checks.check_text, checks.check_line])
def test_a_text_that_says_nothing_is_refused_unless_it_may_be_empty(check):
    with pytest.raises(ThreatLabError, match="x is empty; say what it is"):
        check("x", " \n")
    assert check("x", " \n", empty=True) == ""


def test_a_line_can_be_shown_where_it_goes():
    with pytest.raises(ThreatLabError, match="x is 4 characters long; 3 fit"):
        checks.check_line("x", "four", longest=3)
    for hidden in ("a\0b", "a\x1b[2Kb", "a\ud800", "txt.\u202eexe", "a\u2066b\u2069"):
        with pytest.raises(ThreatLabError, match="x holds a character that can't be shown"):
            checks.check_line("x", hidden)


NAMES = ["\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0dc1\u0dca\u200d\u0dbb\u0dd3", "Daten\u00adbank"]
EMOJI = ["\U0001f469\u200d\U0001f4bb dev", "\U0001fae8 bot", "\U0001faf9 younger than Python's tables"]


@pytest.mark.parametrize("name", [*NAMES, *EMOJI])
def test_what_joins_letters_is_part_of_a_name(name):
    assert checks.check_line("x", f"\ufeff{name}\u200b") == name


def test_a_name_of_invisible_spaces_is_none():
    with pytest.raises(ThreatLabError, match="x is empty"):
        checks.check_line("x", "\u200b\ufeff")


@pytest.mark.parametrize("value", [None, 3, [], "cor"])
def test_a_choice_is_one_of_those_that_are_known(value):
    assert checks.check_choice("ruleset", "core", ("core", "ai")) == "core"
    with pytest.raises(ThreatLabError, match=r"unknown ruleset .*core"):
        checks.check_choice("ruleset", value, iter(("core", "ai")))


@pytest.mark.parametrize("module", [words, checks])
def test_the_examples_are_true(module):
    assert doctest.testmod(module).failed == 0


def test_nothing_is_listed_as_nothing():
    assert listed([]) == ""


def test_a_date_is_told_as_exactly_as_it_is_known():
    day = date(2016, 3, 23)
    assert [date_in_words(day, p) for p in ("day", "month", "year")] == ["23 March 2016", "March 2016", "2016"]


TAY = load_system("tay")
MADE = {
    "the catalog": catalog,
    "an assessment": lambda: assess(TAY),
    "a plan": lambda: make_plan(TAY, 10),
    "layers off": lambda: layers_off(TAY)[0],
    "a failure that layers share": lambda: common_cause(TAY, "one_gateway"),
    "an exercise": lambda: tabletop.begin("shadowray"),
    "an attack": lambda: ATTACKS["extraction"],
    "a run of one": ATTACKS["membership"].run,
}


@pytest.mark.parametrize("make", MADE.values(), ids=MADE)
def test_no_table_of_what_we_hand_out_can_be_changed(make):
    tables = list(tables_of(make()))
    assert tables
    for table in tables:
        with pytest.raises(TypeError, match="does not support item assignment"):
            table["one"] = "more"


def tables_of(value):
    """Yield the tables that a record holds, and the records and tables in it."""
    if is_dataclass(value):
        for each in fields(value):
            yield from tables_of(getattr(value, each.name))
    elif isinstance(value, Mapping):
        yield value
        for each in value.values():
            yield from tables_of(each)
    elif isinstance(value, tuple):
        for each in value:
            yield from tables_of(each)
