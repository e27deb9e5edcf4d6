"""What lesson 05 has its reader write: a bound, two controls in depth, a rare theft, a red test, a gate's command."""

from __future__ import annotations

import shlex
from pathlib import PurePath
from typing import Any

from threatlab.assessment import assess
from threatlab.attacks import ATTACKS
from threatlab.depth import above_bound, switch_off
from threatlab.errors import ThreatLabError, unknown_name
from threatlab.exercises.judges import UNREAD, a_kind, a_number, a_reason, named, parts, shown
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.incidents import load_incident, replay
from threatlab.regression import Bound, suggested_bounds
from threatlab.system import AISystem
from threatlab.words import capital, listed

LAYERS, STOPS, MOST = 3, 0.8, 0.02
"""The scene of section 3: so many layers, what each stops on average, and the most that may get through."""


def _signed(answer: Any) -> str:
    given, own = answer if isinstance(answer, tuple) and len(answer) == 2 else (None, answer)
    system = a_kind(given, AISystem, "a system; check((defended, mine))")
    number, reason = parts(own, 2, 'a bound and its reason, such as (0.2, "...")')
    bound = a_number(number)
    if not 0 < bound < 1:
        raise NotYet(f"{bound:g} is no risk that a single threat can have; give a number between 0 and 1.")
    text = a_reason(reason, ". Why this number, and not twice as much?").lower().replace("-", " ")
    bare = assess(switch_off(system, *system.catalog.layers)).by_threat
    worst = max(bare.values())
    if worst <= bound:
        raise NotYet(
            f"With every layer off the worst threat is at {worst:.2f}: {bound:g} can't be broken, and tests nothing.",
            "never-broken",
        )
    off = {layer: assess(switch_off(system, layer)).by_threat for layer in system.catalog.layers}
    risk, threat, layer = max((risks[threat], threat, layer) for layer, risks in off.items() for threat in risks)
    titles = {name: each.title for name, each in system.catalog.threats.items()}
    highest = f"{titles[threat]} is at {risk:.2f} with the {system.catalog.layers[layer].title} layer off"
    apply = [titles[name] for name, risk in bare.items() if risk]
    if not any(title.lower() in text for title in apply):
        raise NotYet(
            f"Your reason names no threat to this system: {listed(apply, 'or')}. {highest}: what would that mean?",
            "no-threat",
        )
    gaps = above_bound(system, bound)
    for gap in [gap for gap in gaps if not gap.layer][:1]:
        highest = f"{titles[gap.threat]} is at {gap.risk:.2f} even with every layer on"
    verdict = "false" if gaps else "true, and could be false"
    return f"At {bound:g} the claim is {verdict}: {highest}. {UNREAD}"


def _depth(answer: Any) -> str:
    incident = load_incident("shadowray")
    controls = incident.system.catalog.controls
    if isinstance(answer, str) or not isinstance(answer, list | tuple | set) or len(set(map(str, answer))) != 2:
        raise NotYet(f'{shown(answer)} are not two controls; write ["...", "..."].')
    titles = {name: each.title for name, each in controls.items()}
    chosen = sorted(named(name, titles) or str(name) for name in answer)
    for name in chosen:
        if name not in controls:
            raise NotYet(capital(unknown_name("control", name, controls)))
    alone = {name: replay(incident, incident.system.with_(**{name: True})) for name in chosen}
    for name, ran in alone.items():
        if not ran.stopped_at:
            raise NotYet(f"{controls[name].title} alone stops this attacker at no step.", "stops-nothing")
    one, two = (controls[name] for name in chosen)
    if one.layer == two.layer:
        layer = incident.system.catalog.layers[one.layer].title
        raise NotYet(
            f"Both stand in {layer}: what takes that layer down takes both. Take one of another layer.", "one-layer"
        )
    both = replay(incident, incident.system.with_(**dict.fromkeys(chosen, True))).chance
    each = " and ".join(f"step {ran.stopped_at}, where {ran.chance:.1%} get past" for ran in alone.values())
    return f"They stop at {each}. Together they let {both:.1%} of the attempts through."


def _rare(answer: Any) -> str:
    chance = a_number(answer)
    if not 0 < chance <= 1 - STOPS:
        raise NotYet(
            f"{chance:g} is no chance in a year that fits: above 0, and at most {1 - STOPS:g}, or a layer is too bad.",
            "no-chance",
        )
    through, product = chance + (1 - chance) * (1 - STOPS / (1 - chance)) ** LAYERS, (1 - STOPS) ** LAYERS
    if through >= MOST:
        raise NotYet(
            f"With {chance:g} a year {through:.3f} gets through, {through / product:.1f} times the product.", "often"
        )
    return f"{through:.4f} gets through: one theft in {1 / chance:,.0f} years. The product had said {product:.4f}."


def _red(answer: Any) -> str:
    given = a_kind(answer, Bound, "a bound; take one of strict, such as strict['evasion'], and change its control")
    known = {(b.attack, b.at_most) for b in suggested_bounds()}
    if (given.attack, given.at_most) not in known:
        raise NotYet(
            "That bound is none of those that were measured. Leave at_most, and switch the control off.", "lowered"
        )
    if given.control != "none" and given not in suggested_bounds() and given.control in ATTACKS[given.attack].controls:
        raise NotYet(f"That puts another control in place, {given.control!r}. One that is off is 'none'.", "another")
    try:
        ran = ATTACKS[given.attack].run(control=given.control, **given.knobs)
    except ThreatLabError as problem:
        raise NotYet(f"It can't be run: {problem}.") from None
    if ran.success <= given.at_most:
        raise NotYet(f"Still green: {given.name} gets {ran.success:.2f}, and {given.at_most:.2f} is allowed.", "green")
    return f"Red: {given.attack} without that control gets {ran.success:.2f}, and {given.at_most:.2f} is allowed."


def _command(answer: Any) -> str:
    if not isinstance(answer, str):
        raise NotYet(f"{shown(answer)} is no text; write the line between quotes.")
    words = shlex.split(answer.replace("python -m ", "")) if answer.count('"') % 2 == 0 else []
    if words[:2] != ["threatlab", "assess"]:
        raise NotYet("The line begins with: threatlab assess")
    options = [word for word in words[2:] if word.startswith("--")]
    stop = (
        words[words.index("--fail-at") + 1 :][:1]
        if "--fail-at" in words
        else [word.partition("=")[2] for word in options if word.startswith("--fail-at=")]
    )
    for word in options:
        if "_" in word:
            raise NotYet(f"There is no option {word!r}: the words of an option are joined by hyphens.", "underscore")
    if not stop:
        raise NotYet("Without --fail-at the exit code is 0, whatever the score is.", "no-gate")
    try:
        bound = float(stop[0])
    except ValueError:
        raise NotYet(f"--fail-at takes a number, not {stop[0]!r}.") from None
    if not 0 < bound < 1:
        raise NotYet(f"{bound:g} stops every release, or none: a score lies between 0 and 1.", "no-score")
    files = [word for word in words[2:] if word.endswith((".json", ".toml"))]
    if list(map(PurePath, files)) != [PurePath("threat-model.json")]:
        raise NotYet("Name the file that is assessed: threat-model.json.")
    leave = any(word.startswith(("--allow-open", "--max-open")) for word in options)
    asked = "with leave for open questions" if leave else "and while a question is open"
    return f"Exit code 1 at a score of {bound:g} or more, {asked}: a pipeline needs nothing else."


w1 = Question(
    id="depth.w1",
    title="A bound that you would sign",
    judge=_signed,
    hints=in_steps(
        "`bare` holds the risks with every layer off: above its largest number a bound tests nothing.",
        "A pair: a number between the bars of the picture and its diamonds, and a sentence that names a threat.",
    ),
    because="It lies below what the worst threat is without any layer, so it can be broken, and it has a reason.",
    covers=("arch-depth",),
    fills=(
        "(max(bare.values()) / 2, "
        'f"Half of what {THREATS[max(bare, key=bare.get)].title} is without any layer is too much for one that fails")'
    ),
    claims={
        "no-threat": "A bound for every threat can be argued without naming one.",
        "never-broken": "A bound that nothing breaks is a good one.",
    },
)

w2 = Question(
    id="depth.w2",
    title="Two controls, two layers, one attacker",
    judge=_depth,
    hints=in_steps(
        "Each has to stop the attacker alone; the comparison above names some.",
        "One of them stops at step 1. Which stops later, in another layer?",
    ),
    because="One keeps the attacker off the interface; where that fails, the isolated cluster has nothing to reach.",
    covers=("arch-depth",),
    fills='["service_exposure_hardened", "training_environment_isolated"]',
    claims={
        "stops-nothing": "Any control stops this attacker somewhere.",
        "one-layer": "Two controls of one layer are depth.",
    },
)

w3 = Question(
    id="depth.w3",
    title="How rare a theft has to be",
    judge=_rare,
    hints=in_steps(
        "One year in ten is 0.1, and lets 0.101 through.", "Below the chance itself nothing gets. Try 0.01."
    ),
    because="Three layers of 0.8 are good for 0.02 only if what they share fails less often than once in eighty years.",
    covers=("arch-depth",),
    fills="0.01",
    claims={
        "no-chance": "A layer can be better than its account.",
        "often": "A theft once in ten or fifty years hardly matters to three layers.",
    },
)

w4 = Question(
    id="depth.w4",
    title="A test, seen red",
    judge=_red,
    hints=in_steps(
        'replace(strict["evasion"], ...) is that bound with something changed.', 'The control is "none" then.'
    ),
    because="The bound was measured with the control in place. Without it the attack goes back to what it was.",
    covers=("step-validation",),
    seconds=20.0,
    fills='replace(strict["extraction"], control="none")',
    claims={
        "lowered": "A test is seen red by changing its bound.",
        "another": "A control that gives way to another one is off.",
        "green": "Without its control the attack stays within the bound.",
    },
)

w5 = Question(
    id="depth.w5",
    title="The gate, in one line",
    judge=_command,
    hints=in_steps("threatlab assess FILE assesses a file.", "--fail-at 0.5 says from which score on it stops."),
    because="It reads the file, and its exit code is the answer.",
    covers=("practice-automate",),
    fills='"threatlab assess threat-model.json --fail-at 0.5"',
    claims={
        "underscore": "An option is spelled as the parameter of that name.",
        "no-gate": "An assessment stops a release by itself.",
        "no-score": "A score can lie above 1.",
    },
)

PIECES = (w1, w2, w3, w4, w5)
