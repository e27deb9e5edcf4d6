"""Answers to the questions of lesson 00: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

from threatlab import assess
from threatlab.incidents import incidents

MAIN = {incident.id: incident.threat for incident in incidents()}
VERDICT = {"copy": False, "roles": False, "login": False, "keys": True, "zero": True}


def core(incident):
    return assess(incident.system, ruleset="core").findings


def seen(incident):
    return {found.attribute for found in core(incident) if not found.unknown}


def unknown_counts(incident):
    return {found.attribute for found in core(incident)}


def all_that_was_missing(incident):
    return set(incident.missing)


def what_it_overlooks(incident):
    return set(incident.missing) - seen(incident)


def nothing_ever(_):
    return set()


def learned_by_heart(incident):
    return {"clearview": {"rbac_configured"}, "shadowray": {"monitoring_active"}}.get(incident.id, set())


def only_counts(incident):
    return len(seen(incident))


RIGHT = {
    "why.q1": MAIN,
    "why.q2": ["flow", "abuse", "rank", "decide", "again"],
    "why.q3": seen,
    "why.q4": VERDICT,
}

WRONG = {
    "why.q1": [
        ({**MAIN, "tay": "prompt_injection"}, "obeys it as an instruction. Nobody broke in here"),
        ({**MAIN, "postmark-mcp": "privacy_breach"}, "9 of 10 are right. Postmark MCP server, privacy breach"),
        ({**MAIN, "llm-jacking": "model_extraction"}, "Who got the bill"),
        ({**MAIN, "claude-distillation": "denial_or_cost"}, "What were 16 million answers good for"),
        ({**MAIN, "hugging-face": "data_poisoning"}, "loading them was enough"),
        ({**MAIN, "id-me": "identity theft"}, "none of the eight threats"),
        ({"tay": "data_poisoning"}, "one threat for each of these ten"),
    ],
    "why.q2": [
        (["decide", "flow", "abuse", "rank", "again"], "checklist of the last project"),
        (["abuse", "flow", "rank", "decide", "again"], "What has to be known first"),
        (["flow", "rank", "abuse", "decide", "again"], "before they can be compared"),
        (["flow", "abuse", "rank", "again", "decide"], "which change is it a test of"),
        (["flow", "abuse", "decide", "again"], "each of these once"),
    ],
    "why.q3": [
        (unknown_counts, "nobody has said whether it was in place"),
        (all_that_was_missing, "has no question about it"),
        (what_it_overlooks, "keep the rest"),
        (nothing_ever, "asks about more of what was missing"),
        (learned_by_heart, "For a system without encryption"),
        (only_counts, "a set of controls' names"),
    ],
    "why.q4": [
        ({**VERDICT, "copy": True}, "never reads the file"),
        ({**VERDICT, "roles": True}, "which role does a user need"),
        ({**VERDICT, "login": True}, "What would there be to see"),
        ({**VERDICT, "keys": False}, "does not make them useless"),
        ({**VERDICT, "zero": False}, "only be as good as its questions"),
    ],
}
