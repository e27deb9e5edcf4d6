"""What the chain of an audit log shows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from threatlab.audit import AuditLog
from threatlab.audit.chain import RESERVED, sealed, spelled
from threatlab.exercises.judges import shown
from threatlab.exercises.outcome import NotYet

EDITS = {
    "space": "add a space after a colon in entry 2",
    "middle": "change the score in entry 2, and compute its hash anew",
    "last": "change the score in entry 3, the last, and compute its hash anew",
    "all": "change the score in entry 1, and compute all three hashes anew",
    "first": "delete entry 1",
    "invent": "append an assessment that never took place, with a correct hash",
}
"""Six things that somebody could do to the file of an audit log with three entries."""

_WHY = {
    "space": "The hash is computed of what an entry says, and JSON says the same with one space more. But the log "
    "knows a single spelling of each entry: what is compared besides the hash?",
    "middle": "Entry 2 is sound by itself then. Who else in the file has written down what its hash was?",
    "last": "Entry 3 is sound by itself, and points to entry 2 as it did. Who in the file has written down its hash?",
    "all": "Every entry is sound then, and each points to the one before. What in this file could still remember the "
    "old chain?",
    "first": "What does entry 2 name as its number, and which hash does it say came before it?",
    "invent": "That is what the log itself does at each assessment. How would the file tell one from the other?",
}


@cache
def found_by_the_chain() -> Mapping[str, tuple[bool, bool]]:
    """Return for each of `EDITS` whether a real log finds it: by the chain alone, and with the head remembered."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.jsonl"
        log = AuditLog(file)
        for name, score in (("chatbot", 0.8), ("ml-pipeline-prod", 0.2), ("fraud-model", 0.5)):
            log.append({"action": "assessment", "system_id": name, "risk_score": score})
        head, found = log.head, {}
        for edit, lines in _edited(file.read_bytes().splitlines()).items():
            file.write_bytes(b"".join(line + b"\n" for line in lines))
            found[edit] = (not log.verify(), not log.verify(head=head))
    return found


def _edited(lines: list[bytes]) -> dict[str, list[bytes]]:
    one, two, three = map(json.loads, lines)
    better = {"risk_score": 0.0}
    return {
        "space": [lines[0], lines[1].replace(b":", b": ", 1), lines[2]],
        "middle": [lines[0], *_chained([two | better], one), lines[2]],
        "last": [*lines[:2], *_chained([three | better], two)],
        "all": _chained([one | better, two, three], None),
        "first": lines[1:],
        "invent": [*lines, *_chained([three | better], three)],
    }


def _chained(entries: Iterable[dict[str, Any]], last: dict[str, Any] | None) -> list[bytes]:
    """Return lines that a forger would write: these entries, tied to the last one and to each other."""
    lines = []
    for entry in entries:
        last = sealed({key: value for key, value in entry.items() if key not in RESERVED}, last)
        lines.append(spelled(last))
    return lines


def predicts_the_chain(answer: Any) -> str:
    """Judge a dict from each edit to True, if checking the chain alone finds it, or False."""
    if not isinstance(answer, Mapping) or set(answer) != set(EDITS):
        raise NotYet(f"Give a dict with True (found) or False for each of: {', '.join(EDITS)}.")
    for edit, (found, _) in found_by_the_chain().items():
        if not isinstance(answer[edit], bool):
            raise NotYet(f"{edit!r} is {shown(answer[edit])}; it must be True or False.")
        if answer[edit] is not found:
            raise NotYet(f"{edit!r} ({EDITS[edit]}): a real log was edited so, and it is not as you say. {_WHY[edit]}")
    alone, remembered = (sum(each) for each in zip(*found_by_the_chain().values(), strict=True))
    left = [edit for edit, (_, found) in found_by_the_chain().items() if not found]
    return (
        f"A real log was edited in these six ways. The chain alone finds {alone}; with the last hash remembered "
        f"elsewhere it is {remembered}. What remains ({', '.join(left)}) no hash can find: it takes somebody who was "
        "there."
    )
