"""The scope editor: draw what a system is made of, and watch which facts and which risk follow from the drawing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from threatlab.assessment import Assessment
from threatlab.checks import check_choice
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem, list_systems, load_system
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.scope_editor import view
from threatlab.widgets.scope_editor.forms import FORMS
from threatlab.words import counted


class ScopeEditor(Panel):
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
        chosen = drawing if isinstance(drawing, DataFlow) else load_drawing(drawing)
        controls = base if base is None or isinstance(base, AISystem) else load_system(base)
        self._choices = {name: load_drawing(name) for name in list_drawings()} | {chosen.name: chosen}
        self._bases = {chosen.name: controls or _built_in(chosen.name)}
        super().__init__(view.ScopeState(chosen, chosen, self._bases[chosen.name]))

    @property
    def drawing(self) -> DataFlow:
        """The drawing as it is now."""
        return self.state.drawing  # type: ignore[no-any-return]

    @property
    def system(self) -> AISystem:
        """The system that follows from what is in scope."""
        return system_from(self.drawing, self.state.base)

    @property
    def assessment(self) -> Assessment:
        """The assessment of what is in scope."""
        return self.state.hidden.in_scope  # type: ignore[no-any-return]

    @action
    def add_zone(self, name: str, kind: str, owner: str = "") -> None:
        """Add a trust zone."""
        self._change("add_zone", self.drawing.with_zone(name, kind, owner), f"Added the zone {name}.")

    @action
    def add(self, name: str, kind: str, zone: str, *, personal: bool = False) -> None:
        """Add an element to a zone."""
        self._change("add", self.drawing.with_element(name, kind, zone, personal=personal), f"Added {name}.")

    @action
    def connect(self, source: str, target: str, label: str, carries: str, *, personal: bool = False) -> None:
        """Draw a flow from one element to another."""
        drawing = self.drawing.with_flow(source, target, label, carries, personal=personal)
        number = len(drawing.flows)
        crossing = next((c for c in drawing.crossings if c.number == number), None)
        crosses = f", which crosses from {crossing.leaves.name} into {crossing.enters.name}" if crossing else ""
        self._change("connect", drawing, f"Drew flow {number}{crosses}.")

    @action
    def exclude(self, element: str, reason: str, owner: str, review: str = "") -> None:
        """Leave an element out of scope, for a reason that somebody answers for."""
        drawing = self.drawing.excluding(element, reason, owner, review)
        done = f"Left out {element}. {view.speaks_against(drawing, element, self.state.base)}"
        self._change("exclude", drawing, done.rstrip())

    @action
    def include(self, element: str) -> None:
        """Take an element back into scope."""
        self._change("include", self.drawing.including(element), f"Took {element} back in.")

    @action
    def remove(self, name: str | int) -> None:
        """Take an element with its flows, a flow (by its number) or an empty zone out of the drawing."""
        elements = [element.name for element in self.drawing.elements]
        if not isinstance(name, str):
            drawing, done = self.drawing.without_flow(name), f"flow {name}; those after it moved up"
        elif name in [zone.name for zone in self.drawing.zones] and name not in elements:
            drawing, done = self.drawing.without_zone(name), f"the zone {name}"
        else:
            gone = len(self.drawing.flows_of(name))
            drawing, done = self.drawing.without(name), name + (f" and {counted(gone, 'flow')}" if gone else "")
        self._change("remove", drawing, f"Took away {done}.")

    @action
    def finish(self, whole: bool = True) -> None:
        """Say that the drawing is the whole system, or that it is not: then what isn't drawn is unknown again."""
        follows = "What isn't drawn is now said not to be there." if whole else "What isn't drawn is unknown again."
        self._change("finish", self.drawing.finished(whole), follows)

    @action
    def undo(self) -> None:
        """Take back the last change."""
        if not self.state.past:
            raise ThreatLabError("there is nothing to undo: the drawing is as you found it")
        *past, drawing = self.state.past
        self._go_on(replace(self.state, drawing=drawing, past=tuple(past)), "Took back the last change.")

    @action
    def reset(self) -> None:
        """Go back to the drawing as the panel found it; undo brings back what was drawn."""
        self._change("reset", self.state.start, "Back to the drawing as you found it.")

    @action
    def choose(self, name: str) -> None:
        """Show another drawing of the list, and begin anew from it."""
        check_choice("drawing", name, self._choices)
        chosen, base = self._choices[name], self._bases.get(name, _built_in(name))
        self.show(view.ScopeState(chosen, chosen, base, form=self.state.form, accepted=self.state.accepted))

    @action
    def ask(self, form: str) -> None:
        """Open one of the forms: element, flow, zone, exclude or remove."""
        check_choice("form", form, FORMS)
        self.show(replace(self.state, form=form))

    def draw(self, state: view.ScopeState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, self._choices)

    def picture(self) -> Html:
        """Return what stays of it in a saved notebook."""
        return view.static_picture(self.state)

    def __repr__(self) -> str:
        now, whole = self.state.hidden.in_scope.risk_score, self.state.hidden.everything.risk_score
        return (
            f"ScopeEditor({self.drawing.name!r}, elements={len(self.drawing.elements)}, "
            f"flows={len(self.drawing.flows)}, crossings={len(self.drawing.crossings)}, "
            f"risk_in_scope={now:.2f}, with_left_out={whole:.2f})"
        )

    def _change(self, act: str, drawing: DataFlow, done: str) -> None:
        past = self.state.past if drawing == self.drawing else (*self.state.past, self.drawing)
        accepted = (*self.state.accepted, act)
        self._go_on(replace(self.state, drawing=drawing, past=past, accepted=accepted), done)

    def _go_on(self, state: view.ScopeState, done: str) -> None:
        self.show(replace(state, last_change=" ".join((done, *view.changed_facts(self.state, state)))))


def _built_in(name: str) -> AISystem | None:
    return load_system(name) if name in list_systems() else None
