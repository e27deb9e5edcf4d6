"""Wrong answers to capstone.q3, and what each must be told."""

from __future__ import annotations

from threatlab.report import ThreatModel, briefing
from threatlab.system import load_system

SPELLED = "The night porter acts_without_approval. " * 40


def wrong(right):
    text, _ = right
    return [
        ("Be careful tonight.", "That is 3 words"),
        (SPELLED, "Read it aloud"),
        (briefing(ThreatModel(load_system("postmark-mcp"))) * 2, "That lists keywords, as the draft"),
        (text * 4, "the shift has 5"),
        (text, "Compare your text with these points"),
        ((text, [1, 2, 3, 5, 6]), "By your own mark it misses"),
        ((text, [0, 7]), "it must be a point's number"),
    ]
