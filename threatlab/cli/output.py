"""What the command line writes: tables that fit a terminal, and a report to the screen or into a file."""

from __future__ import annotations

import argparse
import os
import re
import sys
import textwrap
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from errno import EBADF

from threatlab.assessment import NextStep
from threatlab.catalog import SEVERITIES
from threatlab.dataflow.who import said_to_be_none, whom_threats_serve
from threatlab.errors import ThreatLabError
from threatlab.exchange import Import, Matched
from threatlab.files import write_new, write_text
from threatlab.measured import effect, said_of
from threatlab.report import Source
from threatlab.report.model import ThreatModel
from threatlab.report.sarif import left_out
from threatlab.words import counted, listed, shown

PASSED, FAILED, BAD_INPUT = 0, 1, 2
"""Exit codes: done, and no gate has failed; done, and one has, or something is not as it should be; not done."""

WIDTH = 80
_NAME = 25
_SEVERITY = 8
_NEXT = 5
_LONGEST = 1000
"""Characters of a sentence on standard error."""

_STATE = {True: ": in place", False: ": not in place", None: ""}


def table(models: Sequence[ThreatModel]) -> str:
    """Return one system's findings and next steps, or a line for each of several; no line is wider than `WIDTH`."""
    return _one(models[0]) if len(models) == 1 else _many(models)


def emit(text: str, output: str | None, form: str = "table", *, new: bool = False) -> None:
    """Write `text` into the file `output`, whole or not at all; without one, or with "-", to standard output.

    A file that must be `new` takes the place of none.

    There a table shows the code of a character that the terminal lacks, and every other `form` is what a file would be.
    No line is a command to a build server. A reader that has seen enough, such as `head`, is no error.

    Raises
    ------
    ThreatLabError
        If it can't be written; the message says where, and why.
    """
    if output is not None and output != "-":
        (write_new if new else write_text)(output, text)
        return
    try:
        if sys.stdout is None:
            raise OSError(EBADF, "it is closed")  # noqa: TRY301
        if hasattr(sys.stdout, "reconfigure"):
            as_in_a_file = {"encoding": "utf-8", "errors": "replace", "newline": ""}
            sys.stdout.reconfigure(**({"errors": "backslashreplace"} if form == "table" else as_in_a_file))
        sys.stdout.write(harmless(text, form))
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_standard_output()
    except OSError as problem:
        _drop_standard_output()
        raise ThreatLabError(f"standard output can't be written: {problem.strerror}") from None


def write(
    asked: argparse.Namespace,
    written: Mapping[str, Callable[[], str]],
    models: Sequence[ThreatModel],
    sources: Sequence[Source | None],
) -> None:
    """Write the models in the format that is asked for, and say what of them code hosts would not take."""
    emit(written[asked.format](), asked.output, asked.format)
    for sentence in left_out(*models, sources=sources) if asked.format == "sarif" else ():
        say(sentence)


def tell(sentence: str, output: str) -> None:
    """Say what was written into the file `output`: where that is standard output, on standard error."""
    if output == "-":
        say(sentence)
    else:
        emit(f"{sentence}\n", None)


def harmless(text: str, form: str = "table") -> str:
    """Return a text in which no line is a command to a build server, as `::error::` is, or `##vso[...]` anywhere in it.

    Those are the two ways in which GitHub's and Azure's runners take commands from what a program prints; to them a
    carriage return ends a line, too. JSON says the same as before.
    """
    if form in {"json", "sarif"}:  # no line of these begins with a colon
        return re.sub(r"(##\w*)\[", r"\1\\u005b", text)
    text = re.sub(r"(^|[\r\n])([^\S\r\n]*:)(?=:)", r"\1\2 ", text)
    return re.sub(r"(##\w*)\[", r"\1 [", text)


def _drop_standard_output() -> None:
    """Let nothing more be written there: Python would at its end, and complain."""
    with suppress(OSError, AttributeError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def line(text: str, width: int) -> str:
    """Return `text` in one line of exactly `width` columns, cut or filled; control characters are replaced."""
    flat = " ".join(shown(text[: 20 * width]).split()) + ("\u2026" if len(text) > 20 * width else "")
    while (over := _columns(flat) - width) > 0:  # a character takes two columns at most
        flat = flat[: -1 - max(1, over // 2)] + "\u2026"
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
        serves = whom_threats_serve(result.catalog, model.drawing)[worst]
        lines += wrapped([listed([each.title for each in serves]) or "nobody who is drawn"], "it serves: ")
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
    measured = [f"{said_of(each)} {effect(each, result.catalog)}" for each in model.measured]
    stated = list(said_to_be_none(model.drawing)) if model.drawing else []
    for head, texts in (("MEASURED ON THE REAL SYSTEM", measured), ("STATED BY WHOEVER DREW IT", stated)):
        if texts:
            lines += ["", head, *wrapped(texts, "  ", "    ")]
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
        kept = [f"{part.where}: {part.name[:60]!r} {why}" for part, why in found.undrawn]
        lines += ["", "KEPT, NOT DRAWN", *wrapped(kept, "  ")]
    for what, ours, entries in (("THREAT", "threat", found.threats), ("MITIGATION", "control", found.mitigations)):
        sure = [each for each in entries if each.match]
        if sure:
            lines += ["", f"{what} OF THE FILE".ljust(40) + "  OURS, AND WHY"]
        for each in sure:
            lines += wrapped([_ours(each)], line(each.claim.title or "(without a title)", 40) + "  ")
        times = Counter(_unsure(each) for each in entries if not each.match)
        if times:
            lines += ["", f"{what}S KEPT AS THEY ARE: WHICH OF OUR {ours.upper()}S IS MEANT, IF ANY?"]
            lines += wrapped([f"{said} ({n} times)" if n > 1 else said for said, n in times.items()], "  ", "    ")
    if found.questions:
        lines += ["", "TO ANSWER"]
    for number, asked in enumerate(found.questions, start=1):
        hint = f" Perhaps {asked.proposal}: {asked.because}." if asked.proposal else ""
        drawn = f" Drawn as {asked.drawn} until then." if asked.drawn else ""
        lines += wrapped([f"{asked.asks}{hint}{drawn}"], f"{number:3}. ")
    return "\n".join(lines) + "\n"


def _ours(each: Matched) -> str:
    if each.match is None or each.written_by_us:
        return "the same, written by threatlab" + _STATE[each.claim.done]
    return f"{each.match.title}: {each.match.because}"


def _unsure(each: Matched) -> str:
    perhaps = listed([match.title for match in each.candidates], "or")
    return (line(each.claim.title, 2 * WIDTH).rstrip() or "(without a title)") + (f": {perhaps}?" if perhaps else "")


def wrapped(texts: Iterable[str], head: str, rest: str = "") -> list[str]:
    """Return texts in lines that fit, the first of each behind a `head`, the others below it or behind a `rest`."""
    rest = rest or " " * len(head)
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


def say(sentence: str, who: str = "threatlab") -> None:
    """Say a sentence on standard error, in a line, and of a very long one its beginning."""
    said = " ".join(shown(sentence).split())
    said = said if len(said) <= _LONGEST else f"{said[:_LONGEST]}\u2026"
    if sys.stderr is None:  # print would take standard output
        return
    with suppress(OSError):  # where nobody listens, the exit code says it
        print(f"{who}: {harmless(said)}", file=sys.stderr)
