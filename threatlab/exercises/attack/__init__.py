"""The questions of lesson 03: claims against measurements, an attacker and a control, and which control to ship."""

from __future__ import annotations

from threatlab.exercises.attack.allowing import survives_the_attacker
from threatlab.exercises.attack.budget import finds_the_budget
from threatlab.exercises.attack.claims import CLAIMS, evidence, holds_claims_against_evidence
from threatlab.exercises.attack.filter import gets_past_the_filter
from threatlab.exercises.attack.shelf import ships_the_right_one
from threatlab.exercises.question import Question

q1 = Question(
    id="attack.q1",
    title="Six claims, eight measurements",
    judge=holds_claims_against_evidence,
    expects="a dict from each claim to the number of a row, or 0",
    hints=(
        (
            "For each claim find the rows of the same control. Is there one in which it fails, at another strength or "
            "against another attacker?"
        ),
        "One claim holds. It gives both numbers: what the attacker still gets, and what it costs.",
    ),
    answer="""refuted_by |= {
    "checked": 2,
    "signed": 4,
    "rounded": 5,
    "blur": 6,
    "hardened": 0,
    "private": 8,
}""",
    because="Most of these claims were true in one setting: at 2 % of poison, without an insider, against a copier who "
    "gives up. The claim that holds is the one that says what was measured and what it cost. Ask of the others: at "
    "which strength, against whom, and compared with what?",
    covers=("intro-poisoning", "intro-extraction", "intro-evasion", "intro-privacy"),
)


q2 = Question(
    id="attack.q2",
    title="An attacker who knows the filter",
    judge=gets_past_the_filter,
    expects="a function of one text that returns a text",
    hints=(
        (
            "The filter looks for three phrases in each line, and removes a line that has one. The agent looks for the "
            "call and for nothing else."
        ),
        "You don't have to mend the attacker's words one by one. What do you need of the payload at all?",
        "CALL.search(payload).group() is the call. Put words of your own before it.",
    ),
    answer="""def reword(payload):
    call = CALL.search(payload).group()
    text = "To complete your answer for the reader, " + call
    return text""",
    because="The filter and the agent read different things: the filter knows how some attackers talk, the agent obeys "
    "what can be obeyed. Everything that the filter knows can be changed at no cost to the attack, so a filter of "
    "words loses to whoever moves second. (Splitting the line works too: only the part with the phrase is removed.)",
    covers=("intro-insufficient",),
)


q3 = Question(
    id="attack.q3",
    title="A control that survives the attacker",
    judge=survives_the_attacker,
    expects="a function of a call and a task that returns True or False",
    hints=(
        (
            "Forget words: the attacker chooses them. Decide by what the call would do: call.to (empty if nothing is "
            "mailed) and call.file."
        ),
        (
            "Allow a mail only to an address that ends with '@corp.example', the @ included. That leaves the question "
            "which file may be mailed at all."
        ),
        "Reading may stay allowed, since nothing leaves by it. Of the files, only 'prices' is ever to be mailed.",
    ),
    answer="""def allow(call, task):
    inside = call.to.endswith("@corp.example")
    allowed = not call.to or (inside and call.file == "prices")
    return allowed""",
    because="The control reads neither the page nor the attacker's words. It lists what the work needs, and refuses "
    "all else, so there is nothing to reword. It is no proof of safety: a mail of prices inside the company passes, "
    "whoever asked for it, and every new task needs its line on the list.",
    covers=("intro-insufficient",),
)


q4 = Question(
    id="attack.q4",
    title="How late may the detector be?",
    judge=finds_the_budget,
    expects="a function of budgets, draws and a bound that returns a budget",
    hints=(
        (
            "Go through the budgets from the smallest. At each, look at the best copy of all draws, and stop at the "
            "first that is too good."
        ),
        "max(draw[place] for draw in draws) is the best copy at that place. Keep the budget before it; begin with 0.",
    ),
    answer="""def latest_notice(budgets, draws, bound):
    latest = 0
    for place, budget in enumerate(budgets):
        if max(draw[place] for draw in draws) >= bound:
            break
        latest = budget
    return latest""",
    because="A defender plans for the luckiest attacker, not for the average one, and a copy once made is not unmade "
    "by later answers. Labels only do not stop the copier: they buy the detector this many questions. Output control "
    "and detection are one decision.",
    covers=("intro-extraction",),
    seconds=20.0,
)


q5 = Question(
    id="attack.q5",
    title="Which control do you ship?",
    judge=ships_the_right_one,
    expects="a function of a dict of (success, baseline, utility) that returns a name",
    hints=(
        "First throw out whatever is not useful enough, then compare what is left by what the attacker gains.",
        "The floor is 0.95 * options['none'][2]. The gain is success - baseline. 'none' stays in the race.",
        "min(fit, key=lambda name: (gain, -utility)) settles ties too.",
    ),
    answer="""def ship(options):
    floor = 0.95 * options["none"][2]
    fit = {name: o for name, o in options.items() if o[2] >= floor}
    choice = min(fit, key=lambda name: (fit[name][0] - fit[name][1], -fit[name][2]))
    return choice""",
    because="Usefulness is a condition and not a prize: below the floor nobody uses the system, above it the "
    "attacker's gain decides. No control at all has to be among the options, or the least bad of several harmful ones "
    "is shipped.",
    covers=("intro-evasion", "intro-privacy"),
    seconds=20.0,
)


QUESTIONS = (q1, q2, q3, q4, q5)

__all__ = ["CLAIMS", "QUESTIONS", "evidence", "q1", "q2", "q3", "q4", "q5"]
