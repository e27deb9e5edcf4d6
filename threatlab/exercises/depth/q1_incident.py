"""Question 1 of lesson 05: notes of an incident in their order, and the alarm among them."""

from __future__ import annotations

from functools import cache
from typing import Any

from threatlab.exercises.judges import as_list, named, order
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.incidents import load_incident, replay

INCIDENT = "llm-jacking"
ALARM = "alarm"
_STEPS = {"flaw": 1, "keys": 2, "login": 3, "list": 5, "proxy": 6, "bill": 7}
"""Notes of the investigation, and the published step that each tells of (step 4 is the attacker's own workshop)."""


@cache
def notes() -> dict[str, str]:
    """Return the notes of the investigation, in the order of their names: published steps, and one alarm."""
    steps = load_incident(INCIDENT).steps
    published = {name: steps[number - 1].what for name, number in _STEPS.items()}
    alarm = "An alarm of the monitoring, which the victim has in this replay, says that an account behaves oddly."
    return dict(sorted({**published, ALARM: alarm}.items()))


def in_order() -> list[str]:
    """Return the notes in the order in which things happened, with the alarm behind the first step that is seen."""
    incident = load_incident(INCIDENT)
    seen = replay(incident, incident.system.with_(monitoring_active=True)).seen_at or len(incident.steps)
    names = sorted(_STEPS, key=_STEPS.__getitem__)
    behind = sum(number <= seen for number in _STEPS.values())
    return [*names[:behind], ALARM, *names[behind:]]


def orders_the_incident(answer: Any) -> str:
    """Judge a list of the notes in their order."""
    misplaced = {
        "keys": "'keys' lay on a machine. Who finds something there has to be there.",
        "login": "'login' uses keys. They have to be found first, and whoever asks the account anything has logged in.",
        "list": "'list' asks the account a question: only somebody who is logged in can, and nobody sells what they "
        "don't know to be there.",
        "proxy": "'proxy' sells access to models. What has to be known about the account before, and what does nobody "
        "pay for before it is sold?",
        "bill": "'bill' is the harm. It is last: everything else had to be in place for somebody to use it.",
        ALARM: "'alarm': monitoring sees an account behave as its owner never would. Reading a file on a machine and "
        "logging in with a valid key look like any day. Which is the first step that doesn't?",
    }
    names = in_order()
    passed = names.index(ALARM)
    confirms = (
        f"In order, and the alarm rings behind {passed} steps of {len(_STEPS)}: the keys are gone by then, the bill "
        "isn't there yet. What an alarm is worth is what can still be done after it."
    )
    steps = [name for name in names if name != ALARM]
    too_late = [[*steps[:at], ALARM, *steps[at:]] for at in range(passed + 1, len(names))]
    given = as_list(answer)
    if given and [named(name, names) for name in given] in too_late:  # `order` would blame the note in its place
        raise NotYet(
            "'alarm' rings earlier. By then somebody has done with the account what its owner's software never does, "
            "though it cost nothing and broke nothing. Which note was that?",
            "late-alarm",
        )
    return order(names, confirms, misplaced)(answer if given is None else given)


q1 = Question(
    id="depth.q1",
    title="An incident in its order, and the first alarm",
    judge=orders_the_incident,
    hints=in_steps(
        "Ask of each note what had to be true already for it to happen.",
        "flaw, keys, login come first, and bill last. The alarm rings when the account does what its owner never does.",
    ),
    because="Until they ask which models are enabled, the thieves do nothing that the keys' owner wouldn't do. So "
    "monitoring, alone, is told late. A layer that sees belongs together with one that slows: without a limit on spend "
    "the time between alarm and bill is a few hours, with one it is as long as it takes.",
    covers=("arch-depth",),
    claims={
        "late-alarm": "Monitoring notices only what costs or breaks something.",
        "alarm": "Monitoring notices the first step of an attack.",
        "keys": "Keys can be found before anybody has come in.",
        "login": "Stolen keys are used before they are found.",
        "list": "An account can be asked before anybody has logged in.",
        "proxy": "Access is sold before it is known what there is.",
        "bill": "The harm comes before what it needs.",
    },
)
