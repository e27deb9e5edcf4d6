"""SARIF: what code hosts read keeps to the format, says the same at every run, and hides only what holds."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from tests.unit.threat_models import BARE, HOSTILE, full, models, quick, with_text
from threatlab import AISystem
from threatlab.catalog import catalog
from threatlab.report import Source, ThreatModel, to_sarif
from threatlab.report.sarif import LEVELS

SUBSET = Path(__file__).parents[1] / "data" / "sarif-subset.schema.json"
KEEPS = Draft202012Validator(
    json.loads(SUBSET.read_text(encoding="utf-8")), format_checker=Draft202012Validator.FORMAT_CHECKER
)


def run_of(*given_models, **options):
    log = json.loads(to_sarif(*given_models, **options))
    KEEPS.validate(log)
    return log["runs"][0]


@quick
@given(models())
def test_there_is_a_result_for_each_finding_with_its_rule_and_level(model):
    run = run_of(model)
    rules, results = run["tool"]["driver"]["rules"], run["results"]
    findings = model.assessment.findings
    assert [result["ruleId"] for result in results] == [finding.attribute for finding in findings]
    for result, finding in zip(results, findings, strict=True):
        assert rules[result["ruleIndex"]]["id"] == finding.attribute
        assert result["level"] == LEVELS[finding.severity]
        assert result["properties"]["unknown"] is finding.unknown
        assert finding.finding in result["message"]["text"]
        assert ("suppressions" in result) is (model.accepted(finding.attribute) is not None)


@pytest.mark.parametrize("text", HOSTILE)
def test_any_text_leaves_the_file_a_valid_one(text):
    run = run_of(with_text(text), sources=[Source(f"a/{text}".replace("\\", "/").strip())])
    json.dumps(run, ensure_ascii=False).encode("utf-8")  # no half character is left


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
    assert first == later
    other = prints(full().with_(system=AISystem("other", **full().system.known)))
    assert not {*first.values()} & {*other.values()}
    assert len(set(first.values())) == len(first)


def test_an_acceptance_suppresses_its_finding_until_it_expires_and_says_whose_it_is():
    by_rule = {result["ruleId"]: result for result in run_of(full())["results"]}
    suppression = by_rule["rbac_configured"]["suppressions"][0]
    assert suppression["justification"] == "Migration runs (accepted by Ops until 2027-02-01)"
    assert "suppressions" not in by_rule["encryption_enabled"]  # expired the day before
    expired = run_of(full().with_(made_on=date(2027, 2, 2)))["results"]
    assert not any("suppressions" in result for result in expired)


def test_a_finding_points_at_its_line_and_a_built_in_system_at_no_file():
    source = Source("sub folder/threat model.toml", 3, {"rbac_configured": 7})
    places = {r["ruleId"]: r["locations"][0] for r in run_of(full(), sources=[source])["results"]}
    physical = places["rbac_configured"]["physicalLocation"]
    assert physical["artifactLocation"] == {"uri": "sub%20folder/threat%20model.toml", "uriBaseId": "%SRCROOT%"}
    assert physical["region"]["startLine"] == 7
    assert places["encryption_enabled"]["physicalLocation"]["region"]["startLine"] == 3
    assert "physicalLocation" not in run_of(full())["results"][0]["locations"][0]


def test_several_systems_make_one_run():
    run = run_of(full(), BARE)
    assert [each["name"] for each in run["properties"]["systems"]] == ["shadowray", "support-bot"]
    assert len(run["results"]) == len(full().assessment.findings) + len(BARE.assessment.findings)
