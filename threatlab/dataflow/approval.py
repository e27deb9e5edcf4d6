"""Where in a drawing a person says yes or no, and the actions that come of a model's output without that."""

from __future__ import annotations

from threatlab.dataflow import Flow
from threatlab.dataflow.landmarks import HANDED_ON, OUTPUT, from_a, output_passed_on
from threatlab.dataflow.trails import Path, Scope, Trail, reached


def unapproved_action(scope: Scope, approved: frozenset[str]) -> Path | None:
    """Return the way from a model to a command carried out that passes no person, and none of the `approved`."""

    def passes(scope: Scope, came: Flow, goes: Flow) -> bool:
        asked = scope.is_a(came.target, "person") or came.target in approved
        return not asked and output_passed_on(scope, came, goes)

    def leaves_a_model(scope: Scope, flow: Flow) -> bool:
        return from_a("model", *OUTPUT, "actions")(scope, flow) and flow.source not in approved

    def carried_out(scope: Scope, flow: Flow) -> bool:
        return _is_carried_out(scope, flow) and flow.target not in approved

    return Trail((leaves_a_model, carried_out), (HANDED_ON,), passes).find(scope)


def _is_carried_out(scope: Scope, flow: Flow) -> bool:
    """Tell whether a command takes effect where it arrives.

    A person may say no, a model has no hands, and who hands the command on has not carried it out, but for a tool.
    """
    handed_on = any(scope.flows[number].carries == "actions" for number in scope.leaving[flow.target])
    acts = scope.is_a(flow.target, "tool") or not (handed_on or scope.is_a(flow.target, "person", "model"))
    return flow.carries == "actions" and acts


def approved_at(scope: Scope) -> tuple[frozenset[str], frozenset[str]]:
    """Return the elements at which a person says yes or no, and those at which a person may.

    A person's decisions are a yes or no. Whatever a person sends back to what showed them a command is one, too; where
    they were shown something else, or where a model is told, which may do as it likes, the drawing leaves it open.
    """
    surely: set[str] = set()
    perhaps: set[str] = set()
    for person in (name for name in scope.elements if scope.is_a(name, "person")):
        shown = {flow.carries for flow in scope.flows.values() if flow.target == person}
        chats = any(scope.flows[number].carries == "questions" for number in scope.leaving[person])
        proposals = ("decisions", "other") if chats else ("decisions", "other", "questions", "generated content")
        surely |= _answered(scope, person, "decisions")
        for word in ("actions", "other"):
            for name in _answered(scope, person, word):
                if _shows(scope, name, person, "actions"):
                    surely.add(name)
                elif (word == "other" and "actions" in shown) or _shows(scope, name, person, *proposals):
                    perhaps.add(name)
    models = frozenset(name for name in surely if scope.is_a(name, "model"))
    return frozenset(surely) - models, frozenset(perhaps) | models


def _answered(scope: Scope, person: str, word: str) -> set[str]:
    """Return the programs, queues and models to which a person's word is passed on, be it as somebody's decision."""

    def passes(scope: Scope, came: Flow, goes: Flow) -> bool:
        return goes.carries in (came.carries, "decisions") and scope.is_a(came.target, "process", "data store")

    sent = [number for number in scope.leaving[person] if scope.flows[number].carries == word]
    return {name for name in reached(scope, sent, passes) if scope.is_a(name, "process", "data store", "model")}


def _shows(scope: Scope, name: str, person: str, *words: str) -> bool:
    """Tell whether something of these words goes from an element to a person, be it by way of programs or queues."""

    def passes(scope: Scope, came: Flow, goes: Flow) -> bool:
        return goes.carries == came.carries and scope.is_a(came.target, "process", "data store")

    return person in reached(scope, [n for n in scope.leaving[name] if scope.flows[n].carries in words], passes)
