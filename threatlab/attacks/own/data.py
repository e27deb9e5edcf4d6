"""The records that an attack on somebody's own model begins with, read from a file that they give."""

from __future__ import annotations

import hashlib
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from threatlab.attacks.digits import Bools, Floats, Ints
from threatlab.errors import ThreatLabError, short
from threatlab.files import csv_rows, decoded, read_bytes
from threatlab.words import listed

LABEL, MEMBER = "label", "member"
_WHOLE = re.compile(r"[+-]?\d+(\.0*)?")
_COMMA = re.compile(r"[+-]?\d+,\d+")
_MEMBER = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


@dataclass(frozen=True, slots=True)
class Data:
    """Records, a row of numbers each; the class of each, as its place in `classes`; and which ones the model knows.

    `members` is None where nobody has said. `sha256` is that of the file.
    """

    records: Floats
    labels: Ints
    classes: tuple[str, ...]
    members: Bools | None
    name: str
    sha256: str

    @property
    def unseen(self) -> Ints:
        """The rows that the model has not learned from; all of them, where nobody has said."""
        rows = np.arange(len(self.records)) if self.members is None else np.flatnonzero(~self.members)
        return rows if len(rows) else np.arange(len(self.records))

    @property
    def ranges(self) -> tuple[Floats, Floats]:
        """The lowest and the highest value of each column."""
        return self.records.min(axis=0), self.records.max(axis=0)


def label_text(value: object) -> str:
    """Return a label as it is compared: 3, 3.0 and "3" are one, and so are True and "true"; "" if it can be none."""
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return str(int(value)) if np.isfinite(value) and value == int(value) else ""
    text = str(value).strip() if isinstance(value, str | bytes) else ""
    if _WHOLE.fullmatch(text):
        return str(int(text.partition(".")[0]))
    return text.lower() if text.lower() in ("true", "false") else text


def in_order(labels: set[str]) -> tuple[str, ...]:
    """Return classes in the order of a model's columns, as scikit-learn has it: numbers by size, texts by letter."""
    numbers = all(_WHOLE.fullmatch(each) for each in labels)
    return tuple(sorted(labels, key=int) if numbers else sorted(labels))


def read_data(file: str, classes: str = "") -> Data:
    """Return the records in an .npz or .csv file.

    An .npz file holds the arrays `records` (a row each), `label`, and for membership `member`. A CSV file has a header;
    its columns `label` and `member` mean the same, and every other one is a number of the record, in this order. A
    `member` is true or false: the model learned from it, or not. `classes` lists the model's classes in the order of
    its columns, parted by commas; left out, they are those in the file, by size or letter.

    Raises
    ------
    ThreatLabError
        If it can't be read as such; the message names the file, the line or the array, and what is wrong.
    """
    path, shown = Path(file), repr(file)
    if path.suffix.lower() not in (".npz", ".csv"):
        raise ThreatLabError(f"{shown} is no data file: give an .npz or a .csv file")
    held = read_bytes(path)
    records, labels, members = _npz(held, shown) if path.suffix.lower() == ".npz" else _csv(held, shown)
    return make_data(records, labels, members, path.name, hashlib.sha256(held).hexdigest(), classes)


def make_data(  # noqa: PLR0913, PLR0917  # a file says as much
    records: Floats, labels: list[str], members: Bools | None, name: str, sha256: str, classes: str = ""
) -> Data:
    """Return data of records, the text of each one's label, and which are members; raises as `read_data`."""
    known = tuple(map(label_text, classes.split(","))) if classes else in_order(set(labels))
    if len(set(known)) < len(known) or "" in known:
        raise ThreatLabError(f"--classes is {classes!r}; give each class once, parted by commas")
    if missing := sorted(set(labels) - set(known)):
        raise ThreatLabError(f"{name!r} has the label {missing[0]!r}, which is none of --classes {classes}")
    if len(set(labels)) < 2:
        raise ThreatLabError(f"{name!r} holds {listed(sorted(set(labels))) or 'no'} label alone; an attack needs two")
    places = {label: place for place, label in enumerate(known)}
    return Data(records, np.array([places[each] for each in labels]), known, members, name, sha256)


def _npz(held: bytes, shown: str) -> tuple[Floats, list[str], Bools | None]:
    try:
        with np.load(io.BytesIO(held), allow_pickle=False) as arrays:
            found = {name: arrays[name] for name in arrays.files if name in ("records", LABEL, MEMBER)}
            names = list(arrays.files)
    except Exception as problem:  # noqa: BLE001  # zipfile, zlib and numpy each have their own
        raise ThreatLabError(f"{shown} can't be read as .npz: {str(problem)[:120] or type(problem).__name__}") from None
    for name in ("records", LABEL):
        if name not in found:
            raise ThreatLabError(f"{shown} has no array {name!r}; it has {listed(names) or 'none'}")
    rows, labels, members = found["records"], found[LABEL], found.get(MEMBER)
    if rows.ndim < 2 or rows.dtype.kind not in "fiub" or not rows.size:
        raise ThreatLabError(f"{shown}, records: is an array of {rows.dtype}, {rows.shape}; give rows of numbers")
    for name, array in ((LABEL, labels), (MEMBER, members)):
        if array is not None and array.shape != (len(rows),):
            raise ThreatLabError(f"{shown}, {name}: has the shape {array.shape}, and there are {len(rows)} records")
    records = _finite(rows.reshape(len(rows), -1).astype(np.float64), shown, "record")
    texts = [_label(f"{shown}, label {n}", each) for n, each in enumerate(labels.tolist(), start=1)]
    flags = (
        None
        if members is None
        else np.array([_flag(f"{shown}, member {n}", each) for n, each in enumerate(members.tolist(), start=1)])
    )
    return records, texts, flags


def _csv(held: bytes, shown: str) -> tuple[Floats, list[str], Bools | None]:
    lines = csv_rows(decoded(held, shown), shown)
    if len(lines) < 2:
        raise ThreatLabError(f"{shown} holds no records: it needs a header and a line for each")
    (_, header), *body = lines
    names = [name.lower() if name.lower() in (LABEL, MEMBER) else name for name in header]
    if LABEL not in names:
        raise ThreatLabError(f"{shown} has no column 'label'; its first line names {', '.join(header)[:80]}")
    if twice := [name for name in (LABEL, MEMBER) if names.count(name) > 1]:
        raise ThreatLabError(f"{shown}: column {twice[0]!r} is there twice; keep the one that is right")
    if "" in names:
        raise ThreatLabError(
            f"{shown}: column {names.index('') + 1} has no name: give it one if it is of the record, or take it away, "
            "as the row numbers that pandas writes (index=False leaves them out)"
        )
    numbers = [place for place, name in enumerate(names) if name not in (LABEL, MEMBER)]
    if not numbers:
        raise ThreatLabError(f"{shown} has no column beside 'label' and 'member': where are the records' numbers?")
    records, labels, members = [], [], []
    for line, row in body:
        if len(row) != len(names):
            raise ThreatLabError(f"{shown}, line {line}: has {len(row)} cells, and the header {len(names)}")
        records.append([_number(f"{shown}, line {line}, column {header[n]}", row[n]) for n in numbers])
        labels.append(_label(f"{shown}, line {line}, label", row[names.index(LABEL)]))
        if MEMBER in names:
            members.append(_flag(f"{shown}, line {line}, member", row[names.index(MEMBER)]))
    return np.array(records), labels, np.array(members) if members else None


def _number(where: str, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        why = "every column but label and member is one of the record's"
        if _COMMA.fullmatch(cell):
            why = "write its decimals behind a point"
        raise ThreatLabError(f"{where}: {short(cell)} is no number; {why}") from None
    if not np.isfinite(value):
        raise ThreatLabError(f"{where}: {short(cell)} is no finite number")
    return value


def _label(where: str, value: Any) -> str:
    text = label_text(value)
    if not text or "," in text:
        raise ThreatLabError(f"{where}: {short(value)} is no label; give a whole number or a text without a comma")
    return text


def _flag(where: str, value: Any) -> bool:
    text = label_text(value).lower()
    if text not in _MEMBER:
        raise ThreatLabError(
            f"{where}: {short(value)} is neither true nor false: was the model trained on this record?"
        )
    return _MEMBER[text]


def _finite(rows: Floats, shown: str, what: str) -> Floats:
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(bad):
        raise ThreatLabError(f"{shown}, {what} {bad[0] + 1}: holds a value that is no finite number")
    return rows
