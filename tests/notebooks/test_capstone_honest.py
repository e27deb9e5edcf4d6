"""The capstone's report says what its reader did: nothing by Shift+Enter alone, and all of it once it is done."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nbformat
import pytest

from tests.exercises.solved import quiet
from threatlab import AISystem
from threatlab.dataflow import DataFlow, Element, Zone
from threatlab.exercises.capstone import PIECES, w1
from threatlab.plan import make_plan
from threatlab.report import EXAMPLE, ThreatModel, briefing, checklist, load_model, to_html, to_json, to_markdown
from threatlab.tabletop import load_story
from threatlab.widgets import TabletopPanel

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "07-capstone.ipynb"
NEVER = re.compile(r"held on|was held|Who was trained|ecided by|e took \d+|e have a plan|ccepted by|decided to live")
"""Words that say that somebody did something."""


def run(*, done: bool, parameters: str = "") -> dict[str, Any]:
    """Run the notebook in this process, as it is or as somebody who has `done` all of it leaves it."""
    names: dict[str, Any] = {"get_ipython": None}
    fills = {piece.id.partition(".")[2]: piece.fills for piece in PIECES}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        source = cell.source
        if "parameters" in cell.metadata.get("tags", ()):
            source += f"\n{parameters}"
        if done and (piece := re.search(r"^(w\d+)\.check\(", source, re.MULTILINE)):
            source = re.sub(r"(?<!import )____", lambda _, fill=fills[piece[1]]: f"({fill})", source)
        exec(compile(source, cell.id, "exec"), names)  # the workbook's own cells
        if done and cell.id == "tabletop-panel":
            play(names["table"])
    return names


def play(table: TabletopPanel) -> None:
    """Play an exercise to its end, with answers of one's own."""
    table.start()
    while not table.exercise.finished:
        table.decide(table.exercise.inject.options[0].id, table.exercise.may_decide[0])
        if not table.exercise.finished:
            table.next_message()


@pytest.fixture(scope="module")
def untouched() -> dict[str, Any]:
    with quiet():
        return run(done=False)


@pytest.fixture(scope="module")
def worked() -> dict[str, Any]:
    with quiet():
        return run(done=True, parameters='system, owner = "postmark-mcp", "Ada"')


def test_by_running_alone_no_item_ticks_and_each_is_missing(untouched: dict[str, Any]) -> None:
    model = untouched["model"]
    assert [item.id for item in checklist(model) if item.done] == []
    missing = {each.part for each in model.missing}
    assert missing >= {"example", "policy", "owners", "monitoring", "tabletop", "reviews", "training", "author"}


@pytest.mark.parametrize("write", [to_markdown, to_html, briefing, to_json])
def test_by_running_alone_no_report_says_that_somebody_did_something(untouched: dict[str, Any], write: Any) -> None:
    text = write(untouched["model"])
    assert NEVER.findall(re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)) == []
    if write is not to_json:
        assert text.count(EXAMPLE) >= 1
    for name in ("Noor", "Marta", "Claims handlers, early shift", "Head of claims"):
        assert name not in text


def test_what_was_done_ticks_and_is_in_the_report(worked: dict[str, Any]) -> None:
    model = worked["model"]
    assert [item.id for item in checklist(model) if not item.done] == []
    assert {each.part for each in model.missing} <= {"author"}
    text = to_markdown(model)
    for said in (
        "A stranger leaves a text",
        "Kim",
        "Night shift of the service desk",
        "Ada",
        model.monitoring.reason,
        model.tabletop.title,
    ):
        assert said in text
    assert EXAMPLE not in text
    assert "happened to another organization" in text
    assert "after the plan" in text.lower()
    assert "Next on the checklist" not in text, "every item is ticked"
    assert "whether this is in place: " in text


def test_the_files_at_the_end_hold_the_defense(worked: dict[str, Any]) -> None:
    assert worked["model"] == load_model(worked["folder"] / "threat-model.json")


def test_who_answers_for_what_is_left_out_is_who_was_named(untouched: dict[str, Any]) -> None:
    names, cells = dict(untouched), {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    names |= {"left_out": eval(w1.fills, names), "owner": "Ada"}
    exec(compile(cells["scope-editor"], "scope-editor", "exec"), names)
    [left] = names["editor"].drawing.exclusions
    assert (left.owner, left.review) == names["left_out"][2:]
    names["editor"].reset()
    assert names["editor"].drawing == names["whole"], "a drawing is taken up whatever is argued of it since"


def test_a_line_that_is_mended_takes_the_place_of_the_one_before(worked: dict[str, Any]) -> None:
    names = dict(worked)
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    first, mended = names["defense"], names["defense"].replace("switched off", "stopped")
    for text in (first, mended, mended):
        names["defense"] = text
        with quiet():
            exec(compile(cells["defense-exported"], "defense-exported", "exec"), names)
    assert names["model"].notes.count("One message to somebody") == 1
    assert "stopped" in names["model"].notes


@pytest.mark.parametrize(
    ("order", "right"), [((0, 1, 2), 3), ((0, 2, 1), 3), ((1, 0, 2), 1), ((0, 1, 1), 2), ((0, 2, 2), 2)]
)
def test_of_the_next_two_threats_it_does_not_matter_which_was_said_first(
    untouched: dict[str, Any], order: tuple[int, ...], right: int
) -> None:
    names = dict(untouched)
    cells = {cell.id: cell.source for cell in nbformat.read(NOTEBOOK, as_version=4).cells}
    exec(compile(cells["threats-predict"], "threats-predict", "exec"), names)
    guess = names["threat_guess"]
    guess.guess({place: names["ranked"][number] for place, number in zip(names["places"], order, strict=True)})
    exec(compile(cells["threats-revealed"], "threats-revealed", "exec"), names)
    assert repr(guess.compare()) == f"{right} of 3 predictions right"


def test_a_policy_that_is_wrong_an_exercise_that_a_program_played_and_a_training_to_come_stay_out() -> None:
    from threatlab.report import ThreatModel, from_exercise
    from threatlab.system import AISystem
    from threatlab.tabletop import run_unattended

    model = ThreatModel(AISystem("a"), tabletop=from_exercise(run_unattended(load_story("shadowray"))))
    assert not {item.id: item.done for item in checklist(model)}["tabletop"]
    assert "tabletop" in {each.part for each in model.missing}
    assert "No person played it" in to_markdown(model)
    assert "decisions" not in briefing(model)


def test_what_is_predicted_is_told_in_words():
    asked = json.loads((NOTEBOOK.parents[1] / "threatlab/exercises/predictions.json").read_text(encoding="utf-8"))
    assert [name for name, told in asked.items() if name[:2] == "07" and re.search(r"[a-z]_[a-z]", str(told))] == []


@pytest.mark.parametrize(
    ("piece", "answer", "says"),
    [
        (
            "w3",
            "A letter in the Patient record has the model order tests for somebody",
            "It happens at Patient record.",
        ),
        ("w6", "Wei", "Owners of the plan's steps: 1 person."),
    ],
)
def test_what_confirms_an_answer_is_true_of_it(piece: str, answer: str, says: str) -> None:
    ward = DataFlow(
        "ward",
        zones=[Zone("Ward", "own", "IT")],
        elements=[Element("Patient", "person", "Ward"), Element("Patient record", "data store", "Ward")],
    )
    plan = make_plan(AISystem("ward"), 9)
    made = {"w3": (ThreatModel(AISystem("ward"), drawing=ward), answer)}
    made["w6"] = (plan, dict.fromkeys((step.role for step in plan.steps), answer))
    [judged] = [each for each in PIECES if each.id == f"capstone.{piece}"]
    assert says in judged.judge(made[piece])
