"""The command line: what a newcomer and a pipeline see, exit codes that can be relied on, and never a traceback."""

from __future__ import annotations

import io
import json
import os
import random
import re
import signal
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path
from threading import Thread

import pandas as pd
import pytest
import yaml
from hypothesis import settings

from tests.unit.mutations import mutated_bytes, mutated_values
from tests.unit.strategies import CONTROLS
from tests.unit.threat_models import full
from threatlab import AISystem, assess, list_systems, load_system
from threatlab.catalog import catalog
from threatlab.cli import main
from threatlab.cli.output import line
from threatlab.course import course_folder
from threatlab.exchange import FORMATS, read, write_model
from threatlab.policy import Policy
from threatlab.report import ThreatModel, load_model, load_models, save_model, to_json

SYSTEM = """\
name = "support-bot"
owner = "Customer care"

[notes]
rbac_configured = "stated: planned, false so far"

[facts]
generates_content = true

[controls]
rate_limiting_enabled = true
rbac_configured = false
"""


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder to work in, with a system file."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    Path("bot.toml").write_text(SYSTEM, encoding="utf-8")
    return tmp_path


def run(capsys, *arguments):
    """Return exit code, standard output and standard error of a command."""
    try:
        code = main(arguments)
    except SystemExit as left:  # argparse's way
        code = left.code
    return code, *capsys.readouterr()


# ---- assess


def test_a_system_is_assessed_in_a_table_of_eighty_columns(capsys):
    code, out, err = run(capsys, "assess", "bot.toml")
    result = assess(load_system("bot.toml"))
    assert (code, err) == (0, "")
    assert f"risk score {result.risk_score:.2f}" in out
    for finding in result.findings:
        row = next(row for row in out.splitlines() if f" {finding.attribute} " in row)
        assert row.startswith(finding.severity)
        assert ("?" in row) is finding.unknown
    for step in result.best_next(5):
        assert step.title in out
    assert max(map(len, out.splitlines())) <= 80


def test_several_systems_are_a_line_each_in_the_order_given(capsys):
    code, out, _ = run(capsys, "assess", *reversed(list_systems()), "bot.toml")
    rows = out.splitlines()[1:-2]
    assert code == 0
    assert [row.split()[0] for row in rows] == [*reversed(list_systems()), "support-bot"]
    assert all(f" {assess(load_system(row.split()[0])).risk_score:.2f} " in row for row in rows[:-1])
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("form", ["table", "json", "markdown", "html", "sarif"])
@pytest.mark.parametrize("ruleset", ["ai", "core"])
@pytest.mark.parametrize("files", [["bot.toml"], ["bot.toml", "tay"]])
def test_each_format_goes_to_the_screen_and_the_same_into_a_file(form, ruleset, files, capsys):
    asked = ["assess", *files, "--format", form, "--ruleset", ruleset, "--today", "2026-12-01"]
    code, out, err = run(capsys, *asked)
    assert (code, "tay is in no file" in err) == (0, form == "sarif" and "tay" in files)
    assert all(name in out for name in ("support-bot", *files[1:]))
    assert run(capsys, *asked, "--output", "report.out") == (0, "", err)
    assert Path("report.out").read_text(encoding="utf-8") == out
    assert run(capsys, *asked, "--output", "-") == (0, out, err)


def test_json_is_a_threat_model_that_the_workbook_loads(capsys):
    assert run(capsys, "assess", "bot.toml", "--format", "json", "-o", "model.json", "--today", "2026-12-01")[0] == 0
    assert load_model("model.json") == ThreatModel(load_system("bot.toml"), made_on=date(2026, 12, 1))
    assert run(capsys, "assess", "bot.toml", "tay", "--format", "json", "-o", "model.json")[0] == 0
    assert [model.system.name for model in load_models("model.json")] == ["support-bot", "tay"]


@pytest.mark.parametrize(("name", "text"), [("bot.toml", SYSTEM), ("bot.json", None)])
def test_sarif_points_at_the_line_of_each_answer_and_not_at_the_note_on_it(name, text, capsys):
    table = json.dumps(load_system("bot.toml").to_dict(), indent=1)
    Path(name).write_text(text or table, encoding="utf-8")
    _, out, _ = run(capsys, "assess", name, "--format", "sarif")
    where = {r["ruleId"]: r["locations"][0]["physicalLocation"] for r in json.loads(out)["runs"][0]["results"]}
    rows = Path(name).read_text(encoding="utf-8").splitlines()
    assert re.search(r"rbac_configured\W+false", rows[where["rbac_configured"]["region"]["startLine"] - 1])
    assert where["encryption_enabled"]["region"]["startLine"] == 1
    assert where["rbac_configured"]["artifactLocation"]["uri"] == name


def test_a_file_elsewhere_is_named_without_its_folders(capsys, tmp_path):
    inside = tmp_path / "inside"
    inside.mkdir()
    os.chdir(inside)
    _, out, _ = run(capsys, "assess", str(tmp_path / "bot.toml"), "--format", "sarif")
    assert '"uri": "bot.toml"' in out
    assert str(tmp_path) not in out


# ---- the gate


def test_the_gate_closes_at_the_score_and_not_below(capsys):
    score = assess(load_system("bot.toml")).risk_score
    code, out, err = run(capsys, "assess", "bot.toml", "--fail-at", repr(score), "--allow-open")
    assert code == 1
    assert err == f"threatlab: gate failed: support-bot: The risk score is {score:.2f}, at or above {score:.2f}.\n"
    assert "risk score" in out  # the result is shown all the same
    assert run(capsys, "assess", "bot.toml", "--fail-at", repr(round(score, 2) + 0.01), "--allow-open")[0] == 0


GATES = [("--fail-at", "1"), ("--policy", "loose.toml"), ("--max-open", "11")]


@pytest.mark.parametrize("gate", GATES, ids=[name for name, _ in GATES])
def test_a_gate_fails_on_open_questions_unless_it_may_pass_on_so_many_and_says_on_how_many_it_rests(gate, capsys):
    Path("loose.toml").write_text("max_risk = 1.0")
    gate = () if gate[0] == "--max-open" else gate
    open_facts = [name for name in catalog().facts if load_system("bot.toml")[name] is None]
    most = len(open_facts)
    for allowed, code in ((most - 1, 1), (most, 0), (most + 1, 0)):
        done = run(capsys, "assess", "bot.toml", *gate, "--max-open", str(allowed))
        assert done[0] == code
        assert f"{most} of {len(catalog().facts)} questions about the system are open: {open_facts[0]}" in done[2]
        assert done[2].startswith(f"threatlab: gate {'failed' if code else 'passed'}: support-bot: ")
    assert run(capsys, "assess", "bot.toml", *gate, "--allow-open")[0] == 0
    if gate:
        assert run(capsys, "assess", "bot.toml", *gate)[0] == 1
        assert run(capsys, "assess", "bot.toml", *gate, "--ruleset", "core")[::2] == (0, "")  # it asks none of them
    answered = load_system("bot.toml").with_(**dict.fromkeys(open_facts, False))
    Path("bot.json").write_text(json.dumps(answered.to_dict()))
    assert run(capsys, "assess", "bot.json", *gate, "--max-open", "0")[::2] == (0, "")
    Path("bot.json").write_text(json.dumps(answered.with_(uses_tools=None).to_dict()))
    assert (
        f"1 of {len(catalog().facts)} questions about the system is open: uses_tools."
        in run(capsys, "assess", "bot.json", "--max-open", "0")[2]
    )


def test_a_saved_model_is_assessed_with_its_own_ruleset_and_policy_unless_others_are_given(capsys):
    model = full().with_(ruleset="core", policy=Policy(max_risk=0.0))
    save_model(model, "model.json")
    asked = ("assess", "model.json", "--format", "json", "--today", "2026-12-01")
    code, out, err = run(capsys, *asked)
    assert (code, "the policy allows" in err or "policy" in err) == (1, True)
    assert json.loads(out) == json.loads(to_json(model.with_(made_on=date(2026, 12, 1))))
    Path("loose.toml").write_text("max_risk = 1.0")
    code, out, err = run(capsys, *asked, "--ruleset", "ai", "--policy", "loose.toml", "--allow-open")
    assert code == 0
    assert json.loads(out)["ruleset"] == "ai"


@pytest.mark.parametrize("form", ["toml", "json", "model"])
def test_standard_input_and_a_pipe_are_read_once(form, capsys, monkeypatch):
    system = load_system("bot.toml")
    text = {"toml": SYSTEM, "json": json.dumps(system.to_dict()), "model": to_json(ThreatModel(system))}[form]
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"\xef\xbb\xbf" + text.encode())))
    code, out, err = run(capsys, "assess", "-", "--format", "json")
    assert (code, err, json.loads(out)["system"]) == (0, "", system.to_dict())
    if hasattr(os, "mkfifo"):
        os.mkfifo("pipe")
        writer = Thread(target=Path("pipe").write_text, args=(text,))
        writer.start()
        code, out, err = run(capsys, "assess", "pipe", "--format", "sarif")
        writer.join()
        assert (code, "support-bot is in no file" in err) == (0, True)


def test_bad_standard_input_is_a_sentence(capsys, monkeypatch):
    for data, said in (
        (b"", "standard input is empty"),
        (b"\xff", "standard input is not UTF-8"),
        (b"x", "not valid TOML"),
    ):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data)))
        code, out, err = run(capsys, "assess", "-")
        assert (code, out, said in err) == (2, "", True), err


def test_every_system_is_held_against_the_gate(capsys):
    code, _, err = run(capsys, "assess", "bot.toml", "shadowray", "tay", "--fail-at", "0.6", "--allow-open")
    over = [n for n in ("shadowray", "tay") if assess(load_system(n)).risk_score >= 0.6]
    assert code == 1
    assert re.findall(r"gate failed: ([\w-]+):", err) == over != []


POLICY = """\
max_risk = 1.0
max_by_threat = { supply_chain = 0.9 }
open_days = { HIGH = 0, CRITICAL = 0 }
"""


def test_a_policy_is_enforced_and_an_acceptance_holds_until_its_day(capsys):
    table = AISystem("tight", **{**dict.fromkeys(CONTROLS, True), "encryption_enabled": False}).to_dict()
    Path("tight.json").write_text(json.dumps(table))
    Path("policy.toml").write_text(POLICY)
    gate = ("assess", "tight.json", "--allow-open", "--policy", "policy.toml")
    code, _, err = run(capsys, *gate)
    assert code == 1
    said = "Encryption not enabled (HIGH) has been open for 0 days; the policy allows 0 days."
    assert err == f"threatlab: gate failed: tight: {said}\n"
    accepted = 'what = "encryption_enabled"\nreason = "public data"\nowner = "Kim"\nexpires = 2026-12-01\n'
    Path("policy.toml").write_text(f"{POLICY}\n[[accepted]]\n{accepted}")
    gate = (*gate, "--today")
    assert run(capsys, *gate, "2026-12-01")[0] == 0
    code, _, err = run(capsys, *gate, "2026-12-02")
    assert code == 1
    assert "was accepted by Kim until 2026-12-01; that has expired" in err


# ---- inventories


INVENTORY = "system_id,internet_facing,rbac_configured\nalpha,TRUE,\nbeta,false,true\n"
EXPECTED = [AISystem("alpha", internet_facing=True), AISystem("beta", internet_facing=False, rbac_configured=True)]
CSVS = {
    "plain": INVENTORY.encode(),
    "byte order mark": b"\xef\xbb\xbf" + INVENTORY.encode(),
    "semicolons": INVENTORY.replace(",", ";").encode(),
    "tabs, other line ends": INVENTORY.replace(",", "\t").replace("\n", "\r\n").encode(),
    "blank lines and blanks": INVENTORY.replace(",", " , ").replace("\n", "\n\n").encode(),
    "two byte order marks": b"\xef\xbb\xbf" * 2 + INVENTORY.encode(),
    "Excel's Unicode text": INVENTORY.replace(",", "\t").encode("utf-16"),
    "Excel's hint": b"sep=;\r\n" + INVENTORY.replace(",", ";").encode(),
    "Excel's hint, filled up": b"sep=,,,\r\n" + INVENTORY.encode(),
    "Excel's hint at a sign that nobody else uses": b"sep=|\r\n" + INVENTORY.replace(",", "|").encode(),
    "a blank row first": b";;\r\n" + INVENTORY.replace(",", ";").encode(),
    "a blank line first": b"\r\n" + INVENTORY.replace(",", ";").encode(),
    "empty columns": INVENTORY.replace("\n", ",,\n").encode(),
    "empty cells at the end of a row left out": INVENTORY.replace("TRUE,", "TRUE").encode(),
}


@pytest.mark.parametrize("data", CSVS.values(), ids=CSVS)
def test_an_inventory_is_read_as_spreadsheets_write_it(data, capsys):
    Path("inventory.csv").write_bytes(data)
    code, out, err = run(capsys, "assess", "inventory.csv", "--format", "json")
    assert (code, err) == (0, "")
    assert [model["system"] for model in json.loads(out)] == [system.to_dict() for system in EXPECTED]


@pytest.mark.parametrize("data", [INVENTORY, "sep=;\n" + INVENTORY.replace(",", ";"), '\n"system_id"\nalpha'])
def test_an_inventory_comes_by_standard_input_and_is_in_no_file(data, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(data.encode())))
    code, out, err = run(capsys, "assess", "-", "--format", "sarif")
    assert (code, json.loads(out)["runs"][0]["results"], "alpha is in no file" in err) == (0, [], True)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"system_id,uses_tools\na,yes\n")))
    said = "threatlab: standard input, line 2 ('a'), column uses_tools: 'yes' is not true, false or empty (unknown)\n"
    assert run(capsys, "assess", "-") == (2, "", said)


def test_sarif_points_at_the_row_of_an_inventory(capsys):
    Path("inventory.csv").write_text(INVENTORY)
    _, out, _ = run(capsys, "assess", "inventory.csv", "--format", "sarif")
    results = json.loads(out)["runs"][0]["results"]
    rows = {(r["message"]["text"][:5], r["locations"][0]["physicalLocation"]["region"]["startLine"]) for r in results}
    assert rows == {("alpha", 2), ("beta:", 3)}


BAD_CSVS = [
    ("", "is empty"),
    ("system_id\n", "has a header and no rows"),
    ("name\nalpha\n", "no column 'system_id'; its first line names name"),
    ("system_id,rbac_configurd\na,true\n", "did you mean 'rbac_configured'"),
    ("system_id,rbac_configured,rbac_configured\na,,\n", "'rbac_configured' is there twice"),
    (
        "system_id,rbac_configured\na,yes\n",
        r"line 2 \('a'\), column rbac_configured: 'yes' is not true",
    ),
    ("system_id,rbac_configured\na,1\n", "'1' is not true, false or empty"),
    ("system_id,rbac_configured\na,true,false\n", "line 2: 'false' stands in a column without a name"),
    ("system_id,,rbac_configured\na,true,\n", "line 2: 'true' stands in a column without a name"),
    ("system_id,rbac_configured\n,true\n", "line 2: system_id is empty"),
    ("system_id\na\na\n", "line 2' and 'inventory.csv, line 3' both describe 'a'"),
    ('system_id\n"a\n', "is not CSV"),
    (b"system_id\n\xff\n", "is not UTF-8"),
]


@pytest.mark.parametrize(("text", "said"), BAD_CSVS, ids=[said for _, said in BAD_CSVS])
def test_a_bad_inventory_is_answered_by_file_line_and_column(text, said, capsys):
    Path("inventory.csv").write_bytes(text if isinstance(text, bytes) else text.encode())
    code, out, err = run(capsys, "assess", "inventory.csv")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert re.search(said, err)
    assert "inventory.csv" in err


def test_parquet_is_read_through_pandas(capsys, monkeypatch):
    frame = pd.DataFrame({"system_id": ["alpha", "beta"], "internet_facing": [True, False]}, index=[5, 6])
    frame["rbac_configured"] = pd.array([None, True], dtype="boolean")
    Path("inventory.parquet").write_bytes(b"read by the stand-in below: the lock file holds no engine")
    monkeypatch.setattr(pd, "read_parquet", lambda file: frame if file.read() else None)
    code, out, err = run(capsys, "assess", "inventory.parquet", "--format", "json")
    assert (code, err) == (0, "")
    assert [model["system"] for model in json.loads(out)] == [system.to_dict() for system in EXPECTED]
    frame["rbac_configured"] = ["yes", "no"]
    assert "row 5 ('alpha'), column rbac_configured: 'yes'" in run(capsys, "assess", "inventory.parquet")[2]


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ImportError("no engine"), "needs pandas and pyarrow"),
        (RuntimeError("bad magic\nbytes"), "as Parquet: bad magic"),
    ],
)
def test_parquet_that_cannot_be_read_is_answered_with_a_sentence(problem, said, capsys, monkeypatch):
    def fails(path):
        raise problem

    Path("inventory.parquet").write_bytes(b"")
    monkeypatch.setattr(pd, "read_parquet", fails)
    code, _, err = run(capsys, "assess", "inventory.parquet")
    assert (code, err.count("\n")) == (2, 1)
    assert said in err


# ---- bad input


BAD = [
    (("assess", "bto.toml"), "did you mean 'bot.toml'"),
    (("assess", "nowhere/bot.toml"), "there is no file 'nowhere"),
    (("assess", "shadowrya"), "did you mean 'shadowray'"),
    (("assess", "systems.xlsx"), "(a file must end in .toml, .json, .csv or .parquet)"),
    (("assess", "."), "'.' is a folder; give the name of a file in it"),
    (("assess", ""), "neither the name of a system nor a file"),
    (("assess", "bad.toml"), "'bad.toml' is not valid TOML"),
    (("assess", "bot.toml", "./bot.toml"), "both describe 'support-bot'"),
    (("assess", "tay", "--fail-at", "high"), "--fail-at is 'high'; give a risk score from 0 to 1"),
    (("assess", "tay", "--fail-at", "nan"), "--fail-at is nan"),
    (("assess", "tay", "--fail-at", "70"), "--fail-at is 70"),
    (("assess", "tay", "--policy", "none.toml"), "there is no file 'none.toml'"),
    (("assess", "tay", "--policy", "nothing.toml"), "'nothing.toml' is empty: it needs at least one bound"),
    (("assess", "tay", "--policy", "bot.toml"), "unknown policy key"),
    (("assess", "tay", "--policy", ""), "'' is no policy file"),
    (("assess", "tay", "--measured", ""), "''"),
    (("assess", "tay", "--fail-at", ""), "--fail-at is ''"),
    (("assess", "tay", "--max-open", ""), "--max-open is ''"),
    (("assess", "tay", "--today", ""), "--today is ''; give a date"),
    (("assess", "tay", "--output", ""), "'' is no name for a file to write"),
    (("assess", "tay", "--today", "tomorrow"), "--today is 'tomorrow'; give a date"),
    (("assess", "tay", "--output", "."), "'.' is a folder"),
    (("assess", "tay", "--output", "no/report"), "there is no folder 'no'"),
    (("assess", "bot.toml", "--output", "./bot.toml"), "is one of the files to read"),
    (("assess", "tay", "--format", "pdf"), "invalid choice: 'pdf'"),
    (("assess", "tay", "--ruleset", "aii"), "invalid choice: 'aii'"),
    (("assess",), "required: FILE"),
    (("asess", "tay"), "invalid choice: 'asess'"),
    ((), "required: COMMAND"),
    (("report", "bot.toml"), "'bot.toml' is no threat model file (a file must end in .json)"),
    (("report", "none.json"), "there is no file 'none.json'"),
    (("report", "empty.json"), "'empty.json' is empty: it needs at least a schema and a system"),
    (("start", "bot.toml"), "'bot.toml' is a file; name a folder"),
    (("start", ""), "'' is no folder; name one to work in, such as my-course"),
    (("start", "mine", "--without", "3"), "unknown lesson to leave out '3'"),
    (("update", "mine"), "holds no copy of the course; 'threatlab start DIR' makes one"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_exit_code_2_and_one_sentence(arguments, said, capsys):
    Path("bad.toml").write_text("name = ")
    Path("empty.json").write_text("[]")
    Path("nothing.toml").write_text("")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("threatlab")
    assert err.count("\n") == 1
    assert said in err
    assert Path("bot.toml").read_text(encoding="utf-8") == SYSTEM


def test_a_working_folder_that_is_gone_is_told(capsys, tmp_path):
    (tmp_path / "gone").mkdir()
    os.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    code, _, err = run(capsys, "assess", "bot.toml")
    assert (code, "the folder that you work in is gone" in err) == (2, True)
    os.chdir(tmp_path)


def test_a_file_that_the_system_refuses_is_no_traceback_either(capsys, monkeypatch):
    def refused(*_, **__):
        raise PermissionError(13, "Permission denied", "bot.toml")

    monkeypatch.setattr("threatlab.cli.assess.read_inputs", refused)
    assert run(capsys, "assess", "bot.toml") == (2, "", "threatlab: bot.toml: Permission denied\n")


def test_a_terminal_gets_no_control_characters_from_a_name():
    assert line("a\x1b[31m\nb", 12) == "a\ufffd[31m b    "
    assert line("日本語の名前", 6) == "日本… "
    assert line("x" * 90, 80) == "x" * 79 + "…"
    assert line("日" * 10_000, 80) == "日" * 39 + "… "
    assert line(" " * 10_000 + "x", 4) == "…   "


COMMANDS = (
    *("::error file=app.py,line=1::forged", "  ::add-mask::x", "::::", "a\r::error::forged"),
    *("a ##[error]forged", "a ##vso[task.setvariable variable=PATH]forged"),
)


@pytest.mark.parametrize("text", COMMANDS)
@pytest.mark.parametrize("form", ["table", "json", "markdown", "html", "sarif"])
def test_no_name_and_no_owner_gives_a_build_server_a_command(form, text, capsys):
    system = AISystem(text, title=text, owner=text, encryption_enabled=False)
    Path("bot.json").write_text(json.dumps(system.to_dict()))
    done = run(capsys, "assess", "bot.json", "--format", form, "--fail-at", "0")
    rows = "\n".join(done[1:]).splitlines()
    assert not [row for row in rows if row.lstrip().startswith("::") or re.search(r"##\w*\[", row)]
    if form == "json":
        assert json.loads(done[1])["system"]["name"] == text


def test_an_argument_is_quoted_in_one_line_that_is_no_command(capsys):
    for arguments in (("assess", "tay", "-x\r\n::error::forged"), ("assess", "tay", "--format", "##vso[x]\x1b[2K")):
        code, out, err = run(capsys, *arguments)
        assert (code, out, len(err.splitlines())) == (2, "", 1)
        assert err.startswith("threatlab")
        assert not re.search(r"##\w*\[|\x1b", err)


def test_standard_error_gets_no_control_characters_and_no_endless_sentence(capsys):
    name = "\x1b[1A\x1b[2K\x1b[32mPASSED\u202e" + "x" * 100_000
    Path("bot.json").write_text(json.dumps(AISystem(name).to_dict()))
    _, _, err = run(capsys, "assess", "bot.json", "--fail-at", "0")
    assert not re.search("[\x1b\u202e]", err)
    assert max(map(len, err.splitlines())) < 1100


# ---- whatever a file holds, the exit code is 0, 1 or 2, and one sentence says why


SEEDS = {
    "bot.toml": SYSTEM.encode(),
    "bot.json": json.dumps(AISystem("bot", uses_tools=True).to_dict()).encode(),
    "inventory.csv": b"system_id,internet_facing,rbac_configured\nalpha,TRUE,\nbeta,false,true\n",
    "model.json": to_json(full().with_(drawing=None)).encode(),
    "policy.toml": b'max_risk = 0.5\nopen_days = { HIGH = 7 }\n[[accepted]]\nwhat = "rbac_configured"\n'
    b'reason = "x"\nowner = "y"\nexpires = 2027-01-01\n',
}
OTHERS = Path(__file__).parents[1] / "data" / "exchange"
THEIRS = {f"their-{file.name}": file.read_bytes() for file in sorted(OTHERS.glob("*.json"))}
THEIRS["their-otm.yaml"] = yaml.safe_dump(json.loads(THEIRS["their-otm.json"])).encode()
WRITTEN = [name for name, each in FORMATS.items() if each.writer]
COPIED = ".threatlab/course/"
MUTATED = int(os.environ.get("THREATLAB_MUTATED", 50 * settings.default.max_examples))


def ways(name, dice):
    """Return what may be asked of a file of that name, by the command: each takes a share of the mutated files."""
    form = ("--format", dice.choice(["table", "json", "markdown", "html", "sarif"]))
    gate = dice.choice([(), ("--fail-at", "0.5"), ("--allow-open", "--fail-at", "0.9")])
    assess = ("assess", name, *gate, *form, "--today", "2026-12-01")
    if name == "policy.toml":
        return [("assess", "whole.toml", "--policy", name, *assess[2:])]
    if name.startswith("mine/"):
        return [("start", "mine"), ("update", "mine")]
    ours = name in SEEDS
    worse = dice.choice([(), ("--fail-if-worse", "0"), ("--fail-if-worse", "0.1", "--allow-open")])
    before = "whole.csv" if name.endswith(".csv") else "tay"
    asked = [assess, ("diff", *dice.choice([(before, name), (name, before)]), *worse, *form)] if ours else []
    if name == "model.json":
        asked += [("report", name, "--format", dice.choice(["markdown", "html", "json", "sarif", "briefing"]))] * 2
    if not ours:
        asked += [("import", name), ("import", name, "-o", "imported.json"), ("assess", name)]
    if not name.endswith(".csv"):
        asked += [("export", name, "--to", dice.choice([*WRITTEN, "atlas-navigator", "csv"]))]
    return asked


@pytest.mark.slow
@pytest.mark.parametrize("part", range(5))
def test_no_mutated_file_is_a_fault_or_a_traceback(part, capsys):
    dice, codes = random.Random(part), Counter()
    assert run(capsys, "start", "mine")[0] == 0
    notebook = min(Path("mine").glob("*.ipynb"), key=lambda file: file.stat().st_size)
    copied = {f"mine/{name}": Path("mine", name).read_bytes() for name in (notebook.name, COPIED + notebook.name)}
    seeds = SEEDS | THEIRS
    Path("whole.toml").write_bytes(SEEDS["bot.toml"])
    Path("whole.csv").write_bytes(SEEDS["inventory.csv"])
    for number in range(MUTATED // 5):
        of = copied if number % 100 == 0 else seeds
        name = list(of)[number % len(of)]
        if name.endswith("json") and dice.random() < 0.5:
            data = json.dumps(mutated_values(dice, json.loads(of[name]))).encode()
        else:
            data = mutated_bytes(dice, of[name])
        Path(name).write_bytes(data)
        arguments = dice.choice(ways(name, dice))
        code, out, err = run(capsys, *arguments)
        if of is copied:
            Path(name).write_bytes(copied[name])
        assert code in (0, 1, 2), (arguments, data)
        assert "has a fault" not in err, (arguments, data[:2000], err)
        assert (code == 2) is (out == ""), (arguments, data[:2000], err)
        assert code != 2 or (err.startswith("threatlab") and err.count("\n") == 1), err
        assert code != 1 or arguments[0] in ("assess", "diff"), arguments
        said = re.sub(r"'[^']*'", "", err)
        assert code != 2 or not re.search(r"\b(?:None|True|False)\b|\(\.\.\.\)|Error\b|\bobject at ", said), err
        codes[arguments[0], code] += 1
    expected = {(command, code) for command in ("assess", "diff", "report", "import", "export") for code in (0, 2)}
    if MUTATED >= 5000:  # of fewer, as `make check` tries, none may have got so far
        assert expected | {("assess", 1), ("diff", 1), ("start", 0), ("update", 0)} <= {*codes}, codes


# ---- report, systems, help


@pytest.mark.parametrize("form", ["markdown", "html", "json", "sarif", "briefing"])
def test_a_saved_threat_model_is_written_in_each_format(form, capsys):
    save_model(full(), "model.json")
    code, out, err = run(capsys, "report", "model.json", "--format", form)
    assert (code, err) == (0, "")
    assert "ShadowRay cluster" in out or form == "sarif"
    if form == "json":
        assert out == Path("model.json").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "begins"), {"r.html": "<!DOCTYPE html>", "r.sarif": "{", "r.md": "# ", "r": "# "}.items()
)
def test_a_report_is_what_the_name_of_its_file_says_unless_a_format_is_given(name, begins, capsys):
    save_model(full(), "model.json")
    assert run(capsys, "report", "model.json", "--output", name) == (0, "", "")
    assert Path(name).read_text(encoding="utf-8").startswith(begins)
    assert run(capsys, "report", "model.json", "--output", name, "--format", "markdown")[0] == 0
    assert Path(name).read_text(encoding="utf-8").startswith("# ")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no such pipes")
@pytest.mark.parametrize("command", ["assess", "report"])
def test_each_of_several_models_in_a_file_is_told_by_a_line_of_its_own(command, capsys):
    names = ("a", "b[],", "c")
    Path("models.json").write_text(to_json(*(ThreatModel(AISystem(name)) for name in names)), encoding="utf-8")
    results = json.loads(run(capsys, command, "models.json", "--format", "sarif")[1])["runs"][0]["results"]
    rows = Path("models.json").read_text(encoding="utf-8").splitlines()
    lines = {
        r["message"]["text"].partition(":")[0]: r["locations"][0]["physicalLocation"]["region"]["startLine"]
        for r in results
    }
    for name in names:
        assert f'"name": "{name}"' in "".join(rows[lines[name] - 1 : lines[name] + 3])
    assert len({*lines.values()}) == len(names)


def test_findings_of_two_models_that_a_code_host_could_not_tell_apart_are_refused(capsys, tmp_path):
    for name in ("a", "b", "c"):
        (tmp_path / name).mkdir()
        save_model(ThreatModel(AISystem(name)), tmp_path / name / "model.json")
    os.chdir("c")
    code, out, err = run(capsys, "report", "../a/model.json", "../b/model.json", "--format", "sarif")
    assert (code, out, "both would be 'model.json': work in the folder that holds them" in err) == (2, "", True)
    code, out, err = run(capsys, "report", "model.json", "model.json", "--format", "sarif")
    assert (code, out, "both describe 'c'" in err) == (2, "", True)
    assert run(capsys, "report", "model.json", "model.json")[0] == 0


@pytest.mark.parametrize("form", ["markdown", "sarif"])
def test_a_saved_threat_model_comes_through_a_pipe_which_is_read_once(form, capsys):
    os.mkfifo("pipe")
    writer = Thread(target=Path("pipe").write_text, args=(to_json(full()),))
    writer.start()
    code, out, err = run(capsys, "report", "pipe", "--format", form)
    writer.join()
    assert (code, "shadowray is in no file" in err) == (0, form == "sarif")
    assert "shadowray" in out


def test_the_built_in_systems_are_listed_by_name_and_title(capsys):
    code, out, _ = run(capsys, "systems")
    assert code == 0
    assert [row.split()[0] for row in out.splitlines()] == list(list_systems())
    assert "ShadowRay cluster" in out
    assert max(map(len, out.splitlines())) <= 80


def test_help_tells_a_newcomer_where_to_start_and_a_pipeline_what_the_exit_codes_are(capsys):
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert "threatlab assess shadowray" in out
    code, out, _ = run(capsys, "assess", "--help")
    assert code == 0
    for said in (
        "exit codes:",
        "0  assessed",
        "1  assessed, and the gate failed",
        "2  not judged",
        "true, false or empty",
    ):
        assert said in out
    assert run(capsys, "--version")[1].startswith("threatlab ")


def test_the_help_of_each_command_says_what_its_exit_codes_mean(capsys):
    commands = re.findall(r"^    ([a-z-]+)  ", run(capsys, "--help")[1], re.MULTILINE)
    assert "hand-in" in commands
    for command in commands:
        codes = run(capsys, command, "--help")[1].partition("exit codes:\n")[2]
        assert re.match(r"  0  .+\n(     .+\n|  1  .+\n)*  2  .+\n", codes), command


@pytest.mark.parametrize("asked", ["--help", "report --help", "--version", "systems"])
def test_what_nobody_could_read_was_not_written(asked, capsys, monkeypatch):
    monkeypatch.setattr("sys.stdout", None)
    assert run(capsys, *asked.split())[::2] == (2, "threatlab: standard output can't be written: it is closed\n")


def test_examples_in_the_help_run_as_they_are_written(capsys):
    facts = "".join(f"{name} = false\n" for name in catalog().facts)
    Path("threat-model.toml").write_text(f'name = "bot"\n[facts]\n{facts}')
    Path("policy.toml").write_text("max_risk = 0.9")
    Path("inventory.csv").write_text(INVENTORY)
    _, out, _ = run(capsys, "assess", "--help")
    examples = re.findall(r"^  threatlab (assess .*)$", out.partition("examples:")[2], re.MULTILINE)
    assert len(examples) == 4
    for example in examples:
        assert run(capsys, *example.split())[::2] == (0, ""), example


# ---- start and update


def test_start_copies_the_course_and_update_corrects_the_copy(capsys):
    code, out, _ = run(capsys, "start", "mine")
    notebooks = sorted(file.name for file in course_folder("notebooks").glob("*.ipynb"))
    assert code == 0
    assert {f"{name}: new" for name in notebooks} < {*out.splitlines()}
    assert out.endswith("Your copy of the course is in 'mine'.\n")
    assert run(capsys, "update", "mine")[1].startswith("No corrections since the last time.\n")
    mine = Path("mine", notebooks[0])
    mine.write_text("spoiled")
    Path("mine/.threatlab/course", mine.name).write_text("{}")
    code, out, _ = run(capsys, "update", "mine")
    assert code == 0
    assert f"{mine.name}: stays as it is" in out
    assert mine.read_text() == "spoiled"


def test_start_finds_what_a_wheel_brought_and_without_it_says_how_to_get_it(capsys, monkeypatch, tmp_path):
    installed = tmp_path / "site-packages" / "threatlab" / "course" / "folder.py"
    monkeypatch.setattr("threatlab.course.folder.__file__", str(installed))
    monkeypatch.setattr("sysconfig.get_path", {"data": str(tmp_path / "environment")}.__getitem__)
    code, _, err = run(capsys, "start", "mine")
    assert code == 2
    assert "clone the course's repository" in err
    assert not Path("mine").exists()

    for name in ("notebooks/00-first.ipynb", "exercises/00-first-exercises.ipynb"):  # as a wheel brings them
        shipped = tmp_path / "environment" / "share" / "threatlab" / name
        shipped.parent.mkdir(parents=True)
        shipped.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}))
        assert run(capsys, "start", "mine")[0] == (0 if "exercises" in name else 2)
    assert {file.name for file in Path("mine").glob("*.ipynb")} == {"00-first.ipynb", "00-first-exercises.ipynb"}


# ---- as a process


def python(*arguments, **options):
    command = [sys.executable, *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment, **options)


@pytest.mark.slow
def test_the_command_loads_nothing_heavy():
    loaded = python(
        "-c", "import sys, threatlab.cli; threatlab.cli.main(['assess', 'tay']); print(*sys.modules)"
    ).stdout
    assert "threatlab.report" in loaded
    assert not {"pandas", "numpy", "sklearn", "matplotlib", "ipywidgets"} & set(loaded.split())


@pytest.mark.slow
def test_the_module_runs_as_the_command_does_and_gives_its_exit_code_to_the_shell():
    assert python("-m", "threatlab", "assess", "shadowray", "--fail-at", "0.1").returncode == 1
    assert python("-m", "threatlab", "assess", "nothing.toml").returncode == 2


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="a shell's pipe")
def test_a_reader_that_has_seen_enough_is_no_error_and_the_gate_is_told_all_the_same():
    asked = "assess tay --format html --fail-at 0.1 --allow-open"
    script = f"'{sys.executable}' -m threatlab {asked} | true; echo ${{PIPESTATUS[0]}}"
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, env=environment)
    assert done.stdout == "1\n"
    assert "Traceback" not in done.stderr
    assert done.stderr.count("gate failed") == 1


@pytest.mark.slow
def test_a_terminal_that_lacks_a_character_gets_the_rest():
    Path("umlaut.toml").write_text('name = "größe → 日本"', encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONIOENCODING": "ascii"}
    command = [sys.executable, "-m", "threatlab", "assess", "umlaut.toml"]
    done = subprocess.run(command, capture_output=True, check=False, env=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"gr\\xf6" in done.stdout


@pytest.mark.parametrize("asked", [("assess", "bot.toml", "--format", "json"), ("export", "bot.toml", "--to", "csv")])
def test_standard_output_holds_what_a_file_would_also_where_lines_end_otherwise(asked, monkeypatch):
    main([*asked, "-o", "written"])
    screen = io.TextIOWrapper(io.BytesIO(), encoding="cp1252", newline="\r\n")  # as on Windows
    monkeypatch.setattr("sys.stdout", screen)
    assert main(asked) == 0
    assert screen.buffer.getvalue() == Path("written").read_bytes()


@pytest.mark.parametrize(
    "asked", ["assess bot.toml -o", "export bot.toml --to csv -o", "hand-in", "record write", "class . -o"]
)
def test_a_dash_is_standard_output_and_no_file_whatever_the_command(asked, capsys):
    files = set(Path().iterdir())
    assert run(capsys, *asked.split(), "written")[0] == 0
    code, out, err = run(capsys, *asked.split(), "-")
    assert code == 0
    assert out.splitlines()[-1] == Path("written").read_text("utf-8").splitlines()[-1] or "record" in asked
    assert out.startswith(Path("written").read_text("utf-8")[:20])
    assert set(Path().iterdir()) == files | {Path("written")}
    if asked in {"hand-in", "record write"}:
        assert "-: " in err or "Written to -" in err
        assert "already" in run(capsys, *asked.split(), "written")[2], "nothing is written over"


def test_a_record_on_standard_output_is_verified_whoever_it_names(capsys):
    Path("mine.jsonl").write_text(run(capsys, "record", "write", "-", "--name", "##vso[task]x")[1], "utf-8")
    assert "##vso [task]x" in Path("mine.jsonl").read_text("utf-8")
    assert run(capsys, "record", "verify", "mine.jsonl")[0] == 0


def test_no_folder_is_called_a_dash(capsys):
    code, _, err = run(capsys, "start", "-")
    assert (code, err) == (2, "threatlab: '-' is no folder; name one to work in, such as my-course\n")


@pytest.mark.skipif(os.name == "nt", reason="a signal of POSIX")
def test_what_ends_a_process_leaves_nothing_half_written(capsys, monkeypatch):
    def untaken(*_):
        raise AssertionError("nobody took the signal")

    before = signal.signal(signal.SIGTERM, untaken)
    Path("old.html").write_text("old", encoding="utf-8")
    monkeypatch.setattr("threatlab.files._write", half_written)
    try:
        code, out, err = run(capsys, "assess", "bot.toml", "--format", "html", "-o", "old.html")
        assert signal.getsignal(signal.SIGTERM) is untaken
    finally:
        signal.signal(signal.SIGTERM, before)
    assert (code, out, err) == (2, "", "threatlab: interrupted; a file that was being written is as it was\n")
    assert (Path("old.html").read_text("utf-8"), len(list(Path().iterdir()))) == ("old", 2)


def half_written(file, mode, data, *, durable):
    with file.open(mode) as opened:
        opened.write(data[:10])
        signal.raise_signal(signal.SIGTERM)


def test_where_standard_error_is_closed_nothing_of_it_is_on_standard_output(capsys, monkeypatch):
    expected = run(capsys, "assess", "bot.toml", "--format", "json")[1]
    monkeypatch.setattr("sys.stderr", None)
    assert main(["assess", "bot.toml", "--format", "json", "--fail-at", "0"]) == 1
    assert capsys.readouterr().out == expected


# ---- other tools


def test_an_import_says_what_became_of_the_file_and_saves_a_threat_model(capsys):
    code, out, err = run(capsys, "import", str(OTHERS / "otm.json"), "-o", "model.json")
    found = read(OTHERS / "otm.json")
    assert (code, err) == (0, "")
    assert found.statement in out
    for question in found.questions:
        assert question.asks.split()[0] in out
    assert max(map(len, out.splitlines())) <= 80
    assert load_model("model.json").drawing == found.drawing


def test_an_import_names_each_threat_that_is_surely_ours_and_asks_of_the_others_which_is_meant(capsys):
    document = json.loads((OTHERS / "otm.json").read_text("utf-8"))
    more = [{"id": f"x{n}", "name": "A flood in the cellar", "risk": {"likelihood": 1, "impact": 1}} for n in range(2)]
    more.append(more[0] | {"id": "y", "name": "Jailbreak to leak personal data"})
    document["threats"] += more
    Path("otm.json").write_text(json.dumps(document), encoding="utf-8")
    _, out, _ = run(capsys, "import", "otm.json")
    assert re.search(r"^Prompt injection in a question +Prompt injection: it says", out, re.MULTILINE)
    asked = out.partition("WHICH OF OUR THREATS IS MEANT")[2]
    assert "  A flood in the cellar (2 times)\n" in asked
    assert "  Jailbreak to leak personal data: Privacy breach or Prompt injection?\n" in asked
    run(capsys, "export", "otm.json", "--to", "otm", "-o", "ours.json")
    assert "the same, written by" in run(capsys, "import", "ours.json")[1]


def test_an_export_brings_back_what_was_imported_and_what_was_found(capsys):
    run(capsys, "import", str(OTHERS / "threat-dragon.json"), "-o", "model.json")
    code, out, err = run(capsys, "export", "model.json", "--to", "threat-dragon")
    assert (code, err) == (0, "")
    assert json.loads(out) == json.loads(write_model(load_model("model.json"), FORMATS["threat-dragon"]).text)


def test_an_export_says_on_standard_error_what_is_not_ours_to_know(capsys):
    code, out, err = run(capsys, "export", "shadowray", "--to", "threat-model-library")
    assert code == 0
    assert "note: business_criticality" in err
    assert json.loads(out)["scope"]["title"] == load_system("shadowray").title


def test_of_a_system_without_a_drawing_one_element_stands_for_the_whole(capsys):
    code, out, err = run(capsys, "export", "bot.toml", "--to", "otm")
    assert code == 0
    assert "note: nothing is drawn: one element, 'support-bot', stands for the whole" in err
    assert [each["name"] for each in json.loads(out)["components"]] == ["support-bot"]


@pytest.mark.parametrize("target", ["atlas-navigator", "csv"])
def test_a_system_without_a_drawing_can_go_to_what_needs_none(target, capsys):
    code, out, err = run(capsys, "export", "bot.toml", "--to", target)
    assert (code, err) == (0, "")
    assert "support-bot" in out


@pytest.mark.parametrize("file", sorted(OTHERS.glob("*.json")), ids=lambda file: file.stem)
def test_assess_says_what_another_tools_file_is_and_which_command_reads_it(file, capsys):
    code, out, err = run(capsys, "assess", str(file))
    assert (code, out) == (2, "")
    said = f"it is a model of another tool, {read(file).format.title}: 'threatlab import' reads it"
    assert said in err
    Path("same.yaml").write_text(file.read_text("utf-8"), encoding="utf-8")  # JSON is YAML, too
    assert said in run(capsys, "assess", "same.yaml")[2]


@pytest.mark.parametrize("command", [("import",), ("export", "--to", "otm"), ("report",)])
def test_import_export_and_report_read_standard_input_once(command, capsys, monkeypatch):
    given = to_json(full()) if command[0] == "report" else (OTHERS / "otm.json").read_text("utf-8")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given.encode())))
    code, out, err = run(capsys, *command, "-")
    assert (code, err) == (0, "")
    assert ("ShadowRay" if command[0] == "report" else "Parcel") in out
    code, out, err = run(capsys, *command, "-")
    assert (code, out, "standard input is empty" in err) == (2, "", True)
    monkeypatch.setattr("sys.stdin", None)
    assert run(capsys, *command, "-")[::2] == (2, "threatlab: standard input is closed; give a file\n")


def test_what_is_imported_to_standard_output_goes_into_the_next_command(capsys, monkeypatch):
    code, out, err = run(capsys, "import", str(OTHERS / "otm.json"), "-o", "-")
    assert (code, err) == (0, f"threatlab: {read(OTHERS / 'otm.json').statement}\n")
    assert not Path("-").exists()
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(out.encode())))
    assert "Parcel" in run(capsys, "report", "-")[1]


def test_nothing_is_half_imported(capsys):
    document = json.loads((OTHERS / "otm.json").read_text("utf-8"))
    document["components"][0]["parent"] = {}
    Path("bad.json").write_text(json.dumps(document), encoding="utf-8")
    Path("model.json").write_text("old", encoding="utf-8")
    code, out, err = run(capsys, "import", "bad.json", "-o", "model.json")
    assert (code, out) == (2, "")
    assert "components, number 1: its parent names no trustZone and no component" in err
    assert Path("model.json").read_text("utf-8") == "old"
    code, _, err = run(capsys, "import", "bad.json", "-o", "bad.json")
    assert (code, json.loads(Path("bad.json").read_text("utf-8"))) == (2, document)
