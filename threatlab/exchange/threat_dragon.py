"""OWASP Threat Dragon: version 2 is read and written, version 1 is read. A zone is a trust boundary that is a box."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from math import ceil, inf, sqrt
from typing import Any

from threatlab.assessment.stride import STRIDE
from threatlab.catalog import Catalog, catalog
from threatlab.checks import is_whole
from threatlab.dataflow import DataFlow, Element, Exclusion, Flow, Zone
from threatlab.errors import ThreatLabError
from threatlab.exchange.assessed import (
    ACCEPTED,
    IN_PLACE,
    MISSING,
    PLANNED,
    UNKNOWN,
    Assessed,
    Measure,
    renewed,
    unmarked,
)
from threatlab.exchange.node import Node
from threatlab.exchange.parts import BACK, OURS, Claim, Entry, Format, Found, Part, Writer
from threatlab.words import capital, counted

_SHAPES = {
    "actor": "tm.Actor",
    "process": "tm.Process",
    "store": "tm.Store",
    "flow": "tm.Flow",
    "trust-boundary-box": "tm.BoundaryBox",
    "trust-boundary-curve": "tm.Boundary",
}
_KINDS = {"tm.Actor": ("", "person"), "tm.Process": ("", "process"), "tm.Store": ("data store", "data store")}
"""What an element's type says of its kind, and what is drawn as long as nobody knows."""

_DRAWN = {*_KINDS, "tm.Flow", "tm.BoundaryBox"}
_DONE = {"mitigated": True, "open": False, "accepted": False}
_STATUS = {IN_PLACE: "Mitigated", ACCEPTED: "Accepted", PLANNED: "Open", MISSING: "Open", UNKNOWN: "Open"}

_FLAGS = {"storesCredentials": "stores credentials", "isALog": "is a log", "isEncrypted": "is encrypted"}
_OUTSIDE = "outside"
"""Id of the zone for what stands in no box."""

_Frame = tuple[float, float, float, float]
"""Left, top, width and height, in pixels."""

_VERSION = "2.3.0"
_WIDE, _HIGH, _GAP = 160, 80, 40
"""Pixels of an element that is placed anew, and between two."""


def _read(file: Node) -> Found:
    version = file.text("version", "1")
    if version.partition(".")[0] not in ("1", "2"):
        raise ThreatLabError(f"version is {version[:40]!r}, and 1 and 2 are read: save it with Threat Dragon 2")
    summary, detail = file.child("summary"), file.child("detail")
    found = Found(summary.text("title"), summary.text("description", ""), summary.text("owner", ""))
    found.ours = detail.child(OURS)
    lines, earlier = 0, set[str]()
    for diagram in detail.each("diagrams"):
        cells = [(cell, _type(cell), _data(cell)) for cell in _cells(diagram)]
        boxes = [(_frame(cell), cell.name("id")) for cell, type_, _ in cells if type_ == "tm.BoundaryBox"]
        for cell, type_, data in cells:
            name = _name(cell, data)
            if type_ in _DRAWN and (id_ := cell.name("id")) in earlier:
                copy = Part(id_, name, cell, source=id_)
                found.undrawn.append(
                    (copy, "has the id of one in an earlier diagram, as a copied diagram's parts have")
                )
            elif type_ == "tm.BoundaryBox":
                found.zones.append(Part(cell.name("id"), name, cell, default="own", hints=name))
            elif type_ in _KINDS:
                found.elements.append(_element(cell, type_, data, name, boxes))
            elif type_ == "tm.Flow":
                _flow(found, cell, data, name)
            lines += type_ == "tm.Boundary"
            _threats(found, data)
        earlier |= {cell.name("id", "") for cell, type_, _ in cells if type_ in _DRAWN}
    kept = {zone.name("id") for zone in found.ours.each("zones")}
    if _OUTSIDE in kept or any(part.zone == _OUTSIDE for part in found.elements):
        found.zones.append(Part(_OUTSIDE, "Outside of all boxes", None, default="own"))
    if lines:
        found.asks.append(
            f"{counted(lines, 'trust boundary is a line', 'trust boundaries are lines')}, which no zone can be read "
            "from: which elements stand on either side?"
        )
    return found


def _element(cell: Node, type_: str, data: Node, name: str, boxes: list[tuple[_Frame, str]]) -> Part:
    kind, default = _KINDS[type_]
    flags = [text for flag, text in _FLAGS.items() if data.flag(flag)]
    return Part(
        cell.name("id"), name, cell, kind, default, name,
        zone=_zone_of(cell, boxes),
        note=f"stated: {', '.join(flags)}" if flags else "",
        out=data.flag("outOfScope"),
        reason=data.text("reasonOutOfScope", ""),
        at=_at(cell),
    )  # fmt: skip


def _flow(found: Found, cell: Node, data: Node, name: str) -> None:
    source, target = (_end(cell.child(end)) for end in ("source", "target"))
    part = Part(cell.name("id"), name, cell, hints=name, source=source, target=target)
    if not source or not target:
        found.undrawn.append((part, "has a loose end"))
        return
    found.flows.append(part)
    if data.flag("isBidirectional"):
        back = replace(
            part, id=f"{part.id}{BACK}", hints="", source=target, target=source, back=("data", "isBidirectional")
        )
        found.flows.append(back)


def _threats(found: Found, data: Node) -> None:
    for threat in data.each("threats"):
        title, text, id_ = threat.text("title", ""), threat.text("description", ""), threat.name("id", "")
        done = _DONE.get(threat.text("status", "").casefold())
        if unmarked(id_, catalog().controls):  # what we write is a finding, and its control is what it asks for
            found.mitigations.append(Claim(title, text, done, id_))
            continue
        found.threats.append(Claim(title or text, f"{text} {threat.text('type', '')}"))
        if (fix := threat.text("mitigation", "")).strip():
            found.mitigations.append(Claim(fix, title, done))


def _cells(diagram: Node) -> list[Node]:
    return diagram.each("cells") or diagram.child("diagramJson").each("cells")


def _type(cell: Node) -> str:
    return _SHAPES.get(cell.text("shape", "")) or _data(cell).text("type", "")


def _data(cell: Node) -> Node:
    return cell.child("data") if "data" in cell.value else cell


def _name(cell: Node, data: Node) -> str:
    """Return a cell's name: version 1 has it in what is drawn, and so have flows that were never named otherwise."""
    if name := data.text("name", ""):
        return name
    labels = cell.value.get("labels")
    if isinstance(labels, list) and all(isinstance(label, dict) for label in labels):
        for label in cell.each("labels"):
            for key in ("labelText", "label", "text"):
                if name := label.down("attrs", key).text("text", ""):
                    return name
    return cell.down("attrs", "text").text("text", "")


def _end(end: Node) -> str:
    return end.name("cell", "") or end.name("id", "")


def _frame(cell: Node) -> _Frame:
    at, size = cell.child("position"), cell.child("size")
    return at.number("x"), at.number("y"), size.number("width"), size.number("height")


def _zone_at(x: float, y: float, boxes: Iterable[tuple[_Frame, str]]) -> str:
    """Return the id of the smallest box around a point, or that of the zone for what stands in none."""
    best, least = _OUTSIDE, inf
    for (left, top, wide, high), id_ in boxes:
        if left <= x <= left + wide and top <= y <= top + high and wide * high < least:
            best, least = id_, wide * high
    return best


def _empty() -> dict[str, Any]:
    detail = {"contributors": [], "diagrams": [], "diagramTop": 1, "reviewer": "", "threatTop": 0}
    return {"version": _VERSION, "summary": {"title": "drawing"}, "detail": detail}


def _head(drawing: DataFlow) -> dict[str, Any]:
    return {"summary": {"title": drawing.title, "description": drawing.description}}


def _prepare(file: dict[str, Any]) -> None:
    """See that there is a diagram to draw in."""
    file["detail"] = file.get("detail") or {}
    file["detail"]["diagrams"] = diagrams = file["detail"].get("diagrams") or []
    if not diagrams:
        image = "./public/content/images/thumbnail.stride.jpg"
        diagrams.append({"id": 0, "title": "Data flow", "diagramType": "STRIDE", "thumbnail": image})
    diagrams[0].setdefault("version", _VERSION)
    diagrams[0]["cells"] = diagrams[0].get("cells") or []


_CELLS = ("detail", "diagrams", 0, "cells")


def _zone_entry(id_: str, zone: Zone) -> Entry:
    data = {"type": "tm.BoundaryBox", "name": zone.name, "isTrustBoundary": True, "hasOpenThreats": False}
    cell = {
        "id": id_,
        "shape": "trust-boundary-box",
        "zIndex": -1,
        "attrs": {"label": {"text": zone.name}},
        "data": data,
    }
    return _CELLS, cell


def _element_entry(id_: str, element: Element, _: str, left_out: Exclusion | None) -> Entry:
    shape = {"person": "actor", "data store": "store"}.get(element.kind, "process")
    data = {
        "type": _SHAPES[shape],
        "name": element.name,
        "outOfScope": left_out is not None,
        "reasonOutOfScope": left_out.reason if left_out else "",
        "hasOpenThreats": False,
    }
    return _CELLS, {"id": id_, "shape": shape, "zIndex": 1, "attrs": {"text": {"text": element.name}}, "data": data}


def _flow_entry(id_: str, flow: Flow, source: str, target: str) -> Entry:
    cell = {
        "id": id_,
        "shape": "flow",
        "zIndex": 10,
        "connector": "smooth",
        "source": {"cell": source},
        "target": {"cell": target},
        "labels": [{"attrs": {"labelText": {"text": flow.label}}, "position": 0.5}],
        "data": {"type": "tm.Flow", "name": flow.label, "isBidirectional": False, "hasOpenThreats": False},
    }
    return _CELLS, cell


def _findings(file: dict[str, Any], found: Assessed, terms: Catalog) -> None:
    """List each control that applies as a threat of the part it stands at: open as long as it isn't in place."""
    if found.owner and not file["summary"].get("owner"):
        file["summary"]["owner"] = found.owner
    top = file["detail"].get("threatTop")
    number = top if is_whole(top) else 0
    worst = {threat.id: risk.risk for threat, risk in found.threats}
    for diagram in Node(file).child("detail").each("diagrams"):
        for cell in _cells(diagram):
            ours, data = [each for each in found.measures if str(cell.value.get("id")) in each.at], _data(cell).value
            there = {str(each.get("id")): each for each in data.get("threats") or [] if each}
            if not ours and not any(unmarked(id_, terms.controls) for id_ in there):
                continue
            entries = []
            for each in ours:
                known = there.get(each.id, {}).get("number")
                number += known is None
                entries.append(_threat(each, number if known is None else known, worst))
            data["threats"] = renewed(data.get("threats"), entries, "id", terms)
            data["hasOpenThreats"] = any(each and each.get("status") == "Open" for each in data["threats"])
    file["detail"]["threatTop"] = number


def _threat(measure: Measure, number: int, worst: Mapping[str, float]) -> dict[str, Any]:
    control = measure.control
    return {
        "id": measure.id,
        "number": number,
        "title": control.finding,
        "modelType": "STRIDE",
        "type": STRIDE[control.stride[0]],
        "status": _STATUS[measure.state],
        "severity": control.severity.capitalize(),
        "score": f"{max(worst[threat] for threat in measure.threats):.2f}",
        "description": f"{control.title} ({measure.state}). {capital(control.severity_rationale)}.",
        "mitigation": f"{measure.recommendation}. Done when: {control.success}.",
    }


def _finish(file: dict[str, Any], ours: dict[str, Any]) -> None:
    """Give what is new a place in its box; of what fits nowhere we keep the zone, as long as it isn't moved."""
    zones = {each["id"] for each in ours["zones"]}
    elements = {each["id"]: each for each in ours["elements"]}
    for diagram in Node(file).child("detail").each("diagrams"):
        cells = {str(cell.value.get("id")): cell for cell in _cells(diagram)}
        boxes = {id_: cell for id_, cell in cells.items() if id_ in zones}
        _lay_out(boxes, {id_: (cell, elements[id_]) for id_, cell in cells.items() if id_ in elements})


def _lay_out(boxes: dict[str, Node], elements: dict[str, tuple[Node, dict[str, Any]]]) -> None:
    """Place the new boxes and elements of one diagram; `elements` are their cells, with what we keep of them."""
    frames = [(_frame(box), id_) for id_, box in boxes.items() if "position" in box.value]
    there = [_frame(cell) for cell, _ in elements.values() if "position" in cell.value]
    right = max((left + wide for left, _, wide, _ in (*there, *(frame for frame, _ in frames))), default=-_GAP)
    for id_, box in boxes.items():
        waiting = [
            cell
            for cell, kept in elements.values()
            if kept["zone"] == id_ and ("position" not in cell.value or _zone_of(cell, frames) != id_)
        ]
        if "position" not in box.value:
            across = max(1, ceil(sqrt(len(waiting))))
            down = max(1, ceil(len(waiting) / across))
            wide, high = (n * (side + _GAP) + _GAP for n, side in ((across, _WIDE), (down, _HIGH)))
            _place(box.value, right + _GAP, 0, wide, high + _GAP)
            frames.append((_frame(box), id_))
            right += _GAP + wide
        spots = _spots(_frame(box), id_, frames, there)
        for cell in waiting:
            _place(cell.value, *next(spots, _frame(box)[:2]), _WIDE, _HIGH)
    for cell, kept in elements.values():
        if "position" not in cell.value:
            _place(cell.value, 0, -_HIGH - _GAP, _WIDE, _HIGH)
        if kept["zone"] != _zone_of(cell, frames):
            kept["at"] = _at(cell)


def _at(cell: Node) -> str:
    left, top, *_ = _frame(cell)
    return f"{left},{top}"


def _zone_of(cell: Node, frames: list[tuple[_Frame, str]]) -> str:
    left, top, wide, high = _frame(cell)
    return _zone_at(left + wide / 2, top + high / 2, frames)


def _spots(
    box: _Frame, id_: str, frames: list[tuple[_Frame, str]], there: list[_Frame]
) -> Iterator[tuple[float, float]]:
    """Yield free places for elements in a box, row by row, whose middle is in no smaller box."""
    left, top, wide, high = box
    for row in range(int((high - _GAP) // (_HIGH + _GAP))):
        for column in range(int((wide - _GAP) // (_WIDE + _GAP))):
            x, y = left + _GAP + column * (_WIDE + _GAP), top + 2 * _GAP + row * (_HIGH + _GAP)
            free = not any(a - _WIDE < x < a + w and b - _HIGH < y < b + h for a, b, w, h in there)
            if free and _zone_at(x + _WIDE / 2, y + _HIGH / 2, frames) == id_:
                yield x, y


def _place(cell: dict[str, Any], left: float, top: float, wide: float, high: float) -> None:
    cell["position"] = {"x": left, "y": top}
    if "size" not in cell:
        cell["size"] = {"width": wide, "height": high}


def _is_first(file: dict[str, Any]) -> bool:
    return str(file.get("version", "1")).startswith("1")


def _is_ours(file: dict[str, Any]) -> bool:
    return isinstance(file.get("summary"), dict) and "detail" in file


THREAT_DRAGON = Format(
    name="threat-dragon",
    title="OWASP Threat Dragon 2",
    recognizes=lambda file: _is_ours(file) and not _is_first(file),
    read=_read,
    writer=Writer(
        _empty, _head, _zone_entry, _element_entry, _flow_entry, _findings, ("detail", OURS), _prepare, _finish
    ),
)
THREAT_DRAGON_1 = Format(
    name="threat-dragon-1",
    title="OWASP Threat Dragon 1",
    recognizes=lambda file: _is_ours(file) and _is_first(file),
    read=_read,
)
