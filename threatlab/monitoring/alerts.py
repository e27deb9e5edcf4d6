"""From the stream to the manager: each alert is compared, recorded, and answered by a page or a control."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from threatlab.errors import ThreatLabError, short
from threatlab.manager import Sighting, ThreatModelingBasicsManager
from threatlab.monitoring.detectors import DETECTORS
from threatlab.monitoring.evaluation import Alert, Evaluation
from threatlab.monitoring.log import clock

ANSWER = "rate_limiting_enabled"
"""What may be put in place against whoever copies the model: the catalog marks it as safe to automate."""


def report_alerts(
    manager: ThreatModelingBasicsManager,
    system_id: str,
    evaluation: Evaluation,
    *,
    alerts: Iterable[Alert] | None = None,
    control: str = ANSWER,
) -> list[dict[str, Any]]:
    """Hand alerts of a stream to the manager, in order of time, and return what it did about each.

    `alerts` are those of the `evaluation` to hand over; all of them if left out.

    Raises
    ------
    ThreatLabError
        If `manager` or `evaluation` is none, or the manager refuses the system id or the control.
    """
    if not isinstance(manager, ThreatModelingBasicsManager):
        raise ThreatLabError(f"manager is {short(manager)}; give a ThreatModelingBasicsManager")
    if not isinstance(evaluation, Evaluation):
        raise ThreatLabError(f"evaluation is {short(evaluation)}; give what evaluate() returns")
    return [
        manager.report(system_id, sighting(evaluation, alert), control)
        for alert in (evaluation.alerts if alerts is None else alerts)
    ]


def sighting(evaluation: Evaluation, alert: Alert) -> Sighting:
    """Return an alert as the manager takes it: detector, client and time, score and threshold."""
    title = DETECTORS[evaluation.detector].title
    return Sighting(title, f"{alert.client} at {clock(alert.minute)}", alert.score, evaluation.threshold)
