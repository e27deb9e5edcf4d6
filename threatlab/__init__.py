"""Threat modeling for AI systems: assess, attack, control, explain, offline and in a notebook."""

from threatlab.assessment import Assessment, Finding, NextStep, assess
from threatlab.audit import AuditLog
from threatlab.errors import AuditError, AuditWarning, CatalogError, ThreatLabError
from threatlab.manager import ThreatModelingBasicsManager
from threatlab.system import AISystem, list_systems, load_system

__all__ = [
    "AISystem",
    "Assessment",
    "AuditError",
    "AuditLog",
    "AuditWarning",
    "CatalogError",
    "Finding",
    "NextStep",
    "ThreatLabError",
    "ThreatModelingBasicsManager",
    "assess",
    "list_systems",
    "load_system",
]
