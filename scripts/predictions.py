"""Write down what the lessons have their readers predict.

Each lesson's cells are run in this process as far as its predictions need them.
"""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import nbformat

from tests.browser.needed import needed
from threatlab.course import course_folder
from threatlab.files import write_text

FILE = Path(__file__).parents[1] / "threatlab" / "exercises" / "predictions.json"


def main() -> int:
    """Write the file."""
    os.environ["THREATLAB_PROGRESS"] = "memory"
    with redirect_stdout(io.StringIO()):
        found = {
            name: asked for file in sorted(course_folder("notebooks").glob("*.ipynb")) for name, asked in _of(file)
        }
    write_text(FILE, json.dumps(found, indent=0, ensure_ascii=False) + "\n")
    print(f"{FILE.name}: {len(found)} predictions")
    return 0


def _of(file: Path) -> Iterator[tuple[str, list[Any]]]:
    """Yield each prediction of a notebook: the id of its cell after the lesson's number, and what it asks."""
    from threatlab.widgets import Prediction

    cells = nbformat.read(file, as_version=4).cells
    asking = {cell.id: cell for cell in cells if cell.cell_type == "code" and " Prediction(" in cell.source}
    wanted = {each.id for name in asking for each in needed(cells, name)}
    names: dict[str, Any] = {}
    os.chdir(file.parent)
    for cell in cells:
        if cell.id in wanted:
            before = {id(each) for each in names.values()}
            exec(compile(cell.source, f"{file.name}, {cell.id}", "exec"), names)  # noqa: S102  # the workbook's own cells
            for each in [each for each in names.values() if isinstance(each, Prediction) and id(each) not in before]:
                state = each.state
                yield (
                    f"{file.name[:2]}.{cell.id}",
                    [state.ask, [*map(str, state.questions)], [*map(str, state.choices)]],
                )


if __name__ == "__main__":
    sys.exit(main())
