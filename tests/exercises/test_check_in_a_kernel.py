"""Checks in a kernel of Jupyter's: Stop ends them, `exit()` ends nothing, and a cell shows all that it has to."""

from __future__ import annotations

import os
import time

import psutil
import pytest
from jupyter_client.manager import start_new_kernel

SECONDS = 120
"""A cell that hasn't ended by then is stuck: a busy machine takes a tenth."""

SETUP = """
from threatlab.exercises import ____
from threatlab.exercises.why import q1, q2, q3, q4
"""


class Notebook:
    """A kernel that has imported the questions of a lesson."""

    def __init__(self, client, manager):
        self.client, self.manager = client, manager
        self.run(SETUP)

    def processes(self):
        """The processes that the kernel has begun."""
        return psutil.Process(self.manager.provisioner.pid).children(recursive=True)

    def run(self, cell, interrupt_after=None):
        """Run a cell, and return all that it shows."""
        shown = []

        def show(message):
            content = message["content"]
            shown.extend([content.get("text", ""), *content.get("traceback", ()), *content.get("data", {}).values()])

        asked = self.client.execute(cell)
        if interrupt_after:
            time.sleep(interrupt_after)
            self.manager.interrupt_kernel()
        while True:
            message = self.client.get_iopub_msg(timeout=SECONDS)
            if message["parent_header"].get("msg_id") == asked:
                show(message)
                if message["content"].get("execution_state") == "idle":
                    return "\n".join(shown)


@pytest.fixture(scope="module")
def notebook():
    manager, client = start_new_kernel(kernel_name="python3", env={**os.environ, "THREATLAB_PROGRESS": "memory"})
    yield Notebook(client, manager)
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def test_stop_ends_the_loop_at_once_and_the_next_check_is_made(notebook):
    notebook.run("q3.check(lambda incident: set())")
    judging = notebook.processes()
    shown = notebook.run("def seen(incident):\n    while True:\n        pass\n\nq3.check(seen)", interrupt_after=1)
    assert "KeyboardInterrupt" in shown
    assert len(judging) == 1
    assert not judging[0].is_running()
    assert "you name nothing" in notebook.run("q3.check(lambda incident: set())")


@pytest.mark.parametrize("leaves", ["exit()", "quit()", "sys.exit()", "os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_an_answer_that_leaves_leaves_no_notebook(notebook, leaves):
    shown = notebook.run(f"import os, sys\ndef seen(incident):\n    {leaves}\n\nkept = 7\nq3.check(seen)")
    assert "would end all of Python" in shown or "your notebook goes on" in shown
    time.sleep(0.5)  # what ends a kernel does so a little later
    assert "7" in notebook.run("kept")


def test_the_line_of_a_cell_that_raised_is_shown(notebook):
    shown = notebook.run("def seen(incident):\n    name = incident.nobody\n    return {name}\n\nq3.check(seen)")
    assert "AttributeError" in shown
    assert "line 2, in seen" in shown
    assert "name = incident.nobody" in shown


def test_functions_and_classes_of_cells_are_judged_in_the_process(notebook):
    notebook.run(
        "import os\nclass Names(set):\n    pass\n\nhere = os.getpid()\ndef names(): return Names({here - os.getpid()})"
    )
    shown = notebook.run("q3.check(lambda incident: print(names() == {0}) or names())")
    assert "It printed: False" in shown


def test_a_hint_shows_the_check_of_its_cell_above_it_and_no_other(notebook):
    both = notebook.run('q4.check({"copy": True})\nq4.hint()')
    assert "Not yet (why.q4)" in both
    assert "Hint 1 of" in both
    assert "Not yet" not in notebook.run("q4.hint()")
    assert "Not yet (why.q4)" in notebook.run('q4.check({"copy": True})\nq4.solution()')


def test_an_unfilled_function_is_told_which_line_is_blank(notebook):
    shown = notebook.run("def seen(incident):\n    # each ____\n    seen = ____\n    return seen\n\nq3.check(seen)")
    assert "Not attempted" in shown
    assert "line 3: seen = ____" in shown


def test_the_process_ends_with_the_kernel(notebook):
    notebook.run("q3.check(lambda incident: set())")
    (judging,) = notebook.processes()
    notebook.manager.restart_kernel(now=True)
    judging.wait(timeout=30)
