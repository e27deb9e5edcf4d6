"""Which of several changed answers moved a risk score, and how far: their Shapley values, exact or sampled.

What one answer moves hangs on which others have changed already: a second control of a layer removes less than it would
alone. So its share is the mean of what it moves over all orders in which the answers can change, each order alike
(L. S. Shapley, A value for n-person games, 1953). The shares add up to the change of the score.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial, reduce
from math import comb, fsum, prod, sqrt
from operator import add, mul, or_
from random import Random
from typing import NamedTuple

from threatlab.assessment.layered import let_through, scales
from threatlab.assessment.result import add_up
from threatlab.catalog import Catalog
from threatlab.checks import check_seed, check_whole
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem, check_system

EXACT = 10
"""So many answers are weighed in all their orders; of more, orders are drawn by chance."""

PAIRS = 500
"""How many orders are drawn, each with the same order backward: errors stay below a hundredth of a score."""

_BAR = 2.0
"""Standard errors in an error bar: about 95 of 100 bars hold the exact share."""


@dataclass(frozen=True, slots=True)
class Share:
    """What one changed answer moved the risk score (-1..1), give or take `error`: 0.0 where it is exact."""

    moved: float
    error: float = 0.0


def shares(
    before: AISystem, after: AISystem, ruleset: str = "ai", *, seed: int = 0, pairs: int = PAIRS
) -> dict[str, Share]:
    """Return, by attribute, the share of each answer that moved the score from `before` to `after`.

    Answers that can't move it are left out: what they bear on applies neither way, or they went from unknown to false
    or back. Up to `EXACT` answers are exact; of more, `pairs` orders and their reverses are drawn with `seed`.

    Raises
    ------
    ThreatLabError
        If one is no AISystem, they have different catalogs, the ruleset is unknown, or `seed` or `pairs` is no whole
        number of its range.
    """
    terms = _check(before, after, ruleset)
    seed, pairs = check_seed("seed", seed), check_whole("pairs", pairs, 2)
    digits = _digits(terms)
    was, is_ = (sum(digits[name] for name in system.true) for system in (before, after))
    ever = [risk for risk in _risks(terms, ruleset) if not risk.needs or risk.needs & (was | is_)]
    names = [name for name, digit in digits.items() if (was ^ is_) & digit and any(digit & r.bears for r in ever)]
    changed = [digits[name] for name in names]
    exact = len(names) <= EXACT
    found = _exact(ever, was, changed) if exact else _sampled(ever, was, changed, seed, pairs)
    return dict(zip(names, found, strict=True))


@dataclass(frozen=True, slots=True)
class _Risk:
    """One of the risks that a score is made of, as a function of what is true: a binary number, a digit an attribute.

    `factors` are what the risk is the product of, each with the digits of those attributes that bear on it. It applies
    where one of the digits `needs` is there, or in any case if there are none.
    """

    needs: int
    bears: int
    factors: tuple[tuple[int, Callable[[int], float]], ...]

    def keeps(self, true: int) -> float:
        """Return the share (0..1) that the risk leaves of what is safe."""
        return 1.0 - prod([factor(true & bears) for bears, factor in self.factors])


@lru_cache(maxsize=64)
def _risks(catalog: Catalog, ruleset: str) -> tuple[_Risk, ...]:
    """Return the risks of a ruleset, in small factors: each is worked out once for all systems, and looked up then."""
    digits = _digits(catalog)

    def factor(names: Iterable[str], figure: Callable[[frozenset[str]], float]) -> tuple[int, Callable[[int], float]]:
        own = dict.fromkeys(names)

        @cache
        def look_up(true: int) -> float:
            return figure(frozenset(name for name in own if true & digits[name]))

        return sum(digits[name] for name in own), look_up

    def risk(needs: Iterable[str], *factors: tuple[int, Callable[[int], float]]) -> _Risk:
        return _Risk(sum(digits[name] for name in needs), reduce(or_, (bears for bears, _ in factors)), factors)

    if ruleset == "core":
        return (risk((), factor((c.id for c in catalog.rulesets["core"].controls), partial(add_up, catalog))),)
    risks = []
    for scale in scales(catalog).values():
        raised = (fact for fact, _ in (*scale.raised_by, *scale.impact_raised_by))
        inherent = factor((*scale.applies_when_any, *raised), replace(scale, layers=()).residual)
        passing = (factor((c for c, *_ in each), partial(let_through, each)) for _, each in scale.layers)
        risks.append(risk(scale.applies_when_any, inherent, *passing))
    return tuple(risks)


@lru_cache(maxsize=64)
def _digits(catalog: Catalog) -> dict[str, int]:
    return {name: 1 << place for place, name in enumerate(catalog.attributes)}


def _exact(risks: Sequence[_Risk], true: int, changed: Sequence[int]) -> list[Share]:
    """Return the shares of the digits `changed`, by what is safe after each set of them has changed."""
    tables = [_Table([], [1.0]), *(_table(risk, true, changed) for risk in risks)]
    while len(tables) > 1:  # the smallest first: few products are as long as the last
        tables.sort(key=lambda table: len(table.safe))
        tables.append(_product(tables.pop(0), tables.pop(0)))
    safe = tables[0].safe
    with_, without = _weights(len(changed))
    rest, weighed = fsum(map(mul, without, safe)), list(map(mul, with_, safe))
    found = []
    for size in reversed(range(len(changed))):  # the upper half of what is left is all that has this digit
        upper = weighed[1 << size :]
        found.append(Share(rest - fsum(upper)))
        weighed = list(map(add, weighed[: 1 << size], upper))
    return found[::-1]


class _Table(NamedTuple):
    """What is safe (0..1) after each set of some changed digits has changed: a digit of their `places` each."""

    places: list[int]
    safe: list[float]


def _table(risk: _Risk, true: int, changed: Sequence[int]) -> _Table:
    places, parts = [place for place, digit in enumerate(changed) if digit & risk.bears], [true & risk.bears]
    for place in places:
        parts += [part ^ changed[place] for part in parts]
    return _Table(places, [*map(risk.keeps, parts)])


def _product(one: _Table, other: _Table) -> _Table:
    places = sorted({*one.places, *other.places})
    return _Table(places, [*map(mul, _spread(one, places), _spread(other, places))])


def _spread(table: _Table, places: Sequence[int]) -> Iterable[float]:
    """Return what is safe for each set of digits at more `places`: it doesn't hang on the others."""
    index, step = [0], 1
    for place in places:
        if place in table.places:
            index += [each + step for each in index]
            step *= 2
        else:
            index += index
    return map(table.safe.__getitem__, index)


@lru_cache(maxsize=EXACT + 1)
def _weights(answers: int) -> tuple[list[float], list[float]]:
    """Return what each set of changed answers weighs: for those in it (with `without` added), and for those not in it.

    An answer's share is the mean of score(set with it) - score(set) over all sizes, and within a size over all sets.
    """
    alike = [*(1.0 / (answers * comb(answers - 1, size)) for size in range(answers)), 0.0]
    sizes = [each.bit_count() for each in range(1 << answers)]
    return [alike[size - 1] + alike[size] for size in sizes], [alike[size] for size in sizes]


def _sampled(risks: Sequence[_Risk], true: int, changed: Sequence[int], seed: int, pairs: int) -> list[Share]:
    """Return the shares in orders drawn by chance, each with its reverse: so swapped systems have negated shares."""
    draw, order = Random(seed), list(range(len(changed)))  # noqa: S311  # an estimate, no secret
    moves = [
        [(r, f, *each) for r, risk in enumerate(risks) for f, each in enumerate(risk.factors) if each[0] & digit]
        for digit in changed
    ]
    begin = [[factor(true & bears) for bears, factor in risk.factors] for risk in risks]
    drawn: list[list[float]] = [[] for _ in order]
    for _ in range(pairs):
        draw.shuffle(order)
        moved = [0.0] * len(order)
        for way in (order, order[::-1]):
            now, factors = true, [[*each] for each in begin]
            keeps = [1.0 - prod(each) for each in factors]
            before = prod(keeps)
            for each in way:
                now ^= changed[each]
                for r, f, bears, factor in moves[each]:
                    factors[r][f] = factor(now & bears)
                    keeps[r] = 1.0 - prod(factors[r])
                after = prod(keeps)
                moved[each] += (before - after) / 2
                before = after
        for each, by in enumerate(moved):
            drawn[each].append(by)
    return [_mean(each) for each in drawn]


def _mean(drawn: Sequence[float]) -> Share:
    mean = fsum(drawn) / len(drawn)
    spread = fsum((each - mean) ** 2 for each in drawn) / (len(drawn) - 1)
    return Share(mean, _BAR * sqrt(spread / len(drawn)))


def _check(before: object, after: object, ruleset: str) -> Catalog:
    old, new = check_system(before, "before"), check_system(after, "after")
    new.catalog.ruleset(ruleset)  # refuses an unknown one
    if old.catalog is not new.catalog and old.catalog != new.catalog:
        raise ThreatLabError(
            f"{new.name!r} is described by two catalogs; take one for both: before.under(after.catalog)"
        )
    return new.catalog
