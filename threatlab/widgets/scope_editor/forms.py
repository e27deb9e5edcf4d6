"""The scope editor's forms: each asks for one change to the drawing, and says beside it why a change can't be made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import ipywidgets as widgets

from threatlab.dataflow import CARRIES, ELEMENT_KINDS, ZONE_KINDS, DataFlow
from threatlab.errors import ThreatLabError
from threatlab.widgets.base.parts import box, button

FORMS = {
    "element": ("Add an element", "Add a person, a process, a model, a data store or a tool"),
    "flow": ("Add a flow", "Draw what goes from one element to another"),
    "zone": ("Add a zone", "Add a trust zone"),
    "exclude": ("Leave out", "Leave an element out of the assessment, for a reason, or take it back in"),
    "remove": ("Take away", "Take something out of the drawing as if it did not exist"),
}
"""What a learner may want to change: the words on its button, and its tooltip."""

CHOOSE = ("choose\u2026", "")
"""First entry of every list that has no sensible first choice."""


class Form:
    """Labeled fields, a button that hands their values to `act`, and the sentence why it could not be done.

    What was entered stays in the fields until it has been accepted.
    """

    def __init__(
        self,
        fields: Mapping[str, widgets.Widget],
        submit: tuple[str, str],
        act: Callable[..., None],
        meanings: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.fields = dict(fields)
        self._act = act
        self.problem = widgets.HTML()
        children: list[widgets.Widget] = []
        for name, field in self.fields.items():
            field.add_class("tl-check" if isinstance(field, widgets.Checkbox) else "tl-field")
            meaning = (meanings or {}).get(name)
            children.append(box("tl-pair", [field, _explained(field, meaning)]) if meaning else field)
        self.button = button(*submit, self.submit)
        self.widget = box("tl-form", [*children, self.button, self.problem])

    def submit(self) -> None:
        """Do what the form asks for; a mistake is told beside it, and nothing that was entered is lost."""
        try:
            self._act(**{name: field.value for name, field in self.fields.items()})
        except ThreatLabError as problem:
            self.problem.value = f'<p class="tl-problem" role="alert">{escape(str(problem))}.</p>'
            return
        self.problem.value = ""
        for field in self.fields.values():
            if isinstance(field, widgets.Text):
                field.value = ""
            elif isinstance(field, widgets.Checkbox):
                field.value = False

    def offer(self, name: str, options: Sequence[tuple[str, Any]]) -> None:
        """Put other entries into a list, and keep what was chosen if it is still among them."""
        field = self.fields[name]
        if tuple(field.options) != tuple(options):
            chosen = field.value
            field.options = options
            field.value = chosen if chosen in [value for _, value in options] else options[0][1]


def element_form(act: Callable[..., None]) -> Form:
    """Return the form for one more element."""
    fields = {
        "name": widgets.Text(description="Name of the element"),
        "kind": widgets.Dropdown(options=list(ELEMENT_KINDS), value="process", description="Kind"),
        "zone": widgets.Dropdown(options=[CHOOSE], description="Trust zone"),
        "personal": widgets.Checkbox(description="It holds personal data", indent=False),
    }
    return Form(fields, ("Add the element", "Add it to the drawing"), act, {"kind": ELEMENT_KINDS})


def flow_form(act: Callable[..., None]) -> Form:
    """Return the form for one more flow."""
    fields = {
        "source": widgets.Dropdown(options=[CHOOSE], description="From"),
        "target": widgets.Dropdown(options=[CHOOSE], description="To"),
        "label": widgets.Text(description="What flows, in a few words"),
        "carries": widgets.Dropdown(options=list(CARRIES), description="It carries"),
        "personal": widgets.Checkbox(description="It carries personal data", indent=False),
    }
    return Form(fields, ("Draw the flow", "Draw it as an arrow"), act, {"carries": CARRIES})


def zone_form(act: Callable[..., None]) -> Form:
    """Return the form for one more trust zone."""
    fields = {
        "name": widgets.Text(description="Name of the zone"),
        "kind": widgets.Dropdown(options=list(ZONE_KINDS), value="own", description="Kind"),
        "owner": widgets.Text(description="Who decides what runs there"),
    }
    return Form(fields, ("Add the zone", "Add it as a lane"), act, {"kind": ZONE_KINDS})


def exclude_form(act: Callable[..., None]) -> Form:
    """Return the form that leaves an element out."""
    fields = {
        "element": widgets.Dropdown(options=[CHOOSE], description="Element"),
        "reason": widgets.Text(description="Why it needs no assessment here"),
        "owner": widgets.Text(description="Who answers for its risk instead"),
        "review": widgets.Text(description="When, or on what event, this is looked at again"),
    }
    return Form(fields, ("Leave it out", "Leave the element out of scope"), act)


def include_form(act: Callable[..., None]) -> Form:
    """Return the form that takes an element back in."""
    fields = {"element": widgets.Dropdown(options=[CHOOSE], description="Left out so far")}
    return Form(fields, ("Take it back in", "Put the element back in scope"), act)


def remove_form(act: Callable[..., None]) -> Form:
    """Return the form that takes something out of the drawing."""
    fields = {"name": widgets.Dropdown(options=[CHOOSE], description="Element, flow or empty zone")}
    return Form(fields, ("Take it away", "Take it out of the drawing; Undo brings it back"), act)


def fill(forms: Mapping[str, Form], drawing: DataFlow) -> None:
    """Offer in each list what the drawing has."""
    names = [(element.name, element.name) for element in drawing.elements]
    zones = [(f"{zone.name} ({zone.kind})", zone.name) for zone in drawing.zones]
    forms["element"].offer("zone", [CHOOSE, *zones])
    for end in ("source", "target"):
        forms["flow"].offer(end, [CHOOSE, *names])
    inside = [(name, name) for name, _ in names if name not in drawing.left_out]
    forms["exclude"].offer("element", [CHOOSE, *inside])
    forms["include"].offer("element", [CHOOSE, *[(e.element, e.element) for e in drawing.exclusions]])
    flows = [(f"flow {number}: {flow}", number) for number, flow in drawing.numbered.items()]
    standing = {element.zone for element in drawing.elements}
    empty = [(f"zone {zone.name}", zone.name) for zone in drawing.zones if zone.name not in standing]
    forms["remove"].offer("name", [CHOOSE, *names, *flows, *empty])


def _explained(field: widgets.Dropdown, meanings: Mapping[str, str]) -> widgets.HTML:
    """Return the line that tells what the chosen word means, and follows the choice."""
    said = widgets.HTML()

    def tell(word: str) -> None:
        said.value = f'<p class="tl-sub tl-meaning"><b>{escape(word)}</b>: {escape(meanings[word])}</p>'

    tell(field.value)
    field.observe(lambda change: tell(change["new"]), "value")
    return said
