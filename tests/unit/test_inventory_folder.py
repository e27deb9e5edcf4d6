"""A folder of Parquet files says of its systems what the same table in memory says, and names the file it can't read."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.strategies import examples
from tests.unit.test_inventory import RULESETS, inventories
from threatlab import ThreatLabError
from threatlab.assessment.inventory import assess_inventory
from threatlab.catalog import SEVERITIES

dask = pytest.importorskip("dask", reason="the extra dask is not installed")
pa = pytest.importorskip("pyarrow", reason="the extra dask is not installed")


@pytest.fixture(autouse=True)
def _temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    with dask.config.set({"temporary-directory": str(tmp_path)}):
        yield


def saved(folder: Path, parts: list[pd.DataFrame], row_group: int | None = None) -> Path:
    """Save a table in parts, one file each; a path that URLs and file names write differently."""
    folder.mkdir()
    for number, part in enumerate(parts):
        part.to_parquet(folder / f"part-{number:03}.parquet", row_group_size=row_group)
    return folder


def inventory_of(systems: int, **columns: object) -> list[pd.DataFrame]:
    """Return an inventory in parts of a system each."""
    whole = pd.DataFrame({"system_id": [f"sys-{n}" for n in range(systems)], "rbac_configured": True, **columns})
    return [whole.iloc[[n]] for n in range(systems)]


def summary(scores: Any) -> dict[str, Any]:
    """Return figures over all systems, for a frame of either engine: the same bits, whatever is added up first."""
    whole = scores[["findings", *map(str.lower, SEVERITIES), "unknown"]].sum(), scores["risk_score"].max()
    worst = scores["worst_threat"].value_counts(sort=False), scores["worst_risk"].max()
    return {name: value.compute() if hasattr(value, "compute") else value for name, value in zip("abcd", whole + worst)}
