"""The notebooks that are tested: those under version control, and never what a learner made beside them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked(folder: str, root: Path = ROOT) -> list[Path]:
    """Return the notebooks of a folder of the checkout, as the Makefile does: without git, all there are."""
    command = ["git", "ls-files", f"{folder}/*.ipynb"]
    try:
        listed = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False).stdout.split()
    except FileNotFoundError:
        listed = []
    return sorted(root / name for name in listed) or sorted((root / folder).glob("*.ipynb"))
