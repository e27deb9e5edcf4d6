"""What a report says of the system: summary, scope, what is known, findings, threats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from threatlab.assessment import Finding
from threatlab.assessment.stride import BREAKS, STRIDE, by_stride
from threatlab.catalog import SEVERITIES
from threatlab.report.blocks import Bar, Bars, Block, Cell, Code, Figure, Items, Mark, Section, Table, Text
from threatlab.report.checklist import checklist
from threatlab.report.model import ThreatModel
from threatlab.words import counted

_ANSWER = {True: "yes", False: "no", None: "unknown"}


def summary(model: ThreatModel) -> Section:
    """Return the scores, the worst threat, the checklist, and what is missing."""
    result = model.assessment
    bars = [Bar("as first assessed", model.first_assessment.risk_score)] if model.first_assessment else []
    bars.append(Bar("now", result.risk_score))
    if model.plan:
        bars.append(Bar("when the plan is done", model.plan.risk_after))
    blocks: list[Block] = [Text(model.system.description)] if model.system.description else []
    blocks += [Text(_headline(model)), Bars("Risk score, from 0 to 1: higher is worse", ("When", "Score"), tuple(bars))]
    if asked := tuple(_decisions(model)):
        blocks += [Text("Decisions asked of you:"), Items(asked)]
    if model.made_on and model.policy:
        said = tuple(breach.sentence for breach in model.breaches)
        head = f"The policy is broken ({len(said)}):" if said else f"The policy is kept on {model.made_on}."
        blocks += [Text(head), Items(said)] if said else [Text(head)]
    rows = tuple(
        (item.title, Mark("done", "good") if item.done else Mark("open", "bad"), item.artifact)
        for item in checklist(model)
    )
    blocks.append(Table("Checklist", ("Item", "State", "Artifact, or what it takes"), rows))
    if model.missing:
        blocks.append(Text("Missing from this report:"))
        blocks.append(Items(tuple(str(each) if model.course else each.what for each in model.missing)))
    if model.notes:
        blocks.append(Text(f"Notes: {model.notes}"))
    return Section("Summary", tuple(blocks))


def _decisions(model: ThreatModel) -> Iterator[str]:
    """Yield what the reader has to decide, and nobody else can."""
    if not model.system.owner:
        yield "Name somebody who answers for this system."
    if model.plan is None or not model.plan.steps:
        yield "Give people and days: there is no plan yet."
    else:
        steps, days = model.plan.steps, [step.due for step in model.plan.steps if step.due]
        work = f"{counted(len(steps), 'step')}, {model.plan.days:g} days of work"
        yield f"Agree to the plan, or change it: {work}, {f'done by {max(days)}' if days else 'with no dates yet'}."
        if unowned := sum(not step.owner for step in steps):
            yield f"Name who does it: {unowned} of the plan's {len(steps)} steps have nobody."
        open_ = [name for name in model.plan.left_open if not model.accepted(name)]
        if open_:
            yield f"Accept or pay for {counted(len(open_), 'finding')} that the plan leaves open."
    if unknown := sum(finding.unknown for finding in model.assessment.findings):
        yield f"Have {counted(unknown, 'question')} answered that nobody could answer so far."


def _headline(model: ThreatModel) -> str:
    result = model.assessment
    by_severity = Counter(finding.severity for finding in result.findings)
    severities = ", ".join(f"{by_severity[s]} {s}" for s in SEVERITIES if by_severity[s])
    unknown = sum(finding.unknown for finding in result.findings)
    said = f"The risk score is {result.risk_score:.2f} of 1, with {len(result.findings)} findings"
    said += f" ({severities})." if severities else "."
    if unknown:
        said += f" {unknown} of them stand here because nobody has said whether the control is in place."
    if worst := result.worst_threat:
        said += f" The worst threat is {result.catalog.threats[worst].title}, at {result.by_threat[worst]:.2f}."
    return said


def scope(model: ThreatModel) -> Section:
    """Return what is in scope: the picture, the flows across a trust boundary, and what was left out by whom."""
    drawing = model.drawing
    if drawing is None:
        return Section("Scope", (model.gap("drawing"),))
    crossings = tuple(
        (
            str(each.number),
            f"{each.flow.source} → {each.flow.target}",
            each.flow.label,
            each.leaves.name,
            each.enters.name,
        )
        for each in drawing.crossings
        if drawing.in_scope(each.flow)
    )
    left_out = tuple((e.element, e.reason, e.owner, e.review) for e in drawing.exclusions)
    blocks: list[Block] = [
        Text(drawing.description or f"{len(drawing.elements)} elements, {len(drawing.flows)} flows."),
        Figure(drawing),
        Table("Flows that cross a trust boundary", ("No.", "Flow", "What flows", "Leaves", "Enters"), crossings),
    ]
    if left_out:
        blocks.append(Table("Left out of scope", ("Element", "Why", "Who answers for it", "Look again"), left_out))
    if not drawing.complete:
        blocks.append(Text("Nobody vouches yet that the drawing is complete: what is not drawn is unknown."))
    return Section("Scope", tuple(blocks))


def attributes(model: ThreatModel) -> Section:
    """Return every fact and control with its answer, unknown ones too, and why we say so."""
    system, known = model.system, model.system.catalog
    facts = tuple(
        (fact.label, _answer(system[name], exposes=True), _why(model, name)) for name, fact in known.facts.items()
    )
    asked = {name: c for name, c in known.controls.items() if c in known.rulesets[model.ruleset].controls}
    controls = tuple(
        ((control.title, Code(name)), _answer(system[name]), _why(model, name))
        for name, control in asked.items()
        if system[name] is not None or name in system.notes
    )
    unsaid = [name for name in asked if system[name] is None and name not in system.notes]
    open_ = sum(system[name] is None for name in known.facts)
    said = f"{open_} of {len(known.facts)} questions about what the system is are open; an open one counts as no."
    blocks: list[Block] = [
        Text(said),
        Table("What the system is", ("The system ...", "Answer", "Why we say so"), facts),
        Table("Controls", ("Control", "In place", "Why we say so"), controls),
    ]
    if unsaid:
        blocks.append(Text(f"Unknown: of {len(unsaid)} controls nobody has said whether they are in place."))
        blocks.append(Items((Code(", ".join(unsaid)),)))
    if questions := model.assessment.best_questions():
        rows = tuple((each.question, f"{each.moves:+.2f}", f"{each.likely:.0%}") for each in questions)
        columns = ("Question", "A yes moves the score by", "Likely, by published cases")
        blocks.append(Table("What to ask next: what is expected to move the score most", columns, rows, (1, 2)))
    return Section("What is known", tuple(blocks))


def _why(model: ThreatModel, attribute: str) -> Cell:
    """Return the note on an attribute; where the answer has changed since, it is the note on the first one."""
    note, first = model.system.notes.get(attribute, ""), model.before
    if first is None or first[attribute] == model.system[attribute]:
        return note
    was = f"changed: at first {_ANSWER[first[attribute]]}"
    return (was, f"noted then: {note}") if note and note == first.notes.get(attribute) else (was, note)


def _answer(value: bool | None, *, exposes: bool = False) -> Mark:
    tones = {True: "plain" if exposes else "good", False: "plain" if exposes else "bad", None: "unknown"}
    return Mark(_ANSWER[value], tones[value])


def findings(model: ThreatModel) -> Section:
    """Return every finding with its id, what to do about it, and whether somebody has accepted it."""
    found = model.assessment.findings
    if not found:
        return Section("Findings", (Text("Nothing was found: every control that applies is in place."),))
    rows = tuple(_finding(model, finding) for finding in found)
    columns = ("Finding", "Severity, state", "What to do", "Threats and techniques")
    caption = f"{len(rows)} findings, worst first; ATLAS techniques as of {model.system.catalog.atlas}"
    return Section("Findings", (Table(caption, columns, rows),))


def _finding(model: ThreatModel, finding: Finding) -> tuple[Cell, ...]:
    threats = model.system.catalog.threats
    state = [Mark("unknown", "unknown") if finding.unknown else Mark("missing", "bad")]
    if model.accepted(finding.attribute):
        state.append(Mark("accepted", "good"))
    titles = ", ".join(threats[threat].title for threat in finding.threats)
    return (
        (finding.finding, Code(finding.attribute)),
        (Mark(finding.severity, finding.severity.lower()), *state),
        finding.recommendation,
        (titles, *([Code(", ".join(technique.id for technique in finding.atlas))] if finding.atlas else [])),
    )


def threats(model: ThreatModel) -> Section:
    """Return each threat's residual risk, now and at first, and the findings grouped by STRIDE."""
    result, first, planned = model.assessment, model.first_assessment, model.planned_assessment
    blocks: list[Block] = []
    if result.by_threat:
        bars = tuple(
            Bar(
                result.catalog.threats[threat].title,
                risk,
                first.by_threat.get(threat) if first else None,
                planned.by_threat.get(threat) if planned else None,
            )
            for threat, risk in result.worst_first
        )
        caption = "Residual risk by threat, from 0 to 1: what is left after the controls in place"
        blocks.append(Bars(caption, ("Threat", "Now"), bars))
    else:
        blocks.append(Text("The three checks of ruleset core know no threats; the ruleset ai does."))
    rows = tuple(
        (
            f"{STRIDE[letter]}: {BREAKS[letter]}",
            str(len(found)),
            Code(", ".join(f.attribute for f in found)) if found else "none",
        )
        for letter, found in by_stride(result).items()
    )
    blocks.append(Table("The same findings by STRIDE", ("Category", "Findings", "Controls"), rows, (1,)))
    return Section("Threats", tuple(blocks))
