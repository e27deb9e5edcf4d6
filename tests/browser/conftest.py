"""Fixtures for tests in a browser: a blank page for one panel, or a real JupyterLab."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.blank_page import BlankPage
from tests.browser.chromium import NO_CHROMIUM, chromium_path, running_chromium
from tests.browser.lab import Lab
from tests.browser.server import Server, running_server

expect.set_options(timeout=60_000)  # a busy machine may take seconds for what a quiet one does in 50 ms


@pytest.fixture(scope="session")
def lab_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab, started once."""
    with running_server(tmp_path_factory.mktemp("jupyterlab")) as server:
        yield server


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium, started once for this folder: Playwright's event loop must be gone when others run."""
    if chromium_path() is None:
        if os.environ.get("THREATLAB_REQUIRE_BROWSER") == "1":
            pytest.fail(NO_CHROMIUM + " THREATLAB_REQUIRE_BROWSER=1 lets no browser test skip.")
        pytest.skip(NO_CHROMIUM)
    with running_chromium() as chromium:
        yield chromium


@pytest.fixture(scope="package")
def lab(browser: Browser, lab_server: Server) -> Iterator[Lab]:
    """Give JupyterLab, loaded once: each test opens a notebook of its own in it."""
    with Lab(browser, lab_server) as opened:
        yield opened


@pytest.fixture(scope="package")
def blank_page(browser: Browser) -> Iterator[BlankPage]:
    """Give a page for one panel after the other."""
    page = BlankPage(browser)
    yield page
    page.close()


@pytest.fixture
def blank(blank_page: BlankPage) -> Iterator[BlankPage]:
    """Give the page for one panel; nothing may go wrong in it, and it asks no other machine."""
    blank_page.faults.clear()
    blank_page.outside.clear()
    yield blank_page
    assert blank_page.faults == []
    assert blank_page.outside == []
