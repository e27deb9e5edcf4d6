"""The catalog: everything known before any system is looked at, kept as TOML beside this file."""

from threatlab.catalog.records import (
    CLAIM_CAP,
    EFFECTS,
    EVIDENCE,
    ROLES,
    SEVERITIES,
    Case,
    Control,
    Criterion,
    Effectiveness,
    Fact,
    Layer,
    SharedFailure,
    Source,
    Technique,
    Threat,
)
from threatlab.catalog.rules import Catalog, Ruleset, catalog, read_catalog

__all__ = [
    "CLAIM_CAP",
    "EFFECTS",
    "EVIDENCE",
    "ROLES",
    "SEVERITIES",
    "Case",
    "Catalog",
    "Control",
    "Criterion",
    "Effectiveness",
    "Fact",
    "Layer",
    "Ruleset",
    "SharedFailure",
    "Source",
    "Technique",
    "Threat",
    "catalog",
    "read_catalog",
]
