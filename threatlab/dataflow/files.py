"""Drawings in files: the ones that ship with the workbook, and a learner's own, in TOML or JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from importlib import resources
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice
from threatlab.dataflow import Case, DataFlow, Element, Exclusion, Flow, Zone
from threatlab.errors import ThreatLabError, short
from threatlab.files import FileKind
from threatlab.words import listed

_PARTS = {"zones": Zone, "elements": Element, "flows": Flow, "exclusions": Exclusion}
_FILES = FileKind("drawing", "a name", folder=resources.files("threatlab") / "catalog" / "scopes")
_LATER = ("assets", "worth", "adversaries")
_KEYS = tuple(field.name for field in fields(DataFlow))


def list_drawings() -> tuple[str, ...]:
    """Return the names of the drawings that ship with the workbook, in alphabetical order."""
    return _FILES.shipped()


def load_drawing(source: str | Path) -> DataFlow:
    """Return a drawing by its built-in name, or read from a TOML or JSON file.

    A file has `name` and, as lists of tables, `zones`, `elements`, `flows` and `exclusions`, with the fields of the
    classes of these names; optionally `title`, `description`, `source`, `complete` and the table `case`.

    Raises
    ------
    ThreatLabError
        If there is no such drawing or file, or it can't be read as a drawing; the sentence says where and why.
    """
    return _FILES.load(source, drawing_from_table)


def drawing_from_table(table: Mapping[str, Any]) -> DataFlow:
    """Return the drawing that a table describes (see `load_drawing` for its keys).

    Raises
    ------
    ThreatLabError
        If a key is unknown or missing, or a part is not what it must be; parts are named by their place in their list.
    """
    if not isinstance(table, Mapping):
        raise ThreatLabError(
            f"a drawing is read from a table with name, zones, elements and flows, not from {short(table)}"
        )
    for key in table:
        check_choice("key", key, _KEYS)
    if "name" not in table:
        raise ThreatLabError("name is missing: add a line such as name = 'ml-pipeline-prod'")
    values = dict(table)
    for key, kind in _PARTS.items():
        values[key] = _parts(key, table.get(key, []), kind)
    if values.get("case") is not None:
        values["case"] = _part("case", values["case"], Case)
    return DataFlow(**values)


def drawing_to_dict(drawing: DataFlow) -> dict[str, Any]:
    """Return what, kept in a JSON file, `load_drawing` reads back to an equal drawing."""
    table = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(drawing).items()}
    for part in (*table["elements"], *table["flows"]):
        for name in _LATER:
            if name in part and not part[name]:
                del part[name]  # older files are written as they were read
            elif isinstance(part.get(name), tuple):
                part[name] = list(part[name])
    return table


def drawing_to_toml(drawing: DataFlow) -> str:
    """Return what, kept in a TOML file, `load_drawing` reads back to an equal drawing; empty fields are left out."""
    table = drawing_to_dict(drawing)
    parts = {key: table.pop(key) for key in _PARTS} | {"case": table.pop("case")}
    blocks = [_lines(table)]
    for key, value in parts.items():
        blocks += [f"[[{key}]]\n{_lines(part)}" for part in value] if isinstance(value, list) else []
        blocks += [f"[{key}]\n{_lines(value)}"] if isinstance(value, dict) else []
    return "\n".join(blocks)


def _lines(table: Mapping[str, Any]) -> str:
    # A text of JSON is one of TOML: our texts hold nothing that can't be printed.
    return "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in table.items() if value)


def _parts(key: str, values: object, kind: type) -> tuple[Any, ...]:
    if not isinstance(values, list | tuple):
        raise ThreatLabError(f"{key} is {short(values)}; it must be a list of tables, each begun by [[{key}]]")
    return tuple(_part(f"{key}, number {place}", value, kind) for place, value in enumerate(values, start=1))


def _part(where: str, value: object, kind: Any) -> Any:
    names = [field.name for field in fields(kind)]
    if not isinstance(value, Mapping):
        raise ThreatLabError(f"{where} is {short(value)}; give a table with {listed(names)}")
    # What is left out is refused by the part itself, in its own words: an exclusion says what a reason is for.
    given = {name: value.get(name, "") for name in names if name in value or name not in _optional(kind)}
    try:
        for name in value:
            check_choice("field", name, names)
        return kind(**given)
    except ThreatLabError as problem:
        raise ThreatLabError(f"{where}: {problem}") from None


def _optional(kind: Any) -> set[str]:
    return {field.name for field in fields(kind) if field.default in ("", False, ())}
