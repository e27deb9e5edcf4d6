"""Wrong answers to depth.q1, and what each must be told."""

from __future__ import annotations


def wrong(right):
    def moved(name, place):
        rest = [each for each in right if each != name]
        return [*rest[:place], name, *rest[place:]]

    return [
        (moved("alarm", 1), "Which is the first step that doesn't?"),
        (moved("alarm", 5), "'alarm' rings earlier"),
        (moved("keys", 0), "'keys' lay on a machine"),
        (moved("login", 1), "'login' uses keys"),
        (moved("list", 2), "'list' asks the account"),
        (moved("proxy", 3), "'proxy' sells access"),
        (moved("bill", 5), "'bill' is the harm"),
        (right[:6], "Give each of these once"),
    ]
