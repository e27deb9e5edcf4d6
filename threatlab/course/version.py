"""Which version of the course, and so of the package, is installed."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def version() -> str:
    """Return the version of threatlab that is installed."""
    try:
        return metadata.version("threatlab")
    except metadata.PackageNotFoundError:  # run from its folder, without having been installed
        return "0+unknown"
