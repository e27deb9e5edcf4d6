"""The course in a browser alone is tried where it was built: THREATLAB_SITE names the folder that `make site` made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import running_chromium
from tests.browser.server import Server
from tests.site.lab import SiteLab
from tests.site.served import ALONE, serving

expect.set_options(timeout=60_000)

SITE = os.environ.get("THREATLAB_SITE", "")
collect_ignore = [] if SITE else ["test_clicks.py", "test_core_in_node.py", "test_says_the_same.py"]


@pytest.fixture(scope="session")
def site() -> Iterator[Server]:
    """Serve the site."""
    with serving(Path(SITE).resolve()) as server:
        yield server


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a network, started once for a file."""
    with running_chromium(ALONE) as chromium:
        yield chromium


@pytest.fixture
def lab(browser: Browser, site: Server) -> Iterator[SiteLab]:
    """Give the site as a browser has it that was never there; it asks for nothing outside."""
    with SiteLab(browser, site) as opened:
        yield opened
        assert opened.outside == []
