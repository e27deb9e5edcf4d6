"""The catalog: facts, controls and threats, read and checked, and the two rulesets made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal

from threatlab.errors import ThreatLabError, unknown_name
from threatlab.tables import Entry, read_entries, read_tables

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
EFFECTS = ("preventive", "detective", "corrective")
EVIDENCE = ("judged", "measured")
LAYER_CAP = 0.9
"""No layer removes more than this share of a threat's risk, whatever a single test of it says."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A group of controls that fail together: the best of them counts, once."""

    id: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something true or false of what a system is; true facts expose it to threats."""

    id: str
    group: str
    label: str
    question: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Technique:
    """An entry of MITRE ATLAS: its id and name as of the catalog's `atlas_version`."""

    id: str
    name: str

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """How much of one threat's risk a control removes, in 0..1, and how we know."""

    value: float
    source: str
    why: str


@dataclass(frozen=True, slots=True)
class Control:
    """A protection: its question, what its absence is called, and its worth against each threat.

    `core_weight` is what the lesson's own code adds to its score when the control is missing, for
    the three controls that it checks. `effort_days` are person-days, `utility_cost` is a share of
    the system's usefulness.
    """

    id: str
    layer: str
    title: str
    question: str
    effect: str
    severity: str
    severity_rationale: str
    rulesets: tuple[str, ...]
    applies_when: tuple[str, ...]
    finding: str
    recommendation: str
    check: str
    false_positive: str
    effort_days: float
    utility_cost: float
    safe_to_automate: bool
    atlas_techniques: tuple[Technique, ...]
    atlas_mitigations: tuple[Technique, ...]
    stride: str
    owasp_llm_2025: str
    owasp_ml_2023: str
    nist_ai_100_2: str
    effectiveness: Mapping[str, Effectiveness]
    core_weight: float | None = None

    @property
    def threats(self) -> tuple[str, ...]:
        """Ids of the threats that this control counters, strongest first."""
        return tuple(sorted(self.effectiveness, key=lambda t: -self.effectiveness[t].value))


@dataclass(frozen=True, slots=True)
class Threat:
    """Something that can go wrong: when it applies, how likely and how bad it is, both in 0..1.

    Each fact of `raised_by` closes a share of the distance from `likelihood` to 1, and each of
    `impact_raised_by` one of the distance from `impact` to 1.
    """

    id: str
    title: str
    about: str
    stride: str
    applies_when_any: tuple[str, ...]
    likelihood: float
    likelihood_why: str
    raised_by: Mapping[str, float]
    impact: float
    impact_why: str
    impact_raised_by: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The controls that one way of assessing checks, and how it scores them.

    `core` holds the lesson's three checks and adds their weights; `ai` holds the whole catalog and
    multiplies layers.
    """

    name: str
    model: Literal["additive", "layered"]
    controls: tuple[Control, ...]
    threats: tuple[Threat, ...]


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything known before any system is looked at. Each mapping keeps the order of its file."""

    layers: Mapping[str, Layer]
    facts: Mapping[str, Fact]
    threats: Mapping[str, Threat]
    controls: Mapping[str, Control]
    atlas_version: str
    rulesets: Mapping[str, Ruleset] = field(init=False)

    def __post_init__(self) -> None:
        every = tuple(self.controls.values())
        core = tuple(c for c in every if "core" in c.rulesets)
        ai = tuple(c for c in every if "ai" in c.rulesets)
        rulesets = {
            "core": Ruleset("core", "additive", core, ()),
            "ai": Ruleset("ai", "layered", ai, tuple(self.threats.values())),
        }
        object.__setattr__(self, "rulesets", rulesets)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Names of all attributes of a system: facts first, then controls."""
        return (*self.facts, *self.controls)

    def ruleset(self, name: str) -> Ruleset:
        """Return the ruleset called `name`.

        Raises
        ------
        ThreatLabError
            If there is none of that name; the message lists or suggests one.
        """
        if not isinstance(name, str) or name not in self.rulesets:
            raise ThreatLabError(unknown_name("ruleset", name, self.rulesets))
        return self.rulesets[name]


@cache
def catalog() -> Catalog:
    """Return the catalog that ships with the package, read and checked once."""
    return read_catalog(resources.files("threatlab") / "catalog")


def read_catalog(folder: Traversable) -> Catalog:
    """Return the catalog kept in `folder` (layout as in `threatlab/catalog`).

    Raises
    ------
    CatalogError
        If a file isn't TOML or an entry is broken: named by file, id and field.
    """
    version, atlas = _atlas(folder / "atlas.toml")
    layers = {e.id: Layer(e.id, e.text("title"), e.text("about")) for e in read_entries(folder / "layers.toml")}
    facts = {e.id: _fact(e) for e in read_entries(folder / "facts.toml")}
    threats = {e.id: _threat(e, facts) for e in read_entries(folder / "threats.toml")}
    controls: dict[str, Control] = {}
    for layer in layers:
        for entry in read_entries(folder / "controls" / f"{layer}.toml"):
            if entry.id in controls or entry.id in facts:
                raise entry.error("id", "is taken by another entry; choose a name of its own")
            controls[entry.id] = _control(entry, layer, facts, threats, atlas)
    return Catalog(layers, facts, threats, controls, version)


_Atlas = Mapping[str, Mapping[str, Technique]]


def _atlas(file: Traversable) -> tuple[str, _Atlas]:
    """Return the version of ATLAS, and its entries by kind and id."""
    top = Entry(file.name, "atlas", read_tables(file))
    top.text("date")
    entries = {}
    for kind in ("techniques", "mitigations"):
        names = Entry(file.name, kind, top.value(kind, dict, "a table of ids and names"))
        entries[kind] = {i: Technique(i, names.text(i)) for i in names.table}
    version = top.text("version")
    top.finish()
    return version, entries


def _fact(entry: Entry) -> Fact:
    return Fact(entry.id, *(entry.text(name) for name in ("group", "label", "question", "meaning")))


def _threat(entry: Entry, facts: Mapping[str, Fact]) -> Threat:
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


def _control(
    entry: Entry,
    layer: str,
    facts: Mapping[str, Fact],
    threats: Mapping[str, Threat],
    atlas: _Atlas,
) -> Control:
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


def _techniques(entry: Entry, name: str, atlas: _Atlas) -> tuple[Technique, ...]:
    known = atlas[name.removeprefix("atlas_")]
    return tuple(known[i] for i in entry.names(name, known, "ATLAS id"))


def _effectiveness(entry: Entry, threats: Mapping[str, Threat]) -> dict[str, Effectiveness]:
    claims = {
        threat: Effectiveness(
            min(claim.share("value"), LAYER_CAP),
            claim.choice("source", EVIDENCE),
            claim.text("why"),
        )
        for threat, claim in entry.parts("effectiveness", threats, "threat")
    }
    if not claims:
        raise entry.error("effectiveness", "is empty; a control counters at least one threat")
    return claims
