"""The command `threatlab`: assess systems, compare reviews, gate a pipeline, write reports, start the workbook."""

from __future__ import annotations

import argparse
import math
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from itertools import zip_longest
from pathlib import Path
from typing import NoReturn

from threatlab.catalog import catalog
from threatlab.catalog.atlas_check import check_atlas
from threatlab.changes import Change, InventoryChange, diff, diff_inventory, to_text
from threatlab.changes import to_json as change_to_json
from threatlab.changes import to_markdown as change_to_markdown
from threatlab.checks import check_date, check_number, check_whole
from threatlab.cli import attack, course, machine
from threatlab.cli.inputs import SHOWN, STANDARD_INPUT, Input, check_apart, read_inputs, standard_input
from threatlab.cli.output import WIDTH, emit, import_table, line, say, table
from threatlab.cli.revisions import read_side
from threatlab.cli.run import run_notebook
from threatlab.course import version
from threatlab.errors import ThreatLabError
from threatlab.exchange import FORMATS, load_any, read, to_csv, to_layer, write_model
from threatlab.files import read_text
from threatlab.policy import load_policy
from threatlab.ranking import moved, reaches
from threatlab.report import (
    Source,
    ThreatModel,
    briefing,
    save_model,
    to_html,
    to_json,
    to_markdown,
    to_sarif,
)
from threatlab.report.json_file import MODELS, models_from
from threatlab.report.sarif import left_out
from threatlab.system import list_systems, load_system
from threatlab.words import counted, listed, shown

PASSED, FAILED, BAD_INPUT = 0, 1, 2

_NAMED = 3
"""How many open questions a sentence names."""

_ASSESS = """\
Assess AI systems: what can go wrong, how much of that risk is left, what to do next.

FILE is any of these, as many as you like:
  a system file    .toml or .json: a name, and the tables [facts] and [controls]
  a threat model   .json, as the workbook and 'assess --format json' save it
  a drawing        .toml or .json, with zones, elements and flows: its facts are read from it
  an inventory     .csv or .parquet: a column system_id, and one for each attribute;
                   a CSV cell is true, false or empty (empty: unknown)
  -                one of these on standard input; an inventory there is CSV
  a built-in name  such as shadowray ('threatlab systems' lists them)
"""
_ASSESS_MORE = """\
exit codes:
  0  assessed, and the gate (--fail-at, --policy, --max-open, a saved model's policy) passed,
     or there is none
  1  assessed, and the gate failed: the reasons are on standard error
  2  not judged: one sentence on standard error says why

A gate fails if a question about the system is open, since what nobody has answered raises no
score: --max-open N lets it pass on N open questions, --allow-open on any number.

examples:
  threatlab assess shadowray
  threatlab assess threat-model.toml --fail-at 0.5
  threatlab assess threat-model.toml --policy policy.toml --format sarif --output threatlab.sarif
  threatlab assess inventory.csv --format html --output report.html
"""
_DIFF = """\
Tell what changed since the last review, and how much of the change of the risk
score each changed answer caused.

OLD and NEW are two of the same kind:
  a threat model   .json, saved by the workbook or by 'assess --format json'
  a system file    .toml or .json, or a built-in name
  a drawing        .toml or .json, with zones, elements and flows
  an inventory     .csv or .parquet; systems are matched by their names
Each may be a file at a revision of git, written REVISION:FILE, or :FILE as it is staged; one
may be -, standard input.
"""
_DIFF_MORE = """\
exit codes:
  0  compared, and the gate (--fail-if-worse) passed or was not asked for
  1  compared, and the gate failed: the reasons are on standard error
  2  not compared: one sentence on standard error says why

The gate fails if a risk score rose by more than X, or if a question about the system that was
answered is open again, since what nobody answers raises no score (--allow-open lets it pass).
A system that is new has no score to be worse than.

examples:
  threatlab diff main:threat-model.toml threat-model.toml
  threatlab diff last-review.json model.json --format markdown --output changes.md
  threatlab diff old.csv new.csv --fail-if-worse 0.02
"""
_RUN = """\
Run a notebook of the course with other parameters, and save it with its outputs. A
parameter that it doesn't have, or a value that it refuses, stops it before it runs.
"""
_RUN_MORE = """\
exit codes:
  0  it ran
  1  a cell failed: the error is on standard error, what ran before it in the file
  2  bad input, and nothing ran, or interrupted, and nothing is saved: one sentence on
     standard error says which

example:
  threatlab run notebooks/02-assess.ipynb -p system tay -p alert_threshold 0.6 -o my-run.ipynb
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
_EXIT_CODES = """\
exit codes:
  0  done
  2  not done: one sentence on standard error says why
"""
"""Of a command that says nothing else of them."""

_MAIN_MORE = """\
start here:
  threatlab assess shadowray      assess the system of a published incident
  threatlab start my-course       copy the course's notebooks into a folder of your own
  threatlab doctor                look whether the course runs on this machine
  threatlab COMMAND --help        what a command takes
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one sentence, and where to read on; a help that can't be written is an error, too."""

    def error(self, message: str) -> NoReturn:
        say(f"{message} (see '{self.prog} --help')", self.prog)
        self.exit(BAD_INPUT)

    def _print_message(self, message: str, _: object = None) -> None:
        emit(message, None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit code: 0, 1 (a gate failed) or 2 (bad input)."""
    commands = {
        "assess": _assess,
        "diff": _diff,
        "report": _report,
        "attack": attack.attack,
        "import": _import,
        "export": _export,
        "run": _run,
        "systems": _systems,
        "catalog": _catalog,
        "start": course.copy,
        "update": course.copy,
        "class": course.class_page,
        "hand-in": course.hand_in,
        "doctor": machine.doctor,
        "reset": machine.reset,
        "record": machine.record,
    }
    try:
        with _stoppable(), warnings.catch_warnings():
            warnings.simplefilter("once", UserWarning)
            warnings.showwarning = lambda message, *_: say(str(message))
            parsed = _parser().parse_args(arguments)
            return commands[parsed.command](parsed)
    except ThreatLabError as problem:
        say(str(problem))
    except OSError as problem:
        say(f"{problem.filename or _without_name()}: {problem.strerror or problem}")
    except MemoryError:
        say("there is not enough memory for that; give fewer systems, or smaller files")
    except KeyboardInterrupt:
        say("interrupted; a file that was being written is as it was")
    except Exception as fault:  # noqa: BLE001  # Python's own exit code would say that a gate has failed
        say(f"threatlab has a fault, and nothing was judged: {type(fault).__name__}: {fault}")
    return BAD_INPUT


@contextmanager
def _stoppable() -> Iterator[None]:
    """Take the signal that ends a process as Ctrl-C, where it can be: so nothing half written is left."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread() or sys.platform == "emscripten":
        yield
        return
    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        with suppress(TypeError):  # one that Python did not set can't be put back
            signal.signal(signal.SIGTERM, before)


def _without_name() -> str:
    """Return what an error of the system is about that names no file: the working folder, if that is gone."""
    try:
        os.getcwd()  # noqa: PTH109  # pathlib asks the same
    except FileNotFoundError:
        return "the folder that you work in is gone; change to another one"
    return "a file"


def _assess(asked: argparse.Namespace) -> int:
    today = _today() if asked.today is None else check_date("--today", asked.today)
    fail_at = None if asked.fail_at is None else _score(asked.fail_at)
    policy = None if asked.policy is None else load_policy(asked.policy)  # "": a variable that is not set opens no gate
    most_open = _most_open(asked)
    _spare_inputs(asked.output, (*asked.files, *asked.measured, asked.policy or ""))
    inputs = read_inputs(asked.files, lines=asked.format == "sarif")
    sources = [each.source for each in inputs]
    as_asked = (
        {"made_on": today}
        | ({"policy": policy} if policy else {})
        | ({"ruleset": asked.ruleset} if asked.ruleset else {})
    )
    models = attack.with_measured([each.model.with_(**as_asked) for each in inputs], asked.measured)
    written = {
        "table": lambda: table(models),
        "json": lambda: to_json(*models),
        "markdown": lambda: to_markdown(*models),
        "html": lambda: to_html(*models),
        "sarif": lambda: to_sarif(*models, sources=sources),
    }
    _write(asked, written, models, sources)
    if fail_at is None and most_open is None and not any(model.policy for model in models):
        return PASSED  # no gate
    return _gate(models, [reason for model in models for reason in _reasons(model, fail_at, most_open or 0)])


def _reasons(model: ThreatModel, fail_at: float | None, most_open: float) -> list[str]:
    name, score = model.system.name, model.assessment.risk_score
    said = [breach.sentence for breach in model.breaches]
    if fail_at is not None and reaches(score, fail_at):
        said.insert(0, f"The risk score is {score:.2f}, at or above {fail_at:.2f}.")
    if len(_open(model)) > most_open:
        said.append(
            f"{_open_in_words(model)}. What is not answered raises no score: answer it, or let the gate pass with "
            f"--max-open {len(_open(model))} or --allow-open."
        )
    return [f"{name}: {each}" for each in said]


def _diff(asked: argparse.Namespace) -> int:
    most = None if asked.fail_if_worse is None else _score(asked.fail_if_worse, "--fail-if-worse", "a rise")
    _spare_inputs(asked.output, (asked.old, asked.new))
    old, new = (read_side(each, lines=asked.format == "sarif") for each in (asked.old, asked.new))
    change: Change | InventoryChange
    if old.many or new.many:
        change = diff_inventory(old.models, new.models)
        changes = change.changed
    else:
        change = diff(old.models[0], new.models[0])
        changes = (change,)
    written = {
        "table": lambda: to_text(change),
        "json": lambda: change_to_json(change),
        "markdown": lambda: change_to_markdown(change),
        "sarif": lambda: to_sarif(*new.models, sources=new.sources, before=old.models, before_sources=old.sources),
    }
    _write(asked, written, new.models, new.sources)
    if most is None:
        return PASSED
    return _gate(new.models, [reason for each in changes for reason in _worse(each, most, allow_open=asked.allow_open)])


def _worse(change: Change, most: float, *, allow_open: bool) -> list[str]:
    said, rise = [], moved(change.after, change.before)
    if rise > most:
        said.append(f"The risk score rose by {rise:.2f} from {change.before:.2f}; {most:g} is allowed.")
    if change.forgotten and not allow_open:
        said.append(
            f"Answered before, and open now: {listed(change.forgotten)}. What is not answered raises no score: answer "
            "it, or let the gate pass with --allow-open."
        )
    return [f"{change.name}: {each}" for each in said]


def _gate(models: Sequence[ThreatModel], reasons: Sequence[str]) -> int:
    """Say why the gate fails, or on which open questions it passes, and return the exit code."""
    for reason in reasons:
        say(f"gate failed: {reason}")
    for model in models if not reasons else ():
        if _open(model):
            say(f"gate passed: {model.system.name}: {_open_in_words(model)}")
    return FAILED if reasons else PASSED


def _open(model: ThreatModel) -> tuple[str, ...]:
    """Return the facts that a score depends on and nobody has answered; the lesson's three checks ask for none."""
    return model.open_facts if model.ruleset == "ai" else ()


def _open_in_words(model: ThreatModel) -> str:
    names, of = _open(model), len(model.system.catalog.facts)
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    are = "is" if len(names) == 1 else "are"
    return f"{len(names)} of {of} questions about the system {are} open: {', '.join(names[:_NAMED])}{more}"


def _most_open(asked: argparse.Namespace) -> float | None:
    """Return on how many open questions a gate may pass, or None if nothing is said of it."""
    if asked.allow_open:
        return math.inf
    if asked.max_open is None:
        return None
    try:
        return check_whole("--max-open", int(asked.max_open), 0)
    except ValueError:
        raise ThreatLabError(f"--max-open is {asked.max_open!r}; give a number of questions, such as 3") from None


def _write(
    asked: argparse.Namespace,
    written: Mapping[str, Callable[[], str]],
    models: Sequence[ThreatModel],
    sources: Sequence[Source | None],
) -> None:
    """Write the models in the format that is asked for, and say what of them code hosts would not take."""
    emit(written[asked.format](), asked.output, asked.format)
    for sentence in left_out(*models, sources=sources) if asked.format == "sarif" else ():
        say(sentence)


_ENDINGS = {".html": "html", ".htm": "html", ".json": "json", ".sarif": "sarif"}
"""What a report is whose format nobody says, by the end of its file's name."""


def _report(asked: argparse.Namespace) -> int:
    asked.format = asked.format or _ENDINGS.get(Path(asked.output or "").suffix.lower(), "markdown")
    _spare_inputs(asked.output, [*asked.models, *asked.measured])
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
    models = attack.with_measured([each.model for _, each in taken], asked.measured)
    found_at = [each.source for _, each in taken]
    written = {
        "html": lambda: to_html(*models),
        "markdown": lambda: to_markdown(*models),
        "json": lambda: to_json(*models),
        "sarif": lambda: to_sarif(*models, sources=found_at),
        "briefing": lambda: "\n".join(map(briefing, models)),
    }
    _write(asked, written, models, found_at)
    return PASSED


def _run(asked: argparse.Namespace) -> int:
    _spare_inputs(asked.output, [asked.notebook])
    if failed := run_notebook(asked.notebook, asked.parameters, asked.output):
        say(failed)
        return FAILED
    return PASSED


def _import(asked: argparse.Namespace) -> int:
    _spare_inputs(asked.output, [asked.file])
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
    _spare_inputs(asked.output, [asked.file])
    model = load_any(asked.file) if asked.file != STANDARD_INPUT else load_any(SHOWN, standard_input())
    exported = _WRITERS[asked.to](model) if asked.to in _WRITERS else write_model(model, FORMATS[asked.to])
    emit(exported.text, asked.output, "csv" if asked.to == "csv" else "json")
    for note in exported.notes:
        say(f"note: {note}")
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


def _score(given: str, option: str = "--fail-at", what: str = "a risk score") -> float:
    try:
        value = float(given)
    except ValueError:
        raise ThreatLabError(f"{option} is {given!r}; give {what} from 0 to 1, such as 0.7") from None
    return check_number(option, value, 0, 1, what=what)


def _spare_inputs(output: str | None, inputs: Sequence[str]) -> None:
    """Refuse to write the report over a file that it is made from."""
    if not output or not Path(output).exists():
        return
    if any(given and Path(given).exists() and Path(given).samefile(output) for given in inputs):
        raise ThreatLabError(f"--output {output!r} is one of the files to read; give another name")


def _today() -> date:
    return datetime.now(UTC).astimezone().date()


_MEASURED = {
    "action": "append",
    "metavar": "RECORD",
    "default": [],
    "help": "what 'attack' measured on the real system, in place of a toy's figure; repeatable",
}


def _report_command(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command that writes a saved threat model as a report."""
    report = command("report", "write a saved threat model as a report")
    report.add_argument(
        "models", nargs="+", metavar="MODEL", help="a .json file, saved by the workbook or by 'assess', or -"
    )
    kinds = ("markdown", "html", "json", "sarif", "briefing")
    said = "what to write (default: what the name of the output ends in, or markdown)"
    report.add_argument("--format", choices=kinds, help=said)
    report.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")

    report.add_argument("--measured", **_MEASURED)  # type: ignore[arg-type]


def _exchange_commands(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands that read and write what other tools do."""
    known = "".join(f"  {each.title}\n" for each in FORMATS.values())
    taken = command("import", "read a model of another tool", _IMPORT + known, _IMPORT_MORE)
    taken.add_argument("file", metavar="FILE", help="a .json or .yaml file of another tool, or - for standard input")
    taken.add_argument(
        "--output", "-o", metavar="PATH", help="save it as a threat model: a .json file, or - (standard output)"
    )

    given = command("export", "write a threat model in the format of another tool", _EXPORT, _EXPORT_MORE)
    given.add_argument("file", metavar="FILE", help="what to write, a built-in name, or - for standard input")
    targets = (*(name for name, each in FORMATS.items() if each.writer), *_WRITERS)
    given.add_argument("--to", choices=targets, required=True, help="the format to write")
    given.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")


@cache
def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="threatlab", description="Threat modeling for AI systems, offline.", epilog=_MAIN_MORE)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=f"threatlab {version()}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, about: str, description: str = "", epilog: str = "") -> argparse.ArgumentParser:
        shape = argparse.RawDescriptionHelpFormatter
        codes = "" if "exit codes:" in epilog else f"{_EXIT_CODES}\n"
        return commands.add_parser(
            name, help=about, description=description or about, epilog=codes + epilog, formatter_class=shape
        )

    assess = command("assess", "assess AI systems; can fail a pipeline", _ASSESS, _ASSESS_MORE)
    assess.add_argument("files", nargs="+", metavar="FILE", help="system file, inventory or built-in name")
    about = "ai: the whole catalog (default); core: the lesson's three checks"
    assess.add_argument("--ruleset", choices=tuple(catalog().rulesets), help=about)
    formats = ("table", "json", "markdown", "html", "sarif")
    assess.add_argument("--format", choices=formats, default="table", help="how to write the result (default: table)")
    assess.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")
    assess.add_argument("--fail-at", metavar="SCORE", help="exit 1 if a risk score is at or above SCORE, from 0 to 1")
    assess.add_argument("--policy", metavar="PATH", help="exit 1 if a system breaks this policy (a TOML or JSON file)")
    questions = assess.add_mutually_exclusive_group()
    questions.add_argument("--max-open", metavar="N", help="let the gate pass with up to N open questions (default: 0)")
    questions.add_argument("--allow-open", action="store_true", help="let the gate pass whatever is open")
    assess.add_argument("--today", metavar="DATE", help="judge accepted risks as of this day, such as 2026-12-01")

    assess.add_argument("--measured", **_MEASURED)  # type: ignore[arg-type]

    about = "tell what changed between two reviews, and which answers moved the score"
    compared = command("diff", about, _DIFF, _DIFF_MORE)
    compared.add_argument("old", metavar="OLD", help="what it was: a file, a built-in name, or REVISION:FILE")
    compared.add_argument("new", metavar="NEW", help="what it is now: likewise")
    ways = ("table", "markdown", "json", "sarif")
    compared.add_argument("--format", choices=ways, default="table", help="how to write it (default: table)")
    compared.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")
    about = "exit 1 if a risk score rose by more than X (0 to 1), both rounded as shown"
    compared.add_argument("--fail-if-worse", metavar="X", help=about)
    compared.add_argument("--allow-open", action="store_true", help="let the gate pass where answers were taken back")

    _report_command(command)
    attack.add(command)

    runs = command("run", "run a notebook of the course with other parameters", _RUN, _RUN_MORE)
    runs.add_argument("notebook", metavar="NOTEBOOK", help="an .ipynb file whose first code cell holds its parameters")
    named = {"action": "append", "nargs": 2, "metavar": ("NAME", "VALUE"), "default": []}
    runs.add_argument("-p", dest="parameters", help="a parameter and its value; repeatable", **named)  # type: ignore[arg-type]
    runs.add_argument("--output", "-o", metavar="PATH", required=True, help="the notebook to write, with its outputs")

    _exchange_commands(command)

    command("systems", "list the built-in systems")
    about = "compare the catalog's ATLAS ids and names with a data file"
    check = command("catalog", about, _CATALOG, _CATALOG_MORE)
    check.add_argument("check", choices=("check",), help="the one thing that can be done with it")
    check.add_argument("file", metavar="FILE", help="ATLAS.yaml of a later release, or the same as JSON")
    course.add(command)
    machine.add(command)
    return parser
