"""Attack scenarios in the system's own words: who attacks, by which flows of the drawing, and what follows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from threatlab.dataflow import DataFlow
from threatlab.dataflow.trails import Path
from threatlab.report.model import ThreatModel
from threatlab.report.places import path_of, personal
from threatlab.words import capital, listed


@dataclass(frozen=True, slots=True)
class Scenario:
    """How one threat could come true here. `flows` are the numbers of those it comes along; () if none is drawn."""

    threat: str
    who: str
    goal: str
    access: str
    knowledge: str
    story: str
    flows: Path = ()


def scenarios(model: ThreatModel) -> tuple[Scenario, ...]:
    """Return a scenario for each threat that applies, the highest residual risk first."""
    return tuple(_scenario(model, threat) for threat, risk in model.assessment.worst_first if risk > 0)


def route(drawing: DataFlow, path: Path) -> str:
    """Return a path of flows in words, with their numbers."""
    flows = [drawing.numbered[number] for number in path]
    steps = "".join(f" \u2192 {flow.target}" for flow in flows)
    return f"{flows[0].source}{steps} (flow{'s' * (len(path) > 1)} {listed([str(n) for n in path])})"


def _scenario(model: ThreatModel, name: str) -> Scenario:
    threat, told = model.system.catalog.threats[name], _texts().get(name, {})
    goal, knowledge = told.get("goal", threat.about), told.get("knowledge", "not said in the catalog")
    otherwise = told.get("otherwise", threat.about)
    drawing = model.drawing
    if drawing is None:
        return Scenario(name, "not drawn", goal, "not drawn", knowledge, otherwise)
    way, then = next(_drawn(model, told, "ways"), None), next(_drawn(model, told, "then"), None)
    paths = [path for _, path in filter(None, (way, then)) if path]
    if way is None or not paths:
        return Scenario(name, "somebody whose way in isn't drawn", goal, "not drawn", knowledge, otherwise)
    comes = next((path for path in paths if _outside(drawing, path)), paths[0])
    first = drawing.numbered[comes[0]]
    values = {"who": _who(drawing, first.source), "first": first.label, "parts": listed(personal(drawing))}
    story = " ".join(
        capital(text.format(**values, entry=first.target, route=route(drawing, path) if path else ""))
        for text, path in filter(None, (way, then))
    )
    access = f"{first.label}, into {first.target} (flow {comes[0]})"
    return Scenario(name, values["who"], goal, access, knowledge, story, tuple(dict.fromkeys(sum(paths, ()))))


def _drawn(model: ThreatModel, told: Mapping[str, Any], part: str) -> Iterator[tuple[str, Path]]:
    """Yield what is told of each fact that the drawing shows, with its path; personal data may lie still."""
    for fact, text in told.get(part, {}).items():
        still = fact == "handles_personal_data" and "{parts}" in text
        if still and model.system[fact] and model.drawing and personal(model.drawing):
            yield text, ()
        elif not still and (path := path_of(model, fact)):
            yield text, path


def _outside(drawing: DataFlow, path: Path) -> bool:
    source = drawing.numbered[path[0]].source
    return drawing.zone_of(source).kind != "own" and drawing.element(source).kind != "model"


def _who(drawing: DataFlow, name: str) -> str:
    """Return who can send what leaves an element: a person, who runs it, or who has it in hand."""
    kind, zone = drawing.element(name).kind, drawing.zone_of(name)
    if kind == "person":
        return name
    if zone.kind == "third party":
        return zone.name
    does = {"data store": "can write to", "model": "steers"}.get(kind, "controls")
    return f"whoever {does} {name}"


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((resources.files("threatlab") / "report" / "scenarios.toml").read_text(encoding="utf-8"))
