"""`threatlab diff`: every kind of file, git's revisions, the gate, and what a code host reads."""

from __future__ import annotations

import io
import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.unit.test_cli import INVENTORY, SYSTEM, run
from tests.unit.test_report_sarif import KEEPS
from tests.unit.threat_models import full
from threatlab import assess, diff, diff_inventory, list_systems, load_system
from threatlab.changes import to_json, to_markdown, to_text
from threatlab.dataflow.facts import system_from
from threatlab.dataflow.files import drawing_to_toml, load_drawing
from threatlab.report import load_model, save_model

SAFER = SYSTEM.replace("rbac_configured = false", "rbac_configured = true")
WORSE = SYSTEM.replace("[controls]", "internet_facing = true\n[controls]")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """A folder to work in, with three states of a system."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name, text in {"bot": SYSTEM, "safer": SAFER, "worse": WORSE}.items():
        Path(f"{name}.toml").write_text(text, encoding="utf-8")
    return tmp_path


def commit(*files):
    """Commit files to the repository in this folder."""
    identity = ("-c", "user.name=Kim", "-c", "user.email=kim@example.org", "-c", "commit.gpgsign=false")
    for command in (("add", *files), (*identity, "commit", "-q", "-m", "A change")):
        subprocess.run(["git", *command], check=True)


@pytest.fixture
def repository(folder):
    """A git repository in the folder, whose only commit holds services/bot.toml as it was."""
    inside = folder / "services"
    inside.mkdir()
    (inside / "bot.toml").write_text(SYSTEM, encoding="utf-8")
    subprocess.run(["git", "init", "-q", "-b", "main"], check=True)
    commit("services")
    (inside / "bot.toml").write_text(SAFER, encoding="utf-8")
    return folder


def test_two_system_files_are_compared_in_each_format(capsys):
    change = diff(load_system("bot.toml"), load_system("safer.toml"))
    assert [answer.attribute for answer in change.answers] == ["rbac_configured"]
    for form, text in {"table": to_text(change), "markdown": to_markdown(change), "json": to_json(change)}.items():
        assert run(capsys, "diff", "bot.toml", "safer.toml", "--format", form) == (0, text, "")
        assert run(capsys, "diff", "bot.toml", "safer.toml", "--format", form, "-o", "changes.out") == (0, "", "")
        assert Path("changes.out").read_text(encoding="utf-8") == text


def test_threat_models_drawings_inventories_and_built_in_systems_are_told_apart_by_what_they_hold(capsys):
    save_model(full(), "model.json")
    save_model(full().with_(plan=None), "before.json")
    text = run(capsys, "diff", "before.json", "model.json")[1]
    assert text == to_text(diff(load_model("before.json"), load_model("model.json")))
    assert "planned step" in text
    drawing = load_drawing("shadowray")
    Path("drawing.toml").write_text(drawing_to_toml(drawing.without_flow(1)), encoding="utf-8")
    Path("drawn.toml").write_text(drawing_to_toml(drawing), encoding="utf-8")
    assert run(capsys, "diff", "drawing.toml", "drawn.toml")[1] == to_text(diff(drawing.without_flow(1), drawing))
    Path("was.csv").write_text(INVENTORY)
    Path("is.csv").write_text(INVENTORY.replace("beta,false", "beta,true") + "gamma,true,true\n")
    text = run(capsys, "diff", "was.csv", "is.csv")[1]
    assert text.startswith("1 of 2 systems changed, 1 new, 0 gone\n")
    assert run(capsys, "diff", "tay", "shadowray")[1] == to_text(diff(load_system("tay"), load_system("shadowray")))


def test_one_side_may_be_standard_input(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(SAFER.encode())))
    assert run(capsys, "diff", "bot.toml", "-")[1] == to_text(diff(load_system("bot.toml"), load_system("safer.toml")))


def test_a_drawing_is_assessed_as_the_system_that_it_shows(capsys):
    drawing = load_drawing("shadowray")
    Path("drawing.toml").write_text(drawing_to_toml(drawing), encoding="utf-8")
    assert run(capsys, "assess", "drawing.toml", "--format", "json", "-o", "drawn.json")[0] == 0
    model = load_model("drawn.json")
    assert (model.system, model.drawing) == (system_from(drawing), drawing)


def test_several_threat_models_in_one_file_are_an_inventory(capsys):
    assert run(capsys, "assess", *list_systems()[:3], "--format", "json", "-o", "was.json")[0] == 0
    assert run(capsys, "assess", *list_systems()[1:4], "--format", "json", "-o", "is.json")[0] == 0
    was, now = ([load_system(name) for name in names] for names in (list_systems()[:3], list_systems()[1:4]))
    assert run(capsys, "diff", "was.json", "is.json")[1] == to_text(diff_inventory(was, now))


# ---- git


def test_a_file_at_a_revision_is_compared_with_what_it_is_now(repository, capsys, monkeypatch):
    expected = to_text(diff(load_system("bot.toml"), load_system("safer.toml")))
    assert run(capsys, "diff", "main:services/bot.toml", "services/bot.toml") == (0, expected, "")
    monkeypatch.chdir(repository / "services")
    assert run(capsys, "diff", "HEAD:bot.toml", "bot.toml") == (0, expected, "")
    monkeypatch.chdir("/")
    place = repository / "services" / "bot.toml"
    assert run(capsys, "diff", f"main:{place}", str(place)) == (0, expected, "")
    assert "NOTHING CHANGED" in run(capsys, "diff", f"main:{place}", f"HEAD:{place}")[1]


def test_a_file_at_a_revision_is_named_as_git_names_it_too(repository, capsys, monkeypatch):
    Path("link.toml").symlink_to("services/bot.toml")
    commit("link.toml")
    expected = to_text(diff(load_system("bot.toml"), load_system("safer.toml")))
    assert run(capsys, "diff", "HEAD:link.toml", "link.toml") == (0, expected, "")
    subprocess.run(["git", "add", "services"], check=True)
    assert run(capsys, "diff", "HEAD:services/bot.toml", ":services/bot.toml") == (0, expected, "")
    monkeypatch.chdir("services")
    asked = ("diff", "HEAD:services/bot.toml", "bot.toml")
    assert run(capsys, *asked)[1] == expected
    assert '"uri": "services/bot.toml"' in run(capsys, *asked, "--format", "sarif")[1]


def test_a_hook_of_a_linked_worktree_reads_what_it_names(repository, capsys, monkeypatch):
    subprocess.run(["git", "worktree", "add", "-q", "linked"], check=True)
    monkeypatch.chdir("linked")
    Path("services/bot.toml").write_text(SAFER, encoding="utf-8")
    monkeypatch.setenv("GIT_DIR", str(repository / ".git" / "worktrees" / "linked"))  # as git does
    expected = to_text(diff(load_system("../bot.toml"), load_system("../safer.toml")))
    assert run(capsys, "diff", "HEAD:services/bot.toml", "services/bot.toml") == (0, expected, "")


def test_what_git_says_is_told_whole(repository, capsys, monkeypatch):
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # as in a container
    code, _, err = run(capsys, "diff", "main:services/bot.toml", "bot.toml")
    assert (code, err.count("\n"), "dubious ownership" in err) == (2, 1, True)
    assert err.endswith(f"git config --global --add safe.directory {repository}\n")


def test_a_name_with_a_colon_is_a_file_if_there_is_one(repository, capsys):
    Path("main:services").mkdir()
    Path("main:services/bot.toml").write_text(WORSE, encoding="utf-8")
    text = run(capsys, "diff", "main:services/bot.toml", "bot.toml")[1]
    assert text == to_text(diff(load_system("worse.toml"), load_system("bot.toml")))


BAD_REVISIONS = [
    ("nain:services/bot.toml", "'nain:services/bot.toml' can't be read: git says: invalid object name 'nain'; name a"),
    ("main:services/bto.toml", "'services/bto.toml' does not exist in 'main'"),
    ("main:nowhere/at/all.toml", "'nowhere/at/all.toml' does not exist in 'main'"),
    ("main:services", "can't be read: git says: "),
    ("--upload-pack=x:services/bot.toml", "'--upload-pack=x' is no revision of git; give a branch"),
    ("main:services/b\0t.toml", "can't be read: embedded null byte"),
    ("main:services/broken.toml", "'main:services/broken.toml' is not valid TOML"),
]


@pytest.mark.parametrize(("given", "said"), BAD_REVISIONS, ids=[given for given, _ in BAD_REVISIONS])
def test_a_revision_that_cannot_be_read_is_answered_with_one_sentence(given, said, repository, capsys):
    Path("services/broken.toml").write_text("name = ")
    commit("services/broken.toml")
    code, out, err = run(capsys, "diff", "--", given, "bot.toml")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert said in err


def test_outside_of_a_repository_and_without_git_a_revision_is_refused(folder, capsys, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(folder.parent))
    code, _, err = run(capsys, "diff", "main:bot.toml", "bot.toml")
    assert code == 2
    assert "not a git repository" in err
    monkeypatch.setenv("PATH", str(folder))
    assert "git is not installed" in run(capsys, "diff", "main:bot.toml", "bot.toml")[2]


# ---- the gate


def test_the_gate_closes_where_a_score_rose_by_more_than_is_allowed(capsys):
    rise = assess(load_system("worse.toml")).risk_score - assess(load_system("bot.toml")).risk_score
    code, out, err = run(capsys, "diff", "bot.toml", "worse.toml", "--fail-if-worse", "0")
    assert code == 1
    assert "internet_facing" in out  # the result is shown all the same
    assert re.fullmatch(
        rf"threatlab: gate failed: support-bot: The risk score rose by {rise:.2f} from 0\.\d\d; 0 is allowed\.\n", err
    )
    assert run(capsys, "diff", "bot.toml", "worse.toml", "--fail-if-worse", f"{rise:.2f}")[0] == 0
    for old, new in (("bot", "bot"), ("bot", "safer")):
        assert run(capsys, "diff", f"{old}.toml", f"{new}.toml", "--fail-if-worse", "0")[0] == 0


def test_a_gate_that_passes_says_how_much_is_open(capsys):
    asked = len(assess(load_system("bot.toml")).open_questions)
    _, _, err = run(capsys, "diff", "bot.toml", "bot.toml", "--fail-if-worse", "0")
    assert err.startswith(f"threatlab: gate passed: support-bot: {asked} of ")
    assert run(capsys, "diff", "bot.toml", "bot.toml")[2] == ""


def test_leaving_an_answer_out_opens_no_gate(capsys):
    silent = WORSE.replace("internet_facing = true", "").replace("generates_content", "makes_predictions")
    Path("silent.toml").write_text(silent)
    code, _, err = run(capsys, "diff", "worse.toml", "silent.toml", "--fail-if-worse", "0")
    change = diff(load_system("worse.toml"), load_system("silent.toml"))
    assert change.by < 0
    assert code == 1
    assert "Answered before, and open now: generates_content and internet_facing." in err
    assert run(capsys, "diff", "worse.toml", "silent.toml", "--fail-if-worse", "0", "--allow-open")[0] == 0


def test_each_system_of_an_inventory_is_held_against_the_gate(capsys):
    Path("was.csv").write_text("system_id,generates_content,internet_facing\nalpha,true,false\nbeta,true,false\n")
    Path("is.csv").write_text(
        "system_id,generates_content,internet_facing\nalpha,true,true\nbeta,true,false\nnew,true,true\n"
    )
    code, _, err = run(capsys, "diff", "was.csv", "is.csv", "--fail-if-worse", "0.01")
    assert code == 1
    assert re.findall(r"gate failed: (\w+):", err) == ["alpha"]


# ---- SARIF


def test_sarif_says_of_each_result_whether_it_is_new_and_keeps_those_that_are_gone(repository, capsys):
    Path("services/bot.toml").write_text(SAFER.replace("generates_content", "uses_tools"), encoding="utf-8")
    code, out, _ = run(capsys, "diff", "main:services/bot.toml", "services/bot.toml", "--format", "sarif")
    assert code == 0
    log = json.loads(out)
    KEEPS.validate(log)
    change = diff(load_system("bot.toml"), load_system("services/bot.toml"))
    states = {}
    for result in log["runs"][0]["results"]:
        states.setdefault(result["baselineState"], []).append(result["ruleId"])
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uri"] == "services/bot.toml"
        assert place["region"]["startLine"] >= 1
    assert states["new"] == [finding.attribute for finding in change.opened] != []
    assert states["absent"] == [finding.attribute for finding in change.closed] != []
    assert "rbac_configured" in states["absent"]
    rest = {f.attribute for f in change.new.assessment.findings} - {*states["new"]}
    assert {*states["unchanged"]} == rest


def test_a_finding_that_says_something_else_is_updated(capsys):
    Path("known.toml").write_text(SYSTEM + "encryption_enabled = false\n")
    _, out, _ = run(capsys, "diff", "bot.toml", "known.toml", "--format", "sarif")
    states = {result["ruleId"]: result["baselineState"] for result in json.loads(out)["runs"][0]["results"]}
    assert states.pop("encryption_enabled") == "updated"
    assert {*states.values()} == {"unchanged"}


def test_what_a_built_in_system_had_before_is_not_new(capsys):
    Path("shadowray.json").write_text(json.dumps(load_system("shadowray").to_dict()))
    _, out, _ = run(capsys, "diff", "shadowray", "shadowray.json", "--format", "sarif")
    assert {result["baselineState"] for result in json.loads(out)["runs"][0]["results"]} == {"unchanged"}


def test_a_report_without_an_earlier_review_has_no_baseline(capsys):
    assert "baselineState" not in run(capsys, "assess", "bot.toml", "--format", "sarif")[1]


# ---- bad input, help


BAD = [
    (("bto.toml", "bot.toml"), "did you mean 'bot.toml'"),
    (("shadowrya", "tay"), "unknown system 'shadowrya': did you mean 'shadowray'"),
    (("bot.toml", "."), "'.' is a folder"),
    (("bot.toml", "empty.toml"), "'empty.toml' is empty"),
    (("bot.toml", "list.json"), "'list.json': schema is null"),
    (("bot.toml", "bot.toml", "--fail-if-worse", "much"), "--fail-if-worse is 'much'; give a rise from 0 to 1"),
    (("bot.toml", "bot.toml", "--fail-if-worse", "nan"), "--fail-if-worse is nan; give a rise from 0 to 1"),
    (("bot.toml", "safer.toml", "--output", "safer.toml"), "is one of the files to read"),
    (("bot.toml", "core.json"), "scored by ruleset 'ai', and is by 'core'; take one for both"),
    (("bot.toml",), "required: NEW"),
]


@pytest.mark.parametrize(("arguments", "said"), BAD, ids=[said for _, said in BAD])
def test_bad_input_is_exit_code_2_and_one_sentence(arguments, said, capsys):
    Path("empty.toml").write_text("")
    Path("list.json").write_text('[{"name": "a"}]')
    save_model(full().with_(ruleset="core"), "core.json")
    code, out, err = run(capsys, "diff", *arguments)
    assert (code, out) == (2, "")
    assert err.startswith("threatlab")
    assert err.count("\n") == 1
    assert said in err


def test_examples_in_the_help_run_as_they_are_written(repository, capsys):
    Path("services/bot.toml").rename("threat-model.toml")
    commit("threat-model.toml")
    for name in ("last-review.json", "model.json"):
        save_model(full(), name)
    for name in ("old.csv", "new.csv"):
        Path(name).write_text(INVENTORY)
    _, out, _ = run(capsys, "diff", "--help")
    examples = re.findall(r"^  threatlab (diff .*)$", out.partition("examples:")[2], re.MULTILINE)
    assert len(examples) == 3
    for example in examples:
        assert run(capsys, *example.split())[0] == 0, example
