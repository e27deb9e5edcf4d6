"""The server extension: what is saved of a panel, beside whatever else a server does when it saves and sends."""

from __future__ import annotations

import asyncio
import copy
import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from jupyter_client.session import Session
from jupyter_server.services.contents.filemanager import FileContentsManager
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import threatlab.jupyter
from threatlab.jupyter import _load_jupyter_server_extension as load_into
from threatlab.jupyter.saving import PICTURE, VIEW, drop_live_views
from threatlab.jupyter.script import FILE, forbids_text

LIVE = {VIEW: {"model_id": "1"}, "text/plain": "Slider()"}
PICTURED = {VIEW: {"model_id": "2"}, PICTURE: "<b>0.59</b>", "text/plain": "Explorer()"}
STATE = {"application/vnd.jupyter.widget-state+json": {"state": {}}}


def notebook(*shown: dict[str, Any], **metadata: Any) -> Any:
    """Return a notebook whose cells show these outputs, each in several formats."""
    cells = [new_code_cell("show()", outputs=[new_output("display_data", dict(each))]) for each in shown]
    return new_notebook(cells=[new_markdown_cell("# A lesson"), *cells], metadata=metadata)


def shown_by(saved: Any) -> list[dict[str, Any]]:
    return [output["data"] for cell in saved["cells"] for output in cell.get("outputs", ())]


def test_a_view_goes_where_a_picture_stands_beside_it() -> None:
    lesson = notebook(PICTURED, widgets=STATE)
    lesson.cells[1].outputs[0].metadata[VIEW] = {"width": 700}
    drop_live_views(lesson)
    assert shown_by(lesson) == [{PICTURE: "<b>0.59</b>", "text/plain": "Explorer()"}]
    assert lesson.cells[1].outputs[0].metadata == {}
    assert "widgets" not in lesson.metadata


def test_a_view_without_a_picture_stays_with_the_state_that_it_is_drawn_from() -> None:
    lesson = notebook(LIVE, PICTURED, widgets=STATE)
    drop_live_views(lesson)
    assert shown_by(lesson)[0] == LIVE
    assert lesson.metadata.widgets == STATE


def test_what_is_no_view_is_saved_as_it_was() -> None:
    error = {"ename": "ValueError", "evalue": "no", "traceback": []}
    cell = new_code_cell("1 / 0", outputs=[new_output("stream", text="one"), new_output("error", **error)])
    lesson = new_notebook(cells=[cell, *notebook({PICTURE: "<b>table</b>"}).cells])
    before = copy.deepcopy(lesson)
    drop_live_views(lesson)
    assert lesson == before


class Server(SimpleNamespace):
    """What the extension asks of a server: its way of sending to a page, and its way of saving to a folder."""

    def __init__(self, folder: Path, **configured: Any) -> None:
        settings = {"kernel_websocket_connection_class": ZMQChannelsWebsocketConnection, "base_url": "/"}
        saving = FileContentsManager(root_dir=str(folder), **configured)
        super().__init__(web_app=SimpleNamespace(settings=settings), contents_manager=saving, folder=folder)

    def save(self, content: Any) -> Any:
        """Save a notebook, and return what is in its file."""
        self.contents_manager.save({"type": "notebook", "content": content}, "lesson.ipynb")
        return json.loads((self.folder / "lesson.ipynb").read_text(encoding="utf-8"))


@pytest.mark.filterwarnings("ignore:Overriding existing pre_save_hook")  # Jupyter says so of any
def test_a_hook_that_a_server_has_already_runs_too(tmp_path: Path) -> None:
    def sign(model: dict[str, Any], **_: Any) -> None:
        model["content"]["metadata"]["signed"] = "by us"

    server = Server(tmp_path, pre_save_hook=sign)
    load_into(server)
    saved = server.save(notebook(PICTURED))
    assert saved["metadata"]["signed"] == "by us"
    assert VIEW not in shown_by(saved)[0]


def test_a_notebook_that_is_not_understood_is_saved_all_the_same(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server = Server(tmp_path)
    load_into(server)
    strange = notebook(PICTURED)
    strange.cells[1].outputs[0].metadata = None
    assert PICTURE in shown_by(server.save(strange))[0]
    assert "keep_pictures failed on lesson.ipynb" in caplog.text


def test_other_files_are_saved_as_they_are(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = Server(tmp_path)
    load_into(server)
    text = json.dumps(notebook(PICTURED))
    server.contents_manager.save({"type": "file", "format": "text", "content": text}, "lesson.json")
    assert (tmp_path / "lesson.json").read_text(encoding="utf-8") == text
    assert "keep_pictures failed" not in caplog.text


def test_the_kernels_messages_are_sent_at_once_by_whatever_connection_a_server_uses(tmp_path: Path) -> None:
    done = []

    class Gateway:
        websocket_handler = SimpleNamespace(set_nodelay=lambda at_once: done.append(("at once", at_once)))

        async def connect(self) -> str:
            done.append("connected")
            return "answer"

    server, name = Server(tmp_path), "kernel_websocket_connection_class"
    load_into(server)
    assert issubclass(server.web_app.settings[name], ZMQChannelsWebsocketConnection)
    server.web_app.settings[name] = Gateway
    load_into(server)
    assert asyncio.run(server.web_app.settings[name]().connect()) == "answer"
    assert done == [("at once", True), "connected"]


def test_the_icons_between_which_each_click_changes_are_kept_by_the_browser_beside_what_a_host_has_kept(
    tmp_path: Path,
) -> None:
    server = Server(tmp_path)
    server.web_app.settings |= {"base_url": "/user/anna/", "static_immutable_cache": ["/user/anna/own/"]}
    load_into(server)
    assert server.web_app.settings["static_immutable_cache"] == ["/user/anna/own/", "/user/anna/static/favicons/"]


@pytest.mark.parametrize(
    ("policy", "forbidden"),
    [
        ("", False),
        ("frame-ancestors 'self'; report-uri /security", False),  # Jupyter's own
        ("script-src 'self' 'unsafe-eval'", True),
        ("default-src 'self'", True),
        ("Script-Src 'self' blob:; default-src 'none'", False),
    ],
)
def test_a_policy_forbids_the_panels_script_as_text_unless_it_names_blobs(policy: str, forbidden: bool) -> None:
    assert forbids_text(policy) == forbidden


def sent_to(origin: str, policy: str, folder: Path, subprotocol: str | None = "v1.kernel.websocket.jupyter.org") -> Any:
    """Return what a page of `origin` gets of a kernel's message that holds the panels' script, and the server."""
    page = SimpleNamespace(headers={"Origin": origin}, host="hub.example")
    got: list[Any] = []

    class Connection:
        websocket_handler = SimpleNamespace(request=page, settings={"base_url": "/user/anna/"})

        def handle_outgoing_message(self, stream: str, message: list[Any]) -> None:
            got.extend(message)

    server, routes = Server(folder), []
    server.web_app.settings |= {
        "kernel_websocket_connection_class": Connection,
        "headers": {"Content-Security-Policy": policy},
        "base_url": "/user/anna/",
    }
    server.web_app.add_handlers = lambda hosts, handlers: routes.extend(handlers)
    load_into(server)
    connection = server.web_app.settings["kernel_websocket_connection_class"]()
    connection.subprotocol = subprotocol
    state = {"_esm": FILE.read_text(encoding="utf-8"), "page": "\u2192"}
    packed = Session(key=b"secret").msg("comm_open", content={"data": {"state": state}})["content"]
    connection.handle_outgoing_message("iopub", [b"id", Session().pack(packed), memoryview(b"picture")])
    assert got[0] == b"id"
    assert got[2] == b"picture"
    return json.loads(got[1])["data"]["state"], routes


STRICT = "script-src 'self' 'unsafe-eval'"


def test_a_page_that_may_run_no_text_gets_the_address_of_the_panels_script(tmp_path: Path) -> None:
    state, [(route, _, settings)] = sent_to("https://hub.example", STRICT, tmp_path)
    assert state["page"] == "\u2192"
    address = urlsplit(state["_esm"])
    assert (address.scheme, address.netloc) == ("https", "hub.example")
    found = re.fullmatch(route, address.path)
    assert found
    assert Path(settings["path"], found[1]) == FILE


def test_other_pages_get_the_script_itself(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8")
    assert sent_to("https://hub.example", "frame-ancestors 'none'", tmp_path) == ({"_esm": text, "page": "\u2192"}, [])
    assert sent_to("https://elsewhere.example", STRICT, tmp_path)[0]["_esm"] == text
    assert sent_to("https://hub.example", STRICT, tmp_path, subprotocol=None)[0]["_esm"] == text


def test_each_setting_of_the_page_is_one_that_jupyterlab_knows():
    settings = json.loads((Path(threatlab.jupyter.__file__).parent / "overrides.json").read_text(encoding="utf-8"))
    for plugin, values in settings.items():
        package, _, name = plugin.partition(":")
        schema = Path(sys.prefix, "share/jupyter/lab/schemas", package, f"{name}.json")
        assert values.keys() <= json.loads(schema.read_text(encoding="utf-8"))["properties"].keys(), plugin
