"""What leaves a learner's machine: nothing without a tick, and then not a letter of what they typed or coded."""

from __future__ import annotations

import json
import platform
import socket
import warnings
from pathlib import Path

import pytest

from tests.exercises.solved import right
from tests.unit.page import Page
from threatlab import ThreatLabError
from threatlab.course import version
from threatlab.exercises import progress, sharing
from threatlab.exercises.asked import in_our_words
from threatlab.exercises.assess import q4, w1
from threatlab.exercises.outcome import CORRECT, NOT_YET
from threatlab.exercises.predictions import predictions
from threatlab.exercises.why import q2
from threatlab.widgets import CheckYourself, Prediction, ProgressPanel, Recall

TYPED = "zq"
"""A mark that stands in all that the learner of these tests types, and in nothing of ours."""


@pytest.fixture
def host(tmp_path, monkeypatch):
    """A hub: a learner with a home, and a class with a folder; `host.files()` is all that lies in that."""
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / f"{TYPED}-home" / "progress.jsonl"))
    monkeypatch.setenv(sharing.VARIABLE, str(tmp_path / "class"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "class").mkdir()
    progress.store.cache_clear()
    progress.warn_once.cache_clear()
    yield tmp_path / "class"
    progress.store.cache_clear()


def shared(folder):
    (file,) = folder.iterdir()
    return json.loads(file.read_text(encoding="utf-8"))


def do_all_that_a_learner_can_do():
    """Answer rightly and wrongly, in code and in words, predict what is asked and what isn't, and ask for help."""

    def zq_function(*_):
        return "zq returned"

    wrong = dict.fromkeys(("space", "middle", "last", "all", "first", "invent"), "zq typed")
    for answer in ("zq typed", ["zq"], {"zq": "zq"}, wrong, {**right("assess.q4"), "last": True}, zq_function):
        q4.check(answer)
    w1.check("zq")
    q2.check(["again", "zq"])
    q4.hint(1)
    q4.solution()
    q4.check(right("assess.q4"))
    Prediction("zq asks", ["zq question"], ["zq choice"]).guess({"zq question": "zq choice"})
    name, asked = next((name, each) for name, each in predictions().items() if "audit" in name)
    Prediction(asked.asks, asked.questions, asked.choices).guess(dict.fromkeys(asked.questions, asked.choices[0]))
    CheckYourself("02").choose(CheckYourself("02").state.questions[0], "true")
    Recall("02").answer("recall.02.q1", "a")
    return name


def test_nothing_leaves_without_a_tick_whatever_is_done(host):
    do_all_that_a_learner_can_do()
    panel = ProgressPanel(progress.store())
    panel.refresh()
    panel.reset()
    assert [file.name for file in host.parent.iterdir() if "home" not in file.name] == ["class"]
    assert list(host.iterdir()) == []


def test_in_every_byte_that_is_written_there_nothing_is_of_what_was_typed_or_coded(host, monkeypatch):
    written = []

    def noting(self, mode="r", *arguments, usual=Path.open, **named):
        file = usual(self, mode, *arguments, **named)
        if "r" not in mode and host in self.parents:
            write = file.write
            file.write = lambda data: written.append((self.name, bytes(data))) or write(data)
        return file

    monkeypatch.setattr(Path, "open", noting)
    monkeypatch.setenv("LOGNAME", "zq-user")
    for name in (platform, "node"), (socket, "gethostname"):
        monkeypatch.setattr(*name, lambda: "zq-machine")
    sharing.share(progress.store())
    predicted = do_all_that_a_learner_can_do()
    sharing.send(progress.store())
    files = [(file.name, file.read_bytes()) for file in host.iterdir()]
    kept = {entry["question"] for entry in shared(host)["entries"]}
    assert {"assess.q4", "assess.w1", "why.q2", "recall.02.q1", "guess.02", predicted} <= kept
    assert len(written) > len(kept)  # each answer is written when it is given
    for name, data in [*written, *files]:
        text = f"{name} {data.decode()}".lower()
        for private in (TYPED, "def ", "lambda", str(Path.home()), str(host)):
            assert private.lower() not in text
    assert {key for entry in shared(host)["entries"] for key in entry} == {"question", "what", "met", "course"}
    assert shared(host).keys() == {"schema", "learner", "name", "course", "entries"}


def test_what_somebody_writes_into_their_progress_by_hand_does_not_leave_either(host):
    sharing.share(progress.store())
    q4.check({**right("assess.q4"), "last": True})
    file = progress.store().path
    lines = [
        '"zq","what":"correct"',
        '"assess.q4","what":"zq"',
        '"assess.q4","what":"not yet","met":"zq","course":"zq"',
    ]
    lines += ['"guess.02","what":"guessed","met":"9=9"', '"recall.02.q1","what":"guessed","met":"0=0"']
    with file.open("a", encoding="utf-8") as more:
        more.writelines(f'{{"question":{line}}}\n' for line in lines)
    sharing.send(progress.store())
    assert [(each["what"], each.get("met")) for each in shared(host)["entries"]] == [
        (NOT_YET, "last=True"),
        (NOT_YET, None),
    ]


def test_an_entry_in_our_words_is_taken_as_it_is():
    for entry in (
        {"question": "assess.q4", "what": NOT_YET, "met": "last=True", "course": version()},
        {"question": "assess.q4", "what": "hint 2", "course": "1.0.3"},
        {"question": "guess.02.audit-predict", "what": "guessed", "met": "4=", "course": version()},
        {"question": "recall.02.q1", "what": CORRECT},
    ):
        assert in_our_words(entry) == entry


def test_who_ticks_it_shares_what_was_done_before_and_each_answer_after_it_under_a_name_or_none(host):
    q4.check(right("assess.q4"))
    page = Page(ProgressPanel(progress.store()))
    assert "you share nothing with it" in page.text
    page.submit("Share", **{"Name, if you want one (40 characters)": "Ada  L."})
    assert shared(host)["name"] == "Ada L."
    assert len(shared(host)["entries"]) == 1
    q2.check(right("why.q2"))
    assert [each["question"] for each in shared(host)["entries"]] == ["assess.q4", "why.q2"]
    page.panel.refresh()
    (file,) = host.iterdir()
    assert page.soup.select_one("pre").get_text() == file.read_text(encoding="utf-8")
    assert "Nothing leaves this machine" not in page.text


def test_who_stops_takes_the_file_away_and_is_the_same_one_when_they_come_back(host):
    sharing.share(progress.store(), "Ada")
    first = shared(host)["learner"]
    Page(ProgressPanel(progress.store())).click("Stop, and delete what I shared")
    q4.check(right("assess.q4"))
    assert list(host.iterdir()) == []
    sharing.share(progress.store())
    assert shared(host) | {"entries": []} == {
        "schema": sharing.SCHEMA, "learner": first, "name": "", "course": version(), "entries": []
    }  # fmt: skip


def test_a_tick_is_for_one_folder_and_another_class_gets_nothing(host, monkeypatch, tmp_path):
    sharing.share(progress.store())
    (tmp_path / "another").mkdir()
    monkeypatch.setenv(sharing.VARIABLE, str(tmp_path / "another"))
    q4.check(right("assess.q4"))
    assert list((tmp_path / "another").iterdir()) == []
    assert shared(host)["entries"] == []
    assert "you share nothing with it" in Page(ProgressPanel(progress.store())).text


def test_a_class_is_named_as_a_shell_would_read_it_where_none_has(host, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for named in ("~/class", "$HOME/class", " ~/class"):
        monkeypatch.setenv(sharing.VARIABLE, named)
        assert sharing.class_folder() == host


def test_where_there_is_no_class_the_panel_says_nothing_of_one(host, monkeypatch):
    monkeypatch.delenv(sharing.VARIABLE)
    assert not Page(ProgressPanel(progress.store())).soup.select(".tl-class-share")
    with pytest.raises(ThreatLabError, match="no class to share with"):
        sharing.share(progress.store())


def test_a_folder_that_is_gone_costs_a_sentence_once_and_no_verdict(host):
    sharing.share(progress.store())
    for file in host.iterdir():
        file.unlink()
    host.rmdir()
    with pytest.warns(UserWarning, match="can't be shared with the class"):
        assert q4.check(right("assess.q4"))
    with warnings.catch_warnings(record=True) as said:
        assert q2.check(right("why.q2"))
    assert said == []
    with pytest.raises(ThreatLabError, match="no folder"):
        sharing.share(progress.store(), "Ada")
    assert sharing.consent().name == ""


@pytest.mark.parametrize(("name", "says"), [("x" * 41, "41 characters"), (7, "give a text"), (None, "give a text")])
def test_a_name_that_can_not_be_is_refused_in_a_sentence(host, name, says):
    with pytest.raises(ThreatLabError, match=says):
        sharing.share(progress.store(), name)
    assert list(host.iterdir()) == []


def test_what_another_kernel_adds_while_a_file_is_written_is_in_it_in_the_end(host, monkeypatch):
    sharing.share(progress.store())
    others = iter(["assess.q2", "assess.q3"])

    def meanwhile(path, text, usual=sharing.write_text):
        for question in others:
            progress.Store(progress.store().path).record(question, CORRECT)
            break
        return usual(path, text)

    monkeypatch.setattr(sharing, "write_text", meanwhile)
    q4.check(right("assess.q4"))
    assert [each["question"] for each in shared(host)["entries"]] == ["assess.q4", "assess.q2", "assess.q3"]


def test_what_is_handed_in_is_what_would_be_shared(host):
    q4.check({**right("assess.q4"), "last": True})
    first = sharing.hand_in(progress.store())
    second = sharing.hand_in(progress.store(), "Ada")
    sharing.share(progress.store(), "Ada")
    assert json.loads(second) == shared(host)
    assert json.loads(first)["name"] == ""


def test_who_has_no_place_to_keep_who_they_are_hands_in_all_the_same(host, monkeypatch):
    monkeypatch.setattr(sharing, "consent_file", lambda: Path(__file__, "class.json"))
    assert json.loads(sharing.hand_in(progress.store(), "Ada"))["name"] == "Ada"
