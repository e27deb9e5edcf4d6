"""The learner's progress: safe against two kernels at once, a crash and a damaged file; reset, and exported."""

from __future__ import annotations

import json
import multiprocessing
import warnings

import pytest

from threatlab import ThreatLabError
from threatlab.exercises import progress
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
        monkeypatch.setattr("pathlib.Path.home", lambda: tmp_path)
        assert progress.store().path == tmp_path / ".threatlab" / "progress.jsonl"
    finally:
        progress.store.cache_clear()
