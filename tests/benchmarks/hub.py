"""A room of thirty-three on a hub on this machine: what it takes, and whether an answer is lost (workshop/hub/try)."""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path

from tests.benchmarks.timing import Target, duration

TRY = Path(__file__).parents[2] / "workshop/hub/try"
CLICK = 1.0
"""Seconds within which nineteen of twenty clicks are answered: as long as a thought stays whole (Nielsen 1993)."""


def run() -> list[Target]:
    """Have the room work for five minutes, as `workshop/hub/try` does; it prints the tables."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "figures.json")
        subprocess.run([TRY, "--json", file], check=False)
        if not file.exists():
            return [Target("a hub that starts", "it didn't", met=False)]
        found = json.loads(file.read_text(encoding="utf-8"))
    everybody = found["learners"] + found["browsers"]
    click = found["seconds"].get("click", {"p95": float("inf")})
    return [
        Target(f"all {everybody} do all of it", str(found["whole"]), found["whole"] == everybody),
        Target("no answer lost", str(len(found["lost"])), not found["lost"]),
        Target(f"95% of clicks answered in {duration(CLICK)}", duration(click["p95"]), click["p95"] < CLICK),
    ]
