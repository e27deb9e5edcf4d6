"""Live panels: each is a plain state, pure functions from state to HTML, and a thin binding to ipywidgets."""

from typing import TYPE_CHECKING, Any

from threatlab.widgets.checklist_panel import ChecklistPanel
from threatlab.widgets.dashboard import Dashboard
from threatlab.widgets.explorer import SystemExplorer
from threatlab.widgets.export_panel import ExportPanel
from threatlab.widgets.incident_replay import IncidentReplay
from threatlab.widgets.layers_panel import LayersPanel
from threatlab.widgets.planner import Planner
from threatlab.widgets.prediction import Comparison, Prediction
from threatlab.widgets.progress_panel import ProgressPanel
from threatlab.widgets.recall import Recall
from threatlab.widgets.scope_editor import ScopeEditor
from threatlab.widgets.scope_show import show, show_case, show_facts
from threatlab.widgets.tabletop_panel import TabletopPanel
from threatlab.widgets.text_table import text_table

if TYPE_CHECKING:
    from threatlab.widgets.attack_lab import AttackLab
    from threatlab.widgets.stream_monitor import StreamMonitor

__all__ = [
    "AttackLab",
    "ChecklistPanel",
    "Comparison",
    "Dashboard",
    "ExportPanel",
    "IncidentReplay",
    "LayersPanel",
    "Planner",
    "Prediction",
    "ProgressPanel",
    "Recall",
    "ScopeEditor",
    "StreamMonitor",
    "SystemExplorer",
    "TabletopPanel",
    "show",
    "show_case",
    "show_facts",
    "text_table",
]


def __getattr__(name: str) -> Any:
    if name == "AttackLab":  # it brings scikit-learn, which takes a second to load and which the others don't need
        from threatlab.widgets.attack_lab import AttackLab

        return AttackLab
    if name == "StreamMonitor":  # it brings NumPy and pandas, likewise
        from threatlab.widgets.stream_monitor import StreamMonitor

        return StreamMonitor
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
