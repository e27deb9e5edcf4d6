"""What changed from before to now: which answers, how much of the change each caused, and what followed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from threatlab.changes import Change, InventoryChange, diff_inventory
from threatlab.changes.compare import Described
from threatlab.checks import check_choice, check_flag
from threatlab.errors import ThreatLabError
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.changes import view


class WhatChanged(Panel[view.ChangesState]):
    """A live panel on two states of one system or of many. `count(rbac_configured=False)` does what its boxes do.

    Parameters
    ----------
    old, new
        A system, a threat model or a drawing, or a list of them; systems are matched by their names.
    system
        The name of the system shown first; the one whose score moved most, if left out.

    Raises
    ------
    ThreatLabError
        As `threatlab.diff_inventory`, and if no changed system has the name.
    """

    drawn_by = view

    def __init__(
        self, old: Described | Iterable[Described], new: Described | Iterable[Described], *, system: str | None = None
    ) -> None:
        was, now = ([each] if isinstance(each, Described) else each for each in (old, new))
        state = view.ChangesState(diff_inventory(was, now))
        super().__init__(state if system is None else _choose(state, system))

    @property
    def inventory(self) -> InventoryChange:
        """What changed in all systems."""
        return self.state.inventory

    @property
    def change(self) -> Change | None:
        """What changed in the system that is shown; None if nothing did in any."""
        return self.state.change

    @action
    def choose(self, system: str) -> None:
        """Show another system that changed, by its name."""
        self.show(_choose(self.state, system))

    @action
    def count(self, /, **answers: bool) -> None:
        """Count a changed answer (True), or take it back (False), to see the score without it."""
        state = self.state
        for name, counted in answers.items():
            check_choice("changed answer", name, [answer.attribute for answer in state.answers])
            check_flag(name, counted)
            state = replace(state, without=state.without - {name} if counted else state.without | {name})
        self.show(state)

    def __repr__(self) -> str:
        return f"WhatChanged: {view.announcement(self.state)}"


def _choose(state: view.ChangesState, system: object) -> view.ChangesState:
    names = [change.name for change in state.inventory.changed]
    if not names:
        raise ThreatLabError(f"there is no system {system!r} to choose: none of both reviews has changed")
    return replace(state, chosen=check_choice("changed system", system, names), without=frozenset())
