"""The learner's progress: safe against two kernels at once, a crash and a damaged file; reset, and exported."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import warnings
from dataclasses import replace
from pathlib import Path
from shutil import copyfile

import pytest

from tests.exercises.solved import right
from threatlab import AuditLog, ThreatLabError
from threatlab.audit.file import locked
from threatlab.course import version
from threatlab.exercises import progress
from threatlab.exercises.assess import q1 as first_of_assess
from threatlab.exercises.assess import q2 as layered
from threatlab.exercises.assess import q4 as chain
from threatlab.exercises.outcome import CORRECT, NOT_ATTEMPTED, NOT_YET, NotYet
from threatlab.exercises.progress import Store

RIGHT = right("assess.q4")


@pytest.fixture
def said():
    """All warnings of a test, each time that they are given."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        yield said


@pytest.fixture
def path(tmp_path):
    return tmp_path / "kept" / "progress.jsonl"


def test_progress_survives_the_kernel(path):
    Store(path).record("assess.q1", NOT_YET)
    Store(path).record("assess.q1", CORRECT)
    assert Store(path).done() == {"assess.q1"}
    assert [entry["what"] for entry in Store(path).entries()] == [NOT_YET, CORRECT]


def test_what_was_not_attempted_is_not_kept(path):
    store = Store(path)
    store.record("assess.q1", NOT_ATTEMPTED)
    assert store.entries() == []


# ---- damage, and several kernels


DAMAGES = {
    "garbage first": lambda lines: b"\x00\xff garbage\n" + b"".join(lines),
    "garbage within": lambda lines: b"".join([lines[0], b"not json\n", *lines[1:]]),
    "brackets without end": lambda lines: b"".join([lines[0], b"[" * 100_000 + b"\n", *lines[1:]]),
    "an object of something else": lambda lines: b"".join([lines[0], b'{"what":[]}\n', *lines[1:]]),
    "bytes that are no text": lambda lines: b"".join([lines[0].replace(b"question", b"q\xff\xfestion"), *lines[1:]]),
    "a line end lost": lambda lines: b"".join([lines[0].rstrip(), *lines[1:]]),
    "a missing line": lambda lines: b"".join(lines[1:]),
    "half a line at the end": lambda lines: b"".join(lines) + lines[0][:20],
    "line ends of Windows": lambda lines: b"".join(lines).replace(b"\n", b"\r\n"),
}
UNSEEN = ("a line end lost", "a missing line", "half a line at the end", "line ends of Windows")
"""Damages that cost no more than is gone, or nothing: there is nothing to be said of them."""


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_costs_the_entries_that_it_is_in_and_one_sentence(damage, path, said):
    store = Store(path)
    for number in (1, 2, 3):
        store.record(f"assess.q{number}", CORRECT)
    damaged = DAMAGES[damage](path.read_bytes().splitlines(keepends=True))
    path.write_bytes(damaged)

    store = Store(path)
    store.record("assess.q4", CORRECT)
    store.record("assess.q5", CORRECT)
    assert store.done() >= {f"assess.q{number}" for number in (2, 3, 4, 5)}
    assert path.read_bytes().startswith(damaged)
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    assert ["damaged" in str(each.message) for each in said] == [True] * (damage not in UNSEEN)


def test_wherever_a_write_breaks_off_the_entries_after_it_are_read(path, said):
    Store(path).record("assess.q4", NOT_YET, met="last=True")
    entry = path.read_bytes().rstrip()
    for end in range(len(entry) + 1):
        path.write_bytes(entry + b"\n" + entry[:end])
        Store(path).record("assess.q5", CORRECT)
        kept = [(each["question"], each["what"]) for each in Store(path).entries()]
        assert kept[0] == ("assess.q4", NOT_YET), end
        assert kept[-1] == ("assess.q5", CORRECT), end
        assert {*kept} == {kept[0], kept[-1]}, end
    assert said == []


KERNEL = """
import sys
from pathlib import Path
from threatlab.exercises.progress import Store

name, *paths = sys.argv[1:]
print("ready", flush=True)
sys.stdin.readline()
for path in paths:
    store = Store(Path(path))
    for number in range(5):
        store.record(f"{name}.{number}", "correct")
        store.entries()
"""


def test_kernels_that_use_damaged_files_at_once_lose_nothing_and_double_nothing(tmp_path):
    chosen = ("garbage within", "bytes that are no text", "half a line at the end")
    paths = [tmp_path / f"{damage}.jsonl" for damage in chosen]
    for path, damage in zip(paths, chosen, strict=True):
        store = Store(path)
        for number in range(3):
            store.record(f"before.{number}", CORRECT)
        path.write_bytes(DAMAGES[damage](path.read_bytes().splitlines(keepends=True)))
    command, pipe = [sys.executable, "-W", "ignore", "-c", KERNEL], subprocess.PIPE
    kernels = [subprocess.Popen([*command, name, *paths], stdin=pipe, stdout=pipe, text=True) for name in "abcdefgh"]
    for each in kernels:
        assert each.stdout.readline() == "ready\n"
    for each in kernels:  # all at once
        each.stdin.write("\n")
        each.stdin.flush()
    for each in kernels:
        each.communicate()
        assert each.returncode == 0
    acknowledged = sorted(f"{name}.{number}" for name in "abcdefgh" for number in range(5))
    for path in paths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            kept = [entry["question"] for entry in Store(path).entries()]
        assert sorted(each for each in kept if not each.startswith("before")) == acknowledged
        assert len(kept) - len(acknowledged) == (2 if "text" in path.name else 3)


# ---- progress that can't be kept costs a sentence, never a verdict


def refusing(method, code):
    """A trouble: the system refuses one thing to be done with the file, or with its folder."""

    def refuse(path, monkeypatch):
        usual = getattr(Path, method)

        def of_path(self, *arguments, **named):
            if self in (path, path.parent):
                raise OSError(code, os.strerror(code))
            return usual(self, *arguments, **named)

        monkeypatch.setattr(Path, method, of_path)

    return refuse


def breaking_off(share, code):
    """A trouble: of each entry, that share is written before the system refuses the rest."""

    def break_off(_, monkeypatch):
        def write(file, data):
            os.write(file.fileno(), data[: int(share * len(data))])
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(progress, "write", write)

    return break_off


def putting(make):
    """A trouble: there is something else where the file should be."""

    def put(path, _):
        path.unlink()
        make(path)

    return put


def put_a_file_in_the_folders_place(path, _):
    path.unlink()
    path.parent.rmdir()
    path.parent.write_text("no folder", encoding="utf-8")


TROUBLES = {
    "marked read-only": lambda path, _: path.chmod(0o444),
    "disk full": breaking_off(0, errno.ENOSPC),
    "quota reached within a line": breaking_off(0.5, errno.EDQUOT),
    "disk broken after the write": breaking_off(1, errno.EIO),
    "folder read-only": refusing("mkdir", errno.EROFS),
    "owned by another": refusing("open", errno.EACCES),
    "out of reach": refusing("stat", errno.EACCES),
    "unreadable": refusing("read_bytes", errno.EIO),
    "a folder": putting(Path.mkdir),
    "a pipe": putting(getattr(os, "mkfifo", Path.mkdir)),
    "a link to itself": putting(lambda path: path.symlink_to(path)),
    "a device": putting(lambda path: path.symlink_to(os.devnull)),
    "notes": putting(lambda path: path.write_text("my notes", encoding="utf-8")),
    "the log of something else": putting(lambda path: AuditLog(path).append({"action": "assessment"})),
    "a file in the folder's place": put_a_file_in_the_folders_place,
}


@pytest.mark.parametrize("running", [False, True], ids=["from the start", "while the kernel runs"])
@pytest.mark.parametrize("trouble", TROUBLES)
def test_progress_that_cannot_be_kept_costs_one_sentence_and_no_verdict(trouble, running, path, monkeypatch, said):
    Store(path).record("assess.q2", CORRECT)
    kept = Store(path)
    with monkeypatch.context() as troubled:
        TROUBLES[trouble](path, troubled)
        if not running:
            kept = Store(path)
        troubled.setattr(progress, "store", lambda: kept)
        assert first_of_assess.check(0.0).kind == NOT_YET
        assert first_of_assess.hint()
        assert first_of_assess.solution()
        assert "assess.q2" in kept.done() or not running
        assert "of 5 done" in kept.line("assess.q1")
        assert [each.helped for each in kept.standings() if each.lesson == "assess"] == [2]
        kept.reset()
        assert kept.export(path.parent.with_name("mine.json")).exists()
    kept.record("assess.q3", CORRECT)  # the disk is free again: what was said still holds
    assert kept.done() == {"assess.q3"}
    (sentence,) = said
    assert sentence.filename == __file__  # it points to the learner's line, not to ours
    assert f"can't be kept in {path}" in str(sentence.message)
    assert "until this kernel ends" in str(sentence.message)


def test_what_is_no_progress_file_is_left_alone(path, said):
    path.parent.mkdir()
    for make in (
        lambda: AuditLog(path).append({"action": "assessment", "risk_score": 0.2}),
        lambda: path.write_text("my notes", encoding="utf-8"),
        lambda: path.write_bytes(bytes(90)),
    ):
        path.unlink(missing_ok=True)
        make()
        before = path.read_bytes()
        store = Store(path)
        store.record("assess.q1", CORRECT)
        assert store.done() == {"assess.q1"}
        assert path.read_bytes() == before
        assert "holds something else" in str(said[-1].message)


@pytest.mark.parametrize("blank", [b"", b"\r\n\n", b"\xef\xbb\xbf", b'\xef\xbb\xbf{"quest'])
def test_a_file_that_an_editor_has_emptied_is_ours(blank, path, said):
    path.parent.mkdir()
    path.write_bytes(blank)
    Store(path).record("assess.q1", CORRECT)
    assert Store(path).done() == {"assess.q1"}
    assert said == []


@pytest.mark.parametrize("code", [errno.ENOSYS, errno.ENOLCK, errno.EPERM, errno.EACCES, errno.EOPNOTSUPP])
def test_where_locks_are_refused_progress_is_kept_without(code, path, monkeypatch, said):
    fcntl = pytest.importorskip("fcntl")

    def refuse(*_):
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(fcntl, "flock", refuse)
    Store(path).record("assess.q1", CORRECT)
    assert Store(path).done() == {"assess.q1"}
    assert said == []


def test_a_lock_that_another_holds_for_ever_is_waited_for_two_seconds_at_most(path, monkeypatch, said):
    assert progress._PATIENCE <= 2
    monkeypatch.setattr(progress, "_PATIENCE", 0.02)
    store = Store(path)
    store.record("assess.q1", CORRECT)
    with path.open("rb") as file, locked(file, shared=True):
        store.record("assess.q2", CORRECT)
        assert store.done() == {"assess.q1", "assess.q2"}
    assert said == []


def test_a_folder_that_is_removed_begins_anew(path, said):
    store = Store(path)
    store.record("assess.q1", CORRECT)
    path.unlink()
    path.parent.rmdir()
    assert store.done() == set()
    store.record("assess.q2", CORRECT)
    assert Store(path).done() == {"assess.q2"}
    assert said == []


def test_a_sentence_never_takes_the_place_of_a_verdict_where_warnings_are_errors(tmp_path, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        store = Store(tmp_path)
        store.record("assess.q1", CORRECT)
    assert store.done() == {"assess.q1"}
    assert capsys.readouterr().err.count("until this kernel ends") == 1


# ---- what is kept


def test_what_is_tried_again_in_a_cell_that_ran_for_something_else_is_not_counted_again():
    store = Store()
    for tried in ("0.8", "0.8", "0.5", "0.8"):
        store.record("assess.q1", NOT_YET, tried=tried)
        store.record("assess.q1", "hint 1")
    assert [entry["what"] for entry in store.entries()].count(NOT_YET) == 3
    store.record("assess.q2", NOT_YET, tried="0.8")
    store.reset()
    store.record("assess.q2", NOT_YET, tried="0.8")
    assert [entry["question"] for entry in store.entries()] == ["assess.q2"]


def test_a_hint_in_the_cell_of_a_check_is_no_second_check(monkeypatch):
    kept = Store()
    monkeypatch.setattr(progress, "store", lambda: kept)
    for add_a_hint in (False, True):
        exec("def score(threats):\n    return 1.0", names := {})  # the cell, run anew
        layered.check(names["score"])
        if add_a_hint:
            layered.hint()
    assert [entry["what"] for entry in kept.entries()] == [NOT_YET, "hint 1"]


def test_a_progress_file_of_the_first_edition_is_read(path):
    path.parent.mkdir()
    copyfile(Path(__file__).parents[1] / "data" / "progress-first-edition.jsonl", path)
    assert Store(path).done() == {"assess.q1"}
    assert [entry["what"] for entry in Store(path).entries()] == [NOT_YET, "hint 1", CORRECT]


def test_the_first_editions_entries_and_ours_stand_in_one_file(path):
    path.parent.mkdir()
    copyfile(Path(__file__).parents[1] / "data" / "progress-first-edition.jsonl", path)
    path.write_bytes(path.read_bytes().rstrip())  # its last line may lack its end
    Store(path).record("assess.q2", CORRECT)
    assert Store(path).done() == {"assess.q1", "assess.q2"}


def test_an_entry_holds_the_misconception_met_and_the_courses_version_and_nothing_that_was_typed(path, monkeypatch):
    kept = Store(path)
    monkeypatch.setattr(progress, "store", lambda: kept)
    every = dict.fromkeys(edits := ("space", "middle", "last", "all", "first", "invent"), "TYPED")
    for answer in ({**every, "space": True}, {**RIGHT, "last": True}, "TYPED", lambda: "TYPED", RIGHT):
        chain.check(answer)
    assert [each.get("met") for each in Store(path).entries()] == [None, "last=True", None, None, None]
    assert {each["course"] for each in Store(path).entries()} == {version()}
    assert b"TYPED" not in path.read_bytes()
    assert set(edits) == RIGHT.keys()


def test_a_misconception_that_a_question_does_not_know_is_not_kept(path, monkeypatch):
    kept = Store(path)
    monkeypatch.setattr(progress, "store", lambda: kept)

    def smuggles(_):
        raise NotYet("no", "what the learner typed")

    replace(chain, judge=smuggles).check({})
    assert b"typed" not in path.read_bytes()


def test_entries_of_every_edition_stand_in_one_file_and_are_read(path):
    path.parent.mkdir()
    old = '{"question":"assess.q1","what":"not yet","entry":1}\n{"question": "assess.q1", "what": "hint 1"}\n'
    path.write_text(old, encoding="utf-8")
    Store(path).record("assess.q4", NOT_YET, met="last=True")
    first, second, third = Store(path).entries()
    assert (first, second) == ({"question": "assess.q1", "what": NOT_YET}, {"question": "assess.q1", "what": "hint 1"})
    assert third == {"question": "assess.q4", "what": NOT_YET, "met": "last=True", "course": version()}


def test_a_reset_begins_anew_and_drops_nothing_from_the_file(path):
    store = Store(path)
    store.record("assess.q1", CORRECT)
    store.reset()
    assert store.done() == set()
    store.record("assess.q2", CORRECT)
    assert store.done() == {"assess.q2"}
    assert b"assess.q1" in path.read_bytes()


def test_progress_is_exported_and_overwrites_nothing(path, tmp_path):
    store = Store(path)
    store.record("assess.q1", CORRECT)
    file = store.export(tmp_path / "mine.json")
    told = json.loads(file.read_text(encoding="utf-8"))
    assert told["attempts"] == [{"question": "assess.q1", "what": CORRECT, "course": version()}]
    with pytest.raises(ThreatLabError, match="already"):
        store.export(file)
    for name in (tmp_path / "nowhere" / "mine.json", "a\0b", "\ud800"):
        with pytest.raises(ThreatLabError, match=r"can't be written"):
            store.export(name)


def test_the_file_is_named_by_the_environment_or_lies_in_the_home_folder(path, monkeypatch, tmp_path):
    progress.store.cache_clear()
    try:
        monkeypatch.setenv(progress.VARIABLE, str(path))
        assert progress.store().path == path
        for memory in ("memory", '"memory"'):
            progress.store.cache_clear()
            monkeypatch.setenv(progress.VARIABLE, memory)
            assert progress.store().path is None
        progress.store.cache_clear()
        monkeypatch.delenv(progress.VARIABLE)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        assert progress.store().path == tmp_path / ".threatlab" / "progress.jsonl"
        progress.store.cache_clear()
        for mine in ("~/mine.jsonl", "'${HOME}/mine.jsonl'\r"):
            monkeypatch.setenv(progress.VARIABLE, mine)
            assert progress.store().path == tmp_path / "mine.jsonl"
            progress.store.cache_clear()
        monkeypatch.setenv(progress.VARIABLE, "~nobody-of-that-name/mine.jsonl")
        with pytest.warns(UserWarning, match="no home folder"):
            assert progress.store().path is None
        progress.store.cache_clear()
        monkeypatch.delenv(progress.VARIABLE)
        monkeypatch.setattr("os.path.expanduser", lambda path: path)  # what Python says of a user without a home
        with pytest.warns(UserWarning, match="no home folder"):
            assert progress.store().path is None
    finally:
        progress.store.cache_clear()


def test_the_learners_folder_is_where_the_progress_file_lies(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    for named, folder in {
        "": tmp_path / ".threatlab",
        " ": tmp_path / ".threatlab",
        "~/mine.jsonl": tmp_path,
        "$HOME/deep/mine.jsonl": tmp_path / "deep",
        str(tmp_path / "deep" / "mine.jsonl"): tmp_path / "deep",
        "memory": None,
        " Memory ": None,
        "~nobody-of-that-name/mine.jsonl": None,
        os.devnull: None,
    }.items():
        monkeypatch.setenv(progress.VARIABLE, named)
        assert progress.home() == folder
    assert list(tmp_path.iterdir()) == []


def test_a_change_of_folder_moves_no_progress(monkeypatch, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(progress.VARIABLE, f"{tmp_path.name}.jsonl")
    assert progress.home() == tmp_path
    monkeypatch.chdir("elsewhere")
    assert progress.home() == tmp_path


@pytest.mark.skipif(sys.platform == "win32", reason="Windows removes no folder that somebody is in")
def test_where_the_notebooks_folder_is_gone_progress_is_kept_until_the_kernel_ends(monkeypatch, tmp_path):
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    monkeypatch.setenv(progress.VARIABLE, "begins-here.jsonl")
    progress.store.cache_clear()
    try:
        with pytest.warns(UserWarning, match="the notebook's is gone"):
            assert progress.store().path is None
    finally:
        progress.store.cache_clear()
