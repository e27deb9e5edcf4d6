"""The briefing: five minutes for any threat model, honest about what is missing, and safe to show."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given

from tests.unit.strategies import CONTROLS
from tests.unit.test_report import as_github_shows_it
from tests.unit.threat_models import BARE, HOSTILE, full, models, quick, with_text
from threatlab import AISystem, assess
from threatlab.catalog import catalog
from threatlab.plan import make_plan
from threatlab.report import Evidence, ThreatModel, briefing
from threatlab.report.briefing import FEWEST, MINUTES, MOST, count_words


def spoken(text):
    """The words that are read aloud: without title, pace and headings."""
    return count_words(" ".join(line for line in text.splitlines() if not line.startswith(("#", "*"))))


@quick
@given(models())
def test_a_briefing_takes_five_minutes_whatever_is_known(model):
    text = briefing(model)
    assert FEWEST <= spoken(text) <= MOST
    assert f"*{spoken(text)} words to read aloud: {MINUTES} minutes at" in text


@pytest.mark.parametrize(
    "model",
    [
        BARE,
        full(),
        with_text("word " * 80),
        ThreatModel(AISystem("done", **dict.fromkeys(CONTROLS, True))),
        ThreatModel(AISystem("x"), ruleset="core"),
    ],
    ids=["bare", "full", "wordy", "everything in place", "core"],
)
def test_five_minutes_hold_at_the_edges_too(model):
    assert FEWEST <= spoken(briefing(model)) <= MOST


def test_it_says_what_is_known_in_words_of_the_model():
    text = briefing(full())
    scores = (f"{assess(system).risk_score:.2f}" for system in (full().before, full().system))
    for said in ("ShadowRay cluster", *scores, "Kim", "Migration runs", f"{full().plan.utility:.0%}"):
        assert said in text
    assert "The data is public" not in text  # that acceptance has expired
    assert "live with: RBAC not configured" in text, "the risk, and not the control that would end it"
    assert "by a detector's own scale" in text, "16 is no risk score"


def test_what_is_missing_is_named_and_not_talked_around():
    text = briefing(BARE)
    for said in (
        "Nobody answers for it yet",
        "no plan",
        "Nothing of this has been tested",
        "not chosen yet",
        "still missing",
    ):
        assert said in text


def test_all_kept_their_bounds_is_said_only_if_all_had_one():
    kept = Evidence("evasion", "smoothing", 0, 0.2, 0.1, 0.9, success_at_most=0.5)
    unbound = Evidence("evasion", "none", 0, 0.8, 0.1, 0.9)
    said = {"All of them kept": [kept, kept], "1 had a bound": [kept, unbound], "no bounds before": [unbound]}
    for sentence, runs in said.items():
        text = briefing(full().with_(evidence=runs))
        assert [each for each in said if each in text] == [sentence]


def test_what_nobody_knows_is_told_as_a_question():
    unknown = ThreatModel(AISystem("x", generates_content=True))
    known = ThreatModel(AISystem("x", generates_content=True, **dict.fromkeys(CONTROLS, False)))
    assert "Nobody knows whether this is so" in briefing(unknown)
    assert "One finding in plain words" not in briefing(unknown)
    assert "Nobody knows whether this is so" not in briefing(known)


def test_a_question_that_is_open_is_told_as_open_with_the_range_that_it_leaves():
    model = full().with_(system=full().system.with_(keeps_memory=None))
    (low, high), facts = model.score_range, len(model.system.catalog.facts)
    text = briefing(model)
    assert f"Of {facts} questions about what it is, nobody has answered 1." in text
    assert "whether this is true of it: keeps memory." in text
    assert (
        f"with {len(model.open_questions)} questions open, it lies somewhere between {low:.2f} and {high:.2f}" in text
    )
    closed = full().with_(system=AISystem("done", **dict.fromkeys(catalog().attributes, True)))
    assert "nobody has answered" not in briefing(closed)
    assert "it lies somewhere" not in briefing(closed)


def test_steps_for_what_may_be_there_already_are_told_as_questions():
    unknown = [step.control for step in full().plan.steps if full().system[step.control] is None]
    assert f"With {len(unknown)} of these steps, nobody has said" in briefing(full())
    assert "of which nobody has said" not in briefing(
        full().with_(system=full().system.with_(**dict.fromkeys(unknown, False)))
    )


def test_what_ran_on_a_toy_is_no_test_of_the_system():
    toy = Evidence("evasion", "none", 0, 0.8, 0.1, 0.9)
    real = replace(toy, ran_on="system")
    for runs, said in (([toy], "none on this system yet"), ([toy, real], "1 of them on small"), ([real], "itself")):
        assert said in briefing(full().with_(evidence=runs))


def test_a_plan_that_nobody_does_is_a_draft_and_a_simulated_day_is_said_to_be_one():
    nobodys = full().with_(plan=make_plan(full().system, 20))
    assert "We have a plan" in briefing(full())
    assert "We have a plan" not in briefing(nobodys)
    assert "only a draft of a plan" in briefing(nobodys)
    assert "on a simulated day" in briefing(full())


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_of_a_learner_changes_its_shape(text):
    shape = as_github_shows_it(briefing(with_text(text))).shape
    assert {tag for tag, _ in shape} <= {"h1", "/h1", "h2", "/h2", "p", "/p", "em", "/em"}


@pytest.mark.slow
@quick
@given(models())
def test_one_of_a_kind_is_said_in_the_singular(model):
    assert re.findall(r"(?<![\d.])\b1 (?:\w+ )?\w+s\b", briefing(model).replace("1 of its steps", "")) == []
