"""What several controls hang on at once: an account, a vendor, a person; read from the catalog, and made to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable

from threatlab.assessment.layered import let_through, scales
from threatlab.catalog import catalog
from threatlab.catalog.entry import Entry, read_entries
from threatlab.checks import Unchangeable, check_choice
from threatlab.depth import check_layer
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.system import AISystem, check_system

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True)
class Dependency(Unchangeable):
    """Something that several controls hang on: the share of years (0..1) in which it fails, and what fails with it.

    `breaks` maps a control's id to the reason why it is gone then. `chance` is a teaching value; `chance_why` says why.
    """

    id: str
    title: str
    about: str
    chance: float
    chance_why: str
    remedy: str
    breaks: Mapping[str, str]


def dependencies() -> Mapping[str, Dependency]:
    """Return the dependencies of the catalog by id, in the order of their file."""
    return _shipped()


def load_dependency(name: str | Dependency) -> Dependency:
    """Return a dependency by its id; one that is given as such is returned as it is.

    Raises
    ------
    ThreatLabError
        If there is none of that name; the message names the nearest.
    """
    if isinstance(name, Dependency):
        return name
    return dependencies()[check_choice("dependency", name, dependencies())]


def read_dependencies(file: Traversable) -> dict[str, Dependency]:
    """Return the dependencies kept in a TOML file (layout as in `threatlab/catalog/dependencies.toml`).

    Raises
    ------
    CatalogError
        If the file isn't TOML or an entry is broken: named by file, id and field.
    """
    return {entry.id: _read(entry) for entry in read_entries(file)}


def fail(system: AISystem, dependency: str | Dependency) -> AISystem:
    """Return `system` in a year in which the dependency fails: what hangs on it and is in place is absent."""
    lost = broken_controls(check_system(system), load_dependency(dependency))
    return system.with_(**dict.fromkeys(lost, False)) if lost else system


def split_off(dependency: str | Dependency, *layers: str) -> Dependency:
    """Return the dependency without what these layers hung on it: they got an account, a vendor, a person of their own.

    What they hang on now may fail too. But then it takes down no more than one layer each, and about that the product
    was right all along.

    Raises
    ------
    ThreatLabError
        If there is no such layer, or nothing of it hangs on the dependency.
    """
    whole, controls = load_dependency(dependency), catalog().controls
    for layer in layers:
        check_layer(layer, catalog())
        if all(controls[control].layer != layer for control in whole.breaks):
            raise ThreatLabError(f"nothing of layer {layer!r} hangs on {whole.id!r}: there is nothing to split off")
    breaks = {c: why for c, why in whole.breaks.items() if controls[c].layer not in layers}
    apart = ", ".join(catalog().layers[layer].title for layer in layers)
    return replace(whole, title=f"{whole.title}, {apart} apart", breaks=breaks)


def broken_controls(system: AISystem, dependency: Dependency) -> tuple[str, ...]:
    """Return the ids of the controls in place that hang on the dependency, in the catalog's order."""
    return tuple(
        control for control in system.catalog.controls if control in dependency.breaks and control in system.true
    )


@cache
def _shipped() -> dict[str, Dependency]:
    return read_dependencies(resources.files("threatlab") / "catalog" / "dependencies.toml")


def _read(entry: Entry) -> Dependency:
    controls = catalog().controls
    reasons = Entry(entry.file, f"{entry.id}.breaks", entry.value("breaks", dict, "a table of reasons by control"))
    for control in reasons.table:
        if control not in controls:
            raise entry.error("breaks", unknown_name("control", control, controls))
    if len({controls[control].layer for control in reasons.table}) < 2:
        raise entry.error("breaks", "is about one layer; a shared dependency breaks controls of at least two")
    layers = (options for scale in scales(catalog()).values() for _, options in scale.layers)
    least = min(let_through(options, reasons.table) for options in layers)
    if entry.share("chance") > least + _ROUNDING:
        raise entry.error(
            "chance", f"is too high: a layer that removes {1 - least:.2f} on average can't fail that often"
        )
    title, about, chance_why, remedy = map(entry.text, ("title", "about", "chance_why", "remedy"))
    breaks = {control: reasons.text(control) for control in reasons.table}
    return Dependency(entry.id, title, about, entry.share("chance"), chance_why, remedy, breaks)
