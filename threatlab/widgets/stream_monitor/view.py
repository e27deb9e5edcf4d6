"""The stream monitor as HTML: what can be set, its figures, words and tables."""

from __future__ import annotations

from threatlab.monitoring.accounts import BUSIER, SHARED, Across
from threatlab.monitoring.detectors import DETECTORS
from threatlab.monitoring.evaluation import Evaluation, evaluate
from threatlab.monitoring.log import DAY_MINUTES, clock
from threatlab.widgets.base.html import (
    Html,
    button,
    caption,
    check,
    choice,
    definitions,
    fold,
    markup,
    number,
    problem,
    saved,
    saved_bar,
    saved_table,
    slider,
    table,
    tag,
)
from threatlab.widgets.stream_monitor.pictures import fate, threshold_curve, timeline
from threatlab.widgets.stream_monitor.state import (
    HIGHEST,
    LOWEST,
    MANY_ACCOUNTS,
    RAREST,
    SPEEDS,
    STEP_SECONDS,
    StreamState,
    broken,
    moments,
)
from threatlab.words import counted

_HOURLY = range(0, DAY_MINUTES + 1, 120)

_EXPLAINED = {
    "Alert": "A client's score reached the threshold, at the end of a ten-minute window. A client alerts once a day: "
    "after that, somebody is looking at it.",
    "Precision": "Of all alerts, the share that was about an attacker. The others cost an analyst's time.",
    "Recall": "Of all attackers at work, the share that was caught. It says nothing of how late.",
    "Time to detect": "From an attacker's first probe to the alert, on average over those who were caught. It gets "
    "better when a slow catch becomes a miss: never read it without the recall beside it.",
    "Queries lost": "Answers that all attackers got before their alert. Those who are missed go on.",
    "Analyst hours": "Alerts times the minutes that one takes: an assumption that you can set (minutes_per_alert).",
}
_FALLACY = (
    "To take the precision of a day full of attackers for that of any day is the base-rate fallacy (S. Axelsson 2000): "
    "where attackers are rare, the false alerts decide."
)
_WHILE_FEW = (
    "This holds while attackers are few among the clients. One campaign over many accounts moves everybody: choose it "
    "under Many accounts."
)
_NOBODY_TELLS = (
    "The day is invented, so we know who the attackers are. In a real log nobody tells you: precision takes the work "
    "of your analysts, and recall takes attacks of your own."
)


def page(state: StreamState) -> Html:
    """Return the whole panel."""
    about = fold("What these figures mean", definitions(_EXPLAINED.items()), tag("p.tl-sub", _NOBODY_TELLS))
    return tag(
        "div.tl-monitor",
        tag("div.tl-about", headline(state), controls(state), announcement(state)),
        tag("div.tl-stream", timeline(state)),
        tag(
            "div.tl-underneath",
            tag("div", threshold_curve(state), base_rate(state), about),
            tag(
                "div",
                across_accounts(state, state.watch.across) if state.watch.across else drift_or_attack(state),
                violations_table(state),
            ),
        ),
    )


def controls(state: StreamState) -> Html:
    """Return what can be set: the time and how fast it passes, the detector and its threshold, one campaign or many."""
    hint = "Stop the time here" if state.playing else "Let the day pass"
    speeds = [(f"{name}: {DAY_MINUTES / minutes * STEP_SECONDS:.0f} s a day", name) for name, minutes in SPEEDS.items()]
    detectors = [(each.title, name) for name, each in DETECTORS.items()]
    careful = check("Careful: nothing in common", "careful", value=state.careful, act="set")
    return tag(
        "div.tl-controls",
        button("Pause" if state.playing else "Play", "pause" if state.playing else "play", hint=hint),
        choice("Speed", "speed", speeds, state.speed, act="set"),
        choice("Jump to", "to", *_places(state), act="jump"),
        choice("Detector", "detector", detectors, state.detector, act="set"),
        slider("Detector threshold", "threshold", state.threshold, act="set", low=LOWEST, high=HIGHEST),
        tag("div.tl-spread", choice("Many accounts", "accounts", _spreads(state), state.accounts, act="set"), careful),
        *map(problem, ("play", "jump", "set")),
    )


def headline(state: StreamState) -> Html:
    """Return the time and the six figures, each with what it is made of, and the missed attackers by name."""
    figures = (
        tag("div", tag("dt", label), tag("dd", tag("b.tl-num", value), tag("span.tl-sub", words)))
        for label, value, words in _figures(state)
    )
    word = "playing" if state.playing else "the day is over" if state.minute == DAY_MINUTES else "paused"
    return tag(
        "div.tl-now",
        tag("div.tl-time", caption("Time"), tag("b.tl-score", clock(state.minute)), tag("span.tl-sub", word)),
        tag("dl.tl-six", *figures),
        tag("p.tl-names", _missed(state)),
    )


def announcement(state: StreamState) -> Html:
    """Return what a screen reader says: everything when the time stands, only a catch while it runs."""
    now = state.now
    if state.problem:
        words: object = markup(tag("b", "Stopped:"), " ", state.problem)
    elif state.playing:
        last = max(now.caught, key=lambda each: each.caught or 0, default=None)
        words = f"Playing. Last caught: {last.attacker}." if last else "Playing. Nobody caught yet."
    else:
        words = (
            f"{clock(state.minute)}, threshold {state.threshold:g}: {len(now.alerts)} alerts, "
            f"{len(now.caught)} of {len(now.begun)} {_attackers(state)} caught."
        )
    return tag("div.tl-status", words, _reported(state), role="status", aria_live="polite")


def drift_or_attack(state: StreamState) -> Html:
    """Return, side by side, what all clients do at once and what one does against the others."""
    drift, now = state.watch.drift, state.now
    fleet = drift.fleet[state.windows - 1] if state.windows else drift.morning
    called: object = "No drift called so far"
    lesson: object = "Whoever compares clients with this morning will take a drift for an attack by everybody."
    if drift.by(state.minute):
        called = tag("b", f"Drift called at {clock(drift.alarm or 0)}")
        lesson = markup(
            f"Alerts since it began, at {clock(now.drift_at)}: ",
            tag("b", _alerts_since_drift(state, "confidence")),
            " if clients are compared with each other, ",
            tag("b", _alerts_since_drift(state, "fixed_baseline")),
            " if they are compared with this morning.",
        )
    level = f"Mean confidence of all clients: {fleet:.3f} now, {drift.morning:.3f} in the morning."
    everybody = markup(called, ".", tag("div.tl-sub", level))
    against = state.watch.evaluate("confidence", state.threshold, state.minute)
    caught = f"At threshold {state.threshold:g}; {len(against.caught)} of them are attackers."
    one = markup(tag("b", len(against.alerts)), " clients fell behind the fleet.", tag("div.tl-sub", caught))
    return markup(
        caption("Drift or attack?"),
        table(("Drift: everybody at once", "Attack: one against the others"), [(everybody, one)], class_="tl-sides"),
        tag("p.tl-gap", lesson),
        tag("p.tl-sub", _WHILE_FEW),
    )


def across_accounts(state: StreamState, across: Across) -> Html:
    """Return what each account alone, the fleet, and each look across accounts sees of a campaign over many."""
    drift, now = state.watch.drift, state.now
    alone = state.watch.evaluate("confidence", state.threshold, state.minute)
    payers = evaluate(across.linked, state.threshold, state.minute)
    asking = evaluate(across.questions, SHARED, state.minute)
    called: object = "nothing so far"
    lesson: object = "Whoever differs from the others stands out. Here many of the others may be one and the same."
    if drift.by(state.minute):
        called = markup(tag("b", f"drift called at {clock(drift.alarm or 0)}"))
        if (drift.alarm or 0) <= now.drift_at:
            lesson = (
                f"The drift begins at {clock(now.drift_at)}. What was called before is the campaign: so many accounts "
                "move the mean that they are compared with."
            )
    busy: object = "nothing so far"
    if across.busy is not None and across.busy <= state.minute:
        busy = markup(tag("b", f"{BUSIER:.0%} above the usual"), f" at {clock(across.busy)}")
    rows = [
        ("Each account, compared with all", _seen(alone, "account")),
        ("All clients as one", called),
        ("Payers: accounts with one card are one client", _seen(payers, "payer")),
        ("New questions that several accounts ask", _seen(asking, "account")),
        ("Requests of all clients in an hour", busy),
    ]
    return markup(
        caption("Who sees the campaign?", f"one, over {len(now.campaigns):,} accounts"),
        table(("Looks at", "Sees so far"), rows, class_="tl-across"),
        tag("p.tl-gap", lesson),
    )


def base_rate(state: StreamState) -> Html:
    """Return what precision becomes where attackers are rarer than on this day, and its name."""
    now = state.now
    attackers, clients = len(now.campaigns), len(now.campaigns) + now.honest
    here = now.precision_at(attackers / clients)
    rare = now.precision_at(1 / state.one_in)
    if here is None or rare is None:
        words = "No alert so far."
    else:
        false = sum(now.false_alerts.values())
        worth = f": {1 / rare - 1:,.0f} false alerts for each right one" if rare else ""
        words = (
            f"On this day {attackers} of {clients:,} clients attack, one in {clients / attackers:.0f}. With the same "
            f"recall ({now.recall:.2f}) and the same share of honest clients that alert ({false} of {now.honest:,}), "
            f"but one attacker in {state.one_in:,} clients, precision is {rare:.3f}, not {here:.2f}{worth}."
        )
    return markup(
        caption("The base rate", class_="tl-second"),
        slider("Clients to each attacker", "one_in", state.one_in, act="set", low=1, high=RAREST),
        tag("p.tl-gap", words),
        tag("p.tl-sub", _FALLACY),
    )


def violations_table(state: StreamState) -> Html:
    """Return who broke the written policy so far, and how many attackers no rule can see."""
    violations = broken(state.watch, state.minute)
    kept = len({each.attacker for each in state.now.begun} - set(violations["client"]))
    unseen = (
        f"{kept} of the {len(state.now.begun)} {_attackers(state)} at work keep to the policy: "
        "no rule will ever see them."
    )
    rows = (
        (
            row["client"],
            markup(f"{row['rule']}: {row['asked']}", tag("span.tl-sub", f" (allowed: {row['allowed']})")),
            number(clock(row["first"])),
            number(row["requests"]),
        )
        for row in violations.to_dict("records")
    )
    heads = ("Client", "Rule broken", "Since", "Requests")
    return markup(
        caption("Policy violations", "by rule: exact, without a threshold", class_="tl-second"),
        tag("p", "None so far.") if violations.empty else table(heads, rows, row_heads=True, class_="tl-breaches"),
        tag("p.tl-sub.tl-gap", unseen) if state.now.begun else None,
    )


def static_picture(state: StreamState) -> Html:
    """Return the figures as they stand for a saved notebook."""
    figures = ((label, tag("b", value), words) for label, value, words in _figures(state))
    most = max((each.queries for each in state.now.campaigns), default=0) or 1
    attackers = (
        (
            each.attacker,
            saved_bar(each.queries / most, "indianred"),
            markup(tag("b", word), rest),
        )
        for each in state.now.campaigns
        for _, word, rest in [fate(each, state)]
    )
    if state.campaign:
        shown = saved_table((), [("Over", "one campaign", f"{len(state.now.campaigns):,} accounts"), *figures])
        return saved(clock(state.minute), f" \u00b7 detector threshold {state.threshold:g}", shown)
    return saved(
        clock(state.minute),
        f" \u00b7 {DETECTORS[state.detector].title} \u00b7 detector threshold ",
        tag("b", f"{state.threshold:g}"),
        saved_table((), figures),
        tag("b", "Queries that each attacker got, from loud to stealthy"),
        saved_table((), attackers),
    )


def _places(state: StreamState) -> tuple[list[tuple[str, int | str]], int | str]:
    """Return the moments of the list (those with a name, and every second hour), and the one at which time stands."""
    named = {minute: name for name, minute in moments(state.watch).items()}
    minutes = sorted({*named, *_HOURLY})
    places = [(clock(m) + (f" \u00b7 {named[m]}" if m in named else ""), m) for m in minutes]
    stands = state.minute in minutes and not state.playing
    return [("choose a time", ""), *places], state.minute if stands else ""


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


def _missed(state: StreamState) -> Html:
    now = state.now
    if not now.begun:
        return markup("No attacker has begun yet.")
    if not now.missed:
        return markup(tag("b.tl-caught", "Nobody missed"), " so far.")
    names = f"{len(now.missed):,} of {len(now.begun):,} accounts" if state.campaign else ", ".join(now.missed)
    return markup(tag("b.tl-missed", "Missed so far:"), f" {names}")


def _attackers(state: StreamState) -> str:
    return "accounts" if state.campaign else "attackers"


def _seen(evaluation: Evaluation, what: str) -> Html:
    """Return how many accounts or payers of the campaign alert, since when, and how many customers with them."""
    caught = evaluation.caught
    first = min((each.caught for each in caught if each.caught is not None), default=0)
    since = f", the first at {clock(first)}" if caught else ""
    false = sum(evaluation.false_alerts.values())
    return markup(
        tag("b", f"{len(caught):,} of {counted(len(evaluation.campaigns), what)}"),
        since,
        tag("div.tl-sub", f"and {counted(false, 'customer')}"),
    )


def _spreads(state: StreamState) -> list[tuple[str, int]]:
    numbers = sorted({*MANY_ACCOUNTS, state.accounts})
    return [(f"one campaign, {n:,} accounts" if n else "each attacker alone", n) for n in numbers]


def _reported(state: StreamState) -> Html | None:
    if state.reported is None:
        return None
    words = {"page": "paged", "remediate": "answered by a control put in place"}
    counts = ", ".join(f"{count} {words[response]}" for response, count in state.reported) or "none yet"
    return tag("span.tl-sub", f" Alerts reported to the manager: {counts}.")


def _alerts_since_drift(state: StreamState, detector: str) -> int:
    return state.watch.evaluate(detector, state.threshold, state.minute).alerts_before_and_after_drift[1]


def _share(value: float | None) -> str:
    return "\u2013" if value is None else f"{value:.2f}"
