"""CycloneDX 1.5 to 1.7, as a bill of materials of an AI system (ML-BOM): read.

It lists models, data and services by who supplies them, and what depends on what; flows are our reading of that.
"""

from __future__ import annotations

from threatlab.errors import ThreatLabError
from threatlab.exchange.hints import hint
from threatlab.exchange.node import Node
from threatlab.exchange.parts import Format, Found, Part
from threatlab.words import listed

_VERSIONS = ("1.5", "1.6", "1.7")
_KINDS = {
    "machine-learning-model": "model",
    "data": "data store",
    "application": "process",
    "service": "process",
    "platform": "process",
}
"""What is drawn, by the type of a component; libraries, files and devices are kept as they are."""

_TASKS = {
    "decisions": r"\w*classif\w*|detection|regression|scoring|ranking|recommend\w*|segmentation|forecast\w*",
    "generated content": r"\w*generat\w*|translation|summari\w*|conversational|chat|image to text|text to \w+",
}
"""What a model's task says of what it puts out."""

_PERSONAL = r"pii|phi|personal\w*|private"
_OURS = "our own"


def _read(file: Node) -> Found:
    version = file.text("specVersion")
    if version not in _VERSIONS:
        raise ThreatLabError(
            f"specVersion is {version[:40]!r}, and {listed(_VERSIONS)} are read: convert it to one of these"
        )
    main = file.down("metadata", "component")
    title = main.text("name", "") or "bill of materials"
    found = Found(title, main.text("description", ""))
    drawn: dict[str, Part] = {}
    nodes: dict[str, Node] = {}
    entries = [(main, main.text("type", ""))] if main.value else []
    entries += [(node, node.text("type", "")) for node in _inside(file, "components")]
    entries += [(node, "service") for node in _inside(file, "services")]
    zones: dict[str, Part] = {}
    owner = _supplier(main)
    for place, (node, type_) in enumerate(entries):
        if type_ not in _KINDS:
            continue
        name, supplier = node.text("name", ""), _supplier(node)
        zone = _OURS if not supplier or supplier == owner else supplier
        if zone not in zones:
            called, kind = (owner or "Ours", "own") if zone == _OURS else (zone, "third party")
            zones[zone] = Part(zone, called, None, default=kind)
        id_ = node.name("bom-ref", "") or f"#{place}"
        part = Part(id_, name, node, _KINDS[type_], zone=zone)
        part.note = f"stated: {type_} {node.text('version', '')}".strip()
        part.personal = hint(" ".join(_classes(node)), {"personal": _PERSONAL})[0] != ""
        found.elements.append(part)
        drawn[id_], nodes[id_] = part, node
    if not drawn:
        raise ThreatLabError("it lists no model, data, service or application: there is nothing of AI to draw")
    found.zones = list(zones.values())
    _flows(found, file, drawn, nodes)
    return found


def _inside(node: Node, key: str) -> list[Node]:
    """Return the entries of a list, with those within them."""
    entries = list(node.each(key))
    for entry in entries:  # grows while it is walked
        entries += entry.each(key)
    return entries


def _supplier(node: Node) -> str:
    for key in ("manufacturer", "supplier", "provider"):
        if name := node.child(key).text("name", ""):
            return name
    return node.text("publisher", "")


def _classes(node: Node) -> list[str]:
    return [
        each.text("classification", "")
        for each in (node.each("data") if isinstance(node.value.get("data"), list) else [])
    ]


def _flows(found: Found, file: Node, drawn: dict[str, Part], nodes: dict[str, Node]) -> None:
    """Draw what a model is trained on, and for what depends on what, what is asked and answered."""
    pairs: dict[tuple[str, str], str] = {}
    for id_, node in nodes.items():
        for each in node.down("modelCard", "modelParameters").each("datasets"):
            if (ref := each.name("ref", "")) in drawn and drawn[ref].kind == "data store":
                pairs[ref, id_] = "stated: the model card names it"
    for dependency in file.each("dependencies"):
        source = dependency.name("ref")
        for target in dependency.texts("dependsOn"):
            if source in drawn and target in drawn and source != target and (target, source) not in pairs:
                pairs.setdefault((source, target), "our reading of a dependency")
    for (source, target), note in pairs.items():
        ends = drawn[source].kind, drawn[target].kind
        if note.startswith("stated") or ends == ("model", "data store"):
            way = (source, target) if note.startswith("stated") else (target, source)
            _flow(found, "data", way, "training data", note)
        elif ends[1] == "model":
            task = nodes[target].down("modelCard", "modelParameters").text("task", "")
            _flow(found, "request", (source, target), "questions", note)
            _flow(found, "output", (target, source), hint(task, _TASKS)[0], note)
        else:
            _flow(found, "request", (source, target), "", note)
            _flow(found, "answer", (target, source), "", note)


def _flow(found: Found, label: str, way: tuple[str, str], carries: str, note: str) -> None:
    source, target = way
    part = Part(f"flow-{len(found.flows)}", label, None, carries, hints=label, source=source, target=target, note=note)
    found.flows.append(part)


CYCLONEDX = Format(
    name="cyclonedx",
    title="CycloneDX ML-BOM",
    recognizes=lambda file: file.get("bomFormat") == "CycloneDX",
    read=_read,
)
