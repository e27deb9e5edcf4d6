"""Question 2 of lesson 04: which lines of a plan a number can fail, and where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from threatlab.catalog import Criterion
from threatlab.exercises.judges import a_dict, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps


@dataclass(frozen=True, slots=True)
class _Draft:
    """One line of a plan: its words, the measured values and whether each is a success, or why nothing can fail it."""

    words: str
    measured: tuple[tuple[float, bool], ...] = ()
    wish: str = ""


_MINUTES = dict.fromkeys(("min", "mins", "minute", "minutes"), 1.0)
_MINUTES |= dict.fromkeys(("h", "hour", "hours"), 1 / 60) | dict.fromkeys(("s", "sec", "second", "seconds"), 60.0)
"""What a minute is in each unit of time."""

_DRAFTS = {
    "planted": _Draft(
        "In the monthly test, at most 5 of 100 planted instructions are followed.",
        ((0.0, True), (0.05, True), (0.0501, False), (1.0, False)),
    ),
    "scanned": _Draft(
        "Up to 100% of all uploaded documents are scanned.",
        wish="What share would have to be scanned for this sentence to be false? Even 0% is up to 100%.",
    ),
    "honest": _Draft(
        "At least 95 of 100 honest questions are still answered.",
        ((1.0, True), (0.95, True), (0.9499, False), (0.0, False)),
    ),
    "aware": _Draft(
        "Everybody in the team is aware of prompt injection.",
        wish="It sounds like a count. What would you count, and how would a team look that fails it?",
    ),
    "rollback": _Draft(
        "In a drill, the model of last week is serving again 30 minutes after the alarm, or sooner.",
        ((0.0, True), (30.0, True), (30.1, False), (600.0, False)),
    ),
    "vault": _Draft(
        "The vault is configured in line with best practice.",
        wish="Whose practice, and which finding would say that it isn't? Two auditors will differ; no number helps.",
    ),
}

DRAFTS: Mapping[str, str] = {name: draft.words for name, draft in _DRAFTS.items()}
"""Six lines of a plan that call themselves criteria of success."""


def writes_criteria(answer: Any) -> str:
    """Judge a dict from each draft to a Criterion, or to None where no number could fail it."""
    for name, given in a_dict(answer, DRAFTS, "a Criterion or None").items():
        draft = _DRAFTS[name]
        if given is not None and not isinstance(given, Criterion):
            raise NotYet(f"{name!r} is {shown(given)}; give Criterion(what is counted, unit, a bound), or None.")
        if draft.wish and given is not None:
            raise NotYet(f"{name!r}: you wrote {given}. That is your number; the plan has none. {draft.wish}", "wish")
        if draft.measured and given is None:
            raise NotYet(
                f"{name!r} can be missed: it says what is counted, when, and how many. Look for its number.",
                "can-be-missed",
            )
        if isinstance(given, Criterion):
            _agrees(name, draft, given)
    return (
        "Three can be failed by a number, and yours fail where the plan's do. The other three go back to their author."
    )


def _agrees(name: str, draft: _Draft, given: Criterion) -> None:
    """Refuse a criterion whose verdict on some measured value is another than the draft's."""
    minutes, unit = max(value for value, _ in draft.measured) > 1, given.unit.strip().lower()
    if minutes and unit == "share":
        raise NotYet(f"{name!r}: a share has no minutes in it. What is counted here, and in which unit?", "unit")
    if minutes and unit not in _MINUTES:
        raise NotYet(f"{name!r}: a time in {given.unit!r} can't be compared here. Give minutes, hours or seconds.")
    if not minutes and unit in _MINUTES:
        raise NotYet(
            f"{name!r}: nothing in this line takes {given.unit}. What is counted, and out of how many?", "unit-time"
        )
    scale = _MINUTES[unit] if minutes else 1.0 if unit == "share" else 100.0
    verdicts = [given.met(value * scale) for value, _ in draft.measured]
    right = [success for _, success in draft.measured]
    if verdicts == right:
        return
    if (verdicts[0], verdicts[-1]) == (right[-1], right[0]):
        raise NotYet(
            f"{name!r}: yours says {given}. The worst that can be measured meets it, and the best doesn't: at_least "
            "and at_most are the wrong way round, or you count the opposite of what the line counts.",
            "reversed",
        )
    wrong = next(
        value * scale for (value, success), met in zip(draft.measured, verdicts, strict=True) if success != met
    )
    raise NotYet(
        f"{name!r}: yours says {given}. A measured {wrong:g} gets another verdict from you than from the plan. Compare "
        "the bound with the words, and the unit with the bound.",
        "bound",
    )


q2 = Question(
    id="plan.q2",
    title="Which criteria can a number fail?",
    judge=writes_criteria,
    hints=in_steps(
        "Try to write down a measurement that would make the sentence false. Where you can't, the answer is None.",
        "Three are None. One of those has a number in it, and still nothing can be measured that it doesn't allow.",
        'Criterion("planted instructions that are followed", "share", at_most=0.05) is the first.',
    ),
    because="A criterion is a bet that can be lost. The three wishes can't be: one allows every share, one has no "
    "measure, one leaves the verdict to taste. Note that 'planted' and 'honest' belong together. An assistant that "
    "refuses everything meets the first and fails the second.",
    covers=("step-planning",),
    claims={
        "wish": "A wish becomes a criterion if one adds a number to it.",
        "can-be-missed": "A line with a number in it can be one that nothing fails.",
        "unit": "What takes time can be given as a share.",
        "unit-time": "What is counted may be given in minutes.",
        "reversed": "It makes no difference whether a bound is at least or at most.",
        "bound": "A bound may be stricter or looser than the words.",
    },
)
