"""The system explorer: change what is true of an AI system, and watch findings and risk score follow."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.assessment import Assessment
from threatlab.catalog import catalog
from threatlab.checks import check_score
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem, check_attribute, list_systems, load_system
from threatlab.widgets.base.explanation import explanation
from threatlab.widgets.base.parts import Changes, box, button
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.explorer import view

_ANSWERS = {"yes": True, "no": False, "unknown": None}
_LABELS = (("yes", "yes"), ("no", "no"), ("?", "unknown"))


class SystemExplorer:
    """A live panel on one system: its facts and controls to change, its score, risks, findings and best next steps.

    Display it as the last value of a cell. All that a click does can be done in code: `set`, `apply`, `choose`,
    `reset`, `explain`; `system` and `assessment` are what the panel shows now.

    Parameters
    ----------
    system
        An AISystem, the name of a built-in one, or a TOML or JSON system file.
    alert_threshold
        Risk score (0..1) at or above which the panel says that an alert is raised.

    Raises
    ------
    ThreatLabError
        If the system can't be loaded, or the threshold is not a number from 0 to 1.
    """

    def __init__(self, system: AISystem | str | Path, *, alert_threshold: float = 0.7) -> None:
        shown = system if isinstance(system, AISystem) else load_system(system)
        self.state = view.ExplorerState(shown, shown, check_score("alert_threshold", alert_threshold))
        self._choices = {name: load_system(name) for name in list_systems()}
        self._choices[shown.name] = shown
        self._changes = Changes()
        self._build()
        self._refresh()

    @property
    def system(self) -> AISystem:
        """The system as it is now."""
        return self.state.system

    @property
    def assessment(self) -> Assessment:
        """The assessment of the system as it is now."""
        return self.state.now

    def set(self, **attributes: bool | None) -> None:
        """Answer questions: `panel.set(rbac_configured=True)` does what a click on its yes does."""
        self._show(replace(self.state, system=self.system.with_(**attributes)))

    def apply(self, control: str) -> None:
        """Put a control in place, as its Apply button does."""
        if check_attribute(control) not in catalog().controls:
            raise ThreatLabError(
                f"{control!r} is a fact about the system, not a control; use set({control}=...) for it"
            )
        self.set(**{control: True})

    def reset(self) -> None:
        """Go back to the system as the panel found it."""
        self._show(replace(self.state, system=self.state.start))

    def choose(self, name: str) -> None:
        """Show another system of the list, and begin anew from it."""
        if name not in self._choices:
            raise ThreatLabError(unknown_name("system", name, self._choices))
        chosen = self._choices[name]
        self._show(replace(self.state, system=chosen, start=chosen, explained=""))

    def explain(self, what: str = "risk_score") -> None:
        """Show how a number comes about: "risk_score", the id of a threat or of a control; "" closes it."""
        known = ("", "risk_score", *catalog().threats, *catalog().controls)
        if what not in known:
            raise ThreatLabError(unknown_name("number to explain", what, known[1:]))
        self._show(replace(self.state, explained=what))

    def attack(self, control: str = "") -> None:
        """Open, below the panel, the live attack that measured a control's effectiveness; "" closes it."""
        attacks = {name: attack for _, name in _attackable() if (attack := _attack_on(name))}
        if control and control not in attacks:
            raise ThreatLabError(unknown_name("control with a live attack", control, attacks))
        self._attacked.value = control
        if not control:
            self._attack.children = ()
            return
        from threatlab.attacks import ATTACKS  # scikit-learn takes a second to load: only who wants an attack waits
        from threatlab.widgets.attack_lab.panel import AttackLab

        measured = ATTACKS[attacks[control]].measures[control]
        self._attack.children = (AttackLab(attacks[control], control=measured.defense, **measured.knobs).widget,)

    def show_findings(self, *, all_findings: bool = True) -> None:
        """List all findings, or only the worst few."""
        self._show(replace(self.state, all_findings=all_findings))

    def __repr__(self) -> str:
        now = self.assessment
        return (
            f"SystemExplorer({self.system.name!r}, risk_score={now.risk_score:.2f}, "
            f"worst_threat={now.worst_threat!r}, findings={len(now.findings)})"
        )

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    def _show(self, state: view.ExplorerState) -> None:
        self.state = state
        self._refresh()

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        names = [(system.title, name) for name, system in self._choices.items()]
        self._picker = widgets.Dropdown(options=names, value=self.system.name, description="System")
        self._changes.by_learner(self._picker, self.choose)
        self._reset = button("Reset", "Go back to the system as you found it", self.reset)
        self._headline, self._advice_and_bars, self._findings = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._applies = [self._apply_button(place) for place in range(1, view.STEPS_SHOWN + 1)]
        self._explained = widgets.Dropdown(options=_explainable(), value="", description="Explain")
        self._changes.by_learner(self._explained, self.explain)
        self._explanation = widgets.HTML()
        self._attacked = widgets.Dropdown(
            options=_attackable(), value="", description="See the attack behind a finding"
        )
        self._changes.by_learner(self._attacked, self.attack)
        self._attack = box("tl-attack", [])
        self._more = _fold("All findings")
        self._changes.by_learner(self._more, lambda shown: self.show_findings(all_findings=shown))
        self.answers: dict[str, widgets.ToggleButtons] = {}
        self._folds: dict[widgets.ToggleButton, tuple[str, tuple[str, ...]]] = {}

        top = box("tl-top", [box("tl-pick", [self._picker, self._reset]), self._headline])
        steps = box("tl-steps", [self._advice_and_bars, *self._applies])
        risk = box("tl-risk", [steps, box("tl-block", [self._explained, self._explanation])])
        found = box("tl-found", [self._findings, self._more, box("tl-block", [self._attacked])])
        self.widget = box(
            "tl", [widgets.HTML(STYLE), top, box("tl-body", [risk, self._questions(), found]), self._attack]
        )

    def _apply_button(self, place: int) -> widgets.Button:
        made = button("Apply", "", lambda: self.apply(self.state.steps[place - 1].attribute))
        made.add_class(f"tl-row-{place}")
        return made

    def _questions(self) -> widgets.Box:
        facts, layers = defaultdict(list), defaultdict(list)
        for fact in catalog().facts.values():
            facts[fact.group].append(fact.id)
        for control in catalog().controls.values():
            layers[catalog().layers[control.layer].title].append(control.id)
        best = self.state.steps[0].attribute if self.state.steps else ""
        return box(
            "tl-left",
            [
                widgets.HTML('<h3 class="tl-cap">What it is</h3>'),
                *(self._section(title, tuple(members)) for title, members in facts.items()),
                widgets.HTML('<h3 class="tl-cap tl-second">What protects it</h3>'),
                *(self._section(title, tuple(members), opened=best in members) for title, members in layers.items()),
            ],
        )

    def _section(self, title: str, attributes: tuple[str, ...], *, opened: bool = False) -> widgets.Box:
        fold = _fold("", opened=opened)
        self._folds[fold] = (title, attributes)
        questions = box("tl-questions", [self._question(attribute) for attribute in attributes])
        _display(questions, shown=opened)
        fold.observe(lambda change: _display(questions, shown=change["new"]), "value")
        return box("tl-section", [fold, questions])

    def _question(self, attribute: str) -> widgets.ToggleButtons:
        about = catalog().facts.get(attribute) or catalog().controls[attribute]
        answer = widgets.ToggleButtons(
            options=_LABELS,
            value="unknown",
            description=about.question,
            tooltips=[f"{word}: {about.question}" for word in ("Yes", "No", "Unknown")],
        )
        answer.add_class("tl-q")
        self._changes.by_learner(answer, lambda word: self.set(**{attribute: _ANSWERS[word]}))
        self.answers[attribute] = answer
        return answer

    def _refresh(self) -> None:
        state = self.state
        with self._changes.ours():
            self._headline.value = view.headline(state)
            self._advice_and_bars.value = view.advice_and_bars(state)
            for apply, step in zip_longest(self._applies, state.steps):
                _display(apply, shown=step is not None)
                apply.tooltip = f"Apply: {step.title}" if step else ""
            self._findings.value = view.findings_table(state)
            self._refresh_controls(state)

    def _refresh_controls(self, state: view.ExplorerState) -> None:
        for attribute, answer in self.answers.items():
            value = state.system.known.get(attribute)
            answer.value = "unknown" if value is None else "yes" if value else "no"
            control = catalog().controls.get(attribute)
            needed = control is None or view.applies(control, state.system)
            (answer.remove_class if needed else answer.add_class)("tl-na")
        for fold, (title, attributes) in self._folds.items():
            fold.description = view.fold_title(state, title, attributes)
        _display(self._more, shown=len(state.now.findings) > view.FINDINGS_SHOWN)
        self._more.value = state.all_findings
        self._picker.value = state.start.name
        self._reset.disabled = state.system == state.start
        self._explained.value = state.explained
        self._explanation.value = explanation(state.now, state.explained)


def _fold(title: str, *, opened: bool = False) -> widgets.ToggleButton:
    made = widgets.ToggleButton(value=opened, description=title)
    made.add_class("tl-fold")
    return made


def _display(widget: widgets.DOMWidget, *, shown: bool) -> None:
    widget.layout.display = "" if shown else "none"


def _attack_on(control: str) -> str:
    return (
        next((c.attack for c in catalog().controls[control].effectiveness.values() if c.attack), "") if control else ""
    )


def _attackable() -> list[tuple[str, str]]:
    controls = [(c.title, c.id) for c in catalog().controls.values() if _attack_on(c.id)]
    return [("choose a control that an attack has measured\u2026", ""), *controls]


def _explainable() -> list[tuple[str, str]]:
    threats = [(f"Threat: {t.title}", t.id) for t in catalog().threats.values()]
    controls = [(f"Control: {c.title}", c.id) for c in catalog().controls.values()]
    return [("choose a number\u2026", ""), ("Risk score", "risk_score"), *threats, *controls]
