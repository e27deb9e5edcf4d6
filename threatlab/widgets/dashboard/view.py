"""The shared dashboard's state, and pure functions from that state to HTML: one page, three roles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from threatlab.catalog import ROLES
from threatlab.operate.overview import Overview, Work, overview
from threatlab.ranking import moved, reaches
from threatlab.system import AISystem
from threatlab.widgets.base.html import (
    Html,
    bar,
    bars,
    caption,
    choice,
    field,
    headed,
    markup,
    minus,
    number,
    saved,
    saved_table,
    severity,
    table,
    tag,
    unheard,
)
from threatlab.words import days

SHOWN = 5
"""Lines of a list on the page: as many as can be read at a glance, from the back of a room."""


@dataclass(frozen=True)
class DashboardState:
    """What the dashboard shows: the systems now and before, the threshold, and whose work is listed."""

    systems: tuple[AISystem, ...]
    before: tuple[AISystem, ...]
    alert_threshold: float
    role: str

    @cached_property
    def overview(self) -> Overview:
        """What the systems say."""
        return overview(self.systems, self.alert_threshold, self.before)


def executive(state: DashboardState) -> Html:
    """Return where we stand: how many systems are above the threshold, the worst, the change, and what is due."""
    summary = state.overview
    total, above = len(summary.assessments), len(summary.alerting)
    rows = (
        (
            each.system.title,
            bar(each.risk_score, "tl-bad" if reaches(each.risk_score, state.alert_threshold) else ""),
            f"{each.risk_score:.2f}",
        )
        for each in summary.assessments[:SHOWN]
    )
    certain = f" With every open question answered for the best, there would be {len(summary.answered) or 'none'}."
    threshold = f"systems at or above the alert threshold of {state.alert_threshold:.2f}.{certain if above else ''}"
    return _card(
        "Executive: where do we stand?",
        tag("div.tl-score", above, tag("span.tl-of", f" of {total}")),
        tag("p.tl-sub", threshold),
        tag("p.tl-gap", _trend(summary)),
        caption("Highest risk scores", level=4),
        bars(rows),
        headed("Decide:", _decision(summary)),
    )


def engineer(state: DashboardState) -> Html:
    """Return what to do next: the work that one role usually does, by the risk that a day of it removes."""
    work, title = state.overview.work_for(state.role)[:SHOWN], "Engineer: what do I do next?"
    if not work:
        return _card(title, tag("p", f"No open control is usual work of the {state.role}."))
    note = "\u201cRemoves\u201d adds up how far each system\u2019s score falls by this control alone."
    return _card(
        title,
        tag("p.tl-sub", "Work of the ", tag("b", state.role), ", by the risk that a day of it removes."),
        table(("Control", "Systems", "Effort", "Removes"), map(_work, work)),
        tag("p.tl-sub.tl-gap", note),
    )


def security(state: DashboardState) -> Html:
    """Return what threatens us and what we don't know: threats by their risk over all systems, and open answers."""
    summary = state.overview
    severities: list[object] = []
    for name, count in summary.severities.items():
        severities += [" \u00b7 " if severities else "Findings: ", severity(name, f"{count} {name.lower()}")]
    threats = (
        (each.title, number(each.systems), number(f"{each.highest:.2f}"), _title(summary, each.worst))
        for each in summary.threats[:SHOWN]
    )
    missing = [(name, count) for name, count in Counter(summary.unknown).most_common(3) if count]
    most = ", ".join(f"{_title(summary, name)} ({count})" for name, count in missing)
    answers = tag("b", f"{sum(summary.unknown.values())} answers about controls are missing")
    return _card(
        "Security lead: what threatens us, and what don\u2019t we know?",
        tag("p", *severities),
        table(("Threat", "Systems", "Highest", "In"), threats),
        tag("p.tl-gap", answers, f": most for {most}." if most and len(summary.unknown) > 1 else "."),
    )


def announcement(state: DashboardState) -> str:
    """Return the change in one sentence, for a screen reader."""
    above, total = len(state.overview.alerting), len(state.systems)
    return f"{above} of {total} systems at or above {state.alert_threshold:.2f}; work of the {state.role}."


def page(state: DashboardState) -> Html:
    """Return the whole page: two fields, and three cards, one for each role."""
    threshold = field("Alert threshold", "alert_threshold", state.alert_threshold, act="set", low=0, high=1, step=0.05)
    role = choice("Engineer\u2019s work: as", "role", ROLES, state.role, act="set")
    return markup(
        tag("div.tl-about.tl-fields", threshold, role),
        tag("div.tl-cards", executive(state), engineer(state), security(state)),
        unheard(announcement(state)),
    )


def static_picture(state: DashboardState) -> Html:
    """Return the page as it stands for a saved notebook."""
    summary = state.overview
    lists: tuple[tuple[str, Iterable[tuple[str, str]]], ...] = (
        ("Highest risk scores", ((r.system.title, f"{r.risk_score:.2f}") for r in summary.assessments[:SHOWN])),
        (
            f"Work of the {state.role}",
            ((w.title, f"{days(w.days)} in {w.systems}") for w in summary.work_for(state.role)[:SHOWN]),
        ),
        (
            "Threats over all systems",
            ((t.title, f"{t.highest:.2f} in {_title(summary, t.worst)}") for t in summary.threats[:SHOWN]),
        ),
    )
    return saved(announcement(state), *(saved_table((title, ""), rows) for title, rows in lists))


def _card(title: str, *inside: object) -> Html:
    return tag("div.tl-card", caption(title), *inside)


def _trend(summary: Overview) -> Html:
    mean = markup("Mean risk score ", tag("b", f"{summary.mean:.2f}"))
    if summary.mean_before is None:
        return markup(mean, "; there is no earlier one to compare it with.")
    change = moved(summary.mean, summary.mean_before)
    if not change:
        return markup(mean, ", the same as before.")
    word, kind = ("down", "better") if change < 0 else ("up", "worse")
    by = tag(f"span.tl-{kind}", f"{word} {abs(change):.2f}")
    return markup(mean, ", ", by, f" from {summary.mean_before:.2f} before.")


def _decision(summary: Overview) -> str:
    if not summary.work:
        return "nothing is open that would lower a score."
    first = summary.work[0]
    systems = "one system" if first.systems == 1 else f"{first.systems} systems"
    return (
        f"{days(first.days)} of the {first.role} for \u201c{first.title}\u201d in {systems} "
        "buy the most risk removed per day."
    )


def _work(work: Work) -> tuple[object, ...]:
    return (work.title, number(work.systems), number(days(work.days)), number(minus(f"{-work.removes:.2f}")))


def _title(summary: Overview, name: str) -> str:
    return next(r.system.title for r in summary.assessments if r.system.name == name)
