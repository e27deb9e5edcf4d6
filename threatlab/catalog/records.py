"""What the catalog is made of: layers, facts, techniques, threats and controls, each a complete record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import inf

from threatlab.errors import ThreatLabError

SEVERITIES = ("CRITICAL", "HIGH", "MEDIUM", "LOW")
EFFECTS = ("preventive", "detective", "corrective")
EVIDENCE = ("judged", "measured")
ROLES = (
    "platform engineer",
    "ML engineer",
    "data engineer",
    "application developer",
    "security engineer",
    "product owner",
)
"""Who usually puts a control in place: few enough that a team can say how many it has of each."""

LAYER_CAP = 0.9
"""No layer removes more than this share of a threat's risk, whatever a single test of it says."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A group of controls that fail together: the best of them counts, once."""

    id: str
    title: str
    about: str


@dataclass(frozen=True, slots=True)
class Fact:
    """Something true or false of what a system is; true facts expose it to threats."""

    id: str
    group: str
    label: str
    question: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Technique:
    """An entry of MITRE ATLAS: its id and name as of the catalog's `atlas_version`.

    `later` says what a later release has made of it, and is empty if none has renamed or retired it.
    """

    id: str
    name: str
    later: str = ""

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """How much of one threat's risk a control removes, in 0..1, and how we know.

    `source` is "measured" if a live attack of this workbook measured it (`attack` names which), or "judged", by us.
    """

    value: float
    source: str
    why: str
    attack: str = ""


@dataclass(frozen=True, slots=True)
class Criterion:
    """What must be measured once a control is in place, and the bound that tells success from failure.

    Exactly one of `at_least` and `at_most` is a number, in `unit`: "share" (0..1), or whatever is counted. `attack`
    names the live attack that measures it, and its bound is then the worst of ten seeds; empty if you count yourself.

    Raises
    ------
    ThreatLabError
        If nothing is counted, or no number could miss the bound: that is a wish.
    """

    measure: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None
    attack: str = ""

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        if not self.measure.strip() or not self.unit.strip() or len(bounds) != 1:
            raise ThreatLabError(
                f"{self.measure!r} can't be measured: say what is counted, in which unit, and at_least or at_most"
            )
        trivial = self.at_least == 0 or (self.unit == "share" and self.at_most == 1)
        if not 0 <= bounds[0] < inf or (self.unit == "share" and bounds[0] > 1) or trivial:
            raise ThreatLabError(f"{self.measure!r} has the bound {bounds[0]!r}: a number must be able to miss it")

    def met(self, value: float) -> bool:
        """Tell whether a measured `value`, in this criterion's unit, is a success; NaN never is."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        word, bound = ("at least", self.at_least) if self.at_least is not None else ("at most", self.at_most or 0.0)
        return f"{self.measure}: {word} " + (f"{bound:.0%}" if self.unit == "share" else f"{bound:g} {self.unit}")


@dataclass(frozen=True, slots=True)
class Control:
    """A protection: its question, what its absence is called, and its worth against each threat.

    `core_weight` is what the lesson's own code adds to its score when the control is missing, for the three controls
    that it checks. `effort_days` are person-days, of the one `role` that usually does it. `utility_cost` is a share of
    the system's usefulness, "measured" by a live attack or "judged" (`utility_source`), and `utility_why` says what
    that share leaves out. `success` is how you know that it works.
    """

    id: str
    layer: str
    title: str
    question: str
    effect: str
    severity: str
    severity_rationale: str
    rulesets: tuple[str, ...]
    applies_when: tuple[str, ...]
    finding: str
    recommendation: str
    check: str
    false_positive: str
    effort_days: float
    utility_cost: float
    utility_source: str
    utility_why: str
    role: str
    success: Criterion
    safe_to_automate: bool
    atlas_techniques: tuple[Technique, ...]
    atlas_mitigations: tuple[Technique, ...]
    stride: str
    owasp_llm_2025: str
    owasp_ml_2023: str
    nist_ai_100_2: str
    effectiveness: Mapping[str, Effectiveness]
    core_weight: float | None = None

    @property
    def threats(self) -> tuple[str, ...]:
        """Ids of the threats that this control counters, strongest first."""
        return tuple(sorted(self.effectiveness, key=lambda t: -self.effectiveness[t].value))


@dataclass(frozen=True, slots=True)
class Threat:
    """Something that can go wrong: when it applies, how likely and how bad it is, both in 0..1.

    Each fact of `raised_by` closes a share of the distance from `likelihood` to 1, and each of
    `impact_raised_by` one of the distance from `impact` to 1.
    """

    id: str
    title: str
    about: str
    stride: str
    applies_when_any: tuple[str, ...]
    likelihood: float
    likelihood_why: str
    raised_by: Mapping[str, float]
    impact: float
    impact_why: str
    impact_raised_by: Mapping[str, float]
