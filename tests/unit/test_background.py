"""Background work: the newest request wins, and nothing else is shown."""

from __future__ import annotations

import threading

from threatlab.widgets.base.background import LatestOnly

PATIENCE = 10
"""Seconds after which a test that waits for a thread has failed."""


def ignore(request):
    """Announce to nobody."""


def test_an_answer_is_shown_beside_its_request():
    shown = []
    worker = LatestOnly(lambda n: n * n, ignore, lambda request, answer: shown.append((request, answer)))
    worker.submit(3)
    assert worker.wait(PATIENCE)
    assert shown == [(3, 9)]


def test_an_outdated_answer_is_never_shown():
    started, go_on, shown = threading.Event(), threading.Event(), []

    def slow(request):
        if request == "old":
            started.set()
            assert go_on.wait(PATIENCE)
        return request

    worker = LatestOnly(slow, ignore, lambda request, answer: shown.append(answer))
    worker.submit("old")
    assert started.wait(PATIENCE)
    worker.submit("skipped")
    worker.submit("new")
    assert not worker.wait(0)
    go_on.set()
    assert worker.wait(PATIENCE)
    assert shown == ["new"]


def test_a_failure_is_shown_and_the_next_request_still_runs():
    shown = []
    worker = LatestOnly(lambda n: 1 / n, ignore, lambda request, answer: shown.append(answer))
    worker.submit(0)
    assert worker.wait(PATIENCE)
    worker.submit(2)
    assert worker.wait(PATIENCE)
    assert isinstance(shown[0], ZeroDivisionError)
    assert shown[1] == 0.5


def test_without_threads_the_work_is_done_at_once(monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    shown = []
    LatestOnly(lambda n: n, ignore, lambda request, answer: shown.append(answer)).submit(1)
    assert shown == [1]


def test_waiting_ends_when_patience_does():
    go_on = threading.Event()
    worker = LatestOnly(lambda n: go_on.wait(PATIENCE), ignore, lambda request, answer: None)
    worker.submit(1)
    assert not worker.wait(0.01)
    go_on.set()
    assert worker.wait(PATIENCE)


def test_a_request_is_announced_before_its_answer_and_after_the_last_ones():
    told = []
    worker = LatestOnly(
        lambda n: n, lambda n: told.append(f"asked {n}"), lambda n, answer: told.append(f"answered {answer}")
    )
    for n in (1, 2):
        worker.submit(n)
        assert worker.wait(PATIENCE)
    assert told == ["asked 1", "answered 1", "asked 2", "answered 2"]


def test_who_holds_the_turn_is_not_met_by_an_answer_and_gives_it_away_while_waiting():
    turn, shown = threading.RLock(), []
    worker = LatestOnly(lambda n: n, ignore, lambda request, answer: shown.append(answer), turn)
    with turn:
        worker.submit(1)
        worker.submit(2)
        assert shown == []
        assert worker.wait(PATIENCE)
        assert shown == [2]
