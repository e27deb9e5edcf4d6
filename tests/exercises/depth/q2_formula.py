"""Wrong answers to depth.q2, and what each must be told."""

from __future__ import annotations

from math import prod


def passes(shares):
    return prod(1 - share for share in shares)


def good_years(shares, p):
    return passes([share / (1 - p) for share in shares])


def wrong(right):
    return [
        (lambda alone, shared, _: passes([*alone, *shared]), "as if they failed independently"),
        (lambda alone, shared, p: p + passes([*alone, *shared]), "You add p to the product"),
        (
            lambda alone, shared, p: p + (1 - p) * passes(alone) * good_years(shared, p),
            "what do those stop then",
        ),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes(shared)),
            "the average has the bad years in it",
        ),
        (lambda alone, shared, p: p + (1 - p) * good_years([*alone, *shared], p), "You treat all layers as shared"),
        (lambda alone, shared, p: passes(alone) * (p + good_years(shared, p)), "the weights p and 1"),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes([s * (1 + p) for s in shared])),
            "You make a shared layer better by p",
        ),
        (
            lambda alone, shared, p: passes(alone) * (p + (1 - p) * passes([s * (1 - p) for s in shared])),
            "stops less than its average",
        ),
        (lambda alone, shared, p: passes(alone) * max(p, passes(shared)), "the larger of two numbers"),
        (lambda *given: 1 - right(*given), "the share that is stopped"),
        (lambda alone, shared, p: passes(alone) * p, "Two checks"),
        (lambda *_: right([0.5, 0.3], [0.8, 0.7], 0.1), "alone=[], shared=[0.8, 0.8, 0.8]"),
    ]
