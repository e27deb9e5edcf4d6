"""The class view: what a room may see, what only who teaches may, and that it follows what is shared."""

from __future__ import annotations

import asyncio
import json
import os
import time
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from tests.unit.classes import LESSON, NAMES, a_class, answers, learner
from tests.unit.page import Page, text
from tests.unit.test_pages import blocks, commands
from tests.unit.test_ticker import until
from threatlab import ThreatLabError
from threatlab.classroom import Classroom, room
from threatlab.cli import main
from threatlab.exercises import progress, sharing
from threatlab.exercises.asked import asked, in_our_words
from threatlab.exercises.outcome import NOT_YET
from threatlab.exercises.predictions import predictions
from threatlab.exercises.sharing import handed_in
from threatlab.files import write_text
from threatlab.widgets import ClassView
from threatlab.widgets.base.ticker import Ticker
from threatlab.widgets.class_view.page import to_html
from threatlab.widgets.class_view.view import ClassState

CHAIN, PREDICTED = "assess.q4", "guess.02.audit-predict"
NOW = datetime(2026, 12, 1, 10, 30, tzinfo=UTC)
GIVEN = {name for name in NAMES if name}


def thought(folder, met, learners, *, first=0, name=""):
    """Have so many learners go wrong in one way at the chain, and guess that a cut tail is found."""
    guess = {"question": PREDICTED, "what": "guessed", "met": "4=0"}
    for seed in range(first, first + learners):
        entries = [guess, {"question": CHAIN, "what": NOT_YET, "met": met}]
        agreed = sharing.Consent(f"{seed:016x}", name=name)
        write_text(folder / f"{agreed.learner}.json", handed_in(entries, agreed))


@pytest.fixture
def folder(tmp_path):
    """A class of 31, 14 of whom think that the chain finds a cut tail."""
    thought(tmp_path, "last=True", 14)
    thought(tmp_path, "all=True", 17, first=14)
    return tmp_path


def test_it_says_how_many_think_what_in_the_words_of_the_question(folder):
    page = Page(ClassView(folder))
    ways = [" ".join(each.get_text(" ").split()) for each in page.soup.select(".tl-class-ways li")]
    claims = asked(CHAIN).claims
    assert ways == [
        f"17 of 31 thought: {claims['all=True']} 17 still do",
        f"14 of 31 thought: {claims['last=True']} 14 still do",
    ]
    assert page.soup.select_one("h3").get_text().startswith(asked(CHAIN).title)


def test_a_prediction_is_a_histogram_without_what_comes_out(folder):
    page = Page(ClassView(folder))
    page.click(predictions()[PREDICTED].asks)
    (guess,) = [each for each in page.soup.select(".tl-class-guess") if "cut off the last entry" in each.get_text()]
    assert [bar.get_text(" ") for bar in guess.select("li")] == ["31 found", "0 not found"]
    assert "Talk first" in page.text
    assert page.soup.select_one("[data-news]")["data-news"] == PREDICTED  # it comes into sight
    page.click("Back to what is wrong most often now")
    assert asked(CHAIN).claims["last=True"] in page.text


def test_with_fewer_than_five_it_says_so_and_shows_no_figure_and_no_claim(tmp_path):
    thought(tmp_path, "last=True", 4, name="Ada")
    page = Page(ClassView(tmp_path))
    for at in ("", CHAIN, PREDICTED):
        page.panel.look(at)
        assert "Not enough answers yet" in page.text
        assert not page.soup.select(".tl-class-bar, .tl-class-ways, .tl-class-guess")
        assert "stuck here" not in page.text
    thought(tmp_path, "last=True", 1, first=4)
    page.panel.refresh()
    page.panel.look(CHAIN)
    assert asked(CHAIN).claims["last=True"] in page.text


def test_a_room_sees_no_name_no_file_and_no_id_and_who_teaches_does_if_they_ask(tmp_path):
    a_class(tmp_path)
    (tmp_path / "hostile-name.json").write_text('{"rude word": 1, "rude word": 2}', encoding="utf-8")
    projected, alone = ClassView(tmp_path), ClassView(tmp_path, names=True)
    seen = projected.page + projected.picture() + repr(projected)
    seen += to_html(Classroom(tmp_path).read(), NOW)
    ids = [learner(seed).learner for seed in range(31)]
    for private in (*GIVEN, *ids, "hostile-name", "rude word"):
        assert private not in seen
    assert "1 note on files that were left out" in seen
    assert any(name in alone.page for name in GIVEN)
    assert "hostile-name.json: it is not valid JSON: &#x27;rude word&#x27; is given more than once." in alone.page
    assert not any(each in alone.page for each in ids)


def test_a_name_never_becomes_markup(tmp_path):
    thought(tmp_path, "last=True", 6, name="<b>Ada</b>")
    for _ in range(3):  # thrice wrong: stuck
        for file in tmp_path.iterdir():
            held = json.loads(file.read_text(encoding="utf-8"))
            file.write_text(json.dumps(held | {"entries": held["entries"] + held["entries"][-1:]}), encoding="utf-8")
    page = Page(ClassView(tmp_path, names=True))
    assert [cell.get_text() for cell in page.soup.select("td") if "Ada" in cell.get_text()] == ["<b>Ada</b>"] * 6
    assert "<b>Ada</b> exercise 4" in " ".join(page.text.split())
    assert "6 stuck here" in page.text


def test_silent_learners_are_counted_in_large_figures(folder):
    for file in sorted(folder.iterdir())[:7]:
        os.utime(file, (time.time() - 601,) * 2)
    assert Page(ClassView(folder, names=True)).text.count("somebody unnamed silent") == 7
    figures = [
        " ".join(each.get_text(" ").split()) for each in Page(ClassView(folder)).soup.select(".tl-class-figures > div")
    ]
    assert figures == ["31 in the room", "31 were last in 02", "0 stuck here", "7 silent for 10 min"]


def test_it_follows_what_is_shared_and_where_it_can_not_it_has_a_button(tmp_path):
    still = ClassView(tmp_path)
    assert "Nobody shares yet" in Page(still).text

    async def follow():
        panel = ClassView(tmp_path)
        panel._ticker.seconds = 0
        assert "Read again" not in Page(panel).text
        thought(tmp_path, "last=True", 5)
        await until(lambda: asked(CHAIN).claims["last=True"] in Page(panel).text)
        (tmp_path / f"{0:016x}.json").unlink()
        await until(lambda: "4 in the room" in Page(panel).text)
        Ticker.release(panel._ticker.kind)
        assert "Read again" in Page(panel).text

    asyncio.run(follow())
    Page(still).click("Read again")
    assert "4 in the room" in Page(still).text


def test_a_folder_that_goes_away_is_said_and_what_was_read_stays(folder):
    panel = ClassView(folder)
    folder.rename(folder.with_name("moved"))
    Page(panel).click("Read again")
    assert "can't be read" in Page(panel).problem
    assert asked(CHAIN).claims["last=True"] in Page(panel).text


def test_another_lesson_can_be_chosen_and_one_that_nobody_has_begun_can_not(tmp_path):
    a_class(tmp_path, 6)
    page = Page(ClassView(tmp_path))
    page.choose("Lesson", "02 Assess")
    assert page.panel.state.lesson == LESSON
    for call in (
        lambda: page.panel.choose("plan"),
        lambda: page.panel.look("assess.q99"),
        lambda: page.panel.choose(2),
    ):
        with pytest.raises(ThreatLabError, match="unknown"):
            call()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [((), "no folder is named"), (("nowhere",), "isn't there"), ((7,), "no folder; name")],
)
def test_a_class_view_without_a_folder_says_what_to_give(arguments, says, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ThreatLabError, match=says):
        ClassView(*arguments)
    monkeypatch.setenv(sharing.VARIABLE, str(tmp_path))
    assert repr(ClassView()) == "ClassView: 0 learners"


# ---- the page


def test_the_page_needs_nothing_from_outside_and_says_the_same(folder):
    page = to_html(Classroom(folder).read(), NOW)
    soup = BeautifulSoup(page, "html.parser")
    assert not soup.select("script, link, img, button, [src], [href]")
    assert "url(" not in page
    assert "http" not in page.replace("http-equiv", "")
    for met in ("last=True", "all=True"):
        assert escape(asked(CHAIN).claims[met]) in page
    assert "2026-12-01 10:30" in text(page)


def test_the_page_shows_each_lesson_that_was_begun_what_most_have_wrong_first(tmp_path):
    a_class(tmp_path)
    snapshot = Classroom(tmp_path).read()
    soup = BeautifulSoup(to_html(snapshot, NOW), "html.parser")
    state = ClassState(snapshot, room(snapshot, NOW.timestamp()), LESSON)
    shown = [each.find(string=True).strip() for each in soup.select("h3.tl-class-title")]
    wrong = {tally.title: tally.answered - tally.done for tally in state.tallies.values() if tally.enough}
    assert [wrong[title] for title in shown if title in wrong] == sorted(wrong.values(), reverse=True)
    assert [each.get_text() for each in soup.select("h2")] == ["02 Assess"]


# ---- the page of docs, and the commands


def test_what_the_page_on_classes_shows_is_so(here, monkeypatch):
    [entry] = [json.loads(block) for block in blocks("docs/class.md", "json")]
    assert in_our_words(entry) == entry
    Path("handed-in").mkdir()
    for command in commands("docs/class.md"):
        assert main(command) == 0, command
    names = {}
    [code] = blocks("docs/class.md", "python")
    exec(code.replace("/srv/class", "handed-in"), names)  # it is ours
    assert [names[each].state.names for each in ("wall", "mine")] == [False, True]


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "home" / "progress.jsonl"))
    progress.store.cache_clear()
    yield tmp_path
    progress.store.cache_clear()


def test_what_learners_hand_in_becomes_a_page_and_the_rest_a_sentence(here, capsys):
    Path("in").mkdir()
    a_class(here / "in", 8)
    Path("in", "bad.json").write_text("{", encoding="utf-8")
    assert main(["class", "in", "-o", "page.html"]) == 0
    said = capsys.readouterr()
    assert said.out == "8 learners, in page.html\n"
    assert said.err.startswith("threatlab: bad.json: it is not valid JSON")
    assert not any(name in Path("page.html").read_text(encoding="utf-8") for name in GIVEN)
    assert main(["class", "in", "--names"]) == 0
    assert any(name in Path("class.html").read_text(encoding="utf-8") for name in GIVEN)


def test_a_learner_hands_in_a_file_that_the_class_view_reads(here, capsys):
    for entry in answers(3):
        progress.store().record(entry["question"], entry["what"], met=entry.get("met", ""))
    assert main(["hand-in", "mine.json", "--name", "Ada"]) == 0
    Path("in").mkdir()
    Path("mine.json").rename("in/mine.json")
    (read,) = Classroom("in").read().learners
    assert read.name == "Ada"
    assert [each["question"] for each in read.entries] == [each["question"] for each in answers(3)]


BAD = {
    "class nowhere": "the folder 'nowhere' isn't there",
    "class home/progress.jsonl": "is a file",
    "hand-in home/progress.jsonl": "already",
    "hand-in nowhere/mine.json": "no folder 'nowhere'",
    f"hand-in mine.json --name {'x' * 41}": "41 characters",
}


@pytest.mark.parametrize("command", BAD)
def test_a_command_that_can_not_be_done_is_one_sentence(command, here, capsys):
    progress.store().record(CHAIN, NOT_YET)
    assert main(command.split()) == 2
    said = capsys.readouterr()
    assert BAD[command] in said.err
    assert said.err.count("\n") == 1
    assert not Path("mine.json").exists()
