"""Regular reviews: when each system is due, by its risk, and what the meeting talks about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from threatlab.assessment import Assessment, assess
from threatlab.checks import check_date, check_list, check_score, check_whole
from threatlab.errors import ThreatLabError, short
from threatlab.fields import Count, Note, Share, Words, check_fields
from threatlab.ranking import reaches, rounded
from threatlab.system import AISystem

RHYTHM = ((0.7, 30), (0.4, 90), (0.0, 180))
"""From which risk score on (0..1) a system is reviewed every how many days: teaching values, judged by us."""

_NO_MEETING = (5, 6)
"""Saturday and Sunday: a review due then is moved to the Monday after."""


@dataclass(frozen=True, slots=True)
class Review:
    """One review of one system. `every_days` is its rhythm, `reason` the rule behind it, `agenda` what is asked."""

    system_id: Words
    title: Words
    owner: Note
    risk_score: Share
    due: date
    every_days: Count
    reason: Words
    agenda: tuple[Words, ...]

    def __post_init__(self) -> None:
        check_fields(self)


def review_calendar(
    systems: Iterable[AISystem], start: date | str, *, months: int = 6, rhythm: Iterable[tuple[float, int]] = RHYTHM
) -> tuple[Review, ...]:
    """Return the reviews of all systems within some `months` of 30 days from `start`, by date and then by risk.

    The riskier a system is, the sooner its first review and the more often the next: `rhythm` lists, from the
    highest risk score down, the score from which on a system is reviewed every so many days.

    Raises
    ------
    ThreatLabError
        If `start` is no date, `months` no count of 1 or more or beyond the last day that there is, or the rhythm
        doesn't end with a score of 0, doesn't fall, or has a number of days below 1.
    """
    named = check_list("the inventory", systems, "a list of systems, such as [load_system('tay')]")
    months, rules = check_whole("months", months, 1), _check_rhythm(rhythm)
    begins = check_date("start", start)
    if 30 * months + max(days for _, days in rules) >= (date.max - begins).days:
        raise ThreatLabError(
            f"{short(months)} months from {begins} on go beyond {date.max}: plan fewer, or begin earlier"
        )
    end = begins + timedelta(days=30 * months)
    reviews = []
    for system in named:
        result = assess(system)
        at_least, every = next(rule for rule in rules if reaches(result.risk_score, rule[0]))
        reason = f"risk score {result.risk_score:.2f}, at or above {at_least:.2f}: every {every} days"
        due = begins + timedelta(days=every)
        while due <= end:
            reviews.append(
                Review(
                    system_id=system.name,
                    title=system.title,
                    owner=system.owner,
                    risk_score=result.risk_score,
                    due=_working_day(due),
                    every_days=every,
                    reason=reason,
                    agenda=agenda(result),
                )
            )
            due += timedelta(days=every)
    return tuple(sorted(reviews, key=lambda review: (review.due, -rounded(review.risk_score), review.system_id)))


def agenda(result: Assessment, before: Assessment | None = None) -> tuple[str, ...]:
    """Return what a review of an assessed system asks, in order; `before` is the assessment at the last review."""
    items = []
    if before is not None:
        change = result.risk_score - before.risk_score
        word = "unchanged" if abs(change) < 0.005 else "down" if change < 0 else "up"
        items.append(f"Since last time: risk score {before.risk_score:.2f}, now {result.risk_score:.2f} ({word})")
        closed = {f.attribute for f in before.findings} - {f.attribute for f in result.findings}
        items += [f"Closed: {before.catalog.controls[control].title}" for control in sorted(closed)]
    if worst := result.worst_threat:
        threat = result.catalog.threats[worst]
        items.append(f"Worst threat: {threat.title}, residual risk {result.by_threat[worst]:.2f}. Is that acceptable?")
    items += [
        f"Next: {step.title} (\u2212{step.removes:.2f}, {step.effort_days:g} days). Who, by when?"
        for step in result.best_next(3)
    ]
    if unknown := [finding for finding in result.findings if finding.unknown]:
        items.append(f"Unknown: {len(unknown)} answers about controls. Whom do we ask?")
    if result.open_questions:
        asked = ", ".join(result.catalog.facts[fact].label for fact in result.open_questions)
        items.append(f"Open questions about what it is: {asked}")
    items.append("What has changed: data, model, tools, callers, published threats?")
    return tuple(items)


def _check_rhythm(rhythm: object) -> list[tuple[float, int]]:
    pairs = "pairs of a risk score and a number of days, such as [(0.7, 30), (0, 90)]"
    rules = []
    for rule in check_list("rhythm", rhythm, pairs):
        if not isinstance(rule, list | tuple) or len(rule) != 2:
            raise ThreatLabError(f"rhythm holds {short(rule)}; give {pairs}")
        score, days = rule
        rules.append((check_score("score in rhythm", score), check_whole("days between reviews in rhythm", days, 1)))
    scores = [score for score, _ in rules]
    if not scores or scores[-1] != 0 or scores != sorted(set(scores), reverse=True):
        raise ThreatLabError(
            f"rhythm has the scores {scores}; they must fall, and end with 0, so that all are reviewed"
        )
    return rules


def _working_day(day: date) -> date:
    while day.weekday() in _NO_MEETING:
        day += timedelta(days=1)
    return day
