"""The course in a browser alone is tried where it was built: THREATLAB_SITE names the folder that `make site` made."""

from __future__ import annotations

import functools
import os
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import running_chromium
from tests.browser.server import Server
from tests.site.lab import SiteLab

expect.set_options(timeout=60_000)

SITE = os.environ.get("THREATLAB_SITE", "")
collect_ignore = [] if SITE else ["test_clicks.py", "test_core_in_node.py", "test_front.py", "test_says_the_same.py"]

ALONE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
"""Chromium finds no address but this machine's own."""


class _Quiet(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_: object) -> None:
        """A page that is closed drops what it was reading."""


@pytest.fixture(scope="session")
def site() -> Iterator[Server]:
    """Serve the site as any static web server does."""
    folder = Path(SITE).resolve()
    server = _Server(("127.0.0.1", 0), functools.partial(_Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield Server(f"http://127.0.0.1:{server.server_port}/", "", folder)
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium without a network, started once for a file."""
    with running_chromium(ALONE) as chromium:
        yield chromium


@pytest.fixture
def lab(browser: Browser, site: Server) -> Iterator[SiteLab]:
    """Give the site as a browser has it that was never there."""
    with SiteLab(browser, site) as opened:
        yield opened
        assert opened.outside == []
