"""The catalog: everything known before any system is looked at, and the two rulesets made of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache, lru_cache, wraps
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, ParamSpec, TypeVar

from threatlab.catalog.read import read_atlas, read_controls, read_facts, read_layers, read_threats
from threatlab.catalog.records import (
    Control,
    Fact,
    Layer,
    Threat,
)
from threatlab.checks import check_choice

P = ParamSpec("P")
T = TypeVar("T")


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


@dataclass(frozen=True, slots=True, eq=False)
class Catalog:
    """Everything known before any system is looked at. Each mapping keeps the order of its file.

    Two catalogs are equal if they are the same object: what is worked out for one is kept for it (`per_catalog`).
    """

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
        return self.rulesets[check_choice("ruleset", name, self.rulesets)]


_in_use: ContextVar[Catalog | None] = ContextVar("catalog in use", default=None)


def catalog() -> Catalog:
    """Return the catalog in use: the one that ships with the package, read and checked once, unless in `using`."""
    return _in_use.get() or _shipped()


@contextmanager
def using(other: Catalog) -> Iterator[Catalog]:
    """Assess by another catalog for as long as a `with` block lasts: `with using(newer): assess(system)`.

    It holds for this thread and task alone, so a panel elsewhere goes on as before.
    """
    token = _in_use.set(other)
    try:
        yield other
    finally:
        _in_use.reset(token)


def per_catalog(work: Callable[P, T]) -> Callable[P, T]:
    """Keep what `work` returns, for each of its arguments and for the catalog in use: what it is worked out from."""
    kept: Callable[..., T] = lru_cache(maxsize=64)(lambda _catalog, *args, **kwargs: work(*args, **kwargs))

    @wraps(work)
    def for_this_catalog(*args: P.args, **kwargs: P.kwargs) -> T:
        return kept(catalog(), *args, **kwargs)

    return for_this_catalog


@cache
def _shipped() -> Catalog:
    return read_catalog(resources.files("threatlab") / "catalog")


def read_catalog(folder: Traversable) -> Catalog:
    """Return the catalog kept in `folder` (layout as in `threatlab/catalog`).

    Raises
    ------
    CatalogError
        If a file isn't TOML or an entry is broken: named by file, id and field.
    """
    layers = read_layers(folder / "layers.toml")
    facts = read_facts(folder / "facts.toml")
    threats = read_threats(folder / "threats.toml", facts)
    version, atlas = read_atlas(folder / "atlas.toml")
    controls = read_controls(folder / "controls", layers, facts, threats, atlas)
    return Catalog(layers, facts, threats, controls, version)
