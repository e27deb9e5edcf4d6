"""Wrong answers to why.q2, and what each must be told."""

from __future__ import annotations


def wrong(_):
    return [
        (["decide", "flow", "abuse", "rank", "again"], "checklist of the last project"),
        (["abuse", "flow", "rank", "decide", "again"], "What has to be known first"),
        (["flow", "rank", "abuse", "decide", "again"], "before they can be compared"),
        (["flow", "abuse", "rank", "again", "decide"], "which change is it a test of"),
        (["flow", "abuse", "decide", "again"], "each of these once"),
    ]
