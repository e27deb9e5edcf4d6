"""How a number on a panel comes about, as HTML: the score, one threat's risk, one control's worth."""

from __future__ import annotations

from threatlab.assessment import Assessment
from threatlab.catalog import Catalog, Control
from threatlab.widgets.base.html import Html, fold, markup, number, table, tag
from threatlab.words import days


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
    return tag("div", body, class_="tl-note")


def _score(result: Assessment) -> Html:
    product = " \u00d7 ".join(f"(1 \u2212 {r:.2f})" for r in result.by_threat.values() if r)
    score = f"{result.risk_score:.2f}"
    return markup(
        tag(
            "p",
            tag("b", f"Risk score {score}"),
            ": each threat leaves a share of hope, 1 minus its risk; the score is what all of them together take away.",
        ),
        tag("p", f"1 \u2212 {product} = ", tag("b", score)),
    )


def _threat(result: Assessment, name: str) -> Html:
    catalog, how = result.system.catalog, result.explain(name)
    threat = catalog.threats[name]
    about = markup(tag("b", threat.title), f": {threat.about}")
    if not how.inherent_likelihood:
        return tag("p", about, " It does not apply to this system.")
    raised = ", ".join(f"{catalog.facts[f].label} ({threat.raised_by[f]:.2f})" for f in how.raised_by) or "no fact"
    barriers = [
        (
            catalog.layers[b.layer].title,
            catalog.controls[b.control].title,
            b.effect,
            number(f"\u00d7 {1 - b.reduction:.2f}"),
        )
        for b in how.barriers
    ]
    heads = ("Layer", "Best control in place", "Effect", "Lets through")
    return markup(
        tag("p", about),
        tag(
            "p",
            f"Without controls: likelihood {how.inherent_likelihood:.2f} (starts at {threat.likelihood:.2f}, "
            f"raised by {raised}) \u00d7 impact {how.inherent_impact:.2f} = ",
            tag("b", f"{how.inherent:.2f}"),
            f". {threat.likelihood_why} {threat.impact_why}",
        ),
        table(heads, barriers) if barriers else tag("p", "No layer stands against it."),
        tag(
            "p",
            f"With controls: likelihood {how.likelihood:.2f} \u00d7 impact {how.impact:.2f} = ",
            tag("b", f"{how.risk:.2f}"),
            ".",
        ),
    )


def _control(catalog: Catalog, name: str) -> Html:
    control: Control = catalog.controls[name]
    claims = (
        (catalog.threats[threat].title, number(f"{claim.value:.2f}"), f"{claim.source}: {claim.why}")
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
        tag("p", tag("b", "How to check it:"), f" {control.check}"),
        tag("p", tag("b", "A false positive when:"), f" {control.false_positive}"),
        tag("p", f"ATLAS {catalog.atlas}: {techniques}. {'; '.join(map(str, control.lists))}.", class_="tl-sub"),
        fold("Why these ids", table(("Id", "Why"), control.mappings.items()), key=name),
    )
