"""Anything that can be exported, as a threat model: by a built-in name, of ours or of another tool."""

from __future__ import annotations

from pathlib import Path

from threatlab.changes import as_model
from threatlab.dataflow.files import list_drawings, load_drawing
from threatlab.errors import ThreatLabError
from threatlab.exchange.registry import format_of, read
from threatlab.files import parse, read_text
from threatlab.report import ThreatModel, load_model
from threatlab.system import list_systems, load_system


def load_any(source: str, *, drawn: bool = False) -> ThreatModel:
    """Return the threat model in a file: a saved one, a drawing, a system, or another tool's; or a built-in one.

    Raises
    ------
    ThreatLabError
        If it is none of these, or broken, or has no drawing where it must be `drawn`; the message names it.
    """
    model = _load(source)
    if drawn and model.drawing is None:
        raise ThreatLabError(f"{source!r} has no drawing, and that is what is wanted of it: draw it first")
    return model


def _load(source: str) -> ThreatModel:
    drawing = load_drawing(source) if source in list_drawings() else None
    if source in list_systems():
        return ThreatModel(load_system(source), drawing=drawing)
    if drawing:
        return as_model(drawing)
    if format_of(source):
        return read(source).model
    kind = _kind(Path(source))
    if kind == "model":
        return load_model(source)
    return as_model(load_drawing(source)) if kind == "drawing" else ThreatModel(load_system(source))


def _kind(file: Path) -> str:
    """Return what a file of ours holds; "system" where nothing says otherwise: its reader then says what is wrong."""
    try:
        held = parse(read_text(file), file.suffix.lower() if file.suffix.lower() == ".toml" else ".json", "", "a name")
    except ThreatLabError:
        return "system"
    if not isinstance(held, dict) or "schema" in held:
        return "model"
    return "drawing" if held.keys() & {"zones", "elements", "flows", "exclusions"} else "system"
