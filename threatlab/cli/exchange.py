"""The commands that read and write what other tools do."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from threatlab.cli.inputs import SHOWN, STANDARD_INPUT, spare_inputs, standard_input
from threatlab.cli.output import PASSED, emit, import_table, say
from threatlab.exchange import FORMATS, load_any, read, to_csv, to_layer, write_model
from threatlab.report import save_model, to_json

_IMPORT = """\
Read a model of another tool: what it draws, which threats and mitigations it lists, and
what it leaves open. With --output it becomes a threat model of ours, which 'report' and
'export' read; whatever we don't understand of it stays in there, and comes back on export.

FILE is one of these, recognized by its content:
"""
_IMPORT_MORE = """\
exit codes:
  0  read
  2  bad input: one sentence on standard error says what; nothing is half-imported

examples:
  threatlab import dragon.json
  threatlab import - < model.otm.yaml
  threatlab import dragon.json --output model.json
"""
_EXPORT = """\
Write a threat model in the format of another tool: its drawing, what its assessment finds (as
that tool's threats, with severity or risk) and its controls (as mitigations, with their state),
each at the element or flow that it stands at. What an imported file has said comes back whole.
FILE is a threat model (.json), a drawing or a system (.toml or .json), a model of another tool,
or a built-in name; where nothing is drawn, one element stands for the whole.
"""
_EXPORT_MORE = """\
exit codes:
  0  written; standard error says what is not ours to know, was renamed, or is gone
  2  bad input: one sentence on standard error says what

examples:
  threatlab export model.json --to threat-dragon --output dragon.json
  threatlab export shadowray --to atlas-navigator --output layer.json
  threatlab export model.json --to csv --output findings.csv
"""
_WRITERS = {"atlas-navigator": to_layer, "csv": to_csv}


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the command line."""
    known = "".join(f"  {each.title}\n" for each in FORMATS.values())
    taken = command("import", _import, "read a model of another tool", _IMPORT + known, _IMPORT_MORE)
    taken.add_argument("file", metavar="FILE", help="a .json or .yaml file of another tool, or - for standard input")
    taken.add_argument(
        "--output", "-o", metavar="PATH", help="save it as a threat model: a .json file, or - (standard output)"
    )

    given = command("export", _export, "write a threat model in the format of another tool", _EXPORT, _EXPORT_MORE)
    given.add_argument("file", metavar="FILE", help="what to write, a built-in name, or - for standard input")
    targets = (*(name for name, each in FORMATS.items() if each.writer), *_WRITERS)
    given.add_argument("--to", choices=targets, required=True, help="the format to write")
    given.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")


def _import(asked: argparse.Namespace) -> int:
    spare_inputs(asked.output, [asked.file])
    found = read(asked.file) if asked.file != STANDARD_INPUT else read(SHOWN, standard_input())
    if asked.output == STANDARD_INPUT:  # for the next command of a pipe
        emit(to_json(found.model), None, "json")
        say(found.statement)
        return PASSED
    if asked.output is not None:
        save_model(found.model, asked.output)
    emit(import_table(found), None)
    return PASSED


def _export(asked: argparse.Namespace) -> int:
    spare_inputs(asked.output, [asked.file])
    model = load_any(asked.file) if asked.file != STANDARD_INPUT else load_any(SHOWN, standard_input())
    exported = _WRITERS[asked.to](model) if asked.to in _WRITERS else write_model(model, FORMATS[asked.to])
    emit(exported.text, asked.output, "csv" if asked.to == "csv" else "json")
    for note in exported.notes:
        say(f"note: {note}")
    return PASSED
