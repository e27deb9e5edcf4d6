"""What the command line reads: system files, built-in systems and inventories, each with the place it came from."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path
from typing import Any

from threatlab.catalog import catalog
from threatlab.changes import Described, as_model
from threatlab.checks import check_choice
from threatlab.errors import ThreatLabError
from threatlab.exchange import Format, described, format_of, recognized
from threatlab.files import csv_rows, decoded, read_bytes, read_text
from threatlab.report import Source, ThreatModel
from threatlab.system import SYSTEMS, AISystem, list_systems, load_system

STANDARD_INPUT, SHOWN = "-", "standard input"
YAML = (".yaml", ".yml")

INVENTORIES = (".csv", ".parquet")
_FILES = replace(SYSTEMS, many=True, otherwise=INVENTORIES)
_CELLS = {"true": True, "false": False, "": None}
_INVENTORY = re.compile(r"[\s,;]*(?:\"?sep=.*\s)?[^={\[\r\n]*\bsystem_id\b")
"""How an inventory begins, and neither TOML nor JSON does."""


@dataclass(frozen=True, slots=True)
class Input:
    """A threat model, often of a system alone, what the user called its file, and where that stands (None: nowhere)."""

    model: ThreatModel
    given: str
    source: Source | None


def read_inputs(given: Iterable[str], *, lines: bool = False) -> list[Input]:
    """Return the systems of all files and names given, in their order; with the `lines` of their attributes, if asked.

    Raises
    ------
    ThreatLabError
        If one can't be read, two systems have the same name, or two files would have the same name in a repository; the
        message names the file.
    """
    read = [(each, found) for each in given for found in _read(each, lines=lines)]
    check_apart(read, lines=lines)
    return [found for _, found in read]


def check_apart(read: Iterable[tuple[str, Input]], *, lines: bool) -> None:
    """Raise ThreatLabError if two systems have one name, or, with `lines`, what was given two files of one."""
    by_name: dict[str, str] = {}
    by_file: dict[str, str] = {}
    for each, found in read:
        name = found.model.system.name
        if name in by_name:
            raise ThreatLabError(
                f"{by_name[name]!r} and {found.given!r} both describe {name!r}; give each its own name"
            )
        by_name[name] = found.given
        if found.source and (first := by_file.setdefault(found.source.file, each)) != each and lines:
            raise ThreatLabError(
                f"{first!r} and {each!r} are in no repository, and both would be {found.source.file!r}: work in the "
                "folder that holds them"
            )


def _read(given: str, *, lines: bool) -> Iterator[Input]:
    path, suffix = Path(given), Path(given).suffix.lower()
    if suffix in INVENTORIES:
        rows = _csv(read_text(path), repr(given), Source.at(path)) if suffix == ".csv" else _parquet(path)
        for system, row, source in rows:
            yield Input(ThreatModel(system), f"{given}, {row}", source)
    elif given in list_systems():
        yield Input(ThreatModel(load_system(given)), given, None)
    elif suffix in YAML and (foreign := format_of(given)):
        raise ThreatLabError(f"{given!r}: {_foreign(foreign)}")
    else:  # a file, or a pipe, which can be read but once
        shown = repr(given) if given != STANDARD_INPUT else SHOWN
        text = read_text(_FILES.find(given)) if given != STANDARD_INPUT else standard_input()
        if suffix not in _FILES.suffixes and _INVENTORY.match(text):
            for system, row, _ in _csv(text, shown, None):
                yield Input(ThreatModel(system), f"{shown}, {row}", None)
            return
        held = _FILES.read(text, suffix, shown, _ours)
        sources = Source.of_each(path, text if lines else "", len(held)) if suffix in _FILES.suffixes else []
        for each, source in zip_longest(held, sources):
            yield Input(as_model(each), given, source)


def _ours(held: Any) -> tuple[Described, ...]:
    if foreign := recognized(held):
        raise ThreatLabError(_foreign(foreign))
    return described(held)


def _foreign(format_: Format) -> str:
    return f"it is a model of another tool, {format_.title}: 'threatlab import' reads it"


def spare_inputs(output: str | None, inputs: Sequence[str]) -> None:
    """Refuse to write the report over a file that it is made from."""
    if not output or not Path(output).exists():
        return
    if any(given and Path(given).exists() and Path(given).samefile(output) for given in inputs):
        raise ThreatLabError(f"--output {output!r} is one of the files to read; give another name")


def standard_input() -> str:
    """Return what stands on standard input, which can be read but once.

    Raises
    ------
    ThreatLabError
        If it is closed, or no UTF-8.
    """
    if sys.stdin is None:
        raise ThreatLabError(f"{SHOWN} is closed; give a file")
    return decoded(sys.stdin.buffer.read(), SHOWN)


def _csv(text: str, shown: str, file: Source | None) -> Iterator[tuple[AISystem, str, Source | None]]:
    """Read an inventory: a column system_id and one per attribute; a cell is true, false or empty (unknown)."""
    rows = csv_rows(text, shown)
    if not rows:
        raise ThreatLabError(f"{shown} is empty: it needs at least a header with system_id, and a row for each system")
    (_, header), *body = rows
    _check_header(shown, header)
    if not body:
        raise ThreatLabError(f"{shown} has a header and no rows: it needs one for each system")
    for line, row in body:
        yield _system(f"{shown}, line {line}", header, row), f"line {line}", file and replace(file, line=line)


def _check_header(shown: str, header: list[str]) -> None:
    known = ("system_id", *catalog().attributes)
    if "system_id" not in header:
        raise ThreatLabError(f"{shown} has no column 'system_id'; its first line names {', '.join(header)[:80]}")
    for column in filter(None, header):
        check_choice(f"column in {shown}:", column, known)
        if header.count(column) > 1:
            raise ThreatLabError(f"{shown}: column {column!r} is there twice; keep the one that is right")


def _system(where: str, header: list[str], row: list[str]) -> AISystem:
    """Return the system of one row; a spreadsheet leaves out empty cells at its end, or adds some."""
    cells = list(zip_longest(header, row, fillvalue=""))
    if stray := [cell for column, cell in cells if cell and not column]:
        raise ThreatLabError(f"{where}: {stray[0]!r} stands in a column without a name: name it, or take it away")
    named = {column: cell for column, cell in cells if column}
    name = named.pop("system_id")
    if not name:
        raise ThreatLabError(f"{where}: system_id is empty; it must name the system")
    values: dict[str, Any] = {column: _cell(f"{where} ({name!r})", column, cell) for column, cell in named.items()}
    return AISystem(name, **values)


def _cell(where: str, column: str, cell: str) -> bool | None:
    if cell.lower() not in _CELLS:
        raise ThreatLabError(f"{where}, column {column}: {cell!r} is not true, false or empty (unknown)")
    return _CELLS[cell.lower()]


def _parquet(path: Path) -> Iterator[tuple[AISystem, str, Source | None]]:
    data = read_bytes(path)
    try:
        import pandas as pd

        frame = pd.read_parquet(io.BytesIO(data))
    except ImportError:
        raise ThreatLabError(
            "reading Parquet needs pandas and pyarrow: python -m pip install pandas pyarrow, or save the table as CSV"
        ) from None
    except Exception as problem:  # noqa: BLE001  # each engine has errors of its own
        said = str(problem).partition("\n")[0]
        raise ThreatLabError(f"{str(path)!r} can't be read as Parquet: {said}") from None
    from threatlab.assessment.inventory_input import checked_blocks

    try:
        checked_blocks(frame, catalog())
    except ThreatLabError as problem:
        raise ThreatLabError(f"{str(path)!r}: {problem}") from None
    missing = frame.isna()
    for number, row in enumerate(frame.to_dict("records")):
        values: dict[str, Any] = {
            str(column): None if missing[column].iloc[number] else bool(value)
            for column, value in row.items()
            if column != "system_id"
        }
        yield AISystem(row["system_id"], **values), f"row {number}", Source.at(path)
