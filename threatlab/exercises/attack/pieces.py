"""What lesson 03 has its reader write: a run that a control survives, and a figure to sign."""

from __future__ import annotations

from typing import Any

from threatlab.attacks import AttackResult
from threatlab.catalog import catalog
from threatlab.errors import unknown_name
from threatlab.exercises.judges import a_kind, a_number, a_reason, parts
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.words import capital

VARIANT, FLIPPED, MOST_MISSED = "label_flip", 0.4, 0.15


def _flips_met(answer: Any) -> str:
    ran = a_kind(answer, AttackResult, 'a run of an attack; begin with ATTACKS["poisoning"].run(')
    if ran.attack != "poisoning" or ran.knobs.get("variant") != VARIANT:
        raise NotYet(f'That is another attack. Give variant="{VARIANT}", as the cell above does.')
    if ran.knobs.get("rate") != FLIPPED:
        raise NotYet(f"That attacker flips {ran.knobs.get('rate'):.0%} of the labels. Leave rate at {FLIPPED}.")
    if ran.control == "none":
        raise NotYet(f"Without a control {ran.success:.0%} of the malignant cases are missed. Give one, by its name.")
    if ran.success > MOST_MISSED:
        raise NotYet(f"With that control {ran.success:.0%} of the malignant cases are still missed. Try the other.")
    return f"{ran.success:.0%} of the malignant cases are missed, and {ran.utility:.0%} of all cases are read right."


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
    title="A control that meets flipped labels",
    judge=_flips_met,
    hints=in_steps(
        'ATTACKS["poisoning"].controls names them; one of the table above leaves few cases missed.',
        'Its name is "trusted_sample".',
    ),
    because="A small sample that somebody has checked shows which rows to believe, however many are flipped.",
    covers=("intro-poisoning",),
    fills='ATTACKS["poisoning"].run("trusted_sample", variant="label_flip", rate=0.4, seed=seed)',
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
