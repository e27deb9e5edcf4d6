"""assess(system) -> Assessment: findings, a risk score, residual risk by threat, and the best next controls.

Two ways to score. `core` is the lesson's own: each of its three controls that is not in place adds its weight, up to 1.
`ai` is layered: per threat, what its facts make likely, times what it would cost, times what each layer lets through;
over threats, the chance-like sum 1 - (1 - a)(1 - b)... that stays below 1 and never hides a threat behind another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from typing import TYPE_CHECKING, Any

from threatlab.errors import ThreatLabError
from threatlab.rules import LAYER_CAP, SEVERITIES, Control, Ruleset, Technique, Threat, catalog
from threatlab.system import AISystem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Finding:
    """A control that is not in place although it applies; `unknown` if nobody has said whether it is."""

    severity: str
    finding: str
    recommendation: str
    attribute: str
    layer: str
    threats: tuple[str, ...]
    atlas: tuple[Technique, ...]
    unknown: bool


@dataclass(frozen=True, slots=True)
class NextStep:
    """A control not in place, and how much the risk score falls if it alone is added (`removes`, 0..1)."""

    attribute: str
    title: str
    removes: float
    effort_days: float
    unknown: bool


@dataclass(frozen=True, slots=True)
class Barrier:
    """What one layer does about one threat: its best control in place, and the share of the risk that this removes."""

    layer: str
    control: str
    effect: str
    reduction: float


@dataclass(frozen=True, slots=True)
class ThreatRisk:
    """How one threat's residual risk comes about; all figures in 0..1.

    `risk = likelihood * impact`, where preventive controls have lowered the likelihood from `inherent_likelihood`, and
    detective and corrective ones the impact from `inherent_impact`. In a layer that holds both kinds, the better one
    counts; what the other would add is not counted a second time.
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
class Assessment:
    """What an assessment found. Scores and risks are shares in 0..1, higher is worse.

    `by_threat` maps each threat of the ruleset to its residual risk, 0.0 where it does not apply; it is empty for
    `core`, which knows no threats. `open_questions` are the facts nobody has answered: they count as absent.
    """

    system: AISystem
    ruleset: str
    risk_score: float
    findings: tuple[Finding, ...]
    by_threat: Mapping[str, float]
    open_questions: tuple[str, ...]

    @property
    def worst_threat(self) -> str | None:
        """Id of the threat with the highest residual risk (the first in the catalog among equals), or None."""
        worst = max(self.by_threat, key=self.by_threat.__getitem__, default=None)
        return worst if worst is not None and self.by_threat[worst] > 0 else None

    def best_next(self, n: int = 5) -> tuple[NextStep, ...]:
        """Return up to `n` controls that apply and are not in place, by the risk that each alone would remove.

        A control that would remove nothing (a better one of its layer is in place) is no advice, and left out.
        """
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise ThreatLabError(f"best_next needs a count of 0 or more, not {n!r}")
        rules = catalog().ruleset(self.ruleset)
        removes = (
            _additive_gains(self, rules) if rules.model == "additive" else _layered_gains(self)
        )
        steps = [
            NextStep(
                f.attribute, control.title, removes[f.attribute], control.effort_days, f.unknown
            )
            for f in self.findings
            if removes[f.attribute] > _NOTHING and (control := catalog().controls[f.attribute])
        ]
        return tuple(sorted(steps, key=lambda step: -step.removes)[:n])

    def explain(self, threat: str) -> ThreatRisk:
        """Return how the residual risk of `threat` comes about, layer by layer."""
        if threat not in self.by_threat:
            raise ThreatLabError(
                f"{threat!r} is no threat of ruleset {self.ruleset!r}: {', '.join(self.by_threat) or 'it has none'}"
            )
        return explain_threat(catalog().threats[threat], self.system.known)

    def to_dict(self) -> dict[str, Any]:
        """Return the assessment as JSON-ready values: numbers, texts, lists and dicts."""
        return {
            "system_id": self.system.name,
            "ruleset": self.ruleset,
            "risk_score": self.risk_score,
            "by_threat": dict(self.by_threat),
            "findings": [_finding_dict(f) for f in self.findings],
            "open_questions": list(self.open_questions),
        }

    def to_frame(self) -> pd.DataFrame:
        """Return the findings as a pandas DataFrame, one row each, columns as the fields of `Finding`."""
        import pandas as pd

        columns = list(Finding.__dataclass_fields__)
        rows = [
            {
                **_finding_dict(f),
                "threats": ", ".join(f.threats),
                "atlas": ", ".join(t.id for t in f.atlas),
            }
            for f in self.findings
        ]
        return pd.DataFrame(rows, columns=columns)


def assess(system: AISystem, ruleset: str = "ai") -> Assessment:
    """Return the assessment of `system` under the ruleset "ai" (whole catalog, layered) or "core" (the lesson's three).

    An unknown control counts as missing and its finding says so; an unknown fact counts as absent and is listed in
    `open_questions`.

    Raises
    ------
    ThreatLabError
        If `system` is not an AISystem or the ruleset is unknown.
    """
    if not isinstance(system, AISystem):
        raise ThreatLabError(
            f"assess() takes an AISystem, not {system!r}; load_system() gives one by name or from a file"
        )
    rules = catalog().ruleset(ruleset)
    known = system.known
    findings = tuple(
        when_unknown if attribute not in known else when_absent
        for attribute, applies_when, when_absent, when_unknown in _checks(ruleset)
        if not known.get(attribute) and all(map(known.get, applies_when))
    )
    if rules.model == "additive":
        missing = (c.core_weight or 0.0 for c in rules.controls if not known.get(c.id))
        return Assessment(system, ruleset, min(sum(missing, 0.0), 1.0), findings, {}, ())
    by_threat = {scale.threat: scale.residual(known) for scale in _scales()}
    questions = tuple(fact for fact in catalog().facts if fact not in known)
    return Assessment(system, ruleset, combine(by_threat.values()), findings, by_threat, questions)


def combine(risks: Any) -> float:
    """Return 1 - (1 - a)(1 - b)...: the risk of all threats together, in [0, 1), whatever their order is."""
    return 1.0 - prod(1.0 - risk for risk in risks)


def explain_threat(threat: Threat, known: Mapping[str, bool]) -> ThreatRisk:
    """Return how the residual risk of `threat` comes about for a system of which `known` is known."""
    scale = next(s for s in _scales() if s.threat == threat.id)
    raised_by = tuple(f for f in threat.raised_by if known.get(f))
    if not scale.applies(known):
        return ThreatRisk(threat.id, 0.0, threat.impact, (), (), 0.0, threat.impact)
    likelihood, impact = inherent_likelihood, inherent_impact = scale.inherent(known)
    barriers = []
    for layer, options in scale.layers:
        in_place = [(keeps, control) for control, keeps in options if known.get(control)]
        if not in_place:
            continue
        keeps, control = min(in_place, key=lambda pair: pair[0])
        effect = catalog().controls[control].effect
        barriers.append(Barrier(layer, control, effect, 1.0 - keeps))
        prevents = min(
            (k for k, c in in_place if catalog().controls[c].effect == "preventive"), default=1.0
        )
        likelihood *= prevents
        impact *= keeps / prevents
    return ThreatRisk(
        threat.id,
        inherent_likelihood,
        inherent_impact,
        raised_by,
        tuple(barriers),
        likelihood,
        impact,
    )


_NOTHING = 1e-12
"""Differences below this are rounding, not risk."""


@dataclass(frozen=True, slots=True)
class _Scale:
    """One threat's arithmetic, laid out once: what each fact and each control leaves of the distance or the risk."""

    threat: str
    applies_when_any: tuple[str, ...]
    unlikely: float
    raised_by: tuple[tuple[str, float], ...]
    harmless: float
    impact_raised_by: tuple[tuple[str, float], ...]
    layers: tuple[tuple[str, tuple[tuple[str, float], ...]], ...]

    def applies(self, known: Mapping[str, bool]) -> bool:
        return not self.applies_when_any or any(map(known.get, self.applies_when_any))

    def inherent(self, known: Mapping[str, bool]) -> tuple[float, float]:
        unlikely, harmless = self.unlikely, self.harmless
        for fact, keeps in self.raised_by:
            if known.get(fact):
                unlikely *= keeps
        for fact, keeps in self.impact_raised_by:
            if known.get(fact):
                harmless *= keeps
        return 1.0 - unlikely, 1.0 - harmless

    def residual(self, known: Mapping[str, bool]) -> float:
        if not self.applies(known):
            return 0.0
        likelihood, impact = self.inherent(known)
        risk = likelihood * impact
        for _, options in self.layers:
            least = 1.0
            for control, keeps in options:
                if keeps < least and known.get(control):
                    least = keeps
            risk *= least
        return risk


@cache
def _scales() -> tuple[_Scale, ...]:
    rules = catalog().rulesets["ai"]
    return tuple(
        _Scale(
            threat.id,
            threat.applies_when_any,
            1.0 - threat.likelihood,
            tuple((fact, 1.0 - weight) for fact, weight in threat.raised_by.items()),
            1.0 - threat.impact,
            tuple((fact, 1.0 - weight) for fact, weight in threat.impact_raised_by.items()),
            _by_layer(threat, rules),
        )
        for threat in rules.threats
    )


def _by_layer(
    threat: Threat, rules: Ruleset
) -> tuple[tuple[str, tuple[tuple[str, float], ...]], ...]:
    layers: dict[str, list[tuple[str, float]]] = {}
    for control in rules.controls:
        if claim := control.effectiveness.get(threat.id):
            layers.setdefault(control.layer, []).append(
                (control.id, 1.0 - min(claim.value, LAYER_CAP))
            )
    return tuple((layer, tuple(options)) for layer, options in layers.items())


@cache
def _checks(ruleset: str) -> tuple[tuple[str, tuple[str, ...], Finding, Finding], ...]:
    """Each control to check: its id, the facts it needs, and its finding as absent and as unknown; worst first."""
    controls = catalog().rulesets[ruleset].controls
    if ruleset != "core":  # the lesson's own order is kept for its own three
        controls = tuple(sorted(controls, key=lambda c: SEVERITIES.index(c.severity)))
    return tuple(
        (c.id, c.applies_when, _finding(c, unknown=False), _finding(c, unknown=True))
        for c in controls
    )


def _finding(control: Control, *, unknown: bool) -> Finding:
    return Finding(
        control.severity,
        control.finding,
        control.recommendation,
        control.id,
        control.layer,
        control.threats,
        control.atlas_techniques,
        unknown,
    )


def _finding_dict(finding: Finding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
    return {
        **values,
        "threats": list(finding.threats),
        "atlas": [str(technique) for technique in finding.atlas],
    }


def _additive_gains(result: Assessment, rules: Ruleset) -> dict[str, float]:
    known = result.system.known
    missing = [c.core_weight or 0.0 for c in rules.controls if not known.get(c.id)]
    return {
        c.id: result.risk_score - min(sum(missing) - (c.core_weight or 0.0), 1.0)
        for c in rules.controls
    }


def _layered_gains(result: Assessment) -> dict[str, float]:
    known, controls = result.system.known, catalog().controls
    safe = {threat: 1.0 - risk for threat, risk in result.by_threat.items()}
    gains = {}
    for finding in result.findings:
        trial = {**known, finding.attribute: True}
        after = safe.copy()
        for scale in _scales():
            if scale.threat in controls[finding.attribute].effectiveness:
                after[scale.threat] = 1.0 - scale.residual(trial)
        gains[finding.attribute] = result.risk_score - (1.0 - prod(after.values()))
    return gains
