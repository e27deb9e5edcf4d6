"""A learner who works on a hub as a page of JupyterLab does: by REST, and by a kernel's websocket.

What they do and what they wait for is here; how it gets to a hub is a `Wire`, so that tests can play the hub.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Protocol, TypeVar
from uuid import uuid4

LOST_AFTER = 60.0
"""Seconds after which a learner gives up on an answer."""

START_SECONDS = 300.0
"""As long as the hub itself waits for a learner's server."""

OPEN_SECONDS = 180.0
"""For a notebook and its kernel, as all open theirs at once."""

CELL_SECONDS = 300.0

RECONNECTS = 7
"""How often JupyterLab opens a kernel's line again."""

AGAIN_AFTER = 1.0

T = TypeVar("T")


class Channel(Protocol):
    """A kernel's websocket."""

    async def send(self, message: dict[str, Any]) -> None:
        """Send one message."""

    async def receive(self) -> dict[str, Any]:
        """Return the next message."""


class Wire(Protocol):
    """A learner's way to the hub, logged in once `log_in` is done."""

    name: str

    async def log_in(self) -> None:
        """Log in as the form does."""

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer to a request for a path of the hub's host; raise `Refused` if it is none."""

    async def listen(self, path: str) -> Channel:
        """Open a websocket."""


class Refused(Exception):  # noqa: N818  # it is an answer
    """What a hub, a server or a kernel answered instead of what was asked for."""


@dataclass
class Log:
    """What happened to all learners: how long each thing took, and what went wrong, in the order of time."""

    started: float = field(default_factory=time.monotonic)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    lost: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self, kind: str, name: str) -> Iterator[None]:
        """Note how long something takes; what goes wrong is noted as lost, and goes on."""
        begun = time.monotonic()
        try:
            yield
        except Exception as problem:
            said = "no answer" if isinstance(problem, TimeoutError) else f"{type(problem).__name__}: {problem}"
            self.lost.append(f"after {time.monotonic() - self.started:.0f} s: {kind} of {name}: {said}"[:300])
            raise
        self.seconds[kind].append(time.monotonic() - begun)


class Kernel:
    """A notebook's kernel, asked for one thing at a time."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._session = uuid4().hex
        self._numbers = count(1)
        self.panels: list[str] = []
        """The comms of the panels that it showed, in their order."""

    async def run(self, source: str) -> str:
        """Run a cell, and return what it printed and showed as text."""
        said: list[str] = []
        asked = await self._send(
            "execute_request", {"code": source, "silent": False, "store_history": True, "stop_on_error": True}
        )
        replied = idle = False
        while not (replied and idle):
            message = await self._channel.receive()
            if message["parent_header"].get("msg_id") != asked:
                continue
            kind, content = message["header"]["msg_type"], message["content"]
            if kind == "stream":
                said.append(content["text"])
            elif kind in ("display_data", "execute_result"):
                said.append(content["data"].get("text/plain", ""))
            elif kind == "comm_open" and "page" in content["data"].get("state", {}):
                self.panels.append(content["comm_id"])
            elif kind == "execute_reply":
                replied = True
                if content["status"] != "ok":
                    raise Refused(f"{content.get('ename')}: {content.get('evalue')}")
            idle = idle or (kind == "status" and content["execution_state"] == "idle")
        return "\n".join(said)

    async def click(self, panel: str, act: str, args: dict[str, Any]) -> None:
        """Do what a button of a panel does, and return when the panel has answered."""
        mark = f"{self._session}-{next(self._numbers)}"
        content = {"act": act, "args": args, "part": [], "once": None, "id": mark}
        await self._send("comm_msg", {"comm_id": panel, "data": {"method": "custom", "content": content}})
        while True:
            message = await self._channel.receive()
            if message["header"]["msg_type"] != "comm_msg" or message["content"]["comm_id"] != panel:
                continue
            if message["content"]["data"].get("state", {}).get("answered") == mark:
                return

    async def _send(self, kind: str, content: dict[str, Any]) -> str:
        mark = uuid4().hex
        header = {"msg_id": mark, "msg_type": kind, "session": self._session, "username": "", "version": "5.4"}
        await self._channel.send(
            {
                "header": header,
                "parent_header": {},
                "metadata": {},
                "content": content,
                "channel": "shell",
                "buffers": [],
            }
        )
        return mark


@dataclass(frozen=True)
class Work:
    """What a learner has before them: cells to run, and what to click; sources of cells, in their order."""

    lesson: str
    cells: tuple[str, ...]
    panel_cells: tuple[str, ...]
    """Those that show the panel anew after a restart; the last one shows it."""
    panel_place: int
    """Which cell of the lesson shows the panel, counted from 0."""
    attributes: tuple[str, ...]
    """Questions that the panel asks."""
    exercise: str
    answer_cells: tuple[str, ...]
    """Of the exercise, as solved: the last one is checked."""


class Learner:
    """One of the room: enters, runs a lesson, clicks in its panel, answers a question, restarts, and clicks on."""

    def __init__(self, wire: Wire, log: Log, work: Work, seed: int, think: float = 2.0) -> None:
        self.wire, self.log, self.work = wire, log, work
        self._random = random.Random(seed)
        self._think = think

    async def take_part(self, until: float) -> bool:
        """Do it all, and click until a moment of `time.monotonic`; return whether nothing went wrong."""
        try:
            await self._enter()
            lesson, kernel, panel = await self._run_lesson()
            halfway = (time.monotonic() + until) / 2
            await self._click_until(halfway, kernel, panel)
            await self._answer()
            kernel, panel = await self._restart(lesson)
            await self._click_until(until, kernel, panel)
        except Exception:  # noqa: BLE001  # the log has it, and the others go on
            return False
        return True

    async def _enter(self) -> None:
        with self._timed("log in"):
            await soon(self.wire.log_in())
        with self._timed("server start"):
            account = f"/hub/api/users/{self.wire.name}"
            async with asyncio.timeout(START_SECONDS):
                await self.wire.ask("POST", f"{account}/server")
                while not (await self.wire.ask("GET", account))["servers"].get("", {}).get("ready"):  # noqa: ASYNC110
                    await asyncio.sleep(1)

    async def _run_lesson(self) -> tuple[str, Kernel, str]:
        number, kernel = await self._open(self.work.lesson)
        for place, source in enumerate(self.work.cells):
            await self._run(kernel, source)
            if place == self.work.panel_place:
                panel = kernel.panels[-1]
            await self._pause(0.25)
        return number, kernel, panel

    async def _open(self, notebook: str) -> tuple[str, Kernel]:
        """Open a notebook, and return its kernel's id and the line to it."""
        with self._timed("open"):
            home = f"/user/{self.wire.name}/api"
            session = {"path": notebook, "name": notebook, "type": "notebook", "kernel": {"name": "python3"}}
            async with asyncio.timeout(OPEN_SECONDS):
                await self.wire.ask("GET", f"{home}/contents/{notebook}")
                number = (await self.wire.ask("POST", f"{home}/sessions", session))["kernel"]["id"]
                return number, await self._connected(number)

    async def _connected(self, number: str) -> Kernel:
        """Return a line to a kernel that answers; as a page does, open it again if it breaks before that."""
        for _ in range(RECONNECTS):
            try:
                return await self._line(number)
            except Refused:
                with self._timed("a line that broke as it was opened"):
                    await asyncio.sleep(AGAIN_AFTER)
        return await self._line(number)

    async def _line(self, number: str) -> Kernel:
        kernel = Kernel(await self.wire.listen(f"/user/{self.wire.name}/api/kernels/{number}/channels"))
        await kernel.run("")
        return kernel

    async def _run(self, kernel: Kernel, source: str) -> str:
        with self._timed("cell"):
            return await asyncio.wait_for(kernel.run(source), CELL_SECONDS)

    async def _click_until(self, moment: float, kernel: Kernel, panel: str) -> None:
        clicked = False
        while not clicked or time.monotonic() < moment:
            args = {
                "attribute": self._random.choice(self.work.attributes),
                "value": self._random.choice([True, False, None]),
            }
            with self._timed("click"):
                await soon(kernel.click(panel, "answer", args))
            clicked = True
            await self._pause()

    async def _answer(self) -> None:
        _, kernel = await self._open(self.work.exercise)
        for source in self.work.answer_cells[:-1]:
            await self._run(kernel, source)
        with self._timed("answer"):
            said = await soon(kernel.run(self.work.answer_cells[-1]))
            if "Correct" not in said:
                raise Refused(f"the right answer was told {said[:200]!r}")

    async def _restart(self, number: str) -> tuple[Kernel, str]:
        with self._timed("restart"):
            async with asyncio.timeout(OPEN_SECONDS):
                await self.wire.ask("POST", f"/user/{self.wire.name}/api/kernels/{number}/restart")
                kernel = await self._connected(number)
        for source in self.work.panel_cells:
            await self._run(kernel, source)
        return kernel, kernel.panels[-1]

    async def _pause(self, part: float = 1.0) -> None:
        await asyncio.sleep(part * self._think * self._random.uniform(0.5, 1.5))

    def _timed(self, kind: str) -> Any:
        return self.log.timed(kind, self.wire.name)


async def soon(what: Awaitable[T]) -> T:
    """Wait for what a learner would not wait for longer than `LOST_AFTER`."""
    return await asyncio.wait_for(what, LOST_AFTER)
