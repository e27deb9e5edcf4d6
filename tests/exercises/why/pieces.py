"""Right and wrong answers to the pieces of lesson 00, and what each wrong one must be told."""

from __future__ import annotations

from threatlab import assess, load_system
from threatlab.attacks import ATTACKS

GREEN = load_system("ml-pipeline-prod").with_(encryption_enabled=True, rbac_configured=True, monitoring_active=True)


def bank():
    without = GREEN.with_(monitoring_active=False)
    return {
        "w1": (
            assess(without, ruleset="core"),
            [
                (assess(without), 'ruleset="core"'),
                (assess(GREEN, ruleset="core"), "All three controls are still in place"),
                (assess(GREEN.with_(rbac_configured=False), ruleset="core"), "Missing is now: rbac_configured"),
                (assess(without.with_(rbac_configured=None), ruleset="core"), "Take away monitoring, and nothing else"),
                (0.3, "not an assessment"),
            ],
        ),
        "w2": (
            ATTACKS["extraction"].run("top1_rate_limit"),
            [
                (ATTACKS["extraction"].run(), "without a control"),
                (ATTACKS["extraction"].run("rate_limit"), "Try another control"),
                (ATTACKS["injection"].run("separation"), "keep 75.0% of what they had"),
                ("top1_rate_limit", "not a run of an attack"),
            ],
        ),
        "w3": (
            "generates_content",
            [
                ("uses_tools", "With uses_tools it is still 0.00"),
                ("generates_contents", "did you mean 'generates_content'"),
                (True, "is no name"),
            ],
        ),
    }
