"""Wrong answers to why.q4, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("why.q4")

CONSTRAINTS = {
    "copy": ({**RIGHT, "copy": True}, "never reads the file"),
    "roles": ({**RIGHT, "roles": True}, "which role does a user need"),
    "login": ({**RIGHT, "login": True}, "What would there be to see"),
    "keys": ({**RIGHT, "keys": False}, "does not make them useless"),
    "zero": ({**RIGHT, "zero": False}, "only be as good as its questions"),
    "true or false": ({**RIGHT, "zero": 1}, "'zero' is 1; it must be True or False"),
}
