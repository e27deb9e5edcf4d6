"""Lines of lesson 07 that are held against the learner's threat model: what is unknown, shared, in place or open."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from threatlab.depth.common_cause import common_cause
from threatlab.depth.dependencies import dependencies, split_off
from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import a_day, a_person, made_parts, named, parts, refusal, shown
from threatlab.exercises.outcome import NotYet
from threatlab.incidents import controls_that_could, load_incident, replay
from threatlab.report import STRIDE, ThreatModel, by_stride, checklist, load_model
from threatlab.system import AISystem
from threatlab.words import capital, listed

SOON = timedelta(days=92)
"""The latest day for the next item of the checklist: what is farther away has not been begun."""


def _known(given: Any, titles: Mapping[str, str], what: str) -> str:
    name = named(given, titles)
    if name is None:
        raise NotYet(f"{shown(given)} is no {what}. Copy one: {listed(list(titles.values()), 'or')}.")
    return name


def whom_to_ask(answer: Any) -> str:
    """Judge a control that nobody has proved, and who knows."""
    system, given = made_parts(answer, AISystem)
    controls = system.catalog.controls
    open_ones = {name: each.title for name, each in controls.items() if not system.notes.get(name)}
    if not open_ones:
        return "Every control has an answer with a source. Whom you would ask, you have asked."
    what, who = parts(given, 2, 'a control and a name: ("...", "Noor")')
    control = named(what, {name: each.title for name, each in controls.items()})
    if control is None:
        raise NotYet(f"{shown(what)} is no control. Copy a name from the line above, between quotes.")
    if control not in open_ones:
        raise NotYet(f"{controls[control].title} has a source: {system.notes[control]}. Take one without.", "known")
    return f"{a_person(who)} is asked: {controls[control].question}"


def apart(answer: Any) -> str:
    """Judge the layer that no longer hangs on what most layers share."""
    planned, given = made_parts(answer, AISystem)
    worst = max((common_cause(planned, name) for name in dependencies()), key=lambda cause: round(cause.scores[2], 3))
    if not worst.layers:
        return "Nothing that is in place hangs on any of the known dependencies."
    titles = {name: layer.title for name, layer in planned.catalog.layers.items()}
    layer, bad = _known(given, titles, "layer"), f"{worst.scores[2]:.2f}"
    if layer not in worst.layers:
        hit = listed([titles[name] for name in worst.layers])
        raise NotYet(
            f"Nothing of {titles[layer]} hangs on it, so nothing is gained. What it takes down: {hit}.", "not-hanging"
        )
    splits = {name: common_cause(planned, split_off(worst.dependency, name)).scores[2] for name in worst.layers}
    best = min(splits, key=lambda name: (round(splits[name], 3), name))
    more = "" if splits[best] > splits[layer] - 0.005 else f" With {titles[best]} apart: {splits[best]:.2f}."
    return f"With {titles[layer]} apart, the score of a bad year is {splits[layer]:.2f} instead of {bad}.{more}"


def bears_on_it(answer: Any) -> str:
    """Judge the control of one's own that an incident's attacker would have met."""
    planned, story, given = made_parts(answer, AISystem, str)
    try:
        incident = load_incident(story)
    except ThreatLabError as problem:
        raise refusal("Leave `story` as it was", problem) from None
    controls = planned.catalog.controls
    bearing = [name for name in controls_that_could(incident) if name in controls]
    mine = [name for name in bearing if planned[name] is True]
    if named(given, ["nothing"]):
        if mine:
            raise NotYet(f"{controls[mine[0]].title} is there, and bears on it. What would it have done?", "nothing")
        return f"Nothing that you have or plan stands in the way. What would: {controls[bearing[0]].title}."
    control = _known(given, {name: each.title for name, each in controls.items()}, "control")
    if planned[control] is not True:
        raise NotYet(
            f"{controls[control].title} is neither in place nor in your plan. Whom would it have kept out?", "not-there"
        )
    if control not in bearing:
        raise NotYet(
            f"{controls[control].title} changes no step of {incident.title}. Is there one that does?", "no-step"
        )
    steps = replay(incident, incident.system.with_(**{control: True})).steps
    met = {n: step.verdict for n, step in enumerate(steps, 1) if control in {each.control for each in step.bearings}}
    at = next((n for n, verdict in met.items() if verdict == "stopped"), min(met, default=1))
    return f"{controls[control].title}: with it alone, step {at} of {incident.title} is {met.get(at, 'open')}."


def next_item(answer: Any) -> str:
    """Judge what is done next of the checklist, and by when."""
    model, start, given = made_parts(answer, ThreatModel, date)
    items = {each.id: each for each in checklist(model)}
    if all(each.done for each in items.values()):
        return "All six are ticked. What is left is to look whether each is any good."
    what, until = parts(given, 2, 'an item and a day: ("...", "2027-01-15")')
    item = items[_known(what, {name: each.title for name, each in items.items()}, "item of the checklist")]
    if item.done:
        raise NotYet(f"{item.title} is ticked already. Take one that is open.", "ticked")
    day = a_day(until, "After the item comes the day by which it is there")
    if not start < day <= start + SOON:
        raise NotYet(f"{day} is not within three months after {start}. What could be there by then?", "late")
    return f"{item.title}, by {day:%d %B %Y}. {capital(item.artifact)}."


def enough(answer: Any) -> str:
    """Judge which of the exported files gives back the whole threat model."""
    model, folder, given = made_parts(answer, ThreatModel, Path)
    files = [file.name for file in sorted(folder.glob("threat-model*"))]
    if not isinstance(given, str) or given not in files:
        raise NotYet(f"{shown(given)} is none of the files: {', '.join(files) or 'none has been written yet'}.")
    try:
        back = load_model(folder / given)
    except ThreatLabError as problem:
        raise NotYet(
            f"{given} can't be loaded back as a threat model: some of it, or of its form, is lost.", "lossy"
        ) from problem
    if back != model:
        raise NotYet(f"{given} is of an earlier state of your threat model. Export it again, above.")
    return f"{given}, loaded back, is equal to the threat model: from it the other files can be written again."


def breaks_a_promise(answer: Any) -> str:
    """Judge the letter of STRIDE under which most findings have to do with the worst threat."""
    model, given = made_parts(answer, ThreatModel)
    letter = _known(given, STRIDE, "letter of STRIDE, and no name of one")
    worst, catalog = model.assessment.worst_threat, model.system.catalog
    if worst is None:
        return "No threat applies, so no promise is broken."
    title = catalog.threats[worst].title
    counts = {
        each: sum(worst in catalog.controls[finding.attribute].effectiveness for finding in findings)
        for each, findings in by_stride(model.assessment).items()
    }
    there = (
        f"Of the findings under {STRIDE[letter]}, {counts[letter]} of {sum(counts.values())} have to do with {title}"
    )
    most = max(counts.values())
    if counts[letter] < most:
        raise NotYet(
            f"{there}; under another letter more of them do. What does whoever carries it out change, see or pretend?",
            "letter",
        )
    others = [STRIDE[each] for each, count in counts.items() if count == most and each != letter]
    as_many = f"under {listed(others)} as many" if others else "under no other letter as many"
    return f"{there}, and {as_many}."
