"""Wrong answers to operate.q3, and what each must be told."""

from __future__ import annotations


def decision(option, by="security analyst", note="because the log will be read"):
    return {"option": option, "by": by, "note": note}


def wrong(right):
    def instead(number, *told, **more):
        return [*right[: number - 1], decision(*told, **more), *right[number:]]

    return [
        (["log", "search"], "is no list of decisions"),
        (right[:5], "the story isn't over"),
        ([*right, decision("again")], "the story ends after 8"),
        (instead(4, "keep"), "not for the security analyst to decide"),
        (instead(3, "remove", "incident lead"), "what you may decide yourself"),
        (instead(2, "search", ""), "names nobody under by"),
        (instead(1, "log", note="proof"), "has no reason"),
        (instead(4, "nobody"), "nobody decides, and it is decided"),
        (instead(4, "wipe", "incident lead"), "Taken: 1 kind"),
        (instead(2, "first", "ML engineer"), "Attacker in"),
        (instead(1, "unplug"), "Service down"),
        (instead(6, "call", "business owner"), "unknown option"),
    ]
