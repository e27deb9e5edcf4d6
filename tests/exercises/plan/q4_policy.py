"""Wrong answers to plan.q4, and what each must be told."""

from __future__ import annotations


def check(findings, open_days, accepted, today, *, strict=False, last=False, zero=True, by_age=False):  # noqa: PLR0913
    late = []
    for control, (severity, found) in findings.items():
        allowed, expires = open_days[severity], accepted.get(control)
        if allowed is None or (not zero and not allowed):
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


def wrong(_):
    return [
        (as_given, "somebody once accepted it"),
        (checks(strict=True), "It holds through that day"),
        (checks(by_age=True), "counts as open from the next"),
        (checks(last=True), "30 days old today"),
        (checks(zero=False), "both are false to Python"),
        (acceptance_first, "that nobody needed"),
        (ends_early, "but not several at once"),
        (lambda *_: ["encryption"], "none of the findings that it was given"),
        (lambda *_: 3, "give a list of the names"),
    ]
