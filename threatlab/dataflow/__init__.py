"""The scope of a threat model as a drawing: what is in it, what flows where, and which flows cross a boundary."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

from threatlab.checks import check_flag, check_line, is_whole
from threatlab.dataflow.parts import (
    CARRIES,
    ELEMENT_KINDS,
    LONGEST,
    ZONE_KINDS,
    Case,
    Element,
    Exclusion,
    Flow,
    Zone,
    as_parts,
)
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.fields import Note, Words, keep
from threatlab.words import counted

T = TypeVar("T")

__all__ = [
    "CARRIES",
    "ELEMENT_KINDS",
    "LONGEST",
    "ZONE_KINDS",
    "Case",
    "Crossing",
    "DataFlow",
    "Element",
    "Exclusion",
    "Flow",
    "Zone",
]


@dataclass(frozen=True, slots=True)
class Crossing:
    """A flow that leaves one trust zone for another, with its number in the drawing."""

    number: int
    flow: Flow
    leaves: Zone
    enters: Zone


@dataclass(frozen=True)
class DataFlow:
    """A drawing of one system. It never changes: each of the methods that change something returns a new one.

    Flows are numbered from 1 in the order in which they were drawn. `complete` says that somebody vouches for the
    whole: only then is what isn't drawn said not to be there.

    Raises
    ------
    ThreatLabError
        If a name is given twice, an element stands in a zone that isn't there, a flow comes from or goes to nowhere,
        or what is left out isn't drawn; the sentence names it, and the nearest name.

    Examples
    --------
    >>> drawing = DataFlow("tiny", zones=[Zone("Internet", "internet"), Zone("Ours", "own")])
    >>> drawing = drawing.with_element("Customer", "person", "Internet").with_element("API", "process", "Ours")
    >>> [c.enters.name for c in drawing.with_flow("Customer", "API", "a question", "questions").crossings]
    ['Ours']
    """

    name: Words
    title: Words = ""
    zones: tuple[Zone, ...] = ()
    elements: tuple[Element, ...] = ()
    flows: tuple[Flow, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    complete: bool = False
    description: Note = ""
    source: Note = ""
    case: Case | None = None

    def __post_init__(self) -> None:
        name = check_line("the name of a drawing", self.name, longest=LONGEST)
        texts = {
            "name": name,
            "title": check_line("the title of a drawing", self.title, longest=LONGEST, empty=True) or name,
            "description": check_line("the description of a drawing", self.description, empty=True),
            "source": check_line("the source of a drawing", self.source, empty=True),
        }
        kinds = {"zones": Zone, "elements": Element, "flows": Flow, "exclusions": Exclusion}
        parts = {field: as_parts(field, getattr(self, field), kind) for field, kind in kinds.items()}
        keep(self, **texts, **parts, complete=check_flag("complete of a drawing", self.complete))
        if self.case is not None and not isinstance(self.case, Case):
            raise ThreatLabError(f"the case of a drawing is {self.case!r}, which is no Case(...)")
        self._check()

    def __repr__(self) -> str:
        return (
            f"DataFlow({self.name!r}, {counted(len(self.elements), 'element')} in {counted(len(self.zones), 'zone')}, "
            f"{counted(len(self.flows), 'flow')}, {len(self.crossings)} across a boundary, "
            f"{len(self.exclusions)} left out)"
        )

    @property
    def numbered(self) -> Mapping[int, Flow]:
        """Flows by their number."""
        return MappingProxyType(dict(enumerate(self.flows, start=1)))

    @cached_property
    def crossings(self) -> tuple[Crossing, ...]:
        """The flows that cross a trust boundary: from one zone into another, be it of the same kind."""
        routes = ((n, flow, self.zone_of(flow.source), self.zone_of(flow.target)) for n, flow in self.numbered.items())
        return tuple(Crossing(n, flow, leaves, enters) for n, flow, leaves, enters in routes if leaves != enters)

    @cached_property
    def left_out(self) -> frozenset[str]:
        """Names of the elements that are out of scope."""
        return frozenset(exclusion.element for exclusion in self.exclusions)

    def in_scope(self, part: Element | Flow) -> bool:
        """Tell whether an element is assessed; a flow is, if both its ends are."""
        names = {part.name} if isinstance(part, Element) else {part.source, part.target}
        return names.isdisjoint(self.left_out)

    def element(self, name: str) -> Element:
        """Return the element called `name`, or raise the error that names the nearest."""
        return _find("element", name, self._elements)

    def zone(self, name: str) -> Zone:
        """Return the zone called `name`, or raise the error that names the nearest."""
        return _find("zone", name, self._zones)

    def zone_of(self, element: str) -> Zone:
        """Return the zone in which an element stands."""
        return self.zone(self.element(element).zone)

    def flows_of(self, element: str) -> tuple[Flow, ...]:
        """Return the flows that begin or end at an element: they go when it goes."""
        return tuple(flow for flow in self.flows if element in (flow.source, flow.target))

    def with_zone(self, name: str, kind: str, owner: str = "") -> DataFlow:
        """Return the drawing with one more zone."""
        return replace(self, zones=(*self.zones, Zone(name, kind, owner)))

    def with_element(self, name: str, kind: str, zone: str, **said: Any) -> DataFlow:
        """Return the drawing with one more element; `said` are other fields of `Element`, such as `personal=True`."""
        return replace(self, elements=(*self.elements, Element(name, kind, zone, **said)))

    def with_flow(self, source: str, target: str, label: str, carries: str, **said: Any) -> DataFlow:
        """Return the drawing with one more flow; `said` are the other fields of `Flow`, such as `personal=True`."""
        return replace(self, flows=(*self.flows, Flow(source, target, label, carries, **said)))

    def without(self, element: str) -> DataFlow:
        """Return the drawing without an element, its flows (`flows_of`) and its exclusion: as if it did not exist."""
        gone, flows = self.element(element).name, self.flows_of(element)
        return replace(
            self,
            elements=tuple(e for e in self.elements if e.name != gone),
            flows=tuple(flow for flow in self.flows if flow not in flows),
            exclusions=tuple(e for e in self.exclusions if e.element != gone),
        )

    def without_flow(self, number: int) -> DataFlow:
        """Return the drawing without the flow of that number; those after it move up by one."""
        gone = self.flow(number)
        return replace(self, flows=tuple(flow for flow in self.flows if flow != gone))

    def without_zone(self, name: str) -> DataFlow:
        """Return the drawing without a zone, which must be empty."""
        gone = self.zone(name)
        if inside := [element.name for element in self.elements if element.zone == gone.name]:
            raise ThreatLabError(f"zone {name!r} is not empty: {', '.join(inside)} would stand nowhere")
        return replace(self, zones=tuple(zone for zone in self.zones if zone != gone))

    def changing_zone(self, part: str, /, **fields: Any) -> DataFlow:
        """Return the drawing with other fields of one zone; what stands in it goes with its name."""
        old = self.zone(part)
        new = replace(old, **fields)
        return replace(
            self,
            zones=tuple(new if zone == old else zone for zone in self.zones),
            elements=tuple(replace(e, zone=new.name) if e.zone == old.name else e for e in self.elements),
        )

    def changing_element(self, part: str, /, **fields: Any) -> DataFlow:
        """Return the drawing with other fields of one element; its flows and its exclusion go with its name."""
        old = self.element(part)
        new = replace(old, **fields)
        elements = tuple(new if element == old else element for element in self.elements)
        _once("element", [element.name for element in elements], "give it a name of its own")

        def renamed(end: str) -> str:
            return new.name if end == old.name else end

        return replace(
            self,
            elements=elements,
            flows=tuple(replace(f, source=renamed(f.source), target=renamed(f.target)) for f in self.flows),
            exclusions=tuple(replace(e, element=renamed(e.element)) for e in self.exclusions),
        )

    def changing_flow(self, number: int, /, **fields: Any) -> DataFlow:
        """Return the drawing with other fields of the flow of that number, which it keeps."""
        old = self.flow(number)
        return replace(self, flows=tuple(replace(old, **fields) if flow == old else flow for flow in self.flows))

    def excluding(self, element: str, reason: str, owner: str, review: str = "") -> DataFlow:
        """Return the drawing with an element left out of the assessment, for a reason that somebody answers for."""
        return replace(self, exclusions=(*self.exclusions, Exclusion(element, reason, owner, review)))

    def including(self, element: str) -> DataFlow:
        """Return the drawing with an element back in scope."""
        if self.element(element).name not in self.left_out:
            raise ThreatLabError(f"{element!r} is in scope already")
        return replace(self, exclusions=tuple(e for e in self.exclusions if e.element != element))

    def finished(self, complete: bool = True) -> DataFlow:
        """Return the drawing with somebody's word that it is whole, or without it."""
        return replace(self, complete=complete)

    def flow(self, number: int) -> Flow:
        """Return the flow of that number, or raise the error that says which there are."""
        if not is_whole(number) or number not in self.numbered:
            have = f"numbers go from 1 to {len(self.flows)}" if self.flows else "there is no flow yet"
            raise ThreatLabError(f"there is no flow {number!r}: {have}")
        return self.numbered[number]

    @cached_property
    def _elements(self) -> Mapping[str, Element]:
        return {element.name: element for element in self.elements}

    @cached_property
    def _zones(self) -> Mapping[str, Zone]:
        return {zone.name: zone for zone in self.zones}

    def _check(self) -> None:
        _once("zone", [zone.name for zone in self.zones], "give it a name of its own")
        _once("element", [element.name for element in self.elements], "give it a name of its own")
        for element in self.elements:
            if element.zone not in (zones := self._zones):
                wrong = unknown_name("zone", element.zone, zones) if zones else "the drawing has no zone yet: add one"
                raise ThreatLabError(f"element {element.name!r} stands in no zone of the drawing: {wrong}")
        names = self._elements
        for flow in self.flows:
            for end, name in (("comes from", flow.source), ("goes to", flow.target)):
                if name not in names:
                    raise ThreatLabError(
                        f"the flow {flow.label!r} {end} nowhere: {unknown_name('element', name, names)}"
                    )
        _once("flow", [str(flow) for flow in self.flows], "say in its label what is different about it")
        for exclusion in self.exclusions:
            if exclusion.element not in names:
                wrong = unknown_name("element", exclusion.element, names)
                raise ThreatLabError(f"only what is drawn can be left out: {wrong}")
        _once("exclusion of", [exclusion.element for exclusion in self.exclusions], "once is enough")


def _find(kind: str, name: object, found: Mapping[str, T]) -> T:
    if not isinstance(name, str) or name not in found:
        have = unknown_name(kind, name, found) if found else f"the drawing has no {kind} yet"
        raise ThreatLabError(have)
    return found[name]


def _once(kind: str, names: list[str], advice: str) -> None:
    """Refuse a name that is given twice; upper and lower case are one name to a reader."""
    for folded, times in Counter(name.casefold() for name in names).items():
        if times > 1:
            twice = next(name for name in names if name.casefold() == folded)
            raise ThreatLabError(f"there is a second {kind} {twice!r}: {advice}")
