"""Wrong answers to why.q4, and what each must be told."""

from __future__ import annotations


def wrong(right):
    return [
        ({**right, "copy": True}, "never reads the file"),
        ({**right, "roles": True}, "which role does a user need"),
        ({**right, "login": True}, "What would there be to see"),
        ({**right, "keys": False}, "does not make them useless"),
        ({**right, "zero": False}, "only be as good as its questions"),
    ]
