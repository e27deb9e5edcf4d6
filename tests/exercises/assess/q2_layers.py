"""Wrong answers to assess.q2, and what each must be told."""

from __future__ import annotations


def in_layer(shares, rule):
    best, *further = sorted(shares, reverse=True) if rule != "first" else shares
    lets = {"best": 0, "whole": 1, "half": 0.5, "first": 0.5}.get(rule, 0.5)
    passes = 1 - (best / 2 if rule == "half" else best)
    for share in further:
        passes *= 1 - lets * share
    return passes


def score(threats, **slip):
    together = slip.get("together", "product")
    risks = []
    for likelihood, impact, controls in threats:
        layers = {}
        for name, removed in controls:
            layers.setdefault(name, []).append(removed)
        passes = [in_layer(shares, slip.get("layer")) for shares in layers.values()]
        risk = likelihood * (1 if slip.get("forgets") == "impact" else impact)
        if slip.get("adds_layers"):
            risk *= max(0.0, 1 - sum(1 - share for share in passes))
        elif slip.get("keeps"):
            for shares in layers.values():
                risk *= max(shares)
        else:
            for share in passes:
                risk *= share
        risks.append(risk)
    left = 1.0
    for risk in risks:
        left *= 1 - risk
    every_way = {"product": 1 - left, "sum": sum(risks), "left": left, "max": max(risks, default=0.0)}
    return slip.get("times", 1) * every_way[together]


def slip(**settings):
    return lambda threats: score(threats, **settings)


def only_the_first_layer(threats):
    return score([(likelihood, impact, controls[:1]) for likelihood, impact, controls in threats])


def knows_two_layers_only(threats):
    known = ("serving", "model", "data")
    return score([(chance, cost, [c for c in controls if c[0] in known]) for chance, cost, controls in threats])


def one_when_empty(threats):
    return score(threats) if threats else 1.0


def two_of_a_layer(threats):
    def kept(controls):
        best = sorted(controls, key=lambda control: -control[1])
        return [c for n, c in enumerate(best) if sum(other[0] == c[0] for other in best[:n]) < 2]

    return score([(likelihood, impact, kept(controls)) for likelihood, impact, controls in threats])


CONSTRAINTS = {
    "in a layer, the best control counts whole": (slip(layer="half"), "Every control counts half"),
    "the best, in any order": (slip(layer="first"), "comes first"),
    "each further one half": (slip(layer="whole"), "Every control counts whole"),
    "further ones count, too": (slip(layer="best"), "Only the best control of each layer"),
    "each further one": (two_of_a_layer, "none of the usual slips. Take it apart"),
    "times what every layer lets through": (slip(adds_layers=True), "add up what the layers remove"),
    "every layer": (knows_two_layers_only, "It is right for small examples"),
    "what it lets through": (slip(keeps=True), "a better layer would leave more risk"),
    "likelihood times impact": (slip(forgets="impact"), "forgets the impact"),
    "the score adds the risks up": (slip(together="max"), "the worst threat alone"),
    "in a bounded way": (slip(together="sum"), "add up the risks"),
    "all that is taken from 1": (slip(together="left"), "what all threats together leave"),
    "an empty list": (one_when_empty, "can't go wrong"),
    "as it comes out": (lambda threats: round(score(threats), 2), "right, but rounded"),
    "a score from 0 to 1": (slip(times=100), "in percent"),
    "a function": (0.5, "not a function"),
}


def wrong(_):
    return [(only_the_first_layer, "none of the usual slips")]
