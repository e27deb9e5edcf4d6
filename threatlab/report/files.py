"""Writes a text into a file: all of it or nothing, never half."""

from __future__ import annotations

import os
from pathlib import Path

from threatlab.errors import ThreatLabError


def write_text(path: str | Path, text: str) -> Path:
    """Write `text` in UTF-8 and return the path. What was there before stays, whole, until all is written.

    Raises
    ------
    ThreatLabError
        If the path is a folder, its folder is missing, or the system refuses; the message says which.
    """
    if not isinstance(path, str | Path) or not str(path).strip():
        raise ThreatLabError(f"{path!r} is no name for a file to write")
    target, data = Path(path), text.encode("utf-8", "replace")
    if target.is_dir():
        raise ThreatLabError(f"{str(path)!r} is a folder; give the name of a file in it")
    if not target.parent.is_dir():
        raise ThreatLabError(f"{str(path)!r} can't be written: there is no folder {str(target.parent)!r}")
    try:
        if target.exists() and not target.is_file():  # a device or a pipe, such as /dev/stdout, can't be replaced
            target.write_bytes(data)
            return target
        real = target.resolve()  # a link keeps pointing where it did
        part = real.with_name(f".{real.name[:100]}.{os.getpid()}.part")
        try:
            part.write_bytes(data)
            part.replace(real)
        finally:
            part.unlink(missing_ok=True)
    except (OSError, ValueError) as problem:  # a NUL in a path is a ValueError
        said = getattr(problem, "strerror", None) or problem
        raise ThreatLabError(f"{str(path)!r} can't be written: {said}") from None
    return target
