"""What lesson 03 has its reader write: the share of an attack that a control takes away, and a figure to sign."""

from __future__ import annotations

from typing import Any

from threatlab.attacks import AttackResult
from threatlab.catalog import catalog
from threatlab.errors import unknown_name
from threatlab.exercises.judges import ROUGHLY, a_kind, a_number, a_reason, parts
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.words import capital


def _share_gone(answer: Any) -> str:
    *runs, given = parts(answer, 3, "both runs and your share: check((before, after, share))")
    before, after = (a_kind(run, AttackResult, "a run of an attack, as it is above") for run in runs)
    share, gained = a_number(given), before.success - before.baseline
    right = (before.success - after.success) / gained
    slips = {
        "of-all": (
            before.success - after.success,
            "That is what is gone, of all cases. Divide it by what the attacker gained.",
        ),
        "of-success": (
            1 - after.success / before.success,
            f"Divide by what the attacker gained. {before.baseline:.0%} were missed before anybody attacked.",
        ),
        "kept": ((after.success - before.baseline) / gained, "That is the share that the attacker keeps."),
        "gained": (gained, "That is what the attacker gained. Which share of it does the control take away?"),
        "percent": (100 * right, "That is in percent. A share of all is 1: do not multiply by 100."),
    }
    if abs(share - right) > ROUGHLY:
        for met, (slip, says) in slips.items():
            if abs(share - slip) <= ROUGHLY:
                raise NotYet(says, met)
        raise NotYet(f"{share:g} is not it. How much less is missed, divided by the gain?")
    return (
        f"{share:.0%} of what the attacker gained is gone, and {after.success:.0%} of the malignant cases are missed, "
        f"where {before.baseline:.0%} were without any attack. Each *gone* in this notebook is worked out so."
    )


def _figure(answer: Any) -> str:
    name, number, reason = parts(answer, 3, 'a control, a number and a reason: ("...", 0.4, "...")')
    controls = catalog().controls
    if not isinstance(name, str) or name not in controls:
        raise NotYet(capital(unknown_name("control", name, controls)))
    mine = a_number(number)
    if not 0 <= mine < 1:
        raise NotYet(f"{mine:g} is no share of a risk that a control removes; give one from 0 to just below 1.")
    a_reason(reason, ". What was measured, at which strength, against whom?")
    claims = controls[name].effectiveness.items()
    measured = [(threat, claim) for threat, claim in claims if claim.source == "measured"]
    if not measured:
        judged = ", ".join(f"{claim.value:g} of {catalog().threats[threat].title.lower()}" for threat, claim in claims)
        return (
            f"The catalog judges that it removes {judged}, and nobody has measured it. You say {mine:g}, with a reason."
        )
    threat, claim = max(measured, key=lambda each: each[1].value)
    says = f"{claim.measured:.2f} measured \u00d7 {claim.routes:g} of the routes = {claim.value:.2f}"
    return f"The catalog says {says}, of {catalog().threats[threat].title.lower()}. You say {mine:g}, with a reason."


w1 = Question(
    id="attack.w1",
    title="The share of an attack that a control takes away",
    judge=_share_gone,
    hints=in_steps(
        "Above the line: how much lower .success is with the control. Below the line: what the attacker gained.",
        "Both lines begin with before.success.",
    ),
    because="What a control takes away is measured against what the attack added, not against all that is wrong.",
    covers=("intro-poisoning",),
    fills="(before.success - after.success) / (before.success - before.baseline)",
    claims={
        "of-all": "What is gone is counted against all cases.",
        "of-success": "All that is missed was gained by the attacker.",
        "kept": "What the attacker keeps is what is gone.",
        "gained": "What the attacker gained is what is gone.",
        "percent": "A share goes from 0 to 100.",
    },
)

w2 = Question(
    id="attack.w2",
    title="A figure that you would sign",
    judge=_figure,
    hints=in_steps(
        "Take a control of the table in this section: its name in code stands in the second table.",
        "A reason says what the measurement leaves out: other attackers, other strengths, other data.",
    ),
    because="A figure with a reason can be argued about. It may be lower than what was measured, and often should be.",
    covers=("intro-insufficient",),
    fills='("output_detail_limited", 0.1, "An attacker with realistic questions needs a few hundred")',
)

PIECES = (w1, w2)
