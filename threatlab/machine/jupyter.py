"""Whether Jupyter shows panels here: what they are made with is there, and so is our server extension."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from threatlab.machine.finding import Finding
from threatlab.machine.packages import AGAIN, pip_install, version

KIT = 8
"""The first number of the ipywidgets that panels are made for."""

_PAGES = ("@jupyter-widgets/jupyterlab-manager", "anywidget")
"""What JupyterLab needs of others to show a panel."""

_OURS = "threatlab.jupyter"


def widgets() -> Finding:
    """Return whether ipywidgets and anywidget are there, and JupyterLab finds what of them runs in the page."""
    try:
        from jupyter_core.paths import jupyter_path
        from jupyterlab_server.config import get_federated_extensions, get_page_config
    except ImportError as problem:
        return Finding("widgets", str(problem), AGAIN)
    kit = version("ipywidgets")
    if not kit or int(kit.partition(".")[0]) != KIT:
        found = (
            f"ipywidgets {kit} is installed, and panels are made for {KIT}" if kit else "ipywidgets is not installed"
        )
        newer = pip_install(f'"ipywidgets>={KIT},<{KIT + 1}"')
        return Finding("widgets", found, f"{newer}; then restart the kernel, and reload the page")
    if not (any_widget := version("anywidget")):
        return Finding("widgets", "anywidget is not installed", pip_install("anywidget"))
    folders = jupyter_path("labextensions")
    there, off = get_federated_extensions(folders), get_page_config(folders).get("disabledExtensions") or {}
    disabled = [name for name in off if not isinstance(off, dict) or off[name]]
    for name in _PAGES:
        if name not in there:
            of = "ipywidgets" if name != "anywidget" else name
            found = f"JupyterLab doesn't find the page's part of {of} ({name})"
            return Finding("widgets", found, pip_install(f"--force-reinstall --no-deps {_brings(name)}"))
        if name in disabled:
            return Finding("widgets", f"{name} is disabled in JupyterLab", f"jupyter labextension enable {name}")
    return Finding("widgets", f"ipywidgets {kit}, anywidget {any_widget}")


def _brings(name: str) -> str:
    return name if name == "anywidget" else "jupyterlab_widgets"


def server() -> Finding:
    """Return whether a Jupyter server started here loads our server extension."""
    try:
        from jupyter_core.paths import jupyter_config_path
        from jupyter_server.services.config.manager import ConfigManager
    except ImportError as problem:
        return Finding("server", str(problem), AGAIN)
    manager: Any = ConfigManager(read_config_path=jupyter_config_path())
    told = manager.get("jupyter_server_config")
    on = told.get("ServerApp", {}).get("jpserver_extensions", {}).get(_OURS)
    if on:
        return Finding("server", f"loads {_OURS}")
    if on is None:
        way_out = f"install threatlab into the environment of your Jupyter server ({Path(sys.prefix)})"
        return Finding("server", f"doesn't know {_OURS}: saved panels would be empty, clicks slower", way_out)
    return Finding("server", f"{_OURS} is disabled", f"jupyter server extension enable {_OURS}")
