"""Where in the drawing each finding stands: at a flow, at elements, or at the system as a whole."""

from __future__ import annotations

from dataclasses import dataclass

from threatlab.assessment import Finding
from threatlab.catalog import Control
from threatlab.dataflow import DataFlow
from threatlab.dataflow.trails import Path
from threatlab.report.model import ThreatModel
from threatlab.words import listed

WHOLE = "The system as a whole"
OTHERS = "uses_third_party_model"
_BY_LAYER = {"supply_chain": OTHERS, "serving": "internet_facing"}
"""What a control stands at that applies to any system: what comes from others, and the door for strangers."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A part of the drawing in words, and which it is: a flow by its number, or elements; neither is the whole."""

    title: str
    flow: int = 0
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the drawing, in words, with the findings that stand there, worst first."""

    title: str
    findings: tuple[Finding, ...]


def by_place(model: ThreatModel) -> tuple[Place, ...]:
    """Return the findings by the part of the drawing that they stand at (`spot`); the whole comes last."""
    places: dict[str, list[Finding]] = {}
    for finding in model.assessment.findings:
        places.setdefault(spot(model, model.system.catalog.controls[finding.attribute]).title, []).append(finding)
    whole = places.pop(WHOLE, [])
    found = [Place(title, tuple(findings)) for title, findings in places.items()]
    return (*found, Place(WHOLE, tuple(whole))) if whole else tuple(found)


def personal(drawing: DataFlow) -> tuple[str, ...]:
    """Return the names of the elements in scope that hold personal data."""
    return tuple(each.name for each in drawing.elements if each.personal and drawing.in_scope(each))


def path_of(model: ThreatModel, fact: str) -> Path:
    """Return the path by which the drawing shows a fact; of what others run, the first flow that comes from there."""
    drawing, path = model.drawing, model.trails.get(fact, ())
    if drawing is None or not path or fact != OTHERS or drawing.zone_of(drawing.numbered[path[0]].source).kind != "own":
        return path
    theirs = drawing.numbered[path[0]].target
    leaving = (number for number, flow in drawing.numbered.items() if flow.source == theirs and drawing.in_scope(flow))
    return tuple(list(leaving)[:1]) or path


def flow_title(drawing: DataFlow, number: int) -> str:
    """Return a flow in words: its number, from where to where, and what flows."""
    flow = drawing.numbered[number]
    return f"Flow {number}: {flow.source} \u2192 {flow.target} ({flow.label})"


def spot(model: ThreatModel, control: Control) -> Spot:
    """Return the part of the drawing that a control stands at.

    That is where the drawing shows the fact by which it applies: of a path of flows, a control of the layer Data stands
    at the first, any other at the last. What applies to any system stands where its layer says (`_BY_LAYER`), or at the
    system as a whole.
    """
    drawing = model.drawing
    if drawing is None:
        return Spot(WHOLE)
    facts = (*reversed(control.applies_when), *control.applies_when_any)  # what narrows it down comes last
    for fact in facts or filter(None, [_BY_LAYER.get(control.layer)]):
        if fact == "handles_personal_data" and (names := personal(drawing)):
            return Spot(f"{listed(names)} (personal data)", elements=names)
        path = path_of(model, fact)
        if path and fact == OTHERS:
            source = drawing.numbered[path[0]].source
            return Spot(f"{source} (from {drawing.zone_of(source).name})", elements=(source,))
        if path:
            number = path[0 if control.layer == "data" else -1]
            return Spot(flow_title(drawing, number), number)
    return Spot(WHOLE)
