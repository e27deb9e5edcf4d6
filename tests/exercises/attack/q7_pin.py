"""Wrong answers to attack.q7, and what each must be told."""

from __future__ import annotations

import hashlib
import itertools
import json

PARTS = ("name", "description", "parameters", "code")
_numbers = itertools.count()


def of(*names):
    return lambda tool: json.dumps({name: tool[name] for name in names}, sort_keys=True)


def end_to_end(tool):
    return tool["name"] + tool["description"] + json.dumps(tool["parameters"], sort_keys=True) + tool["code"]


def joined(tool):
    return "|".join([tool["code"], tool["description"], json.dumps(tool["parameters"], sort_keys=True), tool["name"]])


def without_a_digest(tool):
    return hashlib.sha256(of(*PARTS)(tool).encode())


def as_listed(tool):
    return json.dumps({name: tool[name] for name in PARTS})


def another_each_time(tool):
    return next(_numbers)


def nothing(tool):
    return None


CONSTRAINTS = {
    "a new pin if the description changes": (of("name"), "approved by name alone"),
    "if the code changes": (of("name", "description", "parameters"), "the Postmark server"),
    "if a parameter changes": (of("name", "description", "code"), "what each parameter says of itself"),
    "if the name changes": (of("description", "parameters", "code"), "the calls for another tool"),
    "if words move from part to part": (end_to_end, "from the name to the description"),
    "with a sign between them, too": (joined, "with '|' between them"),
    "the same pin after a download": (of(*PARTS, "downloads"), "soon says yes to all"),
    "in whatever order the parts come": (as_listed, "told in another order"),
    "the same pin for the same tool": (another_each_time, "the second time"),
    "a text, or a number": (without_a_digest, "It is a HASH; give a text"),
    "a pin at all": (nothing, "does it end with a return"),
}
