"""The commands that tell what the package holds: its systems, and how its catalog stands against a later ATLAS."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from threatlab.catalog import catalog
from threatlab.catalog.atlas_check import check_atlas
from threatlab.cli.output import FAILED, PASSED, WIDTH, emit, line
from threatlab.system import list_systems, load_system
from threatlab.words import shown

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


def add(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Add the commands to the command line."""
    command("systems", _systems, "list the built-in systems")
    about = "compare the catalog's ATLAS ids and names with a data file"
    check = command("catalog", _catalog, about, _CATALOG, _CATALOG_MORE)
    check.add_argument("check", choices=("check",), help="the one thing that can be done with it")
    check.add_argument("file", metavar="FILE", help="ATLAS.yaml of a later release, or the same as JSON")


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
