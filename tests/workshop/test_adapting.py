"""What workshop/adapting.md says can be done is done: above all, an incident of one's own is replayed from its file."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from threatlab import CatalogError, ThreatLabError
from threatlab.cli import main
from threatlab.incidents import incidents, load_incident, replay
from threatlab.widgets import IncidentReplay

FOLDER = Path(__file__).parents[2] / "workshop"
PAGE = (FOLDER / "adapting.md").read_text(encoding="utf-8")
OWN = FOLDER / "incident.toml"


def test_an_incident_of_ones_own_is_replayed_from_its_file_against_its_own_system(monkeypatch):
    as_it_was = replay(OWN)
    assert as_it_was.system.name == "invoice-assistant"
    assert as_it_was.stopped_at is None
    assert [each.verdict for each in as_it_was.steps] == ["out of reach", "open", "open"]
    safer = as_it_was.system.with_(tool_permissions_restricted=True)
    monkeypatch.chdir(OWN.parent)
    assert replay("incident.toml", safer).stopped_at == 3
    own = load_incident("incident.toml")
    assert own.missing == ("untrusted_content_segregated", "tool_permissions_restricted", "monitoring_active")
    assert own not in incidents()
    panel = IncidentReplay("incident.toml")
    panel.set(tool_permissions_restricted=True)
    assert panel.replay.stopped_at == 3


def test_an_incident_of_ones_own_may_have_happened_to_a_built_in_system(tmp_path):
    text = OWN.read_text(encoding="utf-8").replace('"incident-system.toml"', '"tay"')
    (tmp_path / "ours.toml").write_text(text, encoding="utf-8")
    assert load_incident(str(tmp_path / "ours.toml")).system.name == "tay"


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"incident-system.toml"', '"incident-sistem.toml"', "[ours], system: there is no file"),
        ('system = "', 'sistem = "', "[ours], system: is missing"),
        ('technique = "AML.T0086"', 'technique = "AML.T86"', "[ours, step 3], technique: unknown value 'AML.T86'"),
        (
            "tool_permissions_restricted =",
            "tool_permission_restricted =",
            "did you mean 'tool_permissions_restricted'?",
        ),
        ('case = "2026-014"', 'case = ""', "[ours], case: is empty"),
    ],
)
def test_a_broken_incident_of_ones_own_is_named_by_step_and_field(old, new, said, tmp_path):
    shutil.copy(OWN.with_name("incident-system.toml"), tmp_path)
    text = OWN.read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "ours.toml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CatalogError) as refused:
        replay(str(tmp_path / "ours.toml"))
    assert said in str(refused.value)


def test_a_file_that_is_not_there_is_said_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ThreatLabError, match=r"there is no file 'ours\.toml'"):
        replay("ours.toml")


def test_the_code_of_the_page_runs(monkeypatch):
    [code] = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    monkeypatch.chdir(FOLDER)
    exec(compile(code, "adapting.md", "exec"), {})  # our own page


def test_the_command_of_the_page_leaves_lessons_out(tmp_path, monkeypatch, capsys):
    [command] = re.findall(r"^threatlab start .*$", PAGE, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    assert main(shlex.split(command)[1:]) == 0
    assert {file.name[:2] for file in Path("my-course").glob("*.ipynb")} == {"00", "01", "02", "04", "06", "07"}
    assert main(["start", "my-course", "--without", ""]) == 0
    assert "03-attack.ipynb: new" in capsys.readouterr().out
