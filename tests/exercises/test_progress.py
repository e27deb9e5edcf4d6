"""The learner's progress: safe against two kernels at once, a crash and a damaged file; reset, and exported."""

from __future__ import annotations

import json
import multiprocessing
import os
import warnings
from pathlib import Path
from shutil import copyfile

import pytest

from threatlab import AuditError, AuditLog, ThreatLabError
from threatlab.exercises import progress
from threatlab.exercises.assess import q2 as layered
from threatlab.exercises.outcome import CORRECT, NOT_ATTEMPTED, NOT_YET
from threatlab.exercises.progress import Store


def add(path, name, times):
    store = Store(path)
    for _ in range(times):
        store.record(name, CORRECT)


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


def test_two_kernels_at_once_lose_nothing(path):
    path.parent.mkdir()
    context = multiprocessing.get_context("spawn")
    others = [context.Process(target=add, args=(path, f"assess.q{n}", 20)) for n in (1, 2)]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert len(Store(path).entries()) == 40
    assert Store(path).done() == {"assess.q1", "assess.q2"}


def test_a_crash_in_the_middle_of_a_line_costs_that_line_alone(path):
    Store(path).record("assess.q1", CORRECT)
    with path.open("ab") as file:
        file.write(b'{"question": "assess.q2", "wh')
    with pytest.warns(UserWarning, match="unfinished"):
        assert Store(path).done() == {"assess.q1"}
    with pytest.warns(UserWarning, match="unfinished"):
        Store(path).record("assess.q3", CORRECT)
    assert Store(path).done() == {"assess.q1", "assess.q3"}


@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: [b"\x00\xff garbage", *lines],
        lambda lines: [lines[0], b"not json", *lines[1:]],
        lambda lines: [lines[0].replace(b"correct", b"c0rrect"), *lines[1:]],
        lambda lines: lines[1:],
    ],
    ids=["garbage first", "garbage within", "a changed line", "a missing line"],
)
def test_a_damaged_file_is_set_aside_and_what_is_sound_of_it_is_kept(damage, path):
    store = Store(path)
    for number in (1, 2, 3):
        store.record(f"assess.q{number}", CORRECT)
    damaged = b"\n".join(damage(path.read_bytes().splitlines())) + b"\n"
    path.write_bytes(damaged)

    with pytest.warns(UserWarning, match="damaged-1"):
        done = Store(path).done()
    assert {"assess.q2", "assess.q3"} <= done
    assert path.with_name("progress.damaged-1.jsonl").read_bytes() == damaged
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Store(path).record("assess.q4", CORRECT)
        assert Store(path).done() == {*done, "assess.q4"}


def test_a_second_kernel_does_not_set_the_mended_file_aside_again(path):
    first, second = Store(path), Store(path)
    first.record("assess.q1", CORRECT)
    path.write_bytes(path.read_bytes() + b"garbage\n")
    with pytest.warns(UserWarning, match="damaged-1"):
        first.record("assess.q2", CORRECT)
    second.record("assess.q3", CORRECT)
    assert Store(path).done() == {"assess.q1", "assess.q2", "assess.q3"}
    assert not path.with_name("progress.damaged-2.jsonl").exists()


def test_where_nothing_can_be_written_progress_is_kept_in_memory_with_a_word(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("no folder", encoding="utf-8")
    with pytest.warns(UserWarning, match="until this kernel ends"):
        store = Store(blocked / "progress.jsonl")
    store.record("assess.q1", CORRECT)
    assert store.done() == {"assess.q1"}


def test_a_file_that_can_no_more_be_written_costs_a_word_and_nothing_that_is_kept(path, monkeypatch):
    store = Store(path)
    store.record("assess.q1", CORRECT)

    def full(*_):
        raise AuditError("the disk is full")

    monkeypatch.setattr("threatlab.audit.log.append_entry", full)
    with pytest.warns(UserWarning, match="the disk is full.*until this kernel ends"):
        store.record("assess.q2", CORRECT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        store.record("assess.q3", CORRECT)
        assert store.done() == {"assess.q1", "assess.q2", "assess.q3"}
        store.reset()
        assert store.done() == set()


def test_the_log_of_something_else_is_left_alone(path):
    path.parent.mkdir()
    AuditLog(path).append({"action": "assessment", "risk_score": 0.2})
    before = path.read_bytes()
    with pytest.warns(UserWarning, match="the log of something else"):
        store = Store(path)
    store.record("assess.q1", CORRECT)
    assert store.done() == {"assess.q1"}
    assert path.read_bytes() == before


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
    assert told["attempts"] == [{"question": "assess.q1", "what": CORRECT}]
    with pytest.raises(ThreatLabError, match="already"):
        store.export(file)
    with pytest.raises(ThreatLabError, match="another folder"):
        store.export(tmp_path / "nowhere" / "mine.json")


def test_the_file_is_named_by_the_environment_or_lies_in_the_home_folder(path, monkeypatch, tmp_path):
    progress.store.cache_clear()
    try:
        monkeypatch.setenv(progress.VARIABLE, str(path))
        assert progress.store().path == path
        progress.store.cache_clear()
        monkeypatch.setenv(progress.VARIABLE, "memory")
        assert progress.store().path is None
        progress.store.cache_clear()
        monkeypatch.delenv(progress.VARIABLE)
        monkeypatch.setenv("HOME", str(tmp_path))
        monkeypatch.setenv("USERPROFILE", str(tmp_path))
        assert progress.store().path == tmp_path / ".threatlab" / "progress.jsonl"
        progress.store.cache_clear()
        monkeypatch.setenv(progress.VARIABLE, "~/mine.jsonl")
        assert progress.store().path == tmp_path / "mine.jsonl"
        progress.store.cache_clear()
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
        "~/mine.jsonl": tmp_path,
        str(tmp_path / "deep" / "mine.jsonl"): tmp_path / "deep",
        "memory": None,
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
