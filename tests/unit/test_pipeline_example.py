"""The pipeline example: what its files say is run, the gate that closes too."""

from __future__ import annotations

import re
import shlex
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from threatlab import load_system
from threatlab.cli import main
from threatlab.policy import load_policy

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "pipeline"
WORKFLOW = yaml.safe_load((EXAMPLE / "threat-model.yml").read_text(encoding="utf-8"))
[HOOK] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
README = (EXAMPLE / "README.md").read_text(encoding="utf-8")
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
COMMANDS = [step["run"] for step in STEPS if step.get("run", "").startswith("threatlab ")]


@pytest.fixture(autouse=True)
def repository(tmp_path, monkeypatch):
    """A repository made of the example's files, on a day on which its acceptance holds."""
    for name in ("threat-model.toml", "policy.toml"):
        shutil.copy(EXAMPLE / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("threatlab.cli.assess._today", lambda: date(2026, 12, 1))
    return tmp_path


def run(command: str) -> int:
    program, *arguments = shlex.split(command)
    assert program == "threatlab"
    return main(arguments)


def test_the_workflow_runs_in_pull_requests_and_every_week_with_few_rights():
    when = WORKFLOW[True]  # YAML 1.1 reads "on" as true
    assert {"pull_request", "schedule"} <= set(when)
    assert re.fullmatch(r"\d+ \d+ \* \* [0-6]", when["schedule"][0]["cron"])
    assert WORKFLOW["permissions"]["contents"] == "read"
    assert "write-all" not in str(WORKFLOW["permissions"])


def test_every_command_of_the_workflow_passes_and_writes_the_files_that_later_steps_take(capsys):
    assert len(COMMANDS) == 2
    assert [run(command) for command in COMMANDS] == [0, 0]
    assert capsys.readouterr().err == ""
    taken = {step["with"].get("sarif_file") or step["with"].get("path") for step in STEPS if "with" in step} - {None}
    assert taken == {"threatlab.sarif", "threat-model.html"}
    assert all(Path(name).stat().st_size for name in taken)


def test_the_gate_closes_when_the_system_gets_worse_and_says_why_and_the_findings_are_written(capsys):
    text = Path("threat-model.toml").read_text(encoding="utf-8")
    facts, _, controls = text.partition("[controls]")
    Path("threat-model.toml").write_text(f"{facts}[controls]{controls.replace('= true', '= false')}", encoding="utf-8")
    assert run(COMMANDS[0]) == 1
    err = capsys.readouterr().err
    assert "at or above 0.5" in err
    assert "the policy accepts at most" in err
    assert "authentication_enforced" in Path("threatlab.sarif").read_text(encoding="utf-8")


def test_the_gate_closes_by_itself_the_day_after_an_acceptance_has_expired(capsys, monkeypatch):
    [accepted] = load_policy("policy.toml").accepted
    monkeypatch.setattr("threatlab.cli.assess._today", lambda: accepted.expires)
    assert run(COMMANDS[0]) == 0
    monkeypatch.setattr("threatlab.cli.assess._today", lambda: date.fromordinal(accepted.expires.toordinal() + 1))
    assert run(COMMANDS[0]) == 1
    assert accepted.owner in capsys.readouterr().err


def test_a_broken_file_closes_the_gate_with_another_code(capsys):
    Path("policy.toml").write_text("max_rsk = 0.5")
    assert run(COMMANDS[0]) == 2
    assert "did you mean 'max_risk'" in capsys.readouterr().err


def test_the_hook_is_complete_and_finds_the_file_it_is_for():
    assert {"id", "name", "entry", "language", "files"} <= set(HOOK)
    assert HOOK["id"] == "threatlab"
    files = re.compile(HOOK["files"])
    assert files.search("threat-model.toml")
    assert files.search("services/bot/threat-model.toml")
    assert not files.search("my-threat-model.toml.bak")
    assert not files.search("other-threat-model.toml")


def test_the_hook_with_the_arguments_of_the_readme_passes_and_fails(capsys):
    config = yaml.safe_load(re.search(r"```yaml\n(.*?)```", README, re.DOTALL)[1])
    [hook] = config["repos"][0]["hooks"]
    assert hook["id"] == HOOK["id"]
    command = [*shlex.split(HOOK["entry"]), *hook["args"], "threat-model.toml"]  # pre-commit appends the files
    assert run(shlex.join(command)) == 0
    text = Path("threat-model.toml").read_text(encoding="utf-8")
    Path("threat-model.toml").write_text(text.partition("[controls]")[0], encoding="utf-8")
    assert run(shlex.join(command)) == 1
    assert "gate failed" in capsys.readouterr().err


def test_the_command_of_the_readme_runs():
    [command] = re.findall(r"^threatlab assess .*$", README, re.MULTILINE)
    assert run(command) == 0


def test_the_example_answers_what_the_system_is():
    assert load_system("threat-model.toml").owner
    assert load_system("threat-model.toml")["internet_facing"] is True
