"""The catalog: everything known before any system is looked at, kept as TOML beside this file."""

from threatlab.catalog.records import (
    EFFECTS,
    EVIDENCE,
    LAYER_CAP,
    ROLES,
    SEVERITIES,
    Control,
    Criterion,
    Effectiveness,
    Fact,
    Layer,
    Technique,
    Threat,
)
from threatlab.catalog.rules import Catalog, Ruleset, catalog, read_catalog
from threatlab.catalog.sources import Source

__all__ = [
    "EFFECTS",
    "EVIDENCE",
    "LAYER_CAP",
    "ROLES",
    "SEVERITIES",
    "Catalog",
    "Control",
    "Criterion",
    "Effectiveness",
    "Fact",
    "Layer",
    "Ruleset",
    "Source",
    "Technique",
    "Threat",
    "catalog",
    "read_catalog",
]
