"""Wrong answers to assess.q3, and what each must be told."""

from __future__ import annotations

from fractions import Fraction

from tests.exercises.solved import right

AIManager, TEST = right("assess.q3")
LessonManager = AIManager.__mro__[1]

PROMISED = "encryption_enabled rbac_configured monitoring_active training_data_validated output_detail_limited"
SOUND = dict.fromkeys(PROMISED.split(), True)


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


def asserts_more(manager_class):
    assert manager_class({}).assess("sound", SOUND)["findings"], "there is always something"


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
    def __init__(self, config):
        super().__init__(config)
        self.config = config

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


def refuses_only(*values):
    class Refuses(LessonManager):
        CHECKS = AIManager.CHECKS

        def assess(self, system_id, data):
            if any(type(given) is type(value) and given == value for given in data.values() for value in values):
                raise ValueError("True, False or None")
            return AddsOnTop.finish(self, super().assess(system_id, data))

    return Refuses


def says(**changes):
    class Says(AIManager):
        def assess(self, system_id, data):
            return super().assess(system_id, data) | changes

    return Says


class RaisesATypeError(AIManager):
    def assess(self, system_id, data):
        try:
            return super().assess(system_id, data)
        except ValueError as problem:
            raise TypeError(problem) from None


class TakesNoneForTrue(AIManager):
    def assess(self, system_id, data):
        return super().assess(system_id, {name: True if value is None else value for name, value in data.items()})


class NeedsEachValue(AIManager):
    def assess(self, system_id, data):
        return super().assess(system_id, {name: data.get(name, name == "rbac_configured") for name in PROMISED.split()})


class KeepsTheLast(AIManager):
    def assess(self, system_id, data):
        result = super().assess(system_id, data)
        self.audit_log = self.audit_log[-1:]
        return result


class HasAnotherDefault(AIManager):
    def __init__(self, config):
        super().__init__({"alert_threshold": 1.5} | config)


class HasNoControls(AIManager):
    def __init__(self, config):
        super().__init__(config)
        self.threshold = self.active_controls.pop("alert_threshold")
        self.active_controls = None

    def assess(self, system_id, data):
        return LessonManager.assess(self, system_id, data) | {"alert": False}


class LogsTexts(AIManager):
    def assess(self, system_id, data):
        result = super().assess(system_id, data)
        self.audit_log = [str(entry) for entry in self.audit_log]
        return result


CONSTRAINTS = {
    "two more checks": (WrongWeight, "With training_data_validated missing"),
    "a value that is missing": (NeedsEachValue, "of 4 findings: not all five"),
    "or None counts as missing": (TakesNoneForTrue, "With encryption_enabled unknown"),
    "no findings where all is in place": (says(findings=[{"severity": "LOW"}]), "still has a score or findings"),
    "its score never passes 1.0": (AddsOnTop, "With nothing in place the score is 1.2"),
    "a value that is not True, False or None is refused": (Believes, "counts as yes"),
    "also 1": (TakesOneForTrue, "1 == True"),
    "also 0": (refuses_only("no", 1), "0 == False"),
    "also an empty text": (refuses_only("no", 1, 0), "an empty cell is no answer"),
    "with a ValueError": (RaisesATypeError, "raises a TypeError; raise a ValueError"),
    "before anything is recorded": (LogsFirst, "Look at the data first"),
    "alert is True at the threshold": (AlertsAbove, "at or above the threshold"),
    "and else False": (says(alert=True), "With the threshold 0.31"),
    "the threshold of the config": (HasAnotherDefault, "Without a threshold in the config, 0.8 holds"),
    "at that moment": (ReadsConfig, "Somebody lowers active_controls"),
    "one entry for each assessment": (KeepsTheLast, "the audit log says [0.0]"),
    "with the score that was returned": (AddsAndCaps, "the audit log says [0.8, 0.0]"),
    "a manager as in the lesson's class": (NeedsALog, "a manager is made from a config"),
    "assess as in the lesson's class": (TakesDataAlone, "assess takes self and system_id and data"),
    "a result as in the lesson's class, with alert": (LessonManager, "give a dict with at least"),
    "findings as in the lesson's class": (says(findings=["not enabled"]), "each with its severity"),
    "active_controls": (HasNoControls, "has no dict active_controls"),
    "audit_log": (LogsTexts, "is no list of dicts"),
    "a class": (30, "is not a class with assess"),
    "then a test": (AIManager, "Now for your test"),
    "that passes on your class": ((AIManager, asserts_more), "your test says that it doesn't"),
    "on any class that keeps the promises": ((AIManager, lambda made: made is AIManager), "that inherits all"),
    "and fails on one without a check": ((AIManager, lambda _: True), "never asks about output_detail_limited"),
    "on one without the cap": ((AIManager, only_the_checks), "whose score is 1.2"),
    "on one that takes a word": ((AIManager, checks_and_cap), "to which the word 'no' is a yes"),
    "on one that alerts above": ((AIManager, all_but_the_edge), "only above it"),
    "on one that logs nothing": ((AIManager, all_but_the_log), "keeps no audit log"),
    "True or False": ((AIManager, lambda _: "ok"), "give True if the class keeps its promises"),
    "a function": ((AIManager, AIManager), "is not a function"),
}


def wrong(_):
    return [(says(risk_score=Fraction(0), findings=[]), "the findings are [] and the score 0.")]
