"""An inventory as it comes in: a DataFrame, checked cell by cell and cut into blocks of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from threatlab.catalog import Catalog
from threatlab.checks import is_number
from threatlab.errors import ThreatLabError, short, unknown_name

Bools = NDArray[np.bool_]

BLOCK_ROWS = 1 << 15
"""Rows worked on at a time: few enough that their columns stay in the processor's cache."""


_MEANT = dict.fromkeys(("true", "yes", "y", "1", "1.0"), "True") | {"": "None"}
_MEANT |= dict.fromkeys(("false", "no", "n", "0", "0.0"), "False")
"""What a cell that is no boolean means."""

_FEW = 4
"""Values of a column that a sentence names."""


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows of a checked inventory: where an attribute is true, and where nobody has said."""

    columns: Mapping[str, ExtensionArray]
    rows: slice
    read: dict[str, Bools] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """How many rows it has."""
        return int(self.rows.stop - self.rows.start)

    def true(self, attribute: str) -> Bools:
        """Return in which rows the attribute is true."""
        if attribute not in self.columns:
            return np.zeros(self.size, dtype=bool)
        if attribute not in self.read:  # once, for all the threats that ask
            self.read[attribute] = self.columns[attribute][self.rows].to_numpy(dtype=bool, na_value=False)
        return self.read[attribute]

    def unknown(self, attribute: str) -> Bools:
        """Return in which rows nobody has said."""
        if attribute not in self.columns:
            return np.ones(self.size, dtype=bool)
        return np.asarray(self.columns[attribute][self.rows].isna())


def checked_blocks(frame: pd.DataFrame, catalog: Catalog) -> Iterator[Block]:
    """Return the rows of an inventory, block by block; see `assess_inventory` for what it must look like.

    A column that isn't `system_id` must be an attribute of `catalog`.

    Raises
    ------
    ThreatLabError
        Before the first block, if anything in the frame can't be read.
    """
    check_columns(frame, catalog)
    ids = frame["system_id"]
    check_ids(ids)
    arrays = {str(name): booleans(column, ids).array for name, column in frame.items() if name != "system_id"}
    starts = range(0, len(frame), BLOCK_ROWS)
    return (Block(arrays, slice(start, min(start + BLOCK_ROWS, len(frame)))) for start in starts)


def check_columns(frame: pd.DataFrame, catalog: Catalog) -> None:
    """Refuse what is no frame, has no rows, or has a column that is unknown, there twice or missing."""
    if not isinstance(frame, pd.DataFrame):
        raise ThreatLabError(f"an inventory is a pandas DataFrame with a row per system, not {type(frame).__name__}")
    known = ("system_id", *catalog.attributes)
    first = str(frame.columns[0]) if len(frame.columns) == 1 else ""
    if parting := next((each for each in ";\t|," if each in first), ""):
        raise ThreatLabError(f"the inventory has one column, {short(first)}: read its file with sep={parting!r}")
    for column in frame.columns:
        if not isinstance(column, str) or column not in known:
            said = unknown_name("column", column, known)
            raise ThreatLabError(
                f"{said}{'' if said.endswith('?') else '.'} If it says something else, .drop(columns={short(column)}) "
                "leaves it out"
            )
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ThreatLabError(f"column {twice!r} is there twice: keep the one that is right")
    if "system_id" not in frame:
        hint = "; frame.reset_index() makes one of the index" if any(frame.index.names) else ""
        raise ThreatLabError(f"the inventory has no column 'system_id'{hint}")
    if frame.empty:
        raise ThreatLabError("the inventory has no rows: it needs one for each system")


def check_ids(ids: pd.Series[Any]) -> None:
    """Refuse an id that is no text, empty or not the only one of its kind; its index names the rows."""
    values = ids.to_numpy(dtype=object)
    try:
        hashes = np.fromiter(map(hash, map(str.strip, values)), np.int64, len(values))
    except TypeError:  # not a text
        hashes = np.zeros(len(values), dtype=np.int64)
    ranked = np.sort(hashes)
    if hashes.all() and (ranked[1:] != ranked[:-1]).all():
        return  # an empty text hashes to 0, and equal texts hash alike: none is empty, no two are equal
    rows: dict[str, str] = {}
    for row, value in zip(map(_shown, ids.index), values, strict=True):
        if not isinstance(value, str) or not value.strip():
            way_out = ": .astype(str) makes one of a number" if is_number(value) else ""
            raise ThreatLabError(
                f"row {row}: system_id is {_shown(value)}; it must be a text that names the system{way_out}"
            )
        if value in rows:
            raise ThreatLabError(f"rows {rows[value]} and {row} share the system_id {value!r}; each needs its own")
        rows[value] = row


def booleans(column: pd.Series[Any], ids: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells of a column as booleans that may be missing, or refuse the first one that is neither."""
    if isinstance(column.dtype, pd.BooleanDtype) or column.dtype == bool:
        return column
    cells = column.astype(object)
    kind = pd.api.types.infer_dtype(cells, skipna=True)
    if kind not in {"boolean", "empty"}:
        _check_cells(cells, ids)
    if kind != "boolean":  # missing in a way that the conversion doesn't know, such as a date's
        cells = cells.where(cells.notna(), None)
    return cells.astype("boolean")


def _check_cells(cells: pd.Series[Any], ids: pd.Series[Any]) -> None:
    for row, system, value, missing in zip(ids.index, ids, cells, cells.isna(), strict=True):
        if not missing and not isinstance(value, bool | np.bool_):
            raise ThreatLabError(
                f"row {_shown(row)} ({system!r}), column {cells.name}: {_shown(value)} is not True, False or missing; "
                f"translate the column first, for instance with .map({{{_pairs(cells)}}})"
            )


def _pairs(cells: pd.Series[Any]) -> str:
    """Return the values of a column as keys of a map, each with what its word means.

    A value that a map lacks would be NaN, and so unknown; `...` is refused until somebody says what it means.
    """
    said = {_shown(value): _MEANT.get(str(value).strip().casefold(), "...") for value in cells.dropna()}
    pairs = [f"{value}: {meant}" for value, meant in islice(said.items(), _FEW)]
    return ", ".join(pairs if len(said) <= _FEW else [*pairs, "..."])


def _shown(value: object) -> str:
    """Return how Python writes `value`, in short: 1, where NumPy writes np.int64(1)."""
    return short(value.item() if isinstance(value, np.generic) else value)
