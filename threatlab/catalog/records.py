"""What the catalog is made of: layers, facts, techniques, threats and controls, each a complete record."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from math import inf

from threatlab.checks import Unchangeable, check_choice, is_number
from threatlab.errors import ThreatLabError
from threatlab.words import listed

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

ASSETS = {
    "model": "what was paid to train it, and what a copy of it gives away",
    "data": "what is kept secret, or has to be right: examples, documents, logs, keys",
    "money": "what a decision pays out, or what computing costs",
    "people": "the safety, rights and privacy of those whom the system is about",
    "reputation": "what customers and the public believe of whoever runs it",
}
"""What is worth something to somebody, so that it can be lost: the kinds that a drawing's elements name."""

ACCESS = {
    "query access": "sends queries to the model, and sees its answers",
    "testing data control": "changes what the model is asked about, when it is asked",
    "training data control": "adds or changes a part of what the model is trained on",
    "resource control": "changes documents, web pages or tools that the model reads while it runs",
    "model control": "changes the model's parameters, or puts another model in its place",
    "source code control": "changes code that trains or runs the model, or a library of it",
}
"""What an attacker can reach: capabilities in the words of NIST AI 100-2 E2025, section 2.1.3, and resource control of
3.1.3. Its label limit is left out, for it says what an attacker can't do."""

KNOWLEDGE = {
    "black box": "next to nothing of the inside: no more than what its answers tell",
    "gray box": "a part of it: the kind of model, say, but not its parameters, or these but not its data",
    "white box": "all of it: what it was trained on, how it is built, and its parameters",
}
"""What an attacker knows of the system, in the words of NIST AI 100-2 E2025, section 2.1.4."""

CLAIM_CAP = 0.9
"""No control is said to remove more than this share of a threat's risk, whatever a single test of it says."""


@dataclass(frozen=True, slots=True)
class SharedFailure:
    """How much the controls of a layer have in common, and why we think so.

    With the chance `beta` (0..1), what defeated the best of them defeats another one, too.
    """

    beta: float
    why: str


@dataclass(frozen=True, slots=True)
class Layer:
    """A group of controls of one kind, which fail together in part: the best counts whole, each further one less."""

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
class Source:
    """Where statements come from; they name its `id`, such as "AML.CS0009".

    `published` is a date, as exactly as it is known: "2016-03-25", "2025-12" or "2023". `looked_at` is when
    we last read it, or a stored copy of it. `address` is "" where there is none.
    """

    id: str
    title: str
    publisher: str
    published: str
    address: str
    used_for: str
    looked_at: date


@dataclass(frozen=True, slots=True)
class Release:
    """A release of MITRE ATLAS: `others` are its ids that the catalog doesn't use, `last_case` is its newest case."""

    version: str
    date: date
    others: tuple[str, ...]
    last_case: str

    def __str__(self) -> str:
        return f"{self.version} ({self.date})"


@dataclass(frozen=True, slots=True)
class Technique:
    """A named entry of a published list: of MITRE ATLAS as of the catalog's release, or of OWASP or NIST.

    `later` says what a later release made of it, as far as we have seen; "" if it stands as it was.
    """

    id: str
    name: str
    later: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.id} {self.name}"


@dataclass(frozen=True, slots=True)
class Effectiveness:
    """How much of one threat's risk a control removes, in 0..1, and how we know.

    `source` is "judged", by us, or "measured": then `value` is what a live attack of this workbook saw removed
    (`measured`, 0..1; `attack` names it, `on` says on what) times the share of the threat's `routes` that this attack
    speaks of (0..1), which is judged, for the reason `routes_why`. `replaced` is the figure of a toy in whose place
    somebody's own measurement stands (`threatlab.measured`).
    """

    value: float
    source: str
    why: str
    attack: str = ""
    measured: float = 0.0
    on: str = ""
    routes: float = 1.0
    routes_why: str = ""
    replaced: Effectiveness | None = None

    @property
    def evidence(self) -> str:
        """How we know, in a few words: "judged", or "measured on a small forest, for 0.15 of the routes"."""
        if self.source == "judged":
            return self.source
        return f"measured on {self.on}, for {self.routes:g} of the routes"


@dataclass(frozen=True, slots=True)
class Criterion:
    """What must be measured once a control is in place, and the bound that tells success from failure.

    Exactly one of `at_least` and `at_most` is a number, in `unit`: "share" (0..1), or whatever is counted. It is a
    target that somebody would sign, for the system at hand; what a toy attack here reaches is a regression bound.

    Raises
    ------
    ThreatLabError
        If nothing is counted, or no number could miss the bound: that is a wish.
    """

    measure: str
    unit: str
    at_least: float | None = None
    at_most: float | None = None

    def __post_init__(self) -> None:
        bounds = [bound for bound in (self.at_least, self.at_most) if bound is not None]
        named = all(isinstance(text, str) and text.strip() for text in (self.measure, self.unit))
        if not named or len(bounds) != 1:
            raise ThreatLabError(
                f"{self.measure!r} can't be measured: say what is counted, in which unit, and at_least or at_most"
            )
        trivial = self.at_least == 0 or (self.unit == "share" and self.at_most == 1)
        highest = 1 if self.unit == "share" else inf
        if not is_number(bounds[0]) or not 0 <= bounds[0] <= highest or trivial:
            among = "a share, from 0 to 1" if self.unit == "share" else "a number of 0 or more"
            raise ThreatLabError(
                f"{self.measure!r} has the bound {bounds[0]!r}: give {among}, that a measurement is able to miss"
            )

    def met(self, value: float) -> bool:
        """Tell whether a measured `value`, in this criterion's unit, is a success; NaN never is."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)

    def __str__(self) -> str:
        word, bound = ("at least", self.at_least) if self.at_least is not None else ("at most", self.at_most or 0.0)
        return f"{self.measure}: {word} " + (f"{bound:.0%}" if self.unit == "share" else f"{bound:g} {self.unit}")


@dataclass(frozen=True, slots=True)
class Control(Unchangeable):
    """A protection: its question, what its absence is called, and its worth against each threat.

    It applies where all facts of `applies_when` are true, and, if there are any, one of `applies_when_any`.
    `core_weight` is what the lesson's own code adds to its score when the control is missing, for the three controls
    that it checks. `effort_days` are person-days, of the one `role` that usually does it. `utility_cost` is a share of
    the system's usefulness, "measured" by a live attack or "judged" (`utility_source`), and `utility_why` says what
    that share leaves out. `success` is how you know that it works. `lists` are entries of OWASP's and NIST's lists, and
    `mappings` says of each id (of ATLAS and these lists) and letter of STRIDE that the control carries, why.
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
    applies_when_any: tuple[str, ...]
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
    lists: tuple[Technique, ...]
    mappings: Mapping[str, str]
    effectiveness: Mapping[str, Effectiveness]
    core_weight: float | None = None

    @property
    def threats(self) -> tuple[str, ...]:
        """Ids of the threats that this control counters, strongest first."""
        return tuple(sorted(self.effectiveness, key=lambda t: -self.effectiveness[t].value))

    @property
    def utility_evidence(self) -> str:
        """How we know what it costs: "judged", or "measured on a small random forest"."""
        on = next(((claim.replaced or claim).on for claim in self.effectiveness.values() if claim.on), "")
        return f"measured on {on}" if self.utility_source == "measured" else self.utility_source

    def applies(self, true: Collection[str]) -> bool:
        """Tell whether its absence is a finding in a system of which it is known what is `true`."""
        some = not self.applies_when_any or any(fact in true for fact in self.applies_when_any)
        return some and all(fact in true for fact in self.applies_when)


@dataclass(frozen=True, slots=True)
class Goal:
    """What an adversary gets from a threat that comes true: which kind of asset, and the goal in their own terms."""

    asset: str
    text: str


@dataclass(frozen=True, slots=True)
class Adversary(Unchangeable):
    """Somebody who may attack: what they want of which threat, what they can reach, and what they know.

    `access` are words of `ACCESS`, `knowledge` one of `KNOWLEDGE`, as this adversary usually has them; `knows` says
    what that comes to. `goals` are by threat.
    """

    id: str
    title: str
    about: str
    access: tuple[str, ...]
    knowledge: str
    knows: str
    goals: Mapping[str, Goal]

    @property
    def wants(self) -> tuple[str, ...]:
        """The kinds of assets that it is after, in the order of `ASSETS`."""
        return tuple(asset for asset in ASSETS if any(goal.asset == asset for goal in self.goals.values()))

    @property
    def access_and_knowledge(self) -> str:
        """Both, in words: "query access and testing data control; black box"."""
        return f"{listed(self.access)}; {self.knowledge}"


@dataclass(frozen=True, slots=True)
class Attacker:
    """An adversary at work, in one attack or incident: `adversary` is its id in the catalog.

    `access` are words of `ACCESS`, `knowledge` is one of `KNOWLEDGE`, and `why` says what makes it so here.

    Raises
    ------
    ThreatLabError
        If a word of access or knowledge is none of these; the sentence names the nearest.
    """

    adversary: str
    access: tuple[str, ...]
    knowledge: str
    why: str

    def __post_init__(self) -> None:
        for word in self.access:
            check_choice("access", word, ACCESS)
        check_choice("knowledge", self.knowledge, KNOWLEDGE)

    def __str__(self) -> str:
        return f"{' and '.join(self.access)}, {self.knowledge}"


@dataclass(frozen=True, slots=True)
class Case:
    """A published case of an attack in the catalog's terms: what the system was, and what its account says of controls.

    `true` and `false` are facts, `missing` and `in_place` controls; of what is in none of them, it says nothing.
    `kind` is "incident" or "exercise", as ATLAS calls what researchers showed.
    """

    id: str
    name: str
    kind: str
    year: int
    true: frozenset[str]
    false: frozenset[str]
    missing: frozenset[str]
    in_place: frozenset[str]
    evidence: str


@dataclass(frozen=True, slots=True)
class Threat(Unchangeable):
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
