"""Where an installed package is run: without a path to this checkout, and with Jupyter folders of its own."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.browser.server import environment_of_its_own


def environment_outside(folder: Path) -> dict[str, str]:
    """Return environment variables that name no file of this checkout; what Jupyter keeps goes to `folder`."""
    environment = environment_of_its_own(folder) | {"THREATLAB_PROGRESS": "memory"}
    environment.pop("PYTHONPATH", None)
    return environment


def run_outside(python: Path, *arguments: str | Path, folder: Path) -> str:
    """Return what an installed Python prints, started in `folder`."""
    done = subprocess.run(
        [python, *arguments], cwd=folder, env=environment_outside(folder), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
