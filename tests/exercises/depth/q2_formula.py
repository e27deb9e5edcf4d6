"""Wrong answers to depth.q2, and what each must be told."""

from __future__ import annotations

from math import prod


def passes(shares):
    return prod(1 - share for share in shares)


def good_years(shares, p):
    return passes([share / (1 - p) for share in shares])


def through(alone, shared, p):
    return passes(alone) * (p + (1 - p) * good_years(shared, p))


CONSTRAINTS = {
    "the share that gets through": (lambda *given: 1 - through(*given), "the share that is stopped"),
    "over all years": (lambda alone, shared, p: passes(alone) * (p + good_years(shared, p)), "the weights p and 1"),
    "alone stops its share in every year": (
        lambda alone, shared, p: p + (1 - p) * passes(alone) * good_years(shared, p),
        "what do those stop then",
    ),
    "shared stops nothing in a bad year": (
        lambda alone, shared, _: passes([*alone, *shared]),
        "as if they failed independently",
    ),
    "its average": (
        lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes(shared)),
        "the average has the bad years in it",
    ),
    "in a good year it stops more": (
        lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes([s * (1 - p) for s in shared])),
        "stops less than its average",
    ),
    "either list may have any length": (
        lambda alone, shared, p: through(alone, shared[:2], p),
        "alone=[], shared=[0.8, 0.8, 0.8]",
    ),
    "alone may be empty": (lambda *given: through(*given) if given[0] else 0.0, "alone=[], shared=[0.8, 0.8, 0.8], p"),
    "shared may be empty": (lambda *given: through(*given) if given[1] else given[2], "alone=[0.5, 0.4], shared=[]"),
    "both may be empty": (lambda *given: through(*given) if given[0] or given[1] else 0.0, "alone=[], shared=[], p"),
    "p may be any": (lambda alone, shared, _: through(alone, shared, 0.1), "p=0.0 you give"),
}


def wrong(_):
    return [
        (lambda alone, shared, p: p + passes([*alone, *shared]), "You add p to the product"),
        (lambda alone, shared, p: p + (1 - p) * good_years([*alone, *shared], p), "You treat all layers as shared"),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes([s * (1 + p) for s in shared])),
            "You make a shared layer better by p",
        ),
        (lambda alone, shared, p: passes(alone) * max(p, passes(shared)), "the larger of two numbers"),
        (lambda alone, shared, p: passes(alone) * p, "Two checks"),
        (lambda *given: 100 * through(*given), "That is in percent"),
        (lambda *given: round(through(*given), 3), "That is right, but rounded"),
    ]
