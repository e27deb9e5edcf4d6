"""Question 2 of lesson 02: the layered score, written from its sentences."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from math import prod

from threatlab.assessment import assess
from threatlab.assessment.layered import combine
from threatlab.exercises.judges import Slip, a_number, like, near, rounded
from threatlab.exercises.question import Question, in_steps
from threatlab.system import AISystem, load_system

Threats = Sequence[tuple[float, float, Sequence[tuple[str, float]]]]
"""Per threat: likelihood and impact before any control, and a (layer, share removed) for each control in place."""


def threats_of(system: AISystem) -> list[tuple[float, float, list[tuple[str, float]]]]:
    """Return, for each threat that applies to a system: likelihood, impact, and the controls in place against it.

    Likelihood and impact (0..1) are those before any control. Each control is a pair of its layer and the share (0..1)
    of the threat's risk that it removes.
    """
    result, threats = assess(system), []
    in_place = [control for control in system.catalog.controls.values() if system[control.id]]
    for threat in result.by_threat:
        how = result.explain(threat)
        claims = [(c.layer, c.effectiveness[threat].value) for c in in_place if threat in c.effectiveness]
        if how.inherent > 0:
            threats.append((how.inherent_likelihood, how.inherent_impact, claims))
    return threats


def _in_layer(shares: Sequence[float]) -> float:
    """Return what a layer lets through: the best control counts whole, each further one half."""
    best, *further = sorted(shares, reverse=True)
    return (1 - best) * prod(1 - share / 2 for share in further)


def layered(
    threats: Threats,
    layer: Callable[[Sequence[float]], float] = _in_layer,
    layers: Callable[[Sequence[float]], float] = prod,
    together: Callable[[Sequence[float]], float] = combine,
    *,
    impact_counts: bool = True,
) -> float:
    """Return the layered score, or, with another rule in one place, what a misconception makes of it."""
    risks = []
    for likelihood, impact, controls in threats:
        names = dict.fromkeys(name for name, _ in controls)
        passes = [layer([removed for at, removed in controls if at == name]) for name in names]
        risks.append(likelihood * (impact if impact_counts else 1) * layers(passes))
    return together(risks)


_SLIPS = (
    Slip(
        lambda threats: layered(threats, layers=lambda passes: max(0.0, 1 - sum(1 - share for share in passes))),
        "You add up what the layers remove. Two layers that remove half each would then leave nothing, and no finite "
        "number of controls makes a threat impossible. The second layer meets only what the first lets through.",
        "adds",
    ),
    Slip(
        lambda threats: layered(threats, layer=lambda shares: 1 - max(shares)),
        "Only the best control of each layer counts in your score. What defeats it does not always defeat the next: "
        "how much does a further one still count?",
        "best-only",
    ),
    Slip(
        lambda threats: layered(threats, layer=lambda shares: prod(1 - share for share in shares)),
        "Every control counts whole in your score, also a second one in the same layer. Controls of one layer fail "
        "together in part: which of them counts whole?",
        "whole",
    ),
    Slip(
        lambda threats: layered(threats, layer=lambda shares: prod(1 - share / 2 for share in shares)),
        "Every control counts half in your score, the best one of each layer, too. What does the best one fail with?",
        "half",
    ),
    Slip(
        lambda threats: layered(
            threats, layer=lambda shares: (1 - shares[0]) * prod(1 - share / 2 for share in shares[1:])
        ),
        "Of two controls in a layer the one that comes first counts whole in your score, whichever is better. Order "
        "must not matter.",
        "order",
    ),
    Slip(
        lambda threats: layered(threats, layer=max),
        "You multiply by the share that a layer removes. Then a better layer would leave more risk. What is left "
        "after it?",
        "removes",
    ),
    Slip(
        lambda threats: layered(threats, together=lambda risks: max(risks, default=0.0)),
        "Your score is that of the worst threat alone. A second threat of the same size would change nothing: does "
        "a system with many ways to fail look like one with a single way?",
        "worst",
    ),
    Slip(
        lambda threats: layered(threats, together=sum),
        "You add up the risks of the threats. With enough of them the sum passes 1, and a score is at most that: "
        "what does each threat leave of what the others left?",
        "sum",
    ),
    Slip(
        lambda threats: 1 - layered(threats),
        "You return what all threats together leave. The score is what is missing from that to 1.",
        "rest",
    ),
    Slip(
        lambda threats: layered(threats, impact_counts=False),
        "Your score forgets the impact: a threat that costs nothing weighs as much as one that costs everything.",
        "impact",
    ),
    Slip(
        lambda threats: 100 * layered(threats),
        "Your score is a hundred times too large: a share in percent. The package's scores go from 0 to 1.",
        "percent",
    ),
)

_INVENTED: tuple[Threats, ...] = (
    [(0.8, 0.5, [("serving", 0.6), ("model", 0.3), ("serving", 0.2)]), (0.4, 0.9, [("data", 0.3)])],
    [(0.5, 0.6, [])],
    [(0.6, 0.7, [("data", 0.2), ("data", 0.5), ("data", 0.4)])],
    [(0.5, 0.6, [("data", 0.5)]), (0.5, 0.6, [("data", 0.5), ("model", 0.9), ("model", 0.9)])],
    [],
)
_REAL = ("shadowray", "tay", "postmark-mcp", "amazon-q")


def real_systems() -> dict[str, AISystem]:
    """Return incidents' systems by title: as they were, with all that prevents, and with all that sees or mends."""
    systems = {}
    for system in map(load_system, _REAL):
        controls = system.catalog.controls.values()
        prevents = {control.id: True for control in controls if control.effect == "preventive"}
        rest = {control.id: True for control in controls if control.effect != "preventive"}
        systems[system.title] = system
        systems[f"{system.title} with all that prevents"] = system.with_(**prevents)
        systems[f"{system.title} with all that sees or mends"] = system.with_(**rest)
    return systems


@cache
def _cases() -> Mapping[str, tuple[Threats]]:
    invented = {f"{threats}": (threats,) for threats in _INVENTED}
    return invented | {title: (threats_of(system),) for title, system in real_systems().items()}


def _misread(name: str, given: float, right: float, threats: Threats) -> str:
    if threats not in _INVENTED:
        return (
            f"It is right for small examples, but for {name} it gives {given:.3f} where assess gives {right:.3f}. "
            "Print threats_of(system) of such a system: what is there that the small ones lack?"
        )
    if not threats:
        return f"For no threat at all you give {given:.3f}. A system without a single threat can't go wrong."
    return (
        f"For {threats} you give {given:.3f}, which is none of the usual slips. Take it apart: first one threat "
        "without controls (likelihood times impact), then one layer, then two controls in it, then two threats."
    )


q2 = Question(
    id="assess.q2",
    title="Write the layered score",
    judge=like(
        layered,
        _cases,
        (*_SLIPS, *rounded(layered)),
        takes="a list of threats",
        reads=a_number,
        same=near,
        otherwise=_misread,
        confirms=f"It agrees with threatlab.assess on {len(_REAL)} incidents, each with three sets of controls: you "
        "wrote its model.",
    ),
    hints=in_steps(
        "Three steps, from the inside out: what each layer lets through; the risk of a threat that is left behind all "
        "its layers; all threats together.",
        "Collect the shares of each layer in a list, and sort it with the best one first. Multiply (1 - share) for the "
        "best, and (1 - share / 2) for each further one. Then multiply likelihood, impact and that, for each layer.",
        "Begin with left = 1.0, multiply it by (1 - risk) for each threat, and return 1 - left.",
    ),
    because="Inside a layer a further control counts half, because what defeats the best one defeats it, too, every "
    "other time (that is judged: beta is 0.5). Between layers the shares that pass are multiplied, because each meets "
    "only what the one before let through. And each threat takes its share of what the others leave: one more of "
    "them always counts and the sum of all stays below 1.",
    covers=("core-risk",),
    claims={
        "adds": "What layers remove adds up.",
        "best-only": "Only the best control of a layer counts.",
        "whole": "Every control counts whole, also a second one of its layer.",
        "half": "The best control of a layer counts half, too.",
        "order": "The control that comes first counts most.",
        "removes": "What a layer removes is what gets through it.",
        "worst": "A system is as bad as its worst threat, and further threats add nothing.",
        "sum": "Risks of several threats add up.",
        "rest": "The score is what all threats leave.",
        "impact": "A threat weighs the same whatever it costs.",
        "percent": "A score goes from 0 to 100.",
    },
)
