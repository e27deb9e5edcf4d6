"""Answers with code are judged where they can be stopped: each gets a verdict, and the notebook goes on."""

from __future__ import annotations

import contextlib
import functools
import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from types import ModuleType

import cloudpickle
import numpy as np
import pandas as pd
import psutil
import pytest

from tests.exercises.test_machinery import doubles, question
from threatlab import load_system
from threatlab.exercises import ____, process, why
from threatlab.exercises.judges import a_function, returned
from threatlab.exercises.outcome import BROKEN, CORRECT, NOT_YET, RAISED
from threatlab.exercises.recall import RECALL

FACTOR = 2
CHANGED = []


@dataclass
class Scale:
    factor: int

    def times(self, n):
        return self.factor * n


@pytest.fixture(autouse=True, scope="module")
def _as_in_a_notebook():
    """Have what these tests define sent as what cells define is: no process needs to import it."""
    modules = [sys.modules[name] for name in (__name__, doubles.__module__)]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    yield
    for module in modules:
        cloudpickle.unregister_pickle_by_value(module)


@pytest.fixture(autouse=True)
def _begins_at_once_and_may_wait(monkeypatch):
    """Most of these tests begin a process anew, which takes half a second with pandas; a busy machine lets it wait."""
    monkeypatch.setattr(process, "_HEAVY", ())
    monkeypatch.setattr(process, "_WALL", 100)


def at_once(judge=doubles):
    return question(judge, seconds=0.3)


def where_it_ran(answer):
    return f"{a_function(answer, 'nothing')()}"


def check_elsewhere(program):
    """What a program prints that begins with questions of our own, as another notebook would have them."""
    setup = "from tests.exercises.test_process import *\n"
    done = subprocess.run([sys.executable, "-c", setup + program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


# ---- what is stopped


def endless(_):
    while True:
        pass


def stubborn(_):
    while True:
        with contextlib.suppress(BaseException):
            sum(range(100))


def holds_the_interpreter(_):
    return sum(range(10**11))


def many_short_ones(n):
    return sum(range(20_000)) * 0 + 2 * n


@pytest.mark.parametrize("answer", [endless, stubborn, holds_the_interpreter, lambda _: 9**9**9])
def test_code_that_does_not_end_is_ended_and_the_next_answer_is_judged(answer):
    outcome = at_once().check(answer)
    assert outcome.kind == NOT_YET
    assert "still running after 0.3 seconds" in outcome.message
    assert at_once().check(lambda n: 2 * n)


def test_an_answer_that_sleeps_is_ended_by_the_clock_on_the_wall(monkeypatch):
    monkeypatch.setattr(process, "_WALL", 1)
    outcome = at_once().check(lambda _: time.sleep(60))
    assert "not done after 0.3 seconds by the clock" in outcome.message


def test_many_short_calls_together_are_too_long():
    def calls_for_ever(answer):
        while True:
            returned(answer, 1)

    assert "still running after 0.3 seconds" in at_once(calls_for_ever).check(many_short_ones).message


def test_an_answer_that_eats_memory_is_ended():
    outcome = question(doubles).check(lambda _: list(itertools.permutations(range(12))))
    assert outcome.kind == NOT_YET
    assert "took more than 512 MB of memory" in outcome.message


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (lambda _: os._exit(3), "exit code 3"),
        (lambda _: os.kill(os.getpid(), signal.SIGKILL), "signal 9"),
        (lambda _: os.abort(), "signal 6"),
    ],
)
def test_an_answer_that_ends_python_ends_that_of_the_judge_only(answer, part):
    outcome = question(doubles).check(answer)
    assert outcome.kind == NOT_YET
    assert part in outcome.message
    assert "your notebook goes on" in outcome.message
    assert question(doubles).check(lambda n: 2 * n)


@pytest.mark.parametrize("leaves", [sys.exit, exit, quit])
def test_an_answer_that_exits_is_told_to_return(leaves):
    outcome = question(doubles).check(lambda _: leaves())
    assert outcome.kind == RAISED
    assert "SystemExit: exit() would end all of Python. End a function by return" in outcome.message


def test_an_answer_that_raises_what_stop_raises_has_raised_it():
    def stops(_):
        raise KeyboardInterrupt

    assert question(doubles).check(stops).kind == RAISED


# ---- whose time counts


def test_the_judges_own_work_does_not_count():
    def works_hard(answer):
        until = time.process_time() + 0.6
        while time.process_time() < until:
            pass
        return f"{returned(answer, 1)}"

    assert at_once(works_hard).check(lambda n: n).kind == CORRECT


# ---- what is printed


def test_what_an_endless_answer_prints_is_shown_from_its_beginning():
    def chatty(_):
        for number in itertools.count():
            print("line", number)

    outcome = at_once().check(chatty)
    assert outcome.printed.startswith("line 0\nline 1\n")
    assert outcome.printed.endswith("\u2026")
    assert len(outcome.printed) < 210


def test_what_is_printed_past_pythons_streams_disturbs_nothing():
    def shouts(n):
        os.system("echo no")
        os.write(1, b"no")
        return 2 * n

    assert question(doubles).check(shouts).kind == CORRECT


def test_an_answer_that_waits_for_input_gets_none():
    outcome = question(doubles).check(lambda _: input())
    assert outcome.kind == RAISED
    assert "EOFError" in outcome.message


# ---- every answer is judged


def closure(factor):
    return lambda n: factor * n


def generated(n):
    yield 2 * n


class Callable2:
    def __call__(self, n):
        return 2 * n


RIGHT = {
    "lambda": lambda n: 2 * n,
    "global": lambda n: FACTOR * n,
    "closure": closure(2),
    "partial": functools.partial(lambda factor, n: factor * n, 2),
    "method": Scale(2).times,
    "callable object": Callable2(),
    "NumPy scalar": lambda n: np.float64(2) * n,
    "table": lambda n: pd.DataFrame({"n": [n]})["n"].sum() * 2,
    "system": lambda n: n * 2 if load_system("shadowray").with_(internet_facing=True) else 0,
    "cached": functools.cache(lambda n: 2 * n),
}


@pytest.mark.parametrize("name", RIGHT)
def test_a_right_answer_of_any_make_is_right(name):
    assert question(doubles).check(RIGHT[name]).kind == CORRECT


NOTEBOOK = """
class Mine:
    def __init__(self, n): self.n = n
    def __eq__(self, other): return other == self.n
    def twice(self): return 2 * self.n
helper = lambda n: Mine(n).twice()
def answer(n):
    return helper(n)
def fails(n):
    return helper(n) / 0
print(question(doubles).check(answer).kind, question(doubles).check(fails).kind)
print(question(lambda it: "yes" if it == 4 else "no").check(Mine(4)).message)
print(process._process.cache_info().currsize)
"""


def test_functions_and_classes_of_a_notebook_are_judged_in_the_process():
    assert check_elsewhere(NOTEBOOK) == f"{CORRECT} {RAISED}\nyes\n1"


@pytest.mark.parametrize(("name", "off"), [("here", 0), ("clock_behind", -3600), ("clock_ahead", 3600)])
def test_a_module_that_the_learner_writes_anew_is_read_anew(name, off, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / f"{name}.py"
    for factor, kind in ((3, NOT_YET), (2, CORRECT)):
        file.write_text(f"def times(n):\n    return {factor} * n  {'#' * factor}\n", encoding="utf-8")
        later = time.time() + 5 - factor + off
        os.utime(file, (later, later))
        sys.modules.pop(name, None)
        assert question(doubles).check(import_module(name).times).kind == kind
    sys.modules.pop(name)


def test_a_module_without_a_file_is_judged_in_the_notebook():
    module = ModuleType("only_here")
    sys.modules["only_here"] = module
    exec("def times(n):\n    return 2 * n", module.__dict__)
    assert question(doubles).check(module.times).kind == CORRECT
    del sys.modules["only_here"]


def test_what_cannot_be_sent_is_judged_in_the_notebook():
    def first(answer):
        return f"{next(answer)}"

    assert question(first).check(generated(2)).message == "4"
    with Path(__file__).open(encoding="utf-8") as file:
        assert question(lambda it: it.readline()).check(file).message.startswith('"""Answers with code')


def test_an_endless_generator_is_stopped_too():
    def endless_ones():
        while True:
            pass
        yield 1

    threads = threading.active_count()
    assert "still running after 0.3 seconds" in at_once(next).check(endless_ones()).message
    assert threading.active_count() == threads


@pytest.mark.parametrize(
    ("session", "check", "processes"),
    [
        ("", lambda: why.q1.check({}), 0),
        ("", lambda: why.w1.check(load_system("shadowray")), 0),
        ("", lambda: question(len).check(pd.DataFrame()), 0),
        ("", lambda: why.q3.check(lambda _: set()), 1),
        ("01-scope.ipynb", lambda: RECALL["01"][0].question.check("a"), 0),
        ("01-scope.ipynb", lambda: why.w3.check("generates_content"), 0),
        ("01-scope-exercises.ipynb", lambda: why.q1.check(____), 1),
    ],
)
def test_a_process_begins_with_the_first_code_or_when_a_person_checks_an_exercise(
    session, check, processes, monkeypatch
):
    process._process().end()
    process._process.cache_clear()
    monkeypatch.setenv("JPY_SESSION_NAME", session)
    check()
    assert process._process.cache_info().currsize == processes


def test_a_notebook_whose_folder_is_gone_is_judged_like_any_other(tmp_path, monkeypatch):
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert question(doubles).check(lambda n: 2 * n)
    assert question(doubles).check(eval("lambda n: n / 0")).kind == RAISED


def test_what_an_answer_changes_it_changes_in_a_copy():
    def changes(n):
        CHANGED.append(n)
        return 2 * n

    assert question(doubles).check(changes)
    assert CHANGED == []


def test_a_fault_of_a_judge_is_told_as_one():
    def broken(answer):
        returned(answer, 1)
        raise ZeroDivisionError("of the judge")

    broken.__code__ = broken.__code__.replace(co_filename=process.__file__)
    outcome = question(broken).check(lambda n: n)
    assert outcome.kind == BROKEN
    assert "ZeroDivisionError: of the judge, in process.py" in outcome.message


# ---- one process, that dies with the notebook


def test_a_kernel_has_one_process_and_keeps_it():
    pid = question(where_it_ran).check(os.getpid).message
    assert question(where_it_ran).check(os.getpid).message == pid != f"{os.getpid()}"


def test_a_process_that_was_ended_between_two_answers_is_no_fault_of_the_second():
    pid = int(question(where_it_ran).check(os.getpid).message)
    os.kill(pid, signal.SIGKILL)
    until = time.monotonic() + 30
    while psutil.pid_exists(pid):  # a child that nobody waits for stays in the list, and a kernel's end waits for it
        assert time.monotonic() < until
        time.sleep(0.01)
    assert question(where_it_ran).check(os.getpid).message not in (f"{pid}", f"{os.getpid()}")


@pytest.mark.parametrize("busy", [False, True])
def test_a_process_does_not_outlive_its_notebook(busy):
    program = "print(question(where_it_ran).check(os.getpid).message, flush=True); "
    program += "question(doubles).check(lambda _: time.sleep(60))" if busy else "time.sleep(60)"
    command = [sys.executable, "-c", "from tests.exercises.test_process import *; " + program]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as notebook:
        judging = psutil.Process(int(notebook.stdout.readline()))
        time.sleep(0.5)
        assert judging.is_running()
        notebook.kill()
    judging.wait(timeout=30)


def test_where_no_process_can_begin_answers_are_judged_in_the_notebook(monkeypatch):
    process._process.cache_clear()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    assert question(where_it_ran).check(os.getpid).message == f"{os.getpid()}"
    assert "still running after 0.3 seconds" in at_once().check(endless).message


def test_a_python_that_cannot_judge_costs_no_verdict(monkeypatch):
    process._process.cache_clear()
    monkeypatch.setattr(sys, "path", [*sys.path, "*"])
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert question(doubles).check(lambda n: 2 * n)
    process._process.cache_clear()
