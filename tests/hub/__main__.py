"""Try the hub of `workshop/hub` on this machine, and say what it takes: python -m tests.hub ENVIRONMENT [options].

`workshop/hub/try` makes the environment, and calls this.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from tests.browser.chromium import NO_CHROMIUM, chromium_path
from tests.hub.learner import Learner, Log
from tests.hub.room import Memory, Room, memory, running_hub
from tests.hub.wire import HubWire
from tests.hub.work import answered, work
from threatlab.exercises.outcome import CORRECT
from threatlab.exercises.progress import Store

ROOT = Path(__file__).parents[2]
LOOK_EVERY = 10.0
"""Seconds between two looks at the memory."""


def main(arguments: list[str]) -> int:
    """Try it, print what came out, and return 1 if anything was lost."""
    parser = argparse.ArgumentParser(prog="workshop/hub/try", description=__doc__.partition(":")[0])  # type: ignore[union-attr]
    parser.add_argument("environment", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--learners", type=int, default=30, help="by REST and websockets (30)")
    parser.add_argument("--browsers", type=int, default=3, help="in Chromium (3)")
    parser.add_argument("--minutes", type=float, default=5, help="for how long (5)")
    parser.add_argument("--json", type=Path, help="write the figures here, too")
    asked = parser.parse_args(arguments)
    if asked.browsers and chromium_path() is None:
        parser.error(NO_CHROMIUM)
    with tempfile.TemporaryDirectory() as folder, running_hub(asked.environment.absolute(), Path(folder)) as room:
        print(f"A hub at {room.url}: {asked.learners} learners, {asked.browsers} in Chromium", file=sys.stderr)
        found = asyncio.run(rehearse(room, asked.learners, asked.browsers, asked.minutes * 60))
    for line in told(found):
        print(line)
    if asked.json:
        asked.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 1 if found["lost"] else 0


async def rehearse(room: Room, learners: int, browsers: int, seconds: float) -> dict[str, Any]:
    """Have all of them take part at once, and return the figures."""
    log, begun, busy, said = Log(), time.monotonic(), _busy_seconds(), len(room.log.read_bytes())
    names = [f"learner{number:02}" for number in range(learners)]
    pages = [f"browser{number}" for number in range(browsers)]
    looks: list[Memory] = []
    watching = asyncio.create_task(_watch(room.homes, looks))
    asked = [
        Learner(HubWire(room.url, name, room.password), log, work(number), number).take_part(begun + seconds)
        for number, name in enumerate(names)
    ]
    seen, *whole = await asyncio.gather(_in_chromium(room, pages, seconds), *asked)
    looks.append(await asyncio.to_thread(memory, room.homes))
    watching.cancel()
    done = {name: number for number, name in enumerate(names) if whole[number]}
    done |= {name: number for number, name in enumerate(pages) if name in seen["whole"]}
    log.lost += _not_kept(room.homes, done)
    most = max(looks, key=lambda look: sum(look.learners))
    return {
        "learners": learners,
        "browsers": browsers,
        "minutes": round((time.monotonic() - begun) / 60, 1),
        "whole": len(done),
        "lost": [*log.lost, *seen["lost"]],
        "seconds": {kind: _spread(taken) for kind, taken in (log.seconds | seen["seconds"]).items()},
        "memory_mb": {
            "a server": _spread(most.servers),
            "a kernel": _spread(most.kernels),
            "a learner": _spread(most.learners),
            "all learners": round(sum(most.learners)),
            "left at least": round(min(look.available for look in looks)),
        },
        "cores": os.cpu_count(),
        "cores_busy": round((_busy_seconds() - busy) / (time.monotonic() - begun), 2),
        "complaints": [line[:200] for line in _complaints(room.log, said)],
    }


async def _in_chromium(room: Room, names: list[str], seconds: float) -> dict[str, Any]:
    """Have the learners with pages take part, in a process of their own: Playwright has its own loop."""
    if not names:
        return {"seconds": {}, "lost": [], "whole": []}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.hub.browsers", room.url, *names),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    settings = {"password": room.password, "homes": str(room.homes), "seconds": seconds}
    said, complained = await process.communicate(json.dumps(settings).encode())
    if process.returncode:
        return {"seconds": {}, "lost": [f"Chromium's learners: {complained.decode()[-300:]}"], "whole": []}
    return dict(json.loads(said))


async def _watch(homes: Path, looks: list[Memory]) -> None:
    while True:
        looks.append(await asyncio.to_thread(memory, homes))
        await asyncio.sleep(LOOK_EVERY)


def _not_kept(homes: Path, done: dict[str, int]) -> list[str]:
    """Return a line for each learner who did it all, and whose file doesn't hold what they answered, or holds more."""
    lost = []
    for name, number in done.items():
        file = homes / name / ".threatlab/progress.jsonl"
        kept = Store(file).entries() if file.exists() else []
        right = {each["question"] for each in kept if each["what"] == CORRECT and ".q" in each["question"]}
        if right != answered(number):
            lost.append(f"in the end: {name} answered {answered(number)}, and {file.name} holds {right or 'nothing'}")
    return lost


def _spread(values: Any) -> dict[str, float]:
    """Return the median, the 95th percentile and the most of some values, and how many they are."""
    ordered = sorted(values)
    if not ordered:
        return {"n": 0}
    top = quantiles(ordered, n=20)[-1] if len(ordered) > 1 else ordered[0]
    return {
        "n": len(ordered),
        "median": round(median(ordered), 3),
        "p95": round(min(top, ordered[-1]), 3),
        "most": round(ordered[-1], 3),
    }


def _busy_seconds() -> float:
    """Return for how many seconds the machine's cores have been busy, with whatever."""
    user, nice, system, _, _, irq, softirq, *_ = map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:])
    return (user + nice + system + irq + softirq) / os.sysconf("SC_CLK_TCK")


def _complaints(log: Path, start: int) -> list[str]:
    """Return the errors that the hub and the servers wrote down behind the first bytes of their log."""
    lines = log.read_bytes()[start:].decode(errors="replace").splitlines()
    return [line for line in lines if line.startswith(("[E ", "[C ")) or "31merror" in line]


def told(found: dict[str, Any]) -> list[str]:
    """Return the figures as lines to read."""
    lines = [
        "",
        f"{found['whole']} of {found['learners'] + found['browsers']} learners did all of it.",
        f"{found['minutes']} minutes, with {found['cores_busy']} of {found['cores']} cores busy.",
        "",
        f"{'seconds':45} {'n':>6} {'median':>8} {'95%':>8} {'most':>8}",
    ]
    lines += [_row(kind, spread, ".2f") for kind, spread in found["seconds"].items()]
    lines += ["", f"{'MB (PSS), when all learners together took most':45}"]
    for kind, value in found["memory_mb"].items():
        lines.append(_row(kind, value, ".0f") if isinstance(value, dict) else f"{kind:45} {'':6} {value:8}")
    lines += ["", f"lost: {len(found['lost'])}", *(f"  {line}" for line in found["lost"][:20])]
    if found["complaints"]:
        lines += [f"the hub's log has {len(found['complaints'])} errors, the first:", f"  {found['complaints'][0]}"]
    return lines


def _row(kind: str, spread: dict[str, float], form: str) -> str:
    figures = " ".join(f"{spread.get(each, 0):8{form}}" for each in ("median", "p95", "most"))
    return f"{kind:45} {spread['n']:6} {figures}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
