"""Writes a drawing as another tool's file: what is new in it is added to the file it came from, the rest stays."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any
from unicodedata import normalize

from threatlab.dataflow import DataFlow
from threatlab.errors import ThreatLabError
from threatlab.exchange.assemble import imported
from threatlab.exchange.node import leaves
from threatlab.exchange.parts import BACK, Entry, Format, Import, Part, Writer
from threatlab.report.json_file import json_text
from threatlab.report.records import Origin
from threatlab.words import counted, listed

_LONGEST = 40
"""Characters of an id that is made of a name."""


@dataclass(frozen=True, slots=True)
class Export:
    """Another tool's file as a text, and sentences on what in it was renamed, is gone, or is not ours to know."""

    text: str
    notes: tuple[str, ...] = ()


def write(drawing: DataFlow, format_: Format, origin: Origin | None = None) -> Export:
    """Return a drawing as a file of another tool's format.

    `origin` is the file that the drawing was imported from. If it is of this format, all that it says beside the
    drawing comes back; if it is of another, it is kept whole inside of the new one.

    Raises
    ------
    ThreatLabError
        If nothing is written in that format, or `origin` is no file of it.
    """
    if format_.writer is None:
        raise ThreatLabError(f"{format_.title} can be read, and not written")
    same = origin is not None and origin.format == format_.name
    document = json.loads(origin.text) if origin and same else format_.writer.empty()
    base = imported(format_, document)
    if same and drawing == base.drawing:
        return Export(json_text(document))
    notes = _Merge(document, base, drawing, format_.writer).done(None if same else origin)
    return Export(json_text(document), notes)


class _Merge:
    """A drawing on its way into a file."""

    def __init__(self, document: dict[str, Any], base: Import, drawing: DataFlow, writer: Writer) -> None:
        self.document, self.base, self.new, self.writer = document, base, drawing, writer
        self.taken = {part.id for parts in base.parts.values() for part in parts.values()}
        self.added = False
        self.notes: list[str] = []

    def done(self, foreign: Origin | None) -> tuple[str, ...]:
        """Bring the file up to the drawing, and return what there is to say of it."""
        old, new, writer, parts = self.base.drawing, self.new, self.writer, self.base.parts
        writer.prepare(self.document)
        _put(self.document, writer.head(old), writer.head(new))

        zone_of = _pairs([zone.name for zone in old.zones], [zone.name for zone in new.zones])
        before = {zone.name: writer.zone(parts["zones"][zone.name].id, zone) for zone in old.zones}
        zones = {}
        for zone in new.zones:
            id_, part = self._id("zones", zone_of.get(zone.name), zone.name)
            zones[zone.name] = id_
            self._store(part, before.get(zone_of.get(zone.name, "")), writer.zone(id_, zone))

        element_of = _pairs([each.name for each in old.elements], [each.name for each in new.elements])
        was_out, is_out = ({each.element: each for each in each.exclusions} for each in (old, new))
        before = {
            element.name: writer.element(part.id, element, part.zone, was_out.get(element.name))
            for element in old.elements
            if (part := parts["elements"][element.name])
        }
        elements = {}
        for element in new.elements:
            id_, part = self._id("elements", element_of.get(element.name), element.name)
            elements[element.name] = id_
            after = writer.element(id_, element, zones[element.zone], is_out.get(element.name))
            self._store(part, before.get(element_of.get(element.name, "")), after)

        flow_of = self._flow_pairs(element_of)
        before = {
            str(flow): writer.flow(part.id, flow, part.source, part.target)
            for flow in old.flows
            if (part := parts["flows"][str(flow)])
        }
        flows = {}
        for flow in new.flows:
            id_, part = self._id("flows", flow_of.get(str(flow)), flow.label)
            flows[str(flow)] = id_
            after = writer.flow(id_, flow, elements[flow.source], elements[flow.target])
            self._store(part, before.get(flow_of.get(str(flow), "")), after)

        self._remove({"zones": zone_of, "elements": element_of, "flows": flow_of})
        ours = {
            "drawing": {
                "name": new.name,
                "source": new.source,
                "complete": new.complete,
                "case": new.case and asdict(new.case),
            },
            "zones": [
                {"id": zones[zone.name], "name": zone.name, "kind": zone.kind, "owner": zone.owner}
                for zone in new.zones
            ],
            "elements": [
                {
                    "id": elements[each.name],
                    "kind": each.kind,
                    "zone": zones[each.zone],
                    "personal": each.personal,
                    "note": each.note,
                }
                for each in new.elements
            ],
            "flows": [
                {"id": flows[str(flow)], "carries": flow.carries, "personal": flow.personal, "note": flow.note}
                for flow in new.flows
            ],
            "exclusions": [asdict(each) | {"element": elements[each.element]} for each in new.exclusions],
        }
        self._keep(ours, foreign)
        writer.finish(self.document, ours)
        if self.added and writer.asks:
            self.notes.append(writer.asks)
        return tuple(self.notes)

    def _id(self, kind: str, was: str | None, name: str) -> tuple[str, Part | None]:
        """Return the id of a part of the new drawing, and what it `was` in the file, if it was there."""
        if was is not None:
            part = self.base.parts[kind][was]
            return part.id, part
        plain = normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        short = re.sub(r"[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-")
        first = id_ = short if len(short) > 1 else f"{kind[:-1]}-{short}".strip("-")
        number = 1
        while id_ in self.taken:
            number += 1
            id_ = f"{first}-{number}"
        self.taken.add(id_)
        return id_, None

    def _store(self, part: Part | None, before: Entry | None, after: Entry) -> None:
        way, entry = after
        if part is None:
            self.added = True
            there: Any = self.document
            for step in way:
                there = there[step]
            there.append(entry)
        elif part.node is not None and before is not None and not part.back:
            _put(part.node.value, before[1], entry)  # of another kind now, it stays in its list all the same

    def _flow_pairs(self, element_of: dict[str, str]) -> dict[str, str]:
        """Return which flow of the file each flow is; both halves of one that goes both ways, or neither of them."""
        new, parts = self.new, self.base.parts["flows"]
        ends = [f"{element_of.get(f.source, '')} \u2192 {element_of.get(f.target, '')}: {f.label}" for f in new.flows]
        found = _pairs(list(parts), ends)
        of = {str(flow): found[end] for flow, end in zip(new.flows, ends, strict=True) if end in found}
        by_id = {parts[was].id: flow for flow in new.flows if (was := of.get(str(flow)))}
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
                _put(part.node.value, {}, flag)
        return of

    def _remove(self, pairs: dict[str, dict[str, str]]) -> None:
        """Take out of the file what is drawn no longer, and say what went with it, and what has another name."""
        gone: list[str] = []
        lost = 0
        for kind, of in pairs.items():
            left = set(of.values())
            for was, part in self.base.parts[kind].items():
                if was in left or part.node is None or part.back:
                    continue
                gone.append(was)
                lost += sum(1 for _ in leaves(part.node.value))
                there: Any = self.document
                for step in part.node.path[:-1]:
                    there = there[step]
                there[:] = [each for each in there if each is not part.node.value]
            if kind != "flows":
                self.notes += [f"{was!r} is called {now!r} now" for now, was in of.items() if now != was]
        if gone:
            names = listed([repr(name) for name in gone[:5]]) + (f", and {len(gone) - 5} more" if len(gone) > 5 else "")
            self.notes.append(f"{counted(lost, 'value')} went with what was taken out of the drawing: {names}")

    def _keep(self, ours: dict[str, Any], foreign: Origin | None) -> None:
        """Put into the file what only we know, and the file of a third tool from which the drawing came."""
        there = self.document
        for step in self.writer.ours[:-1]:
            if not isinstance(there.get(step), dict):
                there[step] = {}
            there = there[step]
        last = self.writer.ours[-1]
        before = (there.get(last) or {}).get("origin")
        if foreign is not None:
            before = asdict(foreign)
        there[last] = ours | ({"origin": before} if before else {})


def _pairs(old: Sequence[str], new: Sequence[str]) -> dict[str, str]:
    """Return for each new name the old one that it stands for: the same, or the one in whose place it stands."""
    there = set(old)
    pairs = {name: name for name in new if name in there}
    free = there - set(pairs)
    for what, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "replace" and j - i == m - k:
            pairs |= {now: was for was, now in zip(old[i:j], new[k:m], strict=True) if now not in pairs and was in free}
    return pairs


def _put(there: dict[str, Any], before: dict[str, Any], after: dict[str, Any]) -> None:
    """Change in an object of the file what is not as it was `before`; all else stays."""
    for key, value in after.items():
        if isinstance(value, dict):
            if not isinstance(there.get(key), dict):
                there[key] = {}
            _put(there[key], before.get(key) or {}, value)
        elif key not in before or before[key] != value:
            there[key] = value
