"""The browser of the browser tests: a Chromium that is installed already, driven by Playwright."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "no Chromium found: install your system's package `chromium` (Debian: apt install chromium), "
    "or name the program in THREATLAB_CHROMIUM."
)
FLAGS = (
    "--disable-gpu",
    "--disable-quic",  # the proxy of a closed network answers TCP only
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-dev-shm-usage",  # a container's /dev/shm is too small for a long notebook
    "--force-color-profile=srgb",
)


def chromium_path() -> str | None:
    """Return the Chromium that THREATLAB_CHROMIUM names, else the first one on the PATH."""
    named = os.environ.get("THREATLAB_CHROMIUM")
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def running_chromium(*flags: str) -> Iterator[Browser]:
    """Start a headless Chromium, with further flags if need be, and stop it at the end."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=[*FLAGS, *flags], headless=True)
        try:
            yield browser
        finally:
            browser.close()
