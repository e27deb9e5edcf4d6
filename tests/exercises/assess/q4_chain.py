"""Wrong answers to assess.q4, and what each must be told."""

from __future__ import annotations


def wrong(right):
    return [
        ({**right, "space": False}, "single spelling"),
        ({**right, "middle": False}, "Who else in the file"),
        ({**right, "last": True}, "points to entry 2 as it did"),
        ({**right, "all": True}, "remember the old chain"),
        ({**right, "first": False}, "What does entry 2 name"),
        ({**right, "invent": True}, "what the log itself does"),
        ({**right, "invent": "no"}, "must be True (found) or False"),
        ({"space": True}, "True (found) or False for each"),
    ]
