"""A part of the suite runs again as on another machine: other vector instructions, kernels, threads, hashes, time zone.

NumPy sorts equal values in another order with each kind of vector instructions, and OpenBLAS adds up in another order
with each of its kernels: what hangs on that differs from the saved notebooks here, whatever this processor is.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from numpy._core._multiarray_umath import __cpu_dispatch__ as optional
from numpy._core._multiarray_umath import __cpu_features__ as features

ROOT = Path(__file__).parents[2]
NBVAL = ("--nbval", "--nbval-current-env", "--nbval-cell-timeout=300", "--nbval-kernel-startup-timeout=300")

ONE_SEED = "not seed0"  # the notebooks run the attacks with that one

ATTACKS = "notebooks/03-attack.ipynb"
EVERYTHING = (
    ATTACKS,
    "tests/attacks/test_bands.py::test_what_was_measured_is_measured_again",
    "tests/unit/test_monitoring.py",
    "tests/unit/test_reviews.py",
    "notebooks/04-plan-and-control.ipynb",
    "notebooks/05-defense-in-depth.ipynb",
    "notebooks/06-monitor-and-operate.ipynb",
)


def kernels(name: str) -> dict[str, str]:
    """Return what has OpenBLAS use the kernels of a processor, where it can: others would stop at the first of them."""
    return {"OPENBLAS_CORETYPE": name} if features.get("AVX2") and features.get("FMA3") else {}


def threads(number: int) -> dict[str, str]:
    return {"OPENBLAS_NUM_THREADS": str(number), "OMP_NUM_THREADS": str(number)}


def without(names: list[str]) -> dict[str, str]:
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(names)}


JOBS: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {
    "without AVX-512, on one thread, elsewhere": (
        without([name for name in optional if "512" in name or name == "X86_V4"])
        | kernels("Haswell")
        | threads(1)
        | {"PYTHONHASHSEED": "7", "TZ": "Pacific/Apia", "LC_ALL": "C"},
        EVERYTHING,
    ),
    "without AVX2, on two threads": (
        without(list(optional)) | kernels("Zen") | threads(2) | {"PYTHONHASHSEED": "8"},
        EVERYTHING,
    ),
    "with the kernels of an old processor": (kernels("Nehalem"), (ATTACKS,)),
}
every_job = pytest.mark.parametrize("job", JOBS)


def run(job: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python as on that machine."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=kept | JOBS[job][0], capture_output=True, text=True, check=False
    )


@every_job
def test_the_suite_passes_under_other_conditions(job: str) -> None:
    done = run(job, "-m", "pytest", "-n", "0", "-q", "-p", "no:cacheprovider", "-k", ONE_SEED, *NBVAL, *JOBS[job][1])
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr


SAY = """
import json, os, time, numpy, threadpoolctl
from numpy._core._multiarray_umath import __cpu_features__ as features
(blas,) = threadpoolctl.threadpool_info()
print(json.dumps({
    "on": [name for name, on in features.items() if on],
    "threads": blas["num_threads"],
    "offset": time.localtime().tm_gmtoff,
    "hash": hash("threat"),
}))
"""


def test_the_conditions_are_met() -> None:
    first, second, _ = (json.loads(run(job, "-c", SAY).stdout) for job in JOBS)
    assert not [name for name in first["on"] if "512" in name]
    assert not set(optional) & set(second["on"])
    assert (first["threads"], second["threads"]) == (1, min(2, os.cpu_count() or 1))
    assert first["offset"] == 13 * 3600
    assert first["hash"] != second["hash"]
