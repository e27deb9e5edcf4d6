"""Right and wrong answers to the pieces of lesson 03, and what each wrong one must be told."""

from __future__ import annotations

from threatlab.attacks import ATTACKS

RUN = ATTACKS["poisoning"].run
WHY = "Measured against one account only"


def bank():
    return {
        "w1": (
            RUN("trusted_sample", variant="label_flip", rate=0.4),
            [
                (RUN(variant="label_flip", rate=0.4), "Without a control"),
                (RUN("knn", variant="label_flip", rate=0.4), "are still missed"),
                (RUN("trusted_sample", variant="label_flip", rate=0.1), "flips 10% of the labels"),
                (RUN("provenance"), 'Give variant="label_flip"'),
                ("trusted_sample", "not a run of an attack"),
            ],
        ),
        "w2": (
            ("secrets_in_vault", 0.3, WHY),
            [
                (("output_detail", 0.3, WHY), "did you mean 'output_detail_limited'"),
                (("output_detail_limited", 30, WHY), "no share of a risk"),
                (("output_detail_limited", 0.3, "measured"), "is no reason"),
                (0.3, "a control, a number and a reason"),
            ],
        ),
    }
