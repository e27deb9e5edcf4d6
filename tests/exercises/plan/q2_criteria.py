"""Wrong answers to plan.q2, and what each must be told."""

from __future__ import annotations

from threatlab.catalog import Criterion


def wrong(right):
    def but(**changed):
        return {**right, **changed}

    return [
        (but(scanned=Criterion("documents scanned", "share", at_least=0.99)), "Even 0% is up to 100%"),
        (but(aware=Criterion("trained people", "share", at_least=1.0)), "how would a team look that fails it"),
        (but(vault=Criterion("findings of the audit", "findings", at_most=0)), "Whose practice"),
        (but(planted=None), "'planted' can be missed"),
        (but(honest=Criterion("honest questions answered", "share", at_most=0.95)), "the wrong way round"),
        (but(planted=Criterion("planted instructions followed", "share", at_most=0.5)), "another verdict"),
        (but(planted=Criterion("planted instructions followed", "of 100", at_most=0.05)), "A measured 5 gets"),
        (but(rollback=Criterion("time to roll back", "share", at_most=0.3)), "a share has no minutes"),
        (but(rollback="30 minutes"), "give Criterion("),
        (but(rollback=Criterion("time to roll back", "days", at_most=0.02)), "Give minutes, hours or seconds"),
        (but(planted=Criterion("instructions resisted", "share", at_least=0.95)), "or you count the opposite"),
        (list(right), "Give a dict with a Criterion or None"),
    ]
