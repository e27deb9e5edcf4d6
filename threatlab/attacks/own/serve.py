"""The process that a user's model is asked in: it takes records, asks the callable or the endpoint, and replies."""

from __future__ import annotations

import http.client
import importlib
import io
import json
import os
import signal
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any
from urllib.parse import urlsplit

import numpy as np

from threatlab.errors import ThreatLabError, nearest

HEAD = struct.Struct(">Q")
LARGEST = 64 * 2**20
"""Bytes of one reply, of an endpoint or to the other process: a million labels, or 2000 rows of 1000 shares."""

REFUSED = 429
"""HTTP's status for a caller who asks too much (RFC 6585)."""

Ask = Callable[[np.ndarray[Any, Any]], Any]


def serve() -> None:
    """Answer what comes on standard input until that is closed. What the model prints and reads goes nowhere."""
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # who began it decides when it ends
    requests, replies, own = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb"), os.getpid()
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nothing, stream)

    def reply(**said: Any) -> None:
        if os.getpid() != own:  # the model has made a copy of this process, which came back here
            os._exit(0)
        send(replies, json.dumps(said).encode())

    arrived: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(requests, arrived.put), daemon=True).start()
    try:
        told = json.loads(arrived.get())
        ask = endpoint(told["url"], told["seconds"]) if "url" in told else callable_of(told["target"])
        reply(ready=True)
    except BaseException as problem:  # noqa: BLE001  # a module may do anything when it is imported
        reply(error=_said(problem))
        return
    while True:
        records = np.load(io.BytesIO(arrived.get()), allow_pickle=False)
        try:
            answer = ask(records)
            reply(answers=_listed(answer))
        except BaseException as problem:  # noqa: BLE001  # so may a model
            reply(error=_said(problem))


def callable_of(target: str) -> Ask:
    """Return what "module:function" names, looked for in the working folder first."""
    sys.path.insert(0, str(Path.cwd()))
    module, _, path = target.partition(":")
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as problem:
        if problem.name is None or not f"{module}.".startswith(f"{problem.name}."):
            raise  # one that the model needs
        raise ThreatLabError(
            f"there is no module {problem.name!r} in this folder, nor where Python looks: run this in the folder that "
            "has it"
        ) from None
    for name in path.split("."):
        if not hasattr(found, name):
            near = nearest(name, [each for each in dir(found) if not each.startswith("_")])
            raise ThreatLabError(f"{module!r} has no {path!r}" + (f": did you mean {near!r}?" if near else ""))
        found = getattr(found, name)
    if not callable(found):
        raise ThreatLabError(f"{path!r} is {type(found).__name__}, which can't be called with records")
    return found  # type: ignore[no-any-return]


def endpoint(url: str, seconds: float) -> Ask:
    """Return what asks an endpoint on this machine: `{"instances": [...]}` by POST gets `{"predictions": [...]}` back.

    That is the row format of TensorFlow Serving's REST interface. Every address of the host is looked at, and the one
    that is called is one of these: a name can't point elsewhere in between. No proxy is asked, and no redirect
    followed.
    """
    parts, address = urlsplit(url), loopback(url)
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    head = {"Host": parts.netloc.rpartition("@")[2], "Content-Type": "application/json", "Accept": "application/json"}

    def ask(records: np.ndarray[Any, Any]) -> Any:
        kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        line = kind(address, port, timeout=seconds)
        try:
            line.request("POST", path, json.dumps({"instances": records.tolist()}), head)
            answer = line.getresponse()
            if answer.status == REFUSED:
                return [None] * len(records)
            if 300 <= answer.status < 400:
                raise ThreatLabError(
                    f"it redirects to {answer.headers.get('Location', 'nowhere')[:100]!r}, and redirects are not "
                    "followed: give the address itself, if it is on this machine"
                )
            if answer.status != 200:
                raise ThreatLabError(f"it answered with HTTP status {answer.status} {answer.reason[:60]}".rstrip())
            body = answer.read(LARGEST + 1)
        finally:
            line.close()
        if len(body) > LARGEST:
            raise ThreatLabError(f"its answer is larger than {LARGEST // 2**20} MB; ask for labels or probabilities")
        try:
            held = json.loads(body)
        except (ValueError, RecursionError):
            raise ThreatLabError(f"its answer is no JSON: it begins with {body[:40]!r}") from None
        if not isinstance(held, dict) or "predictions" not in held:
            raise ThreatLabError('its answer is no JSON object with "predictions", a list with one for each instance')
        return held["predictions"]

    return ask


def loopback(url: str) -> str:
    """Return the address that a URL names, if every address of its host is this machine's own.

    Raises
    ------
    ThreatLabError
        If the URL is none of http or https, or its host is, or may be, another machine.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as problem:
        raise ThreatLabError(f"{url!r} is no address of an endpoint: {problem}") from None
    if parts.scheme not in ("http", "https") or not host:
        raise ThreatLabError(f"{url!r} is no address of an endpoint; give one such as http://127.0.0.1:8000/predict")
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, port or 80, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        raise ThreatLabError(f"host {host!r} has no address: is its name right, or does it need a network?") from None
    for each in found:
        address = ip_address(str(each).partition("%")[0])
        if not (getattr(address, "ipv4_mapped", None) or address).is_loopback:
            raise ThreatLabError(
                f"host {host!r} is {each}, which is not this machine alone: only an endpoint on a loopback address, "
                "such as 127.0.0.1 or localhost, is attacked; run it here, and attack what is yours"
            )
    if parts.username or parts.password:
        raise ThreatLabError(
            f"the address of the endpoint at {host!r} holds a user or a password, which the record would keep and "
            "nobody is sent: leave them out"
        )
    return str(min(found, key=lambda each: ":" in str(each)))  # servers listen on IPv4 more often


def send(pipe: IO[bytes], content: bytes) -> None:
    """Send a message: its length, and its bytes."""
    pipe.write(HEAD.pack(len(content)) + content)
    pipe.flush()


def receive(pipe: IO[bytes]) -> bytes | None:
    """Return the next message, or None if there is none, or what came is none."""
    head = pipe.read(HEAD.size)
    if len(head) < HEAD.size or (size := HEAD.unpack(head)[0]) > 2 * LARGEST:
        return None
    content = pipe.read(size)
    return content if len(content) == size else None


def _listen(pipe: IO[bytes], take: Callable[[bytes], object]) -> None:
    """Hand on what arrives, and end this process with the one that began it, whatever the model is busy with."""
    with suppress(OSError, ValueError):
        while (content := receive(pipe)) is not None:
            take(content)
    os._exit(0)


def _listed(answer: Any) -> list[Any]:
    """Return an answer as JSON-ready lists, from an array, a data frame, its column, a tensor or any sequence."""
    if hasattr(answer, "to_numpy"):
        answer = answer.to_numpy()
    if hasattr(answer, "tolist"):
        answer = answer.tolist()
    if isinstance(answer, str | bytes | dict) or not isinstance(answer, Iterable):
        raise ThreatLabError(
            f"it returned {type(answer).__name__}; return a label, or a row of probabilities, for each"
        )
    return [_plain(each) for each in answer]


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ThreatLabError(f"it returned {type(value).__name__} where a label or a probability should be")


def _said(problem: BaseException) -> str:
    if isinstance(problem, ThreatLabError):
        return str(problem)
    if isinstance(problem, SystemExit):
        return f"it called exit ({problem.code})"
    if isinstance(problem, TimeoutError):
        return "it did not answer in time"
    if isinstance(problem, ConnectionRefusedError):
        return "nothing listens there: is the server running?"
    return " ".join(f"{type(problem).__name__}: {problem}".split())[:300]
