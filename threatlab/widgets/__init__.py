"""Live panels: each is a frozen state, pure functions from state to HTML, and actions that the page can call."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from threatlab.widgets.base.text_table import text_table
from threatlab.widgets.changes.panel import WhatChanged
from threatlab.widgets.checklist.panel import ChecklistPanel
from threatlab.widgets.class_view.panel import ClassView
from threatlab.widgets.control_form.panel import ControlForm
from threatlab.widgets.dashboard.panel import Dashboard
from threatlab.widgets.explorer.panel import SystemExplorer
from threatlab.widgets.export.panel import ExportPanel
from threatlab.widgets.incident_replay.panel import IncidentReplay
from threatlab.widgets.layers.panel import LayersPanel
from threatlab.widgets.learning.prediction import CheckYourself, Comparison, Prediction
from threatlab.widgets.learning.progress import ProgressPanel
from threatlab.widgets.learning.recall import Recall
from threatlab.widgets.planner.panel import Planner
from threatlab.widgets.scope_editor.panel import ScopeEditor
from threatlab.widgets.scope_editor.show import show, show_case, show_facts
from threatlab.widgets.tabletop.panel import TabletopPanel

if TYPE_CHECKING:
    from threatlab.widgets.attack_lab.panel import AttackLab
    from threatlab.widgets.injection_desk.panel import InjectionDesk
    from threatlab.widgets.stream_monitor.panel import StreamMonitor

__all__ = [
    "AttackLab",
    "CheckYourself",
    "ChecklistPanel",
    "ClassView",
    "Comparison",
    "ControlForm",
    "Dashboard",
    "ExportPanel",
    "IncidentReplay",
    "InjectionDesk",
    "LayersPanel",
    "Planner",
    "Prediction",
    "ProgressPanel",
    "Recall",
    "ScopeEditor",
    "StreamMonitor",
    "SystemExplorer",
    "TabletopPanel",
    "WhatChanged",
    "show",
    "show_case",
    "show_facts",
    "text_table",
]


_LATER = {"AttackLab": "attack_lab", "InjectionDesk": "injection_desk", "StreamMonitor": "stream_monitor"}
"""They bring scikit-learn, a language model or pandas, which take a second to load and which the others don't need."""


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"threatlab.widgets.{_LATER[name]}.panel"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
