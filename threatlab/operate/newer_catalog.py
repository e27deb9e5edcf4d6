"""Staying informed: what a newly published threat or incident means for the systems that you already have."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from threatlab.assessment import assess
from threatlab.catalog import Catalog, catalog
from threatlab.catalog.entry import Entry
from threatlab.catalog.read import read_claim, read_threat
from threatlab.errors import ThreatLabError
from threatlab.files import parse
from threatlab.incidents import Incident, replay
from threatlab.ranking import rounded
from threatlab.system import AISystem

_ONE_TABLE = "one table, such as [my_threat] with its fields"


@dataclass(frozen=True, slots=True)
class Change:
    """What a newer catalog says of one system: its risk score (0..1) before and after, and what to do about it.

    `risk` is the system's residual risk from the newly added threats alone, `best_control` the id of the control not
    in place that would lower the new score most, or "".
    """

    system_id: str
    before: float
    after: float
    risk: float
    best_control: str


@dataclass(frozen=True, slots=True)
class Exposure:
    """How one system would meet a published incident.

    `shared_facts` are the facts of the incident's own system that are true here too; `stopped_at` is the step at
    which the attacker would be stopped, or None; `missing` are the controls that were missing there and here.
    """

    system_id: str
    shared_facts: tuple[str, ...]
    missing: tuple[str, ...]
    stopped_at: int | None
    chance: float


def with_threat(entry: str) -> Catalog:
    """Return the catalog that ships with one threat more, written as one TOML table.

    The table has the fields of `catalog/threats.toml`, and `countered_by`: for each control that counters the threat a
    `value` (0..1), a `source` ("judged" or "measured") and `why`. A threat that nothing counters has an empty one.

    Raises
    ------
    ThreatLabError
        If the text is no TOML or not exactly one table, or a field of it is missing, misspelled or out of range; the
        message names the field and the value.
    """
    known = catalog()
    name, table = _only_table(entry)
    fields = Entry("your entry", name, table)
    if name in known.threats:
        raise fields.error("id", "is taken by another threat; choose a name of its own")
    threat = read_threat(fields, known.facts)
    claims = {control: read_claim(part) for control, part in fields.parts("countered_by", known.controls, "control")}
    fields.finish()
    controls = {
        control.id: replace(control, effectiveness={**control.effectiveness, name: claims[control.id]})
        if control.id in claims
        else control
        for control in known.controls.values()
    }
    return replace(known, threats={**known.threats, name: threat}, controls=controls)


def rescore(systems: Iterable[AISystem], newer: Catalog) -> tuple[Change, ...]:
    """Return what each system scores by its own catalog and by a `newer` one, the largest change first."""
    changes = []
    for system in systems:
        before, after = assess(system), assess(system.under(newer))
        added = [risk for threat, risk in after.by_threat.items() if threat not in before.by_threat]
        changes.append(
            Change(
                system_id=system.name,
                before=before.risk_score,
                after=after.risk_score,
                risk=max(added, default=0.0),
                best_control=next((step.attribute for step in after.best_next(1)), ""),
            )
        )
    return tuple(sorted(changes, key=lambda change: rounded(change.before - change.after)))


def exposures(incident: Incident, systems: Iterable[AISystem]) -> tuple[Exposure, ...]:
    """Return how each system would meet `incident`, the most exposed first.

    A system that shares none of the incident's facts is left out: the story can't be told of it. The order is by how
    many of the facts are shared, then by how far the attacker gets.
    """
    victim = incident.system
    facts = [fact for fact in victim.catalog.facts if fact in victim.true]
    exposed = []
    for system in systems:
        if shared := tuple(fact for fact in facts if fact in system.true):
            outcome = replay(incident, system)
            exposed.append(
                Exposure(
                    system_id=system.name,
                    shared_facts=shared,
                    missing=tuple(control for control in incident.missing if control not in system.true),
                    stopped_at=outcome.stopped_at,
                    chance=outcome.chance,
                )
            )
    return tuple(sorted(exposed, key=lambda each: (-len(each.shared_facts), -rounded(each.chance), each.system_id)))


def _only_table(entry: object) -> tuple[str, dict[str, Any]]:
    if not isinstance(entry, str):
        raise ThreatLabError(f"{entry!r} is no TOML text; give {_ONE_TABLE}")
    tables: dict[str, Any] = parse(entry, ".toml", "your entry", _ONE_TABLE)
    if len(tables) != 1 or not all(isinstance(table, dict) for table in tables.values()):
        raise ThreatLabError(f"your entry holds {', '.join(tables)}; it must be {_ONE_TABLE}")
    return next(iter(tables.items()))
