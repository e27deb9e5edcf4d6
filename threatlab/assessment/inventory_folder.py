"""An inventory beyond memory: a folder of Parquet files, checked and assessed piece by piece by Dask."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow.dataset import ParquetFileFormat, ParquetFileFragment
from pyarrow.fs import FileInfo, FileSelector, FileSystem, FileType

from threatlab.assessment.inventory import assess_inventory
from threatlab.assessment.inventory_input import booleans, check_columns, check_ids
from threatlab.catalog import Catalog
from threatlab.errors import ThreatLabError
from threatlab.files import looked_in

SHUFFLED_ROWS = 1 << 20
"""Ids compared at a time: a megabyte or ten, whatever the pieces."""

_FEW = 100
"""Repeated ids looked up, of which one is named."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A row group of a file, how many rows of the file stand `before` it, and when the file was `written` (ns)."""

    fragment: ParquetFileFragment
    before: int
    written: int

    @property
    def size(self) -> int:
        """How many rows it has."""
        return int(self.fragment.row_groups[0].num_rows)

    def read(self, columns: list[str]) -> pd.DataFrame:
        """Return some columns, with the rows' numbers in the file as index."""
        path = self.fragment.path
        if self.fragment.filesystem.get_file_info(path).mtime_ns != self.written:
            raise ThreatLabError("it has changed since it was checked; assess the inventory again")
        table = self.fragment.to_table(columns=columns, use_threads=False)
        frame: pd.DataFrame = table.to_pandas(types_mapper={pa.bool_(): pd.BooleanDtype()}.get, ignore_metadata=True)
        return frame.set_axis(pd.RangeIndex(self.before, self.before + len(frame)))


def assess_folder(folder: str | Path, ruleset: str, catalog: Catalog) -> dd.DataFrame:
    """Return what `assess_inventory` says of a folder, as a Dask DataFrame with a partition per row group.

    All is checked before it returns, on the cluster if there is one; nothing is scored before it is asked for.
    """
    pieces, names, doubtful = _pieces(folder, catalog)
    _check_rows(pieces, doubtful)
    starts = [0, *accumulate(piece.size for piece in pieces)]
    with dask.config.set({"dataframe.convert-string": False}):  # ids stay of the type that pandas reads
        return dd.from_map(
            _scores,
            pieces,
            starts[:-1],
            names=names,
            ruleset=ruleset,
            terms=catalog,
            meta=assess_inventory(pd.DataFrame({"system_id": ["any"]}), ruleset, catalog).iloc[:0],
            divisions=(*starts[:-1], starts[-1] - 1),
            label="assess-inventory",
        )


def _scores(piece: Piece, start: int, names: list[str], ruleset: str, terms: Catalog) -> pd.DataFrame:
    with _named(piece.fragment.path):
        scores = assess_inventory(piece.read(names), ruleset, terms)
    return scores.astype({"system_id": "str"}).set_axis(pd.RangeIndex(start, start + len(scores)))


@contextmanager
def _named(path: str) -> Iterator[None]:
    """Say in which file a fault is."""
    try:
        yield
    except ThreatLabError as problem:
        raise ThreatLabError(f"{path!r}: {problem}") from None


def _pieces(folder: str | Path, catalog: Catalog) -> tuple[list[Piece], list[str], list[str]]:
    """Return the row groups of all files, their columns, and those that a file doesn't say to be boolean.

    Only the files' footers are read.
    """
    pieces: list[Piece] = []
    first: dict[str, str] = {}
    doubtful: set[str] = set()
    for filesystem, file in _files(folder):
        fragment = ParquetFileFormat().make_fragment(file.path, filesystem)
        try:
            schema, groups = fragment.physical_schema, fragment.split_by_row_group()
        except (pa.ArrowException, OSError) as problem:
            said = str(problem).partition("\n")[0]
            raise ThreatLabError(f"{file.path!r} can't be read as Parquet: {said}") from None
        index = (schema.pandas_metadata or {}).get("index_columns", [])
        names = [name for name in schema.names if name not in index or name == "system_id"]
        with _named(file.path):
            check_columns(pd.DataFrame(index=[0], columns=names), catalog)
        first = first or dict.fromkeys(names, file.path)
        for name in sorted(first.keys() ^ names):
            has, lacks = (first[name], file.path) if name in first else (file.path, next(iter(first.values())))
            raise ThreatLabError(
                f"{lacks!r} has no column {name!r}, which {has!r} has; in an inventory of many files each has all "
                "columns, with empty cells where nobody has said"
            )
        doubtful |= {name for name in names if not pa.types.is_boolean(schema.field(name).type)} - {"system_id"}
        before = 0
        for group in groups:
            pieces.append(Piece(group, before, file.mtime_ns))
            before += pieces[-1].size
    pieces = [piece for piece in pieces if piece.size]
    if not pieces:
        raise ThreatLabError(f"{str(folder)!r} holds no rows: an inventory needs one for each system")
    return pieces, list(first), sorted(doubtful)


def _files(folder: str | Path) -> list[tuple[FileSystem, FileInfo]]:
    """Return the files of a folder by their paths, but hidden ones and marks that writers leave (`_SUCCESS`)."""
    given = str(folder)
    try:
        filesystem, root = FileSystem.from_uri(given if "://" in given else Path(given).absolute().as_uri())
        found = filesystem.get_file_info(root)
        if found.type is FileType.Directory:
            selected = filesystem.get_file_info(FileSelector(root, recursive=True))
            files = [file for file in selected if file.type is FileType.File and file.base_name[0] not in "._"]
        else:
            files = [found]
    except (pa.ArrowException, OSError) as problem:
        raise ThreatLabError(f"{given!r} can't be read: {str(problem).partition(chr(10))[0]}") from None
    if found.type is FileType.NotFound:
        raise ThreatLabError(f"there is no folder {given!r}{'' if '://' in given else looked_in(given)}")
    if not files:
        raise ThreatLabError(f"the folder {given!r} is empty: it needs at least one Parquet file")
    return [(filesystem, file) for file in sorted(files, key=lambda file: file.path)]


def _check_rows(pieces: list[Piece], doubtful: list[str]) -> None:
    """Refuse a cell that is no boolean, and an id that names no single system, in whatever files it stands.

    Ids that are alike meet in Dask's shuffle, which works on disk or spread over the cluster: each as 8 bytes.
    """
    hashes = dd.from_map(_hashes, pieces, doubtful=doubtful, meta=_hashed(np.array([], dtype=object)))
    together = hashes.shuffle("hash", npartitions=sum(piece.size for piece in pieces) // SHUFFLED_ROWS + 1)
    repeated = together.map_partitions(_repeated, meta=hashes._meta).compute()  # noqa: SLF001  # the one way to say so
    if repeated.empty:
        return
    wanted = frozenset(repeated["hash"].head(_FEW))
    columns = {"system_id": "str", "path": "str", "row": "int64"}
    meta = pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in columns.items()})
    found = dd.from_map(_with_hashes, pieces, wanted=wanted, meta=meta).compute()
    for system, rows in found.groupby("system_id", sort=False):
        if len(rows) > 1:  # and not two texts that hash alike
            one, other = (f"row {row} of {path!r}" for path, row in rows[["path", "row"]].to_numpy()[:2])
            raise ThreatLabError(f"{one} and {other} share the system_id {system!r}; each needs its own")


def _hashes(piece: Piece, doubtful: list[str]) -> pd.DataFrame:
    """Return the ids of a piece as hashes, after a look at each and at the cells of the columns in doubt."""
    with _named(piece.fragment.path):
        frame = piece.read(["system_id", *doubtful])
        check_ids(frame["system_id"])
        for column in doubtful:
            booleans(frame[column], frame["system_id"])
    return _hashed(frame["system_id"].to_numpy(dtype=object))


def _hashed(ids: np.ndarray[Any, Any]) -> pd.DataFrame:
    """Return ids as hashes that are the same on every machine; the index says nothing, in as few bytes as can be."""
    return pd.DataFrame(
        {"hash": pd.util.hash_array(ids, categorize=False)}, index=pd.Index(np.zeros(len(ids), dtype=np.int8))
    )


def _repeated(hashes: pd.DataFrame) -> pd.DataFrame:
    return hashes[hashes["hash"].duplicated()].head(_FEW)


def _with_hashes(piece: Piece, wanted: frozenset[int]) -> pd.DataFrame:
    ids = piece.read(["system_id"])["system_id"].astype("str")
    ids = ids[_hashed(ids.to_numpy(dtype=object))["hash"].isin(wanted).to_numpy()]
    return pd.DataFrame({"system_id": ids, "path": piece.fragment.path, "row": ids.index})
