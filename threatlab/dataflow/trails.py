"""Paths through a drawing: what comes to an element by one flow may leave it by the next."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from threatlab.dataflow import DataFlow, Element, Flow
from threatlab.dataflow.parts import NOBODY

Path = tuple[int, ...]
"""Numbers of flows, each beginning where the one before it ends."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What shows a fact, in words, and its flows; where it shows nothing for sure, `asks` is what would settle it."""

    says: str
    flows: Path = ()
    asks: str = ""


@dataclass(frozen=True)
class Scope:
    """The part of a drawing that is looked at; flows keep their numbers in the whole drawing."""

    drawing: DataFlow
    elements: Mapping[str, Element]
    flows: Mapping[int, Flow]
    zones: Mapping[str, str]

    def zone(self, element: str) -> str:
        """Return the kind of zone in which an element stands."""
        return self.zones[element]

    def is_a(self, element: str, *kinds: str) -> bool:
        """Tell whether an element is of one of these kinds."""
        return self.elements[element].kind in kinds

    @cached_property
    def leaving(self) -> dict[str, list[int]]:
        """Numbers of the flows that leave each element."""
        numbers: dict[str, list[int]] = {name: [] for name in self.elements}
        for number, flow in self.flows.items():
            numbers[flow.source].append(number)
        return numbers

    @cached_property
    def named(self) -> list[int]:
        """Numbers of the flows of which somebody has said which adversaries can be there."""
        return [number for number, flow in self.flows.items() if {*flow.adversaries} - {NOBODY}]

    def first(self, shows: Callable[[Flow], bool]) -> Evidence | None:
        """Return the first flow that shows something."""
        return next((self.evidence((number,)) for number, flow in self.flows.items() if shows(flow)), None)

    def evidence(self, path: Path, asks: str = "") -> Evidence:
        """Return a path in words: who passes what on to whom."""
        flows = [self.flows[number] for number in path]
        steps = "".join(f" \u2192 {flow.target} ({flow.carries})" for flow in flows)
        plural = "s" if len(flows) > 1 else ""
        return Evidence(f"flow{plural} {', '.join(map(str, path))}: {flows[0].source}{steps}", path, asks)


Landmark = Callable[[Scope, Flow], bool]
"""What a flow on a trail has to be."""

Passes = Callable[[Scope, Flow, Flow], bool]
"""Whether what comes to an element by one flow may leave it by another."""


def used(scope: Scope, came: Flow, goes: Flow) -> bool:
    """Tell whether what came by one flow may be in the next: always, but for a query, which writes nothing anywhere.

    A queue passes a question on as a question, and a log, which answers nobody, keeps it.
    """
    if came.carries != "questions" or not scope.is_a(came.target, "data store", "tool"):
        return True
    kept = goes.carries in ("training data", "other") and scope.is_a(came.target, "data store")
    return goes.carries == "questions" or (kept and not is_query(scope, came))


def passed_on(scope: Scope, came: Flow, goes: Flow) -> bool:
    """Tell whether what came by one flow goes on by the next: what a person is handed, under the same word only."""
    retold = scope.is_a(came.target, "person") and came.carries != goes.carries
    return not retold and used(scope, came, goes)


def repeated(scope: Scope, came: Flow, goes: Flow) -> bool:
    """Tell whether a program says again, under the same word, what came to it."""
    return came.carries == goes.carries and scope.is_a(came.target, "process", "tool")


@dataclass(frozen=True)
class Trail:
    """A kind of path: past all `landmarks` in their order, one flow for each, or one flow for several.

    From each landmark to the next, only flows are taken that carry one of the words of its leg in `along`, where
    `passes` says that what came may go on.
    """

    landmarks: tuple[Landmark, ...]
    along: tuple[Collection[str], ...]
    passes: Passes = passed_on

    def find(self, scope: Scope) -> Path | None:
        """Return the shortest such path from where somebody has said who could attack, else from anywhere."""
        return self._shortest(scope, scope.named) or self._shortest(scope, scope.flows)

    def _shortest(self, scope: Scope, begin: Iterable[int]) -> Path | None:
        """Return the shortest path from these flows: breadth first, with the landmarks that were passed so far."""
        queue: list[tuple[Path, int]] = []
        seen: set[tuple[int, int]] = set()

        def arrive(path: Path, passed: int, is_on_the_way: bool) -> None:
            flow = scope.flows[path[-1]]
            states = [passed] if is_on_the_way else []
            while passed < len(self.landmarks) and self.landmarks[passed](scope, flow):
                passed += 1
                states.insert(0, passed)
            for state in states:
                if (path[-1], state) not in seen:
                    seen.add((path[-1], state))
                    queue.append((path, state))

        for number in begin:
            arrive((number,), 0, is_on_the_way=False)
        for path, passed in queue:  # grows while it is walked
            if passed == len(self.landmarks):
                return path
            came = scope.flows[path[-1]]
            for number in scope.leaving[came.target]:
                goes = scope.flows[number]
                if self.passes(scope, came, goes):
                    arrive((*path, number), passed, goes.carries in self.along[passed - 1])
        return None


def reached(scope: Scope, begin: Iterable[int], passes: Passes = repeated) -> dict[str, Path]:
    """Return the elements to which these flows lead, each with a shortest path."""
    paths: dict[int, Path] = {number: (number,) for number in begin}
    queue = list(paths)
    for at in queue:  # grows while it is walked
        for number in scope.leaving[scope.flows[at].target]:
            if number not in paths and passes(scope, scope.flows[at], scope.flows[number]):
                paths[number] = (*paths[at], number)
                queue.append(number)
    ends: dict[str, Path] = {}
    for number, path in paths.items():
        ends.setdefault(scope.flows[number].target, path)
    return ends


def is_query(scope: Scope, asked: Flow) -> bool:
    """Tell whether a question to a store is a query: something of the store comes back to one who passed it on.

    Memory that comes back is no answer: it is what the store was sent before.
    """
    given = [n for n in scope.leaving[asked.target] if scope.flows[n].carries not in ("questions", "memory")]
    return not reached(scope, given).keys().isdisjoint(senders(scope, asked.source, "questions"))


def senders(scope: Scope, name: str, word: str) -> list[str]:
    """Return an element and all from which it gets something under one word, from the nearest to the farthest."""
    names = [name]
    for each in names:  # grows while it is walked
        for flow in scope.flows.values():
            if flow.target == each and flow.carries == word and flow.source not in names:
                names.append(flow.source)
    return names
