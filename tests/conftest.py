"""What holds for every test: progress is kept in memory, no example has a time limit, and who takes which tests."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    import pytest

os.environ["THREATLAB_PROGRESS"] = "memory"  # never in the home folder of who runs them

settings.register_profile(
    "threatlab", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)  # what is slow on a busy machine isn't wrong
settings.load_profile("threatlab")

ALONE = (
    "tests/conditions/test_conditions.py",
    "tests/packaging/test_other_parameters.py",
)
"""Files whose tests take long, and share nothing but a kernel for each notebook: whole notebooks, run again."""


class ByFile(LoadScopeScheduling):
    """Gives each worker whole files, as `--dist loadfile` does, but those of `ALONE` notebook by notebook."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return f"{file}[{nodeid.partition('[')[2]}" if file in ALONE else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> ByFile:
    """Have `ByFile` deal the tests out."""
    return ByFile(config, log)
