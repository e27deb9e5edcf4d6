"""Question 5 of lesson 07: ticks on demand, with nothing behind them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from threatlab.exercises.judges import a_function, other_kind, returned
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.report import ThreatModel, checklist
from threatlab.system import AISystem


def ticked(model: ThreatModel) -> frozenset[str]:
    """Return the ids of the checklist's items that tick."""
    return frozenset(item.id for item in checklist(model) if item.done)


ITEMS = tuple(item.id for item in checklist(ThreatModel(AISystem("nothing"))))
"""The items of the lesson's checklist."""


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
            raise other_kind(model, "a ThreatModel")
        done = ticked(model)
        if lacking := [name for name in ITEMS if name in wanted - done]:
            artifact = next(item.artifact for item in checklist(model) if item.id == lacking[0])
            raise NotYet(
                f"Asked for {_named(wanted)}: {lacking[0]} doesn't tick ({artifact}). {_WANTS[lacking[0]]}", "lacking"
            )
        if surplus := [name for name in ITEMS if name in done - wanted]:
            raise NotYet(
                f"Asked for {_named(wanted)}: {surplus[0]} ticks too. What of your model is there whoever asks?",
                "surplus",
            )
    return (
        "Each item ticks by its own artifact, and by nothing else. You have just made all of them in a minute, for a "
        f"system that doesn't exist: remember that when somebody shows you {len(ITEMS)} ticks."
    )


def _named(wanted: Iterable[str]) -> str:
    chosen = set(wanted)
    return ", ".join(name for name in ITEMS if name in chosen) or "nothing"


q5 = Question(
    id="capstone.q5",
    title="Ticks on demand",
    judge=ticks_exactly,
    hints=in_steps(
        "Begin with a model in which nothing ticks, and add one part for each item that is asked for. "
        "print(*checklist(model), sep='\\n') says of each item what it lacks.",
        "parts is a dict from each item to its artifact; ThreatModel(system, **chosen) takes those that are in "
        "items. The first item is no part: it lies in what the system answers.",
        "Every fact False and one control False is an assessed system. The reviews need the system's own name.",
    ),
    because="A tick proves that an artifact is there. These are there, and worth nothing: nobody chose that threshold, "
    "nobody rehearsed, nobody was trained. So a list of ticks is handed over with the artifacts beside it, and "
    "the reader opens one at random.",
    covers=("practice-document", "checklist-training"),
    seconds=20.0,
    claims={
        "lacking": "An artifact is enough for a tick, whatever is in it.",
        "surplus": "An item may tick though nobody asked for it.",
    },
)
