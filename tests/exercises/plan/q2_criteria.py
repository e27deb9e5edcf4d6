"""Wrong answers to plan.q2, and what each must be told."""

from __future__ import annotations

from tests.exercises.solved import right
from threatlab.catalog import Criterion

RIGHT = right("plan.q2")


def but(**changed):
    return {**RIGHT, **changed}


def followed(unit, **bound):
    return but(planted=Criterion("planted instructions followed", unit, **bound))


def rolled_back(unit, at_most):
    return but(rollback=Criterion("time to roll back", unit, at_most=at_most))


CONSTRAINTS = {
    "each line": ({name: RIGHT[name] for name in list(RIGHT)[1:]}, "Criterion or None for each of: planted"),
    "as a Criterion": (but(rollback="30 minutes"), "give Criterion("),
    "a Criterion where a number can miss it": (but(planted=None), "'planted' can be missed"),
    "None where no share could miss it": (
        but(scanned=Criterion("documents scanned", "share", at_least=0.99)),
        "Even 0% is up to 100%",
    ),
    "None where nothing is counted": (
        but(aware=Criterion("trained people", "share", at_least=1.0)),
        "how would a team look that fails it",
    ),
    "None where taste decides": (but(vault=Criterion("findings", "findings", at_most=0)), "Whose practice"),
    "count what the line counts": (
        but(planted=Criterion("instructions resisted", "share", at_least=0.95)),
        "or you count the opposite",
    ),
    "take its bound": (followed("share", at_most=0.0505), "A measured 0.0501 gets another verdict"),
    "30 minutes, or sooner": (rolled_back("minutes", 30.5), "A measured 30.1 gets"),
    "share for a number from 0 to 1": (followed("of 100", at_most=0.05), "A measured 5 gets"),
    "a time is no share": (rolled_back("share", 0.3), "a share has no minutes"),
    "a share is no time": (followed("minutes", at_most=5), "nothing in this line takes minutes"),
}


def wrong(_):
    return [
        (but(honest=Criterion("honest questions answered", "share", at_most=0.95)), "the wrong way round"),
        (rolled_back("days", 0.02), "Give minutes, hours or seconds"),
        (followed("share", at_most=0.5), "yours says planted instructions followed: at most 50%"),
    ]
