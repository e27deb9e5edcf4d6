"""A learner's copy of the course: made whole, corrected cell by cell, and nothing of the learner's is ever lost."""

from __future__ import annotations

import json
import os
import re
import subprocess
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from tests.notebooks.tracked import ROOT, tracked
from threatlab import ThreatLabError
from threatlab.course import course_folder
from threatlab.course.learners_copy import COPIED, as_copied, start, update
from threatlab.course.merge import merge
from threatlab.lessons import LESSONS

NOTE = "**Corrected in the course.**"

# ---- one notebook


def book(**cells):
    """A notebook of code cells with these ids and sources, as it is copied."""
    return new_notebook(cells=[new_code_cell(source, id=name) for name, source in cells.items()])


def said(notebook):
    """What each cell of a notebook says, by its id."""
    return {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}


def ran(notebook):
    """A copy of a notebook whose every code cell has an output."""
    notebook = deepcopy(notebook)
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [new_output("stream", text=cell.source)], number
    return notebook


BASE = book(a="one", b="two", c="three")


def test_a_cell_that_the_learner_left_alone_is_corrected_and_its_old_output_goes():
    merged, both = merge(BASE, ran(BASE), book(a="one", b="TWO", c="three"))
    assert said(merged) == {"a": "one", "b": "TWO", "c": "three"}
    assert [len(cell["outputs"]) for cell in merged["cells"]] == [1, 0, 1]
    assert both == 0


def test_a_cell_that_the_learner_changed_stays_with_its_output():
    mine = ran(book(a="one", b="mine", c="three"))
    assert merge(BASE, mine, book(a="ONE", b="two", c="three"))[0]["cells"][1] == mine.cells[1]


def test_where_both_changed_a_cell_the_learners_stays_and_a_note_beneath_holds_the_courses():
    merged, both = merge(BASE, book(a="one", b="mine", c="three"), book(a="one", b="x = ```", c="three"))
    assert both == 1
    assert [cell["cell_type"] for cell in merged["cells"]] == ["code", "code", "markdown", "code"]
    note = merged["cells"][2]["source"]
    assert list(said(merged).values()) == ["one", "mine", note, "three"]
    assert note.startswith(NOTE)
    assert note.endswith("\n````python\nx = ```\n````")  # fenced by more than it holds: it is read, not run


def test_where_both_changed_a_cell_to_the_same_there_is_nothing_to_say():
    assert merge(BASE, book(a="A", b="two", c="three"), book(a="A", b="two", c="three")) == (
        book(a="A", b="two", c="three"),
        0,
    )


def test_cells_that_either_side_added_stand_where_they_were_put():
    mine = book(mine="0", a="one", b="two", also="2", c="three")
    merged, _ = merge(BASE, mine, book(a="one", new="1", b="two", c="three", last="4"))
    assert list(said(merged)) == ["mine", "a", "new", "b", "also", "c", "last"]


def test_a_cell_that_the_learner_deleted_stays_deleted_even_if_it_was_corrected():
    assert said(merge(BASE, book(a="one", c="three"), book(a="one", b="TWO", c="3"))[0]) == {"a": "one", "c": "3"}


def test_a_cell_that_the_course_dropped_goes_unless_the_learner_changed_it():
    assert said(merge(BASE, book(a="one", b="two", c="mine"), book(a="one"))[0]) == {"a": "one", "c": "mine"}


def test_cells_follow_the_courses_new_order_unless_the_learner_moved_some():
    swapped = book(c="three", a="one", b="two")
    assert list(said(merge(BASE, BASE, swapped)[0])) == ["c", "a", "b"]
    assert list(said(merge(BASE, book(b="two", a="one", c="3"), swapped)[0])) == ["b", "a", "c"]


def test_metadata_are_merged_key_by_key():
    base, mine, course = deepcopy(BASE), deepcopy(BASE), deepcopy(BASE)
    base.cells[0].metadata = {"tags": ["old"], "jupyter": {"source_hidden": True}}
    mine.cells[0].metadata = {"tags": ["old"], "collapsed": True}  # unfolded, and its output folded away
    course.cells[0].metadata = {"tags": ["new"], "jupyter": {"source_hidden": True}}
    assert merge(base, mine, course)[0]["cells"][0]["metadata"] == {"tags": ["new"], "collapsed": True}


IDS = [f"cell-{number}" for number in range(6)]
SOURCES = st.sampled_from(["", "x = 1", "# A title\n\nwith `words`", "____\n", "```\nfenced\n```"])
CELLS = st.builds(
    lambda make, name, source: make(source, id=name),
    st.sampled_from([new_code_cell, new_markdown_cell]),
    st.sampled_from(IDS),
    SOURCES,
)
COURSES = st.lists(CELLS, unique_by=lambda cell: cell.id).map(lambda cells: new_notebook(cells=cells))


@st.composite
def edited(draw, base, who):
    """A notebook as somebody might leave it: run, with cells changed, deleted, moved and added."""
    cells = [deepcopy(cell) for cell in ran(base).cells if draw(st.booleans()) or draw(st.booleans())]
    for cell in cells:
        if draw(st.booleans()):
            cell.source += draw(st.sampled_from([f"\n# {who}", ""]))
    for number in range(draw(st.integers(0, 2))):
        cells.insert(draw(st.integers(0, len(cells))), new_code_cell(f"# {who}'s own {number}", id=f"{who}-{number}"))
    if draw(st.booleans()):
        cells = draw(st.permutations(cells))
    return new_notebook(cells=cells)


def kind(notebook, name):
    return next((cell["cell_type"] for cell in notebook["cells"] if cell["id"] == name), None)


@given(st.data())
def test_whatever_both_sides_do_nothing_of_the_learners_is_lost_and_all_else_is_the_courses(data):
    base, course = data.draw(COURSES, "base"), data.draw(COURSES, "course")
    mine = data.draw(edited(base, "learner"), "mine")
    merged, both = merge(base, mine, course)
    nbformat.validate(nbformat.from_dict(merged))
    was, own, new, now = map(said, (base, mine, course, merged))
    assert len(now) == len(merged["cells"])
    for name, source in own.items():
        left_alone = was.get(name) == source and kind(base, name) == kind(mine, name)
        if not left_alone:
            assert now[name] == source
        elif name in new:
            assert (now[name], kind(merged, name)) == (new[name], kind(course, name))
        else:
            assert name not in now
    assert all((name in now) == (name not in was or name in own) for name in new)
    assert sum(source.startswith(NOTE) for source in now.values()) == both
    # Run again, after it was finished or interrupted before the base was written, it changes nothing.
    assert merge(course, merged, course)[0] == merged
    assert merge(base, merged, course)[0] == merged


@given(COURSES, COURSES)
def test_a_notebook_in_which_nothing_was_changed_is_the_courses(base, course):
    merged, both = merge(base, ran(base), course)
    assert said(merged) == said(course)
    assert list(said(merged)) == list(said(course))
    assert both == 0


# ---- a folder


@pytest.fixture
def lessons(tmp_path, monkeypatch):
    """The folder of a small course's lessons."""
    installed = tmp_path / "course" / "threatlab" / "course" / "folder.py"
    monkeypatch.setattr("threatlab.course.folder.__file__", str(installed))
    monkeypatch.chdir(tmp_path)
    for folder, name in (("notebooks", "00-a"), ("notebooks", "01-b"), ("exercises", "00-a-exercises")):
        file = tmp_path / "course" / folder / f"{name}.ipynb"
        file.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(ran(BASE), file)
    return tmp_path / "course" / "notebooks"


def write(file, **cells):
    nbformat.write(book(**cells), file)


def read(name):
    return json.loads(Path("mine", name).read_text(encoding="utf-8"))


def contents(folder="."):
    """All that is in a folder, by name, with the time when it was written."""
    files = [file for file in Path(folder).rglob("*") if file.is_file()]
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns) for file in files}


def test_a_copy_lies_in_one_folder_without_outputs_and_nothing_else_is_in_sight(lessons):
    (lessons / "Untitled.ipynb").write_text("a learner's own", encoding="utf-8")
    (lessons.parent / "exercises/00-a.ipynb").write_text("called as in the first edition", encoding="utf-8")
    names = ["00-a-exercises.ipynb", "00-a.ipynb", "01-b.ipynb"]
    assert start("mine") == dict.fromkeys(names, "new")
    assert sorted(file.name for file in Path("mine").iterdir() if not file.name.startswith(".")) == names
    made = as_copied(json.loads((lessons / "01-b.ipynb").read_text(encoding="utf-8")))
    assert [read(name) for name in names] == [made] * 3


@pytest.mark.parametrize("bring", [start, update])
def test_a_correction_comes_in_and_the_second_time_nothing_is_written(lessons, bring):
    start("mine")
    write(Path("mine/00-a.ipynb"), a="one", b="mine", c="three")
    write(lessons / "00-a.ipynb", a="ONE", b="TWO", c="three")
    done = bring("mine")
    assert list(done) == ["00-a.ipynb"]
    assert done["00-a.ipynb"].startswith("corrected; you had changed 1 cell of these too")
    assert list(said(read("00-a.ipynb")).values())[:2] == ["ONE", "mine"]
    before = contents("mine")
    assert bring("mine") == {}
    assert contents("mine") == before


def test_a_notebook_that_was_renamed_comes_back_only_by_start(lessons):
    start("mine")
    Path("mine/00-a.ipynb").rename("mine/my own.ipynb")
    before = Path("mine/my own.ipynb").read_bytes()
    write(lessons / "02-new.ipynb", a="new")
    assert "stays so" in update("mine")["00-a.ipynb"]
    assert not Path("mine/00-a.ipynb").exists()
    assert Path("mine/02-new.ipynb").exists()
    assert start("mine") == {"00-a.ipynb": "new"}
    assert Path("mine/my own.ipynb").read_bytes() == before


def test_a_notebook_that_left_the_course_stays_with_the_learner(lessons):
    start("mine")
    (lessons / "01-b.ipynb").unlink()
    before = contents("mine")
    assert list(update("mine")) == ["01-b.ipynb"]
    assert contents("mine") == before


def test_what_was_there_before_and_is_not_ours_is_kept(lessons):
    Path("mine/notebooks").mkdir(parents=True)
    Path("mine/00-a.ipynb").write_text("my own work", encoding="utf-8")
    write(Path("mine/01-b.ipynb"), a="another course's")
    write(Path("mine/notebooks/01-b.ipynb"), a="of the first edition")
    before = contents("mine")
    done = start("mine")
    assert "stays as it is" in done["00-a.ipynb"]
    assert "no copy of the course" in done["01-b.ipynb"]
    assert "earlier edition" in done["notebooks/"]
    assert {name: contents("mine")[name] for name in before} == before
    assert start("mine").keys() == done.keys() - {"00-a-exercises.ipynb"}


DAMAGED = {
    "<<<<<<<": "is not valid JSON",
    "[" * 100_000: "is not valid JSON",
    "\udcff": "is not UTF-8",
    "[]": "is no notebook",
    json.dumps(BASE | {"nbformat_minor": 4}): "has the format 4.4",
    json.dumps(BASE | {"nbformat": 3}): "has the format 3.5",
    json.dumps(BASE | {"cells": [BASE.cells[0]] * 2}): "cell 2 has the id of another one",
    json.dumps(BASE | {"cells": [BASE.cells[0] | {"id": ""}]}): "cell 1 has the id of another one, or an empty one",
    json.dumps(BASE | {"cells": [{"source": "x = 1"}]}): "cell 1 lacks its id",
    json.dumps(BASE | {"cells": [BASE.cells[0] | {"source": [1]}]}): "cell 1 lacks its id, its type, its metadata or",
}


@pytest.mark.parametrize("file", ["mine/00-a.ipynb", f"mine/{COPIED}/00-a.ipynb"])
@pytest.mark.parametrize(("text", "why"), DAMAGED.items(), ids=DAMAGED.values())
def test_a_damaged_notebook_costs_a_sentence_is_left_alone_and_does_not_stop_the_others(lessons, text, why, file):
    start("mine")
    Path(file).write_bytes(text.encode(errors="surrogateescape"))
    before = contents("mine")
    for name in ("00-a.ipynb", "01-b.ipynb"):
        write(lessons / name, a="ONE")
    done = update("mine")
    assert done["01-b.ipynb"] == "corrected"
    assert why in done["00-a.ipynb"]
    for name in ("mine/00-a.ipynb", f"mine/{COPIED}/00-a.ipynb"):
        assert contents("mine")[name] == before[name]
    Path("mine/00-a.ipynb").rename("mine/as I had it.ipynb")  # the way out that the sentence names
    assert start("mine") == {"00-a.ipynb": "new"}


def test_half_a_character_in_a_learners_cell_is_kept(lessons):
    start("mine")
    mine = read("00-a.ipynb")
    mine["cells"][1]["source"] = "half: \ud83d"
    Path("mine/00-a.ipynb").write_text(json.dumps(mine), encoding="utf-8")
    write(lessons / "00-a.ipynb", a="ONE", b="two", c="three")
    assert update("mine") == {"00-a.ipynb": "corrected"}
    assert said(read("00-a.ipynb")) == {"a": "ONE", "b": "half: \ud83d", "c": "three"}


def writes(count):
    """What replaces a file for so many times, and is then interrupted."""
    usual, left = Path.replace, [count]

    def replace(self, target):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(28, os.strerror(28))
        return usual(self, target)

    return replace


@pytest.mark.parametrize("count", range(6))
@pytest.mark.parametrize("first", [True, False])
def test_what_was_interrupted_at_any_file_can_be_run_again(lessons, monkeypatch, first, count):
    if not first:
        start("mine")
        write(Path("mine/01-b.ipynb"), a="one", b="mine", c="three")
        for file in (lessons / "00-a.ipynb", lessons / "01-b.ipynb", lessons.parent / "exercises/00-a-exercises.ipynb"):
            write(file, a="ONE", b="TWO", c="three")
    with monkeypatch.context() as disk:
        disk.setattr(Path, "replace", writes(count))
        with pytest.raises(ThreatLabError, match="No space left"):
            start("mine")
    assert not list(Path("mine").rglob("*.part"))
    interrupted = contents("mine")
    start("mine")
    resumed = {name: data for name, (data, _) in contents("mine").items()}
    assert interrupted.keys() <= resumed.keys()
    assert len(resumed) == 6
    assert start("mine") == {}
    if not first:
        assert [source.startswith(NOTE) for source in said(read("01-b.ipynb")).values()] == [False, False, True, False]
    for name in ("00-a.ipynb", "00-a-exercises.ipynb"):
        assert list(said(read(name)).values()) == (["one", "two", "three"] if first else ["ONE", "TWO", "three"])


@pytest.mark.parametrize("bring", [start, update])
@pytest.mark.parametrize("folder", ["", " ", "a file", "course/notebooks", "course/exercises", "a file/below"])
def test_a_folder_that_cannot_be_worked_in_is_refused_and_left_alone(lessons, folder, bring):
    Path("a file").touch()
    before = contents()
    with pytest.raises(ThreatLabError, match=re.escape(repr(folder)[:-1])):
        bring(folder)
    assert contents() == before


def test_update_makes_no_copy_where_there_is_none(lessons):
    with pytest.raises(
        ThreatLabError, match=r"'mine' in '.*' holds no copy of the course; 'threatlab start DIR' makes one"
    ):
        update("mine")
    assert not Path("mine").exists()


# ---- the course as it is


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    start(str(folder))
    return folder


def test_every_lesson_lies_beside_its_exercises_under_another_name(copy):
    lessons, exercises = ([file.name for file in tracked(folder)] for folder in ("notebooks", "exercises"))
    assert exercises == [f"{Path(name).stem}-exercises.ipynb" for name in lessons]
    assert [name[:2] for name in lessons] == [lesson.number for lesson in LESSONS]
    assert sorted(file.name for file in copy.glob("*")) == sorted({*lessons, *exercises, ".threatlab"})


def links(file):
    """What the texts of a notebook or of a page link to on this machine."""
    texts = [file.read_text(encoding="utf-8")]
    if file.suffix == ".ipynb":
        texts = ["".join(cell["source"]) for cell in json.loads(texts[0])["cells"] if cell["cell_type"] == "markdown"]
    found = [link for text in texts for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    return [link.partition("#")[0] for link in found if not re.match(r"\w+:|#", link)]


COPIES = [*tracked("notebooks"), *tracked("exercises")]
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("name", [file.name for file in COPIES])
def test_every_link_in_a_copy_leads_to_a_notebook_beside_it(copy, name):
    assert [link for link in links(copy / name) if not (copy / link).is_file() or "/" in link] == []


def test_links_are_found():
    assert {"../exercises/00-why-exercises.ipynb", "01-scope.ipynb"} <= {*links(COPIES[0])}


@pytest.mark.parametrize("file", [*COPIES, *tracked("solutions"), *PAGES], ids=lambda file: str(file.relative_to(ROOT)))
def test_every_link_in_the_checkout_leads_somewhere(file):
    assert [link for link in links(file) if not (file.parent / link).exists()] == []


def test_a_copy_differs_from_the_course_in_outputs_and_links_alone(copy):
    for file in COPIES:
        course, mine = (json.loads(each.read_text(encoding="utf-8")) for each in (file, copy / file.name))
        nbformat.validate(nbformat.from_dict(mine))
        for cell, copied in zip(course["cells"], mine["cells"], strict=True):
            assert copied.get("outputs", []) == []
            assert copied.get("execution_count") is None
            same = cell.keys() - {"outputs", "execution_count", "source"}
            assert {key: copied[key] for key in same} == {key: cell[key] for key in same}
            assert "".join(copied["source"]) == re.sub(r"\]\(\.\./\w+/", "](", "".join(cell["source"]))


def test_make_lab_makes_a_copy_then_corrects_it_and_opens_jupyterlab_there(tmp_path):
    for name in ("Makefile", "scripts/environment.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "notebooks").symlink_to(course_folder("notebooks"))
    shown = [made_by_make(tmp_path)]
    (tmp_path / "my-course" / COPIED).mkdir(parents=True)
    shown.append(made_by_make(tmp_path))
    assert "-m threatlab start my-course" in shown[0]
    assert "-m threatlab update my-course" in shown[1]
    for lines in shown:
        assert f'--ServerApp.root_dir="{tmp_path}/my-course"' in lines
        assert f'--LabApp.default_url="/lab/tree/{tracked("notebooks")[0].name}"' in lines


def made_by_make(folder):
    """What `make lab` would run in a folder."""
    command = ["make", "--dry-run", "lab"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout


def test_git_ignores_the_copy():
    done = subprocess.run(["git", "check-ignore", "my-course/00.ipynb"], cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 0


# ---- lessons left out


def left(folder, without):
    """A copy of the course without some lessons: what each notebook says."""
    start(str(folder), without)
    return {file.name: "\n".join(said(nbformat.read(file, 4)).values()) for file in sorted(folder.glob("*.ipynb"))}


@pytest.fixture(scope="module")
def cut(tmp_path_factory):
    """A copy without 03, 05 and 07."""
    return tmp_path_factory.mktemp("cut")


def test_a_lesson_that_is_left_out_is_named_by_no_map_no_link_no_next_and_no_recall(cut):
    texts = left(cut, ["03", "05", "07"])
    assert {name[:2] for name in texts} == {"00", "01", "02", "04", "06"}
    links = [link for text in texts.values() for link in re.findall(r"\]\(([\w-]+\.ipynb)\)", text)]
    assert links
    assert {*links} <= texts.keys()
    rows = re.findall(r"^\| \**\[?(\d\d)", texts["00-why.ipynb"], re.MULTILINE)
    assert rows == ["00", "01", "02", "04", "06"]
    goes_on = {name: re.findall(r"\*\*Next:\*\*.*?\]\((\d\d)-", text, re.DOTALL) for name, text in texts.items()}
    assert goes_on["01-scope.ipynb"] == ["02"]  # as it was
    assert goes_on["02-assess.ipynb"] == goes_on["02-assess-exercises.ipynb"] == ["04"]
    assert goes_on["04-plan-and-control.ipynb"] == ["06"]
    assert "This is the last notebook of this copy." in texts["06-monitor-and-operate.ipynb"]
    assert 'Recall("04", without=["03", "05", "07"])' in texts["04-plan-and-control.ipynb"]


@pytest.mark.slow
def test_an_update_keeps_a_lesson_left_out_and_only_an_empty_list_brings_it_back(cut):
    start(str(cut), ["03", "05", "07"])
    assert update(str(cut)) == start(str(cut)) == {}
    (cut / "02-assess.ipynb").write_text((cut / "02-assess.ipynb").read_text("utf-8").replace("twenty", "20"), "utf-8")
    done = start(str(cut), [])
    assert done["03-attack.ipynb"] == "new"
    assert done["02-assess.ipynb"] == "corrected"
    assert "(03-attack.ipynb)" in "".join(said(nbformat.read(cut / "02-assess.ipynb", 4)).values())
    done = start(str(cut), ["03"])
    assert done["03-attack.ipynb"].startswith("is not, or no longer, part of this copy: it stays as it is")


def test_a_lesson_that_the_course_does_not_have_is_left_out_of_a_copy_too(lessons):
    cell = new_markdown_cell("See [02](02-c.ipynb).\n\n**Next:** all of it: [02](02-c.ipynb).", id="next")
    nbformat.write(new_notebook(cells=[cell]), lessons / "01-b.ipynb")
    start("mine")
    text = "See 02 (left out of this copy).\n\nThis is the last notebook of this copy."
    assert said(read("01-b.ipynb")) == {"next": text}


@pytest.mark.parametrize(
    ("without", "says"), [(["3"], "unknown lesson to leave out '3'"), ([f"0{n}" for n in range(8)], "keep one")]
)
def test_what_can_not_be_left_out_is_said_and_nothing_is_made(without, says, tmp_path):
    with pytest.raises(ThreatLabError, match=says):
        start(str(tmp_path / "mine"), without)
    assert not (tmp_path / "mine").exists()
