"""How many rules a second: `assess`, the lesson's own class, and pytm."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from statistics import fmean, median
from typing import Any

from tests.benchmarks.timing import Run, Target, duration, print_table, ratios, side_by_side, spread
from tests.lesson_code import ThreatModelingBasicsManager
from threatlab import assess, list_systems, load_system
from threatlab.catalog import catalog

REPETITIONS = 25
LOOPS = 50
"""Assessments of each system in a turn, so that it takes about as long as pytm's one model."""
TIMES_PYTM = 3.0
"""How many times pytm's rules a second we promise."""


@dataclass(frozen=True)
class Contender:
    """Something that checks rules: what to time, and per turn, how often, how many rules and what came of them."""

    prepare: Callable[[], Run]
    assessments: int
    rules: int
    findings: float

    def rules_per_second(self, seconds: float) -> float:
        return self.assessments * self.rules / seconds


def run() -> list[Target]:
    """Print a row for each contender and return how the target fared."""
    contenders = {
        "assess, whole catalog": ours("ai"),
        "assess, the lesson's three": ours("core"),
        "the lesson's own class": the_lesson(),
    }
    claim = f"assess checks at least {TIMES_PYTM:g} times as many rules a second as pytm"
    pytm_here = find_spec("pytm") is not None
    if pytm_here:
        pytm = f"pytm {version('pytm')}, resolve()"
        contenders[pytm] = of_pytm()
    seconds = side_by_side({name: c.prepare for name, c in contenders.items()}, REPETITIONS)
    rows = [
        (
            name,
            f"{c.rules:,}",
            f"{c.findings:.1f}",
            duration(median(seconds[name]) / c.assessments),
            f"{median(map(c.rules_per_second, seconds[name])):,.0f}",
        )
        for name, c in contenders.items()
    ]
    print_table(
        f"Rules a second, findings built: medians of {REPETITIONS} turns",
        ("", "rules", "findings", "an assessment", "rules a second"),
        rows,
    )
    if not pytm_here:
        return [Target(claim, "pytm is not installed; `make bench` installs it", met=False)]
    print("\n  pytm's rules are threats x elements: counted in its favor, as most of these pairs don't match in kind.")
    ours_per, pytm_per = (
        [contenders[name].rules_per_second(s) for s in seconds[name]] for name in ("assess, whole catalog", pytm)
    )
    times = ratios(ours_per, pytm_per)
    return [Target(claim, f"{spread(times)} times", median(times) >= TIMES_PYTM)]


def ours(ruleset: str) -> Contender:
    """Assess each built-in system in turn."""
    systems = [load_system(name) for name in list_systems()]
    findings = fmean(len(assess(system, ruleset).findings) for system in systems)
    rules = len(catalog().ruleset(ruleset).controls)
    return Contender(
        lambda: lambda: [assess(system, ruleset) for _ in range(LOOPS) for system in systems],
        LOOPS * len(systems),
        rules,
        findings,
    )


def the_lesson() -> Contender:
    """Assess the same systems with the class that the lesson prints."""
    systems = [load_system(name) for name in list_systems()]

    def prepare() -> Run:
        manager = ThreatModelingBasicsManager({})
        return lambda: [manager.assess(s.name, s.known) for _ in range(LOOPS) for s in systems]

    like_ours = ours("core")
    return Contender(prepare, like_ours.assessments, like_ours.rules, like_ours.findings)


def of_pytm() -> Contender:
    """Resolve a small threat model; pytm resolves a model once, so each turn gets a fresh one."""
    model = pytm_model()
    elements = [element for element in type(model)._elements if getattr(element, "inScope", True)]
    rules = len(type(model)._threats) * len(elements)
    model.resolve()
    return Contender(lambda: pytm_model().resolve, 1, rules, float(len(model.findings)))


def pytm_model() -> Any:
    """Return a pipeline that trains and serves a model: two boundaries, six parts, six flows."""
    from pytm import TM, Actor, Boundary, Dataflow, Datastore, ExternalEntity, Process, Server

    TM.reset()
    model = TM("ml-pipeline-prod", description="A model is trained, registered and served.")
    internet, production = Boundary("Internet"), Boundary("Production")
    user, hub = Actor("User", inBoundary=internet), ExternalEntity("Model hub", inBoundary=internet)
    api, training = Server("Prediction API", inBoundary=production), Process("Training", inBoundary=production)
    features, registry = (Datastore(name, inBoundary=production) for name in ("Feature store", "Model registry"))
    flows = ((user, api), (api, user), (registry, api), (features, training), (hub, training), (training, registry))
    for source, sink in flows:
        Dataflow(source, sink, f"{source.name} to {sink.name}")
    model.check()
    return model
