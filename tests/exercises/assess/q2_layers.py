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


def wrong(right):
    return [
        (slip(adds_layers=True), "add up what the layers remove"),
        (slip(layer="best"), "Only the best control of each layer"),
        (slip(layer="whole"), "Every control counts whole"),
        (slip(layer="half"), "Every control counts half"),
        (slip(layer="first"), "comes first"),
        (slip(keeps=True), "a better layer would leave more risk"),
        (slip(together="max"), "the worst threat alone"),
        (slip(together="sum"), "add up the risks"),
        (slip(together="left"), "what all threats together leave"),
        (slip(forgets="impact"), "forgets the impact"),
        (slip(times=100), "in percent"),
        (only_the_first_layer, "none of the usual slips"),
        (knows_two_layers_only, "It is right for small examples"),
        (one_when_empty, "can't go wrong"),
        (0.5, "not a function"),
    ]
