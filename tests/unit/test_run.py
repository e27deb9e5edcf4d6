"""`threatlab run`: parameters are read and refused before a notebook runs."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.exercises.solved import quiet
from tests.notebooks.test_bad_parameters import BAD_PARAMETERS
from tests.notebooks.tracked import ROOT, tracked
from threatlab.cli import main
from threatlab.cli.run import run_notebook
from threatlab.files import read_text

RAN = "papermill.execute_notebook"
MADE = '{"cells": [], "metadata": {"papermill": {"output_path": "made"}}}'


@pytest.fixture(autouse=True)
def _nothing_set_for_others():
    with quiet():
        yield


@pytest.fixture
def ran(monkeypatch):
    """What papermill was asked to run, in place of running it."""
    asked = []

    def run(file, output, parameters, **options):
        asked.append((file, parameters, options))
        output.write_text(MADE.replace("made", str(output)), encoding="utf-8")

    monkeypatch.setattr(RAN, run)
    return asked


@pytest.mark.parametrize("file", tracked("notebooks"), ids=lambda file: file.stem)
def test_a_bad_value_is_refused_by_every_notebook_before_it_runs(file, ran, capsys, tmp_path):
    bad = [(name, value) for parameters, _ in BAD_PARAMETERS[file.stem] for name, value in parameters.items()]
    bad += [("sytem", "tay"), ("system", "")]
    for name, value in bad:
        given = ["run", str(file), "-p", name, str(value), "-o", str(tmp_path / "out.ipynb")]
        assert main(given) == 2, (name, value)
        assert capsys.readouterr().err.count("\n") == 1
    assert ran == []
    assert list(tmp_path.iterdir()) == []


def test_values_mean_what_they_say_and_a_file_is_that_of_the_working_folder(ran, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("bot.toml").write_text('name = "bot"\n')
    file = ROOT / "notebooks/02-assess.ipynb"
    given = [("system", "bot.toml"), ("alert_threshold", "0.6"), ("seed", "7")]
    assert run_notebook(str(file), given, "out.ipynb") == ""
    ((_, parameters, options),) = ran
    assert parameters == {"system": str(tmp_path / "bot.toml"), "alert_threshold": 0.6, "seed": 7}
    assert options["cwd"] == file.parent


def test_a_file_that_is_nowhere_is_missed_in_the_working_folder(ran, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("our-bot.toml").write_text('name = "bot"\n')
    assert main(["run", str(ROOT / "notebooks/02-assess.ipynb"), "-p", "system", "our-bit.toml", "-o", "o.ipynb"]) == 2
    said = f"there is no file {str(tmp_path / 'our-bit.toml')!r}: did you mean '{tmp_path}/our-bot.toml'?"
    assert said in capsys.readouterr().err
    assert ran == []


def test_what_ran_is_written_whole_at_the_end_or_to_standard_output_once(ran, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = str(ROOT / "notebooks/02-assess.ipynb")
    for output in ("out.ipynb", "-"):
        assert main(["run", file, "-o", output]) == 0
        out, err = capsys.readouterr()
        text = out if output == "-" else Path(output).read_text("utf-8")
        assert json.loads(text)["metadata"]["papermill"]["output_path"] == output
        assert err == ""
    assert [each.name for each in tmp_path.iterdir()] == ["out.ipynb"]
    ran.clear()
    for output, said in {"nowhere/out.ipynb": "there is no folder 'nowhere'", str(tmp_path): "is a folder"}.items():
        assert main(["run", file, "-o", output]) == 2
        assert said in capsys.readouterr().err
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert main(["run", file, "-o", "out.ipynb"]) == 2
    assert "'out.ipynb' can't be written" in capsys.readouterr().err
    assert ran == []


def test_a_run_that_is_stopped_leaves_what_was_there(tmp_path, capsys, monkeypatch):
    def stopped(file, output, *_, **__):
        output.write_text("half", encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(RAN, stopped)
    (tmp_path / "out.ipynb").write_text("last week's", encoding="utf-8")
    assert main(["run", str(ROOT / "notebooks/02-assess.ipynb"), "-o", str(tmp_path / "out.ipynb")]) == 2
    assert (tmp_path / "out.ipynb").read_text("utf-8") == "last week's"
    assert capsys.readouterr().err == "threatlab: interrupted; nothing of what ran is saved\n"


BAD = {
    "none.ipynb": (None, "there is no file"),
    "text.ipynb": ("no json", "is not valid JSON"),
    "list.ipynb": ("[1]", "is no notebook with parameters"),
    "bare.ipynb": (json.dumps({"cells": [{"cell_type": "code", "source": "1"}]}), "is no notebook with parameters"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_notebook_is_said(name, ran, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text, said = BAD[name]
    if text is not None:
        Path(name).write_text(text)
    assert main(["run", name, "-o", "out.ipynb"]) == 2
    assert said in capsys.readouterr().err
    assert ran == []


def test_a_parameter_twice_and_a_notebook_over_itself_are_refused(ran, tmp_path, capsys):
    file = str(ROOT / "notebooks/02-assess.ipynb")
    assert main(["run", file, "-p", "seed", "1", "-p", "seed", "2", "-o", str(tmp_path / "o.ipynb")]) == 2
    assert "given twice" in capsys.readouterr().err
    assert main(["run", file, "-o", file]) == 2
    assert "is one of the files to read" in capsys.readouterr().err
    assert ran == []


@pytest.mark.slow
def test_a_cell_that_fails_is_exit_code_1_with_what_ran_in_the_file(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cells = [("x = 1", ["parameters"]), ("y = x", []), ("print(y)", []), ("y / 0", [])]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": kernel,
        "cells": [
            {
                "cell_type": "code",
                "id": f"c{number}",
                "metadata": {"tags": tags},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, (source, tags) in enumerate(cells)
        ],
    }
    Path("n.ipynb").write_text(json.dumps(notebook))
    assert main(["run", "n.ipynb", "-p", "x", "5", "-o", "out.ipynb"]) == 1
    assert "ZeroDivisionError: division by zero; what ran is in 'out.ipynb'" in capsys.readouterr().err
    assert '"5\\n"' in read_text(Path("out.ipynb"))
