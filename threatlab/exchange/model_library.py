"""OWASP Threat Model Library, schema 1.0 (also called a threat model BOM): read and written."""

from __future__ import annotations

import re
from bisect import bisect
from math import log
from typing import Any

from threatlab.assessment.layered import ThreatRisk
from threatlab.catalog import Adversary, Catalog, Threat
from threatlab.dataflow import DataFlow, Element, Exclusion, Flow, Zone
from threatlab.errors import ThreatLabError
from threatlab.exchange.assessed import ACCEPTED, IN_PLACE, MISSING, PLANNED, UNKNOWN, Assessed, mark, renewed
from threatlab.exchange.node import Node
from threatlab.exchange.parts import (
    NOT_SAID,
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

_LISTS = {"actors": "actor", "components": "component", "data_stores": "data_store"}
"""Lists of elements, and what a flow calls an entry of one."""

_DEFAULTS = {"actors": ("", "person"), "components": ("", "process"), "data_stores": ("data store", "data store")}
"""What a list says of its elements' kind, and what is drawn as long as nobody knows."""

_REQUIRED = ("trust_zones", "trust_boundaries", *_LISTS, "data_sets", "data_flows")
_SCHEMA = "https://github.com/OWASP/www-project-threat-model-library/blob/v1.0.2/threat-model.schema.json"
_PERSONAL = {"pii", "phi"}
_DONE = {"active": True, "suggested": False, "under_review": False, "approved": False, "scheduled": False}
_DONE |= {"retired": False, "wont_do": False}
_STATUS = {
    IN_PLACE: "active",
    PLANNED: "scheduled",
    MISSING: "suggested",
    UNKNOWN: "under_review",
    ACCEPTED: "wont_do",
}
_LIKELIHOODS = ("rare", "unlikely", "possible", "likely", "certain")
_YEARLY = (0.1, 0.2, 0.5, 2)
"""Times a year from which on the specification calls something unlikely, possible, likely and almost certain: once in
10, 5 and 2 years, and several times a year."""

_IMPACTS = ("negligible", "minor", "moderate", "major", "severe")
"""Our fifths of the worst credible loss: the specification counts in shares of a revenue, which we don't know."""

_LEVELS = ((2, "very_low"), (4, "low"), (9, "medium"), (12, "high"), (16, "very_high"), (25, "critical"))
"""The highest scores of each level, by the specification."""

_ANYBODY = "threatlab-attacker"
"""The persona of a threat for which the catalog names no adversary."""

_OURS = ("extensions", "threatlab.example/drawing/1")
"""The schema asks for the name of a domain and a way; this one is reserved for examples, and belongs to nobody."""


def _read(file: Node) -> Found:
    schema = file.text("$schema", _SCHEMA)
    version = re.search(r"/v(\d+)\.(\d+)", schema)
    if version is None or version.groups() != ("1", "0"):
        raise ThreatLabError(f"$schema is {schema[-60:]!r}, and versions 1.0 are read: save it as 1.0.2")
    scope = file.child("scope")
    found = Found(scope.text("title"), scope.text("description", ""), ours=file.down(*_OURS))
    for zone in file.each("trust_zones"):
        name = zone.text("title", "")
        found.zones.append(Part(zone.name("symbolic_name"), name, zone, default="own", hints=name))
    _elements(found, file)
    for flow in file.each("data_flows"):
        name, ends = flow.text("title", ""), [flow.child(end).name("object") for end in ("source", "destination")]
        found.flows.append(Part(flow.name("symbolic_name"), name, flow, hints=name, source=ends[0], target=ends[1]))
    for threat in file.each("threats"):
        found.threats.append(
            Claim(
                threat.text("title", ""),
                f"{threat.text('description', '')} {threat.text('event', '')}",
                id=threat.name("symbolic_name", ""),
            )
        )
    for control in file.each("controls"):
        done = _DONE.get(control.text("status", ""))
        found.mitigations.append(
            Claim(control.text("title", ""), control.text("description", ""), done, control.name("symbolic_name", ""))
        )
    for list_ in ("risks", "threat_personas"):  # nothing of ours, but what is written among them must be found again
        by_id(list_, file.each(list_), lambda node: node.name("symbolic_name"))
    return found


def _elements(found: Found, file: Node) -> None:
    held: dict[str, list[Node]] = {}
    for data in file.each("data_sets"):
        for place in data.each("placements"):
            held.setdefault(place.name("data_store", ""), []).append(data)
    for list_, (kind, default) in _DEFAULTS.items():
        for node in file.each(list_):
            part = Part(node.name("symbolic_name"), node.text("title", ""), node, kind, default)
            if list_ == "actors" and node.text("type", "") in ("system", "third_party"):
                part.default = "process"
            part.hints = "" if list_ == "actors" else part.name
            part.zone = node.name("trust_zone", NOT_SAID)  # before 1.0.2, actors stood in none
            sets = held.get(part.id, [])
            part.personal = sum(len(_PERSONAL.intersection(data.texts("data_sensitivity"))) for data in sets) > 0
            part.note = f"stated: holds {', '.join(data.text('title', '') for data in sets)}" if sets else ""
            found.elements.append(part)
    add_undescribed(found)


def _empty() -> dict[str, Any]:
    scope = {
        "title": "drawing",
        "description": "",
        "business_criticality": "moderate",
        "data_sensitivity": [],
        "exposure": "external",
        "tier": "important",
    }
    return {"$schema": _SCHEMA, "version": "1.0", "scope": scope}


def _prepare(file: dict[str, Any]) -> None:
    file |= {key: file.get(key) or [] for key in _REQUIRED}


def _head(drawing: DataFlow) -> dict[str, Any]:
    return {"scope": {"title": drawing.title, "description": drawing.description}}


def _zone_entry(id_: str, zone: Zone) -> Entry:
    return ("trust_zones",), {"symbolic_name": id_, "title": zone.name, "description": ""}


def _element_entry(id_: str, element: Element, zone: str, _: Exclusion | None) -> Entry:
    list_ = {"person": "actors", "data store": "data_stores"}.get(element.kind, "components")
    return (list_,), {"symbolic_name": id_, "title": element.name, "description": "", "trust_zone": zone}


def _flow_entry(id_: str, flow: Flow, source: str, target: str) -> Entry:
    ends = {"source": {"object": source}, "destination": {"object": target}}
    entry = {"symbolic_name": id_, "title": flow.label, "description": "", **ends}
    return ("data_flows",), entry | {"has_sensitive_data": flow.personal, "encrypted": False}


def _findings(file: dict[str, Any], found: Assessed, catalog: Catalog) -> None:
    """List threats with what they come to in this system, the controls against them, and the risks that remain."""
    affected = _affected(file, found)
    threats = [
        {
            "symbolic_name": mark(threat.id),
            "title": threat.title,
            "description": threat.about,
            "components_affected": affected[threat.id],
            "threat_persona": mark(found.who[threat.id].id) if threat.id in found.who else _ANYBODY,
            "event": found.stories.get(threat.id, threat.about),
            "sources": ["adversary"],
        }
        for threat, _ in found.threats
    ]
    controls = [
        {
            "symbolic_name": each.id,
            "title": each.control.title,
            "description": each.recommendation,
            "threats": [mark(name) for name in each.threats],
            "status": _STATUS[each.state],
            "priority": each.control.severity.lower(),
        }
        for each in found.measures
    ]
    risks = [_risk(threat, risk) for threat, risk in found.threats if risk.inherent > 0]
    for list_, entries in (("threats", threats), ("controls", controls), ("risks", risks)):
        file[list_] = renewed(file.get(list_), entries, "symbolic_name", catalog)
    personas = file["threat_personas"] = file.get("threat_personas") or []
    there = {each.value["symbolic_name"] for each in Node(file).each("threat_personas")}
    ours = [_persona(found.who.get(threat.id)) for threat, _ in found.threats]
    personas.extend({each["symbolic_name"]: each for each in ours if each["symbolic_name"] not in there}.values())


def _persona(adversary: Adversary | None) -> dict[str, Any]:
    """Return an adversary on the library's scales; whom the catalog doesn't name is whoever the events speak of."""
    return {
        "symbolic_name": mark(adversary.id) if adversary else _ANYBODY,
        "title": capital(adversary.title) if adversary else "Attacker",
        "description": adversary.about if adversary else "Whoever the events of these threats speak of.",
        "is_person": True,
        "skill_level": "insider" if adversary and adversary.knowledge == "white box" else "engineer",
        "access_level": "user" if adversary and "query access" in adversary.access else "anonymous",
        "malicious_intent": True,
        "applicability_to_org": "moderate",
    }


def _affected(file: dict[str, Any], found: Assessed) -> dict[str, list[str]]:
    """Return by threat the components and data stores at which controls against it stand, or whose flows they guard."""
    parts = {each.value["symbolic_name"] for list_ in ("components", "data_stores") for each in Node(file).each(list_)}
    ends = {
        each.value["symbolic_name"]: [each.value[end]["object"] for end in ("destination", "source")]
        for each in Node(file).each("data_flows")
    }
    affected: dict[str, dict[str, None]] = {threat.id: {} for threat, _ in found.threats}
    for each in found.measures:
        near = [id_ for at in each.at for id_ in ends.get(at, [at]) if id_ in parts]
        for threat in each.threats:
            affected[threat] |= dict.fromkeys(near[:1])
    return {threat: list(ids) for threat, ids in affected.items()}


def _risk(threat: Threat, risk: ThreatRisk) -> dict[str, Any]:
    """Return a risk on the library's scale of 5 by 5 (its specification, "5x5 Risk Level Matrix")."""
    times_a_year = -log(1 - min(risk.likelihood, 1 - 1e-12))
    likelihood = bisect(_YEARLY, times_a_year) + 1
    impact = min(5, int(5 * risk.impact) + 1)
    return {
        "symbolic_name": mark(threat.id),
        "title": threat.title,
        "description": f"{threat.about} What remains with the controls that are in place: {risk.risk:.2f} of 1.",
        "threats": [mark(threat.id)],
        "likelihood": _LIKELIHOODS[likelihood - 1],
        "impact": _IMPACTS[impact - 1],
        "impact_description": threat.impact_why,
        "score": likelihood * impact,
        "level": next(level for most, level in _LEVELS if likelihood * impact <= most),
    }


def _finish(file: dict[str, Any], ours: dict[str, Any]) -> None:
    """Say of each flow's ends what they are, list the boundaries that flows cross, and the zones that stand empty."""
    entries = {list_: [each.value for each in Node(file).each(list_)] for list_ in (*_LISTS, "data_flows")}
    for list_, type_ in (("actors", "user"), ("data_stores", "object")):
        for each in entries[list_]:
            each.setdefault("type", type_)
    kinds = {str(each["symbolic_name"]): kind for list_, kind in _LISTS.items() for each in entries[list_]}
    zones = {each["id"]: each["zone"] for each in ours["elements"]}
    describe_empty(file["trust_zones"], "symbolic_name", ours, _zone_entry)
    pairs = [{str(each.value.get(f"trust_zone_{end}")) for end in "ab"} for each in Node(file).each("trust_boundaries")]
    for flow in entries["data_flows"]:
        ends = [str(flow[end]["object"]) for end in ("source", "destination")]
        if not zones.keys() >= {*ends}:  # not drawn
            continue
        for end, id_ in zip(("source", "destination"), ends, strict=True):
            flow[end]["type"] = kinds[id_]
        a, b = (zones[id_] for id_ in ends)
        if a != b and {a, b} not in pairs:
            pairs.append({a, b})
            file["trust_boundaries"].append({"trust_zone_a": a, "trust_zone_b": b})


MODEL_LIBRARY = Format(
    name="threat-model-library",
    title="OWASP Threat Model Library 1.0",
    recognizes=lambda file: isinstance(file.get("scope"), dict) and "trust_zones" in file and "data_flows" in file,
    read=_read,
    writer=Writer(
        _empty,
        _head,
        _zone_entry,
        _element_entry,
        _flow_entry,
        _findings,
        _OURS,
        prepare=_prepare,
        finish=_finish,
        asks="business_criticality, exposure, tier and whether flows are encrypted are placeholders: the format needs "
        "them, and no drawing says them",
        asks_of_findings="skill_level, access_level and applicability_to_org of adversaries are placeholders where the "
        "catalog doesn't tell them: the format needs them, and no assessment says them",
    ),
)
