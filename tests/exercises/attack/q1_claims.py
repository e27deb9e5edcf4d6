"""Wrong answers to attack.q1, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("attack.q1")

CONSTRAINTS = {
    "checked": ({**RIGHT, "checked": 0}, "the other strength"),
    "signed": ({**RIGHT, "signed": 0}, "Who has a valid signature"),
    "rounded": ({**RIGHT, "rounded": 0}, "with rounding and without"),
    "blur": ({**RIGHT, "blur": 0}, "an attacker who knows of it"),
    "hardened": ({**RIGHT, "hardened": 7}, "Take the two differences"),
    "private": ({**RIGHT, "private": 0}, "right half of the time by luck"),
    "the row that contradicts it": ({**RIGHT, "signed": 3}, "figures are what the claim rests on"),
    "a row of its own control": ({**RIGHT, "signed": 2}, "the claim speaks of another control"),
    "the number of a row": ({**RIGHT, "private": 9}, "it must be a row's number (1 to 8, or 0 if it holds)"),
    "0 if none does": ({**RIGHT, "hardened": False}, "'hardened' is False; it must be a row's number"),
    "for each claim": ({"private": 8}, "'checked' is missing"),
}


def wrong(right):
    return [({**right, "checked": 1}, "row 1 measures Neighbor label check")]
