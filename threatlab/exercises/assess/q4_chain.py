"""Question 4 of lesson 02: which edits of an audit log its chain shows."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from threatlab.audit import AuditLog
from threatlab.audit.chain import RESERVED, sealed, spelled
from threatlab.exercises.judges import each
from threatlab.exercises.question import Question, in_steps

EDITS = {
    "space": "add a space after a colon in entry 2",
    "middle": "change the score in entry 2, and compute its hash anew",
    "last": "change the score in entry 3, the last, and compute its hash anew",
    "all": "change the score in entry 1, and compute all three hashes anew",
    "first": "delete entry 1",
    "invent": "append an assessment that never took place, with a correct hash",
}
"""What somebody could do to the file of an audit log with three entries."""

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
def found_by_the_chain(*, remembered: bool = False) -> Mapping[str, bool]:
    """Return for each of `EDITS` whether a real log finds it: by the chain alone, or with its head `remembered`."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "audit.jsonl"
        log = AuditLog(file)
        for name, score in (("chatbot", 0.8), ("ml-pipeline-prod", 0.2), ("fraud-model", 0.5)):
            log.append({"action": "assessment", "system_id": name, "risk_score": score})
        head, found = log.head if remembered else None, {}
        for edit, lines in _edited(file.read_bytes().splitlines()).items():
            file.write_bytes(b"".join(line + b"\n" for line in lines))
            found[edit] = not log.verify(head=head)
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


def _mistaken(edit: str, _: Mapping[str, bool]) -> str:
    return f"{edit!r} ({EDITS[edit]}): a real log was edited so, and it is not as you say. {_WHY[edit]}"


def _all_right() -> str:
    alone, remembered = found_by_the_chain(), found_by_the_chain(remembered=True)
    left = ", ".join(edit for edit, found in remembered.items() if not found)
    return (
        f"A real log was edited in these {len(EDITS)} ways. The chain alone finds {sum(alone.values())}; with the last "
        f"hash remembered elsewhere it is {sum(remembered.values())}. What remains ({left}) no hash can find: it takes "
        "somebody who was there."
    )


q4 = Question(
    id="assess.q4",
    title="Which edits does the chain find by itself?",
    judge=each(found_by_the_chain, (True, False), "True (found) or False", _mistaken, _all_right),
    hints=in_steps(
        "Each entry holds its own hash and the hash of the one before it. For each edit: which hash, still in the "
        "file, contradicts it?",
        "A forger who can compute hashes is caught by an entry that comes after the forgery and was left alone. "
        "Which edits leave such an entry?",
    ),
    because="A hash is no secret: anyone can compute one. What the chain shows is that an entry does not fit one that "
    "came after it. So the end of the log has no witness, unless its hash was remembered where the forger can't write, "
    "and an entry that is honestly chained but untrue is beyond any hash.",
    covers=("code-audit",),
    claims={
        "space=False": "A space more in an entry goes unnoticed: its hash is the same.",
        "middle=False": "An entry in the middle can be changed unnoticed, if its own hash is computed anew.",
        "last=True": "The chain of hashes finds a change of the last entry.",
        "all=True": "The chain finds it when all hashes are computed anew.",
        "first=False": "The first entry can be deleted, and the chain looks whole.",
        "invent=True": "A hash shows that what an entry says took place.",
    },
)
