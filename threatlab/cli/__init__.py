"""The command `threatlab`: assess systems, gate a pipeline, write reports, check the catalog, start the workbook."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NoReturn

from threatlab.catalog import catalog
from threatlab.catalog.atlas_check import check_atlas
from threatlab.checks import check_date, check_score
from threatlab.cli.inputs import read_inputs
from threatlab.cli.output import WIDTH, emit, import_table, line, table
from threatlab.course import start, update
from threatlab.errors import ThreatLabError
from threatlab.exchange import FORMATS, load_any, read, to_csv, to_layer, write
from threatlab.policy import load_policy
from threatlab.ranking import reaches
from threatlab.report import ThreatModel, briefing, load_models, save_model, to_html, to_json, to_markdown, to_sarif
from threatlab.report.blocks import shown
from threatlab.report.sarif import tool_version
from threatlab.system import list_systems, load_system

PASSED, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

_ASSESS = """\
Assess AI systems: what can go wrong, how much of that risk is left, what to do next.

FILE is any of these, as many as you like:
  a system file    .toml or .json: a name, and the tables [facts] and [controls]
  an inventory     .csv or .parquet: a column system_id, and one for each attribute;
                   a CSV cell is true, false or empty (empty: unknown)
  a built-in name  such as shadowray ('threatlab systems' lists them)
"""
_ASSESS_MORE = """\
exit codes:
  0  assessed, and the gate (--fail-at, --policy) passed or was not asked for
  1  assessed, and the gate failed: the reasons are on standard error
  2  bad input: one sentence on standard error says what

examples:
  threatlab assess shadowray
  threatlab assess threat-model.toml --fail-at 0.5
  threatlab assess threat-model.toml --policy policy.toml --format sarif --output threatlab.sarif
  threatlab assess inventory.csv --format html --output report.html
"""
_CATALOG = """\
Compare the catalog's ids and names of MITRE ATLAS with an ATLAS data file that
you have: which were retired, which renamed, which entries are new.
"""
_CATALOG_MORE = """\
exit codes:
  0  nothing differs
  1  something was retired, renamed, or is new
  2  bad input: one sentence on standard error says what

example:
  threatlab catalog check ATLAS-latest.yaml
"""
_START = """\
Copy the course's notebooks into a folder of your own, or bring the copy there up to date.
"""
_UPDATE = """\
Bring the course's corrections into your copy, cell by cell. Close its notebooks in
JupyterLab first: a page that is open doesn't see what changes in its file.
"""
_COPY_MORE = """\
A cell that you changed stays yours, as do cells that you added, moved or deleted. Where the
course has corrected a cell that you changed, a note beneath yours holds the correction.
Nothing of yours is overwritten or deleted. 'update' leaves a notebook that you deleted or
renamed away; 'start' brings it back.
"""
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
  threatlab import dragon.json --output model.json
"""
_EXPORT = """\
Write a threat model in the format of another tool. FILE is a threat model (.json), a drawing
or a system (.toml or .json), a model of another tool, or a built-in name.
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
_FROM_SYSTEM = {"atlas-navigator": to_layer, "csv": to_csv}
_MAIN_MORE = """\
start here:
  threatlab assess shadowray      assess the system of a published incident
  threatlab start my-course       copy the course's notebooks into a folder of your own
  threatlab COMMAND --help        what a command takes
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and where to read on."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"{self.prog}: {message} (see '{self.prog} --help')\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 (a gate failed) or 2 (bad input)."""
    parsed = _parser().parse_args(arguments)
    commands = {
        "assess": _assess,
        "report": _report,
        "import": _import,
        "export": _export,
        "systems": _systems,
        "catalog": _catalog,
        "start": _copy,
        "update": _copy,
    }
    try:
        return commands[parsed.command](parsed)
    except ThreatLabError as problem:
        _say(str(problem))
        return BAD_INPUT
    except OSError as problem:
        _say(f"{problem.filename or 'a file'}: {problem.strerror or problem}")
        return BAD_INPUT
    except KeyboardInterrupt:
        return INTERRUPTED


def _assess(asked: argparse.Namespace) -> int:
    today = check_date("--today", asked.today) if asked.today else _today()
    fail_at = None if asked.fail_at is None else _score(asked.fail_at)
    policy = load_policy(asked.policy) if asked.policy else None
    _spare_inputs(asked.output, (*asked.files, asked.policy or ""))
    inputs = read_inputs(asked.files)
    models = [ThreatModel(each.system, ruleset=asked.ruleset, policy=policy, made_on=today) for each in inputs]
    written = {
        "table": lambda: table(models),
        "json": lambda: to_json(*models),
        "markdown": lambda: to_markdown(*models),
        "html": lambda: to_html(*models),
        "sarif": lambda: to_sarif(*models, sources=[each.source for each in inputs]),
    }
    emit(written[asked.format](), asked.output)
    reasons = [reason for model in models for reason in _reasons(model, fail_at)]
    for reason in reasons:
        _say(f"gate failed: {reason}")
    return FAILED if reasons else PASSED


def _reasons(model: ThreatModel, fail_at: float | None) -> list[str]:
    name, score = model.system.name, model.assessment.risk_score
    said = [breach.sentence for breach in model.breaches]
    if fail_at is not None and reaches(score, fail_at):
        said.insert(0, f"The risk score is {score:.2f}, at or above {fail_at:.2f}.")
    return [f"{name}: {each}" for each in said]


def _report(asked: argparse.Namespace) -> int:
    _spare_inputs(asked.output, asked.models)
    models = [model for file in asked.models for model in load_models(file)]
    written = {
        "html": lambda: to_html(*models),
        "markdown": lambda: to_markdown(*models),
        "json": lambda: to_json(*models),
        "sarif": lambda: to_sarif(*models),
        "briefing": lambda: "\n".join(map(briefing, models)),
    }
    emit(written[asked.format](), asked.output)
    return PASSED


def _import(asked: argparse.Namespace) -> int:
    _spare_inputs(asked.output, [asked.file])
    found = read(asked.file)
    if asked.output:
        save_model(found.model, asked.output)
    emit(import_table(found), None)
    return PASSED


def _export(asked: argparse.Namespace) -> int:
    _spare_inputs(asked.output, [asked.file])
    model = load_any(asked.file)
    if asked.to in _FROM_SYSTEM:
        exported = _FROM_SYSTEM[asked.to](model)
    elif model.drawing is None:
        raise ThreatLabError(
            f"{asked.file!r} has no drawing, and {FORMATS[asked.to].title} is one: export it --to "
            f"{' or '.join(_FROM_SYSTEM)}, or draw it first"
        )
    else:
        exported = write(model.drawing, FORMATS[asked.to], model.origin)
    emit(exported.text, asked.output)
    for note in exported.notes:
        _say(f"note: {note}")
    return PASSED


def _systems(_: argparse.Namespace) -> int:
    wide = max(map(len, list_systems()))
    rows = [f"{name:{wide}}  {line(load_system(name).title, WIDTH - wide - 2).rstrip()}" for name in list_systems()]
    emit("\n".join(rows) + "\n", None)
    return PASSED


def _catalog(asked: argparse.Namespace) -> int:
    changes = check_atlas(asked.file)
    kinds = {
        "retired": [str(entry) for entry in changes.retired],
        "renamed": [f"{entry} \u2192 {name}" for entry, name in changes.renamed],
        "new": [str(entry) for entry in changes.new],
    }
    rows = [f"ATLAS {changes.version} against the catalog's {catalog().atlas}"]
    for kind, entries in kinds.items():
        rows += [f"{kind}: {len(entries) or 'none'}", *(f"  {each}" for each in entries)]
    emit("\n".join(map(shown, rows)) + "\n", None)
    return FAILED if changes else PASSED


def _copy(asked: argparse.Namespace) -> int:
    done = {"start": start, "update": update}[asked.command](asked.folder)
    rows = [f"{name}: {what}" for name, what in done.items()] or ["No corrections since the last time."]
    emit("\n".join([*rows, f"Your copy of the course is in {asked.folder}."]) + "\n", None)
    return PASSED


def _score(given: str) -> float:
    try:
        value = float(given)
    except ValueError:
        raise ThreatLabError(f"--fail-at is {given!r}; give a risk score from 0 to 1, such as 0.7") from None
    return check_score("--fail-at", value)


def _spare_inputs(output: str | None, inputs: Sequence[str]) -> None:
    """Refuse to write the report over a file that it is made from."""
    if not output or not Path(output).exists():
        return
    if any(given and Path(given).exists() and Path(given).samefile(output) for given in inputs):
        raise ThreatLabError(f"--output {output!r} is one of the files to read; give another name")


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


def _say(sentence: str) -> None:
    print(f"threatlab: {' '.join(sentence.split())}", file=sys.stderr)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="threatlab", description="Threat modeling for AI systems, offline.", epilog=_MAIN_MORE)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=f"threatlab {tool_version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, about: str, description: str = "", epilog: str = "") -> argparse.ArgumentParser:
        shape = argparse.RawDescriptionHelpFormatter
        return commands.add_parser(
            name, help=about, description=description or about, epilog=epilog, formatter_class=shape
        )

    assess = command("assess", "assess AI systems; can fail a pipeline", _ASSESS, _ASSESS_MORE)
    assess.add_argument("files", nargs="+", metavar="FILE", help="system file, inventory or built-in name")
    about = "ai: the whole catalog (default); core: the lesson's three checks"
    assess.add_argument("--ruleset", choices=tuple(catalog().rulesets), default="ai", help=about)
    formats = ("table", "json", "markdown", "html", "sarif")
    assess.add_argument("--format", choices=formats, default="table", help="how to write the result (default: table)")
    assess.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")
    assess.add_argument("--fail-at", metavar="SCORE", help="exit 1 if a risk score is at or above SCORE, from 0 to 1")
    assess.add_argument("--policy", metavar="PATH", help="exit 1 if a system breaks this policy (a TOML or JSON file)")
    assess.add_argument("--today", metavar="DATE", help="judge accepted risks as of this day, such as 2026-12-01")

    report = command("report", "write a saved threat model as a report")
    report.add_argument("models", nargs="+", metavar="MODEL", help="a .json file, saved by the workbook or by 'assess'")
    kinds = ("markdown", "html", "json", "sarif", "briefing")
    report.add_argument("--format", choices=kinds, default="markdown", help="what to write (default: markdown)")
    report.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")

    known = "".join(f"  {each.title}\n" for each in FORMATS.values())
    taken = command("import", "read a model of another tool", _IMPORT + known, _IMPORT_MORE)
    taken.add_argument("file", metavar="FILE", help="a .json file of another tool")
    taken.add_argument("--output", "-o", metavar="PATH", help="save it as a threat model in this .json file")

    given = command("export", "write a threat model in the format of another tool", _EXPORT, _EXPORT_MORE)
    given.add_argument("file", metavar="FILE", help="what to write, or a built-in name")
    targets = (*(name for name, each in FORMATS.items() if each.writer), *_FROM_SYSTEM)
    given.add_argument("--to", choices=targets, required=True, help="the format to write")
    given.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")

    command("systems", "list the built-in systems")
    about = "compare the catalog's ATLAS ids and names with a data file"
    check = command("catalog", about, _CATALOG, _CATALOG_MORE)
    check.add_argument("check", choices=("check",), help="the one thing that can be done with it")
    check.add_argument("file", metavar="FILE", help="ATLAS.yaml of a later release, or the same as JSON")
    about = "copy the course into a folder to work in, or bring the copy there up to date"
    started = command("start", about, _START, _COPY_MORE)
    started.add_argument("folder", metavar="DIR", help="the folder to work in; made if it isn't there")
    updated = command("update", "bring the course's corrections into your copy", _UPDATE, _COPY_MORE)
    updated.add_argument("folder", metavar="DIR", help="the folder with your copy")
    return parser
