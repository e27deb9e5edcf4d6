"""The JSON schema of a threat model, made from its records: what a field may hold is said once, by its type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import date
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from threatlab.catalog import SEVERITIES
from threatlab.checks import check_number, check_plain_values, check_share, check_text, check_whole
from threatlab.fields import Id, Note, Share, Words, check_note, kinds
from threatlab.measured.record import check_moment
from threatlab.report.json_file import SCHEMA, VERSION
from threatlab.report.model import ThreatModel
from threatlab.report.records import Severity, check_gain, check_severity
from threatlab.system import AISystem

_CHECKED: dict[Any, dict[str, Any]] = {
    check_text: {"type": "string", "minLength": 1},
    check_note: {"type": "string"},
    check_share: {"type": "number", "minimum": 0, "maximum": 1},
    check_gain: {"type": "number", "minimum": -1, "maximum": 1},
    check_number: {"type": "number", "minimum": 0},
    check_whole: {"type": "integer", "minimum": 0},
    check_severity: {"enum": list(SEVERITIES)},
    check_moment: {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T.+$"},
    check_plain_values: {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean"]}},
    bool: {"type": "boolean"},
    date: {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
}
"""What the check of a field says in JSON Schema."""

_SYSTEM: dict[str, Any] = {
    "name": Words,
    "title": Words,
    **dict.fromkeys(("description", "source", "owner"), Note),
    **dict.fromkeys(("facts", "controls"), Mapping[Id, bool]),
    "notes": Mapping[Id, Note],
}
"""A system as `AISystem.to_dict` tells it."""

_DERIVED: dict[str, Any] = {
    "atlas": Words,
    "assessment": {
        **dict.fromkeys(("system_id", "ruleset"), Words),
        "risk_score": Share,
        "by_threat": Mapping[Id, Share],
        "findings": [
            {
                "severity": Severity,
                **dict.fromkeys(("finding", "recommendation", "layer"), Words),
                "attribute": Id,
                "threats": [Id],
                "atlas": [Words],
                "unknown": bool,
            }
        ],
        "open_questions": [Id],
    },
    "first_risk_score": Share | None,
    "risk_score_range?": [Share],
    "breaches": [Words],
    "missing": [{"what": Words, "notebook?": Words}],
}
"""What follows from the rest, as `model_to_dict` tells it; a key with a question mark may be left out."""


_LATER = frozenset(
    {
        "version",
        "reviewers",
        "history",
        "origin",
        "ran_on",
        "limits",
        "attacker",
        "assets",
        "worth",
        "adversaries",
        "measured",
    }
)
"""Fields that files of the first edition lack: they may be left out."""


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of what `model_to_dict` returns."""
    records: dict[str, Any] = {}
    schema = _schema({"schema": Literal[SCHEMA], **kinds(ThreatModel), "derived": _DERIVED}, records)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A threat model, as threatlab saves it",
        "description": f"Version {VERSION}. A file with several threat models is an array of these.",
        **schema,
        "$defs": records,
    }


def _schema(kind: Any, records: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a type or a shape; that of a record goes into `records`, and is referred to."""
    origin, inside = get_origin(kind), get_args(kind)
    schema: dict[str, Any]
    if isinstance(kind, dict):
        schema = _object(kind, records)
    elif isinstance(kind, list):
        schema = {"type": "array", "items": _schema(kind[0], records)}
    elif origin is tuple:
        schema = {"type": "array", "items": _schema(inside[0], records)}
    elif origin is Mapping:
        names, values = (_schema(each, records) for each in inside)
        schema = {"type": "object", "propertyNames": names, "additionalProperties": values}
    elif origin in (Union, UnionType):  # this or None
        schema = {"anyOf": [_schema(inside[0], records), {"type": "null"}]}
    elif origin is Literal:
        schema = {"enum": list(inside)}
    elif is_dataclass(kind):
        schema = _record(kind, records)
    else:
        check = inside[1] if origin is Annotated else kind
        fits = isinstance(check, re.Pattern)
        schema = {"type": "string", "pattern": f"^({check.pattern})$"} if fits else dict(_CHECKED[check])
    return schema


def _record(kind: Any, records: dict[str, Any]) -> dict[str, Any]:
    if kind.__name__ not in records:
        about = {"description": str(kind.__doc__).partition("\n")[0]}
        records[kind.__name__] = about | _object(_SYSTEM if kind is AISystem else kinds(kind), records)
    return {"$ref": f"#/$defs/{kind.__name__}"}


def _object(shape: Mapping[str, Any], records: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in shape if not name.endswith("?") and name not in _LATER],
        "properties": {name.rstrip("?"): _schema(kind, records) for name, kind in shape.items()},
    }
