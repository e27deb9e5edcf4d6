"""The system explorer's state, and pure functions from that state to HTML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from html import escape

from threatlab.assessment import Assessment, Finding, NextStep, assess
from threatlab.catalog import Control, catalog
from threatlab.system import AISystem
from threatlab.words import days

STEPS_SHOWN = 3
FINDINGS_SHOWN = 5
_SAME = 0.005
"""Scores are shown with two digits: a smaller difference can't be seen, and isn't claimed."""


@dataclass(frozen=True)
class ExplorerState:
    """What the explorer shows: the system as it is now and as it was, and the score at which an alert is raised."""

    system: AISystem
    start: AISystem
    alert_threshold: float
    explained: str = ""
    all_findings: bool = False

    @cached_property
    def now(self) -> Assessment:
        """Assessment of the system as it is."""
        return assess(self.system)

    @cached_property
    def before(self) -> Assessment:
        """Assessment of the system as it was when the learner began."""
        return assess(self.start)

    @cached_property
    def steps(self) -> tuple[NextStep, ...]:
        """The best next controls, best first."""
        return self.now.best_next(STEPS_SHOWN)


def headline(state: ExplorerState) -> str:
    """Return score, change, gauge, worst threat and next step: what the eye must find first."""
    now, before, threshold = state.now.risk_score, state.before.risk_score, state.alert_threshold
    alerting = now >= threshold
    side = "at or above it" if alerting else "below it"
    was = f'<div class="tl-was" style="left:{before:.1%}"></div>' if state.system != state.start else ""
    return (
        f'<div class="tl-head{" tl-alerting" if alerting else ""}"><div><div class="tl-cap">Risk score</div>'
        f'<div class="tl-score">{now:.2f}</div><div class="tl-delta">{_delta(now, before, state)}</div></div>'
        f'<div><div class="tl-track"><div class="tl-fill" style="width:{now:.1%}"></div>{was}'
        f'<div class="tl-tick" style="left:{threshold:.1%}"></div></div>'
        f'<div class="tl-scale"><span>0</span><span>alert at {threshold:.2f}: now <b>{side}</b></span>'
        f"<span>1</span></div></div>{_lead(state)}</div>{_announcement(state)}"
    )


def advice_and_bars(state: ExplorerState) -> str:
    """Return the advice, a line for each step, over the residual risk by threat."""
    return steps_caption(state) + "".join(map(_step_row, state.steps, range(1, STEPS_SHOWN + 1))) + threat_bars(state)


def steps_caption(state: ExplorerState) -> str:
    """Return the heading over the advice, or what to say when there is none left."""
    if state.steps:
        return '<h3 class="tl-cap">Do next <i>\u2014 risk each alone would remove, and its effort</i></h3>'
    return (
        '<h3 class="tl-cap">Do next</h3>'
        '<p class="tl-none">Every control that applies and would lower the score is in place.</p>'
    )


def threat_bars(state: ExplorerState) -> str:
    """Return residual risk by threat, worst first; what does not apply comes last and says why."""
    rows = []
    for threat, risk in sorted(state.now.by_threat.items(), key=lambda item: -item[1]):
        title = escape(catalog().threats[threat].title)
        if not risk:
            rows.append(f'<p class="tl-sub">{title}</p><p class="tl-naq">{_why_not(state.system, threat)}</p>')
            continue
        inherent = state.now.explain(threat).inherent
        rows.append(
            f'<p>{title}</p><div class="tl-bar" style="width:{min(inherent / _LONGEST_BAR, 1):.1%}">'
            f'<i style="width:{risk / inherent:.1%}"></i></div><p class="tl-num">{_was(state, threat)}{risk:.2f}</p>'
        )
    legend = "<i>\u2014 solid: what remains; hatched: what controls removed</i>"
    return f'<h3 class="tl-cap">Where the risk is {legend}</h3><div class="tl-bars">{"".join(rows)}</div>'


def findings_caption(state: ExplorerState) -> str:
    """Return the heading over the findings: how many, by severity, and how many rest on an open question."""
    counts = Counter(f.severity for f in state.now.findings)
    unknown = sum(f.unknown for f in state.now.findings)
    parts = [f"{n} {severity.lower()}" for severity, n in counts.items()]
    parts += [f"{unknown} because nobody knows"] if unknown else []
    told = f" <i>\u2014 {', '.join(parts)}</i>" if parts else ""
    return f'<h3 class="tl-cap">Findings: {len(state.now.findings)}{told}</h3>'


def findings_table(state: ExplorerState) -> str:
    """Return the findings, worst first, as a table: all of them, or as many as fit at a glance."""
    findings = state.now.findings if state.all_findings else state.now.findings[:FINDINGS_SHOWN]
    if not findings:
        return findings_caption(state) + "<p>No control that applies is missing.</p>"
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Severity", "Finding and what to do"))
    rows = "".join(map(_finding_row, findings))
    return f"{findings_caption(state)}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def fold_title(state: ExplorerState, section: str, attributes: tuple[str, ...]) -> str:
    """Return a section's one-line summary: facts by what is true, controls by how many of those needed are in place."""
    facts, controls, system = catalog().facts, catalog().controls, state.system
    if attributes[0] in facts:
        true = [facts[a].label for a in attributes if system[a]]
        unknown = sum(system[a] is None for a in attributes)
        parts = [", ".join(true)] if true else ["nothing said"] if unknown == len(attributes) else ["none of these"]
        return f"{section} \u00b7 {parts[0]}" + (f" \u00b7 {unknown} unknown" if unknown else "")
    needed = [a for a in attributes if applies(controls[a], system)]
    if not needed:
        return f"{section} \u00b7 does not apply"
    unknown = sum(system[a] is None for a in needed)
    in_place = sum(system[a] is True for a in needed)
    return f"{section} \u00b7 {in_place} of {len(needed)} in place" + (f" \u00b7 {unknown} unknown" if unknown else "")


def applies(control: Control, system: AISystem) -> bool:
    """Tell whether the control's absence would be a finding in this system."""
    return all(system.known.get(fact) for fact in control.applies_when)


def static_picture(state: ExplorerState) -> str:
    """Return the panel as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    now = state.now
    rows = "".join(
        _static_bar(catalog().threats[t].title, r) for t, r in sorted(now.by_threat.items(), key=lambda i: -i[1]) if r
    )
    steps = "".join(f"<li>{escape(s.title)}: \u2212{s.removes:.2f}, {days(s.effort_days)}</li>" for s in state.steps)
    worst = "".join(
        f"<li><b>{f.severity}</b> {escape(f.finding)}{' (unknown)' if f.unknown else ''}</li>"
        for f in now.findings[:FINDINGS_SHOWN]
    )
    change = f" (was {state.before.risk_score:.2f})" if state.system != state.start else ""
    return (
        f'<div style="max-width:720px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(state.system.title)}</b> \u00b7 risk score "
        f'<b style="font-size:24px">{now.risk_score:.2f}</b>{change} \u00b7 alert at {state.alert_threshold:.2f}'
        f'<table style="width:100%;border-collapse:collapse">{rows}</table>'
        f"<b>Do next</b><ul>{steps}</ul><b>Findings: {len(now.findings)}</b><ul>{worst}</ul>"
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


_LONGEST_BAR = 0.45
"""Inherent risk that fills the width: above what any one threat of the catalog reaches for most systems."""


def _announcement(state: ExplorerState) -> str:
    """Return what a screen reader says after a change: one sentence, spoken when it replaces the one before."""
    worst = state.now.worst_threat
    words = f"Risk score {state.now.risk_score:.2f}, {len(state.now.findings)} findings"
    if worst:
        words += f", worst threat {catalog().threats[worst].title} {state.now.by_threat[worst]:.2f}"
    return f'<div class="tl-hidden" role="alert" aria-live="polite">{words}.</div>'


def _delta(now: float, before: float, state: ExplorerState) -> str:
    if state.system == state.start:
        return '<span class="tl-sub">as you found it</span>'
    change = now - before
    if abs(change) < _SAME:
        return f'<s class="tl-num">{before:.2f}</s> no change since you began'
    better = change < 0
    sign, word = ("\u2212", "better") if better else ("+", "worse")
    return (
        f'<s class="tl-num">{before:.2f}</s> <span class="tl-num tl-{word}">{sign}{abs(change):.2f}, {word}</span> '
        "since you began"
    )


def _lead(state: ExplorerState) -> str:
    worst = state.now.worst_threat
    if worst is None:
        return ""
    title = escape(catalog().threats[worst].title)
    return f'<div class="tl-lead"><span>Worst threat</span> <b>{title}</b> {state.now.by_threat[worst]:.2f}</div>'


def _step_row(step: NextStep, place: int) -> str:
    unknown = ' <span class="tl-unk">unknown</span>' if step.unknown else ""
    return (
        f'<p class="tl-step tl-row-{place}"><span>{escape(step.title)}{unknown}</span>'
        f'<span class="tl-num">\u2212{step.removes:.2f}</span>'
        f'<span class="tl-sub tl-num">{days(step.effort_days)}</span></p>'
    )


def _finding_row(finding: Finding) -> str:
    unknown = ' <span class="tl-unk">unknown</span>' if finding.unknown else ""
    ids = ", ".join(technique.id for technique in finding.atlas)
    claims = catalog().controls[finding.attribute].effectiveness
    threats = ", ".join(
        f"<b>{catalog().threats[t].title.lower()}</b> {claims[t].value:.2f} {claims[t].source}" for t in finding.threats
    )
    return (
        f'<tr><td><span class="tl-sev tl-{finding.severity}">{finding.severity}</span></td>'
        f"<td>{escape(finding.finding)}{unknown}"
        f'<div class="tl-sub">{escape(finding.recommendation)}.</div>'
        f'<div class="tl-sub">Against {threats} \u00b7 ATLAS {ids}</div></td></tr>'
    )


def _static_bar(title: str, risk: float) -> str:
    return (
        f'<tr><td style="width:30%;text-align:left">{escape(title)}</td><td style="width:60%;text-align:left">'
        f'<div style="width:{min(risk / _LONGEST_BAR, 1):.1%};height:12px;background-color:steelblue"></div></td>'
        f"<td>{risk:.2f}</td></tr>"
    )


def _was(state: ExplorerState, threat: str) -> str:
    before = state.before.by_threat[threat]
    moved = abs(state.now.by_threat[threat] - before) >= _SAME
    return f'<s class="tl-sub">{before:.2f}</s> ' if moved else ""


def _why_not(system: AISystem, threat: str) -> str:
    facts = catalog().threats[threat].applies_when_any
    unless = " or ".join(catalog().facts[f].label for f in facts)
    if any(system[f] is None for f in facts):
        return f"unknown: it applies if the system {unless}"
    return f"does not apply unless the system {unless}"
