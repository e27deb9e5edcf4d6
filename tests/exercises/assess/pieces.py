"""Right and wrong answers to the pieces of lesson 02, and what each wrong one must be told."""

from __future__ import annotations

from datetime import UTC, datetime

import pandas as pd

from threatlab import AuditLog, load_system

RAY = load_system("shadowray")
SPAN = pd.DataFrame(
    {"system_id": ["a", "b", "c"], "worst case": [0.7, 0.9, 0.5], "best case": [0.2, 0.7, 0.1]}, index=[4, 2, 9]
)
CALL = (SPAN["worst case"] >= 0.7) & (SPAN["best case"] < 0.7)


def bank():
    log, longer = AuditLog(), AuditLog()
    for each in (log, longer, longer):
        each.append({"action": "assessment"})
    return {
        "w1": (
            {"rbac_configured": False, "monitoring_active": True},
            [
                ({}, "That scores 0.8"),
                ({"encryption_enabled": True, "monitoring_active": True}, "That scores 0.2"),
                ({"encription_enabled": True, "rbac_configured": True}, "did you mean 'encryption_enabled'"),
                (0.5, "is not a dict"),
            ],
        ),
        "w2": (
            [
                {"encryption_enabled": True, "rbac_configured": True},
                {"monitoring_active": True, "rbac_configured": True},
            ],
            [
                ([{}, {"rbac_configured": False}], "The same controls are missing in both"),
                ([{}, {"rbac_configured": True}], "They score 0.8 and 0.6"),
                ([{"encription_enabled": True}, {}], "did you mean 'encryption_enabled'"),
                ([{}], "is not a list of two"),
                ({}, "is not a list of two"),
            ],
        ),
        "w3": (
            lambda result, threshold: result["risk_score"] >= threshold,
            [
                (lambda result, threshold: result["risk_score"] > threshold, "The config says at or above"),
                (
                    lambda result, threshold: result["risk_score"] < threshold,
                    "against a threshold of 0.7 must give True",
                ),
                (lambda *_: True, "A score of 0.69 against a threshold of 0.7 must give False"),
                (lambda result, threshold: "call", "give True or False"),
                (True, "is not a function"),
            ],
        ),
        "w4": (
            datetime.now(UTC).isoformat(),
            [
                (datetime.now().isoformat(), "has no zone"),  # noqa: DTZ005  # the lesson's own fault
                (datetime(2020, 1, 1, tzinfo=UTC).isoformat(), "is not now"),
                (datetime.now(UTC), "end with .isoformat()"),
            ],
        ),
        "w5": (
            log.verify(head=longer.head),
            [
                (log.verify(), "What does verify need besides the file"),
                (log.verify().reason, "is no verdict"),
            ],
        ),
        "w6": (
            [[0.5], [0.5], [0.5], [0.5]],
            [
                ([[0.5, 0.5, 0.5, 0.5]], "That leaves 0.0633"),
                ([[0.5, 0.5], [0.5, 0.5]], "That leaves 0.0422"),
                ([[0.5]] * 5, "That is 5 controls"),
                ([[0.9], [0.9]], "Each of your controls removes half"),
                ([0.5, 0.5], "a list of lists"),
            ],
        ),
        "w7": (
            (RAY, RAY.with_(service_exposure_hardened=True)),
            [
                ((RAY, RAY.with_(authentication_enforced=True, service_exposure_hardened=True)), "A week has five"),
                ((RAY, RAY.with_(internet_facing=False)), "internet_facing is a fact"),
                ((RAY, RAY.with_(encryption_enabled=False)), "encryption_enabled must be True"),
                ((RAY, RAY.with_(human_approval_required=True)), "does not apply to ShadowRay cluster"),
                (RAY, "Give both systems"),
            ],
        ),
        "w8": (
            (SPAN, 0.7, CALL),
            [
                ((SPAN, 0.7, SPAN["worst case"] >= 0.7), "b needs no call"),
                ((SPAN, 0.7, (SPAN["worst case"] > 0.7) & (SPAN["best case"] < 0.7)), "a has to be called about"),
                ((SPAN, 0.7, SPAN["best case"] < 0.7), "c needs no call"),
                (CALL, "Give the table, the threshold and your column"),
            ],
        ),
    }
