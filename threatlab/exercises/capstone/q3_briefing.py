"""Question 3 of lesson 07: a briefing of five minutes, marked by the learner's own eyes."""

from __future__ import annotations

from typing import Any

from threatlab.catalog import catalog
from threatlab.exercises.judges import a_pair, rubric
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.report.briefing import MINUTES, MOST, WORDS_A_MINUTE, count_words

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
    text, _ = a_pair(answer)
    if isinstance(text, str):
        _can_be_read_aloud(text)
    return _rubric(answer)


def _can_be_read_aloud(text: str) -> None:
    """Refuse a text in the catalog's language, or one that takes more than the five minutes."""
    known = (*catalog().attributes, *catalog().threats)
    spelled = next((name for name in known if "_" in name and name in text), "")
    if spelled:
        raise NotYet(f"Read it aloud: {spelled!r}. Nobody at a hotel desk has ever said that. Say what happens.", "ids")
    if len([fact for fact in catalog().facts.values() if fact.label in text.lower()]) >= _KEYWORDS:
        raise NotYet(
            "That lists keywords, as the draft of briefing(model) does. Each figure in the draft is right, and nobody "
            "who hears it sees a night before them. Which sentence would you say to a tired colleague?",
            "keywords",
        )
    if (words := count_words(text)) > MOST:
        raise NotYet(
            f"That is {words} words, {words / WORDS_A_MINUTE:.0f} minutes at a pace that a room can follow, and the "
            f"shift has {MINUTES}. What would you leave out if you had three?",
            "long",
        )


q3 = Question(
    id="capstone.q3",
    title="Five minutes for the night shift",
    judge=briefs_the_staff,
    hints=in_steps(
        "Tell one night: a guest, a message, what goes out, who notices, who pays. Then what changes, and what "
        "the listener can do.",
        "A skeleton: We let ... answer for .... One night, somebody .... Until ..., ... will .... What we don't "
        "know is .... If you see ..., call .... Check the text alone first: you get the points. Then (text, [1, "
        "2, ...]) with your own marks.",
    ),
    because="People remember one night and one telephone number. The report holds everything else, for those who ask. "
    "Whether your text does that, no program can tell: you marked it, and a colleague should mark it again.",
    covers=("checklist-training",),
    claims={
        "ids": "A briefing may speak in the names of the catalog.",
        "keywords": "A list of keywords is a briefing.",
        "long": "Five minutes hold as many words as one likes.",
        "1": "A briefing need not say what is protected, and for whom.",
        "2": "The worst need not be told as a story.",
        "3": "A briefing need not say what is done, by whom and until when.",
        "4": "A briefing need not say what nobody knows.",
        "5": "Listeners need no one thing to do.",
        "6": "A briefing may take all of its five minutes.",
    },
)
