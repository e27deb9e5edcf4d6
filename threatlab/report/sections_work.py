"""What a report says of the work: policy, plan, validation, alerts, exercise, reviews, training, audit log."""

from __future__ import annotations

from collections.abc import Mapping

from threatlab.plan.records import ask_first
from threatlab.report.blocks import Block, Cell, Code, Items, Mark, Section, Table, Text
from threatlab.report.model import ThreatModel
from threatlab.report.records import Decision

UNATTENDED = "No person played it: these are answers of the story's own, and ours may be others."
"""What stands above the log of an exercise that a program played."""

_SHARE = "{:.0%}".format


def policy(model: ThreatModel) -> Section:
    """Return what the organization accepts, and the risks that somebody has accepted, until when."""
    kept = model.policy
    if kept is None:
        return Section("Policy and accepted risks", (model.gap("policy"),))
    titles = {name: threat.title for name, threat in model.system.catalog.threats.items()}
    rows: list[tuple[Cell, ...]] = [("Risk score", f"at most {kept.max_risk:g}")]
    if kept.max_per_threat is not None:
        rows.append(("Each threat's residual risk", f"at most {kept.max_per_threat:g}"))
    rows += [(titles[threat], f"at most {bound:g}") for threat, bound in kept.max_by_threat.items()]
    rows += [
        (f"A {severity} finding may stay open", "any time" if days is None else f"{days} days")
        for severity, days in kept.open_days.items()
    ]
    rows.append(("Usefulness that a plan must leave", f"at least {_SHARE(kept.min_utility)}"))
    accepted = tuple(
        ((each.title, Code(each.what)), each.reason, each.owner, str(each.expires), _state(model, each.expires))
        for each in kept.accepted
    )
    columns = ("Risk", "Why", "Owner", "Until", "State")
    blocks: list[Block] = [Table("What is acceptable", ("What", "Bound"), tuple(rows))]
    blocks.append(Table("Accepted risks", columns, accepted) if accepted else Text("No risk has been accepted."))
    return Section("Policy and accepted risks", tuple(blocks))


def _state(model: ThreatModel, expires: object) -> Mark:
    if model.made_on is None:
        return Mark("unknown: the report has no date", "unknown")
    return Mark("holds", "good") if str(model.made_on) <= str(expires) else Mark("expired: counts as open", "bad")


def plan(model: ThreatModel) -> Section:
    """Return the plan's steps with owner, dates, effort, effect and success criterion, and what it leaves open."""
    made = model.plan
    if made is None:
        return Section("Plan", (model.gap("plan"),))
    said = (
        f"{len(made.steps)} steps, {made.days:g} of {made.budget:g} days. The risk score falls from "
        f"{made.risk_before:.2f} to {made.risk_after:.2f}; {_SHARE(made.utility)} of the usefulness stays. "
    )
    said += "No plan within budget and floor leaves less risk." if made.exact else "It is not proved to be the best."
    rows = tuple(
        (
            (step.title, Code(step.control)),
            (step.owner or "nobody yet", step.role),
            (str(step.start or "no date"), str(step.due or "")),
            f"{step.effort_days:g}",
            f"{step.removes:.3f}",
            _SHARE(step.utility_cost),
            step.success,
        )
        for step in made.steps
    )
    columns = ("Step", "Owner", "From, until", "Days", "Removes", "Utility cost", "It is a success when")
    blocks: list[Block] = [Text(said), Table("Steps, in order", columns, rows, (3, 4, 5))]
    if ask := ask_first(sum(step.control not in model.system.known for step in made.steps)):
        blocks.append(Text(ask))
    if made.left_open:
        blocks += [Text("The plan leaves open:"), Items((Code(", ".join(made.left_open)),))]
    return Section("Plan", tuple(blocks))


def evidence(model: ThreatModel) -> Section:
    """Return which attacks ran against which control, with seed and figures, and whether the bounds were kept."""
    if not model.evidence:
        return Section("Validation", (model.gap("evidence"),))
    rows = tuple(
        (
            (run.attack, _knobs(run.knobs)) if run.knobs else run.attack,
            run.control,
            str(run.seed),
            (_SHARE(run.success), f"without attack {_SHARE(run.baseline)}", run.metric),
            _SHARE(run.utility),
            _bounds(run.success_at_most, run.utility_at_least),
            {True: Mark("passed", "good"), False: Mark("failed", "bad"), None: Mark("no bound", "unknown")}[run.passed],
        )
        for run in model.evidence
    )
    columns = ("Attack", "Against", "Seed", "Attacker's success", "Usefulness", "Regression bound", "Verdict")
    said = (
        "Toy attacks on small models: they show which way a control works, and not by how much it would at yours. A "
        "regression bound says that it works no worse than it did; the plan's criteria of success are targets."
    )
    return Section("Validation", (Text(said), Table("Attacks that ran", columns, rows, (2, 4))))


def _knobs(knobs: Mapping[str, object]) -> str:
    return ", ".join(f"{name}={value}" for name, value in knobs.items())


def _bounds(at_most: float | None, useful: float | None) -> str:
    parts = [f"success at most {_SHARE(at_most)}"] if at_most is not None else []
    parts += [f"usefulness at least {_SHARE(useful)}"] if useful is not None else []
    return ", ".join(parts)


def monitoring(model: ThreatModel) -> Section:
    """Return the alert threshold, why it was chosen, and what it costs."""
    choice = model.monitoring
    if choice is None:
        return Section("Monitoring", (model.gap("monitoring"),))

    def part(share: float | None) -> str:
        return "nothing to divide by" if share is None else _SHARE(share)

    minutes = choice.minutes_to_detect
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Alert threshold", f"{choice.threshold:g}, detector {choice.detector}"),
        ("Why", choice.reason),
        ("Alerts", str(choice.alerts)),
        ("Analyst hours", f"{choice.analyst_hours:g}"),
        ("Precision: alerts that were about an attacker", part(choice.precision)),
        ("Recall: attackers who were caught", part(choice.recall)),
        ("Missed", ", ".join(choice.missed) or "nobody"),
        ("Minutes to detection, mean over the caught", "nobody was caught" if minutes is None else f"{minutes:.0f}"),
        ("Queries that attackers got before an alert", str(choice.queries_lost)),
    )
    said = "Tried on a simulated day of requests; yours will differ."
    return Section("Monitoring", (Text(said), Table("The alert threshold and its cost", ("What", "Value"), rows)))


def tabletop(model: ThreatModel) -> Section:
    """Return the exercise's log and its lessons."""
    held = model.tabletop
    if held is None:
        return Section("Tabletop exercise", (model.gap("tabletop"),))
    when = f", held on {held.held_on}" if held.held_on else ""
    rows = tuple(
        (each.clock, each.inject, each.by or "nobody", _decided(each), each.consequence) for each in held.decisions
    )
    blocks: list[Block] = [
        Text(f"{held.title}{when}." if held.finished else f"{held.title}{when}; it was not played to its end."),
        *(
            [Text(f"It retells what happened to another organization ({held.case}), and not to us.")]
            if held.case
            else []
        ),
        *([Text(UNATTENDED)] if held.unattended else []),
        Table("Log", ("Clock", "Message", "By", "Decision", "What followed"), rows),
    ]
    if held.lessons:
        lessons = tuple(
            (each.kind, each.text, each.owner or "nobody yet", str(each.due or "no day yet")) for each in held.lessons
        )
        blocks.append(Table("Lessons", ("Keep or change", "What", "Who", "Until"), lessons))
    return Section("Tabletop exercise", tuple(blocks))


def _decided(entry: Decision) -> tuple[str, ...]:
    """Return a decision, why, and what was decided first and taken back."""
    taken_back = (f"Decided first, and taken back: {text}" for text in entry.taken_back)
    return (entry.decision, *([entry.note] if entry.note else []), *taken_back)


def reviews(model: ThreatModel) -> Section:
    """Return when the system is looked at again, and why then."""
    if not model.reviews:
        return Section("Reviews", (model.gap("reviews"),))
    rows = tuple((str(each.due), each.title, each.owner or "nobody yet", each.reason) for each in model.reviews)
    agenda = next((each for each in model.reviews if each.system_id == model.system.name), model.reviews[0]).agenda
    table = Table("Reviews due", ("Due", "System", "Owner", "Why then"), rows)
    return Section("Reviews", (table, Text("Agenda of the next one:"), Items(agenda)) if agenda else (table,))


def training(model: ThreatModel) -> Section:
    """Return who was trained, when, in what and by whom."""
    if not model.training:
        return Section("Training", (model.gap("training"),))
    rows = tuple((each.who, str(each.on), each.what, each.by) for each in model.training)
    return Section("Training", (Table("Who was trained", ("Who", "When", "In what", "By"), rows),))


def record(model: ThreatModel) -> Section:
    """Return how the report can be checked: catalog, ruleset and the audit log's head."""
    rows: list[tuple[Cell, ...]] = [
        ("System", model.system.name),
        ("Ruleset", Code(model.ruleset)),
        ("Catalog", f"threatlab's own, MITRE ATLAS {model.system.catalog.atlas}"),
        ("Source of what is known", model.system.source),
    ]
    blocks: list[Block] = [Table("How this was made", ("What", "Value"), tuple(rows))]
    if model.audit_head:
        blocks.append(Text("Head of the audit log. Keep it elsewhere: verify(head=...) then shows a log that was cut."))
        blocks.append(Items((Code(model.audit_head),)))
    else:
        blocks.append(model.gap("audit_head"))
    method = (
        "Method: the scope was drawn, and what the system is follows from the drawing or from an answer. Each control "
        "was answered with yes, no or unknown; unknown counts as missing. Each threat's likelihood and impact are "
        "judged values of the catalog, lowered by the controls in place; the risk score joins the threats, on a scale "
        "from 0 to 1. Scores are for comparing and arguing, and are no probabilities."
    )
    line = "_" * 20
    signed: tuple[tuple[Cell, ...], ...] = (
        ("Made by", model.author or line, str(model.made_on or line), line),
        ("Reviewed by", line, line, line),
        ("For the owner", model.system.owner or line, line, line),
    )
    sign_off = Table("Review and sign-off", ("What", "Who", "When", "Signature"), signed)
    return Section("Record", (*blocks, Text(method), sign_off))
