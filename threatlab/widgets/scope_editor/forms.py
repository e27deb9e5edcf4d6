"""The scope editor's forms: each asks for one change to the drawing, and is what one of its actions takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import SimpleNamespace

from threatlab.catalog import ASSETS, catalog
from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, DataFlow, Element, Flow, Zone
from threatlab.dataflow.parts import NOBODY, NOTHING
from threatlab.dataflow.who import Named, adversaries_at, assets_of
from threatlab.widgets.base.html import Html, Option, button, check, checks, choice, field, form, markup, problem, tag
from threatlab.widgets.scope_editor.state import ScopeState

FORMS = {
    "element": ("Add an element", "Add a person, a process, a model, a data store or a tool"),
    "flow": ("Add a flow", "Draw what goes from one element to another"),
    "zone": ("Add a zone", "Add a trust zone"),
    "change": ("Change or take away", "Change an element, a flow or a zone, or take it away"),
    "exclude": ("Leave out", "Leave an element out of the assessment, for a reason, or take it back in"),
    "name": ("Name and save", "Say what the drawing is of, and save it in a file"),
}
"""What a learner may want to change: the words on its button, and its tooltip."""

_CHOOSE: Option = ("choose\u2026", "")
"""First entry of every list that has no sensible first choice."""

Part = Zone | Element | Flow
Typed = Callable[[Html], Html]
"""Puts what is typed into a place that begins anew once its form is accepted."""


def forms(state: ScopeState, place: str) -> Html:
    """Return all forms, the open one in sight: what was typed into another stays until it is opened again.

    What was typed or ticked in a form goes once its action is accepted; its lists stay. `place` is where the drawing
    is saved.
    """
    drawing = state.drawing

    def anew(act: str) -> Typed:
        return lambda typed: tag("div", typed, data_key=f"{act}-{state.accepted.count(act)}")

    by_name = {
        "element": form(
            "add", *element_fields(drawing, anew("add")), submit="Add the element", hint="Add it to the drawing"
        ),
        "flow": form(
            "connect", *flow_fields(drawing, anew("connect")), submit="Draw the flow", hint="Draw it as an arrow"
        ),
        "zone": form("add_zone", *zone_fields(anew("add_zone")), submit="Add the zone", hint="Add it as a lane"),
        "change": _change(drawing, state.picked),
        "exclude": _leave_out(drawing, anew("exclude")),
        "name": _name(drawing, place, state.standing),
    }
    return markup(*(tag("div", made, hidden=name != state.form) for name, made in by_name.items()))


def parts_of(drawing: DataFlow) -> dict[str, Part]:
    """Return every zone, element and flow of a drawing by its key: what it is called in a list."""
    return (
        {element.name: element for element in drawing.elements}
        | {f"flow {number}: {flow}": flow for number, flow in drawing.numbered.items()}
        | {f"zone {zone.name}": zone for zone in drawing.zones}
    )


def _same(typed: Html) -> Html:
    return typed


_NEW_ELEMENT = SimpleNamespace(name="", kind="process", zone="", personal=False, assets=(), worth="")
_NEW_FLOW = SimpleNamespace(source="", target="", label="", carries="questions", personal=False, adversaries=())
_NEW_ZONE = SimpleNamespace(name="", kind="own", owner="")
"""What stands in the forms of what isn't drawn yet."""


def element_fields(drawing: DataFlow, anew: Typed = _same, element: Element | None = None) -> list[Html]:
    """Return what is asked of an element, as it is if there is one."""
    now = element or _NEW_ELEMENT
    zones = [(f"{zone.name} ({zone.kind})", zone.name) for zone in drawing.zones]
    return [
        anew(field("Name of the element", "name", now.name)),
        choice("Trust zone", "zone", [_CHOOSE, *zones], now.zone),
        _explained("Kind of element", "kind", ELEMENT_KINDS, now.kind),
        anew(check("It holds personal data", "personal", value=now.personal)),
        anew(
            checks(
                "What is worth something there",
                "assets",
                {asset: asset for asset in (*ASSETS, NOTHING)},
                now.assets,
                _unsaid(assets_of(drawing, element.name) if element else None),
            )
        ),
        anew(field("What that is worth to the business", "worth", now.worth, class_="tl-wide")),
    ]


def flow_fields(drawing: DataFlow, anew: Typed = _same, flow: Flow | None = None) -> list[Html]:
    """Return what is asked of a flow, as it is if there is one."""
    now = flow or _NEW_FLOW
    elements = [_CHOOSE, *(each.name for each in drawing.elements)]
    return [
        choice("From", "source", elements, now.source),
        choice("To", "target", elements, now.target),
        anew(field("What flows, in a few words", "label", now.label)),
        _explained("It carries", "carries", CARRIES, now.carries),
        anew(check("It carries personal data", "personal", value=now.personal)),
        anew(
            checks(
                "Who can be at its outer end",
                "adversaries",
                {each.id: each.title for each in catalog().adversaries.values()} | {NOBODY: NOBODY},
                now.adversaries,
                _unsaid(adversaries_at(drawing, drawing.flows.index(flow) + 1) if flow else None),
            )
        ),
    ]


def _unsaid(read: Named | None) -> str:
    """Return what holds as long as none is ticked: what we read in the drawing, if there is something to read yet."""
    if read is None:
        return "None ticked: it is read from the drawing, and marked as our reading."
    return "" if read.said else f"None ticked: {read.words or 'nothing and nobody that we could read from it'}."


def zone_fields(anew: Typed = _same, zone: Zone | None = None) -> list[Html]:
    """Return what is asked of a zone, as it is if there is one."""
    now = zone or _NEW_ZONE
    return [
        anew(field("Name of the zone", "name", now.name)),
        anew(field("Who decides what runs there", "owner", now.owner)),
        _explained("Kind of zone", "kind", ZONE_KINDS, now.kind),
    ]


def _change(drawing: DataFlow, picked: str) -> Html:
    """Return the list of all parts, and the fields of the one that is picked."""
    parts = parts_of(drawing)
    pick = choice(
        "Element, flow or zone",
        "part",
        [_CHOOSE, *parts],
        picked,
        act="pick",
        class_="tl-part",
    )
    part = parts.get(picked)
    if part is None:
        return markup(pick, problem("pick"))
    of: str | int
    if isinstance(part, Element):
        act, asked, of = "change_element", element_fields(drawing, element=part), part.name
    elif isinstance(part, Flow):
        act, asked, of = "change_flow", flow_fields(drawing, flow=part), drawing.flows.index(part) + 1
    else:
        act, asked, of = "change_zone", zone_fields(zone=part), part.name
    return markup(
        pick,
        form(act, *asked, submit="Change it", args={"part": of}, key=f"{picked}{part!r}"),
        button("Take it away", "remove", {"name": of}, hint="Take it out of the drawing; Undo brings it back"),
        problem("remove"),
    )


def _leave_out(drawing: DataFlow, anew: Typed) -> Html:
    elements = [each.name for each in drawing.elements]
    left_out = [each.element for each in drawing.exclusions]
    include = form(
        "include",
        choice("Left out so far", "element", [_CHOOSE, *left_out], ""),
        submit="Take it back in",
        hint="Put the element back in scope",
    )
    return markup(
        form(
            "exclude",
            choice("Element", "element", [_CHOOSE, *elements], "", class_="tl-part"),
            anew(field("Why it needs no assessment here", "reason", class_="tl-wide")),
            anew(field("Who answers for its risk instead", "owner")),
            anew(field("When, or on what event, this is looked at again", "review")),
            submit="Leave it out",
            hint="Leave the element out of scope",
        ),
        include if left_out else None,
    )


def _name(drawing: DataFlow, place: str, standing: str) -> Html:
    named = form(
        "describe",
        field("Short name, and that of its file", "name", drawing.name),
        field("Title", "title", drawing.title),
        field("What it is, in a sentence or two", "description", drawing.description, class_="tl-wide"),
        submit="Name it",
        hint="Give the drawing this name, title and description",
        key=repr((drawing.name, drawing.title, drawing.description)),
    )
    return markup(
        named,
        tag(
            "div.tl-buttons.tl-save",
            button("Save", "save", hint="Write the drawing into this file"),
            button(f"Replace {standing}", "save", {"overwrite": True}, hint="The file is replaced by this drawing")
            if standing
            else None,
            tag("span.tl-sub", "in ", tag("code", place)),
        ),
        problem("save"),
    )


def _explained(label: str, name: str, words: Mapping[str, str], value: str) -> Html:
    """Return a list of words, each with what it means."""
    options = [(f"{word} \u2014 {meaning}", word) for word, meaning in words.items()]
    return choice(label, name, options, value, class_="tl-wide")
