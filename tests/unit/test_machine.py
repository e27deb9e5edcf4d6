"""The doctor finds each fault of a machine, with the way out; a reset loses nothing; a record shows a changed line."""

from __future__ import annotations

import json
import os
import re
import socket
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from queue import Empty
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import pytest

from threatlab import ThreatLabError
from threatlab.audit import AuditLog
from threatlab.cli import main
from threatlab.exercises import progress, sharing
from threatlab.exercises.progress import Store
from threatlab.machine import doctor, jupyter, kernel, packages, record
from threatlab.machine.finding import Finding

NOW = datetime.fromisoformat("2026-12-01T09:30:15+01:00")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and a progress file of its own that is not there yet."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "home/progress.jsonl"))
    progress.store.cache_clear()
    yield tmp_path / "here"
    progress.store.cache_clear()


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    return main(arguments), *capsys.readouterr()


# ---- the doctor


@pytest.mark.slow
def test_a_machine_on_which_the_course_runs_is_told_so_in_a_line_for_each_part(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "packages", lambda _: Finding("packages", "as pinned"))  # a developer's differ
    monkeypatch.setattr(kernel, "PATIENCE", 300)  # a busy machine takes longer than a learner should wait
    monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")  # as in a notebook's own terminal: nothing is kept of it
    code, out, err = run(capsys, "doctor")
    *looked, _, _, line = out.splitlines()
    assert [each for each in looked if not each.startswith("ok  ")] == []
    assert {"kernel", "click"} <= {each.split()[1] for each in looked}
    assert line.startswith("threatlab doctor: threatlab ")
    assert line.endswith(f": 0 of {len(looked)} failed")
    assert (code, err) == (0, "")
    assert list(Path().iterdir()) == []
    assert not Path("../home").exists()


def test_what_failed_is_in_the_line_to_paste_without_a_folder_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home/ada"))
    found = [Finding("disk", "12 GB are free"), Finding("folder", "/home/ada/c can't be written", "name another")]
    assert doctor.to_paste(found).endswith("1 of 2 failed; folder: ~/c can't be written")


def lock(*lines: str) -> None:
    text = "".join(f"{line} \\\n    --hash=sha256:{'0' * 64}\n    # via nobody\n" for line in lines)
    Path("requirements.lock").write_text(text, encoding="utf-8")


def python_is_old(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "sys", SimpleNamespace(version_info=(3, 10, 4), executable="python3"))


def packages_are_not_the_locks(_: pytest.MonkeyPatch) -> None:
    lock("numpy==1.0", "nosuchpackage==2", "three==3", "four==4", "elsewhere==1 ; sys_platform == 'plan9'")


def a_package_is_out_of_range(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "LOCK", "no.lock")
    there = packages.version
    monkeypatch.setattr(packages, "version", lambda name: "1.9" if name == "numpy" else there(name))


def what_reads_versions_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "packaging.specifiers", None)


def kit(monkeypatch: pytest.MonkeyPatch, **versions: str) -> None:
    there = packages.version
    monkeypatch.setattr(jupyter, "version", lambda name: versions.get(name, there(name)))


def pages(monkeypatch: pytest.MonkeyPatch, there: list[str], off: dict[str, bool]) -> None:
    monkeypatch.setattr("jupyterlab_server.config.get_federated_extensions", lambda _: dict.fromkeys(there))
    monkeypatch.setattr("jupyterlab_server.config.get_page_config", lambda _: {"disabledExtensions": off})


BOTH = ["anywidget", "@jupyter-widgets/jupyterlab-manager"]


def server_told(monkeypatch: pytest.MonkeyPatch, *told: dict[str, Any]) -> None:
    place = Path("config/jupyter_server_config.d")
    place.mkdir(parents=True)
    for each in told:
        (place / "threatlab.json").write_text(json.dumps(each), encoding="utf-8")
    monkeypatch.setattr("jupyter_core.paths.jupyter_config_path", lambda: ["config"])


OFF = {"ServerApp": {"jpserver_extensions": {"threatlab.jupyter": False}}}


def the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=3e6))


def the_notebooks_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threatlab.course.folder.__file__", "/nowhere/else/entirely/folder.py")
    monkeypatch.setattr("threatlab.course.folder.INSTALLED", "share/nowhere")


def the_disk_is_read_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_: Any) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)


def there_is_no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def none() -> None:
        raise RuntimeError

    monkeypatch.setattr(doctor, "progress_file", none)


def progress_is_a_folder(_: pytest.MonkeyPatch) -> None:
    Path("../home/progress.jsonl").mkdir(parents=True)


def progress_lies_in_a_file(_: pytest.MonkeyPatch) -> None:
    Path("../home").touch()


def progress_can_only_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("../home").mkdir()
    Path("../home/progress.jsonl").touch()
    monkeypatch.setattr(os, "access", lambda *_: False)


HERE = Path()
FAULTS: list[tuple[Any, Any, str, str]] = [
    (python_is_old, packages.python, "3.10.4, and >=3.11 is needed", packages.AGAIN),
    (
        packages_are_not_the_locks,
        lambda: packages.packages(HERE),
        "not as requirements.lock pins them: numpy ",
        '-m pip install --require-hashes -r "requirements.lock"',
    ),
    (packages_are_not_the_locks, lambda: packages.packages(HERE), "nosuchpackage missing (2 wanted)", " and 1 more"),
    (
        a_package_is_out_of_range,
        lambda: packages.packages(HERE),
        "not within the ranges of threatlab[lab]: numpy 1.9 (<3,>=2 wanted). ",
        '-m pip install "numpy<3,>=2"',
    ),
    (what_reads_versions_is_missing, lambda: next(doctor.examine(".")), "Jupyter and what it needs", packages.AGAIN),
    (
        lambda changes: kit(changes, ipywidgets="7.7.1"),
        jupyter.widgets,
        "ipywidgets 7.7.1 is installed, and panels are made for 8",
        'pip install "ipywidgets>=8,<9"; then restart the kernel, and reload the page',
    ),
    (lambda changes: kit(changes, ipywidgets=""), jupyter.widgets, "ipywidgets is not installed", "pip install"),
    (
        lambda changes: kit(changes, anywidget=""),
        jupyter.widgets,
        "anywidget is not installed",
        "pip install anywidget",
    ),
    (lambda changes: pages(changes, BOTH[1:], {}), jupyter.widgets, "part of anywidget", "--no-deps anywidget"),
    (lambda changes: pages(changes, BOTH[:1], {}), jupyter.widgets, "part of ipywidgets", "jupyterlab_widgets"),
    (
        lambda changes: pages(changes, BOTH, {"anywidget": True, BOTH[1]: False}),
        jupyter.widgets,
        "anywidget is disabled in JupyterLab",
        "jupyter labextension enable anywidget",
    ),
    (server_told, jupyter.server, "doesn't know threatlab.jupyter", "install threatlab into the environment of"),
    (
        lambda changes: server_told(changes, OFF),
        jupyter.server,
        "threatlab.jupyter is disabled",
        "jupyter server extension enable threatlab.jupyter",
    ),
    (the_disk_is_full, lambda: doctor.disk(HERE), "3 MB are free, and ", "free some room"),
    (the_notebooks_are_missing, lambda: doctor.disk(HERE), "the notebooks are not in this installation", "README.md"),
    (the_disk_is_read_only, doctor.progress, "home can't be written: Read-only file system", progress.VARIABLE),
    (
        the_disk_is_read_only,
        lambda: doctor.writable("folder", HERE, "name another"),
        "can't be written: Read-only file system",
        "name another",
    ),
    (there_is_no_home, doctor.progress, "there is no home folder", progress.VARIABLE),
    (progress_is_a_folder, doctor.progress, "progress.jsonl is no file", progress.VARIABLE),
    (progress_lies_in_a_file, doctor.progress, "home is a file", progress.VARIABLE),
    (progress_can_only_be_read, doctor.progress, "progress.jsonl can't be written", "make it writable"),
]


@pytest.mark.parametrize(("fault", "look", "said", "way_out"), FAULTS, ids=[f"{said}" for _, _, said, _ in FAULTS])
def test_each_fault_is_told_in_one_line_with_the_way_out(
    fault: Any, look: Any, said: str, way_out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault(monkeypatch)
    line = str(look())
    assert line.startswith("FAILED")
    assert said in line
    assert way_out in line
    assert "\n" not in line


def test_where_every_port_is_taken_that_is_told_and_where_one_is_the_next_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        monkeypatch.setattr(doctor, "_PORT", number)
        assert f"is free ({number} is taken)" in str(doctor.port())
        monkeypatch.setattr(doctor, "_TRIED", 0)
        assert f"none from {number} to {number} takes a connection from this machine itself" in str(doctor.port())
        assert "jupyter server list" in doctor.port().way_out


def test_packages_as_the_lock_pins_them_are_well() -> None:
    lock(f"numpy=={packages.version('numpy')}")
    assert str(packages.packages(Path("my-course"))) == "ok      packages   1 package as requirements.lock pins them"


def test_a_part_of_jupyter_that_is_missing_is_a_fault_and_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("jupyter_core.paths", "jupyter_client.manager"):
        monkeypatch.setitem(sys.modules, module, None)
    found = [jupyter.widgets(), jupyter.server(), *kernel.kernel()]
    assert [each.what for each in found if each.way_out == packages.AGAIN] == ["widgets", "server", "kernel"]


def kernels(monkeypatch: pytest.MonkeyPatch, code: str) -> list[Finding]:
    """Return what is found of a kernel whose process runs this code."""
    spec = {"argv": [sys.executable, "-c", code, "-f", "{connection_file}"], "display_name": "", "language": "python"}
    Path("data/kernels/python3").mkdir(parents=True)
    Path("data/kernels/python3/kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    monkeypatch.setenv("JUPYTER_PATH", str(Path("data").absolute()))
    return list(kernel.kernel())


@pytest.mark.slow
def test_a_kernel_that_dies_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    [found] = kernels(monkeypatch, "raise SystemExit(3)")
    assert found.found.startswith("doesn't start: Kernel died")
    assert "pip install --force-reinstall --no-deps ipykernel" in found.way_out


class Kernel:
    """A kernel that answers each message it is sent with the next of these lists, and then with nothing."""

    def __init__(self, *answers: list[tuple[str, dict[str, Any]]]) -> None:
        self.answers, self.said = list(answers), []
        self.session = SimpleNamespace(msg=lambda kind, content: {"header": {"msg_id": "asked"}})
        self.shell_channel = SimpleNamespace(send=self.execute)

    def execute(self, *_: Any, **__: Any) -> str:
        self.said = [("stream", {"text": "of another"}), *self.answers.pop(0)] if self.answers else []
        return "asked"

    def get_iopub_msg(self, timeout: float) -> dict[str, Any]:
        if not self.said:
            raise Empty
        kind, content = self.said.pop(0)
        of = "another" if content.get("text") == "of another" else "asked"
        return {"parent_header": {"msg_id": of}, "msg_type": kind, "content": content}


IDLE = ("status", {"execution_state": "idle"})
OURS = [("stream", {"text": f"{Path(packages.__file__).parents[1] / '__init__.py'}\n"}), IDLE]
OPENED = [("comm_open", {"comm_id": "1", "data": {"state": {"page": "<p>"}}}), IDLE]
UNHEARD = ("comm_msg", {"data": {"state": {"page": "<p>"}}})


@pytest.mark.parametrize(
    ("answers", "what", "said"),
    [
        ([[IDLE]], "kernel", "it has no threatlab"),
        ([[("stream", {"text": "/old/threatlab/__init__.py"}), IDLE]], "kernel", "another threatlab (/old/"),
        ([OURS, [("error", {"ename": "ImportError", "evalue": "no anywidget"}), IDLE]], "click", "no anywidget"),
        ([OURS, [IDLE]], "click", "it opened no line to the page"),
        ([OURS, OPENED, [UNHEARD, IDLE]], "click", "the kernel got a click and gave no answer"),
        ([OURS, OPENED], "click", "the kernel gives no answer"),
        ([], "click", "the kernel gives no answer"),
    ],
    ids=lambda each: each if isinstance(each, str) else "",
)
def test_a_kernel_that_is_not_ours_or_does_not_answer_is_told(answers: Any, what: str, said: str) -> None:
    *before, last = kernel._asked(Kernel(*answers), 1e12, "started")
    assert [each.well for each in before] == [True] * len(before)
    assert not last.well
    assert last.what == what
    assert said in last.found


def test_a_doctor_that_finds_a_fault_says_so_by_its_exit_code(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doctor, "kernel", lambda: [Finding("kernel", "doesn't start", "mend it")])
    code, out, _ = run(capsys, "doctor", ".")
    assert code == 1
    assert "FAILED  kernel     doesn't start. Way out: mend it\n" in out
    assert run(capsys, "doctor", "")[0] == 2


# ---- between two groups


def work(capsys: pytest.CaptureFixture[str]) -> None:
    """Leave behind what a learner leaves: a copy with an answer, progress, a panel's memory, and a tick to share."""
    run(capsys, "start", "my-course")
    Path("my-course/mine.txt").write_text("my work", encoding="utf-8")
    progress.store().record("why.q1", "correct")
    Path("../home/panels/lesson").mkdir(parents=True)
    Path("../home/panels/lesson/one.json").write_text("{}", encoding="utf-8")
    Path("../class").mkdir()
    with patch.dict(os.environ, {sharing.VARIABLE: "../class"}):
        sharing.share(progress.store(), "Ada")


def everything() -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in Path("..").rglob("*") if each.is_file()}


@pytest.fixture
def course(monkeypatch: pytest.MonkeyPatch) -> None:
    """A course of one notebook: what is copied of it is not what is tried here."""
    lesson = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}
    for name in ("notebooks/00-why.ipynb", "exercises/00-why-exercises.ipynb"):
        file = Path("../course", name)
        file.parent.mkdir(parents=True)
        file.write_text(json.dumps(lesson), encoding="utf-8")
    monkeypatch.setattr("threatlab.course.learners_copy.course_folder", lambda name: Path("../course", name).resolve())


def test_a_reset_sets_everything_aside_and_begins_anew(course: None, capsys: pytest.CaptureFixture[str]) -> None:
    work(capsys)
    before = everything()
    code, out, err = run(capsys, "reset", "--yes")
    assert (code, err) == (0, "")
    assert Counter(before.values()) <= Counter(everything().values())
    assert progress.store().entries() == []
    assert {each.name for each in Path("my-course").iterdir()} == {
        ".threatlab",
        "00-why.ipynb",
        "00-why-exercises.ipynb",
    }
    moved = [row.removeprefix("set aside: ").split(" is now ") for row in out.splitlines() if " is now " in row]
    assert {Path(old).name for old, _ in moved} == {"my-course", "progress.jsonl", "panels", "class.json"}
    assert sharing.consent().folder == sharing.consent().name == ""  # nobody has asked the next learner
    progress.store().record("why.q2", "correct")  # the next learner
    for old, new in moved:  # and the first one comes back
        if Path(old).exists():
            Path(old).rename(f"{old}-of-the-next")
        Path(new).rename(old)
    assert before.items() <= everything().items()


@pytest.mark.parametrize("answer", ["", "n", "what?", None])
def test_nothing_is_set_aside_without_a_yes(
    answer: str | None, course: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(capsys)
    before = everything()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: answer is not None))
    monkeypatch.setattr("builtins.input", lambda _: answer)
    code, _, err = run(capsys, "reset")
    assert (code, everything()) == (2, before)
    assert "nothing was changed; say yes, or give --yes" in err
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: True))
    monkeypatch.setattr("builtins.input", lambda _: "Y")
    assert run(capsys, "reset")[0] == 0


def test_if_one_thing_cannot_be_set_aside_none_is(
    course: None, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    work(capsys)
    before, rename = everything(), Path.rename

    def refuse(self: Path, target: Path) -> Path:
        if self.name == "panels":
            raise PermissionError(13, "it is in use")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse)
    code, _, err = run(capsys, "reset", "--yes")
    assert (code, everything()) == (2, before)
    assert "panels' can't be set aside: it is in use; close JupyterLab" in err


def test_a_folder_that_is_no_copy_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    Path("photos").mkdir()
    code, _, err = run(capsys, "reset", "photos", "--yes")
    assert code == 2
    assert "'photos' holds no copy of the course, so it is left alone" in err
    assert run(capsys, "reset", "--yes")[:2] == (0, "There is nothing to set aside: no copy, no progress.\n")


# ---- the record


def write(name: str) -> tuple[int, int, str]:
    text, *said = record.make_record(name, NOW)
    Path("mine.jsonl").write_text(text, encoding="utf-8")
    return tuple(said)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> str:
    """Write a record of a progress, and return its last hash."""
    kept = Store()
    for question, what in [("why.q1", "not yet"), ("why.q1", "hint 1"), ("why.q1", "correct"), ("scope.q1", "not yet")]:
        kept.record(question, what)
    monkeypatch.setattr(record, "store", lambda: kept)
    done, questions, head = write("Ada")
    assert (done, questions) == (1, sum(len(progress.questions_of(each)) for each in progress.TITLES))
    return head


def lines() -> list[str]:
    return Path("mine.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)


def test_a_record_says_what_was_checked_on_which_version_and_no_more(written: str) -> None:
    first, *others = map(json.loads, lines())
    assert first["name"] == "Ada"
    assert first["threatlab"] == packages.version("threatlab")
    assert "not a certificate" in first["what"]
    [asked] = [each for each in others if each["question"] == "why.q1"]
    assert (asked["done"], asked["checks"], asked["helped"]) == (True, 2, 1)
    known = {"question", "done", "checks", "helped", "course", "entry", "previous", "hash"}
    assert [each for each in others if not each.keys() <= known] == []


def test_a_record_that_is_as_it_was_written_is_verified(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "record", "verify", "mine.jsonl")[0] == 0
    code, out, _ = run(capsys, "record", "verify", "mine.jsonl", "--head", written)
    assert (code, out) == (0, "mine.jsonl: the record is as it was written\n")


CHANGES = {
    "a line changed": lambda all_: [line.replace('"done":false', '"done":true', 1) for line in all_],
    "the name changed": lambda all_: [all_[0].replace("Ada", "Bob"), *all_[1:]],
    "a line gone": lambda all_: [*all_[:3], *all_[4:]],
    "two lines swapped": lambda all_: [*all_[:3], all_[4], all_[3], *all_[5:]],
    "the end gone": lambda all_: all_[:-1],
    "a line doubled": lambda all_: [*all_, all_[-1]],
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_verify_finds_a_changed_record(change: Any, written: str, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.jsonl").write_text("".join(change(lines())), encoding="utf-8")
    code, out, _ = run(capsys, "record", "verify", "mine.jsonl")
    assert code == 1
    assert out.startswith("mine.jsonl: ")


def test_a_record_that_was_cut_off_is_told_in_one_line(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    file = Path("mine.jsonl")
    file.write_bytes(file.read_bytes()[:-20])
    code, out, err = run(capsys, "record", "verify", "mine.jsonl")
    assert (code, err.count("\n"), "questions, and there are" in out) == (1, 1, True)
    assert re.match(r"threatlab: audit log .* ends in \d+ bytes of an unfinished entry, which are left out\n", err)
    AuditLog("short.jsonl").append({"schema": record.SCHEMA})
    assert run(capsys, "record", "verify", "short.jsonl")[::2] == (1, "")


def test_a_record_forged_as_a_whole_is_found_by_the_hash_that_was_kept(written: str) -> None:
    Path("mine.jsonl").rename("true.jsonl")
    write("Bob")
    assert record.verify_record("mine.jsonl", None)[0]
    assert not record.verify_record("mine.jsonl", written)[0]


def test_a_record_is_written_once_and_is_no_other_file(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    before = lines()
    code, _, err = run(capsys, "record", "write", "mine.jsonl")
    assert (code, lines()) == (2, before)
    assert "there is a file 'mine.jsonl' already" in err
    Path("empty.jsonl").touch()
    for name, said in {"none.jsonl": "there is no file 'none.jsonl' in ", "empty.jsonl": "is no record"}.items():
        code, _, err = run(capsys, "record", "verify", name)
        assert code == 2
        assert said in err
    with pytest.raises(ThreatLabError, match="--name"):
        record.make_record("Ada\x1b[2J", NOW)
