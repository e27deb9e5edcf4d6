"""Compares two threat models of a system, or two inventories: answers, findings, risks, drawing, plan, acceptances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from functools import cached_property
from math import fsum
from typing import Any

from threatlab.assessment import Finding
from threatlab.assessment.result import NOTHING
from threatlab.assessment.shares import EXACT, PAIRS, Share, shares
from threatlab.checks import check_seed
from threatlab.dataflow import DataFlow
from threatlab.dataflow.facts import FROM_DRAWING, system_from
from threatlab.errors import ThreatLabError, short
from threatlab.ranking import rounded
from threatlab.report import ThreatModel
from threatlab.system import AISystem

_DRAWS = 40_000
_FEWEST_PAIRS = 4
"""An inventory shares out so many pairs of orders among the systems that need any; none gets fewer than this."""

_KINDS = (
    *("drawing", "zone", "element", "flow", "boundary crossed by", "left out of scope"),
    *("plan", "planned step", "policy", "accepted risk"),
)
"""Kinds of parts, in the order in which they are told."""

CALLED = {
    **ThreatModel.CALLED,
    "before": "the first assessment",
    "found": "when findings were first seen",
    "evidence": "what the attacks showed",
    "monitoring": "the threshold for alerts",
    "tabletop": "the tabletop exercise",
    "reviews": "the review dates",
    "training": "who was trained",
    "audit_head": "the head of the audit log",
    "course": "whether the course makes it",
    "example": "whether it is an example",
    "origin": "the file that it was imported from",
    "reviewers": "who has read it",
}
"""What the parts of a threat model are called that are compared as a whole."""

Described = AISystem | DataFlow | ThreatModel
"""What can be compared."""


@dataclass(frozen=True, slots=True)
class AnswerChange:
    """An answer that changed, and its share in the change of the risk score (-1..1), give or take `error`."""

    attribute: str
    before: bool | None
    after: bool | None
    share: float
    error: float


@dataclass(frozen=True, slots=True)
class ThreatChange:
    """A threat's residual risk (0..1), before and after."""

    threat: str
    title: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class PartChange:
    """A part of the drawing, the plan or the acceptances that was "added", "removed" or "changed".

    `fields` are those that say something, or something else, now: the name of each, what it said, and what it says.
    """

    kind: str
    name: str
    change: str
    fields: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True)
class Change:
    """What changed from one threat model to another. It is true if anything did. Scores and risks are in 0..1.

    Where more than ten answers moved the score, their shares are means over `pairs` orders, drawn with `seed`, and
    their reverses. `as_saved` is the old one's score (0..1) with its own measurements, if the two differ in what was
    measured on the real system, else None: the old one is then assessed with what the new one holds, so that a change
    of the score is one of the system.
    """

    old: ThreatModel
    new: ThreatModel
    seed: int = 0
    pairs: int = PAIRS
    as_saved: float | None = None

    def __bool__(self) -> bool:
        return bool(self._answered or self.parts or self.also)

    @property
    def name(self) -> str:
        """The system's name, as it is now."""
        return self.new.system.name

    @property
    def before(self) -> float:
        """The risk score as it was."""
        return self.old.assessment.risk_score

    @property
    def after(self) -> float:
        """The risk score as it is now."""
        return self.new.assessment.risk_score

    @property
    def by(self) -> float:
        """How far the score rose (below 0: fell)."""
        return self.after - self.before

    @cached_property
    def answers(self) -> tuple[AnswerChange, ...]:
        """The answers that changed, those that moved the score most first; equals in the catalog's order."""
        was, now = self.old.system, self.new.system
        found = shares(was, now, self.new.ruleset, seed=self.seed, pairs=self.pairs) if self._answered else {}
        made = [
            AnswerChange(name, was[name], now[name], (share := found.get(name, Share(0.0))).moved, share.error)
            for name in self._answered
        ]
        return tuple(sorted(made, key=lambda answer: -abs(rounded(answer.share))))

    @property
    def opened(self) -> tuple[Finding, ...]:
        """Findings that were not there before, worst first."""
        return _without(self.new.assessment.findings, self.old.assessment.findings)

    @property
    def closed(self) -> tuple[Finding, ...]:
        """Findings that are gone, worst first."""
        return _without(self.old.assessment.findings, self.new.assessment.findings)

    def why(self, finding: Finding, *, opened: bool) -> str:
        """Return in a few words why a finding opened or closed: by its control, or since it applies or doesn't."""
        control = finding.attribute
        if not opened:
            if self.unsaid(finding):
                return "unknown whether it still applies"
            return "in place now" if self.new.system[control] else "no longer applies"
        came = "no longer in place" if self.old.system[control] else "applies now"
        return f"{came}, unknown whether it is in place" if finding.unknown else came

    def unsaid(self, finding: Finding) -> bool:
        """Tell whether a finding is gone only because nobody says any more what made it apply."""
        system, control = self.new.system, self.new.system.catalog.controls[finding.attribute]
        true = {name for name in system.catalog.facts if system[name]}
        return not system[finding.attribute] and not control.applies(true) and control.applies({*true, *self.forgotten})

    @property
    def threats(self) -> tuple[ThreatChange, ...]:
        """The threats whose residual risk moved, those that moved most first; equals in the catalog's order."""
        was, now = self.old.assessment.by_threat, self.new.assessment.by_threat
        titles = self.new.assessment.catalog.threats
        found = [ThreatChange(name, titles[name].title, was[name], now[name]) for name in now]
        real = [each for each in found if abs(each.after - each.before) > NOTHING]
        return tuple(sorted(real, key=lambda each: -abs(rounded(each.after - each.before))))

    @cached_property
    def parts(self) -> tuple[PartChange, ...]:
        """What was added, removed or changed in the drawing, the plan and the acceptances, kind by kind."""
        was, now = _parts(self.old), _parts(self.new)
        return tuple(change for kind in now for change in _compared(kind, was[kind], now[kind]))

    @cached_property
    def also(self) -> tuple[str, ...]:
        """Whatever else differs, by what it is called; day, version and history are no change."""
        was, now = _texts(self.old.system), _texts(self.new.system)
        of_system = (f"the system's {name}" for name in now if was[name] != now[name])
        spoken_of = ("system", "drawing", "plan", "policy", "made_on", "version", "history")
        others = (each.name for each in fields(self.new) if each.name not in spoken_of)
        differ = (CALLED[name] for name in others if getattr(self.old, name) != getattr(self.new, name))
        if self.as_saved is None:
            return (*of_system, *differ)
        remeasured = (
            "what was measured on the real system (both are assessed with it as it is now: the old one, at "
            f"{self.as_saved:.2f} as it was saved, is then at {self.before:.2f})"
        )
        return (*of_system, *differ, remeasured)

    @property
    def forgotten(self) -> tuple[str, ...]:
        """Facts that somebody had answered, and nobody does now: what that takes off the score is no improvement."""
        facts, was, now = self.new.system.catalog.facts, self.old.system, self.new.system
        return tuple(name for name in facts if was[name] is not None and now[name] is None)

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON-ready values."""
        return {
            "schema": "threatlab/change/1",
            "system_id": self.name,
            "was_called": self.old.system.name,
            "ruleset": self.new.ruleset,
            "risk_before": self.before,
            "risk_after": self.after,
            "answers": [asdict(answer) for answer in self.answers],
            "sampled": self._sampled,
            "opened": [finding.attribute for finding in self.opened],
            "closed": [finding.attribute for finding in self.closed],
            "threats": [asdict(threat) for threat in self.threats],
            "parts": [
                {
                    **asdict(part),
                    "fields": [dict(zip(("field", "before", "after"), f, strict=True)) for f in part.fields],
                }
                for part in self.parts
            ],
            "also": list(self.also),
            "forgotten": list(self.forgotten),
        }

    @cached_property
    def _answered(self) -> tuple[str, ...]:
        was, now = self.old.system.known, self.new.system.known
        return tuple(name for name in self.new.system.catalog.attributes if was.get(name) != now.get(name))

    @property
    def _sampled(self) -> dict[str, int] | None:
        return {"pairs": self.pairs, "seed": self.seed} if any(answer.error for answer in self.answers) else None


@dataclass(frozen=True)
class InventoryChange:
    """What changed from one inventory to another; systems are matched by their names. It is true if anything did.

    `changed` are the systems of both in which something differs, those whose score moved most first; `same` counts
    the others of both.
    """

    changed: tuple[Change, ...]
    added: tuple[ThreatModel, ...]
    removed: tuple[ThreatModel, ...]
    same: int

    def __bool__(self) -> bool:
        return bool(self.changed or self.added or self.removed)

    @cached_property
    def answers(self) -> tuple[tuple[str, int, float], ...]:
        """Each changed answer: in how many systems, and the sum of its shares there; the largest sums first."""
        found: dict[str, list[float]] = {}
        for change in self.changed:
            for answer in change.answers:
                found.setdefault(answer.attribute, []).append(answer.share)
        rows = [(name, len(each), fsum(each)) for name, each in sorted(found.items())]
        return tuple(sorted(rows, key=lambda row: -abs(rounded(row[2]))))

    def to_dict(self) -> dict[str, Any]:
        """Return the change as JSON-ready values."""
        return {
            "schema": "threatlab/inventory-change/1",
            "changed": [change.to_dict() for change in self.changed],
            "added": [_line(model) for model in self.added],
            "removed": [_line(model) for model in self.removed],
            "same": self.same,
            "answers": [{"attribute": name, "systems": n, "share": share} for name, n, share in self.answers],
        }


def diff(old: Described, new: Described, *, seed: int = 0) -> Change:
    """Return what changed between two threat models, systems or drawings, and which answers moved the score.

    Shares are exact for up to ten answers that moved it; of more they are estimated by orders drawn with `seed`.

    Raises
    ------
    ThreatLabError
        If one is none of these, or they are scored by two rulesets or described by two catalogs.

    Examples
    --------
    >>> old = AISystem("bot", internet_facing=True, generates_content=True)
    >>> change = diff(old, old.with_(rate_limiting_enabled=True))
    >>> [(answer.attribute, round(answer.share - change.by, 9)) for answer in change.answers]
    [('rate_limiting_enabled', 0.0)]
    """
    return _pair(as_model(old, "old"), as_model(new, "new"), check_seed("seed", seed), PAIRS)


def diff_inventory(old: Iterable[Described], new: Iterable[Described], *, seed: int = 0) -> InventoryChange:
    """Return what changed between two inventories: threat models, systems or drawings, matched by their names.

    Raises
    ------
    ThreatLabError
        As `diff`, and if two systems of one inventory have the same name, or an inventory is empty.
    """
    seed = check_seed("seed", seed)
    was, now = _by_name(old, "old"), _by_name(new, "new")
    both = [(was[name], now[name]) for name in now if name in was]
    different = [(before, after) for before, after in both if before != after]
    many = sum(len(before.system.true ^ after.system.true) > EXACT for before, after in different)
    pairs = max(_FEWEST_PAIRS, min(PAIRS, _DRAWS // max(1, many)))
    changes = [change for before, after in different if (change := _pair(before, after, seed, pairs))]
    return InventoryChange(
        changed=tuple(sorted(changes, key=lambda change: (-abs(rounded(change.by)), change.name))),
        added=tuple(now[name] for name in sorted(now) if name not in was),
        removed=tuple(was[name] for name in sorted(was) if name not in now),
        same=len(both) - len(changes),
    )


def as_model(described: object, name: str = "it") -> ThreatModel:
    """Return the threat model of what describes a system: a model, a system, or a drawing, of which facts are read."""
    match described:
        case ThreatModel():
            return described
        case AISystem():
            return ThreatModel(described)
        case DataFlow():
            return ThreatModel(system_from(described), drawing=described)
    raise ThreatLabError(f"{name} is {short(described)}; give an AISystem, a ThreatModel or a DataFlow")


def _pair(old: ThreatModel, new: ThreatModel, seed: int, pairs: int) -> Change:
    if old.ruleset != new.ruleset:
        raise ThreatLabError(
            f"{new.system.name!r} was scored by ruleset {old.ruleset!r}, and is by {new.ruleset!r}; "
            f"take one for both: old.with_(ruleset={new.ruleset!r})"
        )
    as_saved = None
    if old.measured != new.measured:
        as_saved = old.assessment.risk_score
        old = old.with_(measured=new.measured, example=new.example)
    terms = new.system.catalog
    if old.system.catalog is not terms and old.system.catalog != terms:
        raise ThreatLabError(
            f"{new.system.name!r} is described by two catalogs; take one for both: old.under(new.catalog)"
        )
    return Change(old, new, seed, pairs, as_saved)


def _by_name(inventory: Iterable[Described], side: str) -> dict[str, ThreatModel]:
    if isinstance(inventory, Mapping | str) or not isinstance(inventory, Iterable):
        raise ThreatLabError(f"{side} is {short(inventory)}; give a list of systems, threat models or drawings")
    models = [as_model(each, f"a system of {side}") for each in inventory]
    if not models:
        raise ThreatLabError(f"{side} is empty; give at least one system")
    name, times = Counter(model.system.name for model in models).most_common(1)[0]
    if times > 1:
        raise ThreatLabError(f"two systems of {side} are called {name!r}; each needs a name of its own")
    return {model.system.name: model for model in models}


def _without(findings: Sequence[Finding], others: Sequence[Finding]) -> tuple[Finding, ...]:
    known = {finding.attribute for finding in others}
    return tuple(finding for finding in findings if finding.attribute not in known)


def _line(model: ThreatModel) -> dict[str, Any]:
    return {"system_id": model.system.name, "risk_score": model.assessment.risk_score}


def _parts(model: ThreatModel) -> dict[str, dict[str, dict[str, object]]]:
    """Return what the model is drawn, planned and accepted to be: by kind and name, the fields of each part."""
    drawing, plan, policy = model.drawing, model.plan, model.policy
    parts: dict[str, dict[str, dict[str, object]]] = {kind: {} for kind in _KINDS}
    if drawing is not None:
        parts["drawing"] = {drawing.name: _fields(drawing, "title complete description source case")}
        parts["zone"] = {zone.name: _fields(zone, "kind owner") for zone in drawing.zones}
        parts["element"] = {
            element.name: _fields(element, "kind zone personal note assets worth") for element in drawing.elements
        }
        parts["flow"] = {str(flow): _fields(flow, "carries personal note adversaries") for flow in drawing.flows}
        parts["boundary crossed by"] = {
            str(each.flow): {"from": each.leaves.name, "into": each.enters.name} for each in drawing.crossings
        }
        parts["left out of scope"] = {each.element: _fields(each, "reason owner review") for each in drawing.exclusions}
    if plan is not None:
        parts["plan"] = {"the plan": _fields(plan, "way budget min_utility")}
        parts["planned step"] = {step.control: _fields(step, "owner start due effort_days") for step in plan.steps}
    if policy is not None:
        bounds = "max_risk max_per_threat max_by_threat open_days min_utility"
        parts["policy"] = {"the policy": _fields(policy, bounds)}
        parts["accepted risk"] = {
            each.what: {**_fields(each, "owner expires reason"), "holds": each in model.holding}
            for each in policy.accepted
        }
    return parts


def _fields(part: Any, names: str) -> dict[str, object]:
    return {name: getattr(part, name) for name in names.split()}


def _compared(
    kind: str, before: Mapping[str, Mapping[str, object]], after: Mapping[str, Mapping[str, object]]
) -> Iterator[PartChange]:
    for name in sorted({*before, *after}):
        if name not in before:
            said = tuple((field, "", _said(value)) for field, value in after[name].items() if value)
            yield PartChange(kind, name, "added", said)
        elif name not in after:
            yield PartChange(kind, name, "removed")
        elif differ := [field for field in after[name] if before[name][field] != after[name][field]]:
            said = tuple((field, _said(before[name][field]), _said(after[name][field])) for field in differ)
            yield PartChange(kind, name, "changed", said)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    return (
        ", ".join(f"{name}: {each}" for name, each in value.items())
        if isinstance(value, Mapping)
        else str(value or "none")
    )


def _texts(system: AISystem) -> dict[str, object]:
    """Return what is said of a system in words, but for what a drawing says of its facts: that has flows' numbers."""
    notes = {name: note for name, note in system.notes.items() if not note.startswith(FROM_DRAWING)}
    return {**_fields(system, "name title description source owner"), "notes": notes}
