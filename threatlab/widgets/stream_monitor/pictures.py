"""The stream monitor's pictures: the day with its attackers and alerts, and what every threshold would have done."""

from __future__ import annotations

from math import isnan, log2

from threatlab.monitoring.evaluation import Campaign
from threatlab.monitoring.log import DAY_MINUTES, Floats, clock
from threatlab.monitoring.windows import WINDOW
from threatlab.widgets.base.drawings import line_chart
from threatlab.widgets.base.html import Html, caption, markup, number, table, tag
from threatlab.widgets.stream_monitor.state import HIGHEST, LOWEST, StreamState, broken
from threatlab.words import counted

HOURS = range(0, 25, 4)
"""Hours named on the axis: as many as fit where the page is narrow."""

_LOW, _HIGH = 0.78, 0.94
"""Mean confidence between which the line is drawn: a drift of 0.03 has to be seen."""

_TALL = 48
"""Height of the two small charts, in px and in units of their drawing."""

_SIGNS = (
    ("tl-at-work", "at work, unseen"),
    ("tl-after", "after the alert"),
    ("tl-blip tl-attacker", "alert, right"),
    ("tl-blip tl-false", "alert, false"),
    ("tl-blip tl-forbidden", "rule broken"),
    ("tl-dash", "drift called"),
)

Row = tuple[str, Html, object]
"""A row of the day: its name, what happened when (not for screen readers, who get the words), and the words."""


def timeline(state: StreamState) -> Html:
    """Return the day so far as a table with a track per row: requests, confidence, attackers, alerts, violations."""
    hours = (
        tag("span", f"{hour:02}", style=f"left:{_at(hour * 60)}", class_="tl-end" if hour == 24 else None)
        for hour in HOURS
    )
    axis = markup(
        tag("span.tl-hidden", "The day so far, by hour"),
        tag("div.tl-hours", *hours, aria_hidden="true"),
    )
    asked, drift = state.watch.requests[: state.windows], state.watch.drift
    busiest = f"at most {asked.max():,.0f} in {WINDOW} min" if len(asked) else f"in {WINDOW} min"
    rows: list[Row] = [
        _row("Requests", _bars(asked, float(state.watch.requests.max())), busiest, state),
        _row("Confidence", _line(drift.fleet[: state.windows]), _level(state), state),
        *_attackers(state),
        _false_alerts("Batch jobs", "batch job", state),
        _false_alerts("Ordinary", "ordinary", state),
        _violations(state),
    ]
    who = "one campaign over many accounts" if state.campaign else "attackers from loud to stealthy"
    signs = (tag("span", tag("i", class_=sign), words) for sign, words in _SIGNS)
    return markup(
        caption("The day so far", f"{who}; we know that only because we made it up"),
        table(("Who", axis, "So far"), rows, row_heads=True, class_="tl-day"),
        tag("p.tl-sub.tl-signs", *signs),
    )


def threshold_curve(state: StreamState) -> Html:
    """Return precision and recall over all thresholds so far, with the one chosen marked, and figures for five."""

    def across(threshold: float) -> float:
        return log2(threshold / LOWEST) / log2(HIGHEST / LOWEST)

    levels = [across(level) for level in state.curve["threshold"].tolist()]
    lines = [
        [point for point in zip(levels, state.curve[column].tolist(), strict=True) if not isnan(point[1])]
        for column in ("recall", "precision")
    ]
    return markup(
        caption("What every threshold would have done so far"),
        line_chart(
            lines,
            {across(2**power): str(2**power) for power in range(8)},
            "Precision and recall by detector threshold; figures in the table below",
            below=f"detector threshold (doubling); dashed: yours, {state.threshold:g}",
            mark=across(state.threshold),
        ),
        _curve_table(state),
    )


def outcome(campaign: Campaign, state: StreamState) -> Html:
    """Return in a few words how an attacker fares."""
    look, word, rest = fate(campaign, state)
    return markup(tag("b", word, class_=look) if look else word, rest)


def fate(campaign: Campaign, state: StreamState) -> tuple[str, str, str]:
    """Return how an attacker fares: the class of its look, the word for it, and what it got."""
    if campaign.begins >= state.minute:
        return "", "not begun", ""
    queries = f"{campaign.queries:,} queries"
    if campaign.caught is None:
        return "tl-missed", "missed", f", {queries}"
    return "tl-caught", "caught", f" in {campaign.minutes} min, {queries}"


def _curve_table(state: StreamState) -> Html:
    chosen = state.curve[state.curve["threshold"].isin((4, 8, 16, 32, 64))]
    figures = (
        ("recall", markup(tag("span.tl-key"), "Recall"), ".2f"),
        ("precision", markup(tag("span.tl-key.tl-key-1"), "Precision"), ".2f"),
        ("alerts", "Alerts", ".0f"),
        ("queries_lost", "Queries lost", ",.0f"),
    )
    heads = ("Threshold", *(f"{level:g}" for level in chosen["threshold"]))
    rows = (
        (title, *(number("\u2013" if isnan(value) else format(value, form)) for value in chosen[column].tolist()))
        for column, title, form in figures
    )
    return table(heads, rows, row_heads=True, class_="tl-levels")


def _row(title: str, track: Html, words: object, state: StreamState) -> Row:
    drift = state.watch.drift
    called = _mark("tl-dash", drift.alarm or 0) if drift.by(state.minute) else None
    future = _mark("tl-future", state.minute) if state.minute < DAY_MINUTES else None
    return title, tag("div.tl-passed", future, track, called, aria_hidden="true"), words


def _level(state: StreamState) -> Html:
    if not state.windows:
        return markup("all clients")
    drift = state.watch.drift
    fleet = drift.fleet[state.windows - 1]
    if not drift.by(state.minute):
        return markup(f"{fleet:.3f} now, all clients")
    return markup(f"{fleet:.3f} now; ", tag("b.tl-drifted", "drift"), f", called {clock(drift.alarm or 0)}")


def _bars(requests: Floats, highest: float) -> Html:
    path = "".join(
        f"M{i * WINDOW} {_TALL}V{_TALL - asked / highest * (_TALL - 4):.1f}h{WINDOW * 0.8:.0f}V{_TALL}z"
        for i, asked in enumerate(requests)
    )
    return _strip(tag("path.tl-volume", d=path))


def _line(fleet: Floats) -> Html:
    points = " ".join(
        f"{(i + 1) * WINDOW},{_TALL - (min(max(level, _LOW), _HIGH) - _LOW) / (_HIGH - _LOW) * _TALL:.1f}"
        for i, level in enumerate(fleet)
    )
    return _strip(tag("polyline.tl-level", points=points))


def _strip(drawn: Html) -> Html:
    """Return a drawing that is stretched to the width of its track; it holds no text, which would be stretched too."""
    box = f"0 0 {DAY_MINUTES} {_TALL}"
    return tag("svg.tl-strip", drawn, viewBox=box, preserveAspectRatio="none", focusable="false")


def _campaign(campaign: Campaign, state: StreamState) -> Html:
    if campaign.begins >= state.minute:
        return Html()
    if campaign.caught is None:
        return _mark("tl-at-work", campaign.begins, state.minute)
    return markup(
        _mark("tl-at-work", campaign.begins, campaign.caught),
        _mark("tl-after", campaign.caught, state.minute),
        _mark("tl-blip tl-attacker", campaign.caught, name=campaign.attacker),
    )


def _attackers(state: StreamState) -> list[Row]:
    """Return a row for each attacker, or one for a campaign over many accounts."""
    now = state.now
    if not state.campaign:
        return [_row(each.attacker, _campaign(each, state), outcome(each, state), state) for each in now.campaigns]
    if not now.begun:
        return [_row("Campaign", Html(), "not begun", state)]
    alerts = (_mark("tl-blip tl-attacker", each.caught, name=each.attacker) for each in now.caught if each.caught)
    track = markup(_mark("tl-at-work", min(each.begins for each in now.begun), state.minute), *alerts)
    words = f"{len(now.caught):,} of {len(now.begun):,} caught, {now.queries_lost:,} queries"
    return [_row("Campaign", track, words, state)]


def _false_alerts(title: str, kind: str, state: StreamState) -> Row:
    alerts = [alert for alert in state.now.alerts if alert.kind == kind]
    marks = markup(*(_mark("tl-blip tl-false", alert.minute, name=alert.client) for alert in alerts))
    return _row(title, marks, counted(len(alerts), "false alert"), state)


def _violations(state: StreamState) -> Row:
    records = broken(state.watch, state.minute).to_dict("records")
    marks = (_mark("tl-blip tl-forbidden", row["first"], name=f"{row['client']}, {row['rule']}") for row in records)
    return _row("Rule broken", markup(*marks), f"by {counted(len(records), 'client')}", state)


def _mark(look: str, minute: float, until: float | None = None, *, name: str = "") -> Html:
    """Return a mark on a track at a minute, or from there to another; a name is its tooltip, with the time."""
    wide = "" if until is None else f";width:{_at(until - minute)}"
    title = f"{name}, {clock(minute)}" if name else None
    return tag("i", class_=look, style=f"left:{_at(minute)}{wide}", title=title)


def _at(minute: float) -> str:
    return f"{minute / DAY_MINUTES:.2%}"
