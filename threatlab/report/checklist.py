"""The lesson's six-item checklist: an item ticks only from an artifact that the threat model holds."""

from __future__ import annotations

from dataclasses import dataclass

from threatlab.report.model import ThreatModel, check_model
from threatlab.words import counted


@dataclass(frozen=True, slots=True)
class CheckItem:
    """One item of the lesson's checklist: whether it is done, and the artifact that ticks it.

    `artifact` says what was found; where the item isn't done, what it takes and in which `notebook` it is made.
    """

    id: str
    title: str
    done: bool
    artifact: str
    notebook: str

    def __str__(self) -> str:
        return f"[{'x' if self.done else ' '}] {self.title}: {self.artifact}"


def checklist(model: ThreatModel) -> tuple[CheckItem, ...]:
    """Return the six items of the lesson's checklist, in its order, judged by what `model` holds and nothing else.

    Raises
    ------
    ThreatLabError
        If `model` is no ThreatModel.
    """
    check_model(model)
    judged = (_assessment(model), _policy(model), _monitoring(model), _tabletop(model), _reviews(model))
    titles = (
        ("assessment", "Initial assessment", "02"),
        ("policy", "Policy and acceptable risk", "04"),
        ("monitoring", "Monitoring and alerting", "06"),
        ("tabletop", "Tabletop exercise", "06"),
        ("reviews", "Regular reviews", "06"),
        ("training", "Team trained", "07"),
    )
    return tuple(
        CheckItem(name, title, done, said, notebook)
        for (name, title, notebook), (done, said) in zip(titles, (*judged, _training(model)), strict=True)
    )


def _assessment(model: ThreatModel) -> tuple[bool, str]:
    result, system = model.assessment, model.system
    if model.example:
        return False, f"assess a system of your own: {system.title} is an example"
    open_facts = [fact for fact in system.catalog.facts if system[fact] is None]
    unknown = sum(finding.unknown for finding in result.findings)
    if open_facts:
        return False, f"answer what the system is: {len(open_facts)} of {len(system.catalog.facts)} questions are open"
    if not any(control in system.known for control in system.catalog.controls):
        return False, "say of at least one control whether it is in place"
    said = f"risk score {result.risk_score:.2f}, {counted(len(result.findings), 'finding')}"
    return True, said + (f", {unknown} of them because nobody knows" if unknown else "")


def _policy(model: ThreatModel) -> tuple[bool, str]:
    policy = model.policy
    if policy is None:
        return False, "write a policy"
    threats = len(policy.max_by_threat)
    if policy.max_risk >= 1 and policy.max_per_threat is None and not threats:
        return False, "the policy accepts any risk: give max_risk or a bound for a threat"
    bounds = [f"risk score at most {policy.max_risk:g}"] if policy.max_risk < 1 else []
    bounds += [f"each threat at most {policy.max_per_threat:g}"] if policy.max_per_threat is not None else []
    bounds += [f"own bounds for {counted(threats, 'threat')}"] if threats else []
    return True, ", ".join([*bounds, f"{counted(len(policy.accepted), 'risk')} accepted"])


def _monitoring(model: ThreatModel) -> tuple[bool, str]:
    choice = model.monitoring
    if choice is None:
        return False, "choose a threshold for alerts, and say why"
    cost = f"{counted(choice.alerts, 'alert')} and {choice.analyst_hours:g} analyst hours a day"
    return True, f"{choice.detector} alerts at {choice.threshold:g}: {cost}"


def _tabletop(model: ThreatModel) -> tuple[bool, str]:
    held = model.tabletop
    if held is None or not held.decisions:
        return False, "hold a tabletop exercise, and keep its log"
    if held.unattended:
        return False, f"{held.title} was played by no person: hold it with your team"
    if not held.finished:
        return False, f"{held.title} was begun: play it to its end"
    decisions = counted(len(held.decisions), "decision")
    changes = counted(sum(lesson.kind == "change" for lesson in held.lessons), "thing")
    return True, f"{held.title}: {decisions} logged, {changes} to change"


def _reviews(model: ThreatModel) -> tuple[bool, str]:
    own = sorted(review.due for review in model.reviews if review.system_id == model.system.name)
    if not own:
        return False, f"put reviews of {model.system.name} into the calendar"
    if model.made_on and own[-1] < model.made_on:
        return False, f"the last review was due on {own[-1]}: schedule the next one"
    coming = next((day for day in own if not model.made_on or day >= model.made_on), own[-1])
    return True, f"{counted(len(own), 'review')}, the next on {coming}"


def _training(model: ThreatModel) -> tuple[bool, str]:
    if not model.training:
        return False, "hold the briefing, and record who was there"
    last = max(model.training, key=lambda training: training.on)
    return True, f"{counted(len(model.training), 'record')}, the last: {last.who} on {last.on}"
