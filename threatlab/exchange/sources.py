"""Anything that can be exported, as a threat model: by a built-in name, of ours or of another tool."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from threatlab.changes import Described, as_model
from threatlab.dataflow.files import drawing_from_table, list_drawings, load_drawing
from threatlab.errors import ThreatLabError
from threatlab.exchange.registry import read_document, recognized, text_of
from threatlab.files import FileKind
from threatlab.report import ThreatModel
from threatlab.report.json_file import models_from
from threatlab.system import SYSTEMS, list_systems, load_system, system_from_table

_FILES = FileKind("threat model", "a name", (".toml", ".json", ".yaml", ".yml"), many=True)


def load_any(source: str | Path, text: str | None = None, *, drawn: bool = False) -> ThreatModel:
    """Return the threat model in a file: a saved one, a drawing, a system, or another tool's; or a built-in one.

    A `text` stands for a file that is called `source`, such as standard input.

    Raises
    ------
    ThreatLabError
        If it is none of these, or broken, or has no drawing where it must be `drawn`; the message names it.
    """
    model = _load(source) if text is None else _FILES.read(text, "", str(source), _any)
    if drawn and model.drawing is None:
        raise ThreatLabError(f"{str(source)!r} has no drawing, and that is what is wanted of it: draw it first")
    return model


def _load(source: str | Path) -> ThreatModel:
    name = str(source)
    drawing = load_drawing(name) if name in list_drawings() else None
    if name in list_systems():
        return ThreatModel(load_system(name), drawing=drawing)
    if drawing:
        return as_model(drawing)
    file = Path(name) if os.path.exists(name) else SYSTEMS.find(source)  # noqa: PTH110  # which says what is near
    return _FILES.read(text_of(Path(str(file))), Path(name).suffix, repr(name), _any)


def described(held: Any) -> tuple[Described, ...]:
    """Return what a file of ours describes: a system, the drawing of one, or saved threat models.

    Raises
    ------
    ThreatLabError
        If it is none of these, or broken.
    """
    if isinstance(held, list) or "schema" in held:
        return models_from(held)
    if not {"zones", "elements", "flows"}.isdisjoint(held):
        return (drawing_from_table(held),)
    return (system_from_table(held),)


def _any(held: Any) -> ThreatModel:
    if recognized(held):
        return read_document(held).model
    found = described(held)
    if len(found) != 1:
        raise ThreatLabError(f"it holds {len(found)} threat models: give a file with one")
    return as_model(found[0])
