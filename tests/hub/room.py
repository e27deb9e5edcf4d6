"""A hub of its own on this machine, with homes in a folder of its own, and what its learners' processes take."""

from __future__ import annotations

import os
import secrets
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from tests.browser.server import environment_of_its_own, free_port

START_SECONDS = 120
STOP_SECONDS = 120
"""A hub stops its learners' servers first, and each its kernels."""


@dataclass(frozen=True)
class Room:
    """A running hub: its address without a slash at the end, the password of its learners, and their homes."""

    url: str
    password: str
    homes: Path
    log: Path


@contextmanager
def running_hub(environment: Path, folder: Path) -> Iterator[Room]:
    """Run the hub that `workshop/hub/install` has put into an environment, with all that it writes in `folder`."""
    room = Room(f"http://127.0.0.1:{free_port()}", secrets.token_hex(8), folder / "homes", folder / "hub.log")
    room.homes.mkdir(parents=True)
    variables = {
        "PATH": f"{environment / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "THREATLAB_HUB_HOMES": str(room.homes),
        "THREATLAB_HUB_PASSWORD": room.password,
        "THREATLAB_HUB_URL": room.url,
        "THREATLAB_TRY_PORTS": f"{free_port()} {free_port()}",
    }
    own = {key: value for key, value in environment_of_its_own(folder).items() if not key.startswith("PYTHON")}
    with room.log.open("w", encoding="utf-8") as log:
        hub = subprocess.Popen(
            [environment / "bin/jupyterhub", "-f", Path(__file__).parent / "rehearsal_config.py"],
            cwd=folder,
            env=own | variables,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_until_listening(hub, room)
            yield room
        finally:
            hub.terminate()
            try:
                hub.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                hub.kill()
                hub.wait()


def _wait_until_listening(hub: subprocess.Popen[bytes], room: Room) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until and hub.poll() is None:
        try:
            urlopen(f"{room.url}/hub/health", timeout=1).close()
        except (URLError, OSError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"the hub didn't start. Its last words:\n{room.log.read_text(encoding='utf-8')[-3000:]}")


@dataclass(frozen=True)
class Memory:
    """What learners' processes take now, in MB of their own and their share of what is shared (PSS)."""

    servers: tuple[float, ...]
    kernels: tuple[float, ...]
    learners: tuple[float, ...]
    """All of each learner's processes together."""
    available: float
    """What the machine has left."""


def memory(homes: Path) -> Memory:
    """Return what the processes whose home is below `homes` take."""
    servers, kernels, learners = [], [], defaultdict(float)
    for process in Path("/proc").glob("[0-9]*"):
        try:
            variables = (process / "environ").read_bytes().split(b"\0")
            home = next((Path(os.fsdecode(each[5:])) for each in variables if each.startswith(b"HOME=")), None)
            if home is None or home.parent != homes:
                continue
            command = (process / "cmdline").read_bytes()
            pss = int(_line(process / "smaps_rollup", "Pss:")) / 1024
            parent = (Path("/proc") / _line(process / "status", "PPid:") / "cmdline").read_bytes()
        except (OSError, ValueError):  # it has ended
            continue
        learners[home.name] += pss
        if b"ipykernel_launcher" in command:
            if b"ipykernel_launcher" not in parent:  # else one that a kernel has forked
                kernels.append(pss)
        elif b"jupyterhub-singleuser" in command:
            servers.append(pss)
    available = int(_line(Path("/proc/meminfo"), "MemAvailable:")) / 1024
    return Memory(tuple(servers), tuple(kernels), tuple(learners.values()), available)


def _line(file: Path, name: str) -> str:
    """Return the number in a line of one of the system's files; memory stands there in kB."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if line.startswith(name):
            return line.split()[1]
    raise ValueError(f"{file} has no {name}")
