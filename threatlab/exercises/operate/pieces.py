"""What lesson 06 has its reader write: a rule, a threshold and why, what a program may do, a rhythm of reviews."""

from __future__ import annotations

from typing import Any

from threatlab.catalog import catalog
from threatlab.checks import check_number
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.exercises.judges import a_function, a_number, a_reason, parts, plain, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.words import capital

HIGHEST = 128
"""The end of the stream monitor's scale of thresholds."""

_CALLS = {
    ("eu", ("eu",)): False,
    ("asia", ("us",)): True,
    ("us", ("eu", "us")): False,
    ("eu", ("us", "asia")): True,
}


def _rule(answer: Any) -> str:
    function = a_function(answer, "a region and the allowed ones")
    for (region, allowed), right in _CALLS.items():
        given = plain(returned(function, region, list(allowed)))
        if not isinstance(given, bool):
            raise NotYet(f"For a call from {region} it gives {shown(given)}; give True or False.")
        if given != right:
            case = f"a call from {region} where {' and '.join(allowed)} may call"
            raise NotYet(
                f"For {case} it gives {given}. The rule is broken where the region is none of the allowed ones."
            )
    return "A rule: exact, without delay, and blind to whoever keeps it."


def _decision(answer: Any) -> str:
    *numbers, reason = parts(answer, 3, 'a threshold, hours and a reason: (16, 12, "...")')
    threshold, hours = map(a_number, numbers)
    if not 1 <= threshold <= HIGHEST:
        raise NotYet(f"{threshold:g} is outside the scale; give a threshold from 1 to {HIGHEST}.")
    if not 0 < hours <= 240:
        raise NotYet(f"{hours:g} are no hours that a team has in a day; ten analysts have 80.")
    a_reason(reason, ". What do you give up, and why is that bearable?")
    return f"Alert at {threshold:g}, with {hours:g} hours a day. The next cell says what that costs, and who is missed."


def _may(answer: Any) -> str:
    controls = catalog().controls
    if not isinstance(answer, str) or answer.strip() not in controls:
        raise NotYet(f"{capital(unknown_name('control', answer, controls))}")
    control = controls[answer.strip()]
    if not control.safe_to_automate:
        raise NotYet(
            f"{control.title}: the catalog leaves that to a person. What could go wrong if a program did it at night?"
        )
    return f"{control.title}: a program may put it in place, since a program can take it back."


def _rhythm(answer: Any) -> str:
    if (
        not isinstance(answer, tuple | list)
        or not answer
        or not all(isinstance(step, tuple | list) and len(step) == 2 for step in answer)
    ):
        raise NotYet(f"{shown(answer)} is no rhythm; write pairs of a score and days, as ((0.7, 30), (0.0, 180)).")
    steps = [(a_number(score), a_number(days)) for score, days in answer]
    for score, days in steps:
        try:
            check_number("score", score, 0, 1)
            check_number("days", days, 1, 366)
        except ThreatLabError as problem:
            raise NotYet(f"{capital(str(problem))}.") from None
    scores, gaps = [score for score, _ in steps], [days for _, days in steps]
    if scores != sorted(set(scores), reverse=True):
        raise NotYet("Begin with the highest score, and go down: the first pair that a system reaches is its own.")
    if scores[-1] != 0:
        raise NotYet(f"A system below {scores[-1]:g} is never looked at. End with a pair for a score of 0.")
    if gaps != sorted(gaps):
        raise NotYet("A system of less risk is looked at more often than one of more. Is that meant?")
    return f"From {scores[0]:g} on every {gaps[0]:g} days, and every system at least every {gaps[-1]:g}."


w1 = Question(
    id="operate.w1",
    title="A rule of one line",
    judge=_rule,
    hints=in_steps("Is the region among the allowed ones?", "`in` and `not in` tell."),
    because="The rule is broken if the region is not among the allowed ones.",
    covers=("core-monitoring",),
    fills="region not in allowed",
)

w2 = Question(
    id="operate.w2",
    title="A threshold, and why",
    judge=_decision,
    hints=in_steps(
        "A row of the table above shows what a threshold costs.", "Name whom you miss, and why you can bear it."
    ),
    because="It says what is given up, so that somebody can disagree.",
    covers=("checklist-monitoring",),
    fills='(16, 12, "two analysts can take 24 alerts a day")',
)

w3 = Question(
    id="operate.w3",
    title="What a program may switch on",
    judge=_may,
    hints=in_steps("Who may do what is for people to decide. What is a switch?", "Try encryption_enabled."),
    because="It can be taken back with one switch, and takes no right from anybody.",
    covers=("step-operationalization",),
    fills='"monitoring_active"',
)

w4 = Question(
    id="operate.w4",
    title="A rhythm of your own",
    judge=_rhythm,
    hints=in_steps("Pairs: from this score on, every so many days.", "The last pair is for a score of 0.0."),
    because="Whoever carries more risk is looked at more often, and nobody is forgotten.",
    covers=("checklist-reviews",),
    fills="((0.6, 30), (0.3, 90), (0.0, 180))",
)

PIECES = (w1, w2, w3, w4)
