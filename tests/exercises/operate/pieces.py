"""Right and wrong answers to the pieces of lesson 06, and what each wrong one must be told."""

from __future__ import annotations

WHY = "two analysts can take 24 alerts"


def bank():
    return {
        "w1": (
            lambda region, allowed: region not in allowed,
            [
                (lambda region, allowed: region in allowed, "For a call from eu where eu may call it gives True"),
                (lambda region, allowed: region != allowed[0], "us where eu and us may call"),
                (lambda *_: "broken", "give True or False"),
                (True, "is not a function"),
            ],
        ),
        "w2": (
            (16, 12, WHY),
            [
                ((500, 12, WHY), "outside the scale"),
                ((16, 0, WHY), "no hours that a team has"),
                ((16, 12, "cheap"), "is no reason"),
                (16, "a threshold, hours and a reason"),
            ],
        ),
        "w3": (
            "rate_limiting_enabled",
            [
                ("rbac_configured", "leaves that to a person"),
                ("rate_limiting_enabeld", "did you mean 'rate_limiting_enabled'"),
            ],
        ),
        "w4": (
            ((0.7, 30), (0.0, 180)),
            [
                (((0.0, 180), (0.7, 30)), "Begin with the highest score"),
                (((0.7, 30), (0.4, 90)), "never looked at"),
                (((0.7, 180), (0.0, 30)), "Is that meant"),
                (((70, 30), (0, 180)), "Score is 70"),
                (30, "is no rhythm"),
            ],
        ),
    }
