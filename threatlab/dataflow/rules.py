"""What in a drawing shows which fact: a table, and the trails through a drawing that it names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from threatlab.dataflow import Flow, doubts
from threatlab.dataflow.approval import approved_at, unapproved_action
from threatlab.dataflow.landmarks import (
    CONTENT,
    EXAMPLES,
    HANDED_ON,
    OUTPUT,
    OUTSIDE,
    PROMPT,
    TOLD,
    carrying,
    examples_for_us,
    files_of_ours,
    first_called_documents,
    from_a,
    from_a_stranger,
    from_a_user,
    from_outside,
    into_a,
    into_a_tool_of_others,
    into_our_model,
    output_passed_on,
    retold,
    says,
    says_to_others,
    told_by_others,
)
from threatlab.dataflow.trails import Evidence, Scope, Trail, used

Finder = Callable[[Scope], Evidence | None]


COMMANDED = Trail((from_a("model", "actions"),), ())
CALLED = Trail((from_a("model", *OUTPUT), into_a("tool", "actions")), (HANDED_ON,), output_passed_on)
ASKED = Trail((from_a("model", "questions"), into_a("tool", "questions")), ({"questions"},))

TRAINED = Trail((into_our_model,), ())
BUILT = Trail((examples_for_us, files_of_ours, into_a("model", "model files")), (EXAMPLES, {"model files"}))
# Whoever labels what users sent calls it by another word: here people pass on what they like.
TAUGHT = Trail((from_a_user, into_a("model", "training data")), (CONTENT,), used)
TAUGHT_BY_FILES = Trail(
    (from_a_user, carrying("training data"), carrying("model files"), into_a("model", "model files")),
    (CONTENT, EXAMPLES, {"model files"}),
    used,
)

LENT = Trail((from_a("model", "actions", "questions"), into_a_tool_of_others), ({"actions", "questions", "other"},))
INSTALLED = Trail((from_outside("model files"), into_a("tool", "model files")), ({"model files"},))

RETRIEVED = Trail((from_a("data store", "documents"), into_a("model", *PROMPT)), (PROMPT,))
REMEMBERED = Trail((carrying("memory"), into_a("model", *PROMPT)), (PROMPT,))
READ = Trail((from_a_stranger("documents"), into_a("model", *PROMPT)), (PROMPT,))
KEPT_AND_READ = Trail(
    (from_a_stranger("other"), from_a("data store", "documents"), into_a("model", *PROMPT)), (PROMPT, PROMPT)
)
# What is asked in a prompt is no stranger's content; what a program files away, for somebody else's prompt, is.
FILED_AND_READ = Trail(
    (
        from_a_stranger("questions"),
        first_called_documents,
        into_a("data store", "documents"),
        from_a("data store", "documents"),
        into_a("model", *PROMPT),
    ),
    ({"questions"}, {"documents"}, PROMPT, PROMPT),
)


def _any(*trails: Trail) -> Finder:
    def find(scope: Scope) -> Evidence | None:
        paths = (trail.find(scope) for trail in trails)
        return next((scope.evidence(path) for path in paths if path), None)

    return find


def _acts_without_approval(scope: Scope) -> Evidence | None:
    surely, perhaps = approved_at(scope)
    path = unapproved_action(scope, surely | perhaps)
    return scope.evidence(path) if path else None


def _uses_third_party_model(scope: Scope) -> Evidence | None:
    outside = ("third party", "internet")

    def takes_part(name: str) -> bool:
        model = scope.is_a(name, "model") and scope.zone(name) in outside
        return model or (scope.is_a(name, "tool") and scope.zone(name) == "third party")

    def shows(flow: Flow) -> bool:
        comes_in = scope.zone(flow.source) in outside and scope.zone(flow.target) not in outside
        return takes_part(flow.source) or takes_part(flow.target) or (comes_in and flow.carries == "model files")

    return scope.first(shows)


def _works_with_agents(scope: Scope) -> Evidence | None:
    models = [name for name in scope.elements if scope.is_a(name, "model")]
    paths = (Trail((says_to_others(name), told_by_others(name)), (TOLD,), retold).find(scope) for name in models)
    return next((scope.evidence(path) for path in paths if path), None)


def _holds_credentials(scope: Scope) -> Evidence | None:
    said = {flow.target for flow in scope.flows.values() if from_a("model", *HANDED_ON)(scope, flow)}

    def acts(name: str) -> bool:
        sends = any(scope.flows[number].carries == "actions" for number in scope.leaving[name])
        return scope.is_a(name, "model", "tool") or (name in said and sends)

    # What a person hands over are that person's own rights.
    return scope.first(
        lambda flow: flow.carries == "credentials" and not scope.is_a(flow.source, "person") and acts(flow.target)
    )


def _handles_personal_data(scope: Scope) -> Evidence | None:
    for name, element in scope.elements.items():
        if element.personal:
            return Evidence(f"{name} is marked as personal data")
    return scope.first(lambda flow: flow.personal)


def _internet_facing(scope: Scope) -> Evidence | None:
    asks = ("questions", "actions")

    def is_called(name: str) -> bool:
        # A program out there that is asked and asks nothing: what it sends was fetched.
        asked = any(flow.target == name and flow.carries in asks for flow in scope.flows.values())
        return asked and not any(scope.flows[number].carries in asks for number in scope.leaving[name])

    def comes_by_itself(name: str) -> bool:
        # A store or a tool out there waits to be asked: what it sends was fetched, and opens no door.
        if scope.zone(name) == "internet":
            return scope.is_a(name, "person") or (scope.is_a(name, "process") and not is_called(name))
        return scope.zone(name) == "user device" and not scope.is_a(name, "data store", "tool")

    def is_a_door(name: str) -> bool:
        elsewhere = scope.zone(name) == "third party" and scope.is_a(name, "data store", "tool")
        return scope.zone(name) not in OUTSIDE and not scope.is_a(name, "person") and not elsewhere

    return scope.first(lambda flow: comes_by_itself(flow.source) and is_a_door(flow.target))


def _runs_on_user_devices(scope: Scope) -> Evidence | None:
    for name in scope.elements:
        if scope.is_a(name, "model") and scope.zone(name) == "user device":
            return Evidence(f"{name} is a model in the zone {scope.drawing.zone_of(name).name}")
    return scope.first(lambda flow: flow.carries == "model files" and scope.zone(flow.target) == "user device")


@dataclass(frozen=True, slots=True)
class Rule:
    """What shows a fact, in words; the function that looks for it; and the one that sees where it is left open."""

    shows: str
    find: Finder
    doubt: Finder = lambda _: None


RULES = {
    "makes_predictions": Rule("decisions leave a model", _any(says("decisions")), doubts.unnamed_output),
    "generates_content": Rule(
        "generated content leaves a model", _any(says("generated content")), doubts.unnamed_output
    ),
    "uses_tools": Rule(
        "a model sends actions or asks a tool, or what it says reaches a tool as actions",
        _any(COMMANDED, CALLED, ASKED),
        doubts.text_into_a_tool,
    ),
    "uses_third_party_tools": Rule(
        "a model commands or asks a third party's tool, or a tool's files come from outside", _any(LENT, INSTALLED)
    ),
    "works_with_agents": Rule(
        "what a model writes, asks, commands or remembers reaches another model that writes or acts",
        _works_with_agents,
    ),
    "acts_without_approval": Rule(
        "a model's output becomes an action with no person on the way", _acts_without_approval, doubts.unsure_approval
    ),
    "trains_model": Rule(
        "training data flow into a model of yours, or into what makes its files",
        _any(TRAINED, BUILT),
        doubts.unused_examples,
    ),
    "learns_from_user_input": Rule(
        "what comes from users ends as training data of a model",
        _any(TAUGHT, TAUGHT_BY_FILES),
        doubts.unused_examples_of_users,
    ),
    "uses_third_party_model": Rule(
        "a third party's model or tool takes part, or model files come from outside", _uses_third_party_model
    ),
    "handles_personal_data": Rule("an element or a flow is marked as personal data", _handles_personal_data),
    "uses_retrieval": Rule(
        "documents from a data store reach a model, be it inside a prompt",
        _any(RETRIEVED),
        doubts.documents_from_nowhere,
    ),
    "ingests_untrusted_content": Rule(
        "documents that come from outside, or from a third party, reach a model, be it inside a prompt",
        _any(READ, KEPT_AND_READ, FILED_AND_READ),
        doubts.question_read_later,
    ),
    "keeps_memory": Rule("memory reaches a model, be it inside a prompt", _any(REMEMBERED), doubts.memory_never_read),
    "holds_credentials": Rule(
        "keys that no person hands over reach a model, a tool, or a program that carries out what a model says",
        _holds_credentials,
    ),
    "internet_facing": Rule("someone on the internet, or a user's device, sends something in", _internet_facing),
    "runs_on_user_devices": Rule("a model, or its files, is on a user's device", _runs_on_user_devices),
}
"""Per fact of the catalog."""
