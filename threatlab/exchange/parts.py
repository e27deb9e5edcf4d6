"""What every reader hands over: parts of another tool's model as its file has them, and what is made of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from typing import Any, SupportsIndex, TypeVar

from threatlab.catalog import Catalog
from threatlab.dataflow import DataFlow, Element, Exclusion, Flow, Zone
from threatlab.dataflow.facts import system_from
from threatlab.errors import ThreatLabError, nearest
from threatlab.exchange.assessed import Assessed
from threatlab.exchange.match import Match
from threatlab.exchange.node import Node
from threatlab.report import ThreatModel
from threatlab.report.records import Origin
from threatlab.system import AISystem, system_from_table
from threatlab.words import counted

OURS = "threatlab"
"""The name under which other tools' files hold what only we know: kinds, notes, reasons."""

UNSAID = "unsaid"
"""The key in there under which stand the controls of which nobody has said whether they are in place."""

NOT_SAID = "zone-not-stated"
"""The id of the zone for elements of which a file says none."""

BACK = "#back"
"""What stands behind the id of a flow that goes both ways, for its second half."""


@dataclass(slots=True)
class Part:
    """A zone, an element or a flow, under the names that its file gives.

    `kind` is the kind of a zone or element, or what a flow carries, where the format says so; else "", and `default`
    is what is drawn as long as nobody knows (or what `hints` in its texts propose). `source`, `target` and `zone` are
    ids. `out` says whether the file leaves an element out of scope, None if it can't say; `reason` and `owner` go with
    it. `asked` says that its kind was drawn, and nobody has answered for it. `node` is None where the file names a part
    without describing it. `back` marks the second half of a flow that
    goes both ways, and is the way to the flag in its node that says so. `at` is the element's place on a canvas, where
    that tells its zone. `assets` are the kinds that are worth something at an element, as the file has it.
    """

    id: str
    name: str
    node: Node | None
    kind: str = ""
    default: str = ""
    hints: str = ""
    zone: str = ""
    source: str = ""
    target: str = ""
    personal: bool = False
    note: str = ""
    owner: str = ""
    out: bool | None = None
    reason: str = ""
    back: tuple[str, ...] = ()
    at: str = ""
    asked: bool = False
    assets: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """Where it stands in its file, as a sentence says it."""
        return repr(self.name[:60]) if self.node is None else self.node.where


@dataclass(slots=True)
class Claim:
    """A threat or a mitigation that a file lists: `done` is whether a mitigation is in place, None if it isn't said.

    `id` is the one that its file gives it: by that, what we have written is known again.
    """

    title: str
    text: str = ""
    done: bool | None = None
    id: str = ""


@dataclass(slots=True)
class Found:
    """What a reader found. `ours` is what we kept there.

    `undrawn` are parts that no drawing of ours can show, each with why. `asks` are questions on the whole, such as what
    a picture shows that no reader can read.
    """

    title: str
    description: str = ""
    owner: str = ""
    zones: list[Part] = field(default_factory=list)
    elements: list[Part] = field(default_factory=list)
    flows: list[Part] = field(default_factory=list)
    threats: list[Claim] = field(default_factory=list)
    mitigations: list[Claim] = field(default_factory=list)
    undrawn: list[tuple[Part, str]] = field(default_factory=list)
    asks: list[str] = field(default_factory=list)
    ours: Node | None = None


Entry = tuple[tuple[str | int, ...], dict[str, Any]]
"""The way to a list in a file, and what stands in it for one part."""


@dataclass(frozen=True, slots=True)
class Writer:
    """How a drawing is written in a format, part by part.

    `empty` is a new file without parts. `head`, `zone`, `element` and `flow` return what the format itself says of a
    drawing or a part: for a part, the way to its list, and the entry. `prepare` sees that these lists are there,
    `finish` does what needs the whole, such as places on a canvas (it takes the file and what we keep in it), and
    `findings` adds what an assessment found. `ours` is the way to what we keep: kinds, notes, whatever the format has
    no word for. `asks` says which values the format needs and we don't have of a new part, and `asks_of_findings` of
    what was found.
    """

    empty: Callable[[], dict[str, Any]]
    head: Callable[[DataFlow], dict[str, Any]]
    zone: Callable[[str, Zone], Entry]
    element: Callable[[str, Element, str, Exclusion | None], Entry]
    flow: Callable[[str, Flow, str, str], Entry]
    findings: Callable[[dict[str, Any], Assessed, Catalog], None]
    ours: tuple[str, ...]
    prepare: Callable[[dict[str, Any]], None] = lambda _file: None
    finish: Callable[[dict[str, Any], dict[str, Any]], None] = lambda _file, _ours: None
    asks: str = ""
    asks_of_findings: str = ""


@dataclass(frozen=True, slots=True)
class Format:
    """Another tool's format: what it is called, how it is recognized and read, and how it is written, if it is."""

    name: str
    title: str
    recognizes: Callable[[dict[str, Any]], bool]
    read: Callable[[Node], Found]
    writer: Writer | None = None

    def __reduce_ex__(self, protocol: SupportsIndex) -> str | tuple[Any, ...]:
        """Send one of ours to another process by its name: that has it, too, and what it does can't be sent."""
        return (_format, (self.name,)) if _format(self.name) is self else object.__reduce_ex__(self, protocol)


def _format(name: str) -> Format | None:
    from threatlab.exchange.registry import FORMATS

    return FORMATS.get(name)


@dataclass(frozen=True, slots=True)
class Question:
    """What a file leaves open about a part: `part` is a zone's or element's name, a flow (`str`), or a control's id.

    `choices` are the answers that there are, `proposal` the one that something in the file hints at, for the reason
    `because`; until it is answered, `drawn` is what stands in the drawing.
    """

    about: str
    part: str
    asks: str
    choices: tuple[str, ...] = ()
    proposal: str = ""
    because: str = ""
    drawn: str = ""


@dataclass(frozen=True, slots=True)
class Matched:
    """A threat or mitigation of a file, and what it is in our catalog, and why: None if that isn't sure.

    `candidates` are what it may be, where its words speak of several.
    """

    claim: Claim
    match: Match | None
    candidates: tuple[Match, ...] = ()
    written_by_us: bool = False


@dataclass(frozen=True, slots=True)
class Import:
    """A model of another tool, as we read it: its drawing, and everything else of it in `origin`, untouched.

    `used` and `kept` count the values of the file: those that were read, and those that are kept as they are.
    `parts` tells of each zone's and element's name, and of each flow (`str`), what it was made of.
    """

    format: Format
    drawing: DataFlow
    owner: str
    threats: tuple[Matched, ...]
    mitigations: tuple[Matched, ...]
    questions: tuple[Question, ...]
    undrawn: tuple[tuple[Part, str], ...]
    used: int
    kept: int
    origin: Origin
    parts: dict[str, dict[str, Part]]

    @property
    def model(self) -> ThreatModel:
        """The file as a threat model: what its drawing shows, and of each control that it lists, what it says."""
        notes = {each.part: each.because for each in self.questions if each.about == "control"}
        answers = {each.match.id: each.claim.done for each in self.mitigations if each.match and each.written_by_us}
        base = AISystem(self.drawing.name, owner=self.owner).with_(**answers)
        system = system_from(self.drawing, base).to_dict()
        system["notes"] |= notes
        return ThreatModel(system_from_table(system), drawing=self.drawing, origin=self.origin)

    @property
    def statement(self) -> str:
        """What became of the file, in numbers."""
        return (
            f"{counted(self.used, 'value')} used, {self.kept} kept as they are, "
            f"{counted(len(self.questions), 'question')} to answer"
        )


def origin_of(format_: Format, document: Any) -> Origin:
    """Return a file's content as it is kept: in characters that every file of ours can hold.

    Raises
    ------
    ThreatLabError
        If a number in it is too large to be written again.
    """
    try:
        return Origin(format_.name, json.dumps(document, separators=(",", ":"), allow_nan=False))
    except ValueError:
        raise ThreatLabError("a number in it is too large to be one, such as 1e999: mend it") from None


def add_undescribed(found: Found) -> None:
    """Add the zones that elements name and the file doesn't describe, as published models have them."""
    known = {zone.id for zone in found.zones}
    for id_ in dict.fromkeys(element.zone for element in found.elements if element.zone not in known):
        found.zones.append(Part(id_, _undescribed(id_), None, default="own", hints=id_))


def describe_empty(
    zones: list[dict[str, Any]], key: str, ours: dict[str, Any], entry: Callable[[str, Zone], Entry]
) -> None:
    """Add to the zones of a file, whose ids stand under a key, those of `ours` that nothing in it names any more."""
    there = {*(each["zone"] for each in ours["elements"]), *(str(each[key]) for each in zones if each)}
    for each in ours["zones"]:
        if each["id"] not in there:
            name = each.get("name", _undescribed(each["id"]))
            zones.append(entry(each["id"], Zone(name, each["kind"]))[1])


def _undescribed(zone: str) -> str:
    return "Zone not stated" if zone == NOT_SAID else zone


T = TypeVar("T", Part, Node)


def by_id(kind: str, entries: Iterable[T], key: Callable[[T], str]) -> dict[str, T]:
    """Return entries of one kind by their ids, which `key` tells.

    Raises
    ------
    ThreatLabError
        If an id is given twice.
    """
    found: dict[str, T] = {}
    for entry in entries:
        id_ = key(entry)
        if id_ in found:
            both = f"{found[id_].where}; {entry.where}"
            raise ThreatLabError(f"the id {id_[:60]!r} is given to two of the {kind} ({both}): give each its own")
        found[id_] = entry
    return found


def there(part: Part | Node, what: str, wanted: str, known: Collection[str]) -> str:
    """Return an id that an entry refers to.

    Raises
    ------
    ThreatLabError
        If there is nothing of that id.
    """
    if wanted not in known:
        near = nearest(wanted[:60], tuple(known)[:500])
        way_out = f"did you mean {near[:60]!r}?" if near else "mend it, or add what it means"
        raise ThreatLabError(f"{part.where}: {what} {wanted[:60]!r} points nowhere: {way_out}")
    return wanted
