"""Wrong answers to plan.q4, and what each must be told."""

from __future__ import annotations


def check(findings, open_days, accepted, today, *, strict=False, last=False, zero=True, by_age=False, at_once=False):  # noqa: PLR0913
    late = []
    for control, (severity, found) in findings.items():
        allowed, expires = open_days[severity], accepted.get(control)
        if allowed is None or (not zero and not allowed):
            continue
        if at_once and allowed == 0:
            late.append(control)
            continue
        if expires and (today < expires if strict else today <= expires):
            continue
        age = (today - found).days
        ran_out = bool(expires) and not by_age
        if ran_out or (zero and allowed == 0) or (age >= allowed if last else age > allowed):
            late.append(control)
    return late


def checks(**slip):
    return lambda *given: check(*given, **slip)


def as_given(findings, open_days, accepted, today):
    late = []
    for control, (severity, found) in findings.items():
        if control in accepted:
            continue
        allowed = open_days[severity]
        if not allowed:
            continue
        if (today - found).days >= allowed:
            late.append(control)
    return late


def ends_early(findings, open_days, accepted, today):
    first = list(findings)[:1]
    return [control for control in check(findings, open_days, accepted, today) if control in first]


def acceptance_first(findings, open_days, accepted, today):
    ran_out = [c for c in findings if c in accepted and today > accepted[c]]
    return {*check(findings, open_days, accepted, today), *ran_out}


CONSTRAINTS = {
    "None may stay open for any time": (
        lambda findings, open_days, *rest: check(
            findings, {s: 100 if d is None else d for s, d in open_days.items()}, *rest
        ),
        "for any time, and yours reports it",
    ),
    "never in breach": (acceptance_first, "that nobody needed"),
    "an accepted finding is not in breach": (
        lambda findings, open_days, _, today: check(findings, open_days, {}, today),
        "holds until tomorrow",
    ),
    "that day included": (checks(strict=True), "It holds through that day"),
    "from the day after, however young": (checks(by_age=True), "counts as open from the next"),
    "more days than its severity allows": (checks(last=True), "30 days old today"),
    "0 days not at all": (checks(zero=False), "both are false to Python"),
    "unless it is accepted": (checks(at_once=True), "unless it is accepted, and this one is"),
    "the names of the findings": (lambda *_: ["encryption"], "none of the findings that it was given"),
    "many at once": (ends_early, "but not several at once"),
    "a list": (lambda *_: 3, "give a list of the names"),
}


def wrong(_):
    return [
        (as_given, "somebody once accepted it"),
        (
            lambda findings, open_days, *rest: check(findings, {s: d and 1 for s, d in open_days.items()}, *rest),
            "three days old where thirty are allowed",
        ),
        (
            lambda _, __, accepted, today: [c for c in accepted if today > accepted[c]],
            "31 days old. Yours says nothing",
        ),
    ]
