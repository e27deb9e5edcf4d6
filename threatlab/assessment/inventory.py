"""Many systems at once: a DataFrame with a row per system, or a folder of them, assessed column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache, partial, reduce
from itertools import compress, product
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from threatlab.assessment.inventory_input import Block, Bools, checked_blocks
from threatlab.assessment.layered import Options, let_through, scales
from threatlab.assessment.result import NOTHING, add_up, assess, checks
from threatlab.catalog import SEVERITIES, Catalog
from threatlab.catalog import catalog as shipped
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem

if TYPE_CHECKING:
    import dask.dataframe as dd

Floats = NDArray[np.float64]

_COLUMNS: dict[str, type[np.generic]] = {
    "risk_score": np.float64,
    "findings": np.int64,
    **{severity.lower(): np.int64 for severity in SEVERITIES},
    "unknown": np.int64,
    "worst_threat": np.int8,  # its place in the catalog, or -1 for none
    "worst_risk": np.float64,
}


@overload
def assess_inventory(frame: pd.DataFrame, ruleset: str = "ai", catalog: Catalog | None = None) -> pd.DataFrame: ...
@overload
def assess_inventory(frame: str | Path, ruleset: str = "ai", catalog: Catalog | None = None) -> dd.DataFrame: ...
def assess_inventory(frame: pd.DataFrame | str | Path, ruleset: str = "ai", catalog: Catalog | None = None) -> Any:
    """Return the scores of many systems, a row each: to the last bit those of `assess`.

    Parameters
    ----------
    frame
        A column `system_id` (texts, no two alike) and a column per attribute, in any order. A cell is True, False or
        missing (None, NaN, pd.NA, or no such column), which means unknown. The frame is not changed.
        Or a folder of Parquet files that hold such a table in parts, all with the same columns: a path, or an address
        that PyArrow knows (s3://...). It need not fit into memory; it takes the extra `dask`.
    ruleset
        "ai" (the whole catalog, layered) or "core" (the lesson's three checks, added up).
    catalog
        In whose terms the systems are described, and by which they are assessed; the one that ships if left out.

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
    dask.dataframe.DataFrame
        Of a folder, the same rows and columns, file by file in the order of their paths, indexed from 0; a partition
        per row group. The folder has been checked, but nothing is scored before it is asked for: with
        `.to_parquet(...)`, which holds a few row groups at a time in memory, or with `.nlargest(...).compute()` and the
        like. All of it runs on the cluster of a `dask.distributed.Client`, if there is one; its machines must see the
        folder.

    Raises
    ------
    ThreatLabError
        If `frame` is no DataFrame or has no rows or no `system_id`; the ruleset or a column is unknown; a column comes
        twice; an id is missing, empty, no text or not the only one of its kind; or a cell is anything else than True,
        False or missing ("yes" and 1 are). The message names row, system and column. Of a folder it names the file too;
        and a file is refused that is no Parquet, lacks a column that another has, or changes before it is scored.

    Examples
    --------
    >>> frame = pd.DataFrame({"system_id": ["a", "b"], "rbac_configured": [True, None]})
    >>> assess_inventory(frame, "core")["risk_score"].tolist()
    [0.6, 0.8]
    """
    terms = _terms(catalog, ruleset)
    if isinstance(frame, str | Path):
        return _folder(frame, ruleset, terms)
    blocks = checked_blocks(frame, terms)
    columns: dict[str, Any] = {name: np.empty(len(frame), dtype) for name, dtype in _COLUMNS.items()}
    for block in blocks:
        for name, values in _assess_block(block, terms, ruleset).items():
            columns[name][block.rows] = values
    threats = pd.CategoricalDtype(list(terms.threats))
    columns["worst_threat"] = pd.Categorical.from_codes(columns["worst_threat"], dtype=threats)
    return pd.DataFrame({"system_id": frame["system_id"], **columns}, index=frame.index, copy=False)


def findings_frame(frame: pd.DataFrame, ruleset: str = "ai", catalog: Catalog | None = None) -> pd.DataFrame:
    """Return all findings of many systems, a row each; takes and refuses what `assess_inventory` does.

    Returns
    -------
    pd.DataFrame
        System by system in the order of `frame`, each one's findings in the order of `assess`: `system_id`, then the
        columns of `Assessment.to_frame`. Texts are categorical, and severities ordered: `severity >= "HIGH"` works.
    """
    terms = _terms(catalog, ruleset)
    rows, places, unknown = [], [], []
    for block in checked_blocks(frame, terms):
        row, check = np.nonzero(_fails(block, terms, ruleset).T)  # system by system
        rows.append(row + block.rows.start)
        places.append(check)
        unknown.append(_unknown(block, terms, ruleset)[check, row])
    findings = _every_finding(terms, ruleset).take(np.concatenate(places)).reset_index(drop=True)
    findings["unknown"] = np.concatenate(unknown)
    findings.insert(0, "system_id", frame["system_id"].array.take(np.concatenate(rows)))
    return findings


def _folder(folder: str | Path, ruleset: str, terms: Catalog) -> dd.DataFrame:
    try:
        from threatlab.assessment.inventory_folder import assess_folder
    except ImportError:
        raise ThreatLabError(
            "an inventory in a folder is read by Dask: python -m pip install 'threatlab[dask]', or give a DataFrame"
        ) from None
    return assess_folder(folder, ruleset, terms)


def _terms(catalog: Catalog | None, ruleset: str) -> Catalog:
    """Return the catalog to assess by, which has such a ruleset."""
    terms = shipped() if catalog is None else catalog
    terms.ruleset(ruleset)  # refuses an unknown one
    return terms


def _assess_block(block: Block, catalog: Catalog, ruleset: str) -> dict[str, NDArray[Any]]:
    """Return the columns of `assess_inventory` for some rows."""
    score, worst_threat, worst_risk = (_layered if ruleset == "ai" else _additive)(block, catalog)
    fails = _fails(block, catalog, ruleset)
    severities = np.array([absent.severity for *_, absent, _ in checks(catalog, ruleset)])
    return {
        "risk_score": score,
        "findings": _count(fails),
        **{severity.lower(): _count(fails[severities == severity]) for severity in SEVERITIES},
        "unknown": _count(fails & _unknown(block, catalog, ruleset)),
        "worst_threat": worst_threat,
        "worst_risk": worst_risk,
    }


def _fails(block: Block, catalog: Catalog, ruleset: str) -> Bools:
    """Return which checks fail: a row per check, in finding order, and a column per system."""
    return np.stack(
        [
            reduce(np.logical_and, [*map(block.true, needs), *_one_of(block, needs_one)], ~block.true(attribute))
            for attribute, needs, needs_one, _, _ in checks(catalog, ruleset)
        ]
    )


def _one_of(block: Block, facts: Iterable[str]) -> list[Bools]:
    """Return which systems have one of some facts; nothing if there are none to have."""
    each = [block.true(fact) for fact in facts]
    return [reduce(np.logical_or, each)] if each else []


def _unknown(block: Block, catalog: Catalog, ruleset: str) -> Bools:
    """Return which controls nobody has spoken of, laid out as `_fails`."""
    return np.stack([block.unknown(attribute) for attribute, *_ in checks(catalog, ruleset)])


def _count(fails: Bools) -> NDArray[np.uint16]:
    counts: NDArray[np.uint16] = fails.sum(axis=0, dtype=np.uint16)  # narrow ones add up several times as fast
    return counts


def _additive(block: Block, catalog: Catalog) -> tuple[Floats, NDArray[np.int8], Floats]:
    return _sums(catalog)(block), np.full(block.size, -1, dtype=np.int8), np.full(block.size, np.nan)


def _layered(block: Block, catalog: Catalog) -> tuple[Floats, NDArray[np.int8], Floats]:
    """Return score, worst threat and its risk, multiplied in the order in which `assess` does it."""
    safe, worst_risk = np.ones(block.size), np.zeros(block.size)
    worst_threat = np.full(block.size, -1, dtype=np.int8)
    for place, (inherent, *layers) in enumerate(_factors(catalog)):
        risk = inherent(block)
        for layer in layers:
            risk *= layer(block)
        safe *= 1.0 - risk
        worst_threat[risk > worst_risk + NOTHING] = place
        np.maximum(worst_risk, risk, out=worst_risk)
    return 1.0 - safe, worst_threat, worst_risk


def _table(attributes: Iterable[str], figure: Callable[[frozenset[str]], float]) -> Callable[[Block], Floats]:
    """Return `figure`, a function of which of some attributes are true, as a function of the rows of a block.

    It is worked out once for each combination of the attributes, and looked up for each row. So the formula stays where
    it is, in `layered`, and the floats are the same. A combination's place is a binary number, an attribute a digit.
    """
    names = tuple(attributes)
    combinations = product((False, True), repeat=len(names))
    figures = np.array([figure(frozenset(compress(names, combination))) for combination in combinations])

    def look_up(block: Block) -> Floats:
        place = np.zeros(block.size, dtype=np.uint32)
        for name in names:
            place <<= 1
            place |= block.true(name)
        return figures.take(place)

    return look_up


@lru_cache(maxsize=64)
def _sums(catalog: Catalog) -> Callable[[Block], Floats]:
    return _table((control.id for control in catalog.rulesets["core"].controls), partial(add_up, catalog))


@lru_cache(maxsize=64)
def _factors(catalog: Catalog) -> tuple[tuple[Callable[[Block], Floats], ...], ...]:
    """Return what each threat's risk is the product of: its risk before any control, then what each layer leaves."""
    factors = []
    for scale in scales(catalog).values():
        raising = (fact for fact, _ in (*scale.raised_by, *scale.impact_raised_by))
        facts = dict.fromkeys((*scale.applies_when_any, *raising))
        inherent = _table(facts, replace(scale, layers=()).residual)
        factors.append((inherent, *(_passes(options) for _, options in scale.layers)))
    return tuple(factors)


def _passes(options: Options) -> Callable[[Block], Floats]:
    return _table((control for control, *_ in options), partial(let_through, options))


@lru_cache(maxsize=64)
def _every_finding(catalog: Catalog, ruleset: str) -> pd.DataFrame:
    every = tuple(absent for *_, absent, _ in checks(catalog, ruleset))
    table = replace(assess(AISystem("any", catalog=catalog), ruleset), findings=every).to_frame()
    ranked = pd.CategoricalDtype(list(reversed(SEVERITIES)), ordered=True)
    return table.astype({**dict.fromkeys(table, "category"), "severity": ranked})
