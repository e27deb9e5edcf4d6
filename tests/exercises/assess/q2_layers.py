"""Wrong answers to assess.q2, and what each must be told."""

from __future__ import annotations


def score(threats, **slip):
    together, layer = slip.get("together", "product"), slip.get("layer", max)
    risks = []
    for likelihood, impact, controls in threats:
        best = {}
        for place, (name, removed) in enumerate(controls):
            key = (name, place) if slip.get("every") else name
            best[key] = layer(removed, best.get(key, 0.0))
        risk = likelihood * (1 if slip.get("forgets") == "impact" else impact)
        if slip.get("adds_layers"):
            risk *= max(0.0, 1 - sum(best.values()))
        else:
            for removed in best.values():
                risk *= removed if slip.get("keeps") else 1 - removed
        risks.append(risk)
    hope = 1.0
    for risk in risks:
        hope *= 1 - risk
    every_way = {"product": 1 - hope, "sum": sum(risks), "hope": hope, "max": max(risks, default=0.0)}
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
        (slip(every=True), "Every control counts in your score"),
        (slip(layer=lambda removed, _: removed), "comes last"),
        (slip(keeps=True), "a better layer would leave more risk"),
        (slip(together="max"), "the worst threat alone"),
        (slip(together="sum"), "add up the risks"),
        (slip(together="hope"), "the chance that all goes well"),
        (slip(forgets="impact"), "forgets the impact"),
        (slip(times=100), "in percent"),
        (only_the_first_layer, "none of the usual slips"),
        (knows_two_layers_only, "It is right for small examples"),
        (one_when_empty, "can't go wrong"),
        (0.5, "not a function"),
    ]
