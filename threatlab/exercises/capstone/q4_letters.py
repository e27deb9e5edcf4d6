"""Question 4 of lesson 07: findings and the letters of STRIDE, each used once."""

from __future__ import annotations

from typing import Any

from threatlab.assessment.stride import BREAKS
from threatlab.catalog import catalog
from threatlab.exercises.judges import a_dict, named, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.report import STRIDE
from threatlab.words import listed

LOOK = {
    "tool_sources_verified": "A tool was installed because of the name it bore.",
    "agent_memory_protected": "A guest writes something into the notes that the agent will believe in May.",
    "monitoring_active": "In the morning somebody asks who changed the booking. What is there to show?",
    "personal_data_minimized": "The prompt holds the names and stays of everybody who wrote this week.",
    "incident_response_tested": "At 03:00 all is stopped, and nobody has ever started it again.",
    "tool_permissions_restricted": "The model may call whatever the tool can do, not what its task needs.",
}
"""Findings of the night porter, each with what to picture when the control is missing."""


def letters_each_once(answer: Any) -> str:
    """Judge a dict from six findings to the six letters of STRIDE, each used once and each one of its control's."""
    controls = catalog().controls
    letters = {name: _letter(name, given) for name, given in a_dict(answer, LOOK, "one letter").items()}
    for name, letter in letters.items():
        if letter not in controls[name].stride:
            raise NotYet(
                f"{name} under {letter}: that is where {BREAKS[letter]}. {LOOK[name]} Which promise is broken there?",
                "letter",
            )
    given = list(letters.values())
    twice = next((letter for letter in given if given.count(letter) > 1), "")
    if twice:
        both = " and ".join(name for name in LOOK if letters[name] == twice)
        unused = next(letter for letter in STRIDE if letter not in given)
        raise NotYet(
            f"{both}: {STRIDE[twice]} fits them, and is used twice. Then no finding is left for {STRIDE[unused]}, "
            f"where {BREAKS[unused]}. Most controls stand for several promises: for which of these is that one?",
            "twice",
        )
    many = sum(len(controls[name].stride) > 1 for name in LOOK)
    return f"Each letter once. {many} of the {len(LOOK)} stand under further letters too: by_stride shows them in each."


def _letter(name: str, given: Any) -> str:
    letter = named(given, STRIDE)
    if letter is None:
        raise NotYet(f"{name} is {shown(given)}; give one letter of STRIDE: {listed(list(STRIDE), 'or')}.")
    return letter


q4 = Question(
    id="capstone.q4",
    title="Six findings, six letters",
    judge=letters_each_once,
    hints=in_steps(
        "Begin with the findings that break one promise only: a changed note, a deed that nobody can prove, a "
        "name that somebody learns. Their letters are then gone for the others.",
        "Three are left: S, D and E. One of the findings is about a name that was believed, one about a service "
        "that stays away, and one about rights that nobody needed.",
    ),
    because="A letter is a question to ask, not a drawer to put things in: some of the findings belong under "
    "several. That is how the next lesson uses them: it goes through each element of the drawing six times, and "
    "does not care if the same control turns up twice.",
    covers=("summary-next",),
    claims={
        "twice": "A letter that fits may be used twice.",
        "letter": "A finding may stand under a letter whose promise its control does not keep.",
    },
)
