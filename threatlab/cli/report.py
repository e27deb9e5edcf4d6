"""The command that writes a saved threat model as a report."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from itertools import zip_longest
from pathlib import Path

from threatlab.cli.attack import MEASURED, with_measured
from threatlab.cli.inputs import SHOWN, STANDARD_INPUT, Input, check_apart, spare_inputs, standard_input
from threatlab.cli.output import PASSED, write
from threatlab.files import read_text
from threatlab.report import Source, briefing, to_html, to_json, to_markdown, to_sarif
from threatlab.report.json_file import MODELS, models_from

_ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".sarif": "sarif"}
"""What a report is whose format nobody says, by the end of its file's name."""


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    report = command("report", _report, "write a saved threat model as a report")
    report.add_argument(
        "models", nargs="+", metavar="MODEL", help="a .json file, saved by the workbook or by 'assess', or -"
    )
    kinds = ("markdown", "html", "json", "sarif", "briefing")
    said = "what to write (default: what the name of the output ends in, or markdown)"
    report.add_argument("--format", choices=kinds, help=said)
    report.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")
    report.add_argument("--measured", **MEASURED)  # type: ignore[arg-type]


def _report(asked: argparse.Namespace) -> int:
    asked.format = asked.format or _ENDINGS.get(Path(asked.output or "").suffix.lower(), "markdown")
    spare_inputs(asked.output, [*asked.models, *asked.measured])
    taken: list[tuple[str, Input]] = []
    for file in asked.models:
        suffix, shown = Path(file).suffix.lower(), repr(file) if file != STANDARD_INPUT else SHOWN
        text = read_text(MODELS.find(file)) if file != STANDARD_INPUT else standard_input()  # a pipe is read but once
        held = MODELS.read(text, suffix, shown, models_from)
        lines = text if asked.format == "sarif" else ""
        sources = Source.of_each(Path(file), lines, len(held)) if suffix in MODELS.suffixes else []
        taken += [(file, Input(model, file, source)) for model, source in zip_longest(held, sources)]
    if asked.format == "sarif":  # a code host tells findings apart by these; a report may hold two versions of a model
        check_apart(taken, lines=True)
    models = with_measured([each.model for _, each in taken], asked.measured)
    found_at = [each.source for _, each in taken]
    written = {
        "html": lambda: to_html(*models),
        "markdown": lambda: to_markdown(*models),
        "json": lambda: to_json(*models),
        "sarif": lambda: to_sarif(*models, sources=found_at),
        "briefing": lambda: "\n".join(map(briefing, models)),
    }
    write(asked, written, models, found_at)
    return PASSED
