"""What the command line writes: tables that fit a terminal, and a report to the screen or into a file."""

from __future__ import annotations

import os
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from threatlab.assessment import NextStep
from threatlab.catalog import SEVERITIES
from threatlab.exchange import Import
from threatlab.files import write_text
from threatlab.report.blocks import shown
from threatlab.report.model import ThreatModel
from threatlab.words import counted

WIDTH = 80
_NAME = 26
_SEVERITY = 8
_NEXT = 5


def table(models: Sequence[ThreatModel]) -> str:
    """Return one system's findings and next steps, or a line for each of several; no line is wider than `WIDTH`."""
    return _one(models[0]) if len(models) == 1 else _many(models)


def emit(text: str, output: str | None) -> None:
    """Write `text` into the file `output`, whole or not at all; without one, or with "-", to standard output.

    A reader that has seen enough, such as `head`, is no error.
    """
    if output and output != "-":
        write_text(Path(output), text)
        return
    if hasattr(sys.stdout, "reconfigure"):  # a terminal that lacks a character shows its code instead
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python would complain at its end


def line(text: str, width: int) -> str:
    """Return `text` in one line of exactly `width` columns, cut or filled; control characters are replaced."""
    flat = " ".join(shown(text).split())
    if _columns(flat) > width:
        while _columns(flat) > width - 1:
            flat = flat[:-1]
        flat += "…"
    return flat + " " * (width - _columns(flat))


def _columns(text: str) -> int:
    """Return how many columns of a terminal a text takes: two for a wide character, none for an accent on one."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _one(model: ThreatModel) -> str:
    result = model.assessment
    unknown = sum(finding.unknown for finding in result.findings)
    lines = [
        line(model.system.name, WIDTH).rstrip(),
        f"risk score {result.risk_score:.2f} (0 to 1, higher is worse), ruleset {result.ruleset}",
        f"{len(result.findings)} findings, {unknown} of them because nobody knows (marked ?)",
    ]
    if worst := result.worst_threat:
        lines.append(
            f"worst threat: {result.catalog.threats[worst].title}, residual risk {result.by_threat[worst]:.2f}"
        )
    if result.findings:
        lines += ["", f"{'SEVERITY':{_SEVERITY}}   {'CONTROL':<30}  FINDING"]
    for finding in result.findings:
        mark = "?" if finding.unknown else " "
        head = f"{finding.severity:{_SEVERITY}} {mark} {finding.attribute:<30}  "
        said = finding.finding + (" (accepted)" if model.accepted(finding.attribute) else "")
        lines += textwrap.wrap(said, WIDTH, initial_indent=head, subsequent_indent=" " * len(head))
    if steps := result.best_next(_NEXT):
        lines += ["", "REMOVES   DAYS  DO NEXT, first what is likely to be missing"]
        for step in steps:
            head = f"{step.removes:7.3f} {step.effort_days:6g}  "
            lines += textwrap.wrap(step.title + _likely(step), WIDTH, initial_indent=head, subsequent_indent=" " * 16)
    if questions := result.best_questions(_NEXT):
        lines += ["", "  MOVES         ASK NEXT, first what is likely to move the score"]
        for each in questions:
            head = f"{each.moves:+7.3f}".ljust(16)
            lines += textwrap.wrap(each.question, WIDTH, initial_indent=head, subsequent_indent=" " * 16)
    return "\n".join(lines) + "\n"


def _likely(step: NextStep) -> str:
    return f" (missing in {step.missing})" if step.missing else ""


def import_table(found: Import) -> str:
    """Return what became of a file of another tool, and what it leaves open; no line is wider than `WIDTH`."""
    drawing = found.drawing
    elements = f"{counted(len(drawing.elements), 'element')} in {counted(len(drawing.zones), 'zone')}"
    lines = [
        line(f"{drawing.title}: {found.format.title}", WIDTH).rstrip(),
        ", ".join((elements, counted(len(drawing.flows), "flow"), f"{len(drawing.crossings)} across a trust boundary")),
        found.statement,
    ]
    if found.undrawn:
        lines += ["", "KEPT, NOT DRAWN", *_wrapped(found.undrawn, "  ")]
    for what, entries in (("THREAT", found.threats), ("MITIGATION", found.mitigations)):
        if entries:
            lines += ["", f"{what} OF THE FILE".ljust(40) + "  OURS, AND WHY"]
        for each in entries:
            said = f"{each.match.title}: {each.match.because}" if each.match else "- none is near: kept as it is"
            lines += _wrapped([said], line(each.claim.title or "(without a title)", 40) + "  ")
    if found.questions:
        lines += ["", "TO ANSWER"]
    for number, asked in enumerate(found.questions, start=1):
        hint = f" Perhaps {asked.proposal}: {asked.because}." if asked.proposal else ""
        drawn = f" Drawn as {asked.drawn} until then." if asked.drawn else ""
        lines += _wrapped([f"{asked.asks}{hint}{drawn}"], f"{number:3}. ")
    return "\n".join(lines) + "\n"


def _wrapped(texts: Sequence[str], head: str) -> list[str]:
    """Return texts in lines that fit, the first of each behind a `head`, and the others below it."""
    rest = " " * len(head)
    return [
        part
        for text in texts
        for part in textwrap.wrap(" ".join(shown(text).split()), WIDTH, initial_indent=head, subsequent_indent=rest)
    ]


def _many(models: Sequence[ThreatModel]) -> str:
    lines = [f"{'SYSTEM':{_NAME}}  SCORE  CRIT  HIGH   MED   LOW     ?  WORST THREAT"]
    for model in models:
        result = model.assessment
        counts = Counter(finding.severity for finding in result.findings)
        figures = "".join(f"{counts[severity]:6d}" for severity in SEVERITIES)
        unknown = sum(finding.unknown for finding in result.findings)
        worst = result.catalog.threats[result.worst_threat].title if result.worst_threat else "-"
        lines.append(f"{line(model.system.name, _NAME)}   {result.risk_score:.2f}{figures}{unknown:6d}  {worst}")
    lines += ["", "?: findings that are there because nobody knows whether the control is in place"]
    return "\n".join(lines) + "\n"
