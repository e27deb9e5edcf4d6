"""Where a drawing contradicts itself or leaves a fact open: what it shows, and the question that would settle it."""

from __future__ import annotations

from threatlab.dataflow import Flow
from threatlab.dataflow.approval import approved_at, unapproved_action
from threatlab.dataflow.landmarks import (
    CONTENT,
    EXAMPLES,
    OUTPUT,
    PROMPT,
    examples_for_us,
    first_called_documents,
    from_a,
    from_a_stranger,
    from_a_user,
    into_a,
    output_passed_on,
    says,
)
from threatlab.dataflow.trails import Evidence, Path, Scope, Trail, is_query, passed_on, reached, senders, used


def unnamed_output(scope: Scope) -> Evidence | None:
    """Ask what a model says, if something leaves the models and no word for it is one of a model's."""
    output = {n: flow for n, flow in scope.flows.items() if scope.is_a(flow.source, "model")}
    unnamed = all(flow.carries in ("documents", "other") for flow in output.values())
    if not output or not unnamed or any(says(word).find(scope) for word in OUTPUT):
        return None
    number, flow = next(iter(output.items()))
    return scope.evidence(
        (number,),
        f"What does {flow.source} say in flow {number}? Draw labels, scores, yes or no as decisions, and what it "
        "writes as generated content.",
    )


def text_into_a_tool(scope: Scope) -> Evidence | None:
    """Ask whether a model's words make a tool do something, if nothing in the drawing is called an action."""
    if any(flow.carries == "actions" for flow in scope.flows.values()):
        return None
    trail = Trail((from_a("model", *OUTPUT), into_a("tool", *OUTPUT)), (OUTPUT | {"other"},), output_passed_on)
    path = trail.find(scope)
    if path is None or any(scope.is_a(scope.flows[number].source, "person") for number in path):
        return None
    tool = scope.flows[path[-1]].target
    return scope.evidence(
        path,
        f"Does what a model says make {tool} do something (flow {path[-1]})? Then that flow carries actions; if it "
        f"only delivers or looks at a text, draw {tool} as a process.",
    )


def unsure_approval(scope: Scope) -> Evidence | None:
    """Ask whether a person approves each action, if one is near the way and may."""
    surely, _ = approved_at(scope)
    if path := unapproved_action(scope, surely):
        return scope.evidence(
            path,
            f"Does a person say yes or no to each action before flow {path[-1]}? Then draw what they are shown as "
            "actions, and their yes or no as decisions.",
        )
    return text_into_a_tool(scope)


def unused_examples(scope: Scope) -> Evidence | None:
    """Ask what becomes of training data that arrive at something of yours, from which no model comes."""
    return next((_ask_what_becomes(scope, (number,)) for number in _unused(scope)), None)


def unused_examples_of_users(scope: Scope) -> Evidence | None:
    """Ask the same of training data that come from users."""
    unused = [scope.flows[number] for number in _unused(scope)]
    path = Trail((from_a_user, lambda _, flow: flow in unused), (CONTENT,), used).find(scope)
    return _ask_what_becomes(scope, path) if path else None


def _ask_what_becomes(scope: Scope, path: Path) -> Evidence:
    target = scope.flows[path[-1]].target
    return scope.evidence(
        path,
        f"What becomes of the training data of flow {path[-1]}? Draw what makes a model of them, and its model files "
        f"on their way to the model; if {target} trains nothing, they carry another word.",
    )


def _unused(scope: Scope) -> list[int]:
    """Return flows of training data to us from which nothing leads to a model, or to somebody else who may train it."""
    along = EXAMPLES | {"model files"}

    def ends(number: int) -> set[str]:
        onward = reached(scope, [number], lambda scope, came, goes: goes.carries in along and used(scope, came, goes))
        return set(onward)

    return [
        number
        for number, flow in scope.flows.items()
        if examples_for_us(scope, flow)
        and not any(scope.is_a(name, "model") or scope.zone(name) != "own" for name in ends(number))
    ]


def documents_from_nowhere(scope: Scope) -> Evidence | None:
    """Ask where documents lie that a program hands to a model, if it gets none."""

    def begins(scope: Scope, flow: Flow) -> bool:
        return scope.zone(flow.source) == "own" and first_called_documents(scope, flow)

    path = Trail((begins, into_a("model", *PROMPT)), (PROMPT,)).find(scope)
    if path is None:
        return None
    source = scope.flows[path[0]].source
    return scope.evidence(
        path,
        f"Where do the documents lie that {source} hands on in flow {path[0]}? Draw the data store; if they are only "
        "what a user asks, they are questions.",
    )


def question_read_later(scope: Scope) -> Evidence | None:
    """Ask whether a store keeps what strangers ask, if they get no answer from it and a model reads what it gives."""

    def is_kept(scope: Scope, flow: Flow) -> bool:
        put = flow.carries == "questions" and scope.is_a(flow.target, "data store")
        return put and not is_query(scope, flow) and not _is_asked_elsewhere(scope, flow)

    def passes(scope: Scope, came: Flow, goes: Flow) -> bool:
        read = goes.carries == "documents" and scope.is_a(came.target, "data store")
        return read or passed_on(scope, came, goes)

    landmarks = (from_a_stranger("questions"), is_kept, from_a("data store", "documents"), into_a("model", *PROMPT))
    path = Trail(landmarks, ({"questions"}, (), PROMPT), passes).find(scope)
    if path is None:
        return None
    number = next(n for n in path if is_kept(scope, scope.flows[n]))
    store = scope.flows[number].target
    return scope.evidence(
        path,
        f"Does {store} keep what comes by flow {number}, for a model to read later? Then it carries documents; if it "
        f"is a query, draw what {store} answers, back to {scope.flows[number].source}.",
    )


def _is_asked_elsewhere(scope: Scope, asked: Flow) -> bool:
    """Tell whether a program that passed the question on asks a model as well: then the store is only looked up."""

    def passes(scope: Scope, came: Flow, goes: Flow) -> bool:
        return goes.carries in PROMPT and goes.target != asked.target and passed_on(scope, came, goes)

    programs = [name for name in senders(scope, asked.source, "questions") if scope.is_a(name, "process")]
    begin = [
        n
        for name in programs
        for n in scope.leaving[name]
        if scope.flows[n].carries in PROMPT and scope.flows[n].target != asked.target
    ]
    return any(scope.is_a(name, "model") for name in reached(scope, begin, passes))


def memory_never_read(scope: Scope) -> Evidence | None:
    """Ask who reads what is kept as memory, if no model does."""
    for number, flow in scope.flows.items():
        if flow.carries == "memory" and scope.is_a(flow.target, "data store"):
            return scope.evidence(
                (number,),
                f"What reads the memory that {flow.target} keeps? Draw its way back to the model; if no later answer "
                "draws on it, it is a log and carries other.",
            )
    return None
