"""A JupyterLab of its own for tests: own folders and port, and no flag that a learner's doesn't have."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_SECONDS = 90
"""Two cores, cold caches and a second test worker: a quiet machine needs about three."""

USER_SETTINGS = {
    "docmanager-extension/plugin": {"autosave": False},
    # Every cell is in the page, seen or not, so that a test finds what a reader would scroll to.
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
}


@dataclass(frozen=True)
class Server:
    """A running JupyterLab: where it listens, and the folders it reads."""

    url: str
    token: str
    root: Path


def theme_name(theme: str) -> str:
    """Return JupyterLab's name of the theme "light" or "dark"."""
    return {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}[theme]


@contextmanager
def running_server(folder: Path, python: str | Path = sys.executable, **variables: str) -> Iterator[Server]:
    """Run JupyterLab from an environment's `python`, with all that it writes kept in `folder`.

    Further environment variables are the server's own, and its kernels'.
    """
    root, user_settings = folder / "root", folder / "user-settings"
    root.mkdir(parents=True)
    for name, settings in USER_SETTINGS.items():
        file = user_settings / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(settings), encoding="utf-8")
    log = folder / "jupyterlab.log"
    command = [
        *(python, "-m", "jupyterlab", "--no-browser", "--allow-root"),
        "--expose-app-in-browser",
        f"--ServerApp.port={free_port()}",
        "--ServerApp.ip=127.0.0.1",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.user_settings_dir={user_settings}",
        f"--LabApp.workspaces_dir={folder / 'workspaces'}",
    ]
    with log.open("w", encoding="utf-8") as output:
        process = subprocess.Popen(
            command,
            cwd=root,
            env=environment_of_its_own(folder) | variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        yield _wait_until_listening(process, folder, log)
    finally:
        process.terminate()  # asks the server to stop its kernels first
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def environment_of_its_own(folder: Path) -> dict[str, str]:
    """Return this process's environment variables without the user's own Jupyter set-up: `folder` is used instead."""
    own = {k: v for k, v in os.environ.items() if not k.startswith(("JUPYTER", "PYTEST"))}
    return own | {
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_DATA_DIR": str(folder / "data"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTER_PREFER_ENV_PATH": "1",
        "IPYTHONDIR": str(folder / "ipython"),
    }


def free_port() -> int:
    """Return a port that was free a moment ago; if it's taken by then, the server tries others."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_listening(process: subprocess.Popen[bytes], folder: Path, log: Path) -> Server:
    """Return the server once it takes connections; its own runtime file says where."""
    until = time.monotonic() + START_SECONDS
    runtime = folder / "runtime" / f"jpserver-{process.pid}.json"
    while time.monotonic() < until and process.poll() is None:
        try:
            info = json.loads(runtime.read_text(encoding="utf-8"))
            socket.create_connection(("127.0.0.1", info["port"]), timeout=1).close()
        except (OSError, ValueError):  # not there yet, or half written
            time.sleep(0.1)
            continue
        return Server(info["url"], info["token"], folder / "root")
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-30:])
    raise RuntimeError(f"JupyterLab didn't start within {START_SECONDS} s. Its last words:\n{tail}")
