"""What is known of one AI system: every attribute is True, False or unknown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from threatlab.catalog import Catalog
from threatlab.catalog import catalog as shipped
from threatlab.checks import check_choice, check_text, is_flag
from threatlab.errors import ThreatLabError, short, unknown_name
from threatlab.fields import keep
from threatlab.files import FileKind

_TEXTS = ("title", "description", "source", "owner")
SYSTEMS = FileKind("system", "a name", folder=resources.files("threatlab") / "catalog" / "systems")


@dataclass(frozen=True, init=False, repr=False)
class AISystem:
    """One AI system, as far as it is known. A system never changes: `with_` returns a new one.

    Parameters
    ----------
    name
        The id by which the system is assessed and logged; not empty.
    title, description, source, owner
        Texts for people: a display name, a sentence, where the facts come from, who answers for it.
    notes
        Per attribute, why we say so.
    catalog
        In whose terms the system is described, and by which it is assessed; the one that ships if left out.
    **attributes
        Facts and controls of the catalog: True, False, or None (unknown, the same as left out).

    Attributes
    ----------
    known
        Those attributes of which it is known whether they are true, in the order of the catalog.
    true
        Those that are true: all that a score depends on.

    Raises
    ------
    ThreatLabError
        If the name is empty, an attribute is unknown (the nearest name is suggested) or a value is
        not a boolean.

    Examples
    --------
    >>> AISystem("ml-pipeline-prod", encryption_enabled=True)["rbac_configured"] is None
    True
    """

    name: str
    known: Mapping[str, bool]
    true: frozenset[str] = field(compare=False)
    title: str
    description: str
    source: str
    owner: str
    notes: Mapping[str, str]
    catalog: Catalog

    def __init__(  # noqa: PLR0913
        self,
        name: str,
        *,
        title: str = "",
        description: str = "",
        source: str = "",
        owner: str = "",
        notes: Mapping[str, str] | None = None,
        catalog: Catalog | None = None,
        **attributes: bool | None,
    ) -> None:
        if not isinstance(name, str) or not name.strip():
            raise ThreatLabError(
                f"a system needs a name: {short(name)} is none; give a text such as 'ml-pipeline-prod'"
            )
        texts = {"title": title, "description": description, "source": source, "owner": owner}
        texts = {text: check_text(f"{text} of system {name!r}", said, empty=True) for text, said in texts.items()}
        terms = shipped() if catalog is None else catalog
        known = check_attributes(attributes, terms)
        values = {
            "name": name,
            **texts,
            "title": texts["title"] or name.strip(),
            "known": MappingProxyType(known),
            "true": frozenset(attribute for attribute, value in known.items() if value),
            "notes": MappingProxyType(_check_notes({} if notes is None else notes, terms)),
            "catalog": terms,
        }
        keep(self, **values)

    def __getitem__(self, attribute: str) -> bool | None:
        """Return True, False, or None where nobody knows."""
        check_attribute(attribute, self.catalog)
        return self.known.get(attribute)

    def __hash__(self) -> int:
        return hash((self.name, frozenset(self.known.items()), self.catalog))

    def __repr__(self) -> str:
        values = "".join(f", {name}={value}" for name, value in self.known.items())
        return f"AISystem({self.name!r}{values})"

    def __reduce__(self) -> tuple[Any, ...]:
        return (system_from_table, (self.to_dict(), self.catalog))

    def with_(self, **attributes: bool | None) -> AISystem:
        """Return a new system with some attributes changed; None makes one unknown again."""
        for attribute in attributes:  # so that "title" is no way to change a text by accident
            check_attribute(attribute, self.catalog)
        return self._with_values(attributes, self.catalog)

    def under(self, catalog: Catalog) -> AISystem:
        """Return the same system in the terms of another catalog: `assess(system.under(newer))`.

        Raises
        ------
        ThreatLabError
            If the other catalog lacks an attribute that is known of this system.
        """
        return self._with_values({}, catalog)

    def _with_values(self, attributes: Mapping[str, bool | None], catalog: Catalog) -> AISystem:
        texts = {text: getattr(self, text) for text in _TEXTS}
        values: dict[str, Any] = {**texts, **self.known, **attributes}
        return AISystem(self.name, notes=self.notes, catalog=catalog, **values)

    def to_dict(self) -> dict[str, Any]:
        """Return what, kept in a JSON file, `load_system` reads back to an equal system, given the same catalog."""
        facts, controls = self.catalog.facts, self.catalog.controls
        return {
            "name": self.name,
            **{text: getattr(self, text) for text in _TEXTS},
            "facts": {name: value for name, value in self.known.items() if name in facts},
            "controls": {name: value for name, value in self.known.items() if name in controls},
            "notes": dict(self.notes),
        }


def check_system(system: object, name: str = "system") -> AISystem:
    """Return `system`, if it is an AISystem; the sentence begins with its `name`, and says how to get one."""
    if not isinstance(system, AISystem):
        raise ThreatLabError(f"{name} is {short(system)}; give an AISystem, such as load_system() returns")
    return system


LISTED = "threatlab.catalog.catalog().attributes"
"""Where the names of all facts and controls are, for whoever gave another."""


def check_attribute(name: object, catalog: Catalog) -> str:
    """Return `name` if it is an attribute of `catalog`.

    Raises
    ------
    ThreatLabError
        If it is none; the message names the nearest one.
    """
    if not isinstance(name, str) or not (name in catalog.facts or name in catalog.controls):
        raise ThreatLabError(unknown_name("attribute", name, catalog.attributes, listed=LISTED))
    return name


def check_value(attribute: str, value: object) -> bool | None:
    """Return `value` if it is True, False or None; one of NumPy's becomes Python's own.

    Raises
    ------
    ThreatLabError
        If it is anything else, be it as near as 1 or "yes"; the message names attribute and value.
    """
    if value is None:
        return None
    if is_flag(value):
        return bool(value)
    raise ThreatLabError(
        f"{attribute} is {short(value)}, which is not True or False; leave it out, or None, if unknown"
    )


def check_attributes(attributes: Mapping[str, object], catalog: Catalog) -> dict[str, bool]:
    """Return those of `attributes` that are known (True or False), in the order of `catalog`.

    Raises
    ------
    ThreatLabError
        If an attribute or a value is none: see `check_attribute` and `check_value`.
    """
    values = {check_attribute(name, catalog): check_value(name, value) for name, value in attributes.items()}
    return {name: value for name in catalog.attributes if (value := values.get(name)) is not None}


def list_systems() -> tuple[str, ...]:
    """Return the names of the systems that ship with the workbook, in alphabetical order."""
    return SYSTEMS.shipped()


def load_system(source: str | Path, catalog: Catalog | None = None) -> AISystem:
    """Return a system by its built-in name, or read from a TOML or JSON file.

    A file has `name`, optionally `title`, `description`, `source` and `owner`, the tables `facts`
    and `controls` (true or false; left out means unknown) and optionally `notes` (a text per
    attribute). Its attributes are those of `catalog`, the one that ships if left out.

    Raises
    ------
    ThreatLabError
        If there is no such system or file, or the file can't be read as a system; the message says
        where and why.
    """
    return SYSTEMS.load(source, lambda table: system_from_table(table, catalog))


def system_from_table(table: Mapping[str, Any], catalog: Catalog | None = None) -> AISystem:
    """Return the system that a table describes (see `load_system` for its keys), in the terms of `catalog`.

    Raises
    ------
    ThreatLabError
        If a key is unknown, or anything in the table is of the wrong type.
    """
    for key in table:
        check_choice("key", key, ("name", *_TEXTS, "facts", "controls", "notes"))
    terms = shipped() if catalog is None else catalog
    facts, controls, notes = (_section(table, key) for key in ("facts", "controls", "notes"))
    for attribute in facts:
        _check_place(attribute, "facts", terms.facts, terms.controls)
    for attribute in controls:
        _check_place(attribute, "controls", terms.controls, terms.facts)
    if "name" not in table:
        raise ThreatLabError("name is missing: add a line such as name = 'ml-pipeline-prod'")
    texts = {text: table[text] for text in _TEXTS if text in table}
    return AISystem(table["name"], notes=notes, catalog=terms, **texts, **facts, **controls)


def _section(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    section = table.get(key, {})
    if not isinstance(section, dict):
        raise ThreatLabError(f"{key} is {short(section)}; give a table with a value for each attribute")
    return section


def _check_place(name: str, place: str, own: Iterable[str], others: Iterable[str]) -> None:
    if name in others:
        raise ThreatLabError(f"{name} is none of the {place}: move it to the other table")
    if name not in own:
        raise ThreatLabError(f"in {place}: {unknown_name('attribute', name, own, listed=LISTED)}")


def _check_notes(notes: object, catalog: Catalog) -> dict[str, str]:
    if not isinstance(notes, Mapping):
        raise ThreatLabError(f"notes are {short(notes)}; give a table with a text for each attribute")
    for attribute, note in notes.items():
        check_text(f"in notes: {attribute}", note, empty=True)
        check_attribute(attribute, catalog)
    return dict(notes)
