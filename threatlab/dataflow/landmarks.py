"""What a flow on a trail has to be, and the words that a thing is drawn under on its way."""

from __future__ import annotations

from threatlab.dataflow import Flow
from threatlab.dataflow.parts import CARRIES
from threatlab.dataflow.trails import Landmark, Scope, Trail, passed_on, senders, used

OUTSIDE = ("internet", "user device")
"""Kinds of zone where anyone may be."""

CONTENT = frozenset(CARRIES) - {"actions", "model files", "credentials"}
"""What can hold somebody's words or samples; commands, packages and keys are another matter."""

PROMPT = CONTENT - {"training data"}
"""What a model may read when it answers: an assembled prompt is drawn under any of these words."""

EXAMPLES = frozenset({"training data", "documents", "other"})
"""What examples are drawn as on their way to what makes a model of them."""

OUTPUT = frozenset({"decisions", "generated content"})
"""What a model says."""

TOLD = frozenset({"generated content", "questions", "actions", "documents", "memory"})
"""What one agent's words are drawn as on their way to another."""

HANDED_ON = OUTPUT | {"actions", "other"}
"""What a model's output is drawn as on its way to a tool."""


def carrying(*words: str) -> Landmark:
    """Return the landmark of a flow that carries one of these words."""
    return lambda _, flow: flow.carries in words


def from_a(kind: str, *words: str) -> Landmark:
    """Return the landmark of a flow that leaves an element of this kind, carrying one of these words."""
    return lambda scope, flow: scope.is_a(flow.source, kind) and flow.carries in words


def into_a(kind: str, *words: str) -> Landmark:
    """Return the landmark of a flow that enters an element of this kind, carrying one of these words."""
    return lambda scope, flow: scope.is_a(flow.target, kind) and flow.carries in words


def from_a_stranger(word: str) -> Landmark:
    """Return the landmark of a flow from somebody else's zone; a model's own answer is no stranger's content."""
    return lambda scope, flow: (
        flow.carries == word and scope.zone(flow.source) != "own" and not scope.is_a(flow.source, "model")
    )


def from_a_user(scope: Scope, flow: Flow) -> bool:
    """Tell whether a flow brings what a user says or does; a public data set, or a tool out there, is no user."""
    public = scope.zone(flow.source) == "internet" and scope.is_a(flow.source, "data store", "tool")
    return scope.zone(flow.source) in OUTSIDE and not public and flow.carries in CONTENT


def first_called_documents(scope: Scope, flow: Flow) -> bool:
    """Tell whether a program hands on documents and gets none, but its own: it made them of something else."""
    if flow.carries != "documents" or not scope.is_a(flow.source, "process"):
        return False
    others = senders(scope, flow.source, "documents")[1:]
    given = {each.target for each in scope.flows.values() if each.carries == "documents"}
    return given.issuperset(others)


def examples_for_us(scope: Scope, flow: Flow) -> bool:
    """Tell whether training data arrive where you decide what runs: at a vendor's, it is the vendor who trains."""
    return flow.carries == "training data" and scope.zone(flow.target) == "own"


def into_our_model(scope: Scope, flow: Flow) -> bool:
    """Tell whether a model of yours gets training data."""
    return examples_for_us(scope, flow) and scope.is_a(flow.target, "model")


def files_of_ours(scope: Scope, flow: Flow) -> bool:
    """Tell whether model files leave something of yours."""
    return flow.carries == "model files" and scope.zone(flow.source) == "own"


def output_passed_on(scope: Scope, came: Flow, goes: Flow) -> bool:
    """Tell whether a model's output goes on toward an action: what a log keeps of it does not."""
    logged = came.carries == "other" and scope.is_a(came.target, "data store")
    return passed_on(scope, came, goes) and not logged


def says(word: str) -> Trail:
    """Return the trail of what a model says: a program may be the first to call it by its name."""
    landmarks = (from_a("model", word, "other"), carrying(word))
    return Trail(landmarks, ({"other"},), lambda scope, came, _: scope.is_a(came.target, "process"))


def from_outside(word: str) -> Landmark:
    """Return the landmark of a flow that brings this in from a zone that is not yours."""
    return lambda scope, flow: flow.carries == word and scope.zone(flow.source) != "own"


def into_a_tool_of_others(scope: Scope, flow: Flow) -> bool:
    """Tell whether a tool that somebody else runs is commanded or asked."""
    others = scope.is_a(flow.target, "tool") and scope.zone(flow.target) in ("third party", "internet")
    return others and flow.carries in ("actions", "questions")


def says_to_others(model: str) -> Landmark:
    """Return the landmark of a flow in which this model writes, asks, commands or remembers something."""
    return lambda _, flow: flow.source == model and flow.carries in TOLD


def told_by_others(model: str) -> Landmark:
    """Return the landmark of a flow into any other model that writes or acts: an embedder or a classifier does not."""

    def is_told(scope: Scope, flow: Flow) -> bool:
        another = flow.target != model and scope.is_a(flow.target, "model") and flow.carries in TOLD
        return another and any(
            scope.flows[number].carries in ("generated content", "actions") for number in scope.leaving[flow.target]
        )

    return is_told


def retold(scope: Scope, came: Flow, goes: Flow) -> bool:
    """Tell whether a program or a store passes on what an agent said, be it inside a prompt."""
    return scope.is_a(came.target, "process", "data store") and used(scope, came, goes)
