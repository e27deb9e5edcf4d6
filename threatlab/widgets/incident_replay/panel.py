"""The incident replay: put controls in place, and watch where a documented attacker would have been stopped."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from threatlab.catalog import catalog
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.incidents import Incident, Replay, controls_that_could, incidents, load_incident
from threatlab.system import AISystem
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.incident_replay import view

_IN_PLACE = {"yes": True, "no": False}


class IncidentReplay:
    """A live panel on a documented incident: its published steps, and the controls that bear on them to switch.

    All that a click does can be done in code: `set`, `choose`, `reset`; `replay` is what the panel shows now.

    Parameters
    ----------
    incident
        The id of a documented incident, such as "shadowray", or an Incident.
    system
        The system that meets it; without one, the system that it happened to.

    Raises
    ------
    ThreatLabError
        If there is no such incident, or `system` is no AISystem.
    """

    def __init__(self, incident: Incident | str, system: AISystem | None = None) -> None:
        if system is not None and not isinstance(system, AISystem):
            raise ThreatLabError(f"system is {system!r}; give an AISystem, such as load_system() returns")
        told = incident if isinstance(incident, Incident) else load_incident(incident)
        self._own = system
        self._incidents = {each.id: each for each in (*incidents(), told)}
        self.state = self._begin(told)
        self._changes = Changes()
        self._build()
        self._show(self.state)

    @property
    def replay(self) -> Replay:
        """The incident against the system as it is now."""
        return self.state.now

    def set(self, **controls: bool | None) -> None:
        """Put controls in place or take them away: `panel.set(secrets_in_vault=True)` does what a click does."""
        self._show(replace(self.state, system=self.state.system.with_(**controls)))

    def choose(self, incident: str) -> None:
        """Show another incident, and begin anew."""
        if incident not in self._incidents:
            raise ThreatLabError(unknown_name("incident", incident, self._incidents))
        self._show(self._begin(self._incidents[incident]))

    def reset(self) -> None:
        """Go back to the system as it was."""
        self._show(replace(self.state, system=self.state.start))

    def __repr__(self) -> str:
        return f"IncidentReplay({self.state.incident.id!r}): {view.announcement(self.state)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    def _begin(self, incident: Incident) -> view.ReplayState:
        system = self._own or incident.system
        return view.ReplayState(incident, system, system)

    # The binding: a switch for each control that any incident can need is made once, and shown where it bears.

    def _build(self) -> None:
        names = [(f"{each.title} ({each.date.year})", each.id) for each in self._incidents.values()]
        self._picker = widgets.Dropdown(options=names, value=self.state.incident.id, description="Incident")
        self._changes.by_learner(self._picker, self.choose)
        self._reset = button("Reset", "Go back to the system as it was", self.reset)
        self._headline, self._ladder, self._alone = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._fold = widgets.ToggleButton(description="Which one alone would have stopped it?")
        self._fold.add_class("tl-fold")
        self._fold.observe(lambda _: self._show_alone(), "value")
        self.switches: dict[str, widgets.ToggleButtons] = {}
        self._layers: dict[str, widgets.Box] = {}
        left = box(
            "tl-left",
            [
                widgets.HTML('<h3 class="tl-cap">In place? <i>\u2014 controls that bear on it</i></h3>'),
                *self._switches(),
            ],
        )
        top = box("tl-top", [box("tl-pick", [self._picker, self._reset]), self._headline])
        right = box("tl-risk", [self._ladder, self._fold, self._alone])
        body = box("tl-body", [left, right])
        body.add_class("tl-replay")
        self.widget = box("tl", [widgets.HTML(STYLE), top, body])

    def _switches(self) -> list[widgets.Widget]:
        by_layer = defaultdict(list)
        needed = {control for each in self._incidents.values() for control in controls_that_could(each)}
        for control in catalog().controls.values():
            if control.id in needed:
                by_layer[control.layer].append(self._switch(control.id))
        for layer, switches in by_layer.items():
            title = widgets.HTML(f'<p class="tl-sub tl-layer">{catalog().layers[layer].title}</p>')
            self._layers[layer] = box("tl-questions", [title, *switches])
        return list(self._layers.values())

    def _switch(self, control: str) -> widgets.ToggleButtons:
        title = catalog().controls[control].title
        switch = widgets.ToggleButtons(
            options=list(_IN_PLACE),
            value="no",
            description=title,
            tooltips=[f"In place: {title}", f"Not in place: {title}"],
        )
        switch.add_class("tl-q")
        self._changes.by_learner(switch, lambda word: self.set(**{control: _IN_PLACE[word]}))
        self.switches[control] = switch
        return switch

    def _show(self, state: view.ReplayState) -> None:
        self.state = state
        with self._changes.ours():
            self._headline.value = view.headline(state)
            self._ladder.value = view.ladder(state)
            self._show_alone()
            self._picker.value = state.incident.id
            self._reset.disabled = state.system == state.start
            bearing = controls_that_could(state.incident)
            for control, switch in self.switches.items():
                switch.value = "yes" if control in state.system.true else "no"
                switch.layout.display = "" if control in bearing else "none"
            for layer, shown in self._layers.items():
                needed = any(catalog().controls[control].layer == layer for control in bearing)
                shown.layout.display = "" if needed else "none"

    def _show_alone(self) -> None:
        self._alone.value = view.single_controls(self.state) if self._fold.value else ""
