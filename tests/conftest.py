"""What holds for every test: progress is kept in memory, and which tests a worker takes together."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest

os.environ["THREATLAB_PROGRESS"] = "memory"  # never in the home folder of who runs them

ALONE = ("tests/notebooks/test_papermill.py", "tests/notebooks/test_exercises_run.py")
"""Files whose tests share nothing and take seconds each: whole notebooks, each in a kernel of its own."""


class ByFile(LoadScopeScheduling):
    """Gives each worker whole files, as `--dist loadfile` does, but the notebooks of `ALONE` one by one, at the end."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if file in ALONE else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Have `ByFile` deal the tests out."""
    return ByFile(config, log)
