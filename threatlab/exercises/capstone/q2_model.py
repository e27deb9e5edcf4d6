"""Question 2 of lesson 07: the whole threat model; what is known, missing and promised in it, and what was run."""

from __future__ import annotations

from datetime import date
from typing import Any

from threatlab.errors import ThreatLabError
from threatlab.exercises.capstone.q1_drawing import SHOWN, facts_shown
from threatlab.exercises.judges import a_kind, is_a_person, refusal, words_in
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.report import Evidence, ThreatModel, checklist, from_exercise
from threatlab.system import AISystem
from threatlab.tabletop import run_unattended

BUDGET, HOURS, MAX_RISK = 15, 7, 0.7
"""Person-days for the plan, analyst hours a day for alerts, and what the owner accepts: the terms of the exercise."""

TODAY, HALF_A_YEAR_ON, PLAYED_ON = date(2026, 12, 1), date(2027, 6, 1), date(2026, 11, 20)
"""The day of the model, the last day of an acceptance, and the day of the exercise."""

STORY, SIGNS = "postmark-mcp", "night operations"
"""What the team played, and who signs for what stays open."""

_STATED = {
    "encryption_enabled": True,
    "rate_limiting_enabled": True,
    "human_approval_required": False,
    "monitoring_active": False,
    "untrusted_content_segregated": False,
}
_FALSE_FACTS = {
    "makes_predictions": "the porter puts nobody into a class and gives no marks",
    "trains_model": "the chain has never trained or tuned a model of its own",
    "runs_on_user_devices": "the messenger is on every phone anyway, and nothing of the chain's runs there",
}
_OPEN_FACT, _OPEN_CONTROL, _BOAST = "learns_from_user_input", "secrets_in_vault", "prompt_guardrails_enabled"

_WORDS = 4
"""Different words that a reason needs; whether it is a good one, only a reader can tell."""


def models_the_porter(answer: Any) -> str:
    """Judge a threat model of the night porter: what is known, what is missing, what is promised, and what was run."""
    model = a_kind(answer, ThreatModel, "a threat model; give ThreatModel(system, drawing=..., plan=..., ...)")
    _knows_what_it_is(model.system)
    _knows_its_controls(model.system)
    gaps = [str(each) for each in model.missing if not each.what.startswith("answers to")]
    if gaps:
        raise NotYet(f"The system is right. Your model itself says what it lacks: {'; '.join(gaps)}.")
    drawn = facts_shown(model.drawing) if model.drawing else set()
    if not drawn >= set(SHOWN):
        raise NotYet(
            f"The drawing in the model shows {len(drawn & set(SHOWN))} of the {len(SHOWN)} facts that its system has. "
            "A reader who follows the picture would look for another system: is it that of question 1?"
        )
    if model.made_on != TODAY:
        raise NotYet(f"The model is made on {model.made_on}; the night porter is judged as of {TODAY}.")
    first = model.before.known if model.before else {}
    if other := [name for name, value in first.items() if model.system.known.get(name) is not value]:
        raise NotYet(
            f"In before, {other[0]} is {first[other[0]]}, and not in the system. It was first "
            "assessed today, and nothing has changed since."
        )
    for judge in (_has_a_policy, _accepts, _plans, _has_evidence, _promises):
        judge(model)
    plan, items = model.plan, checklist(model)
    done = sum(item.done for item in items)
    left = f"{plan.risk_before:.2f} to {plan.risk_after:.2f}" if plan else ""
    return (
        f"Risk goes from {left} in {plan.days if plan else 0:g} days. {done} of {len(items)} items tick. One question "
        "about what the system is stays open, and your model says so itself. That gap is no fault of yours: it is the "
        "vendor's turn."
    )


def _knows_what_it_is(system: AISystem) -> None:
    """Refuse facts that the description denies, and a no where it is silent."""
    for fact, says in SHOWN.items():
        if not system[fact]:
            raise NotYet(f"{fact} is {system[fact]}. {says} (system_from(drawing) reads the facts of question 1.)")
    if system[_OPEN_FACT] is not None:
        raise NotYet(
            f"{_OPEN_FACT} is {system[_OPEN_FACT]}. The contract doesn't say, and the vendor has not answered. No "
            "answer is not a no: how do you write that down?",
            "open-fact",
        )
    for fact, says in _FALSE_FACTS.items():
        if system[fact] is not False:
            raise NotYet(
                f"{fact} is {system[fact]}, and the page says no: {says}. A drawing can't show that; "
                f"system.with_({fact}=False) says it."
            )


def _knows_its_controls(system: AISystem) -> None:
    """Refuse controls of which the description says something else, or nothing, and answers with no source."""
    if system[_OPEN_CONTROL] is not None:
        raise NotYet(
            f"{_OPEN_CONTROL} is {system[_OPEN_CONTROL]}. Nobody has looked where the key lies: it may well be in a "
            "vault. Write down what is known, and let the report send somebody to look.",
            "open-control",
        )
    if system[_BOAST] is not None:
        raise NotYet(
            f"{_BOAST} is {system[_BOAST]}, by a brochure. Read the control's question again: is the screen *tested*? "
            "The brochure says neither yes nor no to that, and what a seller says of his goods is no source.",
            "boast",
        )
    for control, value in _STATED.items():
        if system[control] is not value:
            raise NotYet(f"{control} is {system[control]}. Somebody has said how it is with that one: who, and what?")
    for control in system.catalog.controls:
        if control not in _STATED and system[control] is not None:
            raise NotYet(
                f"{control} is {system[control]}. It asks: {system.catalog.controls[control].question} Nobody has said "
                "a word about that. What is not spoken of is unknown: not in place, and not known to be missing.",
                "unspoken",
            )
        if system[control] is not None and not system.notes.get(control, "").strip():
            raise NotYet(
                f"{control} has no note. Who says so? In half a year that is the only question about it.", "no-note"
            )


def _has_a_policy(model: ThreatModel) -> None:
    """Refuse a policy that can't be broken, or that accepts nothing."""
    ticks = {item.id: item.done for item in checklist(model)}
    policy = model.policy
    if policy is None or not ticks["policy"]:
        raise NotYet("Your policy can't be broken: with no bound on any risk it accepts all of them.", "policy")
    if policy.max_risk > MAX_RISK:
        raise NotYet(
            f"Your policy accepts a risk score of {policy.max_risk:g}. Whoever answers for the porter has named a "
            "bound, and it isn't this one."
        )
    if not policy.accepted:
        raise NotYet(f"{BUDGET} days don't pay for everything. What stays open has to be accepted by somebody.")


def _accepts(model: ThreatModel) -> None:
    """Refuse an acceptance of what isn't open, that nobody signs, or that nobody will ever look at again."""
    planned = {step.control for step in model.plan.steps} if model.plan else set()
    open_ = {finding.attribute: finding for finding in model.assessment.findings}
    for each in model.policy.accepted if model.policy else ():
        if each.what in planned:
            raise NotYet(
                f"{each.what} is accepted *and* planned. Which of the two does {each.owner} answer for?", "both"
            )
        if each.what not in open_ and not model.assessment.by_threat.get(each.what):
            raise NotYet(f"{each.what} is accepted, but it is not open here: there is nothing to accept.")
        if each.what in open_ and open_[each.what].unknown:
            raise NotYet(
                f"{each.what} is accepted, and nobody knows whether it is in place. To accept an unknown is to sign a "
                "blank page: somebody has to ask first. Accept what is known to be missing.",
                "unknown",
            )
        if len(words_in(each.reason)) < _WORDS:
            raise NotYet(f"{each.what} is accepted because of {each.reason!r}. Would that convince the next owner?")
        if SIGNS not in each.owner.lower():
            raise NotYet(
                f"{each.what} is accepted by {each.owner}. The page says who signs for what stays open: the head of "
                f"{SIGNS}."
            )
        if not TODAY < each.expires <= HALF_A_YEAR_ON:
            raise NotYet(
                f"{each.what} is accepted until {each.expires}. An acceptance is a loan: it ends after today, and "
                f"within half a year, by {HALF_A_YEAR_ON}, somebody has to decide again."
            )


def _plans(model: ThreatModel) -> None:
    """Refuse a plan that is over its budget, made for another system, or nobody's."""
    plan = model.plan
    if plan is None or not plan.steps:
        raise NotYet("There is no step in your plan. Even one day is worth spending well.")
    if max(plan.days, plan.budget) > BUDGET:
        raise NotYet(f"The plan has a budget of {plan.budget:g} days and takes {plan.days:g}; there are {BUDGET}.")
    if abs(plan.risk_before - model.assessment.risk_score) > 1e-6:
        raise NotYet(
            f"The plan begins at a risk of {plan.risk_before:.3f}, the model's system is at "
            f"{model.assessment.risk_score:.3f}: it is a plan for another system. Did you change an answer since?"
        )
    for step in plan.steps:
        if not is_a_person(step.owner):
            raise NotYet(
                f"{step.title} is owned by {step.owner!r}. Who is asked on the morning when it is due?", "owner"
            )
    if any(step.due is None for step in plan.steps):
        raise NotYet("The steps have owners and no dates. Who is asked on which morning?")
    if (begins := min(step.start or TODAY for step in plan.steps)) != TODAY:
        raise NotYet(f"The plan begins on {begins}, and today is {TODAY}: it is to begin today.")


def _has_evidence(model: ThreatModel) -> None:
    """Refuse evidence that isn't about this system, promises nothing, or was never run: it is run again."""
    from threatlab.attacks import ATTACKS

    predicts, trains = "makes_predictions", "trains_model"
    needs = {"poisoning": trains, "membership": trains, "evasion": predicts, "extraction": predicts}
    for run in model.evidence:
        if run.attack not in ATTACKS:
            raise NotYet(f"There is no attack {run.attack!r} in this workbook; there are {', '.join(ATTACKS)}.")
        if fact := needs.get(run.attack):
            raise NotYet(f"You attacked with {run.attack}. It needs {fact}, and this system has nothing of the kind.")
        if not _is_real(run):
            raise NotYet(
                f"Run again with seed {run.seed} and the same knobs, {run.attack} against {run.control!r} comes out "
                "otherwise. Evidence is what from_attack makes of a run, and not what one remembers of it."
            )
    runs = [run for run in model.evidence if run.attack == "injection" and run.knobs.get("adaptive") is True]
    bare = [run.success for run in runs if run.control == "none"]
    bounds = [run.success_at_most for run in runs if run.control != "none"]
    if not bare or not bounds:
        raise NotYet(
            f"No run of injection by an attacker who adapts (adaptive=True) is {'with' if bare else 'without'} a "
            "control: a figure alone tells nobody what the control was worth.",
            "alone",
        )
    if not any(bound is not None for bound in bounds):
        raise NotYet("Your run against a control has no bound (success_at_most). What would have been a failure?")
    if not any(bound is not None and bound < min(bare) for bound in bounds):
        raise NotYet("The attack without any control keeps your bound, too. Which success would be a failure?")


def _is_real(run: Evidence) -> bool:
    from threatlab.attacks import ATTACKS

    try:
        again = ATTACKS[run.attack].run(run.control, seed=run.seed, **run.knobs)
    except ThreatLabError as problem:
        raise refusal(f"{run.attack} against {run.control!r} can't be run", problem) from None
    pairs = ((run.success, again.success), (run.baseline, again.baseline), (run.utility, again.utility))
    return all(abs(recorded - measured) < 1e-6 for recorded, measured in pairs)


def _promises(model: ThreatModel) -> None:
    """Refuse what an artifact only pretends: another exercise, reviews of another system, no reason, another day."""
    waiting = {item.id: item.artifact for item in checklist(model) if not item.done and item.id != "assessment"}
    if waiting:
        name, says = next(iter(waiting.items()))
        raise NotYet(f"The checklist's item {name!r} doesn't tick: {says}.")
    choice = model.monitoring
    if choice is None or len(words_in(choice.reason)) < _WORDS:
        raise NotYet(
            "The alert threshold has hardly a reason. Whose sleep does it cost, and whom does it miss?", "threshold"
        )
    if choice.analyst_hours > HOURS:
        raise NotYet(
            f"At {choice.threshold:g} the alerts take {choice.analyst_hours:g} hours a day, and the shift can spare "
            f"{HOURS}. What happens to the alerts that nobody gets to?"
        )
    played, told = from_exercise(run_unattended(STORY), PLAYED_ON), model.tabletop
    if told is None or told.title != played.title or told.held_on != PLAYED_ON:
        what = f"{told.title!r}, held on {told.held_on}" if told else "none"
        raise NotYet(f"The exercise in your model is {what}. The team played {played.title!r} on {PLAYED_ON}.")
    if [each.decision for each in told.decisions] != [each.decision for each in played.decisions]:
        raise NotYet(f"These are not the team's decisions of {PLAYED_ON}: run_unattended plays what TEAM holds.")
    if not any(each.on == TODAY for each in model.training):
        raise NotYet(f"Your training record is of {model.training[0].on}. The briefing is tonight, on {TODAY}.")


q2 = Question(
    id="capstone.q2",
    title="The whole threat model",
    judge=models_the_porter,
    hints=in_steps(
        "Begin with the system: system_from(drawing, base), where base is an AISystem that holds the controls and "
        "their notes; then with_(...) for the facts that the description denies. Then hand in "
        "ThreatModel(system): its own list of gaps says what comes next, and in which notebook it was made.",
        f"make_plan(system, {BUDGET}, start=..., owners=...) needs owners, a dict from control to name: make it "
        "once to see the steps, and again with a name for each. from_attack, from_evaluation and from_exercise "
        "make the records of what you ran. The head of the audit log is there once a manager has written to it.",
        "Policy(max_risk=...).accept(control, reason, owner, expires) returns the policy with an acceptance: of a "
        "finding that is known, that the plan leaves open, and for half a year at most.",
        'Evidence: from_attack(ATTACKS["injection"].run("none", adaptive=True)), and the same with a control in '
        'place of "none" and success_at_most=... Threshold: from_evaluation(chosen, reason), where chosen is an '
        "evaluate(detect(simulate_day(seed)), threshold), whose analyst_hours() says what it costs.",
    ),
    because="A threat model is finished when it says itself what is not: here the vendor's silence. All items tick "
    "but the first, which is the honest state on this day. Writing False into the open question would have ticked that "
    "one too, and given a lower score, and one sentence in the report that nobody can stand behind.",
    covers=("practice-document", "summary-layered"),
    seconds=30.0,
    claims={
        "unspoken": "What nobody speaks of is missing, or in place.",
        "open-fact": "A question that nobody has answered is answered with no.",
        "open-control": "What nobody has looked at is missing.",
        "boast": "What a seller says is evidence.",
        "no-note": "An answer needs no source.",
        "policy": "A policy may accept every risk.",
        "owner": "A step may be owned by a team, or by nobody.",
        "both": "A risk can be accepted and planned for.",
        "unknown": "What nobody knows can be accepted.",
        "threshold": "An alert threshold needs no reason.",
        "alone": "A run with a control shows what it is worth, without one to compare.",
    },
)
