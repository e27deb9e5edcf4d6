"""Writes a drawing as another tool's file: what is new in it is added to the file it came from, the rest stays."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from difflib import SequenceMatcher
from typing import Any
from unicodedata import normalize

from threatlab.dataflow import LONGEST, DataFlow, Element, Flow, Zone
from threatlab.errors import ThreatLabError
from threatlab.exchange.assemble import imported
from threatlab.exchange.assessed import Ids, assessed, put
from threatlab.exchange.node import leaves
from threatlab.exchange.parts import BACK, UNSAID, Entry, Format, Import, Part, Writer
from threatlab.exchange.registry import questions_about
from threatlab.report import ThreatModel
from threatlab.report.json_file import json_text
from threatlab.report.records import Origin
from threatlab.words import counted, listed, shown

_NEW = "\n"
"""What stands before the name of an element that the file hasn't: no name has it."""

_NAMED = 5
"""How many parts a sentence names."""

_LONGEST = 40
"""Characters of an id that is made of a name."""


@dataclass(frozen=True, slots=True)
class Export:
    """Another tool's file as a text, and sentences on what in it was renamed, is gone, or is not ours to know."""

    text: str
    notes: tuple[str, ...] = ()


def write_model(model: ThreatModel, format_: Format) -> Export:
    """Return a threat model as a file of another tool's format: its drawing, and in it what its assessment found.

    Findings become the format's threats, and controls its mitigations with their state, at the part that they stand at.
    Without a drawing, one element stands for the system. Else as `write`.
    """
    notes: list[str] = []
    drawing = model.drawing
    if drawing is None or not drawing.elements:
        drawing = _stand_in(model)
        model = model.with_(drawing=drawing)
        notes.append(f"nothing is drawn: one element, {_name(drawing.elements[0])!r}, stands for the whole")
    catalog, writer = model.system.catalog, _writer(format_)
    document, ids, said = _written(drawing, format_, model.origin)
    writer.prepare(document)
    writer.findings(document, assessed(model, ids), catalog)
    _kept(document, writer)[UNSAID] = [name for name in catalog.controls if model.system[name] is None]
    return Export(json_text(document), (*notes, *said, *filter(None, [writer.asks_of_findings])))


def _stand_in(model: ThreatModel) -> DataFlow:
    """Return a drawing with one element that stands for a system of which nothing is drawn."""
    name = " ".join(shown(model.system.title).split())[:LONGEST]
    drawing = model.drawing or DataFlow(name)
    zones = drawing.zones or (Zone("Ours", "own"),)
    zone = next((each for each in zones if each.kind == "own"), zones[0])
    return replace(drawing, zones=zones, elements=(Element(name, "process", zone.name),))


def write(drawing: DataFlow, format_: Format, origin: Origin | None = None) -> Export:
    """Return a drawing alone as a file of another tool's format.

    `origin` is the file that the drawing was imported from. If it is of this format, all that it says beside the
    drawing comes back; if it is of another, it is kept whole inside of the new one.

    Raises
    ------
    ThreatLabError
        If nothing is written in that format, or `origin` is no file of it.
    """
    document, _, notes = _written(drawing, format_, origin)
    return Export(json_text(document), notes)


def _written(drawing: DataFlow, format_: Format, origin: Origin | None) -> tuple[dict[str, Any], Ids, tuple[str, ...]]:
    """Return a file with a drawing in it, the ids that its parts have there, and what there is to say of it."""
    writer = _writer(format_)
    same = origin is not None and origin.format == format_.name
    document = json.loads(origin.text) if origin and same else writer.empty()
    base = imported(format_, document)
    if same and drawing == base.drawing:
        return (
            document,
            _ids({kind: {name: each.id for name, each in of.items()} for kind, of in base.parts.items()}),
            (),
        )
    merge = _Merge(document, base, drawing, writer, _asked(drawing, origin))
    notes = merge.done(None if same else origin)
    return document, _ids(merge.ids), notes


def _asked(drawing: DataFlow, origin: Origin | None) -> set[tuple[str, str]]:
    """Return the parts of a drawing that stand as they were drawn before anybody answered for them, with their kind."""
    if origin is None:
        return set()
    now = {("zone", each.name): each.kind for each in drawing.zones}
    now |= {("element", each.name): each.kind for each in drawing.elements}
    now |= {("flow", str(each)): each.carries for each in drawing.flows}
    asked = questions_about(drawing, origin)
    return {(f"{each.about}s", each.part) for each in asked if now.get((each.about, each.part)) == each.drawn}


def _writer(format_: Format) -> Writer:
    if format_.writer is None:
        raise ThreatLabError(f"{format_.title} can be read, and not written")
    return format_.writer


def _ids(of: Mapping[str, Mapping[str, str]]) -> Ids:
    return Ids(of["elements"], {flow: id_.removesuffix(BACK) for flow, id_ in of["flows"].items()})


def _kept(document: dict[str, Any], writer: Writer) -> dict[str, Any]:
    """Return what we keep in a file, which may be nothing yet."""
    there = document
    for step in writer.ours:
        if not isinstance(there.get(step), dict):
            there[step] = {}
        there = there[step]
    return there


class _Merge:
    """A drawing on its way into a file."""

    def __init__(
        self, document: dict[str, Any], base: Import, drawing: DataFlow, writer: Writer, asked: set[tuple[str, str]]
    ) -> None:
        self.document, self.base, self.new, self.writer, self.asked = document, base, drawing, writer, asked
        self.names = {
            "zones": {zone.name: zone.name for zone in base.drawing.zones},
            "elements": {element.name: element.name for element in base.drawing.elements},
            "flows": {str(flow): flow.label for flow in base.drawing.flows},
        }
        self.taken = {part.id for parts in base.parts.values() for part in parts.values()}
        self.taken |= {end for part, _ in base.undrawn for end in (part.source, part.target)}  # nothing new ties it
        self.ids: dict[str, dict[str, Any]] = {}
        self.added = False
        self.notes: list[str] = []

    def done(self, foreign: Origin | None) -> tuple[str, ...]:
        """Bring the file up to the drawing, and return what there is to say of it."""
        old, new, writer, parts = self.base.drawing, self.new, self.writer, self.base.parts
        writer.prepare(self.document)
        put(self.document, writer.head(old), writer.head(new))
        was_out, is_out = ({each.element: each for each in drawing.exclusions} for drawing in (old, new))

        zone_of, element_of = _zone_pairs(old, new), _element_pairs(old, new)
        flow_of = self._flow_pairs(element_of)
        zones = self._written(
            "zones",
            {zone.name: writer.zone(parts["zones"][zone.name].id, zone) for zone in old.zones},
            zone_of,
            {zone.name: zone for zone in new.zones},
            writer.zone,
        )
        elements = self._written(
            "elements",
            {
                name: writer.element(part.id, element, part.zone, was_out.get(name))
                for element in old.elements
                if (name := element.name) and (part := parts["elements"][name])
            },
            element_of,
            {element.name: element for element in new.elements},
            lambda id_, element: writer.element(id_, element, zones[element.zone]["id"], is_out.get(element.name)),
        )
        flows = self._written(
            "flows",
            {
                str(flow): writer.flow(part.id, flow, part.source, part.target)
                for flow in old.flows
                if (part := parts["flows"][str(flow)])
            },
            flow_of,
            {str(flow): flow for flow in new.flows},
            lambda id_, flow: writer.flow(id_, flow, elements[flow.source]["id"], elements[flow.target]["id"]),
        )
        self._remove({"zones": zone_of, "elements": element_of, "flows": flow_of})
        written = {"elements": elements, "flows": flows}
        self.ids = {kind: {name: each["id"] for name, each in of.items()} for kind, of in written.items()}
        ours = _ours(new, zones, elements, flows)
        self._keep(ours, foreign)
        writer.finish(self.document, ours)
        if self.added and writer.asks:
            self.notes.append(writer.asks)
        return tuple(self.notes)

    def _written(
        self,
        kind: str,
        before: dict[str, Entry],
        of: dict[str, str],
        parts: dict[str, Any],
        make: Callable[[str, Any], Entry],
    ) -> dict[str, dict[str, Any]]:
        """Write the parts of one kind into the file, each into its entry or as a new one.

        `before` are the entries as the format had them, by what a part was called; `of` says what each was called. Of
        each part is returned what we keep: its id, and its name where the file says another, which was cut or numbered.
        """
        kept: dict[str, dict[str, Any]] = {}
        for called, part in parts.items():
            was = self.base.parts[kind][of[called]] if called in of else None
            name = _name(part)
            id_ = was.id if was else self._fresh(kind, name)
            way, entry = make(id_, part)
            said = name
            if was is None:
                self.added = True
                there: Any = self.document
                for step in way:
                    there = there[step]
                there.append(entry)
            else:
                if was.node is not None and not was.back:  # of another kind now, it stays in its list all the same
                    put(was.node.value, before[of[called]][1], entry)
                if was.node is None or self.names[kind][of[called]] == name:
                    said = was.name
            kept[called] = {"id": id_} | ({"name": name, "said": said} if said != name else {})
            kept[called] |= {"asked": True} if (kind, called) in self.asked else {}
        return kept

    def _fresh(self, kind: str, name: str) -> str:
        """Return an id that is made of a name, and that nothing in the file has."""
        plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        short = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
        first = id_ = short if len(short) > 1 else f"{kind[:-1]}-{short}".strip("-")
        number = 1
        while id_ in self.taken:
            number += 1
            id_ = f"{first}-{number}"
        self.taken.add(id_)
        return id_

    def _flow_pairs(self, element_of: dict[str, str]) -> dict[str, str]:
        """Return which flow of the file each flow is; both halves of one that goes both ways, or neither of them."""
        new, parts = self.new, self.base.parts["flows"]
        was = {str(flow): flow for flow in self.base.drawing.flows}
        now = {
            f"{element_of.get(flow.source, _NEW + flow.source)} \u2192 "
            f"{element_of.get(flow.target, _NEW + flow.target)}: {flow.label}": flow
            for flow in new.flows
        }

        def alike(before: str, after: str) -> bool:
            a, b = was[before], now[after]
            return a.label == b.label or (a.source, a.target) == (element_of.get(b.source), element_of.get(b.target))

        found = _pairs(list(was), list(now), alike)
        of = {str(now[after]): before for after, before in found.items()}
        by_id = {parts[key].id: flow for flow in new.flows if (key := of.get(str(flow)))}
        for part in parts.values():
            if not part.back or part.node is None:
                continue
            there, back = by_id.get(part.id.removesuffix(BACK)), by_id.get(part.id)
            mirrored = (
                there and back and (there.source, there.target, there.label) == (back.target, back.source, back.label)
            )
            if not mirrored:
                if back:
                    del of[str(back)]
                flag: Any = False
                for step in reversed(part.back):
                    flag = {step: flag}
                put(part.node.value, {}, flag)
        return of

    def _remove(self, pairs: dict[str, dict[str, Any]]) -> None:
        """Take out of the file what is drawn no longer, and say what went with it, and what has another name."""
        gone: list[tuple[str, Part]] = []
        for kind, of in pairs.items():
            left = set(of.values())
            gone += [(was, part) for was, part in self.base.parts[kind].items() if was not in left and not part.back]
            if kind != "flows":
                self.notes += [f"{was!r} is called {now!r} now" for now, was in of.items() if now != was]
        ids = {part.id for _, part in gone}
        gone += [(part.name, part) for part, _ in self.base.undrawn if not ids.isdisjoint((part.source, part.target))]
        nodes = [(name, part.node) for name, part in gone if part.node is not None]
        for _, node in nodes:
            there: Any = self.document
            for step in node.path[:-1]:
                there = there[step]
            there[:] = [each for each in there if each is not node.value]
        if nodes:
            lost = sum(1 for _, node in nodes for _ in leaves(node.value))
            more = f", and {len(nodes) - _NAMED} more" if len(nodes) > _NAMED else ""
            names = listed([repr(name) for name, _ in nodes[:_NAMED]]) + more
            self.notes.append(f"{counted(lost, 'value')} went with what was taken out of the drawing: {names}")

    def _keep(self, ours: dict[str, Any], foreign: Origin | None) -> None:
        """Put into the file what only we know, and the file of a third tool from which the drawing came."""
        there = _kept(self.document, self.writer)
        before = {key: there[key] for key in ("origin", UNSAID) if there.get(key)}
        there.clear()
        there |= ours | before | ({"origin": asdict(foreign)} if foreign else {})


def _name(part: Any) -> str:
    return str(part.label if isinstance(part, Flow) else part.name)


def _ours(
    drawing: DataFlow,
    zones: dict[str, dict[str, Any]],
    elements: dict[str, dict[str, Any]],
    flows: dict[str, dict[str, Any]],
) -> dict[str, Any]:
    """Return what only we know of a drawing; `zones`, `elements` and `flows` are what is kept of each part already."""
    return {
        "drawing": {
            "name": drawing.name,
            "source": drawing.source,
            "complete": drawing.complete,
            "case": drawing.case and asdict(drawing.case),
        },
        "zones": [zones[zone.name] | {"kind": zone.kind, "owner": zone.owner} for zone in drawing.zones],
        "elements": [
            elements[each.name]
            | {"zone": zones[each.zone]["id"], "kind": each.kind, "personal": each.personal, "note": each.note}
            | _named(assets=list(each.assets), worth=each.worth)
            for each in drawing.elements
        ],
        "flows": [
            flows[str(flow)]
            | {"carries": flow.carries, "personal": flow.personal, "note": flow.note}
            | _named(adversaries=list(flow.adversaries))
            for flow in drawing.flows
        ],
        "exclusions": [asdict(each) | {"element": elements[each.element]["id"]} for each in drawing.exclusions],
    }


def _named(**said: list[str] | str) -> dict[str, Any]:
    """Return what somebody has named at a part; what nobody has stays out, as in older files."""
    return {key: value for key, value in said.items() if value}


def _zone_pairs(old: DataFlow, new: DataFlow) -> dict[str, str]:
    """Return which zone of the old drawing each is: one with another name still has elements in it that it had."""
    was, now = ({zone.name: zone.kind for zone in drawing.zones} for drawing in (old, new))
    held, holds = ({(each.zone, each.name) for each in drawing.elements} for drawing in (old, new))

    def alike(before: str, after: str) -> bool:
        names, others = ({name for zone, name in of if zone == side} for of, side in ((held, before), (holds, after)))
        return bool(names & others) or (not names and not others and was[before] == now[after])

    return _pairs(list(was), list(now), alike)


def _element_pairs(old: DataFlow, new: DataFlow) -> dict[str, str]:
    """Return which element of the old drawing each is: one with another name still has its flows, or else its kind."""
    was, now = ({each.name: each.kind for each in drawing.elements} for drawing in (old, new))
    ends = [
        {(name, flow.label) for flow in drawing.flows for name in (flow.source, flow.target)} for drawing in (old, new)
    ]

    def alike(before: str, after: str) -> bool:
        had, has = (
            {label for name, label in of if name == side} for of, side in zip(ends, (before, after), strict=True)
        )
        return bool(had & has) or (not had and not has and was[before] == now[after])

    return _pairs(list(was), list(now), alike)


def _pairs(old: Sequence[str], new: Sequence[str], alike: Callable[[str, str], bool]) -> dict[str, str]:
    """Return for each new name the old one that it stands for: the same, or the one in whose place it stands."""
    there = set(old)
    pairs = {name: name for name in new if name in there}
    free = there - set(pairs)
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace" and j - i == m - k:
            pairs |= {
                now: was
                for was, now in zip(old[i:j], new[k:m], strict=True)
                if now not in pairs and was in free and alike(was, now)
            }
    return pairs
