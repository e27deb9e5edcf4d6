"""The system explorer: change what is true of an AI system, and watch findings and risk score follow."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from threatlab.assessment import Assessment
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.rules import catalog
from threatlab.system import AISystem, check_attribute, list_systems, load_system
from threatlab.widgets import explorer_view as view
from threatlab.widgets.explanation import explanation
from threatlab.widgets.parts import box, button
from threatlab.widgets.style import STYLE

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
        self.state = view.ExplorerState(shown, shown, _threshold(alert_threshold))
        self._choices = {name: load_system(name) for name in list_systems()}
        self._choices[shown.name] = shown
        self._updating = False
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
        self._picker = widgets.Dropdown(
            options=[(s.title, name) for name, s in self._choices.items()],
            value=self.system.name,
            description="System",
        )
        self._picker.observe(lambda change: self._on(lambda: self.choose(change["new"])), "value")
        self._reset = button("Reset", "Go back to the system as you found it", self.reset)
        self._headline, self._announcement = widgets.HTML(), widgets.HTML()
        self._bars, self._steps_caption, self._findings = (
            widgets.HTML(),
            widgets.HTML(),
            widgets.HTML(),
        )
        self.answers: dict[str, widgets.ToggleButtons] = {}
        self._folds: dict[widgets.ToggleButton, tuple[str, tuple[str, ...]]] = {}
        left = [widgets.HTML('<h3 class="tl-cap">What it is</h3>')]
        groups: dict[str, list[str]] = {}
        for fact in catalog().facts.values():
            groups.setdefault(fact.group, []).append(fact.id)
        left += [self._section(title, tuple(members), opened=False) for title, members in groups.items()]
        left.append(widgets.HTML('<h3 class="tl-cap" style="margin-top:16px">What protects it</h3>'))
        first = catalog().controls[self.state.steps[0].attribute].layer if self.state.steps else ""
        for layer in catalog().layers.values():
            members = tuple(c.id for c in catalog().controls.values() if c.layer == layer.id)
            left.append(self._section(layer.title, members, opened=layer.id == first))
        self._steps = [self._step_row(i) for i in range(view.STEPS_SHOWN)]
        self._more = widgets.ToggleButton(value=False)
        self._more.add_class("tl-fold")
        self._more.observe(lambda change: self._on(lambda: self.show_findings(all_findings=change["new"])), "value")
        self._explained = widgets.Dropdown(options=_explainable(), value="", description="Explain")
        self._explained.observe(lambda change: self._on(lambda: self.explain(change["new"])), "value")
        self._explanation = widgets.HTML()
        risk = [
            box("tl-block", [self._steps_caption, *(row for row, _, _ in self._steps)]),
            self._bars,
            box("tl-block", [self._explained, self._explanation]),
        ]
        top = box("tl-top", [box("tl-pick", [self._picker, self._reset]), self._headline])
        body = box(
            "tl-body",
            [
                box("tl-risk", risk),
                box("tl-left", left),
                box("tl-found", [self._findings, self._more]),
            ],
        )
        self.widget = box("tl", [widgets.HTML(STYLE), self._announcement, top, body])

    def _section(self, title: str, attributes: tuple[str, ...], *, opened: bool) -> widgets.Box:
        fold = widgets.ToggleButton(value=opened)
        fold.add_class("tl-fold")
        self._folds[fold] = (title, attributes)
        questions = box("tl-questions", [self._question(a) for a in attributes])
        questions.layout.display = "" if opened else "none"
        fold.observe(
            lambda change: setattr(questions.layout, "display", "" if change["new"] else "none"),
            "value",
        )
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
        answer.observe(
            lambda change: self._on(lambda: self.set(**{attribute: _ANSWERS[change["new"]]})),
            "value",
        )
        self.answers[attribute] = answer
        return answer

    def _step_row(self, index: int) -> tuple[widgets.Box, widgets.HTML, widgets.Button]:
        text = widgets.HTML()
        apply = button("Apply", "", lambda: self.apply(self.state.steps[index].attribute))
        return box("tl-step", [text, apply]), text, apply

    def _on(self, action: Any) -> None:
        if not self._updating:  # a widget that is being brought in line with the state is no answer of the learner's
            action()

    def _refresh(self) -> None:
        state, self._updating = self.state, True
        try:
            self._headline.value = view.headline(state)
            self._announcement.value = view.announcement(state)
            self._bars.value = view.threat_bars(state)
            self._steps_caption.value = view.steps_caption(state)
            for i, (row, text, apply) in enumerate(self._steps):
                row.layout.display = "" if i < len(state.steps) else "none"
                if i < len(state.steps):
                    text.value = view.step_row(state.steps[i])
                    apply.tooltip = f"Apply: {state.steps[i].title}"
            self._findings.value = view.findings_table(state)
            self._refresh_controls(state)
        finally:
            self._updating = False

    def _refresh_controls(self, state: view.ExplorerState) -> None:
        for attribute, answer in self.answers.items():
            value = state.system.known.get(attribute)
            answer.value = "unknown" if value is None else "yes" if value else "no"
            control = catalog().controls.get(attribute)
            needed = control is None or view.applies(control, state.system)
            (answer.remove_class if needed else answer.add_class)("tl-na")
        for fold, (title, attributes) in self._folds.items():
            fold.description = view.fold_title(state, title, attributes)
        extra = len(state.now.findings) - view.FINDINGS_SHOWN
        self._more.layout.display = "" if extra > 0 else "none"
        self._more.value = state.all_findings
        self._more.description = "Show only the worst" if state.all_findings else f"Show {extra} more"
        self._picker.value = state.start.name
        self._reset.disabled = state.system == state.start
        self._explained.value = state.explained
        self._explanation.value = explanation(state.now, state.explained)


def _threshold(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or math.isnan(value) or not 0 <= value <= 1:
        raise ThreatLabError(f"alert_threshold is {value!r}; it must be a number from 0 to 1, such as 0.7")
    return float(value)


def _explainable() -> list[tuple[str, str]]:
    threats = [(f"Threat: {t.title}", t.id) for t in catalog().threats.values()]
    controls = [(f"Control: {c.title}", c.id) for c in catalog().controls.values()]
    return [("choose a number\u2026", ""), ("Risk score", "risk_score"), *threats, *controls]
