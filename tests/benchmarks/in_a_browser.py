"""The course in a browser alone: how large it is, how long a kernel takes to start, a lesson to run, a click."""

import io
import json
import os
import platform
import tarfile
import time
from itertools import cycle, islice
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser

from scripts.notebooks import run as run_installed
from tests.benchmarks.panel_page import CLICK, LOST_AFTER_MS
from tests.benchmarks.timing import Target, print_table, spread
from tests.browser.chromium import running_chromium
from tests.browser.server import Server
from tests.notebooks.tracked import ROOT
from tests.site.lab import SiteLab
from tests.site.served import ALONE, serving
from threatlab import load_system

SITE = Path(os.environ.get("THREATLAB_SITE") or ROOT / "build/site")
SAYS = ROOT / "scripts/site/measured.json"
LESSON, PANEL = "02-assess.ipynb", "explorer-panel"

STARTS, CLICKS = 5, 100
MOST_START, MOST_CLICK, MOST_PACKED = 15.0, 0.05, 70.0
"""What we promise: seconds until a kernel is ready, seconds until a click is painted, MB packed."""


def run() -> list[Target]:
    """Measure, print what came out, and return whether the targets are met; nothing is measured without a site."""
    if not (SITE / "lab").is_dir():
        print(f"\nThere is no site in {SITE}: make site builds it, or THREATLAB_SITE names one.")
        return []
    packed = _packed(SITE) / 1e6
    with serving(SITE) as server, running_chromium(ALONE) as browser:
        starts = [_start(browser, server) for _ in range(STARTS)]
        lesson, clicks = _lesson_and_clicks(browser, server)
    began = time.perf_counter()
    run_installed(ROOT / "notebooks" / LESSON)
    installed = time.perf_counter() - began
    rows = [
        ("kernel ready, s", spread(starts)),
        (f"all of {LESSON}, s (installed: {installed:.0f})", f"{lesson:.0f}"),
        ("click painted, ms", spread([1000 * each for each in clicks], ".0f")),
        ("packed, MB", f"{packed:.0f}"),
    ]
    print_table("The course in a browser alone, never there before", ("what", "median (range)"), rows)
    measured = {
        "machine": f"{os.cpu_count()} cores, {platform.system()}, Chromium",
        "start": round(median(starts)),
        "packed": round(packed),
        "lesson": round(lesson),
        "installed": round(installed),
        "click": round(1000 * median(clicks)),
    }
    if json.loads(SAYS.read_text(encoding="utf-8")) != measured:
        print(
            f"{SAYS.relative_to(ROOT)}, which the page in front quotes, would now be:\n{json.dumps(measured, indent=1)}"
        )
    return [
        Target(f"a kernel is ready in {MOST_START:g} s", f"{median(starts):.1f} s", median(starts) <= MOST_START),
        Target(f"a click is painted in {1000 * MOST_CLICK:g} ms", rows[2][1], median(clicks) <= MOST_CLICK),
        Target(f"the site is {MOST_PACKED:g} MB packed or less", f"{packed:.1f} MB", packed <= MOST_PACKED),
    ]


def _packed(folder: Path) -> int:
    """Return the bytes of a folder as a .tar.gz."""
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w:gz") as tar:
        tar.add(folder, ".")
    return written.tell()


def _start(browser: Browser, server: Server) -> float:
    """Return the seconds from a first visit's address to a kernel that answers."""
    with SiteLab(browser, server) as lab:
        began = time.perf_counter()
        lab.open_in_place(LESSON)
        return time.perf_counter() - began


def _lesson_and_clicks(browser: Browser, server: Server) -> tuple[float, list[float]]:
    """Return the seconds that a whole lesson takes to run, and those until each click in its explorer is painted."""
    with SiteLab(browser, server) as lab:
        lab.open_in_place(LESSON)
        began = time.perf_counter()
        lab.run_all()
        lesson = time.perf_counter() - began
        lab.find(".jp-Cell").nth(lab.number(PANEL)).scroll_into_view_if_needed()
        question = load_system("shadowray").catalog.controls["authentication_enforced"].question
        words = islice(cycle(("Yes", "No")), CLICKS + 1)
        taken = [lab.page.evaluate(CLICK, [(question, word), ".tl-score", LOST_AFTER_MS]) for word in words]
    lost = taken[1:].count(None)
    assert not lost, f"{lost} of {CLICKS} clicks were not answered in {LOST_AFTER_MS / 1000:g} s"
    return lesson, [each / 1000 for each in taken[1:]]
