"""The next version of a threat model: it keeps the one before in its history, with what has changed since."""

from __future__ import annotations

from collections.abc import Iterator

from threatlab.changes.compare import Change, diff
from threatlab.changes.writing import signed, title
from threatlab.report import ThreatModel, Version
from threatlab.words import ANSWER, counted

TOLD = 5
"""Answers that a history tells of one version; `threatlab diff` tells them all."""


def next_version(old: ThreatModel, new: ThreatModel, version: str) -> ThreatModel:
    """Return `new` as a `version` of its own: its history is that of `old`, and `old` with what changed after it.

    Raises
    ------
    ThreatLabError
        If the two can't be compared, or the version is no text.
    """
    before = Version(
        version=old.version or "not named",
        made_on=old.made_on,
        author=old.author,
        risk_score=old.assessment.risk_score,
        changed=tuple(_changed(diff(old, new))),
    )
    return new.with_(version=version, history=(*old.history, before))


def _changed(change: Change) -> Iterator[str]:
    yield title(change).removeprefix(f"{change.name}: ")
    for answer in change.answers[:TOLD]:
        moved = f"{ANSWER[answer.before]}, then {ANSWER[answer.after]}"
        yield f"{answer.attribute}: {moved} ({signed(answer.share, answer.error)})"
    if (left := len(change.answers) - TOLD) > 0:
        yield counted(left, "further answer")
    if change.opened or change.closed:
        yield f"{counted(len(change.opened), 'finding')} opened, {len(change.closed)} closed"
    for part in change.parts[:TOLD]:
        yield f"{part.kind} {part.change}: {part.name}"
    if (left := len(change.parts) - TOLD) > 0:
        yield f"{counted(left, 'further part')} of drawing, plan and acceptances"
