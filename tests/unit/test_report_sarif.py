"""SARIF: what code hosts read keeps to the format, says the same at every run, and hides only what holds."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.unit.strategies import CONTROLS
from tests.unit.test_measured import BEHIND, CONTROL, SYSTEM
from tests.unit.threat_models import BARE, HOSTILE, full, models, quick, with_text
from threatlab import AISystem
from threatlab.catalog import SEVERITIES, catalog
from threatlab.measured import said_of
from threatlab.report import Source, ThreatModel, sarif, to_sarif
from threatlab.report.sarif import LEVELS, left_out

SUBSET = Path(__file__).parents[1] / "data" / "sarif-subset.schema.json"
KEEPS = Draft202012Validator(
    json.loads(SUBSET.read_text(encoding="utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
)


def run_of(*given_models, sources=None):
    sources = [Source("m.toml")] * len(given_models) if sources is None else sources
    log = json.loads(to_sarif(*given_models, sources=sources))
    KEEPS.validate(log)
    return log["runs"][0]


@quick
@given(models())
def test_there_is_a_result_for_each_finding_that_is_not_accepted_with_its_rule_and_level(model):
    run = run_of(model)
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    findings = [each for each in model.assessment.findings if not model.accepted(each.attribute)]
    (system,) = run["properties"]["systems"]
    assert system["accepted"] == len(model.assessment.findings) - len(findings)
    assert [result["ruleId"] for result in results] == [finding.attribute for finding in findings]
    for result, finding in zip(results, findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == finding.attribute
        assert result["level"] == LEVELS[finding.severity]
        assert result["properties"]["unknown"] is finding.unknown
        assert finding.finding in result["message"]["text"]
        assert ("answer it first" in result["message"]["text"]) is finding.unknown


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_leaves_the_file_a_valid_one(text):
    run = run_of(with_text(text), sources=[Source(f"a/{text}".replace("\\", "/").strip())])
    json.dumps(run, ensure_ascii=False).encode("utf-8")  # no half character is left


def test_no_name_is_a_link_in_a_message():
    run = run_of(with_text("![see](https://a.example) [here](1)"), sources=[Source("a")])
    for result in run["results"]:
        assert not re.search(r"\[[^\]]*\]\(", result["message"]["text"])


def test_there_is_one_rule_for_each_control_of_the_ruleset_with_its_published_ids():
    rules = {rule["id"]: rule for rule in run_of(BARE)["tool"]["driver"]["rules"]}
    assert list(rules) == list(catalog().controls)
    guard = rules["prompt_guardrails_enabled"]["properties"]
    assert "LLM01:2025 Prompt Injection" in guard["lists"]
    assert all(
        technique.id in guard["tags"] for technique in catalog().controls["prompt_guardrails_enabled"].atlas_techniques
    )
    assert len(run_of(ThreatModel(AISystem("x"), ruleset="core"))["tool"]["driver"]["rules"]) == 3


def test_severities_fall_into_the_bands_that_code_hosts_rank_by():
    bands = {"CRITICAL": (9.0, 10.0), "HIGH": (7.0, 9.0), "MEDIUM": (4.0, 7.0), "LOW": (0.1, 4.0)}
    for rule in run_of(BARE)["tool"]["driver"]["rules"]:
        low, high = bands[rule["properties"]["severity"]]
        assert low < float(rule["properties"]["security-severity"]) < high


def test_a_finding_keeps_its_fingerprint_whatever_else_changes_and_shares_it_with_no_other():
    def prints(model, **options):
        return {
            r["ruleId"]: r["partialFingerprints"]["systemAndControl/v1"] for r in run_of(model, **options)["results"]
        }

    first, later = prints(full()), prints(full().with_(made_on=date(2030, 1, 1)), sources=[Source("moved.toml", 9)])
    assert first.items() <= later.items()  # an acceptance has expired since then
    other = prints(full().with_(system=AISystem("other", **full().system.known)))
    assert not {*first.values()} & {*other.values()}
    assert len(set(first.values())) == len(first)


def test_an_accepted_finding_is_left_out_until_its_acceptance_expires():
    at = {result["ruleId"] for result in run_of(full())["results"]}
    assert "rbac_configured" not in at  # accepted until 2027-02-01
    assert "encryption_enabled" in at  # its acceptance expired the day before
    expired = run_of(full().with_(made_on=date(2027, 2, 2)))["results"]
    assert "rbac_configured" in {result["ruleId"] for result in expired}


def test_a_finding_points_at_its_line_and_what_is_in_no_file_is_left_out_with_a_word():
    source = Source("sub folder/threat model.toml", 3, {"service_exposure_hardened": 7})
    places = {r["ruleId"]: r["locations"][0] for r in run_of(full(), sources=[source])["results"]}
    physical = places["service_exposure_hardened"]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "sub%20folder/threat%20model.toml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"]["startLine"] == 7
    assert places["encryption_enabled"]["physicalLocation"]["region"]["startLine"] == 3
    run = run_of(full(), BARE, sources=[None, source])
    assert {result["message"]["text"].partition(":")[0] for result in run["results"]} == {BARE.system.name}
    assert run["properties"]["leftOut"] == left_out(full(), BARE, sources=[None, source])
    assert run["properties"]["leftOut"][0].startswith("shadowray is in no file")


def test_what_was_measured_on_the_real_system_stands_with_its_control_and_its_system():
    run = run_of(ThreatModel(SYSTEM.with_(**{CONTROL: False}), measured=[BEHIND]))
    said = f"Measured on the real system: {said_of(BEHIND)}"
    assert [said in each["message"]["text"] for each in run["results"]] == [
        each["ruleId"] == CONTROL for each in run["results"]
    ]
    assert [said in each for each in run["properties"]["systems"][0]["measured"]] == [True]


def test_several_systems_make_one_run():
    run = run_of(full(), BARE)
    assert [each["name"] for each in run["properties"]["systems"]] == ["shadowray", "support-bot"]
    assert len(run["results"]) == len(run_of(full())["results"]) + len(BARE.assessment.findings)


@pytest.mark.parametrize(("taken", "displayed", "sentences"), [(9, 4, 2), (99, 4, 1), (99, 99, 0)])
def test_what_code_hosts_do_not_take_is_left_out_least_severe_first_and_said(taken, displayed, sentences, monkeypatch):
    monkeypatch.setattr(sarif, "TAKEN", taken)
    monkeypatch.setattr(sarif, "DISPLAYED", displayed)
    three = [ThreatModel(AISystem(f"bot-{n}")) for n in range(3)]
    all_of_them = sorted((f.severity for m in three for f in m.assessment.findings), key=SEVERITIES.index)
    run = run_of(*three)
    kept = [result["properties"]["severity"] for result in run["results"]]
    assert sorted(kept, key=SEVERITIES.index) == all_of_them[:taken]
    assert len(run["properties"]["leftOut"]) == sentences
    assert (f"the {len(all_of_them) - taken} least severe" in str(run["properties"]["leftOut"])) is (sentences == 2)
    there = {**dict.fromkeys(CONTROLS, True), "staff_trained": False}
    mended, file = ThreatModel(AISystem("bot-0", **there)), [Source("m.toml")]
    log = to_sarif(mended, sources=file, before=three, before_sources=file * 3)
    states = Counter(each["baselineState"] for each in json.loads(log)["runs"][0]["results"])
    assert states.total() - states["absent"] == len(mended.assessment.findings) < taken  # what is gone makes room


FORMS = {
    "toml": '[notes]\nuses_tools = "uses_tools = true"\n[facts]\nkeeps_memory = true\nuses_tools = true\n',
    "inline": 'notes = {uses_tools = "why"}\nfacts = {\n keeps_memory = true,\n "uses_tools" = true }\n',
    "dotted": "facts.keeps_memory = false\n\n\nfacts.uses_tools = false\n",
    "json": '{"name": "x", "notes": {"uses_tools":\n "x"}, "facts":\n{"keeps_memory": true,\n"uses_tools": true}}',
}


@pytest.mark.parametrize("form", FORMS)
def test_the_line_of_an_answer_is_found_however_it_is_written(form, tmp_path):
    suffix, text = ".json" if form == "json" else ".toml", FORMS[form]
    if suffix == ".toml":
        text = f'name = "x"\n{text}'
    lines = Source.at(tmp_path / f"m{suffix}", 1, text).lines
    rows = text.splitlines()
    last = max(number for number, row in enumerate(rows, 1) if "uses_tools" in row)
    first = next(number for number, row in enumerate(rows, 1) if "keeps_memory" in row)
    if "inline" in form and sys.version_info < (3, 14):  # an inline table of several lines is TOML 1.1
        assert lines == {}
    else:
        assert lines == {"keeps_memory": first, "uses_tools": last}


def test_a_file_is_named_from_the_root_of_its_repository_or_else_from_the_working_folder(tmp_path, monkeypatch):
    (tmp_path / "repository" / ".git").mkdir(parents=True)
    (tmp_path / "repository" / "ml").mkdir()
    (tmp_path / "work").mkdir()
    monkeypatch.chdir(tmp_path / "work")
    assert Source.at(Path("../repository/ml/m.toml")).file == "ml/m.toml"
    assert Source.at(Path("m.toml")).file == Source.at(tmp_path / "m.toml").file == "m.toml"
    monkeypatch.chdir(tmp_path / "repository" / "ml")
    assert Source.at(Path("m.toml")).file == "ml/m.toml"


def test_a_link_is_named_by_what_it_leads_to_where_that_is_in_the_repository(tmp_path, monkeypatch):
    repository, outside = tmp_path / "repository", tmp_path / "outside"
    for folder in (repository / ".git", repository / "ml", outside / "a"):
        folder.mkdir(parents=True)
    for file in (repository / "ml" / "m.toml", outside / "a" / "m.toml"):
        file.touch()
    links = {
        repository / "link.toml": repository / "ml" / "m.toml",
        repository / "folder": repository / "ml",
        repository / "away.toml": outside / "a" / "m.toml",
        tmp_path / "home": repository / "ml",
        tmp_path / "work": outside,
    }
    for link, target in links.items():
        link.symlink_to(target)
    named = {
        "repository/link.toml": "ml/m.toml",
        "repository/folder/m.toml": "ml/m.toml",
        "repository/away.toml": "away.toml",
        "home/m.toml": "ml/m.toml",
        "home/../link.toml": "link.toml",
    }
    assert {each: Source.at(tmp_path / each).file for each in named} == named | {"home/../link.toml": "ml/m.toml"}
    monkeypatch.chdir(tmp_path / "work")
    assert Source.at(tmp_path / "work" / "a" / "m.toml").file == Source.at(Path("a/m.toml")).file == "a/m.toml"


def test_a_name_that_is_no_utf_8_is_written_byte_for_byte():
    log = json.loads(to_sarif(full(), sources=[Source("caf\udce9 \ud83d/100%.toml")]))
    where = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert where["uri"] == "caf%E9%20%3F/100%25.toml"
