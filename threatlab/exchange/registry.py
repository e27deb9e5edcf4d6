"""The formats of other tools, and which of them a file is in."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from threatlab.checks import check_choice
from threatlab.dataflow import DataFlow
from threatlab.errors import ThreatLabError
from threatlab.exchange.assemble import imported
from threatlab.exchange.cyclonedx import CYCLONEDX
from threatlab.exchange.model_library import MODEL_LIBRARY
from threatlab.exchange.otm import OTM
from threatlab.exchange.parts import Format, Import, Question
from threatlab.exchange.pytm import PYTM
from threatlab.exchange.questions import still_asked
from threatlab.exchange.threat_composer import THREAT_COMPOSER
from threatlab.exchange.threat_dragon import THREAT_DRAGON, THREAT_DRAGON_1
from threatlab.files import FileKind, as_files_spell, parse, read_text
from threatlab.report.records import Origin
from threatlab.words import listed

_ALL = (OTM, THREAT_DRAGON, THREAT_DRAGON_1, MODEL_LIBRARY, THREAT_COMPOSER, PYTM, CYCLONEDX)
FORMATS = {each.name: each for each in _ALL}
"""Formats of other tools, by the names that the command line uses. To add one, add its module here."""

LARGEST = 20_000_000
"""Bytes of a file: the largest published models have half a million."""

_FILES = FileKind("model of another tool", "a model", (".json", ".yaml", ".yml"))


def read(source: str | Path, text: str | None = None) -> Import:
    """Return the model in a file of another tool, recognized by its content; or in a `text` that is called `source`.

    Raises
    ------
    ThreatLabError
        If there is no such file, it is too large, neither JSON nor YAML, of no format that we know, or not what its
        format says; the sentence names the value, and nothing of the file is taken over.
    """
    try:
        return read_document(_document(source, text))
    except ThreatLabError as problem:
        shown = repr(str(source)) if text is None else str(source)
        said = as_files_spell(str(problem))
        raise ThreatLabError(said if said.startswith(f"{shown} ") else f"{shown}: {said}") from None


def read_document(document: Any) -> Import:
    """Return the model that another tool's file holds; raises as `read`, without the file's name."""
    format_ = recognized(document)
    if format_ is None:
        titles = listed([each.title for each in FORMATS.values()], "or")
        raise ThreatLabError(f"it is no model of another tool that can be read: {titles}")
    try:
        return imported(format_, document)
    except ThreatLabError as problem:
        raise ThreatLabError(f"as {format_.title}: {problem}") from None


def questions_about(drawing: DataFlow, origin: Origin) -> tuple[Question, ...]:
    """Return what the file that a drawing began as leaves open about it.

    Raises
    ------
    ThreatLabError
        If there is no such format, or the file isn't what its format says.
    """
    format_ = FORMATS[check_choice("format of another tool", origin.format, FORMATS)]
    found = imported(format_, json.loads(origin.text))
    return still_asked(found.drawing, drawing, found.questions)


def format_of(source: str | Path) -> Format | None:
    """Return the format of another tool's file, or None if it is none that we know, or can't be read at all."""
    try:
        return recognized(_document(source))
    except ThreatLabError:
        return None


def recognized(document: Any) -> Format | None:
    """Return the format of what a file holds, or None if it is none that we know."""
    if not isinstance(document, dict):
        return None
    return next((each for each in FORMATS.values() if each.recognizes(document)), None)


def text_of(file: Path) -> str:
    """Return what a file says, if it is no larger than `LARGEST`; raises as `read`."""
    try:
        size = file.stat().st_size
    except (OSError, ValueError):
        size = 0  # the reader says what is wrong
    _check_size(repr(str(file)), size)
    return read_text(file)


def _check_size(shown: str, size: int) -> None:
    if size > LARGEST:
        raise ThreatLabError(
            f"{shown} has {size / 1e6:.0f} MB, and up to {LARGEST / 1e6:.0f} MB are read: export a part of it"
        )


def _document(source: object, text: str | None = None) -> Any:
    if not isinstance(source, str | Path) or not str(source).strip():
        raise ThreatLabError(f"{source!r} is no file of another tool; give its name")
    shown = repr(str(source)) if text is None else str(source)
    held = text_of(Path(source)) if text is None else text
    _check_size(shown, len(held))  # of a pipe, nobody knows before
    if re.match(r"\s*<[?!a-zA-Z]", held):
        raise ThreatLabError(f"{shown} is XML, and models are read from JSON or YAML: export it as one of these")
    return parse(held, _FILES.language(held, Path(source).suffix), shown, _FILES.least)
