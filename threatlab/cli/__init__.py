"""The command `threatlab`: assess systems, compare reviews, gate a pipeline, write reports, start the workbook."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from typing import NoReturn

from threatlab.cli import assess, attack, course, diff, exchange, listed, machine, report, run
from threatlab.cli.output import BAD_INPUT, emit, say
from threatlab.course import version
from threatlab.errors import ThreatLabError

_COMMANDS = (assess, diff, report, attack, run, exchange, listed, course, machine)
"""Modules with commands, in the order in which help lists them: each adds its own."""

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
    try:
        with _stoppable(), warnings.catch_warnings():
            warnings.simplefilter("once", UserWarning)
            warnings.showwarning = lambda message, *_: say(str(message))
            parsed = _parser().parse_args(arguments)
            code: int = parsed.do(parsed)
            return code
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


@cache
def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="threatlab", description="Threat modeling for AI systems, offline.", epilog=_MAIN_MORE)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--version", action="version", version=f"threatlab {version()}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, do: Callable[[argparse.Namespace], int], about: str, description: str = "", epilog: str = ""
    ) -> argparse.ArgumentParser:
        shape = argparse.RawDescriptionHelpFormatter
        codes = "" if "exit codes:" in epilog else f"{_EXIT_CODES}\n"
        made = commands.add_parser(
            name, help=about, description=description or about, epilog=codes + epilog, formatter_class=shape
        )
        made.set_defaults(do=do)
        return made

    for each in _COMMANDS:
        each.add(command)
    return parser
