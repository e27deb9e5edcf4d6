"""Wrong answers to depth.q1, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("depth.q1")


def moved(name, place):
    rest = [each for each in RIGHT if each != name]
    return [*rest[:place], name, *rest[place:]]


CONSTRAINTS = {
    "the seven names": (RIGHT[:6], "Give each of these once"),
    "the order in which things happened": (moved("bill", 5), "'bill' is the harm"),
    "what had to be there before": (moved("login", 1), "'login' uses keys"),
    "the alarm, not before it can see": (moved("alarm", 1), "Which is the first step that doesn't?"),
    "the alarm, as soon as it can see": (tuple(moved("alarm", 5)), "'alarm' rings earlier"),
    "a list": ({*RIGHT}, "is not a list"),
}


def wrong(_):
    return [
        (moved("keys", 0), "'keys' lay on a machine"),
        (moved("list", 2), "'list' asks the account"),
        (moved("proxy", 3), "'proxy' sells access"),
    ]
