"""Answers to the questions of lesson 02: the right one, and what a thoughtful learner may get wrong."""

from __future__ import annotations

import threatlab
from threatlab.catalog import catalog

# --- q2


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


# --- q3

SOUND = dict.fromkeys(
    (
        "encryption_enabled",
        "rbac_configured",
        "monitoring_active",
        "training_data_validated",
        "output_detail_limited",
    ),
    True,
)


class LessonManager:
    """As in the notebook: the lesson's class, cut down."""

    CHECKS = (
        ("encryption_enabled", "HIGH", 0.3, "Encryption not enabled"),
        ("rbac_configured", "MEDIUM", 0.2, "RBAC not configured"),
        ("monitoring_active", "HIGH", 0.3, "No active monitoring"),
    )

    def __init__(self, config):
        self.config = config
        self.active_controls = {"alert_threshold": config.get("alert_threshold", 0.8)}
        self.audit_log = []

    def assess(self, system_id, data):
        findings, risk_score = [], 0.0
        for attribute, severity, weight, finding in self.CHECKS:
            if not data.get(attribute):
                findings.append({"severity": severity, "finding": finding})
                risk_score += weight
        score = min(risk_score, 1.0)
        self.audit_log.append({"system_id": system_id, "risk_score": score})
        return {"system_id": system_id, "risk_score": score, "findings": findings}


class AIManager(LessonManager):
    CHECKS = (
        *LessonManager.CHECKS,
        ("training_data_validated", "HIGH", 0.3, "Training data not screened"),
        ("output_detail_limited", "LOW", 0.1, "Full scores returned"),
    )

    def assess(self, system_id, data):
        for attribute, value in data.items():
            if not (value is None or isinstance(value, bool)):
                raise ValueError(f"{attribute} is {value!r}: True, False or None")
        result = super().assess(system_id, data)
        threshold = self.active_controls["alert_threshold"]
        result["alert"] = result["risk_score"] >= threshold
        return result


def keeps_promises(manager_class):
    manager = manager_class({"alert_threshold": 1.0})
    worst = manager.assess("worst", {})
    low = manager.assess("low", {**SOUND, "output_detail_limited": False})
    try:
        manager.assess("word", {**SOUND, "encryption_enabled": "no"})
        refused = False
    except ValueError:
        refused = True
    return (
        len(worst["findings"]) == 5
        and worst["risk_score"] == 1.0
        and [f["severity"] for f in low["findings"]] == ["LOW"]
        and refused
        and worst["alert"]
        and not low["alert"]
        and len(manager.audit_log) == 2
    )


class AddsOnTop(LessonManager):
    """Adds its weights to what the lesson's assess returns: past the cap, and past the log."""

    def assess(self, system_id, data):
        if any(not (value is None or isinstance(value, bool)) for value in data.values()):
            raise ValueError("True, False or None")
        result = super().assess(system_id, data)
        extra = (("training_data_validated", "HIGH", 0.3), ("output_detail_limited", "LOW", 0.1))
        for attribute, severity, weight in extra:
            if not data.get(attribute):
                result["findings"].append({"severity": severity, "finding": attribute})
                result["risk_score"] = self.total(result["risk_score"] + weight)
        return self.finish(result)

    def total(self, score):
        return score

    def finish(self, result):
        result["alert"] = result["risk_score"] >= self.active_controls["alert_threshold"]
        return result


class AddsAndCaps(AddsOnTop):
    def total(self, score):
        return min(score, 1.0)


class WrongWeight(AIManager):
    CHECKS = (*AIManager.CHECKS[:3], ("training_data_validated", "HIGH", 0.2, ""), AIManager.CHECKS[4])


class Believes(AIManager):
    def assess(self, system_id, data):
        result = LessonManager.assess(self, system_id, data)
        return AddsOnTop.finish(self, result)


class TakesOneForTrue(AIManager):
    def assess(self, system_id, data):
        if any(value not in (True, False, None) for value in data.values()):
            raise ValueError("True, False or None")
        return AddsOnTop.finish(self, LessonManager.assess(self, system_id, data))


class AlertsAbove(AIManager):
    def assess(self, system_id, data):
        result = super().assess(system_id, data)
        return result | {"alert": result["risk_score"] > self.active_controls["alert_threshold"]}


class ReadsConfig(AIManager):
    def assess(self, system_id, data):
        result = super().assess(system_id, data)
        return result | {"alert": result["risk_score"] >= self.config.get("alert_threshold", 0.8)}


class TakesDataAlone(AIManager):
    def assess(self, data):
        return super().assess("some system", data)


class NeedsALog(AIManager):
    def __init__(self, config, log):
        super().__init__(config)
        self.audit_log = log


class LogsFirst(AIManager):
    def assess(self, system_id, data):
        LessonManager.assess(self, system_id, {})
        return super().assess(system_id, data)


def only_the_checks(manager_class):
    return len(manager_class({}).assess("worst", {})["findings"]) == 5


def checks_and_cap(manager_class):
    result = manager_class({}).assess("worst", {})
    low = manager_class({}).assess("low", {**SOUND, "output_detail_limited": False})
    return result["risk_score"] == 1.0 and len(low["findings"]) == 1


def all_but_the_edge(manager_class):
    manager = manager_class({"alert_threshold": 0.5})
    with_word = False
    try:
        manager.assess("word", {**SOUND, "rbac_configured": "no"})
    except ValueError:
        with_word = True
    worst = manager.assess("worst", {})
    return checks_and_cap(manager_class) and with_word and worst["alert"] and len(manager.audit_log) == 1


def all_but_the_log(manager_class):
    manager = manager_class({"alert_threshold": 1.0})
    try:
        manager.assess("word", {**SOUND, "rbac_configured": "no"})
    except ValueError:
        return checks_and_cap(manager_class) and manager.assess("worst", {})["alert"]
    return False


def asserts(manager_class):
    assert keeps_promises(manager_class)
    return True


# --- q4

FOUND = {"space": True, "middle": True, "last": False, "all": False, "first": True, "invent": False}

# --- q5


def best_case(system):
    unknown = [control for control in catalog().controls if system[control] is None]
    return threatlab.assess(system.with_(**dict.fromkeys(unknown, True))).risk_score


def rank(systems, *, best=best_case, key=lambda row: (-row[1], -row[2], row[0])):
    rows = [(system.name, threatlab.assess(system).risk_score, best(system)) for system in systems]
    return sorted(rows, key=key)


def ranks(**settings):
    return lambda systems: rank(systems, **settings)


def exchanged(systems):
    return [(name, best, worst) for name, worst, best in rank(systems)]


def every_control(system):
    return threatlab.assess(system.with_(**dict.fromkeys(catalog().controls, True))).risk_score


def everything_unknown(system):
    unknown = [name for name in catalog().attributes if system[name] is None]
    return threatlab.assess(system.with_(**dict.fromkeys(unknown, True))).risk_score


def as_it_is(system):
    return threatlab.assess(system).risk_score


def names_only(systems):
    return [name for name, _, _ in rank(systems)]


RIGHT = {
    "assess.q1": 0.5,
    "assess.q2": score,
    "assess.q3": (AIManager, keeps_promises),
    "assess.q4": FOUND,
    "assess.q5": rank,
}

WRONG = {
    "assess.q1": [
        (0.8, "Is every one of these four false to Python?"),
        (0.6, "one holds a text that is not empty"),
        (0.2, "capital M"),
        (0.3, "a single finding of weight 0.3"),
        (0.0, "An empty text and a zero are not"),
        (1.1, "min(risk_score, 1.0)"),
        (0.4, "no sum of some of them"),
        ("0.5", "not a number"),
    ],
    "assess.q2": [
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
    ],
    "assess.q3": [
        (LessonManager, "give a dict with at least"),
        (WrongWeight, "With training_data_validated missing"),
        (AddsOnTop, "With nothing in place the score is 1.2"),
        (AddsAndCaps, "what is logged, before or after"),
        (Believes, "counts as yes"),
        (TakesOneForTrue, "1 == True"),
        (AlertsAbove, "at or above the threshold"),
        (ReadsConfig, "Somebody lowers active_controls"),
        (TakesDataAlone, "assess takes self and system_id and data"),
        (NeedsALog, "a manager is made from a config"),
        (LogsFirst, "Look at the data first"),
        (AIManager, "Now for your test"),
        ((AIManager, only_the_checks), "whose score is 1.2"),
        ((AIManager, checks_and_cap), "to which the word 'no' is a yes"),
        ((AIManager, all_but_the_edge), "only above it"),
        ((AIManager, all_but_the_log), "keeps no audit log"),
        ((AIManager, lambda _: True), "never asks about output_detail_limited"),
        ((AIManager, lambda _: False), "your test says that it doesn't"),
        ((AIManager, lambda _: "ok"), "give True if the class keeps its promises"),
        ((AIManager, AIManager), "is not a function"),
    ],
    "assess.q4": [
        ({**FOUND, "space": False}, "single spelling"),
        ({**FOUND, "middle": False}, "Who else in the file"),
        ({**FOUND, "last": True}, "points to entry 2 as it did"),
        ({**FOUND, "all": True}, "remember the old chain"),
        ({**FOUND, "first": False}, "What does entry 2 name"),
        ({**FOUND, "invent": True}, "what the log itself does"),
        ({**FOUND, "invent": "no"}, "must be True or False"),
        ({"space": True}, "True (found) or False for each"),
    ],
    "assess.q5": [
        (exchanged, "already the worst case"),
        (ranks(best=as_it_is), "your best case is the worst case"),
        (ranks(best=every_control), "every control is in place"),
        (ranks(best=everything_unknown), "A true fact opens a door"),
        (ranks(best=lambda _: 0.0), "too low"),
        (ranks(key=lambda row: row[1]), "Worst first"),
        (ranks(key=lambda row: (-row[1], row[2], row[0])), "The certain one comes first"),
        (ranks(key=lambda row: (-row[1], -row[2])), "Then the name decides"),
        (names_only, "give a list with a (name, worst, best)"),
    ],
}
