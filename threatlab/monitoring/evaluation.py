"""What an alert threshold costs: alerts and hours on one side, attackers missed and queries lost on the other.

A client alerts once a day, at the end of the first window in which its score is at or above the threshold. An
attacker who is missed has no time to detection: averages are over the caught, and never say anything alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from threatlab.checks import check_number, check_positive
from threatlab.errors import ThreatLabError, short
from threatlab.monitoring.detectors import Detection
from threatlab.monitoring.log import DAY_MINUTES, Floats, Ints
from threatlab.monitoring.windows import WINDOW

MINUTES_PER_ALERT = 30.0
"""What an analyst spends on one alert, true or false. An assumption: time your own team."""


@dataclass(frozen=True, slots=True)
class Alert:
    """A client's first alert of the day: when, who, what it is in truth, and the score at that time."""

    minute: int
    client: str
    kind: str
    score: float


@dataclass(frozen=True, slots=True)
class Campaign:
    """An attacker so far: when it begins, when it was caught (None: not yet), and the queries it got until then."""

    attacker: str
    begins: int
    caught: int | None
    queries: int

    @property
    def minutes(self) -> int | None:
        """Minutes from the beginning of the campaign to the alert; None if there was none."""
        return None if self.caught is None else self.caught - self.begins


@dataclass(frozen=True)
class Evaluation:
    """What a threshold did until a minute of the day: every alert, every attacker, and the figures made of them.

    A figure that there is nothing to make of is None: precision without alerts, recall before the first attack, times
    when nobody was caught. `honest` is how many clients mean well.
    """

    detector: str
    threshold: float
    until: int
    drift_at: int
    honest: int
    alerts: tuple[Alert, ...]
    campaigns: tuple[Campaign, ...]

    @property
    def begun(self) -> tuple[Campaign, ...]:
        """The attackers who had begun by now, from loud to stealthy."""
        return tuple(each for each in self.campaigns if each.begins < self.until)

    @property
    def caught(self) -> tuple[Campaign, ...]:
        """The attackers who were caught, from loud to stealthy."""
        return tuple(each for each in self.campaigns if each.caught is not None)

    @property
    def missed(self) -> tuple[str, ...]:
        """Names of the attackers who are at work and were not caught, from loud to stealthy."""
        return tuple(each.attacker for each in self.begun if each.caught is None)

    @property
    def precision(self) -> float | None:
        """Share of the alerts that were about an attacker."""
        return len(self.caught) / len(self.alerts) if self.alerts else None

    @property
    def recall(self) -> float | None:
        """Share of the attackers who had begun that were caught."""
        return len(self.caught) / len(self.begun) if self.begun else None

    def precision_at(self, attackers: float) -> float | None:
        """Return what precision would be if the share `attackers` of all clients attacked.

        With the same recall and the same share of honest clients that alert; None if nobody alerts or has begun. To
        forget this share is the base-rate fallacy: see `precision_at_base_rate`.

        Raises
        ------
        ThreatLabError
            If `attackers` is no share in 0..1.
        """
        if self.recall is None:
            return None
        return precision_at_base_rate(self.recall, sum(self.false_alerts.values()) / self.honest, attackers)

    @property
    def minutes_to_detect(self) -> float | None:
        """Mean over the caught of the minutes from first probe to alert."""
        return _mean([each.minutes for each in self.caught if each.minutes is not None])

    @property
    def queries_before_detection(self) -> float | None:
        """Mean over the caught of the queries answered before the alert."""
        return _mean([each.queries for each in self.caught])

    @property
    def queries_lost(self) -> int:
        """Queries of all attackers answered before their alert; of the missed, all so far."""
        return sum(each.queries for each in self.campaigns)

    @property
    def false_alerts(self) -> dict[str, int]:
        """Number of false alerts by kind of client."""
        kinds = Counter(alert.kind for alert in self.alerts)
        return {kind: kinds[kind] for kind in ("batch job", "ordinary")}

    @property
    def alerts_before_and_after_drift(self) -> tuple[int, int]:
        """How many alerts came before the drift, and how many after."""
        before = sum(alert.minute <= self.drift_at for alert in self.alerts)
        return before, len(self.alerts) - before

    def analyst_hours(self, minutes_per_alert: float = MINUTES_PER_ALERT) -> float:
        """Return the hours that these alerts cost, if each takes an analyst `minutes_per_alert`."""
        return len(self.alerts) * check_number("minutes_per_alert", minutes_per_alert, 0, DAY_MINUTES) / 60

    def __repr__(self) -> str:
        return (
            f"Evaluation({self.detector!r}, threshold={self.threshold:g}, alerts={len(self.alerts)}, "
            f"caught={len(self.caught)} of {len(self.begun)}, missed={', '.join(self.missed) or 'nobody'})"
        )


def evaluate(detection: Detection, threshold: float, until: float = DAY_MINUTES) -> Evaluation:
    """Return what a threshold did from midnight until a minute of the day.

    Only windows that are over count. For every threshold at once, see `curve`.

    Raises
    ------
    ThreatLabError
        If `detection` is none, the threshold no finite number above 0, or `until` no minute of the day.
    """
    done = _windows_done(detection, until)
    first = _first_alerts(detection, np.array([check_positive("threshold", threshold)]), done)[0]
    clients, kinds = (detection.day.clients[column].to_numpy() for column in ("client", "kind"))
    alerted = np.flatnonzero(first < done)
    alerts = (
        Alert(int(first[i] + 1) * WINDOW, clients[i], kinds[i], float(detection.scores[i, first[i]]))
        for i in alerted[np.argsort(first[alerted], kind="stable")]
    )
    attackers = np.flatnonzero(kinds == "attacker")
    queries = detection.asked[attackers, np.minimum(first[attackers] + 1, done)]
    campaigns = tuple(
        Campaign(
            clients[i],
            int(begins),
            int(first[i] + 1) * WINDOW if first[i] < done else None,
            int(asked),
        )
        for i, begins, asked in zip(attackers, _begins(detection), queries, strict=True)
    )
    return Evaluation(
        detection.detector,
        float(threshold),
        int(until),
        detection.day.drift_at,
        len(clients) - len(attackers),
        tuple(alerts),
        campaigns,
    )


def curve(detection: Detection, thresholds: Iterable[float], until: float = DAY_MINUTES) -> pd.DataFrame:
    """Return a row for each threshold, all worked out at once: what `evaluate` says of it, as figures.

    Columns: `threshold`, `alerts`, `precision`, `recall`, `minutes_to_detect`, `queries_before_detection` (means over
    the caught), `queries_lost` (over all), `missed` and `false_alerts` (counts). NaN where there is nothing to divide.

    Raises
    ------
    ThreatLabError
        As `evaluate`, or if there are no thresholds.
    """
    done = _windows_done(detection, until)
    levels = np.array([check_positive("threshold", value) for value in _listed(thresholds)])
    first = _first_alerts(detection, levels, done)
    attackers = np.flatnonzero(detection.day.clients["kind"] == "attacker")
    begins = _begins(detection)
    alerts = (first < done).sum(axis=1)
    caught = first[:, attackers] < done
    seen_after = (first[:, attackers] + 1) * WINDOW - begins
    queries = detection.asked[attackers, np.minimum(first[:, attackers] + 1, done)]
    hits, begun = caught.sum(axis=1), int((begins < until).sum())
    return pd.DataFrame(
        {
            "threshold": levels,
            "alerts": alerts,
            "precision": _ratio(hits, alerts),
            "recall": _ratio(hits, np.full_like(hits, begun)),
            "minutes_to_detect": _ratio((seen_after * caught).sum(axis=1), hits),
            "queries_before_detection": _ratio((queries * caught).sum(axis=1), hits),
            "queries_lost": queries.sum(axis=1).astype(int),
            "missed": begun - hits,
            "false_alerts": alerts - hits,
        }
    )


def precision_at_base_rate(recall: float, false_alerts: float, attackers: float) -> float | None:
    """Return the share of alerts that are right: Bayes's theorem; None if there are no alerts.

    `recall` is the share of attackers that alert, `false_alerts` that of honest clients, `attackers` how many of all
    clients attack, each in 0..1. Where attackers are rare, `false_alerts` decides nearly alone: S. Axelsson 2000, "The
    base-rate fallacy and the difficulty of intrusion detection", ACM TISSEC 3(3).

    >>> round(precision_at_base_rate(0.92, 0.06, 0.001), 3)
    0.015

    Raises
    ------
    ThreatLabError
        If one of them is no share in 0..1.
    """
    attackers = check_number("attackers", attackers, 0, 1)
    right = check_number("recall", recall, 0, 1) * attackers
    wrong = check_number("false_alerts", false_alerts, 0, 1) * (1 - attackers)
    return right / (right + wrong) if right + wrong else None


def add_costs(
    table: pd.DataFrame, *, hourly_rate: float, loss_per_query: float, minutes_per_alert: float = MINUTES_PER_ALERT
) -> pd.DataFrame:
    """Return a curve with what each threshold costs: `analyst_cost`, `loss` and their sum `cost`, in your currency.

    All three parameters are your assumptions; no log can tell them. What one query is worth to an attacker depends on
    what its answer says: see the extraction attack.

    Raises
    ------
    ThreatLabError
        If `table` is no curve, or a parameter no number from 0.
    """
    if not isinstance(table, pd.DataFrame) or not {"alerts", "queries_lost"} <= set(table.columns):
        raise ThreatLabError("table must be a DataFrame that curve() returned")
    hours = table["alerts"] * check_number("minutes_per_alert", minutes_per_alert, 0, DAY_MINUTES) / 60
    analysts = hours * check_number("hourly_rate", hourly_rate, 0, 1e9)
    loss = table["queries_lost"] * check_number("loss_per_query", loss_per_query, 0, 1e9)
    return table.assign(analyst_cost=analysts, loss=loss, cost=analysts + loss)


def _first_alerts(detection: Detection, thresholds: Floats, done: int) -> Ints:
    """Return, per threshold and client, the number of the first window that alerts; `done` if none of them does."""
    first: Ints = (detection.peaks[:, :done] < thresholds[:, None, None]).sum(axis=2)
    return first


def _windows_done(detection: Detection, until: float) -> int:
    if not isinstance(detection, Detection):
        raise ThreatLabError(f"detection is {short(detection)}; give what detect() returns")
    return int(check_number("until", until, 0, DAY_MINUTES) // WINDOW)


def _begins(detection: Detection) -> Floats:
    begins: Floats = detection.day.clients["begins"].dropna().to_numpy()
    return begins


def _listed(thresholds: object) -> list[float]:
    if isinstance(thresholds, str) or not isinstance(thresholds, Iterable) or not (values := list(thresholds)):
        raise ThreatLabError(f"thresholds is {short(thresholds)}; give some numbers, such as [4, 16, 64]")
    return [value.item() if isinstance(value, np.generic) else value for value in values]


def _ratio(part: Ints | Floats, whole: Ints) -> Floats:
    ratio: Floats = np.full(len(whole), np.nan)
    return np.divide(part, whole, out=ratio, where=whole > 0)


def _mean(values: list[int]) -> float | None:
    return sum(values) / len(values) if values else None
