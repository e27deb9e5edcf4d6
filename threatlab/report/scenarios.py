"""Attack scenarios in the system's own words: from whom, by which flows of the drawing, and what follows."""

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
from threatlab.report.places import OTHERS, path_of, personal
from threatlab.words import capital, listed

UNSEEN = "somebody whose way in isn't drawn"


@dataclass(frozen=True, slots=True)
class Scenario:
    """How one threat could come true here.

    `flows` are the numbers of those it comes along, `parts` the elements that it reaches; () if none is drawn.
    """

    threat: str
    who: str
    story: str
    flows: Path = ()
    parts: tuple[str, ...] = ()


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
    otherwise = told.get("otherwise", threat.about)
    drawing = model.drawing
    if drawing is None:
        return Scenario(name, UNSEEN, otherwise)
    way, then = next(_drawn(model, told, "ways"), None), next(_drawn(model, told, "then"), None)
    found = [each for each in (way, then) if each]
    flows = tuple(dict.fromkeys(number for _, _, path in found for number in path))
    held = personal(drawing) if any("{parts}" in text for _, text, _ in found) else ()
    ends = (end for number in flows for end in (drawing.numbered[number].source, drawing.numbered[number].target))
    parts = tuple(dict.fromkeys((*(end for end in ends if drawing.element(end).kind != "person"), *held)))
    paths = [(fact, path) for fact, _, path in found if path]
    if way is None or not paths:
        still = [text.format(parts=listed(held)) for _, text, path in found if not path]
        return Scenario(name, UNSEEN, " ".join([otherwise, *still]), (), held)
    fact, comes = next((each for each in paths if _outside(drawing, each[1])), paths[0])
    first = drawing.numbered[comes[0]]
    who = drawing.zone_of(first.source).name if fact == OTHERS else _who(drawing, first.source)
    values = {"who": who, "first": first.label, "entry": first.target, "parts": listed(held)}
    story = " ".join(
        capital(text.format(**values, route=route(drawing, path) if path else "")) for _, text, path in found
    )
    return Scenario(name, who, story, flows, parts)


def _drawn(model: ThreatModel, told: Mapping[str, Any], part: str) -> Iterator[tuple[str, str, Path]]:
    """Yield each fact that the drawing shows, with what is told of it and its path; personal data may lie still."""
    for fact, text in told.get(part, {}).items():
        still = fact == "handles_personal_data" and "{parts}" in text
        if still and model.system[fact] and model.drawing and personal(model.drawing):
            yield fact, text, ()
        elif not still and (path := path_of(model, fact)):
            yield fact, text, path


def _outside(drawing: DataFlow, path: Path) -> bool:
    source = drawing.numbered[path[0]].source
    return drawing.zone_of(source).kind != "own" and drawing.element(source).kind != "model"


def _who(drawing: DataFlow, name: str) -> str:
    """Return who can send what leaves an element: a person, or who has it in hand."""
    kind = drawing.element(name).kind
    can = {"data store": "can write to", "model": "may ask"}.get(kind, "can send something through")
    return name if kind == "person" else f"whoever {can} {name}"


@cache
def _texts() -> dict[str, Any]:
    return tomllib.loads((resources.files("threatlab") / "report" / "scenarios.toml").read_text(encoding="utf-8"))
