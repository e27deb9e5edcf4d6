"""Wrong answers to attack.q1, and what each must be told."""

from __future__ import annotations


def wrong(right):
    return [
        ({**right, "checked": 0}, "the other strength"),
        ({**right, "checked": 1}, "row 1 measures Neighbor label check"),
        ({**right, "signed": 0}, "Who has a valid signature"),
        ({**right, "signed": 3}, "figures are what the claim rests on"),
        ({**right, "signed": 2}, "the claim speaks of another control"),
        ({**right, "rounded": 0}, "with rounding and without"),
        ({**right, "blur": 0}, "an attacker who knows of it"),
        ({**right, "hardened": 7}, "Take the two differences"),
        ({**right, "private": 0}, "right half of the time by luck"),
        ({**right, "private": 9}, "it must be a row's number (1 to 8, or 0 if it holds)"),
        ({"private": 8}, "(1 to 8, or 0 if it holds) for each of: checked"),
    ]
