"""The hub's files agree with each other and with the project; a real hub is tried by workshop/hub/try."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from traitlets.config import Config

from tests.notebooks.tracked import tracked
from tests.unit.test_project_files import HUB_LOCK, PROJECT, PYTHONS, ROOT, SYSTEMS, conda, pins, unmet
from threatlab.course.learners_copy import COPIED
from threatlab.jupyter.script import forbids_text

HUB = ROOT / "workshop/hub"
PREFIX = "/srv/threatlab/"
"""Where hosting.md has the image of a cluster hold this repository."""


def configured(file: str, monkeypatch: pytest.MonkeyPatch, **variables: str) -> Config:
    """Return what a configuration file sets, with these of the host's variables alone."""
    for name in [each for each in os.environ if each.startswith("THREATLAB_")]:
        monkeypatch.delenv(name)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    made = Config()
    runpy.run_path(str(HUB / file), {"get_config": lambda: made})
    return made


def values() -> dict[str, Any]:
    return dict(yaml.safe_load((HUB / "values.yaml").read_text(encoding="utf-8")))


def test_a_rehearsal_gives_each_learner_a_home_in_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured(
        "jupyterhub_config.py", monkeypatch, THREATLAB_HUB_HOMES="/homes", THREATLAB_HUB_PASSWORD="of the room"
    )
    assert c.SimpleLocalProcessSpawner.home_dir_template.format(username="anna") == "/homes/anna"
    assert c.SharedPasswordAuthenticator.user_password == "of the room"
    pattern = re.compile(c.Authenticator.username_pattern)
    assert [name for name in ("anna", "seat-07", "..", "a/b", "") if pattern.fullmatch(name)] == ["anna", "seat-07"]


def test_without_one_only_accounts_of_a_group_come_in(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured("jupyterhub_config.py", monkeypatch)
    assert c.JupyterHub.authenticator_class == "pam"
    assert c.JupyterHub.spawner_class == "localprocess"
    assert c.LocalAuthenticator.allowed_groups == {"learners"}
    assert "allow_all" not in c.Authenticator


def test_what_the_configuration_names_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured("jupyterhub_config.py", monkeypatch, THREATLAB_CLASS="/srv/class")
    [start], [server] = c.Spawner.cmd, c.Spawner.args
    assert os.access(start, os.X_OK)
    assert Path(server.removeprefix("--config=")).is_file()
    assert c.Spawner.environment["THREATLAB_CLASS"] == "/srv/class"
    assert f"{c.Spawner.environment['THREATLAB_PROCESS_MB']}".isdigit()
    names = {service["name"] for service in c.JupyterHub.services}
    assert {name for role in c.JupyterHub.load_roles for name in role["services"]} == names
    copied = (HUB / "install").read_text(encoding="utf-8")
    assert all(name in copied for name in ("jupyterhub_config.py", Path(start).name, "server_config.py"))
    assert "/configurable-http-proxy" in c.ConfigurableHTTPProxy.command[0]


def test_the_servers_policy_is_one_under_which_the_panels_script_has_an_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    headers = configured("server_config.py", monkeypatch).ServerApp.tornado_settings["headers"]
    assert forbids_text(headers["Content-Security-Policy"])


@pytest.fixture
def started(tmp_path: Path) -> Any:
    """Give a function that starts a learner, and returns which programs ran and with what, in their order."""
    log, home = tmp_path / "log", tmp_path / "home"
    home.mkdir()
    for name, code in (("threatlab", "exit ${THREATLAB_EXIT:-0}"), ("jupyterhub-singleuser", f"ulimit -d >>{log}")):
        file = tmp_path / name
        file.write_text(f'#!/bin/sh\necho {name} "$@" in "$(pwd)" >>{log}\n{code}\n', encoding="utf-8")
        file.chmod(0o755)

    def start(**variables: str) -> list[str]:
        log.unlink(missing_ok=True)
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        subprocess.run(
            [HUB / "learner", "--port=1"], env={"PATH": path, "HOME": str(home)} | variables, check=True, cwd="/"
        )
        return log.read_text(encoding="utf-8").replace(str(home), "home").splitlines()

    return start


def test_a_learner_gets_a_copy_and_then_their_server(started: Any, tmp_path: Path) -> None:
    server = "jupyterhub-singleuser --port=1 in home"
    assert started()[:2] == ["threatlab start my-course in home", server]
    (tmp_path / "home/my-course" / COPIED).mkdir(parents=True)
    assert started()[:2] == ["threatlab update my-course in home", server]
    assert started(THREATLAB_EXIT="2")[:2] == ["threatlab update my-course in home", server]


def test_what_one_process_may_take_is_limited(started: Any) -> None:
    assert started(THREATLAB_PROCESS_MB="2048")[2] == str(2048 * 1024)


@pytest.mark.parametrize("system", [each for each in SYSTEMS if each != "windows"])
@pytest.mark.parametrize("python", PYTHONS)
def test_the_hubs_lock_has_the_lessons_versions_and_what_the_hub_asks_for(python: str, system: str) -> None:
    lesson, hub = pins("requirements.lock", python, system), pins(HUB_LOCK, python, system)
    assert unmet(hub, "hub") == []
    assert {name: pin for name, pin in hub.items() if lesson.get(name, pin) != pin} == {}


def test_the_proxys_lock_has_a_hash_for_each_package_and_no_address() -> None:
    package, lock = (json.loads((HUB / f"package{end}.json").read_text(encoding="utf-8")) for end in ("", "-lock"))
    own, *packages = lock["packages"].values()
    assert own["dependencies"] == package["dependencies"]
    assert [each for each in packages if not each["integrity"].startswith("sha512-") or "resolved" in each] == []


def test_a_clusters_values_name_what_this_repository_has(monkeypatch: pytest.MonkeyPatch) -> None:
    learner, room = values()["singleuser"], configured("jupyterhub_config.py", monkeypatch).Spawner
    assert learner["image"]["name"].rpartition("/")[2] == PROJECT["project"]["name"] == conda()["name"]
    assert learner["image"]["tag"] == PROJECT["project"]["version"]
    start, server = learner["cmd"]
    assert ROOT / start.removeprefix(PREFIX) == HUB / "learner"
    assert (ROOT / server.removeprefix(f"--config={PREFIX}")).is_file()
    assert learner["defaultUrl"] == room.default_url == f"/lab/tree/my-course/{tracked('notebooks')[0].name}"
    assert learner["extraEnv"].items() <= room.environment.items()


def test_a_value_that_the_chart_does_not_know_is_named(tmp_path: Path) -> None:
    check = runpy.run_path(str(HUB / "check-values"))["main"]
    schema = {"properties": {"cull": {"additionalProperties": False, "properties": {"every": {"type": "integer"}}}}}
    (tmp_path / "values.schema.json").write_text(json.dumps(schema | {"required": ["global"]}), encoding="utf-8")
    (tmp_path / "values.yaml").write_text("{cull: {every: 1}, global: {}}", encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text("{cull: {every: 300}}", encoding="utf-8")
    assert check(tmp_path, own) == []
    own.write_text("{cull: {every: soon, evry: 300}}", encoding="utf-8")
    assert sorted(line.partition(":")[0] for line in check(tmp_path, own)) == ["$.cull", "$.cull.every"]
