"""Whether a kernel starts here and answers a click, asked as a page asks, without a browser."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from queue import Empty
from subprocess import DEVNULL
from typing import Any

from threatlab.exercises.progress import VARIABLE
from threatlab.machine.finding import Finding
from threatlab.machine.packages import AGAIN, pip_install

PATIENCE = 15.0
"""Seconds to wait for a kernel and for what it is asked to do: with all else less than 20."""

_HELP = "mend what failed above; if nothing did, send the line below to who helps you"
_WHERE = "import threatlab; print(threatlab.__file__)"
_PANEL = """\
from threatlab.widgets import Prediction
Prediction("Does a click arrive?", ["It does."], ["yes", "no"])
"""


def kernel() -> Iterator[Finding]:
    """Yield whether a kernel starts, and then whether a panel in it answers a click."""
    try:
        from jupyter_client.manager import KernelManager
    except ImportError as problem:
        yield Finding("kernel", str(problem), AGAIN)
        return
    manager, begun = KernelManager(kernel_name="python3"), time.monotonic()
    until = begun + PATIENCE
    client: Any = None
    try:
        environment = {name: value for name, value in os.environ.items() if name != "JPY_SESSION_NAME"}
        quiet = {"stdout": DEVNULL, "stderr": DEVNULL}  # what a kernel says as it starts is nobody's concern
        manager.start_kernel(env=environment | {VARIABLE: "memory"}, **quiet)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=PATIENCE)
    except Exception as problem:  # noqa: BLE001  # each part of Jupyter has errors of its own
        why = " ".join(str(problem).split()) or type(problem).__name__
        again = pip_install("--force-reinstall --no-deps ipykernel")
        way_out = f"{again}; if that changes nothing, allow connections to 127.0.0.1 in your firewall"
        yield Finding("kernel", f"doesn't start: {why}", way_out)
    else:
        started = time.monotonic() - begun
        yield from _asked(client, until, f"started in {started:.1f} s")
    finally:
        if client:
            client.stop_channels()
        with suppress(Exception):
            manager.shutdown_kernel(now=True)


def _asked(client: Any, until: float, started: str) -> Iterator[Finding]:
    import threatlab

    try:
        said = "".join(
            content.get("text", "") for kind, content in _run(client, until, _WHERE) if kind == "stream"
        ).strip()
        if not said or Path(said).resolve() != Path(str(threatlab.__file__)).resolve():
            of = f"another threatlab ({said})" if said else "no threatlab"
            yield Finding(
                "kernel",
                f"{started}, and it has {of}",
                "jupyter kernelspec remove python3, which starts another Python",
            )
            return
        yield Finding("kernel", started)
        yield _clicked(client, until)
    except Empty:
        yield Finding("click", "the kernel gives no answer", "close other programs, then run this again")


def _clicked(client: Any, until: float) -> Finding:
    """Click in a panel as the page does: by a message on the line that the kernel has opened for it."""
    opened, fault = [], ""
    for kind, content in _run(client, until, _PANEL):
        if kind == "comm_open" and "page" in content.get("data", {}).get("state", {}):
            opened.append(str(content["comm_id"]))
        elif kind == "error":
            fault = f"{content['ename']}: {content['evalue']}"
    if fault or not opened:
        return Finding("click", f"a panel can't be shown: {fault or 'it opened no line to the page'}", _HELP)
    begun = time.monotonic()
    chosen = {"question": "It does.", "answer": "yes"}
    act: dict[str, Any] = {"act": "choose", "args": chosen, "part": [], "once": None, "id": "doctor-1"}
    message = client.session.msg("comm_msg", {"comm_id": opened[-1], "data": {"method": "custom", "content": act}})
    client.shell_channel.send(message)
    for kind, content in _heard(client, until, message["header"]["msg_id"]):
        new = content["data"].get("state", {}) if kind == "comm_msg" else {}
        if new.get("answered") == act["id"] and 'aria-pressed="true"' in new.get("page", ""):
            return Finding("click", f"answered in {1000 * (time.monotonic() - begun):.0f} ms")
    return Finding("click", "the kernel got a click and gave no answer", _HELP)


def _run(client: Any, until: float, code: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return _heard(client, until, client.execute(code, store_history=False))


def _heard(client: Any, until: float, asked: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield what a kernel says in answer to a message, kind and content, until it has done with it."""
    while True:
        message = client.get_iopub_msg(timeout=max(0.0, until - time.monotonic()))
        if message["parent_header"].get("msg_id") != asked:
            continue
        kind, content = str(message["msg_type"]), message["content"]
        if kind == "status" and content["execution_state"] == "idle":
            return
        yield kind, content
