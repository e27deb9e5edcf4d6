"""The stream monitor's state, and pure functions from that state to HTML: its figures, words and tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from html import escape

import pandas as pd

from threatlab.monitoring.detectors import DETECTORS
from threatlab.monitoring.evaluation import Campaign, Evaluation, curve
from threatlab.monitoring.log import DAY_MINUTES, clock
from threatlab.monitoring.violations import violations_by_client
from threatlab.monitoring.watch import Watch
from threatlab.monitoring.windows import WINDOW

LOWEST, HIGHEST = 1.0, 128.0
"""Alert thresholds between which the slider moves."""

THRESHOLDS = tuple(2 ** (quarter / 4) for quarter in range(29))
"""The thresholds of the curve, from `LOWEST` to `HIGHEST`: each four of them double it."""


@dataclass(frozen=True)
class StreamState:
    """What the monitor shows: a day as it stood at a minute, under a detector and a threshold.

    `reported` counts what the manager did about the alerts it was told of, by its response; None without a manager.
    `problem` is what stopped the play, if anything did.
    """

    watch: Watch
    detector: str
    threshold: float
    minute: int
    minutes_per_alert: float
    playing: bool = False
    reported: tuple[tuple[str, int], ...] | None = None
    problem: str = ""

    @cached_property
    def now(self) -> Evaluation:
        """What the threshold did so far."""
        return self.watch.evaluate(self.detector, self.threshold, self.minute)

    @cached_property
    def curve(self) -> pd.DataFrame:
        """What every other threshold would have done so far."""
        return curve(self.watch.detections[self.detector], THRESHOLDS, self.minute)

    @property
    def windows(self) -> int:
        """How many windows are over."""
        return self.minute // WINDOW


@lru_cache(maxsize=2)
def broken(watch: Watch, minute: int) -> pd.DataFrame:
    """Return who broke the policy until a minute; kept, since a move of the threshold doesn't change it."""
    return violations_by_client(watch.violations, minute)


def headline(state: StreamState) -> str:
    """Return the time and the six figures, each with what it is made of, and the missed attackers by name."""
    figures = "".join(
        f'<div class="tl-figure"><dt>{label}</dt><dd><b class="tl-num">{value}</b> '
        f'<span class="tl-sub">{told}</span></dd></div>'
        for label, value, told in _figures(state)
    )
    word = "playing" if state.playing else "the day is over" if state.minute == DAY_MINUTES else "paused"
    return (
        f'<div class="tl-clock"><h3 class="tl-cap">Time</h3><b class="tl-score">{clock(state.minute)}</b>'
        f'<span class="tl-sub">{word}</span></div><dl class="tl-figures">{figures}</dl>{_missed(state.now)}'
    )


def announcement(state: StreamState) -> str:
    """Return what a screen reader says: everything when the time stands, only a catch while it runs."""
    now = state.now
    if state.problem:
        words = f"<b>Stopped:</b> {escape(state.problem)}"
    elif state.playing:
        last = max(now.caught, key=lambda each: each.caught or 0, default=None)
        words = f"Playing. Last caught: {escape(last.attacker)}." if last else "Playing. Nobody caught yet."
    else:
        words = (
            f"{clock(state.minute)}, threshold {state.threshold:g}: {len(now.alerts)} alerts, "
            f"{len(now.caught)} of {len(now.begun)} attackers caught."
        )
    return f'<div class="tl-status" role="status" aria-live="polite">{words}{_reported(state)}</div>'


def drift_or_attack(state: StreamState) -> str:
    """Return, side by side, what all clients do at once and what one does against the others."""
    drift, minute = state.watch.drift, state.minute
    fleet = drift.fleet[state.windows - 1] if state.windows else drift.morning
    called = f"<b>Drift called at {clock(drift.alarm or 0)}</b>" if drift.by(minute) else "No drift called so far"
    since = {name: _alerts_since_drift(state, name) for name in ("confidence", "fixed_baseline")}
    against = state.watch.evaluate("confidence", state.threshold, minute)
    told = (
        f"Alerts since it began, at {clock(state.now.drift_at)}: <b>{since['confidence']}</b> if clients are compared "
        f"with each other, <b>{since['fixed_baseline']}</b> if they are compared with this morning."
        if drift.by(minute)
        else "Whoever compares clients with this morning will take a drift for an attack by everybody."
    )
    return (
        '<h3 class="tl-cap">Drift or attack?</h3><table class="tl-sides"><thead><tr>'
        '<th scope="col">Drift: everybody at once</th><th scope="col">Attack: one against the others</th></tr></thead>'
        f'<tbody><tr><td>{called}.<div class="tl-sub">Mean confidence of all clients: '
        f'<span class="tl-num">{fleet:.3f}</span> now, <span class="tl-num">{drift.morning:.3f}</span> in the morning.'
        f"</div></td><td><b>{len(against.alerts)}</b> clients fell behind the fleet."
        f'<div class="tl-sub">At threshold {state.threshold:g}; {len(against.caught)} of them are attackers.</div></td>'
        f'</tr></tbody></table><p class="tl-gap">{told}</p>'
    )


def violations_table(state: StreamState) -> str:
    """Return who broke the written policy so far, and how many attackers no rule can see."""
    table = broken(state.watch, state.minute)
    kept = len({each.attacker for each in state.now.begun} - set(table["client"]))
    caption = '<h3 class="tl-cap tl-second">Policy violations <i>\u2014 by rule: exact, without a threshold</i></h3>'
    unseen = (
        f'<p class="tl-sub tl-gap">{kept} of the {len(state.now.begun)} attackers at work keep to the policy: no rule '
        "will ever see them.</p>"
        if state.now.begun
        else ""
    )
    if table.empty:
        return f"{caption}<p>None so far.</p>{unseen}"
    rows = "".join(
        f'<tr><th scope="row">{escape(row["client"])}</th><td>{escape(row["rule"])}: {escape(row["asked"])}'
        f'<span class="tl-sub"> (allowed: {escape(row["allowed"])})</span></td>'
        f'<td class="tl-num">{clock(row["first"])}</td><td class="tl-num">{row["requests"]}</td></tr>'
        for row in table.to_dict("records")
    )
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Client", "Rule broken", "Since", "Requests"))
    return f'{caption}<table class="tl-broken"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>{unseen}'


def outcome(campaign: Campaign, state: StreamState) -> str:
    """Return in a few words how an attacker fares."""
    if campaign.begins >= state.minute:
        return "not begun"
    queries = f"{campaign.queries:,} queries"
    if campaign.caught is None:
        return f'<b class="tl-loss">missed</b>, {queries}'
    return f'<b class="tl-caught">caught</b> in {campaign.minutes} min, {queries}'


def static_picture(state: StreamState) -> str:
    """Return the figures as they stand for a saved notebook: no controls, and inline styles, which survive there."""
    figures = "".join(
        f'<tr><td style="text-align:left">{label}</td><td><b>{value}</b></td>'
        f'<td style="text-align:left">{told}</td></tr>'
        for label, value, told in _figures(state)
    )
    most = max((each.queries for each in state.now.campaigns), default=0) or 1
    attackers = "".join(
        f'<tr><td style="text-align:left">{escape(each.attacker)}</td><td style="width:45%;text-align:left">'
        f'<div style="width:{each.queries / most:.1%};height:10px;background-color:indianred"></div></td>'
        f'<td style="text-align:left">{_plain(outcome(each, state))}</td></tr>'
        for each in state.now.campaigns
    )
    return (
        f'<div style="max-width:720px;padding:12px 16px;border:1px solid gray;border-radius:8px">'
        f"<b>{clock(state.minute)}</b> \u00b7 {escape(DETECTORS[state.detector].title)} \u00b7 alert threshold "
        f'<b>{state.threshold:g}</b><table style="width:100%;border-collapse:collapse">{figures}</table>'
        f"<b>Queries that each attacker got, from loud to stealthy</b>"
        f'<table style="width:100%;border-collapse:collapse">{attackers}</table>'
        f"<i>A picture of the panel as it was saved. Run the cell to use it.</i></div>"
    )


HELP = (
    '<details class="tl-help"><summary>What these figures mean</summary><dl>'
    "<dt>Alert</dt><dd>A client's score reached the threshold, at the end of a ten-minute window. A client alerts once "
    "a day: after that, somebody is looking at it.</dd>"
    "<dt>Precision</dt><dd>Of all alerts, the share that was about an attacker. The others cost an analyst's time.</dd>"
    "<dt>Recall</dt><dd>Of all attackers at work, the share that was caught. It says nothing of how late.</dd>"
    "<dt>Time to detect</dt><dd>From an attacker's first probe to the alert, on average over those who were caught. "
    "It gets <em>better</em> when a slow catch becomes a miss: never read it without the recall beside it.</dd>"
    "<dt>Queries lost</dt><dd>Answers that all attackers got before their alert. Those who are missed go on.</dd>"
    "<dt>Analyst hours</dt><dd>Alerts times the minutes that one takes: an assumption that you can set "
    "(<code>minutes_per_alert</code>).</dd></dl>"
    '<p class="tl-sub">The day is invented, so we know who the attackers are. In a real log nobody tells you: '
    "precision takes the work of your analysts, and recall takes attacks of your own.</p></details>"
)
"""The figures explained, for whoever asks."""


def _figures(state: StreamState) -> list[tuple[str, str, str]]:
    """Return label, value and explanation of each figure."""
    now = state.now
    caught, false = len(now.caught), sum(now.false_alerts.values())
    each = now.queries_before_detection
    return [
        ("Alerts", str(len(now.alerts)), f"{false} false" if now.alerts else "none yet"),
        ("Precision", _share(now.precision), f"{caught} of {len(now.alerts)} right" if now.alerts else "no alert yet"),
        ("Recall", _share(now.recall), f"{caught} of {len(now.begun)} caught" if now.begun else "no attack yet"),
        (
            "Time to detect",
            f"{now.minutes_to_detect:.0f} min" if now.minutes_to_detect is not None else "\u2013",
            f"mean of the {caught} caught" if caught else "nobody caught yet",
        ),
        (
            "Queries lost",
            f"{now.queries_lost:,}",
            f"{each:.0f} per caught one" if each is not None else "to all attackers",
        ),
        (
            "Analyst hours",
            f"{now.analyst_hours(state.minutes_per_alert):.1f}",
            f"at {state.minutes_per_alert:g} min an alert",
        ),
    ]


def _missed(now: Evaluation) -> str:
    if not now.begun:
        return '<p class="tl-names">No attacker has begun yet.</p>'
    if not now.missed:
        return '<p class="tl-names"><b class="tl-caught">Nobody missed</b> so far.</p>'
    return f'<p class="tl-names"><b class="tl-loss">Missed so far:</b> {escape(", ".join(now.missed))}</p>'


def _reported(state: StreamState) -> str:
    if state.reported is None:
        return ""
    words = {"page": "paged", "remediate": "answered by a control put in place"}
    told = ", ".join(f"{count} {words[response]}" for response, count in state.reported) or "none yet"
    return f' <span class="tl-sub">Alerts reported to the manager: {told}.</span>'


def _alerts_since_drift(state: StreamState, detector: str) -> int:
    return state.watch.evaluate(detector, state.threshold, state.minute).alerts_before_and_after_drift[1]


def _share(value: float | None) -> str:
    return "\u2013" if value is None else f"{value:.2f}"


def _plain(html: str) -> str:
    """Return a text without its classes, which a saved notebook would lose."""
    return html.replace(' class="tl-loss"', "").replace(' class="tl-caught"', "")
