"""What a report says of the system: scope, assets and adversaries, threats, findings, and every answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from threatlab.assessment import Assessment, Finding
from threatlab.assessment.layered import ThreatRisk
from threatlab.assessment.stride import STRIDE
from threatlab.catalog import Adversary, Threat
from threatlab.dataflow import DataFlow
from threatlab.dataflow.who import Named, assets_of, attack_surface, is_one_of_us, said_to_be_none, whom_threats_serve
from threatlab.report.blocks import Block, Cell, Code, Figure, Heading, Inline, Items, Mark, Section, Table, Text
from threatlab.report.model import ThreatModel
from threatlab.report.places import by_place
from threatlab.report.scenarios import Scenario, scenarios
from threatlab.words import ANSWER, capital, listed, lower_first


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
            f"{each.leaves.name} → {each.enters.name}",
        )
        for each in drawing.crossings
        if drawing.in_scope(each.flow)
    )
    left_out = tuple((e.element, e.reason, e.owner, e.review) for e in drawing.exclusions)
    said = drawing.description if drawing.description != model.system.description else ""
    blocks: list[Block] = [Text(said or f"{len(drawing.elements)} elements, {len(drawing.flows)} flows.")]
    if not drawing.complete:
        blocks.append(Text("Nobody vouches yet that the drawing is complete: what is not drawn is unknown."))
    blocks.append(Table("Flows that cross a trust boundary", ("No.", "Flow", "What flows", "Boundary"), crossings))
    if left_out:
        blocks.append(Table("Left out of scope", ("Element", "Why", "Who answers for it", "Look again"), left_out))
    blocks.append(Figure(drawing))
    return Section("Scope", tuple(blocks))


def assets(model: ThreatModel) -> Section:
    """Return what is worth protecting, by the drawing, and who may attack it: where, with what goal and knowledge."""
    told, known = scenarios(model), model.system.catalog
    blocks: list[Block] = []
    if model.drawing:
        rows = tuple(
            _asset(model.drawing, told, known.threats, each.name)
            for each in model.drawing.elements
            if each.kind != "person" and model.drawing.in_scope(each)
        )
        said = any(each.worth for each in model.drawing.elements)
        caption = "Assets" if said else "Assets; what they are worth to the business, nobody has said yet"
        heads = ("Asset", "What it is", "Of worth", "What it holds or gets", "Reached by")
        blocks += [Table(caption, heads, rows), *map(Text, said_to_be_none(model.drawing))]
    else:
        blocks.append(Text("Without a drawing nobody can say which parts are worth protecting."))
    if told:
        blocks += _adversaries(model, tuple(each.threat for each in told))
    return Section("Assets and adversaries", tuple(blocks))


def _adversaries(model: ThreatModel, threats: tuple[str, ...]) -> Iterator[Block]:
    """Yield who can be where in the drawing, and whom each of these threats serves: all, if nothing is drawn."""
    known, surface = model.system.catalog, attack_surface(model.drawing) if model.drawing else {}
    wanted = [each for each in known.adversaries.values() if not each.goals.keys().isdisjoint(threats)]
    there = [each for each in wanted if any(each.id in named.names for named in surface.values())]
    elsewhere = [each.title for each in wanted if each not in there]
    if there:
        rows = tuple(
            (capital(each.title), _where(each, surface), f"{capital(each.access_and_knowledge)}: {each.knows}")
            for each in there
        )
        caption = "Adversaries who can be there" + f" (at no flow that is drawn: {listed(elsewhere)})" * bool(elsewhere)
        yield Table(caption, ("Adversary", "At", "Access and knowledge"), rows)
    if model.drawing and not any(is_one_of_us(model.drawing, each) for each in model.drawing.elements):
        yield Text(_NOBODY_OF_US)
    here = whom_threats_serve(known, model.drawing)
    wants = tuple((known.threats[threat].title, _wants(threat, here[threat])) for threat in threats)
    yield Table("Whom each threat serves here, and what they want", ("Threat", "Who, and what they want"), wants)


_NOBODY_OF_US = (
    "None of your own people is drawn. An insider shows only where one is, or where a flow names them; whoever feeds, "
    "runs or mends the system can be one."
)


def _wants(threat: str, adversaries: tuple[Adversary, ...]) -> str:
    wants = (f"{capital(each.title)}: {lower_first(each.goals[threat].text)}." for each in adversaries)
    return " ".join(wants) or "Nobody who is drawn."


def _where(adversary: Adversary, surface: Mapping[int, Named]) -> str:
    """Return the flows where an adversary can be, and which of these are our reading."""
    at = {number: named for number, named in surface.items() if adversary.id in named.names}
    read = [str(number) for number, named in at.items() if not named.said]
    whose = f" ({'' if len(read) == len(at) else listed(read) + ': '}our reading)" if read else ""
    return f"flow{'s' * (len(at) > 1)} {listed([str(number) for number in at])}{whose}"


def _asset(drawing: DataFlow, told: tuple[Scenario, ...], threats: Mapping[str, Threat], name: str) -> tuple[Cell, ...]:
    element, zone = drawing.element(name), drawing.zone_of(name)
    comes = list(dict.fromkeys(flow.label for flow in drawing.flows if flow.target == name and drawing.in_scope(flow)))
    by = [threats[s.threat].title for s in told if name in s.parts]
    where = f"{element.kind} in {zone.name}" + (f", owned by {zone.owner}" if zone.owner else "")
    named = assets_of(drawing, name)
    return (
        name,
        (where, *([Mark("personal data", "unknown")] if element.personal and "people" not in named.names else [])),
        tuple(filter(None, (named.words, element.worth))) or "nothing named",
        ", ".join(comes) or "nothing that is drawn",
        ", ".join(by) or "no scenario below",
    )


def threats(model: ThreatModel) -> Section:
    """Return each threat's risk, and of those that apply the scenario, likelihood and impact with their reasons."""
    result, first, planned = model.assessment, _before(model), model.planned_assessment
    if not result.by_threat:
        return Section("Threats", (Text("The three checks of ruleset core know no threats; the ruleset ai does."),))
    titles = result.catalog.threats
    columns = ["Threat", "Likelihood", "Impact", "Residual risk now"]
    columns += ["At first"] * bool(first) + ["After the plan"] * bool(planned)
    numbers = tuple(range(1, len(columns)))
    columns += ["Policy today"] * bool(model.policy)
    rows = []
    for name, risk in result.worst_first:
        how = result.explain(name)
        figures = [how.likelihood, how.impact, risk] if risk else [0.0, how.impact, 0.0]
        figures += [first.by_threat.get(name, 0.0)] if first else []
        figures += [planned.by_threat.get(name, 0.0)] if planned else []
        unsaid = "" if risk else _unsaid(model, titles[name])
        absent: Cell = Mark("unknown", "unknown") if unsaid else "does not apply"
        bound = [_bound(risk, model.policy.bound(name)) if risk else absent] if model.policy else []
        named: Cell = (titles[name].title, unsaid) if unsaid else titles[name].title
        rows.append((named, *(f"{each:.2f}" for each in figures), *bound))
    caption = "Residual risk by threat, from 0 to 1: likelihood \u00d7 impact, with the controls in place"
    blocks: list[Block] = [Table(caption, tuple(columns), tuple(rows), numbers)]
    for told in scenarios(model):
        blocks += _threat(model, told, result.explain(told.threat))
    return Section("Threats", tuple(blocks))


def _before(model: ThreatModel) -> Assessment | None:
    """Return the first assessment, if an answer has changed since."""
    return model.first_assessment if model.before and model.before.known != model.system.known else None


def _threat(model: ThreatModel, told: Scenario, how: ThreatRisk) -> Iterator[Block]:
    known, planned = model.system.catalog, model.planned_assessment
    threat = known.threats[told.threat]
    after = f", {planned.by_threat[told.threat]:.2f} after the plan" if planned else ""
    yield Heading(f"{threat.title}: {how.risk:.2f} now{after}")
    yield Text(told.story)
    worse = [known.facts[fact].label for fact in threat.impact_raised_by if fact in model.system.true]
    bars = {each.control: f"{known.controls[each.control].title} (\u2212{each.reduction:.0%})" for each in how.barriers}
    prevents = [text for name, text in bars.items() if known.controls[name].effect == "preventive"]
    limits = [text for name, text in bars.items() if known.controls[name].effect != "preventive"]
    raised = [known.facts[fact].label for fact in how.raised_by]
    said = (
        _reasons(f"Likelihood {how.likelihood:.2f}", how.inherent_likelihood, threat.likelihood_why, raised, prevents),
        _reasons(f"Impact {how.impact:.2f}", how.inherent_impact, threat.impact_why, worse, limits),
    )
    yield Items(said)


def _unsaid(model: ThreatModel, threat: Threat) -> str:
    """Return which answers that nobody has given would let a threat in; "" if all are given."""
    open_ = [model.system.catalog.facts[fact].label for fact in threat.applies_when_any if model.system[fact] is None]
    return f"unknown: it applies if the system {' or '.join(open_)}" if open_ else ""


def _bound(risk: float, bound: float | None) -> Cell:
    if bound is None:
        return "no bound"
    return Mark(f"at most {bound:g}: kept", "good") if risk <= bound else Mark(f"at most {bound:g}: broken", "bad")


def _reasons(name: str, bare: float, why: str, raised: list[str], lowered: list[str]) -> str:
    said = f"{name}: {lower_first(why).rstrip('.')}."
    if raised:
        said += f" Raised by: {listed(raised)}."
    if lowered:
        said += f" Lowered from {bare:.2f} by {listed(lowered)}."
    return said


def findings(model: ThreatModel) -> Section:
    """Return every finding by the part of the drawing it stands at: what to do, and who does it until when."""
    places = by_place(model)
    if not places:
        return Section("Findings", (Text("Nothing was found: every control that applies is in place."),))
    unknown = sum(finding.unknown for finding in model.assessment.findings)
    said = f"{len(model.assessment.findings)} findings, by the part of the drawing that they stand at, worst first."
    said += f" {unknown} of them stand here because nobody has said whether the control is in place." if unknown else ""
    columns = ("Finding", "Severity, state", "What to do", "Owner, date")
    rows = tuple((place.title, _finding(model, each)) for place in places for each in place.findings)
    table = Table("Findings", columns, tuple(row for _, row in rows), groups=tuple(title for title, _ in rows))
    return Section("Findings", (Text(said), table))


def _finding(model: ThreatModel, finding: Finding) -> tuple[Cell, ...]:
    state: list[Inline] = [Mark("unknown", "unknown") if finding.unknown else Mark("missing", "bad")]
    step, accepted = model.step(finding.attribute), model.accepted(finding.attribute)
    if accepted:
        state.append(Mark("accepted", "good"))
        who: Cell = (accepted.owner, f"until {accepted.expires}")
    elif step:
        who = (step.owner or "nobody yet", str(step.due or "no date yet"))
    else:
        who = ("not planned", f"({model.system.catalog.controls[finding.attribute].role})")
    return (
        (finding.finding, Code(finding.attribute)),
        (Mark(finding.severity, finding.severity.lower()), *state),
        finding.recommendation,
        who,
    )


def answers(model: ThreatModel) -> Section:
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
    unsaid = [control.title for name, control in asked.items() if system[name] is None and name not in system.notes]
    open_ = sum(system[name] is None for name in known.facts)
    said = f"{open_} of {len(known.facts)} questions about what the system is are open; an open one counts as no."
    blocks: list[Block] = [
        Text(said),
        Table("What the system is", ("The system ...", "Answer", "Why we say so"), facts),
        Table("Controls", ("Control", "In place", "Why we say so"), controls),
    ]
    if unsaid:
        said = f"Of {len(unsaid)} controls nobody has said whether they are in place: {'; '.join(unsaid)}."
        blocks.append(Text(said))
    if questions := model.assessment.best_questions():
        rows = tuple((each.question, f"{each.moves:+.2f}", f"{each.likely:.0%}") for each in questions)
        columns = ("Question", "A yes moves the score by", "Likely, by published cases")
        blocks.append(Table("What to ask next: what is expected to move the score most", columns, rows, (1, 2)))
    return Section("Appendix: every answer", tuple(blocks), appendix=True)


def _why(model: ThreatModel, attribute: str) -> Cell:
    """Return the note on an attribute; where the answer has changed since, it is the note on the first one."""
    note, first = model.system.notes.get(attribute, ""), model.before
    if first is None or first[attribute] == model.system[attribute]:
        return note
    was = f"changed: at first {ANSWER[first[attribute]]}"
    return (was, f"noted then: {note}") if note and note == first.notes.get(attribute) else (was, note)


def _answer(value: bool | None, *, exposes: bool = False) -> Mark:
    tones = {True: "plain" if exposes else "good", False: "plain" if exposes else "bad", None: "unknown"}
    return Mark(ANSWER[value], tones[value])


def mappings(model: ThreatModel) -> Section:
    """Return each finding's threats, letters of STRIDE and techniques of MITRE ATLAS."""
    known = model.system.catalog
    rows = tuple(
        (
            Code(finding.attribute),
            ", ".join(known.threats[threat].title for threat in finding.threats),
            known.controls[finding.attribute].stride,
            Code(", ".join(technique.id for technique in finding.atlas)) if finding.atlas else "none",
        )
        for finding in model.assessment.findings
    )
    letters = ", ".join(f"{letter} {name}" for letter, name in STRIDE.items())
    caption = f"STRIDE: {letters}. MITRE ATLAS as of {known.atlas}"
    table = Table(caption, ("Finding", "Threats", "STRIDE", "ATLAS"), rows)
    return Section("Appendix: findings in published terms", (table,), appendix=True)
