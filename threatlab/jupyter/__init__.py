"""The server extension: what a Jupyter server with this package installed does for its panels, without being asked.

server.json tells the server of it. By overrides.json the page asks nobody for news, its file list has room for whole
names, and what is done in a panel is heard before a cell that is run after it: else JupyterLab has panels heard in a
thread of the kernel's beside that of the cells, and a cell overtakes a click. pyproject.toml says where both are
installed. Nothing of Jupyter is imported here; the server hands over what is needed.
"""

from __future__ import annotations

from typing import Any

from threatlab.jupyter.saving import keep_pictures
from threatlab.jupyter.script import forbids_text, serve, with_address

_CONNECTION = "kernel_websocket_connection_class"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    settings = server.web_app.settings
    settings[_CONNECTION] = _prompt(settings[_CONNECTION])
    _keep_icons(settings)
    if forbids_text(settings.get("headers", {}).get("Content-Security-Policy", "")):
        serve(server)
        settings[_CONNECTION] = _with_address(settings[_CONNECTION])
    server.contents_manager.register_pre_save_hook(keep_pictures)  # runs after one that is configured


def _prompt(connection: Any) -> type:
    """Return a kernel's connection to the page that sends each message at once, and is else as `connection`.

    A click makes the kernel send several short messages. By TCP's default (Nagle's algorithm) the second one waits
    until the browser has acknowledged the first, which it puts off for 40 ms: longer than all else that a click takes.
    """

    class PromptConnection(connection):  # type: ignore[misc]  # whichever kind this server uses
        async def connect(self) -> Any:
            self.websocket_handler.set_nodelay(True)
            return await super().connect()

    return PromptConnection


def _keep_icons(settings: dict[str, Any]) -> None:
    """Have the browser keep the page's icons. JupyterLab shows another one while a kernel works, so with each click.

    Else the browser asks for it each time, and the answer to the click waits until the server has looked for a newer.
    """
    kept = settings.get("static_immutable_cache", ())
    settings["static_immutable_cache"] = [*kept, f"{settings['base_url']}static/favicons/"]


def _with_address(connection: Any) -> type:
    """Return a kernel's connection to the page that is as `connection`, but for the panels' script (see script.py)."""

    class AddressedConnection(connection):  # type: ignore[misc]  # as above
        def handle_outgoing_message(self, stream: Any, outgoing_msg: Any) -> Any:
            if self.subprotocol:  # else each message's signature is checked once more, and it is of an older page
                handler = self.websocket_handler
                outgoing_msg = with_address(outgoing_msg, handler.request, handler.settings["base_url"])
            return super().handle_outgoing_message(stream, outgoing_msg)

    return AddressedConnection
