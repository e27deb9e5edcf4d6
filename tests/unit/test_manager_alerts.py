"""Claims about what the manager does with a detector's alert: record it, and page or remediate."""

from __future__ import annotations

import logging
import math

import pytest

from threatlab import AuditError, AuditLog, ThreatLabError, ThreatModelingBasicsManager
from threatlab.manager import Sighting

CONTROL = "rate_limiting_enabled"


def seen(score=17.0, threshold=16.0, subject="Foghorn at 06:30"):
    return Sighting("confidence", subject, score, threshold)


def manager(*, automatic=False, log=None):
    made = ThreatModelingBasicsManager({"auto_remediate": automatic, "ruleset": "ai"}, log)
    pages = []
    made.on_alert(pages.append)
    return made, pages


@pytest.mark.parametrize(("score", "alerts"), [(15.9, False), (16, True), (400.0, True)])
def test_a_score_at_or_above_its_own_threshold_pages_whatever_the_threshold_for_risk_scores(score, alerts, caplog):
    made, pages = manager()
    with caplog.at_level(logging.WARNING, "threatlab"):
        result = made.report("s", seen(score), CONTROL)
    assert (result["alert"], result["response"]) == (alerts, "page" if alerts else "none")
    assert pages == [result] * alerts
    assert len(caplog.records) == alerts
    if alerts:
        said = caplog.records[0].getMessage()
        assert said.startswith(f"s: confidence: Foghorn at 06:30: score {score:.3g} is at or above the threshold 16")


@pytest.mark.parametrize("score", [1.0, 17.0])
def test_every_report_is_on_record_alerting_or_not(score):
    made, _ = manager()
    made.report("s", seen(score))
    (entry,) = made.audit_log
    assert {key: entry[key] for key in ("action", "system_id", "source", "subject", "score", "threshold", "alert")} == {
        "action": "detection",
        "system_id": "s",
        "source": "confidence",
        "subject": "Foghorn at 06:30",
        "score": score,
        "threshold": 16.0,
        "alert": score >= 16,
    }
    assert made.audit_log.verify()


def test_with_auto_remediation_an_alert_puts_the_control_in_place_once_and_pages_all_the_same():
    made, pages = manager(automatic=True)
    work = []
    made.on_remediate(lambda system_id, control: work.append((system_id, control)))
    first, second = made.report("s", seen(), CONTROL), made.report("s", seen(subject="Cat at 18:20"), CONTROL)
    assert (first["response"], first["remediated"]) == ("remediate", [CONTROL])
    assert (second["response"], second["remediated"]) == ("page", [])
    assert pages == [first, second]
    assert work == [("s", CONTROL)]
    assert [entry["action"] for entry in made.audit_log] == ["detection", "remediation", "detection"]
    assert made.audit_log[1]["because"] == "confidence: Foghorn at 06:30"
    assert made.active_controls[CONTROL] is True


def test_the_next_assessment_counts_what_an_alert_put_in_place():
    quiet, _ = manager(automatic=True)
    made, _ = manager(automatic=True)
    made.report("s", seen(), CONTROL)
    assert made.assess("s", {})["risk_score"] < quiet.assess("s", {})["risk_score"]


@pytest.mark.parametrize(("automatic", "score"), [(False, 17.0), (True, 15.0)])
def test_nothing_is_put_in_place_unless_it_is_switched_on_and_the_score_alerts(automatic, score):
    made, _ = manager(automatic=automatic)
    assert made.report("s", seen(score), CONTROL)["remediated"] == []
    assert made.remediated == {}


def test_a_control_whose_handler_fails_does_not_count_and_the_failure_is_on_record():
    made, pages = manager(automatic=True)

    @made.on_remediate
    def broken(_system, _control):
        raise RuntimeError("the gateway is down")

    result = made.report("s", seen(), CONTROL)
    assert (result["response"], result["remediated"], len(pages)) == ("page", [], 1)
    assert made.audit_log[-1]["failed"] == {CONTROL: "RuntimeError: the gateway is down"}
    assert made.remediated == {}


def test_a_log_that_cannot_be_written_stops_remediation_but_not_the_page(tmp_path):
    path = tmp_path / "audit.jsonl"
    path.write_text("this is no log\n" * 2)
    made, pages = manager(automatic=True, log=AuditLog(path))
    with pytest.raises(AuditError):
        made.report("s", seen(), CONTROL)
    assert [page["remediated"] for page in pages] == [[]]
    assert made.remediated == {}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("", seen()), "a system needs a name: '' is none"),
        (("s", "Foghorn"), "sighting is 'Foghorn'; give a Sighting"),
        (("s", seen(), "rate_limiting"), "unknown control 'rate_limiting': did you mean 'rate_limiting_enabled'"),
        (("s", seen(), "rbac_configured"), "'rbac_configured' is not safe to automate; a person has to decide"),
    ],
)
def test_a_report_that_says_nothing_is_refused_and_leaves_no_trace(arguments, said):
    made, pages = manager(automatic=True)
    with pytest.raises(ThreatLabError, match=said):
        made.report(*arguments)
    assert len(made.audit_log) == 0
    assert pages == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"subject": " "}, "subject is empty"),
        ({"score": math.nan}, "score is nan; give a finite number"),
        ({"score": True}, "score is True; give a finite number"),
        ({"threshold": "16"}, "threshold is '16'; give a finite number"),
        ({"threshold": math.inf}, "threshold is inf; give a finite number"),
    ],
)
def test_a_sighting_that_cannot_be_is_refused(changed, said):
    with pytest.raises(ThreatLabError, match=said):
        seen(**changed)
