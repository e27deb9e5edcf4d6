"""The panels' script has an address, for a page that may run no script which it is handed as text.

anywidget's page makes a module of the text that a kernel sends, and a Content-Security-Policy whose `script-src` lacks
`blob:` forbids it: no panel would be drawn. It also takes an address in place of the text.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FILE = Path(__file__).parents[1] / "widgets/base/panel.js"
FOLDER = "threatlab/"
"""Below the address that a server begins at."""

_TEXT = FILE.read_text(encoding="utf-8")
_SENT = json.dumps(_TEXT, ensure_ascii=False).encode()  # as it stands in a kernel's message
_VERSION = hashlib.sha256(_TEXT.encode()).hexdigest()[:12]  # or a browser would keep an older one


def forbids_text(policy: str) -> bool:
    """Return whether a Content-Security-Policy keeps a page from running the panels' script as text."""
    directives = {words[0].lower(): words[1:] for each in policy.split(";") if (words := each.split())}
    allowed = directives.get("script-src", directives.get("default-src"))
    return allowed is not None and "blob:" not in allowed


def serve(server: Any) -> None:
    """Have a Jupyter server answer at the script's address."""
    from tornado.web import StaticFileHandler

    route = re.escape(f"{server.web_app.settings['base_url']}{FOLDER}") + "(panel[.]js)"
    server.web_app.add_handlers(".*$", [(route, StaticFileHandler, {"path": FILE.parent})])


def with_address(message: list[Any], request: Any, base_url: str) -> list[Any]:
    """Return the parts of a kernel's message with the script's address in place of its text.

    The address begins as the page's does. A page of another host could not load it, and gets the text.
    """
    origin = request.headers.get("Origin", "")
    if urlsplit(origin).netloc != request.host:
        return message
    address = json.dumps(f"{origin}{base_url}{FOLDER}{FILE.name}?v={_VERSION}").encode()
    return [part.replace(_SENT, address) if isinstance(part, bytes) else part for part in message]
