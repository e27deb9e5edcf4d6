"""JupyterLab as the lesson wants it: offline, quick to answer a click. `make lab` and the browser tests read it.

overrides.json beside it holds what the page is told. `commsOverSubshells` is off there: with it, JupyterLab 4.6 sends
what is typed into a panel to one of the kernel's threads and a click to another, and the click may come first.
"""

from pathlib import Path
from typing import Any

from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection


class PromptConnection(ZMQChannelsWebsocketConnection):
    """A kernel's connection to the page that sends each message at once.

    A click makes the kernel send several short messages. By TCP's default (Nagle's algorithm) the second one waits
    until the browser has acknowledged the first, which it puts off for 40 ms: longer than all else that a click takes.
    """

    async def connect(self) -> Any:
        """Connect as ever, but without that wait."""
        self.websocket_handler.set_nodelay(True)
        return await super().connect()


c = get_config()  # type: ignore[name-defined]  # noqa: F821  # JupyterLab runs this file with it defined
c.ServerApp.kernel_websocket_connection_class = PromptConnection
c.LabApp.app_settings_dir = str(Path(__file__).parent)
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
c.LabApp.extension_manager = "readonly"
