"""The system explorer: change what is true of an AI system, and watch findings and risk score follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import traitlets

from threatlab.assessment import Assessment
from threatlab.checks import check_choice, check_score
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.systems import Systems
from threatlab.widgets.explorer import view


class SystemExplorer(Panel[view.ExplorerState]):
    """A live panel on one system: its facts and controls to change, its score, risks, findings and best next steps.

    All that a click does can be done in code: `set`, `apply`, `choose`, `reset`, `explain`, `attack`; `assessment` is
    what the panel shows now.

    Parameters
    ----------
    system
        An AISystem, the name of a built-in one, or a TOML or JSON system file.
    alert_threshold
        Risk score (0..1) at or above which the panel says that an alert is raised.

    Attributes
    ----------
    system, risk_score
        The system as it is now, and its risk score (0..1): traits, so that other widgets can be linked to them.

    Raises
    ------
    ThreatLabError
        If the system can't be loaded, or the threshold is not a number from 0 to 1.
    """

    drawn_by = view
    sheets = ("attack_lab",)
    system = traitlets.Instance(AISystem)
    risk_score = traitlets.Float(read_only=True)

    def __init__(self, system: AISystem | str | Path, *, alert_threshold: float = 0.7) -> None:
        self._systems = Systems(system)
        threshold = check_score("alert_threshold", alert_threshold)
        super().__init__(view.ExplorerState(self._systems.first, self._systems.first, threshold))
        self._publish()

    @property
    def assessment(self) -> Assessment:
        """The assessment of the system as it is now."""
        return self.state.now

    def set(self, **attributes: bool | None) -> None:
        """Answer questions: `panel.set(rbac_configured=True)` does what a click on its yes does."""
        with self.turn:
            system, before = self.system.with_(**attributes), self.assessment.risk_score
            self.show(replace(self.state, system=system, answered=(next(iter(attributes), ""), before)))

    @action
    def answer(self, attribute: str, value: bool | None) -> None:
        """Answer one question."""
        self.set(**{str(attribute): value})

    @action
    def apply(self, control: str) -> None:
        """Put a control in place, as its Apply button does."""
        if control in tuple(self.system.catalog.facts):
            raise ThreatLabError(
                f"{control!r} is a fact about the system, not a control; use set({control}=...) for it"
            )
        self.set(**{str(control): True})

    @action
    def reset(self) -> None:
        """Go back to the system as the panel found it."""
        self.show(replace(self.state, system=self.state.start, answered=("", 0.0)))

    @action
    def choose(self, name: str | AISystem) -> None:
        """Show another system, by its name in the list or as an AISystem, and begin anew from it."""
        chosen = self._systems.find(name)
        self.show(replace(self.state, system=chosen, start=chosen, explained="", answered=("", 0.0)))

    @action
    def explain(self, what: str = "risk_score") -> None:
        """Show how a number comes about: "risk_score", the id of a threat or of a control; "" closes it."""
        if what != "":
            known = ("risk_score", *self.state.catalog.threats, *self.state.catalog.controls)
            check_choice("number to explain", what, known)
        self.show(replace(self.state, explained=what))

    @action
    def attack(self, control: str = "") -> None:
        """Open, below the panel, the live attack that measured a control's effectiveness; "" closes it."""
        controls = self.state.catalog.controls.items()
        attacks = {name: attack for name, each in controls if (attack := view.measuring_attack(each))}
        lab = None
        if control != "":
            check_choice("control with a live attack", control, attacks)
            from threatlab.attacks import ATTACKS  # scikit-learn takes a second to load: only who wants one waits
            from threatlab.widgets.attack_lab.panel import AttackLab

            measured = ATTACKS[attacks[control]].measures[control]
            lab = AttackLab(attacks[control], control=measured.defense, **measured.knobs)
        self.embed("lab", lab)
        self.show(replace(self.state, attacked=control))

    @action
    def show_findings(self, *, all_findings: bool = True) -> None:
        """List all findings, or only the worst few."""
        self.show(replace(self.state, all_findings=bool(all_findings)))

    def show(self, state: view.ExplorerState, *, unasked: bool = False) -> None:
        """Go on to another state, and tell who is linked to the system or its score."""
        super().show(state, unasked=unasked)
        self._publish()

    def _publish(self) -> None:
        self.set_trait("risk_score", self.assessment.risk_score)
        self.system = self.state.system

    @traitlets.observe("system")
    def _follow(self, change: dict[str, AISystem]) -> None:
        if change["new"] is not self.state.system:
            self.show(replace(self.state, system=change["new"], answered=("", 0.0)))

    def draw(self, state: view.ExplorerState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, self._systems, self.parts["lab"].page if "lab" in self.parts else "")

    def __repr__(self) -> str:
        now = self.assessment
        return (
            f"SystemExplorer({self.system.name!r}, risk_score={now.risk_score:.2f}, "
            f"worst_threat={now.worst_threat!r}, findings={len(now.findings)})"
        )
