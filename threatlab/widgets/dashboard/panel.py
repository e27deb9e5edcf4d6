"""The shared dashboard: one page over an inventory, for the executive, the engineer and the security lead."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import ipywidgets as widgets

from threatlab.checks import check_score
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.operate.overview import Overview
from threatlab.system import AISystem
from threatlab.widgets.base.parts import Changes, box
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.dashboard import view


class Dashboard:
    """A live panel on many systems. `set(alert_threshold=..., role=...)` does what its two fields do.

    Parameters
    ----------
    systems
        AISystems, each with a name of its own.
    before
        The same inventory at the last review, if there was one.
    alert_threshold
        Risk score (0..1) at or above which a system counts as alerting.
    role
        Whose work the engineer's card lists: a role that the catalog's controls name.

    Raises
    ------
    ThreatLabError
        If there is no system, two have one name, the threshold is no number from 0 to 1, or the role is unknown.
    """

    def __init__(
        self,
        systems: Iterable[AISystem],
        *,
        before: Iterable[AISystem] = (),
        alert_threshold: float = 0.7,
        role: str = "ML engineer",
    ) -> None:
        threshold = check_score("alert_threshold", alert_threshold)
        self.state = view.DashboardState(tuple(systems), tuple(before), threshold, _known(role))
        self._changes = Changes()
        self._build()
        self._show(self.state)

    @property
    def overview(self) -> Overview:
        """What the page shows, as figures."""
        return self.state.seen

    def set(self, *, alert_threshold: float | None = None, role: str | None = None) -> None:
        """Change the threshold or the role, as the fields do."""
        threshold = self.state.alert_threshold if alert_threshold is None else alert_threshold
        chosen = self.state.role if role is None else role
        checked = check_score("alert_threshold", threshold)
        self._show(replace(self.state, alert_threshold=checked, role=_known(chosen)))

    def __repr__(self) -> str:
        return f"Dashboard: {view.announcement(self.state)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}

    def _build(self) -> None:
        self._threshold = widgets.BoundedFloatText(min=0.0, max=1.0, step=0.05, description="Alert threshold")
        self._changes.by_learner(self._threshold, lambda value: self.set(alert_threshold=value))
        self._role = widgets.Dropdown(options=view.roles(), description="Engineer\u2019s work: as")
        self._changes.by_learner(self._role, lambda value: self.set(role=value))
        for field in (self._threshold, self._role):
            field.add_class("tl-field")
        self._page = widgets.HTML()
        self.widget = box("tl", [widgets.HTML(STYLE), box("tl-fields", [self._threshold, self._role]), self._page])

    def _show(self, state: view.DashboardState) -> None:
        page = view.page(state)  # fails, if it does, before anything is changed
        self.state = state
        with self._changes.ours():
            self._threshold.value, self._role.value = state.alert_threshold, state.role
            self._page.value = page


def _known(role: str) -> str:
    if role not in view.roles():
        raise ThreatLabError(unknown_name("role", role, view.roles()))
    return role
