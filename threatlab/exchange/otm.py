"""Open Threat Model, versions 0.1 and 0.2 (iriusrisk/OpenThreatModel): read and written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threatlab.dataflow import DataFlow, Element, Exclusion, Flow, Zone
from threatlab.errors import ThreatLabError
from threatlab.exchange.node import Node
from threatlab.exchange.parts import BACK, OURS, Claim, Entry, Format, Found, Part, Writer, by_id, there

_VERSIONS = ("0.1.0", "0.2.0")
_DONE = {"implemented": True, "rejected": False, "required": False, "recommended": False}
_TRUST = {"internet": 10, "user device": 30, "third party": 50, "own": 90}
"""OTM rates trust from 0 to 100, and has no kinds of zone: what a new zone is given there, judged by us."""


def _read(file: Node) -> Found:
    version = file.text("otmVersion")
    if version not in _VERSIONS:
        raise ThreatLabError(
            f"otmVersion is {version[:40]!r}, and {' and '.join(_VERSIONS)} are read: save it as one of these"
        )
    project = file.child("project")
    found = Found(
        project.text("name"),
        project.text("description", ""),
        project.text("owner", ""),
        ours=project.down("attributes", OURS),
    )
    for zone in file.each("trustZones"):
        name, kind = zone.text("name", ""), zone.text("type", "")
        found.zones.append(Part(zone.name("id"), name, zone, default="own", hints=f"{name} {kind}"))
    zones = by_id("trust zone", found.zones)
    nodes = file.each("components")
    components = by_id("component", [Part(node.name("id"), node.text("name", ""), node) for node in nodes])
    assets = {asset.name("id"): asset.text("name", "") for asset in file.each("assets")}
    for part, node in zip(components.values(), nodes, strict=True):
        kind = node.text("type", "")
        part.zone, part.default, part.hints = _zone(part, components, zones), "process", f"{kind} {part.name}"
        held = [each for key in ("stored", "processed") for each in node.child("assets").texts(key)]
        part.note = _data("holds", held, assets)
        found.elements.append(part)
    threats = {each.name("id"): each for each in file.each("threats")}
    mitigations = {each.name("id"): each for each in file.each("mitigations")}
    done: dict[str, bool | None] = dict.fromkeys(mitigations)
    flows = file.each("dataflows")
    for node in flows:
        name = node.text("name", "")
        ends = (node.name("source"), node.name("destination"))
        part = Part(node.name("id"), name, node, source=ends[0], target=ends[1], hints=name)
        part.note = _data("carries", node.texts("assets"), assets)
        found.flows.append(part)
        if node.flag("bidirectional"):
            back = replace(part, id=f"{part.id}{BACK}", source=ends[1], target=ends[0], back=("bidirectional",))
            found.flows.append(back)
    for node in (*nodes, *flows):
        for threat in node.each("threats"):
            there(Part("", "", threat), "the threat", threat.name("threat"), threats)
            for use in threat.each("mitigations"):
                name = there(Part("", "", use), "the mitigation", use.name("mitigation"), mitigations)
                state = _DONE.get(use.text("state", "").casefold())
                done[name] = state if done[name] is None or state is None else done[name] and state
    found.threats = [Claim(each.text("name", ""), _about(each)) for each in threats.values()]
    found.mitigations = [
        Claim(each.text("name", ""), each.text("description", ""), done[name]) for name, each in mitigations.items()
    ]
    return found


def _about(threat: Node) -> str:
    return " ".join((threat.text("description", ""), *threat.texts("categories"), *threat.texts("tags")))


def _data(verb: str, ids: list[str], assets: dict[str, str]) -> str:
    names = dict.fromkeys(assets.get(each, each) for each in ids)
    return f"stated: {verb} {', '.join(names)}" if names else ""


def _zone(part: Part, components: dict[str, Part], zones: dict[str, Part]) -> str:
    """Return the id of the zone that a component stands in, be it by way of the components around it."""
    way: list[str] = []
    while part.node is not None:
        parent = part.node.child("parent")
        if zone := parent.name("trustZone", ""):
            return there(part, "the trust zone", zone, zones)
        way.append(part.id)
        part = components[there(part, "the component", parent.name("component"), components)]
        if part.id in way:
            raise ThreatLabError(
                f"{part.where}: the component {part.id[:60]!r} stands inside itself, by "
                "way of its parents: give one of them a trust zone"
            )
    raise AssertionError(part)  # every component has a node


def _empty() -> dict[str, Any]:
    return {"otmVersion": _VERSIONS[-1], "project": {"name": "drawing", "id": "drawing"}}


def _prepare(file: dict[str, Any]) -> None:
    file |= {key: file.get(key) or [] for key in ("trustZones", "components", "dataflows")}


def _head(drawing: DataFlow) -> dict[str, Any]:
    return {"project": {"name": drawing.title, "id": drawing.name, "description": drawing.description}}


def _zone_entry(id_: str, zone: Zone) -> Entry:
    entry = {"id": id_, "name": zone.name, "type": zone.kind, "risk": {"trustRating": _TRUST[zone.kind]}}
    return ("trustZones",), entry


def _element_entry(id_: str, element: Element, zone: str, _: Exclusion | None) -> Entry:
    entry = {"id": id_, "name": element.name, "type": element.kind, "parent": {"trustZone": zone}}
    return ("components",), entry


def _flow_entry(id_: str, flow: Flow, source: str, target: str) -> Entry:
    return ("dataflows",), {"id": id_, "name": flow.label, "source": source, "destination": target}


OTM = Format(
    name="otm",
    title="Open Threat Model (OTM)",
    recognizes=lambda file: "otmVersion" in file,
    read=_read,
    writer=Writer(_empty, _head, _zone_entry, _element_entry, _flow_entry, ("project", "attributes", OURS), _prepare),
)
