"""What a report says of the work: plan, accepted risks, evidence, operation, method, history, and who signs."""

from __future__ import annotations

from collections.abc import Mapping

from threatlab.measured import MEASURES, effect, took
from threatlab.plan.records import ask_first
from threatlab.policy import Acceptance
from threatlab.report.blocks import Block, Cell, Code, Heading, Items, Mark, Section, Table, Text
from threatlab.report.checklist import checklist
from threatlab.report.model import ThreatModel
from threatlab.report.records import Decision, Evidence
from threatlab.system import AISystem
from threatlab.words import ANSWER, counted, listed

UNATTENDED = "No person played it: these are answers of the story's own, and ours may be others."
"""What stands above the log of an exercise that a program played."""

_SHARE = "{:.0%}".format


def policy(model: ThreatModel) -> Section:
    """Return what the organization accepts, and the risks that somebody has accepted, until when."""
    kept = model.policy
    if kept is None:
        return Section("Accepted risks and policy", (model.gap("policy"),))
    titles = {name: threat.title for name, threat in model.system.catalog.threats.items()}
    rows: list[tuple[Cell, ...]] = [("Risk score", f"at most {kept.max_risk:g}")]
    if kept.max_per_threat is not None:
        rows.append(("Each threat's residual risk", f"at most {kept.max_per_threat:g}"))
    rows += [(titles[threat], f"at most {bound:g}") for threat, bound in kept.max_by_threat.items()]
    open_ = (
        f"{severity} {'any time' if days is None else f'{days} days'}" for severity, days in kept.open_days.items()
    )
    rows.append(("A finding may stay open", ", ".join(open_)))
    rows.append(("Usefulness that a plan must leave", f"at least {_SHARE(kept.min_utility)}"))
    accepted = tuple(
        ((each.title, Code(each.what)), each.reason, each.owner, str(each.expires), _state(model, each))
        for each in kept.accepted
    )
    columns = ("Risk", "Why", "Owner", "Until", "State")
    blocks: list[Block] = [
        Table("Accepted risks", columns, accepted) if accepted else Text("No risk has been accepted."),
        Table("What is acceptable", ("What", "Bound"), tuple(rows)),
    ]
    return Section("Accepted risks and policy", tuple(blocks))


def _state(model: ThreatModel, accepted: Acceptance) -> Mark:
    if model.made_on is None:
        return Mark("unknown: the report has no date", "unknown")
    return Mark("holds", "good") if accepted.holds(model.made_on) else Mark("expired: counts as open", "bad")


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
            step.title,
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
        known = model.system.catalog.controls
        open_ = [known[name].title if name in known else name for name in made.left_open]
        blocks.append(Text(f"The plan leaves open: {listed(open_)}."))
    return Section("Plan", tuple(blocks))


def evidence(model: ThreatModel) -> Section:
    """Return what ran against which control, first on the system itself, then on toys, and whether bounds were kept."""
    if not (model.evidence or model.measured):
        return Section("Evidence", (model.gap("evidence"),))
    real, toys = ([run for run in model.evidence if run.ran_on == on] for on in ("system", "toy"))
    blocks: list[Block] = []
    if real or model.measured:
        blocks.append(Heading("Measured on the real system"))
    if real:
        blocks.append(_runs("Attacks that ran on the system", real))
    if model.measured:
        blocks += [Text(_HOW_MEASURED), _measured(model)]
    if not (real or model.measured):
        blocks.append(Text("Nothing has been measured on the system itself yet."))
    if toys:
        said = (
            "Toy attacks on small models: they show which way a control works, and not by how much it would at yours. "
            "A regression bound says that it works no worse than it did; the plan's criteria of success are targets."
        )
        blocks += [Heading("Measured on toys"), Text(said), _runs("Attacks that ran on a toy", toys)]
    if limits := tuple(f"{run.attack}: {run.limits}" for run in model.evidence if run.limits):
        blocks += [Text("What these runs do not show:"), Items(tuple(dict.fromkeys(limits)))]
    return Section("Evidence", tuple(blocks))


_HOW_MEASURED = (
    "Each attack only asked: it had the answers, a budget of queries, and no look inside. Figures are means over "
    "repeats, with a 95% t interval: other random draws from the same data, and not other data or a better attacker."
)


def _measured(model: ThreatModel) -> Table:
    """Return the runs on the real system, each without its control, and with it if it has one."""
    rows: list[tuple[Cell, ...]] = []
    groups: list[str] = []
    beside = [each.beside for each in model.measured]
    for each in model.measured:
        if each.run in beside:
            continue  # it is told with the run that has a control
        for run, control in ((each.beside, ""), (each.run, each.control)):
            if run is None:
                continue
            titled = model.system.catalog.controls.get(control)
            against = (titled.title, Code(control)) if titled else (control or "no control",)
            figures = [str(run.over(m)) if run.repeats else "" for m in MEASURES]
            when: Cell = (Code(run.target), run.moment, run.in_words, run.asked_in_words, *filter(None, [run.state]))
            changes = (
                f"{took(each)} {effect(each, model.system.catalog)}".strip()
                if run is each.run
                else "the next row is compared with it"
            )
            rows.append((against, when, *figures, changes))
            groups.append(f"{run.attack}: {run.metric}")
    columns = ("Against", "On what, when and how", "Success", "Without attack", "Usefulness", "What it changes")
    return Table("Attacks that ran on the real system", columns, tuple(rows), (2, 3, 4), tuple(groups))


def _runs(caption: str, runs: list[Evidence]) -> Table:
    verdicts = {True: Mark("passed", "good"), False: Mark("failed", "bad"), None: Mark("no bound", "unknown")}
    runs = sorted(runs, key=lambda run: [each.attack for each in runs].index(run.attack))  # of one attack together
    rows = tuple(
        (
            (run.called, Code(run.control)) if run.called == run.title else run.called,
            ", ".join([*_knobs(run.knobs), f"seed {run.seed}"]),
            _SHARE(run.success),
            _SHARE(run.baseline),
            _SHARE(run.utility),
            _bounds(run.success_at_most, run.utility_at_least),
            verdicts[run.passed],
        )
        for run in runs
    )
    columns = ("Against", "Setting", "Success", "Without attack", "Usefulness", "Regression bound", "Verdict")
    groups = tuple(_whose(run) for run in runs)
    return Table(caption, columns, rows, (2, 3, 4), groups)


def _whose(run: Evidence) -> str:
    by = f", attacker: {run.attacker}" if run.attacker else ""
    return f"{run.attack}{by}: {run.metric}" if run.metric else f"{run.attack}{by}"


def _knobs(knobs: Mapping[str, object]) -> list[str]:
    return [f"{name}={value}" for name, value in knobs.items()]


def _bounds(at_most: float | None, useful: float | None) -> str:
    parts = [f"success at most {_SHARE(at_most)}"] if at_most is not None else []
    parts += [f"usefulness at least {_SHARE(useful)}"] if useful is not None else []
    return ", ".join(parts)


def operation(model: ThreatModel) -> Section:
    """Return how the system is watched, practiced for, reviewed and taught."""
    parts = (("Alerts", _alerts), ("Exercise", _exercise), ("Reviews", _reviews), ("Training", _training))
    return Section("Operation", tuple(block for title, part in parts for block in (Heading(title), *part(model))))


def _alerts(model: ThreatModel) -> tuple[Block, ...]:
    choice = model.monitoring
    if choice is None:
        return (model.gap("monitoring"),)

    def part(share: float | None) -> str:
        return "nothing to divide by" if share is None else _SHARE(share)

    minutes = choice.minutes_to_detect
    found = "nobody was caught" if minutes is None else f"{minutes:.0f} minutes, mean over the caught"
    rows: tuple[tuple[Cell, ...], ...] = (
        ("Detector threshold", f"{choice.threshold:g}, on the scale of the detector {choice.detector}"),
        ("Why", choice.reason),
        ("Cost", f"{choice.alerts} alerts, {choice.analyst_hours:g} analyst hours"),
        ("Precision and recall", f"of the alerts {part(choice.precision)}, of the attackers {part(choice.recall)}"),
        ("Missed", ", ".join(choice.missed) or "nobody"),
        (
            "Before an alert",
            f"{found}, {counted(choice.queries_lost, 'query', 'queries')} of attackers",
        ),
    )
    caption = "The threshold from which a client alerts, tried on a simulated day of requests: yours will differ"
    return (Table(caption, ("What", "Value"), rows),)


def _exercise(model: ThreatModel) -> tuple[Block, ...]:
    held = model.tabletop
    if held is None:
        return (model.gap("tabletop"),)
    when = f", held on {held.held_on}" if held.held_on else ""
    said = f"{held.title}{when}: {counted(len(held.decisions), 'decision')}."
    blocks: list[Block] = [Text(said if held.finished else f"{said} It was not played to its end.")]
    if held.case:
        blocks.append(Text(f"It retells what happened to another organization ({held.case}), and not to us."))
    if held.unattended:
        blocks.append(Text(UNATTENDED))
    if changes := tuple(
        (each.text, each.owner or "nobody yet", str(each.due or "no day yet"))
        for each in held.lessons
        if each.kind == "change"
    ):
        blocks.append(Table("What the response plan should say after the exercise", ("What", "Who", "Until"), changes))
    return tuple(blocks)


def _reviews(model: ThreatModel) -> tuple[Block, ...]:
    if not model.reviews:
        return (model.gap("reviews"),)
    same: dict[tuple[str, str, str], list[str]] = {}
    for each in model.reviews:
        same.setdefault((each.title, each.owner or "nobody yet", each.reason), []).append(str(each.due))
    rows = tuple((title, ", ".join(due), owner, reason) for (title, owner, reason), due in same.items())
    agenda = next((each for each in model.reviews if each.system_id == model.system.name), model.reviews[0]).agenda
    table = Table("Reviews due", ("System", "Due", "Owner", "Why then"), rows)
    return (table, Text("Agenda of the next one:"), Items(agenda)) if agenda else (table,)


def _training(model: ThreatModel) -> tuple[Block, ...]:
    if not model.training:
        return (model.gap("training"),)
    rows = tuple((each.who, str(each.on), each.what, each.by) for each in model.training)
    return (Table("Who was trained", ("Who", "When", "In what", "By"), rows),)


def record(model: ThreatModel) -> Section:
    """Return the method, the versions, what is missing and noted, how all this can be checked, and who signs."""
    blocks: list[Block] = [Text(METHOD), _versions(model)]
    if model.missing:
        gaps = tuple(str(each) if model.course else each.what for each in model.missing)
        blocks += [Heading("Missing from this report"), Items(gaps)]
    if model.notes:
        blocks += [Heading("Notes"), Text(model.notes)]
    catalog_ = f"threatlab's own, MITRE ATLAS {model.system.catalog.atlas}; ruleset {model.ruleset}"
    rows: list[tuple[Cell, ...]] = [
        ("System", model.system.name),
        ("Catalog", catalog_),
        ("Source of what is known", model.system.source),
    ]
    if model.audit_head:
        rows.append(("Head of the audit log", (Code(model.audit_head), "Kept elsewhere, it shows a log that was cut.")))
    blocks += [Table("How this was made", ("What", "Value"), tuple(rows))]
    return Section("Method and scale, versions", tuple(blocks))


METHOD = (
    "The scope was drawn, and what the system is follows from the drawing or from an answer. Each control was answered "
    "with yes, no or unknown; unknown counts as missing. Each threat's likelihood and impact, from 0 to 1, are judged "
    "values of the catalog, raised by what the system is. Preventive controls in place lower the likelihood, detective "
    "and corrective ones the impact; of controls of one layer the best counts whole and each further one in part. A "
    "threat's risk is likelihood \u00d7 impact, and the risk score joins all threats, as "
    "1 \u2212 (1 \u2212 a)(1 \u2212 b)\u2026, from 0 to 1. Scores are for comparing and arguing, and are no "
    "probabilities. The range of the score holds for every answer to the open questions; it says nothing about how "
    "good the catalog's own values are."
)
"""How a report's figures come about, in a paragraph."""


def _versions(model: ThreatModel) -> Table:
    """Return the versions, the newest first, and what changed after each."""
    rows: list[tuple[Cell, ...]] = [
        (
            f"{model.version or 'this one'}, now",
            str(model.made_on or "not dated"),
            model.author,
            f"{model.assessment.risk_score:.2f}",
            "",
        )
    ]
    rows += [
        (
            each.version,
            str(each.made_on or "not dated"),
            each.author,
            "" if each.risk_score is None else f"{each.risk_score:.2f}",
            each.changed,
        )
        for each in reversed(model.history)
    ]
    if model.before and model.first_assessment and model.before.known != model.system.known:
        rows.append(("first assessed", "", "", f"{model.first_assessment.risk_score:.2f}", _since(model, model.before)))
    return Table(
        "Versions, the newest first", ("Version", "Day", "By", "Score", "What changed after it"), tuple(rows), (3,)
    )


def _since(model: ThreatModel, first: AISystem) -> str:
    """Return which answers are not what they were at first."""
    known = model.system.catalog
    titles = {name: fact.label for name, fact in known.facts.items()}
    titles |= {name: control.title for name, control in known.controls.items()}
    changed = [name for name in known.attributes if first[name] != model.system[name]]
    said = (f"{titles[name]}: {ANSWER[first[name]]}, now {ANSWER[model.system[name]]}" for name in changed)
    return "; ".join(said)


def sign_off(model: ThreatModel) -> Section:
    """Return the lines on which author, reviewers and owner sign."""
    line = "\u2026" * 8
    signed: list[tuple[Cell, ...]] = [("Made by", model.author or line, str(model.made_on or line), line)]
    signed += [("Reviewed by", each, line, line) for each in model.reviewers or (line,)]
    signed.append(("For the owner of the risk", model.system.owner or line, line, line))
    said = f"Version {model.version or line} of this threat model, with the decisions of its first page."
    table = Table("Signatures", ("What", "Who", "When", "Signature"), tuple(signed))
    return Section("Sign-off", (Text(said), table))


def exercise_log(model: ThreatModel) -> Section:
    """Return what was decided in the tabletop exercise, message by message."""
    held = model.tabletop
    rows = tuple(
        ((each.clock,), each.inject, each.by or "nobody", _decided(each)) for each in (held.decisions if held else ())
    )
    columns = ("Clock", "Message", "By", "Decision")
    kept = tuple(each.text for each in (held.lessons if held else ()) if each.kind == "keep")
    blocks: tuple[Block, ...] = (Table(held.title, columns, rows),) if held else ()
    blocks += (Text("What to keep:"), Items(kept)) if kept else ()
    return Section("Appendix: log of the exercise", blocks, appendix=True)


def _decided(entry: Decision) -> tuple[str, ...]:
    """Return a decision, why, and what was decided first and taken back."""
    taken_back = (f"Decided first, and taken back: {text}" for text in entry.taken_back)
    return (entry.decision, *([entry.note] if entry.note else []), *taken_back)


def course_checklist(model: ThreatModel) -> Section:
    """Return the six items of the course's checklist, of a threat model that is made in the course."""
    rows = tuple(
        (item.title, Mark("done", "good") if item.done else Mark("open", "bad"), item.artifact)
        for item in checklist(model)
    )
    table = Table("Checklist", ("Item", "State", "Artifact, or what it takes"), rows)
    return Section("Appendix: checklist of the course", (table,) if model.course else (), appendix=True)
