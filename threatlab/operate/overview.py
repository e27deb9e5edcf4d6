"""What an inventory of systems says to those who share it: where we stand, what to do next, what we don't know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from threatlab.assessment import Assessment, assess
from threatlab.catalog import SEVERITIES, catalog
from threatlab.checks import check_score
from threatlab.errors import ThreatLabError
from threatlab.system import AISystem, check_system


@dataclass(frozen=True, slots=True)
class Work:
    """One control over all systems that lack it: how many they are, and what it would take and remove.

    `removes` is the sum over the systems of how far each one's risk score falls by this control alone; `days` the sum
    of its effort. `worst` is the id of the system in which it removes most.
    """

    control: str
    title: str
    role: str
    systems: int
    removes: float
    days: float
    worst: str


@dataclass(frozen=True, slots=True)
class ThreatShare:
    """One threat over all systems: to how many it applies, and the one with the highest residual risk (0..1)."""

    threat: str
    title: str
    systems: int
    mean: float
    highest: float
    worst: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What three roles need to see of one inventory. Scores and risks are in 0..1.

    `alerting` are the ids of the systems at or above the alert threshold, worst first; `answered` the same if every
    unknown control turned out to be in place. `unknown` counts the answers about controls that nobody gave, by system.
    """

    assessments: tuple[Assessment, ...]
    before: tuple[Assessment, ...]
    alert_threshold: float
    alerting: tuple[str, ...]
    answered: tuple[str, ...]
    severities: dict[str, int]
    unknown: dict[str, int]
    work: tuple[Work, ...]
    threats: tuple[ThreatShare, ...]

    @property
    def mean(self) -> float:
        """Mean risk score."""
        return _mean(self.assessments)

    @property
    def mean_before(self) -> float | None:
        """Mean risk score of the inventory at the last review, if there was one."""
        return _mean(self.before) if self.before else None

    def work_for(self, role: str) -> tuple[Work, ...]:
        """Return the work that a role usually does, by the risk removed per day, best first."""
        return tuple(work for work in self.work if work.role == role)


def overview(systems: Iterable[AISystem], alert_threshold: float = 0.7, before: Iterable[AISystem] = ()) -> Overview:
    """Return what an inventory says to those who share it; `before` is the inventory at the last review.

    Raises
    ------
    ThreatLabError
        If there is no system, two have the same name, one is no AISystem, or the threshold is no number from 0 to 1.
    """
    threshold = check_score("alert_threshold", alert_threshold)
    now = tuple(sorted(map(assess, _checked(tuple(systems))), key=lambda result: -result.risk_score))
    earlier = tuple(map(assess, before))
    best_case = {r.system.name: assess(_all_known(r)).risk_score for r in now}
    alerting = tuple(r.system.name for r in now if r.risk_score >= threshold)
    return Overview(
        now,
        earlier,
        threshold,
        alerting,
        tuple(name for name in alerting if best_case[name] >= threshold),
        _severities(now),
        {r.system.name: sum(f.unknown for f in r.findings) for r in now},
        _work(now),
        _threats(now),
    )


def _checked(systems: Sequence[AISystem]) -> Sequence[AISystem]:
    if not systems:
        raise ThreatLabError("there is no system to show; give at least one, such as load_system('tay')")
    for system in systems:
        check_system(system, "a system of the inventory")
    name, times = Counter(system.name for system in systems).most_common(1)[0]
    if times > 1:
        raise ThreatLabError(f"two systems are called {name!r}; each needs a name of its own")
    return systems


def _all_known(result: Assessment) -> AISystem:
    return result.system.with_(**{finding.attribute: True for finding in result.findings if finding.unknown})


def _severities(results: Iterable[Assessment]) -> dict[str, int]:
    counts = Counter(finding.severity for result in results for finding in result.findings)
    return {severity: counts[severity] for severity in SEVERITIES}


def _work(results: Iterable[Assessment]) -> tuple[Work, ...]:
    gains: dict[str, list[tuple[float, str]]] = {}
    for result in results:
        for step in result.best_next(len(result.findings)):
            gains.setdefault(step.attribute, []).append((step.removes, result.system.name))
    work = []
    for name, found in gains.items():
        control = catalog().controls[name]
        removes, days = sum(gain for gain, _ in found), control.effort_days * len(found)
        work.append(Work(name, control.title, control.role, len(found), removes, days, max(found)[1]))
    return tuple(sorted(work, key=lambda each: -each.removes / each.days))


def _threats(results: Sequence[Assessment]) -> tuple[ThreatShare, ...]:
    shares = []
    for threat in catalog().threats.values():
        risks = [(result.by_threat[threat.id], result.system.name) for result in results]
        applies = [risk for risk, _ in risks if risk > 0]
        if applies:
            highest, worst = max(risks)
            shares.append(
                ThreatShare(threat.id, threat.title, len(applies), sum(applies) / len(applies), highest, worst)
            )
    return tuple(sorted(shares, key=lambda share: -share.mean * share.systems))


def _mean(results: Sequence[Assessment]) -> float:
    return sum(result.risk_score for result in results) / len(results)
