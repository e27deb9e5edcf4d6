"""A notebook cut down to one cell and the cells that it needs: a test of one panel waits for nothing else."""

from __future__ import annotations

import ast
import logging
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import nbformat
import pandas as pd


def needed(cells: list[Any], wanted: str) -> list[Any]:
    """Return the code cell of the id `wanted`, and before it those that bind a name on which it hangs, in order.

    Only names are followed: what a cell does to an object that another one made is left out, unless it binds a name
    that is needed.

    Raises
    ------
    StopIteration
        If no cell has that id.
    """
    number = next(i for i, cell in enumerate(cells) if cell.id == wanted)
    kept = [cells[number]]
    read, _ = _names(cells[number].source)
    for cell in reversed(cells[:number]):
        if cell.cell_type != "code":
            continue
        reads, binds = _names(cell.source)
        if binds & read:
            kept.insert(0, cell)
            read |= reads
    return kept


def run_here(notebook: Path, wanted: str) -> dict[str, Any]:
    """Run the cell of the id `wanted` in this process, and before it those that it needs; return all names they bind.

    What the cell shows is among them as `_`. What the cells set for their whole process is set back.
    """
    return run_cells(notebook.name, needed(nbformat.read(notebook, as_version=4).cells, wanted))


def run_cells(notebook: str, cells: list[Any]) -> dict[str, Any]:
    """Run code cells one after the other in this process; as `run_here`."""
    code = ast.parse("\n".join(cell.source for cell in cells))
    shown = code.body.pop() if isinstance(code.body[-1], ast.Expr) else None
    names: dict[str, Any] = {}
    with patch.object(logging.root, "handlers", []), pd.option_context("display.max_colwidth", None):
        exec(compile(code, notebook, "exec"), names)  # the workbook's own cells
        if shown:
            names["_"] = eval(compile(ast.Expression(shown.value), notebook, "eval"), names)
    return names


@cache
def _names(source: str) -> tuple[frozenset[str], frozenset[str]]:
    """Return the names that a cell reads, and those that it binds."""
    reads: set[str] = set()
    binds: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Name):
            (reads if isinstance(node.ctx, ast.Load) else binds).add(node.id)
        elif isinstance(node, ast.alias):
            binds.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            binds.add(node.name)
    return frozenset(reads), frozenset(binds)
