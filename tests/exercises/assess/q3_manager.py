"""Wrong answers to assess.q3, and what each must be told."""

from __future__ import annotations

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


def wrong_classes(AIManager):  # noqa: C901, N803
    LessonManager = AIManager.__mro__[1]  # noqa: N806

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

    return [
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
    ]


def wrong(right):
    made, _ = right
    return [
        *wrong_classes(made),
        ((made, only_the_checks), "whose score is 1.2"),
        ((made, checks_and_cap), "to which the word 'no' is a yes"),
        ((made, all_but_the_edge), "only above it"),
        ((made, all_but_the_log), "keeps no audit log"),
        ((made, lambda _: True), "never asks about output_detail_limited"),
        ((made, lambda _: False), "your test says that it doesn't"),
        ((made, lambda _: "ok"), "give True if the class keeps its promises"),
        ((made, made), "is not a function"),
    ]
