"""The attack lab: run a live attack against a control, at a strength of your choice, and see what it costs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import ipywidgets as widgets

from threatlab.attacks import ATTACKS, AttackResult
from threatlab.attacks.base import Knob, check_control, check_knob
from threatlab.checks import check_seed
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.widgets.attack_lab import view
from threatlab.widgets.base.background import LatestOnly
from threatlab.widgets.base.parts import Changes, box
from threatlab.widgets.base.style import STYLE

Pair = tuple[AttackResult, AttackResult]
_SEED_MAX = 10_000


class AttackLab:
    """A live panel on one attack: its control, its strength and seed to set, what the attacker gets and what it costs.

    Display it as the last value of a cell. What a click does can be done in code: `set(control=..., seed=..., ...)`
    runs at once and returns when the figures are there; `result` is what the panel shows.

    Parameters
    ----------
    attack
        A name from `threatlab.attacks.ATTACKS`, such as "extraction".
    **settings
        `control`, `seed`, and the attack's own knobs, to begin with.

    Raises
    ------
    ThreatLabError
        If there is no such attack, control or knob, or a knob can't be turned so far.
    """

    def __init__(self, attack: str, **settings: Any) -> None:
        if not isinstance(attack, str) or attack not in ATTACKS:
            raise ThreatLabError(unknown_name("attack", attack, ATTACKS))
        chosen = ATTACKS[attack]
        start = {knob.name: knob.default for knob in chosen.knobs}
        self.state = view.AttackState(chosen, "none", {**start, "seed": 0})
        self._worker = LatestOnly(self._run, self._show, self._show_results)
        self._changes = Changes()
        self._build()
        self.set(**settings)

    @property
    def result(self) -> AttackResult:
        """The run with the control chosen, of the settings shown; waits for it if it is still running."""
        self._worker.wait()
        if self.state.problem or self.state.defended is None:
            raise ThreatLabError(self.state.problem or "nothing was run yet")
        return self.state.defended

    def set(self, **settings: Any) -> AttackResult:
        """Set the control, the seed and knobs, run, and return the result with the control in place."""
        wanted = self._changed(settings)
        with self._changes.ours():
            for name, value in {"control": wanted.control, **wanted.settings}.items():
                self._fields[name].value = value
        self._worker.submit(wanted)
        return self.result

    def __repr__(self) -> str:
        state = self.state
        told = ", ".join(f"{name}={value!r}" for name, value in {"control": state.control, **state.settings}.items())
        figures = f", success={state.defended.success:.2f}" if state.defended and not state.running else ""
        return f"AttackLab({state.attack.name!r}, {told}{figures})"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        self._worker.wait()
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    def _changed(self, settings: dict[str, Any]) -> view.AttackState:
        """Return the state with new settings, each checked."""
        attack, knobs = self.state.attack, {knob.name: knob for knob in self.state.attack.knobs}
        control = check_control(settings.get("control", self.state.control), attack.controls)
        turned = {}
        for name, value in settings.items():
            if name not in ("control", "seed", *knobs):
                raise ThreatLabError(unknown_name("setting", name, ("control", "seed", *knobs)))
            if name != "control":
                turned[name] = check_seed(name, value) if name == "seed" else check_knob(knobs[name], value)
        return replace(
            self.state, control=control, settings={**self.state.settings, **turned}, running=True, problem=""
        )

    def _run(self, state: view.AttackState) -> Pair:
        settings = tuple(state.settings.items())
        return _result(state.attack.name, "none", settings), _result(state.attack.name, state.control, settings)

    def _show_results(self, state: view.AttackState, results: Pair | Exception) -> None:
        if isinstance(results, Exception):
            self._show(replace(state, running=False, problem=str(results)))
        else:
            self._show(replace(state, running=False, alone=results[0], defended=results[1]))

    # The binding: widgets are made once; after each change only what differs is sent.

    def _build(self) -> None:
        attack = self.state.attack
        controls = [(defense.title, name) for name, defense in attack.controls.items()]
        self._fields: dict[str, widgets.Widget] = {
            "control": widgets.Dropdown(options=controls, value="none", description="Control"),
            **{knob.name: _field(knob) for knob in attack.knobs},
            "seed": widgets.BoundedIntText(value=0, min=0, max=_SEED_MAX, description="Seed (which random draw)"),
        }
        for name, field in self._fields.items():
            field.add_class("tl-field")
            self._changes.by_learner(field, self._turned(name))
        self._status, self._outcome = widgets.HTML(), widgets.HTML()
        top = box("tl-about", [widgets.HTML(view.about(self.state))])
        left = box("tl-left", [widgets.HTML('<h3 class="tl-cap">Set it up</h3>'), *self._fields.values()])
        right = box("tl-risk", [self._status, self._outcome])
        body = box("tl-body", [left, right])
        body.add_class("tl-lab")
        self.widget = box("tl", [widgets.HTML(STYLE), top, body])

    def _turned(self, name: str) -> Callable[[Any], None]:
        return lambda value: self._worker.submit(self._changed({name: value}))

    def _show(self, state: view.AttackState) -> None:
        self.state = state
        self._status.value = view.status(state)
        self._outcome.value = view.outcome(state)


@lru_cache(maxsize=256)
def _result(attack: str, control: str, settings: tuple[tuple[str, Any], ...]) -> AttackResult:
    return ATTACKS[attack].run(control=control, **dict(settings))


def _field(knob: Knob) -> widgets.Widget:
    if knob.choices:
        return widgets.Dropdown(options=knob.choices, value=knob.default, description=knob.title)
    if isinstance(knob.default, bool):
        return widgets.Dropdown(options=[("no", False), ("yes", True)], value=knob.default, description=knob.title)
    kind = widgets.BoundedIntText if isinstance(knob.default, int) else widgets.BoundedFloatText
    return kind(value=knob.default, min=knob.low, max=knob.high, step=knob.step, description=knob.title)
