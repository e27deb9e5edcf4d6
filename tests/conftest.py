"""What holds for every test: progress is kept in memory, no example has a time limit, and who takes which tests."""

from __future__ import annotations

import gc
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

os.environ["THREATLAB_PROGRESS"] = "memory"  # never in the home folder of who runs them
os.environ.pop("THREATLAB_CLASS", None)  # nor shared with a class of theirs

settings.register_profile(
    "threatlab", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # what is slow on a busy machine isn't wrong
settings.register_profile("few", settings.get_profile("threatlab"), max_examples=5)  # what `make check` asks for
settings.load_profile("threatlab")

LONG = ("tests/attacks/", "tests/browser/", "tests/conditions/", "tests/exercises/", "tests/packaging/")
"""Files that take long: begun first, so that no process waits for another in the end."""

ALONE = "tests/conditions/test_conditions.py"
"""A file whose tests take long, and share nothing that is worth keeping together."""

TOGETHER = "tests/packaging/"
"""A folder whose files share what takes long to make: a wheel, an environment, a kernel."""


class ByFile(LoadScopeScheduling):
    """Gives each worker whole files, as `--dist loadfile` does, but for `ALONE` and `TOGETHER`."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file == ALONE else TOGETHER if file.startswith(TOGETHER) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Have `ByFile` deal the tests out, in the order in which they are collected."""
    config.option.loadscopereorder = False
    return ByFile(config, log)


@pytest.fixture
def learner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A learner whose folder, which this is, is new, with notebook 02 open."""
    from threatlab.exercises import progress

    monkeypatch.setenv("JPY_SESSION_NAME", "/course/02-assess.ipynb")
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.jsonl"))
    progress.store.cache_clear()
    yield tmp_path
    progress.store.cache_clear()


def pytest_runtest_setup() -> None:
    """Have each test begin with our logger as it is: cells of notebooks that ran in this process set its level."""
    logging.getLogger("threatlab").setLevel(logging.NOTSET)


def pytest_collection_finish() -> None:
    """Have the garbage collector look seldom, and never at what is there for all tests: it took a tenth of the time."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Have `--most-of-each N`, which `make check` asks for."""
    parser.addoption("--most-of-each", type=int, metavar="N", help="run each test with N of its parameters at the most")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes long first; the rest stays in its order. Of each test, take parameters from first to last."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    if most := config.getoption("most_of_each"):
        of_each: dict[str, list[pytest.Item]] = {}
        for item in items:
            of_each.setdefault(item.nodeid.partition("[")[0], []).append(item)
        items[:] = [item for each in of_each.values() for item in each[:: -(-len(each) // most)]]
