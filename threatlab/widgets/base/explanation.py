"""How a number on a panel comes about, as HTML: the score, one threat's risk, one control's worth."""

from __future__ import annotations

from html import escape

from threatlab.assessment import Assessment
from threatlab.catalog import Control, catalog
from threatlab.words import days


def explanation(result: Assessment, what: str) -> str:
    """Return how `what` comes about: "risk_score", the id of a threat or of a control; "" gives an empty text."""
    if not what:
        return ""
    if what == "risk_score":
        body = _score(result)
    elif what in result.by_threat:
        body = _threat(result, what)
    else:
        body = _control(catalog().controls[what])
    return f'<div class="tl-note">{body}</div>'


def _score(result: Assessment) -> str:
    risks = [r for r in result.by_threat.values() if r]
    product = " \u00d7 ".join(f"(1 \u2212 {r:.2f})" for r in risks)
    return (
        f"<p><b>Risk score {result.risk_score:.2f}</b>: each threat leaves a share of hope, 1 minus its risk; "
        f"the score is what all of them together take away.</p>"
        f"<p>1 \u2212 {product} = <b>{result.risk_score:.2f}</b></p>"
    )


def _threat(result: Assessment, threat: str) -> str:
    known, how = catalog().threats[threat], result.explain(threat)
    if not how.inherent_likelihood:
        return f"<p><b>{escape(known.title)}</b>: {escape(known.about)} It does not apply to this system.</p>"
    raised = ", ".join(f"{catalog().facts[f].label} ({known.raised_by[f]:.2f})" for f in how.raised_by) or "no fact"
    barriers = "".join(
        f"<tr><td>{catalog().layers[b.layer].title}</td><td>{escape(catalog().controls[b.control].title)}</td>"
        f'<td>{b.effect}</td><td class="tl-num">\u00d7 {1 - b.reduction:.2f}</td></tr>'
        for b in how.barriers
    )
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Layer", "Best control in place", "Effect", "Lets through"))
    table = (
        f"<table><thead><tr>{heads}</tr></thead><tbody>{barriers}</tbody></table>"
        if barriers
        else "<p>No layer stands against it.</p>"
    )
    return (
        f"<p><b>{escape(known.title)}</b>: {escape(known.about)}</p>"
        f"<p>Without controls: likelihood {how.inherent_likelihood:.2f} "
        f"(starts at {known.likelihood:.2f}, raised by {raised}) "
        f"\u00d7 impact {how.inherent_impact:.2f} = <b>{how.inherent:.2f}</b>. "
        f"{escape(known.likelihood_why)} {escape(known.impact_why)}</p>{table}"
        f"<p>With controls: likelihood {how.likelihood:.2f} \u00d7 impact {how.impact:.2f} = <b>{how.risk:.2f}</b>.</p>"
    )


def _control(control: Control) -> str:
    claims = "".join(
        f"<tr><td>{catalog().threats[t].title}</td><td class='tl-num'>{control.effectiveness[t].value:.2f}</td>"
        f"<td>{control.effectiveness[t].source}: {escape(control.effectiveness[t].why)}</td></tr>"
        for t in control.threats
    )
    heads = "".join(f'<th scope="col">{h}</th>' for h in ("Against", "Removes", "How we know"))
    techniques = "; ".join(map(str, control.atlas_techniques))
    maps = ", ".join(filter(None, (control.owasp_llm_2025, control.owasp_ml_2023, control.nist_ai_100_2)))
    return (
        f"<p><b>{escape(control.title)}</b> ({control.effect}, {days(control.effort_days)}, "
        f"costs {control.utility_cost:.0%} of usefulness). "
        f"{control.severity}: {escape(control.severity_rationale)}.</p>"
        f"<table><thead><tr>{heads}</tr></thead><tbody>{claims}</tbody></table>"
        f"<p><b>How to check it:</b> {escape(control.check)}<br>"
        f"<b>A false positive when:</b> {escape(control.false_positive)}</p>"
        f'<p class="tl-sub">ATLAS {catalog().atlas_version}: {escape(techniques)}. {escape(maps)}</p>'
    )
