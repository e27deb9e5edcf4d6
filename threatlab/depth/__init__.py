"""Defense in depth as a claim that can fail: switch a layer off, and see what no other layer holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING

from threatlab.assessment import assess
from threatlab.catalog import Catalog
from threatlab.checks import Unchangeable, check_choice, check_days, check_score
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.ranking import exceeds, rounded
from threatlab.system import AISystem, check_system

if TYPE_CHECKING:
    import pandas as pd

_SAME = 1e-9
"""Differences in a score below this are rounding."""


@dataclass(frozen=True, slots=True)
class LayerOff(Unchangeable):
    """A system without one of its layers. Scores and risks are shares in 0..1.

    `in_place` are the controls that were switched off, `added` is how far the risk score rose by it, and `by_threat`
    the residual risk of each threat without the layer.
    """

    layer: str
    in_place: tuple[str, ...]
    risk_score: float
    added: float
    by_threat: Mapping[str, float]

    @property
    def idle(self) -> bool:
        """Whether the layer has controls in place that add nothing: their threats don't apply to this system."""
        return bool(self.in_place) and self.added < _SAME


@dataclass(frozen=True, slots=True)
class Gap:
    """A threat that rises above its bound (both 0..1) when one layer is off; "" is the layer if none needs to be."""

    layer: str
    threat: str
    risk: float
    bound: float


def switch_off(system: AISystem, *layers: str) -> AISystem:
    """Return `system` with every control in place in these layers absent; what is unknown stays unknown.

    Raises
    ------
    ThreatLabError
        If `system` is not an AISystem, or there is no such layer.
    """
    lost = {control for layer in layers for control in controls_in_place(system, layer)}
    return system.with_(**dict.fromkeys(lost, False)) if lost else system


def controls_in_place(system: AISystem, layer: str) -> tuple[str, ...]:
    """Return the ids of the controls that `system` has in place in a layer, in the catalog's order."""
    catalog = check_system(system).catalog
    check_layer(layer, catalog)
    return tuple(c.id for c in catalog.controls.values() if c.layer == layer and c.id in system.true)


def layers_off(system: AISystem) -> tuple[LayerOff, ...]:
    """Return what each layer is worth: the assessment of `system` without it, one for each layer of the catalog."""
    complete = assess(system)
    offs = []
    for layer in system.catalog.layers:
        without = assess(switch_off(system, layer))
        offs.append(
            LayerOff(
                layer=layer,
                in_place=controls_in_place(system, layer),
                risk_score=without.risk_score,
                added=without.risk_score - complete.risk_score,
                by_threat=without.by_threat,
            )
        )
    return tuple(offs)


def layers_table(system: AISystem) -> pd.DataFrame:
    """Return what each layer is worth as a pandas DataFrame: a row for each layer, its title for a name.

    Columns: how many controls are in place, the score without the layer and what its loss added to it (0..1), and the
    worst threat then, with its residual risk.
    """
    import pandas as pd

    rows = {}
    for off in layers_off(system):
        worst = max(off.by_threat, key=lambda threat: rounded(off.by_threat[threat]))
        rows[system.catalog.layers[off.layer].title] = {
            "controls in place": len(off.in_place),
            "score without it": off.risk_score,
            "added": off.added,
            "worst threat then": system.catalog.threats[worst].title,
            "at": off.by_threat[worst],
        }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("layer")


def missed_least(system: AISystem) -> tuple[LayerOff, ...]:
    """Return the layers that nobody would miss: of those with a control in place, the ones whose loss adds least.

    More than one if they tie, be it at nothing; none at all if the system has no control in place. A layer that holds
    nothing can't be missed, and isn't named.
    """
    holding = [off for off in layers_off(system) if off.in_place]
    least = min((off.added for off in holding), default=inf)
    return tuple(off for off in holding if off.added <= least + _SAME)


def missed_most(system: AISystem) -> tuple[LayerOff, ...]:
    """Return the layers whose loss adds most, more than one if they tie; none if nothing in place would be missed."""
    holding = [off for off in layers_off(system) if off.in_place and not off.idle]
    most = max((off.added for off in holding), default=0.0)
    return tuple(off for off in holding if off.added >= most - _SAME)


def above_bound(system: AISystem, bound: float | Mapping[str, float]) -> tuple[Gap, ...]:
    """Return which single layer, switched off, takes which threat above its bound, the highest first.

    A threat that is above its bound with every layer on is a gap too, with "" for its layer, and not listed again for
    each layer. No gap at all is what the lesson claims for defense in depth: "a failure at any single layer does not
    compromise the entire system".

    Parameters
    ----------
    system
        The system as it is.
    bound
        Highest residual risk (0..1) that is accepted: one for all threats, or one for each threat that has one.

    Raises
    ------
    ThreatLabError
        If a bound is no number from 0 to 1, or there is no such threat.
    """
    bounds = check_bounds(bound, check_system(system).catalog)
    risks = assess(system).by_threat
    gaps = [Gap("", threat, risks[threat], most) for threat, most in bounds.items() if exceeds(risks[threat], most)]
    already = {gap.threat for gap in gaps}
    for off in layers_off(system):
        gaps += [
            Gap(off.layer, threat, off.by_threat[threat], most)
            for threat, most in bounds.items()
            if threat not in already and exceeds(off.by_threat[threat], most)
        ]
    return tuple(sorted(gaps, key=lambda gap: -rounded(gap.risk)))


def harden(system: AISystem, days: float | None = None) -> AISystem:
    """Return `system` with the best next control put in place, again and again, while `days` (person-days) last.

    Without `days`, with every control that applies and would still lower the score. A control that no longer fits is
    passed over for the best one that does.

    Raises
    ------
    ThreatLabError
        If `days` is no number of 0 or more.
    """
    left = inf if days is None else check_days("days", days)
    while steps := [s for s in assess(system).best_next(len(system.catalog.controls)) if s.effort_days <= left]:
        left -= steps[0].effort_days
        system = system.with_(**{steps[0].attribute: True})
    return system


def check_layer(name: object, catalog: Catalog) -> str:
    """Return `name` if it is a layer of `catalog`, else raise ThreatLabError that names the nearest."""
    return check_choice("layer", name, catalog.layers)


def check_bounds(bound: object, catalog: Catalog) -> dict[str, float]:
    """Return a bound (0..1) by threat of `catalog`, from one for all or a mapping, else raise ThreatLabError."""
    threats = catalog.threats
    if not isinstance(bound, Mapping):
        return dict.fromkeys(threats, check_score("bound", bound))
    for threat in bound:
        check_choice("threat", threat, threats)
    return {threat: check_score(f"bound of {threat}", most) for threat, most in bound.items()}
