"""Wrong answers to operate.q3, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right

RIGHT = right("operate.q3")


def decision(option, by="security analyst", note="because the log will be read"):
    return {"option": option, "by": by, "note": note}


def instead(number, *decided, **more):
    return [*RIGHT[: number - 1], decision(*decided, **more), *RIGHT[number:]]


CONSTRAINTS = {
    "to its end": (RIGHT[:5], "the story isn't over"),
    "a list of dicts": (["log", "search"], "is no list of decisions"),
    "what the analyst may decide, you decide": (instead(3, "remove", "incident lead"), "what you may decide yourself"),
    "everything else to somebody who may": (instead(4, "keep"), "not for the security analyst to decide"),
    "goes to somebody": (instead(2, "search", ""), "names nobody under by"),
    "each decision": (instead(4, "nobody"), "nobody decides, and it is decided"),
    "a reason": (instead(1, "log", note=""), "has no reason"),
    "a reason, in words": (
        instead(1, "log", note="x x x x"),
        "has 'x x x x' for a reason. Say why under note, in 4 different",
    ),
    "the attacker's hours": (instead(3, "rule"), "accepted. Attacker in"),
    "the hours of service": (instead(5, "all"), "accepted. Service down"),
    "what is taken": (instead(5, "account"), "accepted. Taken"),
    "what can't be known": (instead(4, "package", "incident lead"), "accepted. Unanswerable"),
    "who heard it late": (instead(4, "wipe", "incident lead"), "Told too late"),
}


def wrong(_):
    return [
        ([*RIGHT, decision("again")], "the story ends after 8"),
        (instead(2, "first", "ML engineer"), "Attacker in"),
        (instead(1, "unplug"), "Service down"),
        (instead(6, "call", "business owner"), "unknown option"),
        ([{**RIGHT[0], "minutes": 999}, *RIGHT[1:]], "nobody decided in time"),
        (instead(1, "log", note=["proof"]), "the note on 'bounce' is ['proof']"),
    ]
