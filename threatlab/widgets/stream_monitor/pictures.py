"""The stream monitor's pictures: the day with its attackers and alerts, and what every threshold would have done."""

from __future__ import annotations

from html import escape
from math import isnan, log2

from threatlab.monitoring.evaluation import Campaign
from threatlab.monitoring.log import DAY_MINUTES, Floats, clock
from threatlab.monitoring.windows import WINDOW
from threatlab.widgets.stream_monitor.view import HIGHEST, LOWEST, StreamState, broken, outcome

HOURS = range(0, 25, 4)
"""Hours named on the axis: as many as fit where the page is narrow."""

_LOW, _HIGH = 0.78, 0.94
"""Mean confidence between which the line is drawn: a drift of 0.03 has to be seen."""

_TALL = 48
"""Height of the two small charts, in px and in units of their drawing."""


_SIGNS = "".join(
    f'<span><i class="{sign}"></i>{words}</span>'
    for sign, words in (
        ("tl-at-work", "at work, unseen"),
        ("tl-after", "after the alert"),
        ("tl-blip tl-attacker", "alert, right"),
        ("tl-blip tl-false", "alert, false"),
        ("tl-blip tl-forbidden", "rule broken"),
        ("tl-dash", "drift called"),
    )
)


def timeline(state: StreamState) -> str:
    """Return the day so far as a table with a track per row: requests, confidence, attackers, alerts, violations."""
    hours = "".join(
        f'<span style="left:{_at(hour * 60)}"{" class=tl-last" if hour == 24 else ""}>{hour:02}</span>'
        for hour in HOURS
    )
    day = state.watch
    fleet = day.drift.fleet[state.windows - 1] if state.windows else None
    asked = day.requests[: state.windows]
    busiest = f"at most {asked.max():,.0f} in {WINDOW} min" if len(asked) else f"in {WINDOW} min"
    level = f"{fleet:.3f} now, all clients" if fleet is not None else "all clients"
    if day.drift.by(state.minute):
        level = f'{fleet:.3f} now; <b class="tl-drift-word">drift</b>, called {clock(day.drift.alarm or 0)}'
    rows = [
        _row("Requests", _bars(asked, float(day.requests.max())), busiest, state),
        _row("Confidence", _line(day.drift.fleet[: state.windows]), level, state),
        *(_row(each.attacker, _campaign(each, state), outcome(each, state), state) for each in state.now.campaigns),
        *_false_alerts(state),
        _violations(state),
    ]
    return (
        '<h3 class="tl-cap">The day so far <i>\u2014 attackers from loud to stealthy; we know them only because we '
        'made them up</i></h3><table class="tl-day"><thead><tr><th scope="col">Who</th>'
        f'<th scope="col"><span class="tl-hidden">The day so far, by hour</span><div class="tl-hours" '
        f'aria-hidden="true">{hours}</div></th><th scope="col">So far</th></tr></thead><tbody>{"".join(rows)}</tbody>'
        "</table>"
        f'<p class="tl-sub tl-signs">{_SIGNS}</p>'
    )


def threshold_curve(state: StreamState) -> str:
    """Return precision and recall over all thresholds so far, with the one chosen marked, and figures for five."""
    width, height, left, bottom = 380, 190, 30, 36
    table = state.curve

    def x(threshold: float) -> float:
        return left + 6 + log2(threshold / LOWEST) / log2(HIGHEST / LOWEST) * (width - left - 22)

    def y(share: float) -> float:
        return height - bottom - share * (height - bottom - 14)

    grid = "".join(
        f'<line x1="{left}" x2="{width - 6}" y1="{y(share):.1f}" y2="{y(share):.1f}" class="tl-grid"/>'
        f'<text x="{left - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.1f}</text>'
        for share in (0.0, 0.5, 1.0)
    )
    ticks = "".join(
        f'<text x="{x(2**power):.1f}" y="{height - 18}" text-anchor="middle">{2**power}</text>' for power in range(8)
    )
    lines = "".join(
        f'<polyline class="tl-line tl-line-{n}" points="'
        + " ".join(
            f"{x(level):.1f},{y(share):.1f}"
            for level, share in zip(table["threshold"].tolist(), table[column].tolist(), strict=True)
            if not isnan(share)
        )
        + '"/>'
        for n, column in enumerate(("recall", "precision"))
    )
    mark = f'<line x1="{x(state.threshold):.1f}" x2="{x(state.threshold):.1f}" y1="8" y2="{y(0):.1f}" class="tl-mark"/>'
    return (
        '<h3 class="tl-cap">What every threshold would have done so far</h3>'
        f'<svg class="tl-chart" viewBox="0 0 {width} {height}" role="img" aria-label="Precision and recall by alert '
        f'threshold; figures in the table below">{grid}{ticks}{lines}{mark}'
        f'<text x="{(width + left) / 2}" y="{height - 3}" text-anchor="middle">alert threshold (doubling); dashed: '
        f"yours, {state.threshold:g}</text></svg>{_curve_table(state)}"
    )


def _curve_table(state: StreamState) -> str:
    table = state.curve
    chosen = table[table["threshold"].isin((4, 8, 16, 32, 64))]
    rows = (
        ("recall", '<span class="tl-key"></span>Recall', ".2f"),
        ("precision", '<span class="tl-key tl-key-1"></span>Precision', ".2f"),
        ("alerts", "Alerts", ".0f"),
        ("queries_lost", "Queries lost", ",.0f"),
    )
    head = "".join(f'<th scope="col">{level:g}</th>' for level in chosen["threshold"])
    body = "".join(
        f'<tr><th scope="row">{title}</th>'
        + "".join(f'<td class="tl-num">{_figure(value, form)}</td>' for value in chosen[column].tolist())
        + "</tr>"
        for column, title, form in rows
    )
    return (
        f'<table class="tl-levels"><thead><tr><th scope="col">Threshold</th>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table>"
    )


def _row(title: str, track: str, told: str, state: StreamState) -> str:
    """Return one row: its name, what happened when (not for screen readers, who get the words), and the words."""
    drift = state.watch.drift
    line = f'<i class="tl-dash" style="left:{_at(drift.alarm or 0)}"></i>' if drift.by(state.minute) else ""
    future = f'<i class="tl-future" style="left:{_at(state.minute)}"></i>' if state.minute < DAY_MINUTES else ""
    return (
        f'<tr><th scope="row">{escape(title)}</th><td><div class="tl-passed" aria-hidden="true">{future}{track}{line}'
        f"</div></td><td>{told}</td></tr>"
    )


def _bars(requests: Floats, highest: float) -> str:
    wide = 1 / len(requests) if len(requests) else 0
    path = "".join(
        f"M{i * WINDOW} {_TALL}V{_TALL - asked / highest * (_TALL - 4):.1f}h{WINDOW * 0.8:.0f}V{_TALL}z"
        for i, asked in enumerate(requests)
    )
    return _chart(f'<path d="{path}" class="tl-volume"/>') if wide else _chart("")


def _line(fleet: Floats) -> str:
    points = " ".join(
        f"{(i + 1) * WINDOW},{_TALL - (min(max(level, _LOW), _HIGH) - _LOW) / (_HIGH - _LOW) * _TALL:.1f}"
        for i, level in enumerate(fleet)
    )
    return _chart(f'<polyline points="{points}" class="tl-level"/>')


def _chart(drawn: str) -> str:
    """Return a drawing that is stretched to the width of its track; it holds no text, which would be stretched too."""
    return (
        f'<svg class="tl-strip" viewBox="0 0 {DAY_MINUTES} {_TALL}" preserveAspectRatio="none" focusable="false">'
        f"{drawn}</svg>"
    )


def _campaign(campaign: Campaign, state: StreamState) -> str:
    if campaign.begins >= state.minute:
        return ""
    end = state.minute if campaign.caught is None else campaign.caught
    bar = f'<i class="tl-at-work" style="left:{_at(campaign.begins)};width:{_at(end - campaign.begins)}"></i>'
    if campaign.caught is None:
        return bar
    after = f'<i class="tl-after" style="left:{_at(end)};width:{_at(state.minute - end)}"></i>'
    return f"{bar}{after}{_dot('tl-attacker', campaign.caught, campaign.attacker)}"


def _false_alerts(state: StreamState) -> list[str]:
    rows = []
    for title, kind in (("Batch jobs", "batch job"), ("Ordinary", "ordinary")):
        alerts = [alert for alert in state.now.alerts if alert.kind == kind]
        dots = "".join(_dot("tl-false", alert.minute, alert.client) for alert in alerts)
        told = f"{len(alerts)} false alert{'s' if len(alerts) != 1 else ''}"
        rows.append(_row(title, dots, told, state))
    return rows


def _violations(state: StreamState) -> str:
    records = broken(state.watch, state.minute).to_dict("records")
    dots = "".join(_dot("tl-forbidden", row["first"], f"{row['client']}, {row['rule']}") for row in records)
    return _row("Rule broken", dots, f"by {len(records)} client{'s' if len(records) != 1 else ''}", state)


def _dot(kind: str, minute: float, said: str) -> str:
    return f'<i class="tl-blip {kind}" style="left:{_at(minute)}" title="{escape(said)}, {clock(minute)}"></i>'


def _at(minute: float) -> str:
    return f"{minute / DAY_MINUTES:.2%}"


def _figure(value: float, form: str) -> str:
    return "\u2013" if isnan(value) else format(value, form)
