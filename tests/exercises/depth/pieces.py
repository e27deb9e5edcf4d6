"""Right and wrong answers to the pieces of lesson 05, and what each wrong one must be told."""

from __future__ import annotations

from dataclasses import replace

from threatlab import load_system
from threatlab.depth import harden
from threatlab.regression import suggested_bounds

RAY = harden(load_system("shadowray"), 40)
WHY = "One lost layer brings supply-chain attacks in"
STRICT = {b.attack: b for b in sorted(suggested_bounds(), key=lambda bound: -bound.at_most)}


def bank():
    return {
        "w1": (
            (RAY, (0.2, WHY)),
            [
                ((RAY, (0.9, WHY)), "can't be broken"),
                ((RAY, (20, WHY)), "no risk that a single threat can have"),
                ((RAY, (0.2, "low")), "is no reason"),
                ((RAY, (0.2, "One lost layer, one prompt injection")), "no threat to this system: Data poisoning"),
                ((RAY, 0.2), "a bound and its reason"),
                ((0.2, WHY), "not a system"),
            ],
        ),
        "w2": (
            ["training_environment_isolated", "service_exposure_hardened"],
            [
                (["authentication_enforced", "service_exposure_hardened"], "Both stand in Infrastructure"),
                (["monitoring_active", "service_exposure_hardened"], "stops this attacker at no step"),
                (["service_exposure_hardened"], "are not two controls"),
                (["service_exposure_hardned", "training_environment_isolated"], "did you mean"),
            ],
        ),
        "w3": (
            0.01,
            [
                (0.1, "0.101 gets through"),
                (0.02, "0.026 gets through"),
                (0, "no chance in a year"),
                ("1%", "not a number"),
            ],
        ),
        "w4": (
            replace(STRICT["evasion"], control="none"),
            [
                (STRICT["evasion"], "Still green"),
                (replace(STRICT["evasion"], at_most=0.0), "none of those that were measured"),
                (replace(STRICT["evasion"], control="off"), "can't be run"),
                (replace(STRICT["evasion"], control="smoothing"), "another control in place, 'smoothing'"),
                ("evasion", "not a bound"),
            ],
        ),
        "w5": (
            "threatlab assess threat-model.json --fail-at 0.5",
            [
                ("threatlab assess threat-model.json", "Without --fail-at"),
                ("threatlab assess --fail-at 0.5", "Name the file"),
                ("threatlab assess threat-model.json --fail-at high", "takes a number"),
                ("threatlab assess threat-model.json --fail-at 50", "stops every release, or none"),
                ("threatlab assess threat-model.json --fail-at 1", "stops every release, or none"),
                ("threatlab assess threat-model.json --fail_at 0.5", "There is no option '--fail_at'"),
                ("assess threat-model.json --fail-at 0.5", "The line begins with"),
            ],
        ),
    }
