"""How one threat's residual risk comes about, layer by layer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from math import prod

from threatlab.catalog import Catalog, Control
from threatlab.system import AISystem

Options = tuple[tuple[str, float, float], ...]
"""A layer's controls against one threat, best first: the share of risk (0..1) each lets through as the best one there,
and as a further one."""


@dataclass(frozen=True, slots=True)
class Barrier:
    """One control in place against one threat: what it claims, and the share of risk it removes here (both 0..1).

    The best control of a layer removes what it claims; each `further` one only what doesn't fail with the best.
    """

    layer: str
    control: str
    effect: str
    claim: float
    further: bool
    reduction: float


@dataclass(frozen=True, slots=True)
class ThreatRisk:
    """How one threat's residual risk comes about; all figures in 0..1.

    `risk = likelihood * impact`, where preventive controls have lowered the likelihood from
    `inherent_likelihood`, and what the others of each layer remove beyond that has lowered the impact from
    `inherent_impact`.
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
    layers: tuple[tuple[str, Options], ...]

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
        """Return the risk (0..1) that the controls in place leave; 0.0 if the threat doesn't apply."""
        if not self.applies(true):
            return 0.0
        likelihood, impact = self.inherent(true)
        risk = likelihood * impact
        for _, options in self.layers:
            risk *= let_through(options, true)
        return risk


def let_through(options: Iterable[tuple[str, float, float]], true: Collection[str]) -> float:
    """Return the share of risk (0..1) that one layer lets through with those of its controls in place that are `true`.

    The best control counts whole. A further one counts in part: with chance beta (`Catalog.shared_failure`), what
    defeated the best one defeats it, too. So it removes (1 - beta) times what it claims. The idea is that of the beta
    factor of common-cause failures (K. N. Fleming, 1975).
    """
    share, best = 1.0, True
    for control, alone, further in options:
        if control in true:
            share *= alone if best else further
            best = False
    return share


def options(claims: Iterable[tuple[str, float]], beta: float) -> Options:
    """Return what `let_through` takes, of pairs of a control and the share of risk (0..1) that it claims to remove."""
    best_first = sorted(claims, key=lambda claim: -claim[1])
    return tuple((control, 1.0 - share, 1.0 - (1.0 - beta) * share) for control, share in best_first)


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
    for layer, each in scale.layers:
        in_place = [option for option in each if option[0] in true]
        for place, (control, alone, further) in enumerate(in_place):
            keeps, effect = further if place else alone, controls[control].effect
            barriers.append(Barrier(layer, control, effect, 1.0 - alone, place > 0, 1.0 - keeps))
        prevents = let_through(in_place, {b.control for b in barriers if b.effect == "preventive"})
        likelihood *= prevents
        impact *= let_through(in_place, true) / prevents
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
            _by_layer(threat.id, rules.controls, catalog.shared_failure.beta),
        )
        for threat in rules.threats
    }


def _by_layer(threat: str, controls: Iterable[Control], beta: float) -> tuple[tuple[str, Options], ...]:
    layers: dict[str, list[tuple[str, float]]] = {}
    for control in controls:
        if claim := control.effectiveness.get(threat):
            layers.setdefault(control.layer, []).append((control.id, claim.value))
    return tuple((layer, options(claims, beta)) for layer, claims in layers.items())
