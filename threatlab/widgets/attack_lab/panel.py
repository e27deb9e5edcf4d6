"""The attack lab: run a live attack against a control, at a strength of your choice, and see what it costs."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import Any

from threatlab.attacks import ATTACKS, AttackResult
from threatlab.attacks.base import Knob, check_control, check_fits, check_knob
from threatlab.checks import check_choice, check_number, check_seed, check_whole
from threatlab.errors import ThreatLabError
from threatlab.widgets.attack_lab import view
from threatlab.widgets.base.background import LatestOnly
from threatlab.widgets.base.panel import Panel, action

Pair = tuple[AttackResult, AttackResult]


class AttackLab(Panel[view.AttackState]):
    """A live panel on one attack: its control, its strength and seed to set, what the attacker gets and what it costs.

    What a click does can be done in code: `set(control=..., seed=..., ...)` runs at once and returns when the figures
    are there; `result` is what the panel shows.

    Parameters
    ----------
    attack
        A name from `threatlab.attacks.ATTACKS`, such as "extraction".
    **settings
        `control`, `seed`, and the attack's own knobs, to begin with.

    Raises
    ------
    ThreatLabError
        If there is no such attack, control or knob, a knob can't be turned so far, or the control doesn't fit them.
    """

    drawn_by = view

    def __init__(self, attack: str, **settings: Any) -> None:
        chosen = ATTACKS[check_choice("attack", attack, ATTACKS)]
        state = view.AttackState(chosen, "none", {knob.name: knob.default for knob in chosen.knobs} | {"seed": 0})
        wanted = _turned(state, settings)
        self._opening = wanted.control, wanted.settings
        self._worker = LatestOnly(_run, self._announce, self._show_results, self.turn)
        super().__init__(wanted, made_from=[attack, *self._opening])
        self._worker.submit(self.state)

    @property
    def result(self) -> AttackResult:
        """The run with the control chosen, of the settings shown; waits for it if it is still running."""
        self._worker.wait()
        if self.state.problem or self.state.defended is None:
            raise ThreatLabError(self.state.problem or "nothing was run yet")
        return self.state.defended

    def set(self, **settings: Any) -> AttackResult:
        """Set the control, the seed and knobs, run, and return the result with the control in place."""
        with self.turn:
            self._worker.submit(_turned(self.state, settings))
        return self.result

    @action
    def enter(self, /, *, stop: bool = False, **shown: Any) -> None:
        """Set what the page's fields show, and run in the background: shares in percent, or the place of a `stop`."""
        knobs = {knob.name: knob for knob in self.state.attack.knobs}
        settings = {name: _entered(knobs[name], each, stop) if name in knobs else each for name, each in shown.items()}
        self._worker.submit(_turned(self.state, settings))

    def memory(self, state: view.AttackState) -> dict[str, Any]:
        """Return what was reached."""
        return {name: (best.rank, best.report) for name, best in state.reached.items()}

    def recall(self, memory: Any) -> view.AttackState:
        """Return the state with what was reached of the targets that there are."""
        targets = self.state.attack.targets
        return replace(self.state, reached={name: view.Reached(*memory[name]) for name in targets if name in memory})

    @action
    def begin_anew(self) -> None:
        """Forget what was reached, until it is taken up again; the settings stay."""
        self._worker.wait()
        self.begun = replace(self.state, reached={}, news="")
        super().begin_anew()

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        self._worker.wait()
        return super()._repr_mimebundle_(**kwargs)

    def __repr__(self) -> str:
        self._worker.wait()
        state = self.state
        settings = ", ".join(
            f"{name}={value!r}" for name, value in {"control": state.control, **state.settings}.items()
        )
        figures = f", success={state.defended.success:.2f}" if state.defended else ""
        return f"AttackLab({state.attack.name!r}, {settings}{figures})"

    def _announce(self, state: view.AttackState) -> None:
        self.show(state, unasked=state is self.state)  # the run that it opens with

    def _show_results(self, state: view.AttackState, results: Pair | Exception) -> None:
        if isinstance(results, Exception):
            self.show(replace(state, running=False, problem=str(results)), unasked=True)
            return
        alone, defended = results
        reached, news = {}, ""
        if (state.control, state.settings) != self._opening:  # what nobody set is nobody's merit
            reached = view.reached(state, alone, defended)
        if reached:
            news = "A target is reached." if reached.keys() - state.reached.keys() else "Your best so far."
        done = replace(state, running=False, alone=alone, defended=defended, news=news)
        self.show(replace(done, reached={**state.reached, **reached}), unasked=True)


def _turned(state: view.AttackState, settings: dict[str, Any]) -> view.AttackState:
    """Return the state with new settings, each checked, and running."""
    attack, knobs = state.attack, {knob.name: knob for knob in state.attack.knobs}
    control = check_control(settings.get("control", state.control), attack.controls)
    turned = {}
    for name, value in settings.items():
        if check_choice("setting", name, ("control", "seed", *knobs)) != "control":
            turned[name] = check_seed(name, value) if name == "seed" else check_knob(knobs[name], value)
    wanted = {**state.settings, **turned}
    check_fits(control, attack.controls, wanted)
    return replace(state, control=control, settings=wanted, running=True, problem="", news="")


def _entered(knob: Knob, value: Any, stop: bool) -> Any:
    """Return what a slider or a number stands for; what it can't be is refused by the name and range on the page."""
    if stop:
        return knob.stops[check_whole(knob.title, value, 0, len(knob.stops) - 1)]
    if knob.choices or isinstance(knob.default, bool):
        return value
    if isinstance(knob.default, float):
        return check_number(f"{knob.title}, in percent,", value, round(100 * knob.low), round(100 * knob.high)) / 100
    return check_whole(knob.title, value, knob.low, knob.high)


def _run(state: view.AttackState) -> Pair:
    settings = tuple(state.settings.items())
    return _result(state.attack.name, "none", settings), _result(state.attack.name, state.control, settings)


@lru_cache(maxsize=256)
def _result(attack: str, control: str, settings: tuple[tuple[str, Any], ...]) -> AttackResult:
    return ATTACKS[attack].run(control=control, **dict(settings))
