"""The catalog's TOML files: each table checked, and made a record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from importlib.resources.abc import Traversable

from threatlab.catalog.entry import Entry, read_entries, read_tables
from threatlab.catalog.records import (
    EFFECTS,
    EVIDENCE,
    LAYER_CAP,
    ROLES,
    SEVERITIES,
    Control,
    Criterion,
    Effectiveness,
    Fact,
    Layer,
    Technique,
    Threat,
)
from threatlab.errors import ThreatLabError

Atlas = Mapping[str, Mapping[str, Technique]]
"""Entries of MITRE ATLAS by kind ("tactics", "techniques" or "mitigations") and id."""


@dataclass(frozen=True, slots=True)
class AtlasRelease:
    """A release of MITRE ATLAS: the entries that the catalog uses, and by kind the ids of all the others."""

    version: str
    date: str
    entries: Atlas
    unused: Mapping[str, tuple[str, ...]]


def read_atlas(file: Traversable) -> AtlasRelease:
    """Return the release of ATLAS that the catalog is pinned to."""
    top = Entry(file.name, "atlas", read_tables(file))
    later = Entry(file.name, "later", top.value("later", dict, "a table of ids and what became of them"))
    rest = Entry(file.name, "unused", top.value("unused", dict, "a table with a list of ids to each kind"))
    entries, unused = {}, {}
    for kind in ("tactics", "techniques", "mitigations"):
        names = Entry(file.name, kind, top.value(kind, dict, "a table of ids and names"))
        entries[kind] = {i: Technique(i, names.text(i), later.text(i) if i in later.table else "") for i in names.table}
        unused[kind] = tuple(map(str, rest.value(kind, list, "a list of ids")))
    release = AtlasRelease(top.text("version"), top.text("date"), entries, unused)
    for each in (later, rest, top):
        each.finish()
    return release


def read_layers(file: Traversable) -> dict[str, Layer]:
    """Return the layers by id."""
    return {entry.id: Layer(entry.id, entry.text("title"), entry.text("about")) for entry in read_entries(file)}


def read_facts(file: Traversable) -> dict[str, Fact]:
    """Return the facts by id."""
    texts = ("group", "label", "question", "meaning")
    return {entry.id: Fact(entry.id, *map(entry.text, texts)) for entry in read_entries(file)}


def read_threats(file: Traversable, facts: Collection[str]) -> dict[str, Threat]:
    """Return the threats by id; `facts` are those that may raise them."""
    return {entry.id: read_threat(entry, facts) for entry in read_entries(file)}


def read_controls(
    folder: Traversable, layers: Iterable[str], facts: Collection[str], threats: Collection[str], atlas: Atlas
) -> dict[str, Control]:
    """Return the controls by id, from a file for each layer; they may name these facts, threats and ATLAS entries."""
    controls: dict[str, Control] = {}
    by_title: dict[str, str] = {}
    for layer in layers:
        for entry in read_entries(folder / f"{layer}.toml"):
            if entry.id in controls or entry.id in facts:
                raise entry.error("id", "is taken by another entry; choose a name of its own")
            control = controls[entry.id] = _control(entry, layer, facts, threats, atlas)
            if (same := by_title.setdefault(control.title, entry.id)) != entry.id:
                raise entry.error("title", f"is that of {same} too; give one of its own")
    return controls


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


def _control(entry: Entry, layer: str, facts: Collection[str], threats: Collection[str], atlas: Atlas) -> Control:
    rulesets = entry.names("rulesets", ("core", "ai"), "ruleset")
    stride = entry.text("stride")
    if not set(stride) <= set("STRIDE"):
        raise entry.error("stride", f"is {stride!r}; it must be made of the letters of STRIDE")
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
        atlas_techniques=_techniques(entry, "atlas_techniques", atlas),
        atlas_mitigations=_techniques(entry, "atlas_mitigations", atlas),
        stride=stride,
        owasp_llm_2025=entry.text("owasp_llm_2025", empty=True),
        owasp_ml_2023=entry.text("owasp_ml_2023", empty=True),
        nist_ai_100_2=entry.text("nist_ai_100_2", empty=True),
        effectiveness=_effectiveness(entry, threats),
        core_weight=entry.share("core_weight") if "core" in rulesets else None,
    )


def _techniques(entry: Entry, name: str, atlas: Atlas) -> tuple[Technique, ...]:
    known = atlas[name.removeprefix("atlas_")]
    return tuple(known[i] for i in entry.names(name, known, "ATLAS id"))


def _effectiveness(entry: Entry, threats: Collection[str]) -> dict[str, Effectiveness]:
    claims = {threat: read_claim(part) for threat, part in entry.parts("effectiveness", threats, "threat")}
    if not claims:
        raise entry.error("effectiveness", "is empty; a control counters at least one threat")
    return claims


def read_claim(part: Entry) -> Effectiveness:
    """Return what a control is said to be worth against one threat."""
    source = part.choice("source", EVIDENCE)
    attack = part.text("attack") if source == "measured" else ""
    return Effectiveness(min(part.share("value"), LAYER_CAP), source, part.text("why"), attack)


def _float(bound: float | None) -> float | None:
    return None if bound is None else float(bound)


def _criterion(entry: Entry) -> Criterion:
    """Return the control's criterion of success."""
    part = Entry(entry.file, f"{entry.id}.success", entry.value("success", dict, "a table with what is measured"))
    bounds = {
        name: part.value(name, (int, float), "a number") for name in ("at_least", "at_most") if name in part.table
    }
    measure, unit, attack = (
        part.text("measure"),
        part.text("unit"),
        part.text("attack") if "attack" in part.table else "",
    )
    part.finish()
    try:
        return Criterion(measure, unit, _float(bounds.get("at_least")), _float(bounds.get("at_most")), attack)
    except ThreatLabError as problem:
        raise entry.error("success", str(problem)) from None
