"""A part of the suite runs again as on another machine: other vector instructions, kernels, threads, hashes, time zone.

NumPy sorts equal values in another order with each kind of vector instructions, and OpenBLAS adds up in another order
with each of its kernels: what hangs on that differs from the saved notebooks here, whatever this processor is.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from numpy._core._multiarray_umath import __cpu_dispatch__ as optional
from numpy._core._multiarray_umath import __cpu_features__ as features

from scripts.notebooks import clean
from tests.browser.server import environment_of_its_own
from tests.notebooks.kernel import kernel
from tests.notebooks.tracked import ROOT

LESSONS = ("03-attack", "04-plan-and-control", "05-defense-in-depth", "06-monitor-and-operate")
DAYS = ("tests/unit/test_monitoring.py", "tests/unit/test_reviews.py")
BANDS = ("tests/attacks/test_bands.py::test_what_was_measured_is_measured_again",)


def kernels(name: str) -> dict[str, str]:
    """Return what has OpenBLAS use the kernels of a processor, where it can: others would stop at the first of them."""
    return {"OPENBLAS_CORETYPE": name} if features.get("AVX2") and features.get("FMA3") else {}


def threads(number: int) -> dict[str, str]:
    return {"OPENBLAS_NUM_THREADS": str(number), "OMP_NUM_THREADS": str(number)}


def without(names: list[str]) -> dict[str, str]:
    return {"NPY_DISABLE_CPU_FEATURES": " ".join(names)}


JOBS: dict[str, tuple[dict[str, str], tuple[str, ...], tuple[str, ...]]] = {
    "without AVX-512, on one thread, elsewhere": (
        without([name for name in optional if "512" in name or name == "X86_V4"])
        | kernels("Haswell")
        | threads(1)
        | {"THREATLAB_SEED": "7", "PYTHONHASHSEED": "70701", "TZ": "Pacific/Apia", "LC_ALL": "C"},
        LESSONS,
        DAYS,
    ),
    "without AVX2, on two threads": (
        without(list(optional)) | kernels("Zen") | threads(2) | {"THREATLAB_SEED": "8", "PYTHONHASHSEED": "80801"},
        LESSONS,
        DAYS,
    ),
    "with the kernels of an old processor": (kernels("Nehalem"), (), BANDS),
}

SAY = """
import json, time, threadpoolctl
from numpy._core._multiarray_umath import __cpu_features__ as features
(blas, *_) = [each for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"]
print(json.dumps({
    "on": [name for name, on in features.items() if on],
    "threads": blas["num_threads"],
    "offset": time.localtime().tm_gmtoff,
    "hash": hash("a word"),
}))
"""
PYTHON = {"kernelspec": {"name": "python3", "display_name": "Python"}, "language_info": {"name": "python"}}
RUN = f"""
import os, pytest
os.chdir({str(ROOT)!r})
pytest.main(["-n", "0", "-q", "-p", "no:cacheprovider", "-p", "no:nbval", *%r])
"""


def shown(notebook: NotebookNode) -> dict[str, list[Any]]:
    """Return what each cell shows but for pictures, of which each machine draws a pixel otherwise."""
    return {
        cell.id: [
            output.get("text") or {kind: data for kind, data in output.data.items() if not kind.startswith("image/")}
            for output in cell.outputs
        ]
        for cell in clean(notebook).cells
        if cell.cell_type == "code"
    }


@pytest.mark.parametrize("job", JOBS)
def test_notebooks_say_what_they_said_and_tests_pass_under_other_conditions(job: str, tmp_path: Path) -> None:
    conditions, lessons, tests = JOBS[job]
    there = environment_of_its_own(tmp_path) | {"PYTHONPATH": str(ROOT)} | conditions
    last = new_notebook(cells=[new_code_cell(SAY), new_code_cell(RUN % (tests,))], metadata=PYTHON)
    nbformat.write(last, tmp_path / "last.ipynb")
    with kernel(Path(sys.executable), there) as run:
        for name in lessons:
            file = ROOT / f"notebooks/{name}.ipynb"
            said, says = shown(nbformat.read(file, as_version=4)), shown(run(file, {}))
            assert {cell: says[cell] for cell in said} == said, name
        *_, say, ran = shown(run(tmp_path / "last.ipynb", {})).values()
    are_met(conditions, json.loads("".join(say)))
    assert ran[-1] == {"text/plain": "<ExitCode.OK: 0>"}, ran


def are_met(conditions: dict[str, str], there: dict[str, Any]) -> None:
    """See that what was set holds in the kernel."""
    assert not set(conditions.get("NPY_DISABLE_CPU_FEATURES", "").split()) & set(there["on"])
    if "OPENBLAS_NUM_THREADS" in conditions:
        assert there["threads"] == min(int(conditions["OPENBLAS_NUM_THREADS"]), os.cpu_count() or 1)
    if "TZ" in conditions:
        assert there["offset"] == 13 * 3600
    if "PYTHONHASHSEED" in conditions:
        assert there["hash"] != hash("a word")
