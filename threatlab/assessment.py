"""assess(system) -> Assessment: findings, a risk score, residual risk by threat, best next steps.

Two ways to score. `core` is the lesson's own: each of its three controls that is not in place adds
its weight, up to 1. `ai` is layered: per threat, what its facts make likely, times what it would
cost, times what each layer lets through; over threats, the chance-like sum 1 - (1 - a)(1 - b)...
that stays below 1 and never hides a threat behind another.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from math import prod
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from threatlab.errors import ThreatLabError
from threatlab.rules import LAYER_CAP, SEVERITIES, Control, Ruleset, Technique, Threat, catalog
from threatlab.system import AISystem

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, slots=True)
class Finding:
    """A control that applies and is not in place; `unknown` if nobody has said whether it is."""

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
    """A control not in place; `removes` is how far the risk score (0..1) falls by it alone."""

    attribute: str
    title: str
    removes: float
    effort_days: float
    unknown: bool


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
class Assessment:
    """What an assessment found. Scores and risks are shares in 0..1, higher is worse.

    `by_threat` maps each threat of the ruleset to its residual risk, 0.0 where it does not apply;
    it is empty for `core`, which knows no threats. `open_questions` are the facts that nobody has
    answered: they count as absent.
    """

    system: AISystem
    ruleset: str
    risk_score: float
    findings: tuple[Finding, ...]
    by_threat: Mapping[str, float]
    open_questions: tuple[str, ...]

    @property
    def worst_threat(self) -> str | None:
        """Id of the threat with the highest residual risk, or None; among equals the first."""
        worst = max(self.by_threat, key=self.by_threat.__getitem__, default=None)
        return worst if worst is not None and self.by_threat[worst] > 0 else None

    def best_next(self, n: int = 5) -> tuple[NextStep, ...]:
        """Return up to `n` controls that apply and are not in place, by the risk each would remove.

        A control that alone would remove nothing (a better one of its layer is in place) is no
        advice, and left out. Among equals the more severe finding comes first.

        Raises
        ------
        ThreatLabError
            If `n` is not an int of 0 or more.
        """
        if isinstance(n, bool) or not isinstance(n, int) or n < 0:
            raise ThreatLabError(f"best_next needs a count of 0 or more, not {n!r}")
        controls = catalog().controls
        steps = []
        for found, removes in zip(self.findings, _gains(self), strict=True):
            control = controls[found.attribute]
            if removes > _NOTHING:
                steps.append(NextStep(control.id, control.title, removes, control.effort_days, found.unknown))
        return tuple(sorted(steps, key=lambda step: -step.removes)[:n])

    def explain(self, threat: str) -> ThreatRisk:
        """Return how the residual risk of `threat` comes about, layer by layer.

        Raises
        ------
        ThreatLabError
            If the ruleset knows no such threat.
        """
        if threat not in tuple(self.by_threat):
            known = ", ".join(self.by_threat) or "it has none"
            raise ThreatLabError(f"{threat!r} is no threat of ruleset {self.ruleset!r}: {known}")
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
        """Return the findings as a pandas DataFrame: a row each, a column per field of `Finding`.

        `threats` and `atlas` are texts with the ids in them, parted by commas.
        """
        import pandas as pd

        rows = [
            {
                **_finding_dict(f),
                "threats": ", ".join(f.threats),
                "atlas": ", ".join(t.id for t in f.atlas),
            }
            for f in self.findings
        ]
        return pd.DataFrame(rows, columns=list(Finding.__dataclass_fields__))


def assess(system: AISystem, ruleset: str = "ai") -> Assessment:
    """Return the assessment of `system` by the whole catalog ("ai") or the lesson's three ("core").

    An unknown control counts as missing and its finding says so; an unknown fact counts as absent
    and is listed in `open_questions`.

    Raises
    ------
    ThreatLabError
        If `system` is not an AISystem or the ruleset is unknown.
    """
    if not isinstance(system, AISystem):
        raise ThreatLabError(f"assess() takes an AISystem, not {system!r}; load_system() gives one by name or file")
    rules = catalog().ruleset(ruleset)
    known = system.known
    findings = tuple(
        when_unknown if attribute not in known else when_absent
        for attribute, applies_when, when_absent, when_unknown in _checks(ruleset)
        if not known.get(attribute) and all(map(known.get, applies_when))
    )
    if rules.model == "additive":
        score = 0.0
        for control in rules.controls:  # one by one, as in the lesson: sum() may round otherwise
            score += 0.0 if known.get(control.id) else control.core_weight or 0.0
        return Assessment(system, ruleset, min(score, 1.0), findings, {}, ())
    by_threat = {scale.threat: scale.residual(known) for scale in _scales()}
    questions = tuple(fact for fact in catalog().facts if fact not in known)
    return Assessment(system, ruleset, combine(by_threat.values()), findings, by_threat, questions)


def combine(risks: Iterable[float]) -> float:
    """Return 1 - (1 - a)(1 - b)...: the risk of all threats together, whatever their order is."""
    return 1.0 - prod((1.0 - risk for risk in risks), start=1.0)


def explain_threat(threat: Threat, known: Mapping[str, bool]) -> ThreatRisk:
    """Return how the residual risk of `threat` comes about, where `known` is known of a system."""
    scale = next(s for s in _scales() if s.threat == threat.id)
    if not scale.applies(known):
        return ThreatRisk(threat.id, 0.0, threat.impact, (), (), 0.0, threat.impact)
    raised_by = tuple(fact for fact in threat.raised_by if known.get(fact))
    inherent = likelihood, impact = scale.inherent(known)
    barriers, controls = [], catalog().controls
    for layer, options in scale.layers:
        in_place = [(controls[control], keeps) for control, keeps in options if known.get(control)]
        if not in_place:
            continue
        best, keeps = in_place[0]
        prevents = next((k for c, k in in_place if c.effect == "preventive"), 1.0)
        barriers.append(Barrier(layer, best.id, best.effect, 1.0 - keeps))
        likelihood *= prevents
        impact *= keeps / prevents
    return ThreatRisk(threat.id, *inherent, raised_by, tuple(barriers), likelihood, impact)


_NOTHING = 1e-12
"""Differences below this are rounding, not risk."""

_Layer = tuple[str, tuple[tuple[str, float], ...]]


@dataclass(frozen=True, slots=True)
class _Scale:
    """One threat's arithmetic, laid out once.

    Each fact comes with what it leaves of the distance to 1, each control with what it leaves of
    the risk, and in each layer the best control comes first.
    """

    threat: str
    applies_when_any: tuple[str, ...]
    unlikely: float
    raised_by: tuple[tuple[str, float], ...]
    harmless: float
    impact_raised_by: tuple[tuple[str, float], ...]
    layers: tuple[_Layer, ...]

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
            for control, keeps in options:
                if known.get(control):
                    risk *= keeps
                    break
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


def _by_layer(threat: Threat, rules: Ruleset) -> tuple[_Layer, ...]:
    layers: dict[str, list[tuple[str, float]]] = {}
    for control in rules.controls:
        if claim := control.effectiveness.get(threat.id):
            keeps = 1.0 - min(claim.value, LAYER_CAP)
            layers.setdefault(control.layer, []).append((control.id, keeps))
    best_first = {layer: sorted(options, key=itemgetter(1)) for layer, options in layers.items()}
    return tuple((layer, tuple(options)) for layer, options in best_first.items())


@cache
def _checks(ruleset: str) -> tuple[tuple[str, tuple[str, ...], Finding, Finding], ...]:
    """Each control's id, the facts it needs, its finding as absent and as unknown; worst first."""
    controls = catalog().rulesets[ruleset].controls
    if ruleset != "core":  # the lesson's own order is kept for its own three
        controls = tuple(sorted(controls, key=lambda c: SEVERITIES.index(c.severity)))
    return tuple((c.id, c.applies_when, _finding(c, unknown=False), _finding(c, unknown=True)) for c in controls)


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


def _gains(result: Assessment) -> list[float]:
    """Return how far the risk score falls by each finding's control alone."""
    system, controls = result.system, catalog().controls
    missing = [found.attribute for found in result.findings]
    if result.ruleset == "core":
        trials = (assess(system.with_(**{control: True}), "core") for control in missing)
        return [result.risk_score - trial.risk_score for trial in trials]
    gains = []
    for control in missing:  # only what it counters needs another look; a panel waits for this
        known = {**system.known, control: True}
        counters = controls[control].effectiveness
        after = (
            scale.residual(known) if scale.threat in counters else result.by_threat[scale.threat] for scale in _scales()
        )
        gains.append(result.risk_score - combine(after))
    return gains
