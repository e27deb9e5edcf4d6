"""Many systems at once: a DataFrame with a row per system, assessed column by column."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import reduce
from itertools import compress, product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from threatlab.assessment.inventory_input import Block, Bools, checked_blocks
from threatlab.assessment.layered import scales
from threatlab.assessment.result import NOTHING, add_up, assess, checks
from threatlab.catalog import SEVERITIES, catalog, per_catalog
from threatlab.system import AISystem

Floats = NDArray[np.float64]

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
    catalog().ruleset(ruleset)  # refuses an unknown one
    blocks = checked_blocks(frame)
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
    catalog().ruleset(ruleset)  # refuses an unknown one
    rows, found, unknown = [], [], []
    for block in checked_blocks(frame):
        row, check = np.nonzero(_found(block, ruleset).T)  # system by system
        rows.append(row + block.rows.start)
        found.append(check)
        unknown.append(_unknown(block, ruleset)[check, row])
    findings = _every_finding(ruleset).take(np.concatenate(found)).reset_index(drop=True)
    findings["unknown"] = np.concatenate(unknown)
    findings.insert(0, "system_id", frame["system_id"].array.take(np.concatenate(rows)))
    return findings


def _assess_block(block: Block, ruleset: str) -> dict[str, NDArray[Any]]:
    """Return the columns of `assess_inventory` for some rows."""
    score, worst_threat, worst_risk = (_layered if ruleset == "ai" else _additive)(block)
    found = _found(block, ruleset)
    severities = np.array([absent.severity for _, _, absent, _ in checks(ruleset)])
    return {
        "risk_score": score,
        "findings": _count(found),
        **{severity.lower(): _count(found[severities == severity]) for severity in SEVERITIES},
        "unknown": _count(found & _unknown(block, ruleset)),
        "worst_threat": worst_threat,
        "worst_risk": worst_risk,
    }


def _found(block: Block, ruleset: str) -> Bools:
    """Return what is found: a row per check, in finding order, and a column per system."""
    return np.stack(
        [
            reduce(np.logical_and, map(block.true, needs), ~block.true(attribute))
            for attribute, needs, _, _ in checks(ruleset)
        ]
    )


def _unknown(block: Block, ruleset: str) -> Bools:
    """Return which controls nobody has spoken of, laid out as `_found`."""
    return np.stack([block.unknown(attribute) for attribute, *_ in checks(ruleset)])


def _count(found: Bools) -> NDArray[np.uint16]:
    counts: NDArray[np.uint16] = found.sum(axis=0, dtype=np.uint16)  # narrow ones add up several times as fast
    return counts


def _additive(block: Block) -> tuple[Floats, NDArray[np.int8], Floats]:
    return _sums()(block), np.full(block.size, -1, dtype=np.int8), np.full(block.size, np.nan)


def _layered(block: Block) -> tuple[Floats, NDArray[np.int8], Floats]:
    """Return score, worst threat and its risk, multiplied in the order in which `assess` does it."""
    safe, worst_risk = np.ones(block.size), np.zeros(block.size)
    worst_threat = np.full(block.size, -1, dtype=np.int8)
    for place, (inherent, *layers) in enumerate(_factors()):
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


@per_catalog
def _sums() -> Callable[[Block], Floats]:
    return _table((control.id for control in catalog().rulesets["core"].controls), add_up)


@per_catalog
def _factors() -> tuple[tuple[Callable[[Block], Floats], ...], ...]:
    """Return what each threat's risk is the product of: its risk before any control, then what each layer leaves."""
    factors = []
    for scale in scales().values():
        raising = (fact for fact, _ in (*scale.raised_by, *scale.impact_raised_by))
        facts = dict.fromkeys((*scale.applies_when_any, *raising))
        inherent = _table(facts, replace(scale, layers=()).residual)
        factors.append((inherent, *(_leaves(dict(options)) for _, options in scale.layers)))
    return tuple(factors)


def _leaves(keeps: dict[str, float]) -> Callable[[Block], Floats]:
    return _table(keeps, lambda in_place: min(map(keeps.__getitem__, in_place), default=1.0))


@per_catalog
def _every_finding(ruleset: str) -> pd.DataFrame:
    every = tuple(absent for _, _, absent, _ in checks(ruleset))
    table = replace(assess(AISystem("any"), ruleset), findings=every).to_frame()
    ranked = pd.CategoricalDtype(list(reversed(SEVERITIES)), ordered=True)
    return table.astype({**dict.fromkeys(table, "category"), "severity": ranked})
