"""The command that assesses systems, and can fail a pipeline."""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable
from datetime import UTC, date, datetime

from threatlab.catalog import catalog
from threatlab.checks import check_date, check_whole
from threatlab.cli.attack import MEASURED, with_measured
from threatlab.cli.gate import gate, open_facts, open_in_words, score
from threatlab.cli.inputs import read_inputs, spare_inputs
from threatlab.cli.output import PASSED, table, write
from threatlab.errors import ThreatLabError
from threatlab.policy import load_policy
from threatlab.ranking import reaches
from threatlab.report import ThreatModel, to_html, to_json, to_markdown, to_sarif

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


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    assess = command("assess", _assess, "assess AI systems; can fail a pipeline", _ASSESS, _ASSESS_MORE)
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
    assess.add_argument("--measured", **MEASURED)  # type: ignore[arg-type]


def _assess(asked: argparse.Namespace) -> int:
    today = _today() if asked.today is None else check_date("--today", asked.today)
    fail_at = None if asked.fail_at is None else score(asked.fail_at)
    policy = None if asked.policy is None else load_policy(asked.policy)  # "": a variable that is not set opens no gate
    most_open = _most_open(asked)
    spare_inputs(asked.output, (*asked.files, *asked.measured, asked.policy or ""))
    inputs = read_inputs(asked.files, lines=asked.format == "sarif")
    sources = [each.source for each in inputs]
    as_asked = (
        {"made_on": today}
        | ({"policy": policy} if policy else {})
        | ({"ruleset": asked.ruleset} if asked.ruleset else {})
    )
    models = with_measured([each.model.with_(**as_asked) for each in inputs], asked.measured)
    written = {
        "table": lambda: table(models),
        "json": lambda: to_json(*models),
        "markdown": lambda: to_markdown(*models),
        "html": lambda: to_html(*models),
        "sarif": lambda: to_sarif(*models, sources=sources),
    }
    write(asked, written, models, sources)
    if fail_at is None and most_open is None and not any(model.policy for model in models):
        return PASSED  # no gate
    return gate(models, [reason for model in models for reason in _reasons(model, fail_at, most_open or 0)])


def _reasons(model: ThreatModel, fail_at: float | None, most_open: float) -> list[str]:
    name, risk = model.system.name, model.assessment.risk_score
    said = [breach.sentence for breach in model.breaches]
    if fail_at is not None and reaches(risk, fail_at):
        said.insert(0, f"The risk score is {risk:.2f}, at or above {fail_at:.2f}.")
    if len(open_facts(model)) > most_open:
        said.append(
            f"{open_in_words(model)}. What is not answered raises no score: answer it, or let the gate pass with "
            f"--max-open {len(open_facts(model))} or --allow-open."
        )
    return [f"{name}: {each}" for each in said]


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


def _today() -> date:
    return datetime.now(UTC).astimezone().date()
