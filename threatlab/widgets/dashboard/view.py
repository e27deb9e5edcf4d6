"""The shared dashboard's state, and pure functions from that state to HTML: one page, three roles."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from html import escape

from threatlab.catalog import catalog
from threatlab.operate.overview import Overview, Work, overview
from threatlab.system import AISystem
from threatlab.words import days

SHOWN = 5
"""Lines of a list on the page: as many as can be read at a glance, from the back of a room."""


@dataclass(frozen=True)
class DashboardState:
    """What the dashboard shows: the systems now and at the last review, the threshold, and whose work is listed."""

    systems: tuple[AISystem, ...]
    before: tuple[AISystem, ...]
    alert_threshold: float
    role: str

    @cached_property
    def seen(self) -> Overview:
        """What the systems say."""
        return overview(self.systems, self.alert_threshold, self.before)


def executive(state: DashboardState) -> str:
    """Return where we stand: how many systems are above the threshold, the worst, the change, and what is due."""
    seen = state.seen
    total, above = len(seen.assessments), len(seen.alerting)
    rows = "".join(
        f'<p>{escape(r.system.title)}</p><div class="tl-bar tl-plain"><i class="{_bad(state, r.risk_score)}" '
        f'style="width:{r.risk_score:.1%}"></i></div><p class="tl-num">{r.risk_score:.2f}</p>'
        for r in seen.assessments[:SHOWN]
    )
    certain = f" Whatever the open answers are: {len(seen.answered)}." if above else ""
    return _card(
        "Executive: where do we stand?",
        f'<div class="tl-score">{above}<span class="tl-of"> of {total}</span></div>'
        f'<p class="tl-sub">systems at or above the alert threshold of {state.alert_threshold:.2f}.{certain}</p>'
        f'<p class="tl-gap">{_trend(seen)}</p><h4 class="tl-cap">Highest risk scores</h4>'
        f'<div class="tl-bars">{rows}</div><p><b>Decide:</b> {_decision(seen)}</p>',
    )


def engineer(state: DashboardState) -> str:
    """Return what to do next: the work that one role usually does, by the risk that a day of it removes."""
    work = state.seen.work_for(state.role)[:SHOWN]
    if not work:
        return _card(
            "Engineer: what do I do next?", f"<p>No open control is usual work of the {escape(state.role)}.</p>"
        )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Control", "Systems", "Effort", "Removes"))
    rows = "".join(map(_work_row, work))
    return _card(
        "Engineer: what do I do next?",
        f'<p class="tl-sub">Work of the <b>{escape(state.role)}</b>, by the risk that a day of it removes.</p>'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p class="tl-sub tl-gap">\u201cRemoves\u201d adds up how far each system\u2019s score falls by this control '
        "alone.</p>",
    )


def security(state: DashboardState) -> str:
    """Return what threatens us and what we don't know: threats by their risk over all systems, and open answers."""
    seen = state.seen
    threats = "".join(
        f"<tr><td>{escape(share.title)}</td><td class='tl-num'>{share.systems}</td>"
        f"<td class='tl-num'>{share.highest:.2f}</td><td>{escape(_title(seen, share.worst))}</td></tr>"
        for share in seen.threats[:SHOWN]
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Threat", "Systems", "Highest", "In"))
    severities = " \u00b7 ".join(
        f'<span class="tl-sev tl-{name}">{count} {name.lower()}</span>' for name, count in seen.severities.items()
    )
    unknown = sorted(seen.unknown.items(), key=lambda item: -item[1])[:3]
    asked = ", ".join(f"{escape(_title(seen, name))} ({count})" for name, count in unknown if count)
    return _card(
        "Security lead: what threatens us, and what don\u2019t we know?",
        f"<p>{severities}</p><table><thead><tr>{head}</tr></thead><tbody>{threats}</tbody></table>"
        f'<p class="tl-gap"><b>{sum(seen.unknown.values())} answers about controls are missing</b>'
        f"{': most for ' + asked if asked else ''}.</p>",
    )


def announcement(state: DashboardState) -> str:
    """Return the change in one sentence, for a screen reader."""
    above, total = len(state.seen.alerting), len(state.systems)
    return f"{above} of {total} systems at or above {state.alert_threshold:.2f}; work of the {state.role}."


def page(state: DashboardState) -> str:
    """Return the whole page: three cards, one for each role."""
    return (
        f'<div class="tl-cards">{executive(state)}{engineer(state)}{security(state)}</div>'
        f'<div class="tl-hidden" role="alert" aria-live="polite">{escape(announcement(state))}</div>'
    )


def static_picture(state: DashboardState) -> str:
    """Return the page as it stands for a saved notebook: no controls, and inline styles, which survive there."""
    seen = state.seen
    left = ' style="text-align:left"'
    systems = _static_rows((r.system.title, f"{r.risk_score:.2f}") for r in seen.assessments[:SHOWN])
    work = _static_rows((w.title, f"{days(w.days)} in {w.systems}") for w in seen.work_for(state.role)[:SHOWN])
    threats = _static_rows((t.title, f"{t.highest:.2f} in {_title(seen, t.worst)}") for t in seen.threats[:SHOWN])
    return (
        f'<div style="max-width:760px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{escape(announcement(state))}</b>"
        f"<table{left}><tr><th{left} colspan=2>Highest risk scores</th></tr>{systems}"
        f"<tr><th{left} colspan=2>Work of the {escape(state.role)}</th></tr>{work}"
        f"<tr><th{left} colspan=2>Threats over all systems</th></tr>{threats}</table>"
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


def _static_rows(pairs: Iterable[tuple[str, str]]) -> str:
    return "".join(
        f'<tr><td style="text-align:left">{escape(name)}</td><td style="text-align:left">{escape(told)}</td></tr>'
        for name, told in pairs
    )


def _card(title: str, body: str) -> str:
    return f'<div class="tl-card"><h3 class="tl-cap">{title}</h3>{body}</div>'


def _bad(state: DashboardState, score: float) -> str:
    return "tl-bad" if score >= state.alert_threshold else ""


def _trend(seen: Overview) -> str:
    if seen.mean_before is None:
        return f"Mean risk score <b>{seen.mean:.2f}</b>; there was no review before."
    change = seen.mean - seen.mean_before
    if abs(change) < 0.005:
        return f"Mean risk score <b>{seen.mean:.2f}</b>, as at the last review."
    word, css = ("down", "better") if change < 0 else ("up", "worse")
    return (
        f'Mean risk score <b>{seen.mean:.2f}</b>, <span class="tl-{css}">{word} {abs(change):.2f}</span> '
        f"from {seen.mean_before:.2f} at the last review."
    )


def _decision(seen: Overview) -> str:
    if not seen.work:
        return "nothing is open that would lower a score."
    first = seen.work[0]
    systems = "one system" if first.systems == 1 else f"{first.systems} systems"
    return (
        f"{days(first.days)} of the {escape(first.role)} for \u201c{escape(first.title)}\u201d in {systems} "
        "buy the most risk removed per day."
    )


def _work_row(work: Work) -> str:
    return (
        f'<tr><td>{escape(work.title)}</td><td class="tl-num">{work.systems}</td>'
        f'<td class="tl-num">{days(work.days)}</td><td class="tl-num">\u2212{work.removes:.2f}</td></tr>'
    )


def _title(seen: Overview, name: str) -> str:
    return next(r.system.title for r in seen.assessments if r.system.name == name)


def roles() -> tuple[str, ...]:
    """Return the roles that any control of the catalog names."""
    return tuple(dict.fromkeys(control.role for control in catalog().controls.values()))
