"""What an inventory of systems says to those who share it: where we stand, what to do next, what we don't know."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from threatlab.assessment import Assessment, NextStep, assess
from threatlab.catalog import SEVERITIES
from threatlab.checks import Unchangeable, check_list, check_score
from threatlab.errors import ThreatLabError
from threatlab.ranking import reaches, rounded
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
class Overview(Unchangeable):
    """What three roles need to see of one inventory. Scores and risks are in 0..1.

    `alerting` are the ids of the systems at or above the alert threshold, worst first; `answered` the same if every
    unknown control turned out to be in place. `unknown` counts the answers about controls that nobody gave, by system.
    """

    assessments: tuple[Assessment, ...]
    before: tuple[Assessment, ...]
    alert_threshold: float
    alerting: tuple[str, ...]
    answered: tuple[str, ...]
    severities: dict[str, int] = field(hash=False)
    unknown: dict[str, int] = field(hash=False)
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
    results = tuple(sorted(map(assess, _checked(systems)), key=lambda result: -rounded(result.risk_score)))
    best_case = {r.system.name: assess(_all_known(r)).risk_score for r in results}
    alerting = tuple(r.system.name for r in results if reaches(r.risk_score, threshold))
    return Overview(
        assessments=results,
        before=tuple(map(assess, check_list("before", before, "a list of systems"))),
        alert_threshold=threshold,
        alerting=alerting,
        answered=tuple(name for name in alerting if reaches(best_case[name], threshold)),
        severities=_severities(results),
        unknown={r.system.name: sum(f.unknown for f in r.findings) for r in results},
        work=_work(results),
        threats=_threats(results),
    )


def _checked(systems: Iterable[AISystem]) -> Sequence[AISystem]:
    systems = check_list("the inventory", systems, "a list of systems, such as [load_system('tay')]")
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
    lacking: dict[str, list[tuple[NextStep, AISystem]]] = {}
    for result in results:
        for step in result.best_next(len(result.findings)):
            lacking.setdefault(step.attribute, []).append((step, result.system))
    work = []
    for name, steps in lacking.items():
        control = steps[0][1].catalog.controls[name]
        work.append(
            Work(
                control=name,
                title=control.title,
                role=control.role,
                systems=len(steps),
                removes=sum(step.removes for step, _ in steps),
                days=sum(step.effort_days for step, _ in steps),
                worst=_highest((step.removes, system.name) for step, system in steps)[1],
            )
        )
    return tuple(sorted(work, key=lambda each: -rounded(each.removes / each.days)))


def _threats(results: Sequence[Assessment]) -> tuple[ThreatShare, ...]:
    threats = {name: threat for result in results for name, threat in result.catalog.threats.items()}
    shares = []
    for name, threat in threats.items():
        risks = [(risk, result.system.name) for result in results if (risk := result.by_threat.get(name, 0.0)) > 0]
        if risks:
            highest, worst = _highest(risks)
            shares.append(
                ThreatShare(
                    threat=name,
                    title=threat.title,
                    systems=len(risks),
                    mean=sum(risk for risk, _ in risks) / len(risks),
                    highest=highest,
                    worst=worst,
                )
            )
    return tuple(sorted(shares, key=lambda share: -rounded(share.mean * share.systems)))


def _highest(named: Iterable[tuple[float, str]]) -> tuple[float, str]:
    """Return the highest figure and whose it is: of equals, the first by name."""
    return min(named, key=lambda each: (-rounded(each[0]), each[1]))


def _mean(results: Sequence[Assessment]) -> float:
    return sum(result.risk_score for result in results) / len(results)
