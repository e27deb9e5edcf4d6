"""The scope editor: draw what a system is made of, and watch which facts and which risk follow from the drawing."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path
from typing import Any

from threatlab.assessment import Assessment
from threatlab.checks import check_choice
from threatlab.dataflow import DataFlow, Element, Exclusion, Flow, Zone
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import (
    drawing_from_table,
    drawing_to_dict,
    drawing_to_toml,
    list_drawings,
    load_drawing,
)
from threatlab.dataflow.picture import NOTHING, kept_from
from threatlab.errors import ThreatLabError
from threatlab.exchange import Import, Question, answered, format_of, questions_about, read, still_asked
from threatlab.files import write_text
from threatlab.report import Origin
from threatlab.system import AISystem, list_systems, load_system
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.scope_editor import view
from threatlab.widgets.scope_editor.forms import FORMS, parts_of
from threatlab.widgets.scope_editor.state import ScopeState
from threatlab.words import counted

EMPTY = "new drawing"
"""The name of a drawing in which nothing is drawn yet, among those to choose from."""

STEPS = 20
"""How many steps of Undo are there again tomorrow."""

_UNFIT = re.compile(r"[^\w .-]+")
"""What no name of a file should hold."""


class ScopeEditor(Panel[ScopeState]):
    """A live panel on one drawing: zones, elements, flows and exclusions to change, and what follows from them.

    All that a click does can be done in code: `add`, `connect`, `add_zone`, `change_element`, `change_flow`,
    `change_zone`, `exclude`, `include`, `remove`, `describe`, `finish`, `undo`, `reset`, `redraw`, `choose`, `save`;
    `drawing`, `system` and `assessment` are what the panel shows now.

    Parameters
    ----------
    drawing
        A DataFlow, the name of a built-in one, a TOML or JSON file, or a model of another tool (`threatlab.exchange`):
        its file, or what `read` returned. What such a file leaves open is asked, one question at a time.
    base
        The system that brings the controls: an AISystem, a name or a file. Left out, it is the built-in system of the
        drawing's name, if there is one; without any, every control is unknown.

    folder
        Where drawings are saved: beside the notebook, in sight of the file list. It is made by the first.
    origin
        The file of another tool that the drawing began as: what it leaves open is asked.

    Raises
    ------
    ThreatLabError
        If the drawing or the system can't be loaded, or the folder has no name.
    """

    drawn_by = view

    def __init__(
        self,
        drawing: DataFlow | Import | str | Path,
        base: AISystem | str | Path | None = None,
        folder: str | Path = "my-drawings",
        *,
        origin: Origin | None = None,
    ) -> None:
        if isinstance(drawing, str | Path) and format_of(drawing):
            drawing = read(drawing)
        if isinstance(drawing, Import):
            base = drawing.model.system if base is None else base
            origin = drawing.origin
            drawing = drawing.drawing
        given = drawing if isinstance(drawing, DataFlow) else load_drawing(drawing)
        controls = base if base is None or isinstance(base, AISystem) else load_system(base)
        if not isinstance(folder, str | Path) or not str(folder).strip():
            raise ThreatLabError(f"{folder!r} is no folder for drawings; give its name, such as 'my-drawings'")
        self._folder = Path(folder)
        controls = controls or _built_in(given.name)
        form = "flow" if given.elements else "zone"
        asks = questions_about(given, origin) if origin else ()
        state = ScopeState(given, given, given.name, controls, form=form, saved=self._files(), asks=asks)
        super().__init__(state, made_from=[drawing_to_dict(given), repr(controls)])

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

    @action
    def add_zone(self, name: str, kind: str, owner: str = "") -> None:
        """Add a trust zone; one that is there already, just so, stays."""
        if Zone(name, kind, owner) in self.drawing.zones:
            self._change("add_zone", self.drawing, f"The zone {name} is drawn already.")
        else:
            self._change("add_zone", self.drawing.with_zone(name, kind, owner), f"Added the zone {name}.")

    @action
    def add(  # noqa: PLR0913
        self,
        name: str,
        kind: str,
        zone: str,
        *,
        personal: bool = False,
        assets: Iterable[str] = (),
        worth: str = "",
    ) -> None:
        """Add an element to a zone; one that is there already, just so, stays."""
        said: Any = {"personal": personal, "assets": assets, "worth": worth}
        if Element(name, kind, zone, **said) in self.drawing.elements:
            self._change("add", self.drawing, f"{name} is drawn already.")
        else:
            self._change("add", self.drawing.with_element(name, kind, zone, **said), f"Added {name}.")

    @action
    def connect(  # noqa: PLR0913
        self,
        source: str,
        target: str,
        label: str,
        carries: str,
        *,
        personal: bool = False,
        adversaries: Iterable[str] = (),
    ) -> None:
        """Draw a flow from one element to another; one that is there already, just so, stays."""
        said: Any = {"personal": personal, "adversaries": adversaries}
        flow = Flow(source, target, label, carries, **said)
        if flow in self.drawing.flows:
            self._change("connect", self.drawing, f"Flow {self.drawing.flows.index(flow) + 1} is that one already.")
            return
        drawing = self.drawing.with_flow(source, target, label, carries, **said)
        number = len(drawing.flows)
        crossing = next((c for c in drawing.crossings if c.number == number), None)
        crosses = f", which crosses from {crossing.leaves.name} into {crossing.enters.name}" if crossing else ""
        self._change("connect", drawing, f"Drew flow {number}{crosses}.")

    @action
    def change_zone(self, part: str, *, name: str, kind: str, owner: str = "") -> None:
        """Change the zone called `part`; what stands in it goes with its name."""
        drawing = self.drawing.changing_zone(part, name=name, kind=kind, owner=owner)
        self._change("change_zone", drawing, f"Changed the zone {name}.", {part: name})

    @action
    def change_element(  # noqa: PLR0913
        self,
        part: str,
        *,
        name: str,
        kind: str,
        zone: str,
        personal: bool = False,
        assets: Iterable[str] | None = None,
        worth: str | None = None,
    ) -> None:
        """Change the element called `part`; its flows and its exclusion go with its name.

        Assets and worth that aren't given stay as they are.
        """
        fields = {"name": name, "kind": kind, "zone": zone, "personal": personal}
        drawing = self.drawing.changing_element(part, **fields, **_given(assets=assets, worth=worth))
        self._change("change_element", drawing, f"Changed {name}.", {part: name})

    @action
    def change_flow(  # noqa: PLR0913
        self,
        part: int,
        *,
        source: str,
        target: str,
        label: str,
        carries: str,
        personal: bool = False,
        adversaries: Iterable[str] | None = None,
    ) -> None:
        """Change the flow of the number `part`, which it keeps; adversaries that aren't given stay as they are."""
        fields = {"source": source, "target": target, "label": label, "carries": carries, "personal": personal}
        drawing = self.drawing.changing_flow(part, **fields, **_given(adversaries=adversaries))
        self._change("change_flow", drawing, f"Changed flow {part}.")

    @action
    def exclude(self, element: str, reason: str, owner: str, review: str = "") -> None:
        """Leave an element out of scope, for a reason that somebody answers for; a later reason replaces it."""
        exclusion, drawing = Exclusion(element, reason, owner, review), self.drawing
        if exclusion in drawing.exclusions:
            self._change("exclude", drawing, f"{exclusion.element} is left out already, for this reason.")
            return
        again = exclusion.element in drawing.left_out
        drawing = (drawing.including(exclusion.element) if again else drawing).excluding(element, reason, owner, review)
        done = f"Left out {exclusion.element}" + (", now for this reason. " if again else ". ")
        self._change("exclude", drawing, done + view.speaks_against(drawing, exclusion.element, self.state.base))

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
    def describe(self, name: str, title: str = "", description: str = "") -> None:
        """Give the drawing another name, title and description; it keeps its controls."""
        drawing = replace(self.drawing, name=name, title=title, description=description)
        self._change("describe", drawing, f"The drawing is called {drawing.name}.")

    @action
    def answer(self, choice: str = "") -> None:
        """Answer the next question of an import; one that is answered by drawing needs no `choice`."""
        now = self.state
        if not now.asks:
            raise ThreatLabError("there is nothing to answer")
        (question, *left), drawing, base = now.asks, now.drawing, now.base
        if question.about == "control" and base:
            base = base.with_(**{question.part: check_choice("answer", choice, question.choices) == "yes"})
        elif question.choices:
            drawing = answered(drawing, question, choice)
        state = replace(now, drawing=drawing, base=base, asks=tuple(left), before=now)
        done = f"{question.part}: {choice}." if choice else "Not asked again."
        self._go_on(state, done)

    @action
    def later(self) -> None:
        """Ask the other questions of an import first."""
        now = self.state
        self.show(replace(now, asks=(*now.asks[1:], *now.asks[:1])))

    @action
    def finish(self, whole: bool = True) -> None:
        """Say that the drawing is the whole system, or that it is not: then what isn't drawn is unknown again."""
        follows = "What isn't drawn is now said not to be there." if whole else "What isn't drawn is unknown again."
        self._change("finish", self.drawing.finished(whole), follows)

    @action
    def undo(self) -> None:
        """Take back the last change, be it that another drawing was chosen."""
        now = self.state
        if now.before is None:
            raise ThreatLabError("there is nothing to undo: the drawing is as you found it")
        then = replace(now.before, form=now.form, picked=now.picked, accepted=now.accepted, saved=now.saved)
        self._go_on(then, "Took back the last change.")

    @action
    def reset(self) -> None:
        """Go back to the drawing that the panel was made with; undo brings back what was drawn."""
        found = self.begun
        if (self.drawing, self.state.base) == (found.drawing, found.base):
            self._change("reset", self.drawing, "The drawing is as you found it.")
        else:
            self._open(found.drawing, found.chosen, found.base, "Back to the drawing as you found it.")

    @action
    def choose(self, name: str, *, unsaved: str = "ask") -> None:
        """Show another drawing of the list; undo goes back to this one.

        What is not saved is asked for, unless `unsaved` says what becomes of it: "save" or "leave".
        """
        check_choice("drawing", name, self._choices(self.state))
        check_choice("answer", unsaved, ("ask", "save", "leave"))
        if self.state.unsaved and unsaved == "ask":
            self.show(replace(self.state, asked=name))
            parts = counted(self.state.unsaved, "part")
            raise ThreatLabError(
                f"what you drew or changed is not saved: {parts}. Save it first? Undo brings it back. "
                '(In code, unsaved="save" or "leave" says which)'
            )
        if self.state.unsaved and unsaved == "save":
            self.save()
        if name == self.begun.chosen:
            self._open(self.begun.drawing, name, self.begun.base)
        elif name == EMPTY:
            self._open(DataFlow("my-system", title="My system"), name, None)
        else:
            drawing = load_drawing(self._folder / name if name in self.state.saved else name)
            self._open(drawing, name, _built_in(drawing.name))

    @action
    def redraw(self, drawing: DataFlow) -> None:
        """Show a drawing that was made in code, with the controls that the panel was made with."""
        if not isinstance(drawing, DataFlow):
            raise ThreatLabError(f"only a DataFlow can be drawn, not {drawing!r}; load_drawing() gives one")
        now, base = self.state, self.begun.base
        if (drawing, base) != (now.drawing, now.base):
            self._go_on(replace(now, drawing=drawing, base=base, kept=NOTHING, picked="", before=now), "Drawn anew.")

    @action
    def save(self, *, overwrite: bool = False) -> Path:
        """Save the drawing in a file of its name, in the folder of this panel, and return its path.

        A file that holds another drawing is replaced only if `overwrite`; one that Undo can bring back is no other.
        """
        path = self._path(self.drawing)
        if path.exists() and overwrite is not True and not self._can_bring_back(path):
            self.show(replace(self.state, form="name", standing=path.name))
            raise ThreatLabError(
                f"'{path}' holds another drawing, so nothing was saved: give this one another name, or replace the "
                "file (overwrite=True)"
            )
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as problem:
            raise ThreatLabError(f"'{path.parent}' can't be made: {problem.strerror or problem}") from None
        write_text(path, drawing_to_toml(self.drawing))
        state = replace(self.state, opened=self.drawing, chosen=path.name, saved=self._files(), standing="", asked="")
        self.show(replace(state, last_change=f"Saved in {path.as_posix()}."))
        return path

    @action
    def tidy(self) -> None:
        """Place everything anew, so that flows are short and seldom cross."""
        self.show(replace(self.state, kept=NOTHING, last_change="Placed anew."))

    @action
    def ask(self, form: str) -> None:
        """Open one of the forms: element, flow, zone, change, exclude or name."""
        check_choice("form", form, FORMS)
        self.show(replace(self.state, form=form, asked=""))

    @action
    def pick(self, part: str) -> None:
        """Open the form that changes a part, by what it is called in the list: "API", "flow 2: ..." or "zone Ours"."""
        if part != "":
            check_choice("part", part, parts_of(self.drawing))
        self.show(replace(self.state, form="change", picked=part))

    def memory(self, state: ScopeState) -> list[dict[str, Any]]:
        """Return the drawing and those before it, the newest first."""
        steps: list[dict[str, Any]] = []
        step: ScopeState | None = state
        while step and len(steps) <= STEPS:
            controls = step.base and step.base.name
            drawings = {"drawing": drawing_to_dict(step.drawing), "opened": drawing_to_dict(step.opened)}
            asked = self.begun.asks and {
                "asks": [asdict(each) for each in step.asks],
                "known": dict(step.base.known) if step.base else {},
            }
            kept = {**drawings, "chosen": step.chosen, "controls": controls, "form": step.form}
            steps.append(kept | (asked or {}))
            step = step.before
        return steps

    def recall(self, memory: Any) -> ScopeState:
        """Return the drawing that was kept, with those before it."""
        state = None
        for step in reversed(memory):
            drawing, opened = drawing_from_table(step["drawing"]), drawing_from_table(step["opened"])
            name, found = step["controls"], self.begun.base
            if found and found.name == name:
                base: AISystem | None = found.with_(**step.get("known", {}))
            else:
                base = load_system(name) if name else None
            asks = tuple(Question(**each | {"choices": tuple(each["choices"])}) for each in step.get("asks", ()))
            form = check_choice("form", step.get("form", "flow"), FORMS)
            state = ScopeState(
                drawing, opened, step["chosen"], base, before=state, form=form, saved=self._files(), asks=asks
            )
        if state is None:
            raise ThreatLabError("nothing was kept")
        return state

    def draw(self, state: ScopeState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, self._choices(state), self.begun.drawing, self._path(state.drawing).as_posix())

    def __repr__(self) -> str:
        whole = self.state.hidden.everything.risk_score
        risk = f"risk_in_scope={self.state.score}, with_left_out={whole:.2f}" if self.state.score else "no risk score"
        return (
            f"ScopeEditor({self.drawing.name!r}, elements={len(self.drawing.elements)}, "
            f"flows={len(self.drawing.flows)}, crossings={len(self.drawing.crossings)}, {risk})"
        )

    def _choices(self, state: ScopeState) -> dict[str, str]:
        """Return the drawings to choose from: their titles by name; a learner's own are called by their files."""
        own = {name: f"{name} (saved)" for name in state.saved}
        return {EMPTY: "New drawing", **_shipped(), **own, self.begun.chosen: self.begun.drawing.title}

    def _change(self, act: str, drawing: DataFlow, done: str, renamed: Mapping[str, str] | None = None) -> None:
        now = self.state
        state = replace(now, accepted=(*now.accepted, act), asked="", standing="")
        if drawing != now.drawing:
            kept = kept_from(now.drawing, now.kept, drawing, renamed or {})
            picked = now.picked if now.picked in parts_of(drawing) else ""
            asks = still_asked(now.drawing, drawing, now.asks)
            state = replace(state, drawing=drawing, kept=kept, picked=picked, before=now, asks=asks)
        self._go_on(state, done)

    def _open(self, drawing: DataFlow, chosen: str, base: AISystem | None, done: str = "") -> None:
        now = self.state
        form = now.form if drawing.elements else "zone"
        state = ScopeState(
            drawing, drawing, chosen, base, before=now, form=form, accepted=now.accepted, saved=self._files(),
            asks=self.begun.asks if drawing is self.begun.drawing else (),
        )  # fmt: skip
        self._go_on(state, done or f"This is {drawing.title}.")

    def _go_on(self, state: ScopeState, done: str) -> None:
        self.show(replace(state, last_change=" ".join((done, *view.changed_facts(self.state, state)))))

    def _files(self) -> tuple[str, ...]:
        """Return the names of the learner's own drawings."""
        return tuple(sorted(file.name for file in self._folder.glob("*.toml")))

    def _path(self, drawing: DataFlow) -> Path:
        """Return where a drawing is saved: every name makes a name of a file."""
        return self._folder / f"{_UNFIT.sub('-', drawing.name).strip(' .-') or 'drawing'}.toml"

    def _can_bring_back(self, path: Path) -> bool:
        """Tell whether a file holds this drawing, or one that Undo goes back to."""
        try:
            held = load_drawing(path)
        except ThreatLabError:  # a file that holds no drawing
            return False
        step: ScopeState | None = self.state
        while step and held not in (step.drawing, step.opened):
            step = step.before
        return step is not None


@cache
def _shipped() -> dict[str, str]:
    """Return the titles of the drawings that come with the course, by their names."""
    return {name: load_drawing(name).title for name in list_drawings()}


def _built_in(name: str) -> AISystem | None:
    return load_system(name) if name in list_systems() else None


def _given(**fields: object) -> dict[str, object]:
    """Return the fields that are given."""
    return {name: value for name, value in fields.items() if value is not None}
