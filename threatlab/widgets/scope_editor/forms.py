"""The scope editor's forms: each asks for one change to the drawing, and is what one of its actions takes."""

from __future__ import annotations

from collections.abc import Mapping

from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, DataFlow
from threatlab.widgets.base.html import Html, check, choice, field, form, markup, tag

FORMS = {
    "element": ("Add an element", "Add a person, a process, a model, a data store or a tool"),
    "flow": ("Add a flow", "Draw what goes from one element to another"),
    "zone": ("Add a zone", "Add a trust zone"),
    "exclude": ("Leave out", "Leave an element out of the assessment, for a reason, or take it back in"),
    "remove": ("Take away", "Take something out of the drawing as if it did not exist"),
}
"""What a learner may want to change: the words on its button, and its tooltip."""

_CHOOSE = ("choose\u2026", "")
"""First entry of every list that has no sensible first choice."""


def forms(drawing: DataFlow, opened: str, accepted: tuple[str, ...]) -> Html:
    """Return all forms, the `opened` one in sight: what was typed into another stays until it is opened again.

    What was typed or ticked in a form goes once its action is among those `accepted` once more; its lists stay.
    """

    def anew(act: str, typed: Html) -> Html:
        return tag("div", typed, data_key=f"{act}-{accepted.count(act)}")

    elements = [(element.name, element.name) for element in drawing.elements]
    inside = [(name, name) for name, _ in elements if name not in drawing.left_out]
    left_out = [(exclusion.element, exclusion.element) for exclusion in drawing.exclusions]
    zones = [(f"{zone.name} ({zone.kind})", zone.name) for zone in drawing.zones]
    occupied = {element.zone for element in drawing.elements}
    empty = [(f"zone {zone.name}", zone.name) for zone in drawing.zones if zone.name not in occupied]
    flows = [(f"flow {number}: {flow}", number) for number, flow in drawing.numbered.items()]
    include = form(
        "include",
        choice("Left out so far", "element", [_CHOOSE, *left_out], ""),
        submit="Take it back in",
        hint="Put the element back in scope",
    )
    by_name = {
        "element": form(
            "add",
            anew("add", field("Name of the element", "name")),
            choice("Trust zone", "zone", [_CHOOSE, *zones], ""),
            _explained("Kind of element", "kind", ELEMENT_KINDS, "process"),
            anew("add", check("It holds personal data", "personal")),
            submit="Add the element",
            hint="Add it to the drawing",
        ),
        "flow": form(
            "connect",
            choice("From", "source", [_CHOOSE, *elements], ""),
            choice("To", "target", [_CHOOSE, *elements], ""),
            anew("connect", field("What flows, in a few words", "label")),
            _explained("It carries", "carries", CARRIES, "questions"),
            anew("connect", check("It carries personal data", "personal")),
            submit="Draw the flow",
            hint="Draw it as an arrow",
        ),
        "zone": form(
            "add_zone",
            anew("add_zone", field("Name of the zone", "name")),
            anew("add_zone", field("Who decides what runs there", "owner")),
            _explained("Kind of zone", "kind", ZONE_KINDS, "own"),
            submit="Add the zone",
            hint="Add it as a lane",
        ),
        "exclude": markup(
            form(
                "exclude",
                choice("Element", "element", [_CHOOSE, *inside], ""),
                anew("exclude", field("Why it needs no assessment here", "reason")),
                anew("exclude", field("Who answers for its risk instead", "owner")),
                anew("exclude", field("When, or on what event, this is looked at again", "review")),
                submit="Leave it out",
                hint="Leave the element out of scope",
            ),
            include if left_out else None,
        ),
        "remove": form(
            "remove",
            choice("Element, flow or empty zone", "name", [_CHOOSE, *elements, *flows, *empty], ""),
            submit="Take it away",
            hint="Take it out of the drawing; Undo brings it back",
        ),
    }
    return markup(*(tag("div", made, hidden=name != opened) for name, made in by_name.items()))


def _explained(label: str, name: str, words: Mapping[str, str], value: str) -> Html:
    """Return a list of words, each with what it means."""
    options = [(f"{word} \u2014 {meaning}", word) for word, meaning in words.items()]
    return choice(label, name, options, value, class_="tl-field tl-wide")
