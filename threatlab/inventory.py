"""Many systems at once: a DataFrame with a row per system, assessed column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pandas.api.extensions import ExtensionArray

from threatlab.assessment import _checks, _scales, assess
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.rules import SEVERITIES, catalog
from threatlab.system import AISystem

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_BLOCK_ROWS = 1 << 15
"""Rows worked on at a time: few enough that their columns stay in the processor's cache."""

_COLUMNS: dict[str, type[np.generic]] = {
    "risk_score": np.float64,
    "findings": np.int64,
    **{severity.lower(): np.int64 for severity in SEVERITIES},
    "unknown": np.int64,
    "worst_threat": np.int8,  # its place in the catalog, or -1 for none
    "worst_risk": np.float64,
}


def assess_inventory(frame: pd.DataFrame, ruleset: str = "ai") -> pd.DataFrame:
    """Return the scores of many systems, a row each: to the last bit those of `assess`.

    Parameters
    ----------
    frame
        A column `system_id` (texts, no two alike) and a column per attribute, in any order. A cell is True, False or
        missing (None, NaN, pd.NA, or no such column), which means unknown. The frame is not changed.
    ruleset
        "ai" (the whole catalog, layered) or "core" (the lesson's three checks, added up).

    Returns
    -------
    pd.DataFrame
        The rows of `frame`, in its order and with its index, and these columns:

        - `system_id`: as given
        - `risk_score`: float, 0..1, higher is worse
        - `findings`: int, how many; by severity, `critical`, `high`, `medium` and `low`
        - `unknown`: int, how many of the findings are there because nobody has said whether the control is
        - `worst_threat`: categorical, id of the threat with the highest residual risk (the first of the catalog among
          equals); missing for "core", which knows no threats
        - `worst_risk`: float, 0..1, residual risk of that threat; NaN for "core"

    Raises
    ------
    ThreatLabError
        If `frame` is no DataFrame or has no rows or no `system_id`; the ruleset or a column is unknown; a column comes
        twice; an id is missing, empty, no text or not the only one of its kind; or a cell is anything else than True,
        False or missing ("yes" and 1 are). The message names row, system and column.

    Examples
    --------
    >>> frame = pd.DataFrame({"system_id": ["a", "b"], "rbac_configured": [True, None]})
    >>> assess_inventory(frame, "core")["risk_score"].tolist()
    [0.6, 0.8]
    """
    blocks = _checked_blocks(frame, ruleset)
    columns: dict[str, Any] = {name: np.empty(len(frame), dtype) for name, dtype in _COLUMNS.items()}
    for block in blocks:
        for name, values in _assess_block(block, ruleset).items():
            columns[name][block.rows] = values
    threats = pd.CategoricalDtype(list(catalog().threats))
    columns["worst_threat"] = pd.Categorical.from_codes(columns["worst_threat"], dtype=threats)
    return pd.DataFrame({"system_id": frame["system_id"], **columns}, index=frame.index, copy=False)


def findings_frame(frame: pd.DataFrame, ruleset: str = "ai") -> pd.DataFrame:
    """Return all findings of many systems, a row each; takes and refuses what `assess_inventory` does.

    Returns
    -------
    pd.DataFrame
        System by system in the order of `frame`, each one's findings in the order of `assess`: `system_id`, then the
        columns of `Assessment.to_frame`. Texts are categorical, and severities ordered: `severity >= "HIGH"` works.
    """
    rows, checks, unknown = [], [], []
    for block in _checked_blocks(frame, ruleset):
        row, check = np.nonzero(_found(block, ruleset).T)  # system by system
        rows.append(row + block.rows.start)
        checks.append(check)
        unknown.append(_unknown(block, ruleset)[check, row])
    findings = _every_finding(ruleset).take(np.concatenate(checks)).reset_index(drop=True)
    findings["unknown"] = np.concatenate(unknown)
    findings.insert(0, "system_id", frame["system_id"].array.take(np.concatenate(rows)))
    return findings


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows of a checked inventory: where an attribute is true, and where nobody has said."""

    columns: Mapping[str, ExtensionArray]
    rows: slice
    read: dict[str, Bools] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return int(self.rows.stop - self.rows.start)

    def true(self, attribute: str) -> Bools:
        if attribute not in self.columns:
            return np.zeros(self.size, dtype=bool)
        if attribute not in self.read:  # once, for all the threats that ask
            self.read[attribute] = self.columns[attribute][self.rows].to_numpy(dtype=bool, na_value=False)
        return self.read[attribute]

    def unknown(self, attribute: str) -> Bools:
        if attribute not in self.columns:
            return np.ones(self.size, dtype=bool)
        return np.asarray(self.columns[attribute][self.rows].isna())


def _assess_block(block: _Block, ruleset: str) -> dict[str, NDArray[Any]]:
    """Return the columns of `assess_inventory` for some rows."""
    score, worst_threat, worst_risk = (_layered if ruleset == "ai" else _additive)(block)
    found = _found(block, ruleset)
    severities = np.array([absent.severity for _, _, absent, _ in _checks(ruleset)])
    return {
        "risk_score": score,
        "findings": _count(found),
        **{severity.lower(): _count(found[severities == severity]) for severity in SEVERITIES},
        "unknown": _count(found & _unknown(block, ruleset)),
        "worst_threat": worst_threat,
        "worst_risk": worst_risk,
    }


def _found(block: _Block, ruleset: str) -> Bools:
    """Return what is found: a row per check, in finding order, and a column per system."""
    return np.stack(
        [
            reduce(np.logical_and, map(block.true, applies_when), ~block.true(attribute))
            for attribute, applies_when, _, _ in _checks(ruleset)
        ]
    )


def _unknown(block: _Block, ruleset: str) -> Bools:
    """Return which controls nobody has spoken of, laid out as `_found`."""
    return np.stack([block.unknown(attribute) for attribute, *_ in _checks(ruleset)])


def _count(found: Bools) -> NDArray[np.uint16]:
    counts: NDArray[np.uint16] = found.sum(axis=0, dtype=np.uint16)  # narrow ones add up several times as fast
    return counts


def _additive(block: _Block) -> tuple[Floats, NDArray[np.int8], Floats]:
    return _sums()(block), np.full(block.size, -1, dtype=np.int8), np.full(block.size, np.nan)


def _layered(block: _Block) -> tuple[Floats, NDArray[np.int8], Floats]:
    """Return score, worst threat and its risk, multiplied in the order in which `assess` does it."""
    safe, worst_risk = np.ones(block.size), np.zeros(block.size)
    worst_threat = np.full(block.size, -1, dtype=np.int8)
    for place, (inherent, *layers) in enumerate(_factors()):
        risk = inherent(block)
        for layer in layers:
            risk *= layer(block)
        safe *= 1.0 - risk
        worst_threat[risk > worst_risk] = place
        np.maximum(worst_risk, risk, out=worst_risk)
    return 1.0 - safe, worst_threat, worst_risk


def _table(attributes: Iterable[str], figure: Callable[[dict[str, bool]], float]) -> Callable[[_Block], Floats]:
    """Return `figure`, a function of what is true of some attributes, as a function of the rows of a block.

    It is worked out once for each combination of the attributes, and looked up for each row. So the formula stays where
    it is, in `assessment`, and the floats are the same. A combination's place is a binary number, an attribute a digit.
    """
    names = tuple(attributes)
    combinations = product((False, True), repeat=len(names))
    figures = np.array([figure(dict(zip(names, combination, strict=True))) for combination in combinations])

    def look_up(block: _Block) -> Floats:
        place = np.zeros(block.size, dtype=np.uint32)
        for name in names:
            place <<= 1
            place |= block.true(name)
        return figures.take(place)

    return look_up


@cache
def _sums() -> Callable[[_Block], Floats]:
    controls, bare = (c.id for c in catalog().rulesets["core"].controls), AISystem("any")
    return _table(controls, lambda known: assess(bare.with_(**known), "core").risk_score)


@cache
def _factors() -> tuple[tuple[Callable[[_Block], Floats], ...], ...]:
    """Return what each threat's risk is the product of: its risk before any control, then what each layer leaves."""
    factors = []
    for scale in _scales():
        raising = (fact for fact, _ in (*scale.raised_by, *scale.impact_raised_by))
        facts = dict.fromkeys((*scale.applies_when_any, *raising))
        inherent = _table(facts, replace(scale, layers=()).residual)
        factors.append((inherent, *(_leaves(dict(options)) for _, options in scale.layers)))
    return tuple(factors)


def _leaves(keeps: Mapping[str, float]) -> Callable[[_Block], Floats]:
    return _table(keeps, lambda known: min((keeps[control] for control in keeps if known[control]), default=1.0))


@cache
def _every_finding(ruleset: str) -> pd.DataFrame:
    every = tuple(absent for _, _, absent, _ in _checks(ruleset))
    table = replace(assess(AISystem("any"), ruleset), findings=every).to_frame()
    ranked = pd.CategoricalDtype(list(reversed(SEVERITIES)), ordered=True)
    return table.astype({**dict.fromkeys(table, "category"), "severity": ranked})


def _checked_blocks(frame: pd.DataFrame, ruleset: str) -> Iterator[_Block]:
    catalog().ruleset(ruleset)
    _check_columns(frame)
    ids = frame["system_id"]
    _check_ids(ids)
    arrays = {str(name): _booleans(column, ids).array for name, column in frame.items() if name != "system_id"}
    starts = range(0, len(frame), _BLOCK_ROWS)
    return (_Block(arrays, slice(start, min(start + _BLOCK_ROWS, len(frame)))) for start in starts)


def _check_columns(frame: pd.DataFrame) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise ThreatLabError(f"an inventory is a pandas DataFrame with a row per system, not {type(frame).__name__}")
    known = ("system_id", *catalog().attributes)
    for column in frame.columns:
        if not isinstance(column, str) or column not in known:
            raise ThreatLabError(unknown_name("column", column, known))
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ThreatLabError(f"column {twice!r} is there twice: keep the one that is right")
    if "system_id" not in frame:
        hint = "; frame.reset_index() makes one of the index" if frame.index.name else ""
        raise ThreatLabError(f"the inventory has no column 'system_id'{hint}")
    if frame.empty:
        raise ThreatLabError("the inventory has no rows: it needs one for each system")


def _check_ids(ids: pd.Series[Any]) -> None:
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
            raise ThreatLabError(f"row {row}: system_id is {_shown(value)}; it must be a text that names the system")
        if value in rows:
            raise ThreatLabError(f"rows {rows[value]} and {row} share the system_id {value!r}; each needs its own")
        rows[value] = row


def _booleans(column: pd.Series[Any], ids: pd.Series[Any]) -> pd.Series[Any]:
    """Return the cells of a column as booleans that may be missing, or name the first one that is neither."""
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
            pairs = "1: True, 0: False" if isinstance(value, int | float | np.number) else "'yes': True, 'no': False"
            raise ThreatLabError(
                f"row {_shown(row)} ({system!r}), column {cells.name}: {_shown(value)} is not True, False or missing; "
                f"translate the column first, for instance with .map({{{pairs}}})"
            )


def _shown(value: object) -> str:
    """Return how Python writes `value`: 1, where NumPy writes np.int64(1)."""
    return repr(value.item() if isinstance(value, np.generic) else value)
