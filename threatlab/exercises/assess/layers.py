"""The layered score, written from its sentences."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isclose, prod
from typing import Any

from threatlab.assessment import assess
from threatlab.assessment.layered import combine
from threatlab.catalog import catalog
from threatlab.exercises.judges import a_function, a_number, returned
from threatlab.exercises.outcome import NotYet
from threatlab.system import AISystem, load_system

Threats = Sequence[tuple[float, float, Sequence[tuple[str, float]]]]
"""Per threat: likelihood and impact before any control, and a (layer, share removed) for each control in place."""


def threats_of(system: AISystem) -> list[tuple[float, float, list[tuple[str, float]]]]:
    """Return, for each threat that applies to a system: likelihood, impact, and the controls in place against it.

    Likelihood and impact (0..1) are those before any control. Each control is a pair of its layer and the share (0..1)
    of the threat's risk that it removes.
    """
    result, found = assess(system), []
    in_place = [control for control in catalog().controls.values() if system[control.id]]
    for threat in result.by_threat:
        how = result.explain(threat)
        claims = [(c.layer, c.effectiveness[threat].value) for c in in_place if threat in c.effectiveness]
        if how.inherent > 0:
            found.append((how.inherent_likelihood, how.inherent_impact, claims))
    return found


def _best(shares: Sequence[float]) -> list[float]:
    return [1 - max(shares)]


def _each(shares: Sequence[float]) -> list[float]:
    return [1 - share for share in shares]


def _last(shares: Sequence[float]) -> list[float]:
    return [1 - shares[-1]]


def _kept(shares: Sequence[float]) -> list[float]:
    return [max(shares)]


def _less(passes: Sequence[float]) -> float:
    return max(0.0, 1 - sum(1 - share for share in passes))


def _score(
    threats: Threats,
    layer: Callable[[Sequence[float]], list[float]] = _best,
    layers: Callable[[Sequence[float]], float] = prod,
    together: Callable[[Sequence[float]], float] = combine,
    *,
    impact_counts: bool = True,
) -> float:
    """Return the layered score, or, with another rule in one place, what a misconception makes of it."""
    risks = []
    for likelihood, impact, controls in threats:
        names = dict.fromkeys(name for name, _ in controls)
        passes = [share for name in names for share in layer([removed for at, removed in controls if at == name])]
        risks.append(likelihood * (impact if impact_counts else 1) * layers(passes))
    return together(risks)


_MISTAKES: tuple[tuple[Callable[[Threats], float], str], ...] = (
    (
        lambda threats: _score(threats, layers=_less),
        (
            "You add up what the layers remove. Two layers that remove half each would then leave nothing, and no "
            "finite number of controls makes a threat impossible. The second layer meets only what the first lets "
            "through."
        ),
    ),
    (
        lambda threats: _score(threats, layer=_each),
        (
            "Every control counts in your score, also a second one in the same layer. Controls of one layer fail "
            "together: which of them may count?"
        ),
    ),
    (
        lambda threats: _score(threats, layer=_last),
        (
            "Of two controls in a layer the one that comes last counts in your score, whichever is better. Order must "
            "not matter."
        ),
    ),
    (
        lambda threats: _score(threats, layer=_kept),
        (
            "You multiply by the share that a layer removes. Then a better layer would leave more risk. What is left "
            "after it?"
        ),
    ),
    (
        lambda threats: _score(threats, together=lambda risks: max(risks, default=0.0)),
        (
            "Your score is that of the worst threat alone. A second threat of the same size would change nothing: does "
            "a system with eight ways to fail look like one with a single way?"
        ),
    ),
    (
        lambda threats: _score(threats, together=sum),
        (
            "You add up the risks of the threats. With enough of them the sum passes 1, and a score is at most that: "
            "what is the chance that all goes well?"
        ),
    ),
    (
        lambda threats: 1 - _score(threats),
        "You return the chance that all goes well. The score is what is missing from that to 1.",
    ),
    (
        lambda threats: _score(threats, impact_counts=False),
        "Your score forgets the impact: a threat that costs nothing weighs as much as one that costs everything.",
    ),
    (
        lambda threats: 100 * _score(threats),
        "Your score is a hundred times too large: a share in percent. The package's scores go from 0 to 1.",
    ),
)

_INVENTED: tuple[Threats, ...] = (
    [(0.8, 0.5, [("serving", 0.6), ("model", 0.3), ("serving", 0.2)]), (0.4, 0.9, [("data", 0.3)])],
    [(0.5, 0.6, [])],
    [(0.5, 0.6, [("data", 0.5)]), (0.5, 0.6, [("data", 0.5), ("model", 0.9), ("model", 0.9)])],
    [],
)


def scores_in_layers(answer: Any) -> str:
    """Judge a function from threats to a layered score, on invented threats and against `assess` on real systems."""
    function = a_function(answer, "a list of threats")
    for threats in _INVENTED:
        given, right = _given(function, threats), _score(threats)
        if not isclose(given, right, abs_tol=1e-9):
            raise NotYet(_misread(threats, given))
    names = ("shadowray", "tay", "postmark-mcp", "amazon-q")
    halves = [dict.fromkeys([*catalog().controls][start::2], True) for start in (0, 1)]
    for system in [load_system(name).with_(**more) for name in names for more in ({}, *halves)]:
        given, right = _given(function, threats_of(system)), assess(system).risk_score
        if not isclose(given, right, abs_tol=1e-9):
            raise NotYet(
                f"It is right for small examples, but for {system.title} it gives {given:.3f} where assess gives "
                f"{right:.3f}. Print threats_of(load_system({system.name!r})): what is there that the small ones lack?"
            )
    return "It agrees with threatlab.assess on four incidents, each with three sets of controls: you wrote its model."


def _given(function: Callable[..., Any], threats: Threats) -> float:
    copied = [(likelihood, impact, list(controls)) for likelihood, impact, controls in threats]
    return a_number(returned(function, copied))


def _misread(threats: Threats, given: float) -> str:
    """Return the misconception that gives this score; the first example is made so that each gives another."""
    if threats is not _INVENTED[0]:
        empty = "A system without a single threat can't go wrong."
        told = "Work this one out by hand, and compare." if threats else empty
        return f"It fails for {threats}, where you give {given:.3f}. {told}"
    told = next((says for wrong, says in _MISTAKES if isclose(given, wrong(threats), abs_tol=1e-9)), "")
    return told or (
        f"For {threats} you give {given:.3f}, which is none of the usual slips. Take it apart: first one threat "
        "without controls (likelihood times impact), then one layer, then two controls in it, then two threats."
    )
