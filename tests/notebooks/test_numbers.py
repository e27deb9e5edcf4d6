"""Every number in the notebooks' texts is held to the package, or listed as the text's own, or a named source's."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from statistics import median

import pytest

from tests.notebooks.tracked import tracked
from threatlab import AISystem, assess, load_system
from threatlab.attacks.extraction import CONTROLS as EXTRACTION
from threatlab.attacks.extraction import PIXELS, RATE_LIMIT, UNKNOWNS
from threatlab.catalog import catalog
from threatlab.exercises.assess.pieces import RISK, SMALL
from threatlab.exercises.depth import pieces as rare
from threatlab.exercises.operate.pieces import SOON
from threatlab.exercises.statements import STATEMENTS
from threatlab.exercises.why.pieces import LEAST_UTILITY
from threatlab.incidents import incidents
from threatlab.monitoring.log import simulate_day
from threatlab.operate.reviews import RHYTHM
from threatlab.regression import MARGIN

CORE = {control.id: control for control in catalog().controls.values() if "core" in control.rulesets}
CLAIMS = sorted(claim.value for control in catalog().controls.values() for claim in control.effectiveness.values())
P, E = 0.1, 0.8
"""The scene of notebook 05: three layers of this effectiveness, an account that is stolen in this share of years."""


@cache
def clients() -> tuple[int, int]:
    """Return how many clients the invented day has, and how many of them attack."""
    day = simulate_day(events=20_000)
    return len(day.clients), day.attackers


def three_layers() -> tuple[float, float]:
    """Return what gets through the three layers of notebook 05: if all fail in the same years, and by their product."""
    return P + (1 - P) * ((1 - E - P) / (1 - P)) ** 3, (1 - E) ** 3


def claim(control: str) -> float:
    return float(catalog().controls[control].effectiveness["supply_chain"].value)


def core_score(**controls: bool) -> str:
    return f"{assess(AISystem('demo', **controls), 'core').risk_score:.1f}"


def rhythm() -> str:
    (high, often), (middle, seldom), (_, else_) = RHYTHM
    return (
        f"every {often} days at a score of {high:g} or more, every {seldom} at {middle:g} or more, else every {else_}"
    )


def in_atlas() -> str:
    """Return how many of the attacks that notebook 00 calls documented the pinned catalog has an incident of."""
    documented = {"data_poisoning", "model_extraction", "evasion", "prompt_injection"}
    known = documented & {each.threat for each in incidents() if each.case.startswith("AML.")}
    return f"{('none', 'one', 'two', 'three', 'four')[len(known)]} in MITRE ATLAS 5.6.0"


COMPUTED: dict[tuple[str, str], list[Callable[[], str]]] = {
    ("00", "predict"): [lambda: f"risk score of **{core_score(**dict.fromkeys(CORE, True))}**", in_atlas],
    ("00", "run"): [lambda: f"*{EXTRACTION['rate_limit'].title}*"],
    ("00", "first-defense"): [lambda: f"answers each customer {RATE_LIMIT} times"],
    ("00", "first-defense-lesson"): [
        lambda: f"{RATE_LIMIT} answers give\naway most",
        lambda: f"{LEAST_UTILITY:.0%} of what they had",
    ],
    ("02", "reasons of 02-eight"): [
        lambda: "{} + {} + {} is {}.".format(*(control.core_weight for control in CORE.values()), core_score()),
        lambda: (
            f"{core_score(encryption_enabled=True, rbac_configured=False, monitoring_active=False)} against "
            f"{core_score(encryption_enabled=False, rbac_configured=True, monitoring_active=True)}"
        ),
    ],
    ("02", "write-half-about"): [
        lambda: "scores **{:.1f}**".format(
            assess(AISystem("a", **{**dict.fromkeys(CORE, False), "monitoring_active": True}), "core").risk_score
        ),
        lambda: f"that it scores {assess(load_system('ml-pipeline-prod'), 'core').risk_score:.1f}",
    ],
    ("02", "together-about"): [lambda: f"a risk of {RISK}", lambda: f"less than {SMALL} is left"],
    ("02", "layered-facts"): [lambda: f"would remove {claim('dependencies_scanned'):g} of it alone"],
    ("01", "draw-about"): [lambda: f"one of the {len(catalog().facts)} **facts**"],
    ("02", "trace"): [
        lambda: f"{CORE['encryption_enabled'].core_weight} for encryption",
        lambda: f"{CORE['rbac_configured'].core_weight} for role-based",
        lambda: f"{CORE['monitoring_active'].core_weight} for monitoring",
    ],
    ("02", "eight-lesson"): [
        lambda: f"best system scores **{core_score(**dict.fromkeys(CORE, True))}**",
        lambda: f"The worst scores **{core_score()}**",
    ],
    ("02", "audit-tamper-about"): [lambda: f"that chatbot at {core_score()}"],
    ("02", "fault-log-next"): [
        lambda: f"No trace of the {assess(load_system('ml-pipeline-prod'), 'core').risk_score:.1f}"
    ],
    ("02", "layered"): [
        lambda: f"HIGH {CORE['encryption_enabled'].core_weight} and MEDIUM {CORE['rbac_configured'].core_weight}"
    ],
    ("02", "additive-about"): [lambda: f"Here it is {catalog().shared_failure.beta:g}, a judgment"],
    ("03", "extraction-explain"): [
        lambda: f"and so do {RATE_LIMIT} full answers",
        lambda: f"{PIXELS} pixels and a constant make {UNKNOWNS} unknowns per digit, so some {UNKNOWNS} answers",
    ],
    ("03", "membership-sure-about"): [lambda: f"so {10 * unseen():,} others"],
    ("03", "membership-explain"): [
        lambda: f"One run has {unseen()} others: {int(unseen() * 0.01)} may be wrong",
    ],
    ("04", "utility-about"): [lambda: f"two controls of 5% leave 0.95 \u00d7 0.95, about {0.95 * 0.95:.0%}"],
    ("05", "shared-formula-about"): [
        lambda: f"a little better than {E}, or its average over all years would not be {E}"
    ],
    ("05", "shared-honest"): [
        lambda: f"a factor of {three_layers()[0] / three_layers()[1]:.1f} above",
        lambda: "remove 10 to 50% of a threat" if median(CLAIMS) < 0.5 and share_between(0.1, 0.5) > 0.75 else "?",
    ],
    ("05", "reasons of 05"): [lambda: "{:.3f} against {:.3f}".format(*three_layers())],
    ("05", "shared-picture-lesson"): [lambda: f"half: {P * 100:.0f} of the {(1 - E) * 100:.0f}%"],
    ("05", "shared-picture-about"): [lambda: f"less than {rare.MOST} through", lambda: f"({P} is one year of ten.)"],
    ("05", "more-layers-about"): [lambda: f"layers of {E} bring"],
    ("05", "shared-split-about"): [lambda: f"a margin of {MARGIN:g}"],
    ("06", "precision-predict-about"): [lambda: "of the {} clients, {} are".format(*clients())],
    ("06", "base-rate-about"): [
        lambda: f"Here {clients()[1]} of {clients()[0]} clients attack: one in {clients()[0] / clients()[1]:.0f}."
    ],
    ("06", "limit-about"): [lambda: f"of {RATE_LIMIT} answers a day"],
    ("06", "write-lesson-about"): [lambda: f"within {SOON} days"],
    ("06", "reviews"): [rhythm],
    ("07", "reviews"): [rhythm],
}
"""What a text says, with figures that the package works out: for a notebook's cell, phrases that stand in it."""

OWN: dict[tuple[str, str], str] = {
    ("00", "five-about"): "1 0",
    ("00", "zero-about"): "0.00",
    ("00", "progress-about"): "20",
    ("02", "four-questions"): "0 1",  # the scale of the score
    ("02", "reasons of 02-eight"): "1.0",
    ("02", "eight-lesson"): "1",
    ("02", "write-threshold-about"): "0.8",
    ("02", "mended-remediation-about"): "14 03",
    ("02", "audit"): "1",
    ("02", "layered"): "0.4 0.1 1.0",  # weights that the notebook chooses
    ("02", "additive-about"): "1.0 0 1",
    ("02", "together-about"): "0.5",
    ("02", "together-next"): "1",
    ("02", "layered-facts"): "0",
    ("02", "explorer"): "0",
    ("02", "advice-about"): "1 0 0.5",  # the scale of a rank
    ("03", "words"): "0 1",
    ("03", "poisoning"): "0 100 5",
    ("03", "poisoning-control"): "3 0 100",
    ("03", "poisoning-explain"): "1 5",
    ("03", "poisoning-lab-about"): "20",
    ("03", "poisoning-flips"): "40",
    ("03", "extraction-lab-about"): "1000",
    ("03", "poisoning-incident"): "100",
    ("03", "extraction-incident"): "3 8 15",
    ("03", "evasion-lab-about"): "30",
    ("03", "evasion-incident"): "0.5",
    ("03", "membership-sure-about"): "1",
    ("03", "membership-explain"): "1",
    ("03", "memory-lab-about"): "0 50",
    ("03", "tools-lab-about"): "100",
    ("03", "score-read"): "1",
    ("04", "exact-search"): "1 60",
    ("04", "exact-about"): "0.000",
    ("04", "utility-about"): "0",
    ("04", "steps"): "0",
    ("04", "planner"): "1",
    ("05", "shared"): "8 10",
    ("05", "more-layers-about"): "0.05",
    ("05", "suite-blind-about"): "0 1",
    ("06", "cusum-about"): "3",
    ("06", "precision-predict-about"): "100",
    ("06", "base-rate-about"): "100",
    ("06", "missed-about"): "60",
    ("06", "monitor-about"): "16 200 08 00",
    ("07", "example"): "400",
    ("07", "way-in-yours"): "2",
    ("07", "evidence-lesson"): "0.6 0.25",
    ("07", "defense-hold"): "2027 03 31",
    ("07", "gate-about"): "0 1",
}
"""Numbers that a text makes up itself: a scale, a scene, a task."""

SOURCED: dict[tuple[str, str], str] = {
    ("03", "poisoning-explain"): "250 600 13",  # arXiv:2510.07192
    ("03", "extraction-incident"): "24,000 16",  # AML.CS0056
    ("03", "membership-incident"): "70,000",  # AML.CS0006
    ("03", "injection-incident"): "28 17 4,000",  # Clinejection
    ("03", "memory-incident"): "60 31",  # Microsoft, February 2026
    ("03", "poisoning-incident"): "25",
    ("06", "drift-lesson"): "24,000",  # AML.CS0056
}
"""Numbers of a source that the same cell names."""

NO_CLAIM = re.compile(
    r"""
      `[^`]*`                                            # code
    | \[0\d[^\]]*\]\([^)]*\) | \]\([^)]*\)              # another notebook, where a link leads
    | \b0\d\ ·
    | ^\#+\ .*$ | ^\s*\d+\.\ | ^\|\ \*\*0\d.*$           # headings, the numbers of a list, the map of the notebooks
    | ^\*Sources?:(?:.|\n)*                              # the list of sources at a notebook's end
    | \b(?:AML\.\w+(?:\.\d+)*|CVE-[\d-]+|arXiv:[\d.]+|[A-Z]+\d+:\d+|ATLAS\ [\d.]+\d|SPDX\ \d|SARIF\ [\d.]+\d|\#\d+)\b
    | \b(?:19|20)\d\d\b                                  # years
    | \b(?:[SsNnEeFfLl](?:ection|otebook|xercise|ault|tep|esson)s?|entry)\s\d+(?:\ (?:and|to|or)\ \d+)*\b
    | \b1\ (?:\u2212\ r|minus\ e)                          # formulas in letters
    """,
    re.VERBOSE | re.MULTILINE,
)
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:\.\d+)?")


def share_between(low: float, high: float) -> float:
    return sum(low <= claim <= high for claim in CLAIMS) / len(CLAIMS)


@cache
def unseen() -> int:
    """Return how many records of others one run of the membership attack is judged by."""
    from threatlab.attacks import ATTACKS

    return int(ATTACKS["membership"].run(seed=0).evidence["unseen"])


def texts() -> Iterator[tuple[str, str, str]]:
    for path in tracked("notebooks"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            if cell["cell_type"] == "markdown" and cell["id"] != "title":
                yield path.name[:2], cell["id"], "".join(cell["source"])
    for name, asked in STATEMENTS.items():
        yield name[:2], f"reasons of {name}", " ".join(each.because for each in asked.statements)


TEXTS = {(notebook, cell): text for notebook, cell, text in texts()}


@pytest.mark.parametrize("where", COMPUTED)
def test_a_text_says_what_the_package_computes(where):
    for phrase in COMPUTED[where]:
        assert phrase() in TEXTS[where]


@pytest.mark.parametrize("where", TEXTS, ids=" ".join)
def test_a_number_is_computed_or_the_text_s_own_or_a_source_s(where):
    rest = TEXTS[where]
    for phrase in COMPUTED.get(where, ()):
        rest = rest.replace(phrase(), "")
    own = f"{OWN.get(where, '')} {SOURCED.get(where, '')}".split()
    left = [number.strip(",") for number in NUMBER.findall(NO_CLAIM.sub("", rest))]
    assert [number for number in left if number not in own] == []
