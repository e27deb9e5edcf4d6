"""A record of what a learner's answers were checked to: hash-chained lines, and no certificate."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from threatlab.audit import AuditLog
from threatlab.audit.chain import spelled
from threatlab.checks import check_line
from threatlab.errors import AuditError, ThreatLabError
from threatlab.exercises.outcome import CORRECT
from threatlab.exercises.progress import TITLES, questions_of, store
from threatlab.files import looked_in
from threatlab.machine.packages import version

SCHEMA = "threatlab/record/1"
WHAT = "a record of what was checked on one machine, not a certificate: whoever has a file can write another"


def make_record(name: str, now: datetime) -> tuple[str, int, int, str]:
    """Return a record of the progress so far as a text, how many questions are done, of how many, and its last hash.

    Nothing that a learner typed is in it but the `name`, if one is given.

    Raises
    ------
    ThreatLabError
        If the name can't be shown in a line.
    """
    log, lines = AuditLog(), list(_lines())
    head = {
        "schema": SCHEMA,
        "what": WHAT,
        "name": check_line("--name", name, longest=80, empty=True),
        "written": now.isoformat(timespec="seconds"),
        "threatlab": version("threatlab"),
        "python": platform.python_version(),
        "questions": len(lines),
    }
    for line in (head, *lines):
        log.append(line)
    text = "".join(f"{spelled(entry).decode()}\n" for entry in log)
    return text, sum(line["done"] for line in lines), len(lines), log.head


def verify_record(path: str, head: str | None) -> tuple[bool, str]:
    """Return whether a record is as it was written, and what was found, in a sentence.

    A changed, added or missing line is found. A record that was forged as a whole is found by the `head` alone: the
    last hash, which was shown as it was written.

    Raises
    ------
    ThreatLabError
        If there is no such file, it can't be read, or it is no record.
    """
    if not Path(path).is_file():
        raise ThreatLabError(f"there is no file {path!r}{looked_in(path)}: name the record to verify")
    log = AuditLog(path)
    found = log.verify(head)
    if not found:
        return False, found.reason
    try:
        first = log[0]
    except (IndexError, AuditError):
        first = {}
    if first.get("schema") != SCHEMA:
        raise ThreatLabError(f"{path!r} is no record of threatlab: its first line says no {SCHEMA!r}")
    if (lines := found.entries - 1) != (said := first.get("questions")):
        return False, f"the first line says {said} questions, and there are {lines}"
    by = "" if head else ", which does not show who wrote it: --head, with the hash shown then, does"
    return True, f"the record is as it was written{by}"


def _lines() -> Iterator[dict[str, Any]]:
    """Yield of each question whether it is done, on which course, and how often it was checked and helped with."""
    entries = store().entries()
    for lesson in TITLES:
        for question in questions_of(lesson):
            tries = [each for each in entries if each["question"] == question]
            helped = sum(each["what"].startswith(("hint", "solution")) for each in tries)
            right = [each for each in tries if each["what"] == CORRECT]
            line = {"question": question, "done": bool(right), "checks": len(tries) - helped, "helped": helped}
            yield line | ({"course": right[0]["course"]} if right and "course" in right[0] else {})
