"""The catalog's TOML files: each table checked, and made a record."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date
from importlib.resources.abc import Traversable

from threatlab.catalog.entry import Entry, read_entries, read_tables
from threatlab.catalog.records import (
    ACCESS,
    ASSETS,
    CLAIM_CAP,
    EFFECTS,
    EVIDENCE,
    KNOWLEDGE,
    ROLES,
    SEVERITIES,
    Adversary,
    Attacker,
    Case,
    Control,
    Criterion,
    Effectiveness,
    Fact,
    Goal,
    Layer,
    Release,
    SharedFailure,
    Source,
    Technique,
    Threat,
)
from threatlab.errors import ThreatLabError, unknown_name

Lists = Mapping[str, Mapping[str, Technique]]
"""Entries of published lists by id: under "tactics", "techniques" and "mitigations" those of MITRE ATLAS."""

_DATE = re.compile(r"\d{4}(-\d{2})?")
_STATED = re.compile(r"(?:^|; )(stated[^;]*)")


def read_sources(file: Traversable) -> dict[str, Source]:
    """Return the sources by id."""
    return {entry.id: _source(entry) for entry in read_entries(file)}


def _source(entry: Entry) -> Source:
    day = entry.value("date", (date, str), "a date")
    if isinstance(day, str) and not _DATE.fullmatch(day):
        raise entry.error("date", f"is {day!r}; give a date such as 2016-03-25, or the text '2016-03' or '2016'")
    return Source(
        id=entry.id,
        title=entry.text("title"),
        publisher=entry.text("publisher"),
        published=str(day),
        address=entry.text("address") if "address" in entry.table else "",
        used_for=entry.text("used_for"),
        looked_at=entry.value("looked_at", date, "a date"),
    )


def check_notes(folder: Traversable, sources: Collection[str]) -> None:
    """Refuse a note in the TOML files of `folder` that says "stated" and names no source, as in "(AML.CS0009)".

    Raises
    ------
    CatalogError
        The message names file, note and field.
    """
    for file in folder.iterdir():
        table = read_tables(file)
        notes = {("notes", name): note for name, note in table.get("notes", {}).items()}
        for kind in ("elements", "flows"):
            parts = enumerate(table.get(kind, []), start=1)
            notes |= {(f"{kind}, number {place}", "note"): part.get("note", "") for place, part in parts}
        for (where, name), note in notes.items():
            for statement in _STATED.findall(str(note)):
                if not any(f"({source})" in statement for source in sources):
                    problem = f"{statement!r} names no source; end it with the id of one in sources.toml, in brackets"
                    raise Entry(file.name, where, {}).error(name, problem)


def read_atlas(file: Traversable) -> tuple[Release, Lists]:
    """Return the release of ATLAS that the catalog is pinned to, and its entries."""
    top = Entry(file.name, "atlas", read_tables(file))
    others = top.text("others").split()
    release = Release(top.text("version"), top.value("date", date, "a date"), tuple(others), top.text("last_case"))
    later = Entry(file.name, "later", top.value("later", dict, "a table of ids and what became of them"))
    notes = {name: later.text(name) for name in later.table}
    entries = {}
    for kind in ("tactics", "techniques", "mitigations"):
        names = Entry(file.name, kind, top.value(kind, dict, "a table of ids and names"))
        entries[kind] = {i: Technique(i, names.text(i), notes.pop(i, "")) for i in names.table}
    for name in notes:
        raise later.error(name, "is an id that nothing here uses; remove the note")
    top.finish()
    return release, entries


def read_lists(file: Traversable, sources: Collection[str]) -> dict[str, dict[str, Technique]]:
    """Return the entries of other published lists, by the list's source and id."""
    lists = {}
    for entry in read_entries(file):
        if entry.id not in sources:
            raise entry.error("source", unknown_name("source", entry.id, sources))
        lists[entry.id] = {name: Technique(name, entry.text(name)) for name in entry.table}
    return lists


def read_layers(file: Traversable) -> dict[str, Layer]:
    """Return the layers by id."""
    return {entry.id: Layer(entry.id, entry.text("title"), entry.text("about")) for entry in read_entries(file)}


def read_shared_failure(file: Traversable) -> SharedFailure:
    """Return how much the controls of a layer have in common."""
    top = Entry(file.name, "shared_failure", read_tables(file))
    shared = SharedFailure(top.share("beta"), top.text("why"))
    top.finish()
    return shared


def read_facts(file: Traversable) -> dict[str, Fact]:
    """Return the facts by id."""
    texts = ("group", "label", "question", "meaning")
    return {entry.id: Fact(entry.id, *map(entry.text, texts)) for entry in read_entries(file)}


def read_threats(file: Traversable, facts: Collection[str]) -> dict[str, Threat]:
    """Return the threats by id; `facts` are those that may raise them."""
    return {entry.id: read_threat(entry, facts) for entry in read_entries(file)}


def read_controls(
    folder: Traversable, layers: Iterable[str], facts: Collection[str], threats: Collection[str], lists: Lists
) -> dict[str, Control]:
    """Return the controls by id, from a file for each layer; they may name these facts, threats and list entries."""
    controls: dict[str, Control] = {}
    by_title: dict[str, str] = {}
    for layer in layers:
        for entry in read_entries(folder / f"{layer}.toml"):
            if entry.id in controls or entry.id in facts:
                raise entry.error("id", "is taken by another entry; choose a name of its own")
            control = controls[entry.id] = _control(entry, layer, facts, threats, lists)
            if (same := by_title.setdefault(control.title, entry.id)) != entry.id:
                raise entry.error("title", f"is that of {same} too; give one of its own")
    return controls


def read_cases(file: Traversable, facts: Collection[str], controls: Collection[str]) -> tuple[Case, ...]:
    """Return the published cases; they may name these facts and controls."""
    return tuple(_case(entry, facts, controls) for entry in read_entries(file))


def _case(entry: Entry, facts: Collection[str], controls: Collection[str]) -> Case:
    lists = {
        name: frozenset(entry.names(name, known, kind))
        for known, kind, names in ((facts, "fact", ("true", "false")), (controls, "control", ("missing", "in_place")))
        for name in names
    }
    for one, other in (("true", "false"), ("missing", "in_place")):
        if both := lists[one] & lists[other]:
            raise entry.error(other, f"names {min(both)!r}, which {one} names, too")
    kind = entry.choice("kind", ("incident", "exercise"))
    year = entry.value("year", int, "a year")
    return Case(id=entry.id, name=entry.text("name"), kind=kind, year=year, evidence=entry.text("evidence"), **lists)


def read_adversaries(file: Traversable, threats: Collection[str]) -> dict[str, Adversary]:
    """Return the adversaries by id; these are the threats that may serve their goals."""
    return {entry.id: _adversary(entry, threats) for entry in read_entries(file)}


def _adversary(entry: Entry, threats: Collection[str]) -> Adversary:
    goals = {
        threat: Goal(part.choice("asset", ASSETS), part.text("goal"))
        for threat, part in entry.parts("goals", threats, "threat")
    }
    if not goals:
        raise entry.error("goals", "is empty; whoever wants nothing is no adversary")
    return Adversary(
        id=entry.id,
        title=entry.text("title"),
        about=entry.text("about"),
        access=entry.names("access", ACCESS, "access"),
        knowledge=entry.choice("knowledge", KNOWLEDGE),
        knows=entry.text("knows"),
        goals=goals,
    )


def read_attacker(entry: Entry, adversaries: Collection[str]) -> Attacker:
    """Return who attacked, as an entry tells it; it must be one of the catalog's `adversaries`."""
    return Attacker(
        entry.choice("adversary", adversaries),
        entry.names("access", ACCESS, "access"),
        entry.choice("knowledge", KNOWLEDGE),
        entry.text("why"),
    )


def read_threat(entry: Entry, facts: Collection[str]) -> Threat:
    """Return the threat that an entry describes; `facts` are those that may raise it."""
    return Threat(
        id=entry.id,
        title=entry.text("title"),
        about=entry.text("about"),
        stride=entry.choice("stride", "STRIDE"),
        applies_when_any=entry.names("applies_when_any", facts, "fact"),
        likelihood=entry.share("likelihood"),
        likelihood_why=entry.text("likelihood_why"),
        raised_by=entry.shares("raised_by", facts, "fact"),
        impact=entry.share("impact"),
        impact_why=entry.text("impact_why"),
        impact_raised_by=entry.shares("impact_raised_by", facts, "fact"),
    )


def _control(entry: Entry, layer: str, facts: Collection[str], threats: Collection[str], lists: Lists) -> Control:
    rulesets = entry.names("rulesets", ("core", "ai"), "ruleset")
    mappings = _mappings(entry, lists)
    mapped = {name: tuple(known[i] for i in mappings if i in known) for name, known in lists.items()}
    techniques, mitigations = mapped.pop("techniques"), mapped.pop("mitigations")
    return Control(
        id=entry.id,
        layer=layer,
        title=entry.text("title"),
        question=entry.text("question"),
        effect=entry.choice("effect", EFFECTS),
        severity=entry.choice("severity", SEVERITIES),
        severity_rationale=entry.text("severity_rationale"),
        rulesets=rulesets,
        applies_when=entry.names("applies_when", facts, "fact"),
        applies_when_any=entry.names("applies_when_any", facts, "fact") if "applies_when_any" in entry.table else (),
        finding=entry.text("finding"),
        recommendation=entry.text("recommendation"),
        check=entry.text("check"),
        false_positive=entry.text("false_positive"),
        effort_days=entry.number("effort_days"),
        utility_cost=entry.share("utility_cost"),
        utility_source=entry.choice("utility_source", EVIDENCE),
        utility_why=entry.text("utility_why"),
        role=entry.choice("role", ROLES),
        success=_criterion(entry),
        safe_to_automate=entry.value("safe_to_automate", bool, "true or false"),
        atlas_techniques=techniques,
        atlas_mitigations=mitigations,
        stride="".join(letter for letter in "STRIDE" if letter in mappings),
        lists=tuple(mapped_to for entries in mapped.values() for mapped_to in entries),
        mappings=mappings,
        effectiveness=_effectiveness(entry, threats),
        core_weight=entry.share("core_weight") if "core" in rulesets else None,
    )


def _mappings(entry: Entry, lists: Lists) -> dict[str, str]:
    """Return why a control carries each id and each letter of STRIDE; ids that share a reason share a line."""
    table = Entry(entry.file, f"{entry.id}.mappings", entry.value("mappings", dict, "a table with a reason to each id"))
    known = [*"STRIDE", *(name for kind, entries in lists.items() if kind != "tactics" for name in entries)]
    reasons: dict[str, str] = {}
    for key in table.table:
        for name in key.split(", "):
            if name not in known:
                raise table.error(key, unknown_name("id", name, known))
            if name in reasons:
                raise table.error(key, f"names {name!r} once more")
            reasons[name] = table.text(key)
    return reasons


def _effectiveness(entry: Entry, threats: Collection[str]) -> dict[str, Effectiveness]:
    claims = {threat: read_claim(part) for threat, part in entry.parts("effectiveness", threats, "threat")}
    if not claims:
        raise entry.error("effectiveness", "is empty; a control counters at least one threat")
    return claims


def read_claim(part: Entry) -> Effectiveness:
    """Return what a control is said to be worth against one threat."""
    source, why = part.choice("source", EVIDENCE), part.text("why")
    if source == "judged":
        return Effectiveness(min(part.share("value"), CLAIM_CAP), source, why)
    measured, routes = min(part.share("measured"), CLAIM_CAP), part.part("routes")
    return Effectiveness(
        measured * routes, source, why, part.text("attack"), measured, part.text("on"), routes, part.text("routes_why")
    )


def _float(bound: float | None) -> float | None:
    return None if bound is None else float(bound)


def _criterion(entry: Entry) -> Criterion:
    """Return the control's criterion of success."""
    part = Entry(entry.file, f"{entry.id}.success", entry.value("success", dict, "a table with what is measured"))
    bounds = {
        name: part.value(name, (int, float), "a number") for name in ("at_least", "at_most") if name in part.table
    }
    measure, unit = part.text("measure"), part.text("unit")
    part.finish()
    try:
        return Criterion(measure, unit, _float(bounds.get("at_least")), _float(bounds.get("at_most")))
    except ThreatLabError as problem:
        raise entry.error("success", str(problem)) from None
