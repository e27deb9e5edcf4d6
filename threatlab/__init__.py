"""Threat modeling for AI systems: assess, attack, control and explain, offline and in a notebook."""

from threatlab.assessment import Assessment, Finding, NextStep, assess
from threatlab.errors import AuditError, AuditWarning, CatalogError, ThreatLabError
from threatlab.system import AISystem, list_systems, load_system

__all__ = [
    "AISystem",
    "Assessment",
    "AuditError",
    "AuditWarning",
    "CatalogError",
    "Finding",
    "NextStep",
    "ThreatLabError",
    "assess",
    "list_systems",
    "load_system",
]
