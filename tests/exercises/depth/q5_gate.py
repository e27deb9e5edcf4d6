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


def fewer_than_before(old, new, fail_at):
    def protections(system):
        return sum(system[control] is True for control in CONTROLS)

    gone = protections(new) < protections(old)
    return int(gone or gate(old, new, fail_at, names=FACTS))


def no_new_yes(old, new, fail_at):
    return int(gate(old, new, fail_at) or any(old[fact] is False and new[fact] for fact in FACTS))


def facts_may_be_denied(old, new, fail_at):
    erased = any(old[fact] and new[fact] is None for fact in FACTS)
    return int(erased or gate(old, new, fail_at, names=CONTROLS))


def no_new_noes(names):
    return lambda old, new, fail_at: int(
        gate(old, new, fail_at) or any(old[name] is None and new[name] is False for name in names)
    )


CONSTRAINTS = {
    "0 lets pass, 1 stops": (lambda *given: 1 - gate(*given), "the other way round"),
    "an exit code": (lambda *given: bool(gate(*given)), "As an exit code True is 1"),
    "nothing passes that is too risky, by the number": (
        lambda old, new, _: gate(old, new, 0.5),
        "it has been all the time",
    ),
    "too risky begins at the number": (gates(above=True), "exactly the number"),
    "nor what has lost a protection": (gates(names=FACTS), "A control that was in place is no longer"),
    "lost by a line that is gone": (gates(lost=lambda was, now: was and now is False), "somebody deleted its line"),
    "lost, however good its score is": (fewer_than_before, "Yours adds up, and lets it pass"),
    "nor what no longer admits": (gates(names=CONTROLS), "less is admitted"),
    "no longer admits, and says no": (facts_may_be_denied, "a person has to look"),
    "what got better passes": (anything_changed, "Controls were added"),
    "what stayed the same passes": (
        lambda *given: int(given[0] == given[1] or gate(*given)),
        "Nothing was changed, and",
    ),
    "what got more honest passes, even if its score is higher": (never_worse, "next time nobody will admit anything"),
    "more honest: a control known to be missing": (no_new_noes(CONTROLS), "somebody looked"),
    "more honest: a question answered with no": (no_new_noes(FACTS), "answered with no"),
    "more honest: a no corrected to a yes": (no_new_yes, "next time the no will stay"),
}


def wrong(_):
    return [
        (lambda old, new, fail_at: "stop" if gate(old, new, fail_at) else "pass", "give an exit code"),
        (lambda *_: 1.5, "returned 1.5; give an exit code"),
        (lambda *_: None, "does it end with a return"),
    ]
