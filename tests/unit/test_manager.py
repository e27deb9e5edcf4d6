"""Claims about the manager: faithful to the lesson's class, and its six gaps mended."""

import json
import logging
import math
import stat
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import lesson_code
from tests.unit.strategies import FACTS, systems, thorough
from threatlab import AuditError, AuditLog, ThreatLabError, ThreatModelingBasicsManager, assess
from threatlab.catalog import catalog

LessonManager = lesson_code.ThreatModelingBasicsManager
CORE = ("encryption_enabled", "rbac_configured", "monitoring_active")
SAFE = ["encryption_enabled", "monitoring_active"]  # of the lesson's three, by the catalog
ANSWERS = [
    {name: value for name, value in zip(CORE, values, strict=True) if value != "left out"}
    for values in product((True, False, None, "left out"), repeat=3)
]
LESSON_KEYS = ["system_id", "risk_score", "findings", "timestamp", "assessed_by"]
CHAIN_KEYS = ["entry", "previous", "hash"]


def acting(**config):
    """A manager that alerts at 0.5 and remediates."""
    return ThreatModelingBasicsManager({"alert_threshold": 0.5, "auto_remediate": True, **config})


# ---- faithful to the lesson


@pytest.mark.parametrize("data", ANSWERS, ids=str)
def test_score_and_findings_are_exactly_the_lesson_its_own(data):
    ours = ThreatModelingBasicsManager({}).assess("s", data)
    lesson = LessonManager({}).assess("s", data)
    assert list(ours)[:5] == list(lesson) == LESSON_KEYS
    for key in ("system_id", "risk_score", "findings", "assessed_by"):
        assert ours[key] == lesson[key]
    assert [list(finding) for finding in ours["findings"]] == [list(f) for f in lesson["findings"]]


def test_the_usage_block_prints_what_it_prints_in_the_lesson(capsys):
    lesson_code.usage(ThreatModelingBasicsManager)
    ours = capsys.readouterr().out
    assert ours == "Risk score: 0.2\n [MEDIUM] RBAC not configured\n"
    lesson_code.usage(LessonManager)
    assert capsys.readouterr().out == ours


@pytest.mark.parametrize("config", [{}, {"alert_threshold": 0.7, "auto_remediate": True}], ids=str)
def test_active_controls_start_as_the_lesson_its_own(config):
    ours, lesson = ThreatModelingBasicsManager(config), LessonManager(config)
    assert ours.active_controls == lesson.active_controls
    assert ours.config == lesson.config


def test_an_audit_entry_has_the_keys_of_the_lesson_and_those_of_the_chain():
    ours, lesson = ThreatModelingBasicsManager({}), LessonManager({})
    for manager in (ours, lesson):
        manager.assess("s", {"rbac_configured": True})
    (entry,), (expected,) = ours.audit_log, lesson.audit_log
    assert list(entry) == [*expected, *CHAIN_KEYS]
    for key in ("action", "system_id", "risk_score", "findings_count"):
        assert entry[key] == expected[key]


def test_starting_is_logged_as_in_the_lesson(caplog):
    with caplog.at_level(logging.INFO):
        manager, _ = ThreatModelingBasicsManager({}), LessonManager({})
    ours, lesson = caplog.records
    assert ours.getMessage() == lesson.getMessage() == f"Initialized controls: {manager.active_controls}"
    assert (ours.name, ours.levelname) == ("threatlab", "INFO")


def test_the_package_brings_no_log_handlers():
    assert logging.getLogger("threatlab").handlers == []


def test_a_result_is_ready_for_json():
    result = acting(ruleset="ai").assess("s", {"uses_tools": True})
    assert json.loads(json.dumps(result)) == result


@thorough
@given(systems(), st.sampled_from(("core", "ai")))
def test_the_ruleset_of_the_config_decides_the_score(system, ruleset):
    result = ThreatModelingBasicsManager({"ruleset": ruleset}).assess("s", system.known)
    expected = assess(system, ruleset)
    assert result["ruleset"] == ruleset
    assert result["risk_score"] == result["risk_score_after"] == expected.risk_score
    assert [f["finding"] for f in result["findings"]] == [f.finding for f in expected.findings]


# ---- gap 1: the alert threshold is compared


@pytest.mark.parametrize(
    ("threshold", "alerts"),
    [(0, True), (0.0, True), (0.2, True), (0.5, True), (0.504, True), (0.51, False), (0.8, False), (1, False)],
)
def test_a_score_at_or_above_the_threshold_alerts_both_as_they_are_shown(threshold, alerts, caplog):
    manager, seen = ThreatModelingBasicsManager({"alert_threshold": threshold}), []
    manager.on_alert(seen.append)
    result = manager.assess("s", {"encryption_enabled": True})
    assert result["risk_score"] == 0.5
    assert result["alert"] is alerts
    assert seen == [result] * alerts
    warnings = [r for r in caplog.records if r.levelno >= logging.WARNING]
    assert len(warnings) == alerts
    for record in warnings:
        assert (record.name, record.levelname) == ("threatlab", "WARNING")
        assert record.getMessage().startswith("s: risk score 0.5 is at or above the alert threshold")


def test_without_a_threshold_the_lesson_its_own_of_0_8_holds():
    manager = ThreatModelingBasicsManager({})
    assert manager.assess("s", {})["alert"] is True
    assert manager.assess("s", {"rbac_configured": True})["alert"] is False


def test_every_handler_is_called_for_every_alert_in_the_order_of_registration():
    manager, calls = ThreatModelingBasicsManager({}), []
    manager.on_alert(lambda result: calls.append(("first", result["system_id"])))
    manager.on_alert(lambda result: calls.append(("second", result["system_id"])))
    manager.assess("a", {})
    manager.assess("b", {})
    assert calls == [("first", "a"), ("second", "a"), ("first", "b"), ("second", "b")]


def test_a_handler_that_raises_is_logged_and_stops_nothing(caplog):
    manager, seen = ThreatModelingBasicsManager({}), []

    @manager.on_alert
    def broken(_):
        raise RuntimeError("no such pager")

    manager.on_alert(seen.append)
    result = manager.assess("s", {})
    assert seen == [result]
    assert len(manager.audit_log) == 1
    failures = [r for r in caplog.records if r.levelno > logging.WARNING]
    assert ["no such pager" in r.exc_text for r in failures] == [True]
    assert broken is not None  # a handler can be registered by a decorator, and used further


def test_the_threshold_can_be_moved_while_the_manager_works():
    manager = ThreatModelingBasicsManager({"alert_threshold": 0.9})
    assert manager.assess("s", {})["alert"] is False
    manager.active_controls["alert_threshold"] = 0.1
    assert manager.assess("s", {})["alert"] is True
    manager.active_controls["alert_threshold"] = "high"
    with pytest.raises(ThreatLabError, match="alert_threshold is 'high'"):
        manager.assess("s", {})
    assert len(manager.audit_log) == 2


# ---- gap 2: auto-remediation acts


def test_missing_controls_that_are_safe_to_automate_are_put_in_place():
    manager = acting()
    result = manager.assess("s", {"rbac_configured": False})
    assert result["remediated"] == SAFE
    assert (result["risk_score"], result["risk_score_after"]) == (0.8, 0.2)
    assert len(result["findings"]) == 3
    assert {name: manager.active_controls[name] for name in SAFE} == dict.fromkeys(SAFE, True)
    assert "rbac_configured" not in manager.active_controls
    assert manager.remediated == {"s": tuple(SAFE)}


@thorough
@given(systems(), st.sampled_from(("core", "ai")))
def test_only_controls_marked_safe_that_apply_and_are_missing_are_touched(system, ruleset):
    manager, calls = acting(ruleset=ruleset, alert_threshold=0), []
    before = dict(manager.active_controls)
    manager.on_remediate(lambda *call: calls.append(call))
    result = manager.assess("s", system.known)
    found = assess(system, ruleset).findings
    expected = [f.attribute for f in found if catalog().controls[f.attribute].safe_to_automate]
    assert result["remediated"] == expected
    assert calls == [("s", control) for control in expected]
    assert manager.active_controls == {**before, **dict.fromkeys(expected, True)}
    assert not set(FACTS) & set(manager.active_controls)
    after = assess(system.with_(**dict.fromkeys(expected, True)), ruleset)
    assert result["risk_score_after"] == after.risk_score


@pytest.mark.parametrize("config", [{"auto_remediate": False}, {"alert_threshold": 0.9}], ids=str)
def test_nothing_is_remediated_unless_it_is_switched_on_and_the_assessment_alerts(config):
    manager, calls = acting(**config), []
    manager.on_remediate(lambda *call: calls.append(call))
    result = manager.assess("s", {})
    assert (result["remediated"], result["risk_score_after"]) == ([], result["risk_score"])
    assert (calls, manager.remediated) == ([], {})
    assert [entry["action"] for entry in manager.audit_log] == ["assessment"]
    assert set(manager.active_controls) == set(LessonManager({}).active_controls)


def test_before_and_after_are_both_in_the_audit_log():
    manager = acting()
    manager.assess("s", {"monitoring_active": True})
    before, after = manager.audit_log
    assert (before["action"], before["risk_score"], before["findings_count"]) == ("assessment", 0.5, 2)
    assert list(after) == [
        *("action", "system_id", "controls", "failed", "risk_score_before", "risk_score_after"),
        *("timestamp", *CHAIN_KEYS),
    ]
    assert (after["action"], after["system_id"]) == ("remediation", "s")
    assert (after["controls"], after["failed"]) == (["encryption_enabled"], {})
    assert (after["risk_score_before"], after["risk_score_after"]) == (0.5, 0.2)
    assert manager.audit_log.verify()


def test_where_nothing_is_safe_to_automate_nothing_is_recorded():
    manager = acting(alert_threshold=0)
    result = manager.assess("s", {"encryption_enabled": True, "monitoring_active": True})
    assert (result["alert"], result["remediated"]) == (True, [])
    assert len(manager.audit_log) == 1


def test_a_control_whose_handler_fails_does_not_count_and_the_failure_is_on_record(caplog):
    manager, done = acting(), []

    @manager.on_remediate
    def deploy(system_id, control):
        if control == "encryption_enabled":
            raise PermissionError("the key store said no")
        done.append((system_id, control))

    result = manager.assess("s", {})
    assert done == [("s", "monitoring_active")]
    assert result["remediated"] == ["monitoring_active"]
    assert result["risk_score_after"] == 0.5
    assert manager.remediated == {"s": ("monitoring_active",)}
    assert "encryption_enabled" not in manager.active_controls
    entry = manager.audit_log[-1]
    assert entry["controls"] == ["monitoring_active"]
    assert entry["failed"] == {"encryption_enabled": "PermissionError: the key store said no"}
    assert any("encryption_enabled could not be put in place for s" in m for m in caplog.messages)


def test_where_every_handler_fails_only_the_failures_are_recorded():
    manager = acting()

    @manager.on_remediate
    def deploy(system_id, control):
        raise RuntimeError(f"{control} of {system_id}")

    result = manager.assess("s", {})
    assert (result["remediated"], result["risk_score_after"]) == ([], result["risk_score"])
    assert manager.remediated == {}
    assert set(manager.audit_log[-1]["failed"]) == set(SAFE)


def test_what_was_done_before_an_interrupt_is_on_record():
    manager = acting()

    @manager.on_remediate
    def deploy(_, control):
        if control == "monitoring_active":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        manager.assess("s", {})
    assert manager.audit_log[-1]["controls"] == ["encryption_enabled"]
    assert manager.remediated == {"s": ("encryption_enabled",)}


def test_what_was_put_in_place_counts_the_next_time_for_that_system_only():
    manager = acting()
    manager.assess("a", {})
    again, other = manager.assess("a", {}), manager.assess("b", {"encryption_enabled": False})
    assert (again["risk_score"], again["alert"], again["remediated"]) == (0.2, False, [])
    assert [f["finding"] for f in again["findings"]] == ["RBAC not configured"]
    assert other["risk_score"] == 0.8


def test_data_that_says_no_is_believed_over_the_record():
    manager = acting(alert_threshold=0.7)
    manager.assess("s", {})
    drifted = manager.assess("s", {"encryption_enabled": False})
    assert (drifted["risk_score"], drifted["remediated"]) == (0.5, [])
    assert manager.remediated == {"s": ("monitoring_active",)}
    assert manager.assess("s", {})["risk_score"] == 0.5


def test_a_control_that_fell_out_again_is_put_in_place_again():
    manager, calls = acting(), []
    manager.on_remediate(lambda _, control: calls.append(control))
    for _ in range(2):
        result = manager.assess("s", dict.fromkeys(CORE, False))
        assert (result["risk_score"], result["risk_score_after"]) == (0.8, 0.2)
    assert calls == SAFE * 2
    assert manager.remediated == {"s": tuple(SAFE)}


def test_an_alert_tells_what_was_done_about_it(caplog):
    manager, seen = acting(), []
    manager.on_alert(seen.append)
    result = manager.assess("s", {})
    assert seen == [result]
    assert seen[0]["remediated"] == SAFE
    assert "encryption_enabled, monitoring_active; risk score after: 0.2" in caplog.text


def test_where_nothing_was_done_the_alert_says_the_score_and_no_more(caplog):
    ThreatModelingBasicsManager({"alert_threshold": 0.5}).assess("s", dict.fromkeys(CORE, False))
    assert caplog.messages[-1].endswith("is at or above the alert threshold 0.5")


# ---- gap 3: times carry a time zone


def test_timestamps_are_in_utc():
    manager = acting()
    result = manager.assess("s", {})
    times = [result["timestamp"], *(entry["timestamp"] for entry in manager.audit_log)]
    assert len(times) == 3
    for time in times:
        assert datetime.fromisoformat(time).utcoffset() == timedelta(0)
    age = datetime.now().astimezone() - datetime.fromisoformat(times[0])
    assert timedelta(0) <= age < timedelta(minutes=5)
    assert manager.audit_log[0]["timestamp"] == result["timestamp"]


# ---- gaps 4 and 5: the log is hash-chained, and can be kept in a file


def test_the_audit_log_is_chained():
    manager = ThreatModelingBasicsManager({})
    for system in ("a", "b", "c"):
        manager.assess(system, {})
    assert [entry["system_id"] for entry in manager.audit_log] == ["a", "b", "c"]
    assert manager.audit_log[2]["previous"] == manager.audit_log[1]["hash"]
    assert manager.audit_log.verify()


def test_the_audit_log_is_kept_in_a_file_and_taken_up_again(tmp_path):
    path = tmp_path / "audit.jsonl"
    for system in ("a", "b"):
        ThreatModelingBasicsManager({}, AuditLog(path)).assess(system, {})
    assert [entry["system_id"] for entry in AuditLog(path)] == ["a", "b"]
    changed = path.read_text("utf-8").replace('"risk_score":0.8', '"risk_score":0.0', 1)
    path.write_text(changed, "utf-8")
    assert AuditLog(path).verify().broken == 1


def test_an_empty_audit_log_is_used_and_not_replaced():
    log = AuditLog()
    assert ThreatModelingBasicsManager({}, log).audit_log is log


def test_two_managers_have_a_log_and_controls_each():
    one, two = acting(), acting()
    one.assess("s", {})
    assert (len(two.audit_log), two.remediated) == (0, {})
    assert set(two.active_controls) == set(LessonManager({}).active_controls)


def test_a_log_that_cannot_be_written_stops_remediation_but_not_the_alert(tmp_path):
    path = tmp_path / "audit.jsonl"
    ThreatModelingBasicsManager({}, AuditLog(path)).assess("earlier", {})
    path.chmod(stat.S_IRUSR)
    manager = ThreatModelingBasicsManager({"auto_remediate": True}, AuditLog(path))
    calls, alerts = [], []
    manager.on_remediate(lambda *call: calls.append(call))
    manager.on_alert(alerts.append)
    with pytest.raises(AuditError, match="read-only"):
        manager.assess("s", {})
    assert (calls, manager.remediated) == ([], {})
    assert set(manager.active_controls) == set(LessonManager({}).active_controls)
    assert [alert["remediated"] for alert in alerts] == [[]]
    assert [entry["system_id"] for entry in AuditLog(path)] == ["earlier"]


@pytest.mark.parametrize("log", ["audit.jsonl", [], {}, True], ids=repr)
def test_what_is_no_audit_log_is_refused(log):
    with pytest.raises(ThreatLabError, match=r"audit_log is .*; give an AuditLog, or nothing"):
        ThreatModelingBasicsManager({}, log)


# ---- gap 6: config and data are checked


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ({"alert_treshold": 0.7}, "unknown config key 'alert_treshold': did you mean 'alert_thresh"),
        ({"auto_remediation": True}, "unknown config key 'auto_remediation': did you mean 'auto_r"),
        ({"threshold": 0.7}, "unknown config key 'threshold'"),
        ({7: 0.7}, "unknown config key 7"),
        ({"alert_threshold": 1.01}, "alert_threshold is 1.01; give a risk score from 0 to 1"),
        ({"alert_threshold": -0.1}, "alert_threshold is -0.1; give a risk score from 0 to 1"),
        ({"alert_threshold": 70}, "alert_threshold is 70; give a risk score from 0 to 1"),
        ({"alert_threshold": math.nan}, "alert_threshold is nan; give a risk score from 0 to 1"),
        ({"alert_threshold": math.inf}, "alert_threshold is inf; give a risk score from 0 to 1"),
        ({"alert_threshold": True}, "alert_threshold is True; give a risk score from 0 to 1"),
        ({"alert_threshold": "0.7"}, "alert_threshold is '0.7'; give a risk score from 0 to 1"),
        ({"alert_threshold": None}, "alert_threshold is None; give a risk score from 0 to 1"),
        ({"alert_threshold": 1j}, r"alert_threshold is 1j; give a risk score from 0 to 1"),
        ({"auto_remediate": "yes"}, "auto_remediate is 'yes'; give True or False"),
        ({"auto_remediate": 1}, "auto_remediate is 1; give True or False"),
        ({"auto_remediate": None}, "auto_remediate is None; give True or False"),
        ({"ruleset": "cor"}, "unknown ruleset 'cor': did you mean 'core'"),
        ({"ruleset": None}, "unknown ruleset None"),
        (None, "config is None; give a dict such as {}"),
        ([("alert_threshold", 0.7)], r"config is \[.*\]; give a dict such as {}"),
        ("core", "config is 'core'; give a dict such as {}"),
    ],
    ids=repr,
)
def test_a_config_that_is_none_is_refused_and_the_way_out_shown(config, sentence):
    with pytest.raises(ThreatLabError, match=sentence):
        ThreatModelingBasicsManager(config)


def test_a_config_is_copied_so_that_nothing_slips_past_the_check():
    config = {"alert_threshold": 0.7}
    manager = ThreatModelingBasicsManager(config)
    config["alert_threshold"] = 7
    assert manager.config == {"alert_threshold": 0.7}


@pytest.mark.parametrize(
    ("system_id", "data", "sentence"),
    [
        ("", {}, "a system needs a name: '' is none"),
        ("  ", {}, "a system needs a name: '  ' is none"),
        (None, {}, "a system needs a name: None is none"),
        (7, {}, "a system needs a name: 7 is none"),
        (["s"], {}, r"a system needs a name: \['s'\] is none"),
        ("s", None, "data is None; give a dict of attributes to True or False"),
        ("s", [("rbac_configured", True)], r"data is \[.*\]; give a dict of attributes"),
        ("s", "rbac_configured", "data is 'rbac_configured'; give a dict of attributes"),
        ("s", {"rbac": True}, "unknown attribute 'rbac'"),
        ("s", {"encryption_enable": True}, "did you mean 'encryption_enabled'"),
        ("s", {"title": True}, "unknown attribute 'title'"),
        ("s", {7: True}, "unknown attribute 7"),
        ("s", {"rbac_configured": "yes"}, "rbac_configured is 'yes', which is not True or False"),
        ("s", {"rbac_configured": 1}, "rbac_configured is 1, which is not True or False"),
        ("s", {"rbac_configured": "None"}, "rbac_configured is 'None', which is not True or False"),
    ],
    ids=repr,
)
def test_bad_input_is_refused_and_leaves_no_trace(system_id, data, sentence):
    manager, seen = acting(), []
    manager.on_alert(seen.append)
    with pytest.raises(ThreatLabError, match=sentence):
        manager.assess(system_id, data)
    assert (len(manager.audit_log), manager.remediated, seen) == (0, {}, [])


@pytest.mark.parametrize("handler", [None, "page", 7])
def test_a_handler_that_cannot_be_called_is_refused(handler):
    manager = ThreatModelingBasicsManager({})
    for register in (manager.on_alert, manager.on_remediate):
        with pytest.raises(ThreatLabError, match="can't be called; give a function"):
            register(handler)
