"""The command that attacks somebody's own model: within a budget, and with a record that is valid at every moment."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from threatlab.catalog import catalog
from threatlab.checks import check_choice, check_number
from threatlab.cli.output import FAILED, PASSED, WIDTH, emit, line, say, wrapped
from threatlab.course import version
from threatlab.errors import ThreatLabError
from threatlab.measured import Measured, load_record, removed, save_record, unused
from threatlab.report import ThreatModel
from threatlab.words import as_sentence

if TYPE_CHECKING:  # it needs NumPy, and the command line does without
    from threatlab.attacks.own import Data
    from threatlab.attacks.own.target import Target

_ATTACK = """\
Attack your own model, and measure how far an attacker gets who can only ask it.

TARGET is one of these:
  module:function  called with an array, a row for each record, in a process of its own
  http://...       an endpoint on this machine: {"instances": [...]} by POST gets
                   {"predictions": [...]} back
  example          the course's own, to try it on; example-limited: the same with a control
For each record it gives a label, or a row of probabilities; None (null) refuses it.

FILE holds records (.csv: a header, a column label, and a number in every other column; .npz:
the arrays records and label). For membership, a column member says which of them the model
learned from.
"""
_ATTACK_MORE = """\
exit codes:
  0  measured
  1  stopped before its end: the record says how far it came
  2  bad input: one sentence on standard error says what

The budget counts every record asked about, in all repeats together. A repeat that is stopped
is spent: --resume goes on with the next.

examples:
  threatlab attack model:predict_proba --attack extraction --budget 2000 --data records.csv
  threatlab attack model:predict --attack extraction --budget 2000 --data records.csv
      --control output_detail_limited --beside bare.json --output record.json
  threatlab report model.json --measured record.json
"""

MEASURED = {
    "action": "append",
    "metavar": "RECORD",
    "default": [],
    "help": "what 'attack' measured on the real system, in place of a toy's figure; repeatable",
}
"""The option by which a command takes what was measured."""


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    made = command("attack", attack, "attack your own model, within a budget of queries", _ATTACK, _ATTACK_MORE)
    made.add_argument("target", metavar="TARGET", help="module:function, or an address on this machine")
    made.add_argument("--attack", metavar="NAME", required=True, help="extraction, membership or evasion")
    made.add_argument("--budget", metavar="N", required=True, help="records that may be asked about, in all")
    made.add_argument("--data", metavar="FILE", help="your records (.csv or .npz)")
    made.add_argument("--classes", metavar="A,B", default="", help="the model's classes, in the order of its columns")
    made.add_argument("--repeats", metavar="R", default="5", help="how often, with other random draws (default: 5)")
    made.add_argument("--seed", metavar="S", default="0", help="of the random draws (default: 0)")
    made.add_argument(
        "--eps", metavar="SHARE", default="0.1", help="evasion: change of a column's range (default: 0.1)"
    )
    made.add_argument("--timeout", metavar="SECONDS", default="30", help="for one batch of records (default: 30)")
    made.add_argument("--control", metavar="NAME", default="", help="the catalog's control that stands in front of it")
    made.add_argument("--beside", metavar="RECORD", help="the record of the same run without the control")
    made.add_argument("--output", "-o", metavar="RECORD", help="keep a record in this .json file, from the start")
    made.add_argument("--resume", action="store_true", help="go on with the record, where it was stopped")


def attack(asked: argparse.Namespace) -> int:
    """Run what is left of an attack, keep its record at each step, and say what it measured."""
    from threatlab.attacks.own import go_on

    data = _data(asked)
    measured = before = _begun(asked, data)
    if measured.run.complete:
        emit(told(measured), None)
        return PASSED

    def keep(run: Any) -> None:
        nonlocal measured, before
        if asked.output and Path(asked.output).exists() and load_record(asked.output) not in (before, measured):
            raise ThreatLabError(
                f"another run has written {asked.output!r} meanwhile, and both would ask too much: wait for its end"
            )
        before, measured = measured, replace(measured, run=run)
        if asked.output:  # who stops it now has one of the two in the file
            save_record(measured, asked.output)

    stopped = ""
    seconds = check_number("--timeout", _value("--timeout", asked.timeout, float), 0.1, 3600, what="seconds")
    try:
        with _target(asked.target, seconds) as target:
            keep(go_on(measured.run, target, data, keep))
    except KeyboardInterrupt:
        stopped = "stopped by hand"
    except ThreatLabError as problem:
        if not measured.run.began:
            raise  # it never came so far as to be asked
        stopped = str(problem)
    if stopped:
        keep(replace(measured.run, stopped=stopped))
        on = f"; {asked.output!r} says so, and --resume goes on" if asked.output else ""
        say(f"{measured.run.state}{on}")
    emit(told(measured), None)
    return FAILED if stopped else PASSED


def with_measured(models: Sequence[ThreatModel], files: Sequence[str]) -> list[ThreatModel]:
    """Return models in which the records in some files stand, and say of each that changes no figure why not.

    Raises
    ------
    ThreatLabError
        If there are records, and several models: a record is of one.
    """
    if files and len(models) != 1:
        raise ThreatLabError(f"--measured is of one system, and {len(models)} are given: give it alone")
    records: list[Measured] = []
    for file in files:
        record = load_record(file)
        if why_not := unused(record, catalog()):
            say(f"note: {file}: {why_not}")
        records += [record] if record not in records else []
    return [
        each.with_(measured=(*(m for m in each.measured if m not in records), *records)) if records else each
        for each in models
    ]


def told(measured: Measured) -> str:
    """Return what was measured as a table; no line is wider than a terminal."""
    run, bare = measured.run, measured.beside
    lines = [line(f"{run.attack} of {run.target}", WIDTH).rstrip(), f"{run.in_words}; {run.asked_in_words}", ""]
    heads = ("", "measured") + (("without control",) if bare else ())
    lines.append(f"{heads[0]:12}" + "".join(f"{head:24}" for head in heads[1:]).rstrip())
    for title, measure in (("success", "success"), ("baseline", "baseline"), ("usefulness", "utility")):
        cells = [str(each.over(measure)) if each.repeats else "-" for each in (run, bare) if each]
        lines.append(f"{title:12}" + "".join(f"{cell:24}" for cell in cells).rstrip())
    said = [f"Success: {run.metric}. In brackets, the 95% t interval over repeats."]
    said += [as_sentence(run.state)] if run.state else []
    if run.repeats and run.over("utility").mean == 0:
        said.append("It read no record as your data label it: do its labels, or --classes, fit theirs?")
    if share := removed(measured):
        said.append(f"{catalog().controls[measured.control].title}: takes {share} of the attacker's gain.")
    if why_not := unused(measured, catalog()):
        said.append(why_not)
    return "\n".join([*lines, "", *wrapped(said, "")]) + "\n"


def _target(name: str, seconds: float) -> AbstractContextManager[Target]:
    """Return what is asked: a process of its own; in a browser, which has none, the example alone."""
    from threatlab.attacks.own import OwnProcess
    from threatlab.attacks.own.example import EXAMPLES, Here

    if sys.platform == "emscripten" and name in EXAMPLES:
        return nullcontext(Here(name))
    return OwnProcess(EXAMPLES.get(name, name), seconds)


def _data(asked: argparse.Namespace) -> Data:
    from threatlab.attacks.own import example, kind_of, read_data

    if asked.target in example.EXAMPLES:
        if asked.data:
            raise ThreatLabError(f"{asked.target!r} is the course's example, and brings its own data: leave out --data")
        return example.data()
    kind_of(asked.target)  # refuses what can't be one before a file is asked for
    if not asked.data:
        raise ThreatLabError("--data is missing: give a .csv or .npz file with records that your model reads")
    return read_data(asked.data, asked.classes)


def _begun(asked: argparse.Namespace, data: Data) -> Measured:
    """Return the record to go on with: a new one, or the one in the file, if it is of the same run."""
    from threatlab.attacks.own import begin
    from threatlab.attacks.own.example import EXAMPLES

    if bool(asked.control) != bool(asked.beside):
        raise ThreatLabError(
            "--control names what stands in front, and --beside the record of the run without it: give both"
        )
    if asked.control:
        check_choice("control", asked.control, catalog().controls)
    run = begin(
        asked.target,
        asked.attack,
        data,
        version(),
        budget=_value("--budget", asked.budget, int),
        repeats=_value("--repeats", asked.repeats, int),
        seed=_value("--seed", asked.seed, int),
        eps=_value("--eps", asked.eps, float),
        example=asked.target in EXAMPLES,
    )
    beside = load_record(asked.beside) if asked.beside else None
    if beside is not None and beside.control:
        raise ThreatLabError(
            f"{asked.beside!r} has {beside.control} in front: give the record of the run without a control"
        )
    new = Measured(run, asked.control, beside.run if beside else None)
    if asked.resume:
        return _resumed(asked.output, new)
    if asked.output and Path(asked.output).suffix != ".json":
        raise ThreatLabError(f"--output is {asked.output!r}; give a name that ends in .json: no other is read back")
    if asked.output and Path(asked.output).exists():
        raise ThreatLabError(
            f"there is a file {asked.output!r} already: --resume goes on with a record, and another name begins one"
        )
    if asked.output:
        save_record(new, asked.output)  # refuses a name that can't be written before anything is asked
    return new


def _resumed(file: str | None, new: Measured) -> Measured:
    if not file:
        raise ThreatLabError("--resume needs --output, which names the record to go on with")
    old = load_record(file)
    for what, was, now in (
        ("target", old.run.target, new.run.target),
        ("control", old.control, new.control),
        ("run beside it", old.beside, new.beside),
        ("attack, data or setting", old.run.settled, new.run.settled),
    ):
        if was != now:
            raise ThreatLabError(f"{file!r} is the record of another run: its {what} differs; give what it began with")
    return old


def _value(option: str, given: str, kind: Callable[[str], Any]) -> Any:
    try:
        return kind(given)
    except ValueError:
        raise ThreatLabError(f"{option} is {given!r}; give a {'whole ' * (kind is int)}number") from None
