"""Wrong answers to why.q2, and what each must be told."""

from __future__ import annotations

CONSTRAINTS = {
    "what are we working on, first": (["abuse", "flow", "rank", "decide", "again"], "What has to be known first"),
    "finding before comparing": (["flow", "rank", "abuse", "decide", "again"], "before they can be compared"),
    "a control behind the threats": (["decide", "flow", "abuse", "rank", "again"], "checklist of the last project"),
    "the good enough job, last": (["flow", "abuse", "rank", "again", "decide"], "which change is it a test of"),
    "all five": (["flow", "abuse", "decide", "again"], "'rank' is missing"),
    "each once": (["flow", "abuse", "rank", "decide", "again", "flow"], "'flow' stands there twice"),
    "by their names": (["flow", "abuse", "rank", "decide", "agian"], "Did you mean 'again'?"),
    "an order": ({"flow", "abuse", "rank", "decide", "again"}, "is not a list"),
}
