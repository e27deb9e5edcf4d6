"""The first page of a report: what the system is, its score and how sure it is, and what the reader has to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from threatlab.assessment import assess
from threatlab.catalog import SEVERITIES
from threatlab.dataflow.facts import SEEN
from threatlab.ranking import rounded
from threatlab.report.blocks import Bar, Bars, Block, Items, Section, Table, Text
from threatlab.report.model import ThreatModel
from threatlab.words import counted, days, listed, lower_first

ASKED = 3
"""Decisions that a first page asks for: more of them, and none is made."""

TO_DECIDE = "\u2610\xa0yes \u2610\xa0no"

Decision = tuple[str, str]
"""What is asked, and why."""


def summary(model: ThreatModel) -> Section:
    """Return what the system is, its score with the range of open answers, the decisions asked, and the policy."""
    blocks: list[Block] = [Text(model.system.description)] if model.system.description else []
    blocks += [Text(_headline(model)), _scores(model), Text(_how_sure(model))]
    rows = tuple((asked, why, TO_DECIDE) for asked, why in decisions(model))
    who = f"asked of {model.system.owner}" if model.system.owner else "asked of the reader"
    if rows:
        caption = f"{('One', 'Two', 'Three')[len(rows) - 1]} {'decision' if len(rows) == 1 else 'decisions'} {who}"
        blocks.append(Table(caption, ("Decision", "Because", "Decided"), rows))
    if model.made_on and model.policy:
        said = tuple(breach.sentence for breach in model.breaches)
        head = f"On {model.made_on} the policy is broken:" if said else f"The policy is kept on {model.made_on}."
        blocks += [Text(head), Items(said)] if said else [Text(head)]
    return Section("Summary", tuple(blocks))


def decisions(model: ThreatModel) -> tuple[Decision, ...]:
    """Return what the reader has to decide, and nobody else can: the first `ASKED` of what is open."""
    return tuple(_open_decisions(model))[:ASKED]


def _open_decisions(model: ThreatModel) -> Iterator[Decision]:
    if not model.system.owner:
        yield "Name somebody who answers for this system.", "Nobody does, so nobody can accept its risk."
    yield from _of_the_plan(model)
    yield from _of_the_worst(model)
    yield from _of_a_question(model)
    if model.plan and (unowned := sum(not step.owner for step in model.plan.steps)):
        yield (
            "Name who does each step of the plan.",
            f"{unowned} of {counted(len(model.plan.steps), 'step')} have nobody.",
        )
    over = (
        [each for each in model.policy.accepted if model.made_on and not each.holds(model.made_on)]
        if model.policy
        else []
    )
    for each in over:
        yield f"Accept “{each.title}” again, or have it closed.", f"It was accepted until {each.expires}, and is open."


def _of_the_plan(model: ThreatModel) -> Iterator[Decision]:
    plan, now = model.plan, model.assessment.risk_score
    if plan is not None and plan.steps:
        last = max((step.due for step in plan.steps if step.due), default=None)
        work = (
            f"{counted(len(plan.steps), 'step')}, {days(plan.days)} of work, {f'by {last}' if last else 'no dates yet'}"
        )
        effect = f"The score falls from {plan.risk_before:.2f} to {plan.risk_after:.2f}"
        short = model.policy is not None and plan.risk_after > model.policy.max_risk
        rest = f" The policy accepts {model.policy.max_risk:g}: it stays broken." if model.policy and short else ""
        yield f"Approve the plan: {work}.", f"{effect}; {plan.utility:.0%} of the usefulness stays.{rest}"
    elif steps := model.assessment.best_next(ASKED):
        effort = days(sum(step.effort_days for step in steps))
        after = model.system.with_(**{step.attribute: True for step in steps})
        titles = listed([lower_first(step.title) for step in steps])
        score = assess(after, model.ruleset).risk_score
        yield (
            f"Give people and {effort}: there is no plan yet.",
            f"The best first steps are to {titles}. Done, they take the score from {now:.2f} to {score:.2f}.",
        )


def _of_the_worst(model: ThreatModel) -> Iterator[Decision]:
    """Yield the decision about the threat of which most is left: to accept it, or to pay for what lowers it most.

    What is accepted already, or allowed by the policy, is decided.
    """
    left, policy = model.planned_assessment or model.assessment, model.policy
    bounds = {threat: policy.bound(threat) if policy else None for threat in left.by_threat}
    above = [each for each in left.worst_first if each[1] >= SEEN and each[1] > (bounds[each[0]] or 0)]
    for worst, risk in [each for each in above if not model.accepted(each[0])][:1]:
        title, bound = left.catalog.threats[worst].title, bounds[worst]
        when = " once the plan is done" if model.planned_assessment else ""
        allowed = "" if bound is None else f" The policy allows {bound:g}."
        why = f"It is the largest risk that is left{when}: {risk:.2f} of 1.{allowed}"
        after = {
            finding.attribute: assess(left.system.with_(**{finding.attribute: True}), model.ruleset).by_threat[worst]
            for finding in left.findings
            if not model.accepted(finding.attribute)
        }
        best = min(after, key=lambda control: rounded(after[control]), default="")
        if not best or risk - after[best] < SEEN:
            yield f"Accept {lower_first(title)} at {risk:.2f}, until a day.", f"{why} No control left would lower it."
        else:
            control = left.catalog.controls[best]
            pay = f"pay {days(control.effort_days)} to {lower_first(control.title)} ({after[best]:.2f})"
            yield f"{title}: {pay}, or accept {risk:.2f} until a day.", why


def _of_a_question(model: ThreatModel) -> Iterator[Decision]:
    for asked in model.assessment.best_questions(1):
        moves = f"A yes takes the score from {model.assessment.risk_score:.2f} to "
        moves += f"{model.assessment.risk_score + asked.moves:.2f}"
        more = f"; {len(model.open_questions)} questions are open" if len(model.open_questions) > 1 else ""
        yield f"Have this answered: {asked.question}", f"{moves}. It is the open question that is worth most{more}."


def _headline(model: ThreatModel) -> str:
    result = model.assessment
    by_severity = Counter(finding.severity for finding in result.findings)
    severities = ", ".join(f"{by_severity[s]} {s}" for s in SEVERITIES if by_severity[s])
    said = f"The risk score is {result.risk_score:.2f} of 1, with {counted(len(result.findings), 'finding')}"
    said += f" ({severities})." if severities else "."
    if worst := result.worst_threat:
        said += f" The worst threat is {result.catalog.threats[worst].title}, at {result.by_threat[worst]:.2f}."
    return said


def _how_sure(model: ThreatModel) -> str:
    facts = model.system.catalog.facts
    of_facts = sum(name in facts for name in model.open_questions)
    of_controls = len(model.open_questions) - of_facts
    if not model.open_questions:
        return "Every question about the system is answered: no open answer can move the score."
    low, high = model.score_range
    kinds = [("about what the system is", "each open fact is false", of_facts)]
    kinds += [("about controls", "each open control is in place", of_controls)]
    open_ = [kind for kind in kinds if kind[-1]]
    about = f": {listed([f'{number} {what}' for what, _, number in open_])}" if len(open_) > 1 else f" {open_[0][0]}"
    return (
        f"It is between {low:.2f} and {high:.2f}, depending on {counted(len(model.open_questions), 'open question')}"
        f"{about}. It is lowest if {listed([best for _, best, _ in open_])}, and highest the other way around. An open "
        "question counts as answered with no."
    )


def _scores(model: ThreatModel) -> Bars:
    changed = model.before is not None and model.before.known != model.system.known
    bars = [Bar("as first assessed", model.first_assessment.risk_score)] if changed and model.first_assessment else []
    bars.append(Bar("now", model.assessment.risk_score, model.score_range if model.open_questions else None))
    if model.plan:
        bars.append(Bar("when the plan is done", model.plan.risk_after))
    return Bars("Risk score, from 0 to 1: higher is worse", ("When", "Score"), tuple(bars))
