"""The catalog: everything known before any system is looked at, and the two rulesets made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any, Literal

from threatlab.catalog.read import (
    check_notes,
    read_adversaries,
    read_atlas,
    read_cases,
    read_controls,
    read_facts,
    read_layers,
    read_lists,
    read_shared_failure,
    read_sources,
    read_threats,
)
from threatlab.catalog.records import (
    Adversary,
    Attacker,
    Case,
    Control,
    Fact,
    Layer,
    Release,
    SharedFailure,
    Source,
    Threat,
)
from threatlab.checks import Unchangeable, check_choice


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
class Catalog(Unchangeable):
    """Everything known before any system is looked at. Each mapping keeps the order of its file, and can't be changed.

    So a function of a learner's that takes controls out of a list of them takes none out of the catalog.
    """

    layers: Mapping[str, Layer]
    facts: Mapping[str, Fact]
    threats: Mapping[str, Threat]
    controls: Mapping[str, Control]
    atlas: Release
    sources: Mapping[str, Source]
    shared_failure: SharedFailure
    cases: tuple[Case, ...] = ()
    adversaries: Mapping[str, Adversary] = field(default_factory=dict)
    rulesets: Mapping[str, Ruleset] = field(init=False, compare=False)

    def __post_init__(self) -> None:
        every = self.controls.values()
        core = tuple(c for c in every if "core" in c.rulesets)
        ai = tuple(c for c in every if "ai" in c.rulesets)
        rulesets = {
            "core": Ruleset("core", "additive", core, ()),
            "ai": Ruleset("ai", "layered", ai, tuple(self.threats.values())),
        }
        object.__setattr__(self, "rulesets", rulesets)
        Unchangeable.__post_init__(self)

    def __hash__(self) -> int:
        return hash((self.atlas, *self.threats))  # quick: each assessment looks up what was laid out for it

    def __reduce__(self) -> tuple[Any, ...]:
        if self is catalog():
            return (catalog, ())
        values = (self.layers, self.facts, self.threats, self.controls, self.atlas, self.sources)
        return (Catalog, (*values, self.shared_failure, self.cases, self.adversaries))

    def adversaries_of(self, threat: str) -> tuple[Adversary, ...]:
        """Return those who have a goal that this threat serves."""
        return tuple(each for each in self.adversaries.values() if threat in each.goals)

    def who(self, attacker: Attacker) -> str:
        """Return an attacker in words: "competitor (query access, gray box)"."""
        return f"{self.adversaries[attacker.adversary].title} ({attacker})"

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
        return self.rulesets[check_choice("ruleset", name, self.rulesets)]


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
    sources = read_sources(folder / "sources.toml")
    for kind in ("systems", "scopes"):
        check_notes(folder / kind, sources)
    layers = read_layers(folder / "layers.toml")
    facts = read_facts(folder / "facts.toml")
    threats = read_threats(folder / "threats.toml", facts)
    release, atlas = read_atlas(folder / "atlas.toml")
    lists = {**atlas, **read_lists(folder / "lists.toml", sources)}
    controls = read_controls(folder / "controls", layers, facts, threats, lists)
    shared = read_shared_failure(folder / "shared_failure.toml")
    cases = read_cases(folder / "cases.toml", facts, controls)
    adversaries = read_adversaries(folder / "adversaries.toml", threats)
    return Catalog(layers, facts, threats, controls, release, sources, shared, cases, adversaries)
