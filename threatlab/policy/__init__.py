"""A policy: how much risk is acceptable, what may stay open and for how long, and which risks somebody has accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any

from threatlab.catalog import SEVERITIES, catalog
from threatlab.checks import check_choice, check_date, check_score, check_share, check_text, check_whole
from threatlab.errors import ThreatLabError, short
from threatlab.fields import Count, Id, Share, Words, keep
from threatlab.files import FileKind, parse
from threatlab.words import listed

_FILES = FileKind("policy", "one bound, such as max_risk = 0.5")
_ANY = "any"
"""In a file, where there is no None: this severity may stay open for any time."""

_KEYS = ("max_risk", "max_per_threat", "max_by_threat", "open_days", "min_utility", "accepted")
OPEN_DAYS: Mapping[str, int | None] = MappingProxyType({"CRITICAL": 7, "HIGH": 30, "MEDIUM": 90, "LOW": None})
"""Days that a finding may stay open, where a policy says nothing else. Judged by this project's authors."""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A risk that somebody decided to live with: the id of a control or a threat, why, who answers for it, until when.

    It holds through the day `expires`, and not after it.
    """

    what: Id
    reason: Words
    owner: Words
    expires: date

    def __post_init__(self) -> None:
        known = (*catalog().controls, *catalog().threats)
        check_choice("control or threat to accept", self.what, known)
        keep(
            self,
            reason=check_text(f"the reason for accepting {self.title!r}", self.reason),
            owner=check_text(f"the owner who accepts {self.title!r}", self.owner),
            expires=check_date(f"the last day of accepting {self.title!r}", self.expires),
        )

    @property
    def title(self) -> str:
        """What is accepted, in words: what is missing while a control is, or a threat."""
        control = catalog().controls.get(self.what)
        return control.finding if control else catalog().threats[self.what].title

    def holds(self, today: date) -> bool:
        """Tell whether the acceptance still holds on a day."""
        return today <= self.expires

    def to_dict(self) -> dict[str, str]:
        """Return the acceptance as texts."""
        return {"what": self.what, "reason": self.reason, "owner": self.owner, "expires": self.expires.isoformat()}


@dataclass(frozen=True)
class Policy:
    """What an organization accepts. Risks and utility are shares in 0..1.

    Parameters
    ----------
    max_risk
        The risk score may be at most this.
    max_per_threat, max_by_threat
        Each threat's residual risk may be at most this: in general, and by threat. None: no bound.
    open_days
        Calendar days that a finding may stay open after it was found, by severity; 0: not at all, None: for any time.
        A severity left out has the days of `OPEN_DAYS`.
    min_utility
        A plan must leave at least this share of the system's usefulness.
    accepted
        Risks that somebody accepted, each control or threat once.

    Raises
    ------
    ThreatLabError
        If any of these is not what it must be; the message names it, the value and the way out.
    """

    max_risk: Share = 1.0
    max_per_threat: Share | None = None
    max_by_threat: Mapping[Id, Share] = field(default_factory=dict, hash=False)
    open_days: Mapping[Words, Count | None] = field(default_factory=dict, hash=False)
    min_utility: Share = 0.0
    accepted: tuple[Acceptance, ...] = ()

    def __post_init__(self) -> None:
        per_threat = self.max_per_threat
        by_threat = _table("max_by_threat", self.max_by_threat, catalog().threats, "threat")
        open_days = {**OPEN_DAYS, **_table("open_days", self.open_days, SEVERITIES, "severity")}
        days = {
            name: left if left is None else check_whole(f"open_days: {name}", left) for name, left in open_days.items()
        }
        keep(
            self,
            max_risk=check_score("max_risk", self.max_risk),
            min_utility=check_share("min_utility", self.min_utility),
            max_per_threat=None if per_threat is None else check_score("max_per_threat", per_threat),
            max_by_threat=MappingProxyType({t: check_score(f"max_by_threat: {t}", by_threat[t]) for t in by_threat}),
            open_days=MappingProxyType({severity: days[severity] for severity in SEVERITIES}),
            accepted=_check_accepted(self.accepted),
        )

    def bound(self, threat: str) -> float | None:
        """Return the highest residual risk that a threat may have, or None."""
        return self.max_by_threat.get(threat, self.max_per_threat)

    def acceptance(self, what: str) -> Acceptance | None:
        """Return the acceptance of a control or threat, expired or not."""
        return next((accepted for accepted in self.accepted if accepted.what == what), None)

    def accept(self, what: str, reason: str, owner: str, expires: date | str) -> Policy:
        """Return the policy with one more acceptance, in place of an older one of the same."""
        new = Acceptance(what, reason, owner, expires)  # type: ignore[arg-type]  # a text becomes a date
        return replace(self, accepted=(*(a for a in self.accepted if a.what != what), new))

    def to_dict(self) -> dict[str, Any]:
        """Return the policy as JSON-ready values; `policy_from_dict` reads an equal one back."""
        return {
            "max_risk": self.max_risk,
            "max_per_threat": self.max_per_threat,
            "max_by_threat": dict(self.max_by_threat),
            "open_days": dict(self.open_days),
            "min_utility": self.min_utility,
            "accepted": [accepted.to_dict() for accepted in self.accepted],
        }


def policy_from_dict(table: Mapping[str, Any]) -> Policy:
    """Return the policy that a table describes: the keys of `Policy`, each of which may be left out.

    Raises
    ------
    ThreatLabError
        If a key is unknown, or a value is not what it must be.
    """
    if not isinstance(table, Mapping):
        raise ThreatLabError(f"a policy is {short(table)}; give a table with keys such as max_risk = 0.5")
    for key in table:
        check_choice("policy key", key, _KEYS)
    values = dict(table)
    if "open_days" in values:
        days = _table("open_days", values["open_days"], SEVERITIES, "severity")
        values["open_days"] = {severity: None if day == _ANY else day for severity, day in days.items()}
    return Policy(**values)


def load_policy(source: str | Path) -> Policy:
    """Return the policy in a TOML or JSON file: the keys of `Policy`; "any" where None would stand.

    Raises
    ------
    ThreatLabError
        If the file can't be read as a policy, or is empty; the message names it, and what is wrong in it.
    """
    return _FILES.load(source, policy_from_dict)


def read_policy(text: str) -> Policy:
    """Return the policy in a TOML text, as `load_policy` reads it from a file."""
    if not isinstance(text, str):
        raise ThreatLabError(f"a policy is written as a text in TOML, and this is {short(text)}")
    return policy_from_dict(parse(text, ".toml", "the policy", _FILES.least))


def _acceptance(entry: object) -> Acceptance:
    names = tuple(Acceptance.__dataclass_fields__)
    if isinstance(entry, Acceptance):
        return entry
    if not isinstance(entry, Mapping):
        raise ThreatLabError(f"an acceptance is {short(entry)}; it needs {listed(names)}")
    for key in entry:
        check_choice("key of an acceptance", key, names)
    for name in names:
        if name not in entry:
            of = f"the acceptance of {short(entry['what'])}" if "what" in entry else "an acceptance"
            raise ThreatLabError(f"{of} has no {name}; it needs {listed(names)}")
    return Acceptance(**entry)


def _check_accepted(entries: Iterable[object]) -> tuple[Acceptance, ...]:
    if not isinstance(entries, tuple | list):
        raise ThreatLabError(f"accepted is {short(entries)}; give a list of acceptances (in TOML, [[accepted]] tables)")
    accepted = tuple(map(_acceptance, entries))
    names = [each.what for each in accepted]
    for name in names:
        if names.count(name) > 1:
            raise ThreatLabError(f"{name} is accepted more than once; keep one acceptance, with one owner and one date")
    return accepted


def _table(name: str, value: object, known: Iterable[str], kind: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ThreatLabError(f"{name} is {short(value)}; give a value for each {kind}")
    for key in value:
        check_choice(f"{kind} in {name}:", key, known)
    return dict(value)
