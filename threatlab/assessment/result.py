"""assess(system) -> Assessment: findings, a risk score, residual risk by threat, best next steps.

Two ways to score. `core` is the lesson's own: each of its three controls that is not in place adds
its weight, up to 1. `ai` is layered: per threat, what its facts make likely, times what it would
cost, times what each layer lets through; over threats, 1 - (1 - a)(1 - b)..., a bounded way to add
expected losses that never hides a threat behind another. It is no chance of anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any

from threatlab.assessment.advice import Estimate, holds, missing
from threatlab.assessment.layered import ThreatRisk, combine, explain_threat, scales
from threatlab.catalog import SEVERITIES, Catalog, Control, Technique
from threatlab.checks import Unchangeable, check_whole
from threatlab.errors import ThreatLabError
from threatlab.ranking import rounded
from threatlab.system import AISystem, check_system

if TYPE_CHECKING:
    import pandas as pd

NOTHING = 1e-12
"""Differences below this are rounding, not risk."""


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


Check = tuple[str, frozenset[str], frozenset[str], Finding, Finding]
"""A control's id, the facts that must all be true for it to apply, those of which one must (if any), and its finding
where it is absent or unknown.

A plain tuple: `assess` takes every check apart, and would need a sixth more time for named ones.
"""


@dataclass(frozen=True, slots=True)
class NextStep:
    """A control not in place; `removes` is how far the risk score (0..1) falls by it alone.

    `missing` says how likely it is missing: surely if somebody said so, else as published cases have it. `expected` is
    what it removes times that chance.
    """

    attribute: str
    title: str
    removes: float
    effort_days: float
    missing: Estimate | None

    @property
    def unknown(self) -> bool:
        """Whether nobody has said whether it is in place."""
        return self.missing is not None

    @property
    def expected(self) -> float:
        """How far the score is expected to fall by it (0..1)."""
        return self.removes * (self.missing.chance if self.missing else 1.0)


@dataclass(frozen=True, slots=True)
class NextQuestion:
    """A fact or a control that nobody has spoken of, and what an answer is worth.

    `moves` is how far the risk score (0..1) moves if the answer is the one that moves it: a fact is true, a control in
    place. `likely` says how likely that is by published cases, `expected` is the product of the two.
    """

    attribute: str
    question: str
    moves: float
    likely: float

    @property
    def expected(self) -> float:
        """How far an answer is expected to move the score (0..1)."""
        return abs(self.moves) * self.likely


@dataclass(frozen=True)  # without slots: the advice is worked out once, and kept
class Assessment(Unchangeable):
    """What an assessment found, in the terms of the system's catalog. Scores and risks are in 0..1, higher is worse.

    `by_threat` maps each threat of the ruleset to its residual risk, 0.0 where it does not apply;
    it is empty for `core`, which knows no threats. `open_questions` are the facts that nobody has
    answered: they count as absent.
    """

    system: AISystem
    ruleset: str
    risk_score: float
    findings: tuple[Finding, ...]
    by_threat: Mapping[str, float] = field(hash=False)
    open_questions: tuple[str, ...]

    @property
    def catalog(self) -> Catalog:
        """The catalog that the system was assessed by, and that all of this speaks of."""
        return self.system.catalog

    @property
    def worst_threat(self) -> str | None:
        """Id of the threat with the highest residual risk, or None; among equals the first."""
        worst, most = None, 0.0
        for threat, risk in self.by_threat.items():
            if risk > most + NOTHING:
                worst = threat
            most = max(most, risk)
        return worst

    @property
    def worst_first(self) -> tuple[tuple[str, float], ...]:
        """Each threat's id and residual risk, the highest first; equals in the catalog's order."""
        return tuple(sorted(self.by_threat.items(), key=lambda pair: -rounded(pair[1])))

    def best_next(self, n: int = 5) -> tuple[NextStep, ...]:
        """Return up to `n` controls that apply and are not in place, by how far each is expected to lower the score.

        That is what it removes times the chance that it is missing: an unknown control may be in place already. What
        removes nothing, since its threats don't apply, is left out. Among equals the more severe finding comes first.

        Raises
        ------
        ThreatLabError
            If `n` is no whole number of 0 or more.
        """
        return self._steps[: check_whole("n", n)]

    @cached_property
    def _steps(self) -> tuple[NextStep, ...]:
        controls = self.catalog.controls
        steps = []
        for finding, removes in zip(self.findings, _gains(self), strict=True):
            control = controls[finding.attribute]
            if removes > NOTHING:
                steps.append(
                    NextStep(
                        attribute=control.id,
                        title=control.title,
                        removes=removes,
                        effort_days=control.effort_days,
                        missing=missing(control.id, self.catalog) if finding.unknown else None,
                    )
                )
        return tuple(sorted(steps, key=lambda step: -rounded(step.expected)))

    def best_questions(self, n: int = 5) -> tuple[NextQuestion, ...]:
        """Return up to `n` unknown facts and controls, by how far an answer is expected to move the score.

        A fact that is true moves it by what it adds; a control that is in place by what it removes. The other answer
        moves nothing, since what is unknown counts as it. Each is asked alone. What would move nothing is left out.

        Raises
        ------
        ThreatLabError
            If `n` is no whole number of 0 or more.
        """
        most = check_whole("n", n)
        threats, true = scales(self.catalog).values(), self.system.true
        asked = [
            NextQuestion(
                attribute=fact,
                question=self.catalog.facts[fact].question,
                moves=combine(threat.residual(true | {fact}) for threat in threats) - self.risk_score,
                likely=holds(fact, self.catalog).chance,
            )
            for fact in self.open_questions
        ]
        asked += [
            NextQuestion(
                attribute=step.attribute,
                question=self.catalog.controls[step.attribute].question,
                moves=-step.removes,
                likely=1.0 - step.missing.chance,
            )
            for step in self._steps
            if step.missing
        ]
        worth = [question for question in asked if question.expected > NOTHING]
        return tuple(sorted(worth, key=lambda question: -rounded(question.expected))[:most])

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
        return explain_threat(self.system, threat)

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
            {**_finding_dict(f), "threats": ", ".join(f.threats), "atlas": ", ".join(t.id for t in f.atlas)}
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
    check_system(system)
    catalog, known, true = system.catalog, system.known, system.true
    rules = catalog.ruleset(ruleset)
    findings = [
        when_absent if attribute in known else when_unknown
        for attribute, needs, needs_one, when_absent, when_unknown in checks(catalog, ruleset)
        if attribute not in true and needs <= true and not (needs_one and needs_one.isdisjoint(true))
    ]
    if rules.model == "additive":
        score, by_threat, questions = add_up(catalog, true), {}, []
    else:
        by_threat = {threat: scale.residual(true) for threat, scale in scales(catalog).items()}
        score = combine(by_threat.values())
        questions = [fact for fact in catalog.facts if fact not in known]
    return Assessment(
        system=system,
        ruleset=ruleset,
        risk_score=score,
        findings=tuple(findings),
        by_threat=by_threat,
        open_questions=tuple(questions),
    )


def add_up(catalog: Catalog, true: frozenset[str]) -> float:
    """Return the lesson's own score (0..1) of a system of which it is known what is `true`."""
    score = 0.0
    for control in catalog.rulesets["core"].controls:  # one by one, as in the lesson: sum() may round otherwise
        if control.id not in true:
            score += control.core_weight or 0.0
    return min(score, 1.0)


@lru_cache(maxsize=64)
def checks(catalog: Catalog, ruleset: str) -> tuple[Check, ...]:
    """Return a check for each control of a ruleset, in the order of its findings: worst first."""
    controls = catalog.ruleset(ruleset).controls
    if ruleset != "core":  # the lesson's own order is kept for its own three
        controls = tuple(sorted(controls, key=lambda c: SEVERITIES.index(c.severity)))
    return tuple(
        (
            c.id,
            frozenset(c.applies_when),
            frozenset(c.applies_when_any),
            _finding(c, unknown=False),
            _finding(c, unknown=True),
        )
        for c in controls
    )


def _finding(control: Control, *, unknown: bool) -> Finding:
    return Finding(
        severity=control.severity,
        finding=control.finding,
        recommendation=control.recommendation,
        attribute=control.id,
        layer=control.layer,
        threats=control.threats,
        atlas=control.atlas_techniques,
        unknown=unknown,
    )


def _finding_dict(finding: Finding) -> dict[str, Any]:
    values = {name: getattr(finding, name) for name in Finding.__dataclass_fields__}
    return {**values, "threats": list(finding.threats), "atlas": [str(technique) for technique in finding.atlas]}


def _gains(result: Assessment) -> list[float]:
    """Return how far the risk score falls by each finding's control alone."""
    catalog, scale, controls = result.catalog, scales(result.catalog), result.catalog.controls
    gains = []
    for control in (finding.attribute for finding in result.findings):
        true, counters = result.system.true | {control}, controls[control].effectiveness
        if result.ruleset == "core":
            after = add_up(catalog, true)
        else:  # only what it counters needs another look; a panel waits for this
            after = combine(
                scale[threat].residual(true) if threat in counters else risk
                for threat, risk in result.by_threat.items()
            )
        gains.append(result.risk_score - after)
    return gains
