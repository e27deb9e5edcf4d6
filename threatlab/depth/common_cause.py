"""How wrong the product of independent layers is, because of something that several of them hang on.

Controls of one layer fail together in part, and the assessment counts with that. What the layers let through it
multiplies, which is right only if they fail independently of each other. A dependency that several of them share makes
them fail together. Reliability engineers call this a common-cause failure. The model here is of the family of the
beta-factor model (K. N. Fleming, 1975): a part of each layer's failures is the shared one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from threatlab.assessment.layered import Scale, combine, let_through, scales
from threatlab.checks import Unchangeable, check_choice, is_number
from threatlab.depth.dependencies import Dependency, broken_controls, load_dependency
from threatlab.errors import ThreatLabError, short
from threatlab.ranking import rounded
from threatlab.system import AISystem, check_system

if TYPE_CHECKING:
    import pandas as pd

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class CommonCause(Unchangeable):
    """One system and one dependency: residual risk of each threat (0..1), counted in three ways.

    `independent` is the product that the assessment computes, `together` the average over all years when the broken
    controls fail in the same ones, and `failed` is the risk in a year in which the dependency fails. `broken` are the
    controls in place that hang on it.
    """

    system: AISystem
    dependency: Dependency
    chance: float
    broken: tuple[str, ...]
    independent: Mapping[str, float]
    together: Mapping[str, float]
    failed: Mapping[str, float]

    @property
    def layers(self) -> tuple[str, ...]:
        """Ids of the layers that lose a control with the dependency, in the catalog's order."""
        catalog = self.system.catalog
        hit = {catalog.controls[control].layer for control in self.broken}
        return tuple(layer for layer in catalog.layers if layer in hit)

    @property
    def scores(self) -> tuple[float, float, float]:
        """Risk scores (0..1), the three ways: independent, together, failed; threats are added up as `assess` does."""
        independent, together, failed = (combine(r.values()) for r in (self.independent, self.together, self.failed))
        return independent, together, failed

    def factor(self, threat: str) -> float:
        """Return how many times the product's risk the true one is for a threat, 1.0 where the threat doesn't apply.

        Raises
        ------
        ThreatLabError
            If there is no such threat.
        """
        check_choice("threat", threat, self.independent)
        return self.together[threat] / self.independent[threat] if self.independent[threat] else 1.0

    @property
    def worst(self) -> str | None:
        """Id of the threat that the product is most wrong about, or None if it is right about all of them."""
        worst = max(self.independent, key=lambda threat: rounded(self.factor(threat)))
        return worst if self.factor(worst) > 1 + _ROUNDING else None


def common_cause(system: AISystem, dependency: str | Dependency, chance: float | None = None) -> CommonCause:
    """Return how wrong the product of independent layers is for `system`, because of one dependency.

    A layer's effectiveness e against a threat is what all of its controls in place remove: the best whole, each further
    one in part. It stays what the assessment says it is: an average over all years. In the share p of years in which
    the dependency fails, the layer has only those controls left that don't hang on it, and the best of these counts
    whole: together r (0 if there are none). So in the other years it is as good as it takes to keep the average,
    (e - p r) / (1 - p). Layers are independent of each other within each of the two kinds of years, not across them:

        together = p * product of (1 - r)  +  (1 - p) * product of (1 - (e - p r) / (1 - p))

    times the inherent risk. For three layers of 0.8 that all break with p = 0.1 this is 0.101; the product says 0.008.

    Parameters
    ----------
    system
        The system; what hangs on the dependency but isn't in place can't fail.
    dependency
        The id of one of the catalog, or one of your own.
    chance
        p, from 0 up to 1 and not 1; the dependency's own if left out.

    Raises
    ------
    ThreatLabError
        If the chance is none, or so high that a layer could not be as good as the assessment says it is.
    """
    shared = load_dependency(dependency)
    p = _check_chance(shared.chance if chance is None else chance)
    broken = broken_controls(check_system(system), shared)
    if p > (most := largest_chance(system, shared)) + _ROUNDING:
        raise ThreatLabError(
            f"with chance {p:g} the controls that hang on {shared.id!r} could not be as good as the assessment says: "
            f"what works so well on average can't fail that often; give a chance of at most {most:.2f}"
        )
    risks = {
        threat: _three_ways(scale, system.true, frozenset(broken), p)
        for threat, scale in scales(system.catalog).items()
    }
    independent, together, failed = ({threat: three[i] for threat, three in risks.items()} for i in range(3))
    return CommonCause(
        system=system,
        dependency=shared,
        chance=p,
        broken=broken,
        independent=independent,
        together=together,
        failed=failed,
    )


def scores_table(causes: Iterable[CommonCause]) -> pd.DataFrame:
    """Return the scores of several dependencies as a pandas DataFrame: a row for each, its title for a name."""
    import pandas as pd

    rows = {
        cause.dependency.title: {
            "layers hit": len(cause.layers),
            "chance a year": cause.chance,
            **dict(zip(("by the product", "average over years", "in a bad year"), cause.scores, strict=True)),
        }
        for cause in causes
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("what may fail")


def largest_chance(system: AISystem, dependency: str | Dependency) -> float:
    """Return the highest chance (0..1) that agrees with how good each layer is on average: min of (1 - e) / (1 - r)."""
    broken = frozenset(broken_controls(check_system(system), load_dependency(dependency)))
    most = 1.0
    for scale in scales(system.catalog).values():
        if scale.applies(system.true):
            for keeps, left in _layers(scale, system.true, broken):
                most = min(most, keeps / left)
    return most


def _three_ways(scale: Scale, true: frozenset[str], broken: frozenset[str], p: float) -> tuple[float, float, float]:
    """Return one threat's residual risk: by the product, in truth, and in a year in which the dependency fails."""
    if not scale.applies(true):
        return 0.0, 0.0, 0.0
    likelihood, impact = scale.inherent(true)
    independent = failed = otherwise = likelihood * impact
    for keeps, left in _layers(scale, true, broken):
        independent *= keeps
        failed *= left
        otherwise *= max(0.0, (keeps - p * left) / (1 - p))  # so that p * left + (1 - p) * otherwise is keeps
    return independent, p * failed + (1 - p) * otherwise, failed


def _layers(scale: Scale, true: frozenset[str], broken: frozenset[str]) -> list[tuple[float, float]]:
    """Return, for each layer with controls in place, what it lets through on average, and what without `broken`."""
    return [
        (let_through(options, true), let_through(options, true - broken))
        for _, options in scale.layers
        if any(control in true for control, *_ in options)
    ]


def _check_chance(chance: object) -> float:
    if not is_number(chance) or not 0 <= chance < 1:
        raise ThreatLabError(f"chance is {short(chance)}; give the share of years in which it fails, such as 0.05")
    return float(chance)
