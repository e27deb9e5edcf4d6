"""What is worth something in a drawing, and who can be where: as the drawing says, or else as we read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from threatlab.catalog import Adversary, Catalog, catalog
from threatlab.dataflow import DataFlow, Element, Flow
from threatlab.dataflow.landmarks import OUTPUT, OUTSIDE
from threatlab.dataflow.parts import NOBODY, NOTHING
from threatlab.errors import ThreatLabError
from threatlab.words import listed


@dataclass(frozen=True, slots=True)
class Named:
    """Assets or adversaries of one part of a drawing: `names` are kinds of assets, or ids of adversaries.

    `said` is True if the drawing itself names them, or says that there is none, and False where they are our reading of
    its kinds.
    """

    names: tuple[str, ...]
    said: bool

    @property
    def words(self) -> str:
        """The names as they are read, marked where they are our reading; or that there is none, as the drawing says."""
        if self.said and not self.names:
            return "none, by whoever drew it"
        adversaries = catalog().adversaries
        names = ", ".join(adversaries[name].title if name in adversaries else name for name in self.names)
        return f"{names} ({self.mark})" if self.mark else names

    @property
    def mark(self) -> str:
        """The words that mark our reading; none if the drawing says so."""
        return "" if self.said or not self.names else "our reading"


@dataclass(frozen=True, slots=True)
class End:
    """An outer end of a flow: an element where somebody else decides, or a person; and the kind of its zone."""

    name: str
    kind: str
    zone: str
    flow: Flow

    @property
    def sends(self) -> bool:
        """Whether the flow comes from there; else it goes there."""
        return self.flow.source == self.name

    def brings(self, *words: str) -> bool:
        """Tell whether the flow comes from there, and carries one of these words."""
        return self.sends and self.flow.carries in words


def _someone_outside(end: End) -> bool:
    return end.zone in OUTSIDE and (end.kind == "person" or end.zone == "user device")


WHERE: dict[str, Callable[[End], bool]] = {
    "customer": _someone_outside,
    "competitor": lambda end: _someone_outside(end) and end.flow.carries in ("questions", *OUTPUT),
    "contributor": lambda end: end.zone != "own" and end.brings("training data", "model files"),
    "insider": lambda end: end.zone == "own" and end.kind == "person",
    "supplier": lambda end: end.zone == "third party",
    "author": lambda end: end.zone != "own" and end.kind != "model" and end.brings("documents"),
    "thief": lambda end: end.brings("credentials") or (end.zone == "own" and end.kind == "person"),
    "intruder": lambda end: end.zone == "internet" and end.brings("actions"),
}
"""Where we read an adversary of the catalog in a drawing that doesn't say: judged by this project's authors."""


def outer_ends(drawing: DataFlow, flow: Flow) -> tuple[End, ...]:
    """Return the ends of a flow that are outer ones: somebody else decides there, or it is a person."""
    ends = (
        End(name, drawing.element(name).kind, drawing.zone_of(name).kind, flow) for name in (flow.source, flow.target)
    )
    return tuple(end for end in ends if end.zone != "own" or end.kind == "person")


def is_one_of_us(drawing: DataFlow, element: Element) -> bool:
    """Tell whether an element is a person in a zone where the drawing's owner decides."""
    return element.kind == "person" and drawing.zone_of(element.name).kind == "own"


def adversaries_at(drawing: DataFlow, number: int) -> Named:
    """Return who can be at an outer end of the flow of that number.

    Raises
    ------
    ThreatLabError
        If `drawing` is no DataFlow, or has no such flow.
    """
    _check(drawing)
    flow = drawing.flow(number)
    if flow.adversaries:
        return _as_said(flow.adversaries)
    ends = outer_ends(drawing, flow)
    return Named(tuple(name for name, is_there in WHERE.items() if any(map(is_there, ends))), said=False)


def assets_of(drawing: DataFlow, element: str) -> Named:
    """Return what is worth something at an element.

    Of what the drawing doesn't say, we read models and their files, data that are kept, and people whom data are about,
    wherever you, or those who use your system, decide. Money and reputation show in no drawing: they have to be named.

    Raises
    ------
    ThreatLabError
        If `drawing` is no DataFlow, or has no such element.
    """
    _check(drawing)
    part = drawing.element(element)
    if part.assets:
        return _as_said(part.assets)
    if part.kind == "person" or drawing.zone_of(element).kind not in ("own", "user device"):
        return Named((), said=False)
    files = part.kind == "data store" and any(flow.carries == "model files" for flow in drawing.flows_of(element))
    shows = {
        "model": part.kind == "model" or files,
        "data": (part.kind == "data store" and not files) or part.personal,
        "people": part.personal,
    }
    return Named(tuple(asset for asset, is_so in shows.items() if is_so), said=False)


def attack_surface(drawing: DataFlow) -> dict[int, Named]:
    """Return the flows in scope at which an adversary can be, by number, each with who.

    Raises
    ------
    ThreatLabError
        If `drawing` is no DataFlow.
    """
    _check(drawing)
    found = {n: adversaries_at(drawing, n) for n, flow in drawing.numbered.items() if drawing.in_scope(flow)}
    return {number: named for number, named in found.items() if named.names}


def whom_threats_serve(terms: Catalog, drawing: DataFlow | None) -> dict[str, tuple[Adversary, ...]]:
    """Return, by threat, the adversaries of a catalog whom it serves: of those, whoever can be in the drawing.

    Without a drawing, or in one where we could read nobody and nobody has said anything, they are all there.
    """
    serves = {threat: terms.adversaries_of(threat) for threat in terms.threats}
    if drawing is None:
        return serves
    there = {name for named in attack_surface(drawing).values() for name in named.names}
    if not there and not any(flow.adversaries for flow in drawing.flows):
        return serves
    return {threat: tuple(each for each in several if each.id in there) for threat, several in serves.items()}


def within_reach(drawing: DataFlow, number: int) -> tuple[str, ...]:
    """Return the elements within reach of whoever is at an outer end of the flow of that number, the nearest first.

    What they send goes on along flows, whatever these carry; where they get something, it comes along flows.
    """
    flow = drawing.flow(number)
    sends = {end.sends for end in outer_ends(drawing, flow)} or {True}
    found: list[str] = []
    for is_sent in sorted(sends, reverse=True):
        names = [flow.target if is_sent else flow.source]
        for name in names:  # grows while it is walked
            ends = ((f.source, f.target) if is_sent else (f.target, f.source) for f in drawing.flows)
            names += [far for near, far in dict.fromkeys(ends) if near == name and far not in names]
        found += names
    return tuple(name for name in dict.fromkeys(found) if drawing.in_scope(drawing.element(name)))


def ways_in(drawing: DataFlow) -> Iterator[tuple[int, str, str]]:
    """Yield a flow's number, an adversary who can be there, and an element within reach that holds what they want."""
    for number, named in attack_surface(drawing).items():
        for adversary in named.names:
            wants = set(catalog().adversaries[adversary].wants)
            for element in within_reach(drawing, number):
                if wants.intersection(assets_of(drawing, element).names):
                    yield number, adversary, element


def said_to_be_none(drawing: DataFlow) -> tuple[str, ...]:
    """Return, in a sentence each, where whoever drew it says that nobody can attack, or that nothing is of worth."""
    flows = [
        f"flow {n}" for n, each in drawing.numbered.items() if NOBODY in each.adversaries and drawing.in_scope(each)
    ]
    elements = [each.name for each in drawing.elements if NOTHING in each.assets and drawing.in_scope(each)]
    said = (("nobody can attack", flows), ("nothing is of worth", elements))
    return tuple(f"Stated by whoever drew it, and not our reading: {what} at {listed(at)}." for what, at in said if at)


def _as_said(names: tuple[str, ...]) -> Named:
    return Named(tuple(name for name in names if name not in (NOBODY, NOTHING)), said=True)


def _check(drawing: DataFlow) -> None:
    if not isinstance(drawing, DataFlow):
        raise ThreatLabError(f"assets and adversaries are read from a DataFlow, not from {drawing!r}")
