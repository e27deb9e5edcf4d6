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
    items, *, name="empty", facts=True, control=True, bound=0.5, decided=HELD, finished=True, reviewed="", always=()
):
    """A model in which `items` tick, or one that has a fault."""
    system = AISystem(name)
    if "assessment" in {*items, *always}:
        system = system.with_(**dict.fromkeys(catalog().facts if facts else (), False))
        system = system.with_(staff_trained=False) if control else system
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


def only_with_another(items):
    return model_with(items - {"training"} if len(items) < 2 else items)


CONSTRAINTS = {
    "returns a ThreatModel": (a_list_of_items, "give a ThreatModel"),
    "no fewer: each question about the system": (faulty(facts=False), "questions are open"),
    "no fewer: a control": (faulty(control=False), "say of at least one control whether it is in place"),
    "no fewer: a bound": (faulty(bound=1.0), "accepts a risk of 1"),
    "no fewer: to its end": (faulty(finished=False), "play it to its end"),
    "no fewer: a decision": (faulty(decided=()), "hold a tabletop exercise"),
    "no fewer: reviews of this system": (faulty(reviewed="another"), "Which one is yours called"),
    "with each alone": (only_with_another, "Asked for training: training doesn't tick"),
    "no more": (faulty(always=("training",)), "training ticks too"),
    "with all but one": (
        lambda items: model_with({*items, "policy"} if len(items) == 5 else items),
        "monitoring, tabletop, reviews, training: policy ticks too",
    ),
    "with all": (lambda items: model_with(items if len(items) < 6 else items - {"policy"}), "training: policy doesn't"),
    "with no item": (lambda items: model_with(items or {"policy"}), "Asked for nothing: policy ticks too"),
}


def wrong(_):
    return [
        (six_ticks_anyway, "What of your model is there whoever asks"),
        (faulty(always=("reviews",)), "reviews ticks too"),
        (lambda _: None, "does it end with a return"),
    ]
