"""The questions of lesson 04: a floor, criteria, quick wins, a policy check to mend, and half of the budget."""

from __future__ import annotations

from threatlab.exercises.plan.criteria import DRAFTS, writes_criteria
from threatlab.exercises.plan.halved import replans
from threatlab.exercises.plan.order import orders_by_rate
from threatlab.exercises.plan.policy import mends_the_check
from threatlab.exercises.plan.room import finds_the_room
from threatlab.exercises.question import Question

__all__ = ["DRAFTS", "QUESTIONS", "q1", "q2", "q3", "q4", "q5"]

q1 = Question(
    id="plan.q1",
    title="How much usefulness may the next control cost?",
    judge=finds_the_room,
    expects="a function of a list of costs and a floor that returns a number",
    hints=(
        "First: which share is left with the controls in place? Each takes its share of what the others left.",
        "If `left` is left, a next control of cost c leaves left * (1 - c). Solve left * (1 - c) = floor for c.",
        "c = 1 - floor / left, and never less than 0. math.prod multiplies.",
    ),
    answer="""def room(costs, floor):
    left = prod(1 - cost for cost in costs)
    most = max(0.0, 1 - floor / left)
    return most""",
    because="Costs multiply, because each control can only take from what the others have left. It is little at first: "
    "5% and 5% are 9.75% and not 10%. But the answer to a product owner is a number, and with it the talk is about "
    "which controls share the room, and no longer about whether security may have any.",
    covers=("core-controls", "ops-enabler"),
)


q2 = Question(
    id="plan.q2",
    title="Which criteria can a number fail?",
    judge=writes_criteria,
    expects="a dict from each of the six names to a Criterion or None",
    hints=(
        "Try to write down a measurement that would make the sentence false. Where you can't, the answer is None.",
        "Three are None. One of those has a number in it, and still nothing can be measured that it doesn't allow.",
        'Criterion("planted instructions that are followed", "share", at_most=0.05) is the first.',
    ),
    answer="""criteria |= {
    "planted": Criterion("planted instructions followed", "share", at_most=0.05),
    "scanned": None,
    "honest": Criterion("honest questions answered", "share", at_least=0.95),
    "aware": None,
    "rollback": Criterion("time from alarm to rollback", "minutes", at_most=30),
    "vault": None,
}""",
    because="A criterion is a bet that can be lost. The three wishes can't be: one allows every share, one has no "
    "measure, one leaves the verdict to taste. Note that 'planted' and 'honest' belong together. An assistant that "
    "refuses everything meets the first and fails the second.",
    covers=("step-planning",),
)


q3 = Question(
    id="plan.q3",
    title="Quick wins, step by step",
    judge=orders_by_rate,
    expects="a function of a system and a number of days that returns a list of ids of controls",
    hints=(
        (
            "A loop: look at what would remove risk now, keep what fits into the days left, take the best for each "
            "day, put it in place, and begin again. It ends when nothing fits."
        ),
        (
            "threatlab.assess(system).best_next(99) is anew what each control removes. Each has .attribute, .removes "
            "and .effort_days. system.with_(**{step.attribute: True}) puts one in place."
        ),
    ),
    answer="""def quick_wins(system, days):
    order = []
    while True:
        steps = threatlab.assess(system).best_next(99)
        fitting = [step for step in steps if step.effort_days <= days]
        if not fitting:
            break
        best = max(fitting, key=lambda step: step.removes / step.effort_days)
        order.append(best.attribute)
        system = system.with_(**{best.attribute: True})
        days -= best.effort_days
    return order""",
    because="Risk removed for each day is what a budget buys, and it changes with every step, because a layer counts "
    "once. So the rate has to be computed again each time. What the loop never does is look ahead: question 5 shows "
    "what that costs.",
    covers=("step-implementation",),
    seconds=20.0,
)


q4 = Question(
    id="plan.q4",
    title="Mend a policy check that forgives too much",
    judge=mends_the_check,
    expects="a function of findings, open_days, accepted and today that returns a list of names",
    hints=(
        (
            "There are three faults. Go through the five rules one by one, and for each try the edge: the last day "
            "that is allowed, and the day after."
        ),
        (
            "An acceptance is looked up, but its date is never compared. `not allowed` is true for None and for 0. And "
            "`>=` counts the last allowed day as too late."
        ),
        "expires = accepted.get(control). There are three cases: None, today <= expires, and today > expires.",
    ),
    answer="""def mended_check(findings, open_days, accepted, today):
    late = []
    for control, (severity, found) in findings.items():
        allowed, expires = open_days[severity], accepted.get(control)
        if allowed is None or (expires and today <= expires):
            continue
        age = (today - found).days
        if expires or allowed == 0 or age > allowed:
            late.append(control)
    return late""",
    because="All three faults make the check kinder or stricter by one case, and on an ordinary day nobody sees it. "
    "Policies break at their edges: the last day, the day after, zero, and 'for any time'. So these are the tests to "
    "write first, for this function and for any other with a date in it.",
    covers=("checklist-policy",),
    seconds=20.0,
)


q5 = Question(
    id="plan.q5",
    title="Half of the budget",
    judge=replans,
    expects="a function of a system, a list of ids of controls and a number of days that returns a set of ids",
    hints=(
        (
            "A plan has a handful of controls, so its subsets can be counted: seven controls make 128. For each: does "
            "it fit, and what does it leave?"
        ),
        (
            "itertools.combinations(planned, size) for each size from 0 to all. The effort of a control is "
            "controls[c].effort_days, and min(..., key=...) finds the set that leaves least."
        ),
    ),
    answer="""def keep(system, planned, days):
    def risk(chosen):
        done = system.with_(**dict.fromkeys(chosen, True))
        return threatlab.assess(done).risk_score

    def effort(chosen):
        return sum(controls[c].effort_days for c in chosen)

    sizes = range(len(planned) + 1)
    subsets = [s for size in sizes for s in combinations(planned, size)]
    kept = set(min((s for s in subsets if effort(s) <= days), key=risk))
    return kept""",
    because="A plan is not a queue. When the days change, the best set changes, and it need not be the beginning of "
    "the old one. With a handful of controls you can look at every set and be sure; make_plan does the same for "
    "thirty, with a bound that spares it most of them.",
    covers=("core-controls", "step-implementation", "step-planning"),
    seconds=30.0,
)


QUESTIONS = (q1, q2, q3, q4, q5)
