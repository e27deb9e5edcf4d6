"""The command that compares two reviews, and can fail a pipeline."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from threatlab.changes import Change, InventoryChange, diff, diff_inventory, to_json, to_markdown, to_text
from threatlab.cli.gate import gate, score
from threatlab.cli.inputs import spare_inputs
from threatlab.cli.output import PASSED, write
from threatlab.cli.revisions import read_side
from threatlab.ranking import moved
from threatlab.report import to_sarif
from threatlab.words import listed

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


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    about = "tell what changed between two reviews, and which answers moved the score"
    compared = command("diff", _diff, about, _DIFF, _DIFF_MORE)
    compared.add_argument("old", metavar="OLD", help="what it was: a file, a built-in name, or REVISION:FILE")
    compared.add_argument("new", metavar="NEW", help="what it is now: likewise")
    ways = ("table", "markdown", "json", "sarif")
    compared.add_argument("--format", choices=ways, default="table", help="how to write it (default: table)")
    compared.add_argument("--output", "-o", metavar="PATH", help="write to this file instead of the screen")
    about = "exit 1 if a risk score rose by more than X (0 to 1), both rounded as shown"
    compared.add_argument("--fail-if-worse", metavar="X", help=about)
    compared.add_argument("--allow-open", action="store_true", help="let the gate pass where answers were taken back")


def _diff(asked: argparse.Namespace) -> int:
    most = None if asked.fail_if_worse is None else score(asked.fail_if_worse, "--fail-if-worse", "a rise")
    spare_inputs(asked.output, (asked.old, asked.new))
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
        "json": lambda: to_json(change),
        "markdown": lambda: to_markdown(change),
        "sarif": lambda: to_sarif(*new.models, sources=new.sources, before=old.models, before_sources=old.sources),
    }
    write(asked, written, new.models, new.sources)
    if most is None:
        return PASSED
    return gate(new.models, [reason for each in changes for reason in _worse(each, most, allow_open=asked.allow_open)])


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
