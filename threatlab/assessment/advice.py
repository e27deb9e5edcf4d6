"""How likely a control is missing, and a fact true, where nobody has said: counted in published cases.

An unknown control counts as missing in the score, but it is missing with some chance only. That chance is estimated
from the catalog's cases: published accounts of attacks, told in the catalog's own facts and controls. An account names
what mattered to its attack, so a control that it doesn't mention counts as not missing there: the chances are low ones,
and their order is what they are good for. `make bench` holds that order against cases that it was not made from. (To
count only cases that share one more fact with the system changed nothing there that 29 cases could tell from chance.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from threatlab.catalog import Catalog
from threatlab.words import counted

PRIOR_CASES = 2.0
"""A share of few cases is drawn toward what is usual, as if this many more cases had been usual ones."""

EVEN = 0.5
"""What is usual of a fact: nothing."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A chance (0..1), and what it was counted on: `hits` of `cases` published ones."""

    chance: float
    hits: int
    cases: int

    def __str__(self) -> str:
        return f"{self.hits} of {counted(self.cases, 'published case')}"


@lru_cache(maxsize=1024)
def missing(control: str, catalog: Catalog) -> Estimate:
    """Return how likely a control is missing where it applies: the share of such published cases that lacked it.

    It is smoothed (`PRIOR_CASES`) toward the share of all controls.
    """
    return _estimate(_lacked(control, catalog), _usual(catalog))


@lru_cache(maxsize=256)
def holds(fact: str, catalog: Catalog) -> Estimate:
    """Return how likely a fact is true: the share of the published cases that say so, among those that say anything."""
    return _estimate([fact in case.true for case in catalog.cases if fact in case.true | case.false], EVEN)


@lru_cache(maxsize=64)
def _usual(catalog: Catalog) -> float:
    """Return the share of all pairs of a case and a control that applies to it in which the control was missing."""
    return _estimate([lacks for control in catalog.controls for lacks in _lacked(control, catalog)], EVEN).chance


def _lacked(control: str, catalog: Catalog) -> list[bool]:
    """Return, for each case to which the control applies, whether it was missing."""
    return [control in case.missing for case in catalog.cases if catalog.controls[control].applies(case.true)]


def _estimate(hits: list[bool], usual: float) -> Estimate:
    return Estimate((sum(hits) + PRIOR_CASES * usual) / (len(hits) + PRIOR_CASES), sum(hits), len(hits))
