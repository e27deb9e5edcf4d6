"""The shared dashboard: one page over an inventory, for the executive, the engineer and the security lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from threatlab.catalog import ROLES
from threatlab.checks import check_choice, check_score
from threatlab.operate.overview import Overview
from threatlab.system import AISystem
from threatlab.widgets.base.panel import Panel, action
from threatlab.widgets.dashboard import view


class Dashboard(Panel[view.DashboardState]):
    """A live panel on many systems. `set(alert_threshold=..., role=...)` does what its two fields do.

    Parameters
    ----------
    systems
        AISystems, each with a name of its own.
    before
        The same inventory as it was, at the last review say, if that is known.
    alert_threshold
        Risk score (0..1) at or above which a system counts as alerting.
    role
        Whose work the engineer's card lists: one of `threatlab.catalog.ROLES`.

    Raises
    ------
    ThreatLabError
        If there is no system, two have one name, the threshold is no number from 0 to 1, or the role is unknown.
    """

    drawn_by = view

    def __init__(
        self,
        systems: Iterable[AISystem],
        *,
        before: Iterable[AISystem] = (),
        alert_threshold: float = 0.7,
        role: str = "ML engineer",
    ) -> None:
        threshold = check_score("alert_threshold", alert_threshold)
        super().__init__(view.DashboardState(tuple(systems), tuple(before), threshold, _check_role(role)))

    @property
    def overview(self) -> Overview:
        """What the page shows, as figures."""
        return self.state.overview

    @action
    def set(self, *, alert_threshold: float | None = None, role: str | None = None) -> None:
        """Change the threshold or the role, as the fields do."""
        threshold = self.state.alert_threshold if alert_threshold is None else alert_threshold
        chosen = self.state.role if role is None else role
        checked = check_score("the alert threshold", threshold)
        self.show(replace(self.state, alert_threshold=checked, role=_check_role(chosen)))

    def __repr__(self) -> str:
        return f"Dashboard: {view.announcement(self.state)}"


def _check_role(role: str) -> str:
    return check_choice("role", role, ROLES)
