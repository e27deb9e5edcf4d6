"""The command that runs a notebook with other parameters; one that it doesn't have, or refuses, never starts it."""

from __future__ import annotations

import argparse
import ast
import io
import json
import os
from collections.abc import Callable, Sequence
from contextlib import chdir, redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from threatlab.checks import check_choice
from threatlab.cli.inputs import spare_inputs
from threatlab.cli.output import FAILED, PASSED, emit, say
from threatlab.errors import ThreatLabError
from threatlab.files import check_target, parse, read_text

_WORDS = {"True": True, "False": False, "true": True, "false": False, "None": None}
_FILES = (".toml", ".json")
"""What a value ends with that can only be a file."""

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


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the command to the command line."""
    runs = command("run", _run, "run a notebook of the course with other parameters", _RUN, _RUN_MORE)
    runs.add_argument("notebook", metavar="NOTEBOOK", help="an .ipynb file whose first code cell holds its parameters")
    named = {"action": "append", "nargs": 2, "metavar": ("NAME", "VALUE"), "default": []}
    runs.add_argument("-p", dest="parameters", help="a parameter and its value; repeatable", **named)  # type: ignore[arg-type]
    runs.add_argument("--output", "-o", metavar="PATH", required=True, help="the notebook to write, with its outputs")


def _run(asked: argparse.Namespace) -> int:
    spare_inputs(asked.output, [asked.notebook])
    if failed := run_notebook(asked.notebook, asked.parameters, asked.output):
        say(failed)
        return FAILED
    return PASSED


def run_notebook(file: str, given: Sequence[Sequence[str]], output: str) -> str:
    """Run a notebook with parameters, pairs of name and value, and return what went wrong in a cell, "" if nothing did.

    It runs in its own folder; a value that names a file which is there is taken from the working folder. What ran is
    written into the file `output` at the end, whole.

    Raises
    ------
    ThreatLabError
        If it is no notebook with parameters, has none of that name, or refuses a value, or `output` can be no file;
        nothing has been run then. And if it is interrupted; nothing has been written then.
    """
    try:
        import papermill  # type: ignore[import-untyped]
        from papermill.exceptions import PapermillExecutionError  # type: ignore[import-untyped]
    except ImportError:
        raise ThreatLabError("running a notebook needs papermill: 'make lab' installs it, or pip does") from None
    cells = _code(file)
    parameters = _parameters(file, cells[0], given)
    if output != "-":  # before minutes are spent
        target = check_target(output)
        if not any(os.access(each, os.W_OK) for each in (target.parent, target)):
            raise ThreatLabError(f"{output!r} can't be written: you may write neither it nor its folder")
    _set_up(file, cells, parameters)
    said = ""
    with TemporaryDirectory() as folder:
        made = Path(folder, "made.ipynb")
        try:
            papermill.execute_notebook(
                file, made, parameters, cwd=Path(file).parent, kernel_name="python3", progress_bar=False
            )
        except PapermillExecutionError as failed:
            said = f"cell {failed.cell_index} failed: {failed.ename}: {failed.evalue}; what ran is in {output!r}"
        except KeyboardInterrupt:
            raise ThreatLabError("interrupted; nothing of what ran is saved") from None
        held = json.loads(read_text(made))
    held["metadata"]["papermill"]["output_path"] = output
    emit(json.dumps(held, indent=1, sort_keys=True, ensure_ascii=False) + "\n", output, "json")
    return said


def _code(file: str) -> list[str]:
    """Return the code of a notebook, from the cell with its parameters on."""
    held: Any = parse(read_text(Path(file)), ".json", repr(file), "a notebook's cells")
    cells = held.get("cells", []) if isinstance(held, dict) else []
    code = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") == "code"]
    tagged = [n for n, cell in enumerate(code) if "parameters" in cell.get("metadata", {}).get("tags", ())]
    if not tagged:
        raise ThreatLabError(f"{file!r} is no notebook with parameters: none of its cells has that tag")
    return ["".join(cell.get("source", "")) for cell in code[tagged[0] :]]


def _parameters(file: str, cell: str, given: Sequence[Sequence[str]]) -> dict[str, object]:
    known = [node.targets[0].id for node in ast.parse(cell).body if isinstance(node, ast.Assign)]  # type: ignore[attr-defined]
    values: dict[str, object] = {}
    for name, value in given:
        check_choice(f"parameter of {file!r}", name, known)
        if name in values:
            raise ThreatLabError(f"parameter {name!r} is given twice; keep the one that is right")
        values[name] = _value(value, Path(file).parent)
    return values


def _value(text: str, beside: Path) -> object:
    """Return what a value on the command line means: true, false, a number, a file, or a text.

    A file is looked for here, and then where the notebook is, in `beside`; one that is in neither is missed here.
    """
    if text in _WORDS:
        return _WORDS[text]
    for number in (int, float):
        try:
            return number(text)
        except ValueError:
            continue
    missed = Path(text).suffix in _FILES and not (beside / text).is_file()
    return str(Path(text).resolve()) if missed or Path(text).is_file() else text


def _set_up(file: str, cells: Sequence[str], parameters: dict[str, object]) -> None:
    """Run the cell that sets a notebook up, which refuses what it can't work with, in this process and in silence."""
    names: dict[str, Any] = {"__name__": "__main__"}
    with chdir(Path(file).parent), redirect_stdout(io.StringIO()):
        exec(cells[0], names)  # noqa: S102  # the notebook that is to be run
        names |= parameters
        exec("\n".join(cells[1:2]), names)  # noqa: S102
