"""How a number on a panel comes about, as HTML: the score, one threat's risk, one control's worth."""

from __future__ import annotations

from collections.abc import Mapping

from threatlab.assessment import Assessment
from threatlab.assessment.layered import Barrier
from threatlab.catalog import Catalog, Control, Effectiveness
from threatlab.system import AISystem
from threatlab.widgets.base.html import Html, fold, headed, markup, number, table, tag
from threatlab.words import capital, days, listed

_SUM = (
    ": a bounded way to add up what each threat is expected to cost, as a share of the worst credible loss. Each takes "
    "its share of what the others leave, so the sum stays below 1. It is no chance of anything."
)
_MINUS, _TIMES = "\u2212", " \u00d7 "
_FURTHER = (
    "The best control of a layer counts whole. Of a further one, the part that does not fail with the best: with the "
    "chance {:g}, what defeated the best defeats it, too."
)


def explainable(catalog: Catalog) -> list[tuple[str, str]]:
    """Return the list of numbers that can be explained: a label and what to ask for, for each."""
    threats = [(f"Threat: {t.title}", t.id) for t in catalog.threats.values()]
    controls = [(f"Control: {c.title}", c.id) for c in catalog.controls.values()]
    return [("choose a number\u2026", ""), ("Risk score", "risk_score"), *threats, *controls]


def explanation(result: Assessment, what: str) -> Html:
    """Return how `what` comes about: "risk_score", the id of a threat or of a control; "" gives an empty text."""
    if not what:
        return markup()
    if what == "risk_score":
        body = _score(result)
    elif what in result.by_threat:
        body = _threat(result, what)
    else:
        body = _control(result.system.catalog, what)
    return tag("div.tl-note", body)


def _score(result: Assessment) -> Html:
    product = _TIMES.join(f"(1 {_MINUS} {r:.4f})" for r in result.by_threat.values() if r)
    return markup(
        tag(
            "p",
            tag("b", f"Risk score {result.risk_score:.2f}"),
            _SUM,
        ),
        tag("p", f"1 {_MINUS} {product} = ", tag("b", f"{result.risk_score:.4f}")) if product else None,
    )


def _threat(result: Assessment, name: str) -> Html:
    catalog, how = result.system.catalog, result.explain(name)
    threat = catalog.threats[name]
    about = markup(tag("b", threat.title), f": {threat.about}")
    if not how.inherent_likelihood:
        return tag("p", about, " It does not apply to this system.")
    barriers = [
        (
            catalog.layers[b.layer].title,
            catalog.controls[b.control].title,
            b.effect,
            markup(f"{b.claim:.4g}", tag("div.tl-sub", catalog.controls[b.control].effectiveness[name].evidence)),
            number(_lets_through(b, catalog)),
        )
        for b in how.barriers
    ]
    heads = ("Layer", "Control in place", "Effect", "Claims to remove", "Lets through")
    factors = "".join(f"{_TIMES}{1 - b.reduction:.4g}" for b in how.barriers)
    likelihood = _raised("Likelihood", threat.likelihood, threat.raised_by, result.system)
    impact = _raised("Impact", threat.impact, threat.impact_raised_by, result.system)
    return markup(
        tag("p", about),
        tag("p", f"{likelihood} = {how.inherent_likelihood:.4f}. {threat.likelihood_why}"),
        tag("p", f"{impact} = {how.inherent_impact:.4f}. {threat.impact_why}"),
        table(heads, barriers) if barriers else tag("p", "No control stands against it."),
        tag("p", _FURTHER.format(catalog.shared_failure.beta)) if any(b.further for b in how.barriers) else None,
        tag(
            "p",
            f"Risk: likelihood {how.inherent_likelihood:.4f}{_TIMES}impact {how.inherent_impact:.4f}{factors} = ",
            tag("b", f"{how.risk:.4f}"),
            f", shown as {how.risk:.2f}.",
        ),
        _adversaries(catalog, name),
    )


def _adversaries(catalog: Catalog, threat: str) -> Html:
    """Return for whom a threat stands: each adversary with goal, access and knowledge."""
    rows = (
        (
            markup(capital(each.title), tag("div.tl-sub", each.access_and_knowledge)),
            each.goals[threat].text,
            each.goals[threat].asset,
        )
        for each in catalog.adversaries_of(threat)
    )
    if not catalog.adversaries_of(threat):
        return tag("p", "The catalog names no adversary whom it serves.")
    return table(("Whom it stands for", "What they want", "Asset"), rows)


def _worth(claim: Effectiveness) -> str:
    if claim.source == "judged":
        return f"{claim.value:.2f}"
    return f"{claim.measured:g}{_TIMES}{claim.routes:g} = {claim.value:.2f}"


def _raised(what: str, start: float, by: Mapping[str, float], system: AISystem) -> str:
    """Return how a likelihood or an impact comes about: where it starts, what raises it, and the formula of both."""
    raising = {system.catalog.facts[fact].label: weight for fact, weight in by.items() if fact in system.true}
    raised = f", raised by {listed([f'{label} {weight:g}' for label, weight in raising.items()])}" if raising else ""
    product = _TIMES.join(f"(1 {_MINUS} {share:g})" for share in (start, *raising.values()))
    return f"{what}: starts at {start:g}{raised}. 1 {_MINUS} {product}"


def _lets_through(barrier: Barrier, catalog: Catalog) -> str:
    part = f"{1 - catalog.shared_failure.beta:g}{_TIMES}" if barrier.further else ""
    return f"1 {_MINUS} {part}{barrier.claim:.4g} = {1 - barrier.reduction:.4g}"


def _control(catalog: Catalog, name: str) -> Html:
    control: Control = catalog.controls[name]
    claims = (
        (catalog.threats[threat].title, number(_worth(claim)), f"{claim.evidence}: {claim.why} {claim.routes_why}")
        for threat in control.threats
        for claim in [control.effectiveness[threat]]
    )
    techniques = "; ".join(f"{each} ({each.later})" if each.later else str(each) for each in control.atlas_techniques)
    return markup(
        tag(
            "p",
            tag("b", control.title),
            f" ({control.effect}, {days(control.effort_days)}, costs {control.utility_cost:.0%} of usefulness). "
            f"{control.severity}: {control.severity_rationale}.",
        ),
        table(("Against", "Removes", "How we know"), claims),
        headed("How to check it:", control.check),
        headed("A false positive when:", control.false_positive),
        tag("p.tl-sub", f"ATLAS {catalog.atlas}: {techniques}. {'; '.join(map(str, control.lists))}."),
        fold("Why these ids", table(("Id", "Why"), control.mappings.items()), key=name),
    )
