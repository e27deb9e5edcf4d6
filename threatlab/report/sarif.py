"""Findings as SARIF 2.1.0, the format in which code hosts and editors take findings from any tool."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any
from urllib.parse import quote

from threatlab.assessment import Finding
from threatlab.catalog import SEVERITIES, Control
from threatlab.course import version
from threatlab.errors import ThreatLabError
from threatlab.files import parse
from threatlab.measured import effect, said_of
from threatlab.report.model import EXAMPLE, ThreatModel
from threatlab.report.page import check_models
from threatlab.words import shown

LEVELS = {"CRITICAL": "error", "HIGH": "error", "MEDIUM": "warning", "LOW": "note"}
SECURITY_SEVERITY = {"CRITICAL": "9.5", "HIGH": "8.0", "MEDIUM": "5.5", "LOW": "2.0"}
"""One number inside each band of GitHub's code scanning (above 9.0, 7.0, 4.0, 0.1): a label, nothing measured."""

_ADDRESS = "https://json.schemastore.org/sarif-2.1.0.json"


TAKEN, DISPLAYED = 25_000, 5_000
"""Results of a run that GitHub's code scanning takes at most, and of these shows: its documentation, "SARIF results
exceed limits"."""

_TAGS = 10
"""Tags of a rule that it shows, by the same page."""

_TRIES = 20
"""Places at which a name is looked for in a file: it stands in notes, too."""


@dataclass(frozen=True, slots=True)
class Source:
    """Where a system is described: a file, relative to the repository, and the line of each attribute in it.

    `line` is that of an attribute without one of its own.
    """

    file: str
    line: int = 1
    lines: Mapping[str, int] = field(default_factory=dict)

    @staticmethod
    def at(path: Path, line: int = 1, text: str = "") -> Source:
        """Return the source that a file is, which holds a system, or a threat model, as a `text` in TOML or JSON.

        Its name is relative to the repository that it stands in, or else to the working folder; outside of both it is
        its name alone. Of a link it is the name of what it leads to, if that is in there: code hosts look into no link.
        """
        real, given = (Path(os.path.realpath(each)) for each in (path, path.parent))
        root = Path(os.path.realpath(repository(path) or repository(real) or Path.cwd()))
        places = (each for each in (real, given / path.name) if each.is_relative_to(root))
        name = next((each.relative_to(root).as_posix() for each in places), path.name)
        return Source(name, line, _lines(text, path.suffix.lower()) if text else {})

    @staticmethod
    def of_each(path: Path, text: str, count: int) -> list[Source]:
        """Return the source of each of the `count` models in a file.

        Several of them in a `text` have each the line that it begins at: code hosts take findings of one kind at one
        line for the same.
        """
        at = Source.at(path, 1, text if count == 1 else "")
        return [replace(at, line=line) for line in _beginnings(text)] if text and count > 1 else [at] * count


_NO_BYTE = re.compile("[\ud800-\udc7f\udd00-\udfff]")
"""Halves of characters that stand for no byte of a file's name, as Python spells those that are no UTF-8."""

_BETWEEN = re.compile(r"[\s,]*")

Found = tuple[ThreatModel, Finding, Source]


def repository(path: Path) -> Path | None:
    """Return the folder of the repository that a path stands in, None if it stands in none."""
    return next((each for each in path.absolute().parents if (each / ".git").exists()), None)


def to_sarif(
    *models: ThreatModel,
    sources: Sequence[Source | None] = (),
    before: Sequence[ThreatModel] | None = None,
    before_sources: Sequence[Source | None] = (),
) -> str:
    """Return the findings of one or more systems as one SARIF run, a JSON text that code hosts take.

    `sources` says in which file each model stands, in their order. What hosts would refuse, or show otherwise than it
    is, is left out, and `left_out` says so in words: the findings of a model that is in no file; an accepted one for as
    long as its acceptance holds, since hosts show it like all else; and beyond `TAKEN` the least severe. With the
    models of an earlier review, `before`, each result has its `baselineState`, and those that are gone are absent.

    Raises
    ------
    ThreatLabError
        If there is no model, or one of them is none.
    """
    check_models(models)
    controls = {
        c.id: c for model in (*models, *(before or ())) for c in model.system.catalog.rulesets[model.ruleset].controls
    }
    index = {control: place for place, control in enumerate(controls)}
    found: list[tuple[Found, str]] = [(each, "") for each in _found(models, sources)]
    if before is not None:
        found = _since(found, _found(before, before_sources), models, before)
    if len(found) > TAKEN:
        found.sort(key=lambda each: (each[1] == "absent", SEVERITIES.index(each[0][1].severity)))
    run = {
        "tool": {"driver": _driver(controls.values())},
        "columnKind": "unicodeCodePoints",
        "results": [_result(*each, index[each[1].attribute], state) for each, state in found[:TAKEN]],
        "properties": {
            "systems": [
                {
                    "name": shown(m.system.name),
                    "riskScore": m.assessment.risk_score,
                    "accepted": sum(m.accepted(each.attribute) is not None for each in m.assessment.findings),
                    "measured": list(_measured(m)),
                }
                for m in models
            ],
            "leftOut": left_out(*models, sources=sources),
            "atlasVersion": models[0].system.catalog.atlas.version,
        },
    }
    return json.dumps({"$schema": _ADDRESS, "version": "2.1.0", "runs": [run]}, ensure_ascii=False, indent=2) + "\n"


def left_out(*models: ThreatModel, sources: Sequence[Source | None] = ()) -> list[str]:
    """Return a sentence for each reason for which code hosts would not see all findings that are not accepted."""
    said = [
        f"{shown(model.system.name)} is in no file, and code hosts take only findings that are: save it as one"
        for model, source in zip_longest(models, sources)
        if source is None
    ]
    found = len(_found(models, sources))
    if found > TAKEN:
        said.append(
            f"these are {found} findings, and code hosts take {TAKEN} in a run: the {found - TAKEN} least severe are "
            "left out; assess fewer systems at a time"
        )
    if found > DISPLAYED:
        said.append(f"code hosts show {DISPLAYED} findings of a run, the most severe ones")
    return said


def _since(
    found: Sequence[tuple[Found, str]],
    earlier: Sequence[Found],
    models: Sequence[ThreatModel],
    before: Sequence[ThreatModel],
) -> list[tuple[Found, str]]:
    """Return what was found with its `baselineState`, and after it what was found earlier and is gone."""
    was, now = (
        {
            (m.system.name, f.attribute): f.unknown
            for m in side
            for f in m.assessment.findings
            if not m.accepted(f.attribute)
        }
        for side in (before, models)
    )

    def state(model: ThreatModel, finding: Finding) -> str:
        key = (model.system.name, finding.attribute)
        return "new" if key not in was else "unchanged" if was[key] is finding.unknown else "updated"

    gone = [each for each in earlier if (each[0].system.name, each[1].attribute) not in now]
    return [(each, state(each[0], each[1])) for each, _ in found] + [(each, "absent") for each in gone]


def _found(models: Sequence[ThreatModel], sources: Sequence[Source | None]) -> list[Found]:
    return [
        (model, finding, source)
        for model, source in zip_longest(models, sources)
        if source is not None
        for finding in model.assessment.findings
        if not model.accepted(finding.attribute)
    ]


def _beginnings(text: str) -> Iterator[int]:
    """Yield the line at which each value in a JSON list begins."""
    decoder, line, counted, place = json.JSONDecoder(), 1, 0, text.index("[") + 1
    while (between := _BETWEEN.match(text, place)) and text[begin := between.end()] != "]":
        line, counted = line + text.count("\n", counted, begin), begin
        yield line
        _, place = decoder.raw_decode(text, begin)


def _lines(text: str, suffix: str) -> dict[str, int]:
    """Return the line of each attribute that a system's file, or a threat model's, knows.

    It stands where the file, read with another word in that place, no longer knows it.
    """

    def known(text: str) -> Mapping[str, Any]:
        try:
            held = parse(text, suffix, "the file", "a name")
        except ThreatLabError:
            return {}
        system = held.get("system", held) if isinstance(held, dict) else {}
        return {
            name: 0 for part in ("facts", "controls") if isinstance(system.get(part), dict) for name in system[part]
        }

    found = {}
    for name in known(text):
        for place in islice(re.finditer(rf"\b{re.escape(name)}\b", text), _TRIES):
            changed = known(f"{text[: place.start()]}{'x' * len(name)}{text[place.end() :]}")
            if changed and name not in changed:
                found[name] = text.count("\n", 0, place.start()) + 1
                break
    return found


def _driver(controls: Iterable[Control]) -> dict[str, Any]:
    return {
        "name": "threatlab",
        "version": version(),
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
            "tags": ["security", "ai", *ids][:_TAGS],
            "severity": control.severity,
            "security-severity": SECURITY_SEVERITY[control.severity],
            **{name: value for name, value in published.items() if value},
        },
    }


def _measured(model: ThreatModel, control: str = "") -> Iterator[str]:
    """Yield what each attack on the real system measured, of one control or in all, and which figure it replaced."""
    for each in model.measured:
        if control in ("", each.control):
            yield shown(f"Measured on the real system: {said_of(each)} {effect(each, model.system.catalog)}")


def _result(model: ThreatModel, finding: Finding, source: Source, index: int, state: str) -> dict[str, Any]:
    name = shown(model.system.name)
    doubt = " Nobody has said whether it is: answer it first." if finding.unknown else ""
    key = f"{model.system.name}\0{finding.attribute}".encode("utf-8", "backslashreplace")
    about = f"{EXAMPLE}: {name}" if model.example else name
    measured = "".join(f" {each}" for each in _measured(model, finding.attribute))
    text = f"{about}: {finding.finding}. {finding.recommendation}.{doubt}{measured}"
    raw = _NO_BYTE.sub("?", source.file).encode("utf-8", "surrogateescape")  # a name that is no UTF-8, as it is
    file = {"uri": quote(raw, safe="/"), "uriBaseId": "%SRCROOT%"}
    place = {"artifactLocation": file, "region": {"startLine": source.lines.get(finding.attribute, source.line)}}
    return {
        **({"baselineState": state} if state else {}),
        "ruleId": finding.attribute,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": text.replace("](", "] (")},  # which a viewer would take for a link
        "locations": [
            {
                "physicalLocation": place,
                "logicalLocations": [{"name": finding.attribute, "fullyQualifiedName": f"{name}/{finding.attribute}"}],
            }
        ],
        "partialFingerprints": {"systemAndControl/v1": hashlib.sha256(key).hexdigest()},
        "properties": {
            "severity": finding.severity,
            "unknown": finding.unknown,
            "threats": list(finding.threats),
            "layer": finding.layer,
        },
    }
