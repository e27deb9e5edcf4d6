"""README and the pages of docs: what they show runs as it stands there."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

import threatlab
from threatlab import assess, load_system
from threatlab.cli import _parser, main

ROOT = Path(__file__).parents[2]
LONG = {"run", "catalog", "doctor", "reset"}
"""Commands that tests of their own run: of these on a page, the arguments are read."""


def blocks(page: str, language: str) -> list[str]:
    text = (ROOT / page).read_text(encoding="utf-8")
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    return [block for of, block in found if of == language]


def commands(page: str) -> list[list[str]]:
    lines = [line for block in blocks(page, "") for line in block.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if re.match(r"(\.venv/bin/)?threatlab ", line)]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of somebody with a threat model in git, a policy, another tool's file and an inventory."""
    monkeypatch.chdir(tmp_path)
    for name in ("threat-model.toml", "policy.toml"):
        shutil.copy(ROOT / "docs" / "pipeline" / name, tmp_path)
    git = "git -c user.name=me -c user.email=me@example.org"
    for command in ("git init -q -b main .", "git add .", f"{git} commit -q -m first"):
        subprocess.run(shlex.split(command), check=True)
    shutil.copy(ROOT / "tests" / "data" / "exchange" / "threat-dragon.json", "dragon.json")
    [system] = blocks("docs/package.md", "toml")
    Path("support-bot.toml").write_text(system, encoding="utf-8")
    pd.DataFrame({"system_id": ["a", "b"], "internet_facing": [True, None]}).to_csv("old.csv", index=False)
    shutil.copy("old.csv", "new.csv")
    Path("inventory").mkdir()
    Path("handed-in").mkdir()
    model = "def predict_proba(rows):\n    return [[1 - each, each] for each in rows[:, 0]]\n"
    for name in ("model", "limited"):
        Path(f"{name}.py").write_text(model)
    lines = [f"{n / 100},{n},{int(n > 50)},{n % 2}" for n in range(100)]
    Path("records.csv").write_text("\n".join(["a,b,label,member", *lines]))
    pd.read_csv("old.csv").astype({"internet_facing": "boolean"}).to_parquet("inventory/part.parquet")
    monkeypatch.setattr("threatlab.cli.assess._today", lambda: date(2026, 12, 1))
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("page", ["README.md", "docs/command-line.md"])
def test_every_command_on_a_page_does_what_it_is_shown_for(folder, page, capsys):
    main(["assess", "threat-model.toml", "--format", "json", "--output", "last-review.json"])
    main(["assess", "shadowray", "--format", "json", "--output", "model.json"])
    found = commands(page)
    assert len(found) > 3
    for command in found:
        assert _parser().parse_args(command)
        if command[0] not in LONG:
            assert main(command) == 0, (command, capsys.readouterr().err)
        for file in command[command.index("--output") + 1 :] if "--output" in command else ():
            assert Path(file).stat().st_size


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:The inplace keyword:pandas.errors.Pandas4Warning")  # Dask's
@pytest.mark.parametrize("page", ["README.md", "docs/package.md"])
def test_the_python_on_a_page_runs(folder, page, monkeypatch):
    monkeypatch.setattr("threatlab.regression.run_suite", lambda suite: suite)  # tests/unit/test_regression runs one
    names = {"threatlab": threatlab}
    for block in blocks(page, "python"):
        exec(compile(block, page, "exec"), names)  # it is ours
    assert names["result"].risk_score == assess(names["system"]).risk_score


def test_the_file_on_the_page_is_a_system(folder):
    assert load_system("support-bot.toml")["rate_limiting_enabled"] is True
