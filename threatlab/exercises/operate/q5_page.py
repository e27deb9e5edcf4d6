"""Question 5 of lesson 06: what three roles need to know on a Monday after a published incident."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from threatlab.assessment import assess
from threatlab.exercises.judges import a_function, as_list, other_kind, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.incidents import Incident, load_incident, replay
from threatlab.operate.reviews import review_calendar
from threatlab.system import AISystem, load_system
from threatlab.words import counted

KEYS = ("executive", "ML engineer", "security lead")
WEEK = timedelta(days=7)

Page = dict[str, Any]


def _hit(incident: Incident, systems: Iterable[AISystem], *, threat: bool = True, way: bool = True) -> list[AISystem]:
    return [
        system
        for system in systems
        if (not threat or assess(system).by_threat[incident.threat] > 0)
        and (not way or replay(incident, system).stopped_at is None)
    ]


def _left(control: str, hit: Iterable[AISystem]) -> float:
    return sum(assess(system.with_(**{control: True})).risk_score for system in hit)


def _dates(systems: Sequence[AISystem], start: date, hit: Iterable[AISystem]) -> list[tuple[date, str]]:
    due: dict[str, date] = {}
    for review in review_calendar(systems, start):
        due.setdefault(review.system_id, review.due)
    due |= dict.fromkeys((system.name for system in hit), start + WEEK)
    return sorted((day, name) for name, day in due.items())


_OPEN = ("amazon-q", "clearview", "id-me", "ml-pipeline-prod", "pytorch-nightly", "tay")
_LOCKED = ("claude-distillation", "hugging-face", "llm-jacking", "postmark-mcp", "shadowray")
"""The systems of the hidden inventories, as they are, and with some doors locked that stood open there."""


@cache
def _mondays() -> tuple[tuple[str, tuple[AISystem, ...], date], ...]:
    """Return incidents, inventories and Mondays that the learner hasn't seen; after the last, nobody is hit."""
    system = {name: load_system(name) for name in (*_OPEN, *_LOCKED)}
    locks = {"tool_sources_verified": True, "authentication_enforced": True, "dependencies_scanned": True}
    guarded = {name: system[name].with_(**locks) if name in _LOCKED else system[name] for name in sorted(system)}
    scorer = AISystem("scorer", makes_predictions=True, runs_on_user_devices=True)
    asks = AISystem(
        "asks-first",
        generates_content=True,
        uses_tools=True,
        uses_third_party_model=True,
        human_approval_required=True,
    )
    some = (
        "hugging-face",
        "id-me",
        "llm-jacking",
        "ml-pipeline-prod",
        "postmark-mcp",
        "pytorch-nightly",
        "shadowray",
        "tay",
    )
    few = ("amazon-q", "claude-distillation", "clearview", "hugging-face", "id-me", "llm-jacking")
    return (
        ("amazon-q", (asks, *(system[name] for name in some), scorer), date(2027, 5, 10)),
        ("pytorch-nightly", tuple(guarded.values())[::-1], date(2026, 12, 7)),
        ("tay", (*(guarded[name] for name in few), scorer), date(2027, 3, 1)),
        ("amazon-q", (scorer,), date(2027, 5, 10)),
    )


def writes_the_page(answer: Any) -> str:
    """Judge a function from systems, a published incident and a Monday to what three roles need to know of it."""
    function = a_function(answer, "systems, an incident and a date")
    for name, systems, start in _mondays():
        incident = load_incident(name)
        page = returned(function, list(systems), incident, start)
        if not isinstance(page, Mapping) or set(page) != set(KEYS):
            raise other_kind(page, f"a dict with {', '.join(map(repr, KEYS))}")
        where = f"{incident.title}, {counted(len(systems), 'system')}"
        for judge in (_for_executive, _for_engineer, _for_lead):
            judge(where, dict(page), incident, systems, start)
    return (
        f"On {len(_mondays())} Mondays the page holds: who is hit, what to build first, and when each system is looked "
        "at. Three answers, made of one assessment."
    )


def _for_executive(where: str, page: Page, incident: Incident, systems: Sequence[AISystem], _: date) -> None:
    named = page["executive"]
    given = [*named] if isinstance(named, set | frozenset) else as_list(named)
    if given is None or not all(isinstance(name, str) for name in given):
        raise NotYet(f"executive is {shown(named)}; give a list of names of systems, perhaps an empty one.")
    right = {system.name for system in _hit(incident, systems)}
    mistakes: dict[str, Sequence[AISystem]] = {
        "That is everybody. An executive who gets a call about each system takes the next one later.": systems,
        "You name each system that the incident's threat applies to, also those with a control in place that refuses "
        "one of the published steps.": _hit(incident, systems, way=False),
        "You name each system in which no control stops the steps, also where there is nothing to stop: the incident's "
        "threat does not apply to it.": _hit(incident, systems, threat=False),
        "You name each system that has a fact in common with the victim. Being on the internet is no incident.": [
            system for system in systems if system.true & incident.system.true
        ],
        "You name those with the highest scores, news or not.": [s for s in systems if assess(s).risk_score >= 0.7],
    }
    if set(given) != right or len(given) != len(right):
        explains = (says for says, wrong in mistakes.items() if {s.name for s in wrong} == set(given))
        raise NotYet(
            f"{where}: for the executive you name {', '.join(given[:8]) or 'nobody'}. "
            + next(explains, "Hit is a system if the threat applies to it *and* a replay is stopped nowhere."),
            "executive",
        )


def _for_engineer(where: str, page: Page, incident: Incident, systems: Sequence[AISystem], _: date) -> None:
    control, hit = page["ML engineer"], _hit(incident, systems)
    if not hit:
        if control is not None:
            raise NotYet(
                f"{where}: no system is hit, and you have {shown(control)} built. Say None: no news is a result.",
                "no-news",
            )
        return
    if not isinstance(control, str) or control not in incident.missing:
        raise NotYet(
            f"{where}: you say {shown(control)} to the engineers; give one of those that were missing there: "
            f"{', '.join(incident.missing)}."
        )
    if _left(control, hit) > min(_left(each, hit) for each in incident.missing) + 1e-9:
        everywhere = min(incident.missing, key=lambda each: _left(each, systems))
        mistakes = {
            incident.missing[0]: "It is the first of those that were missing there. The order of a list is no advice.",
            everywhere: "It would be best over all systems. The engineers have this week for those that are hit.",
        }
        why = mistakes.get(control, "Another of those missing there leaves less risk, summed over the systems hit.")
        raise NotYet(f"{where}: you begin with {control}. {why}", "control")


def _due(row: Any) -> tuple[date, str] | None:
    """Return a row as a pair of date and name, also of a day with an hour such as pandas has; None if it is none."""
    if not isinstance(row, list | tuple) or len(row) != 2:
        return None
    day = row[0].date() if isinstance(row[0], datetime) else row[0]
    return (day, row[1]) if isinstance(day, date) and isinstance(row[1], str) else None


def _for_lead(where: str, page: Page, incident: Incident, systems: Sequence[AISystem], start: date) -> None:
    rows = as_list(page["security lead"])
    given: list[Any] = [None] if rows is None else [_due(row) for row in rows]
    hit = _hit(incident, systems)
    right = _dates(systems, start, hit)
    if None in given:
        raise NotYet(
            f"security lead is {shown(page['security lead'])}; give a list of pairs, each a date (no text) and a name."
        )
    if given == right:
        return
    named = {name for _, name in given}
    met = ""
    if len(given) > len(systems):
        why = "There are more dates than systems: only the first review of each belongs on this page."
    elif set(given) == set(right):
        why = "The dates are right, but not their order: what is due first stands first; of one day, by name."
    elif given == _dates(systems, start, ()):
        met = "dates"
        why = (
            "These are the dates of the calendar, as if nothing had happened: a system that is hit can't wait for them."
        )
    elif named == {system.name for system in hit}:
        met, why = "ends", "Those that aren't hit have no date any more. One piece of news must not end their rhythm."
    elif named == {name for _, name in right}:
        why = "A date differs. Hit: a week from this Monday. The others: as review_calendar has it, weekends moved."
    else:
        why = "Some systems have no date: each one of the inventory needs one."
    raise NotYet(f"{where}: {why}", met)


q5 = Question(
    id="operate.q5",
    title="Monday's page",
    judge=writes_the_page,
    hints=in_steps(
        "Begin with the list of systems that are hit; all three answers need it. Two conditions: the incident's "
        "threat applies, and a replay against this system is stopped nowhere.",
        "assess(system).by_threat[incident.threat] > 0, and replay(incident, system).stopped_at is None. For the "
        "engineers: try each control of incident.missing with system.with_(**{control: True}).",
        "review_calendar(systems, start) is sorted by date: the first review of each system is the one to keep. "
        "Then overwrite the dates of those that are hit.",
    ),
    because="Three people, one list of systems that are hit: the executive gets names, the engineers one thing to "
    "build, and the security lead the dates. Had each worked out a list of their own, Monday's meeting would be about "
    "whose list is right. The calendar's rhythm is for weeks without news; a system that is hit doesn't wait for it.",
    covers=("practice-informed", "ops-dashboards", "ops-alignment", "checklist-reviews", "step-operationalization"),
    seconds=20.0,
    claims={
        "dates": "A system that is hit can wait for its day in the calendar.",
        "ends": "News of some systems ends the rhythm of all others.",
        "no-news": "There is something to build each week, news or not.",
        "control": "The control to begin with is the first one, or the best for all systems.",
        "executive": "Whoever has something in common with the victim is hit.",
    },
)
