"""What a rehearsal's learners do and count, with a hub that is played: what is not answered is lost."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from tests.hub import learner
from tests.hub.learner import Learner, Log, Work
from tests.hub.work import answered, questions, work
from threatlab.exercises.solution import BEGIN

SHOWN = "panel = SystemExplorer('tay')\npanel"
WORK = Work(
    "my-course/l.ipynb", ("a = 1", SHOWN, "a"), ("a = 1", SHOWN), 1, ("rbac",), "my-course/e.ipynb", ("q.check",)
)


class Hub:
    """A hub, its server and its kernels in one: it does what it is asked, but for what a test has it leave out."""

    name = "learner00"

    def __init__(self, **left_out: Any) -> None:
        self.left_out = left_out
        self.asked: list[tuple[str, str]] = []
        self.clicks: list[dict[str, Any]] = []
        self.ran: list[str] = []
        self._said: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._panels = 0

    async def log_in(self) -> None:
        self.asked.append(("form", "/hub/login"))

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        self.asked.append((method, path))
        if path == self.left_out.get("refuse"):
            raise learner.Refused("503 Service Unavailable")
        return {"kernel": {"id": "k"}} if path.endswith("/sessions") else {"servers": {"": {"ready": True}}}

    async def listen(self, path: str) -> Hub:
        self.asked.append(("websocket", path))
        if self.left_out.pop("line", False):
            raise learner.Refused("the line broke")
        self._said = asyncio.Queue()
        return self

    async def send(self, message: dict[str, Any]) -> None:
        content, about = message["content"], {"parent_header": message["header"]}
        if message["header"]["msg_type"] == "comm_msg":
            self.clicks.append(content)
            if len(self.clicks) != self.left_out.get("click"):
                state = {"answered": content["data"]["content"]["id"], "page": "<b>0.5</b>"}
                self._say("comm_msg", {"comm_id": content["comm_id"], "data": {"state": {"page": ""}}}, about)
                self._say("comm_msg", {"comm_id": content["comm_id"], "data": {"state": state}}, about)
            return
        self.ran.append(content["code"])
        self._say("status", {"execution_state": "busy"}, about)
        self._say("status", {"execution_state": "idle"}, {"parent_header": {"msg_id": "of another"}})
        if content["code"] == SHOWN:
            self._panels += 1
            for name, state in (("layout", {}), (f"panel{self._panels}", {"page": "<b>"})):
                self._say("comm_open", {"comm_id": name, "data": {"state": state}}, about)
        if content["code"] == "q.check":
            self._say("stream", {"text": self.left_out.get("told", "Correct (q)")}, about)
        failed = content["code"] == self.left_out.get("fail")
        reply = {"status": "error", "ename": "NameError", "evalue": "a"} if failed else {"status": "ok"}
        self._say("execute_reply", reply, about)
        self._say("status", {"execution_state": "idle"}, about)

    async def receive(self) -> dict[str, Any]:
        return await self._said.get()

    def _say(self, kind: str, content: dict[str, Any], about: dict[str, Any]) -> None:
        self._said.put_nowait({"header": {"msg_type": kind}, "content": content} | about)


def visited(monkeypatch: pytest.MonkeyPatch, **left_out: Any) -> tuple[bool, Hub, Log]:
    """Have one learner visit a hub that leaves something out."""
    monkeypatch.setattr(learner, "LOST_AFTER", 0.2)
    monkeypatch.setattr(learner, "AGAIN_AFTER", 0.0)
    hub, log = Hub(**left_out), Log()
    whole = asyncio.run(Learner(hub, log, WORK, seed=1, think=0).take_part(time.monotonic()))
    return whole, hub, log


def test_a_learner_enters_runs_clicks_answers_restarts_and_clicks_in_the_new_panel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole, hub, log = visited(monkeypatch)
    assert whole
    assert log.lost == []
    assert [each for each in hub.ran if each] == ["a = 1", SHOWN, "a", "q.check", "a = 1", SHOWN]
    assert [each["comm_id"] for each in hub.clicks] == ["panel1", "panel2"]
    assert {each["data"]["content"]["act"] for each in hub.clicks} == {"answer"}
    assert ("POST", "/user/learner00/api/kernels/k/restart") in hub.asked
    counted = {kind: len(seconds) for kind, seconds in log.seconds.items()}
    assert counted == {"log in": 1, "server start": 1, "open": 2, "cell": 5, "click": 2, "answer": 1, "restart": 1}


def test_a_line_that_breaks_as_it_is_opened_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, hub, log = visited(monkeypatch, line=True)
    assert whole
    assert len(log.seconds["a line that broke as it was opened"]) == 1
    assert [way for way, _ in hub.asked].count("websocket") == 4


@pytest.mark.parametrize(
    ("left_out", "said"),
    [
        ({"click": 1}, "click of learner00: no answer"),
        ({"fail": "a"}, "cell of learner00: Refused: NameError: a"),
        ({"told": "Not yet (q)"}, "answer of learner00: Refused: the right answer was told 'Not yet (q)'"),
        ({"refuse": "/hub/api/users/learner00/server"}, "server start of learner00: Refused: 503"),
        ({"refuse": "/user/learner00/api/kernels/k/restart"}, "restart of learner00: Refused: 503"),
    ],
)
def test_what_is_not_answered_is_lost_once_and_not_timed(
    monkeypatch: pytest.MonkeyPatch, left_out: dict[str, Any], said: str
) -> None:
    whole, _, log = visited(monkeypatch, **left_out)
    assert not whole
    assert len(log.lost) == 1
    assert said in log.lost[0]
    assert said.partition(" of ")[0] not in log.seconds or said.startswith("cell")


def test_each_learner_has_the_lesson_and_a_question_of_their_own_solved() -> None:
    asked = [work(number).answer_cells for number in range(len(questions()))]
    assert len({cells[-1] for cells in asked}) == len(questions())
    assert all(BEGIN in "".join(cells) and ".check(" in cells[-1] for cells in asked)
    assert len(set().union(*map(answered, range(len(questions()))))) == len(questions())
    assert "SystemExplorer(" in work(0).cells[work(0).panel_place]
    assert work(0).panel_cells[-1] == work(0).cells[work(0).panel_place]
