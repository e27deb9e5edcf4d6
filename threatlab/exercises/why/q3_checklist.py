"""Question 3 of lesson 00: what the lesson's three checks would have seen of an incident."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from threatlab.catalog import catalog
from threatlab.exercises.judges import a_function, a_set, returned
from threatlab.exercises.outcome import NotYet
from threatlab.exercises.question import Question, in_steps
from threatlab.incidents import Incident, incidents
from threatlab.system import AISystem


@dataclass(frozen=True)
class _Invented:
    """Stands where an incident does: so that the published ones, learned by heart, are not enough."""

    title: str
    system: AISystem

    @property
    def id(self) -> str:
        return self.title

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(control for control in self.system.catalog.controls if self.system[control] is False)


_HIDDEN = (
    _Invented("a system without encryption", AISystem("hidden", encryption_enabled=False, rbac_configured=True)),
    _Invented("a system with nothing in place", AISystem("hidden").with_(**dict.fromkeys(catalog().controls, False))),
    _Invented("a system of which nothing is known", AISystem("hidden")),
)


def names_what_was_seen(answer: Any) -> str:
    """Judge a function from an incident to the missing controls that the lesson's three checks ask about."""
    function = a_function(answer, "an incident")
    cases: tuple[Incident | _Invented, ...] = (*incidents(), *_HIDDEN)
    for case in sorted(cases, key=lambda case: not _seen(case.system)):  # first those where there is something to see
        named = a_set(returned(function, case), "a set of controls' names, perhaps an empty one")
        if named != _seen(case.system):
            raise _why_not(case.title, case.system, named)
    missing = sum(len(incident.missing) for incident in incidents())
    seen = sum(len(_seen(incident.system)) for incident in incidents())
    return (
        f"In {len(incidents())} incidents, {missing} controls were missing. The three checks ask about {seen} of them."
    )


def _asked(system: AISystem) -> set[str]:
    return {control.id for control in system.catalog.rulesets["core"].controls}


def _seen(system: AISystem) -> set[str]:
    """Return the controls that the lesson's code asks about, and that are known to be missing."""
    return {control for control in _asked(system) if system[control] is False}


def _why_not(title: str, system: AISystem, named: set[str]) -> NotYet:
    """Return the misconception behind a set of names that isn't what the three checks see."""
    seen, strangers = _seen(system), sorted(named - _asked(system))
    if strangers and seen <= named:
        return NotYet(
            f"For {title} you name {strangers[0]!r}, which was missing, but the lesson's code has no question about "
            "it. Every control that was missing is one thing, what three checks can see of it is another.",
            "missing",
        )
    if strangers:
        says = f"For {title} you name {strangers[0]!r}. Did you take away what the checklist sees, and keep the rest?"
        return NotYet(says, "rest")
    if unknown := sorted(control for control in named if system[control] is None):
        return NotYet(
            f"For {title} you name {unknown[0]!r}. It is a finding because nobody has said whether it was in place: "
            "the check asked, and got no answer. Seen is only what is known to be missing. How does a finding tell "
            "the two apart?",
            "unknown",
        )
    if named - seen:
        return NotYet(f"For {title} you name {min(named - seen)!r}, which was in place.", "in-place")
    says = f"For {title} you name {sorted(named) or 'nothing'}, and a check asks about more of what was missing there."
    return NotYet(says, "too-few")


q3 = Question(
    id="why.q3",
    title="What would the lesson's three checks have seen?",
    judge=names_what_was_seen,
    hints=in_steps(
        "A finding has an `attribute`, which is the control's name, and `unknown`: True if nobody has said "
        "whether it is in place.",
        "A set of `finding.attribute` for each finding that is not `unknown`.",
    ),
    because="The checklist raises findings for almost every incident, but nearly all of them say only that nobody "
    "answered. What was missing there, as stated or in our reading (vetted tools, guarded keys, a tested model), it "
    "never asks.",
    covers=("intro-insufficient",),
    claims={
        "missing": "The three checks saw all that was missing.",
        "rest": "What is asked for is what the three checks overlooked.",
        "unknown": "What nobody answered was seen to be missing.",
        "in-place": "A control that a check asks about was seen to be missing, also where it was in place.",
        "too-few": "The three checks saw less than they asked about.",
    },
)
