"""What changed between two reviews of a system or of an inventory, and which answers moved the score."""

from threatlab.changes.compare import (
    AnswerChange,
    Change,
    Described,
    InventoryChange,
    PartChange,
    ThreatChange,
    as_model,
    diff,
    diff_inventory,
)
from threatlab.changes.writing import to_json, to_markdown, to_text

__all__ = [
    "AnswerChange",
    "Change",
    "Described",
    "InventoryChange",
    "PartChange",
    "ThreatChange",
    "as_model",
    "diff",
    "diff_inventory",
    "to_json",
    "to_markdown",
    "to_text",
]
