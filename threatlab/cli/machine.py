"""The commands for a learner's machine: whether it is ready, clearing it for others, a record of what was checked."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from threatlab.cli.output import FAILED, PASSED, emit, harmless, tell
from threatlab.errors import ThreatLabError
from threatlab.words import counted

COPY = "my-course"
"""The learner's copy, as `make lab` and README.md name it."""

_DOCTOR = """\
Look whether the course runs on this machine: Python, packages, Jupyter's parts, a kernel that
starts and a click that is answered, disk, port, and what must be writable. It takes seconds and
changes nothing. The last line is for a chat: it names no person and no folder at home.
"""
_DOCTOR_MORE = """\
exit codes:
  0  all is well
  1  something is not: each line that failed says the way out
  2  bad input: one sentence on standard error says why
"""
_RESET = """\
Clear this machine for the next group: the progress, what was done in panels and the copy of
the course get new names that say when, and a new copy takes the old one's place. Nothing is
deleted. Close JupyterLab first.
"""
_RECORD = """\
Write a record of what was checked so far, or verify one. It says for each question whether it
is done, how often it was checked and helped with, and on which version of the course; no answer,
no code, and no name but the one given. Its lines are chained by hashes. It is no certificate:
whoever has a file can write another.
"""
_RECORD_MORE = """\
exit codes:
  0  written, or as it was written
  1  a line was changed, added or taken away, and it says which
  2  bad input: one sentence on standard error says why

examples:
  threatlab record write my-record.jsonl --name Ada
  threatlab record verify my-record.jsonl
"""


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the command line."""
    looked = command("doctor", doctor, "look whether the course runs on this machine", _DOCTOR, _DOCTOR_MORE)
    looked.add_argument("folder", metavar="DIR", nargs="?", default=COPY, help=f"your copy (default: {COPY})")

    cleared = command("reset", reset, "set a learner's work aside, for the next group", _RESET)
    cleared.add_argument("folder", metavar="DIR", nargs="?", default=COPY, help=f"the copy (default: {COPY})")
    cleared.add_argument("--yes", action="store_true", help="don't ask first")

    kept = command("record", record, "write or verify a record of what was checked", _RECORD, _RECORD_MORE)
    kept.add_argument("what", choices=("write", "verify"), help="what to do")
    kept.add_argument("file", metavar="FILE", help="the record, a .jsonl file; to write, also - (standard output)")
    kept.add_argument("--name", metavar="NAME", default="", help="a name to write into it (default: none)")
    kept.add_argument("--head", metavar="HASH", help="the last hash that was shown when it was written")


def doctor(asked: argparse.Namespace) -> int:
    """Say what is found, each as soon as it is known, and return whether all is well."""
    from threatlab.machine.doctor import examine, to_paste

    findings = []
    for each in examine(asked.folder):
        emit(f"{each}\n", None)
        findings.append(each)
    emit(f"\nTo paste into a chat:\n{to_paste(findings)}\n", None)
    return PASSED if all(each.well for each in findings) else FAILED


def reset(asked: argparse.Namespace) -> int:
    """Ask, set aside what is there, and say where it is and how it comes back."""
    from threatlab.machine.reset import kept_here, reset

    found = kept_here(asked.folder)
    if not found:
        emit("There is nothing to set aside: no copy, no progress.\n", None)
        return PASSED
    if not asked.yes and not _agreed("\n".join(["This sets aside, and deletes nothing:", *map(str, found), ""])):
        raise ThreatLabError("nothing was changed; say yes, or give --yes, to set it aside")
    renamed = reset(asked.folder, datetime.now(UTC).astimezone())
    rows = [f"set aside: {old} is now {new}" for old, new in renamed]
    back = "To get one back, rename it to what it was called; a new one of that name has to be renamed first."
    seen = "Whoever uses this account next can read it: delete it when nobody needs it any more."
    emit("\n".join([*rows, back, seen]) + "\n", None)
    if Path(asked.folder).is_dir():
        emit(f"A new copy of the course is in {asked.folder!r}.\n", None)
    return PASSED


def record(asked: argparse.Namespace) -> int:
    """Write a record, or verify one."""
    from threatlab.machine.record import make_record, verify_record

    if asked.what == "verify":
        whole, said = verify_record(asked.file, asked.head)
        emit(f"{asked.file}: {said}\n", None)
        return PASSED if whole else FAILED
    text, done, questions, head = make_record(harmless(asked.name), datetime.now(UTC).astimezone())
    emit(text, asked.file, "json", new=True)
    said = f"{done} of {counted(questions, 'question')} done. A record of what was checked, no certificate."
    tell(f"{asked.file}: {said}", asked.file)
    tell(f"Its last hash, to keep elsewhere for 'verify --head': {head}", asked.file)
    return PASSED


def _agreed(question: str) -> bool:
    """Return whether a person at the terminal says yes; nobody does where none is asked."""
    if not sys.stdin or not sys.stdin.isatty():
        return False
    try:
        return input(f"{question}Go on? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        return False
