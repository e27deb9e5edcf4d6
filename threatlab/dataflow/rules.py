"""What in a drawing shows which fact: one small function for each fact of the catalog."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from threatlab.dataflow import DataFlow, Element, Flow

OUTSIDE = ("internet", "user device")
"""Kinds of zone where anyone may be."""

CONTENT = frozenset({"questions", "decisions", "generated content", "training data", "documents", "memory", "other"})
"""What can hold somebody's words or samples; commands, packages and keys are another matter."""

Path = tuple[int, ...]
"""Numbers of flows, each beginning where the one before it ends."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Flows, or an element, that show a fact."""

    says: str
    flows: Path = ()


@dataclass(frozen=True)
class Scope:
    """The part of a drawing that is looked at; flows keep their numbers in the whole drawing."""

    drawing: DataFlow
    elements: Mapping[str, Element]
    flows: Mapping[int, Flow]
    kinds: Mapping[str, str]

    def zone(self, element: str) -> str:
        """Return the kind of zone in which an element stands."""
        return self.kinds[element]

    def is_a(self, element: str, *kinds: str) -> bool:
        """Tell whether an element is of one of these kinds."""
        return self.elements[element].kind in kinds

    def first(self, shows: Callable[[Flow], bool]) -> Evidence | None:
        """Return the first flow that shows something."""
        return next((self.path((number,)) for number, flow in self.flows.items() if shows(flow)), None)

    def path(self, numbers: Path) -> Evidence:
        """Return the evidence of a path: who passes what on to whom."""
        flows = [self.flows[number] for number in numbers]
        steps = "".join(f" \u2192 {flow.target} ({flow.carries})" for flow in flows)
        return Evidence(
            f"flow{'s' if len(flows) > 1 else ''} {', '.join(map(str, numbers))}: {flows[0].source}{steps}", numbers
        )


Rule = Callable[[Scope], Evidence | None]


def paths(
    scope: Scope, starts: Iterable[str], along: Iterable[str], through: Callable[[str], bool] = lambda _: True
) -> dict[str, list[Path]]:
    """Return, by the element it ends at, the shortest path over each last flow from any of `starts`.

    Only flows that carry one of `along` are taken, and only through elements that `through` lets pass.
    """
    carried, reached = frozenset(along), dict[str, Path](dict.fromkeys(starts, ()))
    found: dict[str, list[Path]] = {}
    queue = list(reached)
    for at in queue:  # grows while it is walked: breadth first
        for number, flow in scope.flows.items():
            if flow.source != at or flow.carries not in carried:
                continue
            path = (*reached[at], number)
            found.setdefault(flow.target, []).append(path)
            if flow.target not in reached and through(flow.target):
                reached[flow.target] = path
                queue.append(flow.target)
    return found


def _internet_facing(scope: Scope) -> Evidence | None:
    def reaches_in(flow: Flow) -> bool:
        # A store or a tool out there waits to be asked: what it sends was fetched, and opens no door.
        asks = scope.zone(flow.source) in OUTSIDE and not scope.is_a(flow.source, "data store", "tool")
        return asks and scope.zone(flow.target) not in OUTSIDE and not scope.is_a(flow.target, "person")

    return scope.first(reaches_in)


def _runs_on_user_devices(scope: Scope) -> Evidence | None:
    for name in scope.elements:
        if scope.is_a(name, "model") and scope.zone(name) == "user device":
            return Evidence(f"{name} is a model in the zone {scope.drawing.zone_of(name).name}")
    return scope.first(lambda flow: flow.carries == "model files" and scope.zone(flow.target) == "user device")


def _uses_third_party_model(scope: Scope) -> Evidence | None:
    def takes_part(flow: Flow) -> bool:
        ends = (flow.source, flow.target)
        return any(scope.is_a(end, "model", "tool") and scope.zone(end) == "third party" for end in ends)

    def delivers(flow: Flow) -> bool:
        outside = scope.zone(flow.source) in ("third party", "internet")
        return outside and flow.carries == "model files" and scope.zone(flow.target) not in ("third party", "internet")

    return scope.first(lambda flow: takes_part(flow) or delivers(flow))


def _trainings(scope: Scope, zones: tuple[str, ...]) -> list[Path]:
    """Return the ways in which training data become a model: into it, or into a process that makes its files."""
    ways: list[Path] = []
    for number, flow in scope.flows.items():
        if flow.carries != "training data" or scope.zone(flow.target) not in zones:
            continue
        if scope.is_a(flow.target, "model"):
            ways.append((number,))
        made = paths(scope, [flow.target], ["model files"])
        ways += [(number, *way) for name, found in made.items() if scope.is_a(name, "model") for way in found]
    return ways


def _trains_model(scope: Scope) -> Evidence | None:
    return next((scope.path(way) for way in _trainings(scope, ("own",))), None)


def _learns_from_user_input(scope: Scope) -> Evidence | None:
    outsiders = [n for n in scope.elements if scope.zone(n) in OUTSIDE and not scope.is_a(n, "data store")]
    reached = paths(scope, outsiders, CONTENT)
    for way in _trainings(scope, ("own", "third party", "user device")):
        for path in reached.get(scope.flows[way[0]].target, ()):
            if path[-1] == way[0]:
                return scope.path((*path, *way[1:]))
    return None


def _ingests_untrusted_content(scope: Scope) -> Evidence | None:
    # Two walks: from outside to the flow of documents, and from there on to a model.
    strangers = [name for name in scope.elements if scope.zone(name) != "own"]
    before = paths(scope, strangers, CONTENT)
    for number, flow in scope.flows.items():
        if flow.carries != "documents":
            continue
        led = next((path for path in before.get(flow.target, ()) if path[-1] == number), None)
        if led is None:
            continue
        if scope.is_a(flow.target, "model"):
            return scope.path(led)
        for name, ways in paths(scope, [flow.target], CONTENT).items():
            if scope.is_a(name, "model"):
                return scope.path((*led, *ways[0]))
    return None


def _into_a_model(scope: Scope, starts: Iterable[str], carries: str) -> Evidence | None:
    found = paths(scope, starts, [carries])
    return next((scope.path(ways[0]) for name, ways in found.items() if scope.is_a(name, "model")), None)


def _uses_retrieval(scope: Scope) -> Evidence | None:
    return _into_a_model(scope, [n for n in scope.elements if scope.is_a(n, "data store")], "documents")


def _keeps_memory(scope: Scope) -> Evidence | None:
    return _into_a_model(scope, [n for n in scope.elements if not scope.is_a(n, "model")], "memory")


def _leaves_a_model(carries: str) -> Rule:
    return lambda scope: scope.first(lambda flow: flow.carries == carries and scope.is_a(flow.source, "model"))


def _acts_without_approval(scope: Scope) -> Evidence | None:
    models = [name for name in scope.elements if scope.is_a(name, "model")]
    output = ("actions", "decisions", "generated content")
    found = paths(scope, models, output, lambda name: not scope.is_a(name, "person"))
    hands_on = {flow.source for flow in scope.flows.values() if flow.carries == "actions"}
    for name, ways in found.items():
        if scope.is_a(name, "person") or (name in hands_on and not scope.is_a(name, "tool")):
            continue  # a person may say no, and who hands the command on has not carried it out
        for way in ways:
            if scope.flows[way[-1]].carries == "actions":
                return scope.path(way)
    return None


def _handles_personal_data(scope: Scope) -> Evidence | None:
    for name, element in scope.elements.items():
        if element.personal:
            return Evidence(f"{name} is marked as personal data")
    return scope.first(lambda flow: flow.personal)


RULES: dict[str, tuple[str, Rule]] = {
    "makes_predictions": ("decisions leave a model", _leaves_a_model("decisions")),
    "generates_content": ("generated content leaves a model", _leaves_a_model("generated content")),
    "uses_tools": ("actions leave a model", _leaves_a_model("actions")),
    "acts_without_approval": (
        "a model's output becomes an action with no person on the way",
        _acts_without_approval,
    ),
    "trains_model": ("training data flow into a model of yours, or into what makes its files", _trains_model),
    "learns_from_user_input": ("what comes from users ends as training data of a model", _learns_from_user_input),
    "uses_third_party_model": (
        "a third party's model or tool takes part, or model files come from outside",
        _uses_third_party_model,
    ),
    "handles_personal_data": ("an element or a flow is marked as personal data", _handles_personal_data),
    "uses_retrieval": ("documents from a data store reach a model", _uses_retrieval),
    "ingests_untrusted_content": (
        "documents that come from outside, or from a third party, reach a model",
        _ingests_untrusted_content,
    ),
    "keeps_memory": ("memory flows into a model", _keeps_memory),
    "internet_facing": ("someone on the internet, or a user's device, sends something in", _internet_facing),
    "runs_on_user_devices": ("a model, or its files, is on a user's device", _runs_on_user_devices),
}
"""Per fact: what in a drawing shows it, in words, and the function that looks for it."""
