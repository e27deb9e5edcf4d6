"""The scope editor: draw what a system is made of, and watch which facts and which risk follow from the drawing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.assessment import Assessment
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem, list_systems, load_system
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.scope_editor import forms, view
from threatlab.words import counted


class ScopeEditor:
    """A live panel on one drawing: zones, elements, flows and exclusions to change, and what follows from them.

    Display it as the last value of a cell. All that a click does can be done in code: `add`, `connect`, `add_zone`,
    `exclude`, `include`, `remove`, `finish`, `undo`, `reset`, `choose`; `drawing`, `system` and `assessment` are what
    the panel shows now.

    Parameters
    ----------
    drawing
        A DataFlow, the name of a built-in one, or a TOML or JSON file.
    base
        The system that brings the controls: an AISystem, a name or a file. Left out, it is the built-in system of the
        drawing's name, if there is one; without any, every control is unknown.

    Raises
    ------
    ThreatLabError
        If the drawing or the system can't be loaded.
    """

    def __init__(self, drawing: DataFlow | str | Path, base: AISystem | str | Path | None = None) -> None:
        shown = drawing if isinstance(drawing, DataFlow) else load_drawing(drawing)
        controls = base if base is None or isinstance(base, AISystem) else load_system(base)
        self.state = view.ScopeState(shown, shown, controls or _built_in(shown.name))
        self._choices = {name: load_drawing(name) for name in list_drawings()} | {shown.name: shown}
        self._bases = {shown.name: self.state.base}
        self._past: list[DataFlow] = []
        self._changes = Changes()
        self._build()
        self._refresh()

    @property
    def drawing(self) -> DataFlow:
        """The drawing as it is now."""
        return self.state.drawing

    @property
    def system(self) -> AISystem:
        """The system that follows from what is in scope."""
        return system_from(self.drawing, self.state.base)

    @property
    def assessment(self) -> Assessment:
        """The assessment of what is in scope."""
        return self.state.hidden.in_scope

    def add_zone(self, name: str, kind: str, owner: str = "") -> None:
        """Add a trust zone."""
        self._change(self.drawing.with_zone(name, kind, owner), f"Added the zone {name}.")

    def add(self, name: str, kind: str, zone: str, *, personal: bool = False) -> None:
        """Add an element to a zone."""
        self._change(self.drawing.with_element(name, kind, zone, personal=personal), f"Added {name}.")

    def connect(self, source: str, target: str, label: str, carries: str, *, personal: bool = False) -> None:
        """Draw a flow from one element to another."""
        drawing = self.drawing.with_flow(source, target, label, carries, personal=personal)
        number = len(drawing.flows)
        crossing = next((c for c in drawing.crossings if c.number == number), None)
        crosses = f", which crosses from {crossing.leaves.name} into {crossing.enters.name}" if crossing else ""
        self._change(drawing, f"Drew flow {number}{crosses}.")

    def exclude(self, element: str, reason: str, owner: str, review: str = "") -> None:
        """Leave an element out of scope, for a reason that somebody answers for."""
        self._change(self.drawing.excluding(element, reason, owner, review), f"Left out {element}.")

    def include(self, element: str) -> None:
        """Take an element back into scope."""
        self._change(self.drawing.including(element), f"Took {element} back in.")

    def remove(self, name: str | int) -> None:
        """Take an element with its flows, a flow (by its number) or an empty zone out of the drawing."""
        if not isinstance(name, str):
            self._change(self.drawing.without_flow(name), f"Took away flow {name}; those after it moved up.")
        elif name in [zone.name for zone in self.drawing.zones if zone.name not in self._elements()]:
            self._change(self.drawing.without_zone(name), f"Took away the zone {name}.")
        else:
            gone = len(self.drawing.flows_of(name))
            flows = f" and {counted(gone, 'flow')}" if gone else ""
            self._change(self.drawing.without(name), f"Took away {name}{flows}.")

    def finish(self, whole: bool = True) -> None:
        """Say that the drawing is the whole system, or that it is not: then what isn't drawn is unknown again."""
        told = "What isn't drawn is now said not to be there." if whole else "What isn't drawn is unknown again."
        self._change(self.drawing.finished(whole), told)

    def undo(self) -> None:
        """Take back the last change."""
        if not self._past:
            raise ThreatLabError("there is nothing to undo: the drawing is as you found it")
        self._show(self._past.pop(), "Took back the last change.")

    def reset(self) -> None:
        """Go back to the drawing as the panel found it; undo brings back what was drawn."""
        self._change(self.state.start, "Back to the drawing as you found it.")

    def choose(self, name: str) -> None:
        """Show another drawing of the list, and begin anew from it."""
        if not isinstance(name, str) or name not in self._choices:
            raise ThreatLabError(unknown_name("drawing", name, self._choices))
        chosen, self._past = self._choices[name], []
        self.state = view.ScopeState(chosen, chosen, self._bases.get(name, _built_in(name)), form=self.state.form)
        self._refresh()

    def ask(self, form: str) -> None:
        """Open one of the forms: element, flow, zone, exclude or remove."""
        if form not in forms.FORMS:
            raise ThreatLabError(unknown_name("form", form, forms.FORMS))
        self.state = replace(self.state, form=form)
        self._refresh()

    def __repr__(self) -> str:
        now, whole = self.state.hidden.in_scope.risk_score, self.state.hidden.everything.risk_score
        return (
            f"ScopeEditor({self.drawing.name!r}, elements={len(self.drawing.elements)}, "
            f"flows={len(self.drawing.flows)}, crossings={len(self.drawing.crossings)}, "
            f"risk_in_scope={now:.2f}, with_left_out={whole:.2f})"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    def _elements(self) -> list[str]:
        return [element.name for element in self.drawing.elements]

    def _change(self, drawing: DataFlow, told: str) -> None:
        if drawing != self.drawing:
            self._past.append(self.drawing)
        self._show(drawing, told)

    def _show(self, drawing: DataFlow, told: str) -> None:
        before = self.state
        self.state = replace(before, drawing=drawing, told=told)
        self.state = replace(self.state, told=" ".join((told, *view.changed_facts(before, self.state))))
        self._refresh()

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        names = [(drawing.title, name) for name, drawing in self._choices.items()]
        self._picker = widgets.Dropdown(options=names, value=self.drawing.name, description="Drawing")
        self._changes.by_learner(self._picker, self.choose)
        self._undo = button("Undo", "Take back the last change", self.undo)
        self._reset = button("Reset", "Go back to the drawing as you found it", self.reset)
        self._whole = widgets.Checkbox(description="This is the whole system", indent=False)
        self._whole.add_class("tl-check")
        self._changes.by_learner(self._whole, self.finish)
        self._headline, self._told, self._picture = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._facts, self._flows = widgets.HTML(), widgets.HTML()
        self._facts_fold, self._flows_fold = _fold(self._facts), _fold(self._flows)
        self.forms = {
            "element": forms.element_form(self.add),
            "flow": forms.flow_form(self.connect),
            "zone": forms.zone_form(self.add_zone),
            "exclude": forms.exclude_form(self.exclude),
            "include": forms.include_form(self.include),
            "remove": forms.remove_form(self.remove),
        }
        self._ask = widgets.ToggleButtons(
            options=[(label, name) for name, (label, _) in forms.FORMS.items()],
            value=self.state.form,
            description="What do you want to change?",
            tooltips=[tooltip for _, tooltip in forms.FORMS.values()],
        )
        self._ask.add_class("tl-ask")
        self._changes.by_learner(self._ask, self.ask)
        pick = box("tl-pick", [self._picker, box("tl-buttons", [self._undo, self._reset]), self._whole])
        folds = [self._facts_fold, self._facts, self._flows_fold, self._flows]
        change = box("tl-change", [self._ask, self._told, *(form.widget for form in self.forms.values())])
        self.widget = box(
            "tl",
            [
                widgets.HTML(STYLE),
                box("tl-top", [pick, self._headline]),
                box("tl-scope", [self._picture, change, *folds]),
            ],
        )

    def _refresh(self) -> None:
        state = self.state
        with self._changes.ours():
            self._picker.value = state.start.name
            self._whole.value = state.drawing.complete
            self._undo.disabled, self._reset.disabled = not self._past, state.drawing == state.start
            self._headline.value, self._told.value = view.headline(state), view.told(state)
            self._picture.value = view.picture(state)
            self._facts_fold.description, self._facts.value = view.facts_title(state), view.facts_table(state)
            self._flows_fold.description, self._flows.value = view.tables_title(state), view.tables(state.drawing)
            self._ask.value = state.form
            forms.fill(self.forms, state.drawing)
            for name, form in self.forms.items():
                taking_back = name == "include" and state.form == "exclude" and bool(state.drawing.exclusions)
                shown = name == state.form or taking_back
                form.widget.layout.display = "" if shown else "none"


def _built_in(name: str) -> AISystem | None:
    return load_system(name) if name in list_systems() else None


def _fold(content: widgets.HTML) -> widgets.ToggleButton:
    """Return a heading that shows and hides `content`, closed at first."""
    made = widgets.ToggleButton(value=False)
    made.add_class("tl-fold")
    content.layout.display = "none"
    made.observe(lambda change: setattr(content.layout, "display", "" if change["new"] else "none"), "value")
    return made
