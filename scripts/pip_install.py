"""Run pip install, and say each second how far it is: python pip_install.py LOG OPTION ...; pip's words go to LOG."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import time
from pathlib import Path

QUIET = 10.0
"""Seconds between two lines where they are kept, as in a log; a terminal shows one line that changes."""

_WIDTH = 79
_MEGABYTES = {"kB": 1e-3, "MB": 1.0, "GB": 1e3}


def main(log: Path, options: list[str]) -> int:
    """Run pip with its output in a file, and return its exit code."""
    site, packages = Path(sysconfig.get_path("purelib")), _pinned(options)
    before, said = _there(site), time.monotonic()
    pip = (sys.executable, "-m", "pip", "install", "--no-input", "--disable-pip-version-check", "--progress-bar=off")
    with log.open("w", encoding="utf-8") as words:
        running = subprocess.Popen([*pip, *options], stdout=words, stderr=subprocess.STDOUT)  # noqa: S603
        while True:
            try:
                code = running.wait(timeout=1)
                break
            except subprocess.TimeoutExpired:
                told = how_far(log.read_text(encoding="utf-8", errors="replace"), packages, _there(site) - before)
            if told and sys.stderr.isatty():
                print(f"\r{told:{_WIDTH}.{_WIDTH}}", end="", file=sys.stderr, flush=True)
            elif told and time.monotonic() - said > QUIET:
                print(told, file=sys.stderr, flush=True)
                said = time.monotonic()
    if sys.stderr.isatty():
        print(f"\r{'':{_WIDTH}}\r", end="", file=sys.stderr, flush=True)
    return code


def how_far(words: str, packages: int, unpacked: int) -> str:
    """Return how far pip is by its words so far, "" before it has said anything.

    `packages` is how many it has to find, 0 if that isn't known, and `unpacked` how many it has put in their place.
    """
    if installing := re.search(r"^Installing collected packages: (.+)", words, re.MULTILINE):
        return f"  unpacked {unpacked} of {installing[1].count(',') + 1} packages"
    found = re.findall(r"^(?:Collecting|Processing) (\S+)", words, re.MULTILINE)
    if not found:
        return ""
    loaded = re.findall(r"Downloading \S+\.(?:whl|gz) \(([\d.]+) (kB|MB|GB)\)", words)
    megabytes = sum(float(size) * _MEGABYTES[unit] for size, unit in loaded)
    of = f" of {packages}" if packages else ""
    name = re.split(r"[=-]", Path(found[-1]).name)[0]
    return f"  found {len(found)}{of} packages, {megabytes:.0f} MB downloaded: {name}"


def _there(site: Path) -> int:
    return sum(1 for _ in site.glob("*.dist-info"))


def _pinned(options: list[str]) -> int:
    """Return how many packages the lock among the options pins for this Python and system, 0 without one."""
    from pip._vendor.packaging.requirements import Requirement  # nothing else is there yet to read a marker with

    if "--requirement" not in options:
        return 0
    text = Path(options[options.index("--requirement") + 1]).read_text(encoding="utf-8")
    pins = [
        Requirement(re.split(r"\s*(?:\\|--hash)", line)[0])
        for line in text.splitlines()
        if re.match(r"[\w.-]+==", line)
    ]
    return sum(not pin.marker or pin.marker.evaluate({"extra": ""}) for pin in pins)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2:]))
