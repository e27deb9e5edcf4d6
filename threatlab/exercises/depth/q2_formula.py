"""Question 2 of lesson 05: what gets through layers of which some share a failure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from threatlab.exercises.judges import Slip, a_number, like, near, rounded
from threatlab.exercises.question import Question, in_steps

Shares = Sequence[float]


def _product(stops: Iterable[float]) -> float:
    return prod(1 - share for share in stops)


def _through(alone: Shares, shared: Shares, p: float) -> float:
    return _product(alone) * (p + (1 - p) * _product(share / (1 - p) for share in shared))


_MIXES: tuple[tuple[list[float], list[float], float], ...] = (
    ([0.5, 0.3], [0.8, 0.7], 0.1),
    ([], [0.8, 0.8, 0.8], 0.1),
    ([0.6], [0.9], 0.05),
    ([0.5, 0.4], [], 0.2),
    ([], [], 0.3),
    ([0.2], [0.5, 0.6, 0.7], 0.0),
    ([0.25], [0.6, 0.75, 0.1, 0.3], 0.2),
)

_SLIPS = (
    Slip(
        lambda alone, shared, _: _product([*alone, *shared]),
        "You multiply all layers as if they failed independently. In the share p of years the shared ones are "
        "open, all of them at once.",
        "independent",
    ),
    Slip(
        lambda alone, shared, p: p + _product([*alone, *shared]),
        "You add p to the product. Then the bad years count on top of the others, and layers that don't hang on "
        "the account are open in them too. There are two kinds of years; what gets through in each?",
        "adds",
    ),
    Slip(
        lambda alone, shared, p: p + (1 - p) * _product([*alone, *(share / (1 - p) for share in shared)]),
        "In your bad years every layer is open. Some of them don't hang on the account: what do those stop then?",
        "all-open",
    ),
    Slip(
        lambda alone, shared, p: _product(alone) * (p + (1 - p) * _product(shared)),
        "In your good years a shared layer stops what it stops on average. But the average has the bad years in "
        "it, in which it stops nothing: in the others it must be better. Try one shared layer: what comes out?",
        "average",
    ),
    Slip(
        lambda alone, shared, p: p + (1 - p) * _product(share / (1 - p) for share in [*alone, *shared]),
        "You treat all layers as shared, the first list too. Those are independent: the same in every year.",
        "all-shared",
    ),
    Slip(
        lambda alone, shared, p: _product(alone) * (p + _product(share / (1 - p) for share in shared)),
        "Your two kinds of years have the weights p and 1. Together that is more than all years.",
        "weights",
    ),
    Slip(
        lambda alone, shared, p: (
            _product(alone) * (p + (1 - p) * _product(min(1.0, share * (1 + p)) for share in shared))
        ),
        "You make a shared layer better by p in the good years. Is the average over all years then what it was? "
        "(1 - p) times something has to be the average.",
        "better",
    ),
    Slip(
        lambda alone, shared, p: _product(alone) * (p + (1 - p) * _product(share * (1 - p) for share in shared)),
        "In your good years a shared layer stops less than its average, and in bad ones nothing. How does it come "
        "to its average? (1 - p) times something has to be that.",
        "worse",
    ),
    Slip(
        lambda alone, shared, p: _product(alone) * max(p, _product(shared)),
        "You take the larger of two numbers. Both kinds of years happen, so what gets through in the good ones "
        "comes on top of what gets through in the bad: each with its weight.",
        "larger",
    ),
    Slip(
        lambda alone, shared, p: 1 - _through(alone, shared, p),
        "That is the share that is stopped. Asked is what gets through.",
        "stopped",
    ),
    Slip(
        lambda alone, shared, p: 100 * _through(alone, shared, p),
        "That is in percent. Asked is a share, from 0 to 1.",
        "percent",
    ),
)


def _otherwise(name: str, given: float, *_: object) -> str:
    return (
        f"For {name} you give {given:.4f}. Two checks: with no shared layer p must not matter; with a single shared "
        "layer of e, and none alone, 1 - e gets through."
    )


def _all_right() -> str:
    alone, shared, p = _MIXES[0]
    factor = _through(alone, shared, p) / _product([*alone, *shared])
    return (
        f"Right for {len(_MIXES)} sets of layers. In the first, of four layers of which two share one account, the "
        f"plain product is too good by a factor of {factor:.1f}: splitting off two has bought something, and not all."
    )


q2 = Question(
    id="depth.q2",
    title="Two layers of four share an account",
    judge=like(
        _through,
        lambda: {f"alone={mix[0]}, shared={mix[1]}, p={mix[2]}": mix for mix in _MIXES},
        (*_SLIPS, *rounded(_through)),
        takes="alone, shared and p",
        reads=a_number,
        same=near,
        otherwise=_otherwise,
        confirms=_all_right,
    ),
    hints=in_steps(
        "The layers that stand alone are the same in every year, so they are a factor before everything else.",
        "For the shared ones there are two kinds of years: p of them, in which all pass, and 1 - p, in which each "
        "layer is as good as it takes to keep its average.",
        "Good years: each stops e / (1 - p). So: product of alone * (p + (1 - p) * product of 1 - e / (1 - p)).",
    ),
    because="What stands alone multiplies as it always did: that is what splitting a layer off buys. What is shared "
    "has a floor of p beneath it, however good it is. With one shared layer nothing is shared, and the formula says "
    "so: p drops out. Try a formula where you know the answer before you trust it where you don't.",
    covers=("arch-depth",),
    claims={
        "independent": "Layers that share an account fail independently.",
        "adds": "The bad years come on top of all others.",
        "all-open": "When the account is stolen, every layer is open.",
        "average": "In a good year a shared layer stops what it stops on average.",
        "all-shared": "All layers share the account.",
        "weights": "Good years and bad years together are more than all years.",
        "better": "A shared layer is better by p in the good years.",
        "worse": "In a good year a shared layer stops less than its average.",
        "larger": "Only the worse kind of year counts.",
        "stopped": "What is stopped is what gets through.",
        "percent": "A share goes from 0 to 100.",
    },
)
