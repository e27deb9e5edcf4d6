"""The layers panel: switch layers off, and find the one nobody misses and the failure that everybody does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice, check_flag, check_list, check_number, check_score
from threatlab.depth import Gap, check_layer
from threatlab.depth.common_cause import CommonCause, largest_chance
from threatlab.depth.dependencies import load_dependency
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem
from threatlab.widgets.base.html import Html
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.base.systems import Systems
from threatlab.widgets.layers import view

_MOST_DAYS = 1_000_000
"""Person-days: far more than all controls together take."""


class LayersPanel(Panel[view.LayersState]):
    """A live panel on one system's layers of defense: each can be switched off, alone or with others.

    What a click does can be done in code: `set`, `switch`, `suppose`, `choose`, `reset`; `system`, `gaps` and `shared`
    are what the panel shows now.

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

    drawn_by = view

    def __init__(
        self,
        system: AISystem | str | Path,
        bound: float = 0.15,
        dependency: str | None = None,
        chance: float | None = None,
        plan: str | float = "as it is",
    ) -> None:
        self._systems = Systems(system)
        bare = view.LayersState(self._systems.first, check_score("bound", bound))
        super().__init__(_changed(bare, {"dependency": dependency, "chance": chance, "plan": plan}))

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

    @action
    def set(self, /, **settings: Any) -> None:
        """Change `bound`, `off` (the layers that are off), `dependency`, `chance` or `plan`, as the fields do."""
        self.show(_changed(self.state, settings))

    @action
    def suppose(self, dependency: str, chance: float | None = None) -> None:
        """Suppose that something fails on which several layers hang ("": nothing), in this share of years (0..1)."""
        self.set(dependency=dependency, chance=chance)

    @action
    def switch(self, layer: str, *, on: bool) -> None:
        """Switch one layer on or off, as its buttons do."""
        check_layer(layer, self.state.system.catalog)
        check_flag("on", on)
        others = tuple(each for each in self.state.off if each != layer)
        self.set(off=others if on else (*others, layer))

    @action
    def choose(self, system: str | AISystem) -> None:
        """Show another system, by its name in the list or as an AISystem, with every layer on."""
        self.show(_with_possible_chance(replace(self.state, chosen=self._systems.find(system), off=())))

    @action
    def reset(self) -> None:
        """Go back to what the panel began with, of the system that it shows."""
        self.show(_with_possible_chance(replace(self.begun, chosen=self.state.chosen)))

    def draw(self, state: view.LayersState) -> Html:
        """Return the panel's HTML."""
        return view.page(state, self.begun, self._systems)

    def __repr__(self) -> str:
        state = self.state
        off = f", off={state.off!r}" if state.off else ""
        shared = f", dependency={state.dependency!r}" if state.dependency else ""
        return (
            f"LayersPanel({state.chosen.name!r}, plan={view.plan_name(state.plan)!r}, bound={state.bound:.2f}"
            f"{off}{shared}, risk_score={state.switched.risk_score:.2f}, gaps={len(state.gaps)})"
        )


def _changed(state: view.LayersState, settings: dict[str, Any]) -> view.LayersState:
    """Return the state with new settings, each checked; drawing it refuses a chance that is too high."""
    values = {name: _CHECKS[check_choice("setting", name, _CHECKS)](state, value) for name, value in settings.items()}
    if "dependency" in values:  # the chance was the other one's
        values = {"chance": None, **values}
    state = replace(state, **values)
    if settings.get("chance") is None:
        return _with_possible_chance(state)
    if not state.dependency:
        raise ThreatLabError("a chance needs a dependency: choose what may fail first")
    return state


def _with_possible_chance(state: view.LayersState) -> view.LayersState:
    """Return the state with the dependency's own chance, if the one of another system or plan is too high for it."""
    if state.dependency and state.chance and state.chance > largest_chance(state.system, state.dependency):
        return replace(state, chance=None)
    return state


def _check_off(state: view.LayersState, layers: object) -> tuple[str, ...]:
    given = check_list("off", layers, "the layers that are off, such as off=('serving',)")
    wanted = {check_layer(layer, state.chosen.catalog) for layer in given}
    return tuple(layer for layer in state.chosen.catalog.layers if layer in wanted)


def _check_plan(_: view.LayersState, plan: object) -> str | float:
    """Return the plan by the name that the list has for it, if it has one, or as a number of days."""
    if isinstance(plan, str):
        return check_choice("plan", plan, view.PLANS)
    given = check_number("plan", plan, 0, _MOST_DAYS, what="a number of days")
    return next((name for name, days in view.PLANS.items() if days == given), given)


_CHECKS: dict[str, Callable[[view.LayersState, Any], Any]] = {
    "bound": lambda _, bound: check_score("bound", bound),
    "off": _check_off,
    "dependency": lambda _, name: "" if name in ("", None) else load_dependency(name).id,
    "chance": lambda _, chance: chance,  # checked against the dependency, by common_cause
    "plan": _check_plan,
}
"""What may be set, and what each value must be."""
