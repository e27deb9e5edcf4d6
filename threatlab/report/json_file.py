"""The threat model as JSON, with a versioned schema, read back to an equal one."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice
from threatlab.dataflow import DataFlow
from threatlab.dataflow.files import drawing_to_dict
from threatlab.errors import ThreatLabError, short
from threatlab.files import FileKind, write_text
from threatlab.policy import Policy
from threatlab.report.model import Missing, ThreatModel, check_model
from threatlab.system import AISystem

VERSION = 1
SCHEMA = f"threatlab/threat-model/{VERSION}"
MODELS = FileKind("threat model", "a schema and a system", suffixes=(".json",), many=True)
_SURROGATE = re.compile("[\ud800-\udfff]")


def model_to_dict(model: ThreatModel) -> dict[str, Any]:
    """Return a threat model as JSON-ready values.

    `derived` holds what follows from the rest (scores, findings, breaches, what is missing), for readers without
    threatlab: it isn't read back, but worked out again.
    """
    parts = {field.name: _plain(getattr(model, field.name)) for field in fields(model)}
    derived = {
        "atlas": model.system.catalog.atlas.version,
        "assessment": model.assessment.to_dict(),
        "first_risk_score": None if model.first_assessment is None else model.first_assessment.risk_score,
        "risk_score_range": list(model.score_range),
        "breaches": [breach.sentence for breach in model.breaches],
        "missing": [_gap(each, course=model.course) for each in model.missing],
    }
    return {"schema": SCHEMA, **parts, "derived": derived}


def _gap(missing: Missing, *, course: bool) -> dict[str, str]:
    return {"what": missing.what} | ({"notebook": missing.notebook} if course else {})


def model_from_dict(table: object) -> ThreatModel:
    """Return the threat model that `model_to_dict` described.

    Raises
    ------
    ThreatLabError
        If the schema is another one, or newer; a key is unknown or missing; or a value is not what it must be.
    """
    if not isinstance(table, Mapping):
        raise ThreatLabError(f"a threat model is a table with the keys schema and system, not {short(table)}")
    _check_schema(table.get("schema"))
    known = [field.name for field in fields(ThreatModel)]
    for key in table:
        check_choice("key of a threat model", key, (*known, "schema", "derived"))
    if "system" not in table:
        raise ThreatLabError("the threat model has no system: it needs at least a system with a name")
    return ThreatModel(**{key: value for key, value in table.items() if key in known})


def to_json(*models: ThreatModel) -> str:
    """Return threat models as a JSON text: one as an object, several as an array."""
    tables = [model_to_dict(check_model(model)) for model in models]
    return json_text(tables[0] if len(tables) == 1 else tables)


def system_to_json(model: ThreatModel) -> str:
    """Return the system of a threat model as a JSON text: its facts, its controls and their notes.

    `load_system` and the command `threatlab assess` read it.
    """
    return json_text(check_model(model).system.to_dict())


def json_text(value: object) -> str:
    """Return JSON-ready values as a JSON text that UTF-8 can hold."""
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    # Half of a character pair is no text in UTF-8, but JSON can spell it.
    return _SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n"


def save_model(model: ThreatModel, path: str | Path) -> Path:
    """Write a threat model into a JSON file, whole or not at all, and return its path."""
    return write_text(path, to_json(model))


def load_model(path: str | Path) -> ThreatModel:
    """Return the threat model in a JSON file, equal to the one that was saved.

    Raises
    ------
    ThreatLabError
        If the file can't be read as one threat model; the message names it, and what is wrong in it.
    """
    models = load_models(path)
    if len(models) != 1:
        raise ThreatLabError(f"{str(path)!r} holds {len(models)} threat models; load_models() returns them all")
    return models[0]


def load_models(path: str | Path) -> tuple[ThreatModel, ...]:
    """Return the threat models in a JSON file: one object, or an array of them. Raises as `load_model`."""
    return MODELS.load(path, models_from)


def models_from(held: Any) -> tuple[ThreatModel, ...]:
    """Return the threat models that a table describes, or an array of them; raises as `model_from_dict`."""
    return tuple(map(model_from_dict, held if isinstance(held, list) else [held]))


def _check_schema(schema: object) -> None:
    found = re.fullmatch(r"threatlab/threat-model/([1-9]\d{0,5})", schema) if isinstance(schema, str) else None
    if found is None:
        raise ThreatLabError(
            f"schema is {short(schema)}, and a threat model's is {SCHEMA!r}: is this another kind of file?"
        )
    if int(found[1]) > VERSION:
        raise ThreatLabError(
            f"schema is {schema!r}, which a newer threatlab wrote; this one reads version {VERSION}: update it"
        )


def _plain(value: Any) -> Any:
    """Return a value as JSON holds it; dates become texts."""
    if isinstance(value, AISystem | Policy):
        value = value.to_dict()
    elif isinstance(value, DataFlow):
        value = drawing_to_dict(value)
    elif is_dataclass(value):
        value = {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value
