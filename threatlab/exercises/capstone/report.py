"""The judges of lesson 07 that read what is handed on: a briefing, letters of STRIDE, and ticks with nothing behind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from threatlab.assessment.stride import BREAKS
from threatlab.catalog import catalog
from threatlab.exercises.judges import a_function, returned, rubric, shown
from threatlab.exercises.outcome import NotYet
from threatlab.report import STRIDE, ThreatModel, checklist
from threatlab.report.briefing import MINUTES, MOST, WORDS_A_MINUTE, count_words
from threatlab.system import AISystem

# --- the briefing ---------------------------------------------------------------------------------------------------

POINTS = (
    "The first two sentences say what is protected and for whom, in words that a guest would use.",
    "It tells the worst thing that can happen as a story of one night: who does what, and who pays.",
    "It says what will be done, by whom and until when.",
    "It says what nobody knows yet, or what was accepted, by whom and until when.",
    "Each listener leaves with one thing to do differently tonight, and knows whom to call.",
    "Read aloud, by the clock, it leaves time for a question within the five minutes.",
)
"""What a listener needs; the learner compares, and marks."""

_WORDS = 200
"""Fewer than a minute and a half: a notice, not a briefing."""

_KEYWORDS = 3
"""Labels of facts, as the made draft lists them; one or two can stand in anybody's sentence."""

_rubric = rubric(POINTS, needed=len(POINTS), words=_WORDS)


def briefs_the_staff(answer: Any) -> str:
    """Judge a briefing by the learner's own eyes; what can be told for certain is whether it can be read aloud."""
    text = answer[0] if isinstance(answer, tuple) and len(answer) == 2 else answer
    if isinstance(text, str):
        _can_be_read_aloud(text)
    return _rubric(answer)


def _can_be_read_aloud(text: str) -> None:
    """Refuse a text in the catalog's language, or one that takes more than the five minutes."""
    known = (*catalog().attributes, *catalog().threats)
    spelled = next((name for name in known if "_" in name and name in text), "")
    if spelled:
        raise NotYet(f"Read it aloud: {spelled!r}. Nobody at a hotel desk has ever said that. Say what happens.")
    if len([fact for fact in catalog().facts.values() if fact.label in text.lower()]) >= _KEYWORDS:
        raise NotYet(
            "That lists keywords, as the draft of briefing(model) does. Each figure in the draft is right, and nobody "
            "who hears it sees a night before them. Which sentence would you say to a tired colleague?"
        )
    if (words := count_words(text)) > MOST:
        raise NotYet(
            f"That is {words} words, {words / WORDS_A_MINUTE:.0f} minutes at a pace that a room can follow, and the "
            f"shift has {MINUTES}. What would you leave out if you had three?"
        )


# --- STRIDE ---------------------------------------------------------------------------------------------------------

LOOK = {
    "tool_sources_verified": "A tool was installed because of the name it bore.",
    "agent_memory_protected": "A guest writes something into the notes that the agent will believe in May.",
    "monitoring_active": "In the morning somebody asks who changed the booking. What is there to show?",
    "personal_data_minimized": "The prompt holds the names and stays of everybody who wrote this week.",
    "incident_response_tested": "At 03:00 all is stopped, and nobody has ever started it again.",
    "tool_permissions_restricted": "The model may call whatever the tool can do, not what its task needs.",
}
"""Six findings of the night porter, each with what to picture when the control is missing."""


def letters_each_once(answer: Any) -> str:
    """Judge a dict from six findings to the six letters of STRIDE, each used once and each one of its control's."""
    if not isinstance(answer, Mapping) or set(answer) != set(LOOK):
        raise NotYet(f"Give a dict with one letter for each of: {', '.join(LOOK)}.")
    controls = catalog().controls
    for name, letter in answer.items():
        if not isinstance(letter, str) or letter not in STRIDE:
            raise NotYet(f"{name} is {shown(letter)}; give one letter of STRIDE.")
        if letter not in controls[name].stride:
            raise NotYet(
                f"{name} under {letter}: that is where {BREAKS[letter]}. {LOOK[name]} Which promise is broken there?"
            )
    given = list(answer.values())
    twice = next((letter for letter in given if given.count(letter) > 1), "")
    if twice:
        both = " and ".join(name for name in LOOK if answer[name] == twice)
        unused = next(letter for letter in STRIDE if letter not in given)
        raise NotYet(
            f"{both}: {STRIDE[twice]} fits them, and is used twice. Then no finding is left for {STRIDE[unused]}, "
            f"where {BREAKS[unused]}. Most controls stand for several promises: for which of these six is that one?"
        )
    many = sum(len(controls[name].stride) > 1 for name in LOOK)
    return f"Each letter once. {many} of the six stand under further letters too: by_stride shows them in each."


# --- ticks ----------------------------------------------------------------------------------------------------------


def ticked(model: ThreatModel) -> frozenset[str]:
    """Return the ids of the checklist's items that tick."""
    return frozenset(item.id for item in checklist(model) if item.done)


ITEMS = tuple(item.id for item in checklist(ThreatModel(AISystem("nothing"))))
"""The six items of the lesson's checklist."""


def _asked() -> Iterator[frozenset[str]]:
    """Yield what a model is asked to tick: nothing, everything, each item alone, and all but one."""
    every = frozenset(ITEMS)
    yield frozenset()
    yield from (frozenset({name}) for name in ITEMS)
    yield every
    yield from (every - {name} for name in ITEMS)


_WANTS = {
    "assessment": (
        "It asks two things of the system: is every question about what it *is* answered, and at least one about a "
        "control? False is an answer."
    ),
    "policy": "A policy that accepts a risk of 1 accepts everything: give it a bound that can be broken.",
    "monitoring": "A threshold needs its reason: AlertChoice has a place for both.",
    "tabletop": "An exercise counts that was finished, and whose log has at least one decision.",
    "reviews": "A review counts for the system that it names. Which one is yours called, and is the date still ahead?",
    "training": "Somebody was told something, by somebody, on a day: a Training has four parts.",
}


def ticks_exactly(answer: Any) -> str:
    """Judge a function from a set of items to a threat model in which exactly these tick."""
    function = a_function(answer, "a set of items")
    for wanted in _asked():
        model = returned(function, set(wanted))
        if not isinstance(model, ThreatModel):
            raise NotYet(f"For {_named(wanted)} your function returned {shown(model)}; give a ThreatModel.")
        found = ticked(model)
        if lacking := [name for name in ITEMS if name in wanted - found]:
            said = next(item.artifact for item in checklist(model) if item.id == lacking[0])
            raise NotYet(f"Asked for {_named(wanted)}: {lacking[0]} doesn't tick ({said}). {_WANTS[lacking[0]]}")
        if surplus := [name for name in ITEMS if name in found - wanted]:
            raise NotYet(
                f"Asked for {_named(wanted)}: {surplus[0]} ticks too. What of your model is there whoever asks?"
            )
    return (
        "Each item ticks by its own artifact, and by nothing else. You have just made six of them in a minute, for a "
        "system that doesn't exist: remember that when somebody shows you six ticks."
    )


def _named(wanted: Iterable[str]) -> str:
    chosen = set(wanted)
    return ", ".join(name for name in ITEMS if name in chosen) or "nothing"
