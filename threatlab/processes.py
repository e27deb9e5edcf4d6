"""Runs `python -m ...` as a command of its own: in a process, or in this one where there are none, as in a browser."""

from __future__ import annotations

import io
import os
import runpy
import subprocess
import sys
from collections.abc import Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ran:
    """What came of a command: its exit code (0: all is well), and what it wrote to standard output and error."""

    exit_code: int
    output: str
    error: str


def ending(code: int) -> str:
    """Return how a process ended, in words: by a signal, or with an exit code."""
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def run_module(
    module: str,
    *arguments: str,
    folder: str | Path,
    environment: Mapping[str, str] | None = None,
    seconds: float | None = None,
) -> Ran:
    """Run `python -m module arguments` in a folder, and return what came of it.

    Parameters
    ----------
    environment
        All environment variables that it sees; None: those of this process.
    seconds
        How long it may take; without processes, it takes as long as it takes.

    Raises
    ------
    subprocess.TimeoutExpired
        If it was still running by then; it is ended.
    """
    if sys.platform == "emscripten":
        return _here(module, arguments, str(folder), environment)
    done = subprocess.run(  # noqa: S603  # our own Python, and a module that our code names
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _here(module: str, arguments: tuple[str, ...], folder: str, environment: Mapping[str, str] | None) -> Ran:
    """Run it in this process, and leave that as it was: what it imported from the folder is imported anew next time."""
    argv, path, cwd, variables, modules = sys.argv, sys.path[:], Path.cwd(), dict(os.environ), set(sys.modules)
    output, error = io.StringIO(), io.StringIO()
    try:
        os.chdir(folder)
        if environment is not None:
            _set_environment(environment)
        sys.argv, sys.path[:] = [module, *arguments], [folder, *path]
        with redirect_stdout(output), redirect_stderr(error):
            code = _code_of(module)
    finally:
        os.chdir(cwd)
        _set_environment(variables)
        sys.argv, sys.path[:] = argv, path
        for name in set(sys.modules) - modules:
            if str(getattr(sys.modules[name], "__file__", "")).startswith(str(Path(folder).resolve())):
                del sys.modules[name]
    return Ran(code, output.getvalue(), error.getvalue())


def _code_of(module: str) -> int:
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return int(ended.code or 0)
        print(ended.code, file=sys.stderr)
        return 1
    return 0


def _set_environment(variables: Mapping[str, str]) -> None:
    os.environ.clear()
    os.environ.update(variables)
