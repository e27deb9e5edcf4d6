"""The judges of lesson 06 that read the news: a new threat in the catalog, and Monday's page for three roles."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import Catalog, catalog
from threatlab.errors import ThreatLabError
from threatlab.exercises.judges import a_function, returned, shown
from threatlab.exercises.outcome import NotYet
from threatlab.incidents import Incident, load_incident, replay
from threatlab.operate.newer_catalog import rescore, with_threat
from threatlab.operate.reviews import review_calendar
from threatlab.system import AISystem, list_systems, load_system

# --- one entry for a new threat -------------------------------------------------------------------------------------

_WRITES = AISystem("writes-code", generates_content=True)
_AGENT = _WRITES.with_(uses_tools=True, acts_without_approval=True)
_HIT = (_WRITES, _WRITES.with_(makes_predictions=True, uses_third_party_model=True), _AGENT)
_SAFE = (
    AISystem("scores-loans", makes_predictions=True, trains_model=True, handles_personal_data=True),
    AISystem("steers-a-crane", makes_predictions=True, uses_tools=True, acts_without_approval=True),
    AISystem("finds-documents", makes_predictions=True, uses_retrieval=True, internet_facing=True, keeps_memory=True),
)
_FEEBLE = frozenset(
    (
        "encryption_enabled", "rbac_configured", "secrets_in_vault", "authentication_enforced", "rate_limiting_enabled",
        "service_exposure_hardened", "personal_data_minimized", "privacy_preserving_training", "output_detail_limited",
        "training_data_validated", "data_provenance_tracked", "adversarial_robustness_tested", "abuse_detection_active",
        "agent_memory_protected", "retrieval_access_enforced", "training_environment_isolated",
    )
)  # fmt: skip
"""Controls that stand nowhere on the way from an invented name to code that runs."""

_IN_THE_WAY = ("dependencies_scanned", "human_approval_required", "execution_sandboxed", "output_validation_enabled")
_WORDS = 4
"""Words that a reason needs; whether it is a good one, only a reader can tell."""

_OFTEN = 0.2
"""From here on a likelihood per year is what the study measured, which was something else."""


def enters_the_threat(answer: Any) -> str:
    """Judge a TOML entry by what the catalog makes of systems with it: who is hit, how much, and what helps."""
    if not isinstance(answer, str):
        raise NotYet(f"{shown(answer)} is no TOML text; give one table between triple quotes.")
    try:
        newer = with_threat(answer)
    except ThreatLabError as problem:
        raise NotYet(f"The catalog refuses it: {problem}.") from None
    (name,) = newer.threats.keys() - catalog().threats.keys()
    _hits(newer, name)
    _is_likely(newer, name)
    _is_countered(newer, name)
    changes = rescore(map(load_system, list_systems()), newer)
    rising = [change for change in changes if change.after > change.before]
    first = max(rising, key=lambda change: change.risk)
    return (
        f"The catalog takes it. Of {len(changes)} systems {len(rising)} score higher, and {first.system_id} has the "
        f"most of it (residual {first.risk:.2f}). Tell a colleague your two figures, and let yourself be talked out."
    )


def _hits(newer: Catalog, name: str) -> None:
    entry = newer.threats[name]
    if not entry.applies_when_any:
        raise NotYet("With no fact in applies_when_any it applies to every system there is. Who can invent a name?")
    for system in _HIT:
        if _risk(newer, name, system) <= 0:
            raise NotYet(
                "It does not apply to an assistant that only writes code, which a developer copies and runs. The "
                "report has such cases: what has to be true of a system so that it can invent a name?"
            )
    for system in _SAFE:
        if _risk(newer, name, system) > 0:
            raise NotYet(
                f"It applies to the system {system.name!r} ({', '.join(sorted(system.true))}), which never writes a "
                "line. One fact of applies_when_any is enough: it is a list of alternatives. Facts that only make "
                "matters worse belong elsewhere."
            )
    if entry.stride in "DRI":
        raise NotYet(f"STRIDE {entry.stride!r}: in the end somebody's code runs in your system. Which letter is that?")


def _is_likely(newer: Catalog, name: str) -> None:
    entry = newer.threats[name]
    for field, said in (("likelihood_why", entry.likelihood_why), ("impact_why", entry.impact_why)):
        if len(said.split()) < _WORDS:
            raise NotYet(f"{field} is {said!r}. A figure without a reason can't be argued with: say what it rests on.")
    if not entry.likelihood or not entry.impact:
        raise NotYet("A likelihood or an impact of 0 says that it can't happen, or wouldn't matter. Why enter it then?")
    if entry.likelihood >= _OFTEN:
        raise NotYet(
            f"A likelihood of {entry.likelihood:g}: is that the share of inventions that the study measured? The "
            "catalog asks for another number: the chance that the whole thing succeeds within a year against a bare "
            "system. Nobody has to have registered that very name, and nobody has been robbed in the report."
        )
    systems = (_WRITES, _AGENT, _WRITES.with_(handles_personal_data=True))
    before, after, private = (assess(each.under(newer)).explain(name).inherent_likelihood for each in systems)
    if after <= before:
        raise NotYet(
            "An agent that installs what it has written, and asks nobody, is as likely to be hit by your entry as an "
            "assistant whose lines a developer reads first. Which table says what makes it likelier?"
        )
    if private > before:
        raise NotYet("Personal data make a loss worse. Do they make the model invent more names?")


def _is_countered(newer: Catalog, name: str) -> None:
    claims = {control.id: c for control in newer.controls.values() if (c := control.effectiveness.get(name))}
    if not claims:
        raise NotYet("countered_by is empty: nothing helps? Walk the way of the attack, and ask at each step.")
    for control, claim in claims.items():
        title = newer.controls[control].title
        if control in _FEEBLE:
            raise NotYet(
                f"You say that it is countered by {title!r}. Walk the way: a name is invented, registered by a "
                "stranger, installed, and its code runs. At which step does that control stand?"
            )
        if claim.source == "measured":
            raise NotYet(
                f"{title!r} is measured, you say. Measured is what an attack of this workbook has run against, and "
                "none of the five does this. What is the honest word?"
            )
        if claim.value >= 0.9:
            raise NotYet(
                f"{title!r} removes nine tenths of it, or more? Think of the day on which everybody is in a hurry."
            )
        if len(claim.why.split()) < _WORDS:
            raise NotYet(f"{title!r}: why is {claim.why!r}. Say what it does at which step.")
    if not set(_IN_THE_WAY) & set(claims):
        raise NotYet(
            "What you name finds out, or explains. Is there no control that stands between the invented name and the "
            "code that runs?"
        )


def _risk(newer: Catalog, name: str, system: AISystem) -> float:
    return assess(system.under(newer)).by_threat[name]


# --- Monday's page --------------------------------------------------------------------------------------------------

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


@cache
def _mondays() -> tuple[tuple[str, tuple[AISystem, ...], date], ...]:
    """Return incidents, inventories and Mondays that the learner hasn't seen; after the last, nobody is hit."""
    shipped = tuple(map(load_system, list_systems()))
    locked = {"tool_sources_verified": True, "authentication_enforced": True, "dependencies_scanned": True}
    guarded = tuple(s.with_(**locked) if number % 2 else s for number, s in enumerate(shipped))
    scorer = AISystem("scorer", makes_predictions=True, runs_on_user_devices=True)
    asks = AISystem(
        "asks-first",
        generates_content=True,
        uses_tools=True,
        uses_third_party_model=True,
        human_approval_required=True,
    )
    return (
        ("amazon-q", (asks, *shipped[3:], scorer), date(2027, 5, 10)),
        ("postmark-mcp", guarded, date(2026, 12, 7)),
        ("tay", (*guarded[:6], scorer), date(2027, 3, 1)),
        ("amazon-q", (scorer,), date(2027, 5, 10)),
    )


def writes_the_page(answer: Any) -> str:
    """Judge a function from systems, a published incident and a Monday to what three roles need to know of it."""
    function = a_function(answer, "systems, an incident and a date")
    for name, systems, start in _mondays():
        incident = load_incident(name)
        page = returned(function, list(systems), incident, start)
        if not isinstance(page, Mapping) or set(page) != set(KEYS):
            raise NotYet(f"Your function returned {shown(page)}; give a dict with {', '.join(map(repr, KEYS))}.")
        where = f"{incident.title}, {len(systems)} systems"
        for judge in (_for_executive, _for_engineer, _for_lead):
            judge(where, dict(page), incident, systems, start)
    return (
        "On four Mondays the page holds: who is hit, what to build first, and when each system is looked at. Three "
        "answers, made of one assessment."
    )


def _for_executive(where: str, page: Page, incident: Incident, systems: Sequence[AISystem], _: date) -> None:
    named = page["executive"]
    if isinstance(named, str) or not isinstance(named, Iterable):
        raise NotYet(f"executive is {shown(named)}; give a list of names of systems, perhaps an empty one.")
    given, right = list(named), {system.name for system in _hit(incident, systems)}
    mistakes: tuple[tuple[list[AISystem], str], ...] = (
        (list(systems), "That is everybody. An executive who gets a call about each system takes the next one later."),
        (
            _hit(incident, systems, way=False),
            (
                "You name each system that the incident's threat applies to, also those with a control in place that "
                "refuses one of the published steps."
            ),
        ),
        (
            _hit(incident, systems, threat=False),
            (
                "You name each system in which no control stops the steps, also where there is nothing to stop: the "
                "incident's threat does not apply to it."
            ),
        ),
        (
            [system for system in systems if system.true & incident.system.true],
            "You name each system that has a fact in common with the victim. Being on the internet is no incident.",
        ),
        ([s for s in systems if assess(s).risk_score >= 0.7], "You name those with the highest scores, news or not."),
    )
    if set(map(str, given)) != right or len(given) != len(right):
        told = (says for wrong, says in mistakes if {s.name for s in wrong} == set(map(str, given)))
        raise NotYet(
            f"{where}: for the executive you name {', '.join(map(str, given[:8])) or 'nobody'}. "
            + next(told, "Hit is a system if the threat applies to it *and* a replay is stopped nowhere.")
        )


def _for_engineer(where: str, page: Page, incident: Incident, systems: Sequence[AISystem], _: date) -> None:
    control, hit = page["ML engineer"], _hit(incident, systems)
    if not hit:
        if control is not None:
            raise NotYet(
                f"{where}: no system is hit, and you have {shown(control)} built. Say None: no news is a result."
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
        raise NotYet(f"{where}: you begin with {control}. {why}")


def _for_lead(where: str, page: Page, incident: Incident, systems: Sequence[AISystem], start: date) -> None:
    rows = page["security lead"]
    good = isinstance(rows, list | tuple) and all(isinstance(row, list | tuple) and len(row) == 2 for row in rows)
    if not good:
        raise NotYet(f"security lead is {shown(rows)}; give a list of pairs, each a date and a name.")
    given, right = [tuple(row) for row in rows], _dates(systems, start, _hit(incident, systems))
    if given == right:
        return
    hit = _hit(incident, systems)
    named = {str(name) for _, name in given}
    if len(given) > len(systems):
        why = "There are more dates than systems: only the first review of each belongs on this page."
    elif set(given) == set(right):
        why = "The dates are right, but not their order: what is due first stands first; of one day, by name."
    elif given == _dates(systems, start, ()):
        why = (
            "These are the dates of the calendar, as if nothing had happened: a system that is hit can't wait for them."
        )
    elif named == {system.name for system in hit}:
        why = "Those that aren't hit have no date any more. One piece of news must not end their rhythm."
    elif named == {name for _, name in right}:
        why = "A date differs. Hit: a week from this Monday. The others: as review_calendar has it, weekends moved."
    else:
        why = "Some systems have no date: each one of the inventory needs one."
    raise NotYet(f"{where}: {why}")
