"""Judges a way in: a flow, an adversary who can be there, and what they are after. Lessons 01 and 07 ask for one."""

from __future__ import annotations

from typing import Any

from threatlab.catalog import Adversary, catalog
from threatlab.dataflow import DataFlow
from threatlab.dataflow.who import adversaries_at, assets_of, ways_in, within_reach
from threatlab.exercises.judges import made_parts, named, parts, plain, shown
from threatlab.exercises.outcome import NotYet
from threatlab.words import capital, listed

WAY_IN = {
    "nobody": "At a flow between two parts of one's own there is somebody from outside.",
    "elsewhere": "Any adversary can be at any flow.",
    "out-of-reach": "Whoever is at one flow reaches every part.",
    "nothing-there": "Every part is worth an attack.",
    "no-want": "All adversaries want the same.",
}
"""What those take to be true who miss it."""


def names_a_way_in(answer: Any) -> str:
    """Judge the number of a flow of a drawing, an adversary's name, and an element; None where there is no drawing."""
    drawing, given = made_parts(answer, DataFlow | None)
    if drawing is None or next(ways_in(drawing), None) is None:
        if given is None:
            return "No way in is drawn: nobody can be where something is worth an attack. Is that so?"
        raise NotYet("No way in is drawn, so none can be named. Draw who sends something in, and what it reaches.")
    number, who, what = parts(plain(given), 3, 'a number and two names, such as (1, "customer", "Scoring API")')
    if isinstance(number, bool) or not isinstance(number, int) or number not in drawing.numbered:
        raise NotYet(f"{shown(number)} is no flow of the picture; write its number.")
    adversary = _at(drawing, number, _adversary(who))
    element = named(what, [each.name for each in drawing.elements])
    if element is None:
        raise NotYet(f"{shown(what)} is no element of the drawing; copy its name from the picture.")
    if not (near := within_reach(drawing, number)):
        raise NotYet(f"Flow {number} leads to nothing that is in scope. Take another flow.", "out-of-reach")
    if element not in near:
        raise NotYet(f"No flow leads from there to {element}. Within reach: {listed(near, 'or')}.", "out-of-reach")
    return _after(drawing, number, adversary, element)


def _one(adversary: Adversary) -> str:
    return f"{'an' if adversary.title[0] in 'aeiou' else 'a'} {adversary.title}"


def _adversary(who: Any) -> Adversary:
    known = catalog().adversaries
    name = named(who, {each.id: each.title for each in known.values()})
    if name is None:
        raise NotYet(f"{shown(who)} is no adversary of the catalog. Choose one of {listed(list(known), 'or')}.")
    return known[name]


def _at(drawing: DataFlow, number: int, adversary: Adversary) -> Adversary:
    there = adversaries_at(drawing, number)
    if there.said and not there.names:
        raise NotYet(f"Whoever drew it says that nobody can be at flow {number}. Take another flow.", "nobody")
    if not there.names:
        raise NotYet(
            f"Both ends of flow {number} are yours, and nobody has said who else could be there. Take another flow.",
            "nobody",
        )
    if adversary.id not in there.names:
        raise NotYet(
            f"At flow {number} there can be: {there.words}. {capital(adversary.title)} means: {adversary.about}",
            "elsewhere",
        )
    return adversary


def _after(drawing: DataFlow, number: int, adversary: Adversary, element: str) -> str:
    worth = assets_of(drawing, element)
    if not worth.names:
        raise NotYet(
            f"As far as anybody has said, nothing is worth something at {element}. What lies further on?",
            "nothing-there",
        )
    wanted = [asset for asset in adversary.wants if asset in worth.names]
    if not wanted:
        raise NotYet(
            f"At {element} there is: {worth.words}. As the catalog has it, {_one(adversary)} wants "
            f"{listed(adversary.wants, 'or')}.",
            "no-want",
        )
    goals = (goal.text for goal in adversary.goals.values() if goal.asset in wanted)
    return (
        f"Flow {number}: {capital(adversary.title)}, after {listed(wanted)} at {element}. {next(goals)}. "
        f"Access: {listed(adversary.access)}. Knowledge: {adversary.knowledge}."
    )
