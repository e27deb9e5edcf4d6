"""In a learner's copy no answer stands before its question: not in code, not in a text, not in a folded line."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from tests.notebooks.tracked import tracked
from threatlab.exercises.recall import RECALL, Recalled
from threatlab.exercises.statements import STATEMENTS

LESSONS = tracked("notebooks")

LEADS_ON = {
    "00": (),
    "01": (),
    "02": ("eight-explained",),
    "03": ("evasion-control", "membership-sure-about"),
    "04": ("acceptance-about",),
    "05": (),
    "06": ("curve-about", "base-rate-about", "monitor-about"),
    "07": (
        *("model-about", "threats-explained", "evidence-lesson", "people-about", "layers-lesson", "threshold-about"),
        *("tabletop-about", "briefing-about", "progress-about"),
    ),
}
"""Texts below a comparison, by lesson, that ask or lead on and say nothing of what was to be guessed."""
every_lesson = pytest.mark.parametrize("file", LESSONS, ids=lambda file: file.stem)


def code(notebook: NotebookNode) -> Iterator[NotebookNode]:
    return (cell for cell in notebook.cells if cell.cell_type == "code")


def calls(cell: NotebookNode, name: str) -> Iterator[ast.Call]:
    """Yield the calls of a method of that name in a cell; a line of IPython's own is no Python."""
    source = re.sub(r"^[%!].*$", "", cell.source, flags=re.MULTILINE)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name:
            yield node


def is_worked_out(node: ast.AST, cell: NotebookNode) -> bool:
    """Whether a result depends on more than what is written down in its own cell."""
    literal = {
        target.id
        for statement in ast.parse(cell.source).body
        if isinstance(statement, ast.Assign) and is_written_down(statement.value)
        for target in statement.targets
        if isinstance(target, ast.Name)
    }
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} - {"dict", "zip", "list"}
    results = node.args[1:] if isinstance(node, ast.Call) else []
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "dict" and node.args:
        inner = node.args[0]
        results = inner.args[1:] if isinstance(inner, ast.Call) and ast.unparse(inner.func) == "zip" else [inner]
        names = {each.id for result in results for each in ast.walk(result) if isinstance(each, ast.Name)}
    if isinstance(node, ast.Dict):
        names = {each.id for value in node.values for each in ast.walk(value) if isinstance(each, ast.Name)}
    return bool(names - literal)


def is_written_down(node: ast.AST) -> bool:
    try:
        return bool(ast.literal_eval(node))  # an empty list is yet to be filled
    except ValueError:
        return False


@every_lesson
def test_what_a_guess_is_compared_with_is_worked_out(file: Path) -> None:
    for cell in code(nbformat.read(file, as_version=4)):
        for call in calls(cell, "compare"):
            if call.args:
                assert is_worked_out(call.args[0], cell), (
                    f"{cell.id}: the key stands in the cell; hold it in statements.toml"
                )


@every_lesson
def test_a_folded_cell_begins_with_a_comment_that_says_what_it_does(file: Path) -> None:
    for cell in code(nbformat.read(file, as_version=4)):
        if cell.metadata.get("jupyter", {}).get("source_hidden"):
            first = cell.source.partition("\n")[0]
            assert re.match(r"# \w", first), f"{cell.id}: JupyterLab shows the first line of a folded cell: {first!r}"


@every_lesson
def test_no_key_and_no_reason_of_a_fixed_question_stands_in_the_notebook(file: Path) -> None:
    text = " ".join("".join(cell.source for cell in nbformat.read(file, as_version=4).cells).split())
    for asked in STATEMENTS.values():
        for each in asked.statements:
            assert each.because not in text


@pytest.mark.parametrize(
    "each", [each for asked in RECALL.values() for each in asked], ids=lambda each: each.question.id
)
def test_what_is_recalled_does_not_stand_alone_above_the_question(each: Recalled) -> None:
    [file] = [file for file in LESSONS if file.name.startswith(each.question.id.split(".")[1])]
    sources = [cell.source for cell in nbformat.read(file, as_version=4).cells]
    above = "\n".join(sources[: next(n for n, source in enumerate(sources) if "Recall(" in source)])
    stand = {letter for letter, option in each.options.items() if re.search(rf"\b{re.escape(option)}", above)}
    assert stand != each.options.keys() - each.question.claims.keys(), "the right answer, and no other"


@every_lesson
def test_no_line_of_one_s_own_is_named_by_an_answer_of_a_question_before_it(file: Path) -> None:
    answers: set[str] = set()
    for cell in code(nbformat.read(file, as_version=4)):
        assert not answers & set(re.findall(r"^(\w+) = ____$", cell.source, re.MULTILINE)), cell.id
        answers |= {
            a for asked in re.findall(r'CheckYourself\("([^"]+)"\)', cell.source) for a in STATEMENTS[asked].answers
        }


@every_lesson
def test_what_explains_a_comparison_is_folded_until_it_is_opened(file: Path) -> None:
    cells = nbformat.read(file, as_version=4).cells
    for number, cell in enumerate(cells):
        if cell.cell_type == "code" and ".compare(" in cell.source:
            below = next(each for each in cells[number:] if each.cell_type == "markdown")
            leads_on = below.source.startswith(("#", "**Yours")) or below.id in LEADS_ON[file.name[:2]]
            assert leads_on != below.source.startswith("<details><summary>What to see</summary>\n\n"), below.id


@every_lesson
def test_between_a_prediction_and_its_comparison_no_cell_is_folded_open(file: Path) -> None:
    open_question: set[str] = set()
    for cell in nbformat.read(file, as_version=4).cells:
        if cell.cell_type == "markdown":
            assert not (open_question and "<details" in cell.source), f"{cell.id} can be opened before the guess"
            continue
        open_question |= set(re.findall(r"^(\w+) = (?:Prediction|CheckYourself)\(", cell.source, re.MULTILINE))
        open_question -= {name for name in open_question if re.search(rf"\b{name}\.compare\(", cell.source)}
    assert open_question == set(), f"never compared: {open_question}"


@every_lesson
def test_a_comparison_stands_alone_so_that_nothing_beside_it_gives_the_answer(file: Path) -> None:
    for cell in code(nbformat.read(file, as_version=4)):
        if re.search(r"\.(?:compare|show)\(", cell.source):
            assert len(cell.outputs) == 1, f"{cell.id} shows more than the comparison, whoever has guessed or not"


@pytest.mark.parametrize(
    ("source", "worked_out"),
    [
        ('guess.compare({"a": "x"})', False),
        ('guess.compare(dict(zip(questions, ["x", "y"])))', False),
        ('truth = ["x", "y"]\nguess.compare(dict(zip(questions, truth)))', False),
        ('guess.compare({q: "x" if works(q) else "y" for q in questions})', True),
        ("guess.compare(results)", True),
        ('guess.compare({"a": len(found)})', True),
    ],
)
def test_a_key_is_told_from_a_result(source: str, worked_out: bool) -> None:
    cell = nbformat.v4.new_code_cell(source)
    [call] = calls(cell, "compare")
    assert is_worked_out(call.args[0], cell) == worked_out
