"""A folder of Parquet files is assessed as the same table in memory, and the file is named that can't be read."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import chdir
from itertools import pairwise
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

pytestmark = pytest.mark.filterwarnings("ignore:The inplace keyword:DeprecationWarning")  # in Dask's shuffle


@pytest.fixture(autouse=True, scope="module")
def _elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("inventories")
    with chdir(folder), dask.config.set({"temporary-directory": str(folder)}):
        yield


def saved(parts: list[pd.DataFrame], row_group: int | None = None) -> Path:
    """Save a table in parts, a file each, in a folder that an address has to write in other letters."""
    folder = Path(f"in parts %20 \N{LATIN SMALL LETTER U WITH DIAERESIS} {len(list(Path().iterdir()))}")
    folder.mkdir()
    for number, part in enumerate(parts):
        plain = {name: column.astype(object).where(column.notna(), None) for name, column in part.items()}
        pd.DataFrame(plain).to_parquet(folder / f"part-{number:03}.parquet", row_group_size=row_group)
    return folder


def parts_of(systems: int, **columns: object) -> list[pd.DataFrame]:
    """Return an inventory in parts of a system each."""
    whole = pd.DataFrame({"system_id": [f"sys-{n}" for n in range(systems)], "rbac_configured": True, **columns})
    return [whole.iloc[[n]] for n in range(systems)]


def summary(scores: Any) -> list[Any]:
    """Return figures over all systems, of a frame of either engine; none hangs on the order of adding up."""
    counts = ["findings", *map(str.lower, SEVERITIES), "unknown"]
    figures = dask.compute(scores[counts].sum(), scores["worst_threat"].value_counts(), scores["risk_score"].max())
    return [figure.to_dict() if isinstance(figure, pd.Series) else figure for figure in figures]


def refused(folder: Path | str) -> str:
    with pytest.raises(ThreatLabError) as problem:
        assess_inventory(folder)
    return str(problem.value)


# The same figures as in memory


@pytest.mark.slow
@examples(8)
@given(inventories(), st.sampled_from(RULESETS), st.lists(st.integers(0, 9), max_size=4), st.integers(1, 9))
def test_an_inventory_in_parts_is_assessed_as_it_is_in_memory(frame, ruleset, cuts, row_group):
    edges = [0, *sorted(min(cut, len(frame)) for cut in cuts), len(frame)]  # an empty part is one, too
    parts = [frame.iloc[start:stop] for start, stop in pairwise(edges)]
    alone = assess_inventory(frame.reset_index(drop=True), ruleset)
    scores = assess_inventory(saved(parts, row_group), ruleset).persist()

    pd.testing.assert_frame_equal(scores.compute(), alone, check_exact=True)
    pd.testing.assert_series_equal(scores.dtypes, alone.dtypes)
    assert summary(scores) == summary(alone)


@pytest.mark.slow
def test_scores_are_written_as_files_and_what_writers_add_to_an_inventory_is_no_part_of_it():
    folder = saved(parts_of(3))
    (folder / "_SUCCESS").touch()
    (folder / ".part-000.parquet.crc").touch()
    whole = pd.concat(parts_of(3))
    whole.set_index("system_id").to_parquet("by-id.parquet")
    whole.set_axis([2, 1, 0]).to_parquet("numbered.parquet")
    assess_inventory(folder).to_parquet("scores")
    alone = assess_inventory(whole.reset_index(drop=True))
    pd.testing.assert_frame_equal(pd.read_parquet("scores").reset_index(drop=True), alone)
    for file in ("by-id.parquet", "numbered.parquet"):
        pd.testing.assert_frame_equal(assess_inventory(file).compute(), alone)


@pytest.mark.slow
def test_the_same_call_runs_on_a_cluster():
    distributed = pytest.importorskip("distributed")
    parts = parts_of(4)
    folder = saved(parts)
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=2, dashboard_address=None) as cluster,
        distributed.Client(cluster) as client,
    ):
        scores = assess_inventory(folder).persist()
        distributed.wait(scores)
        held = {key for keys in client.has_what().values() for key in keys}  # by the worker, another process
        assert len(held) == len(parts)
        pd.testing.assert_frame_equal(scores.compute(), assess_inventory(pd.concat(parts, ignore_index=True)))
        saved_twice = saved([*parts, parts[0]])
        assert "share the system_id 'sys-0'" in refused(saved_twice)


# Bad folders, each with its sentence


def test_a_cell_that_is_no_boolean_is_named_by_file_row_system_and_column():
    parts = parts_of(20)
    parts[17] = pd.concat([parts[17].assign(rbac_configured=None), parts[17].assign(system_id="x", rbac_configured=1)])
    said = refused(saved(parts, row_group=1))
    assert "part-017.parquet': row 1 ('x'), column rbac_configured: 1 is not True, False or missing" in said


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        ([*parts_of(2), parts_of(3)[2].drop(columns="rbac_configured")], "part-002.parquet' has no column 'rbac_conf"),
        ([parts_of(1)[0], parts_of(2, uses_tools=True)[1]], "part-000.parquet' has no column 'uses_tools'"),
        (
            [parts_of(1)[0], parts_of(2, uses_tool=True)[1]],
            "part-001.parquet': unknown column 'uses_tool': did you mean 'uses_tools'",
        ),
        ([parts_of(1)[0][["rbac_configured"]]], "part-000.parquet': the inventory has no column 'system_id'"),
        (
            [parts_of(1)[0], parts_of(1)[0].assign(system_id="")],
            "part-001.parquet': row 0: system_id is ''; it must be",
        ),
        ([parts_of(1)[0], parts_of(1)[0].assign(system_id=7)], "part-001.parquet': row 0: system_id is 7; it must be"),
        ([pd.concat(parts_of(1) * 2)], "part-000.parquet': rows 0 and 1 share the system_id 'sys-0'"),
        ([parts_of(1)[0].iloc[:0]], "holds no rows: an inventory needs one for each system"),
        ([], "is empty: it needs at least one Parquet file"),
    ],
)
def test_a_folder_that_is_no_inventory_is_refused_with_file_and_column(parts, sentence):
    said = refused(saved(parts))
    assert sentence in said
    assert "\n" not in said


def test_an_id_in_two_files_is_refused_with_both():
    parts = parts_of(5)
    parts[4] = pd.concat([parts[4], parts[1]])
    said = refused(saved(parts, row_group=1))
    assert "row 0 of " in said
    assert "part-001.parquet' and row 1 of " in said
    assert said.endswith("part-004.parquet' share the system_id 'sys-1'; each needs its own")


def test_texts_that_only_hash_alike_are_two_systems(monkeypatch):
    monkeypatch.setattr(pd.util, "hash_array", lambda ids, **_: np.zeros(len(ids), dtype=np.uint64))
    assert len(assess_inventory(saved(parts_of(3))).compute()) == 3


def test_a_file_that_is_no_parquet_is_named():
    folder = saved(parts_of(2))
    (folder / "readme.txt").write_text("what this is", encoding="utf-8")
    assert "readme.txt' can't be read as Parquet: " in refused(folder)


def test_a_folder_that_is_not_there_is_named():
    assert refused("nowhere") == f"there is no folder 'nowhere' in {str(Path.cwd())!r}"
    assert "'gopher://nowhere' can't be read: " in refused("gopher://nowhere")


def test_a_file_that_changes_before_it_is_scored_is_named():
    folder = saved(parts_of(2))
    scores = assess_inventory(folder)
    file = folder / "part-001.parquet"
    os.utime(file, ns=(0, file.stat().st_mtime_ns + 1))
    with pytest.raises(ThreatLabError, match=r"part-001.parquet': it has changed since it was checked"):
        scores.compute()


def test_without_dask_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.delitem(sys.modules, "threatlab.assessment.inventory_folder", raising=False)
    monkeypatch.setitem(sys.modules, "dask", None)
    assert "pip install 'threatlab[dask]'" in refused("anywhere")
