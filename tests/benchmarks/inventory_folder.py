"""More systems than memory holds: `assess_inventory` over a folder, each run in a process of its own, with its peak."""

import json
import resource
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from tests.benchmarks.inventory_scale import inventory
from tests.benchmarks.timing import Target, duration, print_table
from threatlab.assessment.inventory import assess_inventory

FILES, ROWS = 50, 1_000_000
FEW = 4
"""Files that are also read into memory whole, to see what that takes."""
GIBIBYTES = 2.0
"""Peak of the whole process that we promise for all files: Dask's shuffle alone keeps up to one before it uses disk."""


def run() -> list[Target]:
    """Print time, rate and peak of three runs, and return how the bound fared."""
    with TemporaryDirectory() as place:
        folder, few = Path(place, "inventory"), Path(place, "few")
        folder.mkdir()
        few.mkdir()
        with ProcessPoolExecutor() as pool:
            list(pool.map(partial(write_part, folder), range(FILES)))
        for file in sorted(folder.iterdir())[:FEW]:
            (few / file.name).hardlink_to(file)
        runs = {
            ("folder", FILES): measured("folder", folder),
            ("folder", FEW): measured("folder", few),
            ("in memory", FEW): measured("memory", few),
        }
    table = [
        (how, f"{files * ROWS:,}", duration(s), f"{files * ROWS / s:,.0f}", f"{peak:.2f} GiB")
        for (how, files), (s, peak) in runs.items()
    ]
    header = ("", "systems", "time", "systems a second", "peak of the process")
    print_table("An inventory in a folder of Parquet files: checked, assessed and written", header, table)
    peak, whole = runs["folder", FILES][1], runs["in memory", FEW][1] * FILES / FEW
    return [
        Target(
            f"{FILES * ROWS:,} systems in less than {GIBIBYTES:g} GiB",
            f"{peak:.2f} GiB; in memory about {whole:.0f} GiB, {whole / peak:.0f} times as much (by {FEW * ROWS:,})",
            peak < GIBIBYTES,
        )
    ]


def write_part(folder: Path, number: int) -> None:
    """Write a file of random systems, whose ids are in no order and none of another file's."""
    frame = inventory(ROWS, seed=number)
    frame["system_id"] = f"{number:03}-" + frame["system_id"]
    frame.to_parquet(folder / f"part-{number:03}.parquet", index=False)


def measured(how: str, folder: Path) -> tuple[float, float]:
    """Return the seconds and the peak in GiB of a new process that does it."""
    command = [sys.executable, "-m", "tests.benchmarks.inventory_folder", how, str(folder)]
    seconds, peak = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, peak


def assess_and_write(how: str, folder: str) -> None:
    started = time.perf_counter()
    with TemporaryDirectory() as scores:
        if how == "folder":
            assess_inventory(folder).to_parquet(scores)
        else:
            assess_inventory(pd.read_parquet(folder)).to_parquet(Path(scores, "all.parquet"))
    unit = 1 if sys.platform == "darwin" else 1024  # bytes, or KiB
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**30
    print(json.dumps([time.perf_counter() - started, peak]))


if __name__ == "__main__":
    assess_and_write(*sys.argv[1:])
