"""Wrong answers to assess.q4, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("assess.q4")

CONSTRAINTS = {
    "space": ({**RIGHT, "space": False}, "single spelling"),
    "middle": ({**RIGHT, "middle": False}, "Who else in the file"),
    "last": ({**RIGHT, "last": True}, "points to entry 2 as it did"),
    "all": ({**RIGHT, "all": True}, "remember the old chain"),
    "first": ({**RIGHT, "first": False}, "What does entry 2 name"),
    "invent": ({**RIGHT, "invent": True}, "what the log itself does"),
    "True if it is found": ({**RIGHT, "invent": "no"}, "must be True (found) or False"),
    "all six": ({"space": True}, "'middle' is missing. Give a dict with True (found) or False for each"),
}
