"""Wrong answers to capstone.q5, and what each must be told."""

from __future__ import annotations

from datetime import date

from threatlab.catalog import catalog
from threatlab.operate.reviews import review_calendar
from threatlab.policy import Policy
from threatlab.report import (
    AlertChoice,
    Decision,
    Tabletop,
    ThreatModel,
    Training,
)
from threatlab.system import AISystem

TODAY = date(2026, 12, 1)


HELD = (Decision("Mon 09:00", "?", "me", "wait", "", ""),)


def model_with(  # noqa: PLR0913
    items, *, name="empty", facts=True, bound=0.5, decided=HELD, finished=True, reviewed="", always=()
):
    """A model in which `items` tick, or one that has a fault."""
    system = AISystem(name)
    if "assessment" in {*items, *always}:
        system = system.with_(staff_trained=False, **(dict.fromkeys(catalog().facts, False) if facts else {}))
    parts = {
        "policy": Policy(max_risk=bound),
        "monitoring": AlertChoice("CUSUM", 16, "because", 0, (), 0.0),
        "tabletop": Tabletop("A rehearsal", finished, decided),
        "reviews": review_calendar([AISystem(reviewed or name)], TODAY),
        "training": [Training("Everybody", TODAY, "Everything", "me")],
    }
    return ThreatModel(system, **{part: made for part, made in parts.items() if part in {*items, *always}})


def faulty(**faults):
    return lambda items: model_with(items, **faults)


def six_ticks_anyway(_):
    return model_with({"assessment", "policy", "monitoring", "tabletop", "reviews", "training"})


def a_list_of_items(items):
    return sorted(items)


def wrong(_):
    return [
        (a_list_of_items, "give a ThreatModel"),
        (six_ticks_anyway, "What of your model is there whoever asks"),
        (faulty(facts=False), "is every question about what it *is* answered"),
        (faulty(bound=1.0), "accepts a risk of 1"),
        (faulty(finished=False), "An exercise counts that was finished"),
        (faulty(decided=()), "hold a tabletop exercise"),
        (faulty(reviewed="another"), "Which one is yours called"),
        (faulty(always=("training",)), "training ticks too"),
    ]
