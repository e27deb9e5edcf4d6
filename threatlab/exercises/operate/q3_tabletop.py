"""Question 3 of lesson 06: a tabletop from another chair; decisions by who may, for a reason, and their outcome."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import as_list, refusal, shown, words_in
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.tabletop import MEASURES, NOBODY, Exercise, begin
from threatlab.tabletop.log import LogEntry

STORY, SEAT = "postmark-mcp", "security analyst"
GOALS: Mapping[str, float] = {"attacker": 216, "down": 24, "taken": 0, "blind": 0, "trust": 1}
"""The most of each figure: what the managing director asks for. 192 of the attacker's hours lie before the start."""

_WORDS = 4
"""Different words that a reason needs; whether it is a good one, only a reader can tell."""


def plays_the_seat(answer: Any) -> str:
    """Judge answers to the story by who takes them, why, and what comes of them."""
    played = getattr(answer, "exercise", answer)  # a TabletopPanel has one
    given = as_list(played.answers() if isinstance(played, Exercise) else answer)
    if given is None or not all(isinstance(each, Mapping) for each in given):
        raise NotYet(
            f"{shown(answer)} is no list of decisions. Each is a dict: "
            '{"option": "log", "by": "security analyst", "note": "why"}.'
        )
    now = begin(STORY)
    if len(given) > len(now.story.injects):
        raise NotYet(f"You give {len(given)} decisions, and the story ends after {len(now.story.injects)}.")
    for number, each in enumerate(given, 1):
        now = _decided(now, number, each)
    if now.inject is not None:
        raise NotYet(
            f"After {len(given)} decisions the story isn't over: {now.inject.title!r} lies on the table. {now.text}"
        )
    if missed := [measure for measure, most in GOALS.items() if now.figures[measure] > most]:
        raise NotYet(_missed(now, missed), "figures")
    figures = ", ".join(f"{MEASURES[name].title.lower()} {MEASURES[name].amount(now.figures[name])}" for name in GOALS)
    mine = sum(entry.by == SEAT for entry in now.log)
    return f"All five figures hold ({figures}), and each decision has a name: {mine} of {len(now.log)} are your own."


def _decided(now: Exercise, number: int, each: Mapping[str, Any]) -> Exercise:
    """Return the exercise after one decision, if the right person takes it and says why."""
    where = f"Decision {number}, {now.at!r}"
    if each.get("option") == NOBODY:
        raise NotYet(
            f"{where}: nobody decides, and it is decided all the same, by the attacker. Somebody has to.", "nobody"
        )
    if not each.get("by"):
        raise NotYet(f"{where}, names nobody under by. Afterwards each will say that it was another one.", "no-name")
    words = {key: each.get(key, "") for key in ("option", "by", "note")}
    try:
        after = now.decide(**words, minutes=each.get("minutes", 0.0))
    except ThreatLabError as problem:
        raise refusal(where, problem) from None
    entry = after.log[-1]
    if entry.late:
        raise NotYet(
            f"{where}: {entry.minutes:g} minutes are more than there are, so that nobody decided in time.", "late"
        )
    if SEAT in now.may_decide and entry.by != SEAT:
        raise NotYet(
            f"{where}: you hand over to the {entry.by} what you may decide yourself. What does waiting cost?",
            "hands-over",
        )
    if len(words_in(entry.note)) < _WORDS:
        reason = f"{shown(entry.note)} for a reason" if entry.note.strip() else "no reason"
        raise NotYet(
            f"{where}, has {reason}. Say why under note, in {_WORDS} different words: it is read in a calmer week.",
            "no-reason",
        )
    return after


def _missed(end: Exercise, missed: list[str]) -> str:
    """Return which figures are too high, and the decision to look at first."""

    def share(entry: LogEntry) -> float:
        return entry.effect.get(missed[0], 0.0)

    worst = max(end.log, key=share)
    number = list(end.log).index(worst) + 1
    asked = {MEASURES[name]: name for name in missed}
    figures = "; ".join(
        f"{of.title}: {of.amount(end.figures[name])}, at most {of.amount(GOALS[name])}" for of, name in asked.items()
    )
    return (
        f"More than is accepted. {figures}. Most of what you could change of {MEASURES[missed[0]].title!r} comes from "
        f"decision {number}, {worst.title!r}: {worst.consequence}"
    )


q3 = Question(
    id="operate.q3",
    title="The mail with one recipient more, from the analyst's chair",
    judge=plays_the_seat,
    hints=in_steps(
        "Play it: now = begin('postmark-mcp'), then now = now.decide('log', by='security analyst', note='...'), "
        "and read now.log[-1].consequence and now.figures after each step. now.may_decide says who may.",
        "Hours for the attacker are won at the first and the third message, and the rest is decided by what you "
        "know: at the second message learn where else it runs, at the fourth keep what can tell you whom it hit.",
        "Search everywhere, keep the server, make worthless what is still valid. Those who cost a few hours of "
        "service save the questions that nobody could answer later.",
    ),
    because="Nobody at the table is wrong: tenant care wants the agent back, the developer wants a clean server, and "
    "you want evidence. The four decisions that are not yours are handed over with a reason, which is what a plan is "
    "for: at three in the morning nobody should find out who may take a service down. Other ways through the story "
    "keep the bounds, too.",
    covers=("checklist-tabletop", "ops-alignment"),
    claims={
        "nobody": "If nobody decides, nothing is decided.",
        "no-name": "A decision needs no name.",
        "late": "A decision may take more time than there is.",
        "hands-over": "A decision is better handed to somebody above.",
        "no-reason": "A decision needs no reason.",
        "figures": "What was decided kept the harm within what is accepted.",
    },
)
