"""No sort leaves the order of equal values to chance: NumPy and pandas do unless told otherwise."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator

import pytest

from tests.notebooks.tracked import ROOT, tracked

CHANCE = {"argsort", "sort_values", "argpartition"}


def sources() -> Iterator[tuple[str, str]]:
    """Yield the name and the text of each module, and of each cell of the notebooks."""
    for file in (ROOT / "threatlab").rglob("*.py"):
        yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")
    for notebook in (*tracked("notebooks"), *tracked("solutions")):
        for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                source = "".join(line for line in cell["source"] if not line.startswith(("%", "!")))
                yield f"{notebook.name}, cell {cell['id']}", source


def unstable(source: str) -> list[str]:
    """Return the sorts of a text that are neither stable nor by several columns, which pandas sorts stably."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        ast.unparse(call)
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in CHANCE
        and not any(word.arg == "kind" and ast.unparse(word.value) == "'stable'" for word in call.keywords)
        and not (call.args and isinstance(call.args[0], ast.List) and len(call.args[0].elts) > 1)
    ]


def test_every_sort_is_stable() -> None:
    assert [(where, sort) for where, text in sources() for sort in unstable(text)] == []


@pytest.mark.parametrize(
    "sort", ["np.argsort(minute)", "t.sort_values('added')", "t.sort_values(['a'])", "x.argsort(kind='quicksort')"]
)
def test_an_unstable_sort_is_seen(sort: str) -> None:
    assert unstable(f"a = {sort}[::-1]") == [sort]


@pytest.mark.parametrize("sort", ["np.argsort(minute, kind='stable')", "t.sort_values(['a', 'b'])", "sorted(names)"])
def test_a_stable_sort_is_left_alone(sort: str) -> None:
    assert unstable(sort) == []
