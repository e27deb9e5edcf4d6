"""What a file leaves open, as questions with their answers; and what an answer makes of the drawing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from threatlab.checks import check_choice
from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, DataFlow, Element, Flow, Zone
from threatlab.errors import ThreatLabError
from threatlab.exchange.hints import ELEMENT, FLOW, ZONE, hint
from threatlab.exchange.match import Match
from threatlab.exchange.parts import Found, Matched, Part, Question
from threatlab.words import listed


def questions_of(  # noqa: PLR0913, PLR0917  # the parts of a drawing
    found: Found,
    drawing: DataFlow,
    zones: Mapping[str, tuple[Part, Zone]],
    elements: Mapping[str, tuple[Part, Element]],
    flows: Mapping[str, tuple[Part, Flow]],
    mitigations: Sequence[Matched],
) -> tuple[Question, ...]:
    """Return the questions that a file leaves open, in the order in which a drawing is read."""
    return (
        *(_zone(part, zone) for part, zone in zones.values() if part.asked or not part.kind),
        *(each for part, element in elements.values() if (each := _element(part, element))),
        *_model(drawing),
        *(_flow(part, flow) for part, flow in flows.values() if part.asked or not part.kind),
        *_controls(mitigations),
        *(Question("drawing", "", each) for each in found.asks),
    )


def answered(drawing: DataFlow, question: Question, answer: str) -> DataFlow:
    """Return the drawing with a question about a zone, an element or a flow answered.

    Raises
    ------
    ThreatLabError
        If the answer is none of the question's choices, the question is about something else, or its part is gone.
    """
    if question.about not in _FIELDS:
        raise ThreatLabError(f"{question.asks!r} is answered by drawing, or in the system: not by a word")
    check_choice("answer", answer, question.choices)
    field = {_FIELDS[question.about]: answer}
    if question.about == "zone":
        return drawing.changing_zone(question.part, **field)
    if question.about == "element":
        return drawing.changing_element(question.part, **field)
    numbers = [number for number, flow in drawing.numbered.items() if str(flow) == question.part]
    if not numbers:
        raise ThreatLabError(f"the flow {question.part!r} is no longer drawn")
    return drawing.changing_flow(numbers[0], **field)


def still_asked(before: DataFlow, after: DataFlow, questions: Sequence[Question]) -> tuple[Question, ...]:
    """Return the questions that a change of the drawing leaves: those about a part that is gone aren't asked."""
    names = [
        {
            "zone": [zone.name for zone in drawing.zones],
            "element": [element.name for element in drawing.elements],
            "flow": [str(flow) for flow in drawing.flows],
        }
        for drawing in (before, after)
    ]
    asked = []
    for question in questions:
        part = question.part
        if question.about in _FIELDS:
            was, now = (each[question.about] for each in names)
            part = now[was.index(part)] if len(was) == len(now) and part in was else part
            if part not in now:
                continue
        asked.append(replace(question, part=part, asks=question.asks.replace(question.part, part)))
    return tuple(asked)


_FIELDS = {"zone": "kind", "element": "kind", "flow": "carries"}


def _zone(part: Part, zone: Zone) -> Question:
    kind, word = hint(part.hints, ZONE)
    because = f"its name says '{word}'" if kind else ""
    if part.node is None:
        because = "; ".join(filter(None, ("the file describes no such zone", because)))
    asks = f"Who decides what runs in {zone.name}?"
    return Question("zone", zone.name, asks, tuple(ZONE_KINDS), kind, because, zone.kind)


def _element(part: Part, element: Element) -> Question | None:
    kind, word = hint(part.hints, ELEMENT)
    if not part.asked and (part.kind or kind in ("", part.default)):
        return None
    because = f"its name or type says '{word}'" if kind else ""
    asks, drawn = f"What is {element.name}?", element.kind
    return Question("element", element.name, asks, tuple(ELEMENT_KINDS), kind, because, drawn)


def _model(drawing: DataFlow) -> Iterator[Question]:
    if drawing.elements and not drawing.complete and not any(each.kind == "model" for each in drawing.elements):
        yield Question("drawing", "", "Which element is the model? None says so; draw it, or change its kind.")


def _flow(part: Part, flow: Flow) -> Question:
    carries, word = hint(part.hints, FLOW)
    because = f"it says '{word}'" if carries else ""
    return Question("flow", str(flow), f"What does this carry: {flow}?", tuple(CARRIES), carries, because, flow.carries)


def _controls(mitigations: Sequence[Matched]) -> Iterator[Question]:
    near: dict[str, tuple[Match, list[Matched]]] = {}
    for each in mitigations:
        if each.match and not each.written_by_us:
            near.setdefault(each.match.id, (each.match, []))[1].append(each)
    for match, all_ in near.values():
        done = {each.claim.done for each in all_}
        proposal = "yes" if done == {True} else "no" if done == {False} else ""
        state = {"yes": "says that it is in place", "no": "says that it is not in place"}.get(proposal, "lists it")
        names = listed([f"'{' '.join(each.claim.title.split())[:60]}'" for each in all_[:3]])
        because = f"the file {state}: {names} ({match.because})"
        yield Question("control", match.id, f"Is this in place: {match.title}?", ("yes", "no"), proposal, because)
