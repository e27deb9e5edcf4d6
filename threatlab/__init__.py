"""Threat modeling for AI systems: assess, attack, control, explain, offline and in a notebook."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from threatlab.assessment import Assessment, Finding, NextQuestion, NextStep, assess
from threatlab.audit import AuditLog
from threatlab.errors import AuditError, AuditWarning, CatalogError, ThreatLabError
from threatlab.lessons import check_parameters
from threatlab.manager import ThreatModelingBasicsManager
from threatlab.system import AISystem, list_systems, load_system

if TYPE_CHECKING:
    from threatlab.assessment.inventory import assess_inventory
    from threatlab.changes import diff, diff_inventory
    from threatlab.dataflow.files import load_drawing
    from threatlab.plan import make_plan

__all__ = [
    "AISystem",
    "Assessment",
    "AuditError",
    "AuditLog",
    "AuditWarning",
    "CatalogError",
    "Finding",
    "NextQuestion",
    "NextStep",
    "ThreatLabError",
    "ThreatModelingBasicsManager",
    "assess",
    "assess_inventory",
    "check_parameters",
    "diff",
    "diff_inventory",
    "list_systems",
    "load_drawing",
    "load_system",
    "make_plan",
]

_WHEN_ASKED_FOR = {
    "assess_inventory": "threatlab.assessment.inventory",  # brings pandas, which takes its time
    "diff": "threatlab.changes",
    "diff_inventory": "threatlab.changes",
    "load_drawing": "threatlab.dataflow.files",
    "make_plan": "threatlab.plan",
}


def __getattr__(name: str) -> Any:
    if name not in _WHEN_ASKED_FOR:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_WHEN_ASKED_FOR[name]), name)
