"""The checklist panel: the lesson's six items, each ticked by an artifact in the threat model, and by nothing else."""

from __future__ import annotations

from threatlab.report import CheckItem, ThreatModel
from threatlab.widgets.base.panel import Panel
from threatlab.widgets.checklist import view


class ChecklistPanel(Panel[view.ChecklistState]):
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

    drawn_by = view

    def __init__(self, model: ThreatModel) -> None:
        state = view.ChecklistState(model, frozenset())
        super().__init__(view.ChecklistState(model, state.done))

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
        self.show(view.ChecklistState(model, self.state.done))

    def __repr__(self) -> str:
        return f"ChecklistPanel({self.model.system.name!r}): {view.announcement(self.state)}"
