"""Open Threat Model, versions 0.1 and 0.2 (iriusrisk/OpenThreatModel): read and written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from threatlab.assessment.stride import STRIDE
from threatlab.catalog import ASSETS, Catalog
from threatlab.dataflow import DataFlow, Element, Exclusion, Flow, Zone
from threatlab.errors import ThreatLabError
from threatlab.exchange.assessed import ACCEPTED, IN_PLACE, MISSING, PLANNED, UNKNOWN, Assessed, mark, renewed
from threatlab.exchange.node import Node
from threatlab.exchange.parts import (
    BACK,
    OURS,
    Claim,
    Entry,
    Format,
    Found,
    Part,
    Writer,
    add_undescribed,
    by_id,
    describe_empty,
)
from threatlab.words import capital

_VERSIONS = ("0.1.0", "0.2.0")
_DONE = {"implemented": True, "rejected": False, "required": False, "recommended": False}
_STATES = {
    IN_PLACE: "implemented",
    PLANNED: "required",
    MISSING: "required",
    UNKNOWN: "recommended",
    ACCEPTED: "rejected",
}
_TRUST = {"internet": 10, "user device": 30, "third party": 50, "own": 90}
"""OTM rates trust from 0 to 100, and has no kinds of zone: what a new zone is given there, judged by us."""
_ASSETS = {mark(f"asset_{kind}"): kind for kind in ASSETS}
"""Our kinds of assets, by the ids that they have there. OTM's own assets are information, and so data to us."""
_UNRATED = dict.fromkeys(("confidentiality", "integrity", "availability"), 100) | {
    "comment": "Nobody has rated it yet: 100 stands for the worst until somebody does."
}


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
    assets = {id_: asset.text("name", "") for id_, asset in _by_id(file, "assets").items()}
    _components(found, file, assets)
    for node in file.each("dataflows"):
        _dataflow(found, node, assets)
    _threats(found, file)
    return found


def _by_id(file: Node, list_: str) -> dict[str, Node]:
    return by_id(list_, file.each(list_), lambda node: node.name("id"))


def _components(found: Found, file: Node, assets: dict[str, str]) -> None:
    nodes = _by_id(file, "components")
    stands: dict[str, str] = {}
    for id_, node in nodes.items():
        kind, name = node.text("type", ""), node.text("name", "")
        held = [each for key in ("stored", "processed") for each in node.child("assets").texts(key)]
        found.elements.append(
            Part(
                id_,
                name,
                node,
                default="process",
                hints=f"{kind} {name}",
                zone=_zone(id_, nodes, stands),
                note=_data("holds", [each for each in held if each not in _ASSETS], assets),
                assets=tuple(dict.fromkeys(_ASSETS.get(each, "data") for each in held)),
            )
        )
    add_undescribed(found)  # StartLeft writes such files, too


def _zone(id_: str, components: dict[str, Node], stands: dict[str, str]) -> str:
    """Return the id of the zone that a component stands in, be it by way of those around it; `stands` remembers it.

    One that stands in a component which isn't there stands in a zone of that id, of which the file says no more.
    """
    way: dict[str, None] = {}
    while id_ not in stands:
        node = components[id_]
        parent = node.child("parent")
        if zone := parent.name("trustZone", ""):
            stands[id_] = zone
            break
        if id_ in way:
            raise ThreatLabError(
                f"{node.where}: the component {id_[:60]!r} stands inside itself, by way of its parents: give one of "
                "them a trust zone"
            )
        way[id_] = None
        if not (around := parent.name("component", "")):
            raise ThreatLabError(
                f"{node.where}: its parent names no trustZone and no component: say in which it stands"
            )
        if around not in components:
            stands[around] = around
        id_ = around
    stands |= dict.fromkeys(way, stands[id_])
    return stands[id_]


def _dataflow(found: Found, node: Node, assets: dict[str, str]) -> None:
    name, source, target = node.text("name", ""), node.name("source"), node.name("destination")
    part = Part(node.name("id"), name, node, source=source, target=target, hints=name)
    part.note = _data("carries", node.texts("assets"), assets)
    found.flows.append(part)
    if node.flag("bidirectional"):
        found.flows.append(
            replace(part, id=f"{part.id}{BACK}", source=target, target=source, hints="", back=("bidirectional",))
        )


def _threats(found: Found, file: Node) -> None:
    threats, mitigations = _by_id(file, "threats"), _by_id(file, "mitigations")
    states: dict[str, set[bool | None]] = {id_: set() for id_ in mitigations}
    for node in (*file.each("components"), *file.each("dataflows")):
        for threat in node.each("threats"):
            threat.name("threat")
            for use in threat.each("mitigations"):
                said = states.setdefault(use.name("mitigation"), set())  # StartLeft names some that it doesn't list
                said.add(_DONE.get(use.text("state", "").casefold()))
    found.threats = [Claim(each.text("name", ""), _about(each), id=id_) for id_, each in threats.items()]
    found.mitigations = [
        Claim(
            each.text("name", ""),
            each.text("description", ""),
            states[id_].pop() if len(states[id_]) == 1 else None,
            id_,
        )
        for id_, each in mitigations.items()
    ]


def _about(threat: Node) -> str:
    return " ".join((threat.text("description", ""), *threat.texts("categories"), *threat.texts("tags")))


def _data(verb: str, ids: list[str], assets: dict[str, str]) -> str:
    names = dict.fromkeys(assets.get(each, each) for each in ids)
    return f"stated: {verb} {', '.join(names)}" if names else ""


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


def _findings(file: dict[str, Any], found: Assessed, catalog: Catalog) -> None:
    """List threats before any control, what each control takes from them, and where they stand."""
    threats = [
        {
            "id": mark(threat.id),
            "name": threat.title,
            "description": threat.about,
            "categories": [STRIDE[threat.stride]],
            "risk": {
                "likelihood": round(100 * risk.inherent_likelihood),
                "likelihoodComment": threat.likelihood_why,
                "impact": round(100 * risk.inherent_impact),
                "impactComment": threat.impact_why,
            },
            "attributes": {"residual risk": f"{risk.risk:.2f}"},
        }
        for threat, risk in found.threats
    ]
    mitigations = [
        {
            "id": each.id,
            "name": each.control.title,
            "description": each.recommendation,
            "riskReduction": round(100 * max(each.control.effectiveness[name].value for name in each.threats)),
            "attributes": {"severity": each.control.severity, "state": each.state},
        }
        for each in found.measures
    ]
    if found.owner and not file["project"].get("owner"):
        file["project"]["owner"] = found.owner
    file["threats"] = renewed(file.get("threats"), threats, "id", catalog)
    file["mitigations"] = renewed(file.get("mitigations"), mitigations, "id", catalog)
    for part in (each.value for list_ in ("components", "dataflows") for each in Node(file).each(list_)):
        standing: dict[str, list[dict[str, Any]]] = {}
        for each in found.measures:
            if str(part["id"]) in each.at:
                for threat in each.threats:
                    standing.setdefault(mark(threat), []).append({"mitigation": each.id, "state": _STATES[each.state]})
        before = {each["threat"]: each.get("mitigations") for each in part.get("threats") or [] if each}
        entries = []
        for threat, ours in standing.items():
            uses = renewed(before.get(threat), ours, "mitigation", catalog)
            done = all(use["state"] == _STATES[IN_PLACE] for use in ours)
            entries.append({"threat": threat, "state": "mitigated" if done else "exposed", "mitigations": uses})
        if entries or part.get("threats"):
            part["threats"] = renewed(part.get("threats"), entries, "threat", catalog)


def _finish(file: dict[str, Any], ours: dict[str, Any]) -> None:
    """See that each component stands in the zone where it is drawn, also where those around it moved, or went.

    And that it stores our kinds of assets that the drawing names there; what else it stores stays.
    """
    nodes = _by_id(Node(file), "components")
    describe_empty(file["trustZones"], "id", ours, _zone_entry)
    for element in ours["elements"]:
        parent = nodes[element["id"]].value["parent"]
        around = parent
        while "trustZone" not in around and (id_ := str(around.get("component"))) in nodes:  # none stands in itself
            around = nodes[id_].value["parent"]
        if parent.get("trustZone") or (around.get("trustZone") or str(around.get("component"))) != element["zone"]:
            nodes[element["id"]].value["parent"] = {"trustZone": element["zone"]}
    _finish_assets(file, [(nodes[each["id"]].value, each.get("assets", [])) for each in ours["elements"]])


def _finish_assets(file: dict[str, Any], named: list[tuple[dict[str, Any], list[str]]]) -> None:
    used: set[str] = set()
    for component, kinds in named:
        held = component.get("assets") or {}
        others = [each for each in held.get("stored") or [] if each not in _ASSETS]
        covered = ["data"] if any(others) or any(held.get("processed") or []) else []
        stored = [id_ for id_, kind in _ASSETS.items() if kind in kinds and kind not in covered]
        used.update(stored)
        if stored or len(others) < len(held.get("stored") or []):
            component["assets"] = held | {"stored": [*others, *stored]}
    there = [each for each in file.get("assets") or [] if not each or str(each.get("id")) not in {*_ASSETS} - used]
    known = {str(each.get("id")) for each in there if each}
    new = [
        {"id": id_, "name": kind, "description": capital(ASSETS[kind]), "risk": dict(_UNRATED)}
        for id_, kind in _ASSETS.items()
        if id_ in used - known
    ]
    if there or new:
        file["assets"] = [*there, *new]


OTM = Format(
    name="otm",
    title="Open Threat Model (OTM)",
    recognizes=lambda file: "otmVersion" in file,
    read=_read,
    writer=Writer(
        _empty,
        _head,
        _zone_entry,
        _element_entry,
        _flow_entry,
        _findings,
        ("project", "attributes", OURS),
        _prepare,
        _finish,
    ),
)
