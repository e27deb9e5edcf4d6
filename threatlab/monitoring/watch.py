"""Everything that there is to see in a day, worked out once: after that, time and threshold move at no cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from threatlab.checks import Unchangeable, check_choice
from threatlab.monitoring.accounts import Across, look_across
from threatlab.monitoring.detectors import DETECTORS, Detection, Drift, detect, detect_drift
from threatlab.monitoring.evaluation import Evaluation, evaluate
from threatlab.monitoring.log import DAY_MINUTES, Day, Floats
from threatlab.monitoring.violations import find_violations


@dataclass(frozen=True, eq=False)
class Watch(Unchangeable):
    """A day, what each detector made of it, the drift of the fleet, the violations, and all requests per window.

    `across` is what a look across accounts sees, None if the day doesn't say who pays and what is asked.
    """

    day: Day
    detections: Mapping[str, Detection]
    drift: Drift
    violations: pd.DataFrame
    requests: Floats
    across: Across | None

    def evaluate(self, detector: str, threshold: float, until: float = DAY_MINUTES) -> Evaluation:
        """Return what a detector's threshold did until a minute of the day.

        Raises
        ------
        ThreatLabError
            If there is no such detector, the threshold is no finite number above 0, or `until` no minute of the day.
        """
        check_choice("detector", detector, self.detections)
        return evaluate(self.detections[detector], threshold, until)

    def __repr__(self) -> str:
        return f"Watch({self.day!r}, detectors={', '.join(self.detections)})"


def watch(day: Day) -> Watch:
    """Run every detector and every rule over a day.

    Raises
    ------
    ThreatLabError
        If `day` is no Day.
    """
    detections = {name: detect(day, name) for name in DETECTORS}
    requests: Floats = detections["confidence"].requests.sum(axis=0)
    across = look_across(day) if "card" in day.clients.columns else None
    return Watch(day, detections, detect_drift(day), find_violations(day), requests, across)
