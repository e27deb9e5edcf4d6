"""What pytm writes with --json: read. Its parts are known by their names."""

from __future__ import annotations

from threatlab.exchange.node import Node
from threatlab.exchange.parts import Claim, Format, Found, Part

_KINDS = {
    "Actor": ("person", "person"),
    "LLM": ("model", "model"),
    "Datastore": ("data store", "data store"),
}
"""What a class says of an element's kind, and what is drawn as long as nobody knows; any other is a process."""

_PERSONAL = ("storesPII", "processesPersonalData")
_FLAGS = {"isThirdParty": "run by a third party", "isSelfHosted": "self-hosted", "hasRAG": "retrieves documents"}
_FLAGS |= {
    "hasFineTuning": "was fine-tuned",
    "hasAgentCapabilities": "acts as an agent",
    "storesLogData": "stores logs",
}
_NOWHERE = "not in a boundary"


def _read(file: Node) -> Found:
    found = Found(file.text("name"), file.text("description", ""))
    for zone in file.each("boundaries"):
        name = zone.text("name")
        found.zones.append(Part(name, name, zone, default="own", hints=name))
    for node in file.each("elements"):
        name, class_ = node.text("name"), node.text("__class__", "")
        kind, default = _KINDS.get(class_, ("", "process"))
        part = Part(name, name, node, kind, default, name, zone=node.text("inBoundary", "") or _NOWHERE)
        part.personal = sum(node.flag(flag) for flag in _PERSONAL) > 0
        flags = [text for flag, text in _FLAGS.items() if node.flag(flag)]
        part.note = f"stated: {', '.join(flags)}" if flags else ""
        part.out = not node.flag("inScope") if "inScope" in node.value else None
        found.elements.append(part)
    if any(part.zone == _NOWHERE for part in found.elements):
        found.zones.append(Part(_NOWHERE, "Not in a boundary", None, default="own"))
    data = {each.text("name"): each for each in file.each("data")}
    for place, node in enumerate(file.each("flows")):
        name = node.text("name", "")
        part = Part(f"flow-{place}", name, node, hints=name, source=node.text("source"), target=node.text("sink"))
        carried = [each for each in node.texts("data") if each in data]
        part.personal = sum(data[each].flag("isPII") for each in carried) > 0
        if sum(data[each].flag("isCredentials") for each in carried):
            part.kind = "credentials"
        note = f"stated: carries {', '.join(carried)}" if carried else ""
        part.note = "; ".join(filter(None, (note, node.text("note", ""))))
        found.flows.append(part)
    for finding in file.each("findings"):
        title = finding.text("description", "")
        found.threats.append(Claim(title, finding.text("details", "")))
        if fix := finding.text("mitigations", ""):
            done = finding.text("response", "").casefold().startswith("mitigated") or None
            found.mitigations.append(Claim(fix, title, done))
    return found


PYTM = Format(
    name="pytm",
    title="pytm's JSON",
    recognizes=lambda file: {"elements", "flows", "boundaries"} <= file.keys(),
    read=_read,
)
