"""The layers panel: switch layers off, and find the one nobody misses and the failure that everybody does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.catalog import catalog
from threatlab.checks import check_score
from threatlab.depth import Gap, check_layer
from threatlab.depth.common_cause import CommonCause, common_cause, largest_chance
from threatlab.depth.dependencies import dependencies, load_dependency
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem, list_systems, load_system
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.layers import view
from threatlab.widgets.layers.shared_failure import shared_failure


class LayersPanel:
    """A live panel on one system's layers of defense: each can be switched off, alone or with others.

    Display it as the last value of a cell. What a click does can be done in code: `set`, `switch`, `choose`, `reset`;
    `system`, `gaps` and `shared` are what the panel shows now.

    Parameters
    ----------
    system
        An AISystem, the name of a built-in one, or a TOML or JSON system file.
    bound
        Highest residual risk (0..1) of any threat that is accepted while a single layer is off.
    dependency
        What several layers hang on: an id of `threatlab.depth.dependencies`, or None.
    chance
        The share of years (0..1) in which it fails; its own if left out.
    plan
        What is put in place besides what the system has: a number of days of the best work, or one of `PLANS`, such
        as "all that applies".

    Raises
    ------
    ThreatLabError
        If the system can't be loaded, or a setting makes no sense.
    """

    def __init__(
        self,
        system: AISystem | str | Path,
        bound: float = 0.15,
        dependency: str | None = None,
        chance: float | None = None,
        plan: str | float = "as it is",
    ) -> None:
        shown = system if isinstance(system, AISystem) else load_system(system)
        self.state = view.LayersState(shown, check_score("bound", bound))
        self.state = self._changed({"dependency": dependency, "chance": chance, "plan": plan})
        self._start = self.state
        self._choices = {name: load_system(name) for name in list_systems()}
        self._choices[shown.name] = shown
        self._changes = Changes()
        self._build()
        self._refresh()

    @property
    def system(self) -> AISystem:
        """The system with what the plan puts in place, every layer on."""
        return self.state.system

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """Which single layer, switched off, takes which threat above the bound."""
        return self.state.gaps

    @property
    def shared(self) -> CommonCause | None:
        """How wrong the product is because of the dependency chosen, or None if none is."""
        return self.state.shared

    def set(self, **settings: Any) -> None:
        """Change `bound`, `off` (the layers that are off), `dependency`, `chance` or `plan`, as the fields do."""
        self._show(self._changed(settings))

    def switch(self, layer: str, *, on: bool) -> None:
        """Switch one layer on or off, as its buttons do."""
        check_layer(layer)
        if not isinstance(on, bool):
            raise ThreatLabError(f"on is {on!r}; give True or False")
        others = tuple(each for each in self.state.off if each != layer)
        self.set(off=others if on else (*others, layer))

    def reset(self) -> None:
        """Go back to what the panel began with, of the system that it shows."""
        self._show(_fitting(replace(self._start, found=self.state.found)))

    def choose(self, system: str | AISystem) -> None:
        """Show another system, by its name in the list or as an AISystem, with every layer on."""
        if isinstance(system, AISystem):
            self._choices[system.name] = system
            self._list_systems()
            system = system.name
        if system not in tuple(self._choices):
            raise ThreatLabError(unknown_name("system", system, self._choices))
        self._show(_fitting(replace(self.state, found=self._choices[system], off=(), problem="")))

    def show_matrix(self, *, shown: bool = True) -> None:
        """Unfold or fold the table of every threat without each layer."""
        self._show(replace(self.state, matrix=shown))

    def __repr__(self) -> str:
        state = self.state
        off = f", off={state.off!r}" if state.off else ""
        shared = f", dependency={state.dependency!r}" if state.dependency else ""
        return (
            f"LayersPanel({state.found.name!r}, plan={view.plan_name(state.plan)!r}, bound={state.bound:.2f}"
            f"{off}{shared}, risk_score={state.switched.risk_score:.2f}, gaps={len(state.gaps)})"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    def _changed(self, settings: dict[str, Any]) -> view.LayersState:
        """Return the state with new settings, each checked; nothing is changed if one of them can't be."""
        for name in settings:
            if name not in _CHECKS:
                raise ThreatLabError(unknown_name("setting", name, _CHECKS))
        checked = {name: _CHECKS[name](value) for name, value in settings.items()}
        if "dependency" in checked:  # the chance was the other one's
            checked = {"chance": None, **checked}
        state = replace(self.state, problem="", **checked)
        if "chance" not in settings:
            state = _fitting(state)
        if state.dependency:
            common_cause(state.system, state.dependency, state.chance)
        elif settings.get("chance") is not None:
            raise ThreatLabError("a chance needs a dependency: choose what may fail first")
        return state

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        self._picker = widgets.Dropdown(description="System")
        self._list_systems()
        self._plan = widgets.Dropdown(options=[(plan, plan) for plan in view.PLANS], description="In place")
        self._reset = button("Reset", "Go back to what the panel began with", self.reset)
        self._bound = _number("Bound: highest risk of a threat that you accept", low=0.01, step=0.01)
        self.layers = {layer: self._switch(layer) for layer in catalog().layers}
        shared = [("choose what may fail\u2026", ""), *((d.title, d.id) for d in dependencies().values())]
        self._dependency = widgets.Dropdown(options=shared, value="", description="What several layers hang on")
        self._dependency.add_class("tl-field")
        self._chance = _number("Chance that it fails in a year", low=0.0, step=0.01)
        self._more = widgets.ToggleButton(description="Every threat without each layer")
        self._more.add_class("tl-fold")
        self._headline, self._table, self._matrix, self._shared = (widgets.HTML() for _ in range(4))
        self._on_change(self._picker, self.choose)
        self._on_change(self._plan, lambda plan: self.set(plan=plan))
        self._on_change(self._bound, lambda bound: self.set(bound=bound))
        self._on_change(self._dependency, lambda dependency: self.set(dependency=dependency))
        self._on_change(self._chance, lambda chance: self.set(chance=chance))
        self._on_change(self._more, lambda shown: self.show_matrix(shown=shown))

        top = box("tl-top", [box("tl-pick", [self._picker, self._plan, self._reset]), self._headline])
        layers = widgets.HTML('<h3 class="tl-cap">Layers</h3>')
        left = box("tl-left", [self._bound, layers, *self.layers.values()])
        right = box("tl-risk", [self._table])
        title = widgets.HTML('<h3 class="tl-cap">One failure, several layers</h3>')
        fields = box("tl-pair", [self._dependency, self._chance])
        below = box("tl-common", [title, fields, self._shared])
        body = box("tl-body", [left, right])
        body.add_class("tl-depth")
        fold = box("tl-common", [self._more, self._matrix])
        self.widget = box("tl", [widgets.HTML(STYLE), top, body, fold, below])
        self.widget.add_class("tl-defense")

    def _switch(self, layer: str) -> widgets.ToggleButtons:
        title = catalog().layers[layer].title
        made = widgets.ToggleButtons(options=["on", "off"], tooltips=[f"On: {title}", f"Off: {title}"])
        made.add_class("tl-q")
        self._on_change(made, lambda word: self.switch(layer, on=word == "on"))
        return made

    def _list_systems(self) -> None:
        with self._changes.ours():
            self._picker.options = [(system.title, name) for name, system in self._choices.items()]
            self._picker.value = self.state.found.name

    def _on_change(self, widget: widgets.Widget, action: Callable[[Any], None]) -> None:
        def changed(value: Any) -> None:
            try:
                action(value)
            except ThreatLabError as problem:  # said where it is seen; the field keeps what was entered
                self.state = replace(self.state, problem=str(problem))
                self._shared.value = shared_failure(self.state.shared, self.state.problem)

        self._changes.by_learner(widget, changed)

    def _show(self, state: view.LayersState) -> None:
        self.state = state
        self._refresh()

    def _refresh(self) -> None:
        state = self.state
        with self._changes.ours():
            self._headline.value = view.headline(state)
            self._table.value = view.threat_table(state)
            self._matrix.value = view.matrix(state)
            self._shared.value = shared_failure(state.shared, state.problem)
            self._more.value = state.matrix
            self._picker.value = state.found.name
            if state.plan not in [plan for _, plan in self._plan.options]:
                self._plan.options = [*self._plan.options, (view.plan_name(state.plan), state.plan)]
            self._plan.value = state.plan
            self._bound.value, self._dependency.value = state.bound, state.dependency
            self._chance.disabled = not state.dependency
            self._chance.value = state.shared.chance if state.shared else 0.0
            for off in state.layers:
                row = self.layers[off.layer]
                row.description = view.row_title(state, off.layer)
                row.value = "off" if off.layer in state.off else "on"
                row.disabled = not off.in_place
            self._reset.disabled = replace(state, matrix=False) == replace(self._start, found=state.found)


def _fitting(state: view.LayersState) -> view.LayersState:
    """Return the state with a chance that fits its system: the dependency's own, if another system's is too high."""
    if state.dependency and state.chance and state.chance > largest_chance(state.system, state.dependency):
        return replace(state, chance=None)
    return state


def _check_off(layers: object) -> tuple[str, ...]:
    if isinstance(layers, str) or not isinstance(layers, Iterable):
        raise ThreatLabError(f"off is {layers!r}; give the layers that are off, such as off=('serving',)")
    wanted = {check_layer(layer) for layer in layers}
    return tuple(layer for layer in catalog().layers if layer in wanted)


def _check_plan(plan: object) -> str | float:
    """Return the plan by the name that the list has for it, if it has one, or as a number of days."""
    if isinstance(plan, int | float) and not isinstance(plan, bool):
        if not 0 <= plan < inf:
            raise ThreatLabError(f"plan is {plan!r}; give a number of days of 0 or more, such as 40")
        return next((name for name, days in view.PLANS.items() if days == plan), float(plan))
    if not isinstance(plan, str) or plan not in view.PLANS:
        raise ThreatLabError(unknown_name("plan", plan, view.PLANS))
    return plan


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "bound": lambda bound: check_score("bound", bound),
    "off": _check_off,
    "dependency": lambda name: "" if name in ("", None) else load_dependency(name).id,
    "chance": lambda chance: chance,  # checked against the dependency, by common_cause
    "plan": _check_plan,
}
"""What may be set, and what each value must be."""


def _number(label: str, *, low: float, step: float) -> widgets.BoundedFloatText:
    made = widgets.BoundedFloatText(min=low, max=1.0, step=step, description=label)
    made.add_class("tl-field")
    return made
