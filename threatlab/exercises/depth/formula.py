"""The judge of lesson 05 that calculates: what gets through layers of which some share a failure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isclose, prod
from typing import Any

from threatlab.exercises.judges import a_function, a_number, returned
from threatlab.exercises.outcome import NotYet

Shares = Sequence[float]
Formula = Callable[[Shares, Shares, float], float]


def _product(stops: Iterable[float]) -> float:
    return prod(1 - share for share in stops)


def _through(alone: Shares, shared: Shares, p: float) -> float:
    return _product(alone) * (p + (1 - p) * _product(share / (1 - p) for share in shared))


_MIXES: tuple[tuple[Shares, Shares, float], ...] = (
    ((0.5, 0.3), (0.8, 0.7), 0.1),
    ((), (0.8, 0.8, 0.8), 0.1),
    ((0.6,), (0.9,), 0.05),
    ((0.5, 0.4), (), 0.2),
    ((0.2,), (0.5, 0.6, 0.7), 0.0),
    ((0.25,), (0.6, 0.75, 0.1, 0.3), 0.2),
)

_FORMULA_SLIPS: tuple[tuple[Formula, str], ...] = (
    (
        lambda alone, shared, _: _product([*alone, *shared]),
        (
            "You multiply all layers as if they failed independently. In the share p of years the shared ones are "
            "open, all of them at once."
        ),
    ),
    (
        lambda alone, shared, p: p + _product([*alone, *shared]),
        (
            "You add p to the product. Then the bad years count on top of the others, and layers that don't hang on "
            "the account are open in them too. There are two kinds of years; what gets through in each?"
        ),
    ),
    (
        lambda alone, shared, p: p + (1 - p) * _product([*alone, *(share / (1 - p) for share in shared)]),
        "In your bad years every layer is open. Some of them don't hang on the account: what do those stop then?",
    ),
    (
        lambda alone, shared, p: _product(alone) * (p + (1 - p) * _product(shared)),
        (
            "In your good years a shared layer stops what it stops on average. But the average has the bad years in "
            "it, in which it stops nothing: in the others it must be better. Try one shared layer: what comes out?"
        ),
    ),
    (
        lambda alone, shared, p: p + (1 - p) * _product(share / (1 - p) for share in [*alone, *shared]),
        "You treat all layers as shared, the first list too. Those are independent: the same in every year.",
    ),
    (
        lambda alone, shared, p: _product(alone) * (p + _product(share / (1 - p) for share in shared)),
        "Your two kinds of years have the weights p and 1. Together that is more than all years.",
    ),
    (
        lambda alone, shared, p: (
            _product(alone) * (p + (1 - p) * _product(min(1.0, share * (1 + p)) for share in shared))
        ),
        (
            "You make a shared layer better by p in the good years. Is the average over all years then what it was? "
            "(1 - p) times something has to be the average."
        ),
    ),
    (
        lambda alone, shared, p: _product(alone) * (p + (1 - p) * _product(share * (1 - p) for share in shared)),
        (
            "In your good years a shared layer stops less than its average, and in bad ones nothing. How does it come "
            "to its average? (1 - p) times something has to be that."
        ),
    ),
    (
        lambda alone, shared, p: _product(alone) * max(p, _product(shared)),
        (
            "You take the larger of two numbers. Both kinds of years happen, so what gets through in the good ones "
            "comes on top of what gets through in the bad: each with its weight."
        ),
    ),
    (
        lambda alone, shared, p: 1 - _through(alone, shared, p),
        "That is the share that is stopped. Asked is what gets through.",
    ),
)


def _same(given: float, right: float) -> bool:
    return isclose(given, right, abs_tol=1e-9)


def follows_two_worlds(answer: Any) -> str:
    """Judge a formula for what gets through layers of which some share a failure."""
    function = a_function(answer, "alone, shared and p")
    given = [a_number(returned(function, list(alone), list(shared), p)) for alone, shared, p in _MIXES]
    wrong = [place for place, mix in enumerate(_MIXES) if not _same(given[place], _through(*mix))]
    if wrong:
        for slip, says in _FORMULA_SLIPS:
            if all(map(_same, given, (slip(*mix) for mix in _MIXES))):
                raise NotYet(says)
        alone, shared, p = _MIXES[wrong[0]]
        raise NotYet(
            f"For alone={list(alone)}, shared={list(shared)}, p={p} you give {given[wrong[0]]:.4f}. Two checks: with "
            "no shared layer p must not matter; with a single shared layer of e, and none alone, 1 - e gets through."
        )
    alone, shared, p = _MIXES[0]
    factor = _through(alone, shared, p) / _product([*alone, *shared])
    return (
        f"Right for {len(_MIXES)} sets of layers. In the first, of four layers of which two share one account, the "
        f"plain product is too good by a factor of {factor:.1f}: splitting off two has bought something, and not all."
    )
