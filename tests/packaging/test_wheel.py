"""The wheel holds all that its user needs: installed where there is no checkout, the lesson runs from it."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from tests.browser.server import Server, running_server
from tests.notebooks.kernel import outputs_of
from tests.notebooks.tracked import ROOT
from tests.packaging.outside import run_outside
from threatlab.course import INSTALLED
from threatlab.jupyter.saving import PICTURE, VIEW


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "threatlab"]
    files = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    kept = {name for name in files if (ROOT / name).is_file()}
    packed = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("threatlab/")}
    assert packed == kept


@pytest.mark.parametrize("folder", ["notebooks", "exercises", "solutions"])
def test_the_workbook_is_in_the_wheel(wheel: Path, folder: str) -> None:
    place = f".data/data/{INSTALLED}/{folder}/"
    packed = {name.partition(place)[2] for name in zipfile.ZipFile(wheel).namelist() if place in name}
    assert packed == {file.name for file in (ROOT / folder).glob("*.ipynb")} != set()


def test_the_package_is_imported_where_there_is_no_jupyter(python: Path, tmp_path: Path) -> None:
    [site] = python.parents[1].glob("lib/*/site-packages")
    code = (
        f"import sys; sys.path.append({str(site)!r}); import threatlab; assert 'threatlab.jupyter' not in sys.modules;"
        "import threatlab.jupyter; print(threatlab.jupyter.__file__)"
    )
    assert run_outside(python, "-S", "-c", code, folder=tmp_path).startswith(str(site))


def test_the_doctor_finds_nothing_wrong_where_the_wheel_is_installed_with_what_it_asks_for(
    python: Path, tmp_path: Path
) -> None:
    look = "from pathlib import Path; from threatlab.machine import jupyter, packages\n"
    look += "print(packages.packages(Path()), jupyter.widgets(), jupyter.server(), sep='\\n')"
    said = run_outside(python, "-c", look, folder=tmp_path)
    assert "within the ranges of threatlab[lab]" in said
    assert [line for line in said.splitlines() if not line.startswith("ok  ")] == []


def test_papermill_runs_a_notebook_of_a_learner_s_copy(python: Path, course: Path, tmp_path: Path) -> None:
    papermill = ("-m", "papermill", "--no-progress-bar", "--cwd", course)
    run_outside(python, *papermill, course / "01-scope.ipynb", "ran.ipynb", "-p", "system", "tay", folder=tmp_path)
    assert "tay" in outputs_of(nbformat.read(tmp_path / "ran.ipynb", as_version=4))


@pytest.fixture(scope="module", params=["checkout", "wheel"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """JupyterLab with the package installed either way, started without a flag that is about us."""
    with pytest.MonkeyPatch.context() as changes:
        python = Path(sys.executable)
        if request.param == "wheel":
            python = request.getfixturevalue("python")
            changes.delenv("PYTHONPATH", raising=False)
        with running_server(tmp_path_factory.mktemp("server"), python) as server:
            yield server


def ask(server: Server, path: str, content: object = None) -> Any:
    """Return the server's answer to a GET, or to a PUT of `content`, as JSON."""
    body = None if content is None else json.dumps(content).encode()
    headers = {"Authorization": f"token {server.token}"}
    asked = Request(server.url + path, body, headers, method="PUT" if body else "GET")
    with urlopen(asked) as answer:
        return json.load(answer)


def test_the_page_asks_nobody_for_news(server: Server) -> None:
    schema = ask(server, "lab/api/settings/@jupyterlab/apputils-extension:notification")["schema"]
    assert schema["properties"]["fetchNews"]["default"] == "false"
    assert schema["properties"]["checkForUpdates"]["default"] is False


def test_a_saved_panel_is_its_picture(server: Server) -> None:
    panel = {VIEW: {"model_id": "1"}, PICTURE: "<b>0.59</b>"}
    cell = new_code_cell("panel", outputs=[new_output("display_data", panel)])
    notebook = new_notebook(cells=[cell], metadata={"widgets": {"1": "state"}})
    ask(server, "api/contents/lesson.ipynb", {"type": "notebook", "content": notebook})
    saved = nbformat.read(server.root / "lesson.ipynb", as_version=4)
    assert saved.cells[0].outputs[0].data == {PICTURE: "<b>0.59</b>"}
    assert "widgets" not in saved.metadata
