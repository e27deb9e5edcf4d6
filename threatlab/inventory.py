"""Many systems at once: a DataFrame with a row per system, assessed column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from threatlab.assessment import _checks, _scales, assess
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.rules import SEVERITIES, catalog
from threatlab.system import AISystem

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

_BLOCK_ROWS = 1 << 15
"""Rows worked on at a time: few enough that their columns stay in the processor's cache."""


def assess_inventory(frame: pd.DataFrame, ruleset: str = "ai") -> pd.DataFrame:
    """Return the scores of many systems, a row each, to the last bit those of `assess`.

    Parameters
    ----------
    frame
        A column `system_id` (texts, no two alike) and a column per attribute, in any order. A cell
        is True, False or missing (None, NaN, pd.NA, or no such column): unknown. It is not changed.
    ruleset
        "ai" (the whole catalog, layered) or "core" (the lesson's three checks, added up).

    Returns
    -------
    pd.DataFrame
        The rows of `frame`, in its order and with its index, and these columns:

        - `system_id`: as given
        - `risk_score`: float, 0..1, higher is worse
        - `findings`: int, how many, and by severity `critical`, `high`, `medium`, `low`
        - `unknown`: int, how many of the findings are there because nobody has said otherwise
        - `worst_threat`: categorical, id of the threat with the highest residual risk (the first of
          the catalog among equals); missing for "core", which knows no threats
        - `worst_risk`: float, 0..1, the residual risk of that threat; NaN for "core"

    Raises
    ------
    ThreatLabError
        If `frame` is no DataFrame or has no rows or no `system_id`, a ruleset or column is unknown,
        a column comes twice, an id is missing, empty, no text or not the only one of its kind, or a
        cell is anything else than True, False or missing; the message names row and column.

    Examples
    --------
    >>> frame = pd.DataFrame({"system_id": ["a", "b"], "rbac_configured": [True, None]})
    >>> assess_inventory(frame, "core")["risk_score"].tolist()
    [0.6, 0.8]
    """
    parts = [_assess_block(block, ruleset) for block in _checked_blocks(frame, ruleset)]
    columns: dict[str, Any] = {n: np.concatenate([part[n] for part in parts]) for n in parts[0]}
    columns["worst_threat"] = pd.Categorical.from_codes(columns["worst_threat"], categories=list(catalog().threats))
    return pd.DataFrame({"system_id": frame["system_id"].array, **columns}, index=frame.index)


def findings_frame(frame: pd.DataFrame, ruleset: str = "ai") -> pd.DataFrame:
    """Return all findings of many systems, a row each; takes and raises what `assess_inventory` does.

    Returns
    -------
    pd.DataFrame
        System after system in the order of `frame`, each with its findings in the order of `assess`:
        `system_id`, then the columns of `Assessment.to_frame`. Texts are categorical; severities are
        ordered, so that `findings["severity"] >= "HIGH"` says what it says.
    """
    rows, checks, unknown, done = [], [], [], 0
    for block in _checked_blocks(frame, ruleset):
        found = _found(block, ruleset)
        row, check = np.nonzero(found.T)  # transposed: system by system
        rows.append(done + row)
        checks.append(check)
        unknown.append(_unknown(block, ruleset)[check, row])
        done += block.size
    findings = _every_finding(ruleset).take(np.concatenate(checks)).reset_index(drop=True)
    findings["unknown"] = np.concatenate(unknown)
    findings.insert(0, "system_id", frame["system_id"].array.take(np.concatenate(rows)))
    return findings


@dataclass(frozen=True, slots=True)
class _Block:
    """Some rows of a checked inventory: where an attribute is true, and where nobody has said."""

    frame: pd.DataFrame
    seen: dict[str, Bools] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.frame)

    def true(self, attribute: str) -> Bools:
        if attribute not in self.seen:  # several threats ask for it
            self.seen[attribute] = self._read(attribute)
        return self.seen[attribute]

    def _read(self, attribute: str) -> Bools:
        if attribute not in self.frame:
            return np.zeros(self.size, dtype=bool)
        column = self.frame[attribute]
        if isinstance(column.dtype, pd.BooleanDtype):
            return column.to_numpy(dtype=bool, na_value=False)
        return np.where(column.isna(), False, column.to_numpy()).astype(bool)

    def unknown(self, attribute: str) -> Bools:
        if attribute not in self.frame:
            return np.ones(self.size, dtype=bool)
        return self.frame[attribute].isna().to_numpy()


def _assess_block(block: _Block, ruleset: str) -> dict[str, NDArray[Any]]:
    """Return the columns of `assess_inventory`; `worst_threat` as its place, or -1 for none."""
    found = _found(block, ruleset)
    severities = np.array([absent.severity for _, _, absent, _ in _checks(ruleset)])
    score, worst_threat, worst_risk = (_add if ruleset == "core" else _layer)(block)
    return {
        "risk_score": score,
        "findings": _count(found),
        **{s.lower(): _count(found[severities == s]) for s in SEVERITIES},
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


def _count(found: Bools) -> NDArray[np.int64]:
    return found.view(np.uint8).sum(axis=0, dtype=np.uint16).astype(np.int64)


def _add(block: _Block) -> tuple[Floats, NDArray[np.int8], Floats]:
    return (
        _sums().look_up(block),
        np.full(block.size, -1, dtype=np.int8),
        np.full(block.size, np.nan),
    )


def _layer(block: _Block) -> tuple[Floats, NDArray[np.int8], Floats]:
    """Return score, worst threat and its risk, multiplied in the order in which `assess` does it."""
    safe, worst_risk = np.ones(block.size), np.zeros(block.size)
    worst_threat = np.full(block.size, -1, dtype=np.int8)
    for place, (inherent, *layers) in enumerate(_factors()):
        risk = inherent.look_up(block)
        for layer in layers:
            risk *= layer.look_up(block)
        safe *= 1.0 - risk
        worst_threat[risk > worst_risk] = place
        np.maximum(worst_risk, risk, out=worst_risk)
    return 1.0 - safe, worst_threat, worst_risk


@dataclass(frozen=True, slots=True)
class _Table:
    """A figure that depends on a few attributes, worked out once for each combination of them.

    The formula stays where it is, in `assessment`: here it is looked up, and so the same to the
    last bit. A combination's place is the binary number whose digits are its attributes.
    """

    attributes: tuple[str, ...]
    figures: Floats

    def look_up(self, block: _Block) -> Floats:
        place = np.zeros(block.size, dtype=np.uint32)
        for attribute in self.attributes:
            place <<= 1
            place |= block.true(attribute)
        return self.figures.take(place)


def _table(attributes: Mapping[str, Any], figure: Callable[[dict[str, bool]], float]) -> _Table:
    names = tuple(attributes)
    combinations = product((False, True), repeat=len(names))
    return _Table(names, np.array([figure(dict(zip(names, c, strict=True))) for c in combinations]))


@cache
def _sums() -> _Table:
    controls = {control.id: control for control in catalog().rulesets["core"].controls}
    return _table(controls, lambda known: assess(AISystem("any", **known), "core").risk_score)


@cache
def _factors() -> tuple[tuple[_Table, ...], ...]:
    """Return what each threat's risk is made of: the risk before any control, and what each layer leaves of it."""
    factors = []
    for scale in _scales():
        facts = dict.fromkeys(scale.applies_when_any) | dict(scale.raised_by) | dict(scale.impact_raised_by)
        inherent = _table(facts, replace(scale, layers=()).residual)
        factors.append((inherent, *(_leaves(dict(options)) for _, options in scale.layers)))
    return tuple(factors)


def _leaves(keeps: Mapping[str, float]) -> _Table:
    return _table(keeps, lambda known: min((keeps[c] for c in keeps if known[c]), default=1.0))


@cache
def _every_finding(ruleset: str) -> pd.DataFrame:
    every = tuple(absent for _, _, absent, _ in _checks(ruleset))
    table = replace(assess(AISystem("any"), ruleset), findings=every).to_frame()
    ranked = pd.CategoricalDtype(SEVERITIES[::-1], ordered=True)
    return table.astype({**dict.fromkeys(table, "category"), "severity": ranked})


def _checked_blocks(frame: pd.DataFrame, ruleset: str) -> Iterator[_Block]:
    catalog().ruleset(ruleset)
    _check_columns(frame)
    _check_ids(frame["system_id"])
    for attribute in frame.columns.drop("system_id"):
        _check_cells(frame["system_id"], frame[attribute])
    for start in range(0, len(frame), _BLOCK_ROWS):
        yield _Block(frame.iloc[start : start + _BLOCK_ROWS])


def _check_columns(frame: pd.DataFrame) -> None:
    if not isinstance(frame, pd.DataFrame):
        raise ThreatLabError(f"an inventory is a pandas DataFrame with a row per system, not {type(frame).__name__}")
    known = ("system_id", *catalog().attributes)
    for column in frame.columns:
        if column not in known:
            raise ThreatLabError(unknown_name("column", column, known))
    if not frame.columns.is_unique:
        twice = frame.columns[frame.columns.duplicated()][0]
        raise ThreatLabError(f"column {twice!r} is there twice: keep one of them")
    if "system_id" not in frame:
        hint = "; frame.reset_index() makes one of the index" if frame.index.name else ""
        raise ThreatLabError(f"the inventory has no column 'system_id'{hint}")
    if frame.empty:
        raise ThreatLabError("the inventory has no rows: it needs one for each system")


def _check_ids(ids: pd.Series[Any]) -> None:
    values = ids.to_numpy(dtype=object)
    try:
        hashes = np.fromiter(map(hash, map(str.strip, values)), np.int64, len(values))
    except TypeError:  # no text
        hashes = np.zeros(len(values), dtype=np.int64)
    ranked = np.sort(hashes)
    if hashes.all() and (ranked[1:] != ranked[:-1]).all():
        return  # none hashes to 0, as an empty text does, and no two to the same
    rows: dict[str, Any] = {}
    for row, value in zip(map(_shown, ids.index), values, strict=True):
        if not isinstance(value, str) or not value.strip():
            raise ThreatLabError(f"row {row}: system_id is {_shown(value)}, and must be a text")
        if value in rows:
            raise ThreatLabError(f"rows {rows[value]} and {row} share the system_id {value!r}; each needs its own")
        rows[value] = row


def _check_cells(ids: pd.Series[Any], column: pd.Series[Any]) -> None:
    if isinstance(column.dtype, pd.BooleanDtype) or column.dtype == bool:
        return
    cells = column.astype(object)
    if pd.api.types.infer_dtype(cells, skipna=True) in {"boolean", "empty"}:
        return
    for row, system, value, missing in zip(ids.index, ids, cells, cells.isna(), strict=True):
        if not missing and not isinstance(value, bool | np.bool_):
            pairs = "1: True, 0: False" if isinstance(value, int | float) else "'yes': True, 'no': False"
            raise ThreatLabError(
                f"row {_shown(row)} ({system!r}), column {column.name}: {_shown(value)} is not True, False or "
                f"missing; translate the column first, for instance with .map({{{pairs}}})"
            )


def _shown(value: Any) -> str:
    """Return how Python writes `value`: 1, where NumPy writes np.int64(1)."""
    return repr(value.item() if isinstance(value, np.generic) else value)
