"""The formats keep their minutes and name cells that are there and run; and what was made from them has not drifted."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace

import pytest

from scripts.workshop import pages, plans
from scripts.workshop.__main__ import FOLDER, pages_made, written
from scripts.workshop.lessons import EXERCISES, LESSONS, ROOT, ideas
from scripts.workshop.printed import printed
from tests.browser.needed import run_cells
from threatlab.catalog.entry import CatalogError
from threatlab.exercises import progress

PLANS = {plan.id: plan for plan in plans.read_plans()}

every_plan = pytest.mark.parametrize("plan", PLANS.values(), ids=PLANS)
GUIDED = {plan.id: plan for plan in PLANS.values() if plan.guided}
TAKEN = {
    f"{each.id} {name}": (each, lesson)
    for each in PLANS.values()
    for name, lesson in LESSONS.items()
    if 0 < len(each.taken(name)) < len(lesson.cells)
}
"""Each lesson of which a format takes some cells: one that is taken whole is run by the notebooks' own tests."""

every_guided_plan = pytest.mark.parametrize("plan", GUIDED.values(), ids=GUIDED)


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Cells may write files beside their notebook."""
    monkeypatch.chdir(tmp_path)
    progress.store.cache_clear()


# ---- minutes


@every_plan
def test_a_guided_block_has_time_for_what_is_done_in_it_and_another_the_minutes_that_reading_takes(plan):
    for block in plan.blocks:
        if block.lesson and block.cells():
            counted = block.lesson.effort(list(dict.fromkeys(block.run)) if plan.guided else block.cells())
            if plan.guided:
                assert block.minutes >= sum(counted.doing.values()), block.title
            else:
                assert block.minutes == 5 * round(counted.minutes / 5), (block.title, counted.minutes)
        elif block.notebook:
            assert block.minutes == EXERCISES[block.notebook].minutes, block.title


def test_self_study_takes_all_that_the_titles_say():
    whole = sum(lesson.minutes for lesson in (*LESSONS.values(), *EXERCISES.values()))
    assert sum(PLANS["self-study"].days) == whole
    assert f"{whole} minutes" in pages.overview(PLANS.values())


# ---- cells


@pytest.mark.parametrize(("plan", "lesson"), TAKEN.values(), ids=TAKEN)
def test_the_chosen_cells_run_alone_with_those_that_they_need(plan, lesson, monkeypatch):
    """What a cell starts as a process of its own the notebooks' tests start; here it hangs on no other cell."""
    for command in ("regression.run_suite", "processes.run_module"):
        monkeypatch.setattr(f"threatlab.{command}", lambda *_, **__: SimpleNamespace(exit_code=0, error=""))
    chosen = [cell.id for cell in lesson.cells if cell.id in plan.taken(lesson.stem)]
    names = run_cells(lesson.stem, [lesson.by_id[cell] for cell in lesson.needed(chosen)])
    for made in names.values():
        if isinstance(made, TemporaryDirectory):
            made.cleanup()


@every_guided_plan
def test_what_is_left_out_when_late_is_missed_by_no_later_cell(plan):
    for name, lesson in LESSONS.items():
        blocks = [block for block in plan.blocks if block.notebook == name]
        late = {cell for block in blocks for cell in block.late}
        needed = set(lesson.needed([cell for block in blocks for cell in block.cells(late=True)]))
        assert late & needed == set(), name


@every_guided_plan
def test_a_guided_block_asks_the_room_something_and_expects_a_wrong_answer(plan):
    for block in plan.blocks:
        if block.lesson:
            assert block.ask.endswith((".", "?")), block.title
            assert block.expect, block.title


@every_plan
def test_each_idea_that_is_not_practiced_is_listed_as_left_out(plan):
    page = (FOLDER / "run-sheets" / f"{plan.id}.md").read_text(encoding="utf-8")
    said = page.partition("## What it leaves out")[2]
    left = {idea for idea in ideas() if f"(`{idea}`)" in said}
    assert left == ideas().keys() - plan.practiced()


# ---- what can be written wrongly into plans.toml

WRONG = {
    "minutes": ("minutes = 12", "minutes = 13", "says 90 minutes for day 1, and its blocks take 91"),
    "cell": ('"write-checklist-check", "five-figures"', '"five-figure"', "'five-figure' is no cell of 00-why"),
    "late": ('late = ["write-week"]', 'late = ["gaps-about", "halve-it"]', "leaves out 'halve-it'"),
    "notebook": ('notebook = "01-scope"', 'notebook = "01-scop"', "did you mean '01-scope'?"),
    "field": ('ask = "', 'aks = "', "'aks'"),
    "days": ("days = [90]", "days = [90, 10]", "says 2 days"),
}


@pytest.mark.parametrize(("right", "wrong", "says"), WRONG.values(), ids=WRONG)
def test_a_mistake_in_a_format_is_named(right, wrong, says, tmp_path, monkeypatch):
    text = plans.FILE.read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "plans.toml").write_text(text.replace(right, wrong, 1), encoding="utf-8")
    monkeypatch.setattr(plans, "FILE", tmp_path / "plans.toml")
    with pytest.raises(CatalogError, match="ninety-minutes") as refused:
        plans.read_plans()
    assert says in str(refused.value)


# ---- the pages


def test_a_text_is_named_by_words_that_a_reader_sees():
    texts = [(lesson, cell.id) for lesson in LESSONS.values() for cell in lesson.cells if cell.cell_type == "markdown"]
    assert [named for named in (pages.at(*each) for each in texts) if re.search(r"[<>]|\(\*\*\)", named)] == []


def test_no_page_has_drifted_from_what_it_is_made_from():
    stale = [name for name, text in pages_made() if (FOLDER / name).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make workshop`"


@pytest.mark.parametrize("name", EXERCISES)
def test_no_page_of_answers_has_drifted(name):
    """What each wrong answer is told, tests/exercises/test_questions.py holds: it makes them all anyway."""
    file = FOLDER / "answers" / f"{name.removesuffix('-exercises')}.md"
    told = re.compile(r"(?<=what each is told\*\*\n\n)(- .*\n)*")
    assert told.sub("", file.read_text(encoding="utf-8")) == pages.answers_page(name, lambda _: []), (
        "run `make workshop`"
    )


def test_no_page_is_left_of_a_format_or_a_lesson_that_is_gone():
    for folder, names in {"run-sheets": {*PLANS, "README"}, "lessons": LESSONS, "answers": LESSONS}.items():
        assert {file.stem for file in (FOLDER / folder).glob("*")} == {*names}


def links(file: Path, text: str) -> list[Path]:
    found = re.findall(r'\]\(([^)#\s]+)|href="([^"#]+)"', text)
    targets = [first or second for first, second in found]
    return [file.parent / target for target in targets if ":" not in target]


def test_every_link_of_a_page_leads_to_a_file_and_on_paper_to_a_page():
    made = written()
    for file in made:
        text = file.read_text(encoding="utf-8")
        assert [target for target in links(file, text) if not target.exists()] == [], file
        linked = [target.with_suffix(".md").resolve() for target in links(file, printed(file))]
        assert [target for target in linked if target not in made] == [], file


def test_a_printed_page_needs_nothing_else():
    page = printed(FOLDER / "run-sheets" / "ninety-minutes.md")
    assert not re.search(r"<(script|link|img|iframe)|url\(|@import|https?://", page)
    assert "width=device-width" in page
    assert "@media print" in page
    assert page.count('<div class="table">') == page.count("</table></div>") == 1


def test_what_goes_wrong_is_said_of_each_lesson():
    assert pages._goes_wrong().keys() == LESSONS.keys()
    named = {stem: re.findall(r"`([a-z0-9-]+)`", " ".join(said)) for stem, said in pages._goes_wrong().items()}
    words = {"owner", "my-threat-model"}
    assert {n for stem, names in named.items() for n in names if n not in LESSONS[stem].by_id} <= words


def test_the_root_is_the_repository():
    assert (ROOT / "workshop" / "plans.toml") == plans.FILE
