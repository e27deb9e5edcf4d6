"""Wrong answers to depth.q5, and what each must be told."""

from __future__ import annotations

import threatlab
from threatlab.catalog import catalog


def gate(old, new, fail_at, *, above=False, lost=lambda was, now: was and not now, names=None):  # noqa: PLR0913
    score = threatlab.assess(new).risk_score
    too_risky = score > fail_at if above else score >= fail_at
    known = [name for name in old.known if names is None or name in names]
    return int(too_risky or any(lost(old[name], new[name]) for name in known))


CONTROLS, FACTS = catalog().controls, catalog().facts


def gates(**slip):
    return lambda *given: gate(*given, **slip)


def never_worse(old, new, fail_at):
    return int(threatlab.assess(new).risk_score > threatlab.assess(old).risk_score or gate(old, new, fail_at))


def anything_changed(old, new, fail_at):
    return int(gate(old, new, fail_at) or any(old[n] is not new[n] for n in (*old.known, *new.known)))


def facts_may_be_denied(old, new, fail_at):
    erased = any(old[fact] and new[fact] is None for fact in FACTS)
    return int(erased or gate(old, new, fail_at, names=CONTROLS))


def no_new_noes(names):
    return lambda old, new, fail_at: int(
        gate(old, new, fail_at) or any(old[name] is None and new[name] is False for name in names)
    )


def wrong(_):
    return [
        (lambda *given: 1 - gate(*given), "the other way round"),
        (lambda *given: bool(gate(*given)), "As an exit code True is 1"),
        (gates(above=True), "exactly the number"),
        (gates(lost=lambda *_: False), "A control that was in place is no longer"),
        (gates(lost=lambda was, now: was and now is False), "somebody deleted its line"),
        (gates(names=CONTROLS), "less is admitted"),
        (facts_may_be_denied, "a person has to look"),
        (never_worse, "next time nobody will admit anything"),
        (anything_changed, "Controls were added"),
        (no_new_noes(CONTROLS), "somebody looked"),
        (no_new_noes(FACTS), "answered with no"),
        (lambda old, new, _: gate(old, new, 1.1), "it has been all the time"),
        (lambda old, new, fail_at: "stop" if gate(old, new, fail_at) else "pass", "give an exit code"),
    ]
