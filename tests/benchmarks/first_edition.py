"""The first edition of the package, taken out of this clone's history to measure against."""

import subprocess
import tarfile
from io import BytesIO
from pathlib import Path

COMMIT = "ec011a3"
"""The last one of the first edition: panels of many widgets each, before they were HTML."""

MISSING = (
    f"the first edition is left out: this clone doesn't hold commit {COMMIT} (fetch the whole history, with "
    "`git fetch --unshallow`, to measure against it)"
)


def unpacked(folder: Path) -> Path | None:
    """Write the first edition's package into `folder`, and return that, or None where this clone doesn't hold it."""
    root = Path(__file__).parent.parent.parent
    try:
        package = subprocess.run(["git", "archive", COMMIT, "threatlab"], cwd=root, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    with tarfile.open(fileobj=BytesIO(package.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder
