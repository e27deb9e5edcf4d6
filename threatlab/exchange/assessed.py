"""What an assessment found, as other tools list it: threats, and controls with their state at parts of a drawing."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from threatlab.assessment.layered import ThreatRisk, explain_threat
from threatlab.catalog import SEVERITIES, Adversary, Catalog, Control, Threat
from threatlab.dataflow import DataFlow
from threatlab.dataflow.who import whom_threats_serve
from threatlab.report import ThreatModel
from threatlab.report.places import spot
from threatlab.report.scenarios import scenarios

_MARK = "threatlab-"

IN_PLACE, PLANNED, ACCEPTED, MISSING, UNKNOWN = "in place", "planned", "accepted", "missing", "unknown"
"""States of a control. Another tool knows two of them at most, so what is unknown is listed in our own part, too."""


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids that a file gives to elements, by their names, and to flows, by how they are shown (`str`)."""

    elements: Mapping[str, str]
    flows: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measure:
    """A control that applies: `at` are ids of the parts it stands at, `threats` those of what it counters here."""

    control: Control
    state: str
    at: tuple[str, ...]
    threats: tuple[str, ...]

    @property
    def id(self) -> str:
        """Its id in the other tool's file."""
        return mark(self.control.id)

    @property
    def recommendation(self) -> str:
        """What to do, and how much of a threat's risk that takes, where it was measured on the real system."""
        claims = (each for each in self.control.effectiveness.values() if each.replaced)
        measured = (f"Takes {each.value:.2f} of a threat's risk: {each.evidence}" for each in claims)
        return ". ".join((self.control.recommendation, *measured))


@dataclass(frozen=True, slots=True)
class Assessed:
    """A threat model's controls, the most severe first, its threats with how their risk comes about, and stories.

    `who` is by threat the adversary whom it serves, the first of `whom_threats_serve`: a threat that serves nobody here
    has none. `owner` is the system's, for a file that names none.
    """

    measures: tuple[Measure, ...]
    threats: tuple[tuple[Threat, ThreatRisk], ...]
    stories: Mapping[str, str]
    who: Mapping[str, Adversary]
    owner: str


def mark(id_: str) -> str:
    """Return the id that a threat or a control of ours has in another tool's file.

    >>> mark("rate_limiting_enabled")
    'threatlab-rate-limiting-enabled'
    """
    return _MARK + id_.replace("_", "-")


def unmarked(id_: str, ours: Iterable[str]) -> str:
    """Return the threat or control of ours that an id of another tool's file stands for, or ""."""
    return next((each for each in ours if mark(each) == id_), "") if id_.startswith(_MARK) else ""


def assessed(model: ThreatModel, ids: Ids) -> Assessed:
    """Return what is written of a threat model with a drawing, whose parts have these `ids` in the file."""
    system = model.system
    catalog = system.catalog
    risks = {name: explain_threat(system, name) for name in catalog.threats}
    measures = []
    for control in sorted(catalog.ruleset(model.ruleset).controls, key=lambda each: SEVERITIES.index(each.severity)):
        if control.applies(system.true):
            here = tuple(each for each in control.threats if risks[each].inherent > 0) or control.threats[:1]
            measures.append(Measure(control, _state(model, control.id), _at(model, control, ids), here))
    countered = {threat for each in measures for threat in each.threats}
    return Assessed(
        tuple(measures),
        tuple((catalog.threats[name], risk) for name, risk in risks.items() if name in countered),
        {each.threat: each.story for each in scenarios(model)},
        _who(model),
        system.owner,
    )


def _who(model: ThreatModel) -> dict[str, Adversary]:
    serves = whom_threats_serve(model.system.catalog, model.drawing)
    return {threat: here[0] for threat, here in serves.items() if here}


def _state(model: ThreatModel, control: str) -> str:
    if (said := model.system[control]) is True:
        return IN_PLACE
    if model.accepted(control):
        return ACCEPTED
    if model.step(control):
        return PLANNED
    return UNKNOWN if said is None else MISSING


def _at(model: ThreatModel, control: Control, ids: Ids) -> tuple[str, ...]:
    drawing, where = model.drawing, spot(model, control)
    if drawing is None:
        return ()
    if where.flow:
        return (ids.flows[str(drawing.numbered[where.flow])],)
    return tuple(ids.elements[name] for name in where.elements or _heart(drawing))


def _heart(drawing: DataFlow) -> tuple[str, ...]:
    """Return the element that stands for the whole system: a model that we run, else any other, else what we run."""
    own = {zone.name for zone in drawing.zones if zone.kind == "own"}
    best = max(
        drawing.elements,
        key=lambda each: (drawing.in_scope(each), each.kind == "model", each.zone in own, each.kind != "person"),
        default=None,
    )
    return (best.name,) if best else ()


def put(there: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    """Change in an object of the file what is not as it was `before`; all else stays."""
    for key, value in after.items():
        if isinstance(value, dict):
            if not isinstance(there.get(key), dict):
                there[key] = {}
            put(there[key], before.get(key) or {}, value)
        elif key not in before or before[key] != value:
            there[key] = value


def renewed(there: Any, entries: Iterable[dict[str, Any]], key: str, catalog: Catalog) -> list[Any]:
    """Return a list of the file with these `entries` of ours, and no other of ours; known by the id under `key`.

    What others have listed stays as it is, and so does what they have added to an entry of ours.
    """
    ours = {str(each[key]): each for each in entries}
    known: Collection[str] = {mark(each) for each in (*catalog.threats, *catalog.controls)}
    kept = []
    for each in there or []:
        id_ = str(each.get(key)) if isinstance(each, dict) else ""
        if id_ in ours:
            put(each, {}, ours.pop(id_))
        elif id_ in known:
            continue
        kept.append(each)
    return [*kept, *ours.values()]
