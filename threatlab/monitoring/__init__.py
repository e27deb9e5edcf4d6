"""A day of requests to a model, invented; detectors that watch it; and what an alert threshold costs.

Not imported by `import threatlab`: it brings NumPy and pandas.
"""

from threatlab.monitoring.accounts import Across, link, look_across, spread
from threatlab.monitoring.alerts import report_alerts
from threatlab.monitoring.detectors import DETECTORS, Detection, Detector, Drift, detect, detect_drift
from threatlab.monitoring.evaluation import (
    Alert,
    Campaign,
    Evaluation,
    add_costs,
    curve,
    evaluate,
    precision_at_base_rate,
)
from threatlab.monitoring.log import DAY_MINUTES, Day, clock, simulate_day
from threatlab.monitoring.roster import ATTACKERS
from threatlab.monitoring.violations import find_violations, violations_by_client
from threatlab.monitoring.watch import Watch, watch
from threatlab.monitoring.windows import WINDOW, Windows, count_windows

__all__ = [
    "ATTACKERS",
    "DAY_MINUTES",
    "DETECTORS",
    "WINDOW",
    "Across",
    "Alert",
    "Campaign",
    "Day",
    "Detection",
    "Detector",
    "Drift",
    "Evaluation",
    "Watch",
    "Windows",
    "add_costs",
    "clock",
    "count_windows",
    "curve",
    "detect",
    "detect_drift",
    "evaluate",
    "find_violations",
    "link",
    "look_across",
    "precision_at_base_rate",
    "report_alerts",
    "simulate_day",
    "spread",
    "violations_by_client",
    "watch",
]
