"""The incident replay: put controls in place, and watch where a documented attacker would have been stopped."""

from __future__ import annotations

from dataclasses import replace

from threatlab.checks import check_choice
from threatlab.incidents import Incident, Replay, incidents, load_incident
from threatlab.system import AISystem, check_system
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.incident_replay import view


class IncidentReplay(Panel[view.ReplayState]):
    """A live panel on a documented incident: its published steps, and the controls that bear on them to switch.

    All that a click does can be done in code: `set`, `choose`, `reset`; `replay` is what the panel shows now.

    Parameters
    ----------
    incident
        The id of a documented incident, such as "shadowray", the file of one of your own, or an Incident.
    system
        The system that meets it; without one, the system that it happened to.

    Raises
    ------
    ThreatLabError
        If there is no such incident, or `system` is no AISystem.
    """

    drawn_by = view

    def __init__(self, incident: Incident | str, system: AISystem | None = None) -> None:
        chosen = incident if isinstance(incident, Incident) else load_incident(incident)
        self._own = system if system is None else check_system(system)
        self._incidents = {each.id: each for each in (*incidents(), chosen)}
        super().__init__(self._begin(chosen))

    @property
    def replay(self) -> Replay:
        """The incident against the system as it is now."""
        return self.state.now

    def set(self, **controls: bool | None) -> None:
        """Put controls in place or take them away: `panel.set(secrets_in_vault=True)` does what a click does."""
        with self.turn:
            self.show(replace(self.state, system=self.state.system.with_(**controls)))

    @action
    def put(self, control: str, in_place: bool | None) -> None:
        """Put one control in place, or take it away."""
        self.set(**{str(control): in_place})

    @action
    def choose(self, incident: str) -> None:
        """Show another incident; what was switched stays so."""
        check_choice("incident", incident, self._incidents)
        was, now = self.state.start.true, self.state.system.true
        switched = {each: each in now for each in self.state.system.catalog.controls if (each in now) != (each in was)}
        begun = self._begin(self._incidents[incident])
        self.show(replace(begun, system=begun.system.with_(**switched)))

    @action
    def reset(self) -> None:
        """Go back to the system as it was."""
        self.show(replace(self.state, system=self.state.start))

    def draw(self, state: view.ReplayState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, self._incidents.values())

    def __repr__(self) -> str:
        return f"IncidentReplay({self.state.incident.id!r}): {view.announcement(self.state)}"

    def _begin(self, incident: Incident) -> view.ReplayState:
        system = self._own or incident.system
        return view.ReplayState(incident, system, system)
