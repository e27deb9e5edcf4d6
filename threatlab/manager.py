"""ThreatModelingBasicsManager: the lesson's class, kept to its contract, its six gaps mended, and told of sightings."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any, TypeVar

from threatlab.assessment import Assessment, assess
from threatlab.audit import AuditLog
from threatlab.catalog import catalog
from threatlab.checks import check_choice, check_flag, check_number, check_score, check_text
from threatlab.errors import ThreatLabError, short
from threatlab.fields import keep
from threatlab.ranking import reaches
from threatlab.system import AISystem, check_attributes

logger = logging.getLogger("threatlab")

AlertHandler = Callable[[dict[str, Any]], object]
RemediationHandler = Callable[[str, str], object]
_Handler = TypeVar("_Handler", bound=Callable[..., object])

_CONFIG_KEYS = ("alert_threshold", "auto_remediate", "ruleset")


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that a detector saw: which detector (`source`), who or what (`subject`), its score and its threshold.

    A detector's score has a scale of its own, so it brings its own threshold; a risk score's threshold is no measure
    for it.

    Raises
    ------
    ThreatLabError
        If a text is empty or a number is not finite; the message names it and its value.
    """

    source: str
    subject: str
    score: float
    threshold: float

    def __post_init__(self) -> None:
        check_text("source", self.source)
        check_text("subject", self.subject)
        for name in ("score", "threshold"):
            keep(self, **{name: check_number(name, getattr(self, name), -inf, what="a finite number")})

    @property
    def alert(self) -> bool:
        """Whether the score is at or above the threshold."""
        return self.score >= self.threshold

    def to_dict(self) -> dict[str, Any]:
        """Return the sighting as an audit log keeps it."""
        return {
            "source": self.source,
            "subject": self.subject,
            "score": float(self.score),
            "threshold": float(self.threshold),
            "alert": self.alert,
        }

    def __str__(self) -> str:
        relation = "at or above" if self.alert else "below"
        return f"{self.source}: {self.subject}: score {self.score:.3g} is {relation} the threshold {self.threshold:.3g}"


class ThreatModelingBasicsManager:
    """Assess systems, raise alerts, put safe controls in place, and keep a record of all of it.

    The lesson's class, with what it left open now done: the alert threshold is compared,
    `auto_remediate` acts, times carry their zone, the log is hash-chained and can be kept in a
    file, and config and data are checked.

    Parameters
    ----------
    config
        `alert_threshold`, a risk score in 0..1 at or above which an assessment alerts (0.8 if left
        out); `auto_remediate`, True or False (False); `ruleset`, "core" for the lesson's three
        checks or "ai" for the whole catalog ("core").
    audit_log
        Where each step is recorded: `AuditLog(path)` keeps it in a file. In memory if left out.

    Attributes
    ----------
    active_controls
        The lesson's four settings, of which `alert_threshold` and `auto_remediation` are obeyed as
        they stand here, and True for each control that was ever put in place for some system.
    remediated
        Per system id, the controls that were put in place for it.

    Raises
    ------
    ThreatLabError
        If a key of the config is unknown, a value is not what it must be, or the log is none.

    Examples
    --------
    >>> manager = ThreatModelingBasicsManager({"alert_threshold": 0.7})
    >>> result = manager.assess("ml-pipeline-prod", {"encryption_enabled": True})
    >>> result["risk_score"], result["alert"], manager.audit_log[0]["findings_count"]
    (0.5, False, 2)
    """

    def __init__(self, config: Mapping[str, Any], audit_log: AuditLog | None = None) -> None:
        if not isinstance(config, Mapping):
            raise ThreatLabError(f"config is {short(config)}; give a dict such as {{}}")
        for key in config:
            check_choice("config key", key, _CONFIG_KEYS)
        if audit_log is not None and not isinstance(audit_log, AuditLog):
            raise ThreatLabError(f"audit_log is {short(audit_log)}; give an AuditLog, or nothing")
        self.config = dict(config)
        self.ruleset = catalog().ruleset(config.get("ruleset", "core")).name
        self.audit_log = AuditLog() if audit_log is None else audit_log  # an empty log is false
        self.active_controls: dict[str, Any] = {}
        self.remediated: dict[str, tuple[str, ...]] = {}
        self._alert_handlers: list[AlertHandler] = []
        self._remediation_handlers: list[RemediationHandler] = []
        self._initialize_controls()

    def _initialize_controls(self) -> None:
        defaults = {
            "monitoring_enabled": True,
            "logging_level": "INFO",
            "alert_threshold": check_score("alert_threshold", self.config.get("alert_threshold", 0.8)),
            "auto_remediation": check_flag("auto_remediate", self.config.get("auto_remediate", False)),
        }
        self.active_controls.update(defaults)
        logger.info("Initialized controls: %s", defaults)

    def on_alert(self, handler: AlertHandler) -> AlertHandler:
        """Have `handler(result)` called for each alert; one that raises is logged, and no more."""
        return _registered(handler, self._alert_handlers)

    def on_remediate(self, handler: RemediationHandler) -> RemediationHandler:
        """Have `handler(system_id, control)` do the real work of putting a control in place.

        A control whose handler raises does not count as put in place, and the failure is recorded.
        """
        return _registered(handler, self._remediation_handlers)

    def assess(self, system_id: str, data: Mapping[str, bool | None]) -> dict[str, Any]:
        """Assess a system, record it, put safe controls in place if so configured, and alert.

        A control that was put in place for this id before counts wherever `data` is silent about
        it. Where `data` says False it is believed, for it is newer than the record.

        Remediation happens if an assessment alerts and `auto_remediation` is on, and only for
        missing controls that the catalog marks as safe to automate. The work itself is done by the
        handlers of `on_remediate`: without any, nothing outside this manager is touched, and its
        record says no more than that the control is taken to be in place.

        Returns
        -------
        dict
            The lesson's keys first: `system_id`, `risk_score` (0..1, before any remediation),
            `findings` (dicts of `severity`, `finding` and `recommendation`), `timestamp` (ISO 8601,
            UTC) and `assessed_by`. Then `ruleset`, `alert` (True or False), `remediated` (ids of
            the controls put in place now) and `risk_score_after` (0..1, with these).

        Raises
        ------
        ThreatLabError
            If `system_id` is no text or empty, or `data` is no mapping of known attributes to True,
            False or None.
        AuditError
            If the audit log can't be written. An alert is raised nevertheless; a control is put in
            place only after its assessment is on record.
        """
        if not isinstance(data, Mapping):
            raise ThreatLabError(f"data is {short(data)}; give a dict of attributes to True or False")
        system = AISystem(system_id).with_(**check_attributes(data, catalog()))
        in_place = tuple(c for c in self.remediated.get(system_id, ()) if system[c] is not False)
        assessment = assess(system.with_(**dict.fromkeys(in_place, True)), self.ruleset)
        threshold = check_score("alert_threshold", self.active_controls.get("alert_threshold"))
        automatic = check_flag("auto_remediation", self.active_controls.get("auto_remediation"))
        result = {
            "system_id": system_id,
            "risk_score": assessment.risk_score,
            "findings": [
                {"severity": f.severity, "finding": f.finding, "recommendation": f.recommendation}
                for f in assessment.findings
            ],
            "timestamp": _now(),
            "assessed_by": "threat_modeling_basics",
            "ruleset": self.ruleset,
            "alert": reaches(assessment.risk_score, threshold),
            "remediated": [],
            "risk_score_after": assessment.risk_score,
        }
        try:
            self._log_assessment(result)
            if system_id in self.remediated:
                self.remediated[system_id] = in_place
            if result["alert"] and automatic:
                self._remediate(assessment, result)
        finally:  # a log that can't be written must not silence an alert
            if result["alert"]:
                self._alert(result, threshold)
        return result

    def report(self, system_id: str, sighting: Sighting, control: str = "") -> dict[str, Any]:
        """Take in what a detector saw of a running system: record it, and page or remediate if it alerts.

        If `auto_remediation` is on, an alert has `control` put in place as an assessment would do it, once for each
        system. Handlers of `on_alert` are called for every alert, and get what this returns: it has no `risk_score`.

        Returns
        -------
        dict
            `system_id`, the sighting's `source`, `subject`, `score`, `threshold` and `alert` (True or False),
            `timestamp`, `remediated` (ids of the controls put in place now: none or one) and `response`: "remediate",
            "page" or "none".

        Raises
        ------
        ThreatLabError
            If `system_id` is empty, `sighting` is none, or `control` isn't one that is safe to automate.
        AuditError
            If the audit log can't be written. An alert is raised nevertheless, and a control is put in place only
            after the sighting is on record.
        """
        AISystem(system_id)  # refuses what can't be an id, with its own sentence
        if not isinstance(sighting, Sighting):
            raise ThreatLabError(f"sighting is {short(sighting)}; give a Sighting")
        if control and not _may_automate(control):
            raise ThreatLabError(f"{control!r} is not safe to automate; a person has to decide on it")
        automatic = check_flag("auto_remediation", self.active_controls.get("auto_remediation"))
        result: dict[str, Any] = {"system_id": system_id, **sighting.to_dict(), "timestamp": _now()}
        done: list[str] = []
        try:
            self.audit_log.append({"action": "detection", **result})
            if sighting.alert and automatic and control and control not in self.remediated.get(system_id, ()):
                done += self._answer(system_id, sighting, control)
        finally:  # a log that can't be written must not silence an alert
            result |= {"remediated": done, "response": "remediate" if done else "page" if sighting.alert else "none"}
            if sighting.alert:
                logger.warning("%s: %s (controls put in place: %s)", system_id, sighting, ", ".join(done) or "none")
                self._call_alert_handlers(result)
        return result

    def _answer(self, system_id: str, sighting: Sighting, control: str) -> list[str]:
        """Put `control` in place and record it; return it in a list, which is empty if that failed."""
        problem = self._put_in_place(system_id, control)
        done = [] if problem else [control]
        self.active_controls.update(dict.fromkeys(done, True))
        if done:
            self.remediated[system_id] = (*self.remediated.get(system_id, ()), control)
        self.audit_log.append(
            {
                "action": "remediation",
                "system_id": system_id,
                "controls": done,
                "failed": {control: problem} if problem else {},
                "because": f"{sighting.source}: {sighting.subject}",
                "timestamp": _now(),
            }
        )
        return done

    def _log_assessment(self, result: Mapping[str, Any]) -> None:
        self.audit_log.append(
            {
                "action": "assessment",
                "system_id": result["system_id"],
                "risk_score": result["risk_score"],
                "findings_count": len(result["findings"]),
                "timestamp": result["timestamp"],
            }
        )

    def _remediate(self, before: Assessment, result: dict[str, Any]) -> None:
        """Put each missing control that is safe to automate in place, and record what came of it."""
        system, controls = before.system, before.catalog.controls
        done: list[str] = []
        failed: dict[str, str] = {}
        try:
            for control in (f.attribute for f in before.findings):
                if not controls[control].safe_to_automate:
                    continue
                if problem := self._put_in_place(system.name, control):
                    failed[control] = problem
                else:
                    done.append(control)
        finally:  # what is done is recorded, even if the rest is interrupted
            if done or failed:
                put = dict.fromkeys(done, True)
                after = assess(system.with_(**put), self.ruleset).risk_score
                self.active_controls.update(put)
                if remembered := (*self.remediated.get(system.name, ()), *done):
                    self.remediated[system.name] = remembered
                result |= {"remediated": done, "risk_score_after": after}
                self.audit_log.append(
                    {
                        "action": "remediation",
                        "system_id": system.name,
                        "controls": done,
                        "failed": failed,
                        "risk_score_before": before.risk_score,
                        "risk_score_after": after,
                        "timestamp": _now(),
                    }
                )

    def _put_in_place(self, system_id: str, control: str) -> str:
        """Have the handlers do the work; return what went wrong, or nothing."""
        try:
            for handler in self._remediation_handlers:
                handler(system_id, control)
        except Exception as problem:
            logger.exception("%s could not be put in place for %s", control, system_id)
            return f"{type(problem).__name__}: {problem}"
        return ""

    def _alert(self, result: dict[str, Any], threshold: float) -> None:
        done, after = ", ".join(result["remediated"]), result["risk_score_after"]
        logger.warning(
            "%s: risk score %.3g is at or above the alert threshold %.3g%s",
            *(result["system_id"], result["risk_score"], threshold),
            f" (controls put in place: {done}; risk score after: {after:.3g})" if done else "",
        )
        self._call_alert_handlers(result)

    def _call_alert_handlers(self, result: dict[str, Any]) -> None:
        for handler in self._alert_handlers:
            try:
                handler(result)
            except Exception:
                logger.exception("an alert handler failed for %s", result["system_id"])


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _may_automate(control: object) -> bool:
    known = catalog().controls
    return known[check_choice("control", control, known)].safe_to_automate


def _registered(handler: _Handler, handlers: list[_Handler]) -> _Handler:
    if not callable(handler):
        raise ThreatLabError(f"{handler!r} can't be called; give a function")
    handlers.append(handler)
    return handler
