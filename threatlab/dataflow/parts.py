"""What a drawing of a system is made of: zones, elements, flows and exclusions, and the words they may use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from threatlab.catalog import ASSETS, catalog
from threatlab.checks import check_choice, check_flag, check_line
from threatlab.errors import ThreatLabError, short
from threatlab.fields import Note, Words, keep
from threatlab.words import listed

ZONE_KINDS = {
    "internet": "people and machines that anyone can be: nobody has vouched for them",
    "user device": "devices that your users control: what runs there can be taken apart",
    "third party": "run by another organization under its own rules: you see what its contract lets you see",
    "own": "run by your organization, under your rules",
}
"""Kinds of trust zone: who decides what runs there. A drawing may have several zones of one kind."""

ELEMENT_KINDS = {
    "person": "someone outside or inside: a user, a customer, an operator, an organization",
    "process": "a program of yours that takes something in and passes something on",
    "model": "a trained model: it scores, decides or generates",
    "data store": "where data lies: a database, a bucket, a queue, a code repository, an index",
    "tool": "something with an effect that a model or a program can call: mail, payment, code execution",
}
"""Kinds of element: the four of a data-flow diagram without its flows (person, process, store) and two that AI adds."""

CARRIES = {
    "questions": "what is to be answered or scored: prompts, requests, transactions, photos",
    "decisions": "a model's labels, scores, yes or no",
    "generated content": "text, code, images or audio that a model wrote",
    "training data": "examples or feedback that a model is fitted to",
    "documents": "what a model reads beside the question: pages, mail, files, records, output of tools",
    "memory": "what is kept from one session for the next",
    "actions": "commands with an effect: calls of tools, jobs, payments, posts",
    "model files": "weights, packages and tools that become part of the system",
    "credentials": "passwords, keys and tokens",
    "other": "anything else: logs, statistics, a ticket",
}
"""What a flow may carry, one for each flow: the facts of a system are read from paths of flows and these words."""

NOBODY, NOTHING = "nobody", "nothing"
"""What a flow or an element says in place of adversaries or assets where, by whoever drew it, there is none."""

LONGEST = 60
"""Characters in a name or label: more would not fit the picture. Reasons and notes may be longer."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A trust zone: everything in it is trusted alike, because one owner decides what runs there.

    Raises
    ------
    ThreatLabError
        As each class of this file: if a text is empty or too long, or a word is none of its vocabulary.
    """

    name: Words
    kind: Words
    owner: Note = ""

    def __post_init__(self) -> None:
        name = check_line("a zone's name", self.name, longest=LONGEST)
        check_choice(f"kind of zone for {name!r}:", self.kind, ZONE_KINDS)
        keep(self, name=name, owner=check_line(f"the owner of zone {name!r}", self.owner, empty=True))


@dataclass(frozen=True, slots=True)
class Element:
    """Something in a zone, of one kind of `ELEMENT_KINDS`; `personal` if it holds data about people.

    `assets` are the kinds (of `ASSETS`) that are worth something there, as its owner says, or `NOTHING` alone; () if
    nobody has said.
    `worth` is what they are worth to the business, in the owner's words. `note` says who says that the element is
    there: "stated: ..." by a source, or "our reading: ...".
    """

    name: Words
    kind: Words
    zone: Words
    personal: bool = False
    note: Note = ""
    assets: tuple[Words, ...] = ()
    worth: Note = ""

    def __post_init__(self) -> None:
        name = check_line("an element's name", self.name, longest=LONGEST)
        check_choice(f"kind of element for {name!r}:", self.kind, ELEMENT_KINDS)
        if not isinstance(self.zone, str) or not self.zone.strip():
            raise ThreatLabError(f"element {name!r} stands in no zone; say in which zone it runs, or who it belongs to")
        personal = check_flag(f"personal of element {name!r}", self.personal)
        note = check_line(f"the note of element {name!r}", self.note, empty=True)
        assets = _words(f"assets of element {name!r}", "asset", self.assets, (*ASSETS, NOTHING))
        worth = check_line(f"the worth of element {name!r}", self.worth, empty=True)
        zone = " ".join(self.zone.split())
        keep(self, name=name, zone=zone, personal=personal, note=note, assets=assets, worth=worth)


@dataclass(frozen=True, slots=True)
class Flow:
    """Something that goes from one element to another: a few words on what, and which of `CARRIES` it is.

    A flow points where the data goes. Who asked for them is another matter: a page that is fetched flows *in*.
    `adversaries` are those (ids of the catalog) who can be at its outer end, as somebody says who knows it, or `NOBODY`
    alone; () if nobody has said.
    """

    source: Words
    target: Words
    label: Words
    carries: Words
    personal: bool = False
    note: Note = ""
    adversaries: tuple[Words, ...] = ()

    def __post_init__(self) -> None:
        source, target = (
            check_line(f"the {end} of a flow", value, longest=LONGEST)
            for end, value in (("source", self.source), ("target", self.target))
        )
        route = f"{source} \u2192 {target}"
        label = check_line(f"the label of the flow {route}", self.label, longest=LONGEST)
        check_choice(f"word for what the flow {route} carries:", self.carries, CARRIES)
        personal = check_flag(f"personal of the flow {route}", self.personal)
        if source == target:
            raise ThreatLabError(f"the flow {label!r} goes from {source!r} to itself; a flow needs two elements")
        note = check_line(f"the note of the flow {route}", self.note, empty=True)
        known = (*catalog().adversaries, NOBODY)
        adversaries = _words(f"adversaries of the flow {route}", "adversary", self.adversaries, known)
        ends = {"source": source, "target": target}
        keep(self, **ends, label=label, personal=personal, note=note, adversaries=adversaries)

    def __str__(self) -> str:
        return f"{self.source} \u2192 {self.target}: {self.label}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """An element that is left out of the assessment: why, who answers for that, and when it is looked at again."""

    element: Words
    reason: Words
    owner: Words
    review: Note = ""

    def __post_init__(self) -> None:
        element = check_line("the element left out", self.element, longest=LONGEST)
        if not isinstance(self.reason, str) or not self.reason.strip():
            raise ThreatLabError(f"{element!r} is left out without a reason; say why it needs no assessment here")
        if not isinstance(self.owner, str) or not self.owner.strip():
            raise ThreatLabError(f"{element!r} is left out without an owner; say who answers for its risk instead")
        texts = {part: check_line(f"the {part}", getattr(self, part)) for part in ("reason", "owner")}
        keep(self, element=element, **texts, review=check_line("the review", self.review, empty=True))


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of a scope that was drawn too small: what was left out, by whose argument, what followed."""

    left_out: Words
    argument: Words
    followed: Words
    source: Words

    def __post_init__(self) -> None:
        keep(
            self,
            **{
                field.name: check_line(f"{field.name} of the case", getattr(self, field.name)) for field in fields(self)
            },
        )


def _words(called: str, kind: str, values: object, known: tuple[str, ...]) -> tuple[str, ...]:
    """Return a list of words, each once and in the order of those `known`, whose last says that there is none."""
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise ThreatLabError(
            f"the {called} are {short(values)}; give a list of {', '.join(known)}, or of some of these"
        )
    given = [check_choice(f"{kind} in the {called}:", value, known) for value in values]
    if known[-1] in given and len(set(given)) > 1:
        raise ThreatLabError(f"the {called} are {listed(given)}; {known[-1]!r} says that there is none: give it alone")
    return tuple(word for word in known if word in given)


def as_parts(called: str, values: object, kind: type) -> tuple[Any, ...]:
    """Return `values` as a tuple, if it is a list or tuple of nothing but `kind`."""
    if isinstance(values, str | Mapping) or not isinstance(values, Iterable):
        raise ThreatLabError(f"the {called} of a drawing are {short(values)}; give a list of {kind.__name__}(...)")
    parts = tuple(values)
    for part in parts:
        if not isinstance(part, kind):
            raise ThreatLabError(f"among the {called} of a drawing is {short(part)}, which is no {kind.__name__}(...)")
    return parts
