"""How one threat's residual risk comes about, layer by layer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from operator import itemgetter

from threatlab.catalog import Catalog, Control
from threatlab.system import AISystem

Layered = tuple[str, tuple[tuple[str, float], ...]]
"""A layer's id and its controls against one threat, best first, each with the share of risk that it lets through."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """One layer against one threat: its best control in place, and the share of risk it removes."""

    layer: str
    control: str
    effect: str
    reduction: float


@dataclass(frozen=True, slots=True)
class ThreatRisk:
    """How one threat's residual risk comes about; all figures in 0..1.

    `risk = likelihood * impact`, where preventive controls have lowered the likelihood from
    `inherent_likelihood`, and detective and corrective ones the impact from `inherent_impact`. In a
    layer that holds both kinds, the better one counts, and the other is not counted a second time.
    """

    threat: str
    inherent_likelihood: float
    inherent_impact: float
    raised_by: tuple[str, ...]
    barriers: tuple[Barrier, ...]
    likelihood: float
    impact: float

    @property
    def inherent(self) -> float:
        """Risk before any control."""
        return self.inherent_likelihood * self.inherent_impact

    @property
    def risk(self) -> float:
        """Risk that remains."""
        return self.likelihood * self.impact


@dataclass(frozen=True, slots=True)
class Scale:
    """One threat's arithmetic, laid out once, for any system of which it is known what is `true`.

    Each fact comes with what it leaves of the distance to 1, from the likelihood (which starts at
    `1 - unlikely`) or the impact (at `1 - harmless`). `applies_when_any` is empty if the threat
    always applies.
    """

    applies_when_any: frozenset[str]
    unlikely: float
    raised_by: tuple[tuple[str, float], ...]
    harmless: float
    impact_raised_by: tuple[tuple[str, float], ...]
    layers: tuple[Layered, ...]

    def applies(self, true: frozenset[str]) -> bool:
        """Tell whether the threat is one to this system at all."""
        return not self.applies_when_any or not self.applies_when_any.isdisjoint(true)

    def inherent(self, true: frozenset[str]) -> tuple[float, float]:
        """Return likelihood and impact (0..1) before any control, where the threat applies."""
        unlikely, harmless = self.unlikely, self.harmless
        for fact, keeps in self.raised_by:
            if fact in true:
                unlikely *= keeps
        for fact, keeps in self.impact_raised_by:
            if fact in true:
                harmless *= keeps
        return 1.0 - unlikely, 1.0 - harmless

    def residual(self, true: frozenset[str]) -> float:
        """Return the risk (0..1) that the best control of each layer leaves; 0.0 if the threat doesn't apply."""
        if not self.applies(true):
            return 0.0
        likelihood, impact = self.inherent(true)
        risk = likelihood * impact
        for _, options in self.layers:
            for control, keeps in options:
                if control in true:
                    risk *= keeps
                    break
        return risk


def combine(risks: Iterable[float]) -> float:
    """Return 1 - (1 - a)(1 - b)...: the risk of all threats together, whatever their order is."""
    return 1.0 - prod([1.0 - risk for risk in risks], start=1.0)


def explain_threat(system: AISystem, name: str) -> ThreatRisk:
    """Return how the residual risk of a threat to `system` comes about; `name` is its id."""
    threat, scale, true = system.catalog.threats[name], scales(system.catalog)[name], system.true
    if not scale.applies(true):
        return ThreatRisk(
            threat=name,
            inherent_likelihood=0.0,
            inherent_impact=threat.impact,
            raised_by=(),
            barriers=(),
            likelihood=0.0,
            impact=threat.impact,
        )
    inherent = likelihood, impact = scale.inherent(true)
    barriers, controls = [], system.catalog.controls
    for layer, options in scale.layers:
        in_place = [(controls[control], keeps) for control, keeps in options if control in true]
        if not in_place:
            continue
        best, keeps = in_place[0]
        prevents = next((k for c, k in in_place if c.effect == "preventive"), 1.0)
        barriers.append(Barrier(layer, best.id, best.effect, 1.0 - keeps))
        likelihood *= prevents
        impact *= keeps / prevents
    return ThreatRisk(
        threat=name,
        inherent_likelihood=inherent[0],
        inherent_impact=inherent[1],
        raised_by=tuple(fact for fact in threat.raised_by if fact in true),
        barriers=tuple(barriers),
        likelihood=likelihood,
        impact=impact,
    )


@lru_cache(maxsize=64)
def scales(catalog: Catalog) -> dict[str, Scale]:
    """Return the arithmetic of each threat of the catalog, by its id."""
    rules = catalog.rulesets["ai"]
    return {
        threat.id: Scale(
            frozenset(threat.applies_when_any),
            1.0 - threat.likelihood,
            tuple((fact, 1.0 - weight) for fact, weight in threat.raised_by.items()),
            1.0 - threat.impact,
            tuple((fact, 1.0 - weight) for fact, weight in threat.impact_raised_by.items()),
            _by_layer(threat.id, rules.controls),
        )
        for threat in rules.threats
    }


def _by_layer(threat: str, controls: Iterable[Control]) -> tuple[Layered, ...]:
    layers: dict[str, list[tuple[str, float]]] = {}
    for control in controls:
        if claim := control.effectiveness.get(threat):
            layers.setdefault(control.layer, []).append((control.id, 1.0 - claim.value))
    best_first = {layer: sorted(options, key=itemgetter(1)) for layer, options in layers.items()}
    return tuple((layer, tuple(options)) for layer, options in best_first.items())
