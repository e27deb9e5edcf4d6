"""Makes a drawing of what a reader found, and an import of the whole file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar
from unicodedata import normalize

from threatlab.catalog import Catalog, Control, Threat, catalog
from threatlab.dataflow import LONGEST, Element, Exclusion, Flow, Zone
from threatlab.dataflow.files import drawing_from_table
from threatlab.errors import ThreatLabError
from threatlab.exchange.assessed import unmarked
from threatlab.exchange.hints import ELEMENT, ZONE, hint
from threatlab.exchange.match import Match, match_control, match_threat
from threatlab.exchange.node import Node, leaves
from threatlab.exchange.parts import UNSAID, Claim, Format, Found, Import, Matched, Part, by_id, origin_of, there
from threatlab.exchange.questions import questions_of
from threatlab.words import counted

T = TypeVar("T")
Made = dict[str, tuple[Part, T]]
"""By its id, a part as the file has it, and what stands for it in the drawing."""

MOST = 2_000
"""Zones, elements or flows of one file: more would not fit any picture, nor anybody's head."""

_OURS = ("name", "source", "complete", "case")
"""What a drawing has and no other format does."""


def imported(format_: Format, document: dict[str, Any]) -> Import:
    """Return a file of another tool as an import.

    Raises
    ------
    ThreatLabError
        If the file is not what its format says, or holds what no drawing can; the sentence says where.
    """
    file = Node(document)
    found = format_.read(file)
    for kind, parts in (("zone", found.zones), ("element", found.elements), ("flow", found.flows)):
        if len(parts) > MOST:
            raise ThreatLabError(
                f"it holds {counted(len(parts), kind)}, and a drawing takes {MOST}: import a part of it"
            )
    ours = found.ours or Node({})
    zones = _zones(found, ours)
    elements = _elements(found, ours, zones)
    flows = _flows(found, ours, elements)
    title = _Names().fit(found.title, "drawing")
    texts = {"name": title, "title": title, "description": _line(found.description), **_said(ours.child("drawing"))}
    drawing = replace(
        drawing_from_table(texts),
        zones=tuple(zone for _, zone in zones.values()),
        elements=tuple(element for _, element in elements.values()),
        flows=tuple(flow for _, flow in flows.values()),
        exclusions=tuple(_exclusions(found, ours, elements)),
    )
    terms = catalog()
    mitigations = _matched(found.mitigations, terms.controls, match_control, terms, ours.texts(UNSAID))
    read = Counter(path in file.seen for path, _ in leaves(document))
    return Import(
        format=format_,
        drawing=drawing,
        owner=_line(found.owner),
        threats=_matched(found.threats, terms.threats, match_threat, terms),
        mitigations=mitigations,
        questions=questions_of(found, drawing, zones, elements, flows, mitigations),
        undrawn=tuple(found.undrawn),
        used=read[True],
        kept=read[False],
        origin=origin_of(format_, document),
        parts={
            "zones": {zone.name: part for part, zone in zones.values()},
            "elements": {element.name: part for part, element in elements.values()},
            "flows": {str(flow): part for part, flow in flows.values()},
        },
    )


def _matched(
    claims: list[Claim],
    known: Mapping[str, Threat | Control],
    match: Callable[[str, str, Catalog], tuple[Match, ...]],
    terms: Catalog,
    unsaid: Collection[str] = (),
) -> tuple[Matched, ...]:
    """Return what each claim is of ours: what we have written once, by its id, and any other by its words.

    What we have written at several parts comes once: in place if all of them say so, and unknown if they contradict
    each other, or if it was `unsaid` and nobody has said since that it is in place.
    """
    matched, written = [], {each.id: unmarked(each.id, known) for each in claims}
    for place, claim in enumerate(claims):
        if not (id_ := written[claim.id]):
            found = match(claim.title, claim.text, terms)
            matched.append(Matched(claim, found[0] if len(found) == 1 else None, found if len(found) > 1 else ()))
        elif claim.id not in (each.id for each in claims[:place]):
            said = {each.done for each in claims if each.id == claim.id}
            done = None if len(said) > 1 or (id_ in unsaid and said == {False}) else said.pop()
            written_by_us = Match(id_, known[id_].title, "threatlab wrote it")
            matched.append(Matched(replace(claim, done=done), written_by_us, written_by_us=True))
    return tuple(matched)


def _said(kept: Node) -> dict[str, Any]:
    """Return what we kept of a drawing in another tool's file."""
    said = {key: kept.value[key] for key in _OURS if kept.value.get(key) is not None}
    for key, value in said.items():
        kept.seen |= {(*kept.path, key, *way) for way, _ in leaves(value)}
    return said


def _made(kind: str, parts: list[Part], kept: list[Node], make: Callable[[Part, Node], T]) -> Made[T]:
    """Make each part, in the order in which we kept them; new ones come last. `make` takes a part and what we kept."""
    known, ours = by_id(f"{kind}s", parts, lambda part: part.id), {node.name("id"): node for node in kept}
    made: Made[T] = {}
    for id_ in [*(each for each in ours if each in known), *(each for each in known if each not in ours)]:
        part = known[id_]
        try:
            made[id_] = part, make(part, ours.get(id_, Node({})))
        except ThreatLabError as problem:
            raise ThreatLabError(f"{part.where}: {problem}") from None
    return made


def _zones(found: Found, ours: Node) -> Made[Zone]:
    names = _Names()

    def make(part: Part, kept: Node) -> Zone:
        part.kind, part.asked = kept.text("kind", part.kind), kept.flag("asked")
        name = names.fit(_called(part, kept), "zone")
        return Zone(name, part.kind or hint(part.hints, ZONE)[0] or part.default, _line(kept.text("owner", part.owner)))

    return _made("trust zone", found.zones, ours.each("zones"), make)


def _elements(found: Found, ours: Node, zones: Made[Zone]) -> Made[Element]:
    names = _Names()

    def make(part: Part, kept: Node) -> Element:
        part.kind, part.asked = kept.text("kind", part.kind), kept.flag("asked")
        if part.at and part.at == kept.text("at", ""):
            part.zone = kept.name("zone", part.zone)
        kind = part.kind or hint(part.hints, ELEMENT)[0] or part.default
        zone = zones[there(part, "the trust zone", part.zone, zones)][1].name
        assets = tuple(kept.texts("assets")) if kept.value else part.assets
        worth = _line(kept.text("worth", ""))
        name = names.fit(_called(part, kept), "element")
        return Element(name, kind, zone, *_personal_and_note(part, kept), assets=assets, worth=worth)

    return _made("element", found.elements, ours.each("elements"), make)


def _flows(found: Found, ours: Node, elements: Made[Element]) -> Made[Flow]:
    names = _Names()
    drawn = []
    for part in found.flows:
        why = "goes from an element to itself" if part.source == part.target else ""
        try:
            for end, id_ in (("the source", part.source), ("the target", part.target)):
                there(part, end, id_, elements)
        except ThreatLabError as problem:  # published models have such flows, too
            why = f"has a loose end: {str(problem).removeprefix(f'{part.where}: ')}"
        if not why:
            drawn.append(part)
        elif not part.back:
            found.undrawn.append((part, why))

    def make(part: Part, kept: Node) -> Flow:
        part.kind, part.asked = kept.text("carries", part.kind), kept.flag("asked")
        source, target = (elements[end][1].name for end in (part.source, part.target))
        label = names.fit(_called(part, kept), "unnamed", f"{source} \u2192 {target}: ")
        adversaries = tuple(kept.texts("adversaries"))
        said = _personal_and_note(part, kept)
        return Flow(source, target, label, part.kind or "other", *said, adversaries=adversaries)

    return _made("flow", drawn, ours.each("flows"), make)


def _called(part: Part, kept: Node) -> str:
    """Return what a part is called: as we kept it, as long as its file says what it said then."""
    return kept.text("name") if "name" in kept.value and kept.text("said", "") == part.name else part.name


def _personal_and_note(part: Part, kept: Node) -> tuple[bool, str]:
    personal = kept.flag("personal") if "personal" in kept.value else part.personal
    return personal, _line(kept.text("note", part.note))


def _exclusions(found: Found, ours: Node, elements: Made[Element]) -> list[Exclusion]:
    kept = {node.name("element"): node for node in ours.each("exclusions")}
    made = []
    for id_ in [*kept, *(each for each in elements if each not in kept)]:
        part, element = elements.get(id_, (None, None))
        if part is None or element is None or part.out is False:
            continue
        if id_ in kept:
            texts = [_line(kept[id_].text(key, "")) for key in ("reason", "owner", "review")]
            made.append(Exclusion(element.name, *texts))
        elif part.out and _line(part.reason) and _line(found.owner):
            made.append(Exclusion(element.name, _line(part.reason), _line(found.owner)))
        elif part.out:
            found.asks.append(f"{element.name} is out of scope in the file: why, and who answers for its risk?")
    return made


def _line(text: str) -> str:
    return normalize("NFC", " ".join(text.split()))  # as a drawing has it


class _Names:
    """Gives each part a name that fits a drawing, in one line and like no other."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._last: dict[str, int] = {}

    def fit(self, text: str, default: str, before: str = "") -> str:
        """Return a text as a name, with a number if there is one of its kind already behind what stands `before`."""
        line = _line(text).strip("\ufeff\u200b ") or default
        name = line if len(line) <= LONGEST else f"{line[: LONGEST - 1].rstrip()}\u2026"
        first = (before + name).casefold()
        while (before + name).casefold() in self._taken:
            self._last[first] = self._last.get(first, 1) + 1
            number = f" ({self._last[first]})"
            name = f"{line[: LONGEST - len(number)].rstrip()}{number}"
        self._taken.add((before + name).casefold())
        return name
