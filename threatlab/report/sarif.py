"""Findings as SARIF 2.1.0, the format in which code hosts and editors take findings from any tool."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import metadata
from typing import Any
from urllib.parse import quote

from threatlab.assessment import Finding
from threatlab.catalog import Control
from threatlab.report.blocks import shown
from threatlab.report.model import EXAMPLE, ThreatModel
from threatlab.report.page import check_models

LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note"}
SECURITY_SEVERITY = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "2.0"}
"""One number inside each band of GitHub's code scanning (above 9.0, 7.0, 4.0, 0.1): a label, nothing measured."""

_ADDRESS = "https://json.schemastore.org/sarif-2.1.0.json"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a system is described: a file, relative to the repository, and the line of each attribute in it.

    `line` is that of an attribute without one of its own.
    """

    file: str
    line: int = 1
    lines: Mapping[str, int] = field(default_factory=dict)


def to_sarif(
    *models: ThreatModel, sources: Sequence[Source | None] = (), before: Sequence[ThreatModel] | None = None
) -> str:
    """Return the findings of one or more systems as one SARIF run, a JSON text.

    `sources` has a place for each model; one without a file is named by its logical location alone. An accepted
    finding is suppressed, with its reason, for as long as its acceptance holds. With the models of an earlier review,
    `before` (their sources come after those of `models`), each result says by its `baselineState` whether it is new,
    unchanged or updated since, and those that are gone stand at the end, as absent.

    Raises
    ------
    ThreatLabError
        If there is no model, or one of them is none.
    """
    check_models(models)
    every = (*models, *(before or ()))
    places = [*sources, *[None] * (len(every) - len(sources))]
    controls = {c.id: c for model in every for c in model.system.catalog.rulesets[model.ruleset].controls}
    index = {control: place for place, control in enumerate(controls)}

    def results_of(models: Sequence[ThreatModel], places: Sequence[Source | None]) -> list[dict[str, Any]]:
        return [
            _result(model, finding, index[finding.attribute], place)
            for model, place in zip(models, places, strict=True)
            for finding in model.assessment.findings
        ]

    results = results_of(models, places[: len(models)])
    if before is not None:
        results = _since(results, results_of(before, places[len(models) :]))
    run = {
        "tool": {"driver": _driver(controls.values())},
        "columnKind": "unicodeCodePoints",
        "results": results,
        "properties": {
            "systems": [{"name": shown(m.system.name), "riskScore": m.assessment.risk_score} for m in models],
            "atlasVersion": models[0].system.catalog.atlas.version,
        },
    }
    return json.dumps({"$schema": _ADDRESS, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def tool_version() -> str:
    """Return the version of threatlab that is installed."""
    try:
        return metadata.version("threatlab")
    except metadata.PackageNotFoundError:  # run from its folder, without having been installed
        return "0+unknown"


def _driver(controls: Iterable[Control]) -> dict[str, Any]:
    return {
        "name": "threatlab",
        "version": tool_version(),
        "rules": [_rule(control) for control in controls],
    }


def _rule(control: Control) -> dict[str, Any]:
    published = {
        "atlas": [str(technique) for technique in control.atlas_techniques],
        "atlasMitigations": [str(mitigation) for mitigation in control.atlas_mitigations],
        "stride": control.stride,
        "lists": [str(entry) for entry in control.lists],
        "mappings": dict(control.mappings),
    }
    ids = [entry.id for entry in (*control.atlas_techniques, *control.lists)]
    check = f"How to check it: {control.check} A false positive if: {control.false_positive}"
    return {
        "id": control.id,
        "name": "".join(word.capitalize() for word in control.id.split("_")),
        "shortDescription": {"text": control.finding},
        "fullDescription": {"text": f"{control.question} {control.severity_rationale}."},
        "help": {"text": f"{control.recommendation}. {check}"},
        "defaultConfiguration": {"level": LEVELS[control.severity]},
        "properties": {
            "tags": ["security", "ai", *ids],
            "severity": control.severity,
            "security-severity": SECURITY_SEVERITY[control.severity],
            **{name: value for name, value in published.items() if value},
        },
    }


def _result(model: ThreatModel, finding: Finding, index: int, source: Source | None) -> dict[str, Any]:
    name = shown(model.system.name)
    doubt = " Nobody has said whether it is: answer it first." if finding.unknown else ""
    key = f"{model.system.name}\0{finding.attribute}".encode("utf-8", "backslashreplace")
    about = shown(f"{EXAMPLE}: {model.system.name}" if model.example else model.system.name)
    result = {
        "ruleId": finding.attribute,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{about}: {finding.finding}. {finding.recommendation}.{doubt}"},
        "locations": [_location(name, finding, source)],
        "partialFingerprints": {"systemAndControl/v1": hashlib.sha256(key).hexdigest()},
        "properties": {
            "severity": finding.severity,
            "unknown": finding.unknown,
            "threats": list(finding.threats),
            "layer": finding.layer,
        },
    }
    if acceptance := model.accepted(finding.attribute):
        why = f"{acceptance.reason} (accepted by {acceptance.owner} until {acceptance.expires})"
        result["suppressions"] = [{"kind": "external", "status": "accepted", "justification": shown(why)}]
    return result


def _since(now: Sequence[dict[str, Any]], before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return results with their `baselineState`: those of now, and after them the absent ones of before."""
    was, is_ = ({str(each["partialFingerprints"]): each for each in side} for side in (before, now))

    def state(print_: str, result: dict[str, Any]) -> str:
        if print_ not in was:
            return "new"
        same = all(was[print_].get(part) == result.get(part) for part in ("message", "level", "suppressions"))
        return "unchanged" if same else "updated"

    states = [{**result, "baselineState": state(print_, result)} for print_, result in is_.items()]
    gone = [{**result, "baselineState": "absent"} for print_, result in was.items() if print_ not in is_]
    return states + gone


def _location(name: str, finding: Finding, source: Source | None) -> dict[str, Any]:
    location: dict[str, Any] = {
        "logicalLocations": [{"name": finding.attribute, "fullyQualifiedName": f"{name}/{finding.attribute}"}]
    }
    if source is not None:
        line = source.lines.get(finding.attribute, source.line)
        file = {"uri": quote(source.file.encode("utf-8", "replace"), safe="/"), "uriBaseId": "%SRCROOT%"}
        location["physicalLocation"] = {"artifactLocation": file, "region": {"startLine": line}}
    return location
