"""The checklist panel: the lesson's six items, each ticked by an artifact in the threat model, and by nothing else."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets

from threatlab.errors import ThreatLabError
from threatlab.report import CheckItem, ThreatModel
from threatlab.widgets.base.parts import box
from threatlab.widgets.base.style import STYLE
from threatlab.widgets.checklist import view


class ChecklistPanel:
    """A live panel on a threat model that grows: `update(model)` shows what is done now, and what has become of it.

    There is nothing in it to click: an item ticks once the model holds its artifact.

    Parameters
    ----------
    model
        The threat model as it stands.

    Raises
    ------
    ThreatLabError
        If `model` is no ThreatModel.
    """

    def __init__(self, model: ThreatModel) -> None:
        now = view.ChecklistState(_checked(model), frozenset())
        self.state = view.ChecklistState(now.model, now.done)
        self._page = widgets.HTML(view.page(self.state))
        self.widget = box("tl", [widgets.HTML(STYLE), box("tl-checklist", [self._page])])

    @property
    def model(self) -> ThreatModel:
        """The threat model that is judged now."""
        return self.state.model

    @property
    def items(self) -> tuple[CheckItem, ...]:
        """The six items as they stand."""
        return self.state.items

    def update(self, model: ThreatModel) -> None:
        """Judge another state of the threat model; what ticked, or fell, since the one before is marked.

        Raises
        ------
        ThreatLabError
            If `model` is no ThreatModel; the panel then stays as it is.
        """
        state = view.ChecklistState(_checked(model), self.state.done)
        page = view.page(state)  # fails, if it does, before anything is changed
        self.state, self._page.value = state, page

    def __repr__(self) -> str:
        return f"ChecklistPanel({self.model.system.name!r}): {view.announcement(self.state)}"

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        live = self.widget._repr_mimebundle_()
        return {**live, "text/plain": repr(self), "text/html": view.static_picture(self.state)}


def _checked(model: object) -> ThreatModel:
    if not isinstance(model, ThreatModel):
        raise ThreatLabError(f"a checklist is about a ThreatModel, not {model!r}; ThreatModel(system) begins one")
    return model
